"""``assign``: the same value in every record."""

from __future__ import annotations

from typing import Any

import pytest

ROWS = [{"A": "x"}, {"A": "y"}]


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        pytest.param("AEMODIFY", "NO", "NO", id="a word that YAML 1.1 would take for false"),
        pytest.param("AEMODIFY", '"1.50"', "1.50", id="text keeps its digits"),
        pytest.param("AEMODIFY", "1.50", "1.50", id="a number in a text variable is as written"),
        pytest.param("AEMODIFY", "010", "010", id="leading zeros stay"),
        pytest.param("AEMODIFY", "2015-03-01", "2015-03-01", id="a date stays text"),
        pytest.param("AEMODIFY", '" x "', " x ", id="blanks that are meant stay"),
        pytest.param("AEMODIFY", "Größe ≥ 5 µm", "Größe ≥ 5 µm", id="letters of other alphabets"),
        pytest.param("AELLTCD", "7", 7.0, id="a number"),
        pytest.param("AELLTCD", '"7.5"', 7.5, id="a number written as text"),
        pytest.param("AELLTCD", "-1e3", -1000.0, id="a number with an exponent"),
    ],
)
def test_the_value_is_in_every_record(
    workshop: Any, name: str, written: str, expected: Any
) -> None:
    spec = f"dataset: AE\nsource: raw\nvariables:\n  {name}: {{assign: {written}}}\n"
    result = workshop.convert({"raw": [{"SUBJ": "1", **row} for row in ROWS]}, spec)
    assert result.by_record("AE", name) == [expected, expected]
    assert result.told() == []


def test_text_in_a_number_variable_is_a_finding_and_missing(workshop: Any) -> None:
    result = workshop.values({"assign": "many"}, ROWS, "AELLTCD")
    assert result.column("AE", "AELLTCD") == [None, None]
    assert result.told() == [("not-a-number", "AELLTCD", "many", 2, 1)]


def test_blocks_that_assign_the_same_number_written_otherwise_keep_their_digits(
    workshop: Any,
) -> None:
    spec = """
dataset: AE
records:
  - {source: one, variables: {AEMODIFY: {assign: 1.50}}}
  - {source: two, variables: {AEMODIFY: {assign: 1.5}}}
"""
    result = workshop.convert({"one": [{"SUBJ": "1"}], "two": [{"SUBJ": "2"}]}, spec)
    assert result.records("AE", "USUBJID", "AEMODIFY") == [("S1-1", "1.50"), ("S1-2", "1.5")]


def test_its_origin_is_assigned(workshop: Any) -> None:
    result = workshop.values({"assign": "x"}, ROWS)
    assert result.variable("AE", "AEMODIFY").origin.type == "Assigned"


def test_an_empty_text_is_refused(workshop: Any) -> None:
    spec = "dataset: AE\nsource: raw\nvariables:\n  AEMODIFY: {assign: ''}\n"
    assert workshop.problems({"raw": [{"SUBJ": "1"}]}, spec) == [
        "sdtm/s0.yaml:4:23: assign: must not be empty"
    ]
