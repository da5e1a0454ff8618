"""What a format cannot hold, collected over a whole dataset and told together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from converters.errors import Problem
from converters.findings import Finding, Severity

#: Distinct values of one variable that are told for one rule; the others are counted.
EXAMPLES = 100


@dataclass(frozen=True)
class Rule:
    """A rule of a format, and what breaking it does.

    ``refused``: no file. ``mended``: a lenient writer mends the value and tells, a strict one
    writes no file. ``told``: the file is written as asked.
    """

    name: str
    severity: Severity
    effect: Literal["refused", "mended", "told"]


@dataclass
class _Case:
    message: str
    row: int | None
    count: int


class Cases:
    """Cases of one dataset, grouped by rule, variable and value, with first row and count."""

    def __init__(self, dataset: str) -> None:
        """No case yet."""
        self._dataset = dataset
        self._cases: dict[tuple[Rule, str, str | None], _Case] = {}
        self._values: Counter[tuple[Rule, str]] = Counter()

    def add(
        self,
        rule: Rule,
        message: str,
        *,
        variable: str = "",
        value: str | None = None,
        row: int | None = None,
        count: int = 1,
    ) -> None:
        """Note a case; ``row`` is 1-based. The same case again only counts."""
        key = (rule, variable, value)
        if key in self._cases:
            self._cases[key].count += count
            return
        if value is not None:
            self._values[rule, variable] += 1
            if self._values[rule, variable] > EXAMPLES:
                further = "further values like these"
                self.add(rule, further, variable=variable, row=row, count=count)
                return
        self._cases[key] = _Case(message, row, count)

    def refused(self, *, lenient: bool = False) -> bool:
        """Whether a case forbids the file."""
        effects = {rule.effect for rule, _, _ in self._cases}
        return "refused" in effects or ("mended" in effects and not lenient)

    def problems(self, path: Path) -> list[Problem]:
        """Each case that forbids the file, in words."""
        return [
            Problem(str(path), None, None, self._words(variable, value, case))
            for (rule, variable, value), case in self._cases.items()
            if rule.effect != "told"
        ]

    def _words(self, variable: str, value: str | None, case: _Case) -> str:
        place = f"{self._dataset}.{variable}" if variable else self._dataset
        if case.row is not None:
            more = f" and {case.count - 1} more" if case.count > 1 else ""
            place += f", row {case.row}{more}"
        shown = f"value {_short(value)}: " if value is not None else ""
        return f"{place}: {shown}{case.message}"

    def findings(self) -> list[Finding]:
        """Each case as a finding."""
        return [
            Finding(
                rule.name,
                rule.severity,
                case.message,
                self._dataset,
                variable,
                value,
                case.count,
                case.row,
            )
            for (rule, variable, value), case in self._cases.items()
        ]


def _short(value: str) -> str:
    return repr(value) if len(value) <= 60 else f"{value[:57]!r}..."
