"""What keeps displays from being written as Analysis Results Metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from converters.dataset import AnalysisResult, Display, Metadata, Package
from converters.define.joins import joined, read_by
from converters.define.problems_dataset import where_problems
from converters.define.problems_words import repeated, unknown


def result_problems(package: Package, datasets: Mapping[str, Metadata]) -> Iterator[str]:
    """What is wrong with the displays of a package and their results."""
    yield from repeated("display", (display.name for display in package.displays))
    for display in package.displays:
        yield from (f"display {display.name}: {text}" for text in _display(display, datasets))


def _display(display: Display, datasets: Mapping[str, Metadata]) -> Iterator[str]:
    yield from _empty(name=display.name, description=display.description)
    if not display.results:
        yield "it has no result"
    yield from repeated("result", (result.name for result in display.results))
    for result in display.results:
        yield from (f"{result.name}: {text}" for text in _result(result, datasets))


def _result(result: AnalysisResult, datasets: Mapping[str, Metadata]) -> Iterator[str]:
    yield from _empty(
        name=result.name,
        description=result.description,
        reason=result.reason,
        purpose=result.purpose,
    )
    if not result.data:
        yield "it reads no dataset"
    if result.code and not result.context:
        yield "its code does not say in which language (context)"
    for data in result.data:
        yield from unknown("dataset", data.dataset, datasets)
        metadata = datasets.get(data.dataset)
        if metadata is not None:
            names = [variable.name for variable in metadata.variables]
            for name in data.variables:
                yield from unknown(f"variable of {data.dataset}", name, names)
            yield from where_problems(metadata, data.where, datasets)
    read = [datasets[name] for name in read_by(result) if name in datasets]
    if len(read) > 1 and not result.join and not joined(read):
        yield f"say how {', '.join(item.name for item in read)} are joined"


def _empty(**texts: str) -> Iterator[str]:
    for what, text in texts.items():
        if not text.strip():
            yield f"its {what} is empty"
