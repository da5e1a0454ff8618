"""Dictionary-encoded columns: no result depends on how a column is encoded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import columns
from converters.keys import match

Texts = st.lists(st.sampled_from([None, "a", "b", "A", "10", "9", "v 2", "v 10"]), max_size=12)
Numbers = st.lists(st.sampled_from([None, 0.0, -1.5, 2.0, 10.0]), max_size=12)

ENCODINGS: dict[str, Callable[[list[Any]], pd.Series]] = {
    "categories": columns.text,
    "unused categories": lambda values: pd.Series(
        pd.Categorical(values, categories=["zz", "v 10", "v 2", "9", "10", "A", "b", "a", "-"])
    ),
    "objects": lambda values: pd.Series(values, dtype=object),
    "str": lambda values: pd.Series(values, dtype="str"),
    "arrow": lambda values: pd.Series(values, dtype="string[pyarrow]"),
}


def number(values: list[float | None]) -> pd.Series:
    return pd.Series([np.nan if value is None else value for value in values], dtype=np.float64)


def plain(column: pd.Series) -> list[Any]:
    return [None if value != value else value for value in columns.to_list(column)]


@pytest.mark.parametrize("name", ENCODINGS)
@given(values=Texts)
def test_every_encoding_gives_the_same(name: str, values: list[str | None]) -> None:
    column, expected = ENCODINGS[name](values), columns.text(values)
    assert columns.to_list(column) == values
    assert columns.to_list(columns.encoded(column)) == values
    assert columns.missing(column).tolist() == [value is None for value in values]
    codes, distinct = columns.parts(column)
    assert [None if code < 0 else distinct[code] for code in codes] == values
    assert sorted(distinct) == sorted({value for value in values if value is not None})
    assert columns.ranks(column)[0].tolist() == columns.ranks(expected)[0].tolist()
    assert columns.tuples([column], len(values)).ids.tolist() == (
        columns.tuples([expected], len(values)).ids.tolist()
    )
    rows = np.array([-1, *range(len(values))])
    assert columns.to_list(columns.take(column, rows)) == [None, *values]
    assert columns.to_list(columns.concat([column, expected])) == [*values, *values]


def test_missing_is_missing_in_every_form() -> None:
    assert columns.to_list(columns.text(["a", None, float("nan"), pd.NA, "nan"])) == [  # type: ignore[list-item]
        "a",
        None,
        None,
        None,
        "nan",
    ]


@given(values=Numbers)
def test_numbers_stay_numbers(values: list[float | None]) -> None:
    column = number(values)
    assert columns.is_number(column)
    assert plain(column) == values
    assert columns.encoded(column) is column
    assert columns.missing(column).tolist() == [value is None for value in values]
    assert plain(columns.take(column, np.array([-1, *range(len(values))]))) == [None, *values]
    assert plain(columns.concat([column, column])) == [*values, *values]
    assert columns.to_number(column).dtype == np.float64


def test_integers_are_numbers_too() -> None:
    column = pd.Series([3, 1, 2])
    assert columns.to_list(column) == [3.0, 1.0, 2.0]
    assert columns.parts(column).values == ["3", "1", "2"]
    assert columns.to_number(column).dtype == np.float64
    assert columns.to_list(columns.take(column, np.array([0])))[0] == 3.0
    assert columns.to_list(columns.encoded(pd.Series([1, 2], dtype="Int64"))) == [1.0, 2.0]


def test_numbers_and_text_together_are_text() -> None:
    stacked = columns.concat([number([1.0, 2.5, None]), columns.text(["x", None])])
    assert columns.to_list(stacked) == ["1", "2.5", None, "x", None]


def test_no_rows_are_no_rows() -> None:
    for column in (columns.text([]), number([]), columns.constant("x", 0)):
        assert columns.to_list(column) == []
        assert columns.ranks(column)[0].tolist() == []
        assert columns.tuples([column], 0).first.tolist() == []
        assert columns.sort_key([column], 0).tolist() == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (-3.0, "-3"),
        (0.0, "0"),
        (-0.0, "0"),
        (2.5, "2.5"),
        (0.1, "0.1"),
        (1e15, "1000000000000000"),
        (123456789.125, "123456789.125"),
    ],
)
def test_a_number_as_text_is_as_short_as_can_be(value: float, text: str) -> None:
    assert columns.number_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_as_text_reads_back(value: float) -> None:
    assert columns.parse_number(columns.number_text(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5.0),
        (" 5 ", 5.0),
        ("-5.50", -5.5),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("007", 7.0),
    ],
)
def test_a_decimal_number_is_read(text: str, value: float) -> None:
    assert columns.parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "5 mg",
        "1,5",
        "1_000",
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "1e999",
        "0x10",
        "--5",
    ],
)
def test_what_is_no_finite_decimal_number_is_not_read(text: str) -> None:
    assert np.isnan(columns.parse_number(text))


def test_a_function_is_called_with_distinct_values_only() -> None:
    seen: list[list[str]] = []

    def upper(values: list[str]) -> list[str | None]:
        seen.append(values)
        return [value.upper() for value in values]

    column = columns.map_text(columns.text(["a", "b", None, "a", "A"]), upper)
    assert columns.to_list(column) == ["A", "B", None, "A", "A"]
    assert seen == [["a", "b", "A"]]
    assert list(column.cat.categories) == ["A", "B"]


def test_a_function_may_make_values_missing() -> None:
    column = columns.map_text(columns.text(["a", "b"]), lambda values: [None] * len(values))
    assert columns.to_list(column) == [None, None]
    numbers = columns.map_number(columns.text(["a", None]), lambda values: [7.0] * len(values))
    assert plain(numbers) == [7.0, None]


@given(st.lists(st.tuples(st.sampled_from([None, "a", "b"]), st.sampled_from([None, 1.0, 2.0]))))
def test_tuples_are_the_distinct_rows(rows: list[tuple[str | None, float | None]]) -> None:
    pair = [columns.text([a for a, _ in rows]), number([b for _, b in rows])]
    ids, first = columns.tuples(pair, len(rows))
    by_id: dict[int, tuple[str | None, float | None]] = {}
    for row, number_of in zip(rows, ids.tolist(), strict=True):
        assert by_id.setdefault(number_of, row) == row
    assert len(by_id) == len(set(rows)) == len(first)
    assert [rows.index(rows[place]) for place in first] == first.tolist()


def test_tuples_of_many_columns_do_not_overflow() -> None:
    rows = 3000
    wide = [
        columns.text(f"{(row * step) % rows}" for row in range(rows))
        for step in (1, 7, 11, 13, 17, 19)
    ]
    ids, first = columns.tuples(wide, rows)
    assert len(first) == rows
    assert sorted(ids.tolist()) == list(range(rows))
    key = columns.sort_key(wide, rows)
    assert len(set(key.tolist())) == rows
    order = np.argsort(key, kind="stable")
    assert [columns.to_list(wide[0])[row] for row in order] == [str(row) for row in range(rows)]


def natural(value: str | None) -> tuple[Any, ...]:
    """The order that is promised: missing, then text with runs of digits as numbers."""
    if value is None:
        return ()
    pieces = re.split(r"([0-9]+)", value)
    return tuple((1, int(piece)) if place % 2 else (0, piece) for place, piece in enumerate(pieces))


@pytest.mark.parametrize(
    "values",
    [
        ["VISIT 10", "VISIT 2", None],
        ["10", "9", "1"],
        ["2020-01-10", "2020-01-09", "2020-01"],
        ["a10b2", "a9b10", "a10b1"],
        ["12345678901", "2345678901"],
        ["1234567890", "234567890"],
        ["000000000012", "9"],
    ],
)
def test_runs_of_digits_sort_as_numbers(values: list[str | None]) -> None:
    ranks = columns.ranks(columns.text(values))[0]
    order = sorted(range(len(values)), key=ranks.tolist().__getitem__)
    assert [values[row] for row in order] == sorted(values, key=natural)


@given(st.lists(st.text(alphabet="019a -:/é", max_size=5), unique=True, max_size=8))
def test_how_two_values_compare_does_not_depend_on_the_others(values: list[str]) -> None:
    place = dict(zip(values, columns.ranks(columns.text(values))[0].tolist(), strict=True))
    for one in values:
        for other in values:
            if one != other:
                pair = columns.ranks(columns.text([one, other]))[0].tolist()
                assert (pair[0] < pair[1]) == (place[one] < place[other])


def test_plain_order_goes_by_code_point() -> None:
    ranks, count = columns.ranks(columns.text(["10", "9", None, "10"]), plain=True)
    assert (ranks.tolist(), count) == ([1, 2, 0, 1], 3)


def test_numbers_sort_as_numbers_and_missing_first() -> None:
    assert columns.ranks(number([10.0, 9.0, None, -1.0]))[0].tolist() == [3, 2, 0, 1]


@given(st.lists(st.tuples(st.sampled_from([None, "b", "a"]), st.sampled_from([None, 2.0, 1.0]))))
def test_a_sort_key_sorts_as_its_columns_do(rows: list[tuple[str | None, float | None]]) -> None:
    pair = [columns.text([a for a, _ in rows]), number([b for _, b in rows])]
    order = np.argsort(columns.sort_key(pair, len(rows)), kind="stable")

    def key(row: int) -> tuple[Any, ...]:
        text, value = rows[row]
        return (text is not None, text or "", value is not None, value or 0.0)

    assert order.tolist() == sorted(range(len(rows)), key=key)


def test_codes_may_name_equal_and_missing_values() -> None:
    column = columns.from_codes(np.array([0, 1, 2, -1, 3]), ["a", "b", "a", None])
    assert columns.to_list(column) == ["a", "b", "a", None, None]
    assert list(column.cat.categories) == ["a", "b"]


def test_records_are_counted_within_their_group_in_the_order_given() -> None:
    group = np.array([7, 5, 7, 5, 7])
    assert columns.count_within(group, np.array([1, 3, 4, 2, 0])).tolist() == [3, 1, 2, 2, 1]


def test_pairs_are_all_rows_of_two_tables_that_share_a_key() -> None:
    mine, theirs = columns.text(["b", None, "a", "c"]), columns.text(["a", "b", None, "a"])
    here, there = match([mine], [theirs]).pairs()
    assert list(zip(here.tolist(), there.tolist(), strict=True)) == [(0, 1), (2, 0), (2, 3)]
