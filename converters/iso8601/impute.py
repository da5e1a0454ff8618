"""Partial ISO 8601 dates: the moments that they may mean, and one of these in their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from converters.iso8601.packed import DATETIME, DAY, MONTH, SECOND, YEAR, known_parts, pack

Numbers = npt.NDArray[np.float64]
Parts = npt.NDArray[np.int64]

#: Month and day in place of both, and the day where the month is known.
_DATES = {"first": (1, 1, 1), "last": (12, 31, 31), "mid": (6, 30, 15)}
_CLOCKS = {"first": (0, 0, 0), "last": (23, 59, 59)}
#: Days of the months 1 to 12.
_LENGTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_DAY = 86_400
_TENS = np.array([10**10, 10**8, 10**6, 10**4, 10**2, 1], dtype=np.int64)
#: How long a text of that precision is; a longer one has a gap.
_WIDTHS = {YEAR: 4, MONTH: 7}


class Imputed(NamedTuple):
    """Dates and times, one a place, with what is not known of them imputed.

    ``day`` and ``clock`` are the SAS date and the second of it; where the year is not known the day
    is -inf (``first``), inf (``last``) or NaN. ``days`` and ``clocks`` are the first and the last
    that are possible, ``fixed`` is the day of the month where that is known and the month is not,
    else 0. ``date`` and ``time`` number the first part that is not known (1 year to 6 second; 4 and
    7 where all is known).
    """

    day: Numbers
    clock: Numbers
    days: tuple[Numbers, Numbers]
    clocks: tuple[Numbers, Numbers]
    fixed: Parts
    date: Parts
    time: Parts

    def at(self, rows: npt.NDArray[np.integer]) -> Imputed:
        """Those of some places."""
        days, clocks = ((a[rows], b[rows]) for a, b in (self.days, self.clocks))
        rest = (item[rows] for item in (self.fixed, self.date, self.time))
        return Imputed(self.day[rows], self.clock[rows], days, clocks, *rest)

    def whole_days(self) -> Imputed:
        """The dates alone: each is midnight."""
        none = np.zeros(len(self.day))
        known = np.full(len(self.day), SECOND + 1)
        return self._replace(clock=none, clocks=(none, none), time=known)

    @property
    def moment(self) -> Numbers:
        """SAS datetimes."""
        return self.day * _DAY + self.clock

    def bounded(self, moment: Numbers, bound: Numbers, *, before: bool) -> Numbers:
        """SAS datetimes not before (or else not after) a bound, in places where that is possible.

        That is where the bound is between the first and the last possible moment; then a moment
        beyond it becomes the nearest possible one. A bound NaN changes nothing.
        """
        first, last = (d * _DAY + c for d, c in zip(self.days, self.clocks, strict=True))
        beyond = moment < bound if before else moment > bound
        rows = np.flatnonzero((first <= bound) & (bound <= last) & beyond)
        result = moment.copy()
        result[rows] = self.at(rows)._nearest(bound[rows], 1 if before else -1)
        return result

    def _nearest(self, bound: Numbers, step: int) -> Numbers:
        """The nearest possible moments at or after (step 1) or before (-1) possible bounds."""
        day, clock = np.divmod(bound, _DAY)
        near, far = self.clocks[::step]
        over = (far - clock) * step < 0  # later than any time of that day can be
        day += over * step
        fixed = np.flatnonzero(self.fixed)
        nearest = day.copy()
        nearest[fixed] = _with_day(day[fixed], self.fixed[fixed], step)
        same = ~over & (nearest == day)
        return nearest * _DAY + np.where(same, step * np.fmax(clock * step, near * step), near)


def impute(
    values: Sequence[str], date: str = "first", time: str = "first", *, preserve: bool = False
) -> Imputed:
    """ISO 8601 texts (SDTMIG 4.4.2) with a date and time in place of what is not known.

    ``date`` is ``first``, ``last``, ``mid`` (the 15th of a month, June 30th of a year) or
    ``MM-DD``, ``time`` is ``first``, ``last`` or ``hh:mm:ss``. A day that a month does not have is
    the month's last. What is known after a gap (the day of ``2003---15``, the time of
    ``2003-12--T10:30``) counts with ``preserve`` only. What is no date, or has no year, is not
    known at all.
    """
    parts = _parts(values, preserve)
    known = parts >= 0
    fixed = np.where(~known[:, 1] & known[:, 2], parts[:, 2], 0)
    day = _day(parts, date)
    unknown = ~known[:, 0]
    day[unknown] = {"first": -np.inf, "last": np.inf}.get(date, np.nan)
    first, last = _day(parts, "first"), _day(parts, "last")
    first[unknown], last[unknown] = -np.inf, np.inf
    return Imputed(
        day,
        _clock(parts, time),
        (first, last),
        (_clock(parts, "first"), _clock(parts, "last")),
        fixed,
        _first_unknown(known[:, :DAY]),
        _first_unknown(known[:, DAY:]) + DAY,
    )


def _parts(values: Sequence[str], preserve: bool) -> Parts:
    """Year to second of each text; -1 is not known."""
    packed, precision = pack(values)
    parts: Parts = packed[:, None] // _TENS % np.array([10**4, *[100] * 5])
    parts[np.arange(SECOND) >= precision[:, None]] = -1
    if preserve:
        for row in np.flatnonzero((precision == YEAR) | (precision == MONTH)).tolist():
            if len(values[row]) > _WIDTHS[int(precision[row])]:
                _fill_gap(parts[row], values[row])
    return parts


def _fill_gap(parts: Parts, value: str) -> None:
    """The day, and the time as far as it has no gap itself."""
    found = DATETIME.fullmatch(value)
    later = known_parts(found)[DAY - 1 :] if found else ()
    for place, part in enumerate(later, DAY - 1):
        if part is not None:
            parts[place] = part
        elif place >= DAY:
            break


def _first_unknown(known: npt.NDArray[np.bool_]) -> Parts:
    first = np.where(known.all(axis=1), known.shape[1], known.argmin(axis=1))
    return np.asarray(first + 1, dtype=np.int64)


def _day(parts: Parts, how: str) -> Numbers:
    """SAS dates; meaningless where the year is not known."""
    if how in _DATES:
        first, number, alone = _DATES[how]
    else:
        first, number = map(int, how.split("-"))
        alone = number
    year, month, day = parts[:, 0], parts[:, 1], parts[:, 2]
    day = np.where(day < 0, np.where(month < 0, number, alone), day)
    month = np.where(month < 0, first, month)
    return _sas_date(year, month, np.minimum(day, _length(year, month)))


def _length(year: Parts, month: Parts | int) -> Parts:
    """How many days a month has."""
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return np.asarray(_LENGTHS[month] + (leap & np.equal(month, 2)), dtype=np.int64)


def _sas_date(year: Parts, month: Parts | int, day: Parts) -> Numbers:
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = (months.astype("datetime64[D]") - np.datetime64("1960-01-01")).astype(np.int64)
    return np.asarray(days + day - 1, dtype=np.float64)


def _clock(parts: Parts, how: str) -> Numbers:
    """Seconds of the day."""
    given = _CLOCKS[how] if how in _CLOCKS else tuple(map(int, how.split(":")))
    clock = np.where(parts[:, DAY:] < 0, np.array(given), parts[:, DAY:])
    return np.asarray(clock @ np.array([3600, 60, 1]), dtype=np.float64)


def _with_day(day: Numbers, number: Parts, step: int) -> Numbers:
    """The nearest day of that number of a month, from ``day`` on or back, in its year."""
    dates = day.astype(np.int64) + np.datetime64("1960-01-01").astype(np.int64)
    year = dates.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    found = np.full(len(day), np.nan)
    for month in range(1, 13)[::step]:
        candidate = _sas_date(year, month, number)
        fits = (number <= _length(year, month)) & ((candidate - day) * step >= 0)
        found = np.where(np.isnan(found) & fits, candidate, found)
    return found
