"""Excel workbooks (.xlsx): one sheet, each cell as the text it shows."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from converters.errors import nearest
from converters.findings import Finding, Severity
from converters.sources.table import (
    SourceSpec,
    Table,
    check_names,
    empty_source,
    refuse,
    text_column,
    wanted,
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what old .xls and encrypted workbooks begin with
_LARGEST = 4 << 30  # bytes that a workbook may unpack to
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|[$€£¥\s]')
_DIGITS = re.compile(r"[#?,]*((?:0,?)*)(?:\.(0*)[#?]*)?$")


class _Sheet(NamedTuple):
    names: list[str]
    cells: list[list[str | None]]  # of each record, one a name
    records: list[int]
    errors: dict[tuple[str, str], list[int]]  # column and error -> records
    findings: tuple[Finding, ...]


def read(path: Path, spec: SourceSpec, columns: Collection[str] | None) -> Table:
    """The records of one sheet: ``spec.sheet`` by name or 1-based number, else the first.

    A number keeps the fixed decimals and leading zeros of its cell format (``1.50``, ``007``) and
    no digit of it is rounded away; currency, percent and thousands signs are left out. Cells of a
    date type become ISO 8601 text, booleans TRUE and FALSE. Of merged cells the first has the
    value. Empty rows are skipped; a record's number is its sheet row minus the header's.

    Raises:
        InputError: the file is encrypted, old (.xls) or damaged, has no such sheet, or its header
            has empty or repeated names.
    """
    with _opened(path, spec) as book:
        sheet = _cells(path, spec, book)
        findings = list(sheet.findings)
    for (name, error), found in sheet.errors.items():
        findings.append(_error_cell(path, name, error, found))
    names = wanted(sheet.names, columns)
    series = {}
    for i, name in enumerate(sheet.names):
        if name in names:
            series[name] = text_column([row[i] for row in sheet.cells], spec.missing)
    findings += _without_value(path, spec)
    if not sheet.cells:
        findings.append(empty_source(path))
    records = np.array(sheet.records, dtype=np.int64)
    return Table(tuple(sheet.names), series, records, findings=tuple(findings))


def names(path: Path, spec: SourceSpec) -> list[str]:
    """The column names of the sheet."""
    with _opened(path, spec) as book:
        return _cells(path, spec, book, limit=1).names


@contextmanager
def _opened(path: Path, spec: SourceSpec, values: bool = True) -> Iterator[Workbook]:
    """The workbook, with the values of formulas or the formulas themselves."""
    with path.open("rb") as file:
        if file.read(8) == _OLE:
            secret = "EncryptedPackage".encode("utf-16-le") in file.read()
            kind = "is encrypted: remove its password" if secret else "is of the old kind (.xls)"
            raise refuse(path, f"the workbook {kind} and save it as .xlsx")
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > _LARGEST:
                raise refuse(path, "the workbook unpacks to more than 4 GB")
        book = openpyxl.load_workbook(path, read_only=True, data_only=values)
        try:
            yield book
        finally:
            book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, EOFError, OSError) as error:
        raise refuse(path, f"not an Excel workbook (.xlsx), or damaged: {error}") from None


def _worksheet(path: Path, spec: SourceSpec, book: Workbook) -> tuple[Any, list[str]]:
    """The sheet asked for, and the names of all."""
    titles = [sheet.title for sheet in book.worksheets]
    if isinstance(spec.sheet, str):
        if spec.sheet not in titles:
            known = ", ".join(titles)
            near = nearest(spec.sheet, titles)
            raise refuse(path, f"there is no sheet '{spec.sheet}'{near}; the sheets are: {known}")
        return book[spec.sheet], titles
    number = 1 if spec.sheet is None else spec.sheet
    if not 1 <= number <= len(titles):
        raise refuse(path, f"there is no sheet {number}: the workbook has {len(titles)}")
    return book.worksheets[number - 1], titles


def _cells(path: Path, spec: SourceSpec, book: Workbook, limit: int | None = None) -> _Sheet:
    sheet, titles = _worksheet(path, spec, book)
    sheet.reset_dimensions()  # what a file says of its extent is not always so
    last = spec.header + limit - 1 if limit else None
    grid = sheet.iter_rows(min_row=spec.header, max_row=last)
    header = [_shown(cell) for cell in next(iter(grid), ())]
    rows: list[list[str | None]] = []
    records: list[int] = []
    errors: dict[tuple[int, str], list[int]] = {}
    for record, row in enumerate(grid, start=1):
        texts = [_shown(cell) for cell in row]
        if any(map(_filled, texts)):
            rows.append(texts)
            records.append(record)
            for i, cell in enumerate(row):
                if cell.data_type == "e":
                    errors.setdefault((i, texts[i] or ""), []).append(record)
    width = max((len(row) for row in [header, *rows]), default=0)
    places, names = _names(path, spec, header, rows, width, limit is not None)
    cells = [[row[i] if i < len(row) else None for i in places] for row in rows]
    named = dict(zip(places, names, strict=True))
    faults = {(named[i], text): found for (i, text), found in errors.items() if i in named}
    findings = _other_sheets(path, spec, titles)
    return _Sheet(names, cells, records, faults, findings)


def _filled(text: str | None) -> bool:
    return bool(text and text.strip())


def _names(
    path: Path,
    spec: SourceSpec,
    header: list[str | None],
    rows: list[list[str | None]],
    width: int,
    header_only: bool,
) -> tuple[list[int], list[str]]:
    """The columns that have a name; one without a name must not have a value."""
    texts = [(text or "").strip() for text in header] + [""] * (width - len(header))
    if not any(texts):
        raise refuse(path, "no column names in this row of the sheet", spec.header)
    places = [i for i, text in enumerate(texts) if text]
    unnamed = [i for i, text in enumerate(texts) if not text]
    filled = [i for i in unnamed if any(len(row) > i and _filled(row[i]) for row in rows)]
    if filled and not header_only:
        letters = ", ".join(get_column_letter(i + 1) for i in filled)
        raise refuse(path, f"sheet column {letters} holds values and has no name", spec.header)
    check_names(path, [texts[i] for i in places], spec.header)
    return places, [texts[i] for i in places]


def _other_sheets(path: Path, spec: SourceSpec, titles: list[str]) -> tuple[Finding, ...]:
    if spec.sheet is not None or len(titles) == 1:
        return ()
    message = f"sheet '{titles[0]}' is read; declare a sheet to read {', '.join(titles[1:])}"
    return (Finding("other-sheets", Severity.NOTE, message, file=str(path)),)


def _error_cell(path: Path, name: str, error: str, records: list[int]) -> Finding:
    return Finding(
        "error-cell",
        Severity.WARNING,
        f"the cell holds the Excel error {error}",
        variable=name,
        value=error,
        count=len(records),
        file=str(path),
        record=records[0],
    )


def _without_value(path: Path, spec: SourceSpec) -> list[Finding]:
    """Formulas that no program has computed: their cells have no value in the file."""
    with zipfile.ZipFile(path) as archive:
        sheets = [item for item in archive.namelist() if item.startswith("xl/worksheets/")]
        if not any(b"<f" in archive.read(item) for item in sheets):
            return []
    count: Counter[str] = Counter()
    with _opened(path, spec) as values, _opened(path, spec, values=False) as formulas:
        pair = [_worksheet(path, spec, book)[0] for book in (values, formulas)]
        for value_row, formula_row in zip(*(sheet.iter_rows() for sheet in pair), strict=False):
            for value, formula in zip(value_row, formula_row, strict=False):
                if formula.data_type == "f" and value.value is None:
                    count[get_column_letter(formula.column)] += 1
    return [
        Finding(
            "formula-without-value",
            Severity.WARNING,
            f"sheet column {letter}: formulas that were never computed are read as missing",
            count=number,
            file=str(path),
        )
        for letter, number in sorted(count.items())
    ]


def _shown(cell: Any) -> str | None:
    value = cell.value
    if value is None or isinstance(value, str):
        return value
    return _text(type(value).__name__, value, cell.number_format or "General")


@lru_cache(maxsize=1 << 16)
def _text(kind: str, value: Any, number_format: str) -> str:
    """A cell's value as text (``kind`` keeps 1, 1.0 and True apart in the cache)."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return _moment(value, number_format)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(value, int | float):
        return _number(value, number_format)
    return str(value)


def _moment(value: datetime, number_format: str) -> str:
    value = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    has_time = re.search(r"[hs]", _LITERAL.sub("", number_format), re.IGNORECASE)
    if has_time or value.time() != time():
        return value.isoformat()
    return value.date().isoformat()


def _number(value: float, number_format: str) -> str:
    """The number with Excel's 15 significant digits, padded to the decimals of its format."""
    text = format(value, ".15g")
    if "e" in text:
        return str(int(value)) if abs(value) >= 1 else text
    shape = _DIGITS.match(_LITERAL.sub("", number_format.split(";")[0]))
    if not shape:
        return text
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, decimals = text.partition(".")
    whole = whole.zfill(shape.group(1).count("0"))
    decimals = decimals.ljust(len(shape.group(2) or ""), "0")
    return f"{sign}{whole}.{decimals}" if decimals else sign + whole
