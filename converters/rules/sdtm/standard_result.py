"""``standard_result``: --STRESC, --STRESN and --STRESU from the result as collected.

A number, also one behind ``<`` or ``>``, is converted into the test's standard unit, exactly, in
decimal arithmetic; other text is copied, and keeps the unit that it was collected with. Factors
come from the spec, and for units of one dimension (mg/dL to g/L) from the table of units
(SDTMIG 4.5.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.findings import Severity
from converters.mapping.document import scalar_text
from converters.rules.rule import Reads, Records, Rule, Target
from converters.standards.units import conversion

_DIGITS = 12
_SAME = (Fraction(1), Fraction(0))
_RESULT = re.compile(r"((?:[<>]=?)?)\s*(.*)", re.DOTALL)


@dataclass(frozen=True)
class _Standard:
    """What the spec says of one test: its standard unit, own factors by unit, decimals."""

    unit: str
    factors: Mapping[str, tuple[Fraction, Fraction]]
    digits: int | None


def _standards(table: Mapping[str, Any]) -> dict[str, _Standard]:
    found = {}
    for test, entry in table.items():
        entry = entry if isinstance(entry, Mapping) else {"unit": entry}
        factors = {unit: _factor(item) for unit, item in entry.get("from", {}).items()}
        unit = entry.get("unit")
        found[test] = _Standard(
            "" if unit is None else scalar_text(unit), factors, entry.get("digits")
        )
    return found


def _factor(item: Any) -> tuple[Fraction, Fraction]:
    if isinstance(item, Mapping):
        factor, offset = item.get("factor", 1), item.get("offset", 0)
        return Fraction(scalar_text(factor)), Fraction(scalar_text(offset))
    return Fraction(scalar_text(item)), Fraction(0)


def _apply(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    prefix, part = target.prefix, target.name[len(target.prefix) :]
    standards = _standards(args.get("units", {}))
    if part == "STRESN":
        return columns.to_number(records.variable(f"{prefix}STRESC"))
    test = records.variable(f"{prefix}TESTCD")
    unit = records.variable(f"{prefix}ORRESU")
    if part == "STRESU":
        return _unit(standards, test, unit, records.variable(f"{prefix}STRESC"), records)
    result = records.variable(f"{prefix}ORRES")
    _report_unconverted(standards, test, unit, records)
    return columns.map_tuples(
        [result, test, unit],
        records.rows,
        lambda *lists: [_result(standards, *row) for row in zip(*lists, strict=True)],
    )


def _conversion(standard: _Standard | None, unit: str | None) -> tuple[Fraction, Fraction] | None:
    """The conversion into the standard unit; None: there is none, or none is known."""
    if standard is None or unit is None or not standard.unit:
        return None
    return standard.factors.get(unit) or conversion(unit, standard.unit)


def _result(
    standards: Mapping[str, _Standard], value: str | None, test: str | None, unit: str | None
) -> str | None:
    if value is None:
        return None
    standard = standards.get(test or "")
    change = _conversion(standard, unit)
    digits = standard.digits if standard else None
    sign, number = _quantity(value)
    if number is None or (change in (None, _SAME) and digits is None):
        return value
    factor, offset = change or _SAME
    return sign + decimal_text(number * factor + offset, digits)


def _quantity(value: str) -> tuple[str, Fraction | None]:
    """A result as the sign before it (``<``, ``>=``) and its number; None: it is none."""
    sign, number = _RESULT.fullmatch(value.strip()).groups()  # type: ignore[union-attr]
    known = not np.isnan(columns.parse_number(number))
    return sign, Fraction(number) if known else None


def decimal_text(number: Fraction, digits: int | None) -> str:
    """A fraction as decimal text: rounded half away from zero to ``digits`` decimals, or exact.

    A fraction without an exact decimal form of at most 12 significant digits is rounded to those.
    """
    if digits is None:
        whole = len(str(abs(int(number)))) if abs(number) >= 1 else _leading_zeros(number)
        scale = max(_DIGITS - whole, 0)
    else:
        scale = digits
    scaled = abs(number) * 10**scale
    units = int(scaled + Fraction(1, 2))
    text = str(units).rjust(scale + 1, "0")
    text = f"{text[:-scale]}.{text[-scale:]}" if scale else text
    if digits is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"-{text}" if number < 0 and units else text


def _leading_zeros(number: Fraction) -> int:
    zeros = 0
    while number and abs(number) * 10 ** (zeros + 1) < 1 and zeros < 300:
        zeros += 1
    return -zeros


def _unit(
    standards: Mapping[str, _Standard],
    test: pd.Series,
    unit: pd.Series,
    result: pd.Series,
    records: Records,
) -> pd.Series:
    def choose(tests: list[Any], units: list[Any], kinds: list[Any]) -> Iterator[str | None]:
        for test, unit, kind in zip(tests, units, kinds, strict=True):
            standard = standards.get(test or "")
            known = standard is not None and _conversion(standard, unit) is not None
            if kind is None:
                yield None
            else:
                yield standard.unit if known and standard and kind == "number" else unit

    def kinds(values: list[str]) -> list[str]:
        return ["text" if _quantity(value)[1] is None else "number" for value in values]

    kind = columns.map_text(result, kinds)
    return columns.map_tuples([test, unit, kind], records.rows, lambda *x: list(choose(*x)))


def _report_unconverted(
    standards: Mapping[str, _Standard], test: pd.Series, unit: pd.Series, records: Records
) -> None:
    ids, first = columns.tuples([test, unit], records.rows)
    tests = columns.to_list(columns.take(test, first))
    units = columns.to_list(columns.take(unit, first))
    for number, (name, found) in enumerate(zip(tests, units, strict=True)):
        standard = standards.get(name or "")
        if standard is None or found is None or not standard.unit:
            continue
        if _conversion(standard, found) is None:
            message = (
                f"no conversion of {name} from '{found}' to '{standard.unit}': state its factor"
            )
            rows = np.flatnonzero(ids == number)
            records.report("unit-without-conversion", Severity.ERROR, message, rows, found)


def _reads(_: Any, target: Target) -> Reads:
    part = target.name[len(target.prefix) :]
    names = ["TESTCD", "ORRESU", "ORRES" if part == "STRESC" else "STRESC"]
    if part == "STRESN":
        names = ["STRESC"]
    return Reads(variables=tuple(((), target.prefix + name) for name in names))


def _words(args: Mapping[str, Any], target: Target) -> str:
    prefix, part = target.prefix, target.name[len(target.prefix) :]
    if part == "STRESN":
        return f"Numeric value of {prefix}STRESC; missing if it is not a number."
    if part == "STRESU":
        return f"The test's standard unit, or {prefix}ORRESU where none is stated."
    return f"{prefix}ORRES, a number converted from {prefix}ORRESU to {prefix}STRESU."


_UNIT = {"type": ["string", "null"]}
_NUMBER_OR_PAIR = {
    "oneOf": [
        {"type": "number"},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["factor"],
            "properties": {"factor": {"type": "number"}, "offset": {"type": "number"}},
        },
    ]
}

#: The table of standard units by test code, as the dataset's key ``standard_units`` has it.
UNITS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": {
        "oneOf": [
            _UNIT,
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["unit"],
                "properties": {
                    "unit": _UNIT,
                    "from": {"type": "object", "additionalProperties": _NUMBER_OR_PAIR},
                    "digits": {"type": "integer", "minimum": 0, "maximum": 10},
                },
            },
        ]
    },
}

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
)
