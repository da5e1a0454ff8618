"""``date``: a SAS date (days since 1960-01-01) from an ISO 8601 date (ADaMIG 1.3, 3.1.3).

A partial date is missing, or is completed, with --DTF to tell (admiral: derive_vars_dt).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns, iso8601
from converters.findings import Severity
from converters.mapping.expressions import parse
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, NAMES, Analysis, Step, closed

#: What is missing of a date, as --DTF tells it, and the precision of such a text.
_PARTS = {"day": ("D", 2), "month": ("M", 1), "year": ("Y", 0)}
#: ``impute`` with the bound that gives a date where nothing is known of it.
_BOUND = {"first": "not_before", "last": "not_after"}


def days_of(column: pd.Series) -> pd.Series:
    """SAS dates of ISO 8601 texts known to the day; numbers are SAS dates already."""
    return column if columns.is_number(column) else iso8601.to_days(column)


def _apply(args: Any, table: Analysis, target: str) -> None:
    imputes = isinstance(args, Mapping)
    column = table.formula(args["from"] if imputes else args)
    if columns.is_number(column):
        table.put(target, column)
        if imputes:
            table.put(_flag(target), columns.constant(None, table.rows))
        return
    _report_invalid(column, table)
    if not imputes:
        table.put(target, days_of(column))
        return
    date, flag = _imputed(args, column, table)
    table.put(target, date)
    table.put(_flag(target), flag)


def _report_invalid(column: pd.Series, table: Analysis) -> None:
    values = columns.parts(column).values
    _, precision = iso8601.pack(values)
    wrong = [values[number] for number in np.flatnonzero(precision == 0)]
    problems = {value: f"'{value}' is no ISO 8601 date" for value in wrong}
    table.report_values("impossible-date", Severity.ERROR, column, problems)


def _imputed(
    args: Mapping[str, Any], column: pd.Series, table: Analysis
) -> tuple[pd.Series, pd.Series]:
    """The date, and what of it was not known: D, M or Y."""
    codes, values = columns.parts(column)
    _, precision = iso8601.pack(values)
    known = np.append(precision, 0)[codes]
    unknown = codes < 0
    date = np.append(iso8601.imputed_days(values, args["impute"]), np.nan)[codes]
    first, last = (np.append(found, np.nan)[codes] for found in iso8601.possible_days(values))
    first[unknown], last[unknown] = -np.inf, np.inf
    partial = (known < _PARTS["day"][1] + 1) & ((known > 0) | unknown)
    for key, nearest in (("not_before", np.fmax), ("not_after", np.fmin)):
        for text in args.get(key, ()):
            bound = columns.floats(days_of(table.formula(text)))
            fits = partial & (first <= bound) & (bound <= last)
            fits &= ~unknown | (key == _BOUND.get(args["impute"]))
            date = np.where(fits, nearest(date, bound), date)
    date[known < _PARTS[args["highest"]][1]] = np.nan
    letter = np.full(len(date), -1)
    letter[partial & ~np.isnan(date)] = known[partial & ~np.isnan(date)]
    return pd.Series(date), columns.from_codes(letter, ["Y", "M", "D"])


def _flag(target: str) -> str:
    return f"{target}F"


def _reads(args: Any, _: str) -> Reads:
    if isinstance(args, str):
        return Reads(expressions=(((), args),))
    bounds = [(key, n) for key in _BOUND.values() for n in range(len(args.get(key, ())))]
    found = [(("from",), args["from"]), *((place, args[place[0]][place[1]]) for place in bounds)]
    return Reads(expressions=tuple(found))


def _check(args: Any) -> Problems:
    if isinstance(args, str) or args["highest"] != "year":
        return
    needed = _BOUND.get(args["impute"])
    if needed is None:
        yield ("impute",), "where the year may be missing, 'impute' is first or last"
    elif needed not in args:
        yield (
            ("highest",),
            f"a date without a year, imputed as the {args['impute']}, needs '{needed}'",
        )


def _words(args: Any, name: str) -> str:
    if isinstance(args, str):
        return f"{parse(args).words()} as a SAS date; missing if incomplete."
    parts = list(_PARTS)[: list(_PARTS).index(args["highest"]) + 1]
    if name.endswith("DTF"):
        listed = [f'"{_PARTS[part][0]}" if the {part}' for part in parts]
        return f"{', '.join(reversed(listed))} was imputed."
    how = {"first": "earliest", "last": "latest", "mid": "middle"}.get(args["impute"])
    which = f"the {how} day that is possible" if how else f"{args['impute']} (month and day)"
    for key, word in (("not_before", "before"), ("not_after", "after")):
        if key in args:
            bounds = " or ".join(parse(text).words() for text in args[key])
            which += f", not {word} {bounds} where that is possible"
    if args["highest"] != "year":
        which += "; otherwise missing if incomplete"
    source, missing = parse(args["from"]).words(), " or ".join(parts)
    return f"{source} as a SAS date; if its {missing} is missing, {which}."


STEP = Step(
    name="date",
    summary="The SAS date of an ISO 8601 date; missing, or imputed, unless it is known to the day.",
    schema={
        "oneOf": [
            NAME,
            closed(
                {
                    "from": {**NAME, "description": "The ISO 8601 date."},
                    "impute": {
                        "type": "string",
                        "pattern": "^(first|last|mid|(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))$",
                        "$comment": "is not first, last, mid or a month and day such as 06-15",
                        "description": "The day to take: first, last, mid, or MM-DD.",
                    },
                    "highest": {
                        "enum": list(_PARTS),
                        "description": "The greatest part that may be missing.",
                    },
                    "not_before": {**NAMES, "description": "Dates that it is not before."},
                    "not_after": {**NAMES, "description": "Dates that it is not after."},
                },
                "from",
                "impute",
                "highest",
            ),
        ]
    },
    apply=_apply,
    variable=True,
    makes=lambda args, target: () if isinstance(args, str) else (_flag(target),),
    reads=_reads,
    check=_check,
    words=_words,
    kinds=lambda _, name: "Char" if name.endswith("DTF") else "Num",
    labels=lambda _, name: "Date Imputation Flag" if name.endswith("DTF") else "",
)
