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
    words = "Study day: ADT minus ADSL.TRTSDT, plus 1 day if ADT is on or after ADSL.TRTSDT."
    assert made.variable("ADY").method.words == words


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-01-10T00:00:00", 1),
        ("2026-01-10T23:59:59", 1),
        ("2026-01-09T23:59:59", -1),
        ("2026-01-11T00:00:00", 2),
        (None, None),
    ],
)
def test_the_day_of_a_datetime_does_not_go_by_its_time(
    analysis: Any, moment: str | None, expected: float | None
) -> None:
    adsl = "USUBJID,TRTSDTM\n1,2026-01-10T12:00:00\n"
    item = {"ADY": {"study_day": {"date": "ADTM", "reference": "ADSL.TRTSDTM"}}}
    made = analysis.derive([{"ADTM": moment}], item, ADSL=adsl)
    assert made.column("ADY") == [expected]
    words = "Study day: the date of ADTM minus the date of ADSL.TRTSDTM, plus 1 day if"
    assert made.variable("ADY").method.words.startswith(words)


@pytest.mark.parametrize("moment", ["2026-01-10T23:59:59", "1959-12-31T00:00:01"])
def test_dates_and_datetimes_and_texts_can_be_mixed(analysis: Any, moment: str) -> None:
    rows = [{"ADTM": moment, "ADT": moment[:10], "X": moment}]
    items = [
        {name: {"study_day": {"date": date, "reference": reference}, "label": name}}
        for name, date, reference in (("D1", "ADTM", "ADT"), ("D2", "X", "ADTM"))
    ]
    made = analysis.derive(rows, *items)
    assert made.records("D1", "D2") == [(1, 1)]
