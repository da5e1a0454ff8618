"""``age``: completed years from birth to a reference date."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("birth", "reference", "expected"),
    [
        ("1984-09-06", "2020-02-24", 35),
        ("1984-09-06", "2020-09-05", 35),
        ("1984-09-06", "2020-09-06", 36),
        ("2000-02-29", "2021-02-28", 20),
        ("2000-02-29", "2021-03-01", 21),
        ("2000-02-29", "2024-02-29", 24),
        ("1931-12-31", "1960-01-01", 28),
        ("1900-01-01", "1959-12-31", 59),
        ("2020-01-01", "2020-01-01", 0),
        ("2020-01-01", "2021-01-01", 1),
        ("2020-01-02", "2020-01-01", None),
        ("1984", "2020-02-24", None),
        (None, "2020-02-24", None),
        ("1984-09-06", None, None),
    ],
)
def test_a_year_is_completed_on_the_birthday(
    analysis: Any, birth: str | None, reference: str | None, expected: float | None
) -> None:
    item = {"AAGE": {"age": {"birth": "BRTHDTC", "reference": "X", "unit_variable": "AAGEU"}}}
    made = analysis.derive([{"BRTHDTC": birth, "X": reference}], item)
    unit = None if expected is None else "YEARS"
    assert made.records("AAGE", "AAGEU") == [(expected, unit)]
    assert made.variable("AAGE").method.words == "Age: completed years from BRTHDTC to X."
    assert made.variable("AAGEU").label == "Analysis Age Units"


def test_numeric_dates_and_datetimes_are_taken(analysis: Any) -> None:
    rows = [{"ADT": "1984-09-06", "ADTM": "2020-09-06T00:00:00"}]
    made = analysis.derive(rows, {"AAGE": {"age": {"birth": "ADT", "reference": "ADTM"}}})
    assert made.records("AAGE") == [(36,)]
    assert "AAGEU" not in made.dataset().frame
