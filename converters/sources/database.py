"""A table or a query of a database, read through SQLAlchemy and never written to."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from converters import columns as text_columns
from converters.columns import number_text
from converters.errors import InputError, nearest
from converters.sources.sql import url_problem
from converters.sources.table import (
    Database,
    Source,
    SourceSpec,
    check_file,
    check_names,
    empty_source,
    refuse,
    text_column,
    wanted,
)

_CHUNK = 20_000  # records fetched in one go
_SHOWN = 20  # tables named in a message
_SECONDS = 15  # to wait for a server
_HAS_TIMEOUT = ("psycopg", "psycopg2", "pymysql", "mysqldb")
_BINARY = (bytes, bytearray, memoryview)
_SECRET = re.compile("pass|pwd|secret|token|key", re.IGNORECASE)
_NO_URL = "the URL of the database cannot be understood; @ : / in a password are %40 %3A %2F"

#: What begins a transaction that only reads, in which time stamps are those of UTC.
_READ_ONLY = {
    "postgresql": ("SET TRANSACTION READ ONLY", "SET LOCAL TIME ZONE 'UTC'"),
    "mysql": ("SET time_zone = '+00:00'", "START TRANSACTION READ ONLY"),
    "mariadb": ("SET time_zone = '+00:00'", "START TRANSACTION READ ONLY"),
    "oracle": ("SET TRANSACTION READ ONLY",),
}


@dataclass(frozen=True)
class _Records:
    """A table or query: its columns, those of its primary key, and how some of them are asked."""

    shown: str
    connection: Any
    spec: Database
    names: list[str]
    key: list[str]

    def rows(self, names: Sequence[str]) -> Iterator[Sequence[Any]]:
        """The records in chunks, in the order of the primary key if there is one."""
        if self.spec.query:
            result = _run_query(self.connection, self.spec.query)
        else:
            import sqlalchemy as sa

            table = sa.table(self.spec.table, schema=self.spec.schema)
            select: Any = sa.select(*map(sa.column, names)).select_from(table)
            result = self.connection.execution_options(stream_results=True).execute(
                select.order_by(*map(sa.column, self.key))
            )
        yield from result.partitions(_CHUNK)


def read(spec: SourceSpec, columns: Collection[str] | None) -> Source:
    """The records of ``spec.database``, numbered in the order of its primary key.

    A view, a query or a table without a key is put in the order of all its columns. Values become
    text: whole numbers without a point, decimals with their digits, dates and times ISO 8601,
    booleans TRUE and FALSE, structures JSON; blanks at the end of a text are left out.

    Raises:
        InputError: the database cannot be reached, has no such table, refuses the query, or a
            column that is asked for holds bytes. No message holds a password.
    """
    with _opened(spec) as records:
        asked = wanted(records.names, columns)
        read_too = asked if records.key else records.names
        fetched = read_too or records.names[:1]
        series = _series(records, fetched, asked, spec.missing)
    rows = len(series[fetched[0]])
    if not records.key:
        place = [text_columns.ranks(series[name], plain=True)[0] for name in reversed(fetched)]
        order = np.lexsort(place)
        series = {name: text_columns.take(series[name], order) for name in asked}
    frame = {name: series[name] for name in asked}
    return Source(
        spec.name,
        pd.DataFrame(frame, index=pd.RangeIndex(rows)),
        (records.shown,),
        np.zeros(rows, dtype=np.int16),
        np.arange(1, rows + 1, dtype=np.int64),
        tuple(records.names),
        findings=() if rows else (empty_source(records.shown),),
        digest=_digest(frame),
    )


def names(spec: SourceSpec) -> list[str]:
    """The column names of the table or query."""
    with _opened(spec) as records:
        return records.names


@contextmanager
def _opened(spec: SourceSpec) -> Iterator[_Records]:
    """The records of a source while its database is connected.

    Raises:
        InputError: also for all that goes wrong while they are read.
    """
    try:
        import sqlalchemy as sa
    except ImportError:
        message = "databases are read by SQLAlchemy: pip install 'cdisc-converters[sql]'"
        raise InputError(f"source '{spec.name}': {message}") from None
    database = spec.database
    assert database is not None  # noqa: S101 - the caller has looked
    url = _url(spec.name, database)
    shown = _shown(database, url)
    engine = _engine(shown, database, url)
    words = "the database cannot be reached"
    try:
        with engine.connect() as connection:
            words = "the database refuses"
            for statement in _READ_ONLY.get(engine.dialect.name, ()):
                connection.exec_driver_sql(statement)
            yield _records(connection, database, shown)
    except (sa.exc.SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        raise refuse(shown, f"{words}: {_without_secrets(error, url)}") from None
    finally:
        engine.dispose()


def _url(name: str, database: Database) -> Any:
    import sqlalchemy as sa

    written = os.environ.get(database.env, "") if database.env else database.url
    if not written:
        message = f"the variable {database.env} of the environment, the database's URL, is not set"
        raise InputError(f"source '{name}': {message}")
    problem = url_problem(written)
    if problem:
        raise InputError(f"source '{name}': the URL {problem}")
    try:
        url = sa.make_url(written)
    except (sa.exc.SQLAlchemyError, ValueError):
        raise InputError(f"source '{name}': {_NO_URL}") from None
    if url.get_backend_name() != "sqlite" and "@" in (url.database or ""):
        raise InputError(f"source '{name}': {_NO_URL}")
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _shown(database: Database, url: Any) -> str:
    """What a table or query is called in messages, trace and manifest."""
    table = f"{database.schema}.{database.table}" if database.schema else database.table
    what = f"table {table}" if table else "query"
    return f"{what} of {url.database or url.get_backend_name()}"


def _engine(shown: str, database: Database, url: Any) -> Any:
    import sqlalchemy as sa

    if url.get_backend_name() == "sqlite":
        path = sqlite_file(database.folder, url.database or "")
        if path is None or url.query or url.get_driver_name() != "pysqlite":
            message = "sqlite:/// is followed by a file inside the study folder, and nothing else"
            raise refuse(shown, message)
        check_file(path)
        place = f"{path.resolve().as_uri()}?mode=ro"
        connect = partial(sqlite3.connect, place, uri=True)
        return sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)
    seconds = url.get_driver_name() in _HAS_TIMEOUT and "connect_timeout" not in url.query
    options = {"connect_timeout": _SECONDS} if seconds else {}
    try:
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args=options)
    except ImportError as error:
        message = f"the database's driver is not installed: pip install {error.name}"
        raise refuse(shown, message) from None
    except sa.exc.SQLAlchemyError as error:
        raise refuse(shown, _without_secrets(error, url)) from None


def sqlite_file(folder: Path, name: str) -> Path | None:
    """The file of SQLite that a URL names, if it lies inside the study folder."""
    if not name or name == ":memory:" or name.startswith("file:") or "\0" in name:
        return None
    path = folder / name
    return path if path.resolve().is_relative_to(folder.resolve()) else None


def _without_secrets(error: Exception, url: Any) -> str:
    """The driver's words on one line, without a password that they may repeat."""
    words = " ".join(str(getattr(error, "orig", None) or error).split())
    values = [value for name, value in url.query.items() if _SECRET.search(name)]
    values += re.findall(r"PWD=([^;]*)", str(url.query.get("odbc_connect", "")), re.IGNORECASE)
    secrets = [str(value) for value in (url.password, *values) if value]
    forms = {form for value in secrets for form in (value, quote(value), quote_plus(value))}
    for form in sorted(forms, key=len, reverse=True):
        words = words.replace(form, "***")
    return words


