"""Records that are derived from others of the dataset: what they say anew (ADaMIG 1.3, 4.2.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.mapping.document import scalar_text
from converters.rules.schema import NAME_PATTERN, NAME_WORDS
from converters.rules.step import Analysis, Kind

#: What is true of the one record that it was said of: flags of that record, its analysis window.
_OWN = re.compile(r"ABLF[LN]|ANL\d\dF[LN]|LVOTF[LN]|AW(RANGE|TARGET|DIFF|LO|HI|U)")

SET: Mapping[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": NAME_PATTERN, "$comment": NAME_WORDS},
    "additionalProperties": {"type": ["string", "number"]},
    "description": "Values of the new records, such as AVISIT.",
}


def anew(values: Mapping[str, Any], table: Analysis, rows: int) -> dict[str, pd.Series]:
    """What ``rows`` derived records do not share with the records they come of.

    ``values`` are constants; what goes with one record alone is missing.
    """
    cleared = {name: None for name in table.names() if _OWN.fullmatch(name)}
    return {name: _constant(value, rows) for name, value in {**cleared, **values}.items()}


def _constant(value: Any, rows: int) -> pd.Series:
    if value is None or isinstance(value, str):
        return columns.constant(value, rows)
    return pd.Series(np.full(rows, float(value)))


def kind_of(values: Mapping[str, Any], name: str) -> Kind | None:
    """Char or Num of a variable that is set."""
    if name not in values:
        return None
    return "Char" if isinstance(values[name], str) else "Num"


def set_words(values: Mapping[str, Any], name: str, records: str) -> str | None:
    """How a variable that is set is made; ``records`` are the new ones in words."""
    if name not in values:
        return None
    value = values[name]
    shown = f'"{value}"' if isinstance(value, str) else scalar_text(value)
    return f"Set to {shown} in {records}."


def set_origin(values: Mapping[str, Any], name: str) -> Origin:
    """Where a variable of the new records comes from."""
    assigned = name in values and name != "DTYPE"
    return Origin("Assigned" if assigned else "Derived", "Sponsor")
