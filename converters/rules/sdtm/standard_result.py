"""``standard_result``: --STRESC, --STRESN and --STRESU from the result as collected.

A number, also one behind ``<`` or ``>``, is converted into the test's standard unit, exactly, in
decimal arithmetic; other text is copied, and keeps the unit that it was collected with. A word such
as BLQ becomes ``<`` and --LLOQ, which is in standard units (SDTMIG 4.5.1, 6.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.findings import Severity
from converters.quantities import quantity
from converters.rules.english import listed, quoted
from converters.rules.rule import Reads, Records, Rule, Target
from converters.rules.standard_units import UNITS_SCHEMA, Standards

#: Words for results beyond the limits of quantification, where a spec has none of its own.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "below": ("BLQ", "BLOQ", "BLLOQ", "BQL", "<LLOQ", "<LOQ"),
    "above": ("ALQ", "ALOQ", "AULOQ", "AQL", ">ULOQ"),
}
_SIGNS = {"below": "<", "above": ">"}
_LIMITS = {"below": "LLOQ", "above": "ULOQ"}
_TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}}

#: The dataset's key ``quantification``.
QUANTIFICATION_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "below": {**_TEXTS, "description": "Results below --LLOQ, in place of the usual words."},
        "above": {**_TEXTS, "description": "Results above --ULOQ, in place of the usual words."},
    },
}


def _apply(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    prefix, part = target.prefix, target.name[len(target.prefix) :]
    if part == "STRESN":
        return columns.to_number(records.variable(f"{prefix}STRESC"))
    standards = Standards(args.get("units", {}))
    if part == "STRESU":
        return _unit(standards, records, prefix)
    result = records.variable(f"{prefix}ORRES")
    _report_unconverted(standards, result, records, prefix)
    made = standards.converted(result, records, target)
    for kind in _WORDS:
        words = args.get("quantification", {}).get(kind, _WORDS[kind])
        made = _limited(made, result, words, kind, records, prefix)
    return made


def _limited(
    made: pd.Series, result: pd.Series, words: Any, kind: str, records: Records, prefix: str
) -> pd.Series:
    """The standard results, with the limit in place of words for results beyond it."""
    known = {_plain(word) for word in words}
    codes, values = columns.parts(result)
    is_word = np.array([*(_plain(value) in known for value in values), False])
    rows = np.flatnonzero(is_word[codes])
    if not len(rows):
        return made
    name = f"{prefix}{_LIMITS[kind]}"
    limit = columns.map_text(
        columns.take(records.variable(name), rows),
        lambda found: [_SIGNS[kind] + value for value in found],
    )
    absent = columns.missing(limit)
    unlimited = columns.take(result, np.where(absent, rows, -1))
    place = np.full(records.rows, -1)
    place[rows] = np.where(absent, -1, np.arange(len(rows)))
    _report_unlimited(unlimited, rows, name, records)
    stacked = columns.concat([made, limit])
    return columns.take(stacked, np.where(place < 0, np.arange(records.rows), records.rows + place))


def _plain(word: str) -> str:
    return "".join(word.split()).casefold()


def _report_unlimited(words: pd.Series, rows: Any, name: str, records: Records) -> None:
    codes, values = columns.parts(words)
    ids = np.full(records.rows, -1)
    ids[rows] = codes
    cases = {
        number: (word, f"'{word}' lies beyond a limit that {name} does not give: it stays")
        for number, word in enumerate(values)
    }
    rule = "quantification-limit-missing"
    records.report_groups(rule, Severity.WARNING, ids, cases)


def _unit(standards: Standards, records: Records, prefix: str) -> pd.Series:
    def choose(tests: list[Any], units: list[Any], kinds: list[Any]) -> Iterator[str | None]:
        for test, unit, kind in zip(tests, units, kinds, strict=True):
            standard = standards.of(test)
            known = standard.conversion(unit) is not None
            yield None if kind is None else standard.unit if known and kind == "number" else unit

    def kinds(values: list[str]) -> list[str]:
        return ["text" if quantity(value)[1] is None else "number" for value in values]

    kind = columns.map_text(records.variable(f"{prefix}STRESC"), kinds)
    test, unit = (records.variable(prefix + name) for name in ("TESTCD", "ORRESU"))
    return columns.map_tuples([test, unit, kind], records.rows, lambda *x: list(choose(*x)))


def _report_unconverted(
    standards: Standards, result: pd.Series, records: Records, prefix: str
) -> None:
    """Quantities whose unit is missing, or has no conversion into the test's standard unit."""

    def kinds(values: list[str]) -> list[str | None]:
        return ["number" if quantity(value)[1] is not None else None for value in values]

    test, unit = (records.variable(prefix + name) for name in ("TESTCD", "ORRESU"))
    by = [test, unit, columns.map_text(result, kinds)]
    ids, first = columns.tuples(by, records.rows)
    cases = {}
    found = zip(*(columns.to_list(columns.take(column, first)) for column in by), strict=True)
    for number, (name, own, kind) in enumerate(found):
        standard = standards.of(name)
        if not standard.unit or standard.conversion(own) is not None:
            continue
        if own is not None:
            words = f"no conversion of {name} from '{own}' to '{standard.unit}': state its factor"
            cases[number] = (own, words)
        elif kind:
            cases[number] = ("", f"a result of {name} without a unit is not in '{standard.unit}'")
    records.report_groups("unit-without-conversion", Severity.ERROR, ids, cases)


def _reads(_: Any, target: Target) -> Reads:
    text = ["TESTCD", "ORRESU", "ORRES", *_LIMITS.values()]
    others = {"STRESU": ["TESTCD", "ORRESU", "STRESC"], "STRESN": ["STRESC"]}
    names = others.get(target.name[len(target.prefix) :], text)
    return Reads(variables=tuple(((), target.prefix + name) for name in names))


def _words(args: Mapping[str, Any], target: Target) -> str:
    prefix, part = target.prefix, target.name[len(target.prefix) :]
    if part == "STRESN":
        return f"Numeric value of {prefix}STRESC; missing if that is not a number."
    if part == "STRESU":
        return f"Standard unit of the test; {prefix}ORRESU for tests without one."
    stated = args.get("quantification", {})
    beyond = [
        f" {quoted(_SIGNS[kind])} and {prefix}{_LIMITS[kind]} for a result of"
        f" {listed(map(quoted, stated[kind]), 'or')}."
        for kind in _WORDS
        if stated.get(kind)
    ]
    told = (
        f"Result in standard format: {prefix}ORRES, with numbers converted from {prefix}ORRESU to"
        f" {prefix}STRESU where the units differ."
    )
    return "".join([told, *beyond])


RULE = Rule(
    name="standard_result",
    kind="value",
    summary="--STRESC, --STRESN or --STRESU from the result as collected and its unit.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {"units": UNITS_SCHEMA},
    },
    apply=_apply,
    reads=_reads,
    words=_words,
    origin=lambda *_: Origin("Derived", "Sponsor"),
    of_dataset=("units", "quantification"),
)
