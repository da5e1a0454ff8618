"""``relative_to_period``: --STRF and --ENRF."""

from __future__ import annotations

from typing import Any

import pytest

DM = {
    "dataset": "DM",
    "source": "dm",
    "variables": {"RFSTDTC": {"from": "R"}, "RFENDTC": {"from": "X"}},
}


def made(
    workshop: Any, name: str, args: Any, row: dict[str, Any], start: Any, end: Any, **more: Any
) -> Any:
    spec = {
        "dataset": "CM",
        "source": "raw",
        "variables": {name: {"relative_to_period": args, **more}},
    }
    raw = {
        "raw": [{"SUBJ": "1", "D": None, "ON": None, **row}],
        "dm": [{"SUBJ": "1", "R": start, "X": end}],
    }
    return workshop.convert(raw, spec, DM)


@pytest.mark.parametrize(
    ("date", "start", "end", "expected"),
    [
        ("2026-01-09", "2026-01-10", "2026-02-07", "BEFORE"),
        ("2026-01-10", "2026-01-10", "2026-02-07", "DURING"),
        ("2026-02-07", "2026-01-10", "2026-02-07", "DURING"),
        ("2026-02-08", "2026-01-10", "2026-02-07", "AFTER"),
        ("2026-01-10T09:00", "2026-01-10T09:30", "2026-02-07", "BEFORE"),
        ("2026-01-10", "2026-01-10T09:30", "2026-02-07", "DURING"),
        ("2025", "2026-01-10", "2026-02-07", "BEFORE"),
        ("2026-03", "2026-01-10", "2026-02-07", "AFTER"),
        ("2026-01", "2026-01-10", "2026-02-07", "BEFORE/DURING"),
        ("2026-02", "2026-01-10", "2026-02-07", "DURING/AFTER"),
        ("2026", "2026-01-10", "2026-02-07", "UNKNOWN"),
        ("2026-02", "2026-01-10", "2026-03-07", "DURING"),
        ("2026-01-09", "2026-01-10", None, "BEFORE"),
        ("2026-01-10", "2026-01-10", None, "DURING/AFTER"),
        ("2026-02-08", None, "2026-02-07", "AFTER"),
        ("2026-02-07", None, "2026-02-07", "BEFORE/DURING"),
        ("2026-02-07", None, None, None),
        ("2026-01", "2026", "2026-02-07", "BEFORE/DURING"),
        (None, "2026-01-10", "2026-02-07", None),
    ],
)
@pytest.mark.parametrize("name", ["CMSTRF", "CMENRF"])
def test_a_date_stands_before_in_or_after_the_period_as_far_as_both_are_known(
    workshop: Any, name: str, date: str | None, start: str | None, end: str | None, expected: str
) -> None:
    result = made(workshop, name, {"date": "D"}, {"D": date}, start, end)
    assert result.column("CM", name) == [expected]
    assert result.told() == []


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("CMENRF", {"ongoing": 'ON == "Y"'}, "AFTER"),
        ("CMENRF", {"ongoing": 'ON == "Y"', "ongoing_at": "start"}, "DURING/AFTER"),
        ("CMSTRF", {"ongoing": 'ON == "Y"'}, "BEFORE/DURING"),
        ("CMSTRF", {"ongoing": 'ON == "Y"', "ongoing_at": "start"}, "BEFORE"),
        ("CMSTRF", {"before": 'ON == "Y"'}, "BEFORE"),
        ("CMENRF", {"before": 'ON == "Y"', "ongoing": 'ON == "Y"'}, "BEFORE"),
        ("CMENRF", {"ongoing": 'ON == "N"'}, None),
    ],
)
def test_in_place_of_a_date_a_condition_says_it(
    workshop: Any, name: str, args: Any, expected: str | None
) -> None:
    result = made(workshop, name, args, {"ON": "Y"}, "2026-01-10", "2026-02-07")
    assert result.column("CM", name) == [expected]


def test_a_date_goes_before_what_a_box_says(workshop: Any) -> None:
    args = {"date": "D", "ongoing": 'ON == "Y"'}
    result = made(
        workshop, "CMENRF", args, {"D": "2026-01-12", "ON": "Y"}, "2026-01-10", "2026-02-07"
    )
    assert result.column("CM", "CMENRF") == ["DURING"]


def test_the_period_may_be_another(workshop: Any) -> None:
    args = {"date": "D", "start": '"2026-03-01"', "end": '"2026-04-01"'}
    result = made(workshop, "CMSTRF", args, {"D": "2026-02-12"}, "2026-01-10", "2026-02-07")
    assert result.column("CM", "CMSTRF") == ["BEFORE"]


def test_without_the_codelist_two_answers_are_not_known(workshop: Any) -> None:
    result = made(
        workshop,
        "CMSTRF",
        {"date": "D"},
        {"D": "2026-01"},
        "2026-01-10",
        "2026-02-07",
        codelist="none",
    )
    assert result.column("CM", "CMSTRF") == ["U"]


def test_a_text_that_is_no_date_is_missing_and_a_finding(workshop: Any) -> None:
    args = {"date": "D"}
    result = made(workshop, "CMSTRF", args, {"D": "1JAN2026"}, "2026-01-10", "2026-02-07")
    assert result.column("CM", "CMSTRF") == [None]
    assert result.told() == [("impossible-date", "CMSTRF", "1JAN2026", 1, 1)]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "CMSTRF: {relative_to_period: {start: D}}",
            "4:32: CMSTRF: needs a 'date', or a condition: 'before' or 'ongoing'",
        ),
        (
            "CMSTRF: {relative_to_period: {date: D, ongoing_at: start}}",
            "4:54: CMSTRF: 'ongoing_at' belongs to 'ongoing'",
        ),
        (
            "CMENRTPT: {relative_to_period: {date: D}}",
            "4:34: CMENRTPT: 'relative_to_period' makes CMSTRF and CMENRF, and no other variable",
        ),
        (
            "CMENRF: {relative_to_period: {ongoing: ON}}",
            "4:42: 'ON' is a value and not a condition; compare it, as in X == \"Y\", in the"
            " expression: ON",
        ),
    ],
)
def test_a_wrong_spec_is_told_with_its_place(workshop: Any, line: str, problem: str) -> None:
    spec = f"dataset: CM\nsource: raw\nvariables:\n  {line}\n"
    sources = {
        "raw": [{"SUBJ": "1", "D": "2026", "ON": "Y"}],
        "dm": [{"SUBJ": "1", "R": None, "X": None}],
    }
    assert workshop.problems(sources, spec, DM) == [f"sdtm/s0.yaml:{problem}"]
