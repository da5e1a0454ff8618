"""Define-XML 2.1 and 2.0: made of a package's metadata, read, written, checked, and as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = [
    "build",
    "check_xsd",
    "define_xml",
    "package_oids",
    "read_define",
    "to_xml",
    "write_define",
]

if TYPE_CHECKING:
    from converters.define.build import build, package_oids
    from converters.define.read import read_define
    from converters.define.schema import check_xsd
    from converters.define.serialise import to_xml
    from converters.define.write import define_xml, write_define

_PLACES = {
    "build": "build",
    "package_oids": "build",
    "read_define": "read",
    "check_xsd": "schema",
    "to_xml": "serialise",
    "define_xml": "write",
    "write_define": "write",
}


def __getattr__(name: str) -> Any:
    """Imports on first use: what only reads a file need not wait for pandas."""
    if name not in _PLACES:
        raise AttributeError(f"module 'converters.define' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"converters.define.{_PLACES[name]}"), name)
