"""Python functions of a study: refused unless allowed, told where they fail, in the manifest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from converters import api, cli
from converters.errors import SpecError

FILES = {
    "study.yaml": (
        "study: {id: S1, created: 2026-01-01}\nusubjid: SUBJ\nsources: {dm: {path: raw/dm.csv}}\n"
    ),
    "raw/dm.csv": "SUBJ,AGE,SEX\n1,34,F\n2,70,\n3,,M\n",
    "sdtm/dm.yaml": """
dataset: DM
source: dm
variables:
  SUBJID: {from: SUBJ}
  AGE: {from: AGE}
  SEX: {from: SEX}
""",
    "adam/adsl.yaml": """
dataset: ADSL
class: SUBJECT LEVEL ANALYSIS DATASET
label: Subject-Level Analysis Dataset
keys: [USUBJID]
source: DM
take: [USUBJID, AGE, SEX]
derive:
  - RISK:
      code: {function: risk, columns: [AGE, {GENDER: SEX}, DM.SUBJID]}
      label: Risk
""",
}
NUMBER = "def risk(frame):\n    return frame['AGE'] * 2\n"


def study(place: Path, code: str | None, **files: str) -> Path:
    for name, text in {**FILES, **files}.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, "utf-8")
    if code is not None:
        (place / "derivations.py").write_text(code, "utf-8")
    return place


def convert(place: Path, code: str | None, **more: Any) -> Any:
    study(place, code)
    return api.convert(place, fail_on=None, allow_code=True, **more)


def problems(place: Path, code: str | None) -> list[str]:
    with pytest.raises(SpecError) as caught:
        convert(place, code)
    return [str(item) for item in caught.value.problems]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("frame['AGE'] * 2", [68, 140, None]),
        ("frame['AGE'] > 50", [0, 1, 0]),
        ("(frame['AGE'] / 0).astype('Float64')", [None, None, None]),
        ("frame['GENDER'].str.lower()", ["f", None, "m"]),
        ("frame['DM.SUBJID'] + frame['GENDER'].fillna('?')", ["1F", "2?", "3M"]),
        ("frame['GENDER'].astype('category')", ["F", None, "M"]),
        ("frame.pop('AGE') * 0 + len(frame.columns)", [2, 2, None]),
    ],
)
def test_a_function_gets_columns_and_returns_one(
    tmp_path: Path, body: str, expected: list[Any]
) -> None:
    report = convert(tmp_path, f"def risk(frame):\n    return {body}\n")
    column = report.datasets["ADSL"].frame["RISK"]
    assert [None if value != value else value for value in column.tolist()] == expected
    words = "Computed from AGE, SEX and DM.SUBJID by the function risk of derivations.py."
    assert report.datasets["ADSL"].metadata.variable("RISK").method.words == words


def test_without_the_option_it_is_refused_and_not_run(tmp_path: Path, capsys: Any) -> None:
    trap = f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n{NUMBER}"
    place = study(tmp_path / "study", trap)
    with pytest.raises(SystemExit) as caught:
        cli.main(["convert", str(place), "--out", str(tmp_path / "out")])
    assert caught.value.code == 2
    assert capsys.readouterr().err == (
        "cdisc: adam/adsl.yaml:10:24: 'code' runs Python of the study, in derivations.py: it is"
        " refused without --allow-code (allow_code=True)\n"
    )
    assert api.check(place) == []  # nothing is run to check
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "out").exists()


def test_with_the_option_it_is_run_and_its_digest_is_in_the_manifest(tmp_path: Path) -> None:
    place = study(tmp_path / "study", NUMBER)
    out = tmp_path / "out"
    cli.main(["convert", str(place), "--out", str(out), "--allow-code", "-q", "--fail-on", "never"])
    inputs = json.loads((out / "manifest.json").read_text("utf-8"))["inputs"]
    (found,) = [item["sha256"] for item in inputs if item["path"] == "derivations.py"]
    assert found == hashlib.sha256(NUMBER.encode()).hexdigest()


def test_code_that_no_spec_names_is_neither_run_nor_in_the_manifest(tmp_path: Path) -> None:
    adsl = FILES["adam/adsl.yaml"].partition("derive:")[0] + "derive: [{AGEGR1: {assign: X}}]\n"
    place = study(tmp_path, "raise ValueError\n", **{"adam/adsl.yaml": adsl})
    report = api.convert(place, fail_on=None, allow_code=True)
    assert report.datasets["ADSL"].frame["AGEGR1"].tolist() == ["X"] * 3
    assert place / "derivations.py" not in api.open_study(place).spec_files()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def risk(frame):\n    x = 1\n    return 1 / 0\n",
         "derivations.py:3: risk: ZeroDivisionError: division by zero"),
        ("def risk(frame):\n    return frame['SEX']\n", "derivations.py:2: risk: KeyError: 'SEX'"),
        ("def helper():\n    raise SystemExit\n\ndef risk(frame):\n    helper()\n",
         "derivations.py:2: risk: SystemExit"),
        ("def risk():\n    pass\n",
         "derivations.py: risk: TypeError: risk() takes 0 positional arguments but 1 was given"),
        ("def risk(frame):\n    return 7\n",
         "derivations.py:1: risk: returns no pandas Series but int"),
        ("def risk(frame):\n    return frame['AGE'].dropna()\n",
         "derivations.py:1: risk: returns a Series of 2 rows with another index; it must have the"
         " index of the frame it gets (3 rows)"),
        ("import pandas as pd\n\ndef risk(frame):\n    return pd.to_datetime(frame['AGE'])\n",
         "derivations.py:3: risk: returns dates: a SAS date is a number of days since 1960-01-01"),
        ("def risk(frame):\n    return frame['AGE'] * 1j\n",
         "derivations.py:1: risk: returns complex numbers"),
        ("def risk(frame):\n    return frame['GENDER'].where(frame['AGE'] < 50, 7)\n",
         "derivations.py:1: risk: returns a Series of mixed values (int): text, or numbers"),
        ("import nothing_of_the_sort\n\ndef risk(frame):\n    pass\n",
         "derivations.py:1: ModuleNotFoundError: No module named 'nothing_of_the_sort'"),
    ],
    ids=["fails", "key", "exit", "arguments", "no column", "index", "dates", "complex", "mixed",
         "import"],
)  # fmt: skip
def test_what_fails_is_one_error_with_its_line(tmp_path: Path, code: str, expected: str) -> None:
    assert problems(tmp_path, code) == [expected]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (None, "derivations.py: there is no such file in the study folder"),
        ("def risc(frame):\n    pass\n",
         "adam/adsl.yaml:10:24: derivations.py has no function 'risk' (did you mean 'risc'?)"),
        ("def risk(frame:\n", "derivations.py:1:9: Python syntax: '(' was never closed"),
        ("x = '\0'\n", None),
    ],
    ids=["no file", "no function", "syntax", "null byte"],
)  # fmt: skip
def test_check_finds_what_is_wrong_without_running(
    tmp_path: Path, code: str | None, expected: str | None
) -> None:
    place = study(tmp_path, code)
    (found,) = api.check(place)
    assert expected is None or str(found) == expected
    assert problems(tmp_path, code) == [str(found)]


def test_a_link_to_another_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.py").write_text(NUMBER, "utf-8")
    place = study(tmp_path / "study", None)
    (place / "derivations.py").symlink_to(tmp_path / "elsewhere.py")
    (found,) = api.check(place)
    assert str(found) == "derivations.py: is a link that leads outside the study folder"


def test_names_of_columns_are_checked(tmp_path: Path) -> None:
    adsl = FILES["adam/adsl.yaml"].replace("[AGE,", "[AEG, DM.AEG,")
    place = study(tmp_path, NUMBER, **{"adam/adsl.yaml": adsl})
    assert len(api.check(place)) == 2
