"""One dataset by itself: its keys, its sequence, its texts and dates, its variables and labels."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from typing import Any

import numpy as np

from converters import columns, iso8601
from converters.dataset import Dataset
from converters.findings import Finding, Severity
from converters.standards.model import FINDINGS
from converters.standards.sdtmig import OWNERS, Domain
from converters.validation.table import (
    Case,
    Fault,
    Mask,
    Rule,
    Table,
    described,
    number,
    quoted,
)

#: What SAS XPORT version 5 can hold (bytes).
VALUE_BYTES, LABEL_BYTES, NAME_BYTES = 200, 40, 8

_EMPTY = Rule("no-records", Severity.WARNING, ("SD0001",))
_KEYS = Rule("duplicate-keys", Severity.ERROR, ("SD1152",))
#: The natural keys that the standard suggests are not always enough; the sponsor may add to them.
_NATURAL_KEYS = _KEYS._replace(severity=Severity.WARNING)
_RECORDS = Rule("duplicate-records", Severity.ERROR, ("SD1201",))
_SUBJECT = Rule("subject-not-unique", Severity.ERROR, ("SD0083",))
_QUALIFIERS = Rule("duplicate-qualifier", Severity.ERROR, ("SD0086",))
_NO_SEQUENCE = Rule("sequence-missing", Severity.ERROR, ("SD0002",))
_SEQUENCE = Rule("sequence-not-unique", Severity.ERROR, ("SD0005",))
_NOT_ASCII = Rule("not-ascii", Severity.ERROR, ("SD1029",))
_TOO_LONG = Rule("text-too-long", Severity.ERROR)
_NOT_ISO = Rule("invalid-iso8601", Severity.ERROR, ("SD0003",))
_UNKNOWN = Rule("variable-not-in-standard", Severity.ERROR, ("SD0058",))
_FROM_MODEL = Rule("variable-from-model", Severity.NOTE, ("SD1076",))
_ORDER = Rule("variable-out-of-order", Severity.WARNING, ("SD1079",))
_LABEL = Rule("label-too-long", Severity.ERROR, ("SD1475",))
_NO_LABEL = Rule("label-missing", Severity.ERROR)
_NAME = Rule("invalid-name", Severity.ERROR, ("SD1474",))
_DATASET_NAME = Rule("invalid-dataset-name", Severity.ERROR, ("SD1457",))

#: Dates and days that must not be in the other order: how their names end, or whole names.
_ORDERED = (
    ("STDTC", "ENDTC", "SD0013"),
    ("RFSTDTC", "RFENDTC", "SD1002"),
    ("RFXSTDTC", "RFXENDTC", "SD1208"),
)
_ORDERED_DAYS = (("STDY", "ENDY", "SD0012"),)
#: In findings --DTC is when an observation begins; elsewhere when it was collected.
_ORDERED_IN_FINDINGS = (("DTC", "ENDTC", "SD0025"),)
_ORDERED_DAYS_IN_FINDINGS = (("DY", "ENDY", "SD1330"),)
_QUALIFIER_KEYS = ("RDOMAIN", *OWNERS, "IDVAR", "IDVARVAL", "QNAM")
_DURATIONS = ("DUR", "ELTM", "EVLINT", "STINT", "ENINT")


def check_structure(
    dataset: Dataset | Table, domain: Domain | None = None, model: Container[str] = ()
) -> list[Finding]:
    """What is wrong with a dataset by itself, beside what its JSON Schema and terminology say.

    ``domain`` is what the standard says of the dataset; without it the dataset's variables and
    their order are not checked. ``model`` names variables that the SDTM model allows beside it.
    """
    table = Table.of(dataset)
    findings = [*_names(table), *(_against(table, domain, model) if domain else ())]
    if not table.rows:
        message = f"{table.name} has no records"
        return [*findings, table.finding(_EMPTY, Case(None, 1, -1, message))]
    findings += _keys(table, domain)
    findings += _sequence(table, domain)
    findings += _texts(table)
    findings += _dates(table)
    is_finding = table.metadata.dataset_class in FINDINGS
    dates = _ORDERED + (_ORDERED_IN_FINDINGS if is_finding else ())
    for start, end, published in _ordered(table, dates):
        findings += _check_dates_in_order(table, start, end, published)
    days = _ORDERED_DAYS + (_ORDERED_DAYS_IN_FINDINGS if is_finding else ())
    for start, end, published in _ordered(table, days):
        findings += _check_days_in_order(table, start, end, published)
    return findings


def _keys(table: Table, domain: Domain | None) -> list[Finding]:
    """Records that share their keys: subjects of DM, qualifiers of one record, records at large."""
    keys: tuple[str, ...]
    if table.is_supplemental:
        keys, rule = _QUALIFIER_KEYS, _QUALIFIERS
    elif table.name in ("DM", "ADSL") and "USUBJID" in table:
        keys = ("STUDYID", "USUBJID")
        rule = _SUBJECT if table.name == "DM" else _SUBJECT._replace(published=("ADaM-54",))
    else:
        keys, rule = table.metadata.keys, _KEYS
        if domain is not None and set(keys) <= set(domain.keys):
            rule = _NATURAL_KEYS
    present = [key for key in keys if key in table]
    found = duplicates(table, present, rule)
    return found + (_repeated(table, present) if found and rule is _NATURAL_KEYS else [])


def _repeated(table: Table, keys: Sequence[str]) -> list[Finding]:
    """Records that are the same in everything but their number: one of them is one too many."""
    groups = table.groups(keys)
    shared = groups.counts[groups.ids] > 1
    names = [name for name in table.names if not name.endswith("SEQ")]
    return duplicates(table, names, _RECORDS, shared, shown=keys)


def duplicates(
    table: Table,
    keys: Sequence[str],
    rule: Rule,
    within: Mask | None = None,
    *,
    shown: Sequence[str] = (),
) -> list[Finding]:
    """One finding, if records (those of ``within``) share the values of ``keys``; else none.

    Examples show the keys, or those ``shown`` where the keys are all that a record holds.
    """
    rows = None if within is None else np.flatnonzero(within)
    if not keys or (rows is not None and not len(rows)):
        return []
    groups = table.groups(keys, rows)
    shared = np.flatnonzero(groups.counts > 1)
    if not len(shared):
        return []
    count = int(groups.counts[shared].sum())
    first = int(groups.first[shared].min())
    rows_shown = groups.first[shared[:3]]
    examples = "; ".join(described(table.record(shown or keys, row)) for row in rows_shown)
    more = f"; and {len(shared) - 3:,} more" if len(shared) > 3 else ""
    by = f"not unique by {', '.join(keys)}"
    what = "the same in everything but their number" if shown else by
    message = f"{table.name}: {number(count, 'record')} are {what}: {examples}{more}"
    return [table.finding(rule, Case(None, count, first, message))]


def _sequence(table: Table, domain: Domain | None) -> Iterator[Finding]:
    """--SEQ is given and unique within a subject (person, device, trial summary parameter)."""
    name = f"{table.prefix}SEQ"
    if name not in table:
        return
    column = table.column(name)
    if column.missing:
        message = f"{name}: {number(column.missing, 'record')} without a sequence number"
        case = Case(None, column.missing, column.first_missing, message)
        yield table.finding(_NO_SEQUENCE, case, name)
    owners = [key for key in (domain.numbered_within if domain else ()) if key in table]
    owners = owners or table.owners or [key for key in ("TSPARMCD",) if key in table]
    within = None if not column.missing else ~table.missing(name)
    yield from duplicates(table, [*owners, name], _SEQUENCE, within)


def _texts(table: Table) -> Iterator[Finding]:
    """Text is printable ASCII and fits a SAS XPORT file."""
    for variable in table.names:
        if columns.is_number(table.frame[variable]):
            continue
        values = table.column(variable).values
        strange = [
            place
            for place, value in enumerate(values)
            if not (value.isascii() and value.isprintable())
        ]
        yield from table.value_findings(variable, strange, _not_ascii)
        long = [
            place
            for place, value in enumerate(values)
            if len(value) * 4 > VALUE_BYTES and len(value.encode()) > VALUE_BYTES
        ]
        yield from table.value_findings(variable, long, _too_long)


def _not_ascii(value: str) -> Fault:
    place = next(i for i, sign in enumerate(value) if not (" " <= sign <= "~"))
    sign = f"'{value[place]}' " if value[place].isprintable() else ""
    words = (
        f"{quoted(value)} has the character {sign}(U+{ord(value[place]):04X}) "
        f"at place {place + 1}; only printable ASCII is allowed"
    )
    return Fault(_NOT_ASCII, words)


def _too_long(value: str) -> Fault:
    size = len(value.encode())
    return Fault(_TOO_LONG, f"{quoted(value)} has {size:,} bytes, at most {VALUE_BYTES} fit")


def _dates(table: Table) -> Iterator[Finding]:
    """Dates, durations and intervals are ISO 8601, and days are in the calendar (SDTMIG 4.4)."""
    for name in table.names:
        is_duration = name.removeprefix(table.prefix) in _DURATIONS
        if columns.is_number(table.frame[name]) or not (is_duration or name.endswith("DTC")):
            continue
        values = table.column(name).values
        valid = iso8601.is_valid(values, allow_interval=True, allow_duration=is_duration)
        yield from table.value_findings(name, np.flatnonzero(~valid).tolist(), _not_iso)


def _not_iso(value: str) -> Fault:
    return Fault(
        _NOT_ISO, f"{quoted(value)} is no ISO 8601 date or duration, or not in the calendar"
    )


def _ordered(table: Table, pairs: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """The pairs of start and end that the dataset has, with the published rule."""
    for start, end, published in pairs:
        prefix = "" if start.startswith("RF") else table.prefix
        if prefix + start in table and prefix + end in table:
            yield prefix + start, prefix + end, published


def _check_dates_in_order(table: Table, start: str, end: str, published: str) -> list[Finding]:
    if any(columns.is_number(table.frame[name]) for name in (start, end)):
        return []
    (begins, begin_precision), (ends, end_precision) = (
        _packed(table, name) for name in (start, end)
    )
    precision = np.minimum(begin_precision, end_precision)
    cut = 10 ** (2 * (6 - precision.astype(np.int64)))
    return _not_in_order(
        table, start, end, published, (precision > 0) & (begins // cut > ends // cut)
    )


def _packed(table: Table, name: str) -> tuple[Any, Any]:
    """Of each row the packed date and its precision; both 0 where there is none."""
    packed, precision = iso8601.pack(table.column(name).values)
    codes = table.codes(name)
    return np.append(packed, 0)[codes], np.append(precision, np.int8(0))[codes]


def _check_days_in_order(table: Table, start: str, end: str, published: str) -> list[Finding]:
    if not all(columns.is_number(table.frame[name]) for name in (start, end)):
        return []
    later = (table.frame[start] > table.frame[end]).to_numpy(dtype=bool)
    return _not_in_order(table, start, end, published, later)


def _not_in_order(table: Table, start: str, end: str, published: str, later: Mask) -> list[Finding]:
    rows = np.flatnonzero(later)
    if not len(rows):
        return []
    rule = Rule("start-after-end", Severity.ERROR, (published,))

    def told(row: int) -> tuple[Any, str]:
        first, last = table.value(start, row), table.value(end, row)
        return first, f"{start}: {quoted(first)} is after {end} {quoted(last)}"

    return table.group_findings(rule, start, table.groups([start, end], rows), told)


def _names(table: Table) -> Iterator[Finding]:
    """Names and labels are such as SAS XPORT and SDTM allow."""
    if not _is_name(table.name):
        message = f"{table.name}: a dataset's name has {_NAME_WORDS}"
        yield table.finding(_DATASET_NAME, Case(table.name, 1, -1, message))
    for variable in table.metadata.variables:
        name, size = variable.name, len(variable.label.encode())
        if not _is_name(name):
            message = f"{name}: a variable's name has {_NAME_WORDS}"
            yield table.finding(_NAME, Case(name, 1, -1, message), name)
        if not size:
            yield table.finding(_NO_LABEL, Case(None, 1, -1, f"{name}: no label"), name)
        if size > LABEL_BYTES:
            message = (
                f"{name}: the label '{variable.label}' has {size} bytes, at most {LABEL_BYTES} fit"
            )
            yield table.finding(_LABEL, Case(variable.label, 1, -1, message), name)


_NAME_WORDS = f"1 to {NAME_BYTES} capital letters, digits and underscores, and no digit first"


def _is_name(name: str) -> bool:
    plain = name.isascii() and name.replace("_", "A").isalnum() and name == name.upper()
    return plain and len(name) <= NAME_BYTES and not name[0].isdigit()


def _against(table: Table, domain: Domain, model: Container[str]) -> Iterator[Finding]:
    """Variables that the standard does not have, and variables out of its order."""
    own = {item.name for item in table.metadata.variables if not item.standard}
    order = {variable.name: variable.order for variable in domain.variables}
    for name in table.names:
        if name in order or name in own:
            continue
        known = name in model
        words = "a variable of the SDTM model that" if known else "a variable that"
        message = f"{name}: {words} {domain.name} does not have in the standard"
        rule = _FROM_MODEL if known else _UNKNOWN
        yield table.finding(rule, Case(None, 1, -1, message), name)
    standing = [name for name in table.names if name in order]
    kept = _longest_rising([order[name] for name in standing])
    for place, name in enumerate(standing):
        if place not in kept:
            behind = [item for item in order if item in standing and order[item] < order[name]]
            where = f"after {behind[-1]}" if behind else "first"
            message = f"{name}: out of order; by the standard it stands {where}"
            yield table.finding(_ORDER, Case(None, 1, -1, message), name)


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """The places of a longest rising part of distinct numbers: what may stay where it stands."""
    ends: list[int] = []  # the least number that ends a rising part, by length
    places: list[int] = []
    before: list[int] = []
    for place, item in enumerate(numbers):
        at = bisect_left(ends, item)
        ends[at : at + 1] = [item]
        places[at : at + 1] = [place]
        before.append(places[at - 1] if at else -1)
    kept = set()
    place = places[-1] if places else -1
    while place >= 0:
        kept.add(place)
        place = before[place]
    return kept
