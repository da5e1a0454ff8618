"""Bytes of a text file to UTF-8: by byte order mark, as declared, or as found."""

from __future__ import annotations

import codecs
import mmap
from pathlib import Path
from typing import TypeAlias

from charset_normalizer import from_bytes

from converters.errors import InputError, SpecError, nearest
from converters.findings import Finding, Severity
from converters.sources.table import refuse

_BOMS = (  # the longer ones first: UTF-32 little-endian begins as UTF-16 does
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7")
_COMMON = ("utf-8", "utf-16", "cp1252", "latin-1", "iso-8859-15", "cp1250", "cp1251", "shift_jis")
_Decoded: TypeAlias = tuple[bytes | mmap.mmap, int, tuple[Finding, ...]]
_STEP = 1 << 24  # bytes decoded in one go


def utf8(path: Path, declared: str | None) -> tuple[memoryview, tuple[Finding, ...]]:
    """The text of a file as UTF-8 without a byte order mark, mapped and not copied where it is so.

    A byte order mark decides, then the declared encoding. Without either, a file that is not UTF-8
    is read as Windows-1252 (or, where its bytes have no meaning there, as the most probable one)
    and a finding says so, with the first line concerned.

    Raises:
        InputError: the text does not decode (naming byte and line), or has NUL bytes.
        SpecError: there is no encoding of the declared name.
    """
    with path.open("rb") as file:
        raw = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    data, start, findings = _decoded(path, raw, declared)
    _check_nul(path, data)
    return memoryview(data)[start:], findings


def _decoded(path: Path, raw: mmap.mmap, declared: str | None) -> _Decoded:
    """UTF-8, where in it the text begins, and what there is to say of it."""
    marked = next(((mark, name) for mark, name in _BOMS if raw[:4].startswith(mark)), None)
    if marked:
        mark, encoding = marked
        if encoding == "utf-8":
            _check_utf8(path, raw, encoding)
            return raw, len(mark), ()
        return _recode(path, raw, encoding), 0, ()
    if declared is not None:
        encoding = _known(declared)
        if encoding == "utf-8":
            _check_utf8(path, raw, declared)
            return raw, 0, ()
        return _recode(path, raw, declared), 0, ()
    _check_nul(path, raw)
    fault = _utf8_fault(raw)
    if fault is None:
        return raw, 0, ()
    return _guessed(path, raw, fault)


def _check_nul(path: Path, data: bytes | mmap.mmap) -> None:
    place = data.find(b"\0")
    if place >= 0:
        line = data[:place].count(b"\n") + 1
        message = f"NUL byte at byte {place + 1}: not a text file, or UTF-16 (declare the encoding)"
        raise refuse(path, message, line)


def _known(declared: str) -> str:
    try:
        return codecs.lookup(declared).name.removesuffix("-sig")
    except LookupError:
        message = f"there is no encoding '{declared}'{nearest(declared, _COMMON)}"
        raise SpecError(message) from None


def _utf8_fault(raw: mmap.mmap) -> int | None:
    """The first byte (0-based) that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(raw), _STEP):
        part = raw[start : start + _STEP]
        pending = len(decoder.getstate()[0])
        if not pending and part.isascii():
            continue
        try:
            decoder.decode(part, final=start + _STEP >= len(raw))
        except UnicodeDecodeError as error:
            return start - pending + error.start
    return None


def _check_utf8(path: Path, raw: mmap.mmap, encoding: str) -> None:
    fault = _utf8_fault(raw)
    if fault is not None:
        raise _undecodable(path, raw, encoding, fault)


def _recode(path: Path, raw: mmap.mmap, encoding: str) -> bytes:
    try:
        text = raw[:].decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(path, raw, encoding, error.start) from None
    return text.removeprefix("\ufeff").encode("utf-8")


def _undecodable(path: Path, raw: mmap.mmap, encoding: str, place: int) -> InputError:
    line = raw[:place].decode(encoding, errors="replace").count("\n") + 1
    message = f"byte {place + 1} (0x{raw[place]:02X}) is not {encoding}; declare the encoding"
    return refuse(path, message, line)


def _guessed(path: Path, raw: mmap.mmap, fault: int) -> _Decoded:
    data = raw[:]
    encoding = "cp1252"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        # A few lines do not settle a code page; where Windows-1252 fits, it is the likeliest.
        odd = b"\n".join(line for line in data.splitlines() if not line.isascii())
        best = from_bytes(odd[:_STEP], cp_exclusion=list(_WIDE)).best()
        try:
            encoding = best.encoding if best else "utf-8"
            text = data.decode(encoding)
        except UnicodeDecodeError:
            raise _undecodable(path, raw, "utf-8", fault) from None
    line = data[:fault].decode(encoding, errors="replace").count("\n") + 1
    sample = text.split("\n", line)[line - 1].strip()[:60]
    message = f"not UTF-8: read as {encoding}, line {line} as '{sample}'; declare the encoding"
    finding = Finding("guessed-encoding", Severity.WARNING, message, file=str(path))
    return text.encode("utf-8"), 0, (finding,)
