"""``standard_result``: --STRESC, --STRESN and --STRESU from the result as collected."""

from __future__ import annotations

from typing import Any

import pytest

THREE = ("LBSTRESC", "LBSTRESN", "LBSTRESU")


def result_of(workshop: Any, value: str | None, unit: str | None, table: dict[str, Any]) -> Any:
    spec = {
        "dataset": "LB",
        "source": "raw",
        "standard_units": table,
        "variables": {
            "LBTESTCD": {"assign": "GLUC"},
            "LBORRES": {"from": "V"},
            "LBORRESU": {"from": "U"},
        },
    }
    return workshop.convert({"raw": [{"SUBJ": "1", "V": value, "U": unit}]}, spec)


@pytest.mark.parametrize(
    ("value", "unit", "entry", "expected"),
    [
        pytest.param("1.50", "g/L", None, ("1.50", 1.5, "g/L"), id="no standard unit: as it is"),
        pytest.param("1.50", "g/L", "g/L", ("1.50", 1.5, "g/L"), id="the standard unit already"),
        pytest.param("100", "mg/dL", "g/L", ("1", 1.0, "g/L"), id="one dimension"),
        pytest.param("0.1", "mg/dL", "ug/mL", ("1", 1.0, "ug/mL"), id="exact, not by binary"),
        pytest.param("1.005", "g", "mg", ("1005", 1005.0, "mg"), id="exact decimals"),
        pytest.param("98.6", "F", "C", ("37", 37.0, "C"), id="offset"),
        pytest.param("-40", "F", "C", ("-40", -40.0, "C"), id="negative"),
        pytest.param("1", "LB", "kg", ("0.45359237", 0.45359237, "kg"), id="pound"),
        pytest.param("<5", "mg/dL", "g/L", ("<0.05", None, "g/L"), id="a sign before it"),
        pytest.param(">= 2.50", "g", "mg", (">=2500", None, "mg"), id="a sign and a blank"),
        pytest.param("< 5", "g/L", "g/L", ("<5", None, "g/L"), id="a sign, nothing to convert"),
        pytest.param("TRACE", "mg/dL", "g/L", ("TRACE", None, "mg/dL"), id="text keeps its unit"),
        pytest.param("5-10", "mg/dL", "g/L", ("5-10", None, "mg/dL"), id="a range is text"),
        pytest.param("<", "mg/dL", "g/L", ("<", None, "mg/dL"), id="a sign alone"),
        pytest.param("NEGATIVE", None, "g/L", ("NEGATIVE", None, None), id="text"),
        pytest.param(None, "mg/dL", "g/L", (None, None, None), id="no result, no unit"),
        pytest.param("5", None, None, ("5", 5.0, None), id="no unit anywhere"),
        pytest.param(
            "2",
            "mg/dL",
            {"unit": "mmol/L", "from": {"mg/dL": 0.0555}},
            ("0.111", 0.111, "mmol/L"),
            id="the spec's factor",
        ),
        pytest.param(
            "2",
            "mg/dL",
            {"unit": "g/L", "from": {"mg/dL": 3}},
            ("6", 6.0, "g/L"),
            id="the spec's factor goes before the table's",
        ),
        pytest.param(
            "5",
            "%",
            {"unit": "mmol/mol", "from": {"%": {"factor": 10.93, "offset": -23.5}}},
            ("31.15", 31.15, "mmol/mol"),
            id="factor and offset",
        ),
        pytest.param(
            "1", "g/L", {"unit": "g/L", "digits": 2}, ("1.00", 1.0, "g/L"), id="digits pad"
        ),
        pytest.param(
            "0.125", "g/L", {"unit": "g/L", "digits": 2}, ("0.13", 0.13, "g/L"), id="half up"
        ),
        pytest.param(
            "-0.125",
            "g/L",
            {"unit": "g/L", "digits": 2},
            ("-0.13", -0.13, "g/L"),
            id="half away from zero",
        ),
        pytest.param(
            "2.675",
            "g/L",
            {"unit": "g/L", "digits": 2},
            ("2.68", 2.68, "g/L"),
            id="half by the decimal text and not by binary",
        ),
        pytest.param(
            "-0.004", "g/L", {"unit": "g/L", "digits": 2}, ("0.00", 0.0, "g/L"), id="no -0.00"
        ),
        pytest.param(
            "149.5", "g/L", {"unit": "g/L", "digits": 0}, ("150", 150.0, "g/L"), id="no decimals"
        ),
        pytest.param(
            "1.26", None, {"unit": None, "digits": 1}, ("1.3", 1.3, None), id="digits, no unit"
        ),
        pytest.param(
            "1",
            "min",
            "HOURS",
            ("0.0166666666667", 0.0166666666667, "HOURS"),
            id="no exact decimals: twelve digits",
        ),
        pytest.param("1e3", "mg", "g", ("1", 1.0, "g"), id="an exponent"),
        pytest.param("+5", "g", "mg", ("5000", 5000.0, "mg"), id="a plus sign"),
        pytest.param(".5", "g", "mg", ("500", 500.0, "mg"), id="no digit before the point"),
        pytest.param("5.", "g", "mg", ("5000", 5000.0, "mg"), id="no digit behind the point"),
        pytest.param("1,5", "g", "mg", ("1,5", None, "g"), id="a decimal comma is text"),
    ],
)
def test_the_result_is_converted_exactly(
    workshop: Any, value: str | None, unit: str | None, entry: Any, expected: tuple[Any, ...]
) -> None:
    result = result_of(workshop, value, unit, {} if entry is None else {"GLUC": entry})
    assert result.records("LB", *THREE) == [expected]
    assert result.told() == []


