"""``categories``: variables that the first condition that holds gives (admiral: derive_vars_cat).

For groups and their numbers (AGEGR1 with AGEGR1N, AVALCAT1 with AVALCA1N), told side by side: by
conditions, or by the points where a number is cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.mapping.document import Path_, scalar_text
from converters.mapping.expressions import parse
from converters.rules.parameter import about_where
from converters.rules.rule import Problems, Reads
from converters.rules.schema import NAME_PATTERN
from converters.rules.step import (
    NAME,
    Analysis,
    Step,
    at,
    closed,
    holding,
    put_where,
    where_reads,
    where_words,
)

Categories = Sequence[Mapping[str, Any]]
Arguments = Categories | Mapping[str, Any]
_ENDS = {"below": "<", "upto": "<="}


def _items(args: Arguments) -> Categories:
    """The categories, each with its condition; cut points are told as conditions."""
    return args if isinstance(args, Sequence) else [_cut(item, args["of"]) for item in args["cuts"]]


def _cut(item: Mapping[str, Any], of: str) -> Mapping[str, Any]:
    """Of cut points the last may be open; a missing value has no category."""
    ends = [f"({of}) {sign} {scalar_text(item[end])}" for end, sign in _ENDS.items() if end in item]
    values = {name: value for name, value in item.items() if name not in _ENDS}
    return {**values, "when": ends[0] if ends else f"not missing({of})"}


def _apply(args: Arguments, table: Analysis, _: str) -> None:
    items = _items(args)
    meant = holding({} if isinstance(args, Sequence) else args, table)
    chosen = np.full(table.rows, -1)
    for number, item in reversed(list(enumerate(items))):
        holds = table.condition(item["when"]) if "when" in item else slice(None)
        chosen[holds] = number
    for name in _makes(args):
        values = [item.get(name) for item in items]
        if _is_number(values):
            numbers = [np.nan if value is None else float(value) for value in values]
            column = pd.Series(np.array([*numbers, np.nan])[chosen])
        else:
            column = columns.from_codes(chosen, values)
        put_where(table, name, column, meant)


def _is_number(values: Sequence[Any]) -> bool:
    return not any(isinstance(value, str) for value in values)


def _makes(args: Arguments, _: str = "") -> list[str]:
    return list(dict.fromkeys(name for item in _items(args) for name in item if name != "when"))


def _reads(args: Arguments, _: str) -> Reads:
    if not isinstance(args, Sequence):
        return Reads(expressions=(*at("of", [args["of"]]), *where_reads(args)))
    found = (((n, "when"), item["when"]) for n, item in enumerate(args) if "when" in item)
    return Reads(expressions=tuple(found))


def _check(args: Arguments) -> Problems:
    listed = isinstance(args, Sequence)
    place: Path_ = () if listed else ("cuts",)
    items = _items(args)
    if listed:
        for number in (n for n, item in enumerate(items[:-1]) if "when" not in item):
            message = "only the last category may lack 'when': those after it are never used"
            yield (number,), message
    else:
        yield from _check_cuts(args["cuts"])  # type: ignore[call-overload]
    for name in _makes(args):
        values = [item[name] for item in items if item.get(name) is not None]
        if len({isinstance(value, str) for value in values}) > 1:
            number = next(n for n, item in enumerate(items) if isinstance(item.get(name), str))
            message = f"{name} is text in some categories and a number in others"
            yield (*place, number, name), message


def _check_cuts(cuts: Categories) -> Problems:
    reached = -np.inf
    for number, item in enumerate(cuts):
        ends = [end for end in _ENDS if end in item]
        if len(ends) > 1:
            yield ("cuts", number), "a category ends 'below' a number or 'upto' it, not both"
        elif not ends and number < len(cuts) - 1:
            yield ("cuts", number), "only the last category may lack 'below' and 'upto'"
        elif ends and not float(item[ends[0]]) > reached:
            yield ("cuts", number, ends[0]), "cut points go upwards"
        reached = max([reached, *(float(item[end]) for end in ends)])


def _pieces(args: Arguments, name: str) -> Iterator[str]:
    for item in _items(args):
        value = item.get(name)
        if value is not None:
            shown = f'"{value}"' if isinstance(value, str) else f"{value:g}"
            yield shown + (f" if {parse(item['when']).words()}" if "when" in item else "")


def _words(args: Arguments, name: str) -> str:
    where = "" if isinstance(args, Sequence) else where_words(args)
    start = f"W{where[2:]}: " if where else ""
    told = list(_pieces(args, name))
    if " if " in told[-1]:
        told.append("missing")
    return f"{start}{'; else '.join(told)}."


_VALUES = {
    NAME_PATTERN: {
        "type": ["string", "number"],
        "description": "The value of the variable of this name.",
    }
}


def _list(properties: Mapping[str, Any]) -> dict[str, Any]:
    items = {**closed(properties), "patternProperties": _VALUES, "minProperties": 1}
    return {"type": "array", "minItems": 1, "items": items}


_CUTS = closed(
    {
        "of": {**NAME, "description": "What is cut, such as AVAL."},
        "where": {**NAME, "description": "Only these records; the others keep what they had."},
        "cuts": _list(
            {
                "below": {"type": "number", "description": "The category ends before this number."},
                "upto": {"type": "number", "description": "The category ends with this number."},
            }
        ),
    },
    "of",
    "cuts",
)

STEP = Step(
    name="categories",
    summary="Variables that the first condition that holds gives values: groups and their numbers.",
    schema={
        "oneOf": [_list({"when": {**NAME, "description": "A condition; none: all others."}}), _CUTS]
    },
    apply=_apply,
    makes=_makes,
    reads=_reads,
    check=_check,
    words=_words,
    about=about_where,
    kinds=lambda args, name: (
        "Num" if _is_number([item.get(name) for item in _items(args)]) else "Char"
    ),
)
