"""The fixed parts of a SAS transport file: header cards, stamps and variable descriptors.

A transport file is a row of 80-byte cards: library header, then for each member its headers, one
140-byte descriptor a variable, and the records one after another, padded with blanks to a whole
card. Version 5 is SAS's TS-140; versions 8 and 9 allow longer names, labels and texts (and, in 9,
format names) and say how many records there are.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from mmap import mmap
from typing import NamedTuple

CARD = 80
#: All trailing blank records of a shorter record count as padding (see ``xpt_read``).
SHORT_RECORD = CARD

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_STAMP = re.compile(r"(\d\d)([A-Z]{3})(\d\d):(\d\d):(\d\d):(\d\d)")
_FORMAT = re.compile(r"(\$?(?:[A-Za-z_](?:\w*[A-Za-z_])?)?)(\d*)(?:\.(\d*))?", re.ASCII)


@dataclass(frozen=True)
class Limits:
    """What a version allows: pattern and size of names, bytes of labels, texts and format names."""

    name_pattern: str
    name: int
    label: int
    text: int
    format: int
    dataset_name: int
    dataset_label: int = 40
    variables: int = 9999


LIMITS: Mapping[int, Limits] = {
    5: Limits("[A-Z_][A-Z0-9_]*", 8, 40, 200, 8, 8),
    8: Limits("[A-Za-z_][A-Za-z0-9_]*", 32, 256, 32767, 8, 32),
    9: Limits("[A-Za-z_][A-Za-z0-9_]*", 32, 256, 32767, 32, 32),
}


@dataclass(frozen=True)
class XptStamp:
    """Who wrote a library or member and when; texts may end in NUL bytes, as some SAS write them.

    ``created`` and ``modified`` are to the second, in a year from 1960 to 2059 (the file has two
    digits of it); None stands for a stamp that is no date.
    """

    release: str = "9.4"
    system: str = "PYTHON"
    created: datetime | None = None
    modified: datetime | None = None


@dataclass(frozen=True)
class XptVariable:
    """What a descriptor holds beyond a Variable: informat, justification, place in the record.

    ``position`` is in bytes from 0; only a reader sets it, a writer puts variables in their order.
    """

    informat: str = ""
    right: bool = False
    position: int = 0


@dataclass(frozen=True)
class XptHeader:
    """What a transport file holds beyond a Dataset, so that a file read can be written as it was.

    ``version`` is 5, 8 or 9 (9: format names over 8 characters), ``encoding`` that of the texts,
    ``type`` the SAS dataset type, mostly blank. Variables without an entry have the defaults.
    """

    library: XptStamp = XptStamp()
    member: XptStamp = XptStamp()
    type: str = ""
    version: int = 5
    encoding: str = "ascii"
    variables: Mapping[str, XptVariable] = field(default_factory=dict)


class Descriptor(NamedTuple):
    """A variable as its descriptor (NAMESTR) says it; texts are bytes without trailing blanks."""

    number: bool
    length: int
    name: bytes
    label: bytes
    format: str
    informat: str
    right: bool
    position: int


# The first 88 bytes: type, hash, length, number, name, label, format (name, width, decimals,
# justification), fill, informat (name, width, decimals), position.
_NAMESTR = struct.Struct(">hhhh8s40s8shhh2s8shhl")
# The rest in versions 8 and 9: the whole name, the length of the label, reserved.
_NAMESTR_LONG = struct.Struct(">32sh18s")
_LABEL = struct.Struct(">hhh")
_LABEL_AND_FORMATS = struct.Struct(">hhhhh")

_KINDS = {
    5: ("LIBRARY", "MEMBER", "DSCRPTR", "NAMESTR", "OBS"),
    8: ("LIBV8", "MEMBV8", "DSCPTV8", "NAMSTV8", "OBSV8"),
}


def kind(name: str, version: int) -> str:
    """The word of version 8 for the version 5 header ``name`` where that is meant."""
    return dict(zip(_KINDS[5], _KINDS[8], strict=True))[name] if version > 5 else name


def start(name: str) -> bytes:
    """The 48 bytes that every header card of that name begins with."""
    return f"HEADER RECORD*******{name:<8}HEADER RECORD!!!!!!!".encode()


def card(name: str, digits: str = "0" * 30) -> bytes:
    """A whole header card."""
    return (start(name) + digits.encode()).ljust(CARD)


def member_card(version: int) -> bytes:
    """The card that begins a member with descriptors of 140 bytes."""
    return card(kind("MEMBER", version), "000000000000000001600000000140")


def count_card(records: int) -> bytes:
    """The card before the records of version 8 and 9, which says how many there are."""
    return (start("OBSV8") + f"{records:>15}".encode()).ljust(CARD)


def pad(size: int) -> int:
    """How many bytes are missing to a whole card."""
    return -size % CARD


def stamp_text(moment: datetime | None) -> bytes:
    """``ddMMMyy:hh:mm:ss``, 16 bytes, blank for None."""
    if moment is None:
        return b" " * 16
    month = _MONTHS[moment.month - 1]
    return f"{moment:%d}{month}{moment:%y:%H:%M:%S}".encode()


def parse_stamp(data: bytes) -> datetime | None:
    """The moment in a stamp, or None where it is none; years 60 to 99 are of the last century."""
    found = _STAMP.fullmatch(data.decode("latin-1"))
    if not found or found[2] not in _MONTHS:
        return None
    year = int(found[3]) + (1900 if int(found[3]) >= 60 else 2000)
    clock = (int(found[4]), int(found[5]), int(found[6]))
    try:
        return datetime(year, _MONTHS.index(found[2]) + 1, int(found[1]), *clock)
    except ValueError:
        return None


def split_format(text: str) -> tuple[str, int, int] | None:
    """Name, width and decimals of a SAS format such as ``DATE9.``, ``$12.`` or ``8.2``.

    None where it is no format. The point may be missing.
    """
    found = _FORMAT.fullmatch(text)
    if not found:
        return None
    width, decimals = int(found[2] or 0), int(found[3] or 0)
    return (found[1], width, decimals) if max(width, decimals) < 2**15 else None


def join_format(name: str, width: int, decimals: int) -> str:
    """A SAS format from its parts, empty where there is none."""
    if not name and width <= 0:
        return ""
    return f"{name}{width or ''}.{decimals or ''}"


def library_cards(header: XptHeader) -> bytes:
    """The first 240 bytes of a file."""
    stamp = header.library
    return b"".join(
        (
            card(kind("LIBRARY", header.version)),
            b"SAS     SAS     SASLIB  ",
            _text(stamp.release, 8),
            _text(stamp.system, 8),
            b" " * 24,
            stamp_text(stamp.created),
            stamp_text(stamp.modified).ljust(CARD),
        )
    )


def member_cards(header: XptHeader, name: bytes, label: bytes, variables: int) -> bytes:
    """The cards of a member from its first to the one before the descriptors."""
    stamp, version = header.member, header.version
    long_name = version > 5
    return b"".join(
        (
            member_card(version),
            card(kind("DSCRPTR", version)),
            b"SAS     ",
            name.ljust(32 if long_name else 8),
            b"SASDATA ",
            _text(stamp.release, 8),
            _text(stamp.system, 8),
            b"" if long_name else b" " * 24,
            stamp_text(stamp.created),
            stamp_text(stamp.modified).ljust(32),
            label.ljust(40),
            _text(header.type, 8),
            card(kind("NAMESTR", version), f"{variables:010d}".ljust(30, "0")),
        )
    )


def _text(text: str, width: int) -> bytes:
    return text.encode("latin-1", "replace")[:width].ljust(width)


def pack_descriptors(items: list[Descriptor], version: int) -> bytes:
    """The descriptors, padded to a whole card, and in versions 8 and 9 the cards of long labels."""
    packed = b"".join(_pack(item, index, version) for index, item in enumerate(items, start=1))
    packed += b" " * pad(len(packed))
    return packed + (_pack_labels(items, version) if version > 5 else b"")


def _pack(item: Descriptor, index: int, version: int) -> bytes:
    fixed = _NAMESTR.pack(
        1 if item.number else 2,
        0,
        item.length,
        index,
        item.name[:8].ljust(8),
        item.label[:40].ljust(40),
        *_pack_format(item.format),
        int(item.right),
        b"\0\0",
        *_pack_format(item.informat),
        item.position,
    )
    if version == 5:
        return fixed + bytes(52)
    return fixed + _NAMESTR_LONG.pack(item.name.ljust(32), len(item.label), bytes(18))


def _pack_format(text: str) -> tuple[bytes, int, int]:
    name, width, decimals = split_format(text) or ("", 0, 0)
    return name.encode()[:8].ljust(8), width, decimals


def _pack_labels(items: list[Descriptor], version: int) -> bytes:
    with_formats = any(_format_name(item) > 8 for item in items)
    body = b""
    count = 0
    for index, item in enumerate(items, start=1):
        if len(item.label) <= 40 and _format_name(item) <= 8:
            continue
        count += 1
        if with_formats:
            texts = (item.name, item.label, item.format.encode(), item.informat.encode())
            body += _LABEL_AND_FORMATS.pack(index, *map(len, texts)) + b"".join(texts)
        else:
            body += _LABEL.pack(index, len(item.name), len(item.label)) + item.name + item.label
    if not count:
        return b""
    name = "LABELV9" if with_formats else "LABELV8"
    return (start(name) + f"{count}".encode()).ljust(CARD) + body + b" " * pad(len(body))


def _format_name(item: Descriptor) -> int:
    names = (split_format(text) or ("", 0, 0) for text in (item.format, item.informat))
    return max(len(name[0]) for name in names)


def unpack_descriptor(data: bytes, version: int) -> Descriptor:
    """A descriptor from its 140 (or on VMS 136) bytes.

    Raises:
        ValueError: the type is neither number nor text, or a format is not one of SAS.
    """
    fields = _NAMESTR.unpack_from(data)
    sort, _, length, _, name, label = fields[:6]
    if sort not in (1, 2):
        raise ValueError(f"type {sort}, expected 1 (number) or 2 (text)")
    if version > 5:
        long_name, _, _ = _NAMESTR_LONG.unpack_from(data, _NAMESTR.size)
        name = long_name.rstrip(b" \0") or name
    return Descriptor(
        sort == 1,
        length,
        name.rstrip(b" "),
        label.rstrip(b" "),
        _unpack_format(*fields[6:9]),
        _unpack_format(*fields[11:14]),
        fields[9] == 1,
        fields[14],
    )


def _unpack_format(name: bytes, width: int, decimals: int) -> str:
    word = name.rstrip(b" \0").decode("latin-1")
    # Some writers put the whole format where its name belongs.
    text = word if "." in word else join_format(word, width, decimals)
    if width < 0 or decimals < 0 or (text and split_format(text) is None):
        raise ValueError(f"format {text!r} is not a SAS format")
    return text


def unpack_labels(
    items: list[Descriptor], data: bytes | mmap, start: int, count: int, formats: bool
) -> int:
    """Put long labels (and, if ``formats``, format names) into ``items``; gives the bytes read.

    Raises:
        ValueError: an entry is cut short or names a variable that does not exist.
    """
    at = start
    layout = _LABEL_AND_FORMATS if formats else _LABEL
    for _ in range(count):
        if at + layout.size > len(data):
            raise ValueError("the long labels are cut short")
        index, *sizes = layout.unpack_from(data, at)
        at += layout.size
        if not 0 < index <= len(items) or min(sizes) < 0 or at + sum(sizes) > len(data):
            raise ValueError(f"the long label of variable number {index} is damaged")
        texts = []
        for size in sizes:
            texts.append(data[at : at + size])
            at += size
        if texts[0].rstrip(b" \0").upper() != items[index - 1].name.upper():
            raise ValueError(f"the long label of variable number {index} has another name")
        items[index - 1] = _with_texts(items[index - 1], texts[1:])
    return at - start


def _with_texts(item: Descriptor, texts: list[bytes]) -> Descriptor:
    changed = item._replace(label=texts[0].rstrip(b" ") or item.label)
    if len(texts) == 1:
        return changed
    formats = [text.decode("latin-1") for text in texts[1:]]
    if any(split_format(text) is None for text in formats):
        raise ValueError(f"format {formats!r} is not a SAS format")
    return changed._replace(format=formats[0] or item.format, informat=formats[1] or item.informat)
