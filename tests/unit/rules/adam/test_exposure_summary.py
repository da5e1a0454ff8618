"""``exposure_summary``: doses and days of exposure as parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.dataset import Origin
from converters.rules.adam.exposure_summary import _Exposure

SPEC = {
    "dataset": "ADEX",
    "class": "BASIC DATA STRUCTURE",
    "label": "Exposure",
    "keys": ["USUBJID", "PARAMCD"],
}
MEASURES = (
    *("total_dose", "average_dose", "doses", "duration", "span", "interruptions"),
    *("interrupted_days", "dose_intensity"),
)
ITEM = {
    "dataset": "EX",
    "dose": "EXDOSE",
    "planned": "EXDOSP",
    "start": "EXSTDTC",
    "end": "EXENDTC",
    "parameters": [
        {"PARAMCD": f"P{n}", "PARAM": measure, "measure": measure}
        for n, measure in enumerate(MEASURES)
    ],
}
HEAD = "STUDYID,USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSP,EXSTDTC,EXENDTC\n"


def make(analysis: Any, rows: str, **args: Any) -> Any:
    spec = {**SPEC, "derive": [{"exposure_summary": {**ITEM, **args}}]}
    return analysis.make(spec, EX=HEAD + rows)


def values(made: Any) -> list[Any]:
    return [value for subject, _, value in made.records("USUBJID", "PARAMCD", "AVAL")]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("S,1,1,D,5,10,2026-01-01,2026-01-05\n", [5, 1, 1, 5, 5, 0, 0, 50]),
        ("S,1,1,D,5,10,2026-01-01,2026-01-05\nS,1,2,D,10,10,2026-01-06,2026-01-10\n",
         [15, 1.5, 2, 10, 10, 0, 0, 75]),
        ("S,1,1,D,5,10,2026-01-01,2026-01-05\nS,1,2,D,5,10,2026-01-04,2026-01-08\n",
         [10, 1.25, 2, 8, 8, 0, 0, 50]),
        ("S,1,1,D,5,10,2026-01-01,2026-01-09\nS,1,2,D,5,10,2026-01-02,2026-01-03\n"
         "S,1,3,D,8,16,2026-01-20,2026-01-20\n", [18, 1.8, 3, 10, 20, 1, 10, 50]),
        ("S,1,1,D,5,10,2026-01-01T08:00,2026-01-01\nS,1,2,D,,10,2026-01-01,2026-01-01\n",
         [5, 5, 2, 1, 1, 0, 0, 25]),
        ("S,1,1,D,,,2026-01-01,2026-01-02\n", [None, None, 1, 2, 2, 0, 0, None]),
        ("S,,1,D,5,5,2026-01-01,2026-01-02\n", []),
        ("", []),
    ],
    ids=["one", "adjacent", "overlapping", "contained and a gap", "same day", "no dose",
         "no subject", "no records"],
)  # fmt: skip
def test_days_count_once_and_what_lies_between_is_an_interruption(
    analysis: Any, rows: str, expected: list[Any]
) -> None:
    made = make(analysis, rows)
    assert values(made) == expected
    assert made.told() == []


def test_an_interruption_may_need_more_days(analysis: Any) -> None:
    rows = "S,1,1,D,5,5,2026-01-01,2026-01-01\nS,1,2,D,5,5,2026-01-04,2026-01-04\n"
    assert values(make(analysis, rows, gap=1))[5:7] == [1, 2]
    assert values(make(analysis, rows, gap=2))[5:7] == [0, 0]


def test_a_dose_a_day_counts_for_each_day(analysis: Any) -> None:
    rows = "S,1,1,D,5,10,2026-01-01,2026-01-04\nS,1,2,D,10,10,2026-01-05,2026-01-05\n"
    assert values(make(analysis, rows, per="day"))[:2] == [30, 6]


def test_subjects_and_periods_have_their_own(analysis: Any) -> None:
    rows = "".join(
        f"S,{subject},{n},{drug},{dose},1,2026-01-0{n},2026-01-0{n}\n"
        for subject, n, drug, dose in [
            (1, 1, "A", 1),
            (1, 2, "B", 2),
            (1, 3, "A", 3),
            (2, 1, "A", 4),
        ]
    )
    parameters = [{**ITEM["parameters"][0], "PARAMN": 1}]
    made = make(analysis, rows, by=["EXTRT"], take=["STUDYID"], parameters=parameters)
    names = ("STUDYID", "USUBJID", "EXTRT", "PARAMN", "AVAL", "ASTDT", "AENDT")
    assert made.records(*names) == [
        ("S", "1", "B", 1, 2, "2026-01-02", "2026-01-02"),
        ("S", "1", "A", 1, 4, "2026-01-01", "2026-01-03"),
        ("S", "2", "A", 1, 4, "2026-01-01", "2026-01-01"),
    ]
    assert list(made.dataset().frame)[:3] == ["STUDYID", "USUBJID", "EXTRT"]
    assert made.variable("EXTRT").origin == Origin("Predecessor", "", "EX.EXTRT")


def test_records_without_both_days_count_with_their_dose_alone(analysis: Any) -> None:
    rows = (
        "S,1,1,D,5,5,2026-01-01,\nS,1,2,D,5,5,2026-01-03,2026-01-04\nS,1,3,D,5,5,2026-01-09,2026-01-08\n"
        "S,2,1,D,5,5,2026-01,2026-01\n"
    )
    made = make(analysis, rows)
    assert values(made)[:8] == [15, 7.5, 3, 2, 2, 0, 0, 100]
    assert values(made)[8:] == [5, None, 1, None, None, None, None, 100]
    assert [(rule, count) for rule, _, _, count in made.told()] == [("exposure-dates", 2)]


def test_the_condition_chooses_records_and_define_says_how(analysis: Any) -> None:
    rows = "S,1,1,D,0,5,2026-01-01,2026-01-02\nS,1,2,D,5,5,2026-01-03,2026-01-04\n"
    item = {"where": "EXDOSE > 0", "parameters": ITEM["parameters"][:1], "per": "day", "gap": 1}
    made = make(analysis, rows, **item)
    assert values(made) == [10]
    assert made.variable("AVAL").method.words == (
        "For P0: the sum of the doses, of the records of EX with the same USUBJID where "
        "EXDOSE > 0; the dose is EXDOSE for each day; planned is EXDOSP for each day; an "
        "interruption is over 1 days."
    )
    assert made.variable("ASTDT").method.words.startswith("Earliest EXSTDTC of the records")


def test_what_a_measure_needs_is_told(analysis: Any) -> None:
    item = {
        "dataset": "EX",
        "dose": "EXDOE",
        "gap": 1,
        "per": "day",
        "parameters": [ITEM["parameters"][3], ITEM["parameters"][7]],
    }
    assert analysis.problems({"exposure_summary": item}, EX=HEAD) == [
        "'gap' needs 'start'",
        "EX has no variable 'EXDOE' (did you mean 'EXDOSE'?)",
        "a dose a day needs 'start' and 'end'",
        "dose_intensity needs 'planned' beside 'parameters'",
        "duration needs 'start' beside 'parameters'",
    ]


_INTERVALS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-40, 40), st.integers(0, 12)), min_size=1, max_size=25
)


@given(_INTERVALS, st.integers(0, 4))
def test_days_and_gaps_are_those_of_the_days_one_by_one(
    intervals: list[tuple[int, int, int]], gap: int
) -> None:
    ids, start, length = (np.array(column) for column in zip(*intervals, strict=True))
    none = np.full(len(ids), np.nan)
    first, last = start.astype(float), (start + length).astype(float)
    exposure = _Exposure(ids, 3, first, last, none, none, gap)
    days, gaps, lost = exposure.covered
    for group in range(3):
        covered = {day for n, a, more in intervals if n == group for day in range(a, a + more + 1)}
        if not covered:
            assert np.isnan([days[group], gaps[group], lost[group]]).all()
            continue
        runs = "".join(
            "x" if day in covered else " " for day in range(min(covered), max(covered) + 1)
        )
        between = [len(run) for run in runs.split("x") if len(run) > gap]
        assert (days[group], gaps[group], lost[group]) == (len(covered), len(between), sum(between))
