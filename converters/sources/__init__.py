"""Raw records in: every format gives a frame of text, and the file and number of each record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from converters.columns import concat
from converters.errors import InputError, Problem, nearest
from converters.findings import Finding, Severity
from converters.sources import database, delimited, excel, odm, parquet, redcap, sas
from converters.sources.decodes import with_coded, with_decodes
from converters.sources.paths import EXTENSIONS
from converters.sources.table import Database, Source, SourceSpec, Table, check_file, refuse

__all__ = ["Database", "Source", "SourceSpec", "read_columns", "read_source"]

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
#: Readers of a whole source, which is more than its files one after another.
_WHOLE = {"odm": (odm.read, odm.names), "database": (database.read, database.names)}
_FORMATS = (*dict.fromkeys(EXTENSIONS.values()), "redcap")


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
    whole = _WHOLE.get(_kind(spec))
    if whole:
        return whole[0](spec, columns)
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
        (*(item for table in tables for item in table.findings), *_other_kinds(spec, tables)),
        _added(table.left_out for table in tables),
    )


def read_columns(spec: SourceSpec) -> list[str]:
    """The column names of a source, from the header of its first file, decodes included.

    Raises:
        InputError: the file is absent, damaged, or not what the spec says.
    """
    whole = _WHOLE.get(_kind(spec))
    if whole:
        return whole[1](spec)
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


def _kind(spec: SourceSpec) -> str:
    """``database``, or the format of the files (the first one's, where several go together)."""
    if spec.database:
        return "database"
    if not spec.paths:
        raise InputError(f"source '{spec.name}': there is no file")
    formats = [_format(spec, path) for path in spec.paths]
    if "odm" in formats and len(set(formats)) > 1:
        raise InputError(f"source '{spec.name}': ODM files and others cannot make one source")
    return formats[0]


def _format(spec: SourceSpec, path: Path) -> str:
    known = ", ".join(_FORMATS)
    if spec.format is not None:
        if spec.format in _FORMATS:
            return spec.format
        near = nearest(spec.format, _FORMATS)
        raise refuse(path, f"unknown format '{spec.format}'{near}; known are {known}")
    found = EXTENSIONS.get(path.suffix.lower())
    if found is None:
        check_file(path)
        near = nearest(path.suffix.lower(), EXTENSIONS)
        message = f"the extension '{path.suffix}' tells no format{near}; declare one of {known}"
        raise refuse(path, message)
    return found


def _reader(spec: SourceSpec, path: Path) -> tuple[_Read, _Names]:
    return _READERS[_format(spec, path)]


def _check_same_columns(spec: SourceSpec, tables: Sequence[Table]) -> None:
    first = tables[0].names
    problems = []
    for path, table in zip(spec.paths[1:], tables[1:], strict=True):
        adds = [name for name in table.names if name not in first]
        lacks = [name + nearest(name, adds) for name in first if name not in table.names]
        words = [f"lacks {', '.join(lacks)}"] if lacks else []
        words += [f"adds {', '.join(adds)}"] if adds else []
        if words:
            message = f"other columns than {spec.paths[0].name}: {'; '.join(words)}"
            problems.append(Problem(str(path), None, None, message))
    if problems:
        raise InputError(*problems)


def _other_kinds(spec: SourceSpec, tables: Sequence[Table]) -> Iterator[Finding]:
    """Columns that hold a date or number in one file and something else in another."""
    first = tables[0]
    for path, table in zip(spec.paths[1:], tables[1:], strict=True):
        for name, kind in table.kinds.items():
            before = first.kinds.get(name, kind)
            if kind != before:
                message = f"{name} is {kind} here, and {before} in {spec.paths[0].name}"
                yield Finding(
                    "column-kinds-differ", Severity.WARNING, message, variable=name, file=str(path)
                )
