"""Findings: what a check says of the data, as rows and not as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any


class Severity(Enum):
    """How grave a finding is, gravest first."""

    REJECT = "Reject"
    ERROR = "Error"
    WARNING = "Warning"
    NOTE = "Note"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)

    def at_least(self, other: Severity) -> bool:
        """Whether this severity is as grave as ``other`` or graver."""
        return self.rank <= other.rank


@dataclass(frozen=True)
class Finding:
    """One verdict of one check, on one value (or one group of equal cases) of a dataset.

    ``rule`` is our name of the check, ``published`` the identifiers of the published rules that it
    corresponds to. ``count`` says how many records share the case; ``row`` (1-based, in the written
    dataset), ``keys``, ``file`` and ``record`` (1-based, in the source) show the first of them.
    """

    rule: str
    severity: Severity
    message: str
    dataset: str = ""
    variable: str = ""
    value: str | None = None
    count: int = 1
    row: int | None = None
    keys: Mapping[str, Any] = field(default_factory=dict)
    file: str | None = None
    record: int | None = None
    published: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON-ready values, in a fixed order."""
        return {
            **asdict(self),
            "severity": self.severity.value,
            "keys": dict(self.keys),
            "published": list(self.published),
        }


def sort_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Gravest first, then by dataset, variable, rule and value: the same order every run."""
    return sorted(
        findings,
        key=lambda f: (f.severity.rank, f.dataset, f.variable, f.rule, f.value or "", f.row or 0),
    )
