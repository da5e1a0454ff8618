"""A release of Controlled Terminology on disk: the one form of what is shipped and imported.

A release is a file ``<standard>-<date>.jsonl``. Its first line says what it is and of which files
it was made; then follows a line a codelist, then the terms, a line each, in the order of the
codelists. It is read whole, so that a release that is replaced meanwhile does no harm, and the
terms of a codelist are made when first asked for.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from converters.errors import OutputError, Problem, SpecError
from converters.resources import data_folder, folder

_FILE = re.compile(r"([a-z][a-z0-9]*(?:-[a-z0-9]+)*?)-([0-9]{4}-[0-9]{2}-[0-9]{2})\.jsonl")
_DAMAGED = "it is damaged: import the release again"
_TITLES = {"adam": "ADaM", "define-xml": "Define-XML", "protocol": "Protocol"}


@dataclass(frozen=True)
class Term:
    """A term: submission value, NCI code, synonyms, NCI preferred term.

    ``code`` is empty for a value that the sponsor added (its ``preferred_term`` is their decode)
    and for the few of a release whose code is not known.
    """

    value: str
    code: str = ""
    synonyms: tuple[str, ...] = ()
    preferred_term: str = ""


class Entry(NamedTuple):
    """A codelist as the release lists it: ``terms`` is how many, ``pair`` the code of its pair."""

    code: str
    name: str
    label: str
    extensible: bool
    pair: str = ""
    terms: int = 0


@dataclass(frozen=True, eq=False)
class Release:
    """A release: ``sdtm``, ``2024-03-29``, and the name and SHA-256 of the files it is made of."""

    place: Path
    standard: str
    version: str
    files: tuple[Mapping[str, str], ...]
    entries: tuple[Entry, ...]
    _lines: Sequence[bytes] = field(repr=False)
    _made: dict[str, tuple[Term, ...]] = field(default_factory=dict, init=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process reads the file again."""
        return read_release, (self.place,)

    @property
    def origin(self) -> str:
        """``shipped`` or ``imported``."""
        return "shipped" if self.place.parent == _shipped() else "imported"

    @property
    def is_used(self) -> bool:
        """Whether this is the one that is read: an imported release goes before a shipped one."""
        return self.place == release_place(self.standard, self.version)

    @property
    def title(self) -> str:
        """The standard as people write it: ``SDTM``, ``ADaM``."""
        return title_of(self.standard)

    @property
    def label(self) -> str:
        """The release as people name it: ``SDTM terminology 2024-03-29``."""
        return f"{self.title} terminology {self.version}"

    @property
    def size(self) -> int:
        """How many terms it has."""
        return sum(entry.terms for entry in self.entries)

    def as_dict(self) -> dict[str, Any]:
        """What the release is, where it is from and of which files it was made."""
        return {
            "standard": self.standard,
            "version": self.version,
            "origin": self.origin,
            "files": [dict(file) for file in self.files],
            "codelists": len(self.entries),
            "terms": self.size,
        }

    @cached_property
    def index(self) -> Mapping[str, Entry]:
        """The codelists by NCI code and by short name."""
        by_name = {entry.name: entry for entry in self.entries if entry.name}
        return by_name | {entry.code: entry for entry in self.entries}

    @cached_property
    def _begins(self) -> Mapping[str, int]:
        begins, line = {}, 0
        for entry in self.entries:
            begins[entry.code] = line
            line += entry.terms
        return begins

    def terms(self, code: str) -> tuple[Term, ...]:
        """The terms of a codelist, by its NCI code; none where the release has no such code.

        Raises:
            SpecError: the file is damaged there.
        """
        if code not in self._begins:
            return ()
        if code not in self._made:
            begin = self._begins[code]
            lines = self._lines[begin : begin + self.index[code].terms]
            try:
                self._made[code] = tuple(
                    Term(value, term_code, tuple(synonyms), preferred)
                    for value, term_code, synonyms, preferred in _items(lines)
                )
            except (ValueError, TypeError):
                raise _unreadable(self.place, _DAMAGED) from None
        return self._made[code]


def title_of(standard: str) -> str:
    """A standard as people write it: ``SDTM``, ``ADaM``."""
    return _TITLES.get(standard, standard.upper())


def read_release(place: Path) -> Release:
    """The release in a file.

    Raises:
        SpecError: the file cannot be read, or is damaged.
    """
    try:
        status = place.stat()
        return _read(place, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise _unreadable(place, error.strerror or str(error)) from None
    except (ValueError, TypeError, KeyError):
        raise _unreadable(place, _DAMAGED) from None


def _unreadable(place: Path, reason: str) -> SpecError:
    return SpecError(Problem(str(place), None, None, f"cannot be read: {reason}"))


@lru_cache(maxsize=8)
def _read(place: Path, _: int, __: int) -> Release:
    content = place.read_bytes()
    first, *lines = content.splitlines()
    head = json.loads(first)
    count = head["codelists"]
    entries = tuple(Entry(**item) for item in _items(lines[:count]))
    whole = len(lines) == count + sum(entry.terms for entry in entries)
    if not whole or not content.endswith(b"\n"):
        raise ValueError
    return Release(
        place, head["standard"], head["version"], tuple(head["files"]), entries, lines[count:]
    )


def _items(lines: Sequence[bytes]) -> Any:
    return json.loads(b"[" + b",".join(lines) + b"]")


def write_release(
    standard: str,
    version: str,
    files: Sequence[Mapping[str, str]],
    codelists: Sequence[tuple[Entry, Sequence[Term]]],
    place: Path,
) -> bool:
    """Writes a release beside its place and renames it; False where the file says so already.

    Codelists are put in the order of their codes, and terms in that of their values.

    Raises:
        OutputError: it cannot be written.
    """
    ordered = sorted(codelists, key=lambda item: (len(item[0].code), item[0].code))
    lines: list[Any] = [
        {"standard": standard, "version": version, "files": files, "codelists": len(ordered)},
        *(entry._replace(terms=len(terms))._asdict() for entry, terms in ordered),
    ]
    for _, terms in ordered:
        by_value = sorted(terms, key=lambda term: (term.value.casefold(), term.value))
        lines += [(t.value, t.code, t.synonyms, t.preferred_term) for t in by_value]
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    content = "".join(f"{encode(line)}\n" for line in lines).encode("utf-8")
    partial = place.with_name(f".{place.name}.partial-{os.getpid()}")
    try:
        if place.is_file() and place.read_bytes() == content:
            return False
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(content)
            partial.replace(place)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise OutputError(Problem(str(place), None, None, message)) from None
    return True


def _shipped() -> Path:
    return folder("schemas") / "terminology"


def imported_folder() -> Path:
    """Where imported releases are kept; it need not exist."""
    return data_folder() / "terminology"


def imported_place(standard: str, version: str) -> Path:
    """The file that an imported release has."""
    return imported_folder() / f"{standard}-{version}.jsonl"


def release_places() -> Iterator[tuple[str, str, Path]]:
    """Standard, version and file of each release there is, those that are imported first."""
    for parent in (imported_folder(), _shipped()):
        for place in sorted(parent.glob("*.jsonl")):
            if found := _FILE.fullmatch(place.name):
                yield found[1], found[2], place


def release_place(standard: str, version: str) -> Path | None:
    """The file of a release: the imported one before the shipped one; None where there is none."""
    asked = (standard, version)
    return next((place for *names, place in release_places() if (*names,) == asked), None)
