"""NCI EVS's Excel workbooks (.xlsx)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from converters.standards.published.rows import Row, is_header, refuse, table_rows

_LARGEST = 1 << 30  # bytes that a workbook may unpack to


def read(path: Path, _: bytes) -> Iterator[Row]:
    """The rows of each sheet that has the columns of terminology; the others are notes.

    Raises:
        InputError: the workbook is damaged or has no such sheet.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > _LARGEST:
                raise refuse(path, "is no terminology: the workbook unpacks to more than 1 GB")
        yield from _rows(path)
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, OSError) as error:
        # SyntaxError is what XML's ParseError is.
        raise refuse(path, f"is no Excel workbook, or it is damaged: {error}") from None


def _rows(path: Path) -> Iterator[Row]:
    import openpyxl  # slow to load, and most releases are no workbooks

    found = False
    with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a file says of its extent is not always so
            grid = sheet.iter_rows(values_only=True)
            header = next(grid, ())
            if is_header(header):
                found = True
                yield from table_rows(header, enumerate(map(_texts, grid), start=2), sheet.title)
        sheets = ", ".join(book.sheetnames)
    if not found:
        message = f"is no terminology: no sheet has the columns Code, Codelist Code, ...: {sheets}"
        raise refuse(path, message)


def _texts(cells: Sequence[Any]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in cells]
