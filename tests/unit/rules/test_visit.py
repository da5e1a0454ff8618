"""``visit``: VISIT, VISITNUM and VISITDY of the planned visit that a raw column names."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


# By date: windows, and unscheduled visits

WINDOWS = {
    "visits": [
        {"VISIT": "SCREENING", "VISITNUM": 1, "VISITDY": -7, "window": [-14, -1]},
        {"VISIT": "DAY 1", "VISITNUM": 2, "VISITDY": 1, "window": [1, 1]},
        {"VISIT": "WEEK 2", "VISITNUM": 3, "VISITDY": 15, "window": [12, 18]},
    ],
    "unscheduled": {"names": ["Extra", "UNS*"]},
}
DM = {"dataset": "DM", "source": "dm", "variables": {"RFSTDTC": {"from": "R"}}}
DOSED = [{"SUBJ": subject, "R": "2026-01-10"} for subject in "12"]


def by_date(name: str, visit: Any, **variables: Any) -> Any:
    dates = {f"{name}STDTC": {"from": "D"}, f"{name}ENDTC": {"from": "E"}}
    return {
        "dataset": name,
        "source": name.lower(),
        "variables": {"VISIT": {"visit": visit}, **dates, **variables},
    }


SV = by_date("SV", {"from": "N", "date": "D"})
CE = by_date("CE", {"from": "N", "date": "CESTDTC"}, CETERM={"from": "T"})


def visits(*rows: tuple[str | None, str | None], subject: str = "1") -> Any:
    return [
        {"SUBJ": subject, "N": n, "D": d, "E": None, "T": str(i)} for i, (n, d) in enumerate(rows)
    ]


PLANNED = (("Screening", "2026-01-03"), ("Day 1", "2026-01-10"), ("Week 2", "2026-01-24"))


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2025-12-27", ("SCREENING", 1, -7)),
        ("2026-01-09T23:59", ("SCREENING", 1, -7)),
        ("2026-01-10", ("DAY 1", 2, 1)),
        ("2026-01-21", ("WEEK 2", 3, 15)),
        ("2026-01-27", ("WEEK 2", 3, 15)),
        ("2026-01-11", ("UNSCHEDULED 0.01", 0.01, None)),
        ("2025-12-26", ("UNSCHEDULED 0.01", 0.01, None)),
        (None, (None, None, None)),
    ],
)
def test_without_a_name_the_visit_is_the_one_whose_window_has_the_day(
    workshop: Any, date: str | None, expected: tuple[Any, ...]
) -> None:
    spec = by_date("SV", {"date": "SVSTDTC"})
    result = workshop.convert({"sv": visits((None, date)), "dm": DOSED}, spec, DM, **WINDOWS)
    assert result.records("SV", *THREE) == [expected]
    assert result.told() == []


@pytest.mark.parametrize("date", ["2026-01", "10JAN2026"])
def test_a_date_without_a_study_day_has_no_visit_and_is_a_finding(workshop: Any, date: str) -> None:
    spec = by_date("SV", {"date": "SVSTDTC"})
    result = workshop.convert({"sv": visits((None, date)), "dm": DOSED}, spec, DM, **WINDOWS)
    assert result.records("SV", *THREE) == [(None, None, None)]
    assert result.told() == [("unknown-visit", "VISIT", date, 1, 1)]


def numbers(workshop: Any, *rows: tuple[str | None, str | None], **head: Any) -> list[Any]:
    result = workshop.convert({"sv": visits(*rows)}, SV, **{**WINDOWS, **head})
    return list(
        zip(result.by_record("SV", "VISIT"), result.by_record("SV", "VISITNUM"), strict=True)
    )


def test_unscheduled_visits_are_numbered_in_order_of_date_behind_the_planned_ones(
    workshop: Any,
) -> None:
    rows = [
        ("Uns 7", "2026-01-13"),
        ("EXTRA", "2026-01-12T10:00"),
        ("uns", "2026-01-01"),
        ("Extra", "2026-01-24"),
        ("Extra", "2026-01-12"),
    ]
    found = numbers(workshop, *PLANNED, *rows)
    assert [number for _, number in found] == [1, 2, 3, 2.03, 2.02, 0.01, 3.01, 2.01]
    assert found[3][0] == "UNSCHEDULED 2.03"


def test_the_last_visit_is_the_one_that_began_last_and_not_the_highest(workshop: Any) -> None:
    rows = [("Week 2", "2026-01-20"), ("Day 1", "2026-01-22"), ("Extra", "2026-01-23")]
    assert numbers(workshop, *rows)[2][1] == 2.01


def test_a_visit_has_begun_with_the_first_of_its_records(workshop: Any) -> None:
    rows = [("Day 1", "2026-01-22"), ("Day 1", "2026-01-10"), ("Extra", "2026-01-12")]
    assert numbers(workshop, *rows)[2][1] == 2.01


def test_subjects_are_numbered_apart(workshop: Any) -> None:
    raw = [
        *visits(*PLANNED, ("Extra", "2026-01-12")),
        *visits(("Extra", "2026-01-12"), subject="2"),
    ]
    result = workshop.convert({"sv": raw}, SV, **WINDOWS)
    assert result.by_record("SV", "VISITNUM") == [1, 2, 3, 2.01, 0.01]


def test_the_name_of_unscheduled_visits_is_settable(workshop: Any) -> None:
    head = {"unscheduled": {"names": ["Extra"], "VISIT": "UNS <VISITNUM>"}}
    assert numbers(workshop, ("Extra", "2026-01-12"), **head) == [("UNS 0.01", 0.01)]


def test_no_number_of_a_planned_visit_is_given_away(workshop: Any) -> None:
    head = {"visits": [{"VISIT": "A", "VISITNUM": 2}, {"VISIT": "B", "VISITNUM": 2.02}]}
    rows = [("A", "2026-01-01"), ("Extra", "2026-01-02"), ("Extra", "2026-01-03")]
    result = workshop.convert({"sv": visits(*rows)}, SV, **{**WINDOWS, **head})
    assert result.by_record("SV", "VISITNUM") == [2, 2.01, None]
    assert result.told() == [("unknown-visit", "VISIT", "Extra", 1, 3)]


def test_a_visit_number_below_one_is_not_given_twice(workshop: Any) -> None:
    head = {"visits": [{"VISIT": "A", "VISITNUM": 0}]}
    rows = [("Extra", "2026-01-01"), ("A", "2026-01-02"), ("Extra", "2026-01-03")]
    assert [number for _, number in numbers(workshop, *rows, **head)] == [0.01, 0, 0.02]


@pytest.mark.parametrize("date", [None, "2026-01"])
def test_an_unscheduled_visit_without_a_day_has_no_number_and_is_a_finding(
    workshop: Any, date: str | None
) -> None:
    rows = [("Extra", date), ("Extra", "2026-01-12")]
    result = workshop.convert({"sv": visits(*rows)}, SV, **WINDOWS)
    assert result.by_record("SV", "VISITNUM") == [None, 0.01]
    assert result.by_record("SV", "VISIT")[0] == "Extra"
    assert result.told() == [("unknown-visit", "VISIT", "Extra", 1, 1)]


def test_an_unscheduled_name_without_a_date_is_a_finding(workshop: Any) -> None:
    result = workshop.convert({"raw": [{"SUBJ": "1", "V": "5", "N": "Extra"}]}, LB, **WINDOWS)
    assert result.records("LB", *THREE) == [("Extra", None, None)]
    assert "the rule needs its 'date'" in result.findings[0].message


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-01-12", ("UNSCHEDULED 2.01", 2.01)),
        ("2026-01-12T18:00", ("UNSCHEDULED 2.01", 2.01)),
        ("2026-01-16", ("UNSCHEDULED 2.02", 2.02)),
        ("2026-01-17", ("UNSCHEDULED 2.02", 2.02)),
        ("2026-01-18", ("Uns", None)),
        ("2026-01-10", ("Uns", None)),
        ("2026-01", ("Uns", None)),
        (None, ("Uns", None)),
    ],
)
def test_other_datasets_take_the_number_that_sv_has_on_that_date(
    workshop: Any, date: str | None, expected: tuple[Any, ...]
) -> None:
    sv = visits(*PLANNED, ("Extra", "2026-01-12"), ("Extra", "2026-01-15"))
    sv[-1]["E"] = "2026-01-17"
    other = visits(("Extra", "2026-01-12"), ("Extra", "2026-01-18"), subject="2")
    raw = {"sv": [*sv, *other], "ce": visits(("Uns", date))}
    result = workshop.convert(raw, SV, CE, **WINDOWS)
    assert result.records("CE", "VISIT", "VISITNUM") == [expected]
    assert result.column("CE", "VISITDY") == [None]
    told = [] if expected[1] else [("unknown-visit", "VISIT", "Uns", 1, 1)]
    assert result.told() == told


def test_of_several_unscheduled_visits_on_a_date_the_first_is_taken_and_told(workshop: Any) -> None:
    sv = visits(("Extra", "2026-01-12T08:00"), ("Extra", "2026-01-12T15:00"))
    ce = visits(("Uns", "2026-01-12"), ("Uns", "2026-01-12T15:00"))
    result = workshop.convert({"sv": sv, "ce": ce}, SV, CE, **WINDOWS)
    assert result.by_record("CE", "VISITNUM") == [0.01, 0.02]
    assert result.told() == [("lookup-several", "VISIT", None, 1, 1)]


def test_other_datasets_by_window_agree_with_sv(workshop: Any) -> None:
    days = ("2026-01-03", "2026-01-10", "2026-01-12", "2026-01-24")
    rows = visits(*((None, day) for day in days))
    specs = (
        by_date("SV", {"date": "SVSTDTC"}),
        by_date("CE", {"date": "CESTDTC"}, CETERM={"from": "T"}),
    )
    result = workshop.convert({"sv": rows, "ce": rows, "dm": DOSED}, *specs, DM, **WINDOWS)
    assert result.by_record("CE", "VISITNUM") == result.by_record("SV", "VISITNUM")
    assert result.by_record("CE", "VISITNUM") == [1, 2, 2.01, 3]


def test_a_date_needs_sv_and_windows(workshop: Any) -> None:
    spec = "dataset: CE\nsource: ce\nvariables:\n  VISIT: {visit: {date: D}}\n"
    assert workshop.problems({"ce": visits(("Uns", None)), "dm": DOSED}, spec, DM) == [
        "sdtm/s0.yaml:4:18: VISIT: without 'from' the visit goes by its window, and study.yaml"
        " gives none a 'window'",
        "sdtm/s0.yaml:4:25: the study has no dataset 'SV'; it has: CE, DM",
    ]


def test_in_sv_it_stands_under_the_variables_of_the_dataset(workshop: Any) -> None:
    block = {"source": "sv", "variables": {"VISIT": {"visit": {"from": "N", "date": "D"}}}}
    (problem,) = workshop.problems(
        {"sv": visits(*PLANNED)}, {"dataset": "SV", "records": [block]}, **WINDOWS
    )
    assert "VISIT: 'visit' looks at all records of the dataset" in problem


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        (([-3, 2], [2, 5]), "the windows of V0 and V1 overlap on day 2"),
        (([1, 9], [2, 3], [8, 12]), "the windows of V0 and V1 overlap on day 2"),
        (([5, 2],), "the window begins on day 5, after its end on day 2"),
        (([0, 2],), "there is no study day 0: day -1 comes before day 1"),
        (([1],), "window: expected a list of 2, found one of 1"),
    ],
)
def test_windows_that_cannot_be_are_problems_of_study_yaml(
    workshop: Any, windows: Any, words: str
) -> None:
    head = [{"VISIT": f"V{n}", "VISITNUM": n, "window": w} for n, w in enumerate(windows)]
    problems = workshop.problems({"sv": visits(*PLANNED)}, SV, visits=head)
    assert problems[0].startswith("study.yaml:")
    assert problems[0].endswith(words)


unscheduled = st.tuples(
    st.sampled_from(["Day 1", "Week 2", "Extra", "Uns 1"]),
    st.sampled_from(["2026-01-10", "2026-01-12", "2026-01-12T10:00", "2026-01-24", "2026-01"]),
    st.sampled_from("AB"),
)


@given(st.lists(unscheduled, min_size=1, max_size=8), st.randoms())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_numbers_never_go_by_the_order_of_records(
    workshop: Any, rows: list[tuple[str, str, str]], chance: random.Random
) -> None:
    raw = [{"SUBJ": "1", "N": n, "D": d, "E": None, "T": t} for n, d, t in rows]
    spec = {**SV, "variables": {**SV["variables"], "SVUPDES": {"from": "T"}}}
    names = ("VISIT", "VISITNUM", "SVSTDTC", "SVUPDES")
    first = workshop.convert({"sv": raw}, spec, **WINDOWS).records("SV", *names)
    chance.shuffle(raw)
    again = workshop.convert({"sv": raw}, spec, **WINDOWS).records("SV", *names)
    assert sorted(again, key=repr) == sorted(first, key=repr)
