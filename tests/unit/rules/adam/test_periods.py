"""``periods``: the period variables of ADSL from a dataset with records of periods."""

from __future__ import annotations

from typing import Any

import pytest

DM = "USUBJID\n1\n2\n3\n"
EX = """USUBJID,EXTRT,EXDOSE,EPOCH,VISITNUM,EXSTDTC,EXENDTC
1,DRUG,10,TREATMENT,1,2024-01-01T08:00,2024-01-14
1,DRUG,10,TREATMENT,1,2024-01-15,2024-01-31
1,PLACEBO,0,TREATMENT,2,2024-02-01,2024-02-28
2,PLACEBO,0,TREATMENT,1,2024-01-03,
2,DRUG,10,FOLLOW-UP,2,2024-03-03,2024-03-04
"""


def make(analysis: Any, periods: dict[str, Any], ex: str = EX, **more: Any) -> Any:
    spec = {
        "dataset": "ADSL",
        "class": "SUBJECT LEVEL ANALYSIS DATASET",
        "label": "Subjects",
        "keys": ["USUBJID"],
        "source": "DM",
        "take": ["USUBJID"],
        "derive": [{"periods": {"from": "EX", **periods}}],
    }
    return analysis.make(spec, DM=DM, EX=ex, **more)


TAKE = {"APxxSDT": "EXSTDTC", "APxxEDT": "EXENDTC", "TRTxxA": "EXTRT"}


def test_each_period_gets_its_first_start_its_last_end_and_its_treatment(analysis: Any) -> None:
    made = make(analysis, {"number": "VISITNUM", "numbers": 2, "take": TAKE})
    assert made.records() == [
        ("1", "2024-01-01", "2024-01-31", "DRUG", "2024-02-01", "2024-02-28", "PLACEBO"),
        ("2", "2024-01-03", None, "PLACEBO", "2024-03-03", "2024-03-04", "DRUG"),
        ("3", None, None, None, None, None, None),
    ]
    assert made.variable("AP02SDT").label == "Period 02 Start Date"
    assert made.variable("AP02SDT").format == "DATE9."
    assert [made.variable(name).method.words for name in ("AP02SDT", "AP01EDT", "TRT01A")] == [
        "Earliest EXSTDTC of the subject's EX records with VISITNUM = 2.",
        "Latest EXENDTC of the subject's EX records with VISITNUM = 1.",
        "Value of EXTRT of the subject's EX records with VISITNUM = 1.",
    ]
    assert made.told() == []


def test_only_records_that_meet_the_condition_count(analysis: Any) -> None:
    where = 'EPOCH == "TREATMENT"'
    made = make(analysis, {"number": "VISITNUM", "numbers": 2, "take": TAKE, "where": where})
    assert made.records("AP02SDT", "TRT02A")[1] == (None, None)


def test_periods_can_be_counted_by_their_order(analysis: Any) -> None:
    """Records with the same value are of one period."""
    se = """USUBJID,SESTDTC,SEENDTC,ELEMENT
1,2024-02-01,2024-03-01,B
1,2024-01-01,2024-02-01,A
2,2024-01-05,2024-01-09,B
2,,2024-01-09,X
"""
    take = {"APxxSDT": "SESTDTC", "APxxEDT": "SEENDTC", "TRTxxA": "ELEMENT"}
    made = make(analysis, {"from": "SE", "order": "SESTDTC", "numbers": 2, "take": take}, SE=se)
    assert made.records("AP01SDT", "TRT01A", "AP02SDT", "AP02EDT", "TRT02A") == [
        ("2024-01-01", "A", "2024-02-01", "2024-03-01", "B"),
        ("2024-01-05", "B", None, None, None),
        (None, None, None, None, None),
    ]


def test_an_expression_can_put_a_treatment_together(analysis: Any) -> None:
    take = {"TRTxxA": 'concat(EXTRT, " ", EXDOSE)', "APxxSDTM": "EXSTDTC"}
    made = make(analysis, {"number": "VISITNUM", "numbers": 1, "take": take, "where": "EXDOSE > 0"})
    assert made.records("TRT01A", "AP01SDTM") == [
        ("DRUG 10", "2024-01-01T08:00:00"),
        (None, None),
        (None, None),
    ]


@pytest.mark.parametrize("number", [1, 2])
def test_several_treatments_in_a_period_are_a_finding(analysis: Any, number: int) -> None:
    ex = EX.replace("DRUG,10,TREATMENT,1,2024-01-15", "OTHER,10,TREATMENT,1,2024-01-15")
    take = {"TRTxxA": "EXTRT"}
    made = make(analysis, {"number": "VISITNUM", "numbers": number, "take": take}, ex)
    told = [item for item in made.told() if item[0] == "merge-several"]
    assert [(rule, count) for rule, _, _, count in told] == [("merge-several", 1)]
    assert made.records("TRT01A")[0] == ("DRUG",)


def test_a_period_beyond_the_number_is_a_finding(analysis: Any) -> None:
    made = make(analysis, {"number": "VISITNUM", "numbers": 1, "take": TAKE})
    assert [(rule, count) for rule, _, _, count in made.told()] == [("period-number", 2)]


def test_phases_have_one_digit(analysis: Any) -> None:
    take = {"PHwSDT": "EXSTDTC", "APHASEw": "EPOCH"}
    made = make(analysis, {"number": "VISITNUM", "numbers": 2, "take": take})
    assert made.records("PH1SDT", "APHASE2")[1] == ("2024-01-03", "FOLLOW-UP")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"numbers": 1, "take": TAKE},
            "periods need either 'number', or 'order' to count them by",
        ),
        (
            {"numbers": 1, "number": "VISITNUM", "order": "EXSTDTC", "take": TAKE},
            "periods need either 'number', or 'order' to count them by",
        ),
        (
            {"numbers": 1, "number": "VISITNUM", "take": {"AP01SDT": "EXSTDTC"}},
            "'AP01SDT': xx or w stands for the number once, as in APxxSDT",
        ),
        (
            {"numbers": 1, "number": "VISITNUM", "take": {"APxxSDT": "EXSTDT"}},
            "EX has no variable 'EXSTDT' (did you mean 'EXSTDTC'?)",
        ),
        (
            {"numbers": 1, "number": "VISITNUM", "take": {"APxxSDT": "DM.RFSTDTC"}},
            "'DM.RFSTDTC': only variables of that dataset can be used here",
        ),
        (
            {"numbers": 1, "number": "VISITNUM", "take": {"APxxSDT": "EXSTDTC +"}},
            "in the expression: EXSTDTC +",
        ),
    ],
)
def test_wrong_arguments_are_told(analysis: Any, args: dict[str, Any], message: str) -> None:
    problems = analysis.problems({"periods": {"from": "EX", **args}}, EX=EX)
    assert any(text.endswith(message) for text in problems), problems
