"""``date``: a SAS date (days since 1960-01-01) from an ISO 8601 date (ADaMIG 1.3, 3.1.3)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from converters import columns, iso8601
from converters.findings import Severity
from converters.mapping.expressions import parse
from converters.rules.rule import Reads
from converters.rules.step import NAME, Analysis, Step


def days_of(column: pd.Series) -> pd.Series:
    """SAS dates of ISO 8601 texts known to the day; numbers are SAS dates already."""
    return column if columns.is_number(column) else iso8601.to_days(column)


def _apply(args: str, table: Analysis, target: str) -> None:
    column = table.formula(args)
    if not columns.is_number(column):
        _report_invalid(column, table)
    table.put(target, days_of(column))


def _report_invalid(column: pd.Series, table: Analysis) -> None:
    values = columns.parts(column).values
    _, precision = iso8601.pack(values)
    wrong = [values[number] for number in np.flatnonzero(precision == 0)]
    problems = {value: f"'{value}' is no ISO 8601 date" for value in wrong}
    table.report_values("impossible-date", Severity.ERROR, column, problems)


STEP = Step(
    name="date",
    summary="The SAS date of an ISO 8601 date; missing unless it is known to the day.",
    schema=NAME,
    apply=_apply,
    variable=True,
    reads=lambda args, _: Reads(expressions=(((), args),)),
    words=lambda args, _: f"{parse(args).words()} as a SAS date; missing if incomplete.",
    kinds=lambda *_: "Num",
)
