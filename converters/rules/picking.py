"""Of records that share some values the first or the last; no place in a file decides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows


def picked(
    group: Sequence[pd.Series], order: Sequence[pd.Series], ties: Sequence[pd.Series], *, last: bool
) -> Rows:
    """The row of each group's first or last record, by ``order``; ties go by ``ties``.

    All columns are of the same length, at least one is in ``group``. A missing value in the order
    comes first.
    """
    rows = len(group[0])
    ids = columns.tuples(group, rows).ids
    place = columns.sort_key(order, rows)
    sorted_ = np.lexsort((place, ids))
    tied = (np.diff(ids[sorted_]) == 0) & (np.diff(place[sorted_]) == 0)
    if tied.any():
        sorted_ = np.lexsort((columns.sort_key(ties, rows), place, ids))
    change = np.diff(ids[sorted_]) != 0
    edge = np.append(change, True) if last else np.append(True, change)
    chosen: Rows = sorted_[edge[:rows]]
    return chosen
