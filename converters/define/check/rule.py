"""What a check of define.xml says: a finding at a place of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from converters.define.binding import Node
from converters.define.elements import ItemDef, ItemGroupDef
from converters.define.index import Index
from converters.findings import Finding, Severity


@dataclass(frozen=True)
class Place:
    """Where in the file: the line, the OID of the definition, the dataset and the variable."""

    line: int = 0
    oid: str = ""
    dataset: str = ""
    variable: str = ""


@dataclass(frozen=True)
class Rule:
    """A check's name, how grave a breach is, and the published rules that it corresponds to."""

    name: str
    severity: Severity
    published: tuple[str, ...] = ()

    def at(self, place: Place, message: str, value: str | None = None) -> Finding:
        """The finding: ``message`` begins with a small letter and is told behind the line."""
        return Finding(
            self.name,
            self.severity,
            f"line {place.line}: {message}" if place.line else message,
            dataset=place.dataset,
            variable=place.variable,
            value=value,
            keys={"OID": place.oid} if place.oid else {},
            published=self.published,
        )


#: A check: the findings on a file.
Check = Callable[[Index], Iterator[Finding]]


def at_definition(node: Node, oid: str | None) -> Place:
    """The place of a definition that belongs to no dataset: a codelist, a method, a comment."""
    return Place(node.line, oid or "")


def at_group(group: ItemGroupDef) -> Place:
    """The place of a dataset."""
    return Place(group.line, group.oid or "", group.name or "")


def at_item(index: Index, item: ItemDef, node: Node | None = None) -> Place:
    """The place of an item, or of ``node`` in it: with the first dataset that it stands in.

    The variable of a value-level item is the one that the value list belongs to.
    """
    use = next((use for use in index.uses.get(item.oid or "", ()) if use.group), None)
    group = use.group if use else None
    owner = use.parent if use and use.parent else item
    line = (node or item).line
    return Place(line, item.oid or "", (group.name or "") if group else "", owner.name or "")
