"""``extreme_flag``: Y in the first or last record of each group (admiral: derive_var_extreme_flag).

For occurrence flags such as AOCCFL (OCCDS 1.1) and flags of worst or last records (ANLzzFL).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from converters import columns
from converters.mapping.expressions import parse
from converters.rules.picking import order_words, ordered_names, picked, sort_columns
from converters.rules.rule import Reads
from converters.rules.step import NAME, NAME_OR_NAMES, NAMES, Analysis, Step, at, closed, names


def _group(args: Mapping[str, Any]) -> list[str]:
    return names(args.get("by", "USUBJID"))


def _apply(args: Mapping[str, Any], table: Analysis, target: str) -> None:
    rows = np.arange(table.rows)
    if "where" in args:
        rows = np.flatnonzero(table.condition(args["where"]))
    group = [columns.take(table.column(name), rows) for name in _group(args)]
    order = sort_columns(args["order"], lambda name: columns.take(table.column(name), rows))
    ties = [columns.take(column, rows) for column in table.made()]
    flag = np.full(table.rows, -1)
    flag[rows[picked(group, order, ties, last=args["pick"] == "last")]] = 0
    table.put(target, columns.from_codes(flag, ["Y"]))


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    return Reads(
        columns=(*at("by", _group(args)), *at("order", ordered_names(args["order"]))),
        expressions=at("where", [args["where"]]) if "where" in args else (),
    )


def _words(args: Mapping[str, Any], _: str) -> str:
    where = f" where {parse(args['where']).words()}" if "where" in args else ""
    group = ", ".join(_group(args))
    order = order_words(args["order"])
    return f'"Y" for the {args["pick"]} record{where}, for each {group}, in the order of {order}.'


STEP = Step(
    name="extreme_flag",
    summary="Y in the first or last record of each subject or group, missing in the others.",
    schema=closed(
        {
            "pick": {"enum": ["first", "last"], "description": "Which record of the group."},
            "order": {**NAMES, "description": "The variables it goes by; -NAME: greatest first."},
            "by": {**NAME_OR_NAMES, "description": "What a group shares; USUBJID if not given."},
            "where": {**NAME, "description": "The records that are looked at; all if not given."},
        },
        "pick",
        "order",
    ),
    apply=_apply,
    variable=True,
    reads=_reads,
    words=_words,
    kinds=lambda *_: "Char",
)
