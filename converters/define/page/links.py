"""Links of the page: inside it, and from it to documents by hrefs that can do no harm."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from converters.define.elements import DocumentRef, PdfPageRef
from converters.define.index import Index

_FRAGMENT = "/!$&'()*+,;=:@?-._~"
_IGNORED = re.compile(r"[\t\r\n]|^[\x00-\x20]+|[\x00-\x20]+$")
_HAS_SCHEME = re.compile(r"[^/?#\\]*:")
_NETWORK = re.compile(r"https?://[^/\\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to ``href``, or a plain text where that is empty."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A document and the pages of it that are meant, in words."""

    title: str
    href: str
    anchor: str
    pages: tuple[Link, ...]


def inside(anchor: str) -> str:
    """The href of the element of the page with that id."""
    return f"#{quote(anchor, safe=_FRAGMENT)}"


def safe_href(href: str | None) -> str:
    """The href as a browser understands it, if following it can do no harm; else nothing.

    Harmless are paths relative to the page and http(s) addresses. Refused is what would run
    (``javascript:``), is made up of the file itself (``data:``) or reaches out without saying so
    (``//host``, ``\\\\server``, ``file:``).
    """
    address = _IGNORED.sub("", href or "")
    if _NETWORK.match(address):
        return address
    if _HAS_SCHEME.match(address) or re.match(r"[/\\]{2}", address):
        return ""
    return address


def document(index: Index, ref: DocumentRef, anchors: dict[str, str]) -> DocumentLink:
    """What a reference to a document says; ``anchors`` are the places of documents by leaf ID."""
    leaf_id = ref.leaf_id or ""
    leaf = index.leaves.get(leaf_id)
    href = safe_href(leaf.href) if leaf else ""
    title = (leaf.title.text.strip() if leaf.title else "") if leaf else ""
    name = title or (leaf.href or leaf_id if leaf else f"{leaf_id} (not defined in the file)")
    pages = tuple(page for item in ref.pages for page in _pages(item, href))
    anchor = inside(anchors[leaf_id]) if leaf_id in anchors else ""
    return DocumentLink(name, href, anchor, pages)


def documents(
    index: Index, refs: Iterable[DocumentRef], anchors: dict[str, str]
) -> tuple[DocumentLink, ...]:
    """What references to documents say."""
    return tuple(document(index, ref, anchors) for ref in refs)


def _pages(ref: PdfPageRef, href: str) -> Iterator[Link]:
    """The pages of a reference, each with its link; the first says what they are."""
    named = ref.type == "NamedDestination"
    places = re.split(r"[\s,]+", (ref.page_refs or "").strip()) if ref.page_refs else []
    places = [place for place in places if place]
    title = f"{ref.title}, " if ref.title else ""
    if ref.first_page or ref.last_page:
        first, last = ref.first_page or "?", ref.last_page or "?"
        yield Link(f"{title}pages {first} to {last}", _page_href(href, first, named))
    for number, place in enumerate(places):
        what = "" if named else ("pages " if len(places) > 1 else "page ")
        text = f"{title}{what}{place}" if number == 0 else place
        yield Link(text, _page_href(href, place, named))


def _page_href(href: str, place: str, named: bool) -> str:
    if not href:
        return ""
    fragment = quote(place, safe="") if named else f"page={quote(place, safe='')}"
    return f"{href.split('#')[0]}#{fragment}"
