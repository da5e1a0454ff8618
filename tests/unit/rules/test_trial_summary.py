"""``trial_summary``: codes of the values of TS, and where they are from."""

from __future__ import annotations

from typing import Any

import pytest

from converters.standards.terminology import load_terminology
from converters.standards.trial_summary import parameters

VERSION = "2024-03-29"
CT = ("CDISC CT", VERSION)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"TSPARMCD": "TPHASE", "TSVAL": "PHASE I TRIAL"}, ("C15600", *CT)),
        ({"TSPARMCD": "RANDOM", "TSVAL": "N"}, ("C49487", *CT)),
        ({"TSPARMCD": "RANDOM", "TSVAL": "No"}, (None, None, None)),
        ({"TSPARMCD": "SDTIGVER", "TSVAL": "3.4"}, ("C189638", *CT)),
        ({"TSPARMCD": "AGEMIN", "TSVAL": "P18Y"}, (None, "ISO 8601", None)),
        ({"TSPARMCD": "AGEMAX", "TSVALNF": "PINF"}, (None, None, None)),
        ({"TSPARMCD": "FCNTRY", "TSVAL": "USA"}, (None, "ISO 3166-1 Alpha-3", None)),
        ({"TSPARMCD": "TITLE", "TSVAL": "A trial"}, (None, None, None)),
        ({"TSPARMCD": "MINE", "TSVAL": "Y"}, (None, None, None)),
        (
            {"TSPARMCD": "INDIC", "TSVAL": "ASTHMA", "TSVALCD": "195967001", "TSVCDREF": "SNOMED"},
            ("195967001", "SNOMED", None),
        ),
        ({"TSPARMCD": "TPHASE", "TSVAL": "PHASE I TRIAL", "TSVALCD": "C15600"}, ("C15600", *CT)),
        ({"TSPARMCD": "TPHASE", "TSVAL": "PHASE I TRIAL", "TSVALCD": "C1"}, ("C1", None, None)),
        (
            {"TSPARMCD": "TPHASE", "TSVAL": "PHASE I TRIAL", "TSVCDVER": "2020-01-01"},
            ("C15600", "CDISC CT", "2020-01-01"),
        ),
    ],
)
def test_a_value_has_the_code_of_its_term_unless_the_row_states_one(
    workshop: Any, row: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    spec = {"dataset": "TS", "rows": [{"TSVAL": None, **row}]}
    result = workshop.convert({"raw": [{"SUBJ": "1"}]}, spec)
    assert result.records("TS", "TSVALCD", "TSVCDREF", "TSVCDVER") == [expected]


def test_ts_from_a_source_has_them_too(workshop: Any) -> None:
    rows = [{"CODE": "TPHASE", "VALUE": "PHASE I TRIAL"}, {"CODE": "LENGTH", "VALUE": "P3M"}]
    spec = {
        "dataset": "TS",
        "source": "ts",
        "variables": {"TSPARMCD": {"from": "CODE"}, "TSVAL": {"from": "VALUE"}},
    }
    result = workshop.convert({"ts": rows}, spec)
    assert result.records("TS", "TSPARM", "TSVALCD", "TSVCDREF", "TSVCDVER") == [
        ("Trial Length", None, "ISO 8601", None),
        ("Trial Phase Classification", "C15600", *CT),
    ]


def test_a_variable_that_the_spec_makes_goes_before(workshop: Any) -> None:
    spec = {
        "dataset": "TS",
        "rows": [{"TSPARMCD": "RANDOM", "TSVAL": "Y"}],
        "variables": {"TSVCDREF": {"assign": "CDISC"}},
    }
    result = workshop.convert({"raw": [{"SUBJ": "1"}]}, spec)
    assert result.records("TS", "TSVALCD", "TSVCDREF") == [("C49488", "CDISC")]


def test_a_term_that_the_sponsor_added_has_no_code(workshop: Any) -> None:
    spec = {"dataset": "TS", "rows": [{"TSPARMCD": "TTYPE", "TSVAL": "MINE"}]}
    terms = {"extensions": {"TTYPE": ["MINE"]}}
    result = workshop.convert({"raw": [{"SUBJ": "1"}]}, spec, terminology=terms)
    assert result.records("TS", "TSVALCD", "TSVCDREF") == [(None, None)]


def test_the_table_of_parameters_fits_the_terminology() -> None:
    terminology = load_terminology(VERSION)
    codes = terminology.codelist("TSPARMCD")
    for name, parameter in parameters().items():
        assert name in codes
        assert not parameter.codelist or terminology.get(parameter.codelist) is not None, name
        for other, value in parameter.when.items():
            assert value in terminology.codelist(parameters()[other].codelist)
