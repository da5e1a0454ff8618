"""Checks on converted datasets: each family a module, each verdict a finding."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from converters.dataset import Dataset
from converters.findings import Finding, sort_findings
from converters.standards import sdtmig
from converters.standards.sdtmig import Domain
from converters.standards.terminology import Terminology
from converters.validation.json_schema import check_schema
from converters.validation.relations import check_relations
from converters.validation.structure import check_structure
from converters.validation.table import Table
from converters.validation.terminology import check_terminology

__all__ = [
    "check_datasets",
    "check_relations",
    "check_schema",
    "check_structure",
    "check_terminology",
]

_GENERAL = ("INTERVENTIONS", "EVENTS", "FINDINGS", "FINDINGS ABOUT")
#: Domains of no general class that may take timing variables.
_TIMED = ("SE", "SV")
#: Faults of structure that a domain's JSON Schema may have told already.
_TOLD_TWICE = ("invalid-iso8601", "sequence-missing")


def check_datasets(
    datasets: Mapping[str, Dataset],
    *,
    version: str | None = "3.4",
    terminology: Terminology | None = None,
) -> list[Finding]:
    """Every check on the datasets of one package, gravest findings first.

    ``version`` is that of SDTMIG, None for datasets that follow another guide: these, and datasets
    whose domain SDTMIG does not have, are not checked against a domain's variables and rules.
    Without ``terminology`` no codelist is looked at.

    Raises:
        SpecError: that version of SDTMIG is not shipped.
    """
    tables = [Table.of(dataset) for dataset in datasets.values()]
    findings = check_relations(tables)
    for table in tables:
        domain = _domain_of(table, version)
        findings += _check_one(table, domain, version, terminology)
    return sort_findings(findings)


def _check_one(
    table: Table, domain: Domain | None, version: str | None, terminology: Terminology | None
) -> list[Finding]:
    findings: list[Finding] = []
    model: frozenset[str] = frozenset()
    if domain is not None and version is not None:
        findings += check_schema(table, domain.schema, sdtmig.registry)
        model = _model(version, domain.name)
    told = {(finding.variable, finding.value) for finding in findings}
    findings += (
        finding
        for finding in check_structure(table, domain, model)
        if finding.rule not in _TOLD_TWICE or (finding.variable, finding.value) not in told
    )
    if terminology is not None:
        findings += check_terminology(table, terminology, domain)
    return findings


def _domain_of(table: Table, version: str | None) -> Domain | None:
    """What SDTMIG says of the dataset; None where it says nothing."""
    if version is None or table.metadata.standard is None:
        return None
    name = "SUPPQUAL" if table.is_supplemental else table.metadata.domain or table.name
    known = sdtmig.domain_names(version)
    return sdtmig.load_domain(version, name) if name in known else None


@cache
def _model(version: str, name: str) -> frozenset[str]:
    """The variables that SDTM's model allows in a domain, as far as any domain of SDTMIG shows.

    A general observation class lends its domains the variables of any of them, and identifiers and
    timing variables of all classes (SDTM, general observation classes).
    """
    domain = sdtmig.load_domain(version, name)
    if domain.dataset_class not in _GENERAL and name not in _TIMED:
        return frozenset()
    allowed = set()
    for other_name in sdtmig.domain_names(version):
        other = sdtmig.load_domain(version, other_name)
        if other.dataset_class not in _GENERAL:
            continue
        findings = {"FINDINGS", "FINDINGS ABOUT"}
        alike = other.dataset_class == domain.dataset_class or findings == (
            findings | {other.dataset_class, domain.dataset_class}
        )
        for variable in other.variables:
            if alike or variable.role in ("Identifier", "Timing"):
                stem = variable.name.removeprefix(other.name)
                allowed.add(stem if stem == variable.name else name + stem)
    return frozenset(allowed)
