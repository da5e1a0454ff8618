"""Functions of many values that give one a group: ``sum(EXDOSE)``, ``count()``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.keys import ends

Numbers = npt.NDArray[np.float64]

_CALL = re.compile(r"\s*([a-z]+)\s*\((.*)\)\s*", re.DOTALL)

#: What the functions are called in words.
WORDS: Mapping[str, str] = {
    "count": "number",
    "distinct": "number of distinct values",
    "sum": "sum",
    "mean": "mean",
    "median": "median",
    "std": "standard deviation",
    "min": "lowest",
    "max": "highest",
}


def taken_apart(text: str) -> tuple[str, str]:
    """The function and the expression in its brackets, which may be empty.

    Raises:
        ValueError: it is no such function.
    """
    found = _CALL.fullmatch(text)
    if found is None or found[1] not in WORDS:
        raise ValueError(f"'{text}' is none of the functions {', '.join(WORDS)} of one expression")
    if found[1] != "count" and not found[2].strip():
        raise ValueError(f"'{text}' needs an expression in its brackets")
    return found[1], found[2].strip()


def total(function: str, values: pd.Series | None, ids: Rows, groups: int) -> pd.Series:
    """The function over the values of each group; ``ids`` are the groups' numbers from 0.

    Missing values do not count; without values (``None``) records are counted. The counts of a
    group without records are 0, all else is missing. A sum never goes by the order of the records.
    """
    if values is None:
        return pd.Series(np.bincount(ids, minlength=groups).astype(np.float64))
    if function not in ("count", "distinct", "min", "max"):
        values = columns.to_number(values)
    rows = np.flatnonzero(~columns.missing(values))
    rows = rows[np.lexsort((columns.ranks(values, plain=True)[0][rows], ids[rows]))]
    group, sorted_ = ids[rows], columns.take(values, rows)
    if function in ("min", "max"):
        found = np.full(groups, -1, dtype=np.int64)
        edge = ends(group, last=function == "max")
        found[group[edge]] = edge
        return columns.take(sorted_, found)
    if function == "count":
        return pd.Series(np.bincount(group, minlength=groups).astype(np.float64))
    if function == "distinct":
        first = columns.tuples([pd.Series(group), sorted_], len(rows)).first
        return pd.Series(np.bincount(group[first], minlength=groups).astype(np.float64))
    return pd.Series(_NUMERIC[function](columns.floats(sorted_), group, groups))


def _sum(values: Numbers, group: Rows, groups: int) -> Numbers:
    number = np.bincount(group, minlength=groups)
    return np.where(number, np.bincount(group, weights=values, minlength=groups), np.nan)


def _mean(values: Numbers, group: Rows, groups: int) -> Numbers:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(_sum(values, group, groups) / np.bincount(group, minlength=groups))


def _median(values: Numbers, group: Rows, groups: int) -> Numbers:
    number = np.bincount(group, minlength=groups)
    start = np.cumsum(number) - number
    padded = np.append(values, np.nan)
    low, high = (np.where(number, start + (number - odd) // 2, len(values)) for odd in (1, 0))
    return np.asarray((padded[low] + padded[high]) / 2)


def _std(values: Numbers, group: Rows, groups: int) -> Numbers:
    """The standard deviation of a sample; missing for a single value."""
    square = (values - _mean(values, group, groups)[group]) ** 2
    order = np.lexsort((square, group))
    number = np.bincount(group, minlength=groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.sqrt(_sum(square[order], group[order], groups) / (number - 1))
    return np.where(number > 1, found, np.nan)


_NUMERIC: Mapping[str, Callable[[Numbers, Rows, int], Numbers]] = {
    "sum": _sum,
    "mean": _mean,
    "median": _median,
    "std": _std,
}
