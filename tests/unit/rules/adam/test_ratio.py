"""``ratio``: R2BASE, R2A1LO ..."""

from __future__ import annotations

from typing import Any

ROWS = "AVAL,BASE,A1HI,ANRHI\n6,3,12,4\n6,0,,4\n,3,12,4\n"
TO = ["BASE", "A1HI", "ANRHI"]


def test_a_ratio_is_missing_without_a_value_or_over_0(analysis: Any) -> None:
    made = analysis.derive(ROWS, {"ratio": {"to": TO}})
    assert made.by_record("R2BASE", "R2A1HI", "R2ANRHI") == [
        (2, 0.5, 1.5),
        (None, None, 1.5),
        (None, None, None),
    ]
    labels = [made.variable(f"R2{name}").label for name in TO]
    assert labels == [
        "Ratio to Baseline",
        "Ratio to Analysis Range 1 Upper Limit",
        "Ratio to Normal Range Upper Limit",
    ]


def test_only_records_that_are_meant_have_one(analysis: Any) -> None:
    made = analysis.derive(ROWS, {"ratio": {"to": "BASE", "where": "BASE > 5"}})
    assert made.by_record("R2BASE") == [None] * 3
    assert made.variable("R2BASE").method.words == (
        "Ratio to BASE: AVAL divided by BASE where BASE > 5; missing if BASE is 0."
    )


def test_a_name_that_is_too_long_is_told(analysis: Any) -> None:
    found = analysis.problems({"ratio": {"to": "PARAMCD"}})
    assert "R2PARAMCD is longer than 8 characters: use a formula" in found
