"""IBM hexadecimal floating point, the number format of SAS transport files, to and from float64.

An IBM double is a sign bit, a 7-bit power of 16 (excess 64) and a 56-bit fraction whose first hex
digit is not zero. A float64 carries 53 significant bits, so every one in range fits exactly.

A missing value of SAS is a byte (``.`` for the ordinary one, ``_`` or ``A`` to ``Z`` for the
special ones) before a zero fraction. In float64 a missing value is NaN; a special one keeps its
letter in the lowest byte of the NaN's payload, which pandas and NumPy carry through copies, takes
and concatenations, and which ``isna`` takes for missing like any other.
"""

from __future__ import annotations

import string

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

#: The greatest IBM double, and the least that is not zero and keeps all its digits.
GREATEST = float(1 - 2.0**-53) * 2.0**252
LEAST = 2.0**-260

_LETTERS = "_" + string.ascii_uppercase
_QUIET_NAN = 0x7FF8_0000_0000_0000
_DOT = np.uint64(ord(".") << 56)
_FRACTION = np.uint64((1 << 56) - 1)
_IS_LETTER = np.zeros(256, dtype=bool)
_IS_LETTER[[ord(letter) for letter in _LETTERS]] = True

_BYTES = np.arange(256)
# The value of a fraction's last bit for each first byte: sign and power of 16.
_UNIT = np.ldexp(np.where(_BYTES < 128, 1.0, -1.0), 4 * (_BYTES % 128 - 64) - 56)
# What a zero fraction means for each first byte: zero, or a missing value.
_ZERO = np.where(_BYTES < 128, 0.0, -0.0)
_ZERO[ord(".")] = np.nan
_ZERO[_IS_LETTER] = (np.flatnonzero(_IS_LETTER).astype(np.uint64) | np.uint64(_QUIET_NAN)).view(
    np.float64
)
#: First bytes that may stand before a zero fraction.
IS_ZERO_OR_MISSING = _IS_LETTER.copy()
IS_ZERO_OR_MISSING[[0, 0x80, ord(".")]] = True


def special_missing(letter: str) -> float:
    """The NaN that stands for SAS's special missing value ``.A`` to ``.Z`` or ``._``.

    Raises:
        ValueError: ``letter`` is not one capital letter or ``_``.
    """
    if len(letter) != 1 or letter not in _LETTERS:
        raise ValueError(f"a special missing value is A to Z or _, not {letter!r}")
    return float(np.uint64(_QUIET_NAN | ord(letter)).view(np.float64))


def missing_letter(value: float) -> str:
    """The letter of a special missing value; empty for a number and for the ordinary missing."""
    bits = int(np.float64(value).view(np.uint64))
    letter = chr(bits & 0xFF)
    return letter if bits >> 8 == _QUIET_NAN >> 8 and letter in _LETTERS else ""


def unwritable(values: Floats) -> Mask:
    """True where a value is infinite or outside the range of IBM doubles (and not missing)."""
    size = np.abs(values)
    return (size > GREATEST) | ((size < LEAST) & (size > 0))


def to_ibm(values: Floats) -> Words:
    """The values as IBM doubles, one unsigned 64-bit word each; NaN becomes a missing value.

    Exact for every value in range; what ``unwritable`` marks comes out as the ordinary missing.
    A negative zero becomes zero: readers take the sign before a zero fraction for a missing value.
    """
    bits = np.ascontiguousarray(values, dtype=np.float64).view(np.uint64)
    power = ((bits >> np.uint64(52)) & np.uint64(0x7FF)).astype(np.int64) - 1023
    fraction = (bits & np.uint64((1 << 52) - 1)) | np.uint64(1 << 52)
    fraction <<= (power & 3).astype(np.uint64)
    words = ((power >> 2) + 65).astype(np.uint64) << np.uint64(56)
    words |= fraction
    words |= bits & np.uint64(1 << 63)
    odd = (power < -260) | (power > 251)
    if odd.any():
        words[odd] = _odd_to_ibm(bits[odd])
    return words


def _odd_to_ibm(bits: Words) -> Words:
    """Zeros, missing values and what IBM cannot hold."""
    letter = bits & np.uint64(0xFF)
    special = (bits >> np.uint64(8) == np.uint64(_QUIET_NAN >> 8)) & _IS_LETTER[letter]
    zero = bits << np.uint64(1) == 0
    return np.where(zero, np.uint64(0), np.where(special, letter << np.uint64(56), _DOT))


def from_ibm(words: Words) -> Floats:
    """IBM doubles as float64, rounded half to even where the fraction has more than 53 bits."""
    first = (words >> np.uint64(56)).astype(np.intp)
    fraction = words & _FRACTION
    values = np.asarray(fraction.astype(np.float64) * _UNIT[first])
    empty = fraction == 0
    if empty.any():
        values[empty] = _ZERO[first[empty]]
    return values
