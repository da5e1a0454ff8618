"""``aggregate``: variables that sum up another dataset's records."""

from __future__ import annotations

from typing import Any

import pytest

EX = "USUBJID,EXSEQ,EXTRT,EXDOSE,EXSTDTC\n" + (
    "1,1,DRUG,0.1,2026-01-10\n1,2,DRUG,0.2,2026-01-11\n1,3,DRUG,0.3,2026-01\n1,4,PLACEBO,,2026-01-13\n"
    "2,1,DRUG,5,2026-02-01\n,1,DRUG,7,\n"
)
SUBJECTS = 'USUBJID\n1\n2\n3\n""\n'


def made(analysis: Any, call: str, **more: Any) -> list[Any]:
    item = {"aggregate": {"dataset": "EX", "take": {"X": call}, **more}}
    rows = [{"USUBJID": subject} for subject in ("1", "2", "3", None)]
    found = analysis.derive(rows, item, EX=EX, more={"variables": {"X": {"label": "X"}}})
    assert found.told() == []
    return found.by_record("X")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("count()", [4, 1, 0, 0]),
        ("count(EXDOSE)", [3, 1, 0, 0]),
        ("distinct(EXTRT)", [2, 1, 0, 0]),
        ("sum(EXDOSE * 10)", [6, 50, None, None]),
        ("mean(EXDOSE)", [pytest.approx(0.2), 5, None, None]),
        ("median(EXDOSE)", [0.2, 5, None, None]),
        ("std(EXDOSE)", [pytest.approx(0.1), None, None, None]),
        ("min(EXDOSE)", [0.1, 5, None, None]),
        ("max(EXDOSE)", [0.3, 5, None, None]),
        ("min(EXSTDTC)", ["2026-01", "2026-02-01", None, None]),
        ("max( EXSTDTC )", ["2026-01-13", "2026-02-01", None, None]),
    ],
)
def test_functions_count_and_sum_up_what_is_there(
    analysis: Any, call: str, expected: list[Any]
) -> None:
    assert made(analysis, call) == expected


def test_the_condition_chooses_records_and_the_median_of_two_lies_between(analysis: Any) -> None:
    assert made(analysis, "median(EXSEQ)", where="EXDOSE < 0.25") == [1.5, None, None, None]
    assert made(analysis, "count()", where="EXDOSE > 100") == [0, 0, 0, 0]


def test_keys_may_be_several_and_have_other_names(analysis: Any) -> None:
    item = {
        "aggregate": {
            "dataset": "EX",
            "by": {"USUBJID": "USUBJID", "TRTA": "EXTRT"},
            "take": {"DOSCUMA": "sum(EXDOSE)"},
        }
    }
    found = analysis.derive("USUBJID,TRTA\n1,PLACEBO\n2,DRUG\n", item, EX=EX)
    assert found.by_record("DOSCUMA") == [None, 5]
    assert found.variable("DOSCUMA").method.words == (
        "The sum of EXDOSE in EX with the same USUBJID and TRTA = EXTRT."
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("EXDOSE", "'EXDOSE' is none of the functions count, distinct, sum, mean, median, std, min,"
                   " max of one expression"),
        ("total(EXDOSE)", "'total(EXDOSE)' is none of the functions count, distinct, sum, mean,"
                          " median, std, min, max of one expression"),
        ("sum()", "'sum()' needs an expression in its brackets"),
        ("sum(EXDOS)", "EX has no variable 'EXDOS' (did you mean 'EXDOSE'?)"),
        ("sum(DM.AGE)", "'DM.AGE': only variables of EX can be used here"),
    ],
)  # fmt: skip
def test_wrong_functions_are_told(analysis: Any, call: str, message: str) -> None:
    item = {"aggregate": {"dataset": "EX", "take": {"AVAL": call}}}
    assert message in analysis.problems(item, EX=EX)
