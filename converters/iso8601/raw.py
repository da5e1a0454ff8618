"""Dates and times as they come in raw data, made ISO 8601 as SDTM wants them (SDTMIG 4.4).

What is not known stays unknown; what cannot be is a problem and gives no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from converters.iso8601.formats import DEFAULT_DATES, DEFAULT_TIMES, DateFormat
from converters.iso8601.packed import days_in, impossible_part
from converters.iso8601.patterns import Texts, patterns, unknown_expression

_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_MONTHS = {
    name[:end].upper(): number
    for number, name in enumerate(_NAMES, start=1)
    for end in range(3, len(name) + 1)
}
# Numbers that stand for an unknown part. A fifth of them is no year: 99 may well be 1999.
_NO_DAY = frozenset({"0", "00", "99"})
_NO_TIME = frozenset({"99"})
_NO_YEAR = frozenset({"9999"})
_AMBIGUOUS = re.compile(r"[0-9]{1,2}([-/. ])[0-9]{1,2}\1[0-9]{2}([0-9]{2})?\b.*", re.ASCII)
_LONGEST = 60  # no date is as long, and a message should not be longer
_ZONE = re.compile(r"Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9]", re.ASCII)


@dataclass(frozen=True)
class DateOptions:
    """How raw dates are to be read.

    ``formats`` and ``time_formats`` are tried in order and the first that gives a possible date
    counts; when empty, the forms that cannot be misread are known (ISO 8601, dd-mon-yyyy and its
    kin, yyyymmdd). Of a time column only the time is taken. ``pivot`` 30 reads the years 00-30 as
    20xx and 31-99 as 19xx. ``unknown`` are words (or numbers) for an unknown part beside the usual
    ones. ``timezone`` (``Z`` or ``+01:00``) is added to times that do not bring their own.

    Raises:
        ValueError: the pivot is not within 0 to 99, or the time zone has another form.
    """

    formats: tuple[DateFormat, ...] = ()
    time_formats: tuple[DateFormat, ...] = ()
    pivot: int | None = None
    unknown: tuple[str, ...] = ()
    timezone: str | None = None

    def __post_init__(self) -> None:
        """Refuse options that cannot be meant."""
        if self.pivot is not None and not 0 <= self.pivot <= 99:
            raise ValueError(f"pivot {self.pivot} is not within 0 to 99")
        if self.timezone is not None and not _ZONE.fullmatch(self.timezone):
            raise ValueError(f"timezone '{self.timezone}' is not Z or of the form +01:00")


class Converted(NamedTuple):
    """ISO 8601 texts (None is missing) and problems (None is none), one a raw value."""

    values: list[str | None]
    problems: list[str | None]


class _Moment(NamedTuple):
    """A date, a time or both; None is unknown."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    fraction: str = ""
    zone: str = ""


class _WrongError(Exception):
    """A raw value that is no date; the message says why."""


def to_iso8601(
    dates: Sequence[str | None],
    times: Sequence[str | None] | None = None,
    options: DateOptions | None = None,
) -> Converted:
    """Raw dates, and the times that belong to them, as ISO 8601 text (SDTMIG 4.4.1 to 4.4.3).

    Give the distinct pairs; ``times`` is None or as long as ``dates``. Unknown parts at the end
    are left out (``UN-MAR-2015`` is ``2015-03``); one before a known part becomes a hyphen
    (``15-UNK-2003`` is ``2003---15``, a time on an unknown date ``-----T07:15``). A value that is
    blank or wholly unknown is missing, without a problem. ``24:00`` is midnight of the next day.
    Fractions of a second stay unless they are zero. A date or time that cannot be, or has none of
    the forms, gives no value and a problem in words. Data never raise an error.
    """
    reader = _Reader(options or DateOptions())
    whole_days = reader.whole_days(set(dates)) if times is not None else {}
    clocks = reader.clocks(set(times)) if times is not None else {}
    values: list[str | None] = []
    problems: list[str | None] = []
    for day, time in zip(dates, times if times is not None else [None] * len(dates), strict=True):
        value = problem = None
        if day in whole_days and time in clocks:
            value = f"{whole_days[day]}T{clocks[time]}"
        else:
            try:
                value = reader.iso(day, time)
            except _WrongError as error:
                problem = str(error)
        values.append(value)
        problems.append(problem)
    return Converted(values, problems)


