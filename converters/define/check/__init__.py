"""What is wrong with a define.xml: its own semantics, and against the data that it describes."""

from __future__ import annotations

import os
from pathlib import Path

from converters.define.check.data import check_data
from converters.define.index import index
from converters.define.read import read_define
from converters.define.schema import check_xsd
from converters.findings import Finding, sort_findings


def check_define(
    path: str | os.PathLike[str], data: str | os.PathLike[str] | None = None
) -> list[Finding]:
    """All that is wrong with a define.xml, gravest first; with ``data`` also against a folder.

    Raises:
        InputError: the file or the folder cannot be read, or the file is no Define-XML.
    """
    odm = read_define(path)
    found = [*check_xsd(path)]
    if data is not None:
        found += check_data(index(odm), Path(data))
    return sort_findings(found)
