"""Write a Dataset as Dataset-JSON 1.1: JSON, NDJSON or compressed (DSJC), in bounded pieces.

Each distinct value becomes JSON text once; the rows are joined from those texts column by column.
"""

from __future__ import annotations

import json
import os
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from converters import columns
from converters.dataset import Dataset, Metadata
from converters.findings import Finding, Severity
from converters.formats import frames
from converters.formats.cases import Rule
from converters.formats.dataset_json_layout import (
    Column,
    DatasetJsonHeader,
    clock_text,
    column_of,
)
from converters.formats.ibm_float import missing_letter
from converters.formats.stream import StreamWriter, write_whole

#: The extensions and what they stand for.
EXTENSIONS = (".json", ".ndjson", ".dsjc")

NUMBER = Rule("json-number", Severity.ERROR, "refused")
SPECIAL_MISSING = Rule("json-special-missing", Severity.WARNING, "told")

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_ASCII_ENCODER = json.JSONEncoder(allow_nan=False)
#: Room for the number of records when it is not known before they are written.
_COUNT = 15


def write_dataset_json(
    dataset: Dataset,
    path: str | os.PathLike[str],
    *,
    created: datetime | None = None,
    header: DatasetJsonHeader | None = None,
) -> list[Finding]:
    """Write one dataset; ``.json``, ``.ndjson`` or ``.dsjc`` by the extension of ``path``.

    ``created`` is the time that the file bears; ``header``, as ``read_dataset_json_file`` gives
    it, replaces it and brings identifiers. Returns a warning for each special missing value, which
    Dataset-JSON cannot tell from others.

    Raises:
        OutputError: a number is infinite, not whole in an integer variable, or no date where the
            format says date; the columns are not the variables; the file cannot be written.
        TypeError: neither ``created`` nor ``header`` is given.
        ValueError: the extension is another.
    """
    writer = DatasetJsonWriter(
        path, dataset.metadata, created=created, header=header, records=len(dataset.frame)
    )
    return write_whole(writer, dataset.frame)


