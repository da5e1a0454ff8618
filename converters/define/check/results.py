"""Analysis Results Metadata 1.0: what an analysis reads, and why and how it is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from converters.define.binding import Node
from converters.define.check.rule import Check, Place, Rule, at_definition
from converters.define.check.standards import is_analysis
from converters.define.elements import AnalysisDataset, AnalysisResult, ItemGroupDef
from converters.define.index import Index
from converters.errors import nearest
from converters.findings import Finding, Severity

NOT_ADAM = Rule("define-results-not-adam", Severity.ERROR, ("DD0087",))
DESCRIPTION = Rule("define-result-description", Severity.ERROR, ("DD0090",))
PARAMETER_MISSING = Rule("define-result-parameter-missing", Severity.ERROR, ("DD0092",))
PARAMETER = Rule("define-result-parameter", Severity.ERROR, ("DD0093",))
JOIN = Rule("define-result-join-comment", Severity.ERROR, ("DD0094",))
VARIABLES_MISSING = Rule("define-result-variables-missing", Severity.ERROR, ("DD0096",))
VARIABLE = Rule("define-result-variable", Severity.ERROR, ("DD0097",))
WHERE = Rule("define-result-where-clause", Severity.ERROR)
CONTEXT = Rule("define-result-code-context", Severity.ERROR, ("DD0098",))
REASON = Rule("define-result-reason", Severity.NOTE, ("DD0099",))
PURPOSE = Rule("define-result-purpose", Severity.NOTE, ("DD0100",))
UNDOCUMENTED = Rule("define-result-undocumented", Severity.WARNING, ("DD0117",))

REASONS = (
    "DATA DRIVEN",
    "REQUESTED BY REGULATORY AGENCY",
    "SPECIFIED IN PROTOCOL",
    "SPECIFIED IN SAP",
)
PURPOSES = (
    "EXPLORATORY OUTCOME MEASURE",
    "PRIMARY OUTCOME MEASURE",
    "SECONDARY OUTCOME MEASURE",
)


def _place(result: AnalysisResult, node: Node | None = None) -> Place:
    return replace(at_definition(node or result, result.oid), line=(node or result).line)


def purpose(index: Index) -> Iterator[Finding]:
    """Results are described for analysis datasets."""
    displays, groups = index.metadata.displays, index.metadata.item_groups
    if displays and groups and not any(map(is_analysis, groups)):
        message = "analysis results are described and no dataset is one of ADaM"
        yield NOT_ADAM.at(at_definition(displays, ""), message)


def descriptions(index: Index) -> Iterator[Finding]:
    """Displays and results say what they are; a result says why, for what and how it is made."""
    for display in index.metadata.displays.displays if index.metadata.displays else ():
        if display.description is not None and not str(display.description).strip():
            place = at_definition(display, display.oid)
            yield DESCRIPTION.at(place, f"the display {display.name} has no description")
    for display, result in index.results():
        named = f"the result '{result.oid}' of {display.name}"
        if result.description is not None and not str(result.description).strip():
            yield DESCRIPTION.at(_place(result), f"{named} has no description")
        yield from _word(result, REASON, "AnalysisReason", result.reason, REASONS)
        yield from _word(result, PURPOSE, "AnalysisPurpose", result.purpose, PURPOSES)
        code = result.code
        if code and not code.context and (code.code or code.documents):
            message = f"the program of {named} does not say its software (Context)"
            yield CONTEXT.at(_place(result, code), message)
        documented = result.documentation and str(result.documentation.description or "").strip()
        if not documented and not (code and (code.code or code.documents)):
            message = f"{named} has neither documentation nor a program"
            yield UNDOCUMENTED.at(_place(result), message)


def _word(
    result: AnalysisResult, rule: Rule, name: str, word: str | None, known: tuple[str, ...]
) -> Iterator[Finding]:
    if word and word not in known:
        hint = nearest(word, known) or f" (the standard's are {', '.join(known)})"
        yield rule.at(_place(result), f"{name} '{word}' is a word of your own{hint}", word)


def parameters(index: Index) -> Iterator[Finding]:
    """ParameterOID names PARAMCD of a dataset of the result, where a dataset has it."""
    for display, result in index.results():
        datasets = result.datasets.datasets if result.datasets else ()
        oids = [dataset.item_group_oid or "" for dataset in datasets]
        if not all(oid in index.item_groups for oid in oids):
            continue  # told with the references
        groups = [index.item_groups[oid] for oid in oids]
        codes = {
            item.oid: group.name
            for group in groups
            for _, item in index.variables(group)
            if item.name == "PARAMCD"
        }
        named = f"the result '{result.oid}' of {display.name}"
        if not result.parameter_oid:
            if codes:
                message = f"{named} has no ParameterOID, and {min(map(str, codes.values()))} has"
                yield PARAMETER_MISSING.at(_place(result), f"{message} PARAMCD")
        elif groups and result.parameter_oid in index.items and result.parameter_oid not in codes:
            expected = " or ".join(f"'{oid}'" for oid in codes) or "none: no dataset has PARAMCD"
            message = f"ParameterOID of {named} is '{result.parameter_oid}', expected {expected}"
            yield PARAMETER.at(_place(result), message, result.parameter_oid)


def data(index: Index) -> Iterator[Finding]:
    """Datasets of a result: how they are joined, which of their variables, which records."""
    for display, result in index.results():
        named = f"the result '{result.oid}' of {display.name}"
        datasets = result.datasets.datasets if result.datasets else ()
        if result.datasets and len(datasets) > 1 and not result.datasets.comment_oid:
            message = f"{named} reads {len(datasets)} datasets; no comment says how they are joined"
            yield JOIN.at(_place(result, result.datasets), message)
        for dataset in datasets:
            group = index.item_groups.get(dataset.item_group_oid or "")
            if group:
                yield from _dataset(index, named, result, dataset, group)
        if datasets and not any(dataset.variables for dataset in datasets):
            message = f"{named} does not say which variables are analysed (arm:AnalysisVariable)"
            yield VARIABLES_MISSING.at(_place(result), message)


def _dataset(
    index: Index, named: str, result: AnalysisResult, dataset: AnalysisDataset, group: ItemGroupDef
) -> Iterator[Finding]:
    own = {ref.item_oid for ref in group.items}
    for variable in dataset.variables:
        item = index.items.get(variable.item_oid or "")
        if item and item.oid not in own:
            place = replace(_place(result, variable), dataset=group.name or "")
            message = f"{named} analyses '{item.oid}', which is no variable of {group.name}"
            yield VARIABLE.at(place, message, item.oid)
    oid = dataset.where_clause.where_clause_oid if dataset.where_clause else None
    clause = index.where_clauses.get(oid or "")
    # A join may take records by a variable of another dataset of the result.
    joined = {
        ref.item_oid
        for other in (result.datasets.datasets if result.datasets else ())
        if (found := index.item_groups.get(other.item_group_oid or ""))
        for ref in found.items
    }
    for check in clause.checks if clause else ():
        if check.item_oid in index.items and check.item_oid not in joined:
            place = replace(_place(result, dataset.where_clause), dataset=group.name or "")
            message = f"{named} takes records of {group.name} by '{check.item_oid}' ('{oid}')"
            yield WHERE.at(place, f"{message}, which none of its datasets has", check.item_oid)


CHECKS: tuple[Check, ...] = (purpose, descriptions, parameters, data)
