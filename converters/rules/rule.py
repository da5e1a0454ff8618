"""What a rule of the mapping language is: one module that registers one ``Rule``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters.dataset import Origin
from converters.findings import Severity
from converters.mapping.document import Path_
from converters.mapping.settings import Settings
from converters.standards.sdtmig import variable_prefix
from converters.standards.terminology import Codelist

T = TypeVar("T")

Problems = Iterable[tuple[Path_, str]]


@dataclass(frozen=True)
class Target:
    """The variable that a rule makes: ``kind`` is Char or Num, ``codelists`` the candidates."""

    dataset: str
    domain: str
    name: str
    kind: Literal["Char", "Num"]
    codelists: tuple[Codelist, ...] = ()

    @property
    def prefix(self) -> str:
        """The two letters that begin the domain's own variables."""
        return variable_prefix(self.domain)


class Table(Protocol):
    """The records of one dataset as far as they are made: columns of ``rows`` rows."""

    name: str

    @property
    def rows(self) -> int:
        """How many records there are."""

    def variable(self, name: str) -> pd.Series:
        """A variable that was made before."""


class Records(Protocol):
    """The records a rule works on, and what it may ask of them.

    Names given to a rule as columns are raw columns first and variables of the dataset second;
    names in expressions are variables first and raw columns second.
    """

    settings: Settings

    @property
    def rows(self) -> int:
        """How many records there are."""

    def column(self, name: str) -> pd.Series:
        """A raw column, else a variable of this dataset."""

    def variable(self, name: str) -> pd.Series:
        """A variable of this dataset; without any value where the dataset lacks it."""

    def made(self) -> list[pd.Series]:
        """What records that tie go by: the variables made so far, then the raw columns."""

    def formula(self, text: str) -> pd.Series:
        """The value of an expression, row by row."""

    def condition(self, text: str) -> npt.NDArray[np.bool_]:
        """Where a condition holds; a missing value never fulfils it."""

    def dataset(self, name: str) -> Table:
        """Another dataset of the study (or this one)."""

    def source(self, name: str) -> Table:
        """A source's raw columns, with USUBJID made by the source's subject rule."""

    def once(self, what: str, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once for these records and all variables that name ``what``."""

    def used(self, source: str, asked: npt.NDArray[np.bool_]) -> None:
        """Tells the account which records of another source (a mask) some record here asks for."""

    def report(
        self,
        rule: str,
        severity: Severity,
        message: str,
        rows: npt.NDArray[Any],
        value: str | None = None,
        published: tuple[str, ...] = (),
    ) -> None:
        """A finding about the variable at work in the given rows (0-based, at least one)."""

    def report_groups(
        self,
        rule: str,
        severity: Severity,
        ids: npt.NDArray[Any],
        cases: Mapping[int, tuple[str, str]],
        published: tuple[str, ...] = (),
    ) -> None:
        """A finding for each group of rows: ``ids`` its numbers, ``cases`` (value, message)."""

    def report_values(
        self,
        rule: str,
        severity: Severity,
        column: pd.Series,
        problems: Mapping[str, str],
        published: tuple[str, ...] = (),
    ) -> None:
        """A finding for each value of ``column`` that ``problems`` has (value: message)."""


@dataclass(frozen=True)
class Reads:
    """What a rule reads, each with its place below the rule's arguments.

    ``columns`` are names of raw columns or variables, ``expressions`` texts, ``variables`` names of
    this dataset's variables that must be made before (if it has them; ``needed`` ones it must
    have), ``others`` (dataset, variable) pairs and ``sources`` (source, column) pairs.
    """

    columns: tuple[tuple[Path_, str], ...] = ()
    expressions: tuple[tuple[Path_, str], ...] = ()
    variables: tuple[tuple[Path_, str], ...] = ()
    needed: tuple[tuple[Path_, str], ...] = ()
    others: tuple[tuple[Path_, tuple[str, str]], ...] = ()
    sources: tuple[tuple[Path_, tuple[str, str]], ...] = ()


def _nothing(*_: Any) -> Reads:
    return Reads()


def _no_problems(*_: Any) -> Problems:
    return ()


def _no_others(*_: Any) -> tuple[str, ...]:
    return ()


def _origin(*_: Any) -> Origin:
    return Origin("Derived", "Sponsor")


@dataclass(frozen=True)
class Rule:
    """A rule: its name in a spec, its arguments' JSON Schema, what it reads, does and says.

    ``apply`` gives a column of ``records.rows`` rows: ``apply(args, records, target)`` for a value
    rule, ``apply(args, column, records, target)`` for a modifier. ``words`` says in English how the
    value is made (None: nothing that a method need tell), ``origin`` where it comes from.
    ``fits`` tells what is wrong with the arguments for that variable and study, ``along`` names the
    other variables that the rule makes unasked when it is said of the target. ``whole`` rules look
    at all records of the dataset at once. ``of_dataset`` names what the dataset says for all its
    results (its units), which is added to arguments without it.
    """

    name: str
    kind: Literal["value", "modifier"]
    summary: str
    schema: Mapping[str, Any]
    apply: Callable[..., pd.Series]
    reads: Callable[[Any, Target], Reads] = _nothing
    check: Callable[[Any], Problems] = _no_problems
    words: Callable[[Any, Target], str | None] = field(default=lambda *_: None)
    origin: Callable[[Any, Target], Origin] = _origin
    fits: Callable[[Any, Target, Settings], Problems] = _no_problems
    along: Callable[[Any, Target, Settings], tuple[str, ...]] = _no_others
    whole: bool | Callable[[Any, Target], bool] = False
    of_dataset: tuple[str, ...] = ()
    order: int = 0
