"""``criterion``: CRITy and CRITyFL, a criterion of analysis (ADaMIG 1.3, 3.3.4).

Without ``no`` the criterion's text stands where it is met, with a flag Y. With it, both stand in
all records that are judged, and the flag is Y or N.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from converters import columns
from converters.mapping.expressions import parse
from converters.rules.english import quoted
from converters.rules.parameter import about_where
from converters.rules.rule import Reads
from converters.rules.step import NAME, Analysis, Step, closed


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    judged = np.ones(table.rows, dtype=bool)
    if "where" in args:
        judged = table.condition(args["where"])
    met = table.condition(args["when"]) & judged
    told = judged if args.get("no") else met
    table.put(args["name"], columns.from_codes(np.where(told, 0, -1), [args["label"]]))
    flag = np.where(met, 0, np.where(told, 1, -1))
    table.put(f"{args['name']}FL", columns.from_codes(flag, ["Y", "N"]))


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    keys = [key for key in ("when", "where") if key in args]
    return Reads(expressions=tuple(((key,), args[key]) for key in keys))


def _words(args: Mapping[str, Any], name: str) -> str:
    where = parse(args["where"]).words() if "where" in args else ""
    when, no = parse(args["when"]).words(), args.get("no")
    if name == args["name"]:
        meant = [text for text in (where, "" if no else when) if text]
        if len(meant) > 1:
            meant = [f"({text})" for text in meant]
        place = f"where {' and '.join(meant)}" if meant else "in all records"
        return f'Text of the criterion: "{args["label"]}" {place}.'
    only = f"Where {where}: " if where else ""
    return f'{only}"Y" if {when}; else {quoted("N") if no else "missing"}.'


STEP = Step(
    name="criterion",
    summary="CRITy and CRITyFL: the records that meet a criterion of analysis.",
    schema=closed(
        {
            "name": {
                "type": "string",
                "pattern": "^CRIT[1-9][0-9]?$",
                "$comment": "is no criterion: CRIT1 to CRIT99",
                "description": "CRIT1, CRIT2 ...",
            },
            "label": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "description": "The criterion in words, the value of CRITy.",
            },
            "when": {**NAME, "description": "The condition that meets it."},
            "where": {**NAME, "description": "The records that are judged; all if not given."},
            "no": {"type": "boolean", "description": "Whether N is written where it is not met."},
        },
        "name",
        "label",
        "when",
    ),
    apply=_apply,
    makes=lambda args, _: (args["name"], f"{args['name']}FL"),
    reads=_reads,
    words=_words,
    about=about_where,
    kinds=lambda *_: "Char",
)
