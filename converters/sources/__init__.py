"""Raw records in: every format gives a frame of text, and the file and number of each record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from converters.columns import concat
from converters.errors import InputError, Problem, nearest
from converters.sources import delimited, excel, odm, parquet, redcap, sas
from converters.sources.decodes import with_coded, with_decodes
from converters.sources.table import Source, SourceSpec, Table, check_file, refuse

__all__ = ["Source", "SourceSpec", "read_columns", "read_source"]

_Read = Callable[[Path, SourceSpec, Collection[str] | None], Table]
_Names = Callable[[Path, SourceSpec], list[str]]
_READERS: dict[str, tuple[_Read, _Names]] = {
    "csv": (delimited.read, delimited.names),
    "tsv": (delimited.read, delimited.names),
    "xlsx": (excel.read, excel.names),
    "sas7bdat": (sas.read, sas.names),
    "xpt": (sas.read, sas.names),
    "parquet": (parquet.read, parquet.names),
    "redcap": (redcap.read, redcap.names),
}
_EXTENSIONS = {
    ".csv": "csv",
    ".txt": "csv",
    ".dat": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xlsx",  # refused there, with what to do
    ".sas7bdat": "sas7bdat",
    ".xpt": "xpt",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xml": "odm",
    ".odm": "odm",
}
_FORMATS = (*dict.fromkeys(_EXTENSIONS.values()), "redcap")


def read_source(spec: SourceSpec, columns: Collection[str] | None = None) -> Source:
    """The records of a source as text, its files one after another.

    Only ``columns`` are decoded into the frame (None: all; names that the source does not have are
    ignored). What the codes of a column mean is in ``<column>_DECODE``, made only if asked for.
    Every value stays as it is written; one that is empty, nothing but white space, or a token of
    ``spec.missing`` with or without white space around it, is missing.

    Raises:
        InputError: a file is absent, damaged, or not what the spec says; the files' problems are
            reported together.
        SpecError: the spec names an unknown encoding or an impossible delimiter.
    """
    return with_decodes(_read(spec, with_coded(columns)), columns)


def _read(spec: SourceSpec, columns: Collection[str] | None) -> Source:
    if _formats(spec) == {"odm"}:
        return odm.read(spec, columns)
    tables = _each(spec, lambda path: _reader(spec, path)[0](path, spec, columns))
    _check_same_columns(spec, tables)
    first = tables[0]
    rows = [len(table.records) for table in tables]
    frame = {name: concat([table.columns[name] for table in tables]) for name in first.columns}
    return Source(
        spec.name,
        pd.DataFrame(frame, index=pd.RangeIndex(sum(rows))),
        tuple(str(path) for path in spec.paths),
        np.repeat(np.arange(len(tables), dtype=np.int16), rows),
        np.concatenate([table.records for table in tables]).astype(np.int64),
        first.names,
        {name: label for table in reversed(tables) for name, label in table.labels.items()},
        first.decodes,
        tuple(finding for table in tables for finding in table.findings),
        _added(table.left_out for table in tables),
    )


def read_columns(spec: SourceSpec) -> list[str]:
    """The column names of a source, from the header of its first file, decodes included.

    Raises:
        InputError: the file is absent, damaged, or not what the spec says.
    """
    if _formats(spec) == {"odm"}:
        return odm.names(spec)
    path = spec.paths[0]
    check_file(path)
    return _reader(spec, path)[1](path, spec)


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total)


def _each(spec: SourceSpec, read: Callable[[Path], Table]) -> list[Table]:
    """Each file's table; the problems of all files at once."""
    tables: list[Table] = []
    problems: list[Problem] = []
    for path in spec.paths:
        try:
            check_file(path)
            tables.append(read(path))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    return tables


def _formats(spec: SourceSpec) -> set[str]:
    if not spec.paths:
        raise InputError(f"source '{spec.name}': there is no file")
    formats = {_format(spec, path) for path in spec.paths}
    if "odm" in formats and len(formats) > 1:
        raise InputError(f"source '{spec.name}': ODM files and others cannot make one source")
    return formats


def _format(spec: SourceSpec, path: Path) -> str:
    known = ", ".join(_FORMATS)
    if spec.format is not None:
        if spec.format in _FORMATS:
            return spec.format
        near = nearest(spec.format, _FORMATS)
        raise refuse(path, f"unknown format '{spec.format}'{near}; known are {known}")
    found = _EXTENSIONS.get(path.suffix.lower())
    if found is None:
        check_file(path)
        near = nearest(path.suffix.lower(), _EXTENSIONS)
        message = f"the extension '{path.suffix}' tells no format{near}; declare one of {known}"
        raise refuse(path, message)
    return found


def _reader(spec: SourceSpec, path: Path) -> tuple[_Read, _Names]:
    return _READERS[_format(spec, path)]


def _check_same_columns(spec: SourceSpec, tables: Sequence[Table]) -> None:
    first = tables[0].names
    problems = []
    for path, table in zip(spec.paths[1:], tables[1:], strict=True):
        lacks = [name for name in first if name not in table.names]
        adds = [name for name in table.names if name not in first]
        words = [f"lacks {', '.join(lacks)}"] if lacks else []
        words += [f"adds {', '.join(adds)}"] if adds else []
        if words:
            message = f"other columns than {spec.paths[0].name}: {'; '.join(words)}"
            problems.append(Problem(str(path), None, None, message))
    if problems:
        raise InputError(*problems)
