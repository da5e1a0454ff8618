"""``sequence``: the number of the record within its subject."""

from __future__ import annotations

import itertools
from typing import Any

import pytest


def numbered(workshop: Any, rows: list[dict[str, Any]], by: list[str]) -> list[Any]:
    names = {"AESPID": "P", "AEREFID": "Q", "AELLTCD": "N", "AEMODIFY": "M"}
    used = {name: {"from": raw} for name, raw in names.items() if raw in rows[0]}
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {**used, "AESEQ": {"sequence": {"by": by}}},
    }
    result: list[Any] = workshop.convert({"raw": rows}, spec).by_record("AE", "AESEQ")
    return result


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        pytest.param(["c", "a", "b"], "P", [3, 1, 2], id="text"),
        pytest.param(["10", "9", "1"], "P", [3, 2, 1], id="numbers in text sort as numbers"),
        pytest.param(["VISIT 10", "VISIT 2"], "P", [2, 1], id="visit 2 before visit 10"),
        pytest.param(["a10b2", "a9b10", "a10b1"], "P", [3, 1, 2], id="several numbers in a text"),
        pytest.param(["007", "7", "8"], "P", [1, 2, 3], id="leading zeros"),
        pytest.param(["1234567890", "234567890"], "P", [2, 1], id="numbers of many digits"),
        pytest.param(["10", "9", "-1"], "N", [3, 2, 1], id="numbers"),
        pytest.param(["1.5", "1.25", "1.05"], "N", [3, 2, 1], id="decimals"),
        pytest.param(["b", None, "a"], "P", [3, 1, 2], id="missing first"),
        pytest.param(["5", None, "-5"], "N", [3, 1, 2], id="missing number first"),
        pytest.param(["2020-03", "2020-03-14", "2020"], "P", [2, 3, 1], id="partial dates first"),
        pytest.param(["b", "B", "a"], "P", [3, 1, 2], id="capitals before small letters"),
        pytest.param(["é", "z", "a"], "P", [3, 2, 1], id="by code point"),
    ],
)
def test_records_are_numbered_in_the_order_of_their_keys(
    workshop: Any, values: list[str | None], name: str, expected: list[int]
) -> None:
    column = {"P": "AESPID", "N": "AELLTCD"}[name]
    rows = [{"SUBJ": "1", name: value, "X": "x"} for value in values]
    assert numbered(workshop, rows, [column]) == expected


def test_each_subject_begins_with_one(workshop: Any) -> None:
    rows = [
        {"SUBJ": "2", "P": "b"},
        {"SUBJ": "1", "P": "z"},
        {"SUBJ": "2", "P": "a"},
        {"SUBJ": "1", "P": "y"},
        {"SUBJ": "3", "P": None},
    ]
    assert numbered(workshop, rows, ["AESPID"]) == [2, 2, 1, 1, 1]


def test_a_later_key_decides_where_the_first_is_equal(workshop: Any) -> None:
    rows = [
        {"SUBJ": "1", "P": "a", "N": "2"},
        {"SUBJ": "1", "P": "b", "N": "1"},
        {"SUBJ": "1", "P": "a", "N": "1"},
    ]
    assert numbered(workshop, rows, ["AESPID", "AELLTCD"]) == [2, 3, 1]


def test_equal_keys_go_by_the_other_values_and_not_by_the_order_of_the_file(workshop: Any) -> None:
    rows = [
        {"SUBJ": "1", "P": "a", "Q": q, "M": m} for q, m in (("x", "2"), ("y", "1"), ("x", "1"))
    ]
    found = set()
    for order in itertools.permutations(rows):
        numbers = numbered(workshop, list(order), ["AESPID"])
        found.add(
            tuple(sorted((row["Q"], row["M"], n) for row, n in zip(order, numbers, strict=True)))
        )
    assert len(found) == 1


def test_it_may_count_within_something_else(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {
            "AESPID": {"from": "P"},
            "AECAT": {"from": "C"},
            "AESEQ": {"sequence": {"by": ["AESPID"], "within": ["USUBJID", "AECAT"]}},
        },
    }
    rows = [
        {"SUBJ": "1", "P": p, "C": c} for p, c in (("a", "x"), ("b", "y"), ("c", "x"), ("d", "y"))
    ]
    assert workshop.convert({"raw": rows}, spec).by_record("AE", "AESEQ") == [1, 1, 2, 2]


def test_it_comes_unasked_by_the_natural_keys(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {"AETERM": {"from": "T"}, "AESTDTC": {"datetime": "D"}},
    }
    rows = [
        {"SUBJ": "1", "T": "b", "D": "2020-01-01"},
        {"SUBJ": "1", "T": "a", "D": "2020-01-02"},
        {"SUBJ": "1", "T": "b", "D": "2019-12-31"},
    ]
    result = workshop.convert({"raw": rows}, spec)
    keys = [key for key in result.dataset("AE").metadata.keys if key not in ("STUDYID", "USUBJID")]
    expected = sorted(result.records("AE", *keys, "AESEQ"))
    assert [number for *_, number in expected] == [1, 2, 3]


def test_the_specs_own_keys_go_before_the_standards(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "keys": ["STUDYID", "USUBJID", "AESPID"],
        "variables": {"AETERM": {"from": "T"}, "AESPID": {"from": "P"}},
    }
    rows = [{"SUBJ": "1", "T": "a", "P": "10"}, {"SUBJ": "1", "T": "b", "P": "9"}]
    result = workshop.convert({"raw": rows}, spec)
    assert result.by_record("AE", "AESEQ") == [2, 1]
    assert result.dataset("AE").metadata.keys == ("STUDYID", "USUBJID", "AESPID")


def test_an_empty_dataset_has_no_numbers(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "where": 'T == "no"',
        "variables": {"AETERM": {"from": "T"}},
    }
    result = workshop.convert({"raw": [{"SUBJ": "1", "T": "a"}]}, spec)
    assert result.column("AE", "AESEQ") == []


def test_it_cannot_stand_in_one_of_several_blocks(workshop: Any) -> None:
    spec = """
dataset: AE
records:
  - source: raw
    variables:
      AESEQ: {sequence: {by: [AETERM]}}
"""
    (found,) = workshop.problems({"raw": [{"SUBJ": "1"}]}, spec)
    assert found.startswith("sdtm/s0.yaml:6:")
    assert "looks at all records of the dataset" in found


def test_a_key_that_is_no_variable_is_told(workshop: Any) -> None:
    spec = """
dataset: AE
source: raw
variables:
  AETERM: {from: T}
  AESEQ: {sequence: {by: [AETREM]}}
"""
    (found,) = workshop.problems({"raw": [{"SUBJ": "1", "T": "x"}]}, spec)
    assert found.startswith("sdtm/s0.yaml:6:")
    assert "did you mean 'AETERM'?" in found
