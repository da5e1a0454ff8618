"""``on_treatment``: records under treatment."""

from __future__ import annotations

import pytest

ROWS = """ASTDT,AENDT,TRTSDT,TRTEDT,ATPT
2020-01-01,2020-01-02,2020-01-01,2020-03-01,PRE
2020-01-02,2020-01-02,2020-01-01,2020-03-01,PRE
2019-12-31,,2020-01-01,2020-03-01,POST
2019-12-31,2020-01-01,2020-01-01,2020-03-01,POST
2019-12-30,2019-12-31,2020-01-01,2020-03-01,POST
2020-03-01,,2020-01-01,2020-03-01,POST
2020-03-08,,2020-01-01,2020-03-01,POST
,,2020-01-01,2020-03-01,POST
,2019-12-31,2020-01-01,2020-03-01,POST
2020-01-02,,,,POST
2020-01-02,,2020-01-01,,POST
2020-01-01,,2020-01-01,,POST
"""
END = {"treatment_end": "TRTEDT"}


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, "YY...YYYY.YY"),
        (END, "YY...Y.YY..Y"),
        ({**END, "days_after": 7}, "YY...YYYY..Y"),
        ({**END, "days_after": 6}, "YY...Y.YY..Y"),
        ({"end": "AENDT"}, "YY...YYY..YY"),
        ({"end": "AENDT", "spanning": True}, "YYYY.YYY..YY"),
        ({"before": 'ATPT == "PRE"'}, ".Y...YYYY.YY"),
    ],
    ids=[
        "from the first treatment on, and with an unknown start",
        "not after the last treatment; where that is unknown only on the first day",
        "up to so many days after it",
        "and no more",
        "an end before treatment is before it",
        "events that go on into treatment",
        "records before the dose, on the day of the first",
    ],
)
def test_a_record_is_judged_by_its_dates(analysis, args, expected) -> None:
    item = {"ONTRTFL": {"on_treatment": {"start": "ASTDT", **args}}}
    made = analysis.derive(ROWS, item)
    assert "".join(value or "." for value in made.by_record("ONTRTFL")) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2020-01-01T11:59:59", None),
        ("2020-01-01T12:00:00", "Y"),
        ("2020-03-01T23:59:59", "Y"),
        ("2020-03-02T00:00:00", None),
    ],
)
def test_times_count_at_the_start_and_not_at_the_end(analysis, moment, expected) -> None:
    rows = [{"ADTM": moment, "TRTSDTM": "2020-01-01T12:00:00", "TRTEDTM": "2020-03-01T12:00:00"}]
    args = {"start": "ADTM", "treatment_start": "TRTSDTM", "treatment_end": "TRTEDTM"}
    made = analysis.derive(rows, {"ONTRTFL": {"on_treatment": args}})
    assert made.column("ONTRTFL") == [expected]


def test_a_datetime_is_compared_with_a_date_by_the_day(analysis) -> None:
    rows = [
        {"ADTM": f"{day}T00:00:00", "TRTSDT": "2020-01-01"} for day in ("2020-01-01", "2019-12-31")
    ]
    made = analysis.derive(rows, {"ONTRTFL": {"on_treatment": {"start": "ADTM"}}})
    assert made.by_record("ONTRTFL") == ["Y", None]


def test_the_method_tells_the_whole_rule(analysis) -> None:
    args = {
        "start": "ASTDT", "end": "AENDT", **END, "days_after": 7, "spanning": True,
        "before": 'ATPT == "PRE"',
    }  # fmt: skip
    method = analysis.derive(ROWS, {"ONTRTFL": {"on_treatment": args}}).variable("ONTRTFL").method
    assert method.words == (
        'On-treatment flag: "Y" if ASTDT is on or after TRTSDT or missing (not on TRTSDT '
        'if ATPT = "PRE"), and not after TRTEDT plus 7 days, or if ASTDT is before '
        "TRTSDT; missing if TRTSDT is missing or AENDT is before it."
    )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"days_after": 7}, "ONTRTFL: 'days_after' needs 'treatment_end', which is not given"),
        ({"spanning": True}, "ONTRTFL: 'spanning' needs 'end', which is not given"),
        ({"before": "ADT + 1"}, "ADT + 1"),
    ],
)
def test_wrong_arguments_are_told(analysis, args, message) -> None:
    item = {"on_treatment": {"start": "ADT", "treatment_start": "ADT", **args}}
    (told,) = analysis.problems({"ONTRTFL": item})
    assert told.endswith(message)
