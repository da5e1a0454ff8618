"""``formula``: the value of an expression."""

from __future__ import annotations

from typing import Any

import pandas as pd

from converters.rules.english import value_words
from converters.rules.rule import Reads, Records, Rule, Target


def _apply(args: Any, records: Records, _: Target) -> pd.Series:
    return records.formula(str(args))


RULE = Rule(
    name="formula",
    kind="value",
    summary="The value of an expression over raw columns and variables.",
    schema={"type": "string", "minLength": 1},
    apply=_apply,
    reads=lambda args, _: Reads(expressions=(((), str(args)),)),
    words=lambda args, _: value_words(str(args)),
)
