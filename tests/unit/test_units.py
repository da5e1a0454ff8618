"""Conversions between units of one dimension."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from converters.standards.terminology import load_terminology
from converters.standards.units import conversion


@pytest.mark.parametrize(
    ("unit", "standard", "factor"),
    [
        ("mg/dL", "g/L", "0.01"),
        ("g/dL", "g/L", "10"),
        ("mg/L", "mg/dL", "0.1"),
        ("umol/L", "mmol/L", "0.001"),
        ("ng/mL", "ug/L", "1"),
        ("pg/mL", "ng/L", "1"),
        ("10^9/L", "10^6/L", "1000"),
        ("10^6/L", "/uL", "1"),
        ("10^12/L", "10^6/uL", "1"),
        ("IU/L", "mIU/mL", "1"),
        ("uIU/mL", "mIU/L", "1"),
        ("mg", "g", "0.001"),
        ("kg", "g", "1000"),
        ("LB", "kg", "0.45359237"),
        ("oz", "g", "28.349523125"),
        ("in", "cm", "2.54"),
        ("ft", "m", "0.3048"),
        ("cm", "m", "0.01"),
        ("mL", "L", "0.001"),
        ("HOURS", "min", "60"),
        ("DAYS", "HOURS", "24"),
        ("WEEKS", "DAYS", "7"),
        ("min", "s", "60"),
        ("kPa", "Pa", "1000"),
        ("%", "fraction of 1", "0.01"),
        ("mL/min", "L/s", "0.0000166666666667"),
        ("mg/kg/min", "ug/kg/s", "16.6666666666667"),
        ("beats/min", "beats/min", "1"),
    ],
)
def test_a_unit_converts_within_its_dimension(unit: str, standard: str, factor: str) -> None:
    found = conversion(unit, standard)
    assert found is not None
    assert found[1] == 0
    assert abs(found[0] / Fraction(factor) - 1) < Fraction(1, 10**11)


@pytest.mark.parametrize(
    ("unit", "standard"),
    [
        ("mg/dL", "mmol/L"),
        ("U/L", "IU/L"),
        ("mg", "mL"),
        ("g/L", "g"),
        ("mg/dL", ""),
        ("", "mg/dL"),
        ("Mg", "kg"),
        ("xyz", "g"),
        ("g/xyz", "g/L"),
        ("g/L/h", "g/L"),
        ("MONTHS", "DAYS"),
        ("mmHg", "cm"),
        ("F", "kg"),
        ("g%", "%"),
    ],
)
def test_what_needs_more_knowledge_has_no_conversion(unit: str, standard: str) -> None:
    assert conversion(unit, standard) is None


@pytest.mark.parametrize(
    ("value", "unit", "standard", "expected"),
    [(98.6, "F", "C", 37), (-40, "F", "C", -40), (37, "C", "F", 98.6), (0, "C", "F", 32)],
)
def test_temperatures_have_an_offset(
    value: float, unit: str, standard: str, expected: float
) -> None:
    found = conversion(unit, standard)
    assert found is not None
    factor, offset = found
    assert Fraction(str(value)) * factor + offset == Fraction(str(expected))


def published() -> list[str]:
    codelist = load_terminology("2024-03-29").get("UNIT")
    assert codelist is not None
    return [term.value for term in codelist.terms]


def test_a_unit_converts_into_itself() -> None:
    assert all(conversion(unit, unit) == (1, 0) for unit in published())


def test_a_conversion_back_and_forth_changes_nothing() -> None:
    units = [unit for unit in published() if len(unit) < 7]
    pairs = 0
    for one, other in product(units, repeat=2):
        there, back = conversion(one, other), conversion(other, one)
        assert (there is None) == (back is None), (one, other)
        if there and back:
            pairs += one != other
            assert there[0] * back[0] == 1, (one, other)
            assert there[1] * back[0] + back[1] == 0, (one, other)
    assert pairs > 100


def test_conversions_agree_with_synonyms_that_the_terminology_publishes() -> None:
    codelist = load_terminology("2024-03-29").get("UNIT")
    assert codelist is not None
    for term in codelist.terms:
        for synonym in term.synonyms:
            found = conversion(synonym, term.value)
            assert found in (None, (1, 0)), (term.value, synonym, found)
