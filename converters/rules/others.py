"""What steps ask of another dataset's records: expressions over them, and a record a subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Origin
from converters.mapping.document import Path_
from converters.mapping.expressions import ExpressionError, parse
from converters.rules.english import listed
from converters.rules.rule import Table
from converters.rules.step import NAME, PAIRS, Analysis, of_other, pairs

Pair = tuple[Path_, tuple[str, str]]

#: The JSON Schema of the keys that say for which subjects a step makes records.
SUBJECTS: Mapping[str, Any] = {
    "subjects": {**NAME, "description": "The dataset with one record a subject; ADSL."},
    "population": {**NAME, "description": "A condition on the subjects' records."},
    "take": {**PAIRS, "description": "Variables of the subjects' records to copy, or new: old."},
}


#: The JSON Schema of the keys that records of two datasets have in common.
BY: Mapping[str, Any] = {
    **PAIRS,
    "description": "Keys, or name here: name there; USUBJID if not given.",
}


def keys_of(args: Mapping[str, Any]) -> dict[str, str]:
    """The keys that ``by`` names: variables here by those of the other dataset."""
    return pairs(args.get("by", "USUBJID"))


def keys_words(args: Mapping[str, Any]) -> str:
    """The keys in words: ``USUBJID and AVISITN (= VISITNUM)``."""
    return listed(a if a == b else f"{a} (= {b})" for a, b in keys_of(args).items())


def rows_where(other: Table, where: str | None) -> Rows:
    """The records of another dataset that meet a condition over its variables."""
    if where is None:
        return np.arange(other.rows)
    return np.flatnonzero(parse(where).test(lambda ref: other.variable(ref.name), other.rows))


def value_in(other: Table, text: str) -> pd.Series:
    """The value of an expression in each record of another dataset."""
    return parse(text).evaluate(lambda ref: other.variable(ref.name), other.rows)


def reads_in(dataset: str, place: Path_, text: str | None) -> tuple[Pair, ...]:
    """What an expression over another dataset's records reads, with its place, for ``Reads``."""
    try:
        refs = parse(text).refs if text else frozenset()
    except ExpressionError:
        return ()
    return tuple((place, (dataset, name)) for name in sorted({ref.name for ref in refs}))


def check_in(
    dataset: str, place: Path_, text: str | None, *, condition: bool = False
) -> Iterator[tuple[Path_, str]]:
    """What is wrong with an expression over another dataset's records."""
    if text is None:
        return
    try:
        refs = parse(text, condition=condition).refs
    except ExpressionError as error:
        yield place, f"{error}, in the expression: {' '.join(text.split())}"
        return
    for ref in sorted(ref for ref in refs if ref.scope not in (None, dataset)):
        yield place, f"'{ref.scope}.{ref.name}': only variables of {dataset} can be used here"


def subjects_of(args: Mapping[str, Any]) -> str:
    """The dataset that has the subjects."""
    return str(args.get("subjects", "ADSL"))


def subject_rows(args: Mapping[str, Any], table: Analysis) -> Rows:
    """The records of the subjects that a step makes records for."""
    other = table.dataset(subjects_of(args))
    rows = rows_where(other, args.get("population"))
    return rows[~columns.missing(columns.take(other.variable("USUBJID"), rows))]


def subject_columns(args: Mapping[str, Any], table: Analysis, rows: Rows) -> dict[str, pd.Series]:
    """What is taken of the subjects' records."""
    other = table.dataset(subjects_of(args))
    return {
        name: columns.take(other.variable(old), rows) for name, old in subject_taken(args).items()
    }


def subject_taken(args: Mapping[str, Any]) -> dict[str, str]:
    """The variables of the subjects' records that are copied: USUBJID and what ``take`` names."""
    return with_subject(pairs(args.get("take", ())))


def with_subject(taken: Mapping[str, str]) -> dict[str, str]:
    """Variables by those that they are copies of: STUDYID, if it is there, USUBJID, the others."""
    first = {name: taken.get(name, name) for name in ("STUDYID", "USUBJID")}
    return {n: old for n, old in first.items() if n in (*taken, "USUBJID")} | dict(taken)


def subject_reads(args: Mapping[str, Any]) -> tuple[Pair, ...]:
    """What is read of the subjects' records."""
    dataset = subjects_of(args)
    return (
        *of_other(dataset, "take", subject_taken(args).values()),
        *reads_in(dataset, ("population",), args.get("population")),
    )


def subject_check(args: Mapping[str, Any]) -> Iterable[tuple[Path_, str]]:
    """What is wrong with the condition on subjects."""
    return check_in(subjects_of(args), ("population",), args.get("population"), condition=True)


def subject_origin(args: Mapping[str, Any], name: str) -> Origin | None:
    """Where a variable comes from that is copied of the subjects' records; None for others."""
    taken = subject_taken(args)
    if name not in taken:
        return None
    return Origin("Predecessor", "", f"{subjects_of(args)}.{taken[name]}")


def where_words(args: Mapping[str, Any], key: str = "where", word: str = "where") -> str:
    """A condition among the arguments, in words with a blank before; nothing if it is not there."""
    return f" {word} {parse(args[key]).words()}" if key in args else ""
