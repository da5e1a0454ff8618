"""Analysis datasets: what ADaMIG asks of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from converters import columns
from converters.dataset import Dataset
from converters.findings import Finding, Severity, sort_findings
from converters.standards.adamig import (
    CLASSES,
    SUBCLASSES,
    Structure,
    find_variable,
    fits,
    load_structure,
)
from converters.standards.terminology import Terminology
from converters.validation.analysis_dates import check_analysis_dates
from converters.validation.companions import check_companions
from converters.validation.parameters import check_parameters
from converters.validation.structure import check_structure, duplicates
from converters.validation.subject_level import check_subject_level
from converters.validation.table import Case, Fault, Rule, Table, number, quoted
from converters.validation.terminology import check_terminology

_ABSENT = Rule("required-variable-absent", Severity.ERROR)
_MISSING = Rule("required-value-missing", Severity.ERROR)
_FLAG = Rule("flag-not-y-n", Severity.ERROR, ("ADaM-5",))
_ONLY_Y = Rule("flag-not-y", Severity.ERROR)
_POPULATION = Rule("population-flag-missing", Severity.ERROR)
_SEQUENCE = Rule("sequence-not-unique", Severity.ERROR)
_TYPE = Rule("type-not-of-standard", Severity.ERROR)
_LABEL = Rule("label-not-of-standard", Severity.WARNING)

#: Flags that are Y or missing, and the published rule: of all versions, and of 1.1 alone.
_Y_FLAGS = (
    (re.compile("ABLFL"), "ADaM-494"),
    (re.compile(r"ANL\d\dFL"), "ADaM-493"),
    (re.compile("TRTEMFL"), "ADaM-269"),
    (re.compile("PREFL"), "ADaM-270"),
    (re.compile("FUPFL"), "ADaM-271"),
    (re.compile("AOCC.*FL"), "ADaM-272"),
)
_Y_FLAGS_1_1 = (
    (re.compile("ONTRTFL"), "ADaM-363"),
    (re.compile("LVOTFL"), "ADaM-619"),
    (re.compile(".+RFL"), "ADaM-33"),
    (re.compile("(ITT|SAF|FAS|PPROT|COMPL)PFL"), "ADaM-34"),
)
#: Flags of populations, which every subject of ADSL has, and the published rules.
_POPULATIONS = {
    "COMPLFL": "ADaM-19",
    "FASFL": "ADaM-20",
    "ITTFL": "ADaM-21",
    "PPROTFL": "ADaM-22",
    "SAFFL": "ADaM-23",
    "RANDFL": "ADaM-24",
    "ENRLFL": "ADaM-25",
}
#: Required variables that no record may lack, and the published rule.
_NEVER_MISSING = {"STUDYID": "", "USUBJID": "", "PARAM": "ADaM-196", "PARAMCD": "ADaM-197"}


def check_analyses(
    datasets: Mapping[str, Dataset],
    *,
    version: str = "1.3",
    terminology: Terminology | None = None,
) -> list[Finding]:
    """Every check on the analysis datasets of one package, gravest findings first.

    Without ``terminology`` no codelist is looked at.

    Raises:
        SpecError: that version of ADaMIG is not shipped.
    """
    tables = [Table.of(dataset) for dataset in datasets.values()]
    findings = list(check_subject_level(tables))
    for table in tables:
        structure = _structure(table, version)
        findings += check_structure(table)
        findings += _required(table, structure) if structure else ()
        findings += _listed(table, version)
        findings += _values(table, version)
        findings += check_companions(table)
        findings += check_parameters(table)
        findings += check_analysis_dates(table)
        if terminology is not None:
            findings += check_terminology(table, terminology)
    return sort_findings(findings)


def _structure(table: Table, version: str) -> Structure | None:
    metadata = table.metadata
    if metadata.subclass in SUBCLASSES:
        return load_structure(version, SUBCLASSES[metadata.subclass][1])
    name = CLASSES.get(metadata.dataset_class, "")
    return load_structure(version, name) if name else None


def _required(table: Table, structure: Structure) -> Iterator[Finding]:
    """The structure's required variables; of those of an occurrence, or a result, one is enough."""
    required = [item.name for item in structure.variables if item.core == "Req"]
    terms = [name for name in required if name in ("--TERM", "CMTRT")]
    groups = [[name] for name in required if name not in terms] + [terms] * bool(terms)
    if structure.name == "BDS":
        groups.append(["AVAL", "AVALC"])
    for names in groups:
        if not any(fits(pattern, name) for pattern in names for name in table.names):
            what = " or ".join(names)
            message = f"{what}: required by ADaMIG in {structure.name}, and absent"
            rule = _ABSENT._replace(published=("ADaM-198",) if names[0] == "AVAL" else ())
            yield table.finding(rule, Case(None, 1, -1, message), names[0])


