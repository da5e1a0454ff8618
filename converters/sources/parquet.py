"""Parquet: columns of any type, as the text that says their value exactly."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from converters.columns import number_text
from converters.sources.table import (
    SourceSpec,
    Table,
    check_names,
    empty_source,
    refuse,
    text_column,
    wanted,
)


def read(path: Path, spec: SourceSpec, columns: Collection[str] | None) -> Table:
    """The records of a Parquet file.

    Numbers become their shortest text (decimals keep their digits), booleans TRUE and FALSE, dates
    and times ISO 8601, lists and structures JSON; a time stamp always has its time.

    Raises:
        InputError: the file is damaged, or has no usable column names.
    """
    schema = _schema(path)
    every = tuple(schema.names)
    names = wanted(every, columns)
    try:
        with pq.ParquetFile(path) as file:
            table = file.read(columns=names)
            rows = file.metadata.num_rows
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise refuse(path, f"damaged or unsupported Parquet file: {error}") from None
    series = {name: text_column(_text(table.column(name)), spec.missing) for name in names}
    findings = () if rows else (empty_source(path),)
    return Table(every, series, np.arange(1, rows + 1), _labels(schema), findings)


def names(path: Path, spec: SourceSpec) -> list[str]:
    """The column names of a Parquet file."""
    return list(_schema(path).names)


def _schema(path: Path) -> pa.Schema:
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise refuse(path, f"not a Parquet file, or damaged: {error}") from None
    check_names(path, schema.names)
    return schema


def _labels(schema: pa.Schema) -> dict[str, str]:
    labels = {}
    for item in schema:
        metadata = {key.lower(): value for key, value in (item.metadata or {}).items()}
        if metadata.get(b"label"):
            labels[item.name] = metadata[b"label"].decode("utf-8", errors="replace")
    return labels


def _text(column: pa.ChunkedArray) -> Any:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column.cast(pa.string()) if column.type != pa.string() else column
    if pa.types.is_nested(kind):
        return [_value(value) for value in column.to_pylist()]
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    column = column.unify_dictionaries()
    if not column.num_chunks:
        return []
    values = [_value(value) for value in column.chunk(0).dictionary.to_pylist()]
    dictionary = pa.array(values, pa.string())
    # Two values may share a text (-0.0 and 0): decoded, then encoded again.
    return pa.chunked_array([dictionary.take(chunk.indices) for chunk in column.chunks])


def _value(value: Any) -> str | None:
    if value is None or value != value:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return number_text(value) if np.isfinite(value) else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return number_text(value.total_seconds())
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=_value)
    return str(value)
