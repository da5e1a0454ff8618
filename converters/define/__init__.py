"""Define-XML 2.1 from a package's metadata, and its check against the official XML Schema."""

from converters.define.schema import check_xsd
from converters.define.write import define_xml, package_oids, write_define

__all__ = ["check_xsd", "define_xml", "package_oids", "write_define"]
