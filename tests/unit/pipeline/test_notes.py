"""Findings that are made while a dataset is converted."""

from __future__ import annotations

import numpy as np

from converters.findings import Finding, Severity
from converters.pipeline.notes import MOST, Notes

FILES = [("a", "raw/a.csv"), ("b", "raw/b.csv")]


def grouped(ids: list[int], cases: dict[int, tuple[str, str]]) -> list[Finding]:
    findings: list[Finding] = []
    notes = Notes("AE", FILES, findings)
    origin = np.array([n % 2 for n in range(len(ids))], dtype=np.int32)
    record = np.arange(10, 10 + len(ids))
    notes.groups("rule", Severity.ERROR, "AETERM", np.array(ids), cases, origin, record, ("SD1",))
    return findings


def test_each_case_is_a_finding_with_its_count_and_first_record() -> None:
    found = grouped([0, 1, -1, 1, 0, 1], {0: ("x", "is x"), 1: ("y", "is y")})
    assert [(f.value, f.message, f.count, f.file, f.record) for f in found] == [
        ("y", "AETERM: is y", 3, "raw/b.csv", 11),
        ("x", "AETERM: is x", 2, "raw/a.csv", 10),
    ]
    assert {(f.dataset, f.variable, f.rule, f.published) for f in found} == {
        ("AE", "AETERM", "rule", ("SD1",))
    }


def test_cases_that_no_record_has_and_records_without_a_case_give_nothing() -> None:
    assert grouped([0, 2], {1: ("y", "is y")}) == []
    assert grouped([0, 1], {}) == []
    assert grouped([], {}) == []


def test_equal_counts_stand_in_the_order_of_their_values() -> None:
    found = grouped([1, 0, 2], {0: ("b", ""), 1: ("c", ""), 2: ("a", "")})
    assert [f.value for f in found] == ["a", "b", "c"]


def test_after_the_most_frequent_the_rest_is_counted_together() -> None:
    ids = [*range(MOST + 3), 5]
    found = grouped(ids, {number: (f"v{number:03}", "odd") for number in range(MOST + 3)})
    assert len(found) == MOST + 1
    assert found[0].value == "v005"
    assert (found[-1].value, found[-1].count) == (None, 3)
    assert sum(f.count for f in found) == len(ids)