class _Reader:
    """Reads raw values by one set of options; each distinct date and time once."""

    def __init__(self, options: DateOptions) -> None:
        words = tuple(sorted({word.strip().upper() for word in options.unknown if word.strip()}))
        self.listed = frozenset(words)
        self.no_day = _NO_DAY | self.listed
        self.no_time = _NO_TIME | self.listed
        self.no_year = _NO_YEAR | self.listed
        self.pivot = options.pivot
        self.zone = options.timezone or ""
        self.declared = {"date": bool(options.formats), "time": bool(options.time_formats)}
        self.forms = {
            "date": options.formats or DEFAULT_DATES,
            "time": options.time_formats or DEFAULT_TIMES,
        }
        self.patterns = {
            kind: [patterns(form, words) for form in forms] for kind, forms in self.forms.items()
        }
        expression = rf"{unknown_expression(words)}|N/A|[ \-/:.]+"
        self.unknown = re.compile(expression, re.IGNORECASE | re.ASCII).fullmatch
        self.seen: dict[tuple[str, str], _Moment | str] = {}

    def iso(self, day: str | None, time: str | None) -> str | None:
        moment = self.read("date", day)
        if time is not None:
            moment = _joined(moment, self.read("time", time), f"'{day}' and '{time}'")
        return _text(moment, self.zone)

    def whole_days(self, dates: Iterable[str | None]) -> dict[str | None, str]:
        """The dates that are complete and bring no time: they can be put before any time."""
        moments = self.readable("date", dates)
        return {
            raw: _text(moment, "") or ""
            for raw, moment in moments.items()
            if None not in moment[:3] and moment[3:] == _Moment()[3:]
        }

    def clocks(self, times: Iterable[str | None]) -> dict[str | None, str]:
        """The times that can be put behind any complete date, with their zone."""
        moments = self.readable("time", times)
        return {
            raw: (_text(moment._replace(year=2000, month=1, day=1), self.zone) or "")[11:]
            for raw, moment in moments.items()
            if moment.hour not in (None, 24)
        }

    def readable(self, kind: str, raws: Iterable[str | None]) -> dict[str | None, _Moment]:
        """What can be read at all."""
        found = {}
        for raw in raws:
            with suppress(_WrongError):
                found[raw] = self.read(kind, raw)
        return found

    def read(self, kind: str, raw: str | None) -> _Moment:
        if raw is None:
            return _Moment()
        found = self.seen.get((kind, raw))
        if found is None:
            try:
                found = self.parse(kind, " ".join(raw.split()))
            except _WrongError as error:
                found = str(error)
            self.seen[kind, raw] = found
        if isinstance(found, str):
            raise _WrongError(found)
        return found

    def parse(self, kind: str, raw: str) -> _Moment:
        if len(raw) > _LONGEST:
            raise _WrongError(self.no_form(kind, raw[:_LONGEST] + "..."))
        forms = self.patterns[kind]
        first: _WrongError | None = None
        # A whole value that is not possible must not pass for one cut short.
        for reads in ([form.whole for form in forms], [cut for form in forms for cut in form.cut]):
            for texts in filter(None, (read(raw) for read in reads)):
                try:
                    return self.moment(raw, texts)
                except _WrongError as error:
                    first = first or error
            if first:
                raise first
        if not raw or self.unknown(raw) or raw.upper() in self.listed:
            return _Moment()
        raise _WrongError(self.no_form(kind, raw))

    def moment(self, raw: str, texts: Texts) -> _Moment:
        year, month, day, hour, minute, second, fraction, half, zone = texts
        parts = (
            self.year(raw, year),
            self.month(raw, month),
            _number(day, self.no_day),
            _number(hour, self.no_time),
            _number(minute, self.no_time),
            _number(second, self.no_time),
        )
        impossible = impossible_part(*parts)
        if impossible:
            raise _WrongError(f"'{raw}' is not possible: {_why(impossible, parts[0], parts[1])}")
        if half:
            parts = (*parts[:3], _hour24(raw, parts[3], half), *parts[4:])
        if not fraction and not zone:
            return _Moment(*parts)
        return _Moment(*parts, (fraction or "").rstrip("0"), _zone(zone))

    def year(self, raw: str, text: str | None) -> int | None:
        number = _number(text, self.no_year)
        if number is None or text is None or len(text) == 4:
            return number
        if self.pivot is None:
            raise _WrongError(
                f"'{raw}' has a year of two digits: say with 'pivot' which century is meant"
                " (pivot: 30 reads 00-30 as 20xx and 31-99 as 19xx)"
            )
        return number + (2000 if number <= self.pivot else 1900)

    def month(self, raw: str, text: str | None) -> int | None:
        if not text or not text[0].isalpha():
            return _number(text, self.no_day)
        name = text.rstrip(".").upper()
        number = _MONTHS.get(name)
        if number is None and not self.unknown(name):
            raise _WrongError(f"'{raw}': '{text}' is no English month name")
        return number

    def no_form(self, kind: str, raw: str) -> str:
        names = " or ".join(form.text for form in self.forms[kind])
        if self.declared[kind] or kind == "time":
            return f"'{raw}' does not have the form {names}"
        if _AMBIGUOUS.fullmatch(raw):
            return (
                f"'{raw}' is ambiguous: say with 'format' which part is the day and which the month"
                " (dd/mm/yyyy or mm/dd/yyyy)"
            )
        return f"'{raw}' is no date like {names}; name its form with 'format'"


