"""Datasets against each other: subjects, arms, visits, supplemental qualifiers, relationships."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from converters import columns
from converters.dataset import Dataset
from converters.errors import nearest
from converters.findings import Finding, Severity
from converters.standards.sdtmig import OWNERS
from converters.validation.pairs import check_decodes
from converters.validation.structure import duplicates
from converters.validation.table import (
    Case,
    Fault,
    Mask,
    Rows,
    Rule,
    Table,
    described,
    number,
    plain,
    quoted,
    steady,
)

_NO_DM = Rule("dm-absent", Severity.ERROR, ("SD1020",))
_NO_SUBJECT = Rule("subject-not-in-dm", Severity.ERROR, ("SD0064",))
NOT_IN_ADSL = Rule("subject-not-in-adsl", Severity.ERROR, ("ADaM-256",))
_NO_RELATED = Rule("related-subject-unknown", Severity.ERROR)
_NO_DEVICE = Rule("device-not-in-di", Severity.ERROR, ("SD1233",))
_NO_TYPE = Rule("device-type-missing", Severity.WARNING, ("SD1234",))
_SUBJID_TWICE = Rule("subjid-not-unique", Severity.ERROR, ("SD1001",))
_NOT_IN_TA = Rule("arm-not-in-ta", Severity.ERROR, ("SD0071",))
_SPLIT_SEQUENCE = Rule("sequence-not-unique", Severity.ERROR, ("SD0005",))
_RDOMAIN = Rule("invalid-rdomain", Severity.ERROR, ("SD0072",))
_IDVAR = Rule("invalid-idvar", Severity.ERROR, ("SD0075",))
_REFERENCE = Rule("referenced-record-absent", Severity.ERROR, ("SD0077",))

#: Code, decode, and the published rules on one decode a code and one code a decode.
_ARMS = (("ARMCD", "ARM", "SD1033", "SD1034"), ("ACTARMCD", "ACTARM", "SD1133", "SD1134"))
#: Values of ARMCD that are no arm (SDTMIG before 3.3).
_NO_ARM = frozenset({"SCRNFAIL", "NOTASSGN"})

#: What makes the results of one test different ones, so that each may have its baseline: how the
#: names end after the domain's letters, and whole names.
_OF_RESULT = (
    *("TESTCD", "TSTDTL", "CAT", "SCAT", "OBJ", "BDAGNT", "TSTCND", "TSTOPO", "SYM", "PVRID"),
    *("SPEC", "ANTREG", "SPCCND", "MRKSTR", "GATE", "CELSTA", "LOC", "LAT", "DIR", "PORTOT"),
    *("METHOD", "ANMETH", "POS", "LEAD", "EVAL", "EVALID", "LNKID", "TPT", "TPTNUM", "TPTREF"),
)
_OWNERS = ("STUDYID", "USUBJID", "APID", "POOLID", "SPDEVID", "FOCID")
_WHOM = {"USUBJID": "subject", "APID": "person", "POOLID": "pool", "SPDEVID": "device"}
_FLAGS = (("LOBXFL", "SD1445"), ("BLFL", "SD1439"))


def check_relations(datasets: Mapping[str, Dataset] | Sequence[Table]) -> list[Finding]:
    """What does not fit between the datasets of one package, and in DM."""
    given = datasets.values() if isinstance(datasets, Mapping) else datasets
    tables = {table.name: table for table in map(Table.of, given)}
    findings = [*_subjects(tables), *_visits(tables), *_split_sequences(tables)]
    findings += [*_persons(tables), *_devices(tables)]
    if "DM" in tables:
        findings += _demographics(tables["DM"], tables.get("TA"))
    for table in tables.values():
        findings += _baselines(table)
        if {"RDOMAIN", "IDVAR", "IDVARVAL"} <= set(table.names):
            findings += _references(table, tables)
    return findings


def _subjects(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Every subject is in DM (of analysis datasets: in ADSL)."""
    for table in tables.values():
        if "USUBJID" not in table or table.name in ("DM", "ADSL"):
            continue
        tabulation = table.metadata.purpose == "Tabulation"
        subjects = tables.get("DM" if tabulation else "ADSL")
        if subjects is None or "USUBJID" not in subjects:
            continue
        yield from check_strangers(table, subjects, _NO_SUBJECT if tabulation else NOT_IN_ADSL)
    needs = [t for t in tables.values() if t.metadata.purpose == "Tabulation" and "USUBJID" in t]
    if needs and "DM" not in tables:
        message = f"DM: there is no such dataset, but {needs[0].name} has subjects"
        yield Finding(_NO_DM.name, _NO_DM.severity, message, "DM", published=_NO_DM.published)


