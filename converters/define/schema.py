"""A define.xml against the official XML Schema."""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, cast

from lxml import etree

from converters.define import terms
from converters.errors import CdiscError, InputError
from converters.findings import Finding, Severity

_DEFINE_20 = "http://www.cdisc.org/ns/def/v2.0"
_ARM = "http://www.cdisc.org/ns/arm/v1.0"
#: Schema by the namespace of Define-XML, without and with Analysis Results Metadata.
_SCHEMAS = {
    (terms.DEF, False): "define/2.1/define2-1-0.xsd",
    (terms.DEF, True): "arm/1.0-define2.1/arm1-0-0.xsd",
    (_DEFINE_20, False): "define/2.0/define2-0-0.xsd",
    (_DEFINE_20, True): "arm/1.0/arm1-0-0.xsd",
}
_SHORT = {
    f"{{{terms.ODM}}}": "",
    f"{{{terms.DEF}}}": "def:",
    f"{{{_DEFINE_20}}}": "def:",
    f"{{{_ARM}}}": "arm:",
    f"{{{terms.XLINK}}}": "xlink:",
    f"{{{terms.XML}}}": "xml:",
}


def check_xsd(path_or_bytes: str | os.PathLike[str] | bytes) -> list[Finding]:
    """Findings of the XML Schema on a define.xml (2.0 or 2.1, with or without ARM 1.0).

    The schema comes with the package odmlib, which is not among our dependencies; nothing is read
    from the network and no entity is resolved. The finding's message names the line.

    Raises:
        CdiscError: odmlib is not installed.
        InputError: the file cannot be read.
    """
    content, file = _content(path_or_bytes)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        return [_finding("define-xml-well-formed", "OD0001", error.lineno, error.msg or "", file)]
    if cast(Any, root.getroottree().docinfo).doctype:
        message = "declares a document type, whose entities are not read; remove <!DOCTYPE ...>"
        return [_finding("define-xml-doctype", "", None, message, file)]
    namespaces = {uri for element in root.iter("*") for uri in element.nsmap.values()}
    known = next((uri for uri in (terms.DEF, _DEFINE_20) if uri in namespaces), None)
    if known is None:
        message = f"declares no namespace of Define-XML 2.0 or 2.1 such as {terms.DEF}"
        return [_finding("define-xml-namespace", "DD0002", 1, message, file)]
    schema = _schema(_SCHEMAS[known, _ARM in namespaces])
    schema.validate(root)
    return [
        _finding("define-xml-schema", "DD0001", entry.line, entry.message, file)
        for entry in cast(Any, schema.error_log)
    ]


def _content(path_or_bytes: str | os.PathLike[str] | bytes) -> tuple[bytes, str | None]:
    if isinstance(path_or_bytes, bytes):
        return path_or_bytes, None
    path = Path(path_or_bytes)
    try:
        return path.read_bytes(), str(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


@cache
def _schema(name: str) -> etree.XMLSchema:
    try:
        package = resources.files("odmlib")
    except ModuleNotFoundError as error:
        message = "the XML Schema of Define-XML comes with odmlib: pip install odmlib"
        raise CdiscError(message) from error
    with resources.as_file(package / "schemas") as folder:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return etree.XMLSchema(etree.parse(folder / name, parser))


def _finding(
    rule: str, published: str, line: int | None, message: str, file: str | None
) -> Finding:
    for long, short in _SHORT.items():
        message = message.replace(long, short)
    place = f"line {line}: " if line else ""
    rules = (published,) if published else ()
    return Finding(rule, Severity.REJECT, f"{place}{message}", file=file, published=rules)
