"""Records of two tables that share keys: who matches whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows


class Match(NamedTuple):
    """The number of each row's key ``here`` and ``there``; -1 for a key with a missing part."""

    here: Rows
    there: Rows
    keys: int

    def last(self, order: Rows) -> Rows:
        """For each row here the last row there, of those in ``order``, with its key; -1: none."""
        chosen = np.full(self.keys + 1, -1, dtype=np.int64)
        chosen[self.there[order]] = order  # of several rows the last one written stays
        chosen[-1] = -1
        return chosen[self.here]

    def counts(self, rows: Rows | None = None) -> Rows:
        """For each row here how many rows there (of those in ``rows``) have its key."""
        there = self.there if rows is None else self.there[rows]
        numbers = np.bincount(there + 1, minlength=self.keys + 1)
        numbers[0] = 0
        return numbers[self.here + 1]


def match(mine: Sequence[pd.Series], theirs: Sequence[pd.Series]) -> Match:
    """The keys of two tables, column by column; numbers match text that is written as they are."""
    stacked = [columns.concat([_text(a), _text(b)]) for a, b in zip(mine, theirs, strict=True)]
    rows = len(mine[0])
    ids = columns.tuples(stacked, len(stacked[0])).ids
    for column in stacked:
        ids[columns.missing(column)] = -1
    return Match(ids[:rows], ids[rows:], int(ids.max(initial=-1)) + 1)


def _text(column: pd.Series) -> pd.Series:
    return columns.map_text(column, list) if columns.is_number(column) else column
