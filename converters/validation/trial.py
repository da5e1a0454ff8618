"""Datasets against the trial's design: elements, epochs, visits, criteria; and lone relations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from converters import columns
from converters.findings import Finding, Severity
from converters.validation.relations import found_in
from converters.validation.table import Mask, Rule, Table, described, quoted

_NOT_IN_TE = Rule("element-not-in-te", Severity.ERROR, ("SD1009", "SD1012"))
_NOT_IN_TA = Rule("element-not-in-ta", Severity.ERROR, ("SD1378",))
_EPOCH = Rule("epoch-not-in-ta", Severity.WARNING, ("SD1015",))
_BEFORE = Rule("element-before-previous", Severity.ERROR)
_NOT_IN_TV = Rule("visit-not-in-tv", Severity.WARNING, ("SD1023",))
_DAY = Rule("visit-day-not-in-tv", Severity.WARNING, ("SD1018",))
_NOT_IN_SV = Rule("visit-not-in-sv", Severity.WARNING, ("SD0065",))
_NOT_IN_TI = Rule("criterion-not-in-ti", Severity.ERROR, ("SD0068",))
_CRITERION = Rule("criterion-differs-from-ti", Severity.ERROR, ("SD1016",))
_ALONE = Rule("relation-of-one", Severity.WARNING)

_UNPLANNED = "UNPLAN"


def check_trial(tables: Sequence[Table]) -> list[Finding]:
    """What does not agree with TE, TA, TV, TI and SV, as far as the package has them."""
    by_name = {table.name: table for table in tables}
    findings = [*_elements(by_name), *_visits(by_name)]
    for table in tables:
        if "TA" in by_name and table.name != "TA" and "EPOCH" in table:
            findings += _strange(table, by_name["TA"], ["EPOCH"], _EPOCH)
        if "TI" in by_name and table.domain == "IE":
            findings += _criteria(table, by_name["TI"])
    if "RELREC" in by_name:
        findings += _lone_relations(by_name["RELREC"])
    return findings


def _strange(
    table: Table, plan: Table, names: Sequence[str], rule: Rule, within: Mask | None = None
) -> list[Finding]:
    """A finding for each combination of values, without any missing, that ``plan`` lacks."""
    names = [name for name in names if name in table and name in plan]
    if not names or not plan.rows:
        return []
    wrong = ~found_in(table, plan, names, names)
    for name in names:
        wrong &= ~table.missing(name)
    if within is not None:
        wrong &= within
    rows = np.flatnonzero(wrong)

    def told(row: int) -> tuple[object, str]:
        record = table.record(names, row)
        return record[names[0]], f"{names[0]}: {plan.name} has no record with {described(record)}"

    return table.group_findings(rule, names[0], table.groups(names, rows), told)


def _elements(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """The elements of SE and TA are those of TE, and those of SE in order."""
    for name in ("TA", "SE"):
        table = tables.get(name)
        if table is None or "ETCD" not in table:
            continue
        planned = ~table.where("ETCD", lambda value: value == _UNPLANNED)
        if "TE" in tables:
            yield from _strange(table, tables["TE"], ["ETCD", "ELEMENT"], _NOT_IN_TE, planned)
        if name == "SE" and "TA" in tables:
            yield from _strange(table, tables["TA"], ["ETCD"], _NOT_IN_TA, planned)
        if {"USUBJID", "TAETORD", "SESTDTC"} <= set(table.names):
            yield from _order(table)


def _order(table: Table) -> list[Finding]:
    """No element starts before the one that the plan has before it, as far as the dates tell."""
    known = ~(table.missing("USUBJID") | table.missing("TAETORD") | table.missing("SESTDTC"))
    rows = np.flatnonzero(known)
    names = ["USUBJID", "TAETORD", "SESTDTC"]
    key = columns.sort_key([columns.take(table.frame[name], rows) for name in names], len(rows))
    rows = rows[np.argsort(key, kind="stable")]
    subject = table.codes("USUBJID")[rows]
    later, before = rows[1:], rows[:-1]
    starts = table.frame["SESTDTC"]
    pair = [columns.take(starts, before), columns.take(starts, later)]
    ids, first = columns.tuples(pair, len(later))
    dates = zip(*(columns.to_list(columns.take(item, first)) for item in pair), strict=True)
    earlier = np.array([_is_before(other, one) for one, other in dates], dtype=bool)
    wrong = np.flatnonzero((subject[1:] == subject[:-1]) & earlier[ids])
    previous = dict(zip(later[wrong].tolist(), before[wrong].tolist(), strict=True))

    def told(row: int) -> tuple[object, str]:
        start, other = table.value("SESTDTC", row), previous[row]
        one = described(table.record(["USUBJID", "ETCD", "SESTDTC"], row))
        return start, (
            f"SESTDTC: {one} starts before the element before it, "
            f"{described(table.record(['ETCD', 'SESTDTC'], other))}"
        )

    groups = table.groups(["USUBJID", "TAETORD", "ETCD"], np.sort(later[wrong]))
    return table.group_findings(_BEFORE, "SESTDTC", groups, told)


def _is_before(one: str, other: str) -> bool:
    """Compared to the precision that both dates have."""
    shared = min(len(one), len(other))
    return one[:shared] < other[:shared]


def _visits(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Planned visits of SV are those of TV; the visits of other datasets are those of SV."""
    visits, plan = tables.get("SV"), tables.get("TV")
    if visits is None or "VISITNUM" not in visits:
        return
    if plan is not None:
        planned = np.ones(visits.rows, dtype=bool)
        if "SVUPDES" in visits:
            planned = visits.missing("SVUPDES")
        yield from _strange(visits, plan, ["VISITNUM", "VISIT"], _NOT_IN_TV, planned)
        if {"VISITNUM", "VISITDY"} <= {*visits.names} & {*plan.names}:
            there = found_in(visits, plan, ["VISITNUM"], ["VISITNUM"])
            yield from _strange(visits, plan, ["VISITDY", "VISITNUM"], _DAY, planned & there)
    for table in tables.values():
        if table.name != "SV" and {"USUBJID", "VISITNUM"} <= set(table.names):
            yield from _strange(table, visits, ["VISITNUM", "USUBJID"], _NOT_IN_SV)


def _criteria(table: Table, plan: Table) -> Iterator[Finding]:
    """Criteria are those of TI, with the same words and category."""
    yield from _strange(table, plan, ["IETESTCD"], _NOT_IN_TI)
    there = found_in(table, plan, ["IETESTCD"], ["IETESTCD"])
    yield from _strange(table, plan, ["IETESTCD", "IETEST", "IECAT"], _CRITERION, there)


def _lone_relations(table: Table) -> list[Finding]:
    """A relation has two records or more."""
    names = [name for name in ("USUBJID", "RELID") if name in table]
    if "RELID" not in names or not table.rows:
        return []
    groups = table.groups(names)
    alone = np.sort(groups.first[(groups.counts == 1) & ~table.missing("RELID")[groups.first]])

    def told(row: int) -> tuple[object, str]:
        value = table.value("RELID", row)
        return value, f"RELID: {quoted(value)} relates its record to no other"

    return table.group_findings(_ALONE, "RELID", table.groups(names, alone), told)
