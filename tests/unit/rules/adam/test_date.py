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


PARTIAL = ("2024-02-10T08:00", "2024-02", "2024", "2024---10", "", "x")
NOT_KNOWN = (None, None)


@pytest.mark.parametrize(
    ("args", "month_only", "year_only"),
    [
        ({"impute": "first", "highest": "day"}, ("2024-02-01", "D"), NOT_KNOWN),
        ({"impute": "last", "highest": "day"}, ("2024-02-29", "D"), NOT_KNOWN),
        ({"impute": "mid", "highest": "day"}, ("2024-02-15", "D"), NOT_KNOWN),
        ({"impute": "01-31", "highest": "day"}, ("2024-02-29", "D"), NOT_KNOWN),
        ({"impute": "first", "highest": "month"}, ("2024-02-01", "D"), ("2024-01-01", "M")),
        ({"impute": "last", "highest": "month"}, ("2024-02-29", "D"), ("2024-12-31", "M")),
        ({"impute": "mid", "highest": "month"}, ("2024-02-15", "D"), ("2024-06-30", "M")),
        ({"impute": "06-31", "highest": "month"}, ("2024-02-29", "D"), ("2024-06-30", "M")),
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
            {"not_before": ["TRTSDT"], "highest": "year"},
            ["2024-02-10", "2024-02-10", "2024-02-10", "2024-02-01"],
        ),
        (
            {"not_before": ["TRTSDT", "2 * TRTSDT - TRTSDT + 1"], "highest": "year"},
            ["2024-02-11", "2024-02-11", "2024-02-11", "2024-02-01"],
        ),
        (
            {"impute": "last", "not_after": ["TRTSDT"]},
            ["2024-02-10", "2024-02-10", None, "2024-02-01"],
        ),
        (
            {"impute": "last", "not_after": ["TRTSDT"], "highest": "year"},
            ["2024-02-10", "2024-02-10", "2024-02-10", "2024-02-01"],
        ),
    ],
)
def test_an_imputed_date_keeps_to_bounds_that_are_possible(
    analysis: Any, args: dict[str, Any], expected: list[str | None]
) -> None:
    texts = ("2024-02", "2024", "", "2024-02-01")
    rows = [{"X": text, "TRTSDT": "2024-02-10"} for text in texts]
    date = {"from": "X", "impute": "first", "highest": "month", **args}
    made = analysis.derive(rows, {"ASTDT": {"date": date}})
    assert made.by_record("ASTDT") == expected


def test_a_bound_that_the_date_cannot_reach_changes_nothing(analysis: Any) -> None:
    rows = [{"X": "2024-02", "TRTSDT": day} for day in ("2024-03-10", "2023-03-10", "")]
    date = {"from": "X", "impute": "first", "highest": "month", "not_before": ["TRTSDT"]}
    made = analysis.derive(rows, {"ASTDT": {"date": date}})
    assert made.by_record("ASTDT", "ASTDTF") == [("2024-02-01", "D")] * 3


def test_a_date_of_which_nothing_is_known_is_its_bound_with_a_flag(analysis: Any) -> None:
    rows = [{"X": "", "TRTSDT": "2024-02-10"}, {"X": "", "TRTSDT": ""}]
    date = {"from": "X", "impute": "first", "highest": "year", "not_before": ["TRTSDT"]}
    made = analysis.derive(rows, {"ASTDT": {"date": date}})
    assert made.by_record("ASTDT", "ASTDTF") == [("2024-02-10", "Y"), NOT_KNOWN]


def test_imputation_is_told_in_the_methods(analysis: Any) -> None:
    date = {"from": "X", "impute": "first", "highest": "month", "not_before": ["TRTSDT"]}
    made = analysis.derive([{"X": "2024", "TRTSDT": ""}], {"ASTDT": {"date": date}})
    assert [made.variable(name).method.words for name in ("ASTDT", "ASTDTF")] == [
        "X as a SAS date; if its day or month is missing, the earliest day that is possible, not"
        " before TRTSDT where that is possible; otherwise missing if incomplete.",
        '"M" if the month, "D" if the day was imputed.',
    ]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"impute": "first", "highest": "year"},
            "ADT: a date without a year, imputed as the first, needs 'not_before'",
        ),
        (
            {"impute": "last", "highest": "year", "not_before": ["ADT"]},
            "ADT: a date without a year, imputed as the last, needs 'not_after'",
        ),
        (
            {"impute": "mid", "highest": "year"},
            "ADT: where the year may be missing, 'impute' is first or last",
        ),
    ],
)
def test_a_date_without_a_year_needs_a_bound(
    analysis: Any, args: dict[str, Any], message: str
) -> None:
    assert analysis.problems({"ADT": {"date": {"from": "ADT", **args}}}) == [message]
