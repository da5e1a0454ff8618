"""An analysis dataset in the making: records whose variables are made step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Dataset
from converters.errors import InputError
from converters.findings import Severity
from converters.mapping.expressions import Ref, parse
from converters.mapping.settings import Settings
from converters.pipeline.notes import Notes
from converters.rules.rule import Table


class Finished:
    """A finished dataset to be looked into; its supplemental qualifiers are columns too."""

    def __init__(self, dataset: Dataset, supplemental: Dataset | None = None) -> None:
        """``supplemental`` is its SUPP--, if it has one."""
        self.name = dataset.name
        self.dataset = dataset
        self.columns: dict[str, pd.Series] = {str(n): dataset.frame[n] for n in dataset.frame}
        if supplemental is not None:
            self.columns |= _qualifiers(dataset, supplemental)

    @property
    def rows(self) -> int:
        """How many records there are."""
        return len(self.dataset.frame)

    def variable(self, name: str) -> pd.Series:
        """A variable, or a supplemental qualifier."""
        return self.columns[name]

    @cached_property
    def subjects(self) -> Mapping[str, int]:
        """The row of each subject's first record."""
        codes, values = columns.parts(self.columns["USUBJID"])
        first = np.full(len(values), -1, dtype=np.int64)
        known = np.flatnonzero(codes >= 0)[::-1]
        first[codes[known]] = known
        return dict(zip(values, first.tolist(), strict=True))


def _qualifiers(parent: Dataset, supplemental: Dataset) -> dict[str, pd.Series]:
    """One column for each QNAM, aligned with the records of the parent."""
    from converters.keys import match

    frame = supplemental.frame
    codes, names = columns.parts(frame["QNAM"])
    by, variables = columns.parts(frame["IDVAR"])
    found: dict[str, pd.Series] = {}
    for number, name in enumerate(names):
        chosen = np.full(len(parent.frame), -1, dtype=np.int64)
        for code in (-1, *range(len(variables))):
            rows = np.flatnonzero((codes == number) & (by == code))
            if not len(rows):
                continue
            mine, theirs = [parent.frame["USUBJID"]], [frame["USUBJID"]]
            if code >= 0:
                mine.append(parent.frame[variables[code]])
                theirs.append(frame["IDVARVAL"])
            matched = match(mine, [columns.take(column, rows) for column in theirs])
            last = matched.last(np.arange(len(rows)))
            chosen = np.where(last >= 0, np.append(rows, -1)[last], chosen)
        found[name] = columns.take(frame["QVAL"], chosen)
    return found


class AnalysisTable:
    """``made`` are the variables by name, ``carried`` the source's columns; both row by row.

    ``origin`` (a number in the notes' list of files) and ``record`` say which record of the source
    each row comes from. Implements ``rules.step.Analysis`` for the steps.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        others: Mapping[str, Finished],
        notes: Notes,
        carried: Mapping[str, pd.Series],
        origin: npt.NDArray[np.int32],
        record: npt.NDArray[np.int64],
    ) -> None:
        """No variable is made yet."""
        self.name, self.settings, self.others, self.notes = name, settings, others, notes
        self.carried = dict(carried)
        self.made: dict[str, pd.Series] = {}
        self.origin, self.record = origin, record
        self.target = ""  # the variable at work, for findings

    @property
    def rows(self) -> int:
        """How many records there are."""
        return len(self.record)

    def has(self, name: str) -> bool:
        """Whether there is a variable or a column of the source of that name."""
        return name in self.made or name in self.carried

    def column(self, name: str) -> pd.Series:
        """A variable made so far, else a column of the source."""
        return self.made[name] if name in self.made else self.carried[name]

    def variable(self, name: str) -> pd.Series:
        """As ``column``; without any value where there is none."""
        return self.column(name) if self.has(name) else columns.constant(None, self.rows)

    def made_columns(self) -> list[pd.Series]:
        """All variables made so far, in the order of their names."""
        return [self.made[name] for name in sorted(self.made)]

    def formula(self, text: str) -> pd.Series:
        """The value of an expression, row by row."""
        return parse(text).evaluate(self._value, self.rows)

    def condition(self, text: str) -> npt.NDArray[np.bool_]:
        """Where a condition holds."""
        return parse(text).test(self._value, self.rows)

    def dataset(self, name: str) -> Table:
        """Another dataset, or this one."""
        return self if name == self.name else self.others[name]  # type: ignore[return-value]

    def source(self, name: str) -> Table:
        """There are no raw sources here; a spec that names one is refused before."""
        raise KeyError(name)

    def put(self, name: str, column: pd.Series) -> None:
        """Makes a variable, or makes it anew."""
        if len(column) != self.rows:
            raise ValueError(f"{name} has {len(column)} rows and not {self.rows}")
        self.made[name] = column.reset_index(drop=True)

    def append(self, rows: Rows, changes: Mapping[str, pd.Series]) -> None:
        """Adds records like those in ``rows``, with other values where ``changes`` say."""
        before = self.rows
        order = np.concatenate([np.arange(before), rows]).astype(np.int64)
        for kept in (self.made, self.carried):
            for name, column in kept.items():
                if kept is self.carried or name not in changes:
                    kept[name] = columns.take(column, order)
        for name, column in changes.items():
            old = self.made.get(name)
            if old is None:
                number = columns.is_number(column)
                old = pd.Series(np.full(before, np.nan)) if number else None
                old = columns.constant(None, before) if old is None else old
            self.made[name] = columns.concat([old, column.reset_index(drop=True)])
        self.origin, self.record = self.origin[order], self.record[order]

    def keep(self, mask: npt.NDArray[np.bool_]) -> None:
        """Leaves out the records where the mask is false."""
        rows = np.flatnonzero(mask)
        if len(rows) == self.rows:
            return
        for kept in (self.made, self.carried):
            for name, column in kept.items():
                kept[name] = columns.take(column, rows)
        self.origin, self.record = self.origin[rows], self.record[rows]

    def _value(self, ref: Ref) -> pd.Series:
        if ref.scope is None or ref.scope == self.name:
            return self.column(ref.name)
        if ref.scope == "raw":
            return self.carried[ref.name]
        return self._of_subject(ref)

    def _of_subject(self, ref: Ref) -> pd.Series:
        """A variable of another dataset in the record of the same subject."""
        other = self.others[str(ref.scope)]
        if "USUBJID" not in other.columns:
            raise InputError(f"{ref.scope} has no USUBJID: use a 'merge' with 'by'")
        codes, values = columns.parts(self.column("USUBJID"))
        rows = np.array([*(other.subjects.get(value, -1) for value in values), -1])
        if len(other.subjects) < other.rows:
            several = {v for v, n in zip(values, _records(other, values), strict=True) if n > 1}
            cases = {
                number: (value, f"{ref.scope} has several records of the subject; use a merge")
                for number, value in enumerate(values)
                if value in several
            }
            self.report_groups("lookup-several", Severity.ERROR, codes, cases)
        return columns.take(other.variable(ref.name), rows.astype(np.int64)[codes])

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


def _records(other: Finished, values: Sequence[str]) -> list[int]:
    codes, known = columns.parts(other.columns["USUBJID"])
    counts = np.bincount(codes[codes >= 0], minlength=len(known))
    number = dict(zip(known, counts.tolist(), strict=True))
    return [number.get(value, 0) for value in values]
