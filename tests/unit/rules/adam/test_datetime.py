"""``datetime``: numeric datetimes from ISO 8601."""

from __future__ import annotations

from typing import Any

import pytest

NONE = (None, None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-29T10:30:15", "2024-02-29T10:30:15"),
        ("2024-02-29T10:30", "2024-02-29T10:30:00"),
        ("1959-12-31T23:59", "1959-12-31T23:59:00"),
        ("2024-02-28T24:00", "2024-02-29T00:00:00"),
        ("2024-02-29T10", None),
        ("2024-02-29", None),
        ("2024", None),
        ("", None),
    ],
)
def test_alone_a_datetime_is_known_to_the_minute(
    analysis: Any, text: str, expected: str | None
) -> None:
    made = analysis.derive([{"X": text}], {"ADTM": {"datetime": "X"}})
    assert made.column("ADTM") == [expected]
    variable = made.variable("ADTM")
    assert (variable.kind, variable.format) == ("Num", "DATETIME20.")
    assert (
        variable.method.words
        == "Date and time of X as a SAS datetime; missing if not known to the minute."
    )
    assert [str(name) for name in made.dataset().frame] == ["USUBJID", "X", "ADTM"]


TEXTS = (
    "2024-02-10T08:30:15",
    "2024-02-10T08:30",
    "2024-02-10T08",
    "2024-02-10",
    "2024-02",
    "2024",
    "",
    "x",
)


@pytest.mark.parametrize(
    ("highest", "known"),
    [("none", 2), ("second", 2), ("minute", 3), ("hour", 4), ("day", 5), ("month", 6)],
)
def test_what_lacks_more_than_the_highest_part_is_missing(
    analysis: Any, highest: str, known: int
) -> None:
    rows = [{"X": text} for text in TEXTS]
    date = {"from": "X", "highest_imputation": highest}
    made = analysis.derive(rows, {"ADTM": {"datetime": date}})
    expected = ["2024-02-10T08:30:15", "2024-02-10T08:30:00", "2024-02-10T08:00:00"]
    expected += ["2024-02-10T00:00:00", "2024-02-01T00:00:00", "2024-01-01T00:00:00"]
    assert made.by_record("ADTM") == [
        text if n < known else None for n, text in enumerate([*expected, None, None])
    ]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (
            {},
            [
                ("2024-02-10T08:30:15", None, None),
                ("2024-02-10T08:30:00", None, "S"),
                ("2024-02-10T08:00:00", None, "M"),
                ("2024-02-10T00:00:00", None, "H"),
                ("2024-02-01T00:00:00", "D", "H"),
                ("2024-01-01T00:00:00", "M", "H"),
                NONE,
                NONE,
            ],
        ),
        (
            {"to": "last", "time": "last"},
            [
                ("2024-02-10T08:30:15", None, None),
                ("2024-02-10T08:30:59", None, "S"),
                ("2024-02-10T08:59:59", None, "M"),
                ("2024-02-10T23:59:59", None, "H"),
                ("2024-02-29T23:59:59", "D", "H"),
                ("2024-12-31T23:59:59", "M", "H"),
                NONE,
                NONE,
            ],
        ),
        (
            {"to": "mid", "time": "12:34:56", "ignore_seconds_flag": True},
            [
                ("2024-02-10T08:30:15", None, None),
                ("2024-02-10T08:30:56", None, None),
                ("2024-02-10T08:34:56", None, "M"),
                ("2024-02-10T12:34:56", None, "H"),
                ("2024-02-15T12:34:56", "D", "H"),
                ("2024-06-30T12:34:56", "M", "H"),
                NONE,
                NONE,
            ],
        ),
    ],
    ids=["first", "last", "the middle day, a stated time"],
)
def test_date_and_time_are_imputed_and_flagged(
    analysis: Any, args: dict[str, Any], expected: list[Any]
) -> None:
    date = {"from": "X", "highest_imputation": "month", **args}
    made = analysis.derive([{"X": text} for text in TEXTS], {"ASTDTM": {"datetime": date}})
    assert made.by_record("ASTDTM", "ASTDTF", "ASTTMF") == expected
    assert made.told() == [("impossible-date", "ASTDTM", "x", 1)]


