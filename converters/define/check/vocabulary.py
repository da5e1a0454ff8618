"""Elements and attributes that the XML Schema lets pass and Define-XML does not have.

The schema extends that of ODM, so it allows parts of ODM that have no meaning in a define.xml, and
some elements of Define-XML more than once.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from converters.define.binding import ARM, DEFINE, ODM, Node, binding
from converters.define.check.nodes import walk
from converters.define.check.rule import Check, Place, Rule
from converters.define.index import Index
from converters.errors import nearest
from converters.findings import Finding, Severity

REPEATED = Rule("define-element-repeated", Severity.ERROR, ("DD0009",))
ELEMENT = Rule("define-element-of-odm", Severity.WARNING, ("DD0007", "DD0011"))
ATTRIBUTE = Rule("define-attribute-of-odm", Severity.WARNING, ("DD0004", "DD0010"))

_OURS = (ODM, ARM, *DEFINE.values())


def unknown_parts(index: Index) -> Iterator[Finding]:
    """What stands in an element and is none of its parts; other vocabularies are let be."""
    for node, place in walk(index):
        if node.extras:
            yield from _elements(index, node, place)
            known = [name for name, _ in _attributes(index, node)]
            for name, value in node.extras.attributes:
                if not name.startswith("{"):
                    message = f"{node.tag} has the attribute {name}, which Define-XML does not have"
                    yield ATTRIBUTE.at(place, f"{message}{nearest(name, known)}", value)


def _attributes(index: Index, node: Node) -> tuple[tuple[str, str], ...]:
    bound = binding(type(node), index.odm.version).attributes
    return tuple((attribute.rpartition("}")[2], name) for name, attribute in bound)


def _elements(index: Index, node: Node, place: Place) -> Iterator[Finding]:
    version = index.odm.version
    single = {
        binding(kind, version).tag: kind.tag
        for _, kind, many in binding(type(node), version).elements
        if not many
    }
    for xml in node.extras.elements if node.extras else ():
        tag = etree.QName(etree.fromstring(xml))
        if tag.text in single:
            message = f"{node.tag} has more than one {single[tag.text]}"
            yield REPEATED.at(place, message, single[tag.text])
        elif tag.namespace in _OURS:
            message = f"{node.tag} has a {tag.localname}, which Define-XML does not have there"
            yield ELEMENT.at(place, message, tag.localname)


CHECKS: tuple[Check, ...] = (unknown_parts,)
