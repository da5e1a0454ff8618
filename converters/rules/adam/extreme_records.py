"""``extreme_records``: a record like one of each group (ADaMIG 1.3, 4.2.1; admiral:
derive_extreme_records).

For the last value on treatment as a visit of its own, the lowest, the highest or the worst.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from converters.rules.derived_records import SET, anew, kind_of, set_origin, set_words
from converters.rules.extremes import (
    PROPERTIES,
    check_extremes,
    extremes,
    extremes_read,
    extremes_words,
)
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME_OR_NAMES, Analysis, Step, closed, where_reads

#: The derivation types that say what is picked: last and worst observed value.
_TYPES = {"last": "LOV", "lowest": "MINIMUM", "highest": "MAXIMUM", "worst": "WOV"}


def _values(args: Mapping[str, Any]) -> dict[str, Any]:
    kind = {"DTYPE": _TYPES[args["pick"]]} if args["pick"] in _TYPES else {}
    return {**kind, **args["set"]}


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    rows = extremes(args, table)
    table.append(rows, anew(_values(args), table, len(rows)))


def _check(args: Mapping[str, Any]) -> Problems:
    yield from check_extremes(args)
    if "DTYPE" not in _values(args):
        yield ("set",), f"'pick: {args['pick']}' has no derivation type of its own: set DTYPE"


def _words(args: Mapping[str, Any], name: str) -> str | None:
    return set_words(_values(args), name, f"records derived from the {extremes_words(args)}")


STEP = Step(
    name="extreme_records",
    summary="A record like the first, last, lowest, worst ... of each group, with other values.",
    schema=closed(
        {**PROPERTIES, "by": {**NAME_OR_NAMES, "description": "What a group shares."}, "set": SET},
        "pick",
        "by",
        "set",
    ),
    apply=_apply,
    makes=lambda args, _: _values(args),
    reads=lambda args, _: Reads(columns=extremes_read(args), expressions=where_reads(args)),
    check=_check,
    words=_words,
    kinds=lambda args, name: kind_of(_values(args), name),
    origin=lambda args, name: set_origin(_values(args), name),
)
