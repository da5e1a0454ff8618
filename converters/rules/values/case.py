"""``case``: the value of the first condition that holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.mapping.document import Path_, scalar_text
from converters.mapping.expressions import parse
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


def _words(args: list[Mapping[str, Any]], _: Target) -> str:
    pieces = []
    for branch in args:
        if "formula" in branch:
            value = parse(branch["formula"]).words()
        else:
            then = branch.get("then")
            value = "missing" if then is None else f'"{scalar_text(then)}"'
        when = f" if {parse(branch['when']).words()}" if "when" in branch else " otherwise"
        pieces.append(value + when)
    return f"{'; '.join(pieces)}."


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
