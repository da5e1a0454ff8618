"""``change``: CHG and PCHG."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("aval", "base", "change", "percent"),
    [
        (6, 4, 2, 50),
        (3, 4, -1, -25),
        (-6, -4, -2, -50),
        (5, 0, 5, None),
        (None, 4, None, None),
        (5, None, None, None),
    ],
)
def test_change_is_the_value_minus_the_baseline(
    analysis: Any, aval: float | None, base: float | None, change: Any, percent: Any
) -> None:
    made = analysis.derive([{"AVAL": aval, "BASE": base}], {"change": {}})
    assert made.records("CHG", "PCHG") == [(change, percent)]


def test_only_some_records_and_no_percent_if_so_asked(analysis: Any) -> None:
    given = [{"AVAL": 6, "BASE": 4, "ABLFL": "Y"}, {"AVAL": 7, "BASE": 4, "ABLFL": None}]
    item = {"change": {"where": 'not ABLFL == "Y"', "percent": False}}
    made = analysis.derive(given, item)
    assert made.by_record("CHG") == [None, 3]
    assert "PCHG" not in made.dataset().frame
    assert (
        made.variable("CHG").method.words
        == 'Change from baseline: AVAL minus BASE, where not (ABLFL = "Y").'
    )


def test_a_baseline_must_be_made_before(analysis: Any) -> None:
    items = ({"change": {}}, {"baseline": {"where": "AVAL > 0"}})
    assert analysis.problems(*items) == ["'BASE' is made after this"]
