"""What ISO 8601 texts are: whether they are valid for SDTM, and their data type in Define-XML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from converters.dataset import DataType
from converters.iso8601.packed import DATETIME, LENGTHS, ZONE, impossible_part, known_parts, pack

Kind = Literal[
    "",
    "date",
    "partialDate",
    "datetime",
    "partialDatetime",
    "incompleteDatetime",
    "time",
    "partialTime",
    "durationDatetime",
    "intervalDatetime",
]

_BY_LEVEL: tuple[Kind, ...] = (
    "",
    "partialDate",
    "partialDate",
    "date",
    "partialDatetime",
    "partialDatetime",
    "datetime",
)
_TIME = re.compile(rf"([0-9]{{2}})(?::([0-9]{{2}})(?::([0-9]{{2}})(?:[.,][0-9]+)?)?)?{ZONE}")
_NOT_IN_INTERVALS = frozenset({"", "time", "partialTime"})
# A minus sign is SDTM's (--ELTM before the reference); only the smallest unit may have decimals.
_AMOUNT = "[0-9]+(?:[.,][0-9]+)?"
_DURATION = re.compile(
    rf"-?P(?!$)(?!.*[.,][0-9]+[A-Z].)(?:{_AMOUNT}W|(?:{_AMOUNT}Y)?(?:{_AMOUNT}M)?(?:{_AMOUNT}D)?"
    rf"(?:T(?!$)(?:{_AMOUNT}H)?(?:{_AMOUNT}M)?(?:{_AMOUNT}S)?)?)"
)


def is_valid(
    values: Sequence[str], allow_interval: bool = False, allow_duration: bool = False
) -> npt.NDArray[np.bool_]:
    """Which texts are ISO 8601 as SDTM allows (SDTMIG 4.4.1 to 4.4.3), one bool a text.

    Dates and dates with times in the extended format, with unknown parts left out at the end or
    written as hyphens (``2003---15``); with ``allow_interval`` also intervals (two of them, or one
    and a duration, with ``/`` between), with ``allow_duration`` durations (``P3DT4H``, ``P2W``,
    ``-PT15M``). A date must be in the calendar; a time alone is not valid.
    """
    refused = {
        "": True,
        "time": True,
        "partialTime": True,
        "intervalDatetime": not allow_interval,
        "durationDatetime": not allow_duration,
    }
    valid = pack(values)[1] > 0
    for place in np.flatnonzero(~valid).tolist():
        valid[place] = not refused.get(_kind(values[place]), False)
    return np.asarray(valid)


def data_type(values: Sequence[str]) -> DataType:
    """The Define-XML 2.1 data type of a variable that holds these texts.

    ``date`` and ``datetime`` are complete (a datetime has seconds), ``partialDate`` and
    ``partialDatetime`` may lack parts at the end, ``incompleteDatetime`` others too, as in
    ``2003---15``. Texts of kinds that no data type has together, or that are not ISO 8601, are
    ``text``; no texts at all are ``datetime``.
    """
    found = set(kinds(values))
    if len(found) == 1:
        return found.pop() or "text"
    if not found:
        return "datetime"
    if found & {"", "durationDatetime"}:
        return "text"
    if found <= {"time", "partialTime"}:
        return "partialTime"
    if found & {"time", "partialTime"}:
        return "text"
    if found <= {"date", "partialDate"}:
        return "partialDate"
    for kind in ("intervalDatetime", "incompleteDatetime"):
        if kind in found:
            return kind
    return "partialDatetime"


def kinds(values: Sequence[str]) -> list[Kind]:
    """The Define-XML data type of each text by itself; empty for what is not ISO 8601."""
    _, precision = pack(values)
    return [
        _BY_LEVEL[level] if LENGTHS.get(len(value)) == level else _kind(value)
        for value, level in zip(values, precision.tolist(), strict=True)
    ]


def _kind(value: str) -> Kind:
    """The kind of a text that has a gap, a zone or a fraction, or is no date."""
    if "/" in value:
        sides = [_kind(side) for side in value.split("/") if "/" not in side]
        dated = len(sides) == 2 and not _NOT_IN_INTERVALS.intersection(sides)
        return "intervalDatetime" if dated and set(sides) != {"durationDatetime"} else ""
    if _DURATION.fullmatch(value):
        return "durationDatetime"
    found = DATETIME.fullmatch(value)
    if found is None:
        return _kind_of_time(value)
    if impossible_part(*known_parts(found)):
        return ""
    written = [part for part in found.group(1, 2, 3, 4, 5, 6) if part is not None]
    return "incompleteDatetime" if "-" in written else _BY_LEVEL[len(written)]


def _kind_of_time(value: str) -> Kind:
    found = _TIME.fullmatch(value)
    if found is None:
        return ""
    hour, minute, second = (None if part is None else int(part) for part in found.group(1, 2, 3))
    if impossible_part(None, None, None, hour, minute, second):
        return ""
    return "partialTime" if second is None else "time"
