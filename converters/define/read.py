"""A define.xml as objects: versions 2.0 and 2.1 whole, 1.0 as far as it says what 2.0 says."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast
from xml.sax.saxutils import escape

from lxml import etree

from converters.define.binding import Binding, Extras, Node, binding
from converters.define.elements import Odm
from converters.define.lines import line_of
from converters.define.namespaces import prefixes, put_right, version_of
from converters.define.read_v1 import as_version_2
from converters.errors import InputError, Problem

N = TypeVar("N", bound=Node)
_WANTED = "expected a define.xml of version 1.0, 2.0 or 2.1"
_UNKNOWN: tuple[str, type[Node], bool] = ("", Node, True)
_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False}
#: Empty lines before the declaration, which XML forbids and files have.
_LATE = re.compile(rb"\A(\s+)(<\?xml\s.*?\?>)", re.S)
#: Bytes that are looked at for a document type at a time.
_HEAD = 65536


def read_define(path_or_bytes: str | os.PathLike[str] | bytes) -> Odm:
    """The file as objects; nothing that it says is lost, right or wrong.

    What a file has beyond the model is kept in ``extras``; a namespace of another version of ODM,
    or none, is put right. Version 1.0 is read as 2.0 (see ``read_v1``). Nothing is read from the
    network, no entity is resolved, and a document type is refused.

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
    content = _LATE.sub(rb"\2\1", content, count=1)
    try:
        _refuse_doctype(content, file)
        return etree.fromstring(content, etree.XMLParser(huge_tree=True, **_SAFE)), file
    except etree.XMLSyntaxError as error:
        raise InputError(_no_xml(error, file)) from error


def _no_xml(error: etree.XMLSyntaxError, file: str) -> Problem:
    reason = re.sub(r",? line \d+, column \d+.*", "", error.msg or "it ends too early", flags=re.S)
    if "ncoding" in reason or "UTF-8" in reason:
        reason += "; save the file in the encoding that its first line declares, or in UTF-8"
    return Problem(file, error.lineno or 1, error.offset or None, f"no well-formed XML: {reason}")


def _refuse_doctype(content: bytes, file: str) -> None:
    """Before anything of a document type is carried out: its entities may unfold without end."""
    parser = etree.XMLPullParser(events=("start",), **_SAFE)
    for start in range(0, len(content), _HEAD):
        parser.feed(content[start : start + _HEAD])
        for _, element in parser.read_events():
            if cast(Any, element).getroottree().docinfo.doctype:
                message = "declares a document type, whose entities are not read; remove <!DOCTYPE"
                raise InputError(f"{file}: {message} ...>")
            return


def from_root(root: etree._Element, file: str) -> Odm:
    """The objects of an XML tree (see ``read_define``).

    Raises:
        InputError: the tree is no Define-XML.
    """
    version = version_of(root)
    name = etree.QName(root).localname
    if name != "ODM" or version is None:
        found = (
            "it declares no namespace of Define-XML" if name == "ODM" else f"its root is <{name}>"
        )
        raise InputError(f"{file}: no Define-XML: {found}; {_WANTED}")
    if version == "1.0":
        root, version = as_version_2(root), "2.0"
    else:
        root = put_right(root)
    return replace(
        _node(Odm, root, version),
        version=version,
        namespaces=prefixes(root),
        prolog=tuple(_xml(item) for item in reversed(list(root.itersiblings(preceding=True)))),
        epilog=tuple(_xml(item) for item in root.itersiblings()),
    )


def _node(kind: type[N], element: etree._Element, version: str) -> N:
    bound = binding(kind, version)
    values: dict[str, Any] = {"line": line_of(element)}
    others = cast(dict[str, str], dict(cast(Any, element.attrib)))
    for name, attribute in bound.attributes:
        if attribute in others:
            values[name] = others.pop(attribute)
    if not bound.text:
        extras = _below(element, bound, version, values)
    elif len(element):
        values[bound.text] = str(element.xpath("string()"))
        extras = Extras(content=_inside(element))
    else:
        values[bound.text] = element.text or ""
        extras = None
    if others:
        extras = replace(extras or Extras(), attributes=tuple(others.items()))
    return kind(**values, extras=extras)


def _below(
    element: etree._Element, bound: Binding, version: str, values: dict[str, Any]
) -> Extras | None:
    """Fills ``values`` with the children that the model knows; what else stands in the element."""
    comments: list[str] = []
    others: list[str] = []
    stray = element.text or ""
    for below in cast(Any, element):
        stray += below.tail or ""
        if not isinstance(below.tag, str):
            comments.append(_xml(below))
            continue
        name, item, many = bound.known.get(below.tag, _UNKNOWN)
        if not name or (not many and name in values):
            others += [*comments, _xml(below)]
        else:
            made = _node(item, below, version)
            if comments:
                extras = replace(made.extras or Extras(), comments=tuple(comments))
                made = replace(made, extras=extras)
            if many:
                values.setdefault(name, []).append(made)
            else:
                values[name] = made
        comments = []
    for name, _, many in bound.elements:
        if many and name in values:
            values[name] = tuple(values[name])
    stray = stray if stray.strip() else ""
    if not (others or comments or stray):
        return None
    return Extras(elements=tuple(others), trailing=tuple(comments), text=stray)


def _inside(element: etree._Element) -> str:
    below = (_xml(item) + escape(item.tail or "") for item in element)
    return escape(element.text or "") + "".join(below)


def _xml(element: etree._Element) -> str:
    """The element as XML that declares the namespaces it uses, and no other."""
    if not isinstance(cast(Any, element).tag, str):
        return etree.tostring(element, encoding="unicode", with_tail=False)
    text: bytes = etree.tostring(element, method="c14n", exclusive=True, with_tail=False)
    return text.decode()
