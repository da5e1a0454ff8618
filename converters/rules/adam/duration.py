"""``duration``: the time between two dates or datetimes (admiral: derive_vars_duration)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.mapping.expressions import parse
from converters.rules.moments import seconds
from converters.rules.rule import Reads
from converters.rules.step import NAME, Analysis, Step, closed

_DAY = 86_400
#: Seconds of a unit, and how CDISC's terminology (UNIT) writes it; a year has 365.25 days.
_UNITS = {
    "years": (365.25 * _DAY, "YEARS"),
    "months": (365.25 / 12 * _DAY, "MONTHS"),
    "weeks": (7 * _DAY, "WEEKS"),
    "days": (_DAY, "DAYS"),
    "hours": (3600, "HOURS"),
    "minutes": (60, "min"),
    "seconds": (1, "sec"),
}
#: The units in which dates are counted, before they are converted.
_COUNTED = ("days", "hours", "minutes", "seconds")


def _in_unit(args: Mapping[str, Any]) -> str:
    """The unit that dates are cut to and that one is added of."""
    unit = args["unit"]
    return str(args.get("in_unit", unit if unit in _COUNTED else "days"))


def _apply(args: Mapping[str, Any], table: Analysis, target: str) -> None:
    size = _UNITS[_in_unit(args)][0]
    start, end = (seconds(args[key], table) for key in ("start", "end"))
    if args.get("floor_in", True):
        start, end = np.floor(start / size) * size, np.floor(end / size) * size
    between = end - start
    if args.get("add_one", True):
        between += size * (between >= 0)
    result = between / _UNITS[args["unit"]][0]
    if args.get("trunc_out", False):
        result = np.trunc(result)
    table.put(target, pd.Series(result))
    if "unit_variable" in args:
        there = np.where(np.isnan(result), -1, 0)
        table.put(args["unit_variable"], columns.from_codes(there, [_UNITS[args["unit"]][1]]))


def _makes(args: Mapping[str, Any], _: str) -> list[str]:
    return [args["unit_variable"]] if "unit_variable" in args else []


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    return Reads(expressions=tuple(((key,), args[key]) for key in ("start", "end")))


def _words(args: Mapping[str, Any], name: str) -> str:
    unit, counted = args["unit"], _in_unit(args)
    if name == args.get("unit_variable"):
        return f'Unit of the duration: "{_UNITS[unit][1]}" where there is one.'
    start, end = (parse(args[key]).words() for key in ("start", "end"))
    one = ""
    if args.get("add_one", True):
        number = f"1 {counted.removesuffix('s')}"
        one = f", plus {number} if {end} is on or after {start}"
    whole = " (whole part)" if args.get("trunc_out", False) else ""
    if unit == counted == "days":
        return f"Duration in days: {end} minus {start}{one}{whole}."
    how = f"Duration in {unit}: {counted} from {start} to {end}{one}"
    if unit == counted:
        return f"{how}{whole}."
    return f"{how}, divided by {_UNITS[unit][0] / _UNITS[counted][0]:g}{whole}."


STEP = Step(
    name="duration",
    summary="The time from one date or datetime to another, the first unit counted too.",
    schema=closed(
        {
            "start": {**NAME, "description": "The first date: numeric, or ISO 8601."},
            "end": {**NAME, "description": "The last date: numeric, or ISO 8601."},
            "unit": {
                "enum": list(_UNITS),
                "description": "A month has 30.4375 days, a year 365.25.",
            },
            "in_unit": {
                "enum": list(_COUNTED),
                "description": "What is counted, and one is added of: days, or a shorter unit.",
            },
            "add_one": {
                "type": "boolean",
                "description": "Whether the first day counts too; true.",
            },
            "floor_in": {
                "type": "boolean",
                "description": "Whether what is shorter than in_unit is cut first; true.",
            },
            "trunc_out": {
                "type": "boolean",
                "description": "Whether a fraction of the result is cut; false.",
            },
            "unit_variable": {**NAME, "description": "A variable to make with the unit: ADURU."},
        },
        "start",
        "end",
        "unit",
    ),
    apply=_apply,
    variable=True,
    makes=_makes,
    reads=_reads,
    words=_words,
    kinds=lambda args, name: "Char" if name == args.get("unit_variable") else "Num",
    labels=lambda args, name: "Duration Units" if name == args.get("unit_variable") else "",
)
