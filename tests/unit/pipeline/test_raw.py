"""Raw records as the rules see them."""

from __future__ import annotations

import numpy as np
import pytest

from converters import columns
from converters.pipeline.raw import Raw, written_rows


@pytest.fixture
def raw() -> Raw:
    makers = {
        "A": lambda: columns.text(["x", None, "y"]),
        "B": lambda: columns.text(["1", "2", None]),
    }
    return Raw("source", makers, np.zeros(3, dtype=np.int32), np.array([4, 5, 6]))


def values(raw: Raw, name: str) -> list[str | None]:
    return columns.to_list(raw.variable(name))


def test_a_column_is_made_once_and_only_when_asked_for() -> None:
    made: list[str] = []

    def make() -> object:
        made.append("A")
        return columns.text(["x"])

    raw = Raw("source", {"A": make}, np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int64))
    assert raw.has("A")
    assert not made
    assert values(raw, "A") == values(raw, "A") == ["x"]
    assert made == ["A"]


def test_an_added_column_goes_before_one_of_the_same_name(raw: Raw) -> None:
    more = raw.with_columns({"A": lambda: columns.text(["p", "q", "r"])})
    assert (values(more, "A"), values(raw, "A")) == (["p", "q", "r"], ["x", None, "y"])
    assert values(more, "B") == ["1", "2", None]
    assert more.record.tolist() == [4, 5, 6]


def test_unpivoting_keeps_the_other_columns_the_records_and_their_parents(raw: Raw) -> None:
    long = raw.unpivoted({"A": "first", "B": "second"}, "NAME", "VALUE")
    assert long.rows == 6
    rows = list(zip(values(long, "NAME"), values(long, "VALUE"), long.record.tolist(), strict=True))
    assert sorted(rows, key=str) == [
        ("first", "x", 4),
        ("first", "y", 6),
        ("first", None, 5),
        ("second", "1", 4),
        ("second", "2", 5),
        ("second", None, 6),
    ]
    assert values(long, "A") == [values(raw, "A")[parent] for parent in long.parent]


def test_unpivoting_twice_leads_back_to_the_first_records(raw: Raw) -> None:
    long = raw.unpivoted({"A": "a", "B": "b"}, "N", "V").unpivoted({"V": "v", "A": "a"}, "M", "W")
    assert long.rows == 12
    assert (raw.record[long.parent] == long.record).all()


def test_written_rows_may_lack_columns_and_keep_their_text() -> None:
    rows = written_rows("", [{"A": "x", "B": 1}, {"C": None}, {"A": 2.5}], 3)
    assert (values(rows, "A"), values(rows, "B"), values(rows, "C")) == (
        ["x", None, "2.5"],
        ["1", None, None],
        [None, None, None],
    )
    assert (rows.record.tolist(), rows.origin.tolist()) == ([1, 2, 3], [3, 3, 3])
