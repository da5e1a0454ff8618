"""``interval``: ISO 8601 intervals from dates and durations (SDTMIG 4.4.3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns, iso8601
from converters.dataset import Origin
from converters.findings import Severity
from converters.iso8601.order import BEFORE
from converters.rules.rule import Problems, Reads, Records, Rule, Target
from converters.rules.sdtm.dates import are_dates

_SIDES = ("start", "duration", "end")


def _sides(args: Mapping[str, Any]) -> list[str]:
    """The two sides, in the order of an interval."""
    return [side for side in _SIDES if side in args]


def _apply(args: Mapping[str, Any], records: Records, _: Target) -> pd.Series:
    sides = _sides(args)
    given = [records.column(args[side]) for side in sides]
    ids, first = columns.tuples(given, records.rows)
    pair = [columns.take(column, first) for column in given]
    reversed_ = np.zeros(len(first), dtype=bool)
    if "duration" not in args:
        start, end = (iso8601.pack_column(column) for column in pair)
        reversed_ = iso8601.compare(end, start) == BEFORE
    wrong = [_wrong_values(side, column) for side, column in zip(sides, pair, strict=True)]
    values: list[str | None] = []
    cases = {}
    rows = zip(*map(columns.to_list, pair), reversed_.tolist(), strict=True)
    for number, (one, other, backwards) in enumerate(rows):
        problem = wrong[0].get(one) or wrong[1].get(other) or ""
        if one is None or other is None:
            absent = sides[int(one is not None)]
            problem = problem or (f"the interval has no {absent}" if one or other else "")
            values.append(None)
        else:
            problem = problem or (f"{other} comes before {one}" if backwards else "")
            values.append(None if problem else f"{one}/{other}")
        if problem:
            cases[number] = (f"{one or ''}/{other or ''}", problem)
    records.report_groups("impossible-interval", Severity.ERROR, ids, cases)
    return columns.from_codes(ids, values)


def _wrong_values(side: str, column: pd.Series) -> dict[str | None, str]:
    """What is wrong with the values of a side, by value."""
    values = columns.parts(column).values
    if side == "duration":
        kinds = iso8601.kinds(values)
        good = [kind == "durationDatetime" for kind in kinds]
        good = [ok and value[0] != "-" for ok, value in zip(good, values, strict=True)]
    else:
        good = are_dates(values)
    what = "duration from 0 on" if side == "duration" else "date"
    return {
        value: f"the {side} '{value}' is not an ISO 8601 {what}"
        for value, ok in zip(values, good, strict=True)
        if not ok
    }


def _check(args: Mapping[str, Any]) -> Problems:
    if len(_sides(args)) != 2:
        yield (), "an interval has two of 'start', 'duration' and 'end'"


_NAME = {"type": "string", "minLength": 1}

RULE = Rule(
    name="interval",
    kind="value",
    summary="An ISO 8601 interval from two dates, or from a date and a duration.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "start": {**_NAME, "description": "The column or variable of the start."},
            "duration": {**_NAME, "description": "That of the duration."},
            "end": {**_NAME, "description": "That of the end."},
        },
    },
    apply=_apply,
    reads=lambda args, _: Reads(columns=tuple(((side,), args[side]) for side in _sides(args))),
    check=_check,
    words=lambda args, _: (
        f"ISO 8601 interval of {' and '.join(args[side] for side in _sides(args))}."
    ),
    origin=lambda *_: Origin("Derived", "Sponsor"),
)
