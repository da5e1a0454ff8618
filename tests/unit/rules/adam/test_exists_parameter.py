"""``exists_parameter``: a record a subject that says whether another dataset has a record."""

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
        {**SPEC, "derive": [{"exists_parameter": {**PARAMETER, **args}}]}, ADSL=ADSL, AE=AE
    )
    assert made.told() == []
    return made


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, "YYNN"),
        ({"when": 'AESER == "Y"'}, "YNNN"),
        ({"when": 'AESER == "Y"', "missing": True}, "YN.."),
        ({"when": 'AESER == "Y"', "where": 'AEDECOD == "RASH"', "missing": True}, "YN.."),
        ({"where": 'AESER == "Y"', "missing": True}, "Y..."),
    ],
)
def test_a_parameter_says_whether_there_is_a_record(
    analysis: Any, args: dict[str, Any], expected: str
) -> None:
    made = make(analysis, **args)
    assert "".join(value or "." for value in made.column("AVALC")) == expected
    assert made.column("AVAL") == [{"Y": 1, "N": 0, ".": None}[value] for value in expected]


def test_variables_of_the_subject_are_copied(analysis: Any) -> None:
    made = make(analysis, take=["STUDYID", {"TRTP": "TRT01P"}], PARAMN=1)
    assert made.records("STUDYID", "USUBJID", "TRTP", "PARAMN")[2] == ("S", "3", "Placebo", 1)
    assert made.variable("TRTP").origin == Origin("Predecessor", "", "ADSL.TRT01P")
    assert made.variable("AVAL").origin.type == "Derived"
    assert made.variable("PARAM").origin.type == "Assigned"


def test_define_says_how(analysis: Any) -> None:
    args = {"where": 'AEDECOD == "RASH"', "when": 'AESER == "Y"', "missing": True}
    assert make(analysis, **args).variable("AVALC").method.words == (
        'For X: "Y" if the subject has a record in AE where AEDECOD = "RASH" and AESER = '
        '"Y"; else "N"; missing without any record where AEDECOD = "RASH".'
    )


def test_wrong_arguments_are_told(analysis: Any) -> None:
    args = {**PARAMETER, "where": "AESR == 'Y'", "population": "ITTFL == 'Y'", "take": ["AGE"]}
    assert analysis.problems({"exists_parameter": args}, ADSL=ADSL, AE=AE) == [
        "ADSL has no variable 'AGE'",
        "ADSL has no variable 'ITTFL'",
        "AE has no variable 'AESR' (did you mean 'AESER'?)",
    ]
