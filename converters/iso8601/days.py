"""Days and durations of ISO 8601 columns: study days, SAS dates, differences.

The functions take text columns and give columns with the index of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.iso8601.packed import DAY, HOUR, MINUTE, SECOND, Packed, pack

Numbers = npt.NDArray[np.float64]

_SAS_EPOCH = date(1960, 1, 1)
_FIRST = (date(1, 1, 1) - _SAS_EPOCH).days
_LAST = (date(9999, 12, 31) - _SAS_EPOCH).days


def days(values: Sequence[str]) -> Numbers:
    """SAS dates (days since 1960-01-01) of ISO 8601 texts; NaN unless known to the day."""
    packed, precision = pack(values)
    return np.where(precision >= DAY, _days(packed), np.nan)


def seconds(values: Sequence[str]) -> Numbers:
    """SAS datetimes (seconds since 1960-01-01T00:00:00) of texts; NaN unless known to the minute.

    Seconds that are not given count as 0; fractions are cut and time zones ignored.
    """
    packed, precision = pack(values)
    return np.where(precision >= MINUTE, _seconds(packed), np.nan)


def _days(packed: Packed) -> Packed:
    """Days since 1960-01-01; meaningless for what is not known to the day."""
    year, month, day = packed // 10**10, packed // 10**8 % 100, packed // 10**6 % 100
    months = ((year - 1960) * 12 + month - 1).astype("timedelta64[M]")
    first = (np.datetime64("1960-01", "M") + months).astype("datetime64[D]")
    return (first - np.datetime64("1960-01-01", "D")).astype(np.int64) + day - 1


def _seconds(packed: Packed) -> Packed:
    hour, minute, second = packed // 10_000 % 100, packed // 100 % 100, packed % 100
    return _days(packed) * 86_400 + hour * 3600 + minute * 60 + second


def to_days(column: pd.Series) -> pd.Series:
    """SAS dates (days since 1960-01-01) of a text column; NaN unless known to the day."""
    return _map(column, days)


def to_seconds(column: pd.Series) -> pd.Series:
    """SAS datetimes (seconds since 1960-01-01) of a text column; NaN unless known to the minute."""
    return _map(column, seconds)


def _map(column: pd.Series, function: Callable[[Sequence[str]], Numbers]) -> pd.Series:
    codes, values = columns.parts(column)
    return pd.Series(np.append(function(values), np.nan)[codes], index=column.index)


def from_days(column: pd.Series) -> pd.Series:
    """ISO 8601 dates of SAS dates (whole days; a fraction is cut) within the years 1 to 9999."""
    codes, distinct = pd.factorize(column.to_numpy(dtype=np.float64, na_value=np.nan))
    texts = [
        (_SAS_EPOCH + timedelta(days=int(number // 1))).isoformat()
        if _FIRST <= number < _LAST + 1
        else None
        for number in distinct.tolist()
    ]
    return columns.from_codes(codes, texts).set_axis(column.index)


def study_day(dtc: pd.Series, ref: pd.Series) -> pd.Series:
    """The study day of each --DTC relative to the reference date (SDTMIG 4.4.4), float64.

    The reference date is day 1 and the day before it day -1: there is no day 0. Missing unless both
    are known to the day; times and time zones do not count.
    """
    difference = days_between(ref, dtc)
    return difference + (difference >= 0)


def days_between(start: pd.Series, end: pd.Series) -> pd.Series:
    """Days from ``start`` to ``end`` (0 on the same day), float64; NaN unless both are complete."""
    return pd.Series(to_days(end).to_numpy() - to_days(start).to_numpy(), index=end.index)


def add_days(dtc: pd.Series, number: pd.Series | float) -> pd.Series:
    """The ISO 8601 dates ``number`` days after each --DTC, without time.

    Missing where the date is not known to the day or the number is missing.
    """
    added = number.to_numpy(np.float64) if isinstance(number, pd.Series) else number
    return from_days(to_days(dtc) + added)


def duration(start: pd.Series, end: pd.Series) -> pd.Series:
    """The ISO 8601 duration from ``start`` to ``end`` (SDTMIG 4.4.3): ``P10D``, ``PT4H30M``.

    As exact as the less exact of the two, from days to seconds: days alone when one has no time. An
    end before the start gives a negative duration (``-P3D``). Missing unless both are known to the
    day; time zones are ignored.
    """
    return columns.map_tuples([start, end], len(start), _durations).set_axis(start.index)


def _durations(starts: list[str | None], ends: list[str | None]) -> list[str | None]:
    begin, begin_level = pack([value or "" for value in starts])
    finish, finish_level = pack([value or "" for value in ends])
    level = np.minimum(begin_level, finish_level)
    # What one of the two does not know is cut from the other.
    unit = 10 ** (2 * (SECOND - level.astype(np.int64)))
    between = _seconds(finish // unit * unit) - _seconds(begin // unit * unit)
    return [
        _duration(number, known) if known >= DAY else None
        for number, known in zip(between.tolist(), level.tolist(), strict=True)
    ]


def _duration(between: int, level: int) -> str:
    """A number of seconds as a duration; ``level`` is the smallest unit that zero is given in."""
    rest = abs(between)
    clock = ""
    for size, unit in ((3600, "H"), (60, "M"), (1, "S")):
        number = rest % 86_400 // size
        rest -= number * size
        clock += f"{number}{unit}" if number else ""
    whole = rest // 86_400
    if not whole and not clock:
        return {DAY: "P0D", HOUR: "PT0H", MINUTE: "PT0M", SECOND: "PT0S"}[level]
    text = "P" + (f"{whole}D" if whole else "") + (f"T{clock}" if clock else "")
    return f"-{text}" if between < 0 else text
