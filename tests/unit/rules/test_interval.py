"""``interval``: ISO 8601 intervals from dates and durations."""

from __future__ import annotations

from typing import Any

import pytest

from converters import iso8601

DATES = {"start": "A", "end": "B"}
FROM = {"start": "A", "duration": "D"}
UNTIL = {"duration": "D", "end": "B"}


@pytest.mark.parametrize(
    ("args", "row", "expected"),
    [
        (DATES, {"A": "2026-01-01", "B": "2026-01-03"}, "2026-01-01/2026-01-03"),
        (DATES, {"A": "2026-01", "B": "2026-02-03T10:00"}, "2026-01/2026-02-03T10:00"),
        (DATES, {"A": "2026-01-03", "B": "2026-01-03"}, "2026-01-03/2026-01-03"),
        (DATES, {"A": "2026-01-03", "B": "2026-01"}, "2026-01-03/2026-01"),
        (DATES, {}, None),
        (FROM, {"A": "2026-01-01T08:00", "D": "PT90M"}, "2026-01-01T08:00/PT90M"),
        (UNTIL, {"B": "2026-01-03", "D": "P2D"}, "P2D/2026-01-03"),
    ],
)
def test_an_interval_has_two_sides(
    workshop: Any, args: Any, row: dict[str, Any], expected: str | None
) -> None:
    row = {**dict.fromkeys("ABD"), **row}
    result = workshop.values({"interval": args}, [row], "AEEVLINT")
    assert result.column("AE", "AEEVLINT") == [expected]
    assert result.told() == []
    assert expected is None or iso8601.is_valid([expected], allow_interval=True).all()


@pytest.mark.parametrize(
    ("args", "row", "value", "words"),
    [
        (DATES, {"A": "2026-01-01"}, "2026-01-01/", "the interval has no end"),
        (DATES, {"B": "2026-01-01"}, "/2026-01-01", "the interval has no start"),
        (
            DATES,
            {"A": "2026-01-03", "B": "2026-01-01"},
            "2026-01-03/2026-01-01",
            "2026-01-01 comes before 2026-01-03",
        ),
        (
            DATES,
            {"A": "3JAN2026", "B": "2026-01-01"},
            "3JAN2026/2026-01-01",
            "the start '3JAN2026' is not an ISO 8601 date",
        ),
        (
            UNTIL,
            {"D": "-P2D", "B": "2026-01-01"},
            "-P2D/2026-01-01",
            "the duration '-P2D' is not an ISO 8601 duration from 0 on",
        ),
        (
            FROM,
            {"D": "2", "A": "2026-01-01"},
            "2026-01-01/2",
            "the duration '2' is not an ISO 8601 duration from 0 on",
        ),
    ],
)
def test_what_is_no_interval_is_missing_and_a_finding(
    workshop: Any, args: Any, row: dict[str, Any], value: str, words: str
) -> None:
    row = {**dict.fromkeys("ABD"), **row}
    result = workshop.values({"interval": args}, [row], "AEEVLINT")
    assert result.column("AE", "AEEVLINT") == [None]
    assert [(f.rule, f.value, f.message) for f in result.findings] == [
        ("impossible-interval", value, f"AEEVLINT: {words}")
    ]


@pytest.mark.parametrize("args", [{"start": "A"}, {"start": "A", "duration": "A", "end": "A"}])
def test_an_interval_of_one_or_three_sides_is_a_problem(workshop: Any, args: Any) -> None:
    spec = {"dataset": "AE", "source": "raw", "variables": {"AEEVLINT": {"interval": args}}}
    (problem,) = workshop.problems({"raw": [{"SUBJ": "1", "A": "x"}]}, spec)
    assert problem.endswith("AEEVLINT: an interval has two of 'start', 'duration' and 'end'")
