"""CSV and TSV in: values as written, any encoding and delimiter, faults with their place."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters.errors import InputError, SpecError
from converters.sources import Source, SourceSpec, read_columns, read_source
from converters.sources import table as table_module


def read(path: Path, data: bytes | str, name: str = "lb.csv", **options: object) -> Source:
    file = path / name
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_source(SourceSpec("lb", (file,), **options))  # type: ignore[arg-type]


def rows(source: Source) -> list[list[str | None]]:
    frame = source.frame.astype(object)
    return [
        [None if pd.isna(v) else v for v in row] for row in frame.itertuples(index=False, name=None)
    ]


def message(error: pytest.ExceptionInfo[InputError]) -> str:
    return str(error.value)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("A,B\n1.50,007\n", [["1.50", "007"]]),
        ("A,B\n x , y\n", [[" x ", " y"]]),
        ("A,B\n  ,\u00a0\n1,2\n", [[None, None], ["1", "2"]]),
        ('A,B\n"",2\n', [[None, "2"]]),
        ("A,B\r\n1,2\r\n3,4\r\n", [["1", "2"], ["3", "4"]]),
        ("A,B\r1,2\r3,4", [["1", "2"], ["3", "4"]]),
        ("A,B\n1,2", [["1", "2"]]),
        ("\n\nA,B\n\n1,2\n\n\n3,4\n\n", [["1", "2"], ["3", "4"]]),
        ("A,B\n,\n", [[None, None]]),
        ('A,B\n"x, ""y""","two\r\nlines"\n', [['x, "y"', "two\r\nlines"]]),
        ("A,B\nNA,null\nnan,None\n", [["NA", "null"], ["nan", "None"]]),
        ("A\n1\n2\n", [["1"], ["2"]]),
        ('"A, or B",C\n1,2\n', [["1", "2"]]),
        ("A,B\ntrue,2015-03-14\n", [["true", "2015-03-14"]]),
        ("A,B\n1e5,+3\n", [["1e5", "+3"]]),
    ],
)
def test_values_arrive_as_written(
    tmp_path: Path, data: str, expected: list[list[str | None]]
) -> None:
    source = read(tmp_path, data)
    assert rows(source) == expected
    assert source.records.tolist() == list(range(1, len(expected) + 1))
    assert all(isinstance(dtype, pd.CategoricalDtype) for dtype in source.frame.dtypes)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("A;B\n1,5;2\n3,5;4\n", [["1,5", "2"], ["3,5", "4"]]),
        ("A\tB\n1,5\t2,5\n", [["1,5", "2,5"]]),
        ("A|B|C\n1|2, 3|4\n", [["1", "2, 3", "4"]]),
        ('A,"B;C;D;E"\n1,2\n', [["1", "2"]]),
        ("A;B\n", []),
        ("A\nx, y\n", None),
    ],
)
def test_the_delimiter_is_found_from_the_first_records(
    tmp_path: Path, data: str, expected: list[list[str | None]] | None
) -> None:
    if expected is None:
        with pytest.raises(InputError, match="record 1 has 2 fields, and the header 1"):
            read(tmp_path, data)
    else:
        assert rows(read(tmp_path, data)) == expected


def test_a_declared_delimiter_quote_and_header_line_are_obeyed(tmp_path: Path) -> None:
    data = "Export of 'today\n'\nA;B\n'1;2';3\n"
    assert rows(read(tmp_path, data, delimiter=";", quote="'", header=3)) == [["1;2", "3"]]


def test_without_quoting_a_quote_is_a_character(tmp_path: Path) -> None:
    assert rows(read(tmp_path, 'A,B\n5" pipe,"x\n', quote="")) == [['5" pipe', '"x']]


def test_a_tsv_file_is_cut_at_tabs_only(tmp_path: Path) -> None:
    assert rows(read(tmp_path, "A;B\n1\n", "lb.tsv")) == [["1"]]


TEXT = "SUBJ,TERM\n001,Übelkeit µg\n"


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        (TEXT.encode(), None),
        (TEXT.encode("utf-8-sig"), None),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("utf-16"), None),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), None),
        (TEXT.encode("utf-32"), None),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("latin-1"), "ISO-8859-1"),
    ],
)
def test_a_text_is_the_same_in_every_encoding(
    tmp_path: Path, data: bytes, declared: str | None
) -> None:
    source = read(tmp_path, data, encoding=declared)
    assert rows(source) == [["001", "Übelkeit µg"]]
    assert source.all_columns == ("SUBJ", "TERM")
    assert not source.findings


