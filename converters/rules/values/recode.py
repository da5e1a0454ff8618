"""``recode``: other words for the values, by a table in the spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from converters import columns
from converters.errors import nearest
from converters.findings import Severity
from converters.mapping.document import scalar_text
from converters.rules.rule import Records, Rule, Target
from converters.standards.terminology import Codelist


def fold(value: str) -> str:
    """The value without regard to case and to the number of blanks."""
    return " ".join(value.split()).casefold()


def recoder(
    args: Mapping[str, Any], codelists: Sequence[Codelist]
) -> tuple[Callable[[str], str | None], dict[str, str]]:
    """The function that recodes a value, and the problems that it finds as it goes, by value."""
    table = {key: None if to is None else scalar_text(to) for key, to in args.items()}
    folded = {fold(key): to for key, to in table.items()}
    known = {fold(to): to for to in table.values() if to is not None}
    problems: dict[str, str] = {}

    def term(value: str) -> str | None:
        if value in table:
            return table[value]
        if fold(value) in folded:
            return folded[fold(value)]
        if fold(value) in known:
            return known[fold(value)]
        if not any(codelist.find(value) for codelist in codelists):
            problems[value] = f"'{value}' is not in the recode table{nearest(value, table)}"
        return value

    return term, problems


def _apply(
    args: Mapping[str, Any], column: pd.Series, records: Records, target: Target
) -> pd.Series:
    term, problems = recoder(args, target.codelists)
    recoded = columns.map_text(column, lambda values: [term(value) for value in values])
    records.report_values("recode-without-term", Severity.ERROR, column, problems)
    return recoded


def _words(args: Mapping[str, Any], _: Target) -> str:
    pairs = (
        f'"{key}" to {"missing" if to is None else chr(34) + scalar_text(to) + chr(34)}'
        for key, to in args.items()
    )
    return f"Recoded: {', '.join(pairs)}; other values are kept."


RULE = Rule(
    name="recode",
    kind="modifier",
    summary="Other words for the values; a value that neither table nor codelist has is a finding.",
    schema={
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": ["string", "number", "null"]},
    },
    apply=_apply,
    words=_words,
    order=1,
)
