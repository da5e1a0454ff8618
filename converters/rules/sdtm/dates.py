"""Columns that a rule reads as ISO 8601 dates, and what in them is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns, iso8601
from converters.findings import Severity
from converters.rules.rule import Records

_NO_DATES = frozenset({"", "time", "partialTime", "durationDatetime", "intervalDatetime"})


def are_dates(values: Sequence[str]) -> list[bool]:
    """Which texts are ISO 8601 dates (SDTMIG 4.4.1, 4.4.2), also partial ones."""
    return [kind not in _NO_DATES for kind in iso8601.kinds(values)]


def report_undated(records: Records, column: pd.Series) -> npt.NDArray[np.bool_]:
    """Which rows hold an ISO 8601 date; a finding for each value that is none."""
    codes, values = columns.parts(column)
    good = are_dates(values)
    problems = {
        value: f"'{value}' is not an ISO 8601 date; make it one by 'datetime'"
        for value, is_date in zip(values, good, strict=True)
        if not is_date
    }
    records.report_values("impossible-date", Severity.ERROR, column, problems)
    return np.array([*good, False])[codes]
