"""Small datasets for the tests of checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from converters import columns
from converters.dataset import Dataset, Metadata, UsedCodelist, Variable

Make = Callable[..., Dataset]


def make_dataset(
    name: str,
    data: Mapping[str, Sequence[Any]],
    *,
    keys: Sequence[str] = (),
    codelists: Mapping[str, UsedCodelist] | None = None,
    variables: Mapping[str, Mapping[str, Any]] | None = None,
    trace: Mapping[str, Sequence[Any]] | None = None,
    **metadata: Any,
) -> Dataset:
    """A dataset of columns: lists of text and None, or of numbers (a column of None is text)."""
    frame = pd.DataFrame({item: _column(values) for item, values in data.items()})
    described = tuple(
        Variable(
            **{
                "name": item,
                "label": item,
                "kind": "Num" if columns.is_number(frame[item]) else "Char",
                "codelist": (codelists or {}).get(item),
                **(variables or {}).get(item, {}),
            }
        )
        for item in data
    )
    settings = {"label": name, "dataset_class": "EVENTS", "structure": "", **metadata}
    return Dataset(
        Metadata(name=name, keys=tuple(keys), variables=described, **settings),
        frame,
        pd.DataFrame(trace or {}),
    )


def _column(values: Sequence[Any]) -> pd.Series:
    if any(isinstance(value, (int, float)) for value in values):
        return pd.Series([np.nan if value is None else float(value) for value in values])
    return columns.text(values)


@pytest.fixture(scope="session")
def make() -> Make:
    """``make_dataset`` for tests."""
    return make_dataset
