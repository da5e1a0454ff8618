"""Read SAS transport files (XPORT), versions 5, 8 and 9, whole columns at a time.

How many records there are. Versions 8 and 9 say it. Version 5 does not: the records end where the
next member or the file ends, less the blanks that fill the last card. When a record has 80 bytes
or more, that filling can never be a record. When it is shorter, blank records at the end cannot be
told from filling, and as in SAS all of them count as filling. Any other rest means damage.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from converters import columns
from converters.dataset import Dataset, Metadata, Variable
from converters.errors import InputError, Problem, nearest
from converters.formats import ibm_float, xpt_layout
from converters.formats.xpt_layout import CARD, Descriptor, XptHeader, XptStamp, XptVariable

#: Bytes of records that are taken apart at once.
_BLOCK = 1 << 21
#: From this size on ``read_contents`` looks at so many records, and at so many bytes of the end.
_GLANCE, _GLANCES, _GLANCE_END = 1 << 26, 4_096, 1 << 16
#: Tried in this order when no encoding is given; the last takes any byte.
ENCODINGS = ("ascii", "utf-8", "cp1252", "latin-1")


@dataclass(frozen=True)
class XptMember:
    """A dataset of a transport file, and what the file says beyond it."""

    dataset: Dataset
    header: XptHeader


def read_xpt(
    path: str | os.PathLike[str], member: str | None = None, *, encoding: str | None = None
) -> Dataset:
    """The dataset of a transport file; ``member`` names one where there are several.

    Texts come as categories without trailing blanks (a blank one is missing), numbers as float64
    (special missing values keep their letter, see ``ibm_float``). Without ``encoding`` it is the
    first of ASCII, UTF-8, Windows-1252 and Latin-1 that fits all texts of the dataset.

    Raises:
        InputError: the file cannot be read, is no transport file, is damaged or cut short, or has
            no such member.
    """
    return read_member(path, member, encoding=encoding).dataset


def read_member(
    path: str | os.PathLike[str], member: str | None = None, *, encoding: str | None = None
) -> XptMember:
    """As ``read_xpt``, with the header, so that the dataset can be written as it was.

    Raises:
        InputError: as ``read_xpt``.
    """
    with _opened(Path(path)) as file:
        places = list(_places(file))
        if member is not None:
            return _member(file, _named(file, places, member), encoding)
        if len(places) > 1:
            names = ", ".join(place.name for place in places)
            raise file.error(f"holds {len(places)} datasets, name one: {names}")
        return _member(file, places[0], encoding)


def _named(file: _File, places: list[_Place], member: str) -> _Place:
    names = [place.name for place in places]
    for place in places:
        if place.name.upper() == member.upper():
            return place
    close = nearest(member, names)
    raise file.error(f"holds no dataset {member}{close}, but {', '.join(names)}")


def read_members(path: str | os.PathLike[str], *, encoding: str | None = None) -> list[XptMember]:
    """All datasets of a transport file in their order, each with its header.

    Raises:
        InputError: as ``read_xpt``.
    """
    with _opened(Path(path)) as file:
        return [_member(file, place, encoding) for place in _places(file)]


@dataclass(frozen=True)
class XptContents:
    """What the headers of a transport file say of one of its ``members``, and its first records.

    ``rows`` is the number of its records; ``first`` holds those that were asked for.
    """

    first: XptMember
    rows: int
    members: tuple[str, ...]


def read_contents(
    path: str | os.PathLike[str],
    rows: int,
    member: str | None = None,
    *,
    encoding: str | None = None,
) -> XptContents:
    """The headers and the first ``rows`` records of a dataset (the file's first, or ``member``).

    Only what this needs is read. Version 5 does not say where a member ends; a file over 64 MB
    whose sampled records are all in step with the first member is taken to hold that one alone.

    Raises:
        InputError: as ``read_xpt``.
    """
    with _opened(Path(path), glance=True) as file:
        places = list(_places(file))
        place = places[0] if member is None else _named(file, places, member)
        head = place._replace(rows=min(place.rows, rows))
        names = tuple(item.name for item in places)
        return XptContents(_member(file, head, encoding), place.rows, names)


@dataclass(frozen=True)
class _File:
    path: Path
    data: mmap.mmap
    #: Whether a large file that looks like one dataset is taken for one without reading it all.
    glance: bool = False

    def error(self, message: str, at: int | None = None) -> InputError:
        where = "" if at is None else f" (at byte {at})"
        return InputError(Problem(str(self.path), None, None, f"{message}{where}"))

    def card(self, at: int) -> bytes:
        return self.data[at : at + CARD]


@contextmanager
def _opened(path: Path, *, glance: bool = False) -> Iterator[_File]:
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size == 0:
                raise InputError(Problem(str(path), None, None, "is empty"))
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
                yield _File(path, data, glance)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(Problem(str(path), None, None, f"cannot be read: {reason}")) from error


class _Place(NamedTuple):
    """A member: its headers, and where its records are."""

    name: str
    label: bytes
    header: XptHeader
    items: list[Descriptor]
    start: int
    record: int
    rows: int


def _places(file: _File) -> Iterator[_Place]:
    version = _version(file)
    size = len(file.data)
    if size % CARD:
        raise file.error(
            f"{size} bytes are no whole number of 80-byte cards: the file was cut short,"
            " or changed by a transfer as text"
        )
    first, second = file.card(CARD), file.card(2 * CARD)
    library = _stamp(first[24:32], first[32:40], first[64:80], second[:16])
    at = 3 * CARD
    if at >= size:
        raise file.error("holds no dataset")
    while at < size:
        place = _place(file, at, version, library)
        yield place
        records = place.rows * place.record
        at = _end(file, place.start + records, version)


def _version(file: _File) -> int:
    card = file.card(0)
    if card.startswith(xpt_layout.start("LIBRARY")):
        return 5
    if card.startswith(xpt_layout.start("LIBV8")):
        return 8
    if card.startswith(b"**COMPRESSED**"):
        raise file.error("is a file of PROC CPORT, not of the XPORT engine; only SAS can read it")
    raise file.error("is no SAS transport file: it does not begin with its library header")


def _stamp(release: bytes, system: bytes, created: bytes, modified: bytes) -> XptStamp:
    return XptStamp(
        release.decode("latin-1").rstrip(" "),
        system.decode("latin-1").rstrip(" "),
        xpt_layout.parse_stamp(created),
        xpt_layout.parse_stamp(modified),
    )


def _place(file: _File, at: int, version: int, library: XptStamp) -> _Place:
    """Read the headers of the member that begins at ``at``."""
    size = _expect(file, at, "MEMBER", version)[74:78]
    if size not in (b"0140", b"0136"):
        raise file.error(f"descriptors of {size!r} bytes, expected 0140 (on VMS 0136)", at)
    _expect(file, at + CARD, "DSCRPTR", version)
    first, second = file.card(at + 2 * CARD), file.card(at + 3 * CARD)
    wide = 32 if version > 5 else 8
    if not first.startswith(b"SAS     ") or first[8 + wide : 16 + wide] != b"SASDATA ":
        raise file.error("the dataset's header is damaged", at + 2 * CARD)
    own = first[16 + wide :]
    member = _stamp(own[:8], own[8:16], first[64:80], second[:16])
    name = _name(file, first[8 : 8 + wide], at + 2 * CARD)
    at += 4 * CARD
    items, at, version = _descriptors(file, at, version, int(size))
    start = at + CARD
    record = _record_length(file, name, items, start)
    rows = _rows(file, name, items, at, record, version)
    variables = {
        item.name.decode("ascii"): XptVariable(item.informat, item.right, item.position)
        for item in items
    }
    type_ = second[72:80].decode("latin-1").rstrip(" ")
    header = XptHeader(library, member, type_, version, "ascii", variables)
    return _Place(name, second[32:72].rstrip(b" "), header, items, start, record, rows)


def _expect(file: _File, at: int, name: str, version: int) -> bytes:
    card = file.card(at)
    word = xpt_layout.kind(name, version)
    if not card.startswith(xpt_layout.start(word)):
        raise file.error(f"expected the header {word}: the file is damaged or cut short", at)
    return card


def _name(file: _File, data: bytes, at: int) -> str:
    name = data.rstrip(b" \0")
    if not name or not name.isascii() or not name.decode("ascii").isprintable():
        raise file.error(f"name {name!r} is damaged", at)
    return name.decode("ascii")


def _descriptors(
    file: _File, at: int, version: int, size: int
) -> tuple[list[Descriptor], int, int]:
    """The variables, where the header of the records is, and the version (9 if labels say so)."""
    count = _number(file, _expect(file, at, "NAMESTR", version)[48:58], at)
    at += CARD
    if at + count * size > len(file.data):
        raise file.error(f"{count} variables do not fit into the file: it is cut short", at)
    items = []
    for index in range(count):
        place = at + index * size
        try:
            item = xpt_layout.unpack_descriptor(file.data[place : place + size], version)
        except ValueError as error:
            raise file.error(f"variable number {index + 1}: {error}", place) from error
        items.append(item._replace(name=_name(file, item.name, place).encode("ascii")))
    at += count * size + xpt_layout.pad(count * size)
    for word, labels in (("LABELV8", 8), ("LABELV9", 9)):
        card = file.card(at)
        if version > 5 and card.startswith(xpt_layout.start(word)):
            try:
                used = xpt_layout.unpack_labels(
                    items, file.data, at + CARD, _number(file, card[48:53], at), labels == 9
                )
            except ValueError as error:
                raise file.error(str(error), at) from error
            return items, at + CARD + used + xpt_layout.pad(used), labels
    return items, at, version


def _number(file: _File, digits: bytes, at: int) -> int:
    text = digits.strip()
    if not text.isdigit():
        raise file.error(f"expected a number, found {digits!r}", at)
    return int(text)


def _record_length(file: _File, name: str, items: list[Descriptor], at: int) -> int:
    """The bytes of a record; the variables must fill it without gap or overlap."""
    names = {item.name.upper() for item in items}
    if not items or len(names) < len(items):
        raise file.error(f"{name}: no variables, or two of the same name", at)
    end = 0
    for item in sorted(items, key=lambda each: each.position):
        least, most = (2, 8) if item.number else (1, 32767)
        if item.position != end or not least <= item.length <= most:
            variable = item.name.decode("ascii")
            raise file.error(f"{name}.{variable}: length or position is damaged", at)
        end += item.length
    return end


def _rows(
    file: _File, name: str, items: list[Descriptor], at: int, record: int, version: int
) -> int:
    """The number of records after the header at ``at`` (see the module's text)."""
    digits = _expect(file, at, "OBS", version)[48:63]
    start = at + CARD
    if version > 5 and digits.strip() and digits != b"0" * 15:
        rows = _number(file, digits, at)
        if start + rows * record > len(file.data):
            raise file.error(
                f"{name}: {rows} records do not fit into the file: it is cut short", at
            )
        return rows
    alone = file.glance and _in_step(file, items, start, record)
    end = len(file.data) if alone else _next_member(file, start, version)
    rows, rest = divmod(end - start, record)
    if rest >= CARD or file.data[end - rest : end].strip(b" "):
        raise file.error(
            f"{name}: the file is damaged or cut short in record {rows + 1}", end - rest
        )
    if record >= CARD:
        return rows
    while rows and not (tail := _tail(file, start, rows, record)).any():
        rows -= len(tail)
    return rows and rows - len(tail) + int(np.flatnonzero(tail)[-1]) + 1


def _in_step(file: _File, items: list[Descriptor], start: int, record: int) -> bool:
    """Whether records all over a large file, and those at its end, are of this member.

    A number has a fraction that begins with a digit that is not zero, or is zero or missing, and a
    text has no zero byte: bytes of another member, out of step with this one's, soon break that.
    """
    count, rest = divmod(len(file.data) - start, record)
    mixed = len({item.number for item in items}) == 2
    if (
        len(file.data) < _GLANCE
        or not mixed
        or rest >= CARD
        or file.data[len(file.data) - rest :].strip()
    ):
        return False
    end = max(count - _GLANCE_END // record, 0)
    places = np.unique(np.r_[np.linspace(0, count - 1, _GLANCES).astype(np.int64), end:count])
    sampled = [file.data[start + at * record : start + (at + 1) * record] for at in places.tolist()]
    records = np.frombuffer(b"".join(sampled), dtype=np.uint8).reshape(-1, record)
    return all(
        _are_numbers(cells) if item.number else bool(cells.all())
        for item in items
        for cells in [records[:, item.position : item.position + item.length]]
    )


def _are_numbers(cells: npt.NDArray[np.uint8]) -> bool:
    normal = cells[:, 1] >= 16
    empty = (cells[:, 1:] == 0).all(axis=1) & ibm_float.IS_ZERO_OR_MISSING[cells[:, 0]]
    return bool((normal | empty).all())


def _tail(file: _File, start: int, rows: int, record: int) -> npt.NDArray[np.bool_]:
    """For the last records, at most 64k of them, whether each holds more than blanks."""
    count = min(rows, 65_536)
    cells = np.frombuffer(
        file.data[start + (rows - count) * record : start + rows * record], dtype=np.uint8
    )
    return np.asarray((cells.reshape(count, record) != ord(" ")).any(axis=1))


def _next_member(file: _File, start: int, version: int) -> int:
    word = xpt_layout.start(xpt_layout.kind("MEMBER", version))
    following = xpt_layout.start(xpt_layout.kind("DSCRPTR", version))
    at = file.data.find(word, start)
    while at >= 0:
        if (at - start) % CARD == 0 and file.card(at + CARD).startswith(following):
            return at
        at = file.data.find(word, at + 1)
    return len(file.data)


def _end(file: _File, at: int, version: int) -> int:
    """Where the next member begins after records that end at ``at``; only blanks lie between."""
    end = _next_member(file, at + xpt_layout.pad(at), version)
    if (version > 5 and end - at >= CARD) or not _blank(file, at, end):
        raise file.error("there is more after the last record: the file is damaged", at)
    return end


def _blank(file: _File, start: int, end: int) -> bool:
    step = 1 << 20
    return not any(
        file.data[at : min(at + step, end)].strip(b" ") for at in range(start, end, step)
    )


class _RawText(NamedTuple):
    codes: columns.Codes
    values: list[bytes]


def _member(file: _File, place: _Place, encoding: str | None) -> XptMember:
    raw = _columns(file, place)
    chosen = encoding or _encoding(place, raw)
    decoder = _Decoder(file, place.name, chosen)
    frame: dict[str, pd.Series] = {}
    variables = []
    for item, column in zip(place.items, raw, strict=True):
        name = item.name.decode("ascii")
        label = decoder.texts([item.label], f"label of {name}")[0]
        if isinstance(column, _RawText):
            values = decoder.texts(column.values, name)
            frame[name] = columns.from_codes(column.codes, [value or None for value in values])
        else:
            frame[name] = pd.Series(column)
        variables.append(_variable(item, name, label, column))
    metadata = Metadata(
        name=place.name,
        label=decoder.texts([place.label], "label")[0],
        dataset_class="",
        structure="",
        keys=(),
        variables=tuple(variables),
    )
    header = XptHeader(**{**vars(place.header), "encoding": chosen})
    table = pd.DataFrame(frame, index=pd.RangeIndex(place.rows))
    return XptMember(Dataset(metadata, table), header)


def _columns(file: _File, place: _Place) -> list[_RawText | ibm_float.Floats]:
    """The columns, a block of rows at a time, so that a block stays in the processor's cache."""
    rows = max(1, _BLOCK // place.record)
    numbers = [np.empty(place.rows if item.number else 0) for item in place.items]
    texts: list[list[pa.DictionaryArray]] = [[] for _ in place.items]
    for start in range(0, place.rows, rows):
        stop = min(start + rows, place.rows)
        at = place.start + start * place.record
        block = file.data[at : at + (stop - start) * place.record]
        records = np.frombuffer(block, dtype=np.uint8).reshape(-1, place.record)
        for index, item in enumerate(place.items):
            cells = records[:, item.position : item.position + item.length]
            if item.number:
                words = np.zeros((len(cells), 8), dtype=np.uint8)
                words[:, : item.length] = cells
                numbers[index][start:stop] = ibm_float.from_ibm(
                    words.view(">u8")[:, 0].astype(np.uint64)
                )
            else:
                texts[index].append(_coded(cells))
    return [
        numbers[index] if item.number else _joined(texts[index])
        for index, item in enumerate(place.items)
    ]


def _coded(cells: npt.NDArray[np.uint8]) -> pa.DictionaryArray:
    rows, length = cells.shape
    buffers = [None, pa.py_buffer(np.ascontiguousarray(cells))]
    return pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(length), rows, buffers
    ).dictionary_encode()


def _joined(pieces: list[pa.DictionaryArray]) -> _RawText:
    """One column from its pieces, which each have their own dictionary."""
    if not pieces:
        return _RawText(np.empty(0, dtype=np.int32), [])
    unified = pa.chunked_array(pieces).unify_dictionaries()
    codes = np.concatenate([np.asarray(chunk.indices) for chunk in unified.chunks])
    return _RawText(codes.astype(np.int32, copy=False), unified.chunk(0).dictionary.to_pylist())


def _variable(
    item: Descriptor, name: str, label: str, column: _RawText | ibm_float.Floats
) -> Variable:
    if isinstance(column, _RawText):
        return Variable(name, label, "Char", "text", item.length, format=item.format)
    held = column[~np.isnan(column)]
    whole = bool((held == np.trunc(held)).all())
    data_type: Literal["integer", "float"] = "integer" if whole else "float"
    return Variable(name, label, "Num", data_type, item.length, format=item.format)


def _encoding(place: _Place, raw: list[_RawText | ibm_float.Floats]) -> str:
    texts = b" ".join([place.label, *(item.label for item in place.items)])
    pieces = [texts, *(b" ".join(each.values) for each in raw if isinstance(each, _RawText))]
    for name in ENCODINGS:
        try:
            for piece in pieces:
                piece.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    return ENCODINGS[-1]


@dataclass(frozen=True)
class _Decoder:
    file: _File
    dataset: str
    encoding: str

    def texts(self, values: list[bytes], what: str) -> list[str]:
        try:
            return [value.decode(self.encoding).rstrip(" ") for value in values]
        except UnicodeDecodeError as error:
            raise self.file.error(
                f"{self.dataset}, {what}: {error.object!r} is not {self.encoding}"
            ) from error
        except LookupError as error:
            raise self.file.error(f"there is no encoding {self.encoding!r}") from error
