"""``duration``: ISO 8601 durations such as --DUR, --EVLINT and --ELTM (SDTMIG 4.4.3).

From a number and its unit, from the parts of a duration, or from two dates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from converters import columns, iso8601
from converters.dataset import Origin
from converters.errors import nearest
from converters.findings import Severity
from converters.mapping.document import Path_
from converters.mapping.settings import Settings
from converters.rules.english import listed
from converters.rules.rule import Problems, Reads, Records, Rule, Target
from converters.rules.sdtm.dates import read_dates
from converters.rules.values.recode import fold
from converters.standards.terminology import Terminology

#: The parts of a duration from large to small, and what each is called in raw records.
_WORDS = {
    "years": "years year yrs yr y",
    "months": "months month mths mth mos mo mon",
    "weeks": "weeks week wks wk w",
    "days": "days day d",
    "hours": "hours hour hrs hr h",
    "minutes": "minutes minute mins min",
    "seconds": "seconds second secs sec s",
}
_PART = {word: part for part, words in _WORDS.items() for word in words.split()}
_LETTERS = dict(zip(_WORDS, "YMWDHMS", strict=True))
_CLOCK = ("hours", "minutes", "seconds")
_DAYS_OF_WEEK = 7

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")

_REVERSED = "{1} comes before {0}"

#: A duration, or None, and what is wrong with the raw values, or None.
Result = tuple[str | None, str | None]


def _apply(args: Mapping[str, Any], records: Records, _: Target) -> pd.Series:
    given = [records.column(name) for _, name in _columns(args)]
    if "from" in args:
        return _elapsed(given[0], given[1], records, args)
    parts = [str(place[0]) for place, _ in _columns(args)]
    if "value" not in args:
        return _make(given, records, args, lambda *row: _of_parts(parts, row))
    terminology = records.settings.terminology
    table = {fold(word): part.lower() for word, part in args.get("units", {}).items()}
    fixed = args["unit"] if isinstance(args.get("unit"), str) else None

    def made(value: str | None, unit: str | None = fixed) -> Result:
        return _of_value(value, unit, table, terminology)

    return _make(given, records, args, made)


def _columns(args: Mapping[str, Any]) -> list[tuple[Path_, str]]:
    """The columns that are read, each with its place: parts from large to small."""
    found: list[tuple[Path_, str]] = [
        ((key,), args[key]) for key in ("from", "to", "value", *_LETTERS) if key in args
    ]
    if isinstance(args.get("unit"), Mapping):
        found.append((("unit", "from"), args["unit"]["from"]))
    return found


def _make(
    given: Sequence[pd.Series], records: Records, args: Any, function: Callable[..., Result]
) -> pd.Series:
    """``function`` over the distinct rows of some columns; what it complains of are findings."""
    texts = [columns.map_text(column, list) for column in given]
    ids, first = columns.tuples(texts, records.rows)
    rows = zip(*(columns.to_list(columns.take(column, first)) for column in texts), strict=True)
    values, cases = [], {}
    for number, row in enumerate(rows):
        value, problem = function(*row)
        values.append(_signed(value, args))
        if problem:
            cases[number] = (" ".join(item for item in row if item), problem)
    records.report_groups("impossible-duration", Severity.ERROR, ids, cases)
    return columns.from_codes(ids, values)


def _elapsed(start: pd.Series, end: pd.Series, records: Records, args: Any) -> pd.Series:
    """From one date to another, to the precision that both have; none where they are reversed."""
    for column in (start, end):
        read_dates(records, column)
    made = iso8601.duration(start, end)
    codes, values = columns.parts(made)
    reversed_ = np.array([*(value.startswith("-") for value in values), False])[codes]
    ids, first = columns.tuples([start, end], records.rows)
    pairs = [columns.to_list(columns.take(column, first)) for column in (start, end)]
    cases = {
        number: (
            f"{pairs[0][number]} {pairs[1][number]}",
            _REVERSED.format(*(p[number] for p in pairs)),
        )
        for number in np.unique(ids[reversed_]).tolist()
    }
    records.report_groups(
        "impossible-duration", Severity.ERROR, np.where(reversed_, ids, -1), cases
    )
    return columns.map_text(
        made,
        lambda values: [None if text[0] == "-" else _signed(text, args) for text in values],
    )


def _signed(duration: str | None, args: Mapping[str, Any]) -> str | None:
    """The duration, backwards where the spec says so; one of nothing has no sign."""
    if duration is None or not args.get("negative"):
        return duration
    return f"-{duration}" if re.search("[1-9]", duration) and duration[0] != "-" else duration


def _of_value(
    value: str | None, unit: str | None, table: Mapping[str, str], terminology: Terminology
) -> Result:
    if value is None or is_duration(value.strip()):
        return value and value.strip(), None
    if unit is None:
        return None, f"'{value}' has no unit"
    part = table.get(fold(unit)) or part_of(unit, terminology)
    if part is None:
        return None, f"the unit '{unit}' is not known{nearest(unit, [*table, *_PART])}"
    return _of_parts([part], [value])


def part_of(unit: str, terminology: Terminology) -> str | None:
    """The part of a duration that a unit is of: by its English words, or as a term of UNIT."""
    term = (codelist := terminology.get("UNIT")) and codelist.find(unit)
    return _PART.get(fold(unit)) or (_PART.get(fold(term.value)) if term else None)


def is_duration(value: str) -> bool:
    """Whether a text is an ISO 8601 duration already."""
    return iso8601.kinds([value]) == ["durationDatetime"]


def _of_parts(parts: Sequence[str], values: Sequence[str | None]) -> Result:
    """A duration from the texts of its parts; weeks that stand with others become days."""
    pairs = zip(parts, values, strict=True)
    given = {part: value.strip() for part, value in pairs if value is not None}
    for value in given.values():
        if not _NUMBER.fullmatch(_plain(value)):
            return None, f"'{value}' is no number from 0 on"
    if not given:
        return None, None
    numbers = {part: _plain(value) for part, value in given.items()}
    some = {part: number for part, number in numbers.items() if re.search("[1-9]", number)}
    some = some or dict([list(numbers.items())[-1]])
    if any("." in number for number in list(some.values())[:-1]):
        words = " ".join(f"{number} {part}" for part, number in some.items())
        return None, f"'{words}': only the smallest part may have a fraction"
    if "weeks" in some and len(some) > 1:
        some = _weeks_as_days(some)
    text = "".join(f"{n}{_LETTERS[part]}" for part, n in some.items() if part not in _CLOCK)
    clock = "".join(f"{n}{_LETTERS[part]}" for part, n in some.items() if part in _CLOCK)
    return f"P{text}" + (f"T{clock}" if clock else ""), None


def _plain(value: str) -> str:
    """A number as it is written in a duration: no zeros that say nothing."""
    number = columns.parse_number(value)
    return value if np.isnan(number) else columns.number_text(number)


def _weeks_as_days(parts: Mapping[str, str]) -> dict[str, str]:
    days = _DAYS_OF_WEEK * float(parts["weeks"]) + float(parts.get("days", 0))
    joined = {**parts, "days": columns.number_text(round(days, 6))}
    return {part: joined[part] for part in _LETTERS if part in joined and part != "weeks"}


_FORMS = (
    "a duration is made from a 'value' and its 'unit', from parts such as 'hours' and 'minutes',"
    " or 'from' one date 'to' another"
)


def _check(args: Mapping[str, Any]) -> Problems:
    forms = [bool({"from", "to"} & set(args)), "value" in args, bool(set(_LETTERS) & set(args))]
    if sum(forms) != 1:
        yield (), _FORMS
    elif ("from" in args) != ("to" in args):
        yield (), f"lacks '{'to' if 'from' in args else 'from'}', the other date"
    for key in ("unit", "units"):
        if key in args and "value" not in args:
            yield (key,), f"'{key}' belongs to a 'value'"


def _fits(args: Mapping[str, Any], _: Target, settings: Settings) -> Problems:
    unit = args.get("unit")
    if isinstance(unit, str) and part_of(unit, settings.terminology) is None:
        yield ("unit",), f"the unit '{unit}' is not known{nearest(unit, _PART)}"


def _words(args: Mapping[str, Any], _: Target) -> str:
    names = listed(name for _, name in _columns(args))
    sign = ", negative" if args.get("negative") else ""
    if "from" in args:
        how = f"time from {args['from']} to {args['to']}, to the precision that both have"
    elif isinstance(args.get("unit"), str):
        how = f"{names} in {args['unit']}"
    else:
        how = names
    return f"Duration in ISO 8601{sign}: {how}."


_NAME = {"type": "string", "minLength": 1}

RULE = Rule(
    name="duration",
    kind="value",
    summary="An ISO 8601 duration from a number and its unit, from its parts or from two dates.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {
            "value": {
                **_NAME,
                "description": "The column of the number, or of ISO 8601 durations.",
            },
            "unit": {
                "description": "The unit itself, or the column that holds it.",
                "oneOf": [
                    _NAME,
                    {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["from"],
                        "properties": {"from": _NAME},
                    },
                ],
            },
            "units": {
                "description": "Further words for units.",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"enum": [part.upper() for part in _LETTERS]},
            },
            **{part: {**_NAME, "description": f"The column of the {part}."} for part in _LETTERS},
            "from": {**_NAME, "description": "The column of the earlier date."},
            "to": {**_NAME, "description": "The column of the later date."},
            "negative": {"const": True, "description": "Counted backwards: -P14D."},
        },
    },
    apply=_apply,
    reads=lambda args, _: Reads(columns=tuple(_columns(args))),
    check=_check,
    fits=_fits,
    words=_words,
    origin=lambda args, _: (
        Origin("Derived", "Sponsor") if "from" in args else Origin("Collected", "Investigator")
    ),
)
