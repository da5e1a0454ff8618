"""Define-XML 2.1 and 2.0: made of a package's metadata, read, written, checked by the schema."""

from converters.define.build import build, package_oids
from converters.define.read import read_define
from converters.define.schema import check_xsd
from converters.define.serialise import to_xml
from converters.define.write import define_xml, write_define

__all__ = [
    "build",
    "check_xsd",
    "define_xml",
    "package_oids",
    "read_define",
    "to_xml",
    "write_define",
]
