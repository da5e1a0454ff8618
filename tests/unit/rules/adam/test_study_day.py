"""``study_day``: relative days of numeric dates."""

from __future__ import annotations

from typing import Any

import pytest

ADSL = "USUBJID,TRTSDT\n1,2026-01-10\n"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-01-10", 1),
        ("2026-01-11", 2),
        ("2026-01-09", -1),
        ("2025-01-10", -365),
        (None, None),
    ],
)
def test_there_is_no_day_zero(analysis: Any, date: str | None, expected: float | None) -> None:
    item = {"ADY": {"study_day": {"date": "ADT", "reference": "ADSL.TRTSDT"}}}
    made = analysis.derive([{"ADT": date}], item, ADSL=ADSL)
    assert made.column("ADY") == [expected]


def test_without_a_reference_there_is_no_day(analysis: Any) -> None:
    item = {"ADY": {"study_day": {"date": "ADT", "reference": "ADSL.TRTSDT"}}}
    made = analysis.derive([{"USUBJID": "2", "ADT": "2026-01-10"}], item, ADSL=ADSL)
    assert made.column("ADY") == [None]
    words = "ADT minus ADSL.TRTSDT, plus 1 if ADT is on or after ADSL.TRTSDT."
    assert made.variable("ADY").method.words == words
