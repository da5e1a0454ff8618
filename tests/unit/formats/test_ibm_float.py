"""IBM doubles against a conversion by whole numbers alone."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.formats import ibm_float

INFINITY = float("inf")


def ibm_word(value: float) -> int:
    """The IBM double of a float in range, by the definition and exact fractions."""
    if value == 0:
        return 0
    size = abs(Fraction(value))
    power = 0
    while size >= 1:
        size, power = size / 16, power + 1
    while size < Fraction(1, 16):
        size, power = size * 16, power - 1
    fraction = size * 2**56
    assert fraction.denominator == 1, "53 bits fit into 56"
    return (1 << 63 if value < 0 else 0) | (power + 64) << 56 | fraction.numerator


def ieee_value(word: int) -> float:
    """The float nearest to an IBM double, half to even (as Python divides whole numbers)."""
    fraction = word & ((1 << 56) - 1)
    exact = Fraction(fraction, 2**56) * Fraction(16) ** ((word >> 56 & 127) - 64)
    return float(-exact if word >> 63 else exact)


def every_exponent() -> np.ndarray:
    random = np.random.default_rng(20240229)
    exponents = np.repeat(np.arange(-260, 252), 24)
    mantissas = random.integers(0, 2**52, size=len(exponents), dtype=np.uint64)
    mantissas[::24] = 0
    mantissas[1::24] = 2**52 - 1
    mantissas[2::24] = 1
    signs = random.integers(0, 2, size=len(exponents), dtype=np.uint64) << np.uint64(63)
    bits = signs | (exponents + 1023).astype(np.uint64) << np.uint64(52) | mantissas
    return bits.view(np.float64)


def test_every_exponent_with_random_mantissas_is_converted_bit_by_bit() -> None:
    values = every_exponent()
    words = ibm_float.to_ibm(values)
    assert [int(word) for word in words] == [ibm_word(float(value)) for value in values]
    assert not ibm_float.unwritable(values).any()


def test_every_exponent_comes_back_with_the_same_bits() -> None:
    values = every_exponent()
    back = ibm_float.from_ibm(ibm_float.to_ibm(values))
    assert (back.view(np.uint64) == values.view(np.uint64)).all()


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=50))
def test_any_ibm_word_is_read_rounded_half_to_even(words: list[int]) -> None:
    nonzero = [word for word in words if word << 8 & (2**64 - 1)]
    values = ibm_float.from_ibm(np.array(nonzero, dtype=np.uint64))
    assert values.tolist() == [ieee_value(word) for word in nonzero]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (0x41_20000000000001, 2.0),  # below half: down
        (0x41_80000000000004, 8.0),  # half, even: down
        (0x41_8000000000000C, 8 + 2.0**-48),  # half, odd: up
        (0x41_FFFFFFFFFFFFFF, 16.0),  # up to the next power
        (0x00_00000000000001, 2.0**-312),  # not normalised
        (0x42_01000000000000, 1.0),  # not normalised
        (0xC2_76A00000000000, -118.625),
    ],
)
def test_awkward_words_are_read_exactly(word: int, expected: float) -> None:
    assert ibm_float.from_ibm(np.array([word], dtype=np.uint64)).tolist() == [expected]


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (ibm_float.GREATEST, True),
        (-ibm_float.GREATEST, True),
        (np.nextafter(ibm_float.GREATEST, INFINITY), False),
        (ibm_float.LEAST, True),
        (np.nextafter(ibm_float.LEAST, 0), False),
        (5e-324, False),
        (INFINITY, False),
        (-INFINITY, False),
        (float("nan"), True),
        (0.0, True),
        (-0.0, True),
    ],
)
def test_the_range_ends_where_ibm_doubles_end(value: float, fits: bool) -> None:
    assert ibm_float.unwritable(np.array([value])).tolist() == [not fits]


def test_a_negative_zero_is_written_as_zero_and_still_read() -> None:
    assert ibm_float.to_ibm(np.array([-0.0, 0.0])).tolist() == [0, 0]
    assert ibm_float.from_ibm(np.array([1 << 63], dtype=np.uint64)).tolist() == [0.0]


def test_greatest_and_least_keep_their_bits() -> None:
    values = np.array([ibm_float.GREATEST, ibm_float.LEAST, -ibm_float.LEAST])
    assert [int(word) for word in ibm_float.to_ibm(values)] == [ibm_word(v) for v in values]


def test_a_negative_nan_is_the_ordinary_missing_value() -> None:
    values = np.array([0xFFF8 << 48, 0x7FF8 << 48, 0x7FF8 << 48 | 0x61], dtype=np.uint64)
    assert ibm_float.to_ibm(values.view(np.float64)).tolist() == [0x2E << 56] * 3


def test_special_missing_values_keep_their_letters_through_pandas() -> None:
    letters = "_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    series = pd.Series([ibm_float.special_missing(letter) for letter in letters])
    assert series.isna().all()
    moved = pd.concat([series, pd.Series([1.0])], ignore_index=True).iloc[::-1].to_numpy()
    words = ibm_float.to_ibm(moved)
    assert [int(word) >> 56 for word in words[1:]] == [ord(letter) for letter in letters[::-1]]
    back = ibm_float.from_ibm(words)
    assert "".join(ibm_float.missing_letter(value) for value in back[1:]) == letters[::-1]


@pytest.mark.parametrize("letter", ["", "a", ".", "AB", "1", "Ä"])
def test_no_other_letter_is_a_special_missing_value(letter: str) -> None:
    with pytest.raises(ValueError, match="A to Z or _"):
        ibm_float.special_missing(letter)


@pytest.mark.parametrize("value", [float("nan"), 1.0, INFINITY])
def test_numbers_and_ordinary_missing_values_have_no_letter(value: float) -> None:
    assert ibm_float.missing_letter(value) == ""
