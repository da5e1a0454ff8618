"""Transport files written: what the bytes are, what is refused, what is mended."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from converters import columns
from converters.dataset import Dataset, Metadata, Variable
from converters.errors import OutputError
from converters.findings import Severity
from converters.formats.xpt import (
    XptHeader,
    XptStamp,
    XptWriter,
    read_members,
    read_xpt,
    special_missing,
    write_xpt,
)

Maker = Callable[..., Dataset]
WHEN = datetime(2024, 2, 29, 13, 5, 59)
TERM = Variable("AETERM", "Reported Term", "Char", length=8)
SEQ = Variable("AESEQ", "Sequence Number", "Num", length=8)


def test_the_file_is_what_the_layout_says_byte_by_byte(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "ae.xpt"
    flag = Variable("AESER", "Serious Event", "Char", length=1, format="$1.")
    date = Variable("ASTDT", "Start", "Num", length=8, format="DATE9.")
    write_xpt(
        make((flag, ["Y", None]), (date, [1.0, np.nan]), label="Adverse Events"),
        path,
        created=WHEN,
    )
    stamp = b"29FEB24:13:05:59"
    blank = b" " * 80
    expected = [
        b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 30 + b"  ",
        b"SAS     SAS     SASLIB  9.4     PYTHON  " + b" " * 24 + stamp,
        stamp + blank[16:],
        b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  ",
        b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!" + b"0" * 30 + b"  ",
        b"SAS     AE      SASDATA 9.4     PYTHON  " + b" " * 24 + stamp,
        stamp + b" " * 16 + b"Adverse Events".ljust(48),
        b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!0000000002" + b"0" * 20 + b"  ",
        b"\0\2\0\0\0\1\0\1AESER   " + b"Serious Event".ljust(40) + b"$       \0\1\0\0\0\0\0\0"
        b"        \0\0\0\0\0\0\0\0" + bytes(52),
        b"\0\1\0\0\0\10\0\2ASTDT   " + b"Start".ljust(40) + b"DATE    \0\11\0\0\0\0\0\0"
        b"        \0\0\0\0\0\0\0\1" + bytes(52) + b" " * 40,
        b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!" + b"0" * 30 + b"  ",
        (b"Y\x41\x10\0\0\0\0\0\0 \x2e\0\0\0\0\0\0\0").ljust(80),
    ]
    assert path.read_bytes() == b"".join(expected)


def test_the_same_inputs_give_the_same_bytes_whatever_the_encoding_of_columns(
    make: Maker, tmp_path: Path
) -> None:
    coded = make((TERM, ["b", "a", None, "b"]), (SEQ, [1, 2, 3, 4]))
    plain = coded.frame.assign(
        AETERM=pd.Series(["b", "a", None, "b"], dtype="str"),
        AESEQ=pd.Series([1, 2, 3, 4], dtype="Int64"),
    )
    unused = coded.frame.assign(
        AETERM=columns.text(["too long for it", "b", "a", None, "b"]).iloc[1:].to_numpy()
    )
    unused["AETERM"] = columns.text(["too long for it", "b", "a", None, "b"]).iloc[1:].array
    written = []
    for index, frame in enumerate((coded.frame, plain, unused)):
        path = tmp_path / f"{index}.xpt"
        assert write_xpt(Dataset(coded.metadata, frame), path, created=WHEN) == []
        written.append(path.read_bytes())
    assert written[0] == written[1] == written[2]


def test_pieces_give_the_same_bytes_as_the_whole(make: Maker, tmp_path: Path) -> None:
    rows = 70_001
    random = np.random.default_rng(5)
    dataset = make(
        (TERM, [f"T{number}" for number in random.integers(0, 5000, rows)]),
        (SEQ, random.normal(size=rows)),
    )
    write_xpt(dataset, tmp_path / "whole.xpt", created=WHEN)
    with XptWriter(tmp_path / "pieces.xpt", dataset.metadata, created=WHEN) as writer:
        for start, stop in ((0, 1), (1, 1), (1, 65_537), (65_537, 70_001)):
            writer.write(dataset.frame.iloc[start:stop])
    assert (tmp_path / "whole.xpt").read_bytes() == (tmp_path / "pieces.xpt").read_bytes()
    assert len(read_xpt(tmp_path / "whole.xpt").frame) == rows


def test_memory_does_not_grow_with_rows(make: Maker, tmp_path: Path) -> None:
    dataset = make((TERM, ["a", "b"] * 50_000), (SEQ, range(100_000)))

    def peak(times: int) -> int:
        tracemalloc.start()
        with XptWriter(tmp_path / "lb.xpt", dataset.metadata, created=WHEN) as writer:
            for _ in range(times):
                writer.write(dataset.frame)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(1)
    assert peak(8) < 1.2 * peak(2)


def variable(**changes: Any) -> Variable:
    values = {"name": "AETERM", "label": "Term", "kind": "Char", "length": 8}
    return Variable(**{**values, **changes})


DAY = variable(kind="Num", format="DATE9.")
MOMENT = variable(kind="Num", format="DATETIME20.")
WORDS = [
    # variable, values, what the one problem says
    (variable(name="AETERMLONG"), ["x"], r"AE\.AETERMLONG: variable name: 10 characters.* 8"),
    (variable(name="aeterm"), ["x"], r"AE\.aeterm: variable name: it must match"),
    (variable(name="1AE"), ["x"], r"AE\.1AE: variable name: it must match"),
    (variable(name="ÄTERM"), ["x"], r"AE\.ÄTERM: variable name: it must match"),
    (variable(name="AE\n"), ["x"], r"it must match"),
    (variable(label="L" * 41), ["x"], r"AE\.AETERM: value 'L+': label: 41 bytes, allowed are 40"),
    (variable(label="Größe"), ["x"], r"label: 'ö' \(U\+00F6\) is not ASCII; nearest is 'Grosse'"),
    (variable(length=201), ["x"], r"AE\.AETERM: length 201, version 5 allows 200 bytes"),
    (variable(length=0), [None], r"AE\.AETERM: length 0, a text has at least 1 byte"),
    (variable(length=2), ["ab", "abc"], r"AE\.AETERM, row 2: value 'abc': 3 bytes, allowed are 2"),
    (variable(), ["x", "µg"], r"row 2: value 'µg': 'µ' \(U\+00B5\) is not ASCII; nearest is 'ug'"),
    (variable(format="DATE9.."), ["x"], r"format 'DATE9\.\.' is not a SAS format"),
    (variable(format="$LONGNAMES."), ["x"], r"has a name over 8 characters"),
    (variable(kind="Num", length=9), [1], r"length 9, a number has 2 to 8 bytes"),
    (variable(kind="Num"), [1, np.inf], r"AE\.AETERM, row 2: value 'inf': not within the range"),
    (variable(kind="Num"), [-1e77], r"AE\.AETERM, row 1: value '-1e\+77': not within the range"),
    (variable(kind="Num"), [5e-324], r"row 1: value '5e-324': not within the range"),
    (variable(kind="Num", length=3), [1, 0.1], r"row 2: value '0\.1': 3 bytes cannot hold all"),
    (DAY, [-138_061, -138_062], r"row 2: value '-138062': not a date of SAS's calendar"),
    (DAY, [6_552_815, 1e12], r"row 2: value '1000000000000': not a date of SAS's calendar"),
    (MOMENT, [6_552_815 * 86_400, 6_552_816 * 86_400], r"row 2: .* not a date of SAS's calendar"),
    (DAY, [0, np.inf], r"row 2: value 'inf': not within the range"),
]


@pytest.mark.parametrize(("item", "values", "words"), WORDS)
def test_what_the_format_cannot_hold_is_one_clear_problem(
    item: Variable, values: list[Any], words: str, make: Maker, tmp_path: Path
) -> None:
    dataset = make((item, values))
    with pytest.raises(OutputError, match=words) as caught:
        write_xpt(dataset, tmp_path / "ae.xpt", created=WHEN)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].file.endswith("ae.xpt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ADLBCHEM1", "dataset name 'ADLBCHEM1': 9 characters, allowed are 8"),
        ("ae", r"dataset name 'ae': it must match"),
        ("", "dataset name '': it must match"),
    ],
)
def test_a_dataset_name_must_fit(name: str, words: str, make: Maker, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=words):
        write_xpt(make((TERM, ["x"]), name=name), tmp_path / "x.xpt", created=WHEN)


def test_all_problems_are_told_together_with_first_row_and_count(
    make: Maker, tmp_path: Path
) -> None:
    dataset = make(
        (variable(length=3, label="Ü"), ["abcd", "é", None, "abcd"] * 40_000),
        (variable(name="AESEQ", kind="Num"), [1, np.inf, -np.inf, np.inf] * 40_000),
        label="L" * 50,
    )
    with pytest.raises(OutputError) as caught:
        write_xpt(dataset, tmp_path / "ae.xpt", created=WHEN)
    told = [problem.message for problem in caught.value.problems]
    assert [text.split(": ")[0] for text in told] == [
        "AE",
        "AE.AETERM",
        "AE.AETERM, row 1 and 79999 more",
        "AE.AETERM, row 2 and 39999 more",
        "AE.AESEQ, row 3 and 39999 more",
        "AE.AESEQ, row 2 and 79999 more",
    ]


def test_a_thousand_bad_values_are_told_by_a_hundred_examples(make: Maker, tmp_path: Path) -> None:
    dataset = make((variable(length=1), [f"{number:04}" for number in range(1000)]))
    with pytest.raises(OutputError) as caught:
        write_xpt(dataset, tmp_path / "ae.xpt", created=WHEN)
    assert len(caught.value.problems) == 101
    assert "row 101 and 899 more: further values" in caught.value.problems[-1].message


def test_metadata_fail_before_the_first_row_is_asked_for(make: Maker, tmp_path: Path) -> None:
    metadata = make((variable(name="toolongname"), [])).metadata
    with (
        pytest.raises(OutputError, match="toolongname"),
        XptWriter(tmp_path / "ae.xpt", metadata, created=WHEN),
    ):
        pytest.fail("the block must not run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("item", "values", "kept", "rule"),
    [
        (variable(length=3), ["abcdef", "abc"], ["abc", "abc"], "xpt-length"),
        (variable(), ["Ménière", "x"], ["Meniere", "x"], "xpt-character"),
        (variable(), ["≥ 5 µg", "x"], [">= 5 ug", "x"], "xpt-character"),
        (variable(), ["日本", "x"], ["??", "x"], "xpt-character"),
        (variable(kind="Num"), [np.inf, 1], [None, 1], "xpt-range"),
        (variable(kind="Num", length=3), [0.1, 1], [6553 / 65536, 1], "xpt-precision"),
        (variable(length=300), ["x", "y"], ["x", "y"], "xpt-length-limit"),
        (DAY, [1e9, 1], [None, 1], "xpt-date"),
    ],
)
def test_lenient_mends_and_tells(
    item: Variable,
    values: list[Any],
    kept: list[Any],
    rule: str,
    make: Maker,
    tmp_path: Path,
) -> None:
    path = tmp_path / "ae.xpt"
    findings = write_xpt(make((item, values * 3)), path, created=WHEN, lenient=True)
    assert [(item.rule, item.dataset, item.variable) for item in findings] == [
        (rule, "AE", "AETERM")
    ]
    if rule != "xpt-length-limit":
        assert (findings[0].row, findings[0].count) == (1, 3)
    back = read_xpt(path).frame["AETERM"].tolist()
    assert [None if value != value else value for value in back] == kept * 3


def test_lenient_cuts_labels_and_tells(make: Maker, tmp_path: Path) -> None:
    dataset = make((variable(label="Grüße " + "x" * 50), ["x"]), label="ü" * 41)
    findings = write_xpt(dataset, tmp_path / "ae.xpt", created=WHEN, lenient=True)
    assert {(item.rule, item.severity) for item in findings} == {("xpt-label", Severity.WARNING)}
    back = read_xpt(tmp_path / "ae.xpt").metadata
    assert back.label == "u" * 40
    assert back.variables[0].label == ("Grusse " + "x" * 50)[:40]


@pytest.mark.parametrize(
    "item", [variable(name="toolongname"), variable(name="x y"), variable(format="?")]
)
def test_lenient_does_not_invent_names_or_formats(
    item: Variable, make: Maker, tmp_path: Path
) -> None:
    with pytest.raises(OutputError):
        write_xpt(make((item, ["x"])), tmp_path / "ae.xpt", created=WHEN, lenient=True)


def test_other_encodings_count_bytes_and_cut_between_characters(
    make: Maker, tmp_path: Path
) -> None:
    path = tmp_path / "ae.xpt"
    dataset = make((variable(length=4), ["日本", "ab"]))
    findings = write_xpt(dataset, path, created=WHEN, encoding="utf-8", lenient=True)
    assert [item.message for item in findings] == ["6 bytes, allowed are 4"]
    assert read_xpt(path).frame["AETERM"].tolist() == ["日", "ab"]
    assert read_members(path)[0].header.encoding == "utf-8"


def test_trailing_blanks_do_not_make_a_value_too_long(make: Maker, tmp_path: Path) -> None:
    dataset = make((variable(length=2), ["ab   ", " b"]))
    assert write_xpt(dataset, tmp_path / "ae.xpt", created=WHEN) == []
    assert read_xpt(tmp_path / "ae.xpt").frame["AETERM"].tolist() == ["ab", " b"]


@pytest.mark.parametrize(
    ("kind", "column", "words"),
    [
        ("Num", columns.text([None, "abc"]), r"row 2: value 'abc': the variable is Num"),
        ("Char", pd.Series([np.nan, 5.0]), r"row 2: value '5\.0': the variable is Char"),
        ("Num", pd.Series(pd.to_datetime(["2020-01-01"])), r"the variable is Num"),
    ],
)
def test_a_column_of_the_other_kind_is_refused(
    kind: Any, column: pd.Series, words: str, tmp_path: Path
) -> None:
    metadata = Metadata("AE", "", "", "", (), (variable(kind=kind),))
    for lenient in (False, True):
        with pytest.raises(OutputError, match=words):
            write_xpt(
                Dataset(metadata, pd.DataFrame({"AETERM": column})),
                tmp_path / "ae.xpt",
                created=WHEN,
                lenient=lenient,
            )


def test_a_column_without_values_may_be_of_either_kind(tmp_path: Path) -> None:
    metadata = Metadata("AE", "", "", "", (), (variable(), SEQ))
    frame = pd.DataFrame({"AETERM": pd.Series([np.nan] * 2), "AESEQ": columns.text([None, None])})
    write_xpt(Dataset(metadata, frame), tmp_path / "ae.xpt", created=WHEN)
    assert read_xpt(tmp_path / "ae.xpt").frame.isna().all(axis=None)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["AETERM"], "AE: variable AESEQ has no column"),
        (["AETERM", "AESEQ", "AEX"], "AE: column AEX is no variable"),
        (["AESEQ", "AETERM"], "not in the order"),
    ],
)
def test_other_columns_are_refused(
    names: list[str], words: str, make: Maker, tmp_path: Path
) -> None:
    frame = pd.DataFrame({name: pd.Series([np.nan]) for name in names})
    metadata = make((TERM, []), (SEQ, [])).metadata
    with pytest.raises(OutputError, match=words):
        write_xpt(Dataset(metadata, frame), tmp_path / "ae.xpt", created=WHEN)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_previous_file_whole(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "ae.xpt"
    write_xpt(make((TERM, ["good"])), path, created=WHEN)
    before = path.read_bytes()
    with pytest.raises(OutputError):
        write_xpt(make((TERM, ["far too long"])), path, created=WHEN)
    writer = XptWriter(path, make((TERM, [])).metadata, created=WHEN)
    with pytest.raises(RuntimeError), writer:
        writer.write(make((TERM, ["x"])).frame)
        raise RuntimeError("the pipeline failed")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(make: Maker, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: No such file"):
        write_xpt(make((TERM, ["x"])), tmp_path / "no" / "ae.xpt", created=WHEN)


def test_the_time_is_never_the_clock_and_must_have_two_digits_of_year(
    make: Maker, tmp_path: Path
) -> None:
    with pytest.raises(TypeError, match="created or header"):
        write_xpt(make((TERM, ["x"])), tmp_path / "ae.xpt")
    with pytest.raises(OutputError, match="1960 to 2059"):
        write_xpt(make((TERM, ["x"])), tmp_path / "ae.xpt", created=datetime(2060, 1, 1))


@pytest.mark.parametrize("encoding", ["utf-16", "cp037", "klingon"])
def test_an_encoding_without_ascii_is_refused(encoding: str, make: Maker, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown, or does not hold ASCII"):
        write_xpt(make((TERM, ["x"])), tmp_path / "ae.xpt", created=WHEN, encoding=encoding)


def test_no_variables_and_two_of_one_name_are_refused(make: Maker, tmp_path: Path) -> None:
    empty = Dataset(Metadata("AE", "", "", "", (), ()), pd.DataFrame())
    with pytest.raises(OutputError, match="0 variables"):
        write_xpt(empty, tmp_path / "ae.xpt", created=WHEN)
    metadata = Metadata("AE", "", "", "", (), (TERM, TERM))
    with (
        pytest.raises(OutputError, match="2 variables have this name"),
        XptWriter(tmp_path / "ae.xpt", metadata, created=WHEN),
    ):
        pass


def test_blank_records_at_the_end_are_written_and_told(make: Maker, tmp_path: Path) -> None:
    dataset = make((variable(length=10), ["a", None, "b", None, None, None]))
    findings = write_xpt(dataset, tmp_path / "ae.xpt", created=WHEN)
    assert [(item.rule, item.row, item.count) for item in findings] == [("xpt-blank-end", 4, 3)]
    assert read_xpt(tmp_path / "ae.xpt").frame["AETERM"].tolist()[::2] == ["a", "b"]
    assert len(read_xpt(tmp_path / "ae.xpt").frame) == 3


@pytest.mark.parametrize("version", [8, 9])
def test_later_versions_keep_blank_records_by_their_count(
    version: int, make: Maker, tmp_path: Path
) -> None:
    dataset = make((variable(length=10), ["a", None, None]))
    path = tmp_path / "ae.xpt"
    assert write_xpt(dataset, path, created=WHEN, version=version) == []
    assert read_xpt(path).frame["AETERM"].isna().tolist() == [False, True, True]
    assert b"HEADER RECORD*******OBSV8   HEADER RECORD!!!!!!!              3 " in path.read_bytes()


def test_later_versions_hold_long_names_labels_texts_and_formats(
    make: Maker, tmp_path: Path
) -> None:
    name = "A_name_of_32_characters_in_total"
    dataset = make(
        (variable(name=name, label="L" * 256, length=2000), ["x" * 2000, "ü"]),
        (variable(name="short", kind="Num", format="A_LONG_FORMAT12.2"), [1.5, 2]),
        name="A_dataset_with_a_long_name",
    )
    path = tmp_path / "long.xpt"
    with pytest.raises(OutputError, match="has a name over 8 characters"):
        write_xpt(dataset, path, created=WHEN, version=8, encoding="utf-8")
    write_xpt(dataset, path, created=WHEN, version=9, encoding="utf-8")
    back = read_members(path)[0]
    assert [
        (item.name, item.label, item.length, item.format)
        for item in back.dataset.metadata.variables
    ] == [(name, "L" * 256, 2000, ""), ("short", "Term", 8, "A_LONG_FORMAT12.2")]
    assert back.dataset.frame[name].tolist() == ["x" * 2000, "ü"]
    assert back.dataset.name == "A_dataset_with_a_long_name"
    frame, meta = pyreadstat.read_xport(path)
    assert frame[name].tolist() == ["x" * 2000, "ü"]
    assert meta.column_names_to_labels == {name: "L" * 256, "short": "Term"}
    write_xpt(back.dataset, tmp_path / "again.xpt", header=back.header)
    assert (tmp_path / "again.xpt").read_bytes() == path.read_bytes()


def test_a_header_brings_everything_that_a_dataset_does_not_hold(
    make: Maker, tmp_path: Path
) -> None:
    stamp = XptStamp("6.06", "bsd4.2\0\0", datetime(1989, 11, 16, 10, 7, 55), None)
    header = XptHeader(stamp, XptStamp("9.4", "Linux"), type="VIEW")
    dataset = make((SEQ, [special_missing("Z"), np.nan, -0.0]))
    write_xpt(dataset, tmp_path / "a.xpt", header=header)
    back = read_members(tmp_path / "a.xpt")[0]
    assert (back.header.library, back.header.type) == (stamp, "VIEW")
    write_xpt(back.dataset, tmp_path / "b.xpt", header=back.header)
    assert (tmp_path / "a.xpt").read_bytes() == (tmp_path / "b.xpt").read_bytes()
