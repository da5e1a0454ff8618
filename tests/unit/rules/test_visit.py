"""``visit``: VISIT, VISITNUM and VISITDY of the planned visit that a raw column names."""

from __future__ import annotations

from typing import Any

import pytest

HEAD = {
    "visits": [
        {"VISIT": "SCREENING", "VISITNUM": 1, "VISITDY": -7, "names": ["Scr", "V1"]},
        {"VISIT": "BASELINE", "VISITNUM": 2, "VISITDY": 1},
        {"VISIT": "WEEK 2", "VISITNUM": 3.5, "names": [14]},
        {"VISIT": "WEEK 10", "VISITNUM": 10},
    ]
}
LB = {
    "dataset": "LB",
    "source": "raw",
    "variables": {
        "LBTESTCD": {"assign": "GLUC"},
        "LBORRES": {"from": "V"},
        "VISIT": {"visit": "N"},
    },
}
THREE = ("VISIT", "VISITNUM", "VISITDY")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("SCREENING", ("SCREENING", 1, -7)),
        ("screening", ("SCREENING", 1, -7)),
        (" Scr ", ("SCREENING", 1, -7)),
        ("v1", ("SCREENING", 1, -7)),
        ("1", ("SCREENING", 1, -7)),
        ("Week  2", ("WEEK 2", 3.5, None)),
        ("3.5", ("WEEK 2", 3.5, None)),
        ("14", ("WEEK 2", 3.5, None)),
        (None, (None, None, None)),
    ],
)
def test_a_visit_is_known_by_its_name_its_number_and_its_raw_names(
    workshop: Any, raw: str | None, expected: tuple[Any, ...]
) -> None:
    result = workshop.convert({"raw": [{"SUBJ": "1", "V": "5", "N": raw}]}, LB, **HEAD)
    assert result.records("LB", *THREE) == [expected]
    assert result.told() == []


def test_an_unknown_visit_stays_and_is_a_finding_with_the_nearest(workshop: Any) -> None:
    rows = [
        {"SUBJ": "1", "V": "5", "N": name} for name in ("WEEK 2", "Weak 2", "Unscheduled", "Weak 2")
    ]
    result = workshop.convert({"raw": rows}, LB, **HEAD)
    assert sorted(result.records("LB", "VISIT", "VISITNUM"), key=str) == [
        ("Unscheduled", None),
        ("WEEK 2", 3.5),
        ("Weak 2", None),
        ("Weak 2", None),
    ]
    assert result.told() == [
        ("unknown-visit", "VISIT", "Weak 2", 2, 2),
        ("unknown-visit", "VISIT", "Unscheduled", 1, 3),
    ]
    assert "did you mean 'WEEK 2'?" in result.findings[0].message


def test_any_of_the_three_gives_the_others(workshop: Any) -> None:
    variables = {**LB["variables"], "VISITNUM": {"visit": "N"}}
    del variables["VISIT"]
    spec = {**LB, "variables": variables}
    result = workshop.convert({"raw": [{"SUBJ": "1", "V": "5", "N": "Scr"}]}, spec, **HEAD)
    assert result.records("LB", *THREE) == [("SCREENING", 1, -7)]


def test_a_number_of_the_visit_given_otherwise_goes_before(workshop: Any) -> None:
    spec = {**LB, "variables": {**LB["variables"], "VISITNUM": {"from": "U"}}}
    rows = [{"SUBJ": "1", "V": "5", "N": "Scr", "U": "1.01"}]
    assert workshop.convert({"raw": rows}, spec, **HEAD).records("LB", *THREE) == [
        ("SCREENING", 1.01, -7)
    ]


def test_records_stand_in_the_order_of_visit_numbers(workshop: Any) -> None:
    rows = [{"SUBJ": "1", "V": "5", "N": name} for name in ("WEEK 10", "WEEK 2", "SCREENING")]
    spec = {**LB, "keys": ["STUDYID", "USUBJID", "LBTESTCD", "VISITNUM"]}
    result = workshop.convert({"raw": rows}, spec, **HEAD)
    assert result.column("LB", "VISIT") == ["SCREENING", "WEEK 2", "WEEK 10"]
    assert result.column("LB", "LBSEQ") == [1, 2, 3]


def test_a_spec_without_visits_in_study_yaml_finds_none(workshop: Any) -> None:
    result = workshop.convert({"raw": [{"SUBJ": "1", "V": "5", "N": "Scr"}]}, LB)
    assert result.told() == [("unknown-visit", "VISIT", "Scr", 1, 1)]
