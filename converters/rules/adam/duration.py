"""``duration``: the time between two dates as a number (admiral: derive_vars_duration)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from converters.mapping.expressions import parse
from converters.rules.adam.date import days_of
from converters.rules.rule import Reads
from converters.rules.step import NAME, Analysis, Step, closed

#: Days of a unit; a year has 365.25 days, a month a twelfth of it.
_DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}


def _apply(args: Mapping[str, Any], table: Analysis, target: str) -> None:
    start, end = (days_of(table.formula(args[key])) for key in ("start", "end"))
    days = end - start
    if args.get("add_one", True):
        days += days >= 0
    table.put(target, days / _DAYS[args["unit"]])


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    return Reads(expressions=tuple(((key,), args[key]) for key in ("start", "end")))


def _words(args: Mapping[str, Any], _: str) -> str:
    start, end = (parse(args[key]).words() for key in ("start", "end"))
    one = f", plus 1 if {end} is on or after {start}" if args.get("add_one", True) else ""
    if args["unit"] == "days":
        return f"{end} minus {start}{one}."
    size = f"{_DAYS[args['unit']]:g}"
    return f"Days from {start} to {end}{one}, divided by {size} ({args['unit']})."


STEP = Step(
    name="duration",
    summary="The time from one date to another, both days counted, in days or longer units.",
    schema=closed(
        {
            "start": {**NAME, "description": "The first date: numeric, or ISO 8601."},
            "end": {**NAME, "description": "The last date: numeric, or ISO 8601."},
            "unit": {
                "enum": list(_DAYS),
                "description": "A month has 30.4375 days, a year 365.25.",
            },
            "add_one": {
                "type": "boolean",
                "description": "Whether the first day counts too; true.",
            },
        },
        "start",
        "end",
        "unit",
    ),
    apply=_apply,
    variable=True,
    reads=_reads,
    words=_words,
    kinds=lambda *_: "Num",
)
