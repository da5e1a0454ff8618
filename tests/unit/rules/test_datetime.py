"""``datetime``: raw dates and times in ISO 8601."""

from __future__ import annotations

from typing import Any

import pytest

NAME = "AESTDTC"


@pytest.mark.parametrize(
    ("args", "row", "expected"),
    [
        pytest.param("D", {"D": "2015-03-14"}, "2015-03-14", id="ISO 8601 already"),
        pytest.param("D", {"D": "14-MAR-2015"}, "2015-03-14", id="month name"),
        pytest.param("D", {"D": "UN-MAR-2015"}, "2015-03", id="unknown day"),
        pytest.param("D", {"D": "UN-UNK-2015"}, "2015", id="unknown month"),
        pytest.param("D", {"D": "UN-UNK-UNKN"}, None, id="nothing known"),
        pytest.param("D", {"D": "2015-03-14T07:30"}, "2015-03-14T07:30", id="date and time"),
        pytest.param("D", {"D": "20150314"}, "2015-03-14", id="without separators"),
        pytest.param("D", {"D": None, "X": "1"}, None, id="missing"),
        pytest.param(
            {"date": "D", "format": "dd/mm/yyyy"}, {"D": "03/04/2015"}, "2015-04-03", id="format"
        ),
        pytest.param(
            {"date": "D", "format": ["dd/mm/yyyy", "yyyy.mm.dd"]},
            {"D": "2015.04.03"},
            "2015-04-03",
            id="the second of two formats",
        ),
        pytest.param(
            {"date": "D", "time": "T"},
            {"D": "2015-03-14", "T": "7:30"},
            "2015-03-14T07:30",
            id="date and time in two columns",
        ),
        pytest.param(
            {"date": "D", "time": "T"}, {"D": "2015-03-14", "T": None}, "2015-03-14", id="no time"
        ),
        pytest.param(
            {"date": "D", "time": "T"},
            {"D": "2015-03", "T": "07:30"},
            "2015-03--T07:30",
            id="a time on an unknown day",
        ),
        pytest.param({"time": "T"}, {"T": "07:30"}, "-----T07:30", id="a time alone"),
        pytest.param(
            {"date": "D", "time": "T", "time_format": "hhmm"},
            {"D": "2015-03-14", "T": "0730"},
            "2015-03-14T07:30",
            id="format of the time",
        ),
        pytest.param(
            {"date": "D", "time": "T", "timezone": "+01:00"},
            {"D": "2015-03-14", "T": "07:30"},
            "2015-03-14T07:30+01:00",
            id="time zone",
        ),
        pytest.param(
            {"date": "D", "format": "dd/mm/yy", "pivot": 30},
            {"D": "01/02/31"},
            "1931-02-01",
            id="after the pivot",
        ),
        pytest.param(
            {"date": "D", "format": "dd/mm/yy", "pivot": 30},
            {"D": "01/02/30"},
            "2030-02-01",
            id="up to the pivot",
        ),
        pytest.param(
            {"date": "D", "unknown": ["NK"]}, {"D": "NK-MAR-2015"}, "2015-03", id="own token"
        ),
        pytest.param(
            {"date": "D", "time": "T"},
            {"D": "2015-12-31", "T": "24:00"},
            "2016-01-01T00:00",
            id="midnight at the end of a day",
        ),
    ],
)
def test_a_raw_date_becomes_iso_8601(
    workshop: Any, args: Any, row: dict[str, Any], expected: str | None
) -> None:
    result = workshop.values({"datetime": args}, [row], NAME)
    assert result.column("AE", NAME) == [expected]
    assert result.told() == []


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        ("2020", "3", "4", "2020-03-04"),
        ("2020", "03", "04", "2020-03-04"),
        ("2020", "MAR", "4", "2020-03-04"),
        ("2020", "March", "4", "2020-03-04"),
        ("2020", "mar", None, "2020-03"),
        ("2020", "3", "UN", "2020-03"),
        ("2020", None, None, "2020"),
        ("2020", None, "4", "2020---04"),
        ("2020", "UNK", "UN", "2020"),
        (None, "3", "4", "--03-04"),
        (None, None, None, None),
        ("UNK", "UNK", "UN", None),
        ("2020", "2", "29", "2020-02-29"),
    ],
)
def test_year_month_and_day_are_put_together(
    workshop: Any, year: str | None, month: str | None, day: str | None, expected: str | None
) -> None:
    args = {"year": "Y", "month": "M", "day": "D"}
    rows = [{"Y": year, "M": month, "D": day, "X": "1"}]
    result = workshop.values({"datetime": args}, rows, NAME)
    assert result.column("AE", NAME) == [expected]
    assert result.told() == []


