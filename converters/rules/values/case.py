"""``case``: the value of the first condition that holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.mapping.document import Path_, scalar_text
from converters.mapping.expressions import parse
from converters.rules.english import quoted
from converters.rules.rule import Reads, Records, Rule, Target

_RESULT = {
    "then": {"type": ["string", "number", "null"], "description": "The value itself."},
    "formula": {"type": "string", "minLength": 1, "description": "An expression that gives it."},
}


def _apply(args: list[Mapping[str, Any]], records: Records, _: Target) -> pd.Series:
    chosen = np.full(records.rows, len(args), dtype=np.int64)
    for number in reversed(range(len(args))):
        branch = args[number]
        holds = records.condition(branch["when"]) if "when" in branch else slice(None)
        chosen[holds] = number
    results = [_result(branch, records) for branch in args]
    stacked = columns.concat([*results, columns.constant(None, records.rows)])
    if all(columns.is_number(result) for result in results):
        stacked = columns.to_number(stacked)
    return columns.take(stacked, chosen * records.rows + np.arange(records.rows))


def _result(branch: Mapping[str, Any], records: Records) -> pd.Series:
    if "formula" in branch:
        return records.formula(branch["formula"])
    value = branch.get("then")
    return columns.constant(None if value is None else scalar_text(value), records.rows)


def _expressions(args: list[Mapping[str, Any]]) -> Iterator[tuple[Path_, str]]:
    for number, branch in enumerate(args):
        for key in ("when", "formula"):
            if key in branch:
                yield (number, key), branch[key]


def _check(args: list[Mapping[str, Any]]) -> Iterator[tuple[Path_, str]]:
    for number, branch in enumerate(args):
        if ("then" in branch) == ("formula" in branch):
            yield (number,), "a branch has either 'then', a value, or 'formula', an expression"
    for number, branch in enumerate(args[:-1]):
        if "when" not in branch:
            yield (number,), "only the last branch may lack 'when': those after it are never used"


def _words(args: list[Mapping[str, Any]], target: Target) -> str:
    told = []
    for branch in args:
        when = f" if {parse(branch['when']).words()}" if "when" in branch else ""
        told.append(_value(branch, target) + when)
    if "when" in args[-1]:
        told.append("missing")
    first = told[0][0].upper() + told[0][1:]
    return "; else ".join([first, *told[1:]]) + "."


def _value(branch: Mapping[str, Any], target: Target) -> str:
    then = branch.get("then")
    if "formula" in branch:
        return f"computed as {parse(branch['formula']).words()}"
    if then is None:
        return "missing"
    return scalar_text(then) if target.kind == "Num" else quoted(scalar_text(then))


RULE = Rule(
    name="case",
    kind="value",
    summary="The value of the first condition that holds; missing where none does.",
    schema={
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "when": {"type": "string", "minLength": 1, "description": "A condition."},
                **_RESULT,
            },
            "minProperties": 1,
        },
    },
    apply=_apply,
    reads=lambda args, _: Reads(expressions=tuple(_expressions(args))),
    check=_check,
    words=_words,
)
