"""``time``: the time of datetimes; their date by ``date``."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("moment", ["2024-02-29T10:30:15", "1959-12-31T23:59:59", None])
def test_a_datetime_has_a_date_and_a_time(analysis: Any, moment: str | None) -> None:
    made = analysis.derive([{"ADTM": moment}], {"ADT": {"date": "ADTM"}}, {"ATM": {"time": "ADTM"}})
    expected = tuple(moment.split("T")) if moment else (None, None)
    assert made.records("ADT", "ATM") == [expected]
    assert made.variable("ATM").format == "TIME8."


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2024-02-29T10:30", "10:30:00"), ("2024-02-29", None), ("2024-02-29T10", None), ("", None)],
)
def test_the_time_of_a_text_is_known_to_the_minute(
    analysis: Any, text: str, expected: str | None
) -> None:
    made = analysis.derive([{"X": text, "ADT": "2024-02-29"}], {"ATM": {"time": "X"}})
    assert made.column("ATM") == [expected]
    assert analysis.derive([{"ADT": "2024-02-29"}], {"ATM": {"time": "ADT"}}).column("ATM") == [
        None
    ]


def test_a_text_that_is_no_date_has_no_time(analysis: Any) -> None:
    made = analysis.derive([{"X": "10:30"}], {"ATM": {"time": "X"}})
    assert made.told() == [("impossible-date", "ATM", "10:30", 1)]


def test_the_method_tells_what_is_missing(analysis: Any) -> None:
    made = analysis.derive([{"ADTM": None}], {"ATM": {"time": "ADTM"}})
    words = "Time part of ADTM as a SAS time; missing if not known to the minute."
    assert made.variable("ATM").method.words == words
