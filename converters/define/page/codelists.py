"""Codelists, dictionaries and standards as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from converters.define.elements import (
    Alias,
    CodeList,
    CodeListItem,
    EnumeratedItem,
    ItemRef,
    Standard,
)
from converters.define.index import Index
from converters.define.page.anchors import Anchors
from converters.define.page.links import Link, inside, safe_href
from converters.define.page.notes import UNDEFINED, Notes, flags, size
from converters.define.page.placing import Findings
from converters.define.page.shapes import CodeListView, StandardView, TermView
from converters.define.page.words import Text, label

_MOST_DIGITS = 10
Ordered = TypeVar("Ordered", ItemRef, CodeListItem | EnumeratedItem)


@dataclass(frozen=True)
class CodeLists:
    """The codelists of a file, and the standards that they are taken from."""

    _index: Index
    _anchors: Anchors
    _findings: Findings
    _notes: Notes

    def views(self) -> Iterator[CodeListView]:
        """Each codelist or dictionary; to be asked when all uses are known."""
        return map(self._code_list, self._index.metadata.code_lists)

    def standards(self) -> Iterator[StandardView]:
        """Each standard."""
        standards = self._index.metadata.standards
        return map(self._standard, standards.standards if standards else ())

    def _code_list(self, code_list: CodeList) -> CodeListView:
        anchor, oid = self._anchors.of(code_list), code_list.oid or ""
        link = Link(code_list.name or oid, inside(anchor))
        terms = tuple(self._term(anchor, term) for term in in_order(code_list.terms))
        external = code_list.external
        return CodeListView(
            anchor=anchor,
            oid=oid,
            name=code_list.name or oid or "(no name)",
            description=label(code_list.description),
            type=code_list.data_type or "",
            code=alias(code_list.aliases, "nci:ExtCodeID"),
            sas_format=code_list.sas_format_name or "",
            standard=standard_link(self._index, self._anchors, code_list.standard_oid),
            flags=flags(code_list.is_non_standard, None),
            comment=self._notes.comment(code_list.comment_oid, link),
            dictionary=(
                (
                    external.dictionary or "",
                    external.version or "",
                    Link(external.ref or external.href or "", safe_href(external.href)),
                )
                if external
                else None
            ),
            terms=terms,
            has_decodes=any(term.decode for term in terms),
            has_ranks=any(term.rank for term in terms),
            has_descriptions=any(term.description for term in terms),
            used_by=self._notes.users("codelist", oid),
            datasets=self._notes.datasets("codelist", oid),
            size=size(len(terms)),
            findings=self._findings.at(anchor),
        )

    def _term(self, anchor: str, term: CodeListItem | EnumeratedItem) -> TermView:
        return TermView(
            anchor=self._anchors.claim(f"{anchor}/{term.coded_value or ''}"),
            value=term.coded_value or "",
            decode=label(term.decode) if isinstance(term, CodeListItem) else Text(),
            description=label(term.descriptions[0]) if term.descriptions else Text(),
            code=alias(term.aliases, "nci:ExtCodeID"),
            rank=term.rank or "",
            extended=term.extended_value == "Yes",
        )

    def _standard(self, standard: Standard) -> StandardView:
        anchor = self._anchors.of(standard)
        return StandardView(
            anchor=anchor,
            name=standard.name or standard.oid or "",
            type=standard.type or "",
            publishing_set=standard.publishing_set or "",
            version=standard.version or "",
            status=standard.status or "",
            comment=self._notes.comment(
                standard.comment_oid, Link(standard_name(standard), inside(anchor))
            ),
            findings=self._findings.at(anchor),
        )


def standard_link(index: Index, anchors: Anchors, oid: str | None) -> Link:
    """The standard that something belongs to; an empty text where none is named."""
    if oid is None:
        return Link("")
    standard = index.standards.get(oid)
    if standard is None:
        return Link(f"{oid} ({UNDEFINED})")
    return Link(standard_name(standard), anchors.to(standard))


def standard_name(standard: Standard) -> str:
    """Name, publishing set and version."""
    parts = (standard.name, standard.publishing_set, standard.version)
    return " ".join(part for part in parts if part) or standard.oid or ""


def in_order(items: Sequence[Ordered]) -> list[Ordered]:
    """By OrderNumber where all have one, else as in the file."""
    if all(item.order_number for item in items):
        return sorted(items, key=lambda item: number(item.order_number or ""))
    return list(items)


def number(text: str) -> int:
    """The whole number that the text is; what is none comes behind all that are."""
    digits = text.strip()
    return int(digits) if digits.isdecimal() and len(digits) < _MOST_DIGITS else 10**_MOST_DIGITS


def alias(aliases: Iterable[Alias], context: str) -> str:
    """The name in that context, such as an NCI code; nothing where there is none."""
    return next((item.name or "" for item in aliases if item.context == context), "")
