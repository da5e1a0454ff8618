"""``time``: a SAS time (seconds of the day) from a datetime (admiral: derive_vars_dtm_to_tm)."""

from __future__ import annotations

from converters import columns, iso8601
from converters.mapping.expressions import parse
from converters.rules.moments import DAY, has_datetimes, report_invalid
from converters.rules.rule import Reads
from converters.rules.step import NAME, Analysis, Step


def _apply(args: str, table: Analysis, target: str) -> None:
    column = table.formula(args)
    if not columns.is_number(column):
        report_invalid(column, table)
        column = iso8601.to_seconds(column)
    elif not has_datetimes(args):
        column = column * float("nan")  # a date has no time
    table.put(target, column % DAY)


def _words(args: str, _: str) -> str:
    return f"Time part of {parse(args).words()} as a SAS time; missing if not known to the minute."


STEP = Step(
    name="time",
    summary="The SAS time of a datetime, or of an ISO 8601 date and time.",
    schema=NAME,
    apply=_apply,
    variable=True,
    reads=lambda args, _: Reads(expressions=(((), args),)),
    words=_words,
    kinds=lambda *_: "Num",
)
