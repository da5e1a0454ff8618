"""``duration``: ISO 8601 durations from a number and its unit, from parts, from two dates."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import iso8601
from converters.rules.sdtm.duration import _LETTERS, _of_parts

WEEKS = {"value": "N", "unit": "WEEKS"}
BY_COLUMN = {"value": "N", "unit": {"from": "U"}, "units": {"Fortn": "WEEKS", "m": "MINUTES"}}
PARTS = {part: part for part in _LETTERS}
DATES = {"from": "A", "to": "B"}


@pytest.mark.parametrize(
    ("args", "row", "expected"),
    [
        (WEEKS, {"N": "3"}, "P3W"),
        (WEEKS, {"N": " 03 "}, "P3W"),
        (WEEKS, {"N": "1.50"}, "P1.5W"),
        (WEEKS, {"N": "0"}, "P0W"),
        (WEEKS, {"N": None}, None),
        (WEEKS, {"N": "P1Y2M"}, "P1Y2M"),
        ({"value": "N"}, {"N": " -PT15M "}, "-PT15M"),
        ({**WEEKS, "negative": True}, {"N": "2"}, "-P2W"),
        ({**WEEKS, "negative": True}, {"N": "0"}, "P0W"),
        ({**WEEKS, "negative": True}, {"N": "-P2W"}, "-P2W"),
        (BY_COLUMN, {"N": "3", "U": "Hours"}, "PT3H"),
        (BY_COLUMN, {"N": "3", "U": "HR"}, "PT3H"),
        (BY_COLUMN, {"N": "3", "U": " months "}, "P3M"),
        (BY_COLUMN, {"N": "3", "U": "min"}, "PT3M"),
        (BY_COLUMN, {"N": "3", "U": "m"}, "PT3M"),
        (BY_COLUMN, {"N": "3", "U": "fortn"}, "P3W"),
        (BY_COLUMN, {"N": "3", "U": "DAYS"}, "P3D"),
        (BY_COLUMN, {"N": "P3D", "U": None}, "P3D"),
        (PARTS, {"hours": "1", "minutes": "30"}, "PT1H30M"),
        (PARTS, {"hours": "0", "minutes": "30"}, "PT30M"),
        (PARTS, {"hours": "0", "minutes": "0"}, "PT0M"),
        (PARTS, {"years": "1", "months": "2", "days": "3", "seconds": "4.5"}, "P1Y2M3DT4.5S"),
        (PARTS, {"weeks": "2"}, "P2W"),
        (PARTS, {"weeks": "2", "days": "3"}, "P17D"),
        (PARTS, {"weeks": "2", "hours": "3"}, "P14DT3H"),
        (PARTS, {"hours": "1.5", "minutes": "0"}, "PT1.5H"),
        (PARTS, {"hours": None}, None),
        (DATES, {"A": "2026-01-10", "B": "2026-01-12"}, "P2D"),
        (DATES, {"A": "2026-01-10T08:00", "B": "2026-01-12T09:30"}, "P2DT1H30M"),
        (DATES, {"A": "2026-01-10T23:00", "B": "2026-01-12"}, "P2D"),
        (DATES, {"A": "2026-01-10", "B": "2026-01-10"}, "P0D"),
        (DATES, {"A": "2026-01", "B": "2026-01-12"}, None),
        (DATES, {"A": None, "B": "2026-01-12"}, None),
        ({**DATES, "negative": True}, {"A": "2026-01-10", "B": "2026-01-12"}, "-P2D"),
    ],
)
def test_a_duration_is_made_from_what_was_collected(
    workshop: Any, args: Any, row: dict[str, Any], expected: str | None
) -> None:
    row = {**dict.fromkeys(("N", "U", "A", "B", *_LETTERS)), **row}
    result = workshop.values({"duration": args}, [row], "AEDUR")
    assert result.column("AE", "AEDUR") == [expected]
    assert result.told() == []


@pytest.mark.parametrize(
    ("args", "row", "rule", "words"),
    [
        (WEEKS, {"N": "three"}, "impossible-duration", "'three' is no number from 0 on"),
        (WEEKS, {"N": "-3"}, "impossible-duration", "'-3' is no number from 0 on"),
        (WEEKS, {"N": "1,5"}, "impossible-duration", "'1,5' is no number from 0 on"),
        (WEEKS, {"N": "P3W2D"}, "impossible-duration", "'P3W2D' is no number from 0 on"),
        (BY_COLUMN, {"N": "3"}, "impossible-duration", "'3' has no unit"),
        (
            BY_COLUMN,
            {"N": "3", "U": "Munites"},
            "impossible-duration",
            "the unit 'Munites' is not known (did you mean 'minutes'?)",
        ),
        ({"value": "N"}, {"N": "3"}, "impossible-duration", "'3' has no unit"),
        (
            PARTS,
            {"hours": "1.5", "minutes": "30"},
            "impossible-duration",
            "'1.5 hours 30 minutes': only the smallest part may have a fraction",
        ),
        (
            DATES,
            {"A": "2026-01-12", "B": "2026-01-10"},
            "impossible-duration",
            "2026-01-10 comes before 2026-01-12",
        ),
        (
            DATES,
            {"A": "12JAN2026", "B": "2026-01-10"},
            "impossible-date",
            "'12JAN2026' is not an ISO 8601 date; make it one by 'datetime'",
        ),
    ],
)
def test_what_cannot_be_read_is_missing_and_a_finding(
    workshop: Any, args: Any, row: dict[str, Any], rule: str, words: str
) -> None:
    row = {**dict.fromkeys(("N", "U", "A", "B", *_LETTERS)), **row}
    result = workshop.values({"duration": args}, [row, row], "AEDUR")
    assert result.column("AE", "AEDUR") == [None, None]
    assert [(f.rule, f.message, f.count) for f in result.findings] == [(rule, f"AEDUR: {words}", 2)]


FORMS = (
    "a duration is made from a 'value' and its 'unit', from parts such as 'hours' and 'minutes',"
    " or 'from' one date 'to' another"
)


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ("{value: N, hours: N}", f"21: AEDUR: {FORMS}"),
        ("{negative: true}", f"21: AEDUR: {FORMS}"),
        ("{from: N}", "21: AEDUR: lacks 'to', the other date"),
        ("{hours: N, unit: DAYS}", "38: AEDUR: 'unit' belongs to a 'value'"),
        (
            "{value: N, unit: WEAKS}",
            "38: AEDUR: the unit 'WEAKS' is not known (did you mean 'weeks'?)",
        ),
        (
            "{value: N, units: {x: WEEK}}",
            "43: x: 'WEEK' is not one of YEARS, MONTHS, WEEKS, DAYS, HOURS, MINUTES, SECONDS"
            " (did you mean 'WEEKS'?)",
        ),
        ("{value: M}", "29: the source 'raw' has no column 'M'"),
    ],
)
def test_a_wrong_spec_is_told_with_its_place(workshop: Any, args: str, problem: str) -> None:
    spec = f"dataset: AE\nsource: raw\nvariables:\n  AEDUR: {{duration: {args}}}\n"
    found = workshop.problems({"raw": [{"SUBJ": "1", "N": "1"}]}, spec)
    assert found == [f"sdtm/s0.yaml:4:{problem}"]


numbers = st.one_of(st.none(), st.integers(0, 400).map(str))


@given(st.lists(numbers, min_size=7, max_size=7))
@settings(max_examples=200, deadline=None)
def test_whole_parts_always_give_a_valid_duration(values: list[str | None]) -> None:
    duration, problem = _of_parts(tuple(_LETTERS), values)
    assert problem is None
    assert (duration is None) == all(value is None for value in values)
    assert duration is None or iso8601.kinds([duration]) == ["durationDatetime"]
