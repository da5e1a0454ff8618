"""``study_day``: --DY, --STDY and --ENDY, the day relative to the reference date (SDTMIG 4.4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from converters import iso8601
from converters.dataset import Origin
from converters.rules.rule import Reads, Records, Rule, Target


def _parts(args: Any) -> tuple[str, str]:
    if isinstance(args, Mapping):
        return args["date"], args.get("reference", "DM.RFSTDTC")
    return args, "DM.RFSTDTC"


def _apply(args: Any, records: Records, _: Target) -> pd.Series:
    """No day zero; missing unless both dates are complete."""
    date, reference = _parts(args)
    return iso8601.study_day(records.column(date), records.formula(reference))


def _reads(args: Any, _: Target) -> Reads:
    date, reference = _parts(args)
    place: tuple[str, ...] = ("reference",) if isinstance(args, Mapping) else ()
    return Reads(columns=(((), date),), expressions=((place, reference),))


def _words(args: Any, _: Target) -> str:
    date, reference = _parts(args)
    return (
        f"Study day: date part of {date} minus date part of {reference}, plus 1 day if"
        f" {date} is on or after {reference}; missing if either date is incomplete."
    )


RULE = Rule(
    name="study_day",
    kind="value",
    summary="The day relative to the reference date: no day zero, none for incomplete dates.",
    schema={
        "oneOf": [
            {"type": "string", "minLength": 1},
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["date"],
                "properties": {
                    "date": {"type": "string", "minLength": 1},
                    "reference": {"type": "string", "minLength": 1},
                },
            },
        ]
    },
    apply=_apply,
    reads=_reads,
    words=_words,
    origin=lambda *_: Origin("Derived", "Sponsor"),
)
