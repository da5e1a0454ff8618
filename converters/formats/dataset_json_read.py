"""Read Dataset-JSON 1.1 (JSON, NDJSON, DSJC) in bounded pieces, one column at a time.

A piece of the text is parsed at once and its rows turned into columns; only codes, distinct values
and numbers are kept.
"""

from __future__ import annotations

import codecs
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.dataset import Dataset, Metadata
from converters.errors import InputError, Problem, nearest
from converters.formats.dataset_json_layout import (
    NUMBER_TYPES,
    TEXT_TYPES,
    Column,
    DatasetJsonHeader,
    clock_number,
    column_of,
    variable_of,
)

#: Bytes read and parsed at once.
_CHUNK = 1 << 22
#: How far before the end of the text an error may be due to text not yet read.
_TAIL = 1 << 20
#: How many places are tried to cut a piece after a row: a place may lie within a text.
_CUTS = 20
_NEEDED = (
    *("datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID", "records"),
    *("name", "label", "columns"),
)
_EXACT = 2**53


@dataclass(frozen=True)
class DatasetJsonFile:
    """A dataset and the attributes of its file that a Dataset does not hold."""

    dataset: Dataset
    header: DatasetJsonHeader


def read_dataset_json(path: str | os.PathLike[str]) -> Dataset:
    """The dataset of a Dataset-JSON file; texts as categories, numbers as float64.

    Null and empty texts are missing. Dates with ``targetDataType`` integer come as SAS numbers
    with their format. The extension says what the file is: ``.json``, ``.ndjson`` or ``.dsjc``.

    Raises:
        InputError: the file cannot be read, is not Dataset-JSON 1.1, is damaged or cut short, or a
            value is not of its column's type.
    """
    return read_dataset_json_file(path).dataset


def read_dataset_json_file(path: str | os.PathLike[str]) -> DatasetJsonFile:
    """As ``read_dataset_json``, with the file's attributes, so that it can be written again."""
    with _told(Path(path)) as source:
        rows = _Rows(source)
        if source.path.suffix.lower() == ".json":
            attributes = _read_json(source, rows)
        else:
            attributes = _read_lines(source, rows)
        return _file(source, attributes, rows)


