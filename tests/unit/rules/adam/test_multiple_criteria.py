"""``multiple_criteria``: MCRITy, MCRITyML and MCRITyMN."""

from __future__ import annotations

from typing import Any

import pytest

ROWS = "PARAMCD,AVAL\nA,1\nA,6\nA,11\nA,\nB,11\n"
RESPONSES = [
    {"when": "AVAL > 10", "response": "Over 10", "number": 2},
    {"when": "AVAL > 5", "response": "Over 5", "number": 1},
]
CRITERION = {"name": "MCRIT1", "label": "Height of A", "responses": RESPONSES}
NAMES = ("MCRIT1", "MCRIT1ML", "MCRIT1MN")
TEXT = "Height of A"


def test_the_first_response_that_holds_stands_in_records_that_are_judged(analysis: Any) -> None:
    step = {**CRITERION, "where": 'PARAMCD == "A"'}
    made = analysis.derive(ROWS, {"multiple_criteria": step})
    assert made.by_record(*NAMES) == [
        (TEXT, None, None),
        (TEXT, "Over 5", 1),
        (TEXT, "Over 10", 2),
        (TEXT, None, None),
        (None, None, None),
    ]
    assert made.variable("MCRIT1ML").label == "Multi-Response Criterion 1 Evaluation"


def test_a_response_without_a_condition_is_for_all_others(analysis: Any) -> None:
    responses = [{"when": "AVAL > 5", "response": "High"}, {"response": "Other"}]
    step = {**CRITERION, "responses": responses}
    made = analysis.derive(ROWS, {"multiple_criteria": step})
    assert made.by_record("MCRIT1ML") == ["Other", "High", "High", "Other", "High"]
    assert "MCRIT1MN" not in made.dataset().frame
    assert (
        made.variable("MCRIT1").method.words
        == 'Text of the criterion: "Height of A" in all records.'
    )
    assert made.variable("MCRIT1ML").method.words == ('"High" if AVAL > 5; else "Other".')


@pytest.mark.parametrize(
    ("responses", "problem"),
    [
        (
            [{"response": "A"}, {"response": "B", "when": "AVAL > 1"}],
            "only the last response may lack 'when': those after it are never used",
        ),
        (
            [{"response": "A", "when": "AVAL > 1", "number": 1}, {"response": "B"}],
            "lacks the key 'number', which other responses have",
        ),
    ],
)
def test_what_is_wrong_is_told(analysis: Any, responses: Any, problem: str) -> None:
    step = {**CRITERION, "responses": responses}
    assert analysis.problems({"multiple_criteria": step}) == [problem]
