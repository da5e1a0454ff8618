"""A define.xml as objects: versions 2.0 and 2.1 whole, 1.0 as far as it says what 2.0 says."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

from lxml import etree

from converters.define.binding import DEFINE, ODM, Extras, Node, binding
from converters.define.elements import Odm
from converters.define.lines import line_of
from converters.define.read_v1 import DEFINE_10, ODM_12, as_version_2
from converters.errors import InputError

N = TypeVar("N", bound=Node)
_WANTED = "expected a define.xml of version 1.0, 2.0 or 2.1"


def read_define(path_or_bytes: str | os.PathLike[str] | bytes) -> Odm:
    """The file as objects; nothing that it says is lost, right or wrong.

    What a file has beyond the model is kept in ``extras``. Nothing is read from the network, no
    entity is resolved, and a document type is refused.

    Raises:
        InputError: the file cannot be read, is no well-formed XML or no Define-XML.
    """
    root, file = parse(path_or_bytes)
    return from_root(root, file)


def parse(path_or_bytes: str | os.PathLike[str] | bytes) -> tuple[etree._Element, str]:
    """The root of an XML file, and how messages call the file.

    Raises:
        InputError: the file cannot be read, is no well-formed XML or declares a document type.
    """
    if isinstance(path_or_bytes, bytes):
        content, file = path_or_bytes, "define.xml"
    else:
        path = Path(path_or_bytes)
        file = str(path)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if not content.strip():
        raise InputError(f"{file}: the file is empty; {_WANTED}")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise InputError(f"{file}: line {line}: no well-formed XML: {error.msg}") from error
    if cast(Any, root.getroottree().docinfo).doctype:
        raise InputError(
            f"{file}: declares a document type, whose entities are not read; remove <!DOCTYPE ...>"
        )
    return root, file


def from_root(root: etree._Element, file: str) -> Odm:
    """The objects of an XML tree (see ``read_define``).

    Raises:
        InputError: the tree is no Define-XML.
    """
    version = version_of(root)
    if etree.QName(root).localname != "ODM" or version is None:
        name = etree.QName(root).localname
        raise InputError(f"{file}: no Define-XML: its root is <{name}>; {_WANTED}")
    if version == "1.0":
        root, version = as_version_2(root), "2.0"
    odm = _node(Odm, root, version)
    return replace(
        odm,
        version=version,
        namespaces=tuple((prefix or "", uri) for prefix, uri in root.nsmap.items()),
        prolog=tuple(_xml(item) for item in reversed(list(root.itersiblings(preceding=True)))),
        epilog=tuple(_xml(item) for item in root.itersiblings()),
    )


def version_of(root: etree._Element) -> str | None:
    """The version of Define-XML by the namespaces in use; None where there is none of it."""
    known = {uri: version for version, uri in (*DEFINE.items(), ("1.0", DEFINE_10))}
    for element in root.iter("*"):
        for uri in element.nsmap.values():
            if uri in known:
                return known[uri]
        if element.tag in (f"{{{ODM}}}ItemDef", f"{{{ODM_12}}}ItemDef"):
            break
    return None


def _node(kind: type[N], element: etree._Element, version: str) -> N:
    bound = binding(kind, version)
    values: dict[str, Any] = {"line": line_of(element)}
    given = cast(dict[str, str], dict(cast(Any, element.attrib)))
    for name, attribute in bound.attributes:
        if attribute in given:
            values[name] = given.pop(attribute)
    if bound.text:
        values[bound.text] = element.text or ""
    known = {binding(item, version).tag: (name, item, many) for name, item, many in bound.elements}
    found: dict[str, list[Node]] = {}
    comments: list[str] = []
    others: list[str] = []
    stray = "" if bound.text else (element.text or "")
    for below in cast(Any, element):
        stray += below.tail or ""
        if not isinstance(below.tag, str):
            comments.append(_xml(below))
            continue
        name, item, many = known.get(below.tag, ("", Node, True))
        if not name or (not many and name in found):
            others += [*comments, _xml(below)]
        else:
            made = _node(item, below, version)
            if comments:
                extras = made.extras or Extras()
                made = replace(made, extras=replace(extras, comments=tuple(comments)))
            found.setdefault(name, []).append(made)
        comments = []
    for name, _, many in bound.elements:
        if name in found:
            values[name] = tuple(found[name]) if many else found[name][0]
    stray = stray if stray.strip() else ""
    if given or others or comments or stray:
        values["extras"] = Extras(
            attributes=tuple(given.items()),
            elements=tuple(others),
            trailing=tuple(comments),
            text=stray,
        )
    return kind(**values)


def _xml(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", with_tail=False)
