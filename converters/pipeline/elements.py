"""The elements that a subject went through: for each raw record one record an element started."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.findings import Severity
from converters.mapping.expressions import parse
from converters.mapping.special import Element
from converters.pipeline.account import Fate
from converters.pipeline.notes import Notes
from converters.pipeline.raw import Raw

NOT_STARTED = "no element started"


def started_elements(elements: Sequence[Element], raw: Raw, notes: Notes) -> tuple[Raw, Fate]:
    """The records once an element, with the columns ETCD, SESTDTC, SEENDTC and SEUPDES.

    An element ends on its own end, or else with the start of the next one that was started. The
    fate says which records stand for no element.
    """
    rows, size = raw.rows, len(elements)
    starts = columns.concat([raw.variable(item.start) for item in elements])
    started = ~columns.missing(starts).reshape(size, rows)
    for number, item in enumerate(elements):
        if item.where:
            started[number] &= parse(item.where).test(lambda ref: raw.variable(ref.name), rows)
    following = np.full((size, rows), -1)
    for number in range(size - 2, -1, -1):
        place = (number + 1) * rows + np.arange(rows)
        following[number] = np.where(started[number + 1], place, following[number + 1])
    ends = columns.concat([_column(raw, item.end) for item in elements])
    both = columns.concat([ends, starts])
    later = np.where(following < 0, -1, size * rows + following).reshape(-1)
    chosen = np.where(columns.missing(ends), later, np.arange(size * rows))
    codes = np.repeat(np.arange(size), rows)
    parents = np.tile(np.arange(rows), size)
    made: dict[str, Callable[[], pd.Series]] = {
        "ETCD": lambda: columns.from_codes(codes, [item.code for item in elements]),
        "SESTDTC": lambda: starts,
        "SEENDTC": lambda: columns.take(both, chosen),
        "SEUPDES": lambda: columns.concat([_column(raw, item.description) for item in elements]),
    }
    fate = Fate.of(size * rows)
    fate.put(~started.reshape(-1), "excluded", NOT_STARTED)
    _report_none(raw, np.flatnonzero(~started.any(axis=0)), notes)
    return raw.repeated(parents).with_columns(made), fate


def _column(raw: Raw, name: str) -> pd.Series:
    return raw.variable(name) if name else columns.constant(None, raw.rows)


def _report_none(raw: Raw, none: Rows, notes: Notes) -> None:
    """Subjects without any element are to be known: SE lacks them."""
    if len(none):
        message = f"{len(none)} record(s) of '{raw.name}' have the start of no element"
        row = int(none[0])
        notes.add("no-element-started", Severity.NOTE, message, "SESTDTC", len(none), raw, row)
