"""The visits that other datasets hold: one record a subject and visit, with its first and last day.

SDTMIG 6.2, SV: the dates of a visit are those on which its data were collected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.pipeline.raw import Raw

if TYPE_CHECKING:
    from converters.pipeline.plan import DatasetPlan
    from converters.pipeline.work import Work

_DATES = ("DTC", "STDTC", "ENDTC")
_IDENTIFIERS = ("USUBJID", "VISITNUM", "VISIT")
#: The length of a date that has its day.
_TO_THE_DAY = 10


def visited(named: Sequence[str], datasets: Mapping[str, DatasetPlan]) -> list[str]:
    """The datasets whose visits are taken: those named, else all but SV that hold visits."""
    if named:
        return list(named)
    needed = {"USUBJID", "VISITNUM"}
    return sorted(
        name
        for name, plan in datasets.items()
        if plan.domain.name != "SV" and needed <= set(plan.variables) and _dates(plan)
    )


def visit_variables(plan: DatasetPlan) -> Iterator[str]:
    """What is read of a dataset."""
    yield from ("USUBJID", "VISITNUM", *(("VISIT",) if "VISIT" in plan.variables else ()))
    yield from _dates(plan)


def _dates(plan: DatasetPlan) -> list[str]:
    names = (plan.domain.prefix + ending for ending in _DATES)
    return [name for name in names if name in plan.variables]


def visit_records(works: Sequence[Work]) -> Raw:
    """One record for each subject and VISITNUM (or VISIT, where there is no number).

    SVSTDTC and SVENDTC are the earliest and latest of the dates. A date without its day counts only
    where no date of the visit has one. The trace shows the record that has the earliest.
    """
    stacked = [_stacked(work) for work in works]
    found = {
        name: columns.concat([item[0][name] for item in stacked])
        for name in (*_IDENTIFIERS, "date")
    }
    origin = np.concatenate([item[1] for item in stacked])
    record = np.concatenate([item[2] for item in stacked])
    unnumbered = np.where(columns.missing(found["VISITNUM"]), np.arange(len(origin)), -1)
    names = columns.take(found["VISIT"], unnumbered)
    known = ~columns.missing(found["USUBJID"])
    known &= ~(columns.missing(found["VISITNUM"]) & columns.missing(names))
    rows = np.flatnonzero(known)
    keys = [columns.take(item, rows) for item in (found["USUBJID"], found["VISITNUM"], names)]
    ids = columns.tuples(keys, len(rows)).ids
    starts = _ends(columns.take(found["date"], rows), last=False)
    ends = _ends(columns.take(found["date"], rows), last=True)
    place, missing = _places(starts)
    first = _first(
        ids, np.where(missing, place.max(initial=0) + 1, place), origin[rows], record[rows]
    )
    late, none = _places(ends, last=True)
    last = _first(ids, np.where(none, 1, -late))
    visit = columns.take(found["VISIT"], rows)
    name, width = columns.ranks(visit, plain=True)
    called = _first(ids, np.where(columns.missing(visit), width, name))
    makers: dict[str, Callable[[], pd.Series]] = {
        "USUBJID": lambda: columns.take(keys[0], first),
        "VISITNUM": lambda: columns.take(keys[1], first),
        "VISIT": lambda: columns.take(visit, called),
        "SVSTDTC": lambda: columns.take(starts, first),
        "SVENDTC": lambda: columns.take(ends, last),
    }
    return Raw("", makers, origin[rows][first], record[rows][first])


def _stacked(work: Work) -> tuple[dict[str, pd.Series], npt.NDArray[np.int32], Rows]:
    """The records of a dataset once for each of its dates."""
    dates = _dates(work.plan)
    rows = np.tile(np.arange(work.rows), max(len(dates), 1))
    absent = columns.constant(None, work.rows)
    found = {name: columns.take(work.made.get(name, absent), rows) for name in _IDENTIFIERS}
    found["date"] = columns.concat([work.variable(name) for name in dates] or [absent])
    return found, work.origin[rows], work.record[rows]


def _ends(dates: pd.Series, *, last: bool) -> pd.Series:
    """The dates, of intervals the first or the last."""

    def end(value: str) -> str:
        first, _, other = value.partition("/")
        return other if last and other and not other.startswith("P") else first

    return columns.map_text(dates, lambda values: [end(value) or None for value in values])


def _places(column: pd.Series, *, last: bool = False) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """The places of dates in order of time, those without a day after (or before) all others."""
    place, width = columns.ranks(column, plain=True)
    codes, values = columns.parts(column)
    partial = np.array([*map(_is_partial, values), False])[codes]
    return np.where(partial != last, width, 0) + place, columns.missing(column)


def _is_partial(date: str) -> bool:
    day = date.partition("T")[0]
    return len(day) < _TO_THE_DAY or "--" in day


def _first(ids: Rows, place: Rows, *ties: npt.NDArray[np.int64]) -> Rows:
    """The row of each group that comes first."""
    order = np.lexsort((*reversed(ties), place, ids))
    rows: Rows = order[np.append(True, np.diff(ids[order]) != 0)[: len(order)]]
    return rows
