"""Dictionary-encoded columns: every rule works once per distinct value, not once per record.

A text column is a pandas Series of categories (str, no duplicates) and codes; a missing value is
code -1. A number column is a float64 Series, missing is NaN. Text that is not dictionary-encoded
(Arrow or Python strings) is accepted everywhere and encoded on first use, so that no result depends
on the encoding.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.int32]
Rows = npt.NDArray[np.int64]
Values = list[str]


class Parts(NamedTuple):
    """A text column taken apart: ``values[codes[i]]`` is row i, code -1 is missing.

    Every value in ``values`` is used by at least one row.
    """

    codes: Codes
    values: Values


class Tuples(NamedTuple):
    """The distinct rows of several columns.

    ``ids[i]`` (0-based) is the tuple of row i, ``first[t]`` a row that has tuple t.
    """

    ids: npt.NDArray[np.int64]
    first: Rows


def is_number(column: pd.Series) -> bool:
    """Whether the column holds numbers (float64 or integers) and not text."""
    return pd.api.types.is_numeric_dtype(column.dtype)


def floats(column: pd.Series) -> npt.NDArray[np.float64]:
    """The numbers of a column; the payload of a NaN (SAS's special missing values) stays."""
    if column.dtype == np.float64:
        return column.to_numpy(dtype=np.float64)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def text(values: Iterable[str | None]) -> pd.Series:
    """A text column from Python or Arrow strings; ``None`` and NaN are missing."""
    codes, distinct = pd.factorize(np.asarray(pd.array(list(values), dtype=object)))
    return from_codes(codes, [str(value) for value in distinct])


def constant(value: str | None, rows: int) -> pd.Series:
    """A text column of ``rows`` rows that all hold ``value``."""
    code = -1 if value is None else 0
    return from_codes(np.full(rows, code, dtype=np.int32), [] if value is None else [value])


def from_codes(codes: npt.NDArray[Any], values: Sequence[str | None]) -> pd.Series:
    """A text column from codes into ``values``, which may repeat and may be None (missing)."""
    merged, distinct = pd.factorize(np.asarray(values, dtype=object))
    if len(distinct) != len(merged):
        # The appended -1 is what code -1 picks.
        codes = np.append(merged, -1)[codes]
    # Python strings: rules work on the categories, and Arrow's are slow to walk through.
    dtype: Any = pd.CategoricalDtype(pd.Index(distinct, dtype="object"))
    return pd.Series(pd.Categorical.from_codes(codes, dtype=dtype, validate=False))


def encoded(column: pd.Series) -> pd.Series:
    """The column dictionary-encoded; numbers, and what is encoded already, stay as they are."""
    if is_number(column) or isinstance(column.dtype, pd.CategoricalDtype):
        return column
    return from_codes(*parts(column))


def parts(column: pd.Series) -> Parts:
    """Codes and the values that are in use; numbers are written as text (``3`` and not ``3.0``)."""
    if is_number(column):
        number, numbers = pd.factorize(floats(column))
        return Parts(number.astype(np.int32), number_texts(numbers))
    if not isinstance(column.dtype, pd.CategoricalDtype):
        place, texts = pd.factorize(column)
        return Parts(place.astype(np.int32), [str(value) for value in texts.tolist()])
    codes: Codes = column.cat.codes.to_numpy().astype(np.int32)
    categories = column.cat.categories
    used = np.zeros(len(categories) + 1, dtype=bool)
    used[codes] = True  # the last place takes the missing ones
    used = used[:-1]
    if used.all():
        return Parts(codes, categories.tolist())
    renumber = np.append(np.cumsum(used) - 1, -1).astype(np.int32)
    return Parts(renumber[codes], categories[used].tolist())


def number_text(value: float) -> str:
    """A number as text: integers without a point, others in the shortest form that reads back."""
    return (
        str(int(value)) if float(value).is_integer() and abs(value) < 1e16 else repr(float(value))
    )


def number_texts(values: npt.NDArray[np.float64]) -> list[str]:
    """``number_text`` of many finite numbers at once."""
    whole = (values == np.trunc(values)) & (np.abs(values) < 1e16)
    if whole.all():
        return list(map(str, values.astype(np.int64).tolist()))
    texts = np.array(list(map(repr, values.tolist())), dtype=object)
    texts[whole] = list(map(str, values[whole].astype(np.int64).tolist()))
    return list(texts)


def map_text(column: pd.Series, function: Callable[[Values], Sequence[str | None]]) -> pd.Series:
    """A text column from ``function`` over the distinct values; missing stays missing."""
    codes, values = parts(column)
    return from_codes(codes, list(function(values)))


def map_number(column: pd.Series, function: Callable[[Values], Iterable[float]]) -> pd.Series:
    """A number column from ``function`` over the distinct values; missing stays missing."""
    codes, values = parts(column)
    mapped = np.append(np.fromiter(function(values), dtype=np.float64, count=len(values)), np.nan)
    return pd.Series(mapped[codes])


def to_number(column: pd.Series) -> pd.Series:
    """The column as float64; text that is no finite decimal number becomes NaN."""
    if is_number(column):
        return column.astype(np.float64)
    return map_number(column, lambda values: [parse_number(value) for value in values])


def parse_number(value: str) -> float:
    """A finite decimal number from text, or NaN: no ``inf``, no ``nan``, no ``1_000``."""
    if "_" in value:
        return np.nan
    try:
        number = float(value)
    except ValueError:
        return np.nan
    return number if np.isfinite(number) else np.nan


def tuples(columns: Sequence[pd.Series], rows: int) -> Tuples:
    """The distinct rows of ``columns`` (each of ``rows`` rows); missing equals missing."""
    key = np.zeros(rows, dtype=np.int64)
    size = 1
    for column in columns:
        codes, values = _codes(column)
        width = values + 1
        if size * width >= 2**62:
            key, distinct = pd.factorize(key)
            size = len(distinct)
        key = key * width + (codes + 1)
        size *= width
    ids, distinct = pd.factorize(key)
    first = np.empty(len(distinct), dtype=np.int64)
    first[ids[::-1]] = np.arange(rows - 1, -1, -1)
    return Tuples(ids, first)


def _codes(column: pd.Series) -> tuple[npt.NDArray[np.int64], int]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64), len(column.cat.categories)
    codes, distinct = pd.factorize(column)
    return np.asarray(codes, dtype=np.int64), len(distinct)


