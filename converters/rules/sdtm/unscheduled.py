"""Unscheduled visits: their numbers in SV, and the record of SV that holds a date."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns, iso8601
from converters.columns import Rows
from converters.iso8601.order import AFTER, BEFORE, SAME
from converters.iso8601.packed import DAY
from converters.keys import in_order, match
from converters.rules.rule import Records

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_STEP = 0.01


def number_in_sv(records: Records, place: Rows, rows: Rows, date: pd.Series) -> Numbers:
    """VISITNUM of the unscheduled visits ``rows`` among all records of SV (SDTMIG 4.4.5).

    ``place`` is that of a record's planned visit in study.yaml, below 0 where it has none. The last
    planned visit that the subject had begun by that day gives the number before the point (0 where
    there is none); behind it they are numbered by date, and by all other values. NaN where the date
    is not known to the day, or no number is left before the next planned visit.
    """
    subject = columns.tuples([records.variable("USUBJID")], records.rows).ids
    dates = iso8601.pack_column(date)
    day = subject * 10**8 + dates.packed // 10**6
    dated = dates.precision >= DAY
    planned = np.array([visit.VISITNUM for visit in records.settings.visits], dtype=np.float64)
    begun = _begun(np.flatnonzero((place >= 0) & dated), day, subject, place, planned)
    numbers = np.full(len(rows), np.nan)
    known = np.flatnonzero(dated[rows])
    rows = rows[known]
    before = np.append(begun, -1)[np.searchsorted(day[begun], day[rows], side="right") - 1]
    has = (before >= 0) & (subject[before] == subject[rows])
    base = np.append(planned, 0)[np.where(has, place[before], -1)]
    number = np.round(base + _STEP * _order(records, date, rows, subject[rows], base), 6)
    sorted_ = np.sort(planned)
    following = np.append(sorted_, np.inf)[np.searchsorted(sorted_, base, side="right")]
    numbers[known] = np.where(number < following, number, np.nan)
    return numbers


def _begun(rows: Rows, day: Rows, subject: Rows, place: Rows, planned: Numbers) -> Rows:
    """The first record of each planned visit of each subject, in order of their days."""
    first = rows[np.lexsort((day[rows], place[rows], subject[rows]))]
    again = (np.diff(subject[first], prepend=-1) == 0) & (np.diff(place[first], prepend=-1) == 0)
    first = first[~again]
    begun: Rows = first[np.lexsort((planned[place[first]], day[first]))]
    return begun


def _order(records: Records, date: pd.Series, rows: Rows, subject: Rows, base: Numbers) -> Numbers:
    """From 1 within the subject and ``base``, by date and then by all other values."""
    group = columns.tuples([pd.Series(subject), pd.Series(base)], len(rows)).ids
    when = columns.sort_key([columns.take(date, rows)], len(rows))

    def rest() -> Rows:
        return columns.sort_key(
            [columns.take(column, rows) for column in records.made()], len(rows)
        )

    return columns.count_within(group, in_order([group, when], rest))


class Held(NamedTuple):
    """The record of SV that holds each date, -1 for none, and whether several do."""

    record: Rows
    several: Mask


def held_in_sv(records: Records, rows: Rows, date: pd.Series) -> Held:
    """For each of ``rows`` the subject's unscheduled record of SV that holds its date.

    That is one whose number no planned visit has and whose SVSTDTC to SVENDTC, or the day of
    SVSTDTC alone, has the date, to the precision that both have; of several the lowest number.
    """
    sv = records.dataset("SV")
    number = columns.floats(columns.to_number(sv.variable("VISITNUM")))
    planned = [visit.VISITNUM for visit in records.settings.visits]
    theirs = np.flatnonzero(~np.isnan(number) & ~np.isin(number, planned))
    theirs = theirs[np.argsort(number[theirs], kind="stable")]
    mine = [columns.take(column, rows) for column in (records.variable("USUBJID"), date)]
    ids, first = columns.tuples(mine, len(rows))
    subject = columns.take(sv.variable("USUBJID"), theirs)
    one, other = match([columns.take(mine[0], first)], [subject]).pairs()
    dates = iso8601.pack_column(columns.take(mine[1], first)).at(one)
    start, end = (
        iso8601.pack_column(columns.take(sv.variable(name), theirs)).at(other)
        for name in ("SVSTDTC", "SVENDTC")
    )
    open_ = end.precision == 0
    end = iso8601.Dates(
        np.where(open_, start.packed, end.packed), np.where(open_, start.precision, end.precision)
    )
    holds = np.isin(iso8601.compare(dates, start), (SAME, AFTER))
    holds &= np.isin(iso8601.compare(dates, end), (SAME, BEFORE))
    one, other = one[holds], other[holds]
    found = np.full(len(first), -1, dtype=np.int64)
    found[one[::-1]] = theirs[other[::-1]]  # the lowest number is written last
    several = np.bincount(one, minlength=len(first)) > 1
    return Held(found[ids], several[ids])