def test_a_unit_without_a_conversion_stays_and_is_a_finding(workshop: Any) -> None:
    result = result_of(workshop, "5", "mg/dL", {"GLUC": "mmol/L"})
    assert result.records("LB", *THREE) == [("5", 5.0, "mg/dL")]
    assert result.told() == [("unit-without-conversion", "LBSTRESC", "mg/dL", 1, 1)]
    assert result.findings[0].message == (
        "LBSTRESC: no conversion of GLUC from 'mg/dL' to 'mmol/L': state its factor"
    )


def test_the_unit_is_known_by_its_synonyms(workshop: Any) -> None:
    result = result_of(workshop, "5", "gram per liter", {"GLUC": "mg/dL"})
    assert result.records("LB", "LBORRESU", *THREE) == [("g/L", "500", 500.0, "mg/dL")]


def test_factors_keep_the_digits_that_the_spec_has(workshop: Any) -> None:
    spec = """
dataset: LB
source: raw
standard_units: {GLUC: {unit: mmol/L, from: {mg/dL: 0.0555000000000000000001}}}
variables:
  LBTESTCD: {assign: GLUC}
  LBORRES: {from: V}
  LBORRESU: {assign: mg/dL}
"""
    result = workshop.convert({"raw": [{"SUBJ": "1", "V": "1000000000000"}]}, spec)
    assert result.column("LB", "LBSTRESC") == ["55500000000"]


WIDE = [{"SUBJ": "1", "V": "2", "W": "3", "U": "mg/dL"}]


def test_a_test_says_its_own_unit_factor_offset_and_digits(workshop: Any) -> None:
    spec = {
        "dataset": "LB",
        "source": "raw",
        "findings": [
            {"test": "GLUC", "from": "V", "unit": "mg/dL", "standard_unit": "g/L"},
            {
                "test": "ALB",
                "from": "W",
                "unit": "g/dL",
                "standard_unit": "umol/L",
                "factor": 150.5,
                "offset": 0.25,
                "digits": 1,
            },
        ],
    }
    result = workshop.convert({"raw": WIDE}, spec)
    assert result.records("LB", "LBTESTCD", "LBSTRESC", "LBSTRESU") == [
        ("ALB", "451.8", "umol/L"),
        ("GLUC", "0.02", "g/L"),
    ]


def test_two_blocks_may_convert_one_test_from_different_units(workshop: Any) -> None:
    spec = {
        "dataset": "LB",
        "records": [
            {
                "source": "one",
                "findings": [
                    {
                        "test": "GLUC",
                        "from": "V",
                        "unit": "mg/dL",
                        "standard_unit": "mmol/L",
                        "factor": 0.0555,
                    }
                ],
            },
            {
                "source": "two",
                "findings": [
                    {
                        "test": "GLUC",
                        "from": "V",
                        "unit": "g/L",
                        "standard_unit": "mmol/L",
                        "factor": 5.55,
                    }
                ],
            },
        ],
    }
    sources = {"one": [{"SUBJ": "1", "V": "200"}], "two": [{"SUBJ": "2", "V": "2"}]}
    result = workshop.convert(sources, spec)
    assert result.records("LB", *THREE) == [("11.1", 11.1, "mmol/L")] * 2
    assert result.told() == []


@pytest.mark.parametrize(
    "test",
    [
        pytest.param({"unit": "mg/dL", "factor": 10}, id="a factor without a standard unit"),
        pytest.param(
            {"unit": {"from": "U"}, "standard_unit": "mmol/L", "factor": 10},
            id="a factor for a unit that differs from record to record",
        ),
    ],
)
def test_a_factor_that_cannot_be_used_is_told(workshop: Any, test: dict[str, Any]) -> None:
    spec = {
        "dataset": "LB",
        "source": "raw",
        "findings": [{"test": "GLUC", "from": "V", **test}],
    }
    assert workshop.problems({"raw": WIDE}, spec)


