"""``sequence`` as a rule of analysis specs: ASEQ."""

from __future__ import annotations

from typing import Any

import pytest

ROWS = """USUBJID,PARAMCD,AVISITN,AVAL
1,B,1,5
1,A,2,6
1,A,1,7
1,A,1,6
2,A,,1
"""


@pytest.mark.parametrize(
    ("args", "numbers"),
    [
        ({"by": ["PARAMCD", "AVISITN"]}, [4, 3, 2, 1, 1]),
        ({"by": ["AVISITN"], "within": ["USUBJID", "PARAMCD"]}, [1, 3, 2, 1, 1]),
    ],
)
def test_records_are_numbered_in_their_subject(
    analysis: Any, args: dict[str, Any], numbers: list[int]
) -> None:
    made = analysis.derive(ROWS, {"ASEQ": {"sequence": args}})
    assert made.by_record("ASEQ") == numbers
    assert made.variable("ASEQ").label == "Analysis Sequence Number"


def test_records_that_steps_add_are_numbered_too(analysis: Any) -> None:
    made = analysis.derive(
        ROWS,
        {"summary_records": {"function": "mean"}},
        {"ASEQ": {"sequence": {"by": ["PARAMCD", "AVISITN", "DTYPE"]}}},
        more={"keys": ["USUBJID", "ASEQ"]},
    )
    assert made.column("ASEQ") == [*range(1, 7), 1, 2]
