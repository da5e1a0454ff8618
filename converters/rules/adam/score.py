"""``score``: the score of a questionnaire from its items, as records of a parameter.

The items are parameters; a score is their sum or mean, or their sum prorated to all items where
some are not answered (ADaMIG 1.3, 4.2: a new parameter for a result of several).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters.findings import Severity
from converters.mapping.expressions import parse
from converters.rules.english import listed
from converters.rules.parameter import (
    DESCRIBED,
    GROUPED,
    PARAMCD,
    about_parameter,
    append_parameter,
    described,
    group_of,
    parameter_origin,
)
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, Analysis, Step, at, closed
from converters.rules.wide import side_by_side

_METHODS = {
    "sum": "the sum",
    "mean": "the mean",
    "prorated": "the mean, times the number of all items,",
}


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    items = args["items"]
    rows, values = side_by_side(table, items, group_of(args), args.get("where"))
    answers = np.array([_turned(args, table, item, rows, values[item]) for item in items])
    answered = (~np.isnan(answers)).sum(axis=0)
    total = np.nansum(answers, axis=0)
    with np.errstate(all="ignore"):
        mean = total / answered
    score = {"sum": total, "mean": mean, "prorated": mean * len(items)}[args["method"]]
    enough = answered >= args.get("minimum", len(items))
    chosen = np.flatnonzero(enough | bool(args.get("missing")))
    score = np.where(enough, score, np.nan)[chosen]
    append_parameter(args, table, rows[chosen], {"AVAL": pd.Series(score)})


def _turned(
    args: Mapping[str, Any],
    table: Analysis,
    item: str,
    rows: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """The values of an item, turned round where it is reversed; none that is out of its range."""
    if item not in args.get("reversed", {}):
        return value
    low, high = args["reversed"][item]
    outside = (value < low) | (value > high)
    if outside.any():
        message = f"{item} has values outside {low} to {high}: they cannot be reversed"
        table.report("item-out-of-range", Severity.ERROR, message, rows[outside])
    return np.where(outside, np.nan, low + high - value)


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    return Reads(
        columns=(
            *at("by", group_of(args)),
            *at("keep", args.get("keep", ())),
            *at("items", ("PARAMCD", "AVAL")),
        ),
        variables=at("by", ["STUDYID"]),
        expressions=at("where", [args["where"]] if "where" in args else []),
    )


def _check(args: Mapping[str, Any]) -> Problems:
    items = args["items"]
    for item, (low, high) in args.get("reversed", {}).items():
        if item not in items:
            yield ("reversed", item), f"{item} is none of the items"
        if low >= high:
            yield ("reversed", item), f"{low} to {high} is no range: the lowest value comes first"
    if args.get("minimum", 0) > len(items):
        yield ("minimum",), f"there are {len(items)} items"


def _words(args: Mapping[str, Any], name: str) -> str | None:
    if name != "AVAL":
        return None
    items, turned = args["items"], args.get("reversed", {})
    which = f"{_METHODS[args['method']]} of AVAL of {listed(items)}"
    back = "".join(f", {item} as {low + high} minus AVAL" for item, (low, high) in turned.items())
    least = (
        f", if at least {args['minimum']} are answered"
        if "minimum" in args
        else ", if all are answered"
    )
    where = f", in records where {parse(args['where']).words()}" if "where" in args else ""
    by = listed(group_of(args))
    return f"For {args['PARAMCD']}: {which} within {by}{back}{where}{least}; else missing."


STEP = Step(
    name="score",
    summary="Records of a parameter that is the score of a questionnaire's items.",
    schema=closed(
        {
            **DESCRIBED,
            **GROUPED,
            "method": {"enum": list(_METHODS), "description": "How the items make the score."},
            "items": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": PARAMCD,
                "description": "The parameters that are the items.",
            },
            "reversed": {
                "description": "Items that are turned round, with their lowest and highest value.",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 2,
                    "items": {"type": "number"},
                },
            },
            "minimum": {
                "type": "integer",
                "minimum": 1,
                "description": "How many items must be answered; all if not given.",
            },
            "where": {**NAME, "description": "The records whose values are used."},
            "missing": {
                "type": "boolean",
                "description": "Whether there is a record, without AVAL, if too few are answered.",
            },
        },
        *("PARAMCD", "PARAM", "by", "method", "items"),
    ),
    apply=_apply,
    makes=lambda args, _: [*described(args), "AVAL"],
    reads=_reads,
    check=_check,
    words=_words,
    about=about_parameter,
    adds=True,
    origin=parameter_origin,
)
