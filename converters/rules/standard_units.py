"""The standard unit of each test, and conversions into it: what several rules of Findings share.

Factors come from the spec, and for units of one dimension (mg/dL to g/L) from the table of units.
All arithmetic is exact and decimal (SDTMIG 4.5.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from converters import columns
from converters.mapping.document import scalar_text
from converters.quantities import decimal_text, quantity
from converters.rules.rule import Records, Target
from converters.standards.units import conversion

_SAME = (Fraction(1), Fraction(0))


@dataclass(frozen=True)
class Standard:
    """What the spec says of one test: its standard unit, own factors by unit, decimals."""

    unit: str = ""
    factors: Mapping[str, tuple[Fraction, Fraction]] | None = None
    digits: int | None = None

    def conversion(self, unit: str | None) -> tuple[Fraction, Fraction] | None:
        """The conversion into the standard unit; None: there is none, or none is known."""
        if unit is None or not self.unit:
            return None
        return (self.factors or {}).get(unit) or conversion(unit, self.unit)


_NONE = Standard()


class Standards:
    """The standards of the tests, from the table that a spec has of them."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """``table`` is as ``UNITS_SCHEMA`` has it."""
        self._of = {test: _standard(entry) for test, entry in table.items()}

    def of(self, test: str | None) -> Standard:
        """The standard of a test; an empty one where the table has none."""
        return self._of.get(test or "", _NONE)

    def convert(self, value: str | None, test: str | None, unit: str | None) -> str | None:
        """A quantity, or limit of one, in the test's standard unit; other text as it is."""
        if value is None:
            return None
        standard = self.of(test)
        change = standard.conversion(unit)
        sign, number = quantity(value)
        if number is None:
            return value
        if change in (None, _SAME) and standard.digits is None:
            return sign + value.lstrip("<>=≤≥ ") if sign else value
        factor, offset = change or _SAME
        return sign + decimal_text(number * factor + offset, standard.digits)

    def converted(self, column: pd.Series, records: Records, target: Target) -> pd.Series:
        """``convert`` of a column by the records' --TESTCD and --ORRESU."""
        test = records.variable(f"{target.prefix}TESTCD")
        unit = records.variable(f"{target.prefix}ORRESU")
        if columns.is_number(column):
            column = columns.map_text(column, list)
        return columns.map_tuples(
            [column, test, unit],
            records.rows,
            lambda *lists: [self.convert(*row) for row in zip(*lists, strict=True)],
        )


def _standard(entry: Any) -> Standard:
    entry = entry if isinstance(entry, Mapping) else {"unit": entry}
    factors = {unit: _factor(item) for unit, item in entry.get("from", {}).items()}
    unit = entry.get("unit")
    return Standard("" if unit is None else scalar_text(unit), factors, entry.get("digits"))


def _factor(item: Any) -> tuple[Fraction, Fraction]:
    if isinstance(item, Mapping):
        factor, offset = item.get("factor", 1), item.get("offset", 0)
        return Fraction(scalar_text(factor)), Fraction(scalar_text(offset))
    return Fraction(scalar_text(item)), Fraction(0)


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
