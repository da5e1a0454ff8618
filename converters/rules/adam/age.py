"""``age``: AAGE, completed years from birth to a reference date (admiral: derive_vars_aage)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.mapping.expressions import parse
from converters.rules.moments import Numbers, days
from converters.rules.rule import Reads
from converters.rules.step import NAME, Analysis, Step, closed


def _apply(args: Mapping[str, str], table: Analysis, target: str) -> None:
    birth, reference = (days(args[key], table) for key in ("birth", "reference"))
    age = np.full(table.rows, np.nan)
    known = np.flatnonzero(~np.isnan(birth) & ~np.isnan(reference))
    age[known] = (_calendar(reference[known]) - _calendar(birth[known])) // 10_000
    age[age < 0] = np.nan  # not born yet
    table.put(target, pd.Series(age))
    if "unit_variable" in args:
        there = np.where(np.isnan(age), -1, 0)
        table.put(args["unit_variable"], columns.from_codes(there, ["YEARS"]))


def _calendar(day: Numbers) -> npt.NDArray[np.int64]:
    """SAS dates as numbers YYYYMMDD: their difference has the completed years."""
    date = np.datetime64("1960-01-01") + day.astype(np.int64)
    month = date.astype("datetime64[M]")
    months = month.astype(np.int64) + 1970 * 12
    days_ = (date - month.astype("datetime64[D]")).astype(np.int64) + 1
    return np.asarray(months // 12 * 10_000 + (months % 12 + 1) * 100 + days_)


def _reads(args: Mapping[str, str], _: str) -> Reads:
    return Reads(expressions=tuple(((key,), args[key]) for key in ("birth", "reference")))


def _words(args: Mapping[str, str], name: str) -> str:
    if name == args.get("unit_variable"):
        return 'Unit of the age: "YEARS" where there is one.'
    birth, reference = (parse(args[key]).words() for key in ("birth", "reference"))
    return f"Age: completed years from {birth} to {reference}."


STEP = Step(
    name="age",
    summary="Completed years from the date of birth to a reference date.",
    schema=closed(
        {
            "birth": {**NAME, "description": "The date of birth: numeric, or ISO 8601."},
            "reference": {**NAME, "description": "The date at which the age is."},
            "unit_variable": {**NAME, "description": "A variable to make with YEARS: AAGEU."},
        },
        "birth",
        "reference",
    ),
    apply=_apply,
    variable=True,
    makes=lambda args, _: [args["unit_variable"]] if "unit_variable" in args else [],
    reads=_reads,
    words=_words,
    kinds=lambda args, name: "Char" if name == args.get("unit_variable") else "Num",
    labels=lambda args, name: "Analysis Age Units" if name == args.get("unit_variable") else "",
)
