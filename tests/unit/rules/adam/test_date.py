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
    assert variable.method == Method(
        "Date part of RSDTC as a SAS date; missing if incomplete.", "ADT: {date: RSDTC}"
    )
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


PARTIAL = ("2024-02-10T08:00", "2024-02", "2024", "2024---10", "", "x")
NOT_KNOWN = (None, None)


@pytest.mark.parametrize(
    ("args", "month_only", "year_only"),
    [
        ({"to": "first", "highest_imputation": "day"}, ("2024-02-01", "D"), NOT_KNOWN),
        ({"to": "last", "highest_imputation": "day"}, ("2024-02-29", "D"), NOT_KNOWN),
        ({"to": "mid", "highest_imputation": "day"}, ("2024-02-15", "D"), NOT_KNOWN),
        ({"to": "01-31", "highest_imputation": "day"}, ("2024-02-29", "D"), NOT_KNOWN),
        ({"to": "first", "highest_imputation": "month"}, ("2024-02-01", "D"), ("2024-01-01", "M")),
        ({"to": "last", "highest_imputation": "month"}, ("2024-02-29", "D"), ("2024-12-31", "M")),
        ({"to": "mid", "highest_imputation": "month"}, ("2024-02-15", "D"), ("2024-06-30", "M")),
        ({"to": "06-31", "highest_imputation": "month"}, ("2024-02-29", "D"), ("2024-06-30", "M")),
    ],
)
def test_a_partial_date_is_completed_and_flagged_up_to_the_highest_part(
    analysis: Any, args: dict[str, Any], month_only: Any, year_only: Any
) -> None:
    rows = [{"X": text} for text in PARTIAL]
    made = analysis.derive(rows, {"ASTDT": {"date": {"from": "X", **args}}})
    assert made.by_record("ASTDT", "ASTDTF") == [
        ("2024-02-10", None),
        month_only,
        year_only,
        year_only,
        NOT_KNOWN,
        NOT_KNOWN,
    ]
    assert [item[0] for item in made.told()] == ["impossible-date"]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"not_before": ["TRTSDT"]}, ["2024-02-10", "2024-02-10", None, "2024-02-01"]),
        (
            {"not_before": ["TRTSDT"], "highest_imputation": "year"},
            ["2024-02-10", "2024-02-10", "2024-02-10", "2024-02-01"],
        ),
        (
            {"not_before": ["TRTSDT", "2 * TRTSDT - TRTSDT + 1"], "highest_imputation": "year"},
            ["2024-02-11", "2024-02-11", "2024-02-11", "2024-02-01"],
        ),
        (
            {"to": "last", "not_after": ["TRTSDT"]},
            ["2024-02-10", "2024-02-10", None, "2024-02-01"],
        ),
        (
            {"to": "last", "not_after": ["TRTSDT"], "highest_imputation": "year"},
            ["2024-02-10", "2024-02-10", "2024-02-10", "2024-02-01"],
        ),
    ],
)
def test_an_imputed_date_keeps_to_bounds_that_are_possible(
    analysis: Any, args: dict[str, Any], expected: list[str | None]
) -> None:
    texts = ("2024-02", "2024", "", "2024-02-01")
    rows = [{"X": text, "TRTSDT": "2024-02-10"} for text in texts]
    date = {"from": "X", "to": "first", "highest_imputation": "month", **args}
    made = analysis.derive(rows, {"ASTDT": {"date": date}})
    assert made.by_record("ASTDT") == expected


def test_a_bound_that_the_date_cannot_reach_changes_nothing(analysis: Any) -> None:
    rows = [{"X": "2024-02", "TRTSDT": day} for day in ("2024-03-10", "2023-03-10", "")]
    date = {"from": "X", "to": "first", "highest_imputation": "month", "not_before": ["TRTSDT"]}
    made = analysis.derive(rows, {"ASTDT": {"date": date}})
    assert made.by_record("ASTDT", "ASTDTF") == [("2024-02-01", "D")] * 3


def test_a_date_of_which_nothing_is_known_is_its_bound_with_a_flag(analysis: Any) -> None:
    rows = [{"X": "", "TRTSDT": "2024-02-10"}, {"X": "", "TRTSDT": ""}]
    date = {"from": "X", "to": "first", "highest_imputation": "year", "not_before": ["TRTSDT"]}
    made = analysis.derive(rows, {"ASTDT": {"date": date}})
    assert made.by_record("ASTDT", "ASTDTF") == [("2024-02-10", "Y"), NOT_KNOWN]


def test_imputation_is_told_in_the_methods(analysis: Any) -> None:
    date = {"from": "X", "to": "first", "highest_imputation": "month", "not_before": ["TRTSDT"]}
    made = analysis.derive([{"X": "2024", "TRTSDT": ""}], {"ASTDT": {"date": date}})
    assert [made.variable(name).method.words for name in ("ASTDT", "ASTDTF")] == [
        (
            "Date part of X as a SAS date; if its day or month is missing, the earliest day "
            "that is possible, not before TRTSDT where that is possible; otherwise missing if "
            "incomplete."
        ),
        'Imputation flag: "M" if the month, "D" if the day was imputed.',
    ]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"to": "first", "highest_imputation": "year"},
            "ADT: a date without a year, imputed to the first, needs 'not_before'",
        ),
        (
            {"to": "last", "highest_imputation": "year", "not_before": ["ADT"]},
            "ADT: a date without a year, imputed to the last, needs 'not_after'",
        ),
        (
            {"to": "mid", "highest_imputation": "year"},
            "ADT: where the year may be missing, 'to' is first or last",
        ),
    ],
)
def test_a_date_without_a_year_needs_a_bound(
    analysis: Any, args: dict[str, Any], message: str
) -> None:
    assert analysis.problems({"ADT": {"date": {"from": "ADT", **args}}}) == [message]


