"""``shift``: one variable to another."""

from __future__ import annotations

from typing import Any

import pytest

BOTH = {"from": "BNRIND", "to": "ANRIND"}
ROWS = "BNRIND,ANRIND\nNORMAL,HIGH\nHIGH,HIGH\n,LOW\nLOW,\n,\n"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ["NORMAL to HIGH", "HIGH to HIGH", None, None, None]),
        (
            {"missing": "NULL"},
            ["NORMAL to HIGH", "HIGH to HIGH", "NULL to LOW", "LOW to NULL", "NULL to NULL"],
        ),
        ({"separator": "/"}, ["NORMAL/HIGH", "HIGH/HIGH", None, None, None]),
    ],
)
def test_both_are_joined(analysis: Any, more: dict[str, str], expected: list[Any]) -> None:
    made = analysis.derive(ROWS, {"SHIFT1": {"shift": {**BOTH, **more}}})
    assert made.by_record("SHIFT1") == expected
    assert made.variable("SHIFT1").label == "Shift 1"


def test_only_records_that_are_meant_have_one(analysis: Any) -> None:
    made = analysis.derive(ROWS, {"SHIFT1": {"shift": BOTH, "when": "ANRIND == BNRIND"}})
    assert made.by_record("SHIFT1") == [None, "HIGH to HIGH", None, None, None]


def test_numbers_are_written_without_a_point(analysis: Any) -> None:
    given = [{"BASE": 1, "AVAL": 2.5}, {"BASE": None, "AVAL": 3}]
    args = {"from": "BASE", "to": "AVAL", "missing": "."}
    made = analysis.derive(given, {"SHIFT2": {"shift": args}})
    assert made.by_record("SHIFT2") == ["1 to 2.5", ". to 3"]
    assert made.variable("SHIFT2").method.words == (
        'Shift: BASE and AVAL, joined by " to "; "." for a missing value.'
    )


def test_unknown_names_are_told(analysis: Any) -> None:
    found = analysis.problems({"SHIFT1": {"shift": BOTH}})
    assert found == [
        "ADIN has no variable 'ANRIND', and none is made before",
        "ADIN has no variable 'BNRIND', and none is made before",
    ]
