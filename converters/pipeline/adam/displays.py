"""The displays that a study declares, held against the analysis datasets that they read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from converters.errors import Problem, nearest
from converters.findings import Finding, Severity
from converters.mapping.displays import DisplaySpec
from converters.mapping.document import Document, Path_
from converters.mapping.where import where_problems

#: Terms of ARM 1.0; a sponsor may have others.
REASONS = (
    "SPECIFIED IN PROTOCOL",
    "SPECIFIED IN SAP",
    "DATA DRIVEN",
    "REQUESTED BY REGULATORY AGENCY",
)
PURPOSES = (
    "PRIMARY OUTCOME MEASURE",
    "SECONDARY OUTCOME MEASURE",
    "EXPLORATORY OUTCOME MEASURE",
)


def display_problems(
    displays: Sequence[DisplaySpec], known: Mapping[str, Sequence[str] | None]
) -> Iterator[Problem]:
    """Names that are there twice, datasets and variables that are not, and wrong conditions.

    ``known`` are the variables of the analysis datasets (None: nobody knows them).
    """
    names: set[str] = set()
    for display in displays:
        if display.data["name"] in names:
            message = f"there is a display '{display.data['name']}' already"
            yield display.document.problem((*display.path, "name"), message)
        names.add(display.data["name"])
        results: set[str] = set()
        for number, result in enumerate(display.data["results"]):
            path = (*display.path, "results", number)
            if result["name"] in results:
                message = f"the display has a result '{result['name']}' already"
                yield display.document.problem((*path, "name"), message)
            results.add(result["name"])
            yield from _data_problems(display.document, path, result, known)


def _data_problems(
    document: Document,
    path: Path_,
    result: Mapping[str, Any],
    known: Mapping[str, Sequence[str] | None],
) -> Iterator[Problem]:
    for number, item in enumerate(result["datasets"]):
        place = (*path, "datasets", number)
        dataset = item["dataset"]
        if dataset not in known:
            hint = nearest(dataset, known) or f"; it has: {', '.join(known)}"
            message = f"the study has no analysis dataset '{dataset}'{hint}"
            yield document.problem((*place, "dataset"), message)
            continue
        variables = known[dataset]
        if "where" in item:
            yield from where_problems(document, (*place, "where"), item["where"], variables)
        for n, name in enumerate(item["variables"]):
            if variables is not None and name not in variables:
                message = f"{dataset} has no variable '{name}'{nearest(name, variables)}"
                yield document.problem((*place, "variables", n), message)
    if "code" in result and not {"text", "documents"} & set(result["code"]):
        message = "code: lacks the key 'text', or 'documents' that hold the code"
        yield document.problem((*path, "code"), message, at_key=True)
    if len({item["dataset"] for item in result["datasets"]}) > 1 and "join" not in result:
        message = "lacks the key 'join', which says how its datasets are joined"
        yield document.problem((*path, "datasets"), message, at_key=True)


def unknown_terms(displays: Sequence[DisplaySpec]) -> Iterator[Finding]:
    """Reasons and purposes that are no terms of ARM 1.0; a sponsor may have such."""
    for display in displays:
        for result in display.data["results"]:
            for key, terms in (("reason", REASONS), ("purpose", PURPOSES)):
                value = result[key]
                if value not in terms:
                    hint = nearest(value, terms) or f"; terms are {', '.join(terms)}"
                    yield Finding(
                        "analysis-term-unknown",
                        Severity.NOTE,
                        f"{display.data['name']}, {result['name']}: '{value}' is no {key} that"
                        f" Analysis Results Metadata have{hint}",
                        value=value,
                        file=display.document.file,
                    )
