"""What a step of an analysis spec is: one module of ``rules/adam`` that registers one ``Step``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters.dataset import Origin
from converters.mapping.document import Path_
from converters.rules.rule import Problems, Reads, Records

Rows = npt.NDArray[np.int64]


class Analysis(Records, Protocol):
    """The records of an analysis dataset in the making, and what a step may do to them.

    Besides what ``Records`` has: names are variables made so far first, columns of the source
    second. Rows are never in a promised order; ``subjects`` and sorting are by value.
    """

    name: str

    def has(self, name: str) -> bool:
        """Whether there is a variable or a column of the source of that name."""

    def put(self, name: str, column: pd.Series) -> None:
        """Makes a variable, or makes it anew: a column of ``rows`` rows."""

    def append(self, rows: Rows, changes: Mapping[str, pd.Series]) -> None:
        """Adds records like those in ``rows`` (0-based), with other values where ``changes`` say.

        Each column of ``changes`` has as many rows as are added; a new name becomes a variable.
        """

    def keep(self, mask: npt.NDArray[np.bool_]) -> None:
        """Leaves out the records where the mask is false."""


def _no_names(*_: Any) -> tuple[str, ...]:
    return ()


def _no_reads(*_: Any) -> Reads:
    return Reads()


def _no_problems(*_: Any) -> Problems:
    return ()


def _no_words(*_: Any) -> str | None:
    return None


@dataclass(frozen=True)
class Step:
    """A step: its name in a spec, its arguments' JSON Schema, what it reads, makes, does and says.

    A ``variable`` step stands under the name of the variable that it makes, and gets it as
    ``target``; other steps stand alone, and their target is empty. ``apply(args, table, target)``
    works through the table; ``makes(args, target)`` are the variables that it makes, companions
    too; ``words(args, name)`` says in English how one of these is made; ``kinds(args, name)`` is
    Char or Num for one that the standard does not know (None: what its values are).
    """

    name: str
    summary: str
    schema: Mapping[str, Any]
    apply: Callable[[Any, Analysis, str], None]
    variable: bool = False
    makes: Callable[[Any, str], Iterable[str]] = field(default=_no_names)
    reads: Callable[[Any, str], Reads] = field(default=_no_reads)
    check: Callable[[Any], Problems] = field(default=_no_problems)
    words: Callable[[Any, str], str | None] = field(default=_no_words)
    kinds: Callable[[Any, str], Literal["Char", "Num"] | None] = field(default=lambda *_: None)
    labels: Callable[[Any, str], str] = field(default=lambda *_: "")
    origin: Callable[[Any, str], Origin] = field(default=lambda *_: Origin("Derived", "Sponsor"))


def names(value: Any) -> list[str]:
    """An argument that is one name or a list of names, as a list."""
    return [value] if isinstance(value, str) else list(value)


def pairs(value: Any) -> dict[str, str]:
    """An argument that is a name, a list of names, or new name: old name; as the last."""
    return dict(value) if isinstance(value, Mapping) else {name: name for name in names(value)}


def at(place: Path_ | str, texts: Iterable[str]) -> tuple[tuple[Path_, str], ...]:
    """Names or expressions with their place below a step's arguments, as ``Reads`` has them."""
    path: Path_ = (place,) if isinstance(place, str) else place
    return tuple((path, text) for text in texts)
