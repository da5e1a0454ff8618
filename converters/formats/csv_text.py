"""Read and write a Dataset as CSV, for people and other tools (RFC 4180, UTF-8).

Texts stand in quotes, their names in the header too, and numbers do not: so the kind of each
variable comes back. SAS dates, times and datetimes are written in ISO 8601, special missing values
as ``.A``. Labels, lengths and all other metadata are not in the file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from converters import columns
from converters.dataset import Dataset, Metadata, Variable
from converters.errors import InputError, Problem
from converters.findings import Finding, Severity
from converters.formats import frames
from converters.formats.cases import Rule
from converters.formats.dataset_json_layout import (
    FORMAT_OF_CLOCK,
    Clock,
    clock_number,
    clock_of,
    clock_text,
)
from converters.formats.ibm_float import missing_letter, special_missing
from converters.formats.stream import StreamWriter, write_whole

NUMBER = Rule("csv-number", Severity.ERROR, "refused")
CHARACTER = Rule("csv-character", Severity.ERROR, "refused")

#: A number as tools write it; an identifier such as ``007`` is none.
_PLAIN_NUMBER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,14})?(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_MISSING = re.compile(r"\.[A-Z_]?")
_FIELD = re.compile(rb'("(?:[^"]|"")*"|[^,\r\n"]*)(,|\r\n|\n|\r|\Z)')
#: Bytes in which the header and the first record must end.
_START = 1 << 20


def write_csv(dataset: Dataset, path: str | os.PathLike[str]) -> list[Finding]:
    """Write one dataset; the same inputs give the same bytes.

    Raises:
        OutputError: a number is infinite, or no date where the format says date; a text is no
            Unicode; the columns are not the variables; the file cannot be written.
    """
    return write_whole(CsvWriter(path, dataset.metadata), dataset.frame)


class CsvWriter(StreamWriter):
    """Write CSV in pieces; memory does not grow with the number of rows."""

    def __init__(self, path: str | os.PathLike[str], metadata: Metadata) -> None:
        """Open a file beside ``path`` and write the header.

        Raises:
            OutputError: no file can be written there.
        """
        super().__init__(Path(path), metadata.name, [item.name for item in metadata.variables])
        self._items = metadata.variables
        names = [item.name if item.kind == "Num" else _quoted(item.name) for item in self._items]
        self._cells = [frames.Texts(_quoted_texts) for _ in names]
        self._file.write((",".join(names) + "\n").encode())

    def _write_rows(self, frame: pd.DataFrame) -> None:
        texts = [self._texts(index, frame.iloc[:, index]) for index in range(len(self._items))]
        if not self._refused and texts:
            rows = texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, ",")
            self._file.write(frames.joined_bytes(rows))

    def _finish(self) -> None:
        """Nothing comes after the rows."""

    def _texts(self, index: int, values: pd.Series) -> pa.Array:
        """The text of each row, with the end of the line behind the last column."""
        item = self._items[index]
        number = item.kind == "Num"
        values = frames.of_kind(values, item.name, number, self._rows, self._cases)
        codes: npt.NDArray[Any]
        if number:
            codes, texts = self._number_texts(item, frames.floats(values))
        else:
            codes = self._cells[index].codes(values)
            texts, faults = self._cells[index].made
            known = self._cells[index].values
            frames.add_cases(self._cases, CHARACTER, item.name, self._rows, codes, known, faults)
        end = "\n" if index == len(self._items) - 1 else ""
        missing = "" if number else '""'
        table = pa.array([f"{text}{end}" for text in [*texts, missing]], pa.string())
        return table.take(pa.array(np.where(codes < 0, len(texts), codes)))

    def _number_texts(
        self, item: Variable, numbers: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.int64], list[str]]:
        """Codes and texts; each special missing value is a text of its own."""
        codes, distinct = pd.factorize(numbers)
        texts, faults = _numbers(distinct, clock_of(item))
        frames.add_cases(self._cases, NUMBER, item.name, self._rows, codes, distinct, faults)
        codes = codes.astype(np.int64)
        absent = np.flatnonzero(codes < 0)
        bits, places = np.unique(numbers[absent].view(np.uint64), return_inverse=True)
        letters = [missing_letter(float(word.view(np.float64))) for word in bits]
        codes[absent] = np.array(
            [len(texts) + n if letter else -1 for n, letter in enumerate(letters)], dtype=np.int64
        )[places]
        return codes, texts + [f".{letter}" for letter in letters]


def _quoted_texts(values: list[str]) -> tuple[list[str], dict[int, str]]:
    """The texts in quotes, and what is wrong with which."""
    faults = {n: "half a surrogate pair is no text" for n, v in enumerate(values) if _broken(v)}
    return ["" if n in faults else _quoted(value) for n, value in enumerate(values)], faults


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _numbers(
    values: npt.NDArray[np.float64], clock: Clock | None
) -> tuple[list[str], dict[int, str]]:
    """The texts of distinct numbers, and what is wrong with which."""
    if clock is None and bool(np.isfinite(values).all()):
        return columns.number_texts(values), {}
    made = [_number(value, clock) for value in values.tolist()]
    return [text for text, _ in made], {n: fault for n, (_, fault) in enumerate(made) if fault}


def _number(value: float, clock: Clock | None) -> tuple[str, str]:
    """The text of a number, and what is wrong with it."""
    if not np.isfinite(value):
        return "", "CSV has no infinite numbers"
    if clock:
        text = clock_text(value, clock)
        return (text, "") if text else ("", f"the variable is a {clock}, but this is none")
    return columns.number_text(value), ""


def read_csv(path: str | os.PathLike[str], rows: int | None = None) -> Dataset:
    """The dataset of a CSV file, by the name of the file; ``rows``: only the first ones.

    A variable is numeric if its name in the header (of files whose other names are quoted) or its
    first value is not in quotes and all its values are numbers without leading zeros.

    Raises:
        InputError: the file cannot be read, is not UTF-8, or has rows of another width.
    """
    source = Path(path)
    try:
        with source.open("rb") as stream:
            start = stream.read(_START)
    except OSError as error:
        raise _error(source, f"cannot be read: {error.strerror or error}") from error
    fields = _first_records(source, start)
    names = [_unquoted(field) for field in fields[0]]
    table = _table(source, names, rows)
    quoted = [field.startswith(b'"') for field in fields[0]]
    told = any(quoted) and not all(quoted)
    frame: dict[str, pd.Series] = {}
    variables = []
    for index, name in enumerate(names):
        first = fields[1][index] if index < len(fields[1]) else b""
        in_quotes = quoted[index] if told else quoted[index] and first.startswith(b'"')
        frame[name], variable = _column(name, table.column(index), in_quotes, told)
        variables.append(variable)
    metadata = Metadata(source.stem.upper(), "", "", "", (), tuple(variables))
    return Dataset(metadata, pd.DataFrame(frame, index=pd.RangeIndex(table.num_rows)))


def _error(source: Path, message: str, line: int | None = None) -> InputError:
    return InputError(Problem(str(source), line, None, message))


def _first_records(source: Path, start: bytes) -> list[list[bytes]]:
    """The fields of the header and of the first record, quotes and all."""
    at = 3 if start.startswith(b"\xef\xbb\xbf") else 0
    if not start[at:].strip():
        raise _error(source, "is empty")
    records: list[list[bytes]] = [[], []]
    for record in records:
        while at < len(start):
            found = _FIELD.match(start, at)
            if found is None:
                raise _error(source, "its header or first record is no CSV: quotes do not match")
            record.append(found[1])
            at = found.end()
            if found[2] != b",":
                break
    return records


def _unquoted(field: bytes) -> str:
    text = field.decode("utf-8", "replace").strip()
    return text[1:-1].replace('""', '"') if text.startswith('"') else text


def _table(source: Path, names: list[str], rows: int | None) -> pa.Table:
    if len(set(names)) < len(names) or "" in names:
        raise _error(source, "a column has no name, or two have the same one", 1)
    plain = [str(number) for number in range(len(names))]  # the file's may be odd
    # Without Arrow's threads: a short process under load may abort in them at its end.
    options = {
        "read_options": csv.ReadOptions(
            use_threads=False, column_names=plain, skip_rows_after_names=1
        ),
        "parse_options": csv.ParseOptions(
            newlines_in_values=True, ignore_empty_lines=len(names) > 1
        ),
        "convert_options": csv.ConvertOptions(
            column_types=dict.fromkeys(plain, pa.string()), strings_can_be_null=False
        ),
    }
    try:
        if rows is None:
            return csv.read_csv(source, **options)
        with csv.open_csv(source, **options) as reader:
            return pa.Table.from_batches([reader.read_next_batch()]).slice(0, rows)
    except StopIteration:
        return pa.table({name: pa.array([], pa.string()) for name in plain})
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return pa.table({name: pa.array([], pa.string()) for name in plain})
        reason = str(error).splitlines()[0].removeprefix("CSV parse error: ")
        raise _error(source, f"cannot be read as CSV: {reason}") from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _error(source, f"cannot be read as CSV: {error}") from error


def _column(
    name: str, values: pa.ChunkedArray, in_quotes: bool, told: bool
) -> tuple[pd.Series, Variable]:
    """A column and its variable; ``told``: the header says that it is of numbers."""
    column = frames.from_arrow_text(values)
    held = columns.parts(column).values
    if not in_quotes:
        if held and all(_PLAIN_NUMBER.fullmatch(v) or _MISSING.fullmatch(v) for v in held):
            return _number_column(name, column, None)
        if told and not held:
            return pd.Series(np.full(len(column), np.nan)), Variable(name, "", "Num", "integer", 8)
        clock = _clock(held) if told else None
        if clock or (told and all(_is_number(value) for value in held)):
            return _number_column(name, column, clock)
    size = max((len(value.encode()) for value in held), default=1)
    return column, Variable(name, "", "Char", length=size)


def _is_number(value: str) -> bool:
    return bool(_MISSING.fullmatch(value)) or not np.isnan(columns.parse_number(value))


def _clock(values: Sequence[str]) -> Clock | None:
    """What all values are: dates, times or datetimes; None: something else."""
    moments = [value for value in values if not _MISSING.fullmatch(value)]
    for clock in FORMAT_OF_CLOCK:
        try:
            for value in moments:
                clock_number(value, clock)
        except ValueError:
            continue
        return clock if moments else None
    return None


def _number_column(name: str, column: pd.Series, clock: Clock | None) -> tuple[pd.Series, Variable]:
    codes, values = columns.parts(column)
    numbers = np.array([*(_value(value, clock) for value in values), np.nan])
    present = numbers[np.isfinite(numbers)]
    whole = bool((present == np.trunc(present)).all())
    sas_format = FORMAT_OF_CLOCK[clock] if clock else ""
    variable = Variable(
        name, "", "Num", "integer" if whole else "float", 8, format=sas_format
    )  # fmt: skip
    return pd.Series(numbers[codes]), variable


def _value(text: str, clock: Clock | None) -> float:
    if _MISSING.fullmatch(text):
        return special_missing(text[1]) if len(text) == 2 else float("nan")
    return clock_number(text, clock) if clock else columns.parse_number(text)
