"""``empty``: a variable that the standard expects and the study did not collect."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.rules.rule import Records, Rule, Target


def _apply(_: Any, records: Records, target: Target) -> pd.Series:
    if target.kind == "Num":
        return pd.Series(np.full(records.rows, np.nan))
    return columns.constant(None, records.rows)


RULE = Rule(
    name="empty",
    kind="value",
    summary="No value in any record, as in required and expected variables that a spec leaves out.",
    schema={"const": True},
    apply=_apply,
    origin=lambda *_: Origin("Not Available"),
)
