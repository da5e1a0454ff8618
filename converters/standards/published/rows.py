"""What a reader of published terminology gives: rows, a codelist or a term each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from converters.errors import InputError, Problem

#: The columns of NCI EVS's text files and workbooks that are read, in the order of ``Row``.
_COLUMNS = (
    "code",
    "codelist code",
    "codelist extensible (yes/no)",
    "codelist name",
    "cdisc submission value",
    "cdisc synonym(s)",
    "nci preferred term",
    "standard and date",
)
_NEEDED = _COLUMNS[:5]
#: What stands for the code of a codelist that has none, so that its terms are not codelists.
NO_CODE = "(no code)"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_NO_STANDARD = frozenset({"cdisc", "ct", "controlled", "terminology", "package", "effective"})


class Row(NamedTuple):
    """A codelist (then ``codelist`` is empty) or a term of the codelist of that NCI code.

    ``release`` is standard and date (see ``release_of``), ``line`` where in the file it stands.
    """

    code: str
    codelist: str
    extensible: str
    name: str
    value: str
    synonyms: Sequence[str]
    preferred_term: str
    release: tuple[str, str]
    line: int


def refuse(path: Path, message: str, line: int | None = None) -> InputError:
    """The error that says why a file is no terminology."""
    return InputError(Problem(str(path), line, None, message))


@cache
def release_of(*texts: str) -> tuple[str, str]:
    """Standard and date from texts like ``SDTM CT 2024-03-29``; empty what none of them says."""
    standards, versions = [], []
    for text in texts:
        dates = _DATE.findall(text)
        words = [word.lower() for word in _WORD.findall(text)]
        if dates or {"ct", "terminology"} & set(words):
            standards += [word for word in words if word not in _NO_STANDARD][:1]
        versions += dates[:1]
    return next(iter(standards), ""), next(iter(versions), "")


def is_header(cells: Iterable[object]) -> bool:
    """Whether cells are the column names of a table of terminology."""
    return set(_NEEDED) <= {_folded(cell) for cell in cells}


def table_rows(
    header: Sequence[object], lines: Iterable[tuple[int, Sequence[str]]], release: str = ""
) -> Iterator[Row]:
    """The rows of a table with these column names, with their line; ``release`` where none is told.

    Synonyms are separated by semicolons. Lines without any text are left out.
    """
    names = [_folded(cell) for cell in header]
    places = [names.index(name) if name in names else len(names) for name in _COLUMNS]
    for line, cells in lines:
        # A short line lacks its last cells; a column that the table lacks is empty.
        padded = [*(cell.strip() for cell in cells[: len(names)]), *[""] * (len(names) + 1)]
        code, codelist, extensible, name, value, synonyms, preferred, told = (
            padded[place] for place in places
        )
        if code or codelist or value:
            words = synonyms.split(";") if synonyms else ()
            which = release_of(told or release)
            yield Row(code, codelist, extensible, name, value, words, preferred, which, line)


def _folded(cell: object) -> str:
    return " ".join(str(cell or "").split()).casefold()
