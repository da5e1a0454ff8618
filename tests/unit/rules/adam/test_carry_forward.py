"""``carry_forward``: records for expected visits without a value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

VISITS = [{"AVISIT": f"Week {n}", "AVISITN": n} for n in (1, 2, 3)]
ROWS = """USUBJID,PARAMCD,AVISIT,AVISITN,ADT,AVAL,ABLFL
1,A,Baseline,0,2026-01-01,5,Y
1,A,Week 1,1,2026-01-08,9,
1,A,Week 1,1,2026-01-09,8,
1,A,Week 3,3,2026-01-22,,
1,B,Baseline,0,2026-01-01,70,Y
2,A,Baseline,0,2026-01-01,,
2,A,Week 2,2,2026-01-15,3,
3,A,Unscheduled,,2026-01-10,4,
"""
NAMES = ("USUBJID", "PARAMCD", "AVISIT", "AVISITN", "AVAL", "ADT")


def added(made: Any, *names: str) -> list[tuple[Any, ...]]:
    rows = made.records("DTYPE", *(names or NAMES))
    return sorted((row[1:] for row in rows if row[0]), key=str)


def test_the_last_value_is_carried_into_visits_without_one(analysis: Any) -> None:
    made = analysis.derive(ROWS, {"carry_forward": {"method": "LOCF", "visits": VISITS}})
    assert added(made) == [
        ("1", "A", "Week 2", 2, 8, "2026-01-09"),
        ("1", "A", "Week 3", 3, 8, "2026-01-09"),
        ("1", "B", "Week 1", 1, 70, "2026-01-01"),
        ("1", "B", "Week 2", 2, 70, "2026-01-01"),
        ("1", "B", "Week 3", 3, 70, "2026-01-01"),
        ("2", "A", "Week 3", 3, 3, "2026-01-15"),
    ]
    assert len(made.records()) == 8 + 6


def test_values_after_baseline_alone_may_be_carried(analysis: Any) -> None:
    args = {"method": "LOCF", "visits": VISITS, "where": "AVISITN > 0"}
    made = analysis.derive(ROWS, {"carry_forward": args})
    assert [row[:4] for row in added(made)] == [
        ("1", "A", "Week 2", 2),
        ("1", "A", "Week 3", 3),
        ("2", "A", "Week 3", 3),
    ]


def test_the_worst_value_so_far_is_carried(analysis: Any) -> None:
    args = {"method": "WOCF", "visits": VISITS, "worst": {"high": ["A"], "low": ["C"]}}
    made = analysis.derive(ROWS, {"carry_forward": args})
    assert added(made) == [
        ("1", "A", "Week 2", 2, 9, "2026-01-08"),
        ("1", "A", "Week 3", 3, 9, "2026-01-08"),
        ("2", "A", "Week 3", 3, 3, "2026-01-15"),
    ]
    low = {**args, "worst": {"low": ["A"]}}
    made = analysis.derive(ROWS, {"carry_forward": low})
    assert [row[4] for row in added(made)] == [5, 5, 3]


def test_the_baseline_is_carried_and_is_no_second_baseline(analysis: Any) -> None:
    args = {"method": "BOCF", "visits": VISITS, "where": "AVISITN > 0"}
    made = analysis.derive(ROWS, {"carry_forward": args})
    assert added(made, "USUBJID", "PARAMCD", "AVISITN", "AVAL", "ABLFL") == [
        ("1", "A", 2, 5, None),
        ("1", "A", 3, 5, None),
        ("1", "B", 1, 70, None),
        ("1", "B", 2, 70, None),
        ("1", "B", 3, 70, None),
    ]
    assert set(made.column("DTYPE")) == {None, "BOCF"}


def test_a_baseline_without_a_visit_is_before_all_visits(analysis: Any) -> None:
    rows = "PARAMCD,AVISIT,AVISITN,AVAL,ABLFL\nA,,,5,Y\nA,Week 2,2,6,\n"
    args = {"method": "BOCF", "visits": VISITS}
    made = analysis.derive(rows, {"carry_forward": args})
    assert added(made, "AVISITN", "AVAL") == [(1, 5), (3, 5)]


def test_the_baseline_is_not_carried_into_its_own_visit_nor_one_before(analysis: Any) -> None:
    rows = "PARAMCD,AVISIT,AVISITN,AVAL,ABLFL\nA,Week 2,2,5,Y\n"
    args = {"method": "BOCF", "visits": VISITS, "where": "not ABLFL == 'Y'"}
    made = analysis.derive(rows, {"carry_forward": args})
    assert added(made, "AVISITN", "AVAL") == [(3, 5)]


def test_all_visits_of_the_parameter_may_be_expected(analysis: Any) -> None:
    args = {"method": "LOCF", "visits": "all"}
    made = analysis.derive(ROWS, {"carry_forward": args}, by_subject=False)
    assert added(made)[:1] == [("1", "A", "Week 2", 2, 8, "2026-01-09")]
    assert len(added(made)) == 1  # B has one visit only, and no one has a value in week 3


def test_a_group_may_be_by_more(analysis: Any) -> None:
    rows = "PARAMCD,BASETYPE,AVISIT,AVISITN,AVAL\nA,X,Week 1,1,5\nA,Y,Week 2,2,6\n"
    args = {"method": "LOCF", "visits": VISITS, "by": ["USUBJID", "PARAMCD", "BASETYPE"]}
    made = analysis.derive(rows, {"carry_forward": args})
    assert added(made, "BASETYPE", "AVISITN", "AVAL") == [("X", 2, 5), ("X", 3, 5), ("Y", 3, 6)]


def test_text_results_are_carried_too(analysis: Any) -> None:
    rows = "PARAMCD,AVISIT,AVISITN,AVALC\nA,Week 1,1,POS\n"
    made = analysis.derive(rows, {"carry_forward": {"method": "LOCF", "visits": VISITS}})
    assert added(made, "AVISITN", "AVALC") == [(2, "POS"), (3, "POS")]


def test_without_records_nothing_is_carried(analysis: Any) -> None:
    for visits in ("all", VISITS):
        args = {"method": "LOCF", "visits": visits, "where": "AVAL > 999"}
        assert added(analysis.derive(ROWS, {"carry_forward": args})) == []


def test_words(analysis: Any) -> None:
    args = {"method": "WOCF", "visits": VISITS, "worst": {"high": ["A"]}}
    made = analysis.derive(ROWS, {"carry_forward": args})
    assert made.variable("DTYPE").method.words == (
        'Derivation type: "WOCF" in records that are added for expected visits without a '
        "value, within USUBJID and PARAMCD: the worst value before (the highest of A), in "
        "the order of AVISITN."
    )


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (
            {"method": "WOCF", "visits": "all"},
            "WOCF and 'worst', the direction of each parameter, go together",
        ),
        (
            {"method": "LOCF", "visits": "all", "worst": {"low": ["A"]}},
            "WOCF and 'worst', the direction of each parameter, go together",
        ),
        (
            {"method": "LOCF", "visits": [*VISITS, {"AVISIT": "Day 7", "AVISITN": 1}]},
            "Week 1 and Day 7 have the same AVISITN",
        ),
        ({"method": "BOCF", "visits": "all"}, "ADIN has no variable 'ABLFL'"),
    ],
)
def test_what_is_wrong_is_told(analysis: Any, args: dict[str, Any], problem: str) -> None:
    source = ("USUBJID", "PARAMCD", "AVISIT", "AVISITN", "AVAL")
    (message,) = analysis.problems({"carry_forward": args}, source=source)
    assert message.startswith(problem)


RECORD = st.tuples(st.sampled_from("12"), st.integers(0, 4), st.sampled_from([None, 1, 2, 3]))


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(RECORD, min_size=1, max_size=12), st.sampled_from(["LOCF", "WOCF"]))
def test_what_is_carried_is_what_a_plain_search_finds(
    analysis: Any, records: list[tuple[str, int, int | None]], method: str
) -> None:
    rows = [
        {"USUBJID": s, "PARAMCD": "A", "AVISIT": f"Week {v}", "AVISITN": v, "AVAL": x, "ATPTN": n}
        for n, (s, v, x) in enumerate(records)
    ]
    args: dict[str, Any] = {"method": method, "visits": VISITS}
    args |= {"worst": {"high": ["A"]}} if method == "WOCF" else {}
    made = analysis.derive(rows, {"carry_forward": args})
    expected = []
    for subject in "12":
        own = [(v, n, x) for n, (s, v, x) in enumerate(records) if s == subject and x is not None]
        for visit in (1, 2, 3):
            before = [item for item in own if item[0] < visit]
            if before and not any(item[0] == visit for item in own):
                key = (lambda item: item) if method == "LOCF" else (lambda i: (i[2], i[0], i[1]))
                expected.append((subject, visit, max(before, key=key)[2]))
    assert added(made, "USUBJID", "AVISITN", "AVAL") == sorted(expected, key=str)
    assert np.isfinite([row[2] for row in expected]).all()
