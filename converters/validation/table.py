"""A dataset as the checks see it: distinct values counted once, and findings that say where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.dataset import Dataset, Metadata
from converters.findings import Finding, Severity
from converters.standards.sdtmig import variable_prefix

#: How many cases of one fault in one variable are listed one by one.
LIMIT = 100

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


class Distinct(NamedTuple):
    """The distinct values of a column: text, or numbers as float.

    ``counts[v]`` records have value v, ``first[v]`` (0-based) is the first of them; ``missing``
    records have no value, ``first_missing`` (or -1) is the first of them.
    """

    values: list[Any]
    counts: Rows
    first: Rows
    missing: int
    first_missing: int

    def texts(self) -> list[str]:
        """The values as text, numbers as people write them."""
        return [plain(value) for value in self.values]


class Groups(NamedTuple):
    """The distinct rows of several columns.

    Row i belongs to group ``ids[i]``, ``counts[g]`` rows to group g, ``first[g]`` is its first row.
    """

    ids: Rows
    counts: Rows
    first: Rows


class Rule(NamedTuple):
    """What a check is called, how grave its findings are, and the published rules it matches."""

    name: str
    severity: Severity
    published: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One fault: value, number of records, the first of them (0-based), and what is said of it."""

    value: str | None
    count: int
    row: int
    message: str


class Fault(NamedTuple):
    """What is wrong with a value: the rule that it breaks, and in words."""

    rule: Rule
    words: str


@dataclass(frozen=True)
class Table:
    """A dataset with the distinct values of its columns, each counted on first use."""

    dataset: Dataset
    _distinct: dict[str, Distinct] = field(default_factory=dict, repr=False)
    _number_codes: dict[str, npt.NDArray[np.int32]] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(dataset: Dataset | Table) -> Table:
        """The dataset as a table; a table as it is."""
        return dataset if isinstance(dataset, Table) else Table(dataset)

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.dataset.name

    @property
    def metadata(self) -> Metadata:
        """The dataset's metadata."""
        return self.dataset.metadata

    @property
    def frame(self) -> pd.DataFrame:
        """The records."""
        return self.dataset.frame

    @property
    def rows(self) -> int:
        """Number of records."""
        return len(self.dataset.frame)

    @property
    def domain(self) -> str:
        """The domain's letters (MH, APMH); of a split dataset (QSCO) those of its domain (QS)."""
        has_letters = not self.name.startswith(("SUPP", "SQ", "REL", "APREL", "POOL"))
        letters = self.name[: 4 if self.name.startswith("AP") else 2]
        return self.metadata.domain or (letters if has_letters else self.name)

    @property
    def prefix(self) -> str:
        """The letters that begin the names of the domain's own variables."""
        return variable_prefix(self.domain)

    @property
    def owners(self) -> list[str]:
        """What the records are about, as far as names tell: the subject, or else a person ..."""
        return [key for key in ("USUBJID", "APID", "POOLID", "SPDEVID") if key in self][:1]

    @property
    def is_supplemental(self) -> bool:
        """Whether this is a SUPP-- dataset."""
        return {"RDOMAIN", "IDVAR", "IDVARVAL", "QNAM"} <= set(self.names)

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return [str(name) for name in self.frame.columns]

    def __contains__(self, variable: str) -> bool:
        """Whether there is such a column."""
        return variable in self.frame.columns

    def column(self, variable: str) -> Distinct:
        """The distinct values of a variable."""
        if variable not in self._distinct:
            self._distinct[variable] = self._count(variable)
        return self._distinct[variable]

    def _count(self, variable: str) -> Distinct:
        series = self.frame[variable]
        codes: npt.NDArray[np.int32]
        values: list[Any]
        if columns.is_number(series):
            places, numbers = pd.factorize(series.to_numpy(np.float64, na_value=np.nan))
            codes, values = places.astype(np.int32), numbers.tolist()
            self._number_codes[variable] = codes
        else:
            codes, values = columns.parts(series)
        size = len(values)
        counts = np.bincount(codes.astype(np.int64) + 1, minlength=size + 1)
        first = np.full(size + 1, -1, dtype=np.int64)
        first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
        return Distinct(values, counts[1:], first[:-1], int(counts[0]), int(first[-1]))

    def codes(self, variable: str) -> npt.NDArray[np.int32]:
        """Of each row the place of its value in ``column(variable).values``; missing is -1."""
        self.column(variable)
        if variable in self._number_codes:
            return self._number_codes[variable]
        return columns.parts(self.frame[variable]).codes

    def missing(self, variable: str) -> Mask:
        """Which rows have no value."""
        return columns.missing(self.frame[variable])

    def where(self, variable: str, chosen: Callable[[Any], bool]) -> Mask:
        """Which rows have a value that is chosen."""
        verdicts = [chosen(value) for value in self.column(variable).values]
        return np.array([*verdicts, False], dtype=bool)[self.codes(variable)]

    def groups(self, variables: Sequence[str], rows: Rows | None = None) -> Groups:
        """The distinct rows of these columns, in order of appearance; missing equals missing.

        With ``rows`` only those rows count; ``first`` then still gives rows of the whole table.
        """
        parts = [self.frame[name] for name in variables]
        if rows is not None:
            parts = [columns.take(part, rows) for part in parts]
        size = self.rows if rows is None else len(rows)
        ids, first = columns.tuples(parts, size)
        counts = np.bincount(ids, minlength=len(first))
        return Groups(ids, counts, first if rows is None else rows[first])

    def value(self, variable: str, row: int) -> Any:
        """The value in a row (0-based): text, float, or None where it is missing."""
        value = self.frame[variable].iloc[row]
        if value is None or value != value:
            return None
        return float(value) if columns.is_number(self.frame[variable]) else str(value)

    def record(self, variables: Iterable[str], row: int) -> dict[str, Any]:
        """The values in a row (0-based), by name."""
        return {name: self.value(name, row) for name in variables}

    def finding(self, rule: Rule, case: Case, variable: str = "") -> Finding:
        """A case as a finding that says where its first record is; row -1 is none."""
        place: dict[str, Any] = {}
        if case.row >= 0:
            keys = self.record((key for key in self.metadata.keys if key in self), case.row)
            place = {
                "row": case.row + 1,
                "keys": {name: _json(value) for name, value in keys.items()},
                **_source(self.dataset.trace, case.row),
            }
        return Finding(
            rule=rule.name,
            severity=rule.severity,
            message=case.message,
            dataset=self.name,
            variable=variable,
            value=case.value,
            count=case.count,
            published=rule.published,
            **place,
        )

    def group_findings(
        self, rule: Rule, variable: str, groups: Groups, words: Callable[[int], tuple[Any, str]]
    ) -> list[Finding]:
        """A finding a group, in order of rows; beyond ``LIMIT`` one finding says how many more.

        ``words`` gives the value and the message for the first row (0-based) of a group.
        """
        found = []
        for row, count in zip(groups.first[:LIMIT].tolist(), groups.counts.tolist(), strict=False):
            value, message = words(row)
            case = Case(None if value is None else plain(value), count, row, message)
            found.append(self.finding(rule, case, variable))
        if len(groups.first) > LIMIT:
            rest = groups.counts[LIMIT:], groups.first[LIMIT:]
            found.append(self._more(rule, variable, *rest))
        return found

    def value_findings(
        self, variable: str, wrong: Iterable[int], fault: Callable[[Any], Fault]
    ) -> list[Finding]:
        """``group_findings`` for wrong values, given by their places among the distinct values."""
        column = self.column(variable)
        ordered = sorted(wrong, key=lambda place: int(column.first[place]))
        found: list[Finding] = []
        for place in ordered[:LIMIT]:
            value = column.values[place]
            rule, words = fault(value)
            count, row = int(column.counts[place]), int(column.first[place])
            case = Case(plain(value), count, row, f"{variable}: {words}")
            found.append(self.finding(rule, case, variable))
        rest = np.array(ordered[LIMIT:], dtype=np.int64)
        if len(rest):
            found.append(self._more(rule, variable, column.counts[rest], column.first[rest]))
        return found

    def _more(self, rule: Rule, variable: str, counts: Rows, first: Rows) -> Finding:
        subject = f"{variable}: " if variable else ""
        message = f"{subject}the same fault in {number(len(counts), 'more case')}, not listed"
        return self.finding(rule, Case(None, int(counts.sum()), int(first[0]), message), variable)


