"""``derived_parameter``: records of a parameter computed from others."""

from __future__ import annotations

from typing import Any

import pytest

BMI = {
    "PARAMCD": "BMI",
    "PARAM": "Body Mass Index (kg/m2)",
    "by": ["AVISIT"],
    "formula": "WEIGHT / (HEIGHT / 100) ** 2",
    "constant": ["HEIGHT"],
}
MAP = {
    "PARAMCD": "MAP",
    "PARAM": "Mean Arterial Pressure (mmHg)",
    "by": ["AVISIT", "ADT"],
    "formula": "(2 * DIABP + SYSBP) / 3",
}
HEAD = "USUBJID,AVISIT,PARAMCD,PARAM,AVAL,VSSEQ\n"
BODY = HEAD + (
    "1,SCREENING,HEIGHT,Height,200,1\n1,SCREENING,WEIGHT,Weight,80,2\n"
    "1,WEEK 1,WEIGHT,Weight,100,3\n"
    "2,SCREENING,WEIGHT,Weight,70,1\n3,SCREENING,HEIGHT,Height,0,1\n3,WEEK 1,WEIGHT,Weight,70,2\n"
)


def new(made: Any, *names: str) -> list[tuple[Any, ...]]:
    """The records of the new parameter."""
    names = names or ("USUBJID", "AVISIT", "AVAL")
    found = made.records("PARAMCD", *names)
    return [rest for code, *rest in found if code in ("BMI", "MAP")]


def test_a_constant_parameter_goes_with_every_visit_and_the_others_stay(analysis: Any) -> None:
    made = analysis.derive(BODY, {"derived_parameter": BMI})
    assert new(made) == [["1", "SCREENING", 20], ["1", "WEEK 1", 25], ["3", "WEEK 1", None]]
    assert len(made.column("AVAL")) == 9
    assert made.account() == {"analysed": 6}
    assert made.told() == []


def test_where_a_parameter_is_missing_there_is_no_record_or_one_without_value(
    analysis: Any,
) -> None:
    rows = HEAD + "1,A,WEIGHT,W,80,1\n2,A,WEIGHT,W,,1\n2,A,HEIGHT,H,180,2\n3,A,HEIGHT,H,170,1\n"
    assert new(analysis.derive(rows, {"derived_parameter": BMI})) == []
    made = analysis.derive(rows, {"derived_parameter": {**BMI, "missing": True}})
    assert new(made) == [["1", "A", None], ["2", "A", None]]


def test_only_subject_group_and_what_is_kept_come_from_the_first_parameter(analysis: Any) -> None:
    rows = "STUDYID,AVISIT,PARAMCD,PARAM,AVAL,VSSEQ,VSPOS,BASE\n" + (
        "S,A,WEIGHT,W,80,2,SITTING,1\nS,A,HEIGHT,H,200,1,STANDING,2\n"
    )
    item = {"derived_parameter": {**BMI, "keep": ["VSPOS"], "PARAMN": 3, "PARCAT1": "Size"}}
    made = analysis.derive(rows, item)
    names = ["STUDYID", "USUBJID", "AVISIT", "PARAM", "PARAMN", "PARCAT1", "VSSEQ", "VSPOS", "BASE"]
    assert new(made, *names) == [
        ["S", "1", "A", "Body Mass Index (kg/m2)", 3, "Size", None, "SITTING", None]
    ]


@pytest.mark.parametrize(
    ("rows", "expected", "rules"),
    [
        ("1,A,SYSBP,S,120,1\n1,A,SYSBP,S,120,2\n1,A,DIABP,D,90,3\n", [["1", "A", 100]], []),
        ("1,A,SYSBP,S,120,1\n1,A,SYSBP,S,,2\n1,A,DIABP,D,90,3\n", [["1", "A", 100]], []),
        ("1,A,SYSBP,S,120,1\n1,A,SYSBP,S,130,2\n1,A,DIABP,D,90,3\n", [], ["parameter-several"]),
        ("1,A,SYSBP,S,120,1\n,A,DIABP,D,90,3\n", [], []),
        ("1,,SYSBP,S,120,1\n1,,DIABP,D,90,3\n", [["1", None, 100]], []),
        ("1,A,SYSBP,S,120,1\n1,B,DIABP,D,90,3\n", [], []),
        ("1,A,SYSBP,S,120,1\n", [], ["analysis-parameter-absent"]),
    ],
    ids=["repeated", "one without value", "several", "no subject", "no visit", "two visits",
         "never recorded"],
)  # fmt: skip
def test_each_group_has_one_value_of_a_parameter(
    analysis: Any, rows: str, expected: list[Any], rules: list[str]
) -> None:
    made = analysis.derive(HEAD + rows, {"derived_parameter": {**MAP, "by": ["AVISIT"]}})
    assert new(made) == expected
    assert [rule for rule, *_ in made.told()] == rules


def test_the_condition_chooses_the_records_and_variables_are_read_with_their_dataset(
    analysis: Any,
) -> None:
    rows = "AVISIT,PARAMCD,PARAM,AVAL,ANL01FL,BASE\nA,X,X,8,Y,4\nA,X,X,9,,4\n"
    item = {
        "PARAMCD": "MAP",
        "PARAM": "Change in percent, by age",
        "by": ["AVISIT"],
        "formula": "100 * (X - ADXX.BASE) / ADXX.BASE + ADSL.AGE",
        "where": 'ANL01FL == "Y"',
    }
    made = analysis.derive(rows, {"derived_parameter": item}, ADSL="USUBJID,AGE\n1,40\n")
    assert new(made, "AVAL") == [[140]]
    assert made.variable("AVAL").origin.type == "Derived"


def test_define_says_how_it_is_computed(analysis: Any) -> None:
    made = analysis.derive(BODY, {"derived_parameter": BMI})
    assert made.variable("AVAL").method.words == (
        "Equal to ADIN.AVAL. For BMI: computed as WEIGHT divided by ((HEIGHT divided by 100) "
        "to the power of 2), from AVAL of these parameters within USUBJID and AVISIT "
        "(HEIGHT: once a subject)."
    )


def test_wrong_arguments_are_told(analysis: Any) -> None:
    item = {**BMI, "by": ["VISITX"], "constant": ["HEIGHT", "LENGTH"], "where": "AVA > 0"}
    assert analysis.problems({"derived_parameter": item}) == [
        "ADIN has no variable 'AVA', and none is made before (did you mean 'AVAL'?)",
        "ADIN has no variable 'VISITX', and none is made before",
        "the formula does not name the parameter LENGTH",
    ]
    item = {**BMI, "by": [], "formula": "HEIGHT + ADSX.A"}
    assert analysis.problems({"derived_parameter": item}) == [
        "it names no parameter that is not constant: nothing to make records of",
        "the study has no dataset 'ADSX'; it has: ADIN",
    ]


def test_without_records_there_is_nothing_to_compute(analysis: Any) -> None:
    spec = {
        "dataset": "ADVS",
        "class": "BASIC DATA STRUCTURE",
        "label": "Vital Signs",
        "keys": ["USUBJID"],
        "source": "ADIN",
        "take": ["USUBJID", "AVISIT", "PARAMCD", "AVAL"],
        "derive": [{"derived_parameter": BMI}],
    }
    made = analysis.make(spec, ADIN=HEAD)
    assert made.records() == []
    assert made.told() == []
