"""Results as quantities: a number, or the limit it lies beyond (``<0.5``), and exact decimals."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns

_DIGITS = 12
_QUANTITY = re.compile(r"([<>]=?|[≤≥])?\s*(.*)", re.DOTALL)
_ASCII = {"≤": "<=", "≥": ">="}
#: The signs in the order of what they say of a number: <5 lies before 5.
_SIGNS = {"<": -2, "<=": -1, "": 0, ">=": 1, ">": 2}


class Numbers(NamedTuple):
    """A column of results: numbers (NaN: none) and signs, -2 ``<``, -1 ``<=``, 0, 1 ``>=``, 2."""

    value: npt.NDArray[np.float64]
    sign: npt.NDArray[np.int8]


def quantity(text: str) -> tuple[str, Fraction | None]:
    """A result as the sign before it (``<``, ``>=``) and its number; None: it is none."""
    sign, number = _QUANTITY.fullmatch(text.strip()).groups(default="")  # type: ignore[union-attr]
    known = not np.isnan(columns.parse_number(number))
    return _ASCII.get(sign, sign), Fraction(number) if known else None


def numbers(column: pd.Series) -> Numbers:
    """The results of a column as numbers with signs; a column of numbers has none."""
    if columns.is_number(column):
        return Numbers(columns.floats(column), np.zeros(len(column), dtype=np.int8))
    codes, values = columns.parts(column)
    found = [quantity(value) for value in values]
    value = [np.nan if number is None else float(number) for _, number in found]
    sign = [_SIGNS[sign] for sign, _ in found]
    return Numbers(np.array([*value, np.nan])[codes], np.array([*sign, 0], dtype=np.int8)[codes])


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
