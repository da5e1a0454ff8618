"""Tables of a PostgreSQL server, which the tests start and stop where one is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from converters.columns import to_list
from converters.errors import InputError
from converters.sources import Database, Source, SourceSpec, read_columns, read_source

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")

PASSWORD = "s3 cret/@:"
QUOTED = "s3%20cret%2F%40%3A"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return places[-1].parent if places else None


BIN = programs()
pytestmark = pytest.mark.skipif(BIN is None, reason="PostgreSQL (initdb) is not installed")


def as_owner() -> dict[str, Any]:
    """A server does not run as root."""
    if os.name == "posix" and os.geteuid() == 0:
        return {"user": "postgres", "group": "postgres", "extra_groups": []}
    return {}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a new server, for one who may do everything."""
    base = Path(tmp_path_factory.mktemp("pg"))
    owner = as_owner()
    ours = [base, *(folder for folder in base.parents if folder.name.startswith(("py", "popen")))]
    for folder in ours if owner else ():  # the server's user must get there
        folder.chmod(0o755)
    place = base / "cluster"
    place.mkdir()
    secret = base / "secret"
    secret.write_text(PASSWORD)
    if owner:
        shutil.chown(place, owner["user"])
        shutil.chown(secret, owner["user"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        assert BIN is not None
        subprocess.run(
            [BIN / program, *arguments], check=True, capture_output=True, cwd=base, **owner
        )

    run("initdb", "-D", str(place), "-U", "me", "-A", "scram-sha-256", "--pwfile", str(secret),
        "-E", "UTF8", "--no-locale", "-N")  # fmt: skip
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place} -F"
    run("pg_ctl", "-D", str(place), "-w", "-l", str(place / "log"), "-o", options, "start")
    try:
        yield f"postgresql://me:{QUOTED}@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", str(place), "-m", "immediate", "stop")


@pytest.fixture(scope="module")
def study(server: str) -> str:
    """The server with a few tables in it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA raw")
        connection.execute(
            """CREATE TABLE raw."AE" ("Subject ID" text, n integer, big numeric(38),
               dose numeric(6,2), x double precision, d date, t time,
               at timestamp, tz timestamptz, ok boolean,
               j jsonb, code char(5), f bytea, "100%" text, PRIMARY KEY ("Subject ID", n))"""
        )
        connection.execute(
            """INSERT INTO raw."AE" VALUES
               ('b', 1, 12345678901234567890, 5.10, 1.5, '2020-02-29', '10:30',
                '2020-01-01 00:00:00', '2020-07-01 12:00:00+02', true, '{"b": 1, "a": [2]}', 'x',
                NULL, 'p'),
               ('a', 2, NULL, 5.00, 2, NULL, NULL, '2020-01-01 10:30:00.5', NULL, false, NULL, NULL,
                NULL, NULL),
               ('a', 10, 0, -0.01, 'NaN', NULL, NULL, NULL, NULL, NULL, NULL, '', '\\x00', ' ')"""
        )
        connection.execute("CREATE TABLE keyless (a text, b integer)")
        connection.execute("INSERT INTO keyless VALUES ('z', 1), ('a', NULL), ('a', 2), (NULL, 3)")
    return server


def spec(url: str, **said: Any) -> SourceSpec:
    return SourceSpec("ae", (), database=Database(Path(), url, **said))


def records(source: Source) -> list[tuple[Any, ...]]:
    return list(zip(*(to_list(source.frame[name]) for name in source.frame), strict=True))


def test_values_of_every_type_become_text(study: str) -> None:
    asked = read_columns(spec(study, table="AE", schema="raw"))
    source = read_source(spec(study, table="AE", schema="raw"), set(asked) - {"f"})
    assert records(source) == [
        ("a", "2", None, "5.00", "2", None, None, "2020-01-01T10:30:00.500000",
         None, "FALSE", None, None, None),
        ("a", "10", "0", "-0.01", None, None, None, None, None, None, None, None, None),
        ("b", "1", "12345678901234567890", "5.10", "1.5", "2020-02-29", "10:30:00",
         "2020-01-01T00:00:00", "2020-07-01T10:00:00+00:00", "TRUE", '{"a": [2], "b": 1}', "x",
         "p"),
    ]  # fmt: skip
    assert source.files == ("table raw.AE of postgres",)
    with pytest.raises(InputError, match="column f holds bytes"):
        read_source(spec(study, table="AE", schema="raw"))


def test_the_time_zone_of_the_caller_changes_nothing(
    study: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = spec(study, table="AE", schema="raw")
    one = read_source(said, ["tz"]).digest
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    assert read_source(said, ["tz"]).digest == one


def test_a_table_without_a_key_and_a_query_go_by_all_their_columns(study: str) -> None:
    expected = [(None, "3"), ("a", None), ("a", "2"), ("z", "1")]
    assert records(read_source(spec(study, table="keyless"))) == expected
    query = "SELECT a, b FROM keyless ORDER BY b DESC"
    assert records(read_source(spec(study, query=query))) == expected
    assert records(read_source(spec(study, query="SELECT '10:30%' AS t"))) == [("10:30%",)]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT setval('s', 3)", "read-only transaction"),
        ("SELECT a FROM keyless FOR UPDATE", "read-only transaction"),
        ("DELETE FROM keyless", "syntax error"),
        ("WITH x AS (DELETE FROM keyless RETURNING a) SELECT a FROM x", "DECLARE CURSOR must not"),
    ],
)
def test_what_the_guard_would_let_pass_only_reads(study: str, query: str, words: str) -> None:
    with psycopg.connect(study, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE IF NOT EXISTS s")
    with pytest.raises(InputError, match=rf"query of postgres: the database refuses: .*{words}"):
        read_source(spec(study, query=query))
    with psycopg.connect(study) as connection:
        assert connection.execute("SELECT count(*) FROM keyless").fetchone() == (4,)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"table": "AE"}, "there is no table 'AE'; the tables are: keyless"),
        ({"table": "ae", "schema": "raw"}, "there is no table 'ae' (did you mean 'AE'?)"),
        ({"table": "AE", "schema": "rav"}, "there is no schema 'rav' (did you mean 'raw'?)"),
        ({"query": "SELECT nothing FROM keyless"}, 'column "nothing" does not exist'),
        ({"query": "SELECT 'infinity'::date AS d"}, "the database refuses"),
    ],
)
def test_what_cannot_be_read_says_why(study: str, said: dict[str, str], expected: str) -> None:
    with pytest.raises(InputError) as error:
        read_source(spec(study, **said))
    assert expected in str(error.value)
    assert PASSWORD not in str(error.value) and QUOTED not in str(error.value)


def test_a_wrong_password_is_told_and_not_repeated(study: str) -> None:
    with pytest.raises(InputError, match="cannot be reached") as error:
        read_source(spec(study.replace(QUOTED, "wrong%40one"), table="keyless"))
    assert "authentication failed" in str(error.value)
    assert "wrong" not in str(error.value)


def test_a_server_is_read_in_chunks_by_a_cursor_of_its_own(
    study: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = []
    cursor = psycopg.ServerCursor.fetchmany
    monkeypatch.setattr(
        psycopg.ServerCursor,
        "fetchmany",
        lambda self, size=0: fetched.append(size) or cursor(self, size),
    )
    query = "SELECT n, n % 7 AS m FROM generate_series(1, 50001) AS s(n)"
    source = read_source(spec(study, query=query))
    assert len(source.frame) == 50001
    assert max(fetched) <= 20_000 and len(fetched) > 2
