"""``on_treatment``: ONTRTFL, records under treatment (admiral: derive_var_ontrtfl).

Y with a start on or after the first treatment and not too long after the last, or with an unknown
start; not where the end is before the first treatment, and never without a first treatment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from converters import columns
from converters.mapping.expressions import parse
from converters.rules.moments import comparable, days
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, Analysis, Step, at, closed

_DEFAULTS = {"treatment_start": "TRTSDT"}
_TEXTS = ("start", "end", "treatment_start", "treatment_end", "before")


def _texts(args: Mapping[str, Any]) -> dict[str, str]:
    return {**_DEFAULTS, **{key: args[key] for key in _TEXTS if key in args}}


def _apply(args: Mapping[str, Any], table: Analysis, target: str) -> None:
    texts = _texts(args)
    start, first = comparable(table, texts["start"], texts["treatment_start"])
    in_time = np.ones(table.rows, dtype=bool)
    if "treatment_end" in args:
        last = days(texts["treatment_end"], table) + args.get("days_after", 0)
        in_time = days(texts["start"], table) <= last
    same = start == first
    if "before" in args:
        same &= ~table.condition(texts["before"])
    on = np.isnan(start) | same | ((start > first) & in_time)
    if "end" in args:
        end, began = comparable(table, texts["end"], texts["treatment_start"])
        on &= ~(end < began)
        if args.get("spanning", False):
            on |= (start < first) & in_time & ~(end < began)
    table.put(target, columns.from_codes(np.where(on & ~np.isnan(first), 0, -1), ["Y"]))


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    found = (at(key, [text]) for key, text in _texts(args).items())
    return Reads(expressions=tuple(item for items in found for item in items))


def _check(args: Mapping[str, Any]) -> Problems:
    for key, needed in (("days_after", "treatment_end"), ("spanning", "end")):
        if key in args and needed not in args:
            yield (key,), f"'{key}' needs '{needed}', which is not given"


def _words(args: Mapping[str, Any], _: str) -> str:
    said = {key: parse(text).words() for key, text in _texts(args).items()}
    start, first = said["start"], said["treatment_start"]
    text = f'On-treatment flag: "Y" if {start} is on or after {first} or missing'
    if "before" in args:
        text += f" (not on {first} if {said['before']})"
    if "treatment_end" in args:
        after = args.get("days_after", 0)
        text += f", and not after {said['treatment_end']}" + (
            f" plus {after} days" if after else ""
        )
    if args.get("spanning", False):
        text += f", or if {start} is before {first}"
    end = f" or {said['end']} is before it" if "end" in args else ""
    return f"{text}; missing if {first} is missing{end}."


STEP = Step(
    name="on_treatment",
    summary="Y for records under treatment, and so many days after.",
    schema=closed(
        {
            "start": {**NAME, "description": "The record's date, or an event's start."},
            "end": {**NAME, "description": "The event's end."},
            "treatment_start": {**NAME, "description": "First treatment; TRTSDT if not given."},
            "treatment_end": {**NAME, "description": "Last treatment: later records do not count."},
            "days_after": {
                "type": "integer",
                "minimum": 0,
                "description": "Days after the last treatment that still count.",
            },
            "before": {
                **NAME,
                "description": "A condition: which records of that day are before the first dose.",
            },
            "spanning": {
                "type": "boolean",
                "description": "Whether events count that started before and go on; false.",
            },
        },
        "start",
    ),
    apply=_apply,
    variable=True,
    reads=_reads,
    check=_check,
    words=_words,
    kinds=lambda *_: "Char",
)
