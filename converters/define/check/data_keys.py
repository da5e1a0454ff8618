"""The keys of a dataset: unique, and the order of its records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from converters import columns
from converters.define.check.data_files import Held
from converters.define.check.data_variables import defined, whole_number
from converters.define.check.rule import Rule, at_group
from converters.define.elements import ItemGroupDef
from converters.define.index import Index
from converters.findings import Finding, Severity
from converters.validation.table import described, number

_UNIQUE = Rule("define-data-keys-not-unique", Severity.WARNING, ("SD1152",))
_ORDER = Rule("define-data-sort-order", Severity.NOTE)


def check_keys(index: Index, group: ItemGroupDef, held: Held) -> Iterator[Finding]:
    """Records are one each by the variables with a KeySequence, and sorted by them.

    They sort by code point as in SAS, or with numbers within texts as numbers. Keys that the data
    lack are told elsewhere; nothing is said then.
    """
    places = {
        name: whole_number(ref.key_sequence)
        for name, (ref, _) in defined(index, group).items()
        if ref.key_sequence
    }
    keys = sorted(places, key=lambda name: places[name] or 0)
    if not keys or not all(key in held.table for key in keys):
        return
    yield from _unique(group, held, keys)
    row = _unsorted(held, keys)
    if row is not None:
        before, after = (described(held.table.record(keys, at)) for at in (row - 1, row))
        message = f"the records are not sorted by {', '.join(keys)}: {after} comes after {before}"
        yield held.finding(_ORDER, at_group(group), message, row=row)


def _unique(group: ItemGroupDef, held: Held, keys: Sequence[str]) -> Iterator[Finding]:
    groups = held.table.groups(keys)
    shared = np.flatnonzero(groups.counts > 1)
    if not len(shared):
        return
    count, row = int(groups.counts[shared].sum()), int(groups.first[shared].min())
    example = described(held.table.record(keys, row))
    message = f"{number(count, 'record')} share keys ({', '.join(keys)}): {example}"
    yield held.finding(_UNIQUE, at_group(group), message, count=count, row=row)


def _unsorted(held: Held, keys: Sequence[str]) -> int | None:
    """The first row that should stand before the one above it; None where an order holds."""
    parts = [held.table.frame[name] for name in keys]
    falls = [
        np.flatnonzero(np.diff(columns.sort_key(parts, held.table.rows, plain=plain)) < 0)
        for plain in (True, False)
    ]
    return int(falls[0][0]) + 1 if all(map(len, falls)) else None