def _number(text: str | None, unknown: frozenset[str]) -> int | None:
    """A part as a number; None if it is absent, a word or a number that says unknown."""
    return int(text) if text and text.isdigit() and text not in unknown else None


def _why(impossible: str, year: int | None, month: int | None) -> str:
    if impossible.startswith("day") and month:
        name = _NAMES[month - 1]
        when = name if year is None else f"{name} {year}"
        return f"{when} has {days_in(year, month)} days"
    return f"there is no {impossible}"


def _hour24(raw: str, hour: int | None, half: str) -> int | None:
    """The hour of a clock of twelve hours on one of twenty-four."""
    if hour is None:
        return None
    afternoon = half[0] in "pP"
    if hour > 12 or (hour == 0 and afternoon):
        raise _WrongError(f"'{raw}' is not possible: there is no hour {hour:02} {half.upper()}")
    return hour % 12 + 12 * afternoon


def _zone(text: str | None) -> str:
    if not text:
        return ""
    if text[0] not in "+-":
        return "Z"
    return text if ":" in text else f"{text[:3]}:{text[3:]}"


def _joined(day: _Moment, time: _Moment, raw: str) -> _Moment:
    """A date and the time from another column; a date's own midnight gives way to it."""
    clock = time[3:6]
    if clock == (None, None, None):
        return day
    own = day[3:6]
    if any(own) and [part or 0 for part in own] != [part or 0 for part in clock]:
        raise _WrongError(f"{raw} give two different times")
    return time._replace(year=day.year, month=day.month, day=day.day, zone=time.zone or day.zone)


def _text(moment: _Moment, zone: str) -> str | None:
    year, month, day, hour, minute, second, fraction, own_zone = moment
    if hour == 24 and year is not None and month is not None and day is not None:
        following = date(year, month, day) + timedelta(days=1)
        year, month, day, hour = following.year, following.month, following.day, 0
    if hour is None and minute is None and second is None:
        if day is not None:
            return f"{_four(year)}-{_two(month)}-{day:02}"
        if month is not None:
            return f"{_four(year)}-{month:02}"
        return None if year is None else f"{year:04}"
    text = f"{_four(year)}-{_two(month)}-{_two(day)}T{_two(hour)}"
    if second is not None:
        text += f":{_two(minute)}:{second:02}" + (f".{fraction}" if fraction else "")
    elif minute is not None:
        text += f":{minute:02}"
    return text + (own_zone or zone)


def _two(part: int | None) -> str:
    return "-" if part is None else f"{part:02}"


def _four(part: int | None) -> str:
    return "-" if part is None else f"{part:04}"
