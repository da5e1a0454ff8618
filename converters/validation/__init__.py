"""Checks on converted datasets: each family a module, each verdict a finding."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from converters.dataset import Dataset
from converters.errors import SpecError
from converters.findings import Finding, sort_findings
from converters.standards import sdtmig
from converters.standards.model import FINDINGS, domain_of, known_variables
from converters.standards.owners import supplemental
from converters.standards.sdtmig import Domain, variable_prefix
from converters.standards.terminology import Terminology
from converters.validation.analysis import check_analyses
from converters.validation.json_schema import check_schema
from converters.validation.relations import check_relations
from converters.validation.results import check_results
from converters.validation.structure import check_structure
from converters.validation.table import Table
from converters.validation.terminology import check_terminology
from converters.validation.trial import check_trial
from converters.validation.trial_summary import check_trial_summary

__all__ = [
    "check_analyses",
    "check_datasets",
    "check_relations",
    "check_schema",
    "check_structure",
    "check_terminology",
]

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
    findings = [*check_relations(tables), *check_trial(tables)]
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
        model = frozenset(known_variables(version, domain.name))
    told = {(finding.variable, finding.value) for finding in findings}
    findings += (
        finding
        for finding in check_structure(table, domain, model)
        if finding.rule not in _TOLD_TWICE or (finding.variable, finding.value) not in told
    )
    if table.metadata.dataset_class in FINDINGS:
        findings += check_results(table)
    if domain is not None and domain.name == "TS":
        findings += check_trial_summary(table, terminology)
    if terminology is not None:
        findings += check_terminology(table, terminology, domain)
    return findings


def _domain_of(table: Table, version: str | None) -> Domain | None:
    """What SDTMIG says of the dataset; None where it says nothing."""
    if version is None or table.metadata.standard is None:
        return None
    if table.is_supplemental:
        owners = tuple(name for name in sdtmig.OWNERS if name in table)
        return supplemental(version, owners or sdtmig.OWNERS[:1])
    name = table.metadata.domain or table.name
    if variable_prefix(name) in sdtmig.domain_names(version):
        with suppress(SpecError):  # of domains that associated persons have none of
            return domain_of(version, name)
    return None