def map_tuples(
    columns: Sequence[pd.Series], rows: int, function: Callable[..., Sequence[str | None]]
) -> pd.Series:
    """A text column from ``function`` over the distinct rows of ``columns``.

    ``function`` gets one list a column (str or None for text, float or NaN for numbers), all of the
    same length, and returns as many values.
    """
    ids, first = tuples(columns, rows)
    return from_codes(ids, list(function(*(to_list(column.iloc[first]) for column in columns))))


def to_list(column: pd.Series) -> list[Any]:
    """The column as Python values: str or None for text, float (NaN is missing) for numbers."""
    if is_number(column):
        return [float(value) for value in floats(column)]
    pairs = zip(column.tolist(), missing(column).tolist(), strict=True)
    return [None if absent else str(value) for value, absent in pairs]


def take(column: pd.Series, rows: npt.NDArray[Any]) -> pd.Series:
    """The given rows (0-based) of the column, as a new column; row -1 gives a missing value."""
    if is_number(column):
        padded = np.append(floats(column), np.nan)
        return pd.Series(padded[rows])
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return take(encoded(column), rows)
    codes = np.append(column.cat.codes.to_numpy(dtype=np.int32), np.int32(-1))[rows]
    return pd.Series(pd.Categorical.from_codes(codes, dtype=column.dtype, validate=False))


