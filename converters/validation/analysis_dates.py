"""Numeric dates, times and relative days of analysis datasets (ADaMIG 1.3, 3.1.2 and 3.1.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from converters import columns
from converters.findings import Finding, Severity
from converters.formats.dataset_json_layout import Clock, clock_of, clock_text
from converters.validation.table import Case, Fault, Mask, Rule, Table, described, number, quoted

_TEXT = Rule("date-not-numeric", Severity.ERROR)
_FORMAT = Rule("date-without-format", Severity.ERROR)
_FRACTION = Rule("date-not-integer", Severity.ERROR)
_NO_DATE = Rule("imputation-flag-without-date", Severity.ERROR)
_ZERO = Rule("relative-day-zero", Severity.ERROR, ("ADaM-46",))
_ANCHORS = Rule("relative-day-anchors-differ", Severity.WARNING)
_AFTER = Rule("start-after-end", Severity.ERROR)
_OUTSIDE = Rule("date-outside-interval", Severity.WARNING)
_PARTS = Rule("date-and-datetime-differ", Severity.ERROR)

#: How names end, what they are, and the published rules on numbers and formats.
_KINDS: tuple[tuple[str, Clock, str, str], ...] = (
    ("DTM", "datetime", "ADaM-60", "ADaM-43"),
    ("DT", "date", "ADaM-58", "ADaM-41"),
    ("TM", "time", "ADaM-716", "ADaM-42"),
)
#: Relative times and the planned times of SDTM end so too, and are none.
_NO_TIME = re.compile(r"ARELTM|.*ELTM")
#: Imputation flags, what they are flags of, and the published rule.
_FLAGS = (
    (re.compile(r"(P\d\dS\d[SE])DF"), ("DT", "DM"), "ADaM-369"),
    (re.compile(r"(P\d\dS\d[SE])TF"), ("TM", "DM"), "ADaM-370"),
    (re.compile(r"(.+)DTF"), ("DT", "DTM"), "ADaM-369"),
    (re.compile(r"(.+)TMF"), ("TM", "DTM"), "ADaM-370"),
)
#: Starts and ends by how their names end: ASTDT and AENDT, TRTSDT and TRTEDT.
_INTERVALS = (
    (re.compile(r"(.*)ST(DTM|DT|DY)"), r"\1EN\2"),
    (re.compile(r"(.*)S(DTM|DT|DM)"), r"\1E\2"),
)
_AFTER_RULES = {
    "ASTDT": "ADaM-361",
    "ASTDTM": "ADaM-362",
    "DT": "ADaM-121",
    "DTM": "ADaM-122",
}
_DAY = 86400.0

Numbers = npt.NDArray[np.float64]


def check_analysis_dates(table: Table) -> Iterator[Finding]:
    """What is wrong with the numeric dates, times and days of an analysis dataset."""
    for name in table.names:
        yield from _kind(table, name)
        yield from _imputation(table, name)
        yield from _zero(table, name)
        yield from _intervals(table, name)
        if name.endswith("DTM"):
            yield from _parts(table, name)
    for date, day in (("ADT", "ADY"), ("ASTDT", "ASTDY"), ("AENDT", "AENDY")):
        if _are_numbers(table, date, day, "USUBJID"):
            yield from _anchors(table, date, day)
    yield from _outside(table)


def _are_numbers(table: Table, *names: str) -> bool:
    """Whether these variables are there, and are numbers; USUBJID need only be there."""
    return all(
        name in table and (name == "USUBJID" or columns.is_number(table.frame[name]))
        for name in names
    )


def _kind(table: Table, name: str) -> Iterator[Finding]:
    """A date is a number that SAS shows as a date: whole days, or seconds."""
    kind = next((kind for kind in _KINDS if name.endswith(kind[0]) and name != kind[0]), None)
    if kind is None or _NO_TIME.fullmatch(name):
        return
    _, clock, as_number, as_format = kind
    if not columns.is_number(table.frame[name]):
        message = f"{name}: text, where its name says that it is a numeric {clock}"
        yield table.finding(
            _TEXT._replace(published=(as_number,)), Case(None, 1, -1, message), name
        )
        return
    variable = next((item for item in table.metadata.variables if item.name == name), None)
    if variable is not None and clock_of(variable) != clock:
        shown = f"the format '{variable.format}' is none" if variable.format else "it has no format"
        message = f"{name}: a numeric {clock} needs a format of {clock}s; {shown}"
        rule = _FORMAT._replace(published=(as_format,))
        yield table.finding(rule, Case(variable.format or None, 1, -1, message), name)
    if clock == "date":
        values = table.column(name).values
        wrong = [place for place, value in enumerate(values) if value != value // 1]
        words = "is no whole number of days"
        yield from table.value_findings(
            name, wrong, lambda value: Fault(_FRACTION, f"{quoted(value)} {words}")
        )


def _imputation(table: Table, name: str) -> Iterator[Finding]:
    """An imputation flag goes with a date or time (or datetime) that has a value."""
    for pattern, endings, published in _FLAGS:
        found = pattern.fullmatch(name)
        if found is None:
            continue
        wanted = [found[1] + ending for ending in endings]
        present = [item for item in wanted if item in table]
        rule, either = _NO_DATE._replace(published=(published,)), " or ".join(wanted)
        if not present:
            message = f"{name}: it is the flag of {either}, which is absent"
            yield table.finding(rule, Case(None, 1, -1, message), name)
            return
        lacking = ~table.missing(name)
        for item in present:
            lacking &= table.missing(item)
        rows = np.flatnonzero(lacking)
        if len(rows):
            message = f"{name}: {number(len(rows), 'record')} without a value of {either}"
            yield table.finding(rule, Case(None, len(rows), int(rows[0]), message), name)
        return


def _zero(table: Table, name: str) -> Iterator[Finding]:
    if name.endswith("DY") and columns.is_number(table.frame[name]):
        wrong = [place for place, value in enumerate(table.column(name).values) if value == 0]
        words = "there is no day 0: days run from -1 to 1"
        yield from table.value_findings(name, wrong, lambda _: Fault(_ZERO, words))


def _intervals(table: Table, name: str) -> Iterator[Finding]:
    """A start is not after its end."""
    for pattern, ending in _INTERVALS:
        found = pattern.fullmatch(name)
        end = found.expand(ending) if found else ""
        if found is None or not _are_numbers(table, name, end):
            continue
        published = _AFTER_RULES.get(name) or _AFTER_RULES.get(found[2], "")
        rule = _AFTER._replace(published=(published,) if published else ())
        late = columns.floats(table.frame[name]) > columns.floats(table.frame[end])
        yield from _told(table, rule, (name, end), late, f"{name} is after {end}")
        return


def _outside(table: Table) -> Iterator[Finding]:
    """A result that sums up an interval is dated within it."""
    if not _are_numbers(table, "ADT"):
        return
    date = columns.floats(table.frame["ADT"])
    for name, is_start in (("ASTDT", True), ("AENDT", False)):
        if _are_numbers(table, name):
            other = columns.floats(table.frame[name])
            wrong = date < other if is_start else date > other
            words = f"ADT is {'before' if is_start else 'after'} {name}"
            yield from _told(table, _OUTSIDE, ("ADT", name), wrong, words)


def _parts(table: Table, name: str) -> Iterator[Finding]:
    """A datetime and the date and time of the same root say the same."""
    if not _are_numbers(table, name):
        return
    moment = columns.floats(table.frame[name])
    root = name.removesuffix("DTM")
    parts = {f"{root}DT": moment // _DAY, f"{root}TM": moment % _DAY}
    for part, expected in parts.items():
        if _are_numbers(table, part):
            own = columns.floats(table.frame[part])
            wrong = ~np.isnan(own) & ~np.isnan(expected) & (own != expected)
            rule = _PARTS._replace(published=("ADaM-45" if part.endswith("DT") else "ADaM-44",))
            yield from _told(table, rule, (part, name), wrong, f"{part} is not that of {name}")


def _told(
    table: Table, rule: Rule, names: tuple[str, str], wrong: Mask, words: str
) -> list[Finding]:
    """A finding for each pair of values that is wrong, dates as people read them."""

    def told(row: int) -> tuple[Any, str]:
        record = {name: shown(table, name, row) for name in names}
        return record[names[0]], f"{names[0]}: {words}: {described(record)}"

    rows = np.flatnonzero(wrong)
    return table.group_findings(rule, names[0], table.groups(names, rows), told)


def shown(table: Table, name: str, row: int) -> Any:
    """The value in a row; numeric dates and times as ISO 8601."""
    value = table.value(name, row)
    variable = next((item for item in table.metadata.variables if item.name == name), None)
    clock = clock_of(variable) if variable else None
    return value if clock is None or value is None else clock_text(value, clock) or value


def _anchors(table: Table, date: str, day: str) -> Iterator[Finding]:
    """The days of a subject (and period) are counted from one date, without a day 0.

    Days of the wrong sign, and days that are one off, have another anchor than the rest.
    """
    dates, days = (columns.floats(table.frame[name]) for name in (date, day))
    known = np.flatnonzero(~np.isnan(dates) & ~np.isnan(days) & (days != 0))
    anchors = dates[known] - days[known] + (days[known] > 0)
    keys = [key for key in ("USUBJID", "APERIOD") if key in table]
    groups = table.groups(keys, known)
    first = np.full(len(groups.first), np.inf)
    last = np.full(len(groups.first), -np.inf)
    np.minimum.at(first, groups.ids, anchors)
    np.maximum.at(last, groups.ids, anchors)
    several = np.flatnonzero((first != last)[groups.ids])
    by_row = dict(zip(known[several].tolist(), groups.ids[several].tolist(), strict=True))

    def told(row: int) -> tuple[Any, str]:
        group = by_row[row]
        since = [clock_text(float(item), "date") for item in (first[group], last[group])]
        where = described(table.record(keys, row))
        words = f"{day}: {date} is counted from {since[0]} to {since[1]}, and not from one date"
        return None, f"{words}: {where}"

    rows = known[several]
    yield from table.group_findings(_ANCHORS, day, table.groups(keys, rows), told)
