"""``baseline``: ABLFL and baseline values."""

from __future__ import annotations

from typing import Any

import pytest

WHERE = {"where": "ADT <= TRTSDT"}


def rows(*values: tuple[Any, ...], names: str = "ADT AVAL") -> list[dict[str, Any]]:
    bare = {"PARAMCD": "A", "TRTSDT": "2026-01-10"}
    return [{**bare, **dict(zip(names.split(), value, strict=True))} for value in values]


@pytest.mark.parametrize(
    ("values", "flags", "base"),
    [
        ([("2026-01-01", 1), ("2026-01-10", 2), ("2026-01-11", 3)], ".Y.", [2, 2, 2]),
        ([("2026-01-10", 2), ("2026-01-01", 1)], "Y.", [2, 2]),
        ([("2026-01-01", 1), ("2026-01-10", None)], "Y.", [1, 1]),
        ([("2026-01-11", 3)], ".", [None]),
        ([(None, 3), ("2026-01-11", 4)], "..", [None, None]),
        ([("2026-01-10", 1), ("2026-01-10", 2)], ".Y", [2, 2]),
        ([("2026-01-10", 0)], "Y", [0]),
    ],
    ids=["last", "any order", "without value", "none before", "no date", "tie", "zero"],
)
def test_the_last_record_with_a_value_that_meets_the_condition_is_the_baseline(
    analysis: Any, values: list[tuple[Any, Any]], flags: str, base: list[Any]
) -> None:
    made = analysis.derive(rows(*values), {"baseline": WHERE})
    assert "".join(flag or "." for flag in made.by_record("ABLFL")) == flags
    assert made.by_record("BASE") == base


def test_subjects_parameters_and_types_have_their_own(analysis: Any) -> None:
    given = [
        {"USUBJID": subject, "PARAMCD": code, "BASETYPE": kind, "ADT": "2026-01-01", "AVAL": number}
        for number, (subject, code, kind) in enumerate(
            [("1", "A", "X"), ("1", "A", "Y"), ("1", "B", "X"), ("2", "A", "X"), ("2", "A", None)]
        )
    ]
    made = analysis.derive(given, {"baseline": {"where": "AVAL >= 0", "by": ["BASETYPE"]}})
    assert made.by_record("ABLFL") == ["Y"] * 5
    assert made.by_record("BASE") == [0, 1, 2, 3, 4]


def test_a_record_without_subject_or_parameter_is_no_baseline(analysis: Any) -> None:
    given = [
        {"USUBJID": "1", "PARAMCD": None, "AVAL": 1},
        {"USUBJID": None, "PARAMCD": "A", "AVAL": 2},
    ]
    made = analysis.derive(given, {"baseline": {"where": "AVAL > 0"}})
    assert made.by_record("ABLFL", "BASE") == [(None, None)] * 2


def test_texts_and_other_variables_have_baselines_too(analysis: Any) -> None:
    names = "ADT AVALC ANRIND"
    given = rows(("2026-01-01", "NEG", "LOW"), ("2026-01-11", "POS", "HIGH"), names=names)
    take = {"BASEC": "AVALC", "BNRIND": "ANRIND"}
    made = analysis.derive(given, {"baseline": {**WHERE, "take": take}})
    assert made.by_record("BASEC", "BNRIND") == [("NEG", "LOW"), ("NEG", "LOW")]


def test_what_last_means_can_be_said(analysis: Any) -> None:
    names = "ADT AVISITN AVAL"
    given = rows(("2026-01-09", 2, 5), ("2026-01-10", 1, 6), names=names)
    made = analysis.derive(given, {"baseline": {**WHERE, "order": ["AVISITN"]}})
    assert made.by_record("ABLFL") == ["Y", None]


def test_what_it_reads_must_be_there(analysis: Any) -> None:
    assert analysis.problems({"baseline": WHERE}) == [
        "ADIN has no variable 'TRTSDT', and none is made before"
    ]
