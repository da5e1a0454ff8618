"""``merge``: variables of another dataset's record, found by keys."""

from __future__ import annotations

from typing import Any

import pytest

from converters.dataset import Origin

ADSL = "USUBJID,TRTSDT,TRT01P,SAFFL\n1,2026-01-10,Drug,Y\n2,,Placebo,\n"
ROWS = "USUBJID,AVISITN\n1,1\n1,2\n2,1\n3,1\n,1\n"
LB = (
    "USUBJID,VISITNUM,LBTESTCD,LBSTRESN\n"
    "1,1,GLUC,5\n1,2,GLUC,6\n1,2,ALT,30\n1,3,GLUC,7\n2,1,GLUC,9\n2,1,GLUC,8\n"
)


def test_variables_are_taken_by_subject_and_renamed(analysis: Any) -> None:
    item = {"merge": {"dataset": "ADSL", "take": ["TRTSDT", {"TRTP": "TRT01P"}]}}
    made = analysis.derive(ROWS, item, ADSL=ADSL)
    assert made.by_record("TRTSDT", "TRTP") == [
        ("2026-01-10", "Drug"),
        ("2026-01-10", "Drug"),
        (None, "Placebo"),
        (None, None),
        (None, None),
    ]
    assert made.told() == []
    assert made.variable("TRTP").origin == Origin("Predecessor", "", "ADSL.TRT01P")
    assert made.variable("TRTP").label == "Planned Treatment"
    assert made.variable("TRTSDT").format == "DATE9."


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"by": {"USUBJID": "USUBJID", "AVISITN": "VISITNUM"}, "where": 'LBTESTCD == "ALT"'},
         [None, 30, None, None, None]),
        ({"where": 'LBTESTCD == "GLUC"', "pick": "first", "order": ["VISITNUM"]},
         [5, 5, 8, None, None]),
        ({"where": 'LBTESTCD == "GLUC"', "pick": "last", "order": ["VISITNUM"]},
         [7, 7, 9, None, None]),
        ({"where": 'LBTESTCD == "GLUC"', "pick": "first", "order": ["-VISITNUM", "-LBSTRESN"]},
         [7, 7, 9, None, None]),
        ({"where": "LBSTRESN > 100"}, [None] * 5),
    ],
    ids=["by several keys", "first", "last, ties by value", "downwards", "none"],
)  # fmt: skip
def test_the_record_is_found_by_keys_condition_and_order(
    analysis: Any, args: dict[str, Any], expected: list[Any]
) -> None:
    item = {"merge": {"dataset": "LB", "take": {"BASE": "LBSTRESN"}, **args}}
    made = analysis.derive(ROWS, item, LB=LB)
    assert made.by_record("BASE") == expected
    assert made.told() == []
    assert made.variable("BASE").origin == Origin("Derived", "Sponsor")


def test_a_flag_says_whether_there_is_a_record(analysis: Any) -> None:
    merge = {"dataset": "LB", "exists": "LABFL", "where": "LBSTRESN >= 8"}
    more = {"variables": {"LABFL": {"label": "Has a High Result"}}}
    made = analysis.derive(
        ROWS, {"merge": {**merge, "pick": "last", "order": ["VISITNUM"]}}, LB=LB, more=more
    )
    assert made.by_record("LABFL") == ["Y", "Y", "Y", None, None]
    words = '"Y" if LB has a record with the same USUBJID where LBSTRESN >= 8; else missing.'
    assert made.variable("LABFL").method.words == words


def test_a_flag_alone_needs_no_choice_of_one_record(analysis: Any) -> None:
    more = {"variables": {"LABFL": {"label": "Has a Result"}}}
    made = analysis.derive(ROWS, {"merge": {"dataset": "LB", "exists": "LABFL"}}, LB=LB, more=more)
    assert "Y" in made.by_record("LABFL")
    assert made.told() == []


def test_a_merge_that_would_multiply_records_is_a_finding(analysis: Any) -> None:
    item = {"merge": {"dataset": "LB", "take": {"BASE": "LBSTRESN"}}}
    made = analysis.derive(ROWS, item, LB=LB)
    assert [(rule, count) for rule, _, _, count in made.told()] == [("merge-several", 3)]
    assert len(made.by_record("BASE")) == 5


def test_wrong_arguments_are_told(analysis: Any) -> None:
    merge = {"dataset": "ADSL", "pick": "last", "where": "SAFFL == 'Y' and DM.SEX == 'F'"}
    assert analysis.problems({"merge": merge}, ADSL=ADSL) == [
        "'DM.SEX': only variables of that dataset can be used here",
        "'pick' and 'order' go together: the first or last record, and in which order",
        "a merge needs 'take', or 'exists' with the name of a flag",
    ]
    wrong = {"dataset": "ADLS", "take": ["TRTSDT"], "by": "SUBJECT"}
    assert analysis.problems({"merge": wrong}, ADSL=ADSL) == [
        "ADIN has no variable 'SUBJECT', and none is made before",
        "the study has no dataset 'ADLS' (did you mean 'ADSL'?)",
    ]
