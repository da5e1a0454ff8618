"""Documents: paths that a reader can follow, files that are there, pages that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from converters.define.check.nodes import number, walk
from converters.define.check.rule import Check, Place, Rule, at_definition, at_group
from converters.define.elements import DocumentRef, Leaf, PdfPageRef
from converters.define.index import Index
from converters.findings import Finding, Severity

PATH_MISSING = Rule("define-document-path-missing", Severity.ERROR)
PATH = Rule("define-document-path", Severity.ERROR)
TITLE = Rule("define-document-title", Severity.WARNING)
FILE_ABSENT = Rule("define-file-absent", Severity.ERROR, ("DD0084",))
CRF_ABSENT = Rule("define-annotated-crf-absent", Severity.ERROR, ("DD0103",))
APART = Rule("define-apart-from-package", Severity.NOTE)
CRF_NAME = Rule("define-annotated-crf-name", Severity.WARNING, ("DD0102",))
PAGES_MISSING = Rule("define-pages-missing", Severity.ERROR, ("DD0035",))
PAGES = Rule("define-pages", Severity.ERROR, ("DD0037",))
STYLESHEET = Rule("define-stylesheet", Severity.NOTE, ("DD0085",))

#: What submissions call the annotated case report form, today and by older guides.
_CRF_NAMES = ("acrf.pdf", "blankcrf.pdf")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:|//|/|\\\\")


def _leaves(index: Index) -> Iterator[tuple[Leaf, Place]]:
    for group in index.metadata.item_groups:
        if group.leaf:
            yield (
                group.leaf,
                replace(at_group(group), line=group.leaf.line, oid=group.leaf.id or ""),
            )
    for leaf in index.metadata.leaves:
        yield leaf, at_definition(leaf, leaf.id)


def paths(index: Index) -> Iterator[Finding]:
    """Each leaf has a path relative to define.xml, and a title."""
    for leaf, place in _leaves(index):
        href = leaf.href
        if not href or not href.strip():
            message = f"the document '{leaf.id}' has no path (xlink:href)"
            yield PATH_MISSING.at(place, message, href)
        elif _ELSEWHERE.match(href) or "\\" in href:
            message = f"'{href}' is no path relative to define.xml, such as 'acrf.pdf'"
            yield PATH.at(place, message, href)
        if leaf.title is not None and not leaf.title.text.strip():
            yield TITLE.at(place, f"the document '{leaf.id}' has an empty title")


def annotated_crf(index: Index) -> Iterator[Finding]:
    """The annotated case report form is called as reviewers look for it."""
    crf = index.metadata.annotated_crf
    for reference in crf.documents if crf else ():
        leaf = index.leaves.get(reference.leaf_id or "")
        name = PurePosixPath(leaf.href or "").name if leaf else ""
        if leaf and name and name.casefold() not in _CRF_NAMES:
            message = f"the annotated CRF is called '{name}', expected '{_CRF_NAMES[0]}'"
            yield CRF_NAME.at(at_definition(leaf, leaf.id), message, name)


def pages(index: Index) -> Iterator[Finding]:
    """Pages of documents: some are named, numbers are numbers, ranges go forward."""
    for node, place in walk(index):
        if isinstance(node, DocumentRef):
            for page in node.pages:
                yield from _page(page, replace(place, line=page.line or place.line))


def _page(page: PdfPageRef, place: Place) -> Iterator[Finding]:
    first, last, listed = page.first_page, page.last_page, page.page_refs
    if not any(text and text.strip() for text in (first, last, listed)):
        message = "def:PDFPageRef names no page (PageRefs, or FirstPage and LastPage)"
        yield PAGES_MISSING.at(place, message)
        return
    if listed and (first or last):
        message = f"PageRefs '{listed}' stands beside FirstPage or LastPage; expected one of them"
        yield PAGES.at(place, message, listed)
    elif listed and page.type == "PhysicalRef":
        wrong = [word for word in listed.split() if not (number(word) or 0) > 0]
        if wrong:
            message = f"'{wrong[0]}' in PageRefs is no page number, such as '12' (PhysicalRef)"
            yield PAGES.at(place, message, listed)
    elif not listed:
        start, end = number(first), number(last)
        if start is None or end is None or not 0 < start <= end:
            message = f"FirstPage '{first or ''}' to LastPage '{last or ''}' is no range of pages"
            yield PAGES.at(place, message, f"{first}-{last}")


def stylesheet(index: Index) -> Iterator[Finding]:
    """A stylesheet is named, which a file without a page beside it needs to be readable."""
    if not any(item.startswith("<?xml-stylesheet") for item in index.odm.prolog):
        message = "no stylesheet is named (<?xml-stylesheet ...?>)"
        yield STYLESHEET.at(Place(), f"{message}; today's browsers need a page in HTML instead")


def check_files(index: Index, folder: Path, datasets: bool = True) -> Iterator[Finding]:
    """Whether the files that leaves name are there, seen from the folder of define.xml.

    Without ``datasets`` those of datasets are left out: they are looked for with their data.

    Where none of them is, the file is looked at apart from its package: one note says so.
    """
    named = [
        (leaf, place)
        for leaf, place in _leaves(index)
        if leaf.href and leaf.href.strip() and not _ELSEWHERE.match(leaf.href)
    ]
    absent = [(leaf, place) for leaf, place in named if not _exists(folder, leaf.href or "")]
    if named and len(absent) == len(named):
        message = f"none of the {len(named)} files that it names is beside it; looked at alone"
        yield APART.at(Place(), message)
        return
    crf = index.metadata.annotated_crf
    forms = {reference.leaf_id for reference in crf.documents} if crf else set()
    for leaf, place in absent if datasets else (item for item in absent if not item[1].dataset):
        rule, what = (CRF_ABSENT, "annotated CRF") if leaf.id in forms else (FILE_ABSENT, "file")
        yield rule.at(place, f"the {what} '{leaf.href}' is not there", leaf.href)


def _exists(folder: Path, href: str) -> bool:
    path = unquote(href.partition("#")[0])
    try:
        return (folder / path).exists()
    except (OSError, ValueError):
        return False


CHECKS: tuple[Check, ...] = (paths, annotated_crf, pages)
