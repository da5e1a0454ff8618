"""All elements of a define.xml, each with the place that a finding on it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from converters.define.binding import Node, binding
from converters.define.check.rule import Place, at_definition, at_group, at_item
from converters.define.elements import ItemDef, ItemGroupDef, ItemRef
from converters.define.index import Index


def walk(index: Index) -> Iterator[tuple[Node, Place]]:
    """The elements of the definitions in the order of the schema, each before those in it.

    The place is the element's own line in the nearest definition around it.
    """
    yield from _below(index, index.metadata, at_definition(index.metadata, index.metadata.oid))


def _below(index: Index, node: Node, around: Place) -> Iterator[tuple[Node, Place]]:
    place = _place(index, node, around)
    yield node, place
    for name, _, many in binding(type(node), "2.1").elements:
        value = getattr(node, name)
        for below in value if many else (value,) if value else ():
            yield from _below(index, below, place)


def _place(index: Index, node: Node, around: Place) -> Place:
    if isinstance(node, ItemGroupDef):
        return at_group(node)
    if isinstance(node, ItemDef):
        return at_item(index, node)
    if isinstance(node, ItemRef):
        item = index.items.get(node.item_oid or "")
        if around.dataset and item:
            return replace(around, line=node.line, variable=item.name or "")
        return replace(at_item(index, item), line=node.line) if item else _on(node, around)
    oid = getattr(node, "oid", None)
    return at_definition(node, oid) if oid else _on(node, around)


def _on(node: Node, around: Place) -> Place:
    return replace(around, line=node.line or around.line)


def number(text: str | None) -> int | None:
    """The whole number that an attribute holds; None where it holds none."""
    try:
        return int(text or "")
    except ValueError:
        return None
