"""``baseline``: ABLFL and BASE, or BASEC, BNRIND (ADaMIG 1.3, 3.3.4; admiral: derive_var_base).

Of the records of a subject and parameter (and of what ``by`` names, such as BASETYPE) that meet
``where`` and have a value, the last is the baseline. All records of the group get its values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from converters import columns
from converters.columns import Rows
from converters.mapping.expressions import parse
from converters.rules.english import listed
from converters.rules.extremes import RESULTS, with_value
from converters.rules.picking import picked
from converters.rules.rule import Reads
from converters.rules.step import NAME, NAMES, PAIRS, Analysis, Step, at, closed, pairs

_GROUP = ("USUBJID", "PARAMCD")
_ORDER = ("ADT", "ADTM", "AVISITN", "VISITNUM", "ATPTN")


def _group(args: Mapping[str, Any]) -> tuple[str, ...]:
    return (*_GROUP, *args.get("by", ()))


def _taken(args: Mapping[str, Any]) -> dict[str, str]:
    """The baseline variables by the variables that they are of."""
    return pairs(args.get("take", {"BASE": "AVAL"}))


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    rows = _baselines(args, table)
    flag = np.full(table.rows, -1, dtype=np.int32)
    flag[rows] = 0
    table.put("ABLFL", columns.from_codes(flag, ["Y"]))
    group = columns.tuples([table.column(name) for name in _group(args)], table.rows)
    of_group = np.full(len(group.first), -1, dtype=np.int64)
    of_group[group.ids[rows]] = rows
    chosen = of_group[group.ids]
    for name, old in _taken(args).items():
        table.put(name, columns.take(table.column(old), chosen))


def _baselines(args: Mapping[str, Any], table: Analysis) -> Rows:
    """The record of each group that is its baseline."""
    candidate = table.condition(args["where"])
    for name in _GROUP:
        candidate &= ~columns.missing(table.column(name))
    rows = np.flatnonzero(candidate & with_value(table))
    names = args.get("order") or [name for name in _ORDER if table.has(name)]

    def of(found: Any) -> list[Any]:
        return [columns.take(column, rows) for column in found]

    group = of(table.column(name) for name in _group(args))
    order = of(table.column(name) for name in names)
    return rows[picked(group, order, of(table.made()), last=True)]


def _makes(args: Mapping[str, Any], _: str) -> list[str]:
    return ["ABLFL", *_taken(args)]


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    order = at("order", args["order"]) if "order" in args else ()
    unasked = () if "order" in args else at("order", _ORDER)
    return Reads(
        columns=(*at("by", _group(args)), *order, *at("take", _taken(args).values())),
        variables=(*unasked, *at("take", RESULTS)),
        expressions=at("where", [args["where"]]),
    )


def _words(args: Mapping[str, Any], name: str) -> str:
    group = listed(_group(args))
    if name == "ABLFL":
        where = parse(args["where"]).words()
        return f'Baseline flag: "Y" for the last record with a value where {where}, within {group}.'
    value = _taken(args)[name]
    return f'Baseline value: {value} of the record flagged ABLFL = "Y" within {group}.'


STEP = Step(
    name="baseline",
    summary="ABLFL and the baseline value: the last record with a value that meets a condition.",
    schema=closed(
        {
            "where": {**NAME, "description": "The records that may be the baseline."},
            "by": {**NAMES, "description": "What has its own baseline, such as BASETYPE."},
            "order": {**NAMES, "description": "The variables that last goes by."},
            "take": {**PAIRS, "description": "Baseline variables, as BASEC: AVALC; BASE: AVAL."},
        },
        "where",
    ),
    apply=_apply,
    makes=_makes,
    reads=_reads,
    words=_words,
)
