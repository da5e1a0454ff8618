"""The sources of study.yaml: patterns, folders of datasets, and what else lies beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from converters import api
from converters.columns import to_list
from converters.errors import InputError, SpecError
from converters.study import Study, read_study

AE = {"dataset": "AE", "source": "edc.ae", "variables": {"AETERM": {"from": "TERM"}}}
ROWS = "SUBJ,TERM\n1,Rash\n"

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes a study: its sources, its files by path, and its specs."""

    def write(
        sources: Mapping[str, Any], files: Mapping[str, str | bytes], *specs: Mapping[str, Any]
    ) -> Path:
        study = {
            "study": {"id": "S1", "created": "2026-01-01"},
            "usubjid": 'concat("S1-", SUBJ)',
            "sources": sources,
        }
        texts = {f"sdtm/s{n}.yaml": json.dumps(spec) for n, spec in enumerate(specs or [AE])}
        for name, content in {"study.yaml": json.dumps(study), **texts, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write


def loaded(folder: Path) -> Study:
    study, problems = read_study(folder)
    assert study is not None and problems == [], problems
    return study


def files_of(study: Study) -> dict[str, list[str]]:
    return {
        name: [path.relative_to(study.folder).as_posix() for path in spec.paths]
        for name, spec in study.sources.items()
    }


# --- patterns --------------------------------------------------------------------------------


def test_a_pattern_gives_its_files_in_the_order_of_their_paths(make: Make) -> None:
    names = ["raw/b/x.csv", "raw/a/x.csv", "raw/a/b.csv", "raw/a/B.csv"]
    folder = make({"edc": {"path": "raw/*/*.csv"}}, dict.fromkeys(names, ROWS))
    assert files_of(loaded(folder))["edc"] == [
        "raw/a/B.csv",
        "raw/a/b.csv",
        "raw/a/x.csv",
        "raw/b/x.csv",
    ]


def test_a_pattern_passes_over_what_the_system_and_excel_leave_behind(make: Make) -> None:
    others = ["~$ae.xlsx", ".DS_Store", "Thumbs.db", "desktop.ini", ".~lock.ae.csv#", "old/ae.csv"]
    files = {"raw/ae.csv": ROWS, **{f"raw/{name}": "x" for name in others}}
    assert files_of(loaded(make({"edc": {"path": "raw/*"}}, files)))["edc"] == ["raw/ae.csv"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("raw/lab_*.csv", "no file matches the pattern 'lab_*.csv' (did you mean 'labs_1.csv'?)"),
        ("row/lab*.csv", "no file matches the pattern 'row/lab*.csv'"),
        ("raw/s?te/x.csv", "pattern 's?te/x.csv' (did you mean 'site1/x.csv'?)"),
        ("raw/~*.xlsx", "no file matches the pattern '~*.xlsx'"),
        ("raw/labs_2.csv", "file not found (did you mean 'labs_1.csv'?)"),
        ("row/labs.csv", "file not found: there is no folder"),
    ],
)  # fmt: skip
def test_a_pattern_without_a_file_is_one_error_that_names_the_nearest(
    make: Make, pattern: str, expected: str
) -> None:
    files = {"raw/labs_1.csv": ROWS, "raw/site1/x.csv": ROWS, "raw/~$x.xlsx": "x"}
    spec = {**AE, "source": "edc"}
    folder = make({"edc": {"path": pattern}}, files, spec)
    assert api.check(folder) == []
    with pytest.raises(InputError) as error:
        api.convert(folder)
    (problem,) = error.value.problems
    assert expected in problem.message


def test_a_file_whose_name_looks_like_a_pattern_is_found(make: Make) -> None:
    folder = make({"edc": {"path": "raw/lab[1].csv"}}, {"raw/lab[1].csv": ROWS})
    assert files_of(loaded(folder))["edc"] == ["raw/lab[1].csv"]


# --- folders ---------------------------------------------------------------------------------


def write_members(folder: Path) -> None:
    """The same records in a file of every kind."""
    frame = pd.DataFrame({"SUBJ": ["1", "2"], "TERM": ["Rash", "ND"]})
    folder.mkdir(parents=True, exist_ok=True)
    frame.to_csv(folder / "AE.CSV", index=False)
    frame.to_csv(folder / "tabs.tsv", index=False, sep="\t")
    frame.to_parquet(folder / "Parts 1.parquet")
    pyreadstat.write_xport(frame, str(folder / "xpt.xpt"))
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in [list(frame), *frame.to_numpy().tolist()]:
        book.active.append(row)
    book.save(folder / "book.xlsx")


