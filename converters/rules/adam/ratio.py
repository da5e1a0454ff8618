"""``ratio``: R2BASE, R2A1LO ...: the analysis value in relation to another (ADaMIG 1.3, 3.3.4;
admiral: derive_var_analysis_ratio).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.rules.parameter import about_where
from converters.rules.rule import Problems, Reads
from converters.rules.step import (
    NAME,
    NAME_OR_NAMES,
    Analysis,
    Step,
    at,
    closed,
    holding,
    names,
    where_reads,
    where_words,
)

#: Labels of the ratios that ADaMIG does not have.
_LABELS = {
    "R2ANRLO": "Ratio to Normal Range Lower Limit",
    "R2ANRHI": "Ratio to Normal Range Upper Limit",
}


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    meant = holding(args, table)
    value = columns.floats(columns.to_number(table.column("AVAL")))
    for name in names(args["to"]):
        other = columns.floats(columns.to_number(table.column(name)))
        table.put(f"R2{name}", pd.Series(value / np.where(meant & (other != 0), other, np.nan)))


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    found = (((), "AVAL"), *at("to", names(args["to"])))
    return Reads(columns=found, expressions=where_reads(args))


def _check(args: Mapping[str, Any]) -> Problems:
    for name in names(args["to"]):
        if len(name) > 6:
            yield ("to",), f"R2{name} is longer than 8 characters: use a formula"


def _words(args: Mapping[str, Any], name: str) -> str:
    other = name.removeprefix("R2")
    return f"Ratio to {other}: AVAL divided by {other}{where_words(args)}; missing if {other} is 0."


STEP = Step(
    name="ratio",
    summary="R2BASE, R2A1LO, R2A1HI ...: AVAL divided by another variable.",
    schema=closed(
        {
            "to": {**NAME_OR_NAMES, "description": "The variables it is a ratio to, as BASE."},
            "where": {**NAME, "description": "Only these records, such as those after baseline."},
        },
        "to",
    ),
    apply=_apply,
    makes=lambda args, _: [f"R2{name}" for name in names(args["to"])],
    reads=_reads,
    check=_check,
    words=_words,
    about=about_where,
    kinds=lambda *_: "Num",
    labels=lambda _, name: _LABELS.get(name, ""),
)
