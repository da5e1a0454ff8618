"""What a file says of itself: metadata, number of records and first records, without the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from converters import columns
from converters.cli import commands
from converters.dataset import Dataset, Variable
from converters.errors import CdiscError, InputError, OutputError, SpecError
from converters.formats import EXTENSIONS, read_dataset, write_dataset
from converters.formats import xpt_read as reader
from converters.formats.contents import read_contents
from converters.formats.convert_file import convert_file
from converters.formats.ibm_float import special_missing
from converters.formats.xpt import read_member, read_members, write_xpt

Maker = Callable[..., Dataset]
WHEN = datetime(2024, 2, 29, 13, 5, 59)
TERM = Variable("AETERM", "Reported Term", "Char", length=90)
SEQ = Variable("AESEQ", "Sequence Number", "Num", "integer", length=8)
DAY = Variable("ASTDT", "Start Date", "Num", "integer", length=8, format="DATE9.")


@pytest.fixture
def dataset(make: Maker) -> Dataset:
    terms = [f"term {row}" for row in range(30)]
    days = [special_missing("A"), np.nan, *range(28)]
    return make((TERM, terms), (SEQ, range(30)), (DAY, days), label="Adverse Events")


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("rows", [0, 1, 7, 50])
def test_the_first_rows_and_the_number_of_all_are_told(
    dataset: Dataset, tmp_path: Path, extension: str, rows: int
) -> None:
    path = tmp_path / f"ae{extension}"
    write_dataset(dataset, path, created=WHEN)
    contents = read_contents(path, rows)
    assert contents.rows == (None if extension == ".csv" else 30)
    shown = min(rows, 30)
    frame = contents.first.frame
    assert columns.to_list(frame["AETERM"]) == columns.to_list(dataset.frame["AETERM"])[:shown]
    assert [item.name for item in contents.first.metadata.variables] == ["AETERM", "AESEQ", "ASTDT"]
    if extension not in (".csv", ".parquet"):
        assert contents.details["Created"] == "2024-02-29T13:05:59"


@pytest.mark.parametrize("extension", [".json", ".ndjson", ".xpt", ".parquet"])
def test_what_comes_after_the_first_rows_is_not_read(
    make: Maker, tmp_path: Path, extension: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("converters.formats.dataset_json_read._CHUNK", 4_000)
    monkeypatch.setattr(reader, "_GLANCE", 10_000)
    path = tmp_path / f"ae{extension}"
    dataset = make((TERM, ["x"] * 2_000), (SEQ, range(2_000)))
    write_dataset(dataset, path, created=WHEN)
    data = path.read_bytes()
    if extension in (".json", ".ndjson"):
        path.write_bytes(data[: len(data) // 2])  # cut short, which reading it all would tell
        with pytest.raises(InputError):
            read_dataset(path)
    assert read_contents(path, 3).rows == 2_000


@pytest.mark.parametrize("lengths", [(3, 5_000), (5_000, 3), (5_000, 5_000), (2_000, 200)])
@pytest.mark.parametrize("texts", [True, False])
def test_a_second_dataset_in_a_large_file_is_never_taken_for_records(
    make: Maker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lengths: tuple[int, int],
    texts: bool,
) -> None:
    monkeypatch.setattr(reader, "_GLANCE", 10_000)
    path = tmp_path / "two.xpt"
    whole = b""
    for name, rows in zip(("AE", "CM"), lengths, strict=True):
        items = [(TERM, ["x"] * rows)] if texts else [(TERM, ["x"] * rows), (SEQ, range(rows))]
        write_xpt(make(*items, name=name), tmp_path / "one.xpt", created=WHEN)
        data = (tmp_path / "one.xpt").read_bytes()
        whole += data if not whole else data[240:]
    path.write_bytes(whole)
    contents = read_contents(path, 2)
    assert (contents.rows, contents.members) == (lengths[0], ("AE", "CM"))
    assert read_contents(path, 2, "cm").rows == lengths[1]
    assert [len(member.dataset.frame) for member in read_members(path)] == list(lengths)
    with pytest.raises(InputError, match="holds no dataset CX, but AE, CM"):
        read_contents(path, 2, "CX")


def test_contents_of_files_of_sas_agree_with_reading_them_whole(shared: Path) -> None:
    paths = sorted((shared / "packages").rglob("*.xpt"))
    assert len(paths) > 20
    for path in paths:
        contents, dataset = read_contents(path, 5), read_dataset(path)
        assert contents.rows == len(dataset.frame), path
        for one, other in zip(
            contents.first.metadata.variables, dataset.metadata.variables, strict=True
        ):
            assert (one.name, one.label, one.kind, one.length, one.format) == (
                *(other.name, other.label, other.kind, other.length, other.format),
            )


def run(*arguments: Any) -> Any:
    return CliRunner().invoke(commands, [str(item) for item in arguments], catch_exceptions=True)


def test_show_prints_variables_and_records(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "ae.xpt"
    write_dataset(dataset, path, created=WHEN)
    result = run("show", path, "-n", 3)
    assert result.exit_code == 0
    for text in ("Adverse Events", "2024-02-29T13:05:59", "SAS transport file, version 5"):
        assert text in result.output
    assert "ASTDT" in result.output
    assert "DATE9." in result.output
    assert "1960-01-01" in result.output
    assert ".A" in result.output


def test_show_gives_json_to_machines(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "ae.ndjson"
    write_dataset(dataset, path, created=WHEN)
    found = json.loads(run("show", path, "--json", "--rows", 3).output)
    assert (found["dataset"], found["records"], found["label"]) == ("AE", 30, "Adverse Events")
    assert found["rows"] == [["term 0", 0, None], ["term 1", 1, None], ["term 2", 2, "1960-01-01"]]
    assert found["variables"][2]["format"] == "DATE9."


def test_a_wide_dataset_is_shown_in_several_tables(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "ae.xpt"
    items = [(Variable(f"V{n:07}", "", "Char", length=20), ["y" * 20]) for n in range(30)]
    write_dataset(make(*items), path, created=WHEN)
    result = run("show", path)
    assert result.output.count("y" * 20) == 30
    assert max(map(len, result.output.splitlines())) <= 160


@pytest.mark.parametrize("source", EXTENSIONS)
@pytest.mark.parametrize("target", EXTENSIONS)
def test_every_format_becomes_every_other(
    dataset: Dataset, tmp_path: Path, source: str, target: str
) -> None:
    before, after = tmp_path / f"ae{source}", tmp_path / f"out{target}"
    write_dataset(dataset, before, created=WHEN)
    told = convert_file(before, after, created=WHEN, member=None)
    loses = source in (".xpt", ".parquet", ".csv") and target in (".json", ".ndjson", ".dsjc")
    assert [item.rule for item in told] == ["json-special-missing"] * loses
    back = read_dataset(after)
    assert columns.to_list(back.frame["AETERM"]) == columns.to_list(dataset.frame["AETERM"])
    numbers = back.frame["ASTDT"].to_numpy()
    np.testing.assert_array_equal(numbers, dataset.frame["ASTDT"].to_numpy())
    assert [v.format for v in back.metadata.variables] == ["", "", "DATE9."]


def test_a_transport_file_that_is_only_copied_keeps_its_bytes(shared: Path, tmp_path: Path) -> None:
    for path in sorted((shared / "packages" / "tdf_adam").glob("*.xpt"))[:5]:
        convert_file(path, tmp_path / "copy.xpt")
        assert (tmp_path / "copy.xpt").read_bytes() == path.read_bytes()


def test_version_encoding_and_time_can_be_stated(dataset: Dataset, tmp_path: Path) -> None:
    write_dataset(dataset, tmp_path / "ae.parquet", created=WHEN)
    arguments = ("--version", 8, "--encoding", "utf-8", "--created", "2020-01-02")
    result = run("convert-file", tmp_path / "ae.parquet", tmp_path / "ae.xpt", *arguments)
    assert result.exit_code == 0, result.output
    header = read_member(tmp_path / "ae.xpt").header
    assert (header.version, header.member.created) == (8, datetime(2020, 1, 2))


def test_a_file_without_a_time_needs_one(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_dataset(dataset, tmp_path / "ae.csv", created=WHEN)
    with pytest.raises(SpecError, match=r"\.csv files bear no time"):
        convert_file(tmp_path / "ae.csv", tmp_path / "ae.xpt")
    assert not (tmp_path / "ae.xpt").exists()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert run("convert-file", tmp_path / "ae.csv", tmp_path / "ae.xpt").exit_code == 0
    assert read_member(tmp_path / "ae.xpt").header.member.created == datetime(
        2023, 11, 14, 22, 13, 20
    )


def test_lenient_tells_what_it_cut(make: Maker, tmp_path: Path) -> None:
    item = Variable("AETERM", "Term", "Char", length=3)
    write_dataset(make((item, ["é", "abc"])), tmp_path / "ae.json", created=WHEN)
    arguments = ("convert-file", tmp_path / "ae.json", tmp_path / "ae.xpt")
    assert isinstance(run(*arguments).exception, OutputError)
    result = run(*arguments, "--lenient")
    assert result.exit_code == 0
    assert "xpt-character" in result.output + (result.stderr or "")


@pytest.mark.parametrize("name", ["ae.xls", "ae", "ae.xpt"])
def test_an_unknown_or_absent_file_is_one_clear_error(tmp_path: Path, name: str) -> None:
    error = run("show", tmp_path / name).exception
    assert isinstance(error, CdiscError)
    assert len(error.problems) == 1


def test_a_dataset_without_rows_is_shown(make: Maker, tmp_path: Path) -> None:
    for extension in EXTENSIONS:
        path = tmp_path / f"ae{extension}"
        write_dataset(make((TERM, []), (SEQ, [])), path, created=WHEN)
        assert run("show", path).exit_code == 0
        assert isinstance(read_contents(path).first.frame, pd.DataFrame)
