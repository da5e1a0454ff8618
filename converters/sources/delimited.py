"""Delimited text (CSV, TSV): encoding, delimiter, quotes and shape are checked, then Arrow reads.

The form is RFC 4180: a field that holds a delimiter, a quote or a line break stands in quotes, and
a quote inside is doubled. Lines end with LF, CRLF or CR; empty lines are skipped and not numbered.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from converters.errors import InputError, Problem, SpecError
from converters.findings import Finding
from converters.sources.encoding import utf8
from converters.sources.table import (
    SourceSpec,
    Table,
    check_names,
    empty_source,
    refuse,
    text_column,
    wanted,
)

_DELIMITERS = ",;\t|"
_HEAD = 1 << 20  # bytes in which the header must end
_SAMPLE = 1 << 16  # characters that show the delimiter
_STEP = 1 << 24  # bytes looked at, and parsed, in one go
_SHOWN = 20  # ragged records told one by one
_LINE_END = re.compile(rb"\r\n|\n|\r")

Places = npt.NDArray[np.int64]


class _Text(NamedTuple):
    """A file as UTF-8 without a byte order mark, its header read."""

    path: Path
    names: list[str]
    body: memoryview  # the records
    line: int  # 1-based, where the body begins
    delimiter: str
    quote: str
    findings: tuple[Finding, ...]


def read(path: Path, spec: SourceSpec, columns: Collection[str] | None) -> Table:
    """The records of a delimited file; values are text exactly as written.

    Raises:
        InputError: the file does not decode, has NUL bytes, stray or unclosed quotes, records of
            another width than the header, or unusable column names.
        SpecError: the encoding is unknown, or the delimiter or quote is not one ASCII character.
    """
    text = _open(path, spec)
    if text.quote:
        _check_quotes(text)
    names = wanted(text.names, columns)
    table = _parse(text, names or text.names[:1])
    series = {name: text_column(table.column(name), spec.missing) for name in names}
    rows = table.num_rows
    findings = text.findings if rows else (*text.findings, empty_source(path))
    return Table(tuple(text.names), series, np.arange(1, rows + 1), findings=findings)


def names(path: Path, spec: SourceSpec) -> list[str]:
    """The column names of a delimited file."""
    return _open(path, spec).names


def _open(path: Path, spec: SourceSpec) -> _Text:
    for role, sign in (("delimiter", spec.delimiter or ","), ("quote", spec.quote or '"')):
        if len(sign) != 1 or not sign.isascii():
            raise SpecError(
                f"source '{spec.name}': the {role} is one ASCII character, not '{sign}'"
            )
    data, findings = utf8(path, spec.encoding)
    start, line = _header_line(path, data, spec.header)
    head = bytes(data[start : start + _HEAD]).decode("utf-8", errors="ignore")
    delimiter = spec.delimiter or ("\t" if _is_tsv(path, spec) else _detect(head, spec.quote))
    names, lines, length = _header(path, head, line, delimiter, spec.quote)
    check_names(path, names, line)
    body = data[start + length :]
    return _Text(path, names, body, line + lines, delimiter, spec.quote, findings)


def _is_tsv(path: Path, spec: SourceSpec) -> bool:
    return spec.format == "tsv" or (spec.format is None and path.suffix.lower() in (".tsv", ".tab"))


def _header_line(path: Path, data: memoryview, header: int) -> tuple[int, int]:
    """Byte and 1-based number of the first line with text, from line ``header`` on."""
    head = bytes(data[:_HEAD])
    start = 0
    for number, end in enumerate(_LINE_END.finditer(head + b"\n"), start=1):
        if number >= header and head[start : end.start()].strip():
            return start, number
        start = end.end()
    raise refuse(path, f"no column names: there is no text in line {header} or after it")


def _detect(head: str, quote: str) -> str:
    """The delimiter that cuts the first records most evenly; a comma where there is none."""
    best, delimiter = (0.0, 1), ","
    for sign in _DELIMITERS:
        try:
            lines = io.StringIO(head[:_SAMPLE], newline="")
            rows = [row for row in islice(_rows(lines, sign, quote, strict=False), 50) if row]
        except csv.Error:
            continue
        width = len(rows[0])
        score = (sum(len(row) == width for row in rows) / len(rows), width)
        if width > 1 and score > best:
            best, delimiter = score, sign
    return delimiter


def _rows(lines: Iterable[str], delimiter: str, quote: str, strict: bool) -> Iterator[list[str]]:
    if not quote:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=strict)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=strict)


def _header(
    path: Path, head: str, line: int, delimiter: str, quote: str
) -> tuple[list[str], int, int]:
    """The column names without white space around them, and the lines and bytes they take."""
    lines = 0
    length = 0

    def counted() -> Iterator[str]:
        nonlocal lines, length
        for text in io.StringIO(head, newline=""):
            lines += 1
            length += len(text.encode())
            yield text

    try:
        names = next(_rows(counted(), delimiter, quote, strict=True))
        return [name.strip() for name in names], lines, length
    except csv.Error as error:
        raise refuse(path, f"the header cannot be read: {error}", line) from None


def _parse(text: _Text, names: list[str]) -> pa.Table:
    """The columns ``names`` of the body as dictionaries of text."""
    kind = pa.dictionary(pa.int32(), pa.string())
    if not _holds_text(text.body):
        return pa.table({name: pa.array([], kind) for name in names})
    for block in (_STEP, len(text.body) + 1):
        try:
            return pa.csv.read_csv(
                pa.BufferReader(pa.py_buffer(text.body)),
                read_options=pa.csv.ReadOptions(
                    column_names=text.names,
                    block_size=min(block, 2**31 - 1),
                    use_threads=False,  # Arrow's threads can abort a process that ends soon
                ),
                parse_options=pa.csv.ParseOptions(
                    delimiter=text.delimiter,
                    quote_char=text.quote or False,
                    newlines_in_values=bool(text.quote) and _has(text.body, text.quote),
                ),
                convert_options=pa.csv.ConvertOptions(
                    check_utf8=False,  # known by now
                    column_types=dict.fromkeys(text.names, kind),
                    include_columns=names,
                ),
            )
        except pa.ArrowInvalid as error:
            _check_widths(text)
            fault = error
    raise refuse(text.path, f"the records cannot be read: {fault}")


def _steps(data: memoryview) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    for start in range(0, len(data), _STEP):
        yield start, np.frombuffer(data[start : start + _STEP], dtype=np.uint8)


def _has(data: memoryview, sign: str) -> bool:
    return any((part == ord(sign)).any() for _, part in _steps(data))


def _holds_text(data: memoryview) -> bool:
    return any(((part != 10) & (part != 13)).any() for _, part in _steps(data))


def _places(data: memoryview, sign: str) -> Places:
    """Where ``sign`` stands, as byte offsets."""
    found = [np.flatnonzero(part == ord(sign)) + start for start, part in _steps(data)]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _check_quotes(text: _Text) -> None:
    """Check that each quote opens a field, closes it, or is one of two that stand for one.

    Quotes alternate between opening and closing; a doubled quote closes and opens at once. So an
    opening one follows a delimiter, a line break or a quote, and a closing one stands before such.
    """
    quotes = _places(text.body, text.quote)
    if not len(quotes):
        return
    data = np.frombuffer(text.body, dtype=np.uint8)
    edges = np.frombuffer(f"\r\n{text.delimiter}{text.quote}".encode(), dtype=np.uint8)
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[np.maximum(opening - 1, 0)]
    after = data[np.minimum(closing + 1, len(data) - 1)]
    stray = np.concatenate(
        [
            opening[(opening > 0) & ~np.isin(before, edges)],
            closing[(closing < len(data) - 1) & ~np.isin(after, edges)],
        ]
    )
    advice = f"; a {text.quote} in a text is doubled and the text quoted, or declare quote: ''"
    if len(stray):
        place = int(stray.min())
        line = text.line + len(_LINE_END.findall(bytes(text.body[:place])))
        more = f", the first of {len(stray)}" if len(stray) > 1 else ""
        around = bytes(text.body[max(place - 20, 0) : place + 20]).decode(errors="ignore").split()
        message = f"stray quote{more}, near: {' '.join(around)}{advice}"
        raise refuse(text.path, message, line)
    if len(quotes) % 2:
        line = text.line + len(_LINE_END.findall(bytes(text.body[: quotes[-1]])))
        raise refuse(text.path, f"the quote that opens in this line is never closed{advice}", line)


def _check_widths(text: _Text) -> None:
    """Tell every record that has more or fewer fields than the header.

    Raises:
        InputError: there are such records.
    """
    starts, ends, fields = _shape(text)
    filled = ends > starts
    starts, fields = starts[filled], fields[filled]
    ragged = np.flatnonzero(fields != len(text.names))
    if not len(ragged):
        return
    breaks = np.array([m.start() for m in _LINE_END.finditer(bytes(text.body))], dtype=np.int64)
    lines = text.line + np.searchsorted(breaks, starts[ragged])
    problems = [
        Problem(
            str(text.path),
            int(line),
            None,
            f"record {row + 1} has {fields[row]} fields, and the header {len(text.names)}",
        )
        for line, row in zip(lines[:_SHOWN], ragged[:_SHOWN], strict=True)
    ]
    if len(ragged) > _SHOWN:
        more = f"{len(ragged) - _SHOWN} more records ({len(ragged)} in all) have the wrong width"
        problems.append(Problem(str(text.path), None, None, more))
    raise InputError(*problems)


def _shape(text: _Text) -> tuple[Places, Places, Places]:
    """Start, end and number of fields of each record, empty lines included."""
    data = text.body
    quotes = _places(data, text.quote) if text.quote else np.empty(0, dtype=np.int64)

    def outside(places: Places) -> Places:
        kept: Places = places[np.searchsorted(quotes, places) % 2 == 0]
        return kept

    feeds, returns = outside(_places(data, "\n")), outside(_places(data, "\r"))
    lone = returns[~np.isin(returns + 1, feeds)]
    ends = np.sort(np.concatenate([feeds, lone]))
    starts = np.concatenate([[0], ends + 1])
    ends = np.concatenate([ends, [len(data)]])
    delimiters = outside(_places(data, text.delimiter))
    fields = np.searchsorted(delimiters, ends) - np.searchsorted(delimiters, starts) + 1
    pair = np.isin(ends - 1, returns) & (ends > starts)
    return starts, ends - pair, fields
