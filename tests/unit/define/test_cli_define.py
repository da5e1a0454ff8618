"""The commands ``cdisc define``, as a person and as a program use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from converters import cli
from converters.cli import commands
from tests.unit.define.check import package

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``cdisc define``: exit code, output, errors."""

    def run_(*arguments: object) -> tuple[int, str, str]:
        try:
            cli.main(["define", *map(str, arguments)])
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run_


@pytest.fixture
def define(tmp_path: Path) -> Path:
    """A define.xml with its datasets."""
    path = tmp_path / "define.xml"
    path.write_text(package.define_xml(), "utf-8")
    package.write(tmp_path, package.datasets())
    return path


def test_findings_are_grouped_by_rule_with_counts_and_examples(define: Path, run: Run) -> None:
    define.write_text(define.read_text("utf-8").replace('CodedValue="M"', 'CodedValue="U"'))
    code, out, _ = run("check", define, "--data", define.parent)
    assert code == 1
    assert "  Error: define-data-codelist (1)\n    DM.SEX: line " in out
    assert "'M' is not in the codelist 'Sex' [dm.xpt, row 2]" in out


def test_without_data_nothing_is_said_of_data(define: Path, run: Run) -> None:
    (define.parent / "dm.xpt").unlink()
    assert "define-data-" not in run("check", define)[1]
    assert "define-data-dataset-missing" in run("check", define, "--data", define.parent)[1]


def test_fail_on_says_which_findings_make_the_exit_code_1(define: Path) -> None:
    codes = {}
    for severity in ("reject", "error", "warning", "note", "never"):
        found = CliRunner().invoke(
            commands, ["define", "check", str(define), "--fail-on", severity]
        )
        codes[severity] = found.exit_code
    told = json.loads(
        CliRunner().invoke(commands, ["define", "check", str(define), "--json"]).output
    )
    worst = {item["severity"].lower() for item in told["findings"]}
    ranks = ["reject", "error", "warning", "note"]
    gravest = min(ranks.index(item) for item in worst)
    assert codes == {
        **{severity: int(rank >= gravest) for rank, severity in enumerate(ranks)},
        "never": 0,
    }


def test_json_has_every_finding_with_its_place(define: Path, run: Run) -> None:
    define.write_text(define.read_text("utf-8").replace('CodedValue="M"', 'CodedValue="U"'))
    _, out, _ = run("check", define, "--data", define.parent, "--json")
    told = json.loads(out)
    assert told["define"] == define.as_posix()
    (finding,) = [f for f in told["findings"] if f["rule"] == "define-data-codelist"]
    assert (finding["dataset"], finding["variable"], finding["value"]) == ("DM", "SEX", "M")
    assert finding["keys"] == {"OID": "IT.DM.SEX"}
    assert finding["published"] == ["SD0037"]


def _nothing(place: Path) -> None:
    return


WRONG = [
    ("absent", _nothing, "cannot be read: No such file or directory"),
    ("empty", lambda place: place.write_bytes(b""), "the file is empty"),
    ("text", lambda place: place.write_text("hello"), "no well-formed XML"),
    ("binary", lambda place: place.write_bytes(b"\x00\x01PK\xff"), "no well-formed XML"),
    ("other XML", lambda place: place.write_text("<a/>"), "root is <a>"),
    ("a folder", Path.mkdir, "cannot be read: Is a directory"),
    (
        "entities",
        lambda place: place.write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        "declares a document type",
    ),
]


@pytest.mark.parametrize(("name", "make", "words"), WRONG, ids=[name for name, *_ in WRONG])
def test_what_is_no_define_xml_is_told_in_one_line(
    name: str, make: Callable[[Path], object], words: str, tmp_path: Path, run: Run
) -> None:
    place = tmp_path / "define.xml"
    make(place)
    code, out, err = run("show", place)
    assert code == 3, name
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"cdisc: {place}:")
    assert words in err


@pytest.mark.parametrize(("name", "make", "words"), WRONG, ids=[name for name, *_ in WRONG])
def test_check_refuses_what_is_no_define_xml_or_finds_it_so(
    name: str, make: Callable[[Path], object], words: str, tmp_path: Path, run: Run
) -> None:
    """What cannot be read from disk is an error, what is no XML a finding of severity Reject."""
    place = tmp_path / "define.xml"
    make(place)
    code, out, err = run("check", place)
    assert code in (1, 3), name
    assert words in (err if code == 3 else out)
    assert ("Reject" in out) == (code == 1)


@pytest.mark.parametrize("data", ["nowhere", "define.xml"])
def test_a_data_folder_that_is_none_is_told(data: str, define: Path, run: Run) -> None:
    code, _, err = run("check", define, "--data", define.parent / data)
    assert code == 3
    assert f"{data}: cannot be read: " in err


def test_show_counts_what_is_defined(define: Path, run: Run) -> None:
    code, out, _ = run("show", define)
    assert code == 0
    assert out.startswith("Define-XML 2.1: S1\n")
    row = next(line for line in out.splitlines() if "Laboratory" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "LB",
        "Laboratory Test Results",
        "",
        "USUBJID LBSEQ",
        "11",
        "4",
    ]
    assert out.endswith("4 codelists, 0 methods, 0 comments, 0 analysis results\n")


def test_a_page_never_replaces_the_define_xml_itself(define: Path, run: Run) -> None:
    pytest.importorskip("converters.define.page", reason="the page is not part of this build")
    before = define.read_bytes()
    same = define.parent / "same.html"
    same.symlink_to(define)
    for out in (define, define.parent / "." / "define.xml", same):
        code, _, err = run("page", define, "-o", out)
        assert code == 4
        assert "is the define.xml itself" in err
    assert run("page", define, "-o", define.parent)[0] == 4
    assert define.read_bytes() == before


def test_a_page_is_written_beside_the_file_with_the_findings(define: Path, run: Run) -> None:
    pytest.importorskip("converters.define.page", reason="the page is not part of this build")
    page = define.with_suffix(".html")
    define.write_text(define.read_text("utf-8").replace('CodedValue="M"', 'CodedValue="U"'))
    code, out, _ = run("page", define, "--data", define.parent)
    assert (code, out) == (0, f"written to {page}\n")
    assert "define-data-codelist" in page.read_text("utf-8")
    assert run("page", define, "--no-check", "-o", define.parent / "plain.html")[0] == 0
    assert "define-data-codelist" not in (define.parent / "plain.html").read_text("utf-8")
    assert sorted(path.suffix for path in define.parent.glob("*.*ml")) == [
        ".html",
        ".html",
        ".xml",
    ]


def test_data_without_a_check_is_a_wrong_command(define: Path, run: Run) -> None:
    code, _, err = run("page", define, "--data", define.parent, "--no-check")
    assert code == 2
    assert "--no-check" in err
