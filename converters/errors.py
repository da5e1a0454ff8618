"""What can go wrong, as exceptions that know their exit code and list every problem at once.

    CdiscError
    |-- SpecError      the study, a spec or the command is wrong        exit 2
    |-- InputError     a source cannot be read as it should             exit 3
    `-- OutputError    the result cannot be written                     exit 4

Exit 0 is a clean run, 1 a run with findings at or above ``--fail-on``, 130 an interrupted one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong and where: file, 1-based line and column, or record of a source."""

    file: str
    line: int | None
    column: int | None
    message: str

    def place(self) -> tuple[str, int, int, str]:
        """What problems are sorted by."""
        return self.file, self.line or 0, self.column or 0, self.message

    def __str__(self) -> str:
        """``file:line:column: message``."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.message}" if place else self.message


class CdiscError(Exception):
    """One or more problems that end the work; ``problems`` holds all of them."""

    exit_code = 2

    def __init__(self, *problems: Problem | str) -> None:
        """A text alone is a problem without a place."""
        self.problems = tuple(
            Problem("", None, None, item) if isinstance(item, str) else item for item in problems
        )
        super().__init__("\n".join(str(item) for item in self.problems))


class SpecError(CdiscError):
    """The study folder, a mapping spec or the command line is wrong."""

    exit_code = 2


class InputError(CdiscError):
    """A source file is absent, empty, damaged, or not what its spec says."""

    exit_code = 3


class OutputError(CdiscError):
    """The result cannot be written: no room, no permission, or a folder that is not ours."""

    exit_code = 4


def nearest(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'X'?)`` for the known word closest to ``word``, or an empty text."""
    by_fold: dict[str, str] = {}
    for item in known:
        by_fold.setdefault(item.casefold(), item)
    close = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return f" (did you mean '{by_fold[close[0]]}'?)" if close else ""
