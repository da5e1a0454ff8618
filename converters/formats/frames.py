"""What every writer asks of a frame: the metadata's columns, each of the variable's kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from converters import columns
from converters.errors import OutputError, Problem
from converters.findings import Severity
from converters.formats.cases import Cases, Rule

T = TypeVar("T")

KIND = Rule("format-kind", Severity.ERROR, "refused")


def check_columns(path: Path, dataset: str, wanted: Sequence[str], found: Sequence[Any]) -> None:
    """The frame's columns must be the variables in their order.

    Raises:
        OutputError: they are others; each is named.
    """
    if list(found) == list(wanted):
        return
    faults = [f"variable {name} has no column" for name in wanted if name not in found]
    faults += [f"column {name} is no variable" for name in found if name not in wanted]
    faults = faults or ["the columns are not in the order of the variables"]
    raise OutputError(*(Problem(str(path), None, None, f"{dataset}: {text}") for text in faults))


def of_kind(column: pd.Series, name: str, number: bool, before: int, cases: Cases) -> pd.Series:
    """The column, or one without values (and a case) when it holds the other kind.

    ``before`` is the number of rows before this piece.
    """
    missing = columns.missing(column)
    if columns.is_number(column) == number or missing.all():
        return column
    row = int(np.flatnonzero(~missing)[0])
    kind, other = ("Num", "text") if number else ("Char", "a number")
    message = f"the variable is {kind}, but its column holds {other}"
    cases.add(KIND, message, variable=name, value=str(column.iloc[row]), row=before + row + 1)
    return pd.Series(np.full(len(column), np.nan))


def floats(column: pd.Series) -> npt.NDArray[np.float64]:
    """The numbers of a column; a column without values gives NaN. Special missings are kept."""
    return columns.floats(column) if columns.is_number(column) else np.full(len(column), np.nan)


def text_parts(column: pd.Series) -> columns.Parts:
    """Codes and values of a text column; one without values may be of any type."""
    if columns.is_number(column):
        return columns.Parts(np.full(len(column), -1, dtype=np.int32), [])
    return columns.parts(column)


class Texts(Generic[T]):
    """What ``make`` makes of a text column's values; pieces with the same categories share it."""

    def __init__(self, make: Callable[[list[str]], T]) -> None:
        """Nothing is made yet."""
        self._make = make
        self._categories: pd.Index | None = None
        self.values: list[str] = []
        self.made = make([])

    def codes(self, column: pd.Series) -> columns.Codes:
        """The column's codes into ``values`` and ``made``, which are then of this column."""
        if not isinstance(column.dtype, pd.CategoricalDtype):
            self._categories = None
            codes, self.values = text_parts(column)
            self.made = self._make(self.values)
            return codes
        if column.dtype.categories is not self._categories:
            self._categories = column.dtype.categories
            self.values = [str(value) for value in self._categories]
            self.made = self._make(self.values)
        return np.asarray(column.cat.codes, dtype=np.int32)


def first_and_count(
    codes: npt.NDArray[Any], values: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each of the values the first row (0-based) that holds it and how many rows do."""
    held = codes >= 0
    used = codes[held]
    first = np.zeros(values, dtype=np.int64)
    first[used[::-1]] = np.flatnonzero(held)[::-1]
    return first, np.bincount(used, minlength=values).astype(np.int64)


def add_cases(
    cases: Cases,
    rule: Rule,
    variable: str,
    before: int,
    codes: npt.NDArray[Any],
    values: Sequence[str] | npt.NDArray[np.float64],
    faults: Mapping[int, str],
) -> None:
    """A case for each of the ``values``, texts or numbers, whose place ``faults`` has."""
    if not faults:
        return
    first, counts = first_and_count(codes, len(values))
    for place, message in faults.items():
        if counts[place]:
            value = values[place]
            cases.add(
                rule,
                message,
                variable=variable,
                value=value if isinstance(value, str) else columns.number_text(float(value)),
                row=before + int(first[place]) + 1,
                count=int(counts[place]),
            )


def from_arrow_text(values: pa.ChunkedArray) -> pd.Series:
    """A text column from Arrow strings, dictionary-encoded or not; empty ones are missing."""
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    if not values.num_chunks:
        return columns.from_codes(np.empty(0, dtype=np.int32), [])
    chunks = values.unify_dictionaries().chunks
    codes = [pc.fill_null(chunk.indices, -1).to_numpy(zero_copy_only=False) for chunk in chunks]
    distinct = chunks[0].dictionary.to_pylist()
    return columns.from_codes(np.concatenate(codes), [value or None for value in distinct])


def joined_bytes(texts: pa.Array) -> bytes:
    """The texts of an array one after another: they lie so in its buffer."""
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(data)[bounds[0] : bounds[-1]].tobytes()
