"""Records that share keys: who matches whom in two tables, who comes first or last in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
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

    def pairs(self) -> tuple[Rows, Rows]:
        """All pairs of a row here and a row there with its key, in the order of both."""
        order = np.argsort(self.there, kind="stable")
        first = np.searchsorted(self.there[order], self.here)
        number = self.counts()
        here = np.repeat(np.arange(len(self.here)), number)
        ahead = np.arange(len(here)) - np.repeat(np.cumsum(number) - number, number)
        return here, order[first[here] + ahead]


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


def in_order(keys: Sequence[npt.NDArray[Any]], rest: Callable[[], npt.NDArray[Any]]) -> Rows:
    """The rows in the order of ``keys``, first key first; those equal in all go by ``rest``.

    ``rest`` is asked for only if there are such rows.
    """
    keys = _joined(keys)
    order = np.lexsort(keys[::-1])
    tied = np.ones(max(len(order) - 1, 0), dtype=bool)
    for key in keys:
        tied &= np.diff(key[order]) == 0
    return np.lexsort((rest(), *keys[::-1])) if tied.any() else order


def _joined(keys: Sequence[npt.NDArray[Any]]) -> Sequence[npt.NDArray[Any]]:
    """The keys as one number a row, which sorts as they do and faster, where one can hold them."""
    joined, size = np.zeros(len(keys[0]) if keys else 0, dtype=np.int64), 1
    for key in keys:
        if not len(key) or not np.issubdtype(key.dtype, np.integer):
            return keys
        low = int(key.min())
        width = int(key.max()) - low + 1
        size *= width
        if size >= 2**62:
            return keys
        joined = joined * width + (key.astype(np.int64) - low)
    return [joined] if keys else keys


def ends(group: npt.NDArray[Any], *, last: bool = True) -> Rows:
    """The places of the last (or first) of each run of equal groups."""
    changes = np.flatnonzero(np.diff(group))
    if not len(group):
        return changes
    return np.append(changes, len(group) - 1) if last else np.append(0, changes + 1)
