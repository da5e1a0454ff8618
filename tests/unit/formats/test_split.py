"""Parts of a dataset that is too large for one transport file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import columns
from converters.dataset import Dataset, Metadata, Variable
from converters.formats.split import split_dataset
from converters.formats.xpt import write_xpt

Maker = Callable[..., Dataset]
WHEN = datetime(2024, 2, 29)
SUBJECT = Variable("USUBJID", "Subject", "Char", length=10)
CATEGORY = Variable("LBCAT", "Category", "Char", length=10)
SEQ = Variable("LBSEQ", "Sequence Number", "Num", "integer", length=8)


def laboratory(make: Maker, sizes: dict[str, dict[str, int]]) -> Dataset:
    """Records by subject and category."""
    subjects = [s for s, found in sizes.items() for n in found.values() for _ in range(n)]
    categories = [c for found in sizes.values() for c, n in found.items() for _ in range(n)]
    numbers = list(range(len(subjects)))
    return make((SUBJECT, subjects), (CATEGORY, categories), (SEQ, numbers), name="LB", label="Lab")


def size(make: Maker, rows: int, tmp_path: Path) -> int:
    write_xpt(laboratory(make, {"a": {"x": rows}}), tmp_path / "lb.xpt", created=WHEN)
    return (tmp_path / "lb.xpt").stat().st_size


def test_a_dataset_that_fits_is_not_split(make: Maker, tmp_path: Path) -> None:
    dataset = laboratory(make, {"a": {"x": 100}})
    limit = size(make, 100, tmp_path)
    assert split_dataset(dataset, limit=limit) == []
    assert len(split_dataset(dataset, limit=limit - 1)) == 2


@pytest.mark.parametrize(
    ("sizes", "by", "expected"),
    [
        # categories stay together, in alphabetical order
        ({"a": {"HEM": 30, "CHEM": 30}, "b": {"HEM": 10, "CHEM": 15}},
         "LBCAT", [(45, ("CHEM",)), (40, ("HEM",))]),
        # as many as a part holds
        ({"a": {"A": 20, "B": 20, "C": 20}}, "LBCAT", [(40, ("A", "B")), (20, ("C",))]),
        # a category that is too large is split between subjects
        ({"a": {"A": 30, "B": 5}, "b": {"A": 30}}, "LBCAT",
         [(30, ("A",)), (30, ("A",)), (5, ("B",))]),
        # without a variable: between subjects
        ({"a": {"A": 30}, "b": {"A": 30}, "c": {"A": 10}}, "", [(30, ()), (40, ())]),
        # a subject that is too large is split between records
        ({"a": {"A": 70}, "b": {"A": 10}}, "", [(51, ()), (29, ())]),
    ],
)  # fmt: skip
def test_parts_hold_what_belongs_together(
    make: Maker,
    tmp_path: Path,
    sizes: dict[str, dict[str, int]],
    by: str,
    expected: list[tuple[int, tuple[str, ...]]],
) -> None:
    parts = split_dataset(laboratory(make, sizes), by, size(make, 50, tmp_path))
    assert [(len(part.rows), part.values) for part in parts] == expected
    assert [part.name for part in parts] == [f"LB{n + 1}" for n in range(len(parts))]


def test_a_part_is_a_dataset_of_exactly_the_size_foretold(make: Maker, tmp_path: Path) -> None:
    dataset = laboratory(make, {"a": {"x": 70}, "b": {"y": 60}})
    for part in split_dataset(dataset, limit=size(make, 50, tmp_path)):
        path = tmp_path / f"{part.name}.xpt"
        write_xpt(part.of(dataset), path, created=WHEN)
        assert path.stat().st_size == part.bytes <= size(make, 50, tmp_path)
        assert part.of(dataset).metadata.label == "Lab"


def test_a_long_name_leaves_room_for_the_number(make: Maker, tmp_path: Path) -> None:
    dataset = make((SEQ, list(range(800))), name="ADLBCHEM")
    names = [part.name for part in split_dataset(dataset, limit=1_500)]
    assert len(names) > 9
    assert all(len(name) <= 8 and name.startswith("ADLBCH") for name in names)
    assert len(set(names)) == len(names)


def test_a_limit_below_one_record_is_refused(make: Maker) -> None:
    with pytest.raises(ValueError, match="do not hold the headers and one record of LB"):
        split_dataset(laboratory(make, {"a": {"x": 9}}), limit=100)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", None])), max_size=80),
    st.integers(1, 30),
    st.sampled_from(["", "LBCAT"]),
)
def test_every_record_is_in_one_part_and_in_its_order(
    records: list[tuple[str, str | None]], most: int, by: str
) -> None:
    records = sorted(records, key=lambda item: item[0])
    dataset = Dataset(
        Metadata("LB", "", "", "", (), (SUBJECT, CATEGORY)),
        pd.DataFrame(
            {
                "USUBJID": columns.text(r[0] for r in records),
                "LBCAT": columns.text(r[1] for r in records),
            }
        ),
    )
    limit = 80 * 8 + 80 * 4 + 80 + -(-most * 20 // 80) * 80
    parts = split_dataset(dataset, by, limit)
    if parts:
        rows = np.concatenate([part.rows for part in parts])
        assert sorted(rows.tolist()) == list(range(len(records)))
    for part in parts:
        assert part.bytes <= limit
        assert (np.diff(part.rows) > 0).all()
