"""``relative_to_point``: --STRTPT and --ENRTPT, before or after a time point (SDTMIG 4.4.7).

The point itself, --STTPT or --ENTPT, comes along.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns, iso8601
from converters.dataset import Origin
from converters.iso8601.order import AFTER, BEFORE, SAME, UNKNOWN
from converters.mapping.expressions import parse
from converters.mapping.settings import Settings
from converters.rules.rule import Problems, Reads, Records, Rule, Target
from converters.rules.sdtm.dates import read_dates

#: The end of the relation's name: that of the point's.
_POINTS = {"STRTPT": "STTPT", "ENRTPT": "ENTPT"}
#: Terms of the codelist STENRF.
_TERMS = {BEFORE: "BEFORE", SAME: "COINCIDENT", AFTER: "AFTER", UNKNOWN: "U", 4: "ONGOING"}
_ONGOING = 4


def _apply(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    if target.name.removeprefix(target.prefix) in _POINTS.values():
        return _point(args, records, target)
    found = np.full(records.rows, -1, dtype=np.int64)
    undated = np.ones(records.rows, dtype=bool)
    if "date" in args:
        column = records.column(args["date"])
        undated = columns.missing(column)
        point = iso8601.pack_column(records.formula(args["point"]))
        dates, dated = read_dates(records, column)
        known = dated & (point.precision > 0)
        found[known] = iso8601.compare(dates, point)[known]
    for key, term in (("ongoing", _ONGOING), ("before", BEFORE)):  # the one written last counts
        if key in args:
            found[undated & records.condition(args[key])] = term
    return columns.from_codes(found, [_TERMS[number] for number in range(len(_TERMS))])


def _point(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    """The point in the records that stand in a relation to it."""
    relation = records.variable(_relation(target))
    rows = np.where(columns.missing(relation), -1, np.arange(records.rows))
    label = args.get("point_label")
    point = columns.constant(label, records.rows) if label else records.formula(args["point"])
    return columns.take(point, rows)


def _relation(target: Target) -> str:
    """--STRTPT of --STTPT, --ENRTPT of --ENTPT."""
    ending = target.name.removeprefix(target.prefix)
    return target.prefix + next(name for name, point in _POINTS.items() if point == ending)


def _check(args: Mapping[str, Any]) -> Problems:
    if not {"date", "before", "ongoing"} & set(args):
        yield (), "needs a 'date', or a condition: 'before' or 'ongoing'"
    if "date" in args and "point" not in args:
        yield ("date",), "a 'date' needs the 'point', another date, to be compared with"
    elif not {"point", "point_label"} & set(args):
        yield (), "needs the 'point', a date, or 'point_label', what it is called"


def _fits(args: Mapping[str, Any], target: Target, _: Settings) -> Problems:
    ending = target.name.removeprefix(target.prefix)
    if ending not in _POINTS:
        names = " and ".join(target.prefix + name for name in _POINTS)
        yield (), f"'relative_to_point' makes {names}, and no other variable"
    elif ending == "STRTPT" and "ongoing" in args:
        yield ("ongoing",), "what is ongoing has no end: 'ongoing' is said of --ENRTPT"


def _along(_: Any, target: Target, __: Settings) -> tuple[str, ...]:
    ending = target.name.removeprefix(target.prefix)
    return (target.prefix + _POINTS[ending],) if ending in _POINTS else ()


def _reads(args: Mapping[str, Any], target: Target) -> Reads:
    point = ((("point",), args["point"]),) if "point" in args else ()
    if target.name.removeprefix(target.prefix) in _POINTS.values():
        expressions = () if "point_label" in args else point
        return Reads(variables=(((), _relation(target)),), expressions=expressions)
    conditions = tuple(((key,), args[key]) for key in ("before", "ongoing") if key in args)
    if "date" not in args:
        return Reads(expressions=conditions)
    return Reads(columns=((("date",), args["date"]),), expressions=(*conditions, *point))


def _words(args: Mapping[str, Any], target: Target) -> str:
    point = args.get("point") or args["point_label"]
    if target.name.removeprefix(target.prefix) in _POINTS.values():
        return f"Set to {args.get('point_label') or point} where {_relation(target)} has a value."
    told = [f"Position of {args['date']} relative to {point}"] if "date" in args else []
    told += [
        f'"{key.upper()}" (at {point}) if {parse(args[key]).words()}'
        for key in ("before", "ongoing")
        if key in args
    ]
    return "; where there is no date, ".join(told) + "."


_TEXT = {"type": "string", "minLength": 1}

RULE = Rule(
    name="relative_to_point",
    kind="value",
    summary="--STRTPT or --ENRTPT: before, at or after a time point; with it --STTPT or --ENTPT.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "date": {**_TEXT, "description": "The column of the start's or end's date."},
            "before": {**_TEXT, "description": "Without a date: it was before the point."},
            "ongoing": {**_TEXT, "description": "Without a date: it had not ended at the point."},
            "point": {**_TEXT, "description": "The time point: an expression that gives a date."},
            "point_label": {**_TEXT, "description": "Its words, in place of its date."},
        },
    },
    apply=_apply,
    reads=_reads,
    check=_check,
    fits=_fits,
    along=_along,
    words=_words,
    origin=lambda *_: Origin("Derived", "Sponsor"),
)
