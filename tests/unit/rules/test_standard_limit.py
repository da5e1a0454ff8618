"""``standard_limit``: a limit in the unit of --STRESU, and reference ranges unasked."""

from __future__ import annotations

from typing import Any

import pytest

SPEC = {
    "dataset": "LB",
    "source": "raw",
    "standard_units": {"GLUC": {"unit": "mmol/L", "from": {"mg/dL": 0.0555}, "digits": 2}},
    "variables": {
        "LBTESTCD": {"from": "T"},
        "LBORRES": {"from": "V"},
        "LBORRESU": {"from": "U"},
        "LBORNRLO": {"from": "LO"},
        "LBORNRHI": {"from": "HI"},
    },
}
ROW = {"SUBJ": "1", "T": "GLUC", "V": "90", "U": "mg/dL", "LO": "70", "HI": "100"}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param({}, (3.89, 5.55), id="by the factor of the result, and its decimals"),
        pytest.param({"U": "mmol/L", "LO": "3.9", "HI": "5.6"}, (3.9, 5.6), id="in standard units"),
        pytest.param({"T": "ALB"}, (70.0, 100.0), id="a test without a standard unit"),
        pytest.param({"HI": None}, (3.89, None), id="one limit"),
        pytest.param({"V": "HAEMOLYSED"}, (3.89, 5.55), id="a result in words"),
        pytest.param({"V": None}, (None, None), id="no result"),
    ],
)
def test_ranges_are_converted_as_the_result_is(
    workshop: Any, row: dict[str, Any], expected: tuple[float | None, float | None]
) -> None:
    result = workshop.convert({"raw": [{**ROW, **row}]}, SPEC)
    assert result.records("LB", "LBSTNRLO", "LBSTNRHI") == [expected]
    assert result.told() == []


def test_without_a_known_conversion_result_and_range_stay_as_collected(workshop: Any) -> None:
    result = workshop.convert({"raw": [{**ROW, "U": "mg"}]}, SPEC)
    names = ("LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI")
    assert result.records("LB", *names) == [(90.0, "mg", 70.0, 100.0)]
    assert [finding.rule for finding in result.findings] == ["unit-without-conversion"]


def test_a_range_that_is_no_number_is_a_finding(workshop: Any) -> None:
    result = workshop.convert({"raw": [{**ROW, "LO": "none"}]}, SPEC)
    assert result.records("LB", "LBORNRLO", "LBSTNRLO") == [("none", None)]
    assert result.told() == [("not-a-number", "LBSTNRLO", "none", 1, 1)]


def test_a_range_in_standard_units_that_the_spec_states_is_left_alone(workshop: Any) -> None:
    variables = {**SPEC["variables"], "LBSTNRLO": {"assign": "4"}}  # type: ignore[dict-item]
    result = workshop.convert({"raw": [ROW]}, {**SPEC, "variables": variables})
    assert result.records("LB", "LBSTNRLO", "LBSTNRHI") == [(4.0, 5.55)]


def test_a_column_of_limits_may_be_a_number_or_an_unknown_name(workshop: Any) -> None:
    variables = {**SPEC["variables"], "LBLLOQ": {"standard_limit": "L"}}  # type: ignore[dict-item]
    spec = {**SPEC, "variables": variables}
    result = workshop.convert({"raw": [{**ROW, "L": "2"}]}, spec)
    assert result.column("LB", "LBLLOQ") == [0.11]
    assert "LBORRESU" in str(result.variable("LB", "LBLLOQ").method)
    assert "has no column 'L'" in workshop.problems({"raw": [ROW]}, spec)[0]
