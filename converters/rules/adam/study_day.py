"""``study_day``: --DY, the day relative to a reference date; there is no day 0 (ADaMIG, 3.1.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from converters.mapping.expressions import parse
from converters.rules.moments import days, has_datetimes
from converters.rules.rule import Reads
from converters.rules.step import NAME, Analysis, Step, closed


def _apply(args: Mapping[str, str], table: Analysis, target: str) -> None:
    """Day 1 is the reference date, and the day before it day -1."""
    difference = days(args["date"], table) - days(args["reference"], table)
    table.put(target, pd.Series(difference + (difference >= 0)))


def _reads(args: Mapping[str, str], _: str) -> Reads:
    return Reads(expressions=tuple(((key,), args[key]) for key in ("date", "reference")))


def _words(args: Mapping[str, Any], _: str) -> str:
    date, reference = (_date_words(args[key]) for key in ("date", "reference"))
    return f"Study day: {date} minus {reference}, plus 1 day if {date} is on or after {reference}."


def _date_words(text: str) -> str:
    words = parse(text).words()
    return f"the date of {words}" if has_datetimes(text) else words


STEP = Step(
    name="study_day",
    summary="The day relative to a reference date: no day zero, none for incomplete dates.",
    schema=closed(
        {
            "date": {**NAME, "description": "The date: numeric, or ISO 8601."},
            "reference": {**NAME, "description": "The date of day 1, such as ADSL.TRTSDT."},
        },
        "date",
        "reference",
    ),
    apply=_apply,
    variable=True,
    reads=_reads,
    words=_words,
    kinds=lambda *_: "Num",
)