def plain(value: Any) -> str:
    """A value as people write it: text as it is, ``3`` for 3.0."""
    return columns.number_text(value) if isinstance(value, float) else str(value)


def steady(value: Any) -> Any:
    """A number without the noise that SAS XPORT's floating point leaves in its last digits."""
    return float(f"{value:.12g}") if isinstance(value, float) else value


def quoted(value: Any) -> str:
    """A value as a message shows it: ``'MILD'``, ``3``, or ``no value``; long text is cut."""
    if value is None:
        return "no value"
    if isinstance(value, float):
        return plain(value)
    text = str(value)
    return f"'{text}'" if len(text) <= 60 else f"'{text[:57]}...'"


def listed(values: Iterable[Any], limit: int = 5) -> str:
    """Some values as a message shows them: ``'A', 'B' and 3 more``."""
    items = list(values)
    shown = ", ".join(quoted(item) for item in items[:limit])
    return shown if len(items) <= limit else f"{shown} and {len(items) - limit} more"


def number(count: int, noun: str) -> str:
    """A count with its noun: ``1 record``, ``3 records``."""
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"


def described(record: dict[str, Any]) -> str:
    """Values by name as a message shows them: ``AESDTH 'Y', AEOUT no value``."""
    return ", ".join(f"{name} {quoted(value)}" for name, value in record.items())


def _json(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _source(trace: pd.DataFrame, row: int) -> dict[str, Any]:
    """The file and record that a row came from, as far as the trace says."""
    if row >= len(trace):
        return {}
    place: dict[str, Any] = {}
    if "file" in trace and not pd.isna(file := trace["file"].iloc[row]):
        place["file"] = str(file)
    if "record" in trace and not pd.isna(record := trace["record"].iloc[row]):
        place["record"] = int(record)
    return place
