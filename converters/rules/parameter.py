"""How a parameter is described: PARAMCD, PARAM and their kin (ADaMIG 1.3, 3.3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Origin
from converters.mapping.document import scalar_text
from converters.mapping.expressions import ExpressionError, parse
from converters.rules.step import NAME, Analysis

RESULTS = ("AVAL", "AVALC")
NUMBERS = ("PARAMN", *(f"PARCAT{n}N" for n in range(1, 10)))
CATEGORIES = tuple(f"PARCAT{n}" for n in range(1, 10))
_ORDER = ("PARAMCD", "PARAM", *NUMBERS, *CATEGORIES)

_TEXT = {"type": "string", "minLength": 1, "maxLength": 200}
#: The JSON Schema of a parameter's code.
PARAMCD: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[A-Z_][A-Z0-9_]{0,7}$",
    "$comment": "is no parameter code: up to 8 capitals, digits and _, no digit first",
    "description": "The parameter's code.",
}
#: The JSON Schema of the keys that describe a parameter.
DESCRIBED: Mapping[str, Any] = {
    "PARAMCD": PARAMCD,
    "PARAM": {**_TEXT, "description": "The parameter's name, with its unit."},
    "PARAMN": {"type": "number", "description": "The parameter's number."},
    **{name: {**_TEXT, "description": "A category."} for name in CATEGORIES},
    **{name: {"type": "number", "description": "Its number."} for name in NUMBERS[1:]},
}
_KEPT = ("STUDYID", "USUBJID")
#: The JSON Schema of the keys that say which variables new records share with those they come of.
GROUPED: Mapping[str, Any] = {
    "by": {
        "type": "array",
        "items": NAME,
        "description": "What there is one record for, within the subject, such as [VISIT, ADT].",
    },
    "keep": {
        "type": "array",
        "minItems": 1,
        "items": NAME,
        "description": "Further variables to keep, as in the first parameter's record.",
    },
}


def described(args: Mapping[str, Any]) -> list[str]:
    """The variables that describe a parameter, in order."""
    return [name for name in _ORDER if name in args]


def descriptions(args: Mapping[str, Any], rows: int) -> dict[str, pd.Series]:
    """The columns that describe a parameter, of ``rows`` records."""
    return {
        name: pd.Series(np.full(rows, float(args[name])))
        if name in NUMBERS
        else columns.constant(scalar_text(args[name]), rows)
        for name in described(args)
    }


def group_of(args: Mapping[str, Any]) -> list[str]:
    """What there is one new record for: the subject, and what ``by`` names."""
    return list(dict.fromkeys(("USUBJID", *args["by"])))


def append_parameter(
    args: Mapping[str, Any], table: Analysis, rows: Rows, results: Mapping[str, pd.Series]
) -> None:
    """Adds records of a parameter that come of those in ``rows``.

    They have subject, ``by`` and ``keep`` in common with these, and no other variable.
    """
    kept = {*_KEPT, *args["by"], *args.get("keep", ())}
    empty = {
        name: columns.take(table.column(name), np.full(len(rows), -1, dtype=np.int64))
        for name in table.names()
        if name not in kept
    }
    table.append(rows, {**empty, **descriptions(args, len(rows)), **results})


def about_parameter(args: Mapping[str, Any], code: str) -> Mapping[str, Any] | None:
    """The arguments of a step that makes one parameter, if it is the one of that code."""
    return args if args["PARAMCD"] == code else None


def about_where(args: Any, code: str) -> Any:
    """The arguments of a step that changes records that meet ``where``, if these may be of it."""
    return args if isinstance(args, list) or may_hold(args.get("where"), code) else None


def may_hold(condition: str | None, code: str) -> bool:
    """Whether a condition may hold in records of a parameter; one that cannot be told may."""
    try:
        checks = parse(condition).conditions() if condition else None
    except ExpressionError:
        return True
    of_code = [c for c in checks or () if c.variable == "PARAMCD" and c.comparator in _EQUALITIES]
    return all((code in c.values) == _EQUALITIES[c.comparator] for c in of_code)


_EQUALITIES = {"EQ": True, "IN": True, "NE": False, "NOTIN": False}


def parameter_origin(_: Any, name: str) -> Origin:
    """Descriptions are assigned, the rest is derived."""
    return Origin("Assigned" if name in _ORDER else "Derived", "Sponsor")
