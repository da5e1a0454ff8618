"""Formats chosen by extension."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from converters.dataset import Dataset, Variable
from converters.errors import InputError, OutputError
from converters.formats import EXTENSIONS, read_dataset, write_dataset

Maker = Callable[..., Dataset]
WHEN = datetime(2024, 2, 29, 13, 5, 59)
TERM = Variable("AETERM", "Reported Term", "Char", length=8)
SEQ = Variable("AESEQ", "Sequence Number", "Num", "integer", length=8)


@pytest.mark.parametrize("extension", [*EXTENSIONS, ".XPT"])
def test_every_extension_is_written_and_read(extension: str, make: Maker, tmp_path: Path) -> None:
    path = tmp_path / f"ae{extension}"
    dataset = make((TERM, ["a", None]), (SEQ, [1, 2]), label="Adverse Events")
    assert write_dataset(dataset, path, created=WHEN) == []
    first = path.read_bytes()
    back = read_dataset(path)
    assert back.name == "AE"
    if extension != ".csv":  # for people: names and values only
        assert back.metadata.variables == dataset.metadata.variables
        assert back.metadata.label == "Adverse Events"
    pd.testing.assert_frame_equal(back.frame, dataset.frame)
    write_dataset(back, path, created=WHEN)
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]


def test_another_extension_is_told_with_the_nearest(make: Maker, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"unknown extension '\.xtp' \(did you mean '\.xpt'\?\)"):
        read_dataset(tmp_path / "ae.xtp")
    with pytest.raises(OutputError, match=r"unknown extension ''; known are \.xpt"):
        write_dataset(make((TERM, [])), tmp_path / "ae", created=WHEN)
