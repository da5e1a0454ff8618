"""What study.yaml plans, visits and time points, found by the names that raw records give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

import pandas as pd

from converters.errors import nearest
from converters.findings import Severity
from converters.rules.rule import Records
from converters.rules.values.recode import fold


class Planned(Protocol):
    """A visit or a time point."""

    @property
    def called(self) -> tuple[str, ...]:
        """All names that it goes by."""


P = TypeVar("P", bound=Planned)


def by_name(entries: Iterable[P]) -> Mapping[str, P]:
    """The entries by every name they go by, folded; of two with one name the first."""
    found: dict[str, P] = {}
    for entry in entries:
        for name in entry.called:
            found.setdefault(fold(name), entry)
    return found


def report_unknown(
    rule: str, what: str, records: Records, column: pd.Series, unknown: Iterable[str], *,
    entries: Iterable[Planned],
) -> None:  # fmt: skip
    """A finding for each raw name that no entry has; ``what`` is a visit or a time point."""
    names = {name for entry in entries for name in entry.called[:-1]}
    problems = {
        value: f"{what} '{value}' is not among the {what}s of study.yaml{nearest(value, names)}"
        for value in unknown
    }
    records.report_values(rule, Severity.ERROR, column, problems)
