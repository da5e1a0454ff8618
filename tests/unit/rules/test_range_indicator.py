"""``range_indicator``: where a result stands against its reference range."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import columns
from converters.rules.sdtm.range_indicator import _interval, _limit

SPEC = {
    "dataset": "LB",
    "source": "raw",
    "standard_units": {"GLUC": "g/L"},
    "variables": {
        "LBTESTCD": {"from": "T"},
        "LBORRES": {"from": "V"},
        "LBORRESU": {"from": "U"},
        "LBORNRLO": {"from": "LO"},
        "LBORNRHI": {"from": "HI"},
        "LBSTNRC": {"from": "N"},
        "LBLLOQ": {"standard_limit": "Q"},
        "LBNRIND": {"range_indicator": {"critical": {"low": "CLO", "high": "CHI"}}},
    },
}
ROW = {"SUBJ": "1", "T": "GLUC", "V": "5", "U": "mg/dL", "LO": "4", "HI": "8"}
ROW |= dict.fromkeys(("N", "Q", "CLO", "CHI"))  # type: ignore[arg-type]


def indicator(workshop: Any, **row: Any) -> str | None:
    result = workshop.convert({"raw": [{**ROW, **row}]}, SPEC)
    (found,) = result.column("LB", "LBNRIND")
    return found


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"V": "3.9"}, "LOW"),
        ({"V": "4"}, "NORMAL"),
        ({"V": "8.0"}, "NORMAL"),
        ({"V": "8.01"}, "HIGH"),
        ({"V": "9", "HI": None}, "NORMAL"),
        ({"V": "3", "HI": None}, "LOW"),
        ({"V": "3", "LO": None}, "NORMAL"),
        ({"V": "3", "LO": None, "HI": None}, None),
        ({"V": None}, None),
        ({"V": "HAEMOLYSED"}, None),
    ],
)
def test_numbers_go_by_the_range_whose_limits_are_within(
    workshop: Any, row: dict[str, Any], expected: str | None
) -> None:
    assert indicator(workshop, **row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"V": "<4"}, "LOW"),
        ({"V": "<=4"}, None),
        ({"V": "<=3"}, "LOW"),
        ({"V": "<5"}, None),
        ({"V": "<5", "LO": None}, "NORMAL"),
        ({"V": "<5", "LO": "0"}, "NORMAL"),
        ({"V": "<8", "LO": "0"}, "NORMAL"),
        ({"V": "<9", "LO": "0"}, None),
        ({"V": "<0", "LO": "0"}, "LOW"),
        ({"V": "<5", "LO": "0", "HI": "0"}, None),
        ({"V": ">8"}, "HIGH"),
        ({"V": ">=8"}, None),
        ({"V": ">=9"}, "HIGH"),
        ({"V": ">5"}, None),
        ({"V": ">5", "HI": None}, "NORMAL"),
        ({"V": "BLQ", "Q": "3"}, "LOW"),
    ],
)
def test_a_result_beyond_a_limit_gets_what_is_certain(
    workshop: Any, row: dict[str, Any], expected: str | None
) -> None:
    assert indicator(workshop, **row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"V": "1", "CLO": "2"}, "LOW LOW"),
        ({"V": "2", "CLO": "2"}, "LOW"),
        ({"V": "21", "CHI": "20"}, "HIGH HIGH"),
        ({"V": ">20", "CHI": "20"}, "HIGH HIGH"),
        ({"V": "20", "CHI": "20"}, "HIGH"),
        ({"V": "5", "CLO": "2", "CHI": "20"}, "NORMAL"),
    ],
)
def test_beyond_a_critical_limit_in_collected_units_it_is_low_low_or_high_high(
    workshop: Any, row: dict[str, Any], expected: str
) -> None:
    assert indicator(workshop, **row) == expected


@pytest.mark.parametrize(
    ("value", "normal", "expected"),
    [
        ("Negative", "NEGATIVE", "NORMAL"),
        ("TRACE", "NEGATIVE", "ABNORMAL"),
        ("TRACE", "Negative, trace", "NORMAL"),
        ("TRACE", "NEGATIVE or TRACE", "NORMAL"),
        ("TRACE", "NEGATIVE TO TRACE", "NORMAL"),
        ("+-", "NEGATIVE TO TRACE", None),
        ("TRACE", None, None),
        ("5", "NEGATIVE", "NORMAL"),
    ],
)
def test_text_is_normal_if_the_range_for_text_has_it(
    workshop: Any, value: str, normal: str | None, expected: str | None
) -> None:
    assert indicator(workshop, V=value, N=normal) == expected


def test_without_a_range_in_standard_units_the_collected_one_decides(workshop: Any) -> None:
    variables = {
        **SPEC["variables"],  # type: ignore[dict-item]
        "LBSTNRLO": {"empty": True},
        "LBSTNRHI": {"empty": True},
        "LBNRIND": {"range_indicator": {}},
    }
    result = workshop.convert({"raw": [{**ROW, "V": "9"}]}, {**SPEC, "variables": variables})
    assert result.column("LB", "LBNRIND") == ["HIGH"]


def test_the_critical_columns_must_exist(workshop: Any) -> None:
    variables = {
        "LBTESTCD": {"from": "T"},
        "LBNRIND": {"range_indicator": {"critical": {"low": "CRIT"}}},
    }
    found = workshop.problems({"raw": [ROW]}, {**SPEC, "variables": variables})
    assert len(found) == 1
    assert "has no column 'CRIT'" in found[0]


NUMBERS = st.integers(1, 20)


@given(st.sampled_from(["<", "<=", "", ">=", ">"]), NUMBERS, NUMBERS, NUMBERS)
def test_what_is_said_of_a_result_holds_for_every_number_it_may_be(
    sign: str, value: int, low: int, high: int
) -> None:
    interval = _interval(columns.text([f"{sign}{value}"]))
    lower, upper = (_limit(columns.text([str(limit)])) for limit in (low, high))
    tests = {
        "<": lambda x: x < value,
        "<=": lambda x: x <= value,
        "": lambda x: x == value,
        ">=": lambda x: x >= value,
        ">": lambda x: x > value,
    }
    possible = [x / 4 for x in range(200) if tests[sign](x / 4)]
    assert bool(interval.below(lower)[0]) == all(x < low for x in possible)
    assert bool(interval.above(upper)[0]) == all(x > high for x in possible)
    everywhere = all(low <= x <= high for x in [*possible, *([999] if ">" in sign else [])])
    edge = sign == "<" and value > high >= value - 0.25  # between the quarters and the limit
    assert bool(interval.within(lower, upper)[0]) == everywhere or edge
