"""Results as quantities, and exact decimals."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import columns
from converters.quantities import decimal_text, numbers, quantity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", ("", Fraction(5))),
        (" < 0.5", ("<", Fraction(1, 2))),
        (">=1e3", (">=", Fraction(1000))),
        ("≤3", ("<=", Fraction(3))),
        ("≥ 3", (">=", Fraction(3))),
        ("<", ("<", None)),
        ("=5", ("", None)),
        ("5-10", ("", None)),
        ("<LLOQ", ("<", None)),
        ("nan", ("", None)),
        ("", ("", None)),
    ],
)
def test_a_result_is_a_sign_and_a_number(text: str, expected: tuple[str, Any]) -> None:
    assert quantity(text) == expected


def test_a_column_of_results_is_numbers_with_signs() -> None:
    value, sign = numbers(columns.text(["<5", "<=5", "5", ">=5", ">5", "x", None]))
    assert value[:5].tolist() == [5.0] * 5
    assert (value != value).tolist() == [False] * 5 + [True] * 2
    assert sign[:5].tolist() == [-2, -1, 0, 1, 2]


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (Fraction(0), None, "0"),
        (Fraction(0), 2, "0.00"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(-5, 2), 0, "-3"),
        (Fraction(7, 2), 0, "4"),
        (Fraction(1, 3), None, "0.333333333333"),
        (Fraction(200, 3), None, "66.6666666667"),
        (Fraction(1, 300), None, "0.00333333333333"),
        (Fraction(10**15), None, "1000000000000000"),
        (Fraction(10**15 + 1, 2), None, "500000000000001"),
        (Fraction(1, 8), None, "0.125"),
        (Fraction(999_999_999_999_9, 10), 0, "1000000000000"),
        (Fraction(1, 10**15), None, "0.000000000000001"),
    ],
)
def test_a_fraction_is_written_as_decimal_text(
    number: Fraction, digits: int | None, text: str
) -> None:
    assert decimal_text(number, digits) == text


@given(st.fractions(max_denominator=10**6), st.integers(0, 10))
def test_rounding_is_off_by_half_a_digit_at_most(number: Fraction, digits: int) -> None:
    text = decimal_text(number, digits)
    assert abs(Fraction(text) - number) <= Fraction(1, 2 * 10**digits)
    assert decimal_text(-number, digits).lstrip("-") == text.lstrip("-")
    assert len(text.partition(".")[2]) == digits
    assert not text.startswith("-") or Fraction(text) < 0


@given(st.decimals(-(10**8), 10**8, places=4))
def test_what_has_an_exact_form_of_few_digits_keeps_it(number: Any) -> None:
    assert Fraction(decimal_text(Fraction(number), None)) == Fraction(number)
