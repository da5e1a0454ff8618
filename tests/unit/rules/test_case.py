"""``case``: the value of the first condition that holds."""

from __future__ import annotations

from typing import Any

import pytest

ROWS = [{"A": "1"}, {"A": "5"}, {"A": "9"}, {"A": None, "B": "b"}]


@pytest.mark.parametrize(
    ("branches", "expected"),
    [
        pytest.param(
            [{"when": "number(A) < 6", "then": "low"}, {"when": "number(A) > 3", "then": "high"}],
            ["low", "low", "high", None],
            id="the first that holds counts",
        ),
        pytest.param(
            [{"when": "number(A) > 3", "then": "high"}, {"when": "number(A) < 6", "then": "low"}],
            ["low", "high", "high", None],
            id="in the other order",
        ),
        pytest.param(
            [{"when": "number(A) < 6", "then": "low"}, {"then": "rest"}],
            ["low", "low", "rest", "rest"],
            id="else takes the rest, missing too",
        ),
        pytest.param([{"then": "all"}], ["all"] * 4, id="else alone"),
        pytest.param(
            [{"when": 'A == "5"', "then": None}, {"then": "x"}],
            ["x", None, "x", "x"],
            id="null is missing and ends the search",
        ),
        pytest.param(
            [{"when": 'A == "5"', "formula": 'concat(A, "!")'}, {"formula": "A"}],
            ["1", "5!", "9", None],
            id="formulas",
        ),
        pytest.param(
            [{"when": 'A == "5"', "formula": "number(A) * 1.5"}, {"then": "text"}],
            ["text", "7.5", "text", "text"],
            id="a number and a text are text",
        ),
        pytest.param(
            [{"when": 'A == "5"', "then": 5}, {"when": 'A == "9"', "then": 2.50}],
            [None, "5", "2.5", None],
            id="numbers in a text variable",
        ),
        pytest.param([{"when": 'A == "nothing"', "then": "x"}], [None] * 4, id="none holds"),
    ],
)
def test_the_first_branch_that_holds_gives_the_value(
    workshop: Any, branches: list[Any], expected: list[str | None]
) -> None:
    result = workshop.values({"case": branches}, ROWS)
    assert result.by_record("AE", "AEMODIFY") == expected
    assert result.told() == []


def test_numbers_stay_exact_in_a_number_variable(workshop: Any) -> None:
    branches = [
        {"when": 'A == "1"', "formula": "number(A) / 3"},
        {"when": 'A == "5"', "then": 2.5},
        {"when": 'A == "9"', "formula": "number(A)"},
    ]
    made = workshop.made({"case": branches}, ROWS, "AELLTCD")
    assert made == [1 / 3, 2.5, 9.0, None]


def test_formulas_only_give_a_number_column_its_missing_values(workshop: Any) -> None:
    branches = [{"when": 'A != "5"', "formula": "number(A) / 3"}]
    assert workshop.made({"case": branches}, ROWS, "AELLTCD") == [1 / 3, None, 3.0, None]


def test_text_keeps_the_digits_that_the_spec_has(workshop: Any) -> None:
    spec = "dataset: AE\nsource: raw\nvariables: {AEMODIFY: {case: [{then: 2.50}]}}\n"
    assert workshop.convert({"raw": [{"SUBJ": "1"}]}, spec).column("AE", "AEMODIFY") == ["2.50"]


def test_branches_after_an_else_are_told(workshop: Any) -> None:
    spec = """
dataset: AE
source: raw
variables:
  AEMODIFY:
    case:
      - then: x
      - {when: A == "1", then: y}
"""
    assert workshop.problems({"raw": [{"SUBJ": "1", "A": "x"}]}, spec) == [
        "sdtm/s0.yaml:7:9: AEMODIFY: only the last branch may lack 'when': those after it are"
        " never used"
    ]


def test_a_wrong_condition_is_told_at_its_place(workshop: Any) -> None:
    spec = """
dataset: AE
source: raw
variables:
  AEMODIFY:
    case:
      - {when: A = "1", then: y}
"""
    (found,) = workshop.problems({"raw": [{"SUBJ": "1", "A": "x"}]}, spec)
    assert found == ("sdtm/s0.yaml:7:18: '=': write == to compare, in the expression: A = \"1\"")


def test_a_condition_may_read_the_same_subjects_record_of_another_dataset(workshop: Any) -> None:
    ae = {
        "dataset": "AE",
        "source": "raw",
        "variables": {
            "AESTDTC": {"datetime": "D"},
            "AEMODIFY": {"case": [{"when": "AESTDTC >= DM.RFSTDTC", "then": "Y"}]},
        },
    }
    dm = {"dataset": "DM", "source": "dm", "variables": {"RFSTDTC": {"datetime": "R"}}}
    rows = [
        {"SUBJ": "1", "D": "2020-01-01"},
        {"SUBJ": "1", "D": "2020-01-02"},
        {"SUBJ": "2", "D": "2020-01-02"},
        {"SUBJ": "9", "D": "2020-01-02"},
    ]
    subjects = [{"SUBJ": "1", "R": "2020-01-02"}, {"SUBJ": "2", "R": None}]
    result = workshop.convert({"raw": rows, "dm": subjects}, ae, dm)
    assert result.by_record("AE", "AEMODIFY") == [None, "Y", None, None]
