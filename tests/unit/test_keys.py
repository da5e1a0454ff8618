"""The order of rows by several keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.keys import in_order

NUMBERS = st.one_of(
    st.integers(-128, 127), st.integers(-(2**62), 2**62 - 1), st.floats(allow_nan=False)
)


@given(st.lists(st.tuples(NUMBERS, st.integers(-3, 3), st.integers(0, 2)), max_size=12))
def test_rows_are_in_the_order_of_the_keys_and_ties_go_by_the_rest(
    rows: Sequence[tuple[Any, int, int]],
) -> None:
    one = np.array([row[0] for row in rows])
    two = np.array([row[1] for row in rows], dtype=np.int8)
    rest = np.array([row[2] for row in rows], dtype=np.int64)
    found = in_order([one, two], lambda: rest).tolist()
    by = [(one[row], two[row], rest[row]) for row in found]
    assert sorted(found) == list(range(len(rows)))
    assert by == sorted(by)


def test_the_rest_is_asked_for_only_if_there_are_ties() -> None:
    assert in_order([np.array([2, 1, 3])], lambda: pytest.fail("asked")).tolist() == [1, 0, 2]


def test_keys_at_the_ends_of_a_small_type_do_not_overflow() -> None:
    key = np.array([127, -128, 0], dtype=np.int8)
    assert in_order([key], lambda: np.arange(3)).tolist() == [1, 2, 0]
