"""``uppercase``: the value in capitals, as SDTM likes its text."""

from __future__ import annotations

from typing import Any

import pandas as pd

from converters import columns
from converters.rules.rule import Records, Rule, Target


def _apply(args: Any, column: pd.Series, _: Records, __: Target) -> pd.Series:
    if not args:
        return column
    return columns.map_text(column, lambda values: [value.upper() for value in values])


RULE = Rule(
    name="uppercase",
    kind="modifier",
    summary="The value in capitals.",
    schema={"type": "boolean"},
    apply=_apply,
    words=lambda args, _: "Converted to uppercase." if args else None,
    order=2,
)
