"""Where each variable comes from and what uses it, as far as the file says."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from converters.define.elements import ItemDef, ItemGroupDef, ItemRef, MethodDef, WhereClauseRef
from converters.define.index import Index
from converters.define.page.anchors import Anchors
from converters.define.page.links import Link
from converters.define.page.words import label, names_in

_PREDECESSOR = re.compile(r"\b([A-Z][A-Z0-9_]*)\.([A-Z_][A-Z0-9_]*)\b")


@dataclass(slots=True)
class Lineage:
    """The sources of a variable and its uses: links without repetition, in the file's order."""

    sources: dict[str, Link] = field(default_factory=dict)
    derived: dict[str, Link] = field(default_factory=dict)
    conditions: dict[str, Link] = field(default_factory=dict)
    results: dict[str, Link] = field(default_factory=dict)

    @property
    def uses(self) -> int:
        """How many uses."""
        return len(self.derived) + len(self.conditions) + len(self.results)


class Lineages:
    """The lineage of each variable by the href of its row, and the names a text can link to."""

    def __init__(self, index: Index, anchors: Anchors) -> None:
        """Follows every variable, method, condition and analysis of the file."""
        self._index = index
        self._anchors = anchors
        self.of: dict[str, Lineage] = {}
        #: What the names in a text about a dataset lead to: its variables, and ``ADSL.AGE``.
        self.names: dict[int, Mapping[str, str]] = {}
        everywhere = dict(self._everywhere())
        for group in index.metadata.item_groups:
            own = {
                (item.name or ""): anchors.to_item(item.oid, group.oid)
                for _, item in index.variables(group)
            }
            self.names[id(group)] = ChainMap(own, everywhere)
        for group in index.metadata.item_groups:
            for ref, item in index.variables(group):
                self._variable(group, ref, item)
        self._analyses()

    def links(self, group: ItemGroupDef | None) -> Mapping[str, str]:
        """The names that a text about the dataset can link to."""
        return self.names.get(id(group), {})

    def _everywhere(self) -> Iterator[tuple[str, str]]:
        for group in self._index.metadata.item_groups:
            for _, item in self._index.variables(group):
                name = f"{group.name}.{item.name}"
                yield name, self._anchors.to_item(item.oid, group.oid)

    def _variable(self, group: ItemGroupDef, ref: ItemRef, item: ItemDef) -> None:
        here = self._anchors.to(ref)
        name = Link(f"{group.name}.{item.name}", here)
        self._sources(group, here, name, ref, item)
        for value_ref, value in self._index.value_level(item):
            self._sources(group, here, name, value_ref, value)
            self._conditions(group, value_ref.where_clauses, f"value level of {name.text}", here)

    def _sources(
        self, group: ItemGroupDef, here: str, name: Link, ref: ItemRef, item: ItemDef
    ) -> None:
        links = self.links(group)
        method = self._index.methods.get(ref.method_oid or "")
        named = names_in(method_text(method), links) if method else ()
        for text in (*named, *predecessors(item)):
            there = links.get(text)
            if there and there != here:
                source = text if "." in text else f"{group.name}.{text}"
                self._at(here).sources.setdefault(there, Link(source, there))
                self._at(there).derived.setdefault(here, name)

    def _conditions(
        self, group: ItemGroupDef | None, refs: tuple[WhereClauseRef, ...], text: str, href: str
    ) -> None:
        group_oid = group.oid if group else None
        for ref in refs:
            where = self._index.where_clauses.get(ref.where_clause_oid or "")
            for check in where.checks if where else ():
                there = self._anchors.to_item(check.item_oid, group_oid)
                if there:
                    self._at(there).conditions.setdefault(href, Link(text, href))

    def _analyses(self) -> None:
        for display, result, dataset in self._index.analysis_datasets():
            href = self._anchors.to(result)
            words = str(label(result.description)) or result.oid or ""
            link = Link(f"{display.name or display.oid}: {words}", href)
            for variable in dataset.variables:
                there = self._anchors.to_item(variable.item_oid, dataset.item_group_oid)
                if there:
                    self._at(there).results.setdefault(href, link)
            group = self._index.item_groups.get(dataset.item_group_oid or "")
            refs = (dataset.where_clause,) if dataset.where_clause else ()
            self._conditions(group, refs, f"records of {link.text}", href)

    def _at(self, href: str) -> Lineage:
        return self.of.setdefault(href, Lineage())


def method_text(method: MethodDef) -> str:
    """The words and the expressions of a method."""
    expressions = " ".join(expression.text for expression in method.expressions)
    return f"{label(method.description)} {expressions}"


def predecessors(item: ItemDef) -> tuple[str, ...]:
    """The variables that an item's origins call its predecessors (``DM.AGE``)."""
    texts = (str(label(origin.description)) for origin in item.origins)
    return tuple(match.group() for text in texts for match in _PREDECESSOR.finditer(text))
