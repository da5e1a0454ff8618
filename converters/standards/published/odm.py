"""NCI EVS's ODM XML: ODM 1.3 with the extensions of namespace ``nciodm``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from converters.standards.published.rows import NO_CODE, Row, refuse, release_of

_ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
_SAFE: dict[str, bool] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
}
#: Where the file says what it is, before the first codelist.
_NAMES = ("ODM", "Study", "StudyName", "StudyDescription", "MetaDataVersion")


def read(path: Path, _: bytes) -> Iterator[Row]:
    """The rows of an ODM file, a codelist in memory at a time.

    Raises:
        InputError: it is no XML, or no ODM with codelists of NCI.
    """
    release: list[str] = []
    found = False
    tags = [_ODM + name for name in (*_NAMES, "CodeList")]
    try:
        events = etree.iterparse(str(path), events=("start", "end"), tag=tags, **_SAFE)
        for event, element in events:
            if element.tag != _ODM + "CodeList":
                release += _said(element, event)
            elif event == "end":
                found = True
                yield from _codelist(element, release_of(*release))
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except (etree.XMLSyntaxError, OSError) as error:
        raise refuse(path, f"is no XML, or it is damaged: {error}") from None
    if not found:
        raise refuse(path, "is no terminology: the XML has no CodeList of ODM 1.3")


def _said(element: Any, event: str) -> list[str]:
    if event == "end":
        return [element.text] if element.text else []
    names = (element.get(name) for name in ("FileOID", "OID", "Name"))
    return [name.replace("_", " ").replace(".", " ") for name in names if name]


def _codelist(element: Any, release: tuple[str, str]) -> Iterator[Row]:
    head = _row(element, "", "CDISCSubmissionValue", release)
    yield head
    for item in element.iterchildren(_ODM + "EnumeratedItem", _ODM + "CodeListItem"):
        yield _row(item, head.code or NO_CODE, "CodedValue", release)


def _row(element: Any, codelist: str, value: str, release: tuple[str, str]) -> Row:
    """What an element says in attributes and in elements of its own, whatever their namespace."""
    said: dict[str, list[str]] = defaultdict(list)
    for name, text in [*element.items(), *((child.tag, child.text) for child in element)]:
        if isinstance(name, str) and text and text.strip():
            said[etree.QName(name).localname].append(text.strip())

    def one(name: str) -> str:
        return said[name][0] if said[name] else ""

    return Row(
        code=one("ExtCodeID"),
        codelist=codelist,
        extensible=one("CodeListExtensible"),
        name=one("Name"),
        value=one(value),
        synonyms=said["CDISCSynonym"],
        preferred_term=one("PreferredTerm"),
        release=release,
        line=element.sourceline,
    )
