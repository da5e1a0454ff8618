"""CSV: values and kinds come back, files of other tools are read, damage is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converters import columns
from converters.dataset import Dataset, Variable
from converters.errors import InputError, OutputError
from converters.formats.csv_text import CsvWriter, read_csv, write_csv
from converters.formats.ibm_float import special_missing

Maker = Callable[..., Dataset]
TERM = Variable("AETERM", "Reported Term", "Char", length=8)
SEQ = Variable("AESEQ", "Sequence Number", "Num", "integer", length=8)
DAY = Variable("ASTDT", "Start Date", "Num", "integer", length=8, format="DATE9.")
TIME = Variable("ASTDTM", "Start", "Num", "integer", length=8, format="DATETIME20.")


def test_texts_are_in_quotes_and_numbers_are_not(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "ae.csv"
    terms = ['a "b", c', "007", None, "line\nbreak"]
    write_csv(make((TERM, terms), (SEQ, [1.5, np.nan, special_missing("A"), -0.0])), path)
    expected = '"AETERM",AESEQ\n"a ""b"", c",1.5\n"007",\n"",.A\n"line\nbreak",0\n'
    assert path.read_text(encoding="utf-8") == expected


def test_sas_dates_and_times_are_iso_8601_and_come_back(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "adae.csv"
    dataset = make(
        (TERM, ["a", "b"]), (DAY, [0, np.nan]), (TIME, [86_400 * 366 + 3_661, special_missing("B")])
    )
    write_csv(dataset, path)
    assert path.read_text().splitlines()[1] == '"a",1960-01-01,1961-01-01T01:01:01'
    back = read_csv(path)
    assert [(v.kind, v.format) for v in back.metadata.variables] == [
        ("Char", ""),
        ("Num", "DATE9."),
        ("Num", "DATETIME20."),
    ]
    for name in ("ASTDT", "ASTDTM"):
        assert same_bits(back.frame[name], dataset.frame[name])


def same_bits(one: pd.Series, other: pd.Series) -> bool:
    return bool((one.to_numpy().view(np.uint64) == other.to_numpy().view(np.uint64)).all())


CELLS = st.text(st.characters(codec="utf-8"), max_size=8).map(lambda text: text or None) | st.none()
NUMBERS = (
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0)
    | st.sampled_from("_AZ").map(special_missing)
    | st.just(float("nan"))
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(CELLS, NUMBERS), max_size=20))
def test_any_values_and_the_kind_of_each_variable_come_back(
    make: Maker, tmp_path: Path, rows: list[tuple[Any, Any]]
) -> None:
    path = tmp_path / "ae.csv"
    texts, numbers = ([row[index] for row in rows] for index in (0, 1))
    dataset = make((TERM, texts), (SEQ, numbers))
    write_csv(dataset, path)
    back = read_csv(path)
    assert [item.kind for item in back.metadata.variables] == ["Char", "Num"]
    assert columns.to_list(back.frame["AETERM"]) == texts
    before, after = dataset.frame["AESEQ"], back.frame["AESEQ"]
    assert same_bits(before + 0.0, after + 0.0)
    assert list(back.frame.index) == list(range(len(rows)))


@pytest.mark.parametrize("item", [TERM, SEQ])
@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_one_variable_without_values_keeps_its_rows(
    make: Maker, tmp_path: Path, item: Variable, values: list[Any]
) -> None:
    path = tmp_path / "ae.csv"
    write_csv(make((item, values)), path)
    assert len(read_csv(path).frame) == len(values)


@pytest.mark.parametrize(
    ("text", "kinds", "first"),
    [
        ("ID,N,D\n007,1.50,2026-01-02\n", "Char Num Char", ["007", 1.5, "2026-01-02"]),
        ('"ID","N"\n"1",2\n', "Char Num", ["1", 2.0]),  # as R writes it
        ('"ID","N"\n"1","2"\n', "Char Char", ["1", "2"]),
        ("\ufeffID,N\r\nx,1e3\r\n", "Char Num", ["x", 1000.0]),
        ("ID,N\nx,.\n\ny,2\n", "Char Num", ["x", np.nan]),
        ("ID,N\n12345678901234567,-.5\n", "Char Num", ["12345678901234567", -0.5]),
        ("ID,N\n,NA\n", "Char Char", [None, "NA"]),
    ],
)
def test_files_of_other_tools_are_read_by_what_they_hold(
    tmp_path: Path, text: str, kinds: str, first: list[Any]
) -> None:
    path = tmp_path / "lb.csv"
    path.write_bytes(text.encode())
    back = read_csv(path)
    assert back.name == "LB"
    assert " ".join(item.kind for item in back.metadata.variables) == kinds
    found = [columns.to_list(back.frame[name])[0] for name in back.frame]
    assert (
        found == pytest.approx(first, nan_ok=True) if kinds == "Num" else repr(found) == repr(first)
    )


def test_pieces_give_the_same_bytes_as_the_whole(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("converters.formats.csv_text.CsvWriter.CHUNK", 100)
    dataset = make((TERM, [f"T{row % 7}" for row in range(501)]), (SEQ, range(501)))
    write_csv(dataset, tmp_path / "whole.csv")
    with CsvWriter(tmp_path / "pieces.csv", dataset.metadata) as writer:
        for start, stop in ((0, 100), (100, 100), (100, 501)):
            writer.write(dataset.frame.iloc[start:stop])
    assert (tmp_path / "whole.csv").read_bytes() == (tmp_path / "pieces.csv").read_bytes()


@pytest.mark.parametrize("rows", [0, 1, 3, 9])
def test_only_the_first_rows_are_read_when_asked_for(
    make: Maker, tmp_path: Path, rows: int
) -> None:
    path = tmp_path / "ae.csv"
    write_csv(make((TERM, list("abcde")), (SEQ, range(5))), path)
    assert read_csv(path, rows).frame["AESEQ"].tolist() == list(range(min(rows, 5)))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"A,B\n1\n", "cannot be read as CSV: Row #2: Expected 2 columns, got 1"),
        (b"A,A\n1,2\n", "a column has no name, or two have the same one"),
        (b"A,\n1,2\n", "a column has no name"),
        (b'A,B\n"x,2\n', "quotes do not match"),
        (b"A,B\n\xff,2\n", "cannot be read as CSV"),
    ],
)
def test_damage_is_told_and_never_read(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "ae.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=words) as caught:
        read_csv(path)
    assert caught.value.problems[0].file == str(path)


@pytest.mark.parametrize(
    ("item", "value", "words"),
    [
        (SEQ, float("inf"), "CSV has no infinite numbers"),
        (DAY, 0.5, "the variable is a date, but this is none"),
        (TERM, "\ud800", "half a surrogate pair is no text"),
    ],
)
def test_what_csv_cannot_hold_is_one_clear_problem(
    make: Maker, tmp_path: Path, item: Variable, value: Any, words: str
) -> None:
    with pytest.raises(OutputError, match=f"AE.{item.name}, row 1: value .*: {words}"):
        write_csv(make((item, [value])), tmp_path / "ae.csv")
    assert list(tmp_path.iterdir()) == []
