"""``count_events``: a record a subject with the number of another dataset's records."""

from __future__ import annotations

from typing import Any

import pytest

from converters.dataset import Origin

ADSL = "STUDYID,USUBJID,SAFFL,TRT01P\nS,1,Y,Drug\nS,2,Y,Drug\nS,3,N,Placebo\nS,4,Y,Drug\n"
AE = "USUBJID,AESER,AEDECOD\n1,N,RASH\n1,Y,RASH\n1,Y,\n2,N,RASH\n9,Y,RASH\n,Y,RASH\n"
SPEC = {
    "dataset": "ADAESUM",
    "class": "BASIC DATA STRUCTURE",
    "label": "Numbers of Adverse Events",
    "keys": ["USUBJID", "PARAMCD"],
}
PARAMETER = {"PARAMCD": "X", "PARAM": "X", "dataset": "AE"}


def make(analysis: Any, **args: Any) -> Any:
    made = analysis.make(
        {**SPEC, "derive": [{"count_events": {**PARAMETER, **args}}]}, ADSL=ADSL, AE=AE
    )
    assert made.told() == []
    return made


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, [("1", 3), ("2", 1), ("3", 0), ("4", 0)]),
        ({"where": 'AESER == "Y"'}, [("1", 2), ("2", 0), ("3", 0), ("4", 0)]),
        ({"population": 'SAFFL == "Y"'}, [("1", 3), ("2", 1), ("4", 0)]),
        ({"where": 'AESER == "?"'}, [("1", 0), ("2", 0), ("3", 0), ("4", 0)]),
    ],
)
def test_events_are_counted_and_subjects_without_them_have_zero(
    analysis: Any, args: dict[str, Any], expected: list[Any]
) -> None:
    assert make(analysis, **args).records("USUBJID", "AVAL") == expected


def test_variables_of_the_subject_are_copied(analysis: Any) -> None:
    made = make(analysis, take=["STUDYID", {"TRTP": "TRT01P"}], PARAMN=1)
    assert made.records("STUDYID", "USUBJID", "TRTP", "PARAMN")[2] == ("S", "3", "Placebo", 1)
    assert list(made.dataset().frame)[:3] == ["STUDYID", "USUBJID", "TRTP"]
    assert made.variable("TRTP").origin == Origin("Predecessor", "", "ADSL.TRT01P")
    assert made.variable("AVAL").origin.type == "Derived"
    assert made.variable("PARAM").origin.type == "Assigned"


def test_define_says_how(analysis: Any) -> None:
    made = make(analysis, where='AESER == "Y"')
    assert made.variable("AVAL").method.words == (
        'For X: number of the subject\'s records of AE where AESER = "Y"; 0 if there is none.'
    )


def test_they_add_to_records_that_are_there(analysis: Any) -> None:
    rows = "USUBJID,PARAMCD,PARAM,AVAL\n1,A,A,7\n"
    made = analysis.derive(rows, {"count_events": PARAMETER}, ADSL="USUBJID\n1\n2\n", AE=AE)
    assert made.records("USUBJID", "PARAMCD", "AVAL") == [
        ("1", "X", 3),
        ("1", "A", 7),
        ("2", "X", 1),
    ]
    assert made.account() == {"analysed": 1}


def test_wrong_arguments_are_told(analysis: Any) -> None:
    args = {**PARAMETER, "where": "AESR == 'Y'", "population": "ITTFL == 'Y'", "take": ["AGE"]}
    assert analysis.problems({"count_events": args}, ADSL=ADSL, AE=AE) == [
        "ADSL has no variable 'AGE'",
        "ADSL has no variable 'ITTFL'",
        "AE has no variable 'AESR' (did you mean 'AESER'?)",
    ]
