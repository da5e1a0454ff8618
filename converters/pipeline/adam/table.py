"""An analysis dataset in the making: records whose variables are made step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.errors import InputError
from converters.findings import Severity
from converters.mapping.expressions import Ref, parse
from converters.mapping.settings import Settings
from converters.pipeline.account import Fate
from converters.pipeline.adam.finished import Finished
from converters.pipeline.notes import Notes
from converters.rules.rule import Table
from converters.rules.step import Kind

T = TypeVar("T")


class AnalysisTable:
    """Records with the variables made so far (``own``) and their source's columns (``carried``).

    ``origin`` (a number in the notes' list of files) and ``record`` (from 1) say which record of a
    finished dataset each row comes from, ``fates`` what became of the records of each origin.
    Implements ``rules.step.Analysis`` for the steps.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        others: Mapping[str, Finished],
        notes: Notes,
        kinds: Mapping[str, Kind],
    ) -> None:
        """No record yet; ``kinds`` says what variables are known to be."""
        self.name, self.settings, self.others, self.notes = name, settings, others, notes
        self.kinds = kinds
        self.own: dict[str, pd.Series] = {}
        self.carried: dict[str, pd.Series] = {}
        self.origin = np.empty(0, dtype=np.int32)
        self.record = np.empty(0, dtype=np.int64)
        self.fates: dict[int, Fate] = {}
        self.target = ""  # the variable at work, for findings

    def load(self, source: Finished, names: Iterable[str]) -> None:
        """All records of a finished dataset, with the named columns."""
        self.carried = {name: source.variable(name) for name in names}
        self.record = np.arange(1, source.rows + 1)
        self.origin = np.full(source.rows, self._origin_of(source.name), dtype=np.int32)
        self.fates = {self._origin_of(source.name): Fate.of(source.rows)}

    def stack(self, tables: Sequence[AnalysisTable]) -> None:
        """The records of several tables, one under another."""
        sizes = [table.rows for table in tables]
        for kept in ("own", "carried"):
            held = [getattr(table, kept) for table in tables]
            names = dict.fromkeys(name for columns_ in held for name in columns_)
            setattr(
                self, kept, {name: _stacked([h.get(name) for h in held], sizes) for name in names}
            )
        self.origin = np.concatenate([table.origin for table in tables]).astype(np.int32)
        self.record = np.concatenate([table.record for table in tables]).astype(np.int64)
        for table in tables:
            for number, fate in table.fates.items():
                known = self.fates.get(number)
                self.fates[number] = fate if known is None else known.merged(fate)

    @property
    def rows(self) -> int:
        """How many records there are."""
        return len(self.record)

    def names(self) -> Iterable[str]:
        """The variables made so far."""
        return self.own

    def has(self, name: str) -> bool:
        """Whether there is a variable or a column of the source of that name."""
        return name in self.own or name in self.carried

    def column(self, name: str) -> pd.Series:
        """A variable made so far, else a column of the source."""
        return self.own[name] if name in self.own else self.carried[name]

    def variable(self, name: str) -> pd.Series:
        """As ``column``; without any value where there is none."""
        return self.column(name) if self.has(name) else columns.constant(None, self.rows)

    def made(self) -> list[pd.Series]:
        """All variables made so far, in the order of their names."""
        return [self.own[name] for name in sorted(self.own)]

    def formula(self, text: str, rows: Rows | None = None) -> pd.Series:
        """The value of an expression in every record, or in those of ``rows``."""
        if rows is None:
            return parse(text).evaluate(self._value, self.rows)
        return parse(text).evaluate(lambda ref: columns.take(self._value(ref), rows), len(rows))

    def condition(self, text: str, rows: Rows | None = None) -> npt.NDArray[np.bool_]:
        """Where a condition holds."""
        if rows is None:
            return parse(text).test(self._value, self.rows)
        return parse(text).test(lambda ref: columns.take(self._value(ref), rows), len(rows))

    def dataset(self, name: str) -> Table:
        """Another dataset, or this one."""
        return self if name == self.name else self.others[name]

    def source(self, name: str) -> Table:
        """There are no raw sources here; a spec that names one is refused before."""
        raise KeyError(name)

    def once(self, what: str, make: Callable[[], T]) -> T:
        """What ``make`` gives: steps change the records, so that nothing is kept."""
        return make()

    def used(self, source: str, asked: npt.NDArray[np.bool_]) -> None:
        """There are no raw sources here."""

    def put(self, name: str, column: pd.Series) -> None:
        """Makes a variable, or makes it anew."""
        if len(column) != self.rows:
            raise ValueError(f"{name} has {len(column)} rows and not {self.rows}")
        self.own[name] = self._conform(name, column.reset_index(drop=True))

    def append(self, rows: Rows, changes: Mapping[str, pd.Series]) -> None:
        """Adds records like those in ``rows``, with other values where ``changes`` say."""
        before = self.rows
        self._choose(np.concatenate([np.arange(before), rows]).astype(np.int64))
        self._change(before, changes)

    def add(self, dataset: str, rows: Rows, values: Mapping[str, pd.Series]) -> None:
        """Adds records that come of the given rows of another dataset, with these values only."""
        before = self.rows
        nothing = np.full(len(rows), -1, dtype=np.int64)
        self._choose(np.concatenate([np.arange(before), nothing]))
        self.origin[before:] = self._origin_of(dataset)
        self.record[before:] = rows + 1
        self._change(before, values)

    def _change(self, before: int, changes: Mapping[str, pd.Series]) -> None:
        """Other values for the records from number ``before`` on."""
        for name, column in changes.items():
            old = self.own.get(name)
            old = None if old is None else columns.take(old, np.arange(before))
            pieces = [old, column.reset_index(drop=True)]
            self.own[name] = self._conform(name, _stacked(pieces, [before, self.rows - before]))

    def take(self, rows: Rows, reason: str, kind: str = "excluded") -> None:
        """Goes on with the records in ``rows`` alone; ``reason`` is why the others are gone."""
        out = np.ones(self.rows, dtype=bool)
        out[rows] = False
        origin, record = self.origin[out], self.record[out]
        self._choose(rows)
        for number, fate in self.fates.items():
            gone = np.zeros(len(fate.reason) + 1, dtype=bool)
            gone[record[origin == number]] = True
            gone[self.record[self.origin == number]] = False
            fate.put(gone[1:], kind, reason)

    def keep(self, mask: npt.NDArray[np.bool_], reason: str, kind: str = "excluded") -> None:
        """Leaves out the records where the mask is false."""
        if not mask.all():
            self.take(np.flatnonzero(mask), reason, kind)

    def _choose(self, rows: Rows) -> None:
        for kept in (self.own, self.carried):
            for name, column in kept.items():
                kept[name] = columns.take(column, rows)
        self.origin = np.append(self.origin, np.int32(-1))[rows]
        self.record = np.append(self.record, np.int64(0))[rows]

    def _conform(self, name: str, column: pd.Series) -> pd.Series:
        """The column as what the variable is known to be: text or numbers, no empty texts."""
        number, kind = columns.is_number(column), self.kinds.get(name)
        if kind == "Num" and not number:
            problems = {
                value: f"'{value}' is not a number"
                for value in columns.parts(column).values
                if value and np.isnan(columns.parse_number(value))
            }
            self.target, before = name, self.target
            self.report_values("not-a-number", Severity.ERROR, column, problems)
            self.target = before
            return columns.to_number(column)
        if number and kind != "Char":
            return column.astype(np.float64)
        if number or "" in columns.parts(column).values:
            return columns.map_text(column, lambda values: [value or None for value in values])
        return columns.encoded(column)

    def _origin_of(self, dataset: str) -> int:
        return next(n for n, (name, _) in enumerate(self.notes.files) if name == dataset)

    def _value(self, ref: Ref) -> pd.Series:
        if ref.scope is None or ref.scope == self.name:
            return self.column(ref.name)
        if ref.scope == "raw":
            return self.carried[ref.name]
        return self._of_subject(str(ref.scope), ref.name)

    def _of_subject(self, dataset: str, name: str) -> pd.Series:
        """A variable of another dataset in the record of the same subject."""
        other = self.others[dataset]
        if "USUBJID" not in other.names:
            raise InputError(f"{dataset} has no USUBJID: use a 'merge' with 'by'")
        codes, values = columns.parts(self.column("USUBJID"))
        found = other.rows_with(name)
        rows = np.array([*(found.get(value, -1) for value in values), -1])
        several = other.several(name)
        message = f"{dataset} has several values of {name} for the subject; use a merge"
        cases = {n: (value, message) for n, value in enumerate(values) if value in several}
        self.report_groups("lookup-several", Severity.ERROR, codes, cases)
        return columns.take(other.variable(name), rows.astype(np.int64)[codes])

    def report(
        self,
        rule: str,
        severity: Severity,
        message: str,
        rows: npt.NDArray[Any],
        value: str | None = None,
        published: tuple[str, ...] = (),
    ) -> None:
        """A finding about the variable at work in the given rows."""
        row = int(rows[0])
        words = f"{self.target}: {message}" if self.target else message
        self.notes.place(
            rule, severity, words, self.target, len(rows),
            int(self.origin[row]), int(self.record[row]), value, published,
        )  # fmt: skip

    def report_groups(
        self,
        rule: str,
        severity: Severity,
        ids: npt.NDArray[Any],
        cases: Mapping[int, tuple[str, str]],
        published: tuple[str, ...] = (),
    ) -> None:
        """A finding for each group of rows."""
        if cases:
            self.notes.groups(
                rule, severity, self.target, ids, cases, self.origin, self.record, published
            )

    def report_values(
        self,
        rule: str,
        severity: Severity,
        column: pd.Series,
        problems: Mapping[str, str],
        published: tuple[str, ...] = (),
    ) -> None:
        """A finding for each value of ``column`` that is a key of ``problems``."""
        if problems:
            codes, values = columns.parts(column)
            cases = {n: (v, problems[v]) for n, v in enumerate(values) if v in problems}
            self.report_groups(rule, severity, codes, cases, published)


def _stacked(pieces: Sequence[pd.Series | None], sizes: Sequence[int]) -> pd.Series:
    """Columns one under another; where there is none its rows are missing."""
    number = all(columns.is_number(piece) for piece in pieces if piece is not None)
    filled = [
        piece
        if piece is not None
        else pd.Series(np.full(size, np.nan))
        if number
        else columns.constant(None, size)
        for piece, size in zip(pieces, sizes, strict=True)
    ]
    return columns.concat(filled)
