"""Which record of a group is meant: the first, last, lowest, highest, worst, or nearest one.

For steps that flag such a record or add one like it. Values decide, never the place in a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.mapping.document import Path_
from converters.rules.english import listed
from converters.rules.picking import order_words, ordered_names, picked, sort_columns
from converters.rules.rule import Problems
from converters.rules.step import (
    NAME,
    NAME_OR_NAMES,
    NAMES,
    Analysis,
    at,
    closed,
    holding,
    names,
    where_words,
)

ORDERED = ("first", "last")
_WORDS = {"lowest": "lowest", "highest": "highest", "worst": "worst", "closest": "closest to 0"}

#: The JSON Schema of the direction in which each parameter is worse.
WORST: Mapping[str, Any] = {
    **closed(
        {
            "high": {**NAMES, "description": "Parameters whose high values are worse."},
            "low": {**NAMES, "description": "Parameters whose low values are worse."},
        }
    ),
    "minProperties": 1,
    "description": "For worst: the parameters by the direction in which they are worse.",
}
PROPERTIES: Mapping[str, Any] = {
    "pick": {"enum": [*ORDERED, *_WORDS], "description": "Which record of the group."},
    "order": {**NAMES, "description": "The variables it goes by; -NAME: greatest first."},
    "by": {**NAME_OR_NAMES, "description": "What a group shares; USUBJID if not given."},
    "where": {**NAME, "description": "The records that are looked at; all if not given."},
    "of": {**NAME, "description": "The variable that is lowest ...: AVAL; for closest AWTDIFF."},
    "worst": WORST,
    "ties": {"enum": list(ORDERED), "description": "Of equal values, which in the order: first."},
}


def group_of(args: Mapping[str, Any]) -> list[str]:
    """The variables that a group shares."""
    return names(args.get("by", "USUBJID"))


def extremes(args: Mapping[str, Any], table: Analysis) -> Rows:
    """The row of each group that is meant; none for a group without a value that it may go by."""
    rows = np.flatnonzero(holding(args, table))
    pick, order = args["pick"], args.get("order", ())
    last = (pick if pick in ORDERED else args.get("ties", "first")) == "last"
    by: list[pd.Series] = []
    if pick not in ORDERED:
        value = _badness(args, table)[rows]
        rows, value = rows[~np.isnan(value)], value[~np.isnan(value)]
        by = [pd.Series(value if last else -value)]

    def of(name: str) -> pd.Series:
        return columns.take(table.column(name), rows)

    group = [of(name) for name in group_of(args)]
    by += sort_columns(order, of)
    ties = [columns.take(column, rows) for column in table.made()]
    return rows[picked(group, by, ties, last=last)]


def _badness(args: Mapping[str, Any], table: Analysis) -> npt.NDArray[np.float64]:
    """A number that is greatest where the record is meant; NaN where it cannot be."""
    value = columns.floats(columns.to_number(table.column(_value(args))))
    if args["pick"] == "worst":
        return worseness(args["worst"], table, value)
    if args["pick"] == "closest":
        value = np.abs(value)
    return value if args["pick"] == "highest" else -value


def worseness(
    worst: Mapping[str, Any], table: Analysis, value: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The value, greater for worse; NaN in parameters that have no direction."""
    codes, texts = columns.parts(table.column("PARAMCD"))
    high, low = worst.get("high", ()), worst.get("low", ())
    signs = [1.0 if text in high else -1.0 if text in low else np.nan for text in texts]
    sign: npt.NDArray[np.float64] = np.array([*signs, np.nan])[codes]
    return value * sign


def _value(args: Mapping[str, Any]) -> str:
    return str(args.get("of", "AWTDIFF" if args["pick"] == "closest" else "AVAL"))


def extremes_read(args: Mapping[str, Any]) -> tuple[tuple[Path_, str], ...]:
    """The variables that decide, as ``Reads`` has columns; ``where`` is not among them."""
    found = (*at("by", group_of(args)), *at("order", ordered_names(args.get("order", ()))))
    if args["pick"] not in ORDERED:
        found += at("of", [_value(args)])
    return (*found, *at("worst", ["PARAMCD"])) if args["pick"] == "worst" else found


def check_extremes(args: Mapping[str, Any]) -> Problems:
    """What is wrong with the arguments by themselves."""
    pick = args["pick"]
    if pick in ORDERED:
        if "order" not in args:
            yield ("pick",), f"'pick: {pick}' needs an 'order'"
        for key in ("of", "ties"):
            if key in args:
                yield (key,), f"'{key}' is not for 'pick: {pick}', which goes by 'order' alone"
    elif "ties" in args and "order" not in args:
        yield ("ties",), f"'ties: {args['ties']}' needs an 'order'"
    yield from check_worst(args, needed=pick == "worst", what="'pick: worst'")


def check_worst(args: Mapping[str, Any], *, needed: bool, what: str) -> Problems:
    """What is wrong with the directions in which parameters are worse."""
    if needed != ("worst" in args):
        place: Path_ = () if needed else ("worst",)
        yield place, f"{what} and 'worst', the direction of each parameter, go together"
    worst = args.get("worst", {})
    for code in sorted(set(worst.get("high", ())) & set(worst.get("low", ()))):
        yield ("worst",), f"{code} is worse both when high and when low"


def worst_words(worst: Mapping[str, Iterable[str]]) -> str:
    """The directions in English."""
    found = (f"the {w} of {', '.join(worst[k])}" for k, w in _ENDS.items() if k in worst)
    return " and ".join(found)


_ENDS = {"high": "highest", "low": "lowest"}


def extremes_words(args: Mapping[str, Any]) -> str:
    """Which record it is, in English: ``last record where ..., within ...``."""
    pick, value = args["pick"], _value(args)
    where, group = where_words(args), listed(group_of(args))
    order = f"in the order of {order_words(args['order'])}" if "order" in args else ""
    if pick in ORDERED:
        return f"{pick} record{where}, within {group}, {order}"
    which = f" ({worst_words(args['worst'])})" if pick == "worst" else ""
    tied = f"; of equal ones the {args.get('ties', 'first')} {order}" if order else ""
    return f"record with the {_WORDS[pick]} {value}{which}{where}, within {group}{tied}"


def with_value(table: Analysis) -> npt.NDArray[np.bool_]:
    """The records that have an analysis value, as a number or as text."""
    number, text = (columns.missing(table.variable(name)) for name in RESULTS)
    return ~(number & text)


RESULTS = ("AVAL", "AVALC")
