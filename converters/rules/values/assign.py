"""``assign``: the same value in every record (sdtm.oak: hardcode)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.mapping.document import scalar_text
from converters.rules.english import quoted
from converters.rules.rule import Records, Rule, Target


def _apply(args: Any, records: Records, target: Target) -> pd.Series:
    if target.kind == "Num" and isinstance(args, (int, float)):
        return pd.Series(np.full(records.rows, float(args)))
    return columns.constant(scalar_text(args), records.rows)


def _words(args: Any, target: Target) -> str:
    value = scalar_text(args)
    return f"Set to {value if target.kind == 'Num' else quoted(value)}."


RULE = Rule(
    name="assign",
    kind="value",
    summary="The same value in every record.",
    schema={"type": ["string", "number"], "minLength": 1},
    apply=_apply,
    words=_words,
    origin=lambda *_: Origin("Assigned", "Sponsor"),
)
