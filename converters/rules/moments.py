"""Dates and times in the arguments of steps: ISO 8601 texts, SAS dates, SAS datetimes.

A number is a SAS datetime (seconds) where its expression has a variable whose name says so (ADaMIG
1.3, 3.1.3: ``*DTM``, ``PxxSwSDM``), else a SAS date (days).
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns, iso8601
from converters.findings import Severity
from converters.mapping.expressions import parse
from converters.rules.step import Analysis

Numbers = npt.NDArray[np.float64]

DAY = 86_400
_DATETIME = re.compile(r"\w*DTM|P\d\dS\d[SE]DM")


def is_datetime(name: str) -> bool:
    """Whether a variable of that name has datetimes."""
    return _DATETIME.fullmatch(name) is not None


def has_datetimes(text: str) -> bool:
    """Whether numbers that an expression gives are datetimes."""
    return any(is_datetime(ref.name) for ref in parse(text).refs)


def days_of(column: pd.Series) -> pd.Series:
    """SAS dates of ISO 8601 texts known to the day; numbers are SAS dates already."""
    return column if columns.is_number(column) else iso8601.to_days(column)


def days(text: str, table: Analysis) -> Numbers:
    """SAS dates of an expression; NaN where it is not known to the day."""
    column = table.formula(text)
    if columns.is_number(column) and has_datetimes(text):
        return np.floor(columns.floats(column) / DAY)
    return columns.floats(days_of(column))


def seconds(text: str, table: Analysis, *, last: bool = False) -> Numbers:
    """SAS datetimes of an expression; NaN where it is not known to the day.

    What is not known of the time is the first that is possible, or the ``last``.
    """
    column = table.formula(text)
    if not columns.is_number(column):
        codes, values = columns.parts(column)
        found = iso8601.impute([*values, ""], time="last" if last else "first")
        known = found.date > 3  # the day is known
        return np.asarray(np.where(known, found.moment, np.nan)[codes])
    numbers = columns.floats(column)
    if has_datetimes(text):
        return numbers
    return numbers * DAY + (DAY - 1 if last else 0)


def comparable(table: Analysis, *texts: str) -> list[Numbers]:
    """Expressions as numbers that can be compared: datetimes if all are, else dates."""
    kinds = [has_datetimes(text) for text in texts]
    return [seconds(text, table) if all(kinds) else days(text, table) for text in texts]


def report_invalid(column: pd.Series, table: Analysis) -> None:
    """A finding for each text that is no ISO 8601 date."""
    values = columns.parts(column).values
    wrong = np.flatnonzero(~iso8601.is_valid(values))
    problems = {values[n]: f"'{values[n]}' is no ISO 8601 date" for n in wrong}
    table.report_values("impossible-date", Severity.ERROR, column, problems)
