"""The definitions of a define.xml by OID, and who refers to each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from converters.define.elements import (
    AnalysisDataset,
    AnalysisResult,
    CodeList,
    CommentDef,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    Leaf,
    MetaDataVersion,
    MethodDef,
    Odm,
    ResultDisplay,
    Standard,
    ValueListDef,
    WhereClauseDef,
)


class _HasOid(Protocol):
    @property
    def oid(self) -> str | None: ...


D = TypeVar("D", bound=_HasOid)


@dataclass(frozen=True)
class Use:
    """A place where an item stands: at ``ref`` in a dataset, or in a value list.

    ``group`` and ``parent`` are the dataset and the variable that the value list belongs to; they
    are None where no variable refers to the list.
    """

    ref: ItemRef
    group: ItemGroupDef | None
    value_list: ValueListDef | None = None
    parent: ItemDef | None = None


@dataclass(frozen=True)
class Index:
    """Definitions by OID: the first of each OID, in the order of the file.

    ``uses`` are the places of each item by its OID.
    """

    odm: Odm
    metadata: MetaDataVersion
    standards: Mapping[str, Standard]
    value_lists: Mapping[str, ValueListDef]
    where_clauses: Mapping[str, WhereClauseDef]
    item_groups: Mapping[str, ItemGroupDef]
    items: Mapping[str, ItemDef]
    code_lists: Mapping[str, CodeList]
    methods: Mapping[str, MethodDef]
    comments: Mapping[str, CommentDef]
    leaves: Mapping[str, Leaf]
    uses: Mapping[str, tuple[Use, ...]]

    def variables(self, group: ItemGroupDef) -> Iterator[tuple[ItemRef, ItemDef]]:
        """The variables of a dataset in the order of the file; undefined ones left out."""
        return _defined(group.items, self.items)

    def value_level(self, item: ItemDef) -> Iterator[tuple[ItemRef, ItemDef]]:
        """The value level of a variable; nothing where it has none."""
        oid = item.value_list_ref.value_list_oid if item.value_list_ref else None
        values = self.value_lists.get(oid or "")
        return _defined(values.items if values else (), self.items)

    def code_list(self, item: ItemDef) -> CodeList | None:
        """The codelist of a variable, if it has one that is defined."""
        oid = item.code_list_ref.code_list_oid if item.code_list_ref else None
        return self.code_lists.get(oid or "")

    def groups_of(self, item: ItemDef) -> tuple[ItemGroupDef, ...]:
        """The datasets that the item stands in, itself or by a value list."""
        found = {use.group.oid: use.group for use in self.uses.get(item.oid or "", ()) if use.group}
        return tuple(found.values())

    def results(self) -> Iterator[tuple[ResultDisplay, AnalysisResult]]:
        """The analysis results with their displays."""
        for display in self.metadata.displays.displays if self.metadata.displays else ():
            for result in display.results:
                yield display, result

    def analysis_datasets(self) -> Iterator[tuple[ResultDisplay, AnalysisResult, AnalysisDataset]]:
        """The datasets of analysis results."""
        for display, result in self.results():
            for dataset in result.datasets.datasets if result.datasets else ():
                yield display, result, dataset


def index(odm: Odm) -> Index:
    """The index of a file."""
    metadata = odm.metadata
    leaves = [*metadata.leaves, *(group.leaf for group in metadata.item_groups if group.leaf)]
    items = by_oid(metadata.items)
    value_lists = by_oid(metadata.value_lists)
    return Index(
        odm=odm,
        metadata=metadata,
        standards=by_oid(metadata.standards.standards if metadata.standards else ()),
        value_lists=value_lists,
        where_clauses=by_oid(metadata.where_clauses),
        item_groups=by_oid(metadata.item_groups),
        items=items,
        code_lists=by_oid(metadata.code_lists),
        methods=by_oid(metadata.methods),
        comments=by_oid(metadata.comments),
        leaves={leaf.id or "": leaf for leaf in reversed(leaves)},
        uses=_uses(metadata, items, value_lists),
    )


def by_oid(definitions: Iterable[D]) -> dict[str, D]:
    """The definitions by OID, the first of each."""
    found: dict[str, D] = {}
    for definition in definitions:
        found.setdefault(definition.oid or "", definition)
    return found


def _defined(
    refs: Iterable[ItemRef], items: Mapping[str, ItemDef]
) -> Iterator[tuple[ItemRef, ItemDef]]:
    for ref in refs:
        item = items.get(ref.item_oid or "")
        if item is not None:
            yield ref, item


def _uses(
    metadata: MetaDataVersion,
    items: Mapping[str, ItemDef],
    value_lists: Mapping[str, ValueListDef],
) -> dict[str, tuple[Use, ...]]:
    found: dict[str, list[Use]] = {}
    used: set[str] = set()
    for group in metadata.item_groups:
        for ref in group.items:
            found.setdefault(ref.item_oid or "", []).append(Use(ref, group))
            item = items.get(ref.item_oid or "")
            oid = (item.value_list_ref.value_list_oid if item and item.value_list_ref else "") or ""
            values = value_lists.get(oid)
            for value in values.items if values else ():
                used.add(oid)
                use = Use(value, group, values, item)
                found.setdefault(value.item_oid or "", []).append(use)
    for oid, values in value_lists.items():
        for value in () if oid in used else values.items:
            found.setdefault(value.item_oid or "", []).append(Use(value, None, values))
    return {oid: tuple(uses) for oid, uses in found.items()}
