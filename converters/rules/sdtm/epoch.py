"""``epoch``: EPOCH of the subject's element in SE in which a date lies (SDTMIG 4.1.3, SE).

The elements of a subject follow one another without gaps, so a date lies in the last one that
starts on or before it. A date before the first element, or after the end of the last one, has no
epoch; a partial date has one only if every date it may mean has that same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns, iso8601
from converters.columns import Rows
from converters.dataset import Origin
from converters.findings import Severity
from converters.iso8601.packed import DAY, MONTH
from converters.keys import Match, match
from converters.rules.rule import Reads, Records, Rule, Target
from converters.rules.sdtm.dates import read_dates

_DAY = 10**6  # of a packed date
_LAST_SECOND = 235_959
_NEVER = 10**14  # after any packed date (year 9999)


class Span(NamedTuple):
    """The first and the last day that dates may mean, packed, and whether they have a time."""

    first: Rows
    last: Rows
    timed: npt.NDArray[np.bool_]


class Elements(NamedTuple):
    """The elements in order of subject and start.

    ``run`` numbers those in a row that share subject and epoch, ``first`` has the first of each
    subject, and of the one after it, which is the first of the next.
    """

    subject: Rows
    start: Rows
    moment: Rows
    end: Rows
    run: Rows
    first: Rows
    epoch: pd.Series


def _parts(args: Any) -> tuple[str | None, bool]:
    """The date's name, if it is given, and whether a day that two elements share is the later's."""
    if isinstance(args, Mapping):
        return args.get("date"), args.get("same_day", "later") == "later"
    return args, True


def _apply(args: Any, records: Records, target: Target) -> pd.Series:
    name, later = _parts(args)
    date = _date(name, records, target)
    dates, _ = read_dates(records, date)
    subject = records.variable("USUBJID")
    ids, first = columns.tuples([subject, date], records.rows)
    matched = match([columns.take(subject, first)], [records.dataset("SE").variable("USUBJID")])
    elements, unclear = _elements(records, matched, later)
    span = _span(dates.at(first))
    known = (matched.here >= 0) & (span.last > 0)
    refused = known & np.isin(matched.here, unclear)
    if refused.any():
        message = "SE has an element of the subject whose start is not known to the day"
        records.report(
            "element-without-start", Severity.ERROR, message, np.flatnonzero(refused[ids])
        )
    one = _found(elements, matched.here, span.first, span.timed, later)
    other = one.copy()
    partial = span.first != span.last
    other[partial] = _found(
        elements, matched.here[partial], span.last[partial], span.timed[partial], later
    )
    run = np.append(elements.run, -1)
    fits = known & ~refused & (one >= 0) & (run[one] == run[other])
    fits &= ~_ended(elements, matched.here, span.last)
    return columns.take(elements.epoch, np.where(fits, other, -1)[ids])


def _date(name: str | None, records: Records, target: Target) -> pd.Series:
    """The date stated, else --STDTC, in a dataset without any --DTC."""
    if name is not None:
        return records.column(name)
    start = records.variable(f"{target.prefix}STDTC")
    return records.variable(f"{target.prefix}DTC") if columns.missing(start).all() else start


def _span(dates: iso8601.Dates) -> Span:
    packed, precision = dates
    first = packed + np.where(precision < MONTH, 10**8, 0) + np.where(precision < DAY, _DAY, 0)
    last = packed + np.where(precision < MONTH, 12 * 10**8, 0)
    last += np.where(precision < DAY, 31 * _DAY, 0)
    absent = precision == 0
    return Span(np.where(absent, 0, first), np.where(absent, 0, last), precision > DAY)


def _elements(records: Records, matched: Match, later: bool) -> tuple[Elements, Rows]:
    """The elements, and the subjects of which one has no start that is known to the day."""
    se, subject = records.dataset("SE"), matched.there
    start = iso8601.pack_column(se.variable("SESTDTC"))
    end = _last_moment(iso8601.pack_column(se.variable("SEENDTC")))
    epoch = se.variable("EPOCH")
    dated = start.precision >= DAY
    unclear = np.unique(subject[~dated & (subject >= 0)])
    rows = np.flatnonzero(dated & (subject >= 0))
    untimed = start.precision[rows] <= DAY
    moment = start.packed[rows] + np.where(untimed & (not later), _LAST_SECOND, 0)
    sequence = columns.floats(columns.to_number(se.variable("SESEQ")))[rows]
    closed = np.where(end[rows] == 0, _NEVER, end[rows])
    order = np.lexsort((sequence, closed, moment, subject[rows]))
    rows, moment = rows[order], moment[order]
    epoch = columns.take(epoch, rows)
    group = columns.tuples([pd.Series(subject[rows]), epoch], len(rows)).ids
    run = np.cumsum(np.diff(group, prepend=-1) != 0)
    owner = subject[rows]
    first = np.searchsorted(owner, np.arange(matched.keys + 1))
    return Elements(owner, start.packed[rows], moment, end[rows], run, first, epoch), unclear


def _last_moment(dates: iso8601.Dates) -> Rows:
    """The last moment that a date may mean, packed; 0 where it is missing."""
    filled = np.array([0, 1231235959, 31235959, 235959, 5959, 59, 0])
    moment: Rows = dates.packed + filled[dates.precision]
    return moment


def _found(
    elements: Elements, subject: Rows, day: Rows, timed: npt.NDArray[np.bool_], later: bool
) -> Rows:
    """The last element that starts on or before the day (or moment); -1 where there is none."""
    at = day + np.where(timed, 0, _LAST_SECOND if later else -1)
    moments, place = np.unique(elements.moment, return_inverse=True)
    size = len(moments) + 1
    reached = np.searchsorted(moments, at, side="right")
    found = np.searchsorted(elements.subject * size + place + 1, subject * size + reached, "right")
    found -= 1
    owner = np.append(elements.subject, -1)
    none = (found < 0) | (owner[found] != subject)
    # What may be before the first element or in it has no other element to be in.
    first = elements.first[subject]
    begins = np.append(elements.start, 0)[first]
    unsure = ~timed | (begins % _DAY == 0)
    in_first = none & unsure & (owner[first] == subject) & (begins // _DAY == day // _DAY)
    return np.where(in_first, first, np.where(none, -1, found))


def _ended(elements: Elements, subject: Rows, day: Rows) -> npt.NDArray[np.bool_]:
    """Whether the subject's last element has ended before the day (or moment)."""
    last = elements.first[subject + 1] - 1
    end = np.append(elements.end, 0)[last]
    return (end > 0) & (day > end)


