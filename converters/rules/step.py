"""What a step of an analysis spec is: one module of ``rules/adam`` that registers one ``STEP``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.mapping.document import Path_
from converters.mapping.expressions import ExpressionError, parse
from converters.rules.rule import Problems, Reads, Records, Rule, Target

Rows = npt.NDArray[np.int64]
Kind = Literal["Char", "Num"]


class Analysis(Records, Protocol):
    """The records of an analysis dataset in the making, and what a step may do to them.

    Besides what ``Records`` has: names are variables made so far first, columns of the source
    second. Rows are in no promised order: groups and ties go by values.
    """

    name: str

    def names(self) -> Iterable[str]:
        """The variables made so far."""

    def has(self, name: str) -> bool:
        """Whether there is a variable or a column of the source of that name."""

    def formula(self, text: str, rows: Rows | None = None) -> pd.Series:
        """The value of an expression in every record, or in those of ``rows``."""

    def condition(self, text: str, rows: Rows | None = None) -> npt.NDArray[np.bool_]:
        """Where a condition holds; a missing value never fulfils it."""

    def put(self, name: str, column: pd.Series) -> None:
        """Makes a variable, or makes it anew: a column of ``rows`` rows.

        It becomes what the variable is known to be: text that is no number is a finding.
        """

    def append(self, rows: Rows, changes: Mapping[str, pd.Series]) -> None:
        """Adds records like those in ``rows`` (0-based), with other values where ``changes`` say.

        Each column of ``changes`` has as many rows as are added; a new name becomes a variable.
        """

    def add(self, dataset: str, rows: Rows, values: Mapping[str, pd.Series]) -> None:
        """Adds records that come of the given rows of another dataset, with these values only."""

    def take(self, rows: Rows, reason: str) -> None:
        """Goes on with the records in ``rows`` alone, in that order; a row may be there repeatedly.

        ``reason`` says in the account why the source's records were left out that are not there.
        """

    def keep(self, mask: npt.NDArray[np.bool_], reason: str) -> None:
        """Leaves out the records where the mask is false; ``reason`` goes to the account."""


def _no_names(*_: Any) -> tuple[str, ...]:
    return ()


def _no_reads(*_: Any) -> Reads:
    return Reads()


@dataclass(frozen=True)
class Step:
    """A step: its name in a spec, its arguments' JSON Schema, what it reads, makes, does and says.

    A ``variable`` step stands under the name of the variable that it makes, and gets it as
    ``target``; other steps stand alone, and their target is empty. ``apply(args, table, target)``
    works through the table. ``makes(args, target)`` are the variables that it makes, companions
    too. Of each of these ``words(args, name)`` says in English how it is made (None: nothing to
    tell), ``labels`` its label where the standard has none, ``kinds`` whether it is Char or Num
    where the standard does not say, ``origin`` where it comes from; a predecessor is
    ``DATASET.VARIABLE``, or a name alone for a column of the source; ``imputes`` whether values are
    put in the place of missing ones. ``about(args, code)`` are the arguments as far as they are
    about a parameter (None: not at all); a step that ``adds`` makes new records of parameters that
    it names. Arguments under ``when`` and ``where`` that are expressions are conditions.
    """

    name: str
    summary: str
    schema: Mapping[str, Any]
    apply: Callable[[Any, Analysis, str], None]
    variable: bool = False
    makes: Callable[[Any, str], Iterable[str]] = field(default=_no_names)
    reads: Callable[[Any, str], Reads] = field(default=_no_reads)
    check: Callable[[Any], Problems] = field(default=lambda _: ())
    words: Callable[[Any, str], str | None] = field(default=lambda *_: None)
    kinds: Callable[[Any, str], Kind | None] = field(default=lambda *_: None)
    labels: Callable[[Any, str], str] = field(default=lambda *_: "")
    imputes: Callable[[Any, str], bool] = field(default=lambda *_: False)
    about: Callable[[Any, str], Any] = field(default=lambda args, _: args)
    adds: bool = False
    origin: Callable[[Any, str], Origin] = field(default=lambda *_: Origin("Derived", "Sponsor"))


def as_step(rule: Rule, target: Target, changes: Sequence[tuple[Rule, Any]] = ()) -> Step:
    """A value rule of the mapping language with its modifiers, as the step that makes ``target``.

    ``words`` are those of the rule alone.
    """

    def apply(args: Any, table: Analysis, name: str) -> None:
        column = rule.apply(args, table, target)
        for change, its_args in changes:
            column = change.apply(its_args, column, table, target)
        table.put(name, column)

    return Step(
        name=rule.name,
        summary=rule.summary,
        schema=rule.schema,
        apply=apply,
        variable=True,
        reads=lambda args, _: rule.reads(args, target),
        check=rule.check,
        words=lambda args, _: rule.words(args, target),
        origin=lambda args, _: rule.origin(args, target),
    )


def names_in(table: Analysis, dataset: str) -> list[str]:
    """The variables that another dataset, or this one so far, has."""
    if dataset == table.name:
        return list(table.names())
    return list(table.dataset(dataset).names)  # type: ignore[attr-defined]


def chosen(holds: npt.NDArray[np.bool_], column: pd.Series, before: pd.Series | None) -> pd.Series:
    """The value of ``column`` where the mask holds, elsewhere that of before, if any."""
    rows = np.arange(len(column))
    if before is None:
        return columns.take(column, np.where(holds, rows, -1))
    return columns.take(columns.concat([column, before]), np.where(holds, rows, rows + len(rows)))


def put_where(table: Analysis, name: str, column: pd.Series, holds: npt.NDArray[np.bool_]) -> None:
    """Makes a variable where the mask holds; the other records keep what they had."""
    before = table.column(name) if name in table.names() else None
    table.put(name, chosen(holds, column, before))


def holding(args: Mapping[str, Any], table: Analysis) -> npt.NDArray[np.bool_]:
    """The records that meet the argument ``where``; all if there is none."""
    return table.condition(args["where"]) if "where" in args else np.ones(table.rows, dtype=bool)


def where_reads(args: Mapping[str, Any]) -> tuple[tuple[Path_, str], ...]:
    """The argument ``where``, if there is one, as ``Reads`` has expressions."""
    return at("where", [args["where"]]) if "where" in args else ()


def where_words(args: Mapping[str, Any]) -> str:
    """The argument ``where`` in English, with a blank before it; empty if there is none."""
    return f" where {parse(args['where']).words()}" if "where" in args else ""


def names(value: Any) -> list[str]:
    """An argument that is one name or a list of names, as a list."""
    return [value] if isinstance(value, str) else list(value)


def pairs(value: Any) -> dict[str, str]:
    """An argument of names, as new name: old name. ``[A, B: C]`` is ``{A: A, B: C}``."""
    if isinstance(value, Mapping):
        return dict(value)
    found: dict[str, str] = {}
    for item in names(value):
        found |= dict(item) if isinstance(item, Mapping) else {item: item}
    return found


NAME: Mapping[str, Any] = {"type": "string", "minLength": 1}
NAMES: Mapping[str, Any] = {"type": "array", "minItems": 1, "items": NAME}
#: The JSON Schema of rows that may be a file's; `mapping.files` puts its rows in place of it.
FILE: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["file"],
    "properties": {"file": {**NAME, "description": "A CSV file of the study folder."}},
}
#: The JSON Schema of an argument that ``names`` reads, and of one that ``pairs`` reads.
NAME_OR_NAMES: Mapping[str, Any] = {"oneOf": [NAME, NAMES]}
_RENAMED = {"type": "object", "minProperties": 1, "additionalProperties": NAME}
PAIRS: Mapping[str, Any] = {
    "oneOf": [
        NAME,
        {"type": "array", "minItems": 1, "items": {"oneOf": [NAME, _RENAMED]}},
        _RENAMED,
    ]
}


def closed(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    """The JSON Schema of a mapping that has these keys and no others."""
    found: dict[str, Any] = {"type": "object", "additionalProperties": False}
    if required:
        found["required"] = list(required)
    return {**found, "properties": dict(properties)}


def at(place: str, texts: Iterable[str]) -> tuple[tuple[Path_, str], ...]:
    """Names or expressions with their place below a step's arguments, as ``Reads`` has them."""
    return tuple(((place,), text) for text in texts)


def of_other(
    dataset: str, place: str, found: Iterable[str]
) -> tuple[tuple[Path_, tuple[str, str]], ...]:
    """Variables of another dataset with their place below a step's arguments, for ``Reads``."""
    return tuple(((place,), (dataset, name)) for name in found)


def refs_of(text: str | None) -> list[str]:
    """The names in a condition on another dataset's records; none if it cannot be read."""
    try:
        refs = parse(text).refs if text else frozenset()
    except ExpressionError:
        return []
    return sorted(ref.name for ref in refs if ref.scope is None)


def check_other(args: Mapping[str, Any], key: str = "where") -> Iterator[tuple[Path_, str]]:
    """What is wrong with a condition on the records of another dataset."""
    text = args.get(key)
    if not text:
        return
    try:
        refs = parse(text, condition=True).refs
    except ExpressionError as error:
        yield (key,), f"{error}, in the expression: {' '.join(text.split())}"
        return
    for ref in sorted(ref for ref in refs if ref.scope is not None):
        yield (key,), f"'{ref.scope}.{ref.name}': only variables of that dataset can be used here"
