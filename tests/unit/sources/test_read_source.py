"""Sources of one or several files: what holds for every format."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

import converters.sources
from converters.columns import to_list
from converters.errors import InputError
from converters.sources import SourceSpec, read_columns, read_source


def write(path: Path, **files: str) -> tuple[Path, ...]:
    for name, text in files.items():
        (path / f"{name}.csv").write_text(text)
    return tuple(path / f"{name}.csv" for name in files)


def test_the_public_names_are_these() -> None:
    names = ["Database", "Source", "SourceSpec", "read_columns", "read_source"]
    assert converters.sources.__all__ == names


def test_several_files_are_stacked_and_numbered_each(tmp_path: Path) -> None:
    paths = write(tmp_path, a="A,B\n1,2\n3,4\n", b="B,A\n6,5\n", c="A,B\n")
    source = read_source(SourceSpec("lb", paths))
    assert to_list(source.frame["A"]) == ["1", "3", "5"]
    assert to_list(source.frame["B"]) == ["2", "4", "6"]
    assert source.files == tuple(str(path) for path in paths)
    assert source.file_codes.tolist() == [0, 0, 1]
    assert source.file_codes.dtype == "int16" and source.records.dtype == "int64"
    assert source.records.tolist() == [1, 2, 1]
    assert [finding.file for finding in source.findings] == [str(paths[2])]
    assert source.frame.index.equals(source.frame.reset_index(drop=True).index)


def test_files_of_other_columns_are_refused_with_the_differences(tmp_path: Path) -> None:
    paths = write(tmp_path, a="A,B\n1,2\n", b="A,C\n5,6\n", c="B,A,D\n1,2,3\n")
    with pytest.raises(InputError) as error:
        read_source(SourceSpec("lb", paths))
    assert [str(p).split(": ", 1)[1] for p in error.value.problems] == [
        "other columns than a.csv: lacks B; adds C",
        "other columns than a.csv: adds D",
    ]


def test_the_nearest_of_the_other_columns_is_named(tmp_path: Path) -> None:
    paths = write(tmp_path, a="SUBJ,TERM\n1,2\n", b="SUBJID,TERM,X\n5,6,7\n")
    with pytest.raises(InputError, match=r"lacks SUBJ \(did you mean 'SUBJID'\?\); adds SUBJID, X"):
        read_source(SourceSpec("lb", paths))


def test_each_file_has_an_encoding_of_its_own(tmp_path: Path) -> None:
    texts = {"a.csv": "utf-8", "b.csv": "utf-16", "c.csv": "cp1252"}
    for name, encoding in texts.items():
        (tmp_path / name).write_bytes("SUBJ;TERM\n1;Übelkeit\n".encode(encoding))
    source = read_source(SourceSpec("ae", tuple(tmp_path / name for name in texts)))
    assert to_list(source.frame["TERM"]) == ["Übelkeit"] * 3
    assert [(f.rule, Path(f.file or "").name) for f in source.findings] == [
        ("guessed-encoding", "c.csv")
    ]


def test_sas_files_whose_columns_are_of_other_kinds_are_told(tmp_path: Path) -> None:
    frames = {
        "a": (pd.DataFrame({"ID": [1.0], "D": [19000.0], "T": ["x"]}), {"D": "DATE9"}),
        "b": (pd.DataFrame({"ID": ["1"], "D": [19000.0], "T": ["x"]}), {}),
    }
    for name, (frame, formats) in frames.items():
        pyreadstat.write_xport(frame, str(tmp_path / f"{name}.xpt"), variable_format=formats)
    source = read_source(SourceSpec("lb", (tmp_path / "a.xpt", tmp_path / "b.xpt")))
    assert to_list(source.frame["ID"]) == ["1", "1"]
    assert [(f.rule, f.message) for f in source.findings] == [
        ("column-kinds-differ", "ID is text here, and number in a.xpt"),
        ("column-kinds-differ", "D is number here, and date in a.xpt"),
    ]


def test_the_problems_of_all_files_are_told_together(tmp_path: Path) -> None:
    paths = write(tmp_path, a="A,B\n1\n", b="A,A\n1,2\n", c="A,B\n1,2\n")
    with pytest.raises(InputError) as error:
        read_source(SourceSpec("lb", (*paths, tmp_path / "d.csv")))
    assert [Path(problem.file).name for problem in error.value.problems] == [
        "a.csv",
        "b.csv",
        "d.csv",
    ]


def test_an_absent_file_names_the_nearest_of_its_folder(tmp_path: Path) -> None:
    write(tmp_path, lab_results="A\n1\n")
    for act in (read_source, read_columns):
        with pytest.raises(InputError, match=r"lab_result\.csv.*did you mean 'lab_results\.csv'"):
            act(SourceSpec("lb", (tmp_path / "lab_result.csv",)))
    with pytest.raises(InputError, match="there is no folder"):
        read_source(SourceSpec("lb", (tmp_path / "none" / "lab.csv",)))


def test_a_folder_is_no_source(tmp_path: Path) -> None:
    (tmp_path / "lb.csv").mkdir()
    with pytest.raises(InputError, match=r"the folder holds no dataset file \(\.csv "):
        read_source(SourceSpec("lb", (tmp_path / "lb.csv",)))
    write(tmp_path / "lb.csv", a="A\n1\n")
    with pytest.raises(InputError, match="is a folder, and a file was expected"):
        read_source(SourceSpec("lb", (tmp_path / "lb.csv",)))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    (path,) = write(tmp_path, a="A\n1\n")
    path.chmod(0)
    with pytest.raises(InputError, match="permission"):
        read_source(SourceSpec("lb", (path,)))


def test_a_refusal_of_the_system_is_told_for_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = write(tmp_path, a="A\n1\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"a\.csv: permission to read the file is denied"):
        read_source(SourceSpec("lb", (path,)))


@pytest.mark.parametrize(
    ("name", "format_", "expected"),
    [
        ("lb.dta", None, "the extension '.dta' tells no format"),
        ("lb", None, "declare one of csv, tsv, xlsx, sas7bdat, xpt, parquet, odm"),
        ("lb.parquett", None, "did you mean '.parquet'"),
        ("lb.csv", "parket", "unknown format 'parket' (did you mean 'parquet'?)"),
    ],
)
def test_an_unknown_format_lists_the_known(
    tmp_path: Path, name: str, format_: str | None, expected: str
) -> None:
    (tmp_path / name).write_text("A\n1\n")
    with pytest.raises(InputError) as error:
        read_source(SourceSpec("lb", (tmp_path / name,), format=format_))
    assert expected in str(error.value)


def test_a_declared_format_is_stronger_than_the_extension(tmp_path: Path) -> None:
    (tmp_path / "lb.data").write_text("A\tB\n1\t2\n")
    source = read_source(SourceSpec("lb", (tmp_path / "lb.data",), format="tsv"))
    assert source.all_columns == ("A", "B")


def test_a_source_without_files_and_one_of_odm_and_others_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="source 'lb': there is no file"):
        read_source(SourceSpec("lb", ()))
    with pytest.raises(InputError, match="ODM files and others"):
        read_source(SourceSpec("lb", (tmp_path / "a.csv", tmp_path / "b.xml")))
