"""Tables and queries of a database: values as text, order, what is refused, what is never told."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from converters import api
from converters.columns import to_list
from converters.errors import InputError, SpecError
from converters.sources import Database, Source, SourceSpec, read_columns, read_source
from converters.sources.sql import query_problem, url_problem

SECRET = "s3cret-pässword"


@pytest.fixture
def database(tmp_path: Path) -> Callable[..., Path]:
    """Makes raw/edc.db in a study folder by SQL."""

    def make(*statements: str) -> Path:
        (tmp_path / "raw").mkdir(exist_ok=True)
        connection = sqlite3.connect(tmp_path / "raw" / "edc.db")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return tmp_path

    return make


def spec(folder: Path, url: str = "sqlite:///raw/edc.db", **said: Any) -> SourceSpec:
    options = {key: said.pop(key) for key in ("missing",) if key in said}
    return SourceSpec("ae", (), database=Database(folder, url, **said), **options)


def records(source: Source) -> list[tuple[Any, ...]]:
    return list(zip(*(to_list(source.frame[name]) for name in source.frame), strict=True))


def test_values_become_text_as_a_person_would_write_them(database: Any) -> None:
    folder = database(
        "CREATE TABLE T (ID INTEGER PRIMARY KEY, N, D DATE, S TEXT)",
        "INSERT INTO T VALUES (1, 5, 'UN-MAR-2015', ' a ')",
        "INSERT INTO T VALUES (2, 5.0, '2015-03-01', 'b  ')",
        "INSERT INTO T VALUES (3, 0.1, NULL, '  ')",
        "INSERT INTO T VALUES (4, 1e3, '2015-03-01 10:30', 'ND')",
        "INSERT INTO T VALUES (5, '5.10', '', 'ä')",
        "INSERT INTO T VALUES (6, NULL, NULL, NULL)",
    )
    source = read_source(spec(folder, table="T", missing=("ND",)))
    assert records(source) == [
        ("1", "5", "UN-MAR-2015", " a"),
        ("2", "5", "2015-03-01", "b"),
        ("3", "0.1", None, None),
        ("4", "1000", "2015-03-01 10:30", None),
        ("5", "5.10", None, "ä"),
        ("6", None, None, None),
    ]
    assert source.files == ("table T of raw/edc.db",)
    assert source.records.tolist() == [1, 2, 3, 4, 5, 6]
    assert source.all_columns == ("ID", "N", "D", "S")


@pytest.mark.parametrize("key", ["", ", PRIMARY KEY (A)"])
def test_records_have_the_same_numbers_whatever_order_they_lie_in(
    database: Any, key: str, tmp_path: Path
) -> None:
    rows = [(10, "x"), (2, "z"), (1, "y")]
    found = []
    for given in (rows, rows[::-1]):
        folder = database(
            "DROP TABLE IF EXISTS T",
            f"CREATE TABLE T (A INTEGER, B TEXT{key})",
            *(f"INSERT INTO T VALUES ({a}, '{b}')" for a, b in given),
        )
        source = read_source(spec(folder, table="T"), ["B"])
        found.append((to_list(source.frame["B"]), source.digest))
        assert list(source.frame) == ["B"]
    assert found[0] == found[1]


def test_keys_without_a_value_do_not_leave_the_order_to_chance(database: Any) -> None:
    found = []
    for values in (("(NULL, 'b')", "(NULL, 'a')"), ("(NULL, 'a')", "(NULL, 'b')")):
        folder = database(
            "DROP TABLE IF EXISTS T",
            "CREATE TABLE T (A TEXT PRIMARY KEY, B TEXT)",
            *(f"INSERT INTO T VALUES {value}" for value in values),
        )
        found.append(records(read_source(spec(folder, table="T"))))
    assert found[0] == found[1] == [(None, "a"), (None, "b")]


def test_views_and_queries_are_read_and_put_in_order(database: Any) -> None:
    folder = database(
        "CREATE TABLE T (A, B)",
        "INSERT INTO T VALUES ('b', '10:30'), ('a', '100%'), ('c', NULL)",
        "CREATE VIEW V AS SELECT * FROM T WHERE B IS NOT NULL",
    )
    assert records(read_source(spec(folder, table="V"))) == [("a", "100%"), ("b", "10:30")]
    query = "SELECT A AS \"the update\", B FROM T WHERE B LIKE '10:%' OR B LIKE '1%;%%'  ;\n"
    source = read_source(spec(folder, query=query))
    assert source.all_columns == ("the update", "B")
    assert records(source) == [("b", "10:30")]
    assert source.files == ("query of raw/edc.db",)
    assert read_columns(spec(folder, query=query)) == ["the update", "B"]


def test_only_columns_that_are_asked_for_must_be_text(database: Any) -> None:
    folder = database("CREATE TABLE T (A, B)", "INSERT INTO T VALUES ('a', x'00ff')")
    assert records(read_source(spec(folder, table="T"), ["A"])) == [("a",)]
    with pytest.raises(InputError, match=r"table T of raw/edc\.db: column B holds bytes"):
        read_source(spec(folder, table="T"))


def test_no_column_asked_for_still_counts_the_records(database: Any) -> None:
    folder = database("CREATE TABLE T (A, B)", "INSERT INTO T VALUES (1, 2), (1, 2)")
    source = read_source(spec(folder, table="T"), [])
    assert (len(source.frame), list(source.frame)) == (2, [])


def test_an_empty_table_is_a_finding(database: Any) -> None:
    folder = database("CREATE TABLE T (A, B)")
    source = read_source(spec(folder, table="T"))
    assert [(f.rule, f.file) for f in source.findings] == [
        ("empty-source", "table T of raw/edc.db")
    ]
    assert list(source.frame) == ["A", "B"]


def test_many_records_come_in_chunks(database: Any) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50001)"
    folder = database(
        "CREATE TABLE T (A INTEGER PRIMARY KEY, B)",
        f"INSERT INTO T {numbers} SELECT i, i % 7 FROM n",
    )
    source = read_source(spec(folder, table="T"))
    assert len(source.frame) == 50001
    assert to_list(source.frame["A"])[-1] == "50001"
    assert source.frame["B"].nunique() == 7


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"table": "AES"}, "there is no table 'AES' (did you mean 'ae'?); the tables are: ae, dm"),
        ({"table": "ae", "schema": "man"}, "there is no schema 'man' (did you mean 'main'?)"),
        ({"query": "SELECT X FROM ae"}, "edc.db: the database refuses: no such column"),
        ({"query": "SELECT A, A FROM ae"}, "column name 'A' is used 2 times"),
        ({"url": "sqlite:///raw/edx.db", "table": "ae"}, "file not found (did you mean 'edc.db'?)"),
        ({"url": "sqlite:///raw/text.db", "table": "ae"}, "file is not a database"),
        ({"url": "sqlite://", "table": "ae"}, "a file inside the study folder"),
        ({"url": "sqlite:///:memory:", "table": "ae"}, "a file inside the study folder"),
        ({"url": "sqlite:////etc/edc.db", "table": "ae"}, "a file inside the study folder"),
        ({"url": "sqlite:///../edc.db", "table": "ae"}, "a file inside the study folder"),
        ({"url": "sqlite:///raw/edc.db?mode=rwc", "table": "ae"}, "and nothing else"),
        ({"url": "duckdb:///raw/edc.db", "table": "ae"}, "unknown database 'duckdb'"),
        ({"url": "postgresql+nodriver://h/d", "table": "ae"}, "nodriver"),
    ],
)
def test_what_cannot_be_read_says_why(database: Any, said: dict[str, str], expected: str) -> None:
    folder = database("CREATE TABLE ae (A)", "CREATE TABLE dm (A)")
    (folder / "raw" / "text.db").write_text("SUBJ,TERM\n" * 200)
    with pytest.raises(InputError) as error:
        read_source(spec(folder, **said))
    assert expected in str(error.value)


def test_the_database_is_never_written_to(database: Any) -> None:
    folder = database("CREATE TABLE T (A)", "INSERT INTO T VALUES (1)")
    before = (folder / "raw" / "edc.db").read_bytes()
    with pytest.raises(InputError, match="readonly"):  # past the guard
        read_source(spec(folder, query="DELETE FROM T"))
    assert (folder / "raw" / "edc.db").read_bytes() == before


def test_a_link_that_leads_out_of_the_study_is_refused(database: Any, tmp_path: Path) -> None:
    folder = database("CREATE TABLE T (A)")
    study = folder / "study"
    study.mkdir()
    (study / "edc.db").symlink_to(folder / "raw" / "edc.db")
    with pytest.raises(InputError, match="inside the study folder"):
        read_source(spec(study, "sqlite:///edc.db", table="T"))


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{SECRET}@127.0.0.1:1/study",
        f"postgresql://127.0.0.1:1/study?user=me&password={SECRET}",
        f"postgres://me:{SECRET}@127.0.0.1/study",
        f"postgresql://me:{SECRET}/x@127.0.0.1/study",
        f"postgresql://me@127.0.0.1:{SECRET}/study",
        f"mysql+nodriver://me:{SECRET}@127.0.0.1/study",
        f"me:{SECRET}@127.0.0.1/study",
        f"://me:{SECRET}@127.0.0.1/study",
    ],
)
def test_no_message_holds_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("EDC_URL", url)
    said = spec(tmp_path, "", env="EDC_URL", table="T")
    with pytest.raises(InputError) as error:
        read_source(said)
    assert SECRET not in str(error.value)
    assert url not in repr(spec(tmp_path, url, table="T"))


def test_an_unreachable_database_and_a_variable_that_is_not_set_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="table T of study: the database cannot be reached: "):
        read_source(spec(tmp_path, "postgresql://me@127.0.0.1:1/study", table="T"))
    with pytest.raises(InputError, match="source 'ae': the variable NO_URL of the environment"):
        read_source(spec(tmp_path, "", env="NO_URL", table="T"))


def test_a_missing_sqlalchemy_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(InputError, match=r"pip install 'cdisc-converters\[sql\]'"):
        read_source(spec(tmp_path, table="T"))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM ae",
        "select a, b from ae where t = 'x; delete' ;",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        'SELECT "update", updated FROM ae',
        "SELECT a FROM ae WHERE t = 'it''s -- none'",
    ],
)
def test_one_select_statement_is_accepted(query: str) -> None:
    assert query_problem(query) is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("DELETE FROM ae", "begins with SELECT or WITH"),
        ("SELECT 1; DROP TABLE ae", "one statement"),
        ("SELECT 1;;", "one statement"),
        ("WITH x AS (DELETE FROM ae RETURNING *) SELECT * FROM x", "only reads: 'DELETE'"),
        ("SELECT * INTO other FROM ae", "only reads: 'INTO'"),
        ("SELECT * FROM ae FOR UPDATE", "only reads: 'UPDATE'"),
        ("SELECT 1 -- '\n; DELETE FROM ae --'", "no '--'"),
        ("SELECT 1 /* ' */; DELETE FROM ae /* ' */", "no '/*'"),
        ("SELECT E'\\''; DELETE FROM ae; --'", "no '\\''"),
        ("SELECT $$ ' $$; DELETE FROM ae; SELECT $$ ' $$", "no '$$'"),
        ("EXPLAIN SELECT 1", "begins with SELECT or WITH"),
    ],
)
def test_anything_else_is_refused(query: str, expected: str) -> None:
    assert expected in (query_problem(query) or "")


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("sqlite:///raw/edc.db", False),
        ("postgresql+psycopg://h/d", False),
        ("postgres://h/d", True),
        ("raw/edc.db", True),
        ("file:///raw/edc.db", True),
    ],
)
def test_the_url_of_a_known_database_is_accepted(url: str, wrong: bool) -> None:
    assert (url_problem(url) is not None) is wrong


# --- in a study ------------------------------------------------------------------------------

STUDY: dict[str, Any] = {
    "study": {"id": "S1", "created": "2026-01-01"},
    "usubjid": 'concat("S1-", SUBJ)',
}
AE = {"dataset": "AE", "source": "ae", "variables": {"AETERM": {"from": "TERM"}}}


def study_of(folder: Path, **database: Any) -> Path:
    (folder / "sdtm").mkdir(exist_ok=True)
    (folder / "sdtm" / "ae.yaml").write_text(json.dumps(AE))
    text = json.dumps({**STUDY, "sources": {"ae": {"database": database}}})
    (folder / "study.yaml").write_text(text)
    return folder


def test_a_study_is_converted_from_a_database_and_the_manifest_has_its_values_hash(
    database: Any, tmp_path: Path
) -> None:
    folder = database(
        "CREATE TABLE AE (SUBJ, TERM, NOTE)",
        "INSERT INTO AE VALUES ('1', 'Rash', 'x'), ('2', NULL, 'y'), ('1', 'Cough', 'z')",
    )
    study_of(folder, url="sqlite:///raw/edc.db", table="AE")
    for out in ("one", "two"):
        api.convert(folder, tmp_path / out, fail_on=None)
    one, two = ((tmp_path / out / "manifest.json").read_text() for out in ("one", "two"))
    assert one == two
    (given,) = [item for item in json.loads(one)["inputs"] if item.get("source")]
    assert given == {
        "source": "ae",
        "path": "table AE of raw/edc.db",
        "records": 3,
        "sha256": given["sha256"],
    }
    database("UPDATE AE SET TERM = 'Itch' WHERE TERM = 'Rash'")
    api.convert(folder, tmp_path / "three", fail_on=None)
    assert given["sha256"] not in (tmp_path / "three" / "manifest.json").read_text()


def test_a_password_is_in_no_problem_of_the_study(tmp_path: Path) -> None:
    url = f"postgresql://me:{SECRET}@127.0.0.1:1/study"
    sources: list[Any] = [
        {"path": url},
        {"database": url},
        {"database": {"url": [url], "table": "AE"}},
        {"database": {"url": url.replace("sql", ""), "table": "AE"}},
        {"database": {"url": {"env": [url]}, "table": "AE"}},
        {"database": {"url": url, "table": "AE", url: 1}},
        {"database": {"url": url, "table": "AE"}},
    ]
    for item in sources:
        study_of(tmp_path)
        (tmp_path / "study.yaml").write_text(json.dumps({**STUDY, "sources": {"ae": item}}))
        with pytest.raises((SpecError, InputError)) as error:
            api.convert(tmp_path, tmp_path / "out")
        assert SECRET not in str(error.value), item


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({}, "study.yaml:1:104: ae: a source has either a 'path' or a 'database'"),
        ({"path": "raw/ae.csv", "database": {"url": "sqlite:///a.db", "table": "A"}}, "either"),
        ({"database": {"url": "sqlite:///a.db"}}, "either a 'table' or a 'query'"),
        ({"database": {"url": "sqlite:///a.db", "table": "A", "query": "SELECT 1"}}, "either"),
        ({"database": {"url": "sqlite:///a.db", "query": "SELECT 1", "schema": "s"}}, "'schema'"),
        ({"database": {"url": "sqlite:///../a.db", "table": "A"}}, "names no file inside"),
        ({"database": {"url": "postgres://h/d", "table": "A"}}, "did you mean 'postgresql'?"),
        ({"database": {"url": "sqlite:///a.db", "query": "DROP TABLE A"}}, "query: a query begins"),
        ({"database": {"url": "sqlite:///a.db", "table": "A"}, "encoding": "utf-8"}, "'encoding'"),
        ({"database": {"table": "A"}}, "database: lacks the key 'url'"),
        ({"database": {"url": {"variable": "X"}, "table": "A"}}, "unknown key 'variable'"),
    ],
)
def test_what_is_wrong_with_a_database_is_told_without_it(
    tmp_path: Path, item: dict[str, Any], expected: str
) -> None:
    study_of(tmp_path)
    (tmp_path / "study.yaml").write_text(json.dumps({**STUDY, "sources": {"ae": item}}))
    found = "\n".join(map(str, api.check(tmp_path)))
    assert expected in found, found