class DatasetJsonWriter(StreamWriter):
    """Write Dataset-JSON in pieces; memory does not grow with the number of rows.

    The arguments are those of ``write_dataset_json``. ``records`` is the number of rows to come;
    only ``.dsjc`` needs it, elsewhere it is filled in at the end. The file appears under its name
    only when it is complete.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        metadata: Metadata,
        *,
        created: datetime | None = None,
        header: DatasetJsonHeader | None = None,
        records: int | None = None,
    ) -> None:
        """Open a file beside ``path`` and write what comes before the rows."""
        if header is None:
            if created is None:
                raise TypeError("created or header is needed: Dataset-JSON bears its time")
            header = DatasetJsonHeader(created.isoformat(timespec="seconds"))
        extension = Path(path).suffix.lower()
        if extension not in EXTENSIONS:
            raise ValueError(f"extension {extension!r}, expected one of {', '.join(EXTENSIONS)}")
        if extension == ".dsjc" and records is None:
            raise TypeError("records is needed for .dsjc: compressed bytes cannot be patched")
        super().__init__(Path(path), metadata.name, [item.name for item in metadata.variables])
        self._lines = extension != ".json"
        self._deflate = zlib.compressobj() if extension == ".dsjc" else None
        self._columns = [column_of(item, metadata, header) for item in metadata.variables]
        self._cells = [self._made(index) for index in range(len(self._columns))]
        self._expected = records
        before, after = _attributes(metadata, header, self._columns)
        self._count_at = len(before)
        count = str(records) if records is not None else " " * _COUNT
        self._put(before + count.encode() + after + (b"}\n" if self._lines else b',"rows":['))

    def _finish(self) -> None:
        if self._expected not in (None, self._rows):
            self.abort()
            raise ValueError(f"{self._rows} rows were written, {self._expected} were announced")
        if not self._lines:
            self._put(b"\n]}\n" if self._rows else b"]}\n")
        if self._deflate:
            self._file.write(self._deflate.flush())
        if self._expected is None:
            self._file.patch(self._count_at, f"{self._rows:>{_COUNT}}".encode())

    def _put(self, data: bytes) -> None:
        self._file.write(self._deflate.compress(data) if self._deflate else data)

    def _write_rows(self, frame: pd.DataFrame) -> None:
        texts = [self._texts(index, frame.iloc[:, index]) for index in range(len(self._columns))]
        if not self._cases.refused():
            rows = texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, ",")
            data = frames.joined_bytes(rows)
            first = not self._lines and self._rows == 0
            self._put(data[1:] if first else data)

    def _made(self, index: int) -> frames.Texts[pa.Array]:
        return frames.Texts(lambda values: self._table(index, list(map(_string, values))))

    def _table(self, index: int, texts: list[str]) -> pa.Array:
        """The texts of a column with what comes before and after; null is the last."""
        opening, closing = ("[", "]\n") if self._lines else (",\n[", "]")
        before = opening if index == 0 else ""
        after = closing if index == len(self._columns) - 1 else ""
        return pa.array([f"{before}{text}{after}" for text in [*texts, "null"]], pa.string())

    def _texts(self, index: int, values: pd.Series) -> pa.Array:
        """The JSON text of each row."""
        column = self._columns[index]
        values = frames.of_kind(values, column.name, column.number, self._rows, self._cases)
        if column.number:
            codes, texts = self._number_texts(column, values)
            table = self._table(index, texts)
        else:
            codes = self._cells[index].codes(values)
            table = self._cells[index].made
        return table.take(pa.array(np.where(codes < 0, len(table) - 1, codes)))

    def _number_texts(
        self, column: Column, values: pd.Series
    ) -> tuple[npt.NDArray[Any], list[str]]:
        numbers = frames.floats(values)
        codes, distinct = pd.factorize(numbers)
        texts, faults = _numbers(distinct, column)
        frames.add_cases(self._cases, NUMBER, column.name, self._rows, codes, distinct, faults)
        self._tell_special_missing(column, numbers[codes < 0])
        return codes, texts

    def _tell_special_missing(self, column: Column, missing: npt.NDArray[np.float64]) -> None:
        for bits, count in zip(
            *np.unique(missing.view(np.uint64), return_counts=True), strict=True
        ):
            letter = missing_letter(float(np.uint64(bits).view(np.float64)))
            if letter:
                message = "a special missing value is written as null"
                self._cases.add(
                    SPECIAL_MISSING,
                    message,
                    variable=column.name,
                    value=f".{letter}",
                    count=int(count),
                )


def _numbers(values: npt.NDArray[np.float64], column: Column) -> tuple[list[str], dict[int, str]]:
    """The JSON texts of distinct numbers, and what is wrong with which."""
    plain = column.data_type in ("float", "double") or (
        column.data_type == "integer" and bool((values % 1 == 0).all())
    )
    if plain and not column.clock and bool(np.isfinite(values).all()):
        return columns.number_texts(values), {}
    made = [_number(value, column) for value in values.tolist()]
    return [text for text, _ in made], {n: fault for n, (_, fault) in enumerate(made) if fault}


def _number(value: float, column: Column) -> tuple[str, str]:
    """The JSON text of a number, and what is wrong with it."""
    if not np.isfinite(value):
        return "null", "JSON has no infinite numbers"
    if column.clock:
        text = clock_text(value, column.clock)
        if text is None:
            return "null", f"the variable is a {column.clock}, but this is none"
        return f'"{text}"', ""
    if column.data_type == "integer" and value % 1:
        return "null", "the variable is an integer, but this is not whole"
    if column.data_type == "boolean":
        if value not in (0, 1):
            return "null", "the variable is a boolean, but this is neither 0 nor 1"
        return ("true" if value else "false"), ""
    text = columns.number_text(value)
    return (f'"{text}"' if column.data_type == "decimal" else text), ""


def _string(value: str) -> str:
    text = _ENCODER.encode(value)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: only its escape can be written
        return _ASCII_ENCODER.encode(value)
    return text


def _attributes(
    metadata: Metadata, header: DatasetJsonHeader, items: list[Column]
) -> tuple[bytes, bytes]:
    """The attributes before and after the number of records, the object still open."""
    system = header.source_system
    before = {
        "datasetJSONCreationDateTime": header.created,
        "datasetJSONVersion": header.version,
        "fileOID": header.file_oid,
        "dbLastModifiedDateTime": header.last_modified,
        "originator": header.originator,
        "sourceSystem": {"name": system[0], "version": system[1]} if system else None,
        "studyOID": header.study_oid,
        "metaDataVersionOID": header.metadata_version_oid,
        "metaDataRef": header.metadata_ref,
        "itemGroupOID": header.item_group_oid or f"IG.{metadata.name}",
    }
    after = {
        "name": metadata.name,
        "label": metadata.label,
        "columns": [item.as_json() for item in items],
    }
    first = _ENCODER.encode({name: value for name, value in before.items() if value})
    return (first[:-1] + ',"records":').encode(), ("," + _ENCODER.encode(after)[1:-1]).encode()
