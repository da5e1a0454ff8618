"""A small maker of datasets, and where the data by others are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from converters import columns
from converters.dataset import Dataset, Metadata, Variable

Maker = Callable[..., Dataset]


def _make(*variables: tuple[Variable, list[Any]], name: str = "AE", label: str = "") -> Dataset:
    frame = {
        variable.name: columns.text(values)
        if variable.kind == "Char"
        else pd.Series(values, dtype="float64")
        for variable, values in variables
    }
    metadata = Metadata(name, label, "", "", (), tuple(variable for variable, _ in variables))
    return Dataset(metadata, pd.DataFrame(frame))


@pytest.fixture
def make() -> Maker:
    """Datasets from (variable, values) pairs."""
    return _make


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data by others; the test is skipped where it is absent."""
    folder = Path(__file__).parents[4] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"data by others are not at {folder}")
    return folder