@pytest.mark.parametrize(
    ("args", "flags"),
    [
        ({"highest_imputation": "day"}, ["ADTF", "ATMF"]),
        ({"highest_imputation": "hour"}, ["ATMF"]),
        ({"highest_imputation": "day", "flag": "date"}, ["ADTF"]),
        ({"highest_imputation": "day", "flag": "time"}, ["ATMF"]),
        ({"highest_imputation": "day", "flag": "none"}, []),
        ({"highest_imputation": "none"}, []),
    ],
)
def test_flags_come_for_what_can_be_imputed(
    analysis: Any, args: dict[str, Any], flags: list[str]
) -> None:
    made = analysis.derive([{"X": "2024-02"}], {"ADTM": {"datetime": {"from": "X", **args}}})
    assert [str(name) for name in made.dataset().frame][3:] == flags


def test_flags_of_subperiods_have_their_own_names(analysis: Any) -> None:
    item = {"P01S1SDM": {"datetime": {"from": "X", "highest_imputation": "day"}}}
    made = analysis.derive([{"X": "2024-02"}], item, more={"class": "ADAM OTHER"})
    assert made.records("P01S1SDF", "P01S1STF") == [("D", "H")]


@pytest.mark.parametrize(
    ("text", "before", "after", "expected"),
    [
        ("2024-02", "2024-02-10T08:00:00", None, "2024-02-10T08:00:00"),
        ("2024-02-10", "2024-02-10T08:00:00", None, "2024-02-10T08:00:00"),
        ("2024-02-10T09", "2024-02-10T08:00:00", None, "2024-02-10T09:00:00"),
        ("2024-02-10T08", "2024-02-10T08:20:30", None, "2024-02-10T08:20:30"),
        ("2024-02-10T08:20:29", "2024-02-10T08:20:30", None, "2024-02-10T08:20:29"),
        ("2024-01", "2024-02-10T08:00:00", None, "2024-01-01T00:00:00"),
        ("2024-03", "2024-02-10T08:00:00", None, "2024-03-01T00:00:00"),
        ("2024-02", "2024-02-10T08:00:00", "2024-02-09T07:00:00", "2024-02-09T07:00:00"),
        ("", "2024-02-10T08:00:00", None, "2024-02-10T08:00:00"),
        ("", "2024-02-10T08:00:00", "2024-02-09T07:00:00", "2024-02-09T07:00:00"),
        ("", None, "2024-02-09T07:00:00", None),
        ("", None, None, None),
    ],
)
def test_bounds_hold_to_the_second_where_they_are_possible(
    analysis: Any, text: str, before: str | None, after: str | None, expected: str | None
) -> None:
    date = {
        "from": "X", "highest_imputation": "year", "not_before": ["TRTSDTM"],
        "not_after": ["TRTEDTM"],
    }  # fmt: skip
    rows = [{"X": text, "TRTSDTM": before, "TRTEDTM": after}]
    assert analysis.derive(rows, {"ASTDTM": {"datetime": date}}).column("ASTDTM") == [expected]


def test_a_date_as_a_bound_is_its_first_or_last_second(analysis: Any) -> None:
    rows = [{"X": "2024-02", "TRTSDT": "2024-02-10", "DTHDTC": "2024-02-20"}]
    date = {
        "from": "X", "highest_imputation": "day", "not_before": ["TRTSDT"], "not_after": ["DTHDTC"],
    }  # fmt: skip
    first, last = {"ASTDTM": {"datetime": date}}, {**date, "to": "last", "time": "last"}
    made = analysis.derive(rows, first, {"AENDTM": {"datetime": last}})
    assert made.records("ASTDTM", "AENDTM") == [("2024-02-10T00:00:00", "2024-02-20T23:59:59")]


def test_an_end_is_not_imputed_before_its_start(analysis: Any) -> None:
    rows = [{"S": "2024-02-10T08:00", "E": end} for end in ("2024-02-10", "2024-02", "2024-01", "")]
    start = {"from": "S", "highest_imputation": "hour"}
    end = {"from": "E", "highest_imputation": "day", "not_before": ["ASTDTM"]}
    made = analysis.derive(rows, {"ASTDTM": {"datetime": start}}, {"AENDTM": {"datetime": end}})
    expected = ["2024-02-10T08:00:00", "2024-02-10T08:00:00", "2024-01-01T00:00:00", None]
    assert made.by_record("AENDTM") == expected


