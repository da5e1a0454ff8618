"""Read and write a Dataset as Parquet; its metadata lie in the Arrow schema, so none are lost.

Texts are dictionary-encoded strings, numbers float64; a missing value is null, except a special
missing value, which stays a NaN with its letter. Each field says its ``label`` for other tools.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from converters import columns
from converters.dataset import Dataset, Metadata, Variable
from converters.errors import InputError, Problem
from converters.findings import Finding
from converters.formats import frames, metadata_json
from converters.formats.ibm_float import special_missing
from converters.formats.stream import StreamWriter, write_whole

T = TypeVar("T")

_KEY = b"cdisc-converters"
_TEXT = pa.dictionary(pa.int32(), pa.string())
_DAYS_TO_1970 = 3653
_SPECIAL = np.array([special_missing(letter) for letter in "_ABCDEFGHIJKLMNOPQRSTUVWXYZ"])


def write_parquet(dataset: Dataset, path: str | os.PathLike[str]) -> list[Finding]:
    """Write one dataset (without its trace); the same inputs give the same bytes.

    Returns nothing to tell: Parquet holds all that a Dataset can.

    Raises:
        OutputError: the columns are not the variables, one holds the other kind, or the file
            cannot be written. Whatever was at ``path`` is then still there.
    """
    return write_whole(ParquetWriter(path, dataset.metadata), dataset.frame)


class ParquetWriter(StreamWriter):
    """Write Parquet in pieces, one or more row groups each; the file appears when complete."""

    #: Rows of a row group.
    CHUNK = 262_144

    def __init__(self, path: str | os.PathLike[str], metadata: Metadata) -> None:
        """Open a file beside ``path``.

        Raises:
            OutputError: no file can be written there.
        """
        super().__init__(Path(path), metadata.name, [item.name for item in metadata.variables])
        self._metadata = metadata
        self._schema = _schema(metadata)
        texts = [item.name for item in metadata.variables if item.kind == "Char"]
        self._writer: pq.ParquetWriter = None
        with self._told():
            self._writer = pq.ParquetWriter(
                self._file.stream,
                self._schema,
                compression="zstd",
                # A dictionary of numbers would take all NaN for the same.
                use_dictionary=texts,
                write_page_checksum=True,
            )

    def _write_rows(self, frame: pd.DataFrame) -> None:
        arrays = [
            self._array(item, frame.iloc[:, index])
            for index, item in enumerate(self._metadata.variables)
        ]
        with self._told():
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))

    def _finish(self) -> None:
        with self._told():
            self._writer.close()

    def abort(self) -> None:
        """Leave no unfinished file behind; nothing happens after ``close``."""
        if self._writer is not None:
            with suppress(OSError, ValueError, pa.ArrowException):
                self._writer.close()
        super().abort()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.abort()
            raise self._file.failed(error) from error

    def _array(self, item: Variable, column: pd.Series) -> pa.Array:
        number = item.kind == "Num"
        column = frames.of_kind(column, item.name, number, self._rows, self._cases)
        if number:
            values = frames.floats(column)
            bits = values.view(np.uint64)
            ordinary = np.isnan(values) & ~np.isin(bits, _SPECIAL.view(np.uint64))
            return pa.array(values, mask=ordinary)
        codes, distinct = frames.text_parts(column)
        return pa.DictionaryArray.from_arrays(
            pa.array(codes, mask=codes < 0), pa.array(distinct, pa.string())
        )


def _schema(metadata: Metadata) -> pa.Schema:
    fields = [
        pa.field(
            item.name,
            _TEXT if item.kind == "Char" else pa.float64(),
            metadata={b"label": item.label.encode(), _KEY: _dump(item)},
        )
        for item in metadata.variables
    ]
    about = replace(metadata, variables=())
    return pa.schema(fields, metadata={b"label": metadata.label.encode(), _KEY: _dump(about)})


def _dump(value: Any) -> bytes:
    return json.dumps(metadata_json.to_json(value), ensure_ascii=False).encode()


def read_parquet(path: str | os.PathLike[str], rows: int | None = None) -> Dataset:
    """The dataset of a Parquet file, with all metadata when this library wrote it.

    ``rows``: only the first ones.

    From other files come names, labels (field metadata ``label``) and kinds; dates and timestamps
    become SAS numbers with a format, and the dataset has the name of the file.

    Raises:
        InputError: the file cannot be read, is no Parquet file or is damaged, or a column is
            neither text nor number nor date.
    """
    source = Path(path)
    try:
        with pq.ParquetFile(source, page_checksum_verification=True) as file:
            return _dataset(source, file, rows)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise _error(source, f"cannot be read as Parquet: {reason}") from error


def _error(source: Path, message: str) -> InputError:
    return InputError(Problem(str(source), None, None, message))


def _dataset(source: Path, file: pq.ParquetFile, rows: int | None) -> Dataset:
    schema = file.schema_arrow
    if len(set(schema.names)) < len(schema.names):
        raise _error(source, "two columns have the same name")
    frame: dict[str, pd.Series] = {}
    variables = []
    for item in schema:
        values = _values(file, item.name, rows)
        values.validate(full=True)
        if pa.types.is_null(values.type):  # other tools write so what has no value at all
            values = values.cast(pa.string())
        column, variable = _column(source, item, values)
        frame[item.name] = column
        variables.append(variable)
    about = _own(source, schema.metadata, Metadata)
    if about is None:
        label = _label(schema.metadata)
        about = Metadata(source.stem.upper(), label, "", "", (), ())
    count = file.metadata.num_rows if rows is None else min(rows, file.metadata.num_rows)
    table = pd.DataFrame(frame, index=pd.RangeIndex(count))
    return Dataset(replace(about, variables=tuple(variables)), table)


def _values(file: pq.ParquetFile, name: str, rows: int | None) -> pa.ChunkedArray:
    if rows is None:
        return file.read(columns=[name]).column(0)
    if not rows or not file.num_row_groups:
        return file.schema_arrow.empty_table().column(name)
    batch = next(file.iter_batches(rows, columns=[name]), None)
    if batch is None:
        raise pa.ArrowInvalid("it says that it has rows, and holds none")
    return pa.Table.from_batches([batch]).column(0)


def count_rows(path: str | os.PathLike[str]) -> int:
    """The number of rows that a Parquet file states."""
    return int(pq.read_metadata(path).num_rows)


def _own(source: Path, metadata: dict[bytes, bytes] | None, kind: type[T]) -> T | None:
    """What this library wrote into a schema or field; None where another tool wrote it."""
    data = (metadata or {}).get(_KEY)
    if data is None:
        return None
    try:
        return metadata_json.from_json(kind, json.loads(data))
    except ValueError as error:
        raise _error(source, f"its metadata are damaged or of another version: {error}") from error


def _label(metadata: dict[bytes, bytes] | None) -> str:
    return (metadata or {}).get(b"label", b"").decode(errors="replace")


def _column(source: Path, item: pa.Field, values: pa.ChunkedArray) -> tuple[pd.Series, Variable]:
    """A column and its variable."""
    own = _own(source, item.metadata, Variable)
    kind = values.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if own is not None and (own.name != item.name or (own.kind == "Char") != text):
        raise _error(source, f"column {item.name} and its metadata do not agree")
    if text:
        column = frames.from_arrow_text(values)
        held = columns.parts(column).values
        size = max((len(value.encode()) for value in held), default=1)
        return column, own or Variable(item.name, _label(item.metadata), "Char", length=size)
    numbers, sas_format = _numbers(source, item.name, values)
    column = pd.Series(numbers)
    present = numbers[~np.isnan(numbers)]
    whole = bool((present == np.trunc(present)).all())
    return column, own or Variable(
        item.name,
        _label(item.metadata),
        "Num",
        "integer" if whole else "float",
        8,
        format=sas_format,
    )


def _numbers(
    source: Path, name: str, values: pa.ChunkedArray
) -> tuple[npt.NDArray[np.float64], str]:
    """The values as SAS numbers, and the format that shows them."""
    kind = values.type
    sas_format = ""
    if pa.types.is_date(kind):
        values, sas_format = values.cast(pa.date32()).cast(pa.int32()), "DATE9."
    elif pa.types.is_timestamp(kind):
        values, sas_format = values.cast(pa.timestamp("us")).cast(pa.int64()), "DATETIME20."
    elif pa.types.is_boolean(kind):
        values = values.cast(pa.int8())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise _error(source, f"column {name} is of type {kind}: neither text, number nor date")
    missing = values.is_null().to_numpy()
    numbers = np.array(values.fill_null(0).to_numpy(), dtype=np.float64)
    if sas_format == "DATE9.":
        numbers += _DAYS_TO_1970
    elif sas_format == "DATETIME20.":
        numbers = numbers / 1_000_000 + 86_400 * _DAYS_TO_1970
    numbers[missing] = np.nan
    return numbers, sas_format
