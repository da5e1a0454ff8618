"""``change``: CHG and PCHG, the change from baseline (ADaMIG 1.3, 3.3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.mapping.expressions import parse
from converters.rules.parameter import about_where
from converters.rules.rule import Reads
from converters.rules.step import NAME, Analysis, Step, at, closed


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    value, base = (columns.floats(columns.to_number(table.column(n))) for n in ("AVAL", "BASE"))
    change = value - base
    if "where" in args:
        change = np.where(table.condition(args["where"]), change, np.nan)
    table.put("CHG", pd.Series(change))
    if args.get("percent", True):
        size = np.where(base == 0, np.nan, np.abs(base))
        table.put("PCHG", pd.Series(change / size * 100))


def _makes(args: Mapping[str, Any], _: str) -> list[str]:
    return ["CHG", "PCHG"] if args.get("percent", True) else ["CHG"]


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    where = at("where", [args["where"]]) if "where" in args else ()
    return Reads(columns=tuple(((), name) for name in ("AVAL", "BASE")), expressions=where)


def _words(args: Mapping[str, Any], name: str) -> str:
    where = f", where {parse(args['where']).words()}" if "where" in args else ""
    if name == "CHG":
        return f"Change from baseline: AVAL minus BASE{where}."
    return (
        "Percent change from baseline: CHG divided by the absolute value of BASE, times"
        f" 100{where}; missing if BASE is 0."
    )


STEP = Step(
    name="change",
    summary="CHG and PCHG: the change from baseline, and in percent of the baseline.",
    schema=closed(
        {
            "where": {**NAME, "description": "Only these records, such as those after baseline."},
            "percent": {"type": "boolean", "description": "Whether PCHG is made; true."},
        }
    ),
    apply=_apply,
    makes=_makes,
    reads=_reads,
    words=_words,
    about=about_where,
)