@pytest.mark.parametrize(
    ("preserve", "expected"),
    [(False, ("2024-02-15T00:00:00", "D", "H")), (True, ("2024-02-15T10:30:00", "D", None))],
)
def test_a_time_after_a_gap_is_kept_if_asked_for(
    analysis: Any, preserve: bool, expected: Any
) -> None:
    date = {"from": "X", "highest_imputation": "day", "to": "mid", "preserve": preserve}
    made = analysis.derive([{"X": "2024-02--T10:30:00"}], {"ADTM": {"datetime": date}})
    assert made.records("ADTM", "ADTF", "ATMF") == [expected]


def test_a_bound_never_breaks_a_kept_time(analysis: Any) -> None:
    """A bound later than 10:30 makes it the next day, and one before the day before."""
    date = {"from": "X", "highest_imputation": "day", "preserve": True, "flag": "none"}
    later = {"ASTDTM": {"datetime": {**date, "not_before": ["BOUND"]}}}
    before = {"AENDTM": {"datetime": {**date, "to": "last", "not_after": ["BOUND"]}}}
    rows = [
        {"X": "2024-02--T10:30:00", "BOUND": f"2024-02-10T{t}:00"}
        for t in ("09:00", "10:30", "11:00")
    ]
    made = analysis.derive(rows, later, before)
    assert made.by_record("ASTDTM", "AENDTM") == [
        ("2024-02-10T10:30:00", "2024-02-09T10:30:00"),
        ("2024-02-10T10:30:00", "2024-02-10T10:30:00"),
        ("2024-02-11T10:30:00", "2024-02-10T10:30:00"),
    ]


def test_a_numeric_date_lacks_its_time(analysis: Any) -> None:
    hour = {"from": "ADT", "highest_imputation": "hour", "time": "last"}
    items = {"ADTM": {"datetime": hour}}, {"ASTDTM": {"datetime": "ADT"}}
    made = analysis.derive([{"ADT": "2024-02-29"}], *items)
    assert made.records("ADTM", "ATMF", "ASTDTM") == [("2024-02-29T23:59:59", "H", None)]


def test_a_numeric_datetime_is_taken_as_it_is(analysis: Any) -> None:
    item = {"ASTDTM": {"datetime": {"from": "ADTM", "highest_imputation": "day"}}}
    made = analysis.derive([{"ADTM": "2024-02-29T10:30:15"}], item)
    assert made.records("ASTDTM", "ASTDTF", "ASTTMF") == [("2024-02-29T10:30:15", None, None)]


def test_imputation_is_told_in_the_methods(analysis: Any) -> None:
    date = {"from": "X", "highest_imputation": "day", "time": "last", "not_after": ["DTHDTC"]}
    made = analysis.derive([{"X": "2024", "DTHDTC": ""}], {"AENDTM": {"datetime": date}})
    assert [made.variable(name).method.words for name in ("AENDTM", "AENDTF", "AENTMF")] == [
        (
            "Date and time of X as a SAS datetime; if its second, minute, hour or day is "
            "missing, the earliest day that is possible and the latest time that is possible, "
            "not after DTHDTC where that is possible; otherwise missing if incomplete."
        ),
        'Imputation flag: "D" if the day was imputed.',
        'Imputation flag: "H" if the hour, "M" if the minute, "S" if the second was imputed.',
    ]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"highest_imputation": "year"},
            "ADTM: a date without a year, imputed to the first, needs 'not_before'",
        ),
        (
            {"highest_imputation": "none", "time": "last"},
            "ADTM: nothing is imputed: 'time' needs another 'highest_imputation'",
        ),
        (
            {"highest_imputation": "day", "time": "25:00:00"},
            "'25:00:00' is not first, last or a time such as 12:00:00",
        ),
    ],
)
def test_wrong_arguments_are_told(analysis: Any, args: dict[str, Any], message: str) -> None:
    (told,) = analysis.problems({"ADTM": {"datetime": {"from": "ADT", **args}}})
    assert told.endswith(message)
