"""``decode``: the name that goes with a code."""

from __future__ import annotations

from typing import Any

import pytest

SPEC = {
    "dataset": "LB",
    "source": "raw",
    "variables": {"LBTESTCD": {"from": "T"}, "LBORRES": {"from": "R"}},
}


@pytest.mark.parametrize(
    ("code", "shown", "name"),
    [
        ("GLUC", "GLUC", "Glucose"),
        ("gluc", "GLUC", "Glucose"),
        ("Glucose", "GLUC", "Glucose"),
        ("HGB", "HGB", "Hemoglobin"),
        ("NOSUCH", "NOSUCH", None),
        (None, None, None),
    ],
)
def test_the_test_is_named_by_its_code_unasked(
    workshop: Any, code: str | None, shown: str | None, name: str | None
) -> None:
    result = workshop.convert({"raw": [{"SUBJ": "1", "T": code, "R": "5"}]}, SPEC)
    assert result.records("LB", "LBTESTCD", "LBTEST") == [(shown, name)]


def test_the_sponsors_test_is_named_by_its_decode(workshop: Any) -> None:
    head = {"terminology": {"extensions": {"LBTESTCD": {"NEWTEST": "A New Test"}}}}
    result = workshop.convert({"raw": [{"SUBJ": "1", "T": "newtest", "R": "5"}]}, SPEC, **head)
    assert result.records("LB", "LBTESTCD", "LBTEST") == [("NEWTEST", "A New Test")]


def test_a_questionnaires_code_finds_its_own_codelist(workshop: Any) -> None:
    spec = {
        "dataset": "QS",
        "records": [
            {"source": "raw", "findings": [{"test": "ADCCMD01", "from": "A"}]},
            {"source": "raw", "findings": [{"test": "ADL0101", "from": "B"}]},
        ],
    }
    rows = [{"SUBJ": "1", "A": "3", "B": "2"}]
    codes = workshop.convert({"raw": rows}, spec).records("QS", "QSTESTCD", "QSTEST")
    names = dict(codes)
    assert set(names) == {"ADCCMD01", "ADL0101"}
    assert names["ADCCMD01"].endswith("Commands: Fist")
    assert names["ADL0101"].startswith("ADL01")


def test_a_name_given_in_the_spec_goes_before_the_terminology(workshop: Any) -> None:
    spec = {**SPEC, "variables": {**SPEC["variables"], "LBTEST": {"assign": "Sugar"}}}
    result = workshop.convert({"raw": [{"SUBJ": "1", "T": "GLUC", "R": "5"}]}, spec)
    assert result.column("LB", "LBTEST") == ["Sugar"]


def test_it_can_be_asked_for_any_pair(workshop: Any) -> None:
    spec = {
        "dataset": "VS",
        "source": "raw",
        "variables": {
            "VSTESTCD": {"from": "T"},
            "VSTEST": {"decode": "VSTESTCD"},
            "VSORRES": {"from": "R"},
        },
    }
    result = workshop.convert({"raw": [{"SUBJ": "1", "T": "SYSBP", "R": "120"}]}, spec)
    assert result.column("VS", "VSTEST") == ["Systolic Blood Pressure"]
