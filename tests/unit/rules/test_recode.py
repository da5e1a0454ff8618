"""``recode``: other words for the values."""

from __future__ import annotations

from typing import Any

import pytest

TABLE = {"1": "MILD", "2": "MODERATE", "Not  known": None, "a": "lower", "A": "upper"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("1", "MILD", id="as written"),
        pytest.param(" 2 ", "MODERATE", id="blanks around it"),
        pytest.param("NOT KNOWN", None, id="case and blanks do not matter, null makes it missing"),
        pytest.param("not   known", None, id="many blanks"),
        pytest.param("a", "lower", id="the exact key goes first"),
        pytest.param("A", "upper", id="the other exact key"),
        pytest.param(None, None, id="missing stays missing"),
        pytest.param("MILD", "MILD", id="a value that is recoded already"),
    ],
)
def test_a_value_of_the_table_gets_its_word(
    workshop: Any, raw: str | None, expected: str | None
) -> None:
    result = workshop.values({"from": "A", "recode": TABLE}, [{"A": raw, "B": "1"}])
    assert result.column("AE", "AEMODIFY") == [expected]
    assert result.told() == []


def test_a_value_without_a_word_stays_and_is_a_finding_with_its_count_and_first_record(
    workshop: Any,
) -> None:
    rows = [{"A": value} for value in ("1", "mid", "3", "mid", "1", "mid")]
    result = workshop.values({"from": "A", "recode": {"1": "MILD"}}, rows)
    assert result.by_record("AE", "AEMODIFY") == ["MILD", "mid", "3", "mid", "MILD", "mid"]
    assert result.told() == [
        ("recode-without-term", "AEMODIFY", "mid", 3, 2),
        ("recode-without-term", "AEMODIFY", "3", 1, 3),
    ]
    finding = result.findings[0]
    assert (finding.dataset, finding.file) == ("AE", "raw/raw.csv")


def test_the_finding_names_the_nearest_key(workshop: Any) -> None:
    result = workshop.values({"from": "A", "recode": {"Moderate": "2"}}, [{"A": "Modrate"}])
    assert "did you mean 'Moderate'?" in result.findings[0].message


def test_more_than_a_hundred_unknown_values_are_told_in_one_last_finding(workshop: Any) -> None:
    rows = [{"A": f"v{number}"} for number in range(130)]
    result = workshop.values({"from": "A", "recode": {"x": "y"}}, rows)
    told = result.told("recode-without-term")
    assert len(told) == 101
    assert sum(count for *_, count, _ in told) == 130
    assert result.findings[-1].message == "AEMODIFY: 30 more values with this finding"


@pytest.mark.parametrize(("word", "expected"), [(3, "3"), (1.5, "1.5"), ("x", "x")])
def test_words_may_be_numbers(workshop: Any, word: Any, expected: str) -> None:
    assert workshop.made({"from": "A", "recode": {"1": word}}, [{"A": "1"}]) == [expected]


def test_a_number_as_it_is_written_in_the_spec_is_the_word(workshop: Any) -> None:
    spec = """
dataset: AE
source: raw
variables: {AEMODIFY: {from: A, recode: {1: 1.50, 010: 007}}}
"""
    rows = [{"SUBJ": "1", "A": "1"}, {"SUBJ": "2", "A": "010"}]
    assert workshop.convert({"raw": rows}, spec).column("AE", "AEMODIFY") == ["1.50", "007"]


def test_numbers_are_recoded_by_their_text(workshop: Any) -> None:
    rows = [{"A": "1"}, {"A": "2"}]
    variable = {"formula": "number(A) + 1", "recode": {"2": "two", "3": "three"}}
    assert workshop.made(variable, rows) == ["two", "three"]


def test_recoding_into_a_number_variable_gives_numbers(workshop: Any) -> None:
    variable = {"from": "A", "recode": {"low": 1, "high": 2.5, "none": None}}
    rows = [{"A": "low"}, {"A": "high"}, {"A": "none"}]
    assert workshop.made(variable, rows, "AELLTCD") == [1.0, 2.5, None]


def test_two_values_may_become_one(workshop: Any) -> None:
    rows = [{"A": "1"}, {"A": "2"}, {"A": "1"}]
    assert workshop.made({"from": "A", "recode": {"1": "Y", "2": "Y"}}, rows) == ["Y"] * 3


def test_recoded_values_go_on_to_the_codelist(workshop: Any) -> None:
    rows = [{"A": "1"}, {"A": "2"}]
    variable = {"from": "A", "recode": {"1": "Yes", "2": "no"}}
    assert workshop.made(variable, rows, "AESER") == ["Y", "N"]
