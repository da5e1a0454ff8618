"""``range_indicator``: where a value stands in its range."""

from __future__ import annotations

from typing import Any

import pytest

ROWS = [
    {"AVAL": value, "ANRLO": low, "ANRHI": high, "A1LO": 1, "A1HI": 20}
    for value, low, high in [
        (4, 5, 10),
        (5, 5, 10),
        (10, 5, 10),
        (11, 5, 10),
        (0.5, 5, 10),
        (21, 5, 10),
        (7, None, 10),
        (7, 5, None),
        (7, None, None),
        (None, 5, 10),
        (12, None, 10),
    ]
]
SHORT = {"LOW LOW": "LL", "LOW": "L", "NORMAL": "N", "HIGH": "H", "HIGH HIGH": "HH"}


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, "L N N H L H N N . . H"),
        ({"critical": {"low": "A1LO", "high": "A1HI"}}, "L N N H LL HH N N . . H"),
        ({"high": "ANRHI"}, "N N N H N H N . . . H"),
        ({"low": "A1LO", "high": "A1HI"}, "N N N N L H N N N . N"),
        ({"value": "AVAL * 2"}, "N N H H L H H N . . H"),
    ],
    ids=["normal range", "critical limits", "one limit", "other range", "other value"],
)
def test_a_value_on_a_limit_is_in_the_range(
    analysis: Any, args: dict[str, Any], expected: str
) -> None:
    made = analysis.derive(ROWS, {"ANRIND": {"range_indicator": {**args, "terms": SHORT}}})
    assert [term or "." for term in made.by_record("ANRIND")] == expected.split()


def test_the_terms_are_those_of_sdtm(analysis: Any) -> None:
    made = analysis.derive(ROWS[:4], {"ANRIND": {"range_indicator": {}}})
    assert made.by_record("ANRIND") == ["LOW", "NORMAL", "NORMAL", "HIGH"]
    assert made.variable("ANRIND").method.words == (
        'Reference range indicator of AVAL: "LOW" if below ANRLO; else "HIGH" if above '
        'ANRHI; else "NORMAL".'
    )


def test_the_baseline_indicator_is_that_of_the_baseline_record(analysis: Any) -> None:
    given = [
        {"PARAMCD": "A", "ADT": f"2026-01-0{n}", "AVAL": v, "ANRLO": 5, "ANRHI": 9}
        for n, v in ((1, 4), (2, 7), (3, 11))
    ]
    made = analysis.derive(
        given,
        {"ANRIND": {"range_indicator": {}}},
        {"baseline": {"where": "AVAL < 9", "take": {"BASE": "AVAL", "BNRIND": "ANRIND"}}},
        {"SHIFT1": {"shift": {"from": "BNRIND", "to": "ANRIND"}}},
    )
    assert made.by_record("SHIFT1") == ["NORMAL to LOW", "NORMAL to NORMAL", "NORMAL to HIGH"]


def test_two_terms_may_not_be_the_same(analysis: Any) -> None:
    args = {"low": "AVAL", "terms": {"LOW": "HIGH"}}
    assert analysis.problems({"ANRIND": {"range_indicator": args}}) == [
        "ANRIND: 'HIGH' stands for two of the terms"
    ]