@pytest.mark.parametrize(
    ("to", "dropped", "kept"),
    [
        ("first", "2019-01-01", "2019-01-07"),
        ("last", "2019-12-31", "2019-12-07"),
        ("mid", "2019-06-30", "2019-06-07"),
        ("02-28", "2019-02-28", "2019-02-07"),
    ],
)
def test_a_day_without_its_month_is_kept_if_asked_for(
    analysis: Any, to: str, dropped: str, kept: str
) -> None:
    date = {"from": "X", "highest_imputation": "month", "to": to}
    items = {"ASTDT": {"date": date}}, {"AENDT": {"date": {**date, "preserve": True}}}
    made = analysis.derive([{"X": "2019---07"}], *items)
    assert made.records("ASTDT", "ASTDTF", "AENDT", "AENDTF") == [(dropped, "M", kept, "M")]


@pytest.mark.parametrize(
    ("text", "bound", "not_before", "not_after"),
    [
        ("2019---07", "2019-03-07", "2019-03-07", "2019-03-07"),
        ("2019---07", "2019-03-08", "2019-04-07", "2019-03-07"),
        ("2019---07", "2019-03-06", "2019-03-07", "2019-02-07"),
        ("2019---31", "2019-02-01", "2019-03-31", "2019-01-31"),
        ("2019---29", "2019-02-10", "2019-03-29", "2019-01-29"),
        ("2020---29", "2020-02-10", "2020-02-29", "2020-01-29"),
        ("2019---07", "2019-12-08", "2019-01-07", "2019-12-07"),
        ("2019---07", "2018-12-07", "2019-01-07", "2019-12-07"),
    ],
)
def test_a_bound_never_breaks_a_kept_day(
    analysis: Any, text: str, bound: str, not_before: str, not_after: str
) -> None:
    date = {"from": "X", "highest_imputation": "month", "preserve": True, "flag": "none"}
    later = {"ASTDT": {"date": {**date, "not_before": ["ADT"]}}}
    before = {"AENDT": {"date": {**date, "to": "last", "not_after": ["ADT"]}}}
    made = analysis.derive([{"X": text, "ADT": bound}], later, before)
    assert made.records("ASTDT", "AENDT") == [(not_before, not_after)]


def test_a_date_without_a_year_is_a_date_of_which_nothing_is_known(analysis: Any) -> None:
    date = {"from": "X", "highest_imputation": "year", "not_before": ["ADT"]}
    rows = [{"X": "--12-15", "ADT": "2024-02-10"}]
    made = analysis.derive(rows, {"ASTDT": {"date": date}})
    assert made.records("ASTDT", "ASTDTF") == [("2024-02-10", "Y")]
    assert made.told() == []


def test_what_is_no_date_is_not_imputed_to_a_bound(analysis: Any) -> None:
    date = {"from": "X", "highest_imputation": "year", "not_before": ["ADT"]}
    rows = [{"X": "unknown", "ADT": "2024-02-10"}]
    made = analysis.derive(rows, {"ASTDT": {"date": date}})
    assert made.records("ASTDT", "ASTDTF") == [(None, None)]
    assert made.told() == [("impossible-date", "ASTDT", "unknown", 1)]


def test_both_bounds_hold_and_the_upper_one_last(analysis: Any) -> None:
    date = {
        "from": "X", "highest_imputation": "year", "not_before": ["TRTSDT"], "not_after": ["DTHDT"],
    }  # fmt: skip
    rows = [
        {"X": text, "TRTSDT": "2024-02-10", "DTHDT": death}
        for text in ("2024-02", "")
        for death in ("2024-02-20", "2024-02-05", None)
    ]
    made = analysis.derive(rows, {"ASTDT": {"date": date}})
    assert made.by_record("ASTDT") == ["2024-02-10", "2024-02-05", "2024-02-10"] * 2


def test_a_complete_date_is_never_moved_by_a_bound(analysis: Any) -> None:
    date = {"from": "X", "highest_imputation": "day", "not_before": ["ADT"], "not_after": ["ADT"]}
    rows = [{"X": day, "ADT": "2024-02-10"} for day in ("2024-02-09", "2024-02-11")]
    made = analysis.derive(rows, {"ASTDT": {"date": date}})
    assert made.by_record("ASTDT", "ASTDTF") == [("2024-02-09", None), ("2024-02-11", None)]


@pytest.mark.parametrize(
    ("target", "flag", "names"),
    [
        ("ASTDT", None, ["ASTDT", "ASTDTF"]),
        ("ASTDT", "none", ["ASTDT"]),
        ("HELPER", None, ["HELPER"]),
    ],
)
def test_the_flag_goes_with_names_that_end_in_dt(
    analysis: Any, target: str, flag: str | None, names: list[str]
) -> None:
    date = {"from": "X", "highest_imputation": "day", **({"flag": flag} if flag else {})}
    made = analysis.derive([{"X": "2024-02"}], {target: {"date": date, "label": "L"}})
    assert [str(name) for name in made.dataset().frame][2:] == names


@pytest.mark.parametrize("key", ["to", "not_before", "preserve"])
def test_without_imputation_nothing_is_said_of_it(analysis: Any, key: str) -> None:
    value = {"to": "last", "not_before": ["ADT"], "preserve": True}[key]
    date = {"from": "ADT", "highest_imputation": "none", key: value}
    assert analysis.problems({"ASTDT": {"date": date}}) == [
        f"ASTDT: nothing is imputed: '{key}' needs another 'highest_imputation'"
    ]