def test_a_guessed_encoding_is_a_finding_that_shows_the_line(tmp_path: Path) -> None:
    source = read(tmp_path, "A,B\n1,x\n2,37 °C\n".encode("cp1252"))
    assert rows(source)[1] == ["2", "37 °C"]
    (finding,) = source.findings
    assert finding.rule == "guessed-encoding"
    assert "cp1252" in finding.message and "line 3 as '2,37 °C'" in finding.message


def test_bytes_that_windows_1252_lacks_are_guessed_by_their_statistics(tmp_path: Path) -> None:
    text = "A,B\n1,頭痛と発熱がある\n2,吐き気とめまいがする\n3,発疹と咳が続く\n"
    source = read(tmp_path, text.encode("shift_jis"))
    assert source.findings[0].rule == "guessed-encoding"
    assert len(source.frame) == 3


@pytest.mark.parametrize(
    ("data", "declared", "expected"),
    [
        (b"A,B\n1,2\n3,\xfc\n", "utf-8", ":3: byte 11 (0xFC) is not utf-8"),
        (b"\xef\xbb\xbfA,B\n1,\xff\n", None, ":2: byte 10 (0xFF) is not utf-8"),
        (b"A,B\n1,2\n\x81,3\n", "cp1252", ":3: byte 9 (0x81) is not cp1252"),
        (b"A,B\n1,\xc3", "utf-8", ":2: byte 7 (0xC3) is not utf-8"),
        (b"A,B\n1,\xfc\n", "ascii", ":2: byte 7 (0xFC) is not ascii"),
        ("A,B\n1,ü\n".encode(), "ascii", "is not ascii"),
    ],
)
def test_a_declared_encoding_that_does_not_decode_is_told_with_byte_and_line(
    tmp_path: Path, data: bytes, declared: str | None, expected: str
) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, data, encoding=declared)
    assert expected in message(error)


def test_a_fault_across_the_steps_of_the_check_has_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("converters.sources.encoding._STEP", 3)
    assert rows(read(tmp_path, "A\nxüüü€y\n", encoding="utf-8")) == [["xüüü€y"]]
    with pytest.raises(InputError, match=r"byte 6 \(0xE2\)"):
        read(tmp_path, b"A\nx\xc3\xbc\xe2\x82y\n"[:5] + b"\xe2\x82y\n", encoding="utf-8")


def test_an_unknown_encoding_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"no encoding 'cp1525' .did you mean 'cp1252'"):
        read(tmp_path, "A\n1\n", encoding="cp1525")


@pytest.mark.parametrize("option", [{"delimiter": "::"}, {"delimiter": "·"}, {"quote": "''"}])
def test_a_delimiter_or_quote_is_one_ascii_character(
    tmp_path: Path, option: dict[str, str]
) -> None:
    with pytest.raises(SpecError, match="one ASCII character"):
        read(tmp_path, "A\n1\n", **option)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            "A,B\n1,2\n3\n4,5,6\n",
            ["lb.csv:3: record 2 has 1 fields, and the header 2", "lb.csv:4:"],
        ),
        ('A,B\n"x\ny",2\n\n3\n', ["lb.csv:5: record 2 has 1 fields"]),
        ('A,B\r\n"x\r\ny",2\r\n\r\n3\r\n', ["lb.csv:5: record 2 has 1 fields"]),
        ("A,B\r1,2\r3\r", ["lb.csv:3: record 2 has 1 fields"]),
        ("\n\nA,B\n1,2,3", ["lb.csv:4: record 1 has 3 fields"]),
        ("A,B\n1,2\n \n", ["lb.csv:3: record 2 has 1 fields"]),
        ("A,A\n1,2\n", ["lb.csv:1: column name 'A' is used 2 times (columns 1, 2)"]),
        ("A,,B, \n1,2,3,4\n", ["lb.csv:1: no name in the header for column 2, 4 of 4"]),
        ("", ["the file is empty (0 bytes)"]),
        ("\n \n", ["no column names"]),
        (b"\xef\xbb\xbf", ["no column names"]),
        ("A,B\n1,2\n3,\0\n", ["lb.csv:3: NUL byte at byte 11"]),
        ("A,B\n1,2\n".encode("utf-16-le"), ["declare the encoding"]),
        ('A,B\n1,2\n3,x"y"\n', ["lb.csv:3: stray quote", "near: "]),
        ('A,B\n1, "2"\n', ["lb.csv:2: stray quote"]),
        ('A,B\n"1"x,2\n', ["lb.csv:2: stray quote"]),
        ('A,B\n"1,2\n3,4\n', ["lb.csv:2: the quote that opens in this line is never closed"]),
        ('A,B\n1,2\n"a","b""\n', ["lb.csv:3: the quote", "never closed"]),
        ('A,"B\n1,2\n', ["the header cannot be read"]),
    ],
)
def test_a_fault_is_told_with_file_line_and_record(
    tmp_path: Path, data: bytes | str, expected: list[str]
) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, data)
    for part in expected:
        assert part in message(error)


