"""Rows of a spec that stand in a CSV file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from converters.mapping.document import Document, load
from converters.mapping.files import with_files

SPEC = """dataset: ADLB
derive:
  - analysis_visit: {windows: {file: adam/rows.csv}, day: ADY}
    ADT: {date: LBDTC}
records:
  - derive:
      - analysis_visit: {windows: {file: adam/rows.csv}}
"""


def filled(place: Path, content: bytes | None, spec: str = SPEC) -> tuple[Document | None, Any]:
    (place / "adam").mkdir()
    if content is not None:
        (place / "adam" / "rows.csv").write_bytes(content)
    path = place / "adam" / "adlb.yaml"
    path.write_text(spec, "utf-8")
    document, problems = with_files(load(path, "adam/adlb.yaml"), place)
    return document, [str(item) for item in problems]


def test_rows_stand_in_place_of_the_file_as_the_spec_would_have_them(tmp_path: Path) -> None:
    content = '\ufeffA, B ,C\r\n1,x y,"1, 2"\r\n\r\n007,,true\r\n'.encode()
    document, problems = filled(tmp_path, content)
    assert problems == []
    assert document is not None
    rows = [{"A": 1, "B": "x y", "C": "1, 2"}, {"A": "007", "C": True}]
    first, second = document.data["derive"][0], document.data["records"][0]["derive"][0]
    assert first == {"analysis_visit": {"windows": rows, "day": "ADY"}, "ADT": {"date": "LBDTC"}}
    assert second == {"analysis_visit": {"windows": rows}}


def test_a_problem_in_a_row_is_told_with_its_line(tmp_path: Path) -> None:
    document, _ = filled(tmp_path, b'A,B\n"1\n2",x\n\n3,y\n')
    assert document is not None
    place = ("derive", 0, "analysis_visit", "windows")
    assert str(document.problem((*place, 1, "A"), "wrong")) == "adam/rows.csv:5: wrong"
    assert str(document.problem(place, "wrong")).startswith("adam/adlb.yaml:3:31: wrong")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "has no rows"),
        (b"A,A\n1,2\n", "needs a first line with the keys, each once"),
        (b"A,\n1,2\n", "needs a first line with the keys, each once"),
        (b"A,B\n", "has no rows"),
        (b"A,B\n1\n", "has 1 cells in line 2, and 2 keys"),
        (b"A\n\xff\n", "is not UTF-8 text"),
        (b'A\n"1\n', "is no CSV file: unexpected end of data"),
        (b"A\n" + b"1\n" * 2_500_001, "is larger than 5,000,000 bytes"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_where_it_is_named(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    document, problems = filled(tmp_path, content)
    assert document is None
    assert problems == [
        f"adam/adlb.yaml:{place}: 'adam/rows.csv' {problem}" for place in ("3:38", "7:42")
    ]


def test_no_file_outside_the_study_is_read(tmp_path: Path) -> None:
    place = tmp_path / "study"
    place.mkdir()
    (tmp_path / "rows.csv").write_text("A\n1\n", "utf-8")
    for file in ("../rows.csv", str(tmp_path / "rows.csv")):
        spec = f"derive: [{{analysis_visit: {{windows: {{file: {file}}}}}}}]\n"
        document, problems = filled(place, None, spec)
        assert document is None
        assert "is outside the study folder" in problems[0]
        (place / "adam" / "adlb.yaml").unlink()
        (place / "adam").rmdir()
    (place / "adam").mkdir()
    (place / "adam" / "rows.csv").symlink_to(tmp_path / "rows.csv")
    path = place / "adam" / "adlb.yaml"
    path.write_text(SPEC, "utf-8")
    document, found = with_files(load(path), place)
    assert document is None
    assert "is outside the study folder" in str(found[0])


@pytest.mark.parametrize("spec", ["[1]\n", "derive: x\n", "derive: [1, {A: 2}]\nrecords: 3\n"])
def test_what_is_no_spec_is_left_to_the_check(tmp_path: Path, spec: str) -> None:
    document, problems = filled(tmp_path, None, spec)
    assert problems == []
    assert document is not None
