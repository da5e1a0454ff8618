"""``range_indicator``: --NRIND, where a result stands against its reference range (SDTMIG, LB).

(A) A number in standard units against --STNRLO and --STNRHI; without these the number as collected
against --ORNRLO and --ORNRHI. ``<5`` is a number from 0 up to 5, ``>5`` one above 5: they get what
holds for all of these numbers, or nothing. (B) Of those, what lies beyond a critical limit. (C)
Text against the normal values that --STNRC lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.quantities import numbers
from converters.rules.rule import Reads, Records, Rule, Target
from converters.rules.sdtm.standard_limit import limit_of, reads_of

_TERMS = ["LOW LOW", "LOW", "NORMAL", "HIGH", "HIGH HIGH", "ABNORMAL"]
_LOW_LOW, _LOW, _NORMAL, _HIGH, _HIGH_HIGH, _ABNORMAL = range(len(_TERMS))
_OR = re.compile(r"\s*(?:[;,]|\bor\b)\s*")
_TO = re.compile(r"\s+to\s+|\s+-\s+")

Floats = npt.NDArray[np.float64]


class _Interval(NamedTuple):
    """The numbers that each result may be: from ``low`` to ``high``, less those for < and >."""

    low: Floats
    high: Floats
    sign: npt.NDArray[np.int8]

    def below(self, limit: Floats) -> npt.NDArray[np.bool_]:
        """Where all of the numbers are below a limit (never, where that is missing)."""
        return np.where(self.sign == -2, self.high <= limit, self.high < limit)

    def above(self, limit: Floats) -> npt.NDArray[np.bool_]:
        """Where all of the numbers are above a limit."""
        return np.where(self.sign == 2, self.low >= limit, self.low > limit)

    def within(self, low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
        """Where all are in a range; a missing limit is none, but one there must be."""
        known = ~(np.isnan(low) & np.isnan(high)) & ~np.isnan(self.low)
        return known & ~(self.low < low) & ~(self.high > high)


def _apply(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    prefix = target.prefix
    found = np.full(records.rows, -1, dtype=np.int32)
    for result, ranged in (("STRESC", "STNR"), ("ORRES", "ORNR")):
        interval = _interval(records.variable(prefix + result))
        low, high = (_limit(records.variable(f"{prefix}{ranged}{end}")) for end in ("LO", "HI"))
        free = found < 0
        found[free & interval.within(low, high)] = _NORMAL
        found[free & interval.below(low)] = _LOW
        found[free & interval.above(high)] = _HIGH
    standard = _interval(records.variable(f"{prefix}STRESC"))
    critical = {end: _critical(args, end, records, target) for end in ("low", "high")}
    found[standard.below(critical["low"])] = _LOW_LOW
    found[standard.above(critical["high"])] = _HIGH_HIGH
    text = _text(records, prefix)
    found = np.where((found < 0) & np.isnan(standard.low), text, found)
    return columns.from_codes(found, _TERMS)


def _interval(column: pd.Series) -> _Interval:
    value, sign = numbers(column)
    least = np.where(value > 0, 0.0, -np.inf)
    known = ~np.isnan(value)
    low = np.where(known & (sign < 0), least, value)
    return _Interval(low, np.where(known & (sign > 0), np.inf, value), sign)


def _limit(column: pd.Series) -> Floats:
    return columns.floats(columns.to_number(column))


def _critical(args: Mapping[str, Any], end: str, records: Records, target: Target) -> Floats:
    name = args.get("critical", {}).get(end)
    if name is None:
        return np.full(records.rows, np.nan)
    return _limit(limit_of(name, args["units"], records, target))


def _text(records: Records, prefix: str) -> npt.NDArray[np.int32]:
    """Of each record NORMAL or ABNORMAL by --STNRC, or none of these (-1)."""
    by = [records.variable(f"{prefix}STRESC"), records.variable(f"{prefix}STNRC")]
    if columns.missing(by[1]).all():
        return np.full(records.rows, -1, dtype=np.int32)
    ids, first = columns.tuples(by, records.rows)
    result, normal = (columns.to_list(columns.take(column, first)) for column in by)
    return np.fromiter(_judged(result, normal), np.int32, len(first))[ids]


def _judged(results: Sequence[str | None], normals: Sequence[str | None]) -> Iterator[int]:
    for result, normal in zip(results, normals, strict=True):
        if result is None or normal is None:
            yield -1
            continue
        terms = [_plain(term) for term in _OR.split(_plain(normal))]
        spans = [term for term in terms if _TO.search(term)]
        listed = {*terms, *(end for span in spans for end in _TO.split(span))}
        yield _NORMAL if _plain(result) in listed else -1 if spans else _ABNORMAL


def _plain(value: str) -> str:
    return " ".join(value.split()).casefold()


def _reads(args: Mapping[str, Any], target: Target) -> Reads:
    own = ("STRESC", "ORNRLO", "ORNRHI", "STNRLO", "STNRHI", "STNRC")
    return Reads(
        columns=tuple((("critical", end), name) for end, name in args.get("critical", {}).items()),
        variables=(*reads_of(target), *(((), target.prefix + name) for name in own)),
    )


def _words(args: Mapping[str, Any], target: Target) -> str:
    prefix, critical = target.prefix, args.get("critical", {})
    beyond = {"low": '"LOW LOW" if below', "high": '"HIGH HIGH" if above'}
    told = [f"{words} {critical[end]}; else " for end, words in beyond.items() if end in critical]
    return (
        f"Reference range indicator of {prefix}STRESN: {''.join(told)}"
        f'"LOW" if below {prefix}STNRLO; else "HIGH" if above {prefix}STNRHI; else "NORMAL"'
        f" (by {prefix}ORRES and {prefix}ORNRLO, {prefix}ORNRHI without a range in standard units)."
        f' A result in text is "NORMAL" if {prefix}STNRC has it, else "ABNORMAL".'
    )


_NAME = {"type": "string", "minLength": 1}

RULE = Rule(
    name="range_indicator",
    kind="value",
    summary="--NRIND: LOW, NORMAL or HIGH, from the result and its reference range.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "critical": {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "description": "Limits in the collected unit; beyond them: LOW LOW, HIGH HIGH.",
                "properties": {
                    "low": {**_NAME, "description": "The column of the lower critical limit."},
                    "high": {**_NAME, "description": "The column of the upper critical limit."},
                },
            },
        },
    },
    apply=_apply,
    reads=_reads,
    words=_words,
    origin=lambda *_: Origin("Derived", "Sponsor"),
    of_dataset=("units",),
)