def test_ragged_records_are_told_all_at_once_and_the_first_twenty_one_by_one(
    tmp_path: Path,
) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, "A,B\n" + "1\n1,2\n" * 30)
    problems = error.value.problems
    assert len(problems) == 21
    assert [problem.line for problem in problems[:3]] == [2, 4, 6]
    assert "10 more records (30 in all)" in problems[20].message


def test_a_file_of_nothing_but_a_header_is_an_empty_frame_and_a_finding(tmp_path: Path) -> None:
    for data in ("A,B", "A,B\n", "A,B\r\n\r\n\n"):
        source = read(tmp_path, data)
        assert list(source.frame) == ["A", "B"] and len(source.frame) == 0
        assert [finding.rule for finding in source.findings] == ["empty-source"]


def test_missing_tokens_match_the_whole_value_without_outer_white_space(tmp_path: Path) -> None:
    source = read(tmp_path, "A,B\n ND ,N D\nnd,.\n", missing=("ND", "."))
    assert rows(source) == [[None, "N D"], ["nd", None]]
    assert list(source.frame["A"].cat.categories) == ["nd"]


def test_only_the_columns_asked_for_are_read_and_all_are_known(tmp_path: Path) -> None:
    file = tmp_path / "lb.csv"
    file.write_text("A,B,C\n1,2,3\n4,5,6\n")
    spec = SourceSpec("lb", (file,))
    source = read_source(spec, columns={"C", "A", "X"})
    assert list(source.frame) == ["A", "C"]
    assert source.all_columns == ("A", "B", "C")
    assert read_columns(spec) == ["A", "B", "C"]
    assert read_source(spec, columns=()).frame.shape == (2, 0)


def test_a_column_of_ever_new_values_is_plain_text_with_the_same_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "PLAIN_FROM", 3)
    source = read(tmp_path, "A,B\n1,x\n2,x\n,x\n4,y\n5,y\n6,y\n")
    assert source.frame["A"].dtype == "str"
    assert isinstance(source.frame["B"].dtype, pd.CategoricalDtype)
    assert [row[0] for row in rows(source)] == ["1", "2", None, "4", "5", "6"]


def test_a_record_longer_than_a_block_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("converters.sources.delimited._STEP", 64)
    long = "x" * 1000
    assert rows(read(tmp_path, f'A,B\n1,2\n"{long}",3\n4,5\n')) == [
        ["1", "2"],
        [long, "3"],
        ["4", "5"],
    ]


CELL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8
) | st.sampled_from(['"', '""', ",", "\n", "\r\n", "\r", ";", "1.50", " a ", "'", "\ufeff", "\t|"])


@settings(max_examples=150, deadline=None)
@given(
    table=st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=6)
    ),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_csv_module_writes_comes_back_equal(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], delimiter: str, end: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([[f"C{i}" for i in range(len(table[0]))], *table])
    folder = tmp_path_factory.mktemp("round")
    source = read(folder, text.getvalue(), delimiter=delimiter)
    blank = [[None if not v.strip() else v for v in row] for row in table]
    assert rows(source) == blank


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=60))
def test_any_bytes_give_a_source_or_an_error_for_people(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    try:
        read(tmp_path_factory.mktemp("any"), b"A,B\n" + data)
    except InputError as error:
        assert "lb.csv" in str(error)
