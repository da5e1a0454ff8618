"""Where-clauses over the records of a dataset, on the distinct values of their variables.

``EQ`` and ``IN`` with an empty value are met by missing values, ``NE`` and ``NOTIN`` too unless
they name the empty value; ``LT``, ``LE``, ``GT`` and ``GE`` are not, as a comparison with nothing
says nothing. A variable of another dataset is looked up by USUBJID, or else by that dataset's keys,
where these name one record of it; a condition that cannot be looked up so is left open.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns, keys
from converters.define.check.data_variables import defined
from converters.define.check.walk import NUMBERS
from converters.define.elements import ItemDef, ItemGroupDef, RangeCheck, WhereClauseDef
from converters.define.index import Index
from converters.validation.table import Table, listed, steady

Mask = npt.NDArray[np.bool_]

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "LT": operator.lt,
    "LE": operator.le,
    "GT": operator.gt,
    "GE": operator.ge,
}
_SIGNS = {"EQ": "=", "NE": "not", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}

#: Gives another dataset of the package; None where it has no file that can be read.
Other = Callable[[ItemGroupDef], Table | None]


class ElsewhereError(Exception):
    """The where-clause is of another dataset that shares the value list."""


class OpenError(Exception):
    """Why a where-clause cannot be evaluated."""


class UndefinedError(Exception):
    """A variable of the where-clause is in no dataset, which is told without data."""


@dataclass(frozen=True)
class Tuples:
    """The distinct rows of the variables of some where-clauses: ``ids`` by record."""

    ids: npt.NDArray[np.int64]
    columns: Mapping[str, pd.Series]
    size: int


@dataclass
class Conditions:
    """The where-clauses of one dataset; ``other`` gives further datasets of the package."""

    index: Index
    group: ItemGroupDef
    table: Table
    other: Other
    _columns: dict[str, pd.Series] = field(default_factory=dict)

    def tuples(self, items: Sequence[str]) -> Tuples:
        """The distinct rows of these variables (by OID, see ``items_of``)."""
        made = [self._columns[oid] for oid in items]
        ids, first = columns.tuples(made, self.table.rows)
        taken = (columns.take(column, first) for column in made)
        return Tuples(ids, dict(zip(items, taken, strict=True)), len(first))

    def items_of(self, clause: WhereClauseDef, parent: ItemDef) -> list[str]:
        """The OIDs of the variables of a where-clause, each looked up.

        Raises:
            ElsewhereError: the clause is of another dataset that ``parent`` stands in.
            UndefinedError: a variable is in no dataset of define.xml.
            OpenError: a variable is not in the data, or cannot be looked up.
        """
        oids = [check.item_oid or "" for check in clause.checks]
        for oid in oids:
            if oid not in self._columns:
                self._columns[oid] = self._column(oid, parent)
        return oids

    def _column(self, oid: str, parent: ItemDef) -> pd.Series:
        item = self.index.items.get(oid)
        if item is None:
            raise UndefinedError
        groups = self.index.groups_of(item)
        name = item.name or ""
        if any(group is self.group for group in groups):
            if name not in self.table:
                raise OpenError(f"the data have no variable {name}")
            return self.table.frame[name]
        if not groups:
            raise UndefinedError
        if any(group.oid == groups[0].oid for group in self.index.groups_of(parent)):
            raise ElsewhereError
        return self._joined(groups[0], name)

    def _joined(self, group: ItemGroupDef, name: str) -> pd.Series:
        """A variable of another dataset at the records of this one."""
        theirs = self.other(group)
        if theirs is None or name not in theirs:
            raise OpenError(f"the data have no {group.name}.{name}")
        by_keys = [key for key, (ref, _) in defined(self.index, group).items() if ref.key_sequence]
        for names in (["USUBJID"], by_keys):
            if not names or not all(key in self.table and key in theirs for key in names):
                continue
            match = keys.match(
                [self.table.frame[key] for key in names], [theirs.frame[key] for key in names]
            )
            if np.bincount(match.there[match.there >= 0], minlength=1).max() <= 1:
                return columns.take(theirs.frame[name], match.last(np.arange(theirs.rows)))
        raise OpenError(
            f"records of {group.name} cannot be told by USUBJID or the keys of {group.name}"
        )

    def met(self, clause: WhereClauseDef, rows: Tuples) -> Mask:
        """Which of the distinct rows meet all conditions of a where-clause."""
        found = np.ones(rows.size, dtype=bool)
        for check in clause.checks:
            oid = check.item_oid or ""
            found &= _met(check, self.index.items[oid], rows.columns[oid])
        return found


def _met(check: RangeCheck, item: ItemDef, column: pd.Series) -> Mask:
    wanted = [(value.text or "").strip() for value in check.values]
    if columns.is_number(column) or item.data_type in NUMBERS:
        return _compared(check.comparator or "", columns.to_number(column), wanted)
    codes, values = columns.parts(column)
    named = set(wanted)
    match check.comparator:
        case "EQ" | "IN":
            verdicts, missing = [value.strip() in named for value in values], "" in named
        case "NE" | "NOTIN":
            verdicts, missing = [value.strip() not in named for value in values], "" not in named
        case comparator:
            compare = _ORDER.get(comparator or "")
            if compare is None or not wanted:
                raise OpenError(f"'{comparator}' is no comparator")
            verdicts, missing = [compare(value, wanted[0]) for value in values], False
    return np.array([*verdicts, missing], dtype=bool)[codes]


def _compared(comparator: str, column: pd.Series, wanted: Sequence[str]) -> Mask:
    numbers = np.array([steady(value) for value in columns.floats(column).tolist()])
    known = [steady(columns.parse_number(text)) for text in wanted if text]
    missing = np.isnan(numbers)
    if comparator in ("EQ", "IN"):
        return np.asarray(np.isin(numbers, known) | (missing & ("" in wanted)))
    if comparator in ("NE", "NOTIN"):
        return np.asarray(~np.isin(numbers, known) & ~(missing & ("" in wanted)))
    compare = _ORDER.get(comparator)
    if compare is None or not known:
        raise OpenError(f"'{comparator}' cannot compare with {listed(wanted)}")
    return np.asarray(compare(numbers, known[0]) & ~missing)


def in_words(index: Index, clause: WhereClauseDef) -> str:
    """A where-clause as a message says it: ``LBTESTCD = 'ALT' and LBSPEC = 'SERUM'``."""
    return " and ".join(_words(index, check) for check in clause.checks)


def _words(index: Index, check: RangeCheck) -> str:
    item = index.items.get(check.item_oid or "")
    name = (item.name if item else None) or check.item_oid or ""
    values = [value.text for value in check.values]
    if check.comparator in ("IN", "NOTIN"):
        word = "in" if check.comparator == "IN" else "not in"
        return f"{name} {word} {listed(values)}"
    sign = _SIGNS.get(check.comparator or "", check.comparator)
    return f"{name} {sign} {listed(values)}"
