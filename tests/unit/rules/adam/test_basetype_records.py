"""``basetype_records``: a record for each kind of baseline."""

from __future__ import annotations

from typing import Any

ROWS = """USUBJID,PARAMCD,APERIOD,ADT,AVAL
1,A,,2026-01-01,5
1,A,1,2026-01-10,6
1,A,2,2026-02-10,8
1,A,2,2026-02-20,9
2,A,2,2026-02-10,1
"""
TYPES = [
    {"BASETYPE": "RUN-IN", "when": "missing(APERIOD) or APERIOD == 1"},
    {"BASETYPE": "PERIOD 2", "when": "APERIOD >= 1"},
]


def test_a_record_of_several_kinds_is_there_for_each_and_has_its_baseline(analysis: Any) -> None:
    where = 'BASETYPE == "RUN-IN" and missing(APERIOD) or BASETYPE == "PERIOD 2" and APERIOD == 1'
    made = analysis.derive(
        ROWS, {"basetype_records": TYPES}, {"baseline": {"where": where, "by": ["BASETYPE"]}}
    )
    rows = sorted(made.records("USUBJID", "BASETYPE", "AVAL", "BASE", "ABLFL"), key=str)
    assert rows == [
        ("1", "PERIOD 2", 6, 6, "Y"),
        ("1", "PERIOD 2", 8, 6, None),
        ("1", "PERIOD 2", 9, 6, None),
        ("1", "RUN-IN", 5, 5, "Y"),
        ("1", "RUN-IN", 6, 5, None),
        ("2", "PERIOD 2", 1, None, None),
    ]
    assert made.account() == {"analysed": 5}


def test_a_record_of_no_kind_stays(analysis: Any) -> None:
    made = analysis.derive(ROWS, {"basetype_records": TYPES[1:]})
    assert made.by_record("BASETYPE") == [None, "PERIOD 2", "PERIOD 2", "PERIOD 2", "PERIOD 2"]
    assert made.variable("BASETYPE").method.words == (
        'Definition of baseline: "PERIOD 2" where APERIOD >= 1; one record for each that holds.'
    )


def test_a_kind_is_told_once_and_its_condition_is_one(analysis: Any) -> None:
    twice = [{"BASETYPE": "A", "when": "AVAL > 1"}] * 2
    assert analysis.problems({"basetype_records": twice}) == [
        "A is there twice: join its conditions by 'or'"
    ]
    (message,) = analysis.problems({"basetype_records": [{"BASETYPE": "A", "when": "AVAL"}]})
    assert "AVAL" in message
