"""The official XML Schemas of Define-XML 2.0 and 2.1, with and without ARM 1.0."""

from __future__ import annotations

from functools import cache
from importlib import resources

from lxml import etree

from converters.define.binding import ARM
from converters.errors import CdiscError

#: The schema by the version of Define-XML, without and with Analysis Results Metadata.
_SCHEMAS = {
    ("2.1", False): "define/2.1/define2-1-0.xsd",
    ("2.1", True): "arm/1.0-define2.1/arm1-0-0.xsd",
    ("2.0", False): "define/2.0/define2-0-0.xsd",
    ("2.0", True): "arm/1.0/arm1-0-0.xsd",
}


def schema_of(root: etree._Element, version: str) -> etree.XMLSchema:
    """The schema for a file of version 2.0 or 2.1.

    Raises:
        CdiscError: odmlib, whose files they are, is not installed.
    """
    with_arm = any(uri == ARM for element in root.iter("*") for uri in element.nsmap.values())
    return _schema(_SCHEMAS[version, with_arm])


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
