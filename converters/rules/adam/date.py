"""``date``: a SAS date (days since 1960-01-01) from an ISO 8601 date (ADaMIG 1.3, 3.1.3).

A partial date is missing, or is completed, with --DTF to tell (admiral: derive_vars_dt). Of a
datetime it is the date (admiral: derive_vars_dtm_to_dt).
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.mapping.expressions import parse
from converters.rules import imputation
from converters.rules.moments import DAY, days, days_of, report_invalid
from converters.rules.step import NAME, Analysis, Step, closed

__all__ = ["STEP", "days_of"]

_PARTS = imputation.PARTS[:3]


def _apply(args: Any, table: Analysis, target: str) -> None:
    text = imputation.source(args)
    column = table.formula(text)
    flags = _makes(args, target)
    if columns.is_number(column):
        table.put(target, pd.Series(days(text, table)))
        for name in flags:
            table.put(name, columns.constant(None, table.rows))
        return
    report_invalid(column, table)
    if not imputation.imputes(args):
        table.put(target, days_of(column))
        return
    found = imputation.completed(args, column, times=False)
    date = imputation.within(args, found, lambda bound, _: days(bound, table) * DAY) / DAY
    table.put(target, pd.Series(date))
    for name in flags:
        table.put(name, imputation.flag(found.date, ~np.isnan(date), 3))


def _makes(args: Any, target: str) -> tuple[str, ...]:
    """The flag of a variable whose name ends in DT, if dates are completed."""
    if not imputation.imputes(args) or "flag" in args or not target.endswith("DT"):
        return ()
    return (flag_name(target, "D"),)


def flag_name(target: str, kind: str) -> str:
    """The imputation flag of a *DT or *DTM: ``kind`` is D for that of the date, T of the time."""
    subperiod = re.fullmatch(r"(P\d\dS\d[SE])D[TM]", target)
    if subperiod:
        return f"{subperiod[1]}{kind}F"
    stem = re.sub("DTM?$", "", target)
    return f"{stem}DTF" if kind == "D" else f"{stem}TMF"


def is_flag(name: str) -> bool:
    """Whether the name is that of an imputation flag."""
    return re.fullmatch(r"\w*(DTF|TMF)|P\d\dS\d[SE][DT]F", name) is not None


def _words(args: Any, name: str) -> str:
    if not imputation.imputes(args):
        source = parse(imputation.source(args)).words()
        return f"Date part of {source} as a SAS date; missing if incomplete."
    if is_flag(name):
        return imputation.flag_words(args, _PARTS)
    return imputation.words(args, "date", _PARTS)


STEP = Step(
    name="date",
    summary="The SAS date of an ISO 8601 date or of a datetime; partial dates can be imputed.",
    schema={
        "oneOf": [
            NAME,
            closed(
                {
                    **imputation.PROPERTIES,
                    "highest_imputation": {
                        "enum": ["none", *reversed(_PARTS)],
                        "description": imputation.HIGHEST,
                    },
                    "flag": {"enum": ["none"], "description": "No imputation flag."},
                },
                "from",
                "highest_imputation",
            ),
        ]
    },
    apply=_apply,
    variable=True,
    makes=_makes,
    reads=imputation.reads,
    check=imputation.check,
    words=_words,
    imputes=lambda args, _: imputation.imputes(args),
    kinds=lambda _, name: "Char" if is_flag(name) else "Num",
    labels=lambda _, name: "Date Imputation Flag" if is_flag(name) else "",
)
