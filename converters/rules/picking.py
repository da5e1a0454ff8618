"""Of records that share some values the first or the last; no place in a file decides."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.keys import ends, in_order


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
    found = in_order([ids, place], lambda: columns.sort_key(ties, rows))
    return found[ends(ids[found], last=last)]