def concat(columns: Sequence[pd.Series]) -> pd.Series:
    """The columns one under another; numbers stay numbers only where all are numbers."""
    if len(columns) == 1:
        return columns[0].reset_index(drop=True)
    if all(is_number(column) for column in columns):
        return pd.concat([column.astype(np.float64) for column in columns], ignore_index=True)
    shared = columns[0].dtype
    if isinstance(shared, pd.CategoricalDtype) and all(
        isinstance(column.dtype, pd.CategoricalDtype)
        and column.cat.categories is columns[0].cat.categories
        for column in columns
    ):
        codes = np.concatenate([column.cat.codes.to_numpy(dtype=np.int32) for column in columns])
        return pd.Series(pd.Categorical.from_codes(codes, dtype=shared, validate=False))
    pieces = [parts(column) for column in columns]
    values: list[str | None] = []
    codes_of: list[Codes] = []
    for piece in pieces:
        codes_of.append(np.where(piece.codes < 0, -1, piece.codes + len(values)).astype(np.int32))
        values.extend(piece.values)
    return from_codes(np.concatenate(codes_of), values)


def missing(column: pd.Series) -> npt.NDArray[np.bool_]:
    """True where the column has no value."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy() < 0
    return column.isna().to_numpy(dtype=bool)


def ranks(column: pd.Series, *, plain: bool = False) -> tuple[npt.NDArray[np.int64], int]:
    """The place of each row's value in sorted order, and how many places there are.

    Missing comes first (place 0), as SAS sorts. Numbers sort as numbers. Text sorts by code point,
    but runs of digits as numbers, so that ``VISIT 2`` comes before ``VISIT 10``; with ``plain`` by
    code point alone. How two values compare never depends on the others.
    """
    if is_number(column):
        number, distinct = pd.factorize(floats(column), sort=True)
        return number.astype(np.int64) + 1, len(distinct) + 1
    codes, values = parts(column)
    key = values.__getitem__
    if not plain and not _same_widths(values):
        keys = [(_with_widths(value), value) for value in values]
        key = keys.__getitem__  # type: ignore[assignment]
    place = np.zeros(len(values) + 1, dtype=np.int64)
    place[sorted(range(len(values)), key=key)] = np.arange(1, len(values) + 1)
    return place[codes], len(values) + 1


def _with_widths(value: str) -> str:
    """The text with the width of each run of digits before it: ``VISIT 12``, ``VISIT 210``.

    A width of 9 and more is written as nines and the rest, so that it too sorts as a number.
    """

    def widened(run: re.Match[str]) -> str:
        nines, rest = divmod(len(run[1]), 9)
        return f"{'9' * nines}{rest}{run[1]}"

    return re.sub(r"0*([0-9]+)", widened, value)


def _same_widths(values: Values) -> bool:
    """Whether runs of digits are equally wide wherever texts agree up to them, as in dates.

    Then the order by code point is the same as the order with numbers.
    """
    digits = str.maketrans("123456789", "000000000")
    shapes = sorted({value.translate(digits) for value in values})
    return not any(_clash(one, other) for one, other in itertools.pairwise(shapes))


def _clash(one: str, other: str) -> bool:
    shared = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    return one[shared - 1 : shared] == "0" and "0" in (one[shared : shared + 1], other[shared])


def sort_key(
    columns: Sequence[pd.Series], rows: int, *, plain: bool = False
) -> npt.NDArray[np.int64]:
    """One integer a row that sorts as the columns do, first column first; equal rows are equal.

    ``plain``: as of ``ranks``.
    """
    key = np.zeros(rows, dtype=np.int64)
    size = 1
    for column in columns:
        place, width = ranks(column, plain=plain)
        if size * width >= 2**62:
            distinct, key = np.unique(key, return_inverse=True)
            size = len(distinct)
        key = key * width + place
        size *= width
    return key


def count_within(group: npt.NDArray[Any], order: Rows) -> npt.NDArray[np.float64]:
    """The number of each row within its group, from 1, in the order that has groups together."""
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    lengths = np.diff(np.append(starts, len(order)))
    numbers = np.empty(len(order), dtype=np.float64)
    numbers[order] = np.arange(1, len(order) + 1) - np.repeat(starts, lengths)
    return numbers
