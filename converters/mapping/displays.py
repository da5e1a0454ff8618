"""Tables and figures of a study, and the analyses behind them: ``adam/displays.yaml``.

They become Analysis Results Metadata of the ADaM define.xml (Define-XML, ARM 1.0).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from converters.dataset import AnalysisData, AnalysisResult, Display
from converters.mapping.document import Document, Path_
from converters.mapping.metadata import comment, references
from converters.mapping.where import where_conditions

DISPLAYS = "adam/displays.yaml"


@dataclass(frozen=True)
class DisplaySpec:
    """One display as written; ``path`` is its place in ``document``."""

    document: Document
    data: Mapping[str, Any]
    path: Path_


def build_displays(document: Document) -> tuple[DisplaySpec, ...]:
    """The displays of a document that has passed its JSON Schema."""
    found = enumerate(document.data["displays"])
    return tuple(DisplaySpec(document, item, ("displays", number)) for number, item in found)


def described(displays: Sequence[DisplaySpec]) -> tuple[Display, ...]:
    """The displays as an emitter is told of them; they have no problems."""
    return tuple(
        Display(
            item.data["name"],
            item.data["title"],
            tuple(_result(result) for result in item.data["results"]),
            references(item.data),
        )
        for item in displays
    )


def _result(data: Mapping[str, Any]) -> AnalysisResult:
    code = data.get("code", {})
    return AnalysisResult(
        name=data["name"],
        description=data["description"],
        reason=data["reason"],
        purpose=data["purpose"],
        data=tuple(
            AnalysisData(
                item["dataset"],
                where_conditions(item["where"]) if "where" in item else (),
                tuple(item["variables"]),
            )
            for item in data["datasets"]
        ),
        join=comment(data.get("join")),
        documentation=comment(data.get("documentation")),
        context=code.get("context", ""),
        code=code.get("text", ""),
        programs=references(code),
    )