def _listed(table: Table, version: str) -> Iterator[Finding]:
    """Variables that ADaMIG lists have its type and, unless they are numbered, its label."""
    metadata = table.metadata
    for variable in metadata.variables:
        name, label = variable.name, variable.label
        listed = find_variable(version, metadata.dataset_class, name, metadata.subclass)
        if listed is None or not listed.label:
            continue
        if listed.kind != variable.kind and not listed.format:  # dates: ``check_analysis_dates``
            message = f"{name}: {variable.kind}, but {listed.kind} by ADaMIG {version}"
            yield table.finding(_TYPE, Case(variable.kind, 1, -1, message), name)
        if label and not listed.by_pattern and _letters(label) != _letters(listed.label):
            message = f"{name}: the label {quoted(label)} is {quoted(listed.label)} by ADaMIG"
            yield table.finding(_LABEL, Case(label, 1, -1, f"{message} {version}"), name)


def _letters(label: str) -> str:
    """A label without case, blanks and hyphens, in which its versions differ."""
    return "".join(filter(str.isalnum, label)).casefold()


def _values(table: Table, version: str) -> Iterator[Finding]:
    """Values that no record may lack, flags, and ASEQ, which is unique within a subject."""
    missing = {name: rule for name, rule in _NEVER_MISSING.items() if name in table}
    for name, published in missing.items():
        yield from _lacking(table, name, _MISSING, published)
    for name in table.names:
        if name.endswith("FL") and not columns.is_number(table.frame[name]):
            yield from _flags(table, name, version)
    if {"USUBJID", "ASEQ"} <= set(table.names):
        yield from duplicates(table, ["USUBJID", "ASEQ"], _SEQUENCE, ~table.missing("ASEQ"))


def _flags(table: Table, name: str, version: str) -> Iterator[Finding]:
    """Flags hold Y, N or nothing (ADaMIG 1.3, 3.1.4), some Y or nothing, of populations Y or N."""
    only = _Y_FLAGS + (_Y_FLAGS_1_1 if version == "1.1" else ())
    published = next((rule for pattern, rule in only if pattern.fullmatch(name)), "")
    allowed = ("Y",) if published else ("Y", "N")
    rule = _ONLY_Y._replace(published=(published,)) if published else _FLAG
    words = f"is no value of this flag: {' or '.join((*allowed, 'missing'))}"
    wrong = [n for n, value in enumerate(table.column(name).values) if value not in allowed]
    yield from table.value_findings(name, wrong, lambda v: Fault(rule, f"{quoted(v)} {words}"))
    if table.name == "ADSL" and name in _POPULATIONS:
        yield from _lacking(table, name, _POPULATION, _POPULATIONS[name])


def _lacking(table: Table, name: str, rule: Rule, published: str) -> Iterator[Finding]:
    rows = np.flatnonzero(table.missing(name))
    if len(rows):
        message = f"{name}: {number(len(rows), 'record')} without a value"
        rule = rule._replace(published=(published,) if published else ())
        yield table.finding(rule, Case(None, len(rows), int(rows[0]), message), name)
