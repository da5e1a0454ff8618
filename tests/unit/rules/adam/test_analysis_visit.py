"""``analysis_visit``: AVISIT and AVISITN by windows of days or from the visit."""

from __future__ import annotations

from typing import Any

import pytest

WINDOWS = [
    {"AVISIT": "Baseline", "AVISITN": 0, "high": 1, "target": 1},
    {"AVISIT": "Week 2", "AVISITN": 2, "low": 2, "high": 21, "target": 14},
    {"AVISIT": "Week 8", "AVISITN": 8, "low": 50, "target": 56},
]
DAYS = [-7, 1, 2, 14, 21, 22, 49, 50, 400, None]
NAMES = ["Baseline"] * 2 + ["Week 2"] * 3 + [None] * 2 + ["Week 8"] * 2 + [None]


def rows(*days: float | None) -> list[dict[str, Any]]:
    return [{"ADY": day, "VSSEQ": number} for number, day in enumerate(days)]


def test_a_record_has_the_visit_of_the_window_that_its_day_is_in(analysis: Any) -> None:
    made = analysis.derive(rows(*DAYS), {"analysis_visit": {"windows": WINDOWS}})
    assert made.by_record("AVISIT") == NAMES
    numbers = {"Baseline": 0, "Week 2": 2, "Week 8": 8, None: None}
    assert made.by_record("AVISITN") == [numbers[name] for name in NAMES]
    assert made.told() == []


def test_the_order_in_which_windows_are_told_does_not_matter(analysis: Any) -> None:
    made = analysis.derive(rows(*DAYS), {"analysis_visit": {"windows": WINDOWS[::-1]}})
    assert made.by_record("AVISIT") == NAMES


def test_days_in_gaps_are_unscheduled_and_missing_days_are_not(analysis: Any) -> None:
    otherwise = {"AVISIT": "Unscheduled", "AVISITN": 999}
    args = {"windows": WINDOWS, "otherwise": otherwise, "variables": ["AWRANGE", "AWU"]}
    made = analysis.derive(rows(30, None, 1), {"analysis_visit": args})
    assert made.by_record("AVISIT", "AVISITN", "AWRANGE", "AWU") == [
        ("Unscheduled", 999, None, None),
        (None, None, None, None),
        ("Baseline", 0, "up to 1 DAYS", "DAYS"),
    ]


def test_the_variables_of_the_window_count_days_without_a_day_0(analysis: Any) -> None:
    names = ["AWTARGET", "AWTDIFF", "AWLO", "AWHI", "AWRANGE"]
    made = analysis.derive(
        rows(-1, 12, 57), {"analysis_visit": {"windows": WINDOWS, "variables": names}}
    )
    assert made.by_record(*names) == [
        (1, 1, None, 1, "up to 1 DAYS"),
        (14, 2, 2, 21, "2 to 21 DAYS"),
        (56, 1, 50, None, "from 50 DAYS"),
    ]


def test_hours_have_a_0(analysis: Any) -> None:
    given = [{"ARELTM": value} for value in (-1, 0, 3)]
    args = {
        "day": "ARELTM",
        "unit": "HOURS",
        "variables": ["AWTDIFF", "AWU"],
        "windows": [{"AVISIT": "Dose", "low": -2, "high": 2, "target": 1}],
    }
    made = analysis.derive(given, {"analysis_visit": args})
    assert made.by_record("AVISIT", "AWTDIFF", "AWU") == [
        ("Dose", 2, "HOURS"),
        ("Dose", 1, "HOURS"),
        (None, None, None),
    ]


def test_parameters_may_have_windows_of_their_own(analysis: Any) -> None:
    given = [{"ADY": 10, "PARAMCD": code} for code in ("A", "B", "C")]
    steps = [
        {"windows": [{"AVISIT": name, "low": 2}], "where": f'PARAMCD == "{code}"'}
        for code, name in (("A", "Week 1"), ("B", "Month 1"))
    ]
    made = analysis.derive(given, *({"analysis_visit": step} for step in steps))
    assert made.by_record("AVISIT") == ["Week 1", "Month 1", None]


VISITS = [
    {"AVISIT": "Baseline", "AVISITN": 0, "names": ["SCREENING", "DAY 1"]},
    {"AVISIT": "Week 2", "AVISITN": 2, "names": "WEEK 2"},
    {"AVISIT": "Week 3", "AVISITN": 3, "names": 3},
]


