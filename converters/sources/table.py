"""What every reader of raw records shares: the spec, the result, and columns of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from converters.errors import InputError, Problem
from converters.findings import Finding, Severity
from converters.sources.paths import DATASETS, absent, members

#: A column with more distinct values than this, and more than half as many as it has records, gains
#: nothing from a dictionary.
PLAIN_FROM = 100_000


@dataclass(frozen=True)
class Database:
    """A ``table`` (of a ``schema``) or a ``query`` of the database at ``url``.

    ``env`` names the variable of the environment that holds the URL where none is written. The
    files of SQLite stay inside ``folder``.
    """

    folder: Path
    url: str = field(default="", repr=False)
    env: str = ""
    table: str = ""
    query: str = ""
    schema: str | None = None


@dataclass(frozen=True)
class SourceSpec:
    """What ``study.yaml`` says of one source; the caller has checked it against its schema.

    ``paths`` are expanded and sorted. ``format`` is one of ``csv``, ``tsv``, ``xlsx``,
    ``sas7bdat``, ``xpt``, ``parquet``, ``odm``, ``redcap``, or None for the file's extension.
    ``header`` is the 1-based line (CSV) or sheet row (Excel) of the column names. ``missing`` are
    the tokens that mean missing, beside an empty text. ``item_group`` is an ODM item group or form:
    OID or name. ``dictionary``, ``events`` and ``instrument`` are REDCap's. A source that has
    a ``database`` has no ``paths``.
    """

    name: str
    paths: tuple[Path, ...]
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    sheet: str | int | None = None
    header: int = 1
    missing: tuple[str, ...] = ()
    item_group: str | None = None
    dictionary: Path | None = None
    events: Path | None = None
    instrument: str | None = None
    database: Database | None = None

    def files(self) -> list[Path]:
        """Every file that is read for the source."""
        return [*self.paths, *(path for path in (self.dictionary, self.events) if path)]


@dataclass(frozen=True)
class Source:
    """Raw records: a frame of text columns and where each record stands.

    ``frame`` holds the columns asked for in the file's order (categories of str, or plain str where
    nearly every value differs) under a RangeIndex. ``files[file_codes[i]]`` is the file of row i
    and ``records[i]`` its 1-based data record in that file. ``all_columns`` names every column of
    the source, read or not. ``decodes`` gives column -> code -> decode. ``left_out`` counts the
    records of the files that are not of this source, by reason. ``digest`` is the SHA-256 of the
    values where there is no file to take it of.
    """

    name: str
    frame: pd.DataFrame
    files: tuple[str, ...]
    file_codes: npt.NDArray[np.int16]
    records: npt.NDArray[np.int64]
    all_columns: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    decodes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    digest: str = ""


@dataclass(frozen=True)
class Table:
    """What a reader makes of one file: the columns asked for, and the names of all.

    ``kinds`` says of columns what the file has in them (``text``, ``number``, ``date`` ...), where
    the same text may come of different kinds.
    """

    names: tuple[str, ...]
    columns: Mapping[str, pd.Series]
    records: npt.NDArray[np.int64]
    labels: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    decodes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


def refuse(
    path: Path | str, message: str, line: int | None = None, column: int | None = None
) -> InputError:
    """The error that says what is wrong with a file."""
    return InputError(Problem(str(path), line, column, message))


def check_file(path: Path) -> None:
    """Check that the file is there, may be read and holds something.

    Raises:
        InputError: it is absent (naming the nearest file of its folder), a folder, out of bounds
            or empty.
    """
    try:
        if path.is_dir():
            raise refuse(path, _folder(path))
        with path.open("rb") as file:
            if not file.read(1):
                raise refuse(path, "the file is empty (0 bytes)")
    except FileNotFoundError:
        raise refuse(path, absent(path)) from None
    except PermissionError:
        raise refuse(path, "permission to read the file is denied") from None
    except OSError as error:
        raise refuse(path, f"the file cannot be read: {error.strerror or error}") from None


def _folder(path: Path) -> str:
    if members(path)[0]:
        return "is a folder, and a file was expected"
    return f"the folder holds no dataset file ({' '.join(DATASETS)})"


def check_names(path: Path | str, names: Sequence[str], line: int | None = None) -> None:
    """Check that every column has a name of its own.

    Raises:
        InputError: names are empty or used twice; all of them are listed.
    """
    problems = []
    empty = [str(i + 1) for i, name in enumerate(names) if not name]
    if empty:
        problems.append(f"no name in the header for column {', '.join(empty)} of {len(names)}")
    for name, count in Counter(names).items():
        if name and count > 1:
            where = ", ".join(str(i + 1) for i, item in enumerate(names) if item == name)
            problems.append(f"column name '{name}' is used {count} times (columns {where})")
    if problems:
        raise InputError(*(Problem(str(path), line, None, item) for item in problems))


def wanted(names: Iterable[str], columns: Collection[str] | None) -> list[str]:
    """The names to be read, in the file's order; names that the file does not have are left out."""
    return [name for name in names if columns is None or name in columns]


def empty_source(path: Path | str) -> Finding:
    """The finding for a file or table that has columns and no record."""
    message = "there are column names and no data record"
    return Finding("empty-source", Severity.WARNING, message, file=str(path))


def text_column(values: Any, missing: Collection[str]) -> pd.Series:
    """A text column from Arrow strings (plain or dictionary) or from an iterable of str and None.

    A value that is nothing but white space, or a token of ``missing`` with or without white space
    around it, is missing; every other value stays exactly as it is.
    """
    if not isinstance(values, pa.Array | pa.ChunkedArray):
        values = pa.array(values, type=pa.string())
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    if isinstance(values, pa.ChunkedArray):
        values = values.unify_dictionaries().combine_chunks()
    codes = values.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return _encoded(codes, values.dictionary, missing)


def _encoded(codes: npt.NDArray[Any], dictionary: pa.Array, missing: Collection[str]) -> pd.Series:
    tokens = pa.array(sorted({"", *(token.strip() for token in missing)}), pa.string())
    kept = pc.invert(pc.is_in(pc.utf8_trim_whitespace(dictionary), value_set=tokens))
    keep = kept.to_numpy(zero_copy_only=False)
    if not keep.all():
        # The appended -1 is what code -1 picks.
        renumber = np.append(np.where(keep, np.cumsum(keep) - 1, -1), -1)
        codes, dictionary = renumber[codes], dictionary.filter(kept)
    categories = pd.Index(pd.array(dictionary, dtype="str"))
    if len(categories) > PLAIN_FROM and len(codes) < 2 * len(categories):
        return pd.Series(categories.array.take(codes, allow_fill=True))
    return pd.Series(
        pd.Categorical.from_codes(codes.astype(np.int32), categories=categories, validate=False)
    )
