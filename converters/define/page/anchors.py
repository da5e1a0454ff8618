"""The ids of the page's elements: OIDs as the file has them, each used once."""

from __future__ import annotations

from collections.abc import Iterable

from converters.define.binding import Node
from converters.define.elements import ItemGroupDef, ItemRef
from converters.define.index import Index
from converters.define.page.links import inside

#: Ids of the page's own elements, which no OID may take.
RESERVED = (
    "main",
    "contents",
    "search",
    "search-results",
    "search-status",
    "filter-dataset",
    "theme",
    "panel",
    "panel-title",
    "study",
    "standards",
    "datasets",
    "results",
    "codelists",
    "dictionaries",
    "methods",
    "comments",
    "documents",
    "unused",
    "findings",
)


class Anchors:
    """Which id each definition has, and the way to it by OID or by name.

    An OID that the file uses twice leads to the first; the others get ``~2``, ``~3`` behind it.
    """

    def __init__(self, index: Index) -> None:
        """Gives every definition of the file its id."""
        self._index = index
        self._taken = set(RESERVED)
        self._nodes: dict[int, str] = {}
        self._values: dict[tuple[int, int], str] = {}
        self._by_name: dict[tuple[str, str], str] = {}
        self._by_oid: dict[tuple[str, str], str] = {}
        self._first: dict[str, str] = {}
        self.leaves: dict[str, str] = {}
        self.wheres: set[str] = set()
        self._claim_all()

    def of(self, node: Node) -> str:
        """The id of a definition's section, or of a variable's row by its ItemRef."""
        return self._nodes[id(node)]

    def of_value(self, variable: ItemRef, value: ItemRef) -> str:
        """The id of a value-level row."""
        return self._values[id(variable), id(value)]

    def to(self, node: Node | None) -> str:
        """The href of a definition; nothing where there is none or it has no section."""
        anchor = self._nodes.get(id(node)) if node is not None else None
        return inside(anchor) if anchor is not None else ""

    def named(self, dataset: str, variable: str = "") -> str:
        """The id of a dataset, or of a variable of it, by name; nothing if there is none."""
        return self._by_name.get((dataset, variable), "")

    def item(self, item_oid: str | None, group_oid: str | None = None) -> str:
        """The id of an item's row in a dataset, or else where it stands first; or nothing."""
        oid = item_oid or ""
        return self._by_oid.get((group_oid or "", oid)) or self._first.get(oid, "")

    def to_item(self, item_oid: str | None, group_oid: str | None = None) -> str:
        """The href of an item's row (see ``item``)."""
        anchor = self.item(item_oid, group_oid)
        return inside(anchor) if anchor else ""

    def claim(self, wanted: str) -> str:
        """The id as wanted, or with a number behind it if it is taken."""
        anchor, number = wanted or "no-oid", 1
        while anchor in self._taken:
            number += 1
            anchor = f"{wanted or 'no-oid'}~{number}"
        self._taken.add(anchor)
        return anchor

    def claim_where(self, oid: str) -> str:
        """The id for the first place of a where-clause; nothing for the places after it."""
        if oid in self.wheres:
            return ""
        self.wheres.add(oid)
        return self.claim(oid)

    def _claim_all(self) -> None:
        metadata = self._index.metadata
        standards = metadata.standards.standards if metadata.standards else ()
        displays = metadata.displays.displays if metadata.displays else ()
        self._definitions(metadata.item_groups)
        for group in metadata.item_groups:
            self._group(group)
        self._definitions(displays)
        for display in displays:
            self._definitions(display.results)
        for definitions in (metadata.code_lists, metadata.methods, metadata.comments, standards):
            self._definitions(definitions)
        for leaf in metadata.leaves:
            anchor = self._nodes[id(leaf)] = self.claim(leaf.id or "")
            self.leaves.setdefault(leaf.id or "", anchor)

    def _definitions(self, definitions: Iterable[Node]) -> None:
        for definition in definitions:
            self._nodes[id(definition)] = self.claim(getattr(definition, "oid", None) or "")

    def _group(self, group: ItemGroupDef) -> None:
        group_oid, dataset = group.oid or "", group.name or ""
        self._by_name.setdefault((dataset, ""), self.of(group))
        for ref in group.items:
            oid = ref.item_oid or ""
            item = self._index.items.get(oid)
            anchor = self._nodes[id(ref)] = self.claim(f"{group_oid}/{oid}")
            self._by_oid.setdefault((group_oid, oid), anchor)
            self._first.setdefault(oid, anchor)
            self._by_name.setdefault((dataset, (item.name if item else "") or oid), anchor)
            list_oid = item.value_list_ref.value_list_oid if item and item.value_list_ref else None
            values = self._index.value_lists.get(list_oid or "")
            for value in values.items if values else ():
                below = self.claim(f"{anchor}/{value.item_oid or ''}")
                self._values[id(ref), id(value)] = below
                self._by_oid.setdefault((group_oid, value.item_oid or ""), below)
                self._first.setdefault(value.item_oid or "", below)