def _reads(args: Any, target: Target) -> Reads:
    name, _ = _parts(args)
    place = ("date",) if isinstance(args, Mapping) and name else ()
    own = ["USUBJID"]
    if name is None:
        own += [f"{target.prefix}STDTC", f"{target.prefix}DTC"]
    return Reads(
        columns=((place, name),) if name else (),
        variables=tuple(((), item) for item in own),
        others=tuple(
            ((), ("SE", item)) for item in ("USUBJID", "EPOCH", "SESTDTC", "SEENDTC", "SESEQ")
        ),
    )


def _words(args: Any, target: Target) -> str:
    name, later = _parts(args)
    date = name or f"{target.prefix}STDTC (or {target.prefix}DTC)"
    return (
        f"Equal to SE.EPOCH of the subject's last element whose SESTDTC is on or before {date}; a"
        " day on which one element ends and the next starts is of the"
        f" {'later' if later else 'earlier'} one unless times tell; missing before the first"
        " element and after the end of the last."
    )


_NAME = {"type": "string", "minLength": 1}

RULE = Rule(
    name="epoch",
    kind="value",
    summary="EPOCH of the subject's element in SE in which a date lies.",
    schema={
        "oneOf": [
            _NAME,
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "date": {**_NAME, "description": "--STDTC, else --DTC, unless given."},
                    "same_day": {
                        "enum": ["later", "earlier"],
                        "description": "Whose a day is on which one element ends, the next starts.",
                    },
                },
            },
        ]
    },
    apply=_apply,
    reads=_reads,
    words=_words,
    origin=lambda *_: Origin("Derived", "Sponsor"),
)
