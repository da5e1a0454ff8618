"""Which addresses of a file become links, and how pages of documents are told."""

from __future__ import annotations

import pytest

from converters.define.elements import DocumentRef, Leaf, MetaDataVersion, Odm, PdfPageRef, Study
from converters.define.index import index
from converters.define.page.links import document, safe_href


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("acrf.pdf", "acrf.pdf"),
        ("../docs/my file.pdf", "../docs/my file.pdf"),
        ("./a.pdf#page=3", "./a.pdf#page=3"),
        ("folder/a:b.pdf", "folder/a:b.pdf"),
        ("/absolute.pdf", "/absolute.pdf"),
        ("https://example.org/a.pdf", "https://example.org/a.pdf"),
        ("HTTP://example.org", "HTTP://example.org"),
        (" acrf.pdf\n", "acrf.pdf"),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("java\tscript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("\x01javascript:alert(1)", ""),
        ("  javascript:alert(1)", ""),
        ("data:text/html,<script>alert(1)</script>", ""),
        ("vbscript:x", ""),
        ("file:///etc/passwd", ""),
        ("blob:x", ""),
        ("//example.org/a.pdf", ""),
        ("/\t/example.org/a.pdf", ""),
        ("\\\\server\\share\\a.pdf", ""),
        ("/\\example.org", ""),
        ("C:\\study\\acrf.pdf", ""),
        ("https:example.org", ""),
        ("https:///example.org", ""),
        ("ftp://example.org/a.pdf", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_relative_paths_and_web_addresses_become_links(
    href: str | None, expected: str
) -> None:
    assert safe_href(href) == expected


def told(href: str, *pages: PdfPageRef, leaf_id: str = "LF") -> list[tuple[str, str]]:
    metadata = MetaDataVersion(leaves=(Leaf(id="LF", href=href),))
    file = index(Odm(studies=(Study(versions=(metadata,)),)))
    link = document(file, DocumentRef(leaf_id=leaf_id, pages=pages), {"LF": "LF"})
    return [(link.title, link.href), *((page.text, page.href) for page in link.pages)]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (PdfPageRef(page_refs="7"), [("page 7", "a.pdf#page=7")]),
        (PdfPageRef(page_refs="7 9"), [("pages 7", "a.pdf#page=7"), ("9", "a.pdf#page=9")]),
        (PdfPageRef(page_refs=" 7, 9 "), [("pages 7", "a.pdf#page=7"), ("9", "a.pdf#page=9")]),
        (PdfPageRef(first_page="4", last_page="5"), [("pages 4 to 5", "a.pdf#page=4")]),
        (PdfPageRef(first_page="4"), [("pages 4 to ?", "a.pdf#page=4")]),
        (
            PdfPageRef(page_refs="AE_LOG", type="NamedDestination"),
            [("AE_LOG", "a.pdf#AE_LOG")],
        ),
        (
            PdfPageRef(page_refs="x&y=<1>", type="NamedDestination"),
            [("x&y=<1>", "a.pdf#x%26y%3D%3C1%3E")],
        ),
        (PdfPageRef(page_refs="2", title="Table 1"), [("Table 1, page 2", "a.pdf#page=2")]),
        (PdfPageRef(), []),
    ],
)
def test_pages_are_told_in_words_with_links(
    page: PdfPageRef, expected: list[tuple[str, str]]
) -> None:
    assert told("a.pdf", page) == [("a.pdf", "a.pdf"), *expected]


def test_pages_of_a_document_that_cannot_be_followed_are_no_links() -> None:
    assert told("javascript:x", PdfPageRef(page_refs="7"))[1:] == [("page 7", "")]


def test_a_document_that_is_not_defined_is_named_by_its_id() -> None:
    assert told("a.pdf", leaf_id="LF.2") == [("LF.2 (not defined in the file)", "")]
