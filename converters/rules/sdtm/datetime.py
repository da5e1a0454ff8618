"""``datetime``: --DTC and its kin from raw dates and times (SDTMIG 4.4.1 to 4.4.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from converters import columns, iso8601
from converters.dataset import Origin
from converters.findings import Severity
from converters.mapping.document import Path_, scalar_text
from converters.mapping.settings import Dates
from converters.rules.english import listed
from converters.rules.rule import Reads, Records, Rule, Target

_COLUMNS = ("date", "time", "year", "month", "day")
#: What workbooks and SAS sources give; no format of the study can mean anything else by it.
_ISO = ("yyyy-mm-dd", "yyyy-mm-ddThh:mm", "yyyy-mm-ddThh:mm:ss")
_PARTS_FORMATS = ("dd/mm/yyyy", "dd/mon/yyyy", "dd/mm/yy")


def _options(args: Any, dates: Dates) -> iso8601.DateOptions:
    args = args if isinstance(args, Mapping) else {}
    formats = _list(args.get("format", ()))
    if not formats and dates.formats:
        formats = (*dates.formats, *_ISO)
    if "year" in args:
        formats = _PARTS_FORMATS
    return iso8601.DateOptions(
        formats=tuple(iso8601.compile_format(text) for text in formats),
        time_formats=tuple(
            iso8601.compile_format(text) for text in _list(args.get("time_format", ()))
        ),
        pivot=args.get("pivot", dates.pivot),
        unknown=(*(scalar_text(token) for token in args.get("unknown", ())), *dates.unknown),
        timezone=args.get("timezone", dates.timezone),
    )


def _list(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _apply(args: Any, records: Records, _: Target) -> pd.Series:
    named = args if isinstance(args, Mapping) else {"date": args}
    raw = {key: records.column(named[key]) for key in _COLUMNS if key in named}
    ids, first = columns.tuples(list(raw.values()), records.rows)
    distinct = {key: columns.to_list(columns.take(_text(col), first)) for key, col in raw.items()}
    dates = distinct.get("date") or _from_parts(distinct, len(first))
    times = distinct.get("time", [None] * len(first))
    converted = iso8601.to_iso8601(dates, times, _options(args, records.settings.dates))
    cases = {
        number: (" ".join(filter(None, (dates[number], times[number]))), problem)
        for number, problem in enumerate(converted.problems)
        if problem
    }
    records.report_groups("impossible-date", Severity.ERROR, ids, cases, ("SD0003",))
    return columns.from_codes(ids, converted.values)


def _text(column: pd.Series) -> pd.Series:
    return columns.map_text(column, lambda values: values)


def _from_parts(distinct: Mapping[str, list[str | None]], size: int) -> list[str | None]:
    nothing: list[str | None] = [None] * size
    days, months, years = (distinct.get(key, nothing) for key in ("day", "month", "year"))
    return [
        f"{day or 'UN'}/{month or 'UNK'}/{year or 'UNKN'}" if day or month or year else None
        for day, month, year in zip(days, months, years, strict=True)
    ]


def _reads(args: Any, _: Target) -> Reads:
    if isinstance(args, str):
        return Reads(columns=(((), args),))
    return Reads(columns=tuple(((key,), args[key]) for key in _COLUMNS if key in args))


def _check(args: Any) -> Iterator[tuple[Path_, str]]:
    if isinstance(args, str):
        return
    if not any(key in args for key in _COLUMNS):
        yield (), "datetime needs a 'date' or a 'time' column, or 'year', 'month' and 'day'"
    parts = [key for key in ("year", "month", "day") if key in args]
    if parts and ("date" in args or "format" in args):
        message = "datetime takes either a 'date' (with its 'format') or 'year', 'month' and 'day'"
        yield (parts[0],), message
    elif parts and "year" not in args:
        yield (parts[0],), f"'{parts[0]}' needs the 'year' too"
    for key in ("format", "time_format"):
        for text in _list(args.get(key, ())):
            try:
                iso8601.compile_format(text)
            except ValueError as error:
                yield (key,), str(error)


def _words(args: Any, target: Target) -> str:
    if isinstance(args, str):
        return f"ISO 8601 text of {args}; unknown parts are left out."
    names = listed(str(args[key]) for key in _COLUMNS if key in args)
    return f"ISO 8601 text of {names}; unknown parts are left out."


_NAME = {"type": "string", "minLength": 1}
_FORMAT = {"oneOf": [_NAME, {"type": "array", "minItems": 1, "items": _NAME}]}

RULE = Rule(
    name="datetime",
    kind="value",
    summary="A raw date, with its time, in ISO 8601; what is not known is left out.",
    schema={
        "oneOf": [
            _NAME,
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "date": {**_NAME, "description": "Raw column of the date, or date and time."},
                    "time": {**_NAME, "description": "Raw column of the time."},
                    "year": {**_NAME, "description": "Raw column of the year."},
                    "month": {**_NAME, "description": "Raw column of the month."},
                    "day": {**_NAME, "description": "Raw column of the day."},
                    "format": {**_FORMAT, "description": "Form of the date, such as dd-mon-yyyy."},
                    "time_format": {**_FORMAT, "description": "Form of the time, such as hh:mm."},
                    "pivot": {
                        "type": "integer",
                        "minimum": 0,
                        "maximum": 99,
                        "description": "Two-digit years up to this one are 20xx.",
                    },
                    "unknown": {
                        "type": "array",
                        "items": {"type": ["string", "number"]},
                        "description": "Further tokens that stand for an unknown part.",
                    },
                    "timezone": {
                        "type": "string",
                        "pattern": "^(Z|[+-]\\d\\d:\\d\\d)$",
                        "$comment": "is not a time zone such as +01:00 or Z",
                    },
                },
            },
        ]
    },
    apply=_apply,
    reads=_reads,
    check=_check,
    words=_words,
    origin=lambda *_: Origin("Collected", "Investigator"),
)
