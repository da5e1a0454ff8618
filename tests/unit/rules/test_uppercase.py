"""``uppercase``: the value in capitals."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("raw", "flag", "expected"),
    [
        ("mild Pain", True, "MILD PAIN"),
        ("mild Pain", False, "mild Pain"),
        ("größe é", True, "GRÖSSE É"),
        ("1.5 mg", True, "1.5 MG"),
        (None, True, None),
    ],
)
def test_letters_become_capitals_if_asked(
    workshop: Any, raw: str | None, flag: bool, expected: str | None
) -> None:
    assert workshop.made({"from": "A", "uppercase": flag}, [{"A": raw, "B": "1"}]) == [expected]


def test_values_that_become_equal_are_one_value(workshop: Any) -> None:
    result = workshop.values({"from": "A", "uppercase": True}, [{"A": "a"}, {"A": "A"}])
    column = result.dataset("AE").frame["AEMODIFY"]
    assert list(column.cat.categories) == ["A"]
    assert result.column("AE", "AEMODIFY") == ["A", "A"]


def test_it_comes_after_recoding_and_before_the_codelist(workshop: Any) -> None:
    variable = {"from": "A", "recode": {"x": "Yes"}, "uppercase": True}
    assert workshop.made(variable, [{"A": "x"}]) == ["YES"]
    assert workshop.made(variable, [{"A": "x"}], "AESER") == ["Y"]


def test_it_is_told_in_the_method_of_a_derived_variable(workshop: Any) -> None:
    variable = {"concat": ["A"], "uppercase": True}
    method = workshop.values(variable, [{"A": "x"}]).variable("AE", "AEMODIFY").method
    assert method.words.endswith("Converted to uppercase.")
