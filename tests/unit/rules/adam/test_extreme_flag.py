"""``extreme_flag``: Y in the first or last record of each group."""

from __future__ import annotations

import pytest

EVENTS = """USUBJID,SOC,ADT,SEQ,AVAL
1,SKIN,2015-03-02,2,5
1,SKIN,2015-03-01,3,7
1,HEART,2015-03-01,1,
1,SKIN,,4,7
2,SKIN,2015-04-01,1,1
"""
EVERY = {"order": ["ADT", "SEQ"]}


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"pick": "last", **EVERY}, ["Y", None, None, None, "Y"]),
        ({"pick": "first", **EVERY}, [None, None, None, "Y", "Y"]),
        ({"pick": "first", **EVERY, "where": "ADT is not None"}, [None, None, "Y", None, "Y"]),
        (
            {"pick": "first", **EVERY, "by": ["USUBJID", "SOC"], "where": "ADT is not None"},
            [None, "Y", "Y", None, "Y"],
        ),
        ({"pick": "first", "order": ["-AVAL", "SEQ"]}, [None, "Y", None, None, "Y"]),
        ({"pick": "last", "order": ["-AVAL", "SEQ"]}, [None, None, "Y", None, "Y"]),
        ({"pick": "last", **EVERY, "where": "AVAL > 10"}, [None] * 5),
    ],
    ids=[
        "the last of a subject",
        "a missing date is before others, as SAS sorts",
        "of records that meet a condition",
        "a flag in each group",
        "the greatest value, in ties the first",
        "a missing value is last where the order goes down",
        "no record, no flag",
    ],
)
def test_one_record_of_each_group_is_flagged(analysis, args, expected) -> None:
    made = analysis.derive(EVENTS, {"ANL01FL": {"extreme_flag": args}})
    assert made.by_record("ANL01FL") == expected


def test_ties_go_by_all_other_variables(analysis) -> None:
    rows = "ADT,TERM\n2015-03-01,RASH\n2015-03-01,ITCH\n"
    made = analysis.derive(rows, {"ANL01FL": {"extreme_flag": {"pick": "first", "order": ["ADT"]}}})
    assert made.by_record("ANL01FL") == [None, "Y"]


def test_without_records_there_is_no_flag(analysis) -> None:
    made = analysis.derive(
        EVENTS,
        {"ANL01FL": {"extreme_flag": {"pick": "last", **EVERY}}},
        more={"where": 'USUBJID == "3"'},
    )
    assert made.by_record("ANL01FL") == []


def test_the_method_says_which_record(analysis) -> None:
    args = {"pick": "first", "order": ["-AVAL", "SEQ"], "where": 'SOC == "SKIN"'}
    made = analysis.derive(EVENTS, {"ANL01FL": {"extreme_flag": args}})
    method = made.variable("ANL01FL").method
    assert method is not None
    assert method.words == (
        '"Y" for the first record where SOC = "SKIN", within USUBJID, in the order of '
        "AVAL (descending), SEQ; else missing."
    )


def test_a_wrong_name_is_told_in_every_place(analysis) -> None:
    args = {"pick": "last", "order": ["-AVALL"], "by": ["PARAMCDD"], "where": "ADTT > 1"}
    problems = analysis.problems({"ANL01FL": {"extreme_flag": args}})
    assert {message.partition(",")[0] for message in problems} == {
        "ADIN has no variable 'PARAMCDD'",
        "ADIN has no variable 'AVALL'",
        "ADIN has no variable 'ADTT'",
    }


VALUES = """USUBJID,PARAMCD,ADT,AVAL,AWTDIFF
1,ALT,2015-03-01,40,3
1,ALT,2015-03-04,90,1
1,ALT,2015-03-06,90,1
1,ALT,2015-03-08,,0
1,HGB,2015-03-01,9,
1,HGB,2015-03-02,8,2
1,OTHER,2015-03-02,8,-1
2,ALT,2015-03-01,,
"""
EACH = {"by": ["USUBJID", "PARAMCD"]}
WORST = {"worst": {"high": ["ALT"], "low": ["HGB"]}}


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"pick": "lowest"}, "Y....YY."),
        ({"pick": "highest", "order": ["ADT"]}, ".Y..Y.Y."),
        ({"pick": "highest", "order": ["ADT"], "ties": "last"}, "..Y.Y.Y."),
        ({"pick": "worst", "order": ["ADT"], **WORST}, ".Y...Y.."),
        ({"pick": "worst", "order": ["ADT"], **WORST, "where": "AVAL < 50"}, "Y....Y.."),
        ({"pick": "closest", "order": ["ADT"]}, "...Y.YY."),
        ({"pick": "closest", "order": ["ADT"], "where": "AVAL > 0"}, ".Y...YY."),
        ({"pick": "closest", "order": ["ADT"], "where": "AVAL > 0", "ties": "last"}, "..Y..YY."),
        ({"pick": "lowest", "of": "AWTDIFF"}, "...Y.YY."),
    ],
    ids=[
        "the lowest; a subject without a value has none",
        "of two that are highest the earlier",
        "of two that are highest the later",
        "the worst by the direction of the parameter",
        "the worst of those that are meant",
        "the nearest to the target, on either side of it",
        "of two that are as near the earlier",
        "of two that are as near the later",
        "by another variable",
    ],
)
def test_values_decide_which_record_is_flagged(analysis, args, expected) -> None:
    made = analysis.derive(VALUES, {"ANL01FL": {"extreme_flag": {**EACH, **args}}})
    assert "".join(flag or "." for flag in made.by_record("ANL01FL")) == expected


def test_the_method_says_which_is_worst(analysis) -> None:
    args = {**EACH, "pick": "worst", "order": ["ADT"], **WORST}
    made = analysis.derive(VALUES, {"ANL01FL": {"extreme_flag": args}})
    assert made.variable("ANL01FL").method.words == (
        '"Y" for the record with the worst AVAL (the highest of ALT and the lowest of '
        "HGB), within USUBJID and PARAMCD; of equal ones the first in the order of ADT; "
        "else missing."
    )


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ({"pick": "last"}, "ANL01FL: 'pick: last' needs an 'order'"),
        ({"pick": "lowest", "ties": "last"}, "ANL01FL: 'ties: last' needs an 'order'"),
        (
            {"pick": "last", "order": ["ADT"], "of": "AVAL"},
            "ANL01FL: 'of' is not for 'pick: last', which goes by 'order' alone",
        ),
        (
            {"pick": "worst"},
            "ANL01FL: 'pick: worst' and 'worst', the direction of each parameter, go together",
        ),
        (
            {"pick": "worst", "worst": {"high": ["A"], "low": ["A"]}},
            "ANL01FL: A is worse both when high and when low",
        ),
        ({"pick": "closest"}, "ADIN has no variable 'AWTDIFF', and none is made before"),
    ],
)
def test_arguments_that_do_not_go_together_are_told(analysis, args, problem) -> None:
    assert analysis.problems({"ANL01FL": {"extreme_flag": args}}) == [problem]
