"""Of records that share some values the first or the last; no place in a file decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


def ordered_names(order: Sequence[str]) -> list[str]:
    """The variables of an order; a name with a minus sign before it is ordered downwards."""
    return [name.removeprefix("-") for name in order]


def sort_columns(order: Sequence[str], column: Callable[[str], pd.Series]) -> list[pd.Series]:
    """Columns that sort upwards as ``order`` says; a missing value comes last where downwards."""
    return [
        -pd.Series(columns.ranks(column(name[1:]))[0]) if name.startswith("-") else column(name)
        for name in order
    ]


def order_words(order: Sequence[str]) -> str:
    """The order in English."""
    return ", ".join(f"{n[1:]} (descending)" if n.startswith("-") else n for n in order)
