"""NCI EVS's tab-delimited text files."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from converters.standards.published.rows import Row, is_header, refuse, table_rows


def read(path: Path, content: bytes) -> Iterator[Row]:
    """The rows of a text file: UTF-8, UTF-16 with a byte order mark, or else Windows-1252.

    Raises:
        InputError: its first line does not name the columns of a table of terminology.
    """
    first, *lines = _decoded(content).split("\n")
    header = first.split("\t")
    if not is_header(header):
        message = (
            "is no terminology: expected NCI EVS text (tab-delimited, with the columns Code,"
            " Codelist Code, ...), NCI EVS ODM XML, an Excel workbook (.xlsx) or CDISC Library JSON"
        )
        raise refuse(path, message)
    return table_rows(header, enumerate((line.split("\t") for line in lines), start=2))


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("windows-1252", errors="replace")
