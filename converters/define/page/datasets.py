"""Datasets, their variables and the value level of these, as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from converters.define.elements import ItemDef, ItemGroupDef, ItemRef, Leaf, Origin
from converters.define.index import Index
from converters.define.page.anchors import Anchors
from converters.define.page.codelists import alias, in_order, number, standard_link
from converters.define.page.lineage import Lineages
from converters.define.page.links import Link, inside, safe_href
from converters.define.page.notes import UNDEFINED, Notes, flags, size
from converters.define.page.placing import Findings
from converters.define.page.shapes import DatasetView, Note, OriginView, Row, Terms
from converters.define.page.words import WhereWords, label, linked

_PREVIEW_TERMS, _PREVIEW_LENGTH = 4, 40
_ISO_8601 = frozenset(
    (
        "date",
        "time",
        "datetime",
        "partialDate",
        "partialTime",
        "partialDatetime",
        "incompleteDate",
        "incompleteTime",
        "incompleteDatetime",
        "durationDatetime",
        "intervalDatetime",
    )
)
_ORIGIN_WORDS = {"eDT": "eDT (electronic data transfer)"}


@dataclass(frozen=True)
class Datasets:
    """The datasets of a file, in the file's order."""

    _index: Index
    _anchors: Anchors
    _where: WhereWords
    _lineages: Lineages
    _findings: Findings
    _notes: Notes
    _panels: Iterator[int] = field(default_factory=lambda: count(1))

    def views(self) -> Iterator[DatasetView]:
        """Each dataset."""
        for position, group in enumerate(self._index.metadata.item_groups):
            yield self._dataset(position, group)

    def _dataset(self, position: int, group: ItemGroupDef) -> DatasetView:
        anchor = self._anchors.of(group)
        here = Link(group.name or anchor, inside(anchor))
        rows = tuple(self._variable(group, ref) for ref in in_order(group.items))
        return DatasetView(
            anchor=anchor,
            number=position,
            oid=group.oid or "",
            name=group.name or group.oid or "(no name)",
            label=label(group.description),
            domain_description=alias(group.aliases, "DomainDescription"),
            domain=group.domain or "",
            class_name=_class(group),
            structure=group.structure or "",
            purpose=group.purpose or "",
            repeating=group.repeating or "",
            reference=group.is_reference_data or "",
            sas_name=_if_other(group.sas_dataset_name, group.name),
            keys=tuple(_keys(rows)),
            standard=standard_link(self._index, self._anchors, group.standard_oid),
            flags=flags(group.is_non_standard, group.has_no_data),
            comment=self._notes.comment(group.comment_oid, here, group),
            location=_location(group, self._index.leaves),
            rows=rows,
            size=size(len(rows)),
            findings=self._findings.at(anchor),
        )

    def _variable(self, group: ItemGroupDef, ref: ItemRef) -> Row:
        item = self._index.items.get(ref.item_oid or "")
        anchor = self._anchors.of(ref)
        row = self._row(group, ref, item, anchor, "variable")
        row.lineage = self._lineages.of.get(inside(anchor))
        if item is not None and item.value_list_ref is not None:
            self._value_level(group, ref, item, row)
        return row

    def _value_level(self, group: ItemGroupDef, ref: ItemRef, item: ItemDef, row: Row) -> None:
        """Adds what the file says of the variable's values under conditions."""
        oid = (item.value_list_ref.value_list_oid if item.value_list_ref else None) or ""
        values = self._index.value_lists.get(oid)
        if values is None:
            row.flags = (*row.flags, f"value level {oid} {UNDEFINED}")
            return
        row.values_note = label(values.description)
        row.values = tuple(
            self._value(group, ref, row.name, below) for below in in_order(values.items)
        )
        if row.values:
            row.panel = self._anchors.claim(f"values-{next(self._panels)}")

    def _value(self, group: ItemGroupDef, ref: ItemRef, name: str, below: ItemRef) -> Row:
        item = self._index.items.get(below.item_oid or "")
        row = self._row(group, below, item, self._anchors.of_value(ref, below), "value")
        row.name = name
        row.wheres = tuple(
            self._where.of(where.where_clause_oid, group) for where in below.where_clauses
        )
        here = Link(f"{group.name}.{name}", inside(row.anchor))
        row.where_comments = tuple(self._where_comments(below, here, group))
        return row

    def _row(
        self, group: ItemGroupDef, ref: ItemRef, item: ItemDef | None, anchor: str, kind: str
    ) -> Row:
        defined = item or ItemDef(oid=ref.item_oid, name=ref.item_oid)
        name = defined.name or ref.item_oid or "(no name)"
        here = Link(f"{group.name}.{name}", inside(anchor))
        role_list = self._index.code_lists.get(ref.role_code_list_oid or "")
        if role_list is not None:
            self._notes.use("codelist", ref.role_code_list_oid, here, group)
        marks = flags(ref.is_non_standard, ref.has_no_data)
        return Row(
            anchor=anchor,
            kind=kind,
            oid=defined.oid or "",
            order=ref.order_number or "",
            name=name,
            label=label(defined.description),
            flags=marks if item else (*marks, UNDEFINED),
            key=ref.key_sequence or "",
            mandatory=ref.mandatory or "",
            role=Link(ref.role or "", self._anchors.to(role_list)),
            sas_name=_if_other(defined.sas_field_name, defined.name),
            type=defined.data_type or "",
            length=_length(defined),
            format=defined.display_format or "",
            terms=self._terms(defined, here, group),
            iso=defined.data_type in _ISO_8601,
            origins=tuple(self._origin(origin, group) for origin in defined.origins),
            method=self._notes.method(ref.method_oid, here, group),
            comment=self._notes.comment(defined.comment_oid, here, group),
            findings=self._findings.at(anchor),
        )

    def _where_comments(self, ref: ItemRef, here: Link, group: ItemGroupDef) -> Iterator[Note]:
        for where in ref.where_clauses:
            defined = self._index.where_clauses.get(where.where_clause_oid or "")
            note = self._notes.comment(defined.comment_oid, here, group) if defined else None
            if note:
                yield note

    def _origin(self, origin: Origin, group: ItemGroupDef) -> OriginView:
        words = _ORIGIN_WORDS.get(origin.type or "", origin.type or "no type")
        if origin.source:
            words = f"{words} · {origin.source}"
        text = linked(label(origin.description), self._lineages.links(group))
        return OriginView(words, text, self._notes.documents(origin.documents))

    def _terms(self, item: ItemDef, here: Link, group: ItemGroupDef) -> Terms | None:
        if item.code_list_ref is None:
            return None
        oid = item.code_list_ref.code_list_oid or ""
        code_list = self._index.code_lists.get(oid)
        if code_list is None:
            return Terms(Link(f"{oid} ({UNDEFINED})"), 0, "", False)
        self._notes.use("codelist", oid, here, group)
        link = Link(code_list.name or oid, self._anchors.to(code_list))
        values = [term.coded_value or "" for term in in_order(code_list.terms)]
        preview = ", ".join(values)
        few = len(values) <= _PREVIEW_TERMS and len(preview) <= _PREVIEW_LENGTH
        return Terms(link, len(values), preview if few else "", code_list.external is not None)


def _keys(rows: Iterable[Row]) -> Iterator[Link]:
    keys = sorted((row for row in rows if row.key), key=lambda row: number(row.key))
    return (Link(row.name, inside(row.anchor)) for row in keys)


def _class(group: ItemGroupDef) -> str:
    if group.dataset_class is None:
        return group.class_name or ""
    names = (group.dataset_class.name, *(item.name for item in group.dataset_class.subclasses))
    return " / ".join(name for name in names if name)


def _location(group: ItemGroupDef, leaves: Mapping[str, Leaf]) -> Link | None:
    leaf = group.leaf or leaves.get(group.archive_location_id or "")
    if leaf is None:
        return None
    title = leaf.title.text.strip() if leaf.title else ""
    return Link(title or leaf.href or leaf.id or "", safe_href(leaf.href))


def _if_other(name: str | None, than: str | None) -> str:
    return name if name and name != than else ""


def _length(item: ItemDef) -> str:
    digits = f" [{item.significant_digits}]" if item.significant_digits else ""
    return f"{item.length or ''}{digits}".strip()