def check_strangers(table: Table, subjects: Table, rule: Rule) -> list[Finding]:
    """Subjects that DM (or ADSL) does not have."""
    known = set(subjects.column("USUBJID").values)
    return _unknown(table, "USUBJID", known, rule, f"is not in {subjects.name}")


def _persons(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Who is related to an associated person is a subject, or a pool of them (SDTMIG-AP 1.0)."""
    if "DM" not in tables or "USUBJID" not in tables["DM"]:
        return
    known = {*tables["DM"].column("USUBJID").values, "MULTIPLE"}
    if "POOLDEF" in tables and "POOLID" in tables["POOLDEF"]:
        known |= set(tables["POOLDEF"].column("POOLID").values)
    words = "is no subject of DM and no pool of POOLDEF"
    for table in tables.values():
        if "RSUBJID" in table:
            yield from _unknown(table, "RSUBJID", known, _NO_RELATED, words)


def _devices(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Every device is in DI, and DI says of which type it is (SDTMIG-MD 1.1)."""
    devices = tables.get("DI")
    if devices is None or not {"SPDEVID", "DIPARMCD"} <= set(devices.names):
        return
    known = set(devices.column("SPDEVID").values)
    for table in tables.values():
        for name in ("SPDEVID", "RDEVID"):
            if name in table and table is not devices:
                yield from _unknown(table, name, known, _NO_DEVICE, "is not in DI")
    rows = devices.where("DIPARMCD", lambda value: value == "DEVTYPE")
    codes, values = columns.parts(devices.frame["SPDEVID"])
    typed = {values[code] for code in np.unique(codes[rows]) if code >= 0}
    words = "has no record with DIPARMCD 'DEVTYPE'"
    yield from _unknown(devices, "SPDEVID", typed, _NO_TYPE, words)


def _unknown(
    table: Table, name: str, known: Container[Any], rule: Rule, words: str
) -> list[Finding]:
    wrong = [p for p, value in enumerate(table.column(name).values) if value not in known]
    return table.value_findings(name, wrong, lambda v: Fault(rule, f"{quoted(v)} {words}"))


def _demographics(dm: Table, arms: Table | None) -> Iterator[Finding]:
    """In DM a subject has one SUBJID, a code one arm; the arms are those of TA."""
    yield from check_decodes([dm], "SUBJID", "USUBJID", _SUBJID_TWICE)
    for code, arm, one_arm, one_code in _ARMS:
        one = Rule("several-arms-of-code", Severity.ERROR, (one_arm,))
        yield from check_decodes([dm], code, arm, one)
        other = Rule("several-codes-of-arm", Severity.ERROR, (one_code,))
        yield from check_decodes([dm], arm, code, other)
    if arms is not None and arms.rows and "ARMCD" in dm and "ARMCD" in arms:
        known = {*arms.column("ARMCD").values, *_NO_ARM}
        values = dm.column("ARMCD").values
        wrong = [place for place, value in enumerate(values) if value not in known]
        yield from dm.value_findings(
            "ARMCD",
            wrong,
            lambda value: Fault(
                _NOT_IN_TA, f"{quoted(value)} is no arm of TA{_near(value, known)}"
            ),
        )


def _near(value: Any, known: set[Any]) -> str:
    return nearest(plain(value), map(plain, known))


def _visits(tables: Mapping[str, Table]) -> list[Finding]:
    """VISIT and VISITNUM go together one to one, in all datasets."""
    every = [table for table in tables.values() if table.metadata.purpose == "Tabulation"]
    return [
        *check_decodes(
            every,
            "VISITNUM",
            "VISIT",
            Rule("several-visits-of-number", Severity.ERROR, ("SD0051",)),
        ),
        *check_decodes(
            every,
            "VISIT",
            "VISITNUM",
            Rule("several-numbers-of-visit", Severity.ERROR, ("SD0052",)),
        ),
    ]


def _split_sequences(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """--SEQ is unique within a subject over all datasets into which a domain is split."""
    by_domain: dict[str, list[Table]] = {}
    for table in tables.values():
        name = f"{table.prefix}SEQ"
        if name in table and table.owners and columns.is_number(table.frame[name]):
            by_domain.setdefault(table.domain, []).append(table)
    for parts in by_domain.values():
        for place, table in enumerate(parts[1:], 1):
            for earlier in parts[:place]:
                names = [*table.owners, f"{table.prefix}SEQ"]
                if not all(name in earlier for name in names):
                    continue
                shared = np.flatnonzero(found_in(table, earlier, names, names))
                if len(shared):
                    record = table.record(names, int(shared[0]))
                    message = (
                        f"{names[-1]}: {number(len(shared), 'record')} with a number that "
                        f"{earlier.name} has for the same {_WHOM[names[0]]}: {described(record)}"
                    )
                    case = Case(None, len(shared), int(shared[0]), message)
                    yield table.finding(_SPLIT_SEQUENCE, case, names[-1])


def _baselines(table: Table) -> Iterator[Finding]:
    """A subject has at most one baseline record of a test (specimen, method, time point ...)."""
    if f"{table.prefix}TESTCD" not in table or not table.owners:
        return
    known = {*(table.prefix + name for name in _OF_RESULT), *_OWNERS}
    keys = [name for name in table.names if name in known]
    for ending, published in _FLAGS:
        flag = table.prefix + ending
        if flag in table:
            rule = Rule("several-baselines", Severity.ERROR, (published,))
            yield from duplicates(table, keys, rule, table.where(flag, lambda v: v == "Y"))


def _references(table: Table, tables: Mapping[str, Table]) -> Iterator[Finding]:
    """RDOMAIN, IDVAR and IDVARVAL of SUPP--, CO and RELREC lead to a record."""
    by_domain: dict[str, list[Table]] = {}
    for other in tables.values():
        if not other.is_supplemental and other.name != "RELREC":
            by_domain.setdefault(other.domain, []).append(other)
    values = table.column("RDOMAIN").values
    wrong = [place for place, value in enumerate(values) if value not in by_domain]
    yield from table.value_findings(
        "RDOMAIN",
        wrong,
        lambda v: Fault(
            _RDOMAIN, f"{quoted(v)} is not among the datasets{_near(v, set(by_domain))}"
        ),
    )
    groups = table.groups(["RDOMAIN", "IDVAR"])
    for group, row in enumerate(groups.first.tolist()):
        parents = by_domain.get(str(table.value("RDOMAIN", row)), [])
        if parents:
            yield from _of_parent(table, parents, row, np.flatnonzero(groups.ids == group))


def _of_parent(table: Table, parents: list[Table], first: int, rows: Rows) -> list[Finding]:
    """The findings for ``rows``, which all have the RDOMAIN and IDVAR of row ``first``."""
    name = table.value("IDVAR", first)
    having = [parent for parent in parents if name is None or name in parent]
    if not having:
        hint = _near(name, set(parents[0].names))
        message = f"IDVAR: {parents[0].name} has no variable {quoted(name)}{hint}"
        return [table.finding(_IDVAR, Case(plain(name), len(rows), first, message), "IDVAR")]
    mine = [key for key in OWNERS if key in table and key in having[0]]
    mine = [key for key in mine if key == "USUBJID" or not table.missing(key)[rows].all()]
    theirs = list(mine)
    checked = np.zeros(table.rows, dtype=bool)
    checked[rows] = True
    if name is not None:
        mine, theirs = [*mine, "IDVARVAL"], [*theirs, name]
        checked &= ~table.missing("IDVARVAL")  # a relation of whole datasets names no records
    elif mine:
        checked &= ~table.missing(mine[0])
    if not mine:
        return []
    for parent in having:
        checked &= ~found_in(table, parent, mine, theirs)
    lost = np.flatnonzero(checked)

    def told(row: int) -> tuple[Any, str]:
        record = {theirs[place]: table.value(key, row) for place, key in enumerate(mine)}
        value = None if name is None else table.value("IDVARVAL", row)
        return value, f"IDVARVAL: {having[0].name} has no record with {described(record)}"

    return table.group_findings(_REFERENCE, "IDVARVAL", table.groups(mine, lost), told)


def found_in(table: Table, parent: Table, mine: Sequence[str], theirs: Sequence[str]) -> Mask:
    """Which rows of ``table`` have values in ``mine`` that the parent has in ``theirs``."""
    key = np.zeros(table.rows, dtype=np.int64)
    parent_key = np.zeros(parent.rows, dtype=np.int64)
    possible = np.ones(table.rows, dtype=bool)
    for one, other in zip(mine, theirs, strict=True):
        places = _places(table, one, parent, other)
        width = len(parent.column(other).values) + 1
        possible &= places > -2
        key = key * width + np.maximum(places, -1) + 1
        parent_key = parent_key * width + parent.codes(other) + 1
    found: Mask = possible & np.isin(key, parent_key)
    return found


def _places(table: Table, one: str, parent: Table, other: str) -> npt.NDArray[np.int64]:
    """Of each row's value the place among the parent's; -1 is missing, -2 not there.

    A number and its text are the same: IDVARVAL is text, --SEQ is not.
    """
    values = parent.column(other).values
    by_text = {plain(steady(value)): place for place, value in enumerate(values)}
    is_number = columns.is_number(parent.frame[other])
    places = [
        by_text.get(_as_number(text) if is_number else text, -2)
        for text in table.column(one).texts()
    ]
    return np.array([*places, -1], dtype=np.int64)[table.codes(one)]


def _as_number(text: str) -> str:
    value = columns.parse_number(text)
    return text if value != value else columns.number_text(value)
