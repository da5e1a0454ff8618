"""Partial ISO 8601 dates: the days that they may mean, and one of these in their place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from converters.iso8601.days import days
from converters.iso8601.packed import DAY, MONTH, pack

Numbers = npt.NDArray[np.float64]

#: Month and day for texts that are known to the year, and the day for those known to the month.
_MIDDLE = (6, 30, 15)
#: Days of the months 1 to 12.
_LENGTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def possible_days(values: Sequence[str]) -> tuple[Numbers, Numbers]:
    """The first and the last SAS date that each text may mean; NaN for what has no year."""
    return imputed_days(values, "first"), imputed_days(values, "last")


def imputed_days(values: Sequence[str], how: str) -> Numbers:
    """SAS dates of ISO 8601 texts, with a day for those known to the year or month.

    ``how`` is ``first``, ``last``, ``mid`` (the 15th of a month, June 30th of a year) or ``MM-DD``.
    A day that a month does not have is the month's last. NaN for what has no year.
    """
    packed, precision = pack(values)
    year, month, day = packed // 10**10, packed // 10**8 % 100, packed // 10**6 % 100
    first, number, alone = _parts(how)
    wanted = np.where(precision < MONTH, number, alone)
    month = np.where(precision < MONTH, first, month)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    length = _LENGTHS[month] + (leap & (month == 2))
    day = np.where(precision < DAY, np.minimum(wanted, length), day)
    texts = zip(year.tolist(), month.tolist(), day.tolist(), strict=True)
    return days([f"{y:04}-{m:02}-{d:02}" for y, m, d in texts])


def _parts(how: str) -> tuple[int, int, int]:
    """The month and day for a year, and the day for a month."""
    if how in ("first", "last"):
        return (1, 1, 1) if how == "first" else (12, 31, 31)
    if how == "mid":
        return _MIDDLE
    month, _, day = how.partition("-")
    return int(month), int(day), int(day)
