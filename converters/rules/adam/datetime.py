"""``datetime``: a SAS datetime (seconds since 1960-01-01) from an ISO 8601 date and time.

A partial one is missing, or is completed, with --DTF and --TMF to tell (ADaMIG 1.3, 3.1.3;
admiral: derive_vars_dtm).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns, iso8601
from converters.iso8601 import Imputed
from converters.mapping.expressions import parse
from converters.rules import imputation
from converters.rules.adam.date import flag_name, is_flag
from converters.rules.imputation import PARTS
from converters.rules.moments import has_datetimes, is_datetime, report_invalid, seconds
from converters.rules.step import NAME, Analysis, Step, closed


def _apply(args: Any, table: Analysis, target: str) -> None:
    text = imputation.source(args)
    column = table.formula(text)
    if columns.is_number(column):
        if has_datetimes(text):
            table.put(target, column)
            for name in _makes(args, target):
                table.put(name, columns.constant(None, table.rows))
            return
        column = iso8601.from_days(column)
    report_invalid(column, table)
    if not imputation.imputes(args):
        table.put(target, iso8601.to_seconds(column))
        return
    found = imputation.completed(args, column, times=True)
    moment = imputation.within(args, found, lambda bound, last: seconds(bound, table, last=last))
    table.put(target, pd.Series(moment))
    _put_flags(args, found, ~np.isnan(moment), table, target)


def _put_flags(
    args: Mapping[str, Any], found: Imputed, made: Any, table: Analysis, target: str
) -> None:
    seconds_told = not args.get("ignore_seconds_flag", False)
    for kind, numbers, end in (("D", found.date, 3), ("T", found.time, 6 if seconds_told else 5)):
        name = flag_name(target, kind)
        if name in _makes(args, target):
            table.put(name, imputation.flag(numbers, made, end))


def _makes(args: Any, target: str) -> tuple[str, ...]:
    """The flags of a variable whose name ends in DTM, if datetimes are completed."""
    if not imputation.imputes(args) or not is_datetime(target):
        return ()
    kinds = {"date": "D", "time": "T", "none": ""}.get(args.get("flag", ""), "DT")
    if imputation.lowest(args) > PARTS.index("day") + 1:
        kinds = kinds.replace("D", "")
    return tuple(flag_name(target, kind) for kind in kinds)


def _words(args: Any, name: str) -> str:
    if not imputation.imputes(args):
        source = parse(imputation.source(args)).words()
        return f"Date and time of {source} as a SAS datetime; missing if not known to the minute."
    if not is_flag(name):
        return imputation.words(args, "datetime", PARTS)
    last = -1 if args.get("ignore_seconds_flag", False) else None
    return imputation.flag_words(args, PARTS[3:last] if _is_time(name) else PARTS[:3])


def _is_time(name: str) -> bool:
    return not name.endswith(("DTF", "DF"))


def _label(_: Any, name: str) -> str:
    if not is_flag(name):
        return ""
    return f"{'Time' if _is_time(name) else 'Date'} Imputation Flag"


STEP = Step(
    name="datetime",
    summary="The SAS datetime of an ISO 8601 date and time; partial ones can be imputed.",
    schema={
        "oneOf": [
            NAME,
            closed(
                {
                    **imputation.PROPERTIES,
                    "highest_imputation": {
                        "enum": ["none", *reversed(PARTS)],
                        "description": imputation.HIGHEST,
                    },
                    "time": {
                        "type": "string",
                        "pattern": "^(first|last|([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])$",
                        "$comment": "is not first, last or a time such as 12:00:00",
                        "description": "The time that is taken; first if not given.",
                    },
                    "flag": {
                        "enum": ["date", "time", "none"],
                        "description": "Which imputation flag is made; both if not given.",
                    },
                    "ignore_seconds_flag": {
                        "type": "boolean",
                        "description": "Whether imputed seconds are not flagged; false.",
                    },
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
    labels=_label,
)
