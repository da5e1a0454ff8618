"""How a class of ``elements`` stands for an XML element: fields for attributes and children."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, TypeVar, cast

ODM = "http://www.cdisc.org/ns/odm/v1.3"
ARM = "http://www.cdisc.org/ns/arm/v1.0"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
#: Namespace of Define-XML by its version.
DEFINE = {
    "2.0": "http://www.cdisc.org/ns/def/v2.0",
    "2.1": "http://www.cdisc.org/ns/def/v2.1",
}


@dataclass(frozen=True)
class Extras:
    """What a file has at an element and the model has no field for: kept, so that nothing is lost.

    ``comments`` stand before the element (comments and processing instructions, as XML),
    ``attributes`` and ``elements`` are those of other vocabularies or in wrong places (elements as
    XML), ``trailing`` are comments behind the last child, ``text`` is text where none belongs, and
    ``content`` is the inside of an element of text as XML, where comments or elements stand in it.
    """

    comments: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    elements: tuple[str, ...] = ()
    trailing: tuple[str, ...] = ()
    text: str = ""
    content: str = ""


@dataclass(frozen=True, kw_only=True)
class Node:
    """An element; ``line`` is its line in the file that it was read from, 0 if it was made."""

    tag: ClassVar[str]

    extras: Extras | None = None
    line: int = field(default=0, compare=False)


N = TypeVar("N", bound=Node)


def attribute(name: str) -> Any:
    """A field for the attribute of that name; None where the element has none."""
    return field(default=None, metadata={"attribute": name})


def child(kind: type[N]) -> Any:
    """A field for the one child of that kind, or None."""
    return field(default=None, metadata={"child": kind})


def children(kind: type[N]) -> Any:
    """A field for the children of that kind, in their order."""
    return field(default=(), metadata={"children": kind})


def text() -> Any:
    """The field for the text of the element."""
    return field(default="", metadata={"text": True})


@dataclass(frozen=True)
class Binding:
    """The fields of a class by what they stand for, with names as XML has them (``{uri}name``).

    ``elements`` are fields of children, in order, with their class and whether there may be many;
    ``known`` are the same by the name of the element.
    """

    tag: str
    attributes: tuple[tuple[str, str], ...]
    elements: tuple[tuple[str, type[Node], bool], ...]
    known: Mapping[str, tuple[str, type[Node], bool]]
    text: str | None


def binding(kind: type[Node], version: str) -> Binding:
    """The binding of a class in a file of that version of Define-XML."""
    return _binding(cast(Any, kind), version)


@cache
def _binding(kind: type[Node], version: str) -> Binding:
    attributes, elements, text_field = [], [], None
    for item in fields(kind):
        if "attribute" in item.metadata:
            attributes.append((item.name, qualified(item.metadata["attribute"], version, "")))
        elif "text" in item.metadata:
            text_field = item.name
        elif item.metadata:
            many = "children" in item.metadata
            elements.append((item.name, item.metadata["children" if many else "child"], many))
    tag = qualified(kind.tag, version, ODM)
    known = {qualified(item[1].tag, version, ODM): item for item in elements}
    return Binding(tag, tuple(attributes), tuple(elements), known, text_field)


def qualified(name: str, version: str, default: str) -> str:
    """``def:Class`` as ``{uri}Class``; a name without prefix is in the namespace ``default``."""
    prefix, colon, local = name.partition(":")
    if not colon:
        return f"{{{default}}}{name}" if default else name
    uri = {"def": DEFINE[version], "arm": ARM, "xlink": XLINK, "xml": XML}[prefix]
    return f"{{{uri}}}{local}"
