"""``duration``: the time from one date to another."""

from __future__ import annotations

import pytest

ROWS = """STDTC,ENDTC
2015-03-01,2015-03-01
2015-03-01,2015-03-31
2015-03-02,2015-03-01
2015-03,2015-03-31
2015-03-01,
2014-03-01,2015-03-01
"""


def durations(analysis, **args):
    duration = {"start": "STDTC", "end": "ENDTC", **args}
    made = analysis.derive(ROWS, {"ADURN": {"duration": duration, "label": "Duration (N)"}})
    return made, made.by_record("ADURN")


def test_days_count_the_first_one_too(analysis) -> None:
    assert durations(analysis, unit="days")[1] == [1, 31, -1, None, None, 366]


def test_days_between_do_not_count_it(analysis) -> None:
    assert durations(analysis, unit="days", add_one=False)[1] == [0, 30, -1, None, None, 365]


@pytest.mark.parametrize(("unit", "size"), [("weeks", 7), ("months", 30.4375), ("years", 365.25)])
def test_longer_units_have_so_many_days(analysis, unit, size) -> None:
    found = durations(analysis, unit=unit)[1]
    assert found[1] == pytest.approx(31 / size)
    assert found[5] == pytest.approx(366 / size)


def test_numeric_dates_are_dates_too(analysis) -> None:
    rows = "ASTDT,AENDT\n2015-03-01,2015-03-10\n,2015-03-10\n"
    args = {"start": "ASTDT", "end": "AENDT", "unit": "days"}
    made = analysis.derive(rows, {"ADURN": {"duration": args, "label": "Duration (N)"}})
    assert made.by_record("ADURN") == [10, None]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"unit": "days"}, "ENDTC minus STDTC, plus 1 if ENDTC is on or after STDTC."),
        ({"unit": "days", "add_one": False}, "ENDTC minus STDTC."),
        (
            {"unit": "months", "add_one": False},
            "Days from STDTC to ENDTC, divided by 30.4375 (months).",
        ),
    ],
)
def test_the_method_tells_the_arithmetic(analysis, args, words) -> None:
    method = durations(analysis, **args)[0].variable("ADURN").method
    assert method.words == words
