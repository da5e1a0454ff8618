"""A define.xml against the datasets that it describes (SAS transport, Dataset-JSON, Parquet).

One dataset is in memory at a time, dictionary-encoded, and what where-clauses of others need of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from converters.dataset import Dataset
from converters.define.check.data_conditions import Conditions
from converters.define.check.data_files import Held, find_files, read, unreadable
from converters.define.check.data_keys import check_keys
from converters.define.check.data_value_level import Tally, check_value_level
from converters.define.check.data_values import check_values
from converters.define.check.data_variables import (
    check_dataset,
    check_definitions,
    check_variables,
    defined,
)
from converters.define.elements import ItemGroupDef
from converters.define.index import Index
from converters.errors import InputError
from converters.findings import Finding
from converters.validation.table import Table

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
    places = {id(group): number for number, group in enumerate(index.metadata.item_groups)}
    kept: dict[int, Table | None] = {}

    def other(group: ItemGroupDef) -> Table | None:
        place = places[id(group)]
        if place not in kept:
            kept[place] = _columns_asked(index, group, files.of.get(place, ()))
        return kept[place]

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


def _columns_asked(index: Index, group: ItemGroupDef, paths: Sequence[Path]) -> Table | None:
    """What where-clauses of other datasets may ask of a dataset: keys and conditions' variables."""
    try:
        table = read(group, paths).table if paths else None
    except InputError:  # told where the dataset itself is checked
        table = None
    if table is None:
        return None
    asked = {check.item_oid for clause in index.where_clauses.values() for check in clause.checks}
    names = [
        name
        for name, (ref, item) in defined(index, group).items()
        if name in table and (name == "USUBJID" or ref.key_sequence or item.oid in asked)
    ]
    return Table(Dataset(table.metadata, table.frame[names]))
