"""Texts as fixed-width bytes: each distinct value encoded once, and what had to give way noted."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from converters.findings import Severity
from converters.formats.cases import Rule

Bytes = npt.NDArray[np.void]

NOT_ENCODABLE = Rule("xpt-character", Severity.WARNING, "mended")
TOO_LONG = Rule("xpt-length", Severity.ERROR, "mended")

# What NFKD leaves alone and clinical data hold.
_PLAIN = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-"),
}
for _sign, _spelt in (
    ("\u00b5 \u03bc \u00d7 \u2044 \u2022 \u00b7 ° ®", "u u x / * * deg (R)"),
    ("© ≤ ≥ ≠ ≈ ± ß Þ", "(C) <= >= != ~ +/- ss Th"),
    ("Ø ø Ł ł Đ đ Ð ð þ Æ æ Œ œ", "O o L l D d D d th AE ae OE oe"),
):
    _PLAIN.update(zip(map(ord, _sign.split()), _spelt.split(), strict=True))


class Fault(NamedTuple):
    """Value ``place`` breaks ``rule``: ``message`` says how, and what it became if let through."""

    place: int
    rule: Rule
    message: str


class Encoded(NamedTuple):
    """``table[i]`` is value i as ``width`` bytes; one more row at the end is blank (code -1)."""

    table: Bytes
    faults: list[Fault]


def plain(text: str) -> str:
    """The text in ASCII: known signs spelt out, accents dropped, anything else a question mark."""
    spelt = unicodedata.normalize("NFKD", text.translate(_PLAIN)).translate(_PLAIN)
    kept = "".join(char for char in spelt if not unicodedata.combining(char))
    return kept.encode("ascii", "replace").decode("ascii")


def encode(values: Sequence[str], width: int, encoding: str) -> Encoded:
    """The values as a table of ``width`` bytes each, padded with blanks."""
    faults: list[Fault] = []
    if "".join(values).isascii() and max(map(len, values), default=0) <= width:
        data = "".join([value.ljust(width) for value in values]).encode("ascii")
    else:
        cells = []
        for index, value in enumerate(values):
            cell, found = encode_one(value, width, encoding)
            cells.append(cell.ljust(width))
            faults += [Fault(index, rule, message) for rule, message in found]
        data = b"".join(cells)
    return Encoded(np.frombuffer(data + b" " * width, dtype=f"V{width}"), faults)


def encode_one(value: str, width: int, encoding: str) -> tuple[bytes, list[tuple[Rule, str]]]:
    """One text as at most ``width`` bytes, and (rule, message) of each change that it needed."""
    found = []
    try:
        data = value.encode(encoding)
    except UnicodeEncodeError as error:
        data = "".join(_fit(char, encoding) for char in value).encode(encoding)
        sign = value[error.start]
        found.append(
            (
                NOT_ENCODABLE,
                f"{sign!r} (U+{ord(sign):04X}) is not {_named(encoding)};"
                f" nearest is {data.decode(encoding)!r}",
            )
        )
    # Trailing blanks are no part of a value in a transport file.
    data = data.rstrip(b" ")
    if len(data) > width:
        found.append((TOO_LONG, f"{len(data)} bytes, allowed are {width}"))
        data = data[:width].decode(encoding, "ignore").encode(encoding)
    return data, found


def _fit(char: str, encoding: str) -> str:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return plain(char)
    return char


def _named(encoding: str) -> str:
    return "ASCII" if encoding == "ascii" else f"in encoding {encoding}"
