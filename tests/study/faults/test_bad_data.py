"""Bad raw data: a source that cannot be read is refused, a wrong value becomes a finding."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from converters.formats import read_dataset
from converters.pipeline.account import adds_up
from tests.study.faults._study import (
    FILES,
    Change,
    Told,
    check_told,
    content,
    no_traceback,
    run,
    write_study,
)

AE, DM, VS = FILES["raw/ae.csv"], FILES["raw/dm.csv"], FILES["raw/vs.csv"]
HEADER = AE.splitlines()[0] + "\n"
RAGGED = AE.replace(",Nausea", "").replace("Back pain", "Back, pain")


@dataclass(frozen=True)
class Unreadable:
    """What is changed in the study, and what must be told of the source."""

    name: str
    changes: tuple[Change, ...]
    told: tuple[Told, ...]


def raw(name: str, content: str | bytes | None) -> Change:
    return Change(f"raw/{name}.csv", None, content)


UNREADABLE = [
    Unreadable("absent", (raw("ae", None),), (("raw/ae.csv", "not found"),)),
    Unreadable(
        "absent, and another's name is near",
        (raw("ae", None), Change("raw/aes.csv", None, AE)),
        (("raw/ae.csv", "not found", "'aes.csv'"),),
    ),
    Unreadable(
        "in a folder that is absent",
        (Change("study.yaml", "raw/ae.csv", "rav/ae.csv"),),
        (("rav/ae.csv", "not found", "no folder"),),
    ),
    Unreadable(
        "a pattern that no file meets",
        (Change("study.yaml", "raw/ae.csv", "raw/ae_*.csv"),),
        (("raw/ae_*.csv", "no file matches the pattern", "did you mean 'ae.csv'"),),
    ),
    Unreadable(
        "a pattern that meets only a folder",
        (Change("study.yaml", "raw/ae.csv, encoding: utf-8", "ra*, format: csv"),),
        (("ra*", "no file matches the pattern"),),
    ),
    Unreadable("empty", (raw("ae", b""),), (("raw/ae.csv", "empty", "0 bytes"),)),
    Unreadable(
        "nothing but line ends", (raw("ae", "\n\r\n\n"),), (("raw/ae.csv", "column names"),)
    ),
    Unreadable(
        "not in its declared encoding",
        (raw("ae", AE.replace("Nausea", "Übelkeit").encode("latin-1")),),
        (("raw/ae.csv:3", "byte 86", "0xDC", "utf-8"),),
    ),
    Unreadable(
        "ragged in two records",
        (raw("ae", RAGGED),),
        (
            ("raw/ae.csv:3", "record 2", "5 fields", "6"),
            ("raw/ae.csv:5", "record 4", "7 fields", "6"),
        ),
    ),
    Unreadable(
        "with a column name used twice",
        (raw("ae", AE.replace("SEV,SER", "SEV,SEV")),),
        (("raw/ae.csv:1", "'SEV'", "3, 4"),),
    ),
    Unreadable(
        "with a column that has no name",
        (raw("ae", AE.replace("SEV,SER", "SEV,")),),
        (("raw/ae.csv:1", "no name", "column 4"),),
    ),
    Unreadable(
        "with a NUL byte",
        (raw("ae", AE.replace("Nausea", "Nau\0sea").encode()),),
        (("raw/ae.csv:3", "NUL"),),
    ),
    Unreadable(
        "with a quote that is never closed",
        (raw("ae", AE.replace("Nausea", '"Nausea')),),
        (("raw/ae.csv:3", "quote", "closed"),),
    ),
    Unreadable(
        "a text declared to be a workbook",
        (Change("study.yaml", "raw/ae.csv, encoding: utf-8", "raw/ae.csv, format: xlsx"),),
        (("raw/ae.csv", "workbook"),),
    ),
    Unreadable(
        "three sources, each in its own way",
        (raw("dm", b""), raw("ae", RAGGED), raw("vs", None)),
        (
            ("raw/dm.csv", "empty"),
            ("raw/ae.csv:3", "record 2"),
            ("raw/ae.csv:5", "record 4"),
            ("raw/vs.csv", "not found"),
        ),
    ),
    Unreadable(
        "two sources, one by its bytes and one by its records",
        (raw("dm", DM.replace("ASIAN", "ÄSIAN").encode("latin-1")), raw("ae", RAGGED)),
        (
            ("raw/dm.csv:3", "0xC4"),
            ("raw/ae.csv:3", "record 2"),
            ("raw/ae.csv:5", "record 4"),
        ),
    ),
]


@pytest.mark.parametrize("case", UNREADABLE, ids=lambda case: case.name)
def test_a_source_that_cannot_be_read_is_refused(
    case: Unreadable, tmp_path: Path, out: Path, is_untouched: Callable[[Path], None]
) -> None:
    marks = write_study(tmp_path / "study", case.changes)
    done = run("convert", tmp_path / "study", "--out", out)
    no_traceback(done)
    assert done.code == 3, done.err
    assert done.out == ""
    check_told(done, tmp_path / "study", case.told, marks)
    is_untouched(out)
    assert {path.name for path in tmp_path.iterdir()} == {"study", "out"}


@dataclass(frozen=True)
class Faulty:
    """A change in the raw data and the finding that must come of it.

    ``place`` is the file and record; ``shows`` must stand in the finding's message. ``kept`` is a
    value that the written dataset must still show: (dataset, variable, value).
    """

    name: str
    changes: tuple[Change, ...]
    severity: str
    rule: str
    variable: str
    place: tuple[str, int | None]
    shows: tuple[str, ...]
    kept: tuple[str, str, str] | None = None
    code: int | None = None

    @property
    def exit_code(self) -> int:
        """1 for an error, 0 for less; ``code`` where the change causes other findings too."""
        return self.code if self.code is not None else int(self.severity == "Error")


FAULTY = [
    Faulty(
        "a value outside a closed codelist",
        (raw("dm", DM.replace("Female,34", "Frau,34")),),
        "Error",
        "not-in-codelist",
        "DM.SEX",
        ("raw/dm.csv", 1),
        ("'Frau'", "SEX", "2024-03-29"),
        ("DM", "SEX", "Frau"),
    ),
    Faulty(
        "a value outside an open codelist",
        (
            raw("ae", AE),
            Change(
                "sdtm/vs.yaml", "variables:", "variables:\n  VSLOC: {assign: LEFT EAR LOBE TIP}"
            ),
        ),
        "Warning",
        "not-in-extensible-codelist",
        "VS.VSLOC",
        ("raw/vs.csv", 1),
        ("'LEFT EAR LOBE TIP'", "LOC"),
        ("VS", "VSLOC", "LEFT EAR LOBE TIP"),
    ),
    Faulty(
        "a day that its month does not have",
        (raw("ae", AE.replace("06-MAR-2015", "31-FEB-2015")),),
        "Error",
        "impossible-date",
        "AE.AESTDTC",
        ("raw/ae.csv", 3),
        ("'31-FEB-2015'", "28 days"),
    ),
    Faulty(
        "a date of another form",
        (raw("ae", AE.replace("06-MAR-2015", "last week")),),
        "Error",
        "impossible-date",
        "AE.AESTDTC",
        ("raw/ae.csv", 3),
        ("'last week'", "dd-mon-yyyy"),
    ),
    Faulty(
        "a record that is there twice",
        (raw("ae", AE + AE.splitlines()[3] + "\n"),),
        "Error",
        "duplicate-records",
        "AE.",
        ("raw/ae.csv", 3),
        ("2 records", "'ABC-01-002'", "'HEADACHE'", "'2015-03-06'"),
        ("AE", "AETERM", "HEADACHE"),
    ),
    Faulty(
        "a subject twice in DM",
        (raw("dm", DM + DM.splitlines()[2] + "\n"),),
        "Error",
        "subject-not-unique",
        "DM.",
        ("raw/dm.csv", 2),
        ("2 records", "'ABC-01-002'"),
    ),
    Faulty(
        "a subject that is not in DM",
        (raw("ae", AE.replace("003,Back", "009,Back")),),
        "Error",
        "subject-not-in-dm",
        "AE.USUBJID",
        ("raw/ae.csv", 4),
        ("'ABC-01-009'", "DM"),
        ("AE", "USUBJID", "ABC-01-009"),
    ),
    Faulty(
        "a record without a subject",
        (raw("ae", AE.replace("003,Back", ",Back")),),
        "Error",
        "record-rejected",
        "AE.",
        ("raw/ae.csv", 4),
        ("no subject identifier",),
    ),
    Faulty(
        "a visit that the study does not know",
        (raw("vs", VS.replace("002,BASELINE", "002,BASLINE")),),
        "Error",
        "unknown-visit",
        "VS.VISIT",
        ("raw/vs.csv", 4),
        ("'BASLINE'", "study.yaml", "'BASELINE'"),
    ),
    Faulty(
        "text that is not ASCII",
        (raw("ae", AE.replace("Nausea", "Übelkeit")),),
        "Error",
        "not-ascii",
        "AE.AETERM",
        ("raw/ae.csv", 2),
        ("'ÜBELKEIT'", "U+00DC"),
    ),
    Faulty(
        "a text of more than 200 bytes",
        (raw("ae", AE.replace("Nausea", "very long " * 20 + "end")),),
        "Note",
        "text-continued",
        "AE.AETERM",
        ("raw/ae.csv", 2),
        ("200 bytes", "SUPPAE as AETERM1"),
    ),
    Faulty(
        "a text of 150 characters and more than 200 bytes",
        (raw("ae", AE.replace("Nausea", "ü" * 150)),),
        "Note",
        "text-continued",
        "AE.AETERM",
        ("raw/ae.csv", 2),
        ("200 bytes", "a word is cut"),
        code=1,
    ),
    Faulty(
        "a file with a header and no record",
        (raw("ae", HEADER),),
        "Warning",
        "empty-source",
        ".",
        ("raw/ae.csv", None),
        ("no data record",),
    ),
    Faulty(
        "a text in an encoding that nobody declared",
        (
            Change("study.yaml", "raw/ae.csv, encoding: utf-8", "raw/ae.csv"),
            raw("ae", AE.replace("Nausea", "Übelkeit").encode("cp1252")),
        ),
        "Warning",
        "guessed-encoding",
        ".",
        ("raw/ae.csv", None),
        ("cp1252", "Übelkeit", "line 3"),
        code=1,
    ),
]


def findings(folder: Path) -> list[dict[str, Any]]:
    return list(json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"])


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case.name)
def test_a_wrong_value_becomes_a_finding_with_its_place(case: Faulty, tmp_path: Path) -> None:
    write_study(tmp_path / "study", case.changes)
    done = run("convert", tmp_path / "study", "--out", tmp_path / "out", "--fail-on", "never")
    no_traceback(done)
    assert (done.code, done.err) == (0, "")
    found = [item for item in findings(tmp_path / "out") if item["rule"] == case.rule]
    here = [item for item in found if f"{item['dataset']}.{item['variable']}" == case.variable]
    assert len(here) == 1, found
    assert here[0]["severity"] == case.severity
    assert (here[0]["file"], here[0]["record"]) == case.place
    assert [part for part in case.shows if part not in here[0]["message"]] == [], here[0]
    if case.kept:
        dataset, variable, value = case.kept
        read = read_dataset(tmp_path / "out/sdtm" / f"{dataset.lower()}.xpt")
        assert value in set(read.frame[variable].dropna())


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case.name)
def test_a_finding_keeps_the_previous_package_only_if_it_is_an_error(
    case: Faulty, tmp_path: Path, out: Path, is_untouched: Callable[[Path], None]
) -> None:
    write_study(tmp_path / "study", case.changes)
    before = content(out)
    done = run("convert", tmp_path / "study", "--out", out)
    no_traceback(done)
    assert case.rule in done.out
    assert "None" not in done.out
    failed = tmp_path / "out-failed"
    assert done.code == case.exit_code
    if case.exit_code:
        assert len(done.told) == 1
        assert str(failed) in done.err
        is_untouched(out)
        assert any(item["rule"] == case.rule for item in findings(failed))
    else:
        assert done.err == ""
        assert content(out) != before
        assert not failed.exists()
    wrote = failed if case.exit_code else out
    manifest = json.loads((wrote / "manifest.json").read_text(encoding="utf-8"))
    assert all(adds_up(account) for account in manifest["sources"])
    assert sum(account["records"] for account in manifest["sources"]) == sum(
        len((tmp_path / "study" / name).read_bytes().splitlines()) - 1
        for name in FILES
        if name.startswith("raw/")
    )


def test_faults_of_all_kinds_are_all_found_in_one_run(tmp_path: Path) -> None:
    write_study(
        tmp_path / "study",
        [
            raw("dm", DM.replace("Female,34", "Frau,34")),
            raw("ae", AE.replace("06-MAR-2015", "31-FEB-2015").replace("003,Back", "009,Bäck")),
            raw("vs", VS.replace("002,BASELINE", "002,BASLINE")),
        ],
    )
    done = run("convert", tmp_path / "study", "--out", tmp_path / "out")
    assert done.code == 1
    rules = {item["rule"] for item in findings(tmp_path / "out-failed")}
    wanted = {"not-in-codelist", "impossible-date", "subject-not-in-dm", "not-ascii"}
    assert wanted | {"unknown-visit"} <= rules


def test_findings_are_the_same_wherever_the_study_lies(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "some/where/else"]
    for folder in folders:
        write_study(folder / "study", [raw("ae", HEADER)])
        assert run("convert", folder / "study", "--out", folder / "out").code == 0
    first, second = (content(folder / "out") for folder in folders)
    assert first == second
    assert str(tmp_path) not in (folders[0] / "out/findings.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("term", ["Übelkeit", "ü" * 150])
def test_a_text_that_its_file_cannot_hold_is_told_as_it_is_written(
    term: str, tmp_path: Path
) -> None:
    write_study(tmp_path / "study", [raw("ae", AE.replace("Nausea", term))])
    done = run("convert", tmp_path / "study", "--out", tmp_path / "out", "--fail-on", "never")
    no_traceback(done)
    read = read_dataset(tmp_path / "out/sdtm/ae.xpt").frame["AETERM"]
    if term.upper() in set(read):
        return
    other = next(iter(set(read) - {"HEADACHE", "BACK PAIN"}))
    told = [item["message"] for item in findings(tmp_path / "out") if item["variable"] == "AETERM"]
    assert any(other[:20] in item and "written" in item for item in told), (other, told)


def test_a_long_text_is_one_finding_a_variable(tmp_path: Path) -> None:
    write_study(tmp_path / "study", [raw("ae", AE.replace("Nausea", "very long " * 21))])
    run("convert", tmp_path / "study", "--out", tmp_path / "out", "--fail-on", "never")
    found = [item for item in findings(tmp_path / "out") if item["variable"] == "AETERM"]
    assert [item["rule"] for item in found] == ["text-continued"]
