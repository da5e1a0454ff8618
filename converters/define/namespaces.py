"""Which version of Define-XML a tree is, and its namespaces as the model knows them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from copy import deepcopy
from itertools import chain, count
from typing import Any, cast

from lxml import etree

from converters.define.binding import ARM, DEFINE, ODM

#: Namespace of Define-XML by its version; 1.0 is read only.
VERSIONS = {"1.0": "http://www.cdisc.org/ns/def/v1.0", **DEFINE}
_ODM = re.compile(r"https?://(?:www\.)?cdisc\.org/ns/odm/v1(?:\.\d+)*/?", re.I)
_ARM = re.compile(r"https?://(?:www\.)?cdisc\.org/ns/arm/v1(?:\.\d+)*/?", re.I)
_DEFINE = re.compile(r"https?://(?:www\.)?cdisc\.org/ns/def/v(\d+\.\d+)(?:\.\d+)*/?", re.I)


def version_of(root: etree._Element) -> str | None:
    """The version of Define-XML by the namespaces declared; None where there is none of it.

    Where a file declares several, it is the one that most of its elements and attributes are of.
    """
    found = {uri: _version(uri) for uri in _declared(root)}
    known = {uri: version for uri, version in found.items() if version}
    if len(set(known.values())) < 2:
        return next(iter(known.values()), None)
    names = (name for element in root.iter("*") for name in (element.tag, *element.attrib))
    counts = Counter(known.get(etree.QName(cast(Any, name)).namespace or "") for name in names)
    del counts[None]
    return max(set(known.values()), key=lambda version: (counts[version], version or ""))


def put_right(root: etree._Element) -> etree._Element:
    """The tree with the namespaces that the model knows; itself where it has them already.

    Files name them with ODM 1.2, with a patch version, a slash behind, or not at all.
    """
    uris = {uri: _known(uri) for uri in _declared(root)}
    if etree.QName(root).namespace is None:
        uris[""] = ODM
    wrong = {uri: known for uri, known in uris.items() if uri != known}
    return renamed(root, wrong) if wrong else root


def renamed(root: etree._Element, uris: Mapping[str, str]) -> etree._Element:
    """A copy of the tree in which the namespaces ``uris`` are others; ``""`` is none."""
    declared = {prefix: uris.get(uri, uri) for prefix, uri in root.nsmap.items()}
    if "" in uris:
        declared.setdefault(None, uris[""])
    made = etree.Element(_renamed(root.tag, uris), nsmap=cast(Any, declared))
    made.text = root.text
    made.sourceline = cast(Any, root.sourceline)
    for name, value in root.attrib.items():
        made.set(_attribute(str(name), uris), str(value))
    made.extend(list(deepcopy(root)))
    for element in made.iterdescendants("*"):
        element.tag = _renamed(element.tag, uris)
        for name in [name for name in map(str, element.attrib) if _attribute(name, uris) != name]:
            element.set(_attribute(name, uris), str(element.attrib.pop(name)))
    etree.cleanup_namespaces(made, keep_ns_prefixes=[p for p in cast(Any, declared) if p])
    for item in reversed(list(root.itersiblings(preceding=True))):
        made.addprevious(deepcopy(item))
    for item in reversed(list(root.itersiblings())):
        made.addnext(deepcopy(item))
    return made


def prefixes(root: etree._Element) -> tuple[tuple[str, str], ...]:
    """Prefixes with their namespaces: those of the root, then those that only stand below it.

    A prefix that is taken, or none, is ``ns1`` and so on: one place can declare them all.
    """
    found = {prefix or "": uri for prefix, uri in root.nsmap.items()}
    known = set(found.values())
    for element in root.iterdescendants("*"):
        for prefix, uri in element.nsmap.items():
            if uri not in known:
                free = (f"ns{number}" for number in count(1))
                wanted = (name for name in chain([prefix or ""], free) if name not in ("", *found))
                found[next(wanted)] = uri
                known.add(uri)
    return tuple(found.items())


def _declared(root: etree._Element) -> Iterable[str]:
    """The namespaces declared anywhere, in the order of the file."""
    return {uri: None for element in root.iter("*") for uri in element.nsmap.values()}


def _version(uri: str) -> str | None:
    match = _DEFINE.fullmatch(uri.strip())
    return match[1] if match and match[1] in VERSIONS else None


def _known(uri: str) -> str:
    if _ODM.fullmatch(uri.strip()):
        return ODM
    if _ARM.fullmatch(uri.strip()):
        return ARM
    return VERSIONS.get(_version(uri) or "", uri)


def _renamed(name: Any, uris: Mapping[str, str]) -> str:
    found = etree.QName(name)
    uri = found.namespace or ""
    return etree.QName(uris[uri], found.localname).text if uri in uris else str(name)


def _attribute(name: str, uris: Mapping[str, str]) -> str:
    return _renamed(name, uris) if name.startswith("{") else name
