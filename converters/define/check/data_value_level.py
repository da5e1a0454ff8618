"""Value-level metadata against the records that meet their where-clauses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.define.check.data_conditions import (
    Conditions,
    ElsewhereError,
    OpenError,
    Tuples,
    UndefinedError,
    in_words,
)
from converters.define.check.data_files import Held
from converters.define.check.data_values import OF_VALUE_LEVEL, Subject
from converters.define.check.data_variables import at_variable, defined
from converters.define.check.rule import Place, Rule
from converters.define.elements import ItemDef, ItemGroupDef, ItemRef, WhereClauseDef
from converters.define.index import Index
from converters.findings import Finding, Severity
from converters.validation.table import Distinct, described, number, quoted

Mask = npt.NDArray[np.bool_]

_UNMET = Rule("define-data-where-clause-unmet", Severity.NOTE)
_OPEN = Rule("define-data-where-clause-open", Severity.NOTE)
_UNCOVERED = Rule("define-data-value-level-uncovered", Severity.NOTE)
_QNAM = Rule("define-data-qnam-undefined", Severity.WARNING, ("DD0038",))


@dataclass
class Tally:
    """Which where-clauses some record met, over all datasets that share a value list."""

    unmet: dict[tuple[str, str], Finding | None] = field(default_factory=dict)

    def add(self, key: tuple[str, str], finding: Finding | None) -> None:
        """Note that a where-clause was met (None), or what is told if it never is."""
        if finding is None or key not in self.unmet:
            self.unmet[key] = finding

    def findings(self) -> Iterator[Finding]:
        """On each where-clause that no record meets."""
        yield from (finding for finding in self.unmet.values() if finding)


@dataclass(frozen=True)
class _Level:
    """An entry of a value list, with its where-clauses that could be evaluated."""

    ref: ItemRef
    item: ItemDef
    clauses: tuple[WhereClauseDef, ...]


@dataclass
class _Entries:
    """The entries of a value list and the variables (OIDs) of their conditions.

    ``told`` are findings on where-clauses that cannot be evaluated; where there are any, nothing
    can be said of records that no entry covers, and ``whole`` is False.
    """

    levels: list[_Level] = field(default_factory=list)
    items: dict[str, None] = field(default_factory=dict)
    told: list[Finding] = field(default_factory=list)
    whole: bool = True


@dataclass(frozen=True)
class _Cells:
    """The distinct pairs of a row of the conditions (``ids``) and a value (``codes``)."""

    ids: npt.NDArray[np.int64]
    codes: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    values: Distinct

    def within(self, met: Mask) -> Distinct:
        """The values in the rows that are met."""
        chosen = np.flatnonzero(met[self.ids])
        size = len(self.values.values)
        places = self.codes[chosen] + 1
        counts = np.bincount(places, self.counts[chosen], size + 1).astype(np.int64)
        first = np.full(size + 1, np.iinfo(np.int64).max)
        np.minimum.at(first, places, self.first[chosen])
        held = np.flatnonzero(counts[1:])
        return Distinct(
            [self.values.values[at] for at in held.tolist()],
            counts[1:][held],
            first[1:][held],
            int(counts[0]),
            int(first[0]) if counts[0] else -1,
        )


def check_value_level(
    index: Index, group: ItemGroupDef, held: Held, conditions: Conditions, tally: Tally
) -> Iterator[Finding]:
    """The value level of every variable of a dataset."""
    for name, (_, item) in defined(index, group).items():
        if name not in held.table:
            continue
        if any(True for _ in index.value_level(item)):
            yield from _variable(_Variable(index, group, held, conditions, item, name), tally)
        elif name == "QVAL" and "QNAM" in held.table:
            everything = np.ones(held.table.rows, dtype=bool)
            yield from _qualifiers(held, at_variable(group, item), everything)


@dataclass(frozen=True)
class _Variable:
    """A variable with a value level, in the data of one dataset."""

    index: Index
    group: ItemGroupDef
    held: Held
    conditions: Conditions
    item: ItemDef
    name: str

    def entries(self) -> _Entries:
        """The value list, as far as the data can say which records each entry is of."""
        found = _Entries()
        for ref, item in self.index.value_level(self.item):
            oids = [reference.where_clause_oid or "" for reference in ref.where_clauses]
            clauses = [self.index.where_clauses[o] for o in oids if o in self.index.where_clauses]
            kept = tuple(clause for clause in clauses if clause.checks and self._add(clause, found))
            if kept:
                found.levels.append(_Level(ref, item, kept))
        return found

    def _add(self, clause: WhereClauseDef, found: _Entries) -> bool:
        """Look up the variables of a where-clause; False where it cannot be evaluated here."""
        try:
            found.items |= dict.fromkeys(self.conditions.items_of(clause, self.item))
        except ElsewhereError:
            return False
        except UndefinedError:
            found.whole = False
            return False
        except OpenError as reason:
            found.whole = False
            found.told.append(self.left_open(clause, str(reason)))
            return False
        return True

    def left_open(self, clause: WhereClauseDef, reason: str) -> Finding:
        """What is told of a where-clause that cannot be evaluated."""
        message = f"{in_words(self.index, clause)} cannot be evaluated: {reason}"
        return self.held.finding(_OPEN, self.at(clause.line, clause.oid), message)

    def at(self, line: int, oid: str | None) -> Place:
        """A place in the value level of this variable."""
        return Place(line, oid or "", self.group.name or "", self.name)

    def cells(self, rows: Tuples) -> _Cells:
        """The distinct pairs of the conditions' rows and this variable's values."""
        values = self.held.table.column(self.name)
        width = len(values.values) + 1
        codes = self.held.table.codes(self.name).astype(np.int64) + 1
        keys, first, counts = _unique(rows.ids * width + codes)
        return _Cells(keys // width, keys % width - 1, counts, first, values)


def _unique(keys: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], ...]:
    """The distinct numbers, the first place of each, and how often each occurs."""
    ids, distinct = pd.factorize(keys)
    first = np.empty(len(distinct), dtype=np.int64)
    first[ids[::-1]] = np.arange(len(keys) - 1, -1, -1)
    return np.asarray(distinct), first, np.bincount(ids, minlength=len(distinct))


def _variable(variable: _Variable, tally: Tally) -> Iterator[Finding]:
    entries = variable.entries()
    yield from entries.told
    if not entries.levels or not variable.held.table.rows:
        return
    rows = variable.conditions.tuples(list(entries.items))
    cells = variable.cells(rows)
    covered = np.zeros(rows.size, dtype=bool)
    for level in entries.levels:
        met = np.zeros(rows.size, dtype=bool)
        for clause in level.clauses:
            try:
                own = variable.conditions.met(clause, rows)
            except OpenError as reason:
                entries.whole = False
                yield variable.left_open(clause, str(reason))
                continue
            _count(variable, level, clause, own, tally)
            met |= own
        covered |= met
        words = " or ".join(in_words(variable.index, clause) for clause in level.clauses)
        place = variable.at(level.item.line, level.item.oid)
        subject = Subject(
            variable.index, variable.held, place, level.ref, level.item, OF_VALUE_LEVEL, words
        )
        yield from subject.check(cells.within(met))
    if entries.whole:
        yield from _uncovered(variable, cells, rows, covered)


def _count(
    variable: _Variable, level: _Level, clause: WhereClauseDef, met: Mask, tally: Tally
) -> None:
    """Every distinct row stands for a record, so that one that is met is enough."""
    unmet = None
    if not met.any():
        message = f"no record has {in_words(variable.index, clause)}"
        unmet = variable.held.finding(_UNMET, variable.at(clause.line, clause.oid), message)
    tally.add((level.item.oid or "", clause.oid or ""), unmet)


def _uncovered(
    variable: _Variable, cells: _Cells, rows: Tuples, covered: Mask
) -> Iterator[Finding]:
    """Records with a value that no where-clause of the value list names."""
    rest = cells.within(~covered)
    if not rest.values:
        return
    place = variable.at(variable.item.line, variable.item.oid)
    table = variable.held.table
    if variable.name == "QVAL" and "QNAM" in table:
        yield from _qualifiers(variable.held, place, ~covered[rows.ids])
        return
    count, row = int(rest.counts.sum()), int(rest.first.min())
    example = described(
        {
            variable.index.items[oid].name or "": _at(column, int(rows.ids[row]))
            for oid, column in rows.columns.items()
        }
    )
    message = f"no where-clause of its value list covers {number(count, 'record')}: {example}"
    yield variable.held.finding(_UNCOVERED, place, message, count=count, row=row)


def _at(column: pd.Series, row: int) -> Any:
    value = columns.to_list(column.iloc[[row]])[0]
    return None if value != value else value


def _qualifiers(held: Held, place: Place, uncovered: Mask) -> Iterator[Finding]:
    """Supplemental qualifiers without value level."""
    names = held.table.column("QNAM").values
    codes = held.table.codes("QNAM")
    for code in np.unique(codes[uncovered & (codes >= 0)]).tolist():
        of_name = np.flatnonzero(uncovered & (codes == code))
        message = f"QNAM {quoted(names[code])} has no value-level definition"
        yield held.finding(
            _QNAM, place, message, value=names[code], count=len(of_name), row=int(of_name[0])
        )
