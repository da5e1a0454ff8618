"""``treatment_emergent``: events that started, or got worse, under treatment."""

from __future__ import annotations

import pytest

ROWS = """ASTDT,AENDT,TRTSDT,TRTEDT,SEV,SEV0
2015-03-10,2015-03-11,2015-03-10,2015-03-20,1,1
2015-03-09,2015-03-11,2015-03-10,2015-03-20,2,1
2015-03-01,2015-03-02,2015-03-10,2015-03-20,2,1
,,2015-03-10,2015-03-20,1,1
,2015-03-02,2015-03-10,2015-03-20,1,1
2015-03-20,,2015-03-10,2015-03-20,1,1
2015-03-25,,2015-03-10,2015-03-20,1,1
2015-03-25,,2015-03-10,,1,1
2015-03-10,,,,1,1
"""


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, "Y..Y.YYY."),
        ({"no": True}, "YNNYNYYYN"),
        ({"treatment_end": "TRTEDT"}, "Y..Y.Y.Y."),
        ({"treatment_end": "TRTEDT", "days_after": 5}, "Y..Y.YYY."),
        ({"treatment_end": "TRTEDT", "days_after": 4}, "Y..Y.Y.Y."),
        ({"worsened": "SEV > SEV0"}, "YY.Y.YYY."),
        ({"worsened": "SEV > SEV0", "no": True}, "YYNYNYYYN"),
    ],
    ids=[
        "an unknown start counts, an end before treatment does not",
        "N elsewhere",
        "not after the last treatment",
        "up to so many days after it",
        "and no more",
        "worse than before",
        "worse than before, N elsewhere",
    ],
)
def test_an_event_is_judged_by_its_dates(analysis, args, expected) -> None:
    made = analysis.derive(ROWS, {"TRTEMFL": {"treatment_emergent": args}})
    assert "".join(value or "." for value in made.by_record("TRTEMFL")) == expected


def test_dates_may_have_other_names(analysis) -> None:
    rows = "AESTDTC,AEENDTC,FIRST\n2015-03-10,,2015-03-10\n2015-03-09,,2015-03-10\n"
    args = {"start": "AESTDTC", "end": "AEENDTC", "treatment_start": "FIRST"}
    made = analysis.derive(rows, {"TRTEMFL": {"treatment_emergent": args}})
    assert made.by_record("TRTEMFL") == ["Y", None]


def test_the_method_tells_the_whole_rule(analysis) -> None:
    args = {"treatment_end": "TRTEDT", "days_after": 30, "worsened": "SEV > SEV0", "no": True}
    method = analysis.derive(ROWS, {"TRTEMFL": {"treatment_emergent": args}}).variable("TRTEMFL")
    assert method.method.words == (
        'Treatment-emergent flag: "Y" if ASTDT is on or after TRTSDT or missing, and not '
        "after TRTEDT plus 30 days, or if ASTDT is before TRTSDT and SEV > SEV0; but not "
        'if TRTSDT is missing or AENDT is before it; else "N".'
    )


def test_days_after_need_the_last_treatment(analysis) -> None:
    args = {"days_after": 30, "start": "ADT", "end": "ADT", "treatment_start": "ADT"}
    assert analysis.problems({"TRTEMFL": {"treatment_emergent": args}}) == [
        "TRTEMFL: 'days_after' counts from 'treatment_end', which is not given"
    ]


def test_a_missing_variable_is_told(analysis) -> None:
    problems = analysis.problems({"TRTEMFL": {"treatment_emergent": {}}})
    assert {message.partition(",")[0] for message in problems} == {
        "ADIN has no variable 'ASTDT'",
        "ADIN has no variable 'AENDT'",
        "ADIN has no variable 'TRTSDT'",
    }
