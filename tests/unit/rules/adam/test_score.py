"""``score``: the score of a questionnaire."""

from __future__ import annotations

from typing import Any

import pytest

SCORE = {"PARAMCD": "TOTAL", "PARAM": "Total", "by": ["AVISIT"], "items": ["Q1", "Q2", "Q3", "Q4"]}


def rows(*answers: float | None, subject: str = "1", visit: str = "A") -> list[dict[str, Any]]:
    """An item a value; those that are None are recorded without value."""
    return [
        {"USUBJID": subject, "AVISIT": visit, "PARAMCD": f"Q{n}", "PARAM": f"Q {n}", "AVAL": value}
        for n, value in enumerate(answers, 1)
    ]


def total(made: Any) -> list[Any]:
    return [value for code, value in made.records("PARAMCD", "AVAL") if code == "TOTAL"]


@pytest.mark.parametrize(
    ("method", "minimum", "answers", "expected"),
    [
        ("sum", None, (1, 2, 3, 4), [10]),
        ("sum", None, (1, 2, 3, None), []),
        ("sum", 3, (1, 2, 3, None), [6]),
        ("mean", 3, (1, 2, 6, None), [3]),
        ("prorated", 3, (1, 2, 6, None), [12]),
        ("prorated", 3, (1, 2), []),
        ("prorated", 2, (1, 2), [6]),
        ("sum", 1, (0, 0, 0, 0), [0]),
        ("sum", 1, (None, None, None, None), []),
    ],
)
def test_the_score_needs_enough_items(
    analysis: Any, method: str, minimum: int | None, answers: Any, expected: list[Any]
) -> None:
    item = {**SCORE, "method": method, **({"minimum": minimum} if minimum else {})}
    given = [*rows(*answers), *rows(5, 5, 5, 5, subject="2")]
    made = analysis.derive(given, {"score": item})
    assert total(made)[:-1] == expected
    assert [rule for rule, *_ in made.told()] == []


def test_a_score_that_lacks_items_may_stand_without_value(analysis: Any) -> None:
    given = [*rows(1, 2, 3, None), *rows(1, 2, 3, 4, visit="B")]
    made = analysis.derive(given, {"score": {**SCORE, "method": "sum", "missing": True}})
    assert total(made) == [None, 10]


def test_reversed_items_are_turned_round_and_values_outside_are_told(analysis: Any) -> None:
    item = {**SCORE, "method": "sum", "reversed": {"Q2": [1, 5], "Q4": [0, 4]}}
    made = analysis.derive([*rows(1, 2, 3, 4), *rows(1, 9, 3, 4, visit="B")], {"score": item})
    assert total(made) == [1 + 4 + 3 + 0]
    assert [rule for rule, *_ in made.told()] == ["item-out-of-range"]
    assert made.variable("AVAL").method.words == (
        "Equal to ADIN.AVAL. For TOTAL: the sum of AVAL of Q1, Q2, Q3 and Q4 within USUBJID "
        "and AVISIT, Q2 as 6 minus AVAL, Q4 as 4 minus AVAL, if all are answered; else "
        "missing."
    )


def test_an_item_with_two_answers_is_not_answered(analysis: Any) -> None:
    given = [*rows(1, 2, 3, 4), *rows(1, 5)]
    made = analysis.derive(given, {"score": {**SCORE, "method": "prorated", "minimum": 3}})
    assert total(made) == [(1 + 3 + 4) / 3 * 4]
    assert [rule for rule, *_ in made.told()] == ["parameter-several"]


def test_wrong_arguments_are_told(analysis: Any) -> None:
    item = {**SCORE, "by": [], "method": "sum", "minimum": 5, "reversed": {"Q5": [4, 0]}}
    assert analysis.problems({"score": item}) == [
        "4 to 0 is no range: the lowest value comes first",
        "Q5 is none of the items",
        "there are 4 items",
    ]
