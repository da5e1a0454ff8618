"""Parquet in: every type as exact text."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from converters.columns import to_list
from converters.errors import InputError
from converters.sources import SourceSpec, read_columns, read_source

UTC = timezone.utc  # noqa: UP017


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([" 1.50", "", None, "  "], pa.string(), [" 1.50", None, None, None]),
        (["a", "b", "a"], pa.large_string(), ["a", "b", "a"]),
        (["a", None, "a"], pa.dictionary(pa.int8(), pa.string()), ["a", None, "a"]),
        ([1, -5, None], pa.int64(), ["1", "-5", None]),
        ([2**60 + 1], pa.int64(), ["1152921504606846977"]),
        ([3.0, 0.1, None, float("nan"), -0.0], pa.float64(), ["3", "0.1", None, None, "0"]),
        ([True, False, None], pa.bool_(), ["TRUE", "FALSE", None]),
        ([Decimal("1.50"), Decimal("-0.001")], pa.decimal128(10, 3), ["1.500", "-0.001"]),
        ([date(2015, 3, 14), None], pa.date32(), ["2015-03-14", None]),
        ([datetime(2015, 3, 14)], pa.timestamp("ns"), ["2015-03-14T00:00:00"]),
        ([datetime(2015, 3, 14, 10, 30)], pa.timestamp("us"), ["2015-03-14T10:30:00"]),
        (
            [datetime(2015, 3, 14, 10, 30, tzinfo=UTC)],
            pa.timestamp("s", tz="UTC"),
            ["2015-03-14T10:30:00+00:00"],
        ),
        ([time(10, 30)], pa.time32("s"), ["10:30:00"]),
        ([timedelta(seconds=90)], pa.duration("s"), ["90"]),
        ([b"ab"], pa.binary(), ["ab"]),
        ([[1, 2], None], pa.list_(pa.int64()), ["[1, 2]", None]),
        ([{"a": "x"}], pa.struct([("a", pa.string())]), ['{"a": "x"}']),
        ([None, None], pa.null(), [None, None]),
    ],
)
def test_a_value_of_any_type_becomes_exact_text(
    tmp_path: Path, values: list[Any], kind: pa.DataType, expected: list[str | None]
) -> None:
    file = tmp_path / "lb.parquet"
    pq.write_table(pa.table({"A": pa.array(values, kind)}), file, row_group_size=2)
    source = read_source(SourceSpec("lb", (file,)))
    assert to_list(source.frame["A"]) == expected
    assert source.records.tolist() == list(range(1, len(values) + 1))


def test_labels_come_from_the_metadata_of_the_fields(tmp_path: Path) -> None:
    file = tmp_path / "lb.pq"
    field = pa.field("A", pa.string(), metadata={b"Label": "Größe".encode()})
    pq.write_table(pa.table([pa.array(["x"])], schema=pa.schema([field])), file)
    assert read_source(SourceSpec("lb", (file,))).labels == {"A": "Größe"}


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    file = tmp_path / "lb.parquet"
    pq.write_table(pa.table({"A": ["1", "2"], "B": [3, 4]}), file)
    source = read_source(SourceSpec("lb", (file,)), columns=["B"])
    assert list(source.frame) == ["B"] and source.all_columns == ("A", "B")
    assert read_source(SourceSpec("lb", (file,)), columns=[]).frame.shape == (2, 0)
    assert read_columns(SourceSpec("lb", (file,))) == ["A", "B"]


def test_an_empty_table_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "lb.parquet"
    pq.write_table(pa.table({"A": pa.array([], pa.int64()), "B": pa.array([], pa.string())}), file)
    source = read_source(SourceSpec("lb", (file,)))
    assert source.frame.shape == (0, 2)
    assert [finding.rule for finding in source.findings] == ["empty-source"]


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "lb.parquet"
    pq.write_table(pa.table({"A": ["1"]}), file)
    whole = file.read_bytes()
    for data in (b"PAR1 no", whole[:-10], whole[:20]):
        file.write_bytes(data)
        with pytest.raises(InputError, match=r"lb\.parquet"):
            read_source(SourceSpec("lb", (file,)))
