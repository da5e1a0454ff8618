"""Which of two ISO 8601 dates is the earlier one, to the precision that both have."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.iso8601.packed import DAY, SECOND, Packed, Precision, pack

#: What ``compare`` says of the first of two dates.
BEFORE, SAME, AFTER, UNKNOWN = range(4)

#: What a packed value is divided by to have one precision only.
_UNITS = np.array([100 ** (SECOND - min(level, SECOND)) for level in range(SECOND + 1)])


class Dates(NamedTuple):
    """The dates of a column, row by row, as ``pack`` gives them; a missing one has precision 0."""

    packed: Packed
    precision: Precision

    def at(self, rows: npt.NDArray[Any]) -> Dates:
        """The dates of some rows (0-based)."""
        return Dates(self.packed[rows], self.precision[rows])


def pack_column(column: pd.Series) -> Dates:
    """The dates of a text column; what is no ISO 8601 date counts as missing."""
    codes, values = columns.parts(column)
    packed, precision = pack(values)
    return Dates(np.append(packed, 0), np.append(precision, 0).astype(np.int8)).at(codes)


def compare(one: Dates, other: Dates) -> npt.NDArray[np.int8]:
    """BEFORE, SAME or AFTER: where ``one`` stands to ``other``, cut to the precision of both.

    UNKNOWN where they agree to a month or a year only, or one is missing: their order is not known.
    """
    shared = np.minimum(one.precision, other.precision)
    unit = _UNITS[shared]
    difference = one.packed // unit - other.packed // unit
    found = np.select([difference < 0, difference > 0], [BEFORE, AFTER], SAME)
    unknown = (shared == 0) | ((found == SAME) & (shared < DAY))
    return np.where(unknown, UNKNOWN, found).astype(np.int8)
