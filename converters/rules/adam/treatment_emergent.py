"""``treatment_emergent``: TRTEMFL, an event that treatment may have brought about (OCCDS 1.1).

As admiral's derive_var_trtemfl: of what holds the first decides. Not treated: missing. The event
ended before treatment: missing. Its start is not known: Y. It started on or after the first
treatment, and not later than so many days after the last: Y. It started before and got worse: Y.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from converters import columns
from converters.mapping.expressions import parse
from converters.rules.moments import comparable, days
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, Analysis, Step, closed

_DEFAULTS = {"start": "ASTDT", "end": "AENDT", "treatment_start": "TRTSDT"}
_DATES = (*_DEFAULTS, "treatment_end")


def _dates(args: Mapping[str, Any]) -> dict[str, str]:
    return {**_DEFAULTS, **{key: args[key] for key in _DATES if key in args}}


def _apply(args: Mapping[str, Any], table: Analysis, target: str) -> None:
    texts = _dates(args)
    start, first = comparable(table, texts["start"], texts["treatment_start"])
    emergent = (start >= first) | np.isnan(start)
    if "treatment_end" in args:
        late = days(texts["start"], table) > days(texts["treatment_end"], table) + args.get(
            "days_after", 0
        )
        emergent &= ~late
    if "worsened" in args:
        emergent |= (start < first) & table.condition(args["worsened"])
    end, began = comparable(table, texts["end"], texts["treatment_start"])
    emergent &= ~np.isnan(first) & ~(end < began)
    other = 1 if args.get("no") else -1
    table.put(target, columns.from_codes(np.where(emergent, 0, other), ["Y", "N"]))


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    found = {**_dates(args), **({"worsened": args["worsened"]} if "worsened" in args else {})}
    return Reads(expressions=tuple(((key,), text) for key, text in found.items()))


def _check(args: Mapping[str, Any]) -> Problems:
    if "days_after" in args and "treatment_end" not in args:
        yield ("days_after",), "'days_after' counts from 'treatment_end', which is not given"


def _words(args: Mapping[str, Any], _: str) -> str:
    start, end, first = (parse(_dates(args)[key]).words() for key in _DEFAULTS)
    text = f'Treatment-emergent flag: "Y" if {start} is on or after {first} or missing'
    if "treatment_end" in args:
        last, days = parse(args["treatment_end"]).words(), args.get("days_after", 0)
        text += f", and not after {last}" + (f" plus {days} days" if days else "")
    if "worsened" in args:
        text += f", or if {start} is before {first} and {parse(args['worsened']).words()}"
    otherwise = '"N"' if args.get("no") else "missing"
    return f"{text}; but not if {first} is missing or {end} is before it; else {otherwise}."


STEP = Step(
    name="treatment_emergent",
    summary="Y for events that started, or got worse, under treatment.",
    schema=closed(
        {
            "start": {**NAME, "description": "The event's start; ASTDT if not given."},
            "end": {**NAME, "description": "The event's end; AENDT if not given."},
            "treatment_start": {**NAME, "description": "First treatment; TRTSDT if not given."},
            "treatment_end": {**NAME, "description": "Last treatment: later events do not count."},
            "days_after": {
                "type": "integer",
                "minimum": 0,
                "description": "Days after the last treatment that still count.",
            },
            "worsened": {**NAME, "description": "When an event that started before got worse."},
            "no": {"type": "boolean", "description": "Whether N is written in other records."},
        }
    ),
    apply=_apply,
    variable=True,
    reads=_reads,
    check=_check,
    words=_words,
    kinds=lambda *_: "Char",
)