def _records(connection: Any, database: Database, shown: str) -> _Records:
    import sqlalchemy as sa

    if database.query:
        names = list(_run_query(connection, database.query).keys())
        key = []
    else:
        inspector = sa.inspect(connection)
        _check_table(inspector, database, shown)
        described = inspector.get_columns(database.table, database.schema)
        names = [str(item["name"]) for item in described]
        found = inspector.get_pk_constraint(database.table, database.schema)
        key = list((found or {}).get("constrained_columns", ()))
        if key and connection.dialect.name == "sqlite":  # whose keys may lack a value, repeatedly
            key += [name for name in names if name not in key]
    check_names(shown, names)
    return _Records(shown, connection, database, names, key)


def _run_query(connection: Any, query: str) -> Any:
    # Without parameters % and : are signs like any.
    options = {"stream_results": True, "no_parameters": True}
    text = query.strip().removesuffix(";")
    return connection.execution_options(**options).exec_driver_sql(text)


def _check_table(inspector: Any, database: Database, shown: str) -> None:
    schema, table = database.schema, database.table
    schemas = inspector.get_schema_names() if schema else []
    if schema and schema not in schemas:
        raise refuse(shown, f"there is no schema '{schema}'{nearest(schema, schemas)}")
    known = sorted({*inspector.get_table_names(schema), *inspector.get_view_names(schema)})
    if table not in known:
        more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
        listed = f"{', '.join(known[:_SHOWN]) or 'none'}{more}"
        near = nearest(table, known)
        raise refuse(shown, f"there is no table '{table}'{near}; the tables are: {listed}")


def _series(
    records: _Records, names: Sequence[str], asked: Collection[str], missing: Collection[str]
) -> dict[str, pd.Series]:
    """Columns of text, encoded chunk by chunk as they come."""
    pieces: dict[str, list[pa.Array]] = {name: [] for name in names}
    for rows in records.rows(names):
        for name, values in zip(names, zip(*rows, strict=True), strict=True):
            kinds = set(map(type, values))
            if kinds.intersection(_BINARY) and name in asked:
                raise refuse(records.shown, f"column {name} holds bytes, which are no text")
            pieces[name].append(_texts(values, kinds).dictionary_encode())
    kind = pa.dictionary(pa.int32(), pa.string())
    return {
        name: text_column(pa.chunked_array(chunks, type=kind), missing)
        for name, chunks in pieces.items()
    }


def _texts(values: Iterable[Any], kinds: set[type]) -> pa.Array:
    """Values of a column as text, each distinct one once (by type and words, for 1 is True)."""
    if kinds <= {str, type(None)}:
        padded = pa.array(values, pa.string())
        return pc.utf8_rtrim(padded, " ")
    keys = list(zip(map(type, values), map(str, values), strict=True))
    distinct = {key: _text(value) for key, value in dict(zip(keys, values, strict=True)).items()}
    return pa.array(map(distinct.__getitem__, keys), pa.string())


def _text(value: Any) -> str | None:
    if value is None or value != value:
        return None
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return number_text(value) if np.isfinite(value) else str(value)
        case Decimal():
            return format(value, "f")
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return number_text(value.total_seconds())
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_text)
    return str(value).rstrip(" ")


def _digest(frame: dict[str, pd.Series]) -> str:
    """SHA-256 of the values: of each column its name, its distinct values, and where they stand."""
    digest = hashlib.sha256()
    for name, column in frame.items():
        place, _ = text_columns.ranks(column, plain=True)
        values = sorted(text_columns.parts(column).values)
        digest.update(json.dumps([name, values]).encode())
        digest.update(place.astype("<i8").tobytes())
    return digest.hexdigest()
