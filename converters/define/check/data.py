"""A define.xml against the datasets that it describes (SAS transport, Dataset-JSON, Parquet).

One dataset is in memory at a time, dictionary-encoded, and what where-clauses of others need of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from converters.define.check.data_conditions import Conditions
from converters.define.check.data_files import Held, find_files, read, unreadable
from converters.define.check.data_keys import check_keys
from converters.define.check.data_value_level import Tally, check_value_level
from converters.define.check.data_values import check_values
from converters.define.check.data_variables import (
    check_dataset,
    check_definitions,
    check_variables,
)
from converters.define.elements import ItemGroupDef
from converters.define.index import Index
from converters.errors import InputError
from converters.findings import Finding

_CHECKS: tuple[Callable[[Index, ItemGroupDef, Held], Iterator[Finding]], ...] = (
    check_dataset,
    check_variables,
    check_definitions,
    check_values,
    check_keys,
)


def check_data(index: Index, folder: Path) -> Iterator[Finding]:
    """What the datasets of a folder and their definitions say differently.

    Raises:
        InputError: the folder cannot be read.
    """
    files = find_files(index, folder)
    yield from files.findings
    places = {id(group): n for n, group in enumerate(index.metadata.item_groups)}
    kept: dict[int, Held | None] = {}

    def other(group: ItemGroupDef) -> Held | None:
        place = places[id(group)]
        if place not in kept:
            kept[place] = _read(group)
        return kept[place]

    def _read(group: ItemGroupDef) -> Held | None:
        paths = files.of.get(places[id(group)])
        try:
            return read(group, paths) if paths else None
        except InputError:  # told where the dataset itself is checked
            return None

    tally = Tally()
    for number, group in enumerate(index.metadata.item_groups):
        paths = files.of.get(number)
        if not paths:
            continue
        try:
            held = read(group, paths)
        except InputError as error:
            yield unreadable(group, error)
            continue
        for check in _CHECKS:
            yield from check(index, group, held)
        conditions = Conditions(index, group, held.table, other)
        yield from check_value_level(index, group, held, conditions, tally)
    yield from tally.findings()
