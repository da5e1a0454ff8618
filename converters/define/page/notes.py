"""Methods and comments where they are used and in their sections, and what uses each thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import dedent

from converters.define.elements import CommentDef, DocumentRef, ItemGroupDef, MethodDef
from converters.define.index import Index
from converters.define.page.anchors import Anchors
from converters.define.page.lineage import Lineages
from converters.define.page.links import DocumentLink, Link, documents
from converters.define.page.placing import Findings
from converters.define.page.shapes import Definition, Note
from converters.define.page.words import label, linked

#: What stands behind the OID of something that the file refers to and does not define.
UNDEFINED = "not defined in the file"


class Notes:
    """The notes of a file; whoever shows one says where, so that its section can tell its users."""

    def __init__(
        self, index: Index, anchors: Anchors, lineages: Lineages, findings: Findings
    ) -> None:
        """Knows the file's definitions and what the names in a text can link to."""
        self._index = index
        self._anchors = anchors
        self._lineages = lineages
        self._findings = findings
        self._numbers = {id(group): n for n, group in enumerate(index.metadata.item_groups)}
        self._used_by: dict[tuple[str, str], dict[str, Link]] = {}
        self._used_in: dict[tuple[str, str], list[ItemGroupDef]] = {}
        self._notes: dict[tuple[str, str, int], Note] = {}

    def use(self, kind: str, oid: str | None, here: Link, group: ItemGroupDef | None) -> None:
        """Notes that a definition is used here, for the dataset."""
        key = (kind, oid or "")
        self._used_by.setdefault(key, {}).setdefault(here.href, here)
        if group is not None:
            self._used_in.setdefault(key, []).append(group)

    def users(self, kind: str, oid: str | None) -> tuple[Link, ...]:
        """What uses the definition."""
        return tuple(self._used_by.get((kind, oid or ""), {}).values())

    def datasets(self, kind: str, oid: str | None) -> str:
        """The numbers of the datasets that use the definition."""
        return self.numbers(self._used_in.get((kind, oid or ""), ()))

    def numbers(self, groups: Iterable[ItemGroupDef | None]) -> str:
        """The numbers of datasets, as the filter of the page reads them."""
        found = {self._numbers[id(group)] for group in groups if group is not None}
        return " ".join(map(str, sorted(found)))

    def documents(self, refs: Iterable[DocumentRef]) -> tuple[DocumentLink, ...]:
        """What references to documents say."""
        return documents(self._index, refs, self._anchors.leaves)

    def method(self, oid: str | None, here: Link, group: ItemGroupDef) -> Note | None:
        """The method used here, if any."""
        return self._shown("method", oid, here, group)

    def comment(
        self, oid: str | None, here: Link, group: ItemGroupDef | None = None
    ) -> Note | None:
        """The comment made here, if any."""
        return self._shown("comment", oid, here, group)

    def sections(self) -> tuple[tuple[Definition, ...], tuple[Definition, ...]]:
        """The sections of methods and of comments; to be asked when all uses are known."""
        metadata = self._index.metadata
        methods = tuple(self._section("method", item, item.name) for item in metadata.methods)
        return methods, tuple(self._section("comment", item, None) for item in metadata.comments)

    def _defined(self, kind: str) -> Mapping[str, MethodDef | CommentDef]:
        return self._index.methods if kind == "method" else self._index.comments

    def _shown(
        self, kind: str, oid: str | None, here: Link, group: ItemGroupDef | None
    ) -> Note | None:
        if oid is None:
            return None
        self.use(kind, oid, here, group)
        key = (kind, oid, id(group))
        if key not in self._notes:
            self._notes[key] = self._note(oid, self._defined(kind).get(oid), group)
        return self._notes[key]

    def _note(
        self, oid: str, definition: MethodDef | CommentDef | None, group: ItemGroupDef | None
    ) -> Note:
        """A definition's words, with the variables of the dataset they are told in as links."""
        if definition is None:
            return Note(Link(f"{oid or 'no OID'} ({UNDEFINED})"), defined=False)
        words = linked(label(definition.description), self._lineages.links(group))
        found = self.documents(definition.documents)
        href = self._anchors.to(definition)
        if isinstance(definition, CommentDef):
            return Note(Link(oid, href), "", words, (), found)
        expressions = tuple(
            (expression.context or "", dedent(expression.text).strip())
            for expression in definition.expressions
        )
        name = definition.name or oid
        return Note(Link(name, href), definition.type or "", words, expressions, found)

    def _section(
        self, kind: str, definition: MethodDef | CommentDef, name: str | None
    ) -> Definition:
        oid = definition.oid or ""
        anchor = self._anchors.of(definition)
        first = self._defined(kind).get(oid) is definition
        groups = self._used_in.get((kind, oid)) if first else None
        return Definition(
            anchor=anchor,
            oid=oid,
            name=name or oid or "(no name)",
            note=self._note(oid, definition, groups[0] if groups else None),
            used_by=self.users(kind, oid) if first else (),
            datasets=self.datasets(kind, oid) if first else "",
            findings=self._findings.at(anchor),
        )


def flags(is_non_standard: str | None, has_no_data: str | None) -> tuple[str, ...]:
    """The marks of a dataset, variable or codelist."""
    marks = (("non-standard", is_non_standard), ("no data", has_no_data))
    return tuple(word for word, value in marks if value == "Yes")


def size(rows: int) -> int:
    """How high a section will be, as a power of two of rows: room for it before it is drawn."""
    return min(max(rows, 1).bit_length(), 10)
