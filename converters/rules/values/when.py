"""``when``: the value only in the records that meet a condition (sdtm.oak: condition_add)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.rules.rule import Reads, Records, Rule, Target


def _apply(args: Any, column: pd.Series, records: Records, _: Target) -> pd.Series:
    rows = np.where(records.condition(args), np.arange(records.rows), -1)
    return columns.take(column, rows)


RULE = Rule(
    name="when",
    kind="modifier",
    summary="The value only in the records that meet a condition; missing in the others.",
    schema={"type": "string", "minLength": 1},
    apply=_apply,
    reads=lambda args, _: Reads(expressions=(((), args),)),
    order=4,
)
