"""``standard_limit``: a limit of a result in the unit of --STRESU (SDTMIG, LB: --STNRLO, --LLOQ).

A limit that was collected beside a result (a reference range, a limit of quantification) is
converted exactly as the result is: by the same factor, to the same number of decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.rules.rule import Reads, Records, Rule, Target
from converters.rules.standard_units import Standards


def limit_of(column: str, units: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    """A column of limits in standard units; missing in records without a result."""
    made = Standards(units).converted(records.column(column), records, target)
    result = columns.missing(records.variable(f"{target.prefix}ORRES"))
    return columns.take(made, np.where(result, -1, np.arange(records.rows)))


def reads_of(target: Target) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The variables that a conversion goes by."""
    return tuple(((), target.prefix + name) for name in ("TESTCD", "ORRESU", "ORRES"))


def _apply(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    return limit_of(args["column"], args["units"], records, target)


def _words(args: Mapping[str, Any], target: Target) -> str:
    prefix = target.prefix
    return (
        f"Value of {args['column']} converted from {prefix}ORRESU to {prefix}STRESU by the factor"
        " of the result; missing without a result."
    )


RULE = Rule(
    name="standard_limit",
    kind="value",
    summary="A limit in the collected unit, as of a reference range, in the standard unit.",
    schema={"type": "string", "minLength": 1},
    apply=_apply,
    reads=lambda args, target: Reads(columns=(((), args["column"]),), variables=reads_of(target)),
    words=_words,
    origin=lambda *_: Origin("Derived", "Sponsor"),
    of_dataset=("units",),
)
