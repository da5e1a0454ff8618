"""``treatment``: TRTP and TRTA of the record's period."""

from __future__ import annotations

from typing import Any

import pytest

ADSL = """USUBJID,TRT01P,TRT01A,TRT02P,TRT02A,TRT01PN,TRT02PN,TR01PG1,TR02PG1
1,Drug,Drug,Placebo,Drug,1,2,Active,Control
2,Placebo,Placebo,,,2,,Control,
"""


@pytest.mark.parametrize(
    ("subject", "period", "expected"),
    [
        ("1", 1, ("Drug", "Drug")),
        ("1", 2, ("Placebo", "Drug")),
        ("1", 3, (None, None)),
        ("1", None, (None, None)),
        ("2", 1, ("Placebo", "Placebo")),
        ("2", 2, (None, None)),
        ("3", 1, (None, None)),
    ],
)
def test_the_treatment_is_that_of_the_period(
    analysis: Any, subject: str, period: int | None, expected: Any
) -> None:
    rows = [{"USUBJID": subject, "APERIOD": period}]
    made = analysis.derive(rows, {"treatment": {"period": "APERIOD"}}, ADSL=ADSL)
    assert made.records("TRTP", "TRTA") == [expected]
    assert made.variable("TRTP").method.words == "Equal to ADSL.TRTxxP, where xx is APERIOD."


def test_numbers_and_pooled_treatments_are_taken_too(analysis: Any) -> None:
    item = {"treatment": {"period": "APERIOD", "take": ["TRTPN", "TRTPG1"]}}
    rows = [{"USUBJID": "1", "APERIOD": 1}, {"USUBJID": "1", "APERIOD": 2}]
    made = analysis.derive(rows, item, ADSL=ADSL)
    assert made.by_record("TRTPN", "TRTPG1") == [(1, "Active"), (2, "Control")]


def test_a_study_with_one_period_names_it(analysis: Any) -> None:
    item = {"treatment": {"period": 1, "take": ["TRTP"]}}
    made = analysis.derive([{}], item, ADSL="USUBJID,TRT01P\n1,Drug\n")
    assert made.records("TRTP") == [("Drug",)]
    assert made.variable("TRTP").method.words == "Equal to ADSL.TRT01P."


def test_a_treatment_that_adsl_lacks_is_told(analysis: Any) -> None:
    item = {"treatment": {"period": 3, "take": ["TRTP"]}}
    (told,) = analysis.problems(item, ADSL=ADSL)
    assert told.startswith("ADSL has no variable 'TRT03P'")
    (told,) = analysis.problems({"treatment": {"period": 1, "take": ["TRTX"]}}, ADSL=ADSL)
    assert "is no treatment: TRTP, TRTA" in told
