"""``relative_to_point``: --STRTPT and --ENRTPT, and the point that comes along."""

from __future__ import annotations

from typing import Any

import pytest

DM = {"dataset": "DM", "source": "dm", "variables": {"RFICDTC": {"from": "I"}}}
POINT = "DM.RFICDTC"
ONGOING = {"ongoing": 'ON == "Y"', "point": POINT}


def made(
    workshop: Any, name: str, args: Any, row: dict[str, Any], point: str | None, **more: Any
) -> Any:
    variables = {name: {"relative_to_point": args, **more}}
    spec = {"dataset": "CM", "source": "raw", "variables": variables}
    raw = [{"SUBJ": "1", "D": None, "ON": None, **row}]
    return workshop.convert({"raw": raw, "dm": [{"SUBJ": "1", "I": point}]}, spec, DM)


@pytest.mark.parametrize(
    ("date", "point", "expected"),
    [
        ("2026-01-09", "2026-01-10", "BEFORE"),
        ("2026-01-10", "2026-01-10", "COINCIDENT"),
        ("2026-01-10T08:00", "2026-01-10", "COINCIDENT"),
        ("2026-01-11", "2026-01-10", "AFTER"),
        ("2026-01", "2026-01-10", "UNKNOWN"),
        ("2025", "2026-01-10", "BEFORE"),
        ("2026-01-09", "2026", "UNKNOWN"),
        ("2026-01-09", None, None),
        (None, "2026-01-10", None),
    ],
)
@pytest.mark.parametrize(("name", "along"), [("CMSTRTPT", "CMSTTPT"), ("CMENRTPT", "CMENTPT")])
def test_a_date_stands_before_at_or_after_the_point_which_comes_along(
    workshop: Any, name: str, along: str, date: str | None, point: str | None, expected: str | None
) -> None:
    result = made(workshop, name, {"date": "D", "point": POINT}, {"D": date}, point)
    assert result.records("CM", name, along) == [(expected, point if expected else None)]
    assert result.told() == []


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (ONGOING, ("ONGOING", "2026-01-10")),
        ({**ONGOING, "point_label": "SCREENING"}, ("ONGOING", "SCREENING")),
        ({"ongoing": 'ON == "Y"', "point_label": "SCREENING"}, ("ONGOING", "SCREENING")),
        ({"before": 'ON == "Y"', "point": POINT}, ("BEFORE", "2026-01-10")),
        ({"ongoing": 'ON == "N"', "point": POINT}, (None, None)),
    ],
)
def test_in_place_of_a_date_a_condition_says_it(
    workshop: Any, args: Any, expected: tuple[Any, ...]
) -> None:
    result = made(workshop, "CMENRTPT", args, {"ON": "Y"}, "2026-01-10")
    assert result.records("CM", "CMENRTPT", "CMENTPT") == [expected]


def test_the_point_stands_only_where_the_relation_does(workshop: Any) -> None:
    args = {"date": "D", "point": POINT}
    result = made(workshop, "CMENRTPT", args, {"D": "2026-01-12"}, "2026-01-10", when='ON == "Y"')
    assert result.records("CM", "CMENRTPT", "CMENTPT") == [(None, None)]


def test_a_date_goes_before_what_a_box_says(workshop: Any) -> None:
    args = {"date": "D", **ONGOING}
    result = made(workshop, "CMENRTPT", args, {"D": "2026-01-12", "ON": "Y"}, "2026-01-10")
    assert result.column("CM", "CMENRTPT") == ["AFTER"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "CMENRTPT: {relative_to_point: {point: DM.RFICDTC}}",
            "4:33: CMENRTPT: needs a 'date', or a condition: 'before' or 'ongoing'",
        ),
        (
            "CMENRTPT: {relative_to_point: {date: D, point_label: X}}",
            "4:40: CMENRTPT: a 'date' needs the 'point', another date, to be compared with",
        ),
        (
            "CMENRTPT: {relative_to_point: {before: ON == D}}",
            "4:33: CMENRTPT: needs the 'point', a date, or 'point_label', what it is called",
        ),
        (
            "CMSTRTPT: {relative_to_point: {ongoing: ON == D, point_label: X}}",
            "4:43: CMSTRTPT: what is ongoing has no end: 'ongoing' is said of --ENRTPT",
        ),
        (
            "CMENTPT: {relative_to_point: {date: D, point: DM.RFICDTC}}",
            "4:32: CMENTPT: 'relative_to_point' makes CMSTRTPT and CMENRTPT, and no other variable",
        ),
    ],
)
def test_a_wrong_spec_is_told_with_its_place(workshop: Any, line: str, problem: str) -> None:
    spec = f"dataset: CM\nsource: raw\nvariables:\n  {line}\n"
    sources = {"raw": [{"SUBJ": "1", "D": "2026", "ON": "Y"}], "dm": [{"SUBJ": "1", "I": None}]}
    assert workshop.problems(sources, spec, DM)[0] == f"sdtm/s0.yaml:{problem}"
