"""``exists``: a flag that says whether another dataset has a record."""

from __future__ import annotations

from typing import Any

import pytest

EX = "USUBJID,EXDOSE\n1,5\n1,0\n2,0\n,5\n"


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, ["Y", "Y", None, None]),
        ({"no": True}, ["Y", "Y", "N", "N"]),
        ({"no": True, "where": "EXDOSE > 0"}, ["Y", "N", "N", "N"]),
        ({"where": "EXDOSE > 9"}, [None] * 4),
    ],
)
def test_the_flag_is_y_where_a_record_meets_the_condition(
    analysis: Any, args: dict[str, Any], expected: list[Any]
) -> None:
    rows = [{"USUBJID": subject} for subject in ("1", "2", "3", None)]
    made = analysis.derive(rows, {"SAFFL": {"exists": {"dataset": "EX", **args}}}, EX=EX)
    assert made.by_record("SAFFL") == expected
    assert made.told() == []


def test_define_says_so_and_a_wrong_condition_is_told(analysis: Any) -> None:
    args = {"dataset": "EX", "where": "EXDOSE > 0", "no": True}
    made = analysis.derive("USUBJID\n1\n", {"SAFFL": {"exists": args}}, EX=EX)
    assert made.variable("SAFFL").method.words == (
        '"Y" if EX has a record with the same USUBJID where EXDOSE > 0; else "N".'
    )
    args = {"dataset": "EX", "where": "EXDOSE"}
    assert len(analysis.problems({"SAFFL": {"exists": args}}, EX=EX)) == 1
