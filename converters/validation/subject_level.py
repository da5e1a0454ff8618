"""Analysis datasets against each other: ADSL and what is copied from it, labels, types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from converters import columns
from converters.dataset import Variable
from converters.findings import Finding, Severity
from converters.validation.analysis_dates import shown
from converters.validation.relations import NOT_IN_ADSL, check_strangers
from converters.validation.table import Case, Mask, Rows, Rule, Table, described, quoted

_NO_ADSL = Rule("adsl-absent", Severity.ERROR, ("CORE-000560", "ADaM-1"))
_DIFFERS = Rule("differs-from-adsl", Severity.ERROR, ("ADaM-591",))
_TYPES = Rule("types-differ", Severity.ERROR, ("ADaM-590",))
_LABELS = Rule("labels-differ", Severity.WARNING)

#: Variables whose labels a study may word for each dataset: numbered flags, criteria, groups.
_NUMBERED = re.compile(
    r"ANL\d\d(FL|FN)|M?CRIT\d+.*|.*(CAT?|GR?|SHIFT)\d+N?|AOCC\d\dFL|A\d+(LO|HI)C?"
)


def check_subject_level(tables: Sequence[Table]) -> Iterator[Finding]:
    """ADSL is there, what others have of it is the same, and one name has one label and type."""
    by_name = {table.name: table for table in tables}
    adsl = by_name.get("ADSL")
    if tables and adsl is None:
        message = "ADSL: there is no such dataset"
        yield Finding(
            _NO_ADSL.name, _NO_ADSL.severity, message, "ADSL", published=_NO_ADSL.published
        )
    yield from _metadata(tables)
    if adsl is None or "USUBJID" not in adsl:
        return
    for table in tables:
        if table is not adsl and "USUBJID" in table and table.rows:
            yield from check_strangers(table, adsl, NOT_IN_ADSL)
            yield from _copies(table, adsl)


def _metadata(tables: Sequence[Table]) -> Iterator[Finding]:
    """Variables of one name have one type and label: those of ADSL, or of the first dataset."""
    usual: dict[str, tuple[str, Variable]] = {}
    for table in sorted(tables, key=lambda table: table.name != "ADSL"):
        for variable in table.metadata.variables:
            name, known = usual.setdefault(variable.name, (table.name, variable))
            if known.kind != variable.kind:
                message = f"{variable.name}: {variable.kind} here, but {known.kind} in {name}"
                yield table.finding(_TYPES, Case(variable.kind, 1, -1, message), variable.name)
            if known.label != variable.label and not _NUMBERED.fullmatch(variable.name):
                words = f"the label {quoted(variable.label)} is {quoted(known.label)} in {name}"
                case = Case(variable.label, 1, -1, f"{variable.name}: {words}")
                yield table.finding(_LABELS, case, variable.name)


def _copies(table: Table, adsl: Table) -> Iterator[Finding]:
    """A variable that ADSL has too has the value that it has there, for each subject."""
    rows = _subjects(table, adsl)
    known = rows >= 0
    shared = [name for name in table.names if name in adsl and name not in ("USUBJID", "STUDYID")]
    for name in shared:
        if columns.is_number(table.frame[name]) == columns.is_number(adsl.frame[name]):
            wrong = np.flatnonzero(known & ~_equal(table, adsl, name, rows))
            yield from _differing(table, adsl, name, rows, wrong)


def _subjects(table: Table, adsl: Table) -> Rows:
    """Of each record the row of its subject in ADSL; -1: there is none, or several."""
    subjects = adsl.column("USUBJID")
    places: Mapping[Any, int] = {
        value: int(row)
        for value, row, count in zip(subjects.values, subjects.first, subjects.counts, strict=True)
        if count == 1
    }
    values = table.column("USUBJID").values
    found = np.array([*(places.get(value, -1) for value in values), -1], dtype=np.int64)
    return found[table.codes("USUBJID")]


def _equal(table: Table, adsl: Table, name: str, rows: Rows) -> Mask:
    if columns.is_number(table.frame[name]):
        mine, theirs = columns.floats(table.frame[name]), columns.floats(adsl.frame[name])[rows]
        return np.asarray((mine == theirs) | (np.isnan(mine) & np.isnan(theirs)))
    places = {value: place for place, value in enumerate(table.column(name).values)}
    theirs_as_mine: npt.NDArray[np.int64] = np.array(
        [*(places.get(value, -2) for value in adsl.column(name).values), -1], dtype=np.int64
    )
    return np.asarray(table.codes(name) == theirs_as_mine[adsl.codes(name)][rows])


def _differing(table: Table, adsl: Table, name: str, rows: Rows, wrong: Rows) -> list[Finding]:
    def told(row: int) -> tuple[Any, str]:
        value, other = shown(table, name, row), shown(adsl, name, int(rows[row]))
        where = described(table.record(("USUBJID",), row))
        return value, f"{name}: {quoted(value)}, but {quoted(other)} in ADSL: {where}"

    return table.group_findings(_DIFFERS, name, table.groups(["USUBJID"], wrong), told)
