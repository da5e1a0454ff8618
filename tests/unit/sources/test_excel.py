"""Excel in: cells as they show, rows by their place, faults with what to do."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from converters.columns import to_list
from converters.errors import InputError
from converters.sources import Source, SourceSpec, read_columns, read_source


def book(path: Path, rows: list[list[Any]], **more: list[list[Any]]) -> Path:
    file = path / "lb.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Lab"
    for row in rows:
        sheet.append(row)
    for title, others in more.items():
        other = workbook.create_sheet(title)
        for row in others:
            other.append(row)
    workbook.save(file)
    return file


def edit(file: Path, change: Callable[[Worksheet], None]) -> Path:
    workbook = openpyxl.load_workbook(file)
    change(workbook.worksheets[0])
    workbook.save(file)
    return file


def read(file: Path, **options: object) -> Source:
    return read_source(SourceSpec("lb", (file,), **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        ("1.50", "General", "1.50"),
        (" 007 ", "@", " 007 "),
        (3, "General", "3"),
        (3.0, "General", "3"),
        (1.5, "General", "1.5"),
        (1.5, "0.00", "1.50"),
        (-1.5, "0.00", "-1.50"),
        (2, "0.0", "2.0"),
        (1.234, "0.00", "1.234"),
        (1.5, "0", "1.5"),
        (7, "000", "007"),
        (-7, "000", "-007"),
        (1234.5, "#,##0.00", "1234.50"),
        (0.5, "#.00", "0.50"),
        (1.5, '0.00" mg"', "1.50"),
        (1.5, "[Red]0.00;[Blue]-0.00", "1.50"),
        (1.5, "$#,##0.00_)", "1.50"),
        (0.45, "0%", "0.45"),
        (12345678901234, "General", "12345678901234"),
        (0.1 + 0.2, "General", "0.3"),
        (0.000012, "General", "1.2e-05"),
        (1e20, "General", "100000000000000000000"),
        (True, "General", "TRUE"),
        (False, "General", "FALSE"),
        (datetime(2015, 3, 14), "yyyy-mm-dd", "2015-03-14"),
        (datetime(2015, 3, 14), "dd mmm yyyy hh:mm", "2015-03-14T00:00:00"),
        (datetime(2015, 3, 14, 10, 30), "yyyy-mm-dd", "2015-03-14T10:30:00"),
        (datetime(2015, 3, 14, 10, 30, 15), "d/m/yy h:mm", "2015-03-14T10:30:15"),
        (date(2015, 3, 14), "mm-dd-yy", "2015-03-14"),
        (time(10, 30), "hh:mm", "10:30:00"),
        (timedelta(hours=26, minutes=5), "[h]:mm", "26:05:00"),
        ("2015-03-14", "General", "2015-03-14"),
    ],
)
def test_a_cell_is_the_text_it_shows(
    tmp_path: Path, value: Any, number_format: str, expected: str
) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["A2"].value = value
        sheet["A2"].number_format = number_format

    file = edit(book(tmp_path, [["A"]]), change)
    assert to_list(read(file).frame["A"]) == [expected]


def test_a_date_of_the_1904_calendar_is_the_same_day(tmp_path: Path) -> None:
    file = tmp_path / "lb.xlsx"
    workbook = openpyxl.Workbook()
    workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for row in (["A"], [date(2015, 3, 14)]):
        workbook.worksheets[0].append(row)
    workbook.save(file)
    assert to_list(read(file).frame["A"]) == ["2015-03-14"]


def test_empty_rows_are_skipped_and_records_keep_their_place_in_the_sheet(tmp_path: Path) -> None:
    rows = [["Report"], [None], ["A", "B"], ["1", None], [None, " "], [], ["3", "x"], [], ["  "]]
    source = read(book(tmp_path, rows), header=3)
    assert to_list(source.frame["A"]) == ["1", "3"]
    assert to_list(source.frame["B"]) == [None, "x"]
    assert source.records.tolist() == [1, 4]


def test_merged_cells_have_their_value_in_the_first(tmp_path: Path) -> None:
    file = book(tmp_path, [["A", "B"], ["x", "y"], ["z", "w"]])
    edit(file, lambda sheet: sheet.merge_cells("A2:A3"))
    assert to_list(read(file).frame["A"]) == ["x", None]


def test_an_error_cell_is_text_and_a_finding(tmp_path: Path) -> None:
    source = read(book(tmp_path, [["A"], ["x"], ["#N/A"], ["#N/A"], ["#DIV/0!"]]))
    assert to_list(source.frame["A"]) == ["x", "#N/A", "#N/A", "#DIV/0!"]
    found = [(f.rule, f.variable, f.value, f.count, f.record) for f in source.findings]
    assert found == [("error-cell", "A", "#N/A", 2, 2), ("error-cell", "A", "#DIV/0!", 1, 4)]


def test_a_formula_that_was_never_computed_is_a_finding(tmp_path: Path) -> None:
    source = read(book(tmp_path, [["A", "B"], [1, "=A2*2"], [2, "=A3*2"]]))
    assert to_list(source.frame["B"]) == [None, None]
    (finding,) = source.findings
    assert (finding.rule, finding.count) == ("formula-without-value", 2)
    assert "sheet column B" in finding.message


def test_a_sheet_is_taken_by_name_or_number(tmp_path: Path) -> None:
    file = book(tmp_path, [["A"], ["first"]], Vitals=[["B"], ["second"]])
    assert to_list(read(file, sheet="Vitals").frame["B"]) == ["second"]
    assert to_list(read(file, sheet=2).frame["B"]) == ["second"]
    assert read_columns(SourceSpec("lb", (file,), sheet=2)) == ["B"]
    source = read(file)
    assert to_list(source.frame["A"]) == ["first"]
    assert [f.rule for f in source.findings] == ["other-sheets"] and "Vitals" in str(
        source.findings
    )


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ("Vital", "no sheet 'Vital' (did you mean 'Vitals'?); the sheets are: Lab, Vitals"),
        (3, "no sheet 3: the workbook has 2"),
        (0, "lb.xlsx"),
    ],
)
def test_an_unknown_sheet_is_told_with_the_nearest(
    tmp_path: Path, sheet: str | int, expected: str
) -> None:
    file = book(tmp_path, [["A"], ["1"]], Vitals=[["B"], ["2"]])
    with pytest.raises(InputError) as error:
        read(file, sheet=sheet)
    assert expected in str(error.value)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["A", "B", "A"], ["1"]], "lb.xlsx:1: column name 'A' is used 2 times (columns 1, 3)"),
        ([["A", None, "C"], ["1", "2"]], "sheet column B holds values and has no name"),
        ([["A"], ["1", "2"]], "sheet column B holds values and has no name"),
        ([[None], ["1"]], "no column names in this row"),
        ([], "no column names in this row"),
    ],
)
def test_an_unusable_header_is_refused(
    tmp_path: Path, rows: list[list[Any]], expected: str
) -> None:
    with pytest.raises(InputError) as error:
        read(book(tmp_path, rows))
    assert expected in str(error.value)


def test_a_column_without_name_and_values_is_none(tmp_path: Path) -> None:
    source = read(book(tmp_path, [["A", None, "C", None], ["1", None, "3", " "]]))
    assert source.all_columns == ("A", "C")
    assert to_list(source.frame["C"]) == ["3"]


def test_a_sheet_of_nothing_but_a_header_is_a_finding(tmp_path: Path) -> None:
    source = read(book(tmp_path, [["A", "B"]]))
    assert source.frame.shape == (0, 2)
    assert [f.rule for f in source.findings] == ["empty-source"]


def test_only_the_columns_asked_for_are_in_the_frame(tmp_path: Path) -> None:
    file = book(tmp_path, [["A", "B"], ["1", "2"]])
    source = read_source(SourceSpec("lb", (file,)), columns=["B"])
    assert list(source.frame) == ["B"] and source.all_columns == ("A", "B")


def test_old_encrypted_or_damaged_workbooks_are_refused(tmp_path: Path) -> None:
    file = book(tmp_path, [["A"], ["1"]])
    whole = file.read_bytes()
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    cases = {
        ole: "is of the old kind",
        ole + "EncryptedPackage".encode("utf-16-le"): "is encrypted",
        whole[: len(whole) // 2]: "or damaged",
        b"A,B\n1,2\n": "or damaged",
    }
    for data, expected in cases.items():
        file.write_bytes(data)
        with pytest.raises(InputError, match=expected):
            read(file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hello.txt", "x")
    with pytest.raises(InputError, match="or damaged"):
        read(file)


def test_a_sheet_that_is_no_xml_is_refused(tmp_path: Path) -> None:
    file = book(tmp_path, [["A"], ["1"]])
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-40]
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with pytest.raises(InputError, match="or damaged"):
        read(file)
