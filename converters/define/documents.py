"""The documents of a package, and references to their pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from converters.dataset import Document, Metadata, Package, Reference, Variable
from converters.define.elements import DocumentRef, Leaf, PdfPageRef, Title
from converters.define.oids import Oids

_CRF = Document("Annotated CRF", "acrf.pdf", "Annotated CRF")
#: A range of pages, ``7-9``.
PAGE_RANGE = re.compile(r"(\d+)-(\d+)")

_NOT_ID = re.compile(r"[^A-Za-z0-9_.-]+")


def documents_of(package: Package) -> tuple[Document, ...]:
    """The documents; pages without a declared annotated CRF are those of ``acrf.pdf``."""
    declared = package.documents
    if any(item.kind == "Annotated CRF" for item in declared) or not _has_pages(package):
        return declared
    return (_CRF, *declared)


def by_name(documents: Iterable[Document]) -> dict[str, Document]:
    """What a ``Reference`` may call each document: its name, or its title."""
    found = {item.title: item for item in reversed(tuple(documents))}
    return {**found, **{item.name: item for item in documents if item.name}}


def variables_of(metadata: Metadata) -> tuple[Variable, ...]:
    """The variables of a dataset and those that its value level describes."""
    return (*metadata.variables, *(level.definition for level in metadata.value_level))


def _has_pages(package: Package) -> bool:
    return any(
        variable.origin is not None and variable.origin.pages
        for dataset in package.datasets.values()
        for variable in variables_of(dataset.metadata)
    )


class Documents:
    """The leaves of a package's documents."""

    def __init__(self, package: Package, oids: Oids) -> None:
        """Claims the ID of each leaf: ``LF.csdrg`` for ``docs/csdrg.pdf``."""
        documents = documents_of(package)
        self._leaves = {
            item: oids.claim("LF." + _NOT_ID.sub("_", PurePosixPath(item.href).stem))
            for item in documents
        }
        self._named = by_name(documents)

    def leaves(self) -> tuple[Leaf, ...]:
        """The files."""
        return tuple(
            Leaf(id=leaf, href=item.href, title=Title(text=item.title))
            for item, leaf in self._leaves.items()
        )

    def of_kind(self, kind: str) -> tuple[DocumentRef, ...]:
        """References to the documents of a kind, as a whole."""
        return tuple(
            DocumentRef(leaf_id=leaf) for item, leaf in self._leaves.items() if item.kind == kind
        )

    def crf(self, pages: tuple[str, ...]) -> tuple[DocumentRef, ...]:
        """A reference to pages of the annotated CRF, the first if there are several."""
        if not pages:
            return ()
        first = self.of_kind("Annotated CRF")[0]
        return (DocumentRef(leaf_id=first.leaf_id, pages=_pages(pages)),)

    def references(self, places: Iterable[Reference]) -> tuple[DocumentRef, ...]:
        """References to places in documents, which must be known."""
        return tuple(
            DocumentRef(leaf_id=self._leaves[self._named[item.document]], pages=_pages(item.pages))
            for item in places
        )


def _pages(pages: tuple[str, ...]) -> tuple[PdfPageRef, ...]:
    """Numbers as one list, ranges such as ``7-9`` each by itself, named destinations as a list."""
    numbers = [page for page in pages if page.isdecimal()]
    ranges = [match for page in pages if (match := PAGE_RANGE.fullmatch(page))]
    named = [page for page in pages if not page.isdecimal() and not PAGE_RANGE.fullmatch(page)]
    found = [PdfPageRef(page_refs=" ".join(numbers), type="PhysicalRef")] if numbers else []
    found += [
        PdfPageRef(first_page=span[1], last_page=span[2], type="PhysicalRef") for span in ranges
    ]
    if named:
        found.append(PdfPageRef(page_refs=" ".join(named), type="NamedDestination"))
    return tuple(found)
