"""A dataset in the making: its parts under one another, and the variables made so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from converters.pipeline.notes import Notes
from converters.pipeline.plan import DatasetPlan
from converters.pipeline.raw import Raw
from converters.pipeline.select import Part
from converters.rules.definition import Definition
from converters.rules.rule import Table

T = TypeVar("T")


class Work:
    """The records of a dataset: ``parts`` one under another, ``made`` its variables by name."""

    def __init__(self, plan: DatasetPlan, parts: Sequence[Part], notes: Notes) -> None:
        """No variable is made yet."""
        self.plan, self.parts, self.notes = plan, tuple(parts), notes
        self.name = plan.spec.name
        sizes = [len(part.rows) for part in parts]
        self.starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.origin = _stack([part.raw.origin[part.rows] for part in parts], np.int32)
        self.record = _stack([part.raw.record[part.rows] for part in parts], np.int64)
        self.made: dict[str, pd.Series] = {}
        self.used: list[tuple[str, Fate]] = []
        self.shared: dict[tuple[Any, ...], Any] = {}

    @property
    def rows(self) -> int:
        """How many records the dataset has."""
        return int(self.starts[-1])

    def variable(self, name: str) -> pd.Series:
        """A variable that was made before."""
        return self.made[name]

    @property
    def owners(self) -> tuple[str, ...]:
        """What identifies whom or what the records are about."""
        return tuple(name for name in self.plan.domain.owners if name in self.made)

    def trace(self, rows: Rows) -> pd.DataFrame:
        """The source, file and record that each of the rows came from."""
        files = self.notes.files
        origin = self.origin[rows]
        return pd.DataFrame(
            {
                "source": columns.from_codes(origin, [name for name, _ in files]),
                "file": columns.from_codes(origin, [file for _, file in files]),
                "record": self.record[rows],
            }
        )

    def make(self, name: str, settings: Settings, tables: Tables) -> None:
        """Makes a variable: once for all parts that define it alike."""
        groups: dict[str, list[int]] = {}
        for number, part in enumerate(self.parts):
            groups.setdefault(part.plan.definitions[name].key, []).append(number)
        results, rows = [], []
        for numbers in groups.values():
            definition = self.parts[numbers[0]].plan.definitions[name]
            view = View(self, numbers, definition, settings, tables)
            results.append(view.value())
            rows.append(view.table_rows())
        if len(results) == 1:
            self.made[name] = results[0]
            return
        order = np.empty(self.rows, dtype=np.int64)
        order[np.concatenate(rows)] = np.arange(self.rows)
        self.made[name] = columns.take(columns.concat(results), order)


def _stack(pieces: list[npt.NDArray[Any]], dtype: Any) -> npt.NDArray[Any]:
    return np.concatenate(pieces) if pieces else np.empty(0, dtype=dtype)


class Tables:
    """All that a lookup may look into: the datasets in the making and the raw sources."""

    def __init__(self, works: Mapping[str, Work], sources: Mapping[str, Raw]) -> None:
        """Both are by name."""
        self.works, self.sources = works, sources
        self._subjects: dict[tuple[str, str], dict[str, int]] = {}

    def subjects(self, dataset: str, variable: str) -> Mapping[str, int]:
        """Of each subject the row in a dataset where the variable has its lowest value."""
        key = (dataset, variable)
        if key not in self._subjects:
            work = self.works[dataset]
            codes, values = columns.parts(work.variable("USUBJID"))
            order = np.arange(work.rows)
            if len(values) < work.rows:
                place, places = columns.ranks(work.variable(variable))
                order = np.argsort(np.where(place == 0, places, place), kind="stable")[::-1]
            order = order[codes[order] >= 0]
            lowest = np.full(len(values), -1, dtype=np.int64)
            lowest[codes[order]] = order  # of several rows the last one written stays
            self._subjects[key] = dict(zip(values, lowest.tolist(), strict=True))
        return self._subjects[key]


class View:
    """Some parts of a dataset, as one rule sees them (``rules.rule.Records``)."""

    def __init__(
        self,
        work: Work,
        numbers: Sequence[int],
        definition: Definition,
        settings: Settings,
        tables: Tables,
    ) -> None:
        """``numbers`` are the parts; ``definition`` is what makes the variable at work."""
        self.work, self.definition, self.settings, self.tables = work, definition, settings, tables
        self.parts = [work.parts[number] for number in numbers]
        self.numbers = list(numbers)
        self.all = len(self.parts) == len(work.parts)
        self._rows = sum(len(part.rows) for part in self.parts)

    @property
    def rows(self) -> int:
        """How many records there are."""
        return self._rows

    def table_rows(self) -> Rows:
        """The rows of the dataset that these records are."""
        starts = self.work.starts
        pieces = [np.arange(starts[n], starts[n + 1]) for n in self.numbers]
        return np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64)

    def value(self) -> pd.Series:
        """The variable: the rule's value, changed by the modifiers, of the variable's type."""
        made, target = self.definition, self.definition.target
        column = made.rule.apply(made.args, self, target)
        for rule, args in made.changes:
            column = rule.apply(args, column, self, target)
        if target.kind == "Num":
            return self._number(column)
        if columns.is_number(column) or "" in columns.parts(column).values:
            return columns.map_text(column, lambda values: [value or None for value in values])
        return column

    def _number(self, column: pd.Series) -> pd.Series:
        if columns.is_number(column):
            return column.astype(np.float64)
        problems = {
            value: f"'{value}' is not a number"
            for value in columns.parts(column).values
            if value and np.isnan(columns.parse_number(value))
        }
        self.report_values("not-a-number", Severity.ERROR, column, problems, ("SD0055",))
        return columns.to_number(column)

    def column(self, name: str) -> pd.Series:
        """A raw column, else a variable of this dataset; the other way for what comes unasked.

        ``DM.SEX`` that is neither is the variable of another dataset, for the same subject.
        """
        raw = [part.raw.has(name) and not self.definition.automatic for part in self.parts]
        dataset, _, variable = name.partition(".")
        if not any(raw) and variable and dataset in self.tables.works:
            return self._of_subject(Ref(dataset, variable))
        if name not in self.work.made:
            return self._raw(name)
        if all(raw) or not any(raw):
            return self._raw(name) if any(raw) else self._own(name)
        starts, own = self.work.starts, self.work.made[name]
        return columns.concat(
            [
                columns.take(part.raw.variable(name), part.rows)
                if is_raw
                else columns.take(own, np.arange(starts[number], starts[number + 1]))
                for part, number, is_raw in zip(self.parts, self.numbers, raw, strict=True)
            ]
        )

    def variable(self, name: str) -> pd.Series:
        """A variable of this dataset; without any value where the dataset lacks it."""
        return self._own(name) if name in self.work.made else columns.constant(None, self.rows)

    def made(self) -> list[pd.Series]:
        """What records that tie go by: the variables made so far, then what others will be made of.

        Both in the order of their names.
        """
        raw = sorted({name for part in self.parts for name in part.raw.names})
        return [*map(self._own, sorted(self.work.made)), *map(self._raw, raw)]

    def formula(self, text: str) -> pd.Series:
        """The value of an expression, row by row."""
        return parse(text).evaluate(self._value, self.rows)

    def condition(self, text: str) -> npt.NDArray[np.bool_]:
        """Where a condition holds."""
        return parse(text).test(self._value, self.rows)

    def dataset(self, name: str) -> Table:
        """Another dataset of the study (or this one)."""
        return self.tables.works[name]

    def source(self, name: str) -> Table:
        """A source's raw columns."""
        return self.tables.sources[name]

    def _value(self, ref: Ref) -> pd.Series:
        own = self.work.made
        if ref.scope == "raw":
            return self._raw(ref.name)
        if ref.scope is None:
            is_own = ref.name in own and ref.name != self.definition.target.name
            return self._own(ref.name) if is_own else self._raw(ref.name)
        if ref.scope == self.work.name:
            return self._own(ref.name)
        return self._of_subject(ref)

    def _own(self, name: str) -> pd.Series:
        column = self.work.made[name]
        return column if self.all else columns.take(column, self.table_rows())

    def _raw(self, name: str) -> pd.Series:
        pieces = [
            columns.take(part.raw.variable(name), part.rows)
            if part.raw.has(name)
            else columns.constant(None, len(part.rows))
            for part in self.parts
        ]
        return columns.concat(pieces) if pieces else columns.constant(None, 0)

    def _of_subject(self, ref: Ref) -> pd.Series:
        """A variable of another dataset in the record of the same subject."""
        work = self.tables.works[str(ref.scope)]
        if "USUBJID" not in work.made:
            message = f"{ref.scope} has no USUBJID: look its values up by 'lookup' with 'by'"
            raise InputError(message)
        subjects = self.tables.subjects(work.name, ref.name)
        codes, values = columns.parts(self._own("USUBJID"))
        rows = np.array([subjects.get(value, -1) for value in values] + [-1], dtype=np.int64)
        if len(subjects) < work.rows:
            self._report_repeats(ref, work, codes, rows)
        return columns.take(work.variable(ref.name), rows[codes])

    def _report_repeats(self, ref: Ref, work: Work, codes: Any, rows: Rows) -> None:
        subject, value = work.variable("USUBJID"), work.variable(ref.name)
        distinct = columns.tuples([subject, value], work.rows).first
        distinct = distinct[~columns.missing(value)[distinct]]
        names, values = columns.parts(columns.take(subject, distinct))
        several = {values[n] for n in np.flatnonzero(np.bincount(names[names >= 0]) > 1)}
        first = columns.to_list(columns.take(subject, rows[:-1]))
        cases = {
            number: (
                name,
                f"{ref.scope} has several values of {ref.name} for the subject, the lowest is"
                " taken; use a lookup",
            )
            for number, name in enumerate(first)
            if name in several
        }
        self.report_groups("lookup-several", Severity.ERROR, codes, cases)

    def once(self, what: str, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once for these records and all variables that name ``what``."""
        key = (what, *self.numbers)
        if key not in self.work.shared:
            self.work.shared[key] = make()
        found: T = self.work.shared[key]
        return found

    def used(self, source: str, asked: npt.NDArray[np.bool_]) -> None:
        """Tells the account which records of another source (a mask) some record here asks for."""
        fate = Fate.of(len(asked))
        fate.put(~asked, "excluded", "asked for by no record")
        self.work.used.append((source, fate))

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
        row = self.table_rows()[rows[0]]
        name = self.definition.target.name
        self.work.notes.place(
            rule, severity, f"{name}: {message}", name, len(rows),
            int(self.work.origin[row]), int(self.work.record[row]), value, published,
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
        if not cases:
            return
        rows = self.table_rows()
        origin, record = self.work.origin[rows], self.work.record[rows]
        name = self.definition.target.name
        self.work.notes.groups(rule, severity, name, ids, cases, origin, record, published)

    def report_values(
        self,
        rule: str,
        severity: Severity,
        column: pd.Series,
        problems: Mapping[str, str],
        published: tuple[str, ...] = (),
    ) -> None:
        """A finding for each value of ``column`` that is a key of ``problems``."""
        if not problems:
            return
        codes, values = columns.parts(column)
        cases = {n: (value, problems[value]) for n, value in enumerate(values) if value in problems}
        self.report_groups(rule, severity, codes, cases, published)
