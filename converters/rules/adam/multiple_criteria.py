"""``multiple_criteria``: MCRITy, MCRITyML and MCRITyMN, a criterion with several responses
(ADaMIG 1.3, 3.3.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.mapping.expressions import parse
from converters.rules.english import quoted
from converters.rules.parameter import about_where
from converters.rules.rule import Problems, Reads
from converters.rules.step import (
    NAME,
    Analysis,
    Kind,
    Step,
    closed,
    holding,
    where_reads,
    where_words,
)


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    """The response is the first whose condition holds, in the records that are judged."""
    name, responses, judged = args["name"], args["responses"], holding(args, table)
    found = np.full(table.rows, -1)
    for number, item in reversed(list(enumerate(responses))):
        holds = table.condition(item["when"]) if "when" in item else True
        found[judged & holds] = number
    table.put(name, columns.from_codes(np.where(judged, 0, -1), [args["label"]]))
    table.put(f"{name}ML", columns.from_codes(found, [item["response"] for item in responses]))
    if _numbered(args):
        numbers = [float(item.get("number", np.nan)) for item in responses]
        table.put(f"{name}MN", pd.Series(np.array([*numbers, np.nan])[found]))


def _numbered(args: Mapping[str, Any]) -> bool:
    return any("number" in item for item in args["responses"])


def _makes(args: Mapping[str, Any], _: str) -> list[str]:
    name = args["name"]
    return [name, f"{name}ML", *([f"{name}MN"] if _numbered(args) else [])]


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    found = (
        (("responses", n, "when"), item["when"])
        for n, item in enumerate(args["responses"])
        if "when" in item
    )
    return Reads(expressions=(*found, *where_reads(args)))


def _check(args: Mapping[str, Any]) -> Problems:
    responses = args["responses"]
    for number, item in enumerate(responses):
        place = ("responses", number)
        if "when" not in item and number < len(responses) - 1:
            yield place, "only the last response may lack 'when': those after it are never used"
        if _numbered(args) and "number" not in item:
            yield place, "lacks the key 'number', which other responses have"


def _words(args: Mapping[str, Any], name: str) -> str:
    where = where_words(args)
    if name == args["name"]:
        return f'Text of the criterion: "{args["label"]}"{where or " in all records"}.'
    key = "number" if name.endswith("MN") else "response"
    told = (
        quoted(item[key]) + (f" if {parse(item['when']).words()}" if "when" in item else "")
        for item in args["responses"]
    )
    start = f"W{where[2:]}: " if where else ""
    last = "; else missing" if "when" in args["responses"][-1] else ""
    return f"{start}{'; else '.join(told)}{last}."


def _kinds(args: Mapping[str, Any], name: str) -> Kind:
    return "Num" if name == f"{args['name']}MN" else "Char"


STEP = Step(
    name="multiple_criteria",
    summary="MCRITy, MCRITyML and MCRITyMN: which response of a criterion a record has.",
    schema=closed(
        {
            "name": {
                "type": "string",
                "pattern": "^MCRIT[1-9]$",
                "$comment": "is no criterion with several responses: MCRIT1 to MCRIT9",
                "description": "MCRIT1, MCRIT2 ...",
            },
            "label": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "description": "The criterion in words, the value of MCRITy.",
            },
            "where": {**NAME, "description": "The records that are judged; all if not given."},
            "responses": {
                "type": "array",
                "minItems": 2,
                "items": closed(
                    {
                        "when": {**NAME, "description": "A condition; none: all others."},
                        "response": {**NAME, "description": "The value of MCRITyML."},
                        "number": {"type": "number", "description": "The value of MCRITyMN."},
                    },
                    "response",
                ),
            },
        },
        "name",
        "label",
        "responses",
    ),
    apply=_apply,
    makes=_makes,
    reads=_reads,
    check=_check,
    words=_words,
    about=about_where,
    kinds=_kinds,
)
