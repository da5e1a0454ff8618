"""How records of several datasets belong together, where nobody said it."""

from __future__ import annotations

from collections.abc import Sequence

from converters.dataset import AnalysisResult, Comment, Condition, Metadata


def joined(datasets: Sequence[Metadata]) -> Comment | None:
    """The join by the keys of one of the datasets that the others have; None if there are none."""
    names = [{variable.name for variable in item.variables} for item in datasets]
    for item in datasets:
        if item.keys and all(set(item.keys) <= known for known in names):
            every = " and ".join(other.name for other in datasets)
            return Comment(f"Records of {every} belong together by {', '.join(item.keys)}.")
    return None


def others(dataset: str, conditions: Sequence[Condition]) -> list[str]:
    """The other datasets that conditions on records of ``dataset`` are on."""
    found = dict.fromkeys(item.dataset for item in conditions)
    return [name for name in found if name not in ("", dataset)]


def read_by(result: AnalysisResult) -> list[str]:
    """The datasets that a result reads, or that its conditions are on."""
    names = dict.fromkeys(item.dataset for item in result.data)
    for item in result.data:
        names |= dict.fromkeys(others(item.dataset, item.where))
    return list(names)
