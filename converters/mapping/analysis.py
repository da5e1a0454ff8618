"""An analysis spec as objects: an ADaM dataset, its blocks of records, its derivations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from converters.dataset import Comment
from converters.mapping.document import Document, Path_
from converters.mapping.metadata import Level, comment, levels
from converters.mapping.spec import Named, conditions


@dataclass(frozen=True)
class Item:
    """One key of an entry of ``derive``: a variable with its rule, or a step with its arguments."""

    name: str
    args: Any
    path: Path_

    @property
    def is_variable(self) -> bool:
        """Whether the key names a variable, in capitals, and not a step."""
        return self.name == self.name.upper()


@dataclass(frozen=True)
class AnalysisBlock:
    """Records of one source; ``items`` make their variables, ``take`` first."""

    path: Path_
    source: str | None
    where: Named | None
    exclude: tuple[Named, ...]
    reject: tuple[Named, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class AnalysisSpec:
    """An analysis spec: ``items`` work on the records of all blocks together, ``take`` first.

    ``variables`` are attributes by variable, ``dropped`` the variables that are not written;
    ``metadata`` is what is said of variables for define.xml alone, as written.
    """

    name: str
    document: Document
    dataset_class: str
    subclass: str
    label: str
    structure: str
    keys: tuple[str, ...]
    comment: Comment | None
    blocks: tuple[AnalysisBlock, ...]
    items: tuple[Item, ...]
    variables: Mapping[str, Mapping[str, Any]]
    dropped: tuple[str, ...]
    metadata: Mapping[str, Mapping[str, Any]]
    value_level: tuple[Level, ...]


#: What a dataset of a class has one record for, where the spec does not say.
_STRUCTURES = {
    "SUBJECT LEVEL ANALYSIS DATASET": "One record per subject",
    "BASIC DATA STRUCTURE": "One record per subject per parameter per analysis timepoint",
    "OCCURRENCE DATA STRUCTURE": "One record per subject per occurrence",
    "ADAM OTHER": "One record per subject per analysis record",
}


def build_analysis(document: Document) -> AnalysisSpec:
    """The objects of a document that has passed its JSON Schema."""
    data = document.data
    if "records" in data:
        parts = [(item, ("records", i)) for i, item in enumerate(data["records"])]
        blocks = [_block(item, path, tuple(_items(item, path))) for item, path in parts]
    else:
        blocks = [_block(data, (), ())] if "source" in data else []
    return AnalysisSpec(
        name=str(data["dataset"]),
        document=document,
        dataset_class=data["class"],
        subclass=data.get("subclass", ""),
        label=data["label"],
        structure=data.get("structure", _STRUCTURES[data["class"]]),
        keys=tuple(data["keys"]),
        comment=comment(data.get("comment")),
        blocks=tuple(blocks),
        items=tuple(_items(data, ())),
        variables=data.get("variables", {}),
        dropped=tuple(data.get("drop", ())),
        metadata=data.get("metadata", {}),
        value_level=levels(data),
    )


def _block(data: Mapping[str, Any], path: Path_, items: tuple[Item, ...]) -> AnalysisBlock:
    return AnalysisBlock(path, data["source"], *conditions(data, path), items)


def _items(data: Mapping[str, Any], path: Path_) -> Iterator[Item]:
    if "take" in data:
        yield Item("take", data["take"], (*path, "take"))
    for number, entry in enumerate(data.get("derive", ())):
        for name, args in entry.items():
            yield Item(name, args, (*path, "derive", number, name))