def test_visits_are_mapped_by_name_and_others_are_told(analysis: Any) -> None:
    given = [{"VISIT": v} for v in ("SCREENING", "DAY 1", "WEEK 2", "3", "EXTRA", "EXTRA", None)]
    made = analysis.derive(given, {"analysis_visit": {"visits": VISITS}})
    names = ["Baseline", "Baseline", "Week 2", "Week 3", None, None, None]
    assert made.by_record("AVISIT") == names
    assert made.told() == [("visit-not-mapped", "", "EXTRA", 2)]


def test_other_visits_may_be_one(analysis: Any) -> None:
    given = [{"VISITNUM": v} for v in (3, 4, None)]
    args = {"visits": VISITS, "from": "VISITNUM", "otherwise": {"AVISIT": "Other"}}
    made = analysis.derive(given, {"analysis_visit": args})
    assert made.by_record("AVISIT", "AVISITN") == [("Week 3", 3), ("Other", None), (None, None)]
    assert made.told() == []


def test_words_say_the_windows(analysis: Any) -> None:
    args = {"windows": WINDOWS[:2], "variables": ["AWTDIFF"], "where": "ADY > 0"}
    made = analysis.derive(rows(1), {"analysis_visit": args})
    assert made.variable("AVISIT").method.words == (
        'Analysis visit where ADY > 0: "Baseline" if ADY is up to 1; else "Week 2" if ADY '
        "is 2 to 21; else missing."
    )
    assert made.variable("AWTDIFF").method.words == (
        "Absolute difference of ADY and AWTARGET, without a day 0 where ADY > 0."
    )


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ({}, "AVISIT comes of 'windows' or of 'visits': state one of them"),
        ({"windows": [{"AVISIT": "A", "low": 3, "high": 2}]}, "the window ends before it begins"),
        (
            {"windows": [{"AVISIT": "A", "high": 5}, {"AVISIT": "B", "low": 5}]},
            "the windows of A and B overlap",
        ),
        (
            {"windows": [{"AVISIT": "A", "high": 5, "target": 6}]},
            "the target is outside the window",
        ),
        (
            {"windows": [{"AVISIT": "A", "high": 0}]},
            "there is no day 0: day -1 comes before day 1",
        ),
        (
            {
                "windows": [
                    {"AVISIT": "A", "AVISITN": 1, "high": 1},
                    {"AVISIT": "B", "AVISITN": 1, "low": 2},
                ]
            },
            "A and B have the same AVISITN",
        ),
        (
            {
                "visits": [
                    {"AVISIT": "A", "AVISITN": 1, "names": "X"},
                    {"AVISIT": "A", "AVISITN": 2, "names": "Y"},
                ],
                "from": "PARAMCD",
            },
            "A has two numbers: AVISITN goes with AVISIT",
        ),
        (
            {"visits": [{"AVISIT": "A", "names": ["X", "X"]}], "from": "PARAMCD"},
            "X is there twice",
        ),
        (
            {"visits": [{"AVISIT": "A", "names": "X"}], "from": "PARAMCD", "unit": "HOURS"},
            "'unit' goes with 'windows'",
        ),
        ({"windows": [{"AVISIT": "A"}], "from": "VISIT"}, "'from' goes with 'visits'"),
        ({"windows": [{"AVISIT": "A"}], "day": "ADYY"}, "ADIN has no variable 'ADYY'"),
    ],
)
def test_what_is_wrong_is_told(analysis: Any, args: dict[str, Any], problem: str) -> None:
    found = analysis.problems({"analysis_visit": args}, source=("USUBJID", "PARAMCD", "ADY"))
    assert any(message.startswith(problem) for message in found), found


def test_windows_may_be_the_rows_of_a_file(analysis: Any) -> None:
    (analysis.place / "windows.csv").write_text(
        "AVISIT,AVISITN,low,high\nBaseline,0,,1\nWeek 2,2,2,21\n", "utf-8"
    )
    made = analysis.derive(rows(-3, 5), {"analysis_visit": {"windows": {"file": "windows.csv"}}})
    assert made.by_record("AVISIT", "AVISITN") == [("Baseline", 0), ("Week 2", 2)]