def test_a_result_with_its_own_rule_is_left_alone(workshop: Any) -> None:
    spec = {
        "dataset": "LB",
        "source": "raw",
        "variables": {
            "LBTESTCD": {"assign": "GLUC"},
            "LBORRES": {"from": "V"},
            "LBORRESU": {"from": "U"},
            "LBSTRESC": {"formula": "concat(LBORRES, LBORRES)"},
        },
    }
    assert workshop.convert({"raw": WIDE}, spec).records("LB", *THREE) == [("22", 22.0, "mg/dL")]


def quantified(workshop: Any, rows: list[dict[str, Any]], **keys: Any) -> Any:
    """LB of results V with limits L (of mg/dL, converted) and U, in g/L."""
    spec = {
        "dataset": "LB",
        "source": "raw",
        "standard_units": {"GLUC": "g/L"},
        "variables": {
            "LBTESTCD": {"assign": "GLUC"},
            "LBORRES": {"from": "V"},
            "LBORRESU": {"assign": "mg/dL"},
            "LBLLOQ": {"standard_limit": "L"},
            "LBULOQ": {"standard_limit": "U"},
        },
        **keys,
    }
    given = [{"SUBJ": "1", "L": "5", "U": "400", **row} for row in rows]
    return workshop.convert({"raw": given}, spec)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("BLQ", "<0.05"),
        ("blq", "<0.05"),
        ("<LLOQ", "<0.05"),
        (" < LLOQ ", "<0.05"),
        ("BQL", "<0.05"),
        ("ALQ", ">4"),
        (">ULOQ", ">4"),
        ("> 300", ">3"),
        ("≤ 3", "<=0.03"),
        ("<=3", "<=0.03"),
        ("HAEMOLYSED", "HAEMOLYSED"),
        ("BLQ?", "BLQ?"),
    ],
)
def test_a_word_for_a_result_beyond_a_limit_becomes_the_limit_in_standard_units(
    workshop: Any, value: str, expected: str
) -> None:
    result = quantified(workshop, [{"V": value}])
    unit = "mg/dL" if expected == value else "g/L"
    names = ("LBORRES", "LBSTRESC", "LBSTRESN", "LBSTRESU")
    assert result.records("LB", *names) == [(value.strip(), expected, None, unit)]
    assert result.told() == []


def test_a_study_may_have_words_of_its_own_in_place_of_the_usual_ones(workshop: Any) -> None:
    rows = [{"V": "TOO LOW"}, {"V": "BLQ"}, {"V": "ALQ"}]
    result = quantified(workshop, rows, quantification={"below": ["too low"]})
    assert result.by_record("LB", "LBSTRESC") == ["<0.05", "BLQ", ">4"]
    words = result.variable("LB", "LBSTRESC").method.words
    assert '"<" and LBLLOQ for a result of "too low"' in words
    result = quantified(workshop, rows, quantification={"below": [], "above": []})
    assert result.by_record("LB", "LBSTRESC") == ["TOO LOW", "BLQ", "ALQ"]


def test_a_word_whose_limit_is_not_known_stays_and_is_a_finding(workshop: Any) -> None:
    result = quantified(workshop, [{"V": "BLQ", "L": None}, {"V": "BLQ"}, {"V": "ALQ", "U": None}])
    assert result.by_record("LB", "LBSTRESC") == ["BLQ", "<0.05", "ALQ"]
    assert result.told() == [
        ("quantification-limit-missing", "LBSTRESC", "BLQ", 1, 1),
        ("quantification-limit-missing", "LBSTRESC", "ALQ", 1, 3),
    ]


def test_a_quantity_without_a_unit_stays_and_is_a_finding_and_text_is_none(workshop: Any) -> None:
    result = result_of(workshop, "5", None, {"GLUC": "g/L"})
    assert result.records("LB", *THREE) == [("5", 5.0, None)]
    assert result.told() == [("unit-without-conversion", "LBSTRESC", "", 1, 1)]
    assert result_of(workshop, "NEGATIVE", None, {"GLUC": "g/L"}).told() == []


def test_a_stated_rule_goes_by_the_units_of_the_dataset_too(workshop: Any) -> None:
    variables = {
        "LBTESTCD": {"assign": "GLUC"},
        "LBORRES": {"from": "V"},
        "LBORRESU": {"assign": "mg/dL"},
        "LBSTRESC": {"standard_result": {}, "codelist": "none"},
    }
    spec = {
        "dataset": "LB",
        "source": "raw",
        "standard_units": {"GLUC": "g/L"},
        "variables": variables,
    }
    result = workshop.convert({"raw": WIDE}, spec)
    assert result.records("LB", *THREE) == [("0.02", 0.02, "g/L")]
