"""A derivation as the spec has it: the formal expression of a method, one line a derivation.

A line is YAML, compact and always written the same way: ``AESEV: {from: SEV, recode: {1: MILD}}``.
Where several blocks of records make a variable, a comment behind the line says which. Rows that are
read from a file are named (``table: {file: ctcae.csv}``), not repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from converters.dataset import Method
from converters.mapping.document import Path_

#: Places of a spec whose rows come from a file: its name and their lines.
Files = Mapping[Path_, tuple[str, tuple[int, ...]]]

#: What an expression holds at most; what is longer is cut, and says so.
LONGEST = 1000

#: What no XML can hold.
_CONTROL = {code: "\N{REPLACEMENT CHARACTER}" for code in range(32) if chr(code) not in "\t\n\r"}
_CONTROL |= dict.fromkeys((0xFFFE, 0xFFFF, *range(0xD800, 0xE000)), "\N{REPLACEMENT CHARACTER}")


def noted(line: str, note: str) -> str:
    """A line with a comment behind it."""
    return f"{line}  # {' '.join(note.split())}" if note else line


def with_files(args: Any, place: Path_, files: Files) -> Any:
    """The arguments at ``place`` with the names of files in place of their rows."""
    for path, (file, _) in files.items():
        if len(path) == len(place) + 1 and path[:-1] == place:
            args = {**args, path[-1]: {"file": file}}
    return args


def method(
    words: Iterable[str], lines: Iterable[str], spec: str, *, imputes: bool = False
) -> Method | None:
    """The method of these words and lines, each once; None without words.

    ``spec`` is the file that has the whole, for an expression that is cut.
    """
    told = " ".join(dict.fromkeys(text for text in words if text))
    if not told:
        return None
    expression = _bounded("\n".join(dict.fromkeys(lines)), spec)
    kind: Literal["Computation", "Imputation"] = "Imputation" if imputes else "Computation"
    return Method(told.translate(_CONTROL), expression.translate(_CONTROL), kind)


def _bounded(text: str, spec: str) -> str:
    """The text, cut behind a whole entry if it is too long."""
    if len(text) <= LONGEST:
        return text
    kept = text[:LONGEST]
    end = max(kept.rfind("\n"), kept.rfind(", ") + 1)
    kept = (kept[:end] if end > 0 else kept).rstrip()
    return f"{kept}\n# cut after {len(kept):,} of {len(text):,} characters: the rest is in {spec}"
