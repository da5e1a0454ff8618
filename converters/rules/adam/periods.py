"""``periods``: APxxSDT, APxxEDT, TRTxxA ... of a dataset that has a record for each period.

(ADaMIG 1.3, 3.2.5 and 3.2.6; admiral: derive_vars_period.) Start dates are the earliest of a
period's records, end dates the latest; what else is taken must be the same in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns, iso8601
from converters.columns import Rows
from converters.findings import Severity
from converters.keys import match
from converters.mapping.expressions import ExpressionError, parse
from converters.rules.moments import days_of, is_datetime
from converters.rules.rule import Problems, Reads, Table
from converters.rules.step import (
    NAME,
    Analysis,
    Step,
    check_other,
    closed,
    of_other,
    refs_of,
)

#: The place of the number in a name: two digits, or one.
_MARK = re.compile("xx|w")
_START = re.compile(r"\w*SDTM?|P\d\dS\dSDM")
_END = re.compile(r"\w*EDTM?|P\d\dS\dEDM")


def _named(pattern: str, number: int) -> str:
    return _MARK.sub(lambda mark: f"{number:0{len(mark[0])}}", pattern)


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    other, wanted = table.dataset(args["from"]), args["numbers"]
    rows = np.arange(other.rows)
    if "where" in args:
        rows = np.flatnonzero(_test(args["where"], other))
    matched = match([table.column("USUBJID")], [columns.take(other.variable("USUBJID"), rows)])
    mine = np.isin(matched.there, matched.here) & (matched.there >= 0)
    rows, subject = rows[mine], matched.there[mine]
    number = _numbers(args, other, rows, subject)
    _report_beyond(args, table, matched.here, subject, number)
    values = {text: columns.take(_value(text, other), rows) for text in args["take"].values()}
    for count in range(1, wanted + 1):
        own = np.flatnonzero(number == count)
        for pattern, text in args["take"].items():
            name = _named(pattern, count)
            column = columns.take(_dated(name, values[text]), own)
            found = _one(name, column, subject[own], matched.keys)
            several = np.flatnonzero(found.several[matched.here])
            if len(several):
                message = f"{name}: {args['from']} has several values of {text} for one period"
                table.report("merge-several", Severity.ERROR, message, several)
            table.put(name, columns.take(column, found.row[matched.here]))


def _value(text: str, other: Table) -> pd.Series:
    return parse(text).evaluate(lambda ref: other.variable(ref.name), other.rows)


def _test(text: str, other: Table) -> npt.NDArray[np.bool_]:
    return parse(text).test(lambda ref: other.variable(ref.name), other.rows)


def _numbers(
    args: Mapping[str, Any], other: Table, rows: Rows, subject: Rows
) -> npt.NDArray[np.float64]:
    """The number of each record's period: stated, or by the order of what tells periods apart."""
    if "number" in args:
        return columns.floats(columns.to_number(columns.take(_value(args["number"], other), rows)))
    order = columns.take(_value(args["order"], other), rows)
    key = columns.sort_key([pd.Series(subject), order], len(rows))
    known = ~columns.missing(order)
    number = np.full(len(rows), np.nan)
    distinct, place = np.unique(key[known], return_inverse=True)
    first = np.full(int(subject.max(initial=-1)) + 1, len(distinct), dtype=np.int64)
    np.minimum.at(first, subject[known], place)
    number[known] = place - first[subject[known]] + 1
    return number


def _report_beyond(
    args: Mapping[str, Any], table: Analysis, here: Rows, subject: Rows, number: Any
) -> None:
    """Records whose period is none of 1 to ``numbers`` are lost: say so of their subjects."""
    wanted = args["numbers"]
    lost = ~np.isnan(number) & ~np.isin(number, np.arange(1, wanted + 1))
    rows = np.flatnonzero(np.isin(here, subject[lost]))
    if len(rows):
        message = f"{args['from']} has periods other than 1 to {wanted} of the subject"
        table.report("period-number", Severity.WARNING, message, rows)


def _dated(name: str, column: pd.Series) -> pd.Series:
    """Values as the variable has them: dates and datetimes are numbers."""
    if columns.is_number(column):
        return column
    if is_datetime(name):
        return iso8601.to_seconds(column)
    return days_of(column) if name.endswith("DT") else column


