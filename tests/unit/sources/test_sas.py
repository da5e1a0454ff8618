"""SAS7BDAT and XPORT in: shortest numbers, ISO dates by format, labels, missing values."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from converters.columns import to_list
from converters.errors import InputError
from converters.sources import Source, SourceSpec, read_columns, read_source
from converters.sources.sas import _word

HERE = Path(__file__).parent


def write_xpt(
    path: Path, columns: dict[str, list[object]], formats: dict[str, str] | None = None
) -> Path:
    labels = {name: f"Label of {name}" for name in columns}
    pyreadstat.write_xport(
        pd.DataFrame(columns),
        path,
        file_format_version=5,
        column_labels=labels,
        variable_format=formats or {},
    )
    return path


def read(file: Path, **options: object) -> Source:
    return read_source(SourceSpec("lb", (file,), **options))  # type: ignore[arg-type]


@pytest.fixture
def sas7bdat(tmp_path: Path) -> Path:
    """Four invented records that ReadStat wrote: text, number (one .A), date, date-time, time."""
    file = tmp_path / "lb.sas7bdat"
    file.write_bytes(gzip.decompress((HERE / "lb.sas7bdat.gz").read_bytes()))
    return file


def test_a_sas_data_set_arrives_as_text(sas7bdat: Path) -> None:
    source = read(sas7bdat)
    assert {name: to_list(source.frame[name]) for name in source.frame} == {
        "SUBJECT": ["001", "  002", "Müller", None],
        "RESULT": ["3", "1.5", None, "-0.25"],
        "LBDT": ["2015-03-14", "2015-03-15", "2015-03-16", None],
        "LBDTM": ["2015-03-14T10:30:00", "2015-03-15T10:30:00", "2015-03-16T10:30:00", None],
        "LBTM": ["10:30:00", "10:30:00.5", "10:30:01", None],
    }
    assert source.labels == {"SUBJECT": "Subject identifier", "RESULT": "Result"}
    assert source.records.tolist() == [1, 2, 3, 4]


def test_special_missing_values_are_missing_and_counted(sas7bdat: Path) -> None:
    (finding,) = read(sas7bdat).findings
    assert (finding.rule, finding.variable, finding.value, finding.count) == (
        "special-missing",
        "RESULT",
        ".A",
        1,
    )


def test_a_transport_file_arrives_as_text(tmp_path: Path) -> None:
    file = write_xpt(
        tmp_path / "lb.xpt",
        {
            "C": ["x  ", "  y", "", " "],
            "N": [1.0, 0.1, np.nan, 123456789.25],
            "D": [-1, 0, np.nan, 20161],
            "T": [0.5, 90000, np.nan, -60],
        },
        {"D": "DATE9.", "T": "TIME8."},
    )
    source = read(file)
    assert {name: to_list(source.frame[name]) for name in source.frame} == {
        "C": ["x", "  y", None, None],
        "N": ["1", "0.1", None, "123456789.25"],
        "D": ["1959-12-31", "1960-01-01", None, "2015-03-14"],
        "T": ["00:00:00.5", "25:00:00", None, "-00:01:00"],
    }
    assert source.labels["N"] == "Label of N"


@pytest.mark.parametrize(
    ("format_", "value", "expected"),
    [
        ("DATE9", 20161, "2015-03-14"),
        ("DATE9.", 20161.7, "2015-03-14"),
        ("YYMMDDN8", 20161, "2015-03-14"),
        ("E8601DA10", 20161, "2015-03-14"),
        ("MONYY7", 20161, "2015-03-14"),
        ("WEEKDATE29", 20161, "2015-03-14"),
        ("DATETIME20", 1741948200, "2015-03-14T10:30:00"),
        ("DATETIME22.3", 1741948200.25, "2015-03-14T10:30:00.25"),
        ("E8601DT19", 1741948200, "2015-03-14T10:30:00"),
        ("DTDATE9", 1741948200, "2015-03-14T10:30:00"),
        ("TIME5", 37800, "10:30:00"),
        ("TIMEAMPM11", 37800, "10:30:00"),
        ("TOD8", 37800, "10:30:00"),
        ("DATE9", 1e12, "1000000000000"),
        ("DATETIME20", -1e15, "-1000000000000000"),
        ("BEST12", 3, "3"),
        ("8.2", 1.5, "1.5"),
        ("$CHAR10", 2, "2"),
        ("", 1e20, "1e+20"),
        ("SEXFMT", 1, "1"),
    ],
)
def test_a_number_is_written_by_its_format(format_: str, value: float, expected: str) -> None:
    assert _word(format_)(value) == expected


def test_only_the_columns_asked_for_are_read(sas7bdat: Path) -> None:
    source = read_source(SourceSpec("lb", (sas7bdat,)), columns=["RESULT"])
    assert list(source.frame) == ["RESULT"] and "LBDT" in source.all_columns
    assert read_source(SourceSpec("lb", (sas7bdat,)), columns=[]).frame.shape == (4, 0)
    assert read_columns(SourceSpec("lb", (sas7bdat,)))[:2] == ["SUBJECT", "RESULT"]


def test_a_transport_file_in_another_encoding_is_read_and_told(tmp_path: Path) -> None:
    file = write_xpt(tmp_path / "lb.xpt", {"C": ["xé", "y"]})
    file.write_bytes(file.read_bytes().replace("é".encode(), b"\xe9 "))
    source = read(file)
    assert to_list(source.frame["C"]) == ["xé", "y"]
    assert [finding.rule for finding in source.findings] == ["guessed-encoding"]
    assert not read(file, encoding="windows-1252").findings


def test_several_data_sets_or_a_cut_file_are_refused(tmp_path: Path) -> None:
    file = write_xpt(tmp_path / "lb.xpt", {"C": ["x", "y"]})
    whole = file.read_bytes()
    member = whole[whole.index(b"HEADER RECORD*******MEMBER  HEADER") :]
    cases = {
        whole + member: "transport file of 2 data sets",
        whole[:-7]: "ends within an 80-byte record",
        b"hello" * 160: "not a SAS file",
        whole[:400]: "not a SAS file",
    }
    for data, expected in cases.items():
        file.write_bytes(data)
        with pytest.raises(InputError, match=expected):
            read(file)


def test_a_damaged_sas_data_set_is_refused(sas7bdat: Path) -> None:
    whole = sas7bdat.read_bytes()
    for data in (whole[:500], whole[:5000], b"no SAS" * 100):
        sas7bdat.write_bytes(data)
        with pytest.raises(InputError, match=r"lb\.sas7bdat"):
            read(sas7bdat)


def test_a_data_set_without_records_is_a_finding(tmp_path: Path) -> None:
    file = write_xpt(tmp_path / "lb.xpt", {"C": ["x"], "N": [1.0]})
    whole = file.read_bytes()
    observations = whole.index(b"HEADER RECORD*******OBS ")
    file.write_bytes(whole[: observations + 80])
    source = read(file)
    assert source.frame.shape == (0, 2)
    assert [finding.rule for finding in source.findings] == ["empty-source"]
