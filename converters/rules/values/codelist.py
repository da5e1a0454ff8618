"""``codelist``: the submission value of a term (sdtm.oak: assign_ct).

A variable with a codelist in the standard passes here without being asked. The term is found by its
submission value, a synonym, the preferred term or the decode, without regard to case and blanks. A
value without a term stays as it is; the terminology check reports it.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from converters import columns
from converters.rules.rule import Records, Rule, Target
from converters.standards.terminology import Codelist


def _apply(_: Any, column: pd.Series, __: Records, target: Target) -> pd.Series:
    if not target.codelists or columns.is_number(column):
        return column
    return columns.map_text(
        column, lambda values: [submission_value(target.codelists, value) for value in values]
    )


def submission_value(codelists: tuple[Codelist, ...], value: str) -> str:
    """The submission value that ``value`` stands for in the first codelist that knows it."""
    for codelist in codelists:
        term = codelist.find(value)
        if term is not None:
            return term.value
    return value


RULE = Rule(
    name="codelist",
    kind="modifier",
    summary="The submission value of the term that the value stands for.",
    schema={
        "oneOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
        ]
    },
    apply=_apply,
    order=3,
)
