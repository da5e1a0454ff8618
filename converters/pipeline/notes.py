"""Findings that are made while a dataset is converted, each with its first raw record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from converters.findings import Finding, Severity
from converters.pipeline.raw import Raw

#: How many values of one variable get a finding of their own; the rest are counted together.
MOST = 100


class Notes:
    """Gathers the findings of one dataset; ``files`` name the numbered origins of records."""

    def __init__(self, dataset: str, files: list[tuple[str, str]], findings: list[Finding]) -> None:
        """Findings are appended to ``findings``."""
        self.dataset, self.files, self.findings = dataset, files, findings

    def add(
        self,
        rule: str,
        severity: Severity,
        message: str,
        variable: str,
        count: int,
        raw: Raw,
        row: int,
        value: str | None = None,
    ) -> None:
        """A finding on ``count`` raw records of which ``row`` is the first."""
        self.place(
            rule, severity, message, variable, count,
            int(raw.origin[row]), int(raw.record[row]), value,
        )  # fmt: skip

    def place(
        self,
        rule: str,
        severity: Severity,
        message: str,
        variable: str,
        count: int,
        origin: int,
        record: int,
        value: str | None = None,
        published: tuple[str, ...] = (),
    ) -> None:
        """A finding whose first record came from file number ``origin``, record ``record``."""
        self.findings.append(
            Finding(
                rule=rule,
                severity=severity,
                message=message,
                dataset=self.dataset,
                variable=variable,
                value=value,
                count=count,
                file=self.files[origin][1],
                record=record,
                published=published,
            )
        )

    def groups(
        self,
        rule: str,
        severity: Severity,
        variable: str,
        ids: npt.NDArray[Any],
        cases: Mapping[int, tuple[str, str]],
        origin: npt.NDArray[np.int32],
        record: npt.NDArray[np.int64],
        published: tuple[str, ...] = (),
    ) -> None:
        """A finding for each group of rows that is a key of ``cases`` (its value and message)."""
        if not cases:
            return
        size = int(ids.max(initial=-1)) + 1
        counts = np.bincount(ids[ids >= 0], minlength=size)
        first = np.zeros(size, dtype=np.int64)
        known = np.flatnonzero(ids >= 0)[::-1]
        first[ids[known]] = known
        start = f"{variable}: " if variable else ""
        worst = sorted((n for n in cases if counts[n]), key=lambda n: (-counts[n], cases[n]))
        for number in worst[:MOST]:
            value, message = cases[number]
            row = first[number]
            self.place(
                rule, severity, start + message, variable, int(counts[number]),
                int(origin[row]), int(record[row]), value, published,
            )  # fmt: skip
        if rest := worst[MOST:]:
            row = first[rest[0]]
            self.place(
                rule, severity, f"{start}{len(rest):,} more values with this finding",
                variable,
                int(counts[rest].sum()), int(origin[row]), int(record[row]), None, published,
            )  # fmt: skip
