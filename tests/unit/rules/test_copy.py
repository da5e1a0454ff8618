"""``from``: the value of a raw column."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  mild pain ", "mild pain"),
        ("two  blanks", "two  blanks"),
        ("\ttab\t", "tab"),
        ("   ", None),
        ("", None),
        (None, None),
        ("NA", "NA"),
        ("nan", "nan"),
        ("None", "None"),
        ("1.50", "1.50"),
        ("007", "007"),
        ("0", "0"),
        ("line\nbreak", "line\nbreak"),
        ('say "ah"', 'say "ah"'),
        ("Ödème ≥ 5 µg", "Ödème ≥ 5 µg"),
    ],
)
def test_the_value_is_as_collected_without_blanks_around_it(
    workshop: Any, raw: str | None, expected: str | None
) -> None:
    rows = [{"A": raw, "B": "1"}, {"A": "other", "B": "2"}]
    assert workshop.made({"from": "A"}, rows) == [expected, "other"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("5", 5.0), (" 5.50 ", 5.5), ("-0.1", -0.1), ("1e3", 1000.0), (None, None)],
)
def test_a_number_variable_gets_numbers(
    workshop: Any, raw: str | None, expected: float | None
) -> None:
    result = workshop.values({"from": "A"}, [{"A": raw, "B": "1"}], "AELLTCD")
    assert result.column("AE", "AELLTCD") == [expected]
    assert result.told() == []


@pytest.mark.parametrize("raw", ["five", "5,5", "1_000", "nan", "inf", "0x10", "5 mg", "<5"])
def test_text_that_is_no_number_is_missing_in_a_number_variable_and_a_finding(
    workshop: Any, raw: str
) -> None:
    rows = [{"A": "1"}, {"A": raw}, {"A": raw}]
    result = workshop.values({"from": "A"}, rows, "AELLTCD")
    assert result.by_record("AE", "AELLTCD") == [1.0, None, None]
    assert result.told() == [("not-a-number", "AELLTCD", raw, 2, 2)]


def test_a_variable_of_the_dataset_is_taken_where_there_is_no_such_column(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {"AEMODIFY": {"from": "AETERM"}, "AETERM": {"from": "A", "uppercase": True}},
    }
    result = workshop.convert({"raw": [{"SUBJ": "1", "A": "pain"}]}, spec)
    assert result.column("AE", "AEMODIFY") == ["PAIN"]


def test_a_column_goes_before_a_variable_of_the_same_name(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {"AEMODIFY": {"from": "AETERM"}, "AETERM": {"from": "A"}},
    }
    result = workshop.convert({"raw": [{"SUBJ": "1", "A": "pain", "AETERM": "raw"}]}, spec)
    assert result.records("AE", "AETERM", "AEMODIFY") == [("pain", "raw")]


def test_each_block_decides_for_itself_whether_a_name_is_a_column_or_a_variable(
    workshop: Any,
) -> None:
    spec = {
        "dataset": "AE",
        "variables": {"AELLT": {"from": "AEDECOD"}},
        "records": [
            {"source": "one", "variables": {"AEDECOD": {"assign": "own one"}}},
            {"source": "two", "variables": {"AEDECOD": {"assign": "own two"}}},
        ],
    }
    sources = {"one": [{"SUBJ": "1", "AEDECOD": "raw one"}], "two": [{"SUBJ": "2", "X": "x"}]}
    result = workshop.convert(sources, spec)
    assert result.records("AE", "AEDECOD", "AELLT") == [
        ("own one", "raw one"),
        ("own two", "own two"),
    ]


def test_a_column_with_an_odd_name_can_be_taken(workshop: Any) -> None:
    name = 'IT.AE "Term" \\ it\'s, (1)'
    assert workshop.made({"from": name}, [{name: "pain"}]) == ["pain"]


def test_a_column_that_does_not_exist_is_told_with_the_nearest(workshop: Any) -> None:
    spec = "dataset: AE\nsource: raw\nvariables:\n  AEMODIFY: {from: AETRM}\n"
    assert workshop.problems({"raw": [{"SUBJ": "1", "AETERM": "x"}]}, spec) == [
        "sdtm/s0.yaml:4:20: the source 'raw' has no column 'AETRM' (did you mean 'AETERM'?)"
    ]


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("AETERM", ("Collected", "Investigator")),
        ("AEMODIFY", ("Assigned", "Sponsor")),
        ("AEDECOD", ("Assigned", "Sponsor")),
        ("AELLTCD", ("Assigned", "Sponsor")),
    ],
)
def test_its_origin_is_collected_but_for_what_a_dictionary_gives(
    workshop: Any, name: str, origin: tuple[str, str]
) -> None:
    variable = workshop.values({"from": "A"}, [{"A": "1"}], name).variable("AE", name)
    assert (variable.origin.type, variable.origin.source) == origin
    assert variable.method is None