@contextmanager
def _told(path: Path) -> Iterator[_Source]:
    """The file; what goes wrong with it is told in one way."""
    source = _Source(path)
    try:
        yield source
    except OSError as error:
        raise source.error(f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise source.error(f"is not UTF-8: {error.reason}") from error
    except RecursionError as error:
        raise source.error("is nested too deeply for Dataset-JSON") from error


@dataclass(frozen=True)
class DatasetJsonContents:
    """What a file says of itself, and its first records; ``rows`` is the number that it states."""

    first: DatasetJsonFile
    rows: int


def read_contents(path: str | os.PathLike[str], rows: int) -> DatasetJsonContents:
    """The attributes and the first ``rows`` records; no more is read than this needs.

    Raises:
        InputError: as ``read_dataset_json``; what comes later in the file is not looked at.
    """
    with _told(Path(path)) as source:
        head = _Rows(source)
        if source.path.suffix.lower() == ".json":
            attributes = _read_json(source, head, rows)
        else:
            attributes = _read_lines(source, head, rows)
        stated = attributes.get("records")
        attributes["records"] = head.count
        return DatasetJsonContents(
            _file(source, attributes, head), stated if type(stated) is int else 0
        )


@dataclass(frozen=True)
class _Source:
    path: Path

    def error(self, message: str, line: int | None = None) -> InputError:
        return InputError(Problem(str(self.path), line, None, message))

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the file, decompressed if its extension says so."""
        with self.path.open("rb") as stream:
            raw = iter(lambda: stream.read(_CHUNK), b"")
            yield from self._inflated(raw) if self.path.suffix.lower() == ".dsjc" else raw

    def _inflated(self, raw: Iterator[bytes]) -> Iterator[bytes]:
        # 47: zlib's wrapper as specified, or gzip's, which occurs too.
        inflate = zlib.decompressobj(47)
        try:
            for chunk in raw:
                rest = chunk
                while rest and not inflate.eof:
                    yield inflate.decompress(rest, _CHUNK)
                    rest = inflate.unconsumed_tail
        except zlib.error as error:
            raise self.error("is no zlib stream, or is damaged") from error
        if not inflate.eof:
            raise self.error("is cut short: its zlib stream has no end")


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class _Rows:
    """The columns of the rows seen so far."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self.count = 0
        self.columns: list[_Pieces] = []

    def add(self, rows: list[Any]) -> None:
        if not rows:
            return
        wrong = next((at for at, row in enumerate(rows) if not isinstance(row, list)), None)
        if wrong is not None:
            raise self._source.error(f"row {self.count + wrong + 1} is not a JSON array")
        width = len(self.columns) if self.count else len(rows[0])
        if set(map(len, rows)) != {width}:
            wrong = next(at for at, row in enumerate(rows) if len(row) != width)
            raise self._source.error(
                f"row {self.count + wrong + 1} has {len(rows[wrong])} values, others have {width}"
            )
        if not self.columns:
            self.columns = [_Pieces() for _ in range(width)]
        for pieces, values in zip(self.columns, zip(*rows, strict=True), strict=True):
            fault = pieces.add(values)
            if fault is not None:
                shown = json.dumps(values[fault])[:60]
                raise self._source.error(
                    f"row {self.count + fault + 1}: {shown} does not fit the other values"
                )
        self.count += len(rows)


@dataclass
class _Pieces:
    """One column as it comes: text codes into ``values``, or numbers, or nothing yet."""

    values: dict[str, int] = field(default_factory=dict)
    codes: list[npt.NDArray[np.int32]] = field(default_factory=list)
    numbers: list[npt.NDArray[np.float64]] = field(default_factory=list)
    empty: int = 0

    def add(self, values: tuple[Any, ...]) -> int | None:
        """Take in values; gives the place of one that fits neither text nor number."""
        kinds = set(map(type, values)) - {type(None)}
        if not kinds:
            self._add_empty(len(values))
        elif kinds == {str} and not self.numbers:
            self._add_text(values)
        elif kinds <= {int, float, bool} and not self.codes:
            return self._add_numbers(values, kinds)
        else:
            fits = (int, float, bool) if self.numbers else (str,)
            if not self.numbers and not self.codes:
                fits = (type(next(value for value in values if value is not None)),)
            return next(
                at
                for at, value in enumerate(values)
                if value is not None and type(value) not in fits
            )
        return None

    def _add_empty(self, rows: int) -> None:
        if self.codes:
            self.codes.append(np.full(rows, -1, dtype=np.int32))
        elif self.numbers:
            self.numbers.append(np.full(rows, np.nan))
        else:
            self.empty += rows

    def _add_text(self, values: tuple[Any, ...]) -> None:
        if not self.codes:
            self.codes.append(np.full(self.empty, -1, dtype=np.int32))
        codes, distinct = pd.factorize(np.array(values, dtype=object))
        known = [self.values.setdefault(value, len(self.values)) for value in distinct]
        self.codes.append(np.array([*known, -1], dtype=np.int32)[codes])

    def _add_numbers(self, values: tuple[Any, ...], kinds: set[type]) -> int | None:
        if not self.numbers:
            self.numbers.append(np.full(self.empty, np.nan))
        try:
            numbers = np.array(values, dtype=np.float64)
        except OverflowError:
            numbers = np.full(len(values), np.inf)
        if int in kinds and (np.abs(numbers) >= _EXACT).any():
            for at, value in enumerate(values):
                if type(value) is int and (abs(value) > 2**1023 or int(float(value)) != value):
                    return at
        if not np.isfinite(numbers[~np.isnan(numbers)]).all():
            return int(np.flatnonzero(np.isinf(numbers))[0])
        self.numbers.append(numbers)
        return None


def _read_lines(source: _Source, rows: _Rows, most: int | None = None) -> dict[str, Any]:
    """NDJSON: the attributes on the first line, one row on each other; ``most`` rows of these."""
    attributes: dict[str, Any] | None = None
    line = 1
    for lines in _line_blocks(source.chunks()):
        if attributes is None:
            attributes = _first_line(source, lines.pop(0))
            line += 1
        parsed = _parse_lines(source, lines[:most], line)
        rows.add(parsed)
        line += len(lines)
        if most is not None:
            break
    if attributes is None:
        raise source.error("is empty")
    return attributes


def _line_blocks(chunks: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Whole lines without their ends; only the last may be empty, and is then left out."""
    parts: list[bytes] = []
    for chunk in chunks:
        head, end, rest = chunk.rpartition(b"\n")
        if end:
            yield b"".join([*parts, head]).split(b"\n")
            parts = [rest]
        else:
            parts.append(chunk)
    last = b"".join(parts)
    if last.strip():
        yield [last]


def _first_line(source: _Source, line: bytes) -> dict[str, Any]:
    try:
        found = _DECODER.decode(line.decode("utf-8-sig"))
    except ValueError as error:
        raise source.error(f"the first line is not JSON: {error}", 1) from error
    if not isinstance(found, dict):
        raise source.error("the first line is not an object of attributes", 1)
    return found


def _parse_lines(source: _Source, lines: list[bytes], first: int) -> list[Any]:
    try:
        parsed = _DECODER.decode(f"[{b','.join(lines).decode()}]")
        if len(parsed) == len(lines):
            return list(parsed)
    except ValueError:
        pass
    # Something is wrong: find the line.
    for number, line in enumerate(lines, start=first):
        try:
            _DECODER.decode(line.decode())
        except ValueError as error:
            raise source.error(f"the line is not JSON: {error}", number) from error
    raise source.error("the lines are not one JSON array each", first)


class _Text:
    """The text of a JSON file, read on as it is used."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._chunks = source.chunks()
        self._decode = codecs.getincrementaldecoder("utf-8-sig")()
        self.text = ""
        self.at = 0

    def more(self) -> bool:
        chunk = next(self._chunks, b"")
        self.text = self.text[self.at :] + self._decode.decode(chunk, final=not chunk)
        self.at = 0
        return bool(chunk)

    def sign(self) -> str:
        """The next character that is no white space, not yet taken; empty at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def take(self, signs: str) -> str:
        """The next character, which must be one of ``signs``."""
        found = self.sign()
        if not found or found not in signs:
            shown = f"found {found!r}" if found else "the file ends: it is cut short"
            raise self._source.error(f"expected one of {signs!r}, {shown}")
        self.at += 1
        return found

    def value(self) -> Any:
        self.sign()
        while True:
            try:
                found, end = _DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if error.pos > len(self.text) - _TAIL and self.more():
                    continue
                raise self._source.error(f"is not JSON: {error.msg}") from error
            except ValueError as error:
                raise self._source.error(f"is not JSON: {error}") from error
            # A number may go on after the text that was read so far.
            if end < len(self.text) or not self.more():
                self.at = end
                return found

    def rows(self) -> Iterator[list[Any]]:
        """The elements of an array whose ``[`` was taken, in pieces; takes its ``]`` too."""
        if self.sign() == "]":
            self.at += 1
            return
        while True:
            while len(self.text) - self.at < _CHUNK and self.more():
                pass
            piece, end = self._piece()
            yield piece
            self.at = end
            if self.take(",]") == "]":
                return
            self.sign()

    def _piece(self) -> tuple[list[Any], int]:
        """Rows up to one that ends within the text, and where the last of them ends."""
        while True:
            cut = len(self.text)
            for _ in range(_CUTS):
                cut = self.text.rfind("]", self.at, cut)
                if cut < 0:
                    break
                try:
                    return _DECODER.decode(f"[{self.text[self.at : cut + 1]}]"), cut + 1
                except ValueError:
                    continue
            # The array may end here, before other attributes, or a row may be longer than a piece.
            try:
                found, end = _DECODER.raw_decode(f"[{self.text[self.at :]}")
            except ValueError as error:
                place = self.at + getattr(error, "pos", 0)
                if place > len(self.text) - _TAIL and self.more():
                    continue
                message = f"rows are not JSON, or are cut short: {error}"
                raise self._source.error(message) from error
            return found, self.at + end - 2


def _read_json(source: _Source, rows: _Rows, most: int | None = None) -> dict[str, Any]:
    """JSON: one object; its rows are read in pieces, wherever they are.

    With ``most`` only so many rows are kept, and what comes after the needed attributes is left.
    """
    text = _Text(source)
    if text.sign() != "{":
        raise source.error("is not a JSON object" if text.sign() else "is empty")
    text.take("{")
    attributes: dict[str, Any] = {}
    while True:
        name = text.value()
        text.take(":")
        if name in attributes:
            raise source.error(f"has {name!r} twice")
        if name == "rows":
            text.take("[")
            attributes[name] = None
            for piece in text.rows():
                rows.add(piece if most is None else piece[: most - rows.count])
                if most is not None and attributes.keys() >= set(_NEEDED):
                    return attributes
        else:
            attributes[str(name)] = text.value()
        if text.take(",}") == "}":
            break
    if text.sign():
        raise source.error("has more after its JSON object")
    return attributes


def _file(source: _Source, attributes: dict[str, Any], rows: _Rows) -> DatasetJsonFile:
    items = _checked(source, attributes)
    if rows.count and len(rows.columns) != len(items):
        raise source.error(f"has {len(items)} columns, but {len(rows.columns)} values in a row")
    if attributes["records"] != rows.count:
        raise source.error(
            f"says it has {attributes['records']} records, but holds {rows.count}: it is cut short"
            " or wrong"
        )
    pieces = rows.columns or [_Pieces() for _ in items]
    frame: dict[str, pd.Series] = {}
    variables = []
    for item, each in zip(items, pieces, strict=True):
        frame[item.name] = _column(source, item, each, rows.count)
        longest = max((len(value.encode(errors="replace")) for value in each.values), default=0)
        variables.append(variable_of(item, longest))
    keyed = sorted((item.key, item.name) for item in items if item.key)
    metadata = Metadata(
        attributes["name"],
        attributes["label"],
        "",
        "",
        tuple(name for _, name in keyed),
        tuple(variables),
    )
    table = pd.DataFrame(frame, index=pd.RangeIndex(rows.count))
    return DatasetJsonFile(Dataset(metadata, table), _header(attributes, items, metadata))


def _checked(source: _Source, attributes: dict[str, Any]) -> list[Column]:
    """The columns, once all attributes are there and of their types."""
    faults = [f"attribute {name} is missing" for name in _NEEDED if name not in attributes]
    faults += [
        f"attribute {name} is not text"
        for name, value in attributes.items()
        if name not in ("records", "columns", "rows", "sourceSystem") and not isinstance(value, str)
    ]
    version = attributes.get("datasetJSONVersion")
    if isinstance(version, str) and version.split(".")[:2] != ["1", "1"]:
        faults.append(f"is Dataset-JSON {version}, expected 1.1")
    records = attributes.get("records", 0)
    if type(records) is not int or records < 0:
        faults.append("attribute records is not a number of rows")
    listed = attributes.get("columns", [])
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        faults.append("attribute columns is not a list of objects")
        listed = []
    items = [_item(entry, place, faults) for place, entry in enumerate(listed, start=1)]
    names = [item.name for item in items]
    faults += [
        f"two columns are named {name}" for name in sorted({*names}) if names.count(name) > 1
    ]
    if faults:
        raise InputError(*(Problem(str(source.path), None, None, fault) for fault in faults))
    return items


def _item(entry: dict[str, Any], place: int, faults: list[str]) -> Column:
    where = f"column {place}"
    texts = {}
    for name in ("itemOID", "name", "label", "dataType", "targetDataType", "displayFormat"):
        value = entry.get(name, "")
        if not isinstance(value, str) or (name in ("itemOID", "name", "dataType") and not value):
            faults.append(f"{where}: attribute {name} is missing or not text")
            value = ""
        texts[name] = value
    numbers: dict[str, int | None] = {}
    for name in ("length", "keySequence"):
        value = entry.get(name)
        if value is not None and (type(value) is not int or value < 1):
            faults.append(f"{where}: attribute {name} is not a number from 1")
            value = None
        numbers[name] = value
    known = (*TEXT_TYPES, *NUMBER_TYPES)
    if texts["dataType"] and texts["dataType"] not in known:
        close = nearest(texts["dataType"], known)
        faults.append(f"{where}: there is no dataType {texts['dataType']!r}{close}")
    if texts["targetDataType"] not in ("", "integer", "decimal"):
        faults.append(f"{where}: there is no targetDataType {texts['targetDataType']!r}")
    return Column(
        texts["itemOID"],
        texts["name"],
        texts["label"],
        texts["dataType"],
        texts["targetDataType"],
        numbers["length"],
        texts["displayFormat"],
        numbers["keySequence"],
    )


def _header(
    attributes: dict[str, Any], items: list[Column], metadata: Metadata
) -> DatasetJsonHeader:
    system = attributes.get("sourceSystem") or {}
    header = DatasetJsonHeader(
        created=attributes["datasetJSONCreationDateTime"],
        version=attributes["datasetJSONVersion"],
        file_oid=attributes.get("fileOID", ""),
        last_modified=attributes.get("dbLastModifiedDateTime", ""),
        originator=attributes.get("originator", ""),
        source_system=(str(system.get("name", "")), str(system.get("version", "")))
        if isinstance(system, dict) and system
        else None,
        study_oid=attributes.get("studyOID", ""),
        metadata_version_oid=attributes.get("metaDataVersionOID", ""),
        metadata_ref=attributes.get("metaDataRef", ""),
        item_group_oid=attributes["itemGroupOID"],
    )
    usual = [column_of(variable, metadata, header) for variable in metadata.variables]
    pairs = list(zip(items, usual, strict=True))
    return DatasetJsonHeader(
        **{
            **vars(header),
            "item_oids": {item.name: item.oid for item, each in pairs if item.oid != each.oid},
            "data_types": {
                item.name: item.data_type
                for item, each in pairs
                if item.data_type != each.data_type
            },
        }
    )


def _column(source: _Source, item: Column, pieces: _Pieces, rows: int) -> pd.Series:
    codes = np.concatenate(pieces.codes) if pieces.codes else np.full(rows, -1, dtype=np.int32)
    values = list(pieces.values)
    if not item.number:
        if pieces.numbers:
            raise source.error(f"column {item.name} is {item.data_type}, but holds numbers")
        return columns.from_codes(codes, [value or None for value in values])
    if item.data_type == "decimal" or item.clock:
        if pieces.numbers:
            raise source.error(f"column {item.name} is {item.data_type}, but holds plain numbers")
        table = [_number(source, item, value) for value in values]
        return pd.Series(np.array([*table, np.nan])[codes])
    if any(values):
        shown = json.dumps(next(value for value in values if value))[:60]
        raise source.error(f"column {item.name} is {item.data_type}, but holds {shown}")
    numbers = np.concatenate(pieces.numbers) if pieces.numbers else np.full(rows, np.nan)
    odd = np.flatnonzero(numbers % 1 > 0)
    if item.data_type == "integer" and len(odd):
        raise source.error(
            f"column {item.name}, row {int(odd[0]) + 1}: {numbers[odd[0]]:g} is no integer"
        )
    return pd.Series(numbers)


def _number(source: _Source, item: Column, text: str) -> float:
    if not text:
        return float(np.nan)
    try:
        if item.clock:
            return clock_number(text, item.clock)
    except ValueError as error:
        raise source.error(
            f"column {item.name}: {text!r} is no complete {item.clock}, so it has no number"
        ) from error
    number = columns.parse_number(text)
    if np.isnan(number):
        raise source.error(f"column {item.name}: {text!r} is no decimal number")
    return number
