"""``date``: numeric dates from ISO 8601."""

from __future__ import annotations

from typing import Any

import pytest

from converters.dataset import Method


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-10", "2026-01-10"),
        ("1959-12-31", "1959-12-31"),
        ("2024-02-29T23:59:59", "2024-02-29"),
        ("2026-01", None),
        ("2026", None),
        ("2026---10", None),
        ("", None),
    ],
)
def test_a_complete_date_is_days_since_1960_and_others_are_missing(
    analysis: Any, text: str, expected: str | None
) -> None:
    rs = [{"USUBJID": "1", "RSDTC": text}]
    spec = {
        "dataset": "ADRS",
        "class": "BASIC DATA STRUCTURE",
        "label": "Response",
        "keys": ["USUBJID"],
        "source": "RS",
        "take": ["USUBJID"],
        "derive": [{"ADT": {"date": "RSDTC"}}],
    }
    made = analysis.make(spec, RS=rs)
    assert made.column("ADT") == [expected]
    variable = made.variable("ADT")
    assert (variable.kind, variable.data_type, variable.format) == ("Num", "integer", "DATE9.")
    assert variable.method == Method("RSDTC as a SAS date; missing if incomplete.")
    assert made.told() == []


def test_what_is_no_date_is_a_finding(analysis: Any) -> None:
    made = analysis.derive([{"X": "10JAN2026"}, {"X": "2026-02-30"}], {"ADT": {"date": "X"}})
    assert made.by_record("ADT") == [None, None]
    assert made.told() == [
        ("impossible-date", "ADT", "10JAN2026", 1),
        ("impossible-date", "ADT", "2026-02-30", 1),
    ]


def test_the_date_may_be_that_of_the_subject_elsewhere_or_numeric(analysis: Any) -> None:
    dm = "USUBJID,RFXSTDTC\n1,2026-01-10T08:00\n"
    items = ({"TRTSDT": {"date": "DM.RFXSTDTC"}}, {"ADT": {"date": "TRTSDT"}})
    made = analysis.derive([{}], *items, DM=dm)
    assert made.records("TRTSDT", "ADT") == [("2026-01-10", "2026-01-10")]
