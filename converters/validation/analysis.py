"""Analysis datasets: what ADaMIG asks of each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from converters import columns
from converters.dataset import Dataset
from converters.findings import Finding, Severity, sort_findings
from converters.standards.adamig import CLASSES, SUBCLASSES, Structure, fits, load_structure
from converters.validation.structure import check_structure
from converters.validation.table import Case, Rule, Table

_ABSENT = Rule("required-variable-absent", Severity.ERROR)
_FLAG = Rule("flag-not-y-n", Severity.ERROR)


def check_analyses(datasets: Mapping[str, Dataset], *, version: str = "1.3") -> list[Finding]:
    """Every check on the analysis datasets of one package, gravest findings first.

    Raises:
        SpecError: that version of ADaMIG is not shipped.
    """
    findings: list[Finding] = []
    for dataset in datasets.values():
        table = Table.of(dataset)
        structure = _structure(table, version)
        findings += check_structure(table)
        findings += _required(table, structure) if structure else ()
        findings += _flags(table)
    return sort_findings(findings)


def _structure(table: Table, version: str) -> Structure | None:
    metadata = table.metadata
    if metadata.subclass in SUBCLASSES:
        return load_structure(version, SUBCLASSES[metadata.subclass][1])
    name = CLASSES.get(metadata.dataset_class, "")
    return load_structure(version, name) if name else None


def _required(table: Table, structure: Structure) -> Iterator[Finding]:
    """The structure's required variables; of those of an occurrence one is enough."""
    required = [item.name for item in structure.variables if item.core == "Req"]
    terms = [name for name in required if name in ("--TERM", "CMTRT")]
    groups = [[name] for name in required if name not in terms] + [terms] * bool(terms)
    for names in groups:
        if not any(fits(pattern, name) for pattern in names for name in table.names):
            what = " or ".join(names)
            message = f"{what}: required by ADaMIG in {structure.name}, and absent"
            yield table.finding(_ABSENT, Case(None, 1, -1, message), names[0])


def _flags(table: Table) -> Iterator[Finding]:
    """Flags (--FL) hold Y, N or nothing (ADaMIG 1.3, 3.1.1)."""
    for name in table.names:
        if not name.endswith("FL") or columns.is_number(table.frame[name]):
            continue
        found = table.column(name)
        wrong = [n for n, value in enumerate(found.values) if value not in ("Y", "N")]
        for number in wrong:
            value = found.values[number]
            message = f"{name}: '{value}' is no value of a flag: Y, N or missing"
            case = Case(value, int(found.counts[number]), int(found.first[number]), message)
            yield table.finding(_FLAG, case, name)
