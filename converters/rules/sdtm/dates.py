"""Columns that a rule reads as ISO 8601 dates, and what in them is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns, iso8601
from converters.findings import Severity
from converters.rules.rule import Records

Mask = npt.NDArray[np.bool_]

_NO_DATES = frozenset({"", "time", "partialTime", "durationDatetime", "intervalDatetime"})


def are_dates(values: Sequence[str]) -> list[bool]:
    """Which texts are ISO 8601 dates (SDTMIG 4.4.1, 4.4.2), also partial ones."""
    return [kind not in _NO_DATES for kind in iso8601.kinds(values)]


def read_dates(records: Records, column: pd.Series) -> tuple[iso8601.Dates, Mask]:
    """The dates of a column and which rows hold one; a finding for each value that is none."""
    codes, values = columns.parts(column)
    packed, precision = iso8601.pack(values)
    good = precision > 0
    unknown = np.flatnonzero(~good)  # no date, or one without a year
    good[unknown] = are_dates([values[number] for number in unknown.tolist()])
    problems = {
        values[number]: f"'{values[number]}' is not an ISO 8601 date; make it one by 'datetime'"
        for number in np.flatnonzero(~good).tolist()
    }
    records.report_values("impossible-date", Severity.ERROR, column, problems)
    dates = iso8601.Dates(np.append(packed, 0), np.append(precision, 0).astype(np.int8))
    return dates.at(codes), np.append(good, False)[codes]
