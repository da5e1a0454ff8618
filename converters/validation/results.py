"""The results of a findings domain against each other: NOT DONE, and the unit of each test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from converters import columns
from converters.findings import Finding, Severity
from converters.quantities import numbers
from converters.validation.table import Mask, Rule, Table, described, listed

_NOT_DONE = Rule("not-done-has-no-standard-result", Severity.ERROR)
_SEVERAL = Rule("several-standard-units", Severity.ERROR, ("SD0007",))
_MISSING = Rule("standard-unit-missing", Severity.ERROR, ("SD0029",))
_REVERSED = Rule("reference-range-reversed", Severity.ERROR)

#: What a test has one standard unit for.
_OF_UNIT = ("TESTCD", "CAT", "SPEC", "METHOD")


def check_results(table: Table) -> Iterator[Finding]:
    """What is wrong with the results of a findings domain."""
    prefix = table.domain
    if f"{prefix}STRESC" not in table or f"{prefix}TESTCD" not in table:
        return
    yield from _not_done(table, prefix)
    if f"{prefix}STRESU" in table:
        yield from _units(table, prefix)
    yield from _ranges(table, prefix)


def _not_done(table: Table, prefix: str) -> Iterator[Finding]:
    """A result in standard form although --STAT says NOT DONE; --ORRES has a rule of its own."""
    status, result = f"{prefix}STAT", f"{prefix}STRESC"
    if status in table:
        wrong = table.where(status, lambda value: value == "NOT DONE") & ~table.missing(result)
        words = f"{status} is NOT DONE, so there is no result"
        yield from _told(table, _NOT_DONE, result, wrong, (result,), words)


def _units(table: Table, prefix: str) -> Iterator[Finding]:
    """Quantities of one test, category, specimen and method are in one standard unit."""
    name = f"{prefix}STRESU"
    by = [prefix + part for part in _OF_UNIT if prefix + part in table]
    rows = np.flatnonzero(~np.isnan(numbers(table.frame[f"{prefix}STRESC"]).value))
    if not len(rows):
        return
    groups = table.groups(by, rows)
    codes = table.codes(name)[rows].astype(np.int64)
    units = table.column(name).values
    pairs = np.unique(np.stack([groups.ids, codes], axis=1)[codes >= 0], axis=0)
    count = np.bincount(pairs[:, 0], minlength=len(groups.first))
    for group in np.flatnonzero(count > 1).tolist():
        found = [units[code] for _, code in pairs[pairs[:, 0] == group]]
        test = described(table.record(by, int(groups.first[group])))
        wrong = np.zeros(table.rows, dtype=bool)
        wrong[rows[groups.ids == group]] = True
        words = f"results of {test} are in several standard units: {listed(sorted(found))}"
        yield from _told(table, _SEVERAL, name, wrong, (), words)
    unitless = np.zeros(table.rows, dtype=bool)
    unitless[rows[(codes < 0) & (count[groups.ids] > 0)]] = True
    words = "no unit, though other results of the test have one"
    yield from _told(table, _MISSING, name, unitless, by, words)


def _ranges(table: Table, prefix: str) -> Iterator[Finding]:
    low, high = f"{prefix}STNRLO", f"{prefix}STNRHI"
    if low in table and high in table and columns.is_number(table.frame[low]):
        wrong = columns.floats(table.frame[low]) > columns.floats(table.frame[high])
        words = f"it is above {high}"
        yield from _told(table, _REVERSED, low, wrong, (f"{prefix}TESTCD", low, high), words)


def _told(
    table: Table, rule: Rule, variable: str, wrong: Mask, by: Sequence[str], words: str
) -> list[Finding]:
    """A finding for each distinct case of ``by`` among the wrong rows; one without ``by``."""
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return []

    def told(row: int) -> tuple[Any, str]:
        case = described(table.record(by, row))
        value = table.value(variable, row) if variable in by else None
        return value, f"{variable}: {words}{f' ({case})' if case else ''}"

    return table.group_findings(rule, variable, table.groups(by, rows), told)
