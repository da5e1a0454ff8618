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
        (
            {"unit": "days"},
            "Duration in days: ENDTC minus STDTC, plus 1 day if ENDTC is on or after STDTC.",
        ),
        ({"unit": "days", "add_one": False}, "Duration in days: ENDTC minus STDTC."),
        (
            {"unit": "months", "add_one": False},
            "Duration in months: days from STDTC to ENDTC, divided by 30.4375.",
        ),
    ],
)
def test_the_method_tells_the_arithmetic(analysis, args, words) -> None:
    method = durations(analysis, **args)[0].variable("ADURN").method
    assert method.words == words


MOMENTS = """STDTC,ENDTC
2019-08-09T04:30:56,2019-08-09T05:00:00
2019-11-11T00:00:00,2019-11-11T04:00:00
2019-11-11T00:00:00,2019-11-11T00:00:00
2019-11-11T10:00:00,2019-11-11T09:00:00
2019-11-11,2019-11-12
,2019-11-11T12:34:56
"""


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"unit": "minutes", "add_one": False}, [30, 240, 0, -60, 1440, None]),
        ({"unit": "minutes"}, [31, 241, 1, -60, 1441, None]),
        ({"unit": "seconds", "add_one": False}, [1744, 14400, 0, -3600, 86400, None]),
        ({"unit": "hours", "add_one": False}, [1, 4, 0, -1, 24, None]),
        ({"unit": "hours", "in_unit": "days"}, [24, 24, 24, 24, 48, None]),
        (
            {"unit": "hours", "in_unit": "minutes", "add_one": False, "trunc_out": True},
            [0, 4, 0, -1, 24, None],
        ),
        ({"unit": "days", "floor_in": False, "trunc_out": True}, [1, 1, 1, 0, 2, None]),
        ({"unit": "days"}, [1, 1, 1, 1, 2, None]),
    ],
)
def test_times_count_in_shorter_units(analysis, args, expected) -> None:
    duration = {"duration": {"start": "STDTC", "end": "ENDTC", **args}, "label": "Duration"}
    assert analysis.derive(MOMENTS, {"ADURN": duration}).by_record("ADURN") == expected


def test_numeric_datetimes_are_moments(analysis) -> None:
    rows = [{"ASTDTM": "2019-11-11T10:00:00", "AENDTM": "2019-11-11T11:30:00"}]
    args = {"start": "ASTDTM", "end": "AENDTM", "unit": "hours", "in_unit": "minutes"}
    item = {"ADURN": {"duration": {**args, "add_one": False}, "label": "Duration"}}
    assert analysis.derive(rows, item).column("ADURN") == [1.5]


@pytest.mark.parametrize(("unit", "term"), [("days", "DAYS"), ("minutes", "min")])
def test_the_unit_stands_beside_the_duration_in_the_words_of_the_terminology(
    analysis, unit, term
) -> None:
    made, _ = durations(analysis, unit=unit, unit_variable="ADURU")
    assert made.by_record("ADURU") == [term, term, term, None, None, term]
    assert made.variable("ADURU").method.words == (
        f'Unit of the duration: "{term}" where there is one.'
    )


def test_an_unknown_unit_is_told(analysis) -> None:
    args = {"start": "ADT", "end": "ADT", "unit": "fortnights"}
    (told,) = analysis.problems({"ADURN": {"duration": args}})
    assert "'fortnights' is not one of years, months, weeks, days" in told
