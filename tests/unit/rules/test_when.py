"""``when``: the value only in the records that meet a condition."""

from __future__ import annotations

from typing import Any

import pytest

ROWS = [{"A": "x", "B": "1"}, {"A": "y", "B": "2"}, {"A": None, "B": "3"}, {"A": "x", "B": None}]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('A == "x"', ["1", None, None, None]),
        ('A != "x"', [None, "2", None, None]),
        ('not A == "x"', [None, "2", "3", None]),
        ("A is None", [None, None, "3", None]),
        ("number(B) >= 2", [None, "2", "3", None]),
        ('A in ("x", "y")', ["1", "2", None, None]),
        ("B is not None", ["1", "2", "3", None]),
    ],
)
def test_the_value_stays_only_where_the_condition_holds(
    workshop: Any, condition: str, expected: list[str | None]
) -> None:
    assert workshop.made({"from": "B", "when": condition}, ROWS) == expected
    numbers = [None if value is None else float(value) for value in expected]
    assert workshop.made({"from": "B", "when": condition}, ROWS, "AELLTCD") == numbers


def test_the_condition_is_judged_last_and_may_read_other_variables(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {
            "AEMODIFY": {"assign": "yes", "uppercase": True, "when": 'AESER == "Y"'},
            "AESER": {"from": "A"},
        },
    }
    rows = [{"SUBJ": "1", "A": "Yes"}, {"SUBJ": "2", "A": "No"}]
    assert workshop.convert({"raw": rows}, spec).column("AE", "AEMODIFY") == ["YES", None]


def test_a_condition_on_its_own_name_means_the_raw_column(workshop: Any) -> None:
    variable = {"from": "AEMODIFY", "when": 'AEMODIFY != "no"'}
    assert workshop.made(variable, [{"AEMODIFY": "no"}, {"AEMODIFY": "a"}]) == [None, "a"]


def test_a_value_in_place_of_a_condition_is_told(workshop: Any) -> None:
    spec = "dataset: AE\nsource: raw\nvariables:\n  AEMODIFY: {from: A, when: upper(A)}\n"
    (found,) = workshop.problems({"raw": [{"SUBJ": "1", "A": "x"}]}, spec)
    assert found.startswith("sdtm/s0.yaml:4:29: ")
    assert "condition" in found
