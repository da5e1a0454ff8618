"""The command line itself: wrong arguments, versions, quiet, levels, and equal bytes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

import converters
from converters.pipeline.account import adds_up
from tests.study.faults._study import FILES, Change, content, no_traceback, run, write_study

WRONG = {
    "an unknown option": (("convert", "S", "--out", "O", "--quite"), ("--quite", "--quiet")),
    "an unknown command": (("convertt", "S"), ("convertt", "convert")),
    "no output": (("convert", "S"), ("--out",)),
    "no study": (("convert", "--out", "O"), ("STUDY",)),
    "an unknown level": (
        ("convert", "S", "--out", "O", "--fail-on", "eror"),
        ("'eror'", "'error'"),
    ),
    "an option without its value": (("convert", "S", "--out"), ("--out",)),
    "one argument too many": (("check", "S", "T"), ("T",)),
}
NO_STUDY = {
    "absent": ("nowhere", ("no such study folder",)),
    "a file": ("study.yaml", ("is a file",)),
    "without study.yaml": ("empty", ("study.yaml",)),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_command_is_refused(name: str, tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    arguments, fragments = WRONG[name]
    places = {"S": str(tmp_path / "study"), "O": str(tmp_path / "out")}
    done = run(*(places.get(item, item) for item in arguments))
    no_traceback(done)
    assert (done.code, done.out) == (2, "")
    for fragment in fragments:
        assert fragment in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["check", "convert"])
@pytest.mark.parametrize("name", NO_STUDY)
def test_a_study_that_is_none_is_refused(name: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "study.yaml").write_text(FILES["study.yaml"])
    place, fragments = NO_STUDY[name]
    rest = ("--out", tmp_path / "out") if command == "convert" else ()
    done = run(command, tmp_path / place, *rest)
    no_traceback(done)
    assert (done.code, done.out) == (2, "")
    assert len(done.told) == 1
    assert done.err.startswith(f"cdisc: {tmp_path / place}")
    for fragment in fragments:
        assert fragment in done.err
    assert not (tmp_path / "out").exists()


def test_the_version_is_the_library_s() -> None:
    done = run("--version")
    assert (done.code, done.err) == (0, "")
    assert done.out.strip() == f"cdisc, version {converters.__version__}"


@pytest.mark.parametrize("arguments", [("--help",), ("convert", "-h"), ("check", "--help")])
def test_help_names_every_exit_code(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.code, done.err) == (0, "")
    codes = re.findall(r"^ {2,}(\d+) +\S", done.out, re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "4", "130"]


def test_a_run_that_is_not_on_a_terminal_shows_no_progress_and_no_control_signs(
    tmp_path: Path,
) -> None:
    write_study(tmp_path / "study")
    done = run("convert", tmp_path / "study", "--out", tmp_path / "out")
    assert (done.code, done.err) == (0, "")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", done.out)
    for words in ("Records by source", "Findings: none", "4 datasets, 21 records"):
        assert words in done.out


def test_quiet_prints_nothing_of_a_good_run(tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    done = run("convert", tmp_path / "study", "--out", tmp_path / "out", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_quiet_still_prints_what_is_wrong(tmp_path: Path) -> None:
    write_study(tmp_path / "study", [Change("sdtm/dm.yaml", "SEX: {from", "SEX: {form")])
    done = run("convert", tmp_path / "study", "--out", tmp_path / "out", "--quiet")
    assert (done.code, done.out) == (2, "")
    assert "'form'" in done.err


#: A study whose gravest finding has this severity: what is changed in it.
GRAVEST = {
    "error": Change("raw/dm.csv", "Female,34", "Frau,34"),
    "warning": Change("raw/ae.csv", None, FILES["raw/ae.csv"].splitlines()[0] + "\n"),
    "note": Change("sdtm/ae.yaml", "variables:", "variables:\n  VISIT: {assign: BASELINE}"),
    "none": Change("raw/dm.csv", None, FILES["raw/dm.csv"]),
}
LEVELS = ("never", "reject", "error", "warning", "note")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("gravest", GRAVEST)
def test_findings_at_or_above_the_level_fail_the_run(
    gravest: str, level: str, tmp_path: Path
) -> None:
    write_study(tmp_path / "study", [GRAVEST[gravest]])
    out = tmp_path / "out"
    done = run("convert", tmp_path / "study", "--out", out, "--fail-on", level)
    no_traceback(done)
    fails = gravest != "none" and LEVELS.index(level) >= LEVELS.index(gravest)
    assert done.code == int(fails), done.out + done.err
    assert {path.name for path in tmp_path.iterdir()} == {"study", "out-failed" if fails else "out"}
    wrote = tmp_path / "out-failed" if fails else out
    severities = {
        item["severity"].lower()
        for item in json.loads((wrote / "findings.json").read_text(encoding="utf-8"))["findings"]
    }
    assert (gravest in severities) == (gravest != "none")
    assert min(severities | {"note"}, key=LEVELS.index) == (
        gravest if gravest != "none" else "note"
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"PYTHONHASHSEED": "0"},
        {"PYTHONHASHSEED": "4711"},
        {"TZ": "Asia/Tokyo"},
        {"LC_ALL": "C"},
        {"COLUMNS": "30"},
        {"PYTHONOPTIMIZE": "2"},
    ],
    ids=lambda settings: " ".join(f"{name}={value}" for name, value in settings.items()),
)
def test_the_same_study_gives_the_same_bytes_wherever_it_lies(
    settings: dict[str, str], tmp_path: Path, good_package: Path
) -> None:
    write_study(tmp_path / "other place/study")
    out = tmp_path / "another/package"
    done = run("convert", tmp_path / "other place/study", "--out", out, **settings)
    no_traceback(done)
    assert done.code == 0, done.err
    assert content(out) == content(good_package)


def test_the_creation_time_of_the_environment_goes_before_the_study_s(
    tmp_path: Path, good_package: Path
) -> None:
    write_study(tmp_path / "study")
    for name, epoch in (("a", "1000000000"), ("b", "1000000000"), ("c", "1769817600")):
        out = tmp_path / name
        done = run("convert", tmp_path / "study", "--out", out, "-q", SOURCE_DATE_EPOCH=epoch)
        assert done.code == 0, done.err
    assert content(tmp_path / "a") == content(tmp_path / "b")
    assert content(tmp_path / "a")["sdtm/dm.xpt"] != content(good_package)["sdtm/dm.xpt"]
    assert content(tmp_path / "c") == content(good_package), "2026-01-31T00:00:00 both ways"


def test_the_manifest_tells_the_hash_of_every_file(tmp_path: Path, good_package: Path) -> None:
    manifest = json.loads((good_package / "manifest.json").read_text(encoding="utf-8"))
    told = {item["path"]: item["sha256"] for item in manifest["outputs"]}
    assert told | {"manifest.json": content(good_package)["manifest.json"]} == content(good_package)
    write_study(tmp_path)
    assert {item["path"]: item["sha256"] for item in manifest["inputs"]} == content(tmp_path)


def test_every_record_of_a_good_run_is_accounted_for(good_package: Path) -> None:
    manifest = json.loads((good_package / "manifest.json").read_text(encoding="utf-8"))
    assert {item["source"]: item["records"] for item in manifest["sources"]} == {
        "dm": 3,
        "ae": 4,
        "vs": 5,
    }
    assert all(adds_up(account) for account in manifest["sources"])


def test_records_left_out_are_accounted_for_by_their_reasons(tmp_path: Path) -> None:
    write_study(
        tmp_path / "study",
        [
            Change(
                "sdtm/ae.yaml",
                "source: ae",
                'source: ae\nwhere: SEV != "3"\n'
                'exclude: [{when: TERM == "Nausea", reason: no case}]',
            ),
            Change("raw/ae.csv", "002,Headache", ",Headache"),
        ],
    )
    out = tmp_path / "out"
    done = run("convert", tmp_path / "study", "--out", out, "--fail-on", "never")
    assert done.code == 0, done.err
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    account = next(item for item in manifest["sources"] if item["source"] == "ae")
    assert adds_up(account)
    assert (account["records"], account["mapped"]) == (4, 1)
    assert sorted(account["excluded"].values()) == [1, 1]
    assert list(account["rejected"].values()) == [1]
    assert "no case" in done.out
    assert "no subject identifier" in done.out


def test_a_study_is_not_changed_by_its_conversion(tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    before = content(tmp_path / "study")
    assert run("convert", tmp_path / "study", "--out", tmp_path / "out").code == 0
    assert content(tmp_path / "study") == before
    shutil.rmtree(tmp_path / "out")
