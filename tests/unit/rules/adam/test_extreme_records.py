"""``extreme_records``: a record like one of each group."""

from __future__ import annotations

from typing import Any

import pytest

ROWS = """USUBJID,PARAMCD,AVISIT,AVISITN,ADT,AVAL,ABLFL
1,A,Baseline,0,2026-01-01,5,Y
1,A,Week 1,1,2026-01-08,6,
1,A,Week 2,2,2026-01-15,,
1,A,Week 2,2,2026-01-15,4,
2,A,Baseline,0,2026-01-01,7,Y
"""
AFTER = {"by": ["USUBJID", "PARAMCD"], "where": "AVISITN > 0 and not missing(AVAL)"}
LAST = {"pick": "last", "order": ["ADT"], **AFTER}
END = {"AVISIT": "End of Treatment", "AVISITN": 99}


@pytest.mark.parametrize(
    ("args", "kind", "value", "day"),
    [
        (LAST, "LOV", 4, "2026-01-15"),
        ({"pick": "highest", **AFTER}, "MAXIMUM", 6, "2026-01-08"),
        ({"pick": "lowest", **AFTER}, "MINIMUM", 4, "2026-01-15"),
        ({"pick": "worst", "worst": {"high": ["A"]}, **AFTER}, "WOV", 6, "2026-01-08"),
        ({**LAST, "set": {**END, "DTYPE": "ENDPOINT"}}, "ENDPOINT", 4, "2026-01-15"),
    ],
    ids=["last", "highest", "lowest", "worst", "other type"],
)
def test_a_record_is_added_for_each_subject_that_has_one(
    analysis: Any, args: dict[str, Any], kind: str, value: float, day: str
) -> None:
    made = analysis.derive(ROWS, {"extreme_records": {"set": END, **args}})
    names = ("USUBJID", "AVISIT", "AVISITN", "DTYPE", "AVAL", "ADT")
    added = [row for row in made.records(*names) if row[3]]
    assert added == [("1", "End of Treatment", 99, kind, value, day)]
    assert len(made.records()) == 6


def test_flags_and_windows_of_the_one_record_do_not_go_with_it(analysis: Any) -> None:
    step = {"by": ["USUBJID", "PARAMCD"], "pick": "last", "order": ["ADT"], "set": END}
    made = analysis.derive(
        ROWS,
        {"AWTARGET": {"formula": "AVISITN * 7"}, "ANL01FL": {"assign": "Y"}},
        {"extreme_records": step},
    )
    rows = made.records("DTYPE", "ABLFL", "ANL01FL", "AWTARGET", "PARAMCD")
    assert [row for row in rows if row[0]] == [("LOV", None, None, None, "A")] * 2
    assert sum(row[1] == "Y" for row in rows) == 2


def test_a_record_that_is_derived_counts_with_the_one_it_comes_of(analysis: Any) -> None:
    made = analysis.derive(ROWS, {"extreme_records": {"set": END, **LAST}})
    assert made.account() == {"analysed": 5}


def test_origins_and_words(analysis: Any) -> None:
    made = analysis.derive(ROWS, {"extreme_records": {"set": END, **LAST}})
    assert made.variable("DTYPE").method.words == (
        'Set to "LOV" in records derived from the last record where AVISITN > 0 and AVAL '
        "is not missing, within USUBJID and PARAMCD, in the order of ADT."
    )


def test_what_has_no_derivation_type_must_be_given_one(analysis: Any) -> None:
    step = {"by": "USUBJID", "pick": "first", "order": ["ADT"], "set": {"AVISIT": "First"}}
    assert analysis.problems({"extreme_records": step}) == [
        "'pick: first' has no derivation type of its own: set DTYPE"
    ]