def test_a_year_alone_is_a_date(workshop: Any) -> None:
    assert workshop.made({"datetime": {"year": "Y"}}, [{"Y": "2020"}], NAME) == ["2020"]


@pytest.mark.parametrize(
    ("row", "shown"),
    [({"Y": "2021", "M": "2", "D": "29"}, "29/2/2021"), ({"Y": "2020", "M": "13", "D": "4"}, None)],
)
def test_impossible_parts_are_a_finding(
    workshop: Any, row: dict[str, str], shown: str | None
) -> None:
    result = workshop.values({"datetime": {"year": "Y", "month": "M", "day": "D"}}, [row], NAME)
    assert result.column("AE", NAME) == [None]
    ((rule, variable, _, count, record),) = result.told()
    assert (rule, variable, count, record) == ("impossible-date", NAME, 1, 1)


def test_an_impossible_date_is_missing_and_a_finding_with_its_count_and_first_record(
    workshop: Any,
) -> None:
    rows = [{"D": value} for value in ("2015-03-14", "30-FEB-2015", "soon", "30-FEB-2015", None)]
    result = workshop.values({"datetime": "D"}, rows, NAME)
    assert result.by_record("AE", NAME) == ["2015-03-14", None, None, None, None]
    assert result.told() == [
        ("impossible-date", NAME, "30-FEB-2015", 2, 2),
        ("impossible-date", NAME, "soon", 1, 3),
    ]
    assert result.findings[0].published == ("SD0003",)


def test_a_date_that_could_be_two_is_a_finding_and_no_guess(workshop: Any) -> None:
    result = workshop.values({"datetime": "D"}, [{"D": "03/04/2015"}], NAME)
    assert result.column("AE", NAME) == [None]
    assert "ambiguous" in result.findings[0].message


def test_the_studys_formats_and_pivot_hold_where_a_spec_says_nothing(workshop: Any) -> None:
    head = {"dates": {"format": ["mm/dd/yyyy", "mm/dd/yy"], "pivot": 50, "unknown": ["ND"]}}
    rows = [{"D": "03/04/2015"}, {"D": "03/04/49"}, {"D": "03/04/51"}, {"D": "03/ND/2015"}]
    made = workshop.made({"datetime": "D"}, rows, NAME, **head)
    assert made == ["2015-03-04", "2049-03-04", "1951-03-04", "2015-03"]
    own = {"datetime": {"date": "D", "format": "dd/mm/yy", "pivot": 10}}
    assert workshop.made(own, rows[1:3], NAME, **head) == ["1949-04-03", "1951-04-03"]


def test_the_studys_time_zone_is_added_to_times_only(workshop: Any) -> None:
    head = {"dates": {"timezone": "Z"}}
    rows = [{"D": "2015-03-14"}, {"D": "2015-03-14T07:30"}, {"D": "2015-03-14T07:30+02:00"}]
    made = workshop.made({"datetime": "D"}, rows, NAME, **head)
    assert made == ["2015-03-14", "2015-03-14T07:30Z", "2015-03-14T07:30+02:00"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ("{}", "datetime needs a 'date' or a 'time' column, or 'year', 'month' and 'day'"),
        ("{year: D, date: D}", "takes either a 'date' (with its 'format') or 'year'"),
        ("{year: D, format: dd/mm/yyyy}", "takes either a 'date' (with its 'format') or 'year'"),
        ("{month: D, day: D}", "'month' needs the 'year' too"),
        ("{date: D, format: dd/xx/yyyy}", "dd/xx/yyyy"),
        ("{date: D, pivot: 100}", "pivot: "),
        ("{date: D, timezone: CET}", "'CET' is not a time zone such as +01:00 or Z"),
        ("{dat: D}", "unknown key 'dat' (did you mean 'date'?)"),
    ],
)
def test_arguments_that_cannot_be_are_told_at_their_place(
    workshop: Any, args: str, message: str
) -> None:
    spec = f"dataset: AE\nsource: raw\nvariables:\n  AESTDTC: {{datetime: {args}}}\n"
    (found,) = workshop.problems({"raw": [{"SUBJ": "1", "D": "x"}]}, spec)
    assert found.startswith("sdtm/s0.yaml:4:")
    assert message in found


def test_a_wrong_format_of_the_study_is_told(workshop: Any) -> None:
    spec = "dataset: AE\nsource: raw\nvariables:\n  AESTDTC: {datetime: D}\n"
    head = {"dates": {"format": "dd/xx/yyyy"}}
    (found,) = workshop.problems({"raw": [{"SUBJ": "1", "D": "x"}]}, spec, **head)
    assert found.startswith("study.yaml:1:")
