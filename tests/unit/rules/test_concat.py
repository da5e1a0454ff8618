"""``concat``: several columns in one text."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("row", "args", "expected"),
    [
        pytest.param({"A": "a", "B": "b"}, ["A", "B"], "ab", id="without a separator"),
        pytest.param(
            {"A": "a", "B": "b"}, {"columns": ["A", "B"], "separator": "; "}, "a; b", id="with one"
        ),
        pytest.param(
            {"A": "a", "B": None, "C": "c"},
            {"columns": ["A", "B", "C"], "separator": "-"},
            "a-c",
            id="a missing one is left out with its separator",
        ),
        pytest.param(
            {"A": None, "B": "b"}, {"columns": ["A", "B"], "separator": "-"}, "b", id="at the start"
        ),
        pytest.param(
            {"A": None, "B": None, "C": "1"},
            {"columns": ["A", "B"], "separator": "-"},
            None,
            id="all missing",
        ),
        pytest.param(
            {"A": " a ", "B": "\tb"}, {"columns": ["A", "B"], "separator": "-"}, "a-b", id="blanks"
        ),
        pytest.param({"A": "a"}, ["A", "A"], "aa", id="a column twice"),
        pytest.param({"A": "01", "B": "1.50"}, ["A", "B"], "011.50", id="digits stay"),
    ],
)
def test_the_parts_are_put_one_behind_another(
    workshop: Any, row: dict[str, Any], args: Any, expected: str | None
) -> None:
    assert workshop.made({"concat": args}, [row]) == [expected]


def test_numbers_are_written_without_a_point_when_they_are_whole(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {
            "AELLTCD": {"from": "N"},
            "AEMODIFY": {"concat": {"columns": ["A", "AELLTCD"], "separator": "-"}},
        },
    }
    rows = [{"SUBJ": "1", "A": "a", "N": "10.0"}, {"SUBJ": "2", "A": "a", "N": None}]
    assert workshop.convert({"raw": rows}, spec).column("AE", "AEMODIFY") == ["a-10", "a"]
