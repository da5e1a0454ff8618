"""``split``: one part of a text."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("raw", "separator", "part", "expected"),
    [
        ("701-1015", "-", 1, "701"),
        ("701-1015", "-", 2, "1015"),
        ("701-1015", "-", 3, None),
        ("701-1015", "-", -1, "1015"),
        ("701-1015", "-", -2, "701"),
        ("701-1015", "-", -3, None),
        ("a - b", "-", 2, "b"),
        ("a--b", "-", 2, None),
        ("abc", "-", 1, "abc"),
        ("abc", "-", -1, "abc"),
        ("a::b:c", "::", 2, "b:c"),
        ("a.b", ".", 2, "b"),
        ("a|b", "|", 1, "a"),
        (None, "-", 1, None),
    ],
)
def test_the_part_is_counted_from_either_end(
    workshop: Any, raw: str | None, separator: str, part: int, expected: str | None
) -> None:
    args = {"column": "A", "separator": separator, "part": part}
    assert workshop.made({"split": args}, [{"A": raw, "B": "1"}]) == [expected]


def test_part_zero_is_told(workshop: Any) -> None:
    spec = """
dataset: AE
source: raw
variables:
  AEMODIFY: {split: {column: A, separator: "-", part: 0}}
"""
    (found,) = workshop.problems({"raw": [{"SUBJ": "1", "A": "x"}]}, spec)
    assert found.startswith("sdtm/s0.yaml:5:55: part: ")


def test_numbers_are_split_as_text(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {
            "AELLTCD": {"from": "N"},
            "AEMODIFY": {"split": {"column": "AELLTCD", "separator": ".", "part": 2}},
        },
    }
    rows = [{"SUBJ": "1", "N": "10.25"}, {"SUBJ": "2", "N": "3"}]
    assert workshop.convert({"raw": rows}, spec).column("AE", "AEMODIFY") == ["25", None]
