"""``relative_to_period``: --STRF and --ENRF, before, during or after a period (SDTMIG 4.4.7).

What is known of a record leaves some of three answers: before the period, in it, after it. One that
is left, or a term for two that are, is the value; else it is not known (U).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns, iso8601
from converters.dataset import Origin
from converters.iso8601.order import AFTER, BEFORE, UNKNOWN
from converters.mapping.expressions import parse
from converters.mapping.settings import Settings
from converters.rules.rule import Problems, Reads, Records, Rule, Target
from converters.rules.sdtm.dates import read_dates

_BEFORE, _DURING, _AFTER = 1, 2, 4
_BEFORE_DURING = "BEFORE/DURING"
#: The value by the answers that are left, added up; terms of the codelist STENRF.
_TERMS = (None, "BEFORE", "DURING", _BEFORE_DURING, "AFTER", "U", "DURING/AFTER", "U")

_PERIOD = {"start": "DM.RFSTDTC", "end": "DM.RFENDTC"}


def _apply(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    left = np.zeros(records.rows, dtype=np.int64)
    undated = np.ones(records.rows, dtype=bool)
    if "date" in args:
        column = records.column(args["date"])
        undated = columns.missing(column)
        dates, dated = read_dates(records, column)
        bounds = [iso8601.pack_column(records.formula(text)) for text in _period(args)]
        left = np.where(dated, _by_date(dates, *bounds), 0)
    for key in ("ongoing", "before"):  # the one written last counts
        if key in args:
            holds = undated & records.condition(args[key])
            left[holds] = _BEFORE if key == "before" else _of_ongoing(args, target)
    known = any(_BEFORE_DURING in codelist for codelist in target.codelists)
    terms = [term if known or term != _BEFORE_DURING else "U" for term in _TERMS]
    return columns.from_codes(left, terms)


def _period(args: Mapping[str, Any]) -> list[str]:
    return [str(args.get(key, default)) for key, default in _PERIOD.items()]


def _by_date(date: iso8601.Dates, start: iso8601.Dates, end: iso8601.Dates) -> npt.NDArray[Any]:
    """What a date leaves; nothing where the subject has no period."""
    to_start, to_end = iso8601.compare(date, start), iso8601.compare(date, end)
    before = np.isin(to_start, (BEFORE, UNKNOWN)) & (to_end != AFTER)
    after = np.isin(to_end, (AFTER, UNKNOWN)) & (to_start != BEFORE)
    during = (to_start != BEFORE) & (to_end != AFTER)
    period = (start.precision > 0) | (end.precision > 0)
    left: npt.NDArray[Any] = before * _BEFORE + during * _DURING + after * _AFTER
    return left * period


def _of_ongoing(args: Mapping[str, Any], target: Target) -> int:
    """What is left where a record was ongoing: it had begun, and had not ended."""
    at_start = args.get("ongoing_at") == "start"
    if target.name.endswith("STRF"):
        return _BEFORE if at_start else _BEFORE + _DURING
    return _DURING + _AFTER if at_start else _AFTER


def _check(args: Mapping[str, Any]) -> Problems:
    if not {"date", "before", "ongoing"} & set(args):
        yield (), "needs a 'date', or a condition: 'before' or 'ongoing'"
    if "ongoing_at" in args and "ongoing" not in args:
        yield ("ongoing_at",), "'ongoing_at' belongs to 'ongoing'"


def _fits(_: Any, target: Target, __: Settings) -> Problems:
    if not target.name.endswith(("STRF", "ENRF")):
        prefix = target.prefix
        yield (), f"'relative_to_period' makes {prefix}STRF and {prefix}ENRF, and no other variable"


def _reads(args: Mapping[str, Any], _: Target) -> Reads:
    conditions = tuple(((key,), args[key]) for key in ("before", "ongoing") if key in args)
    if "date" not in args:
        return Reads(expressions=conditions)
    places = ((key,) if key in args else () for key in _PERIOD)
    bounds = tuple(zip(places, _period(args), strict=True))
    return Reads(columns=((("date",), args["date"]),), expressions=(*conditions, *bounds))


def _words(args: Mapping[str, Any], _: Target) -> str:
    start, end = _period(args)
    told = []
    if "date" in args:
        told.append(f"Position of {args['date']} relative to the period from {start} to {end}")
    if "before" in args:
        told.append(f'"BEFORE" if {parse(args["before"]).words()}')
    if "ongoing" in args:
        at = args.get("ongoing_at", "end")
        told.append(
            f"{'as' if told else 'As'} for a record ongoing at the {at} of the period if"
            f" {parse(args['ongoing']).words()}"
        )
    return "; where there is no date, ".join(told) + "."


_TEXT = {"type": "string", "minLength": 1}

RULE = Rule(
    name="relative_to_period",
    kind="value",
    summary="--STRF or --ENRF: before, during or after the reference period.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "date": {**_TEXT, "description": "The column of the start's or end's date."},
            "before": {**_TEXT, "description": "Without a date: it was before the period."},
            "ongoing": {**_TEXT, "description": "Without a date: it had begun and not ended."},
            "ongoing_at": {
                "enum": ["end", "start"],
                "description": "At which end of the period it was ongoing.",
            },
            "start": {**_TEXT, "description": "The period's start; DM.RFSTDTC unless given."},
            "end": {**_TEXT, "description": "The period's end; DM.RFENDTC unless given."},
        },
    },
    apply=_apply,
    reads=_reads,
    check=_check,
    fits=_fits,
    words=_words,
    origin=lambda *_: Origin("Derived", "Sponsor"),
)
