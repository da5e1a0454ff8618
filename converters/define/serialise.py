"""The objects of a define.xml as XML."""

from __future__ import annotations

from typing import Any, cast

from lxml import etree

from converters.define.binding import ARM, DEFINE, ODM, XLINK, Extras, Node, binding
from converters.define.elements import Odm

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def to_xml(odm: Odm) -> bytes:
    """The file: UTF-8, elements in the order of the schema, indented by two spaces.

    What ``read_define`` reads of it equals ``odm``, lines apart.
    """
    root = etree.Element(binding(Odm, odm.version).tag, nsmap=cast(Any, _namespaces(odm)))
    _fill(root, odm, odm.version)
    text: bytes = etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=False)
    before = "".join(f"{item}\n" for item in odm.prolog)
    behind = "".join(f"{item}\n" for item in odm.epilog)
    return _DECLARATION + before.encode() + text + behind.encode()


def _namespaces(odm: Odm) -> dict[str | None, str]:
    if odm.namespaces:
        return {prefix or None: uri for prefix, uri in odm.namespaces}
    found: dict[str | None, str] = {None: ODM, "def": DEFINE[odm.version], "xlink": XLINK}
    if odm.metadata.displays is not None:
        found["arm"] = ARM
    return found


def _fill(element: etree._Element, node: Node, version: str) -> None:
    """Puts what the object says into its element."""
    bound = binding(type(node), version)
    for name, attribute in bound.attributes:
        value = getattr(node, name)
        if value is not None:
            element.set(attribute, value)
    extras = node.extras or _NONE
    if bound.text:
        _write_text(element, getattr(node, bound.text), extras.content)
    for attribute, value in extras.attributes:
        element.set(attribute, value)
    for name, _, many in bound.elements:
        value = getattr(node, name)
        for below in value if many else () if value is None else (value,):
            if below.extras is not None:
                _append(element, below.extras.comments)
            _fill(etree.SubElement(element, binding(type(below), version).tag), below, version)
    _append(element, (*extras.elements, *extras.trailing))
    if extras.text:
        element.text = (element.text or "") + extras.text


_NONE = Extras()


def _write_text(element: etree._Element, text: str, content: str) -> None:
    """The text, with the comments and elements that stood in it as long as it is the same text."""
    inside = etree.fromstring(f"<x>{content}</x>", _PARSER) if content else None
    if inside is not None and inside.xpath("string()") == text:
        element.text = inside.text
        element.extend(list(inside))
    else:
        element.text = text


def _append(parent: etree._Element, texts: tuple[str, ...]) -> None:
    """Adds pieces of XML that were kept as text."""
    for piece in texts:
        parent.extend(list(etree.fromstring(f"<x>{piece}</x>", _PARSER)))


_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
