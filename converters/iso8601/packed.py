"""ISO 8601 texts as integers that numpy can compare: packed digits and how many of them are known.

A packed value is YYYYMMDDhhmmss with unknown trailing parts zero. Two packed values of the same
precision stand in order of time; cut both to the lesser precision before comparing others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Packed = npt.NDArray[np.int64]
Precision = npt.NDArray[np.int8]

YEAR, MONTH, DAY, HOUR, MINUTE, SECOND = range(1, 7)

ZONE = r"(Z|[+-](?:0[0-9]|1[0-4])(?::[0-5][0-9])?)?"

#: A date or a date and time as SDTM writes them (SDTMIG 4.4.2): a hyphen stands for an unknown part
#: before a known one, unknown parts at the end are absent.
#: Groups: year, month, day, hour, minute, second, fraction, zone.
DATETIME = re.compile(
    r"(?!.*-$)(?!.*[T:]-(?:Z|[+-]))([0-9]{4}|-)"
    r"(?:-([0-9]{2}|-)"
    r"(?:-([0-9]{2}|-)"
    r"(?:T([0-9]{2}|-)"
    r"(?::([0-9]{2}|-)"
    r"(?::([0-9]{2})([.,][0-9]+)?)?)?"
    rf"{ZONE}"
    r")?)?)?"
)

_WIDTH = 19
_SHAPE = "dddd-dd-ddTdd:dd:dd"
#: The precision of a complete text by its length.
LENGTHS = {4: YEAR, 7: MONTH, 10: DAY, 13: HOUR, 16: MINUTE, 19: SECOND}
_DIGITS = np.array([place for place, sign in enumerate(_SHAPE) if sign == "d"])
_SIGNS = np.array([place for place, sign in enumerate(_SHAPE) if sign != "d"])
_SIGN_CODES = np.array([ord(_SHAPE[place]) for place in _SIGNS], dtype=np.uint32)
_MONTH_DAYS = np.array([31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_TENS = np.array([10**10, 10**8, 10**6, 10**4, 10**2, 1], dtype=np.int64)


def pack(values: Sequence[str]) -> tuple[Packed, Precision]:
    """ISO 8601 texts (SDTMIG 4.4.1, 4.4.2) as packed integers and precisions, both of their length.

    The packed value is YYYYMMDDhhmmss as int64, unknown parts zero. The precision is 1 year, 2
    month, 3 day, 4 hour, 5 minute, 6 second, and 0 with packed 0 for what is no ISO 8601 date, is
    no day of the calendar or has no year. A text with a gap (``2003---15``) has the precision of
    what stands before the gap. Fractions of a second are cut and time zones ignored: the local
    time counts, as in --DTC and --DY. ``24:00`` is midnight of the next day.
    """
    count = len(values)
    packed = np.zeros(count, dtype=np.int64)
    precision = np.zeros(count, dtype=np.int8)
    lengths = np.fromiter(map(len, values), dtype=np.int64, count=count)
    regular = np.zeros(count, dtype=bool)
    for length, level in LENGTHS.items():
        rows = np.flatnonzero(lengths == length)
        if len(rows):
            parts, fits = _split([values[row] for row in rows.tolist()], length, level)
            rows, parts = rows[fits], parts[fits]
            packed[rows] = parts @ _TENS[:level]
            precision[rows] = level
            regular[rows] = True
    for row in np.flatnonzero(~regular).tolist():
        packed[row], precision[row] = _pack_one(values[row])
    return packed, precision


def _split(values: list[str], length: int, level: int) -> tuple[Packed, npt.NDArray[np.bool_]]:
    """The parts of texts of one length, and which of them are complete and possible."""
    signs = np.array(values, dtype=f"U{length}").view(np.uint32).reshape(len(values), length)
    places = _DIGITS[: 2 + 2 * level]
    digits = signs[:, places].astype(np.int64) - ord("0")
    literal = _SIGNS[: level - 1]
    fits = ((digits >= 0) & (digits <= 9)).all(axis=1)
    fits &= (signs[:, literal] == _SIGN_CODES[: len(literal)]).all(axis=1)
    pairs = digits[:, ::2] * 10 + digits[:, 1::2]
    parts = np.column_stack([pairs[:, 0] * 100 + pairs[:, 1], pairs[:, 2:]])
    fits &= parts[:, 0] > 0
    if level >= MONTH:
        fits &= (parts[:, 1] >= 1) & (parts[:, 1] <= 12)
    if level >= DAY:
        year, month, day = parts[:, 0], np.clip(parts[:, 1], 0, 12), parts[:, 2]
        leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
        fits &= (day >= 1) & (day <= _MONTH_DAYS[month] - ((month == 2) & ~leap))
    fits &= (parts[:, 3:4] <= 23).all(axis=1) & (parts[:, 4:] <= 59).all(axis=1)
    return parts, fits


def _pack_one(value: str) -> tuple[int, int]:
    """``pack`` for a text with a gap, a fraction, a zone or the hour 24."""
    found = DATETIME.fullmatch(value)
    if found is None or impossible_part(*known_parts(found)):
        return 0, 0
    known = []
    for part in known_parts(found):
        if part is None:
            break
        known.append(part)
    if len(known) > 3 and known[3] == 24:
        known = _next_midnight(known)
    known_digits = sum(part * int(ten) for part, ten in zip(known, _TENS, strict=False))
    return known_digits, len(known)


def _next_midnight(known: list[int]) -> list[int]:
    try:
        day = date(*known[:3]) + timedelta(days=1)
    except OverflowError:  # the last day of the year 9999
        return []
    return [day.year, day.month, day.day, *[0] * len(known[3:])]


def known_parts(found: re.Match[str]) -> tuple[int | None, ...]:
    """Year to second of a match of ``DATETIME``; None for a part that is absent or a hyphen."""
    return tuple(
        None if part is None or part == "-" else int(part) for part in found.group(1, 2, 3, 4, 5, 6)
    )


def impossible_part(
    year: int | None,
    month: int | None = None,
    day: int | None = None,
    hour: int | None = None,
    minute: int | None = None,
    second: int | None = None,
) -> str | None:
    """What of a date and time cannot be (``month 13``), or None; unknown parts are None.

    A day must be in the calendar; the time may be as late as 24:00:00 (ISO 8601:2004).
    """
    if year == 0:
        return "year 0000"
    if month is not None and not 1 <= month <= 12:
        return f"month {month:02}"
    if day is not None and not 1 <= day <= days_in(year, month):
        return f"day {day:02}" + (f" of month {month:02}" if month and day <= 31 else "")
    if hour is not None and (hour > 24 or (hour == 24 and ((minute or 0) or (second or 0)))):
        return f"hour {hour:02}"
    if minute is not None and minute > 59:
        return f"minute {minute:02}"
    if second is not None and second > 59:
        return f"second {second:02}"
    return None


def days_in(year: int | None, month: int | None) -> int:
    """Days of the month; the most it could have where year or month are unknown."""
    if month == 2 and year is not None:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return int(_MONTH_DAYS[month or 0])
