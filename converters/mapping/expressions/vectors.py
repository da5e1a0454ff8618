"""Columns as expressions compute with them: text by distinct value, numbers and truth by row.

A vector is ``Text`` (codes into distinct, non-empty values; code -1 is missing), a float64 array
(NaN is missing, never infinite) or a bool array. A constant is a vector of one row, so that numpy's
broadcasting makes columns and constants meet without copies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns


class Text(NamedTuple):
    """A text column: ``values[codes[i]]`` is row i, code -1 is missing; values may be unused."""

    codes: columns.Codes
    values: list[str]


Number: TypeAlias = npt.NDArray[np.float64]
Truth: TypeAlias = npt.NDArray[np.bool_]
Vector: TypeAlias = Text | Number | Truth

#: Missing as a constant; with text it becomes missing text.
MISSING: Number = np.array([np.nan])


def from_column(column: pd.Series) -> Text | Number:
    """A vector from a column of a frame; empty text and infinite numbers are missing."""
    if columns.is_number(column):
        return finite(column.to_numpy(dtype=np.float64, na_value=np.nan))
    codes, values = columns.parts(column)
    return encode(codes, values) if "" in values else Text(codes, values)


def to_column(vector: Vector, rows: int) -> pd.Series:
    """A categorical text column or a float64 column of ``rows`` rows; truth becomes 1 and 0."""
    if isinstance(vector, Text):
        return columns.from_codes(np.broadcast_to(vector.codes, rows).copy(), vector.values)
    return pd.Series(np.broadcast_to(as_number(vector), rows).copy())


def constant(value: str | float | bool | None) -> Vector:
    """A vector of one row; None and empty text are missing."""
    if value is None or value == "":
        return MISSING
    if isinstance(value, str):
        return Text(np.zeros(1, dtype=np.int32), [value])
    if isinstance(value, bool):
        return np.array([value])
    return np.array([value], dtype=np.float64)


def encode(codes: columns.Codes, values: Sequence[str | None]) -> Text:
    """Text from codes into values that may repeat, be empty or be None (both are missing)."""
    distinct: dict[str, int] = {}
    places = [distinct.setdefault(value, len(distinct)) if value else -1 for value in values]
    return Text(np.array([*places, -1], dtype=np.int32)[codes], list(distinct))


def finite(numbers: Number) -> Number:
    """The numbers, with infinities made missing."""
    infinite = np.isinf(numbers)
    return np.where(infinite, np.nan, numbers) if infinite.any() else numbers


def is_truth(vector: Vector) -> bool:
    """Whether the vector is the outcome of a condition."""
    return not isinstance(vector, Text) and vector.dtype == np.bool_


def as_number(vector: Vector) -> Number:
    """Numbers from any vector: text that is no finite decimal number is missing."""
    if isinstance(vector, Text):
        return per_number(vector, columns.parse_number)
    return vector.astype(np.float64, copy=False)


def as_truth(vector: Vector) -> Truth:
    """The outcome of a condition; of other vectors, where the number is 1."""
    if not isinstance(vector, Text) and vector.dtype == np.bool_:
        return vector.astype(np.bool_, copy=False)
    return np.asarray(as_number(vector) == 1)


def as_text(vector: Vector) -> Text:
    """Text from any vector: whole numbers without a point."""
    if isinstance(vector, Text):
        return vector
    codes, distinct = pd.factorize(as_number(vector))
    return Text(codes.astype(np.int32), [columns.number_text(value) for value in distinct])


def missing(vector: Vector) -> Truth:
    """Where the vector has no value."""
    if isinstance(vector, Text):
        return vector.codes < 0
    return np.isnan(as_number(vector))


def per_text(text: Text, function: Callable[[str], str | None]) -> Text:
    """``function`` of each distinct value; missing stays missing."""
    return encode(text.codes, [function(value) for value in text.values])


def per_number(text: Text, function: Callable[[str], float]) -> Number:
    """``function`` of each distinct value; missing stays missing."""
    return spread([function(value) for value in text.values], np.nan, np.float64)[text.codes]


def per_truth(text: Text, function: Callable[[str], bool]) -> Truth:
    """``function`` of each distinct value; false where missing."""
    return spread([function(value) for value in text.values], False, np.bool_)[text.codes]


def spread(values: Any, of_missing: object, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """A table to index by codes: the values, and last what code -1 picks."""
    return np.append(np.asarray(values, dtype=dtype), np.asarray([of_missing], dtype=dtype))


def per_tuple(texts: Sequence[Text], function: Callable[..., Any]) -> tuple[list[Any], Any]:
    """``function`` of each distinct row of several texts (str or None), and each row's place."""
    wide = [text for text in texts if text.codes.size != 1]
    if len(wide) > 1:
        places, picks = _distinct_rows(texts)
    else:
        # One column beside constants: its own values are the distinct rows.
        count = len(wide[0].values) + 1 if wide else 1
        codes = wide[0].codes if wide else np.zeros(1, dtype=np.int32)
        places = np.where(codes < 0, count - 1, codes)
        own = np.append(np.arange(count - 1), -1)
        picks = [own if text.codes.size != 1 else np.repeat(text.codes, count) for text in texts]
    lists = [_pick(text.values, pick) for text, pick in zip(texts, picks, strict=True)]
    return [function(*row) for row in zip(*lists, strict=True)], places


def _distinct_rows(texts: Sequence[Text]) -> tuple[npt.NDArray[Any], list[npt.NDArray[Any]]]:
    codes = np.broadcast_arrays(*(text.codes for text in texts))
    rows = len(codes[0])
    frame = [
        pd.Series(pd.Categorical.from_codes(own, pd.Index(text.values), validate=False))
        for own, text in zip(codes, texts, strict=True)
    ]
    places, first = columns.tuples(frame, rows)
    return places, [own[first] for own in codes]


def _pick(values: list[str], codes: npt.NDArray[Any]) -> list[str | None]:
    return [values[code] if code >= 0 else None for code in codes.tolist()]


def choose(test: Truth, yes: Vector, no: Vector) -> Vector:
    """``yes`` where ``test`` holds, else ``no``; text as soon as one of them is text."""
    if isinstance(yes, Text) or isinstance(no, Text):
        first, second = as_text(yes), as_text(no)
        moved = np.where(second.codes < 0, -1, second.codes + len(first.values))
        codes = np.where(test, first.codes, moved).astype(np.int32)
        return encode(codes, first.values + second.values)
    if is_truth(yes) and is_truth(no):
        return np.where(test, yes, no)
    return np.where(test, as_number(yes), as_number(no))