class _Found:
    """For each subject the row whose value is taken, and whether there are several values."""

    def __init__(self, row: Rows, several: npt.NDArray[np.bool_]) -> None:
        self.row, self.several = np.append(row, -1), np.append(several, False)


def _one(name: str, column: pd.Series, subject: Rows, subjects: int) -> _Found:
    """A missing value gives way to others; of several values the first, of an end the last."""
    there = np.flatnonzero(~columns.missing(column))
    place = columns.ranks(columns.take(column, there))[0]
    order = there[np.lexsort((place, subject[there]))]
    if not _END.fullmatch(name):
        order = order[::-1]
    row = np.full(subjects, -1, dtype=np.int64)
    row[subject[order]] = order  # the last one written stays
    several = np.zeros(subjects, dtype=bool)
    if not (_START.fullmatch(name) or _END.fullmatch(name)):
        ids = columns.tuples([pd.Series(subject[there]), columns.take(column, there)], len(there))
        several = np.bincount(subject[there[ids.first]], minlength=subjects) > 1
    return _Found(row, several)


def _makes(args: Mapping[str, Any], _: str) -> list[str]:
    numbers = range(1, args["numbers"] + 1)
    return [_named(pattern, number) for number in numbers for pattern in args["take"]]


def _texts(args: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The expressions over the other dataset, with their places."""
    yield from (((key,), args[key]) for key in ("number", "order") if key in args)
    yield from ((("take", pattern), text) for pattern, text in args["take"].items())


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    read = ((place, name) for place, text in _texts(args) for name in refs_of(text))
    others = tuple((place, (args["from"], name)) for place, name in read)
    return Reads(
        columns=(((), "USUBJID"),),
        others=(
            *of_other(args["from"], "from", ["USUBJID"]),
            *others,
            *of_other(args["from"], "where", refs_of(args.get("where"))),
        ),
    )


def _check(args: Mapping[str, Any]) -> Problems:
    if ("number" in args) == ("order" in args):
        yield (), "periods need either 'number', or 'order' to count them by"
    for pattern in args["take"]:
        if len(_MARK.findall(pattern)) != 1:
            message = f"'{pattern}': xx or w stands for the number once, as in APxxSDT"
            yield ("take", pattern), message
    yield from check_other(args)
    for place, text in _texts(args):
        try:
            refs = parse(text).refs
        except ExpressionError as error:
            yield place, f"{error}, in the expression: {' '.join(text.split())}"
            continue
        for ref in sorted(ref for ref in refs if ref.scope is not None):
            message = "only variables of that dataset can be used here"
            yield place, f"'{ref.scope}.{ref.name}': {message}"


def _words(args: Mapping[str, Any], name: str) -> str:
    number, text = next(
        (count, text)
        for pattern, text in args["take"].items()
        for count in range(1, args["numbers"] + 1)
        if _named(pattern, count) == name
    )
    which = "Earliest " if _START.fullmatch(name) else "Latest " if _END.fullmatch(name) else ""
    where = f", where {parse(args['where']).words()}" if "where" in args else ""
    if "number" in args:
        period = f"with {parse(args['number']).words()} = {number}"
    else:
        period = f"of period {number}, in the order of {parse(args['order']).words()}"
    what = f"{which or 'Value of '}{parse(text).words()}"
    return f"{what} of the subject's {args['from']} records {period}{where}."


STEP = Step(
    name="periods",
    summary="Period variables of ADSL from a dataset with a record for each period.",
    schema=closed(
        {
            "from": {**NAME, "description": "The dataset, such as SE or EX."},
            "where": {**NAME, "description": "A condition on its records."},
            "number": {**NAME, "description": "The period's number: an expression of its own."},
            "order": {
                **NAME,
                "description": "What periods are told apart and counted by, such as SESTDTC.",
            },
            "numbers": {
                "type": "integer",
                "minimum": 1,
                "maximum": 99,
                "description": "How many periods there are.",
            },
            "take": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": NAME,
                "description": "New name, with xx or w for the number: expression there.",
            },
        },
        "from",
        "numbers",
        "take",
    ),
    apply=_apply,
    makes=_makes,
    reads=_reads,
    check=_check,
    words=_words,
)