def test_each_dataset_of_a_folder_is_a_source_and_is_accounted_for(make: Make) -> None:
    members = {"edc.ae", "edc.tabs", "edc.parts 1", "edc.xpt", "edc.book"}
    specs = [
        {**AE, "dataset": f"X{n}", "class": "EVENTS", "source": source,
         "variables": {f"X{n}TERM": {"from": "TERM"}}}
        for n, source in enumerate(sorted(members - {"edc.tabs"}))
    ]  # fmt: skip
    item = {"path": "raw/sas", "missing": ["ND"], "usubjid": 'concat("X-", SUBJ)'}
    folder = make({"edc": item}, {}, *specs)
    write_members(folder / "raw" / "sas")
    for name in ("readme.txt", "define.xml", "formats.sas7bcat", ".DS_Store"):
        (folder / "raw" / "sas" / name).write_text("x")
    (folder / "raw" / "sas" / "old").mkdir()
    assert set(loaded(folder).sources) == members
    report = api.convert(folder, fail_on=None)
    for number in range(4):
        frame = report.datasets[f"X{number}"].frame
        assert frame["USUBJID"].tolist() == ["X-1", "X-2"]
        assert to_list(frame[f"X{number}TERM"]) == ["Rash", None]
    accounts = {item["source"]: item for item in report.sources}
    assert set(accounts) == members
    assert accounts["edc.tabs"]["excluded"] == {"no mapping reads this source": 2}
    assert accounts["edc.ae"]["files"] == ["raw/sas/AE.CSV"]
    assert sorted(f.file or "" for f in report.findings if f.rule == "unread-file") == [
        "raw/sas/define.xml",
        "raw/sas/formats.sas7bcat",
        "raw/sas/old",
        "raw/sas/readme.txt",
    ]


def test_a_stated_format_says_which_files_of_the_folder_are_meant(make: Make) -> None:
    files = {"raw/ae.txt": "SUBJ|TERM\n1|a\n", "raw/dm.csv": "SUBJ\n1\n", "raw/vs.parquet": "x"}
    study = loaded(make({"edc": {"path": "raw", "format": "csv", "delimiter": "|"}}, files))
    assert files_of(study) == {"edc.ae": ["raw/ae.txt"], "edc.dm": ["raw/dm.csv"]}
    assert [finding.file for finding in study.findings] == ["raw/vs.parquet"]


def test_two_files_of_one_name_are_an_error(make: Make) -> None:
    files = {"raw/ae.csv": ROWS, "raw/AE.tsv": ROWS, "raw/dm.csv": ROWS}
    (problem,) = api.check(make({"edc": {"path": "raw"}}, files))
    assert str(problem).startswith("study.yaml:1:")
    assert "AE.tsv and ae.csv would both be the source 'edc.ae'" in str(problem)


def test_a_folder_without_datasets_is_an_error(make: Make) -> None:
    folder = make({"edc": {"path": "raw"}}, {"raw/readme.txt": "x"})
    assert api.check(folder) == []
    with pytest.raises(InputError, match=r"raw: the folder holds no dataset file \(\.csv "):
        api.convert(folder)


def test_specs_of_a_folder_that_is_not_there_are_checked_all_the_same(make: Make) -> None:
    lookup = {"lookup": {"source": "edc.mh", "by": "SUBJ", "take": "X"}}
    join = [{"source": "edc.dm", "by": "SUBJ", "take": ["SEX"]}]
    spec = {**AE, "join": join, "variables": {"AETERM": {"from": "SEX"}, "AEMODIFY": lookup}}
    folder = make({"edc": {"path": "raw/sas"}}, {}, spec)
    assert api.check(folder) == []
    with pytest.raises(InputError, match="file not found: there is no folder"):
        api.convert(folder)


def test_an_unknown_dataset_of_a_folder_names_the_nearest(make: Make) -> None:
    folder = make({"edc": {"path": "raw"}}, {"raw/aes.csv": ROWS})
    (problem,) = api.check(folder)
    assert "unknown source 'edc.ae' (did you mean 'edc.aes'?)" in str(problem)


def test_what_is_wrong_with_a_folders_usubjid_has_its_place(make: Make) -> None:
    item = {"path": "raw", "usubjid": 'concat("S1-", SUBJEKT)'}
    folder = make({"edc": item}, {"raw/ae.csv": ROWS})
    with pytest.raises(SpecError, match=r"study\.yaml:1:\d+: the source 'edc\.ae' has no column"):
        api.convert(folder)


def test_a_link_in_a_folder_that_leads_out_of_the_study_is_refused(make: Make) -> None:
    folder = make({"edc": {"path": "raw"}}, {"raw/ae.csv": ROWS})
    (folder / "raw" / "dm.csv").symlink_to("/etc/hostname")
    (problem,) = api.check(folder)
    assert "outside the study folder" in str(problem)
