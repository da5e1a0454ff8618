"""``aggregate``: variables that sum up another dataset's records, such as the total dose in ADSL.

The records go by keys, the subject if nothing else is said (admiral: derive_vars_merged_summary).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.keys import match
from converters.mapping.expressions import parse
from converters.rules.others import (
    BY,
    check_in,
    keys_of,
    keys_words,
    reads_in,
    rows_where,
    value_in,
    where_words,
)
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, Analysis, Kind, Step, at, closed, of_other
from converters.rules.totals import WORDS, taken_apart, total


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    other, keys = table.dataset(args["dataset"]), keys_of(args)
    rows = rows_where(other, args.get("where"))
    theirs = [columns.take(other.variable(name), rows) for name in keys.values()]
    matched = match([table.column(name) for name in keys], theirs)
    known = matched.there >= 0
    rows, ids = rows[known], matched.there[known]
    here = np.where(matched.here < 0, matched.keys, matched.here)
    found = {
        name: columns.take(
            total(*_values(text, other, rows), ids, matched.keys + 1),
            here,
        )
        for name, text in args["take"].items()
    }
    for name, column in found.items():
        table.put(name, column)


def _values(text: str, other: Any, rows: Any) -> tuple[str, pd.Series | None]:
    """The function and the values that it is of; None for the records themselves."""
    function, inner = taken_apart(text)
    return function, columns.take(value_in(other, inner), rows) if inner else None


def _inner(text: str) -> str | None:
    try:
        return taken_apart(text)[1] or None
    except ValueError:
        return None


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    dataset, keys = args["dataset"], keys_of(args)
    taken = args["take"].items()
    return Reads(
        columns=at("by", keys),
        others=(
            *of_other(dataset, "by", keys.values()),
            *reads_in(dataset, ("where",), args.get("where")),
            *(r for name, text in taken for r in reads_in(dataset, ("take", name), _inner(text))),
        ),
    )


def _check(args: Mapping[str, Any]) -> Problems:
    yield from check_in(args["dataset"], ("where",), args.get("where"), condition=True)
    for name, text in args["take"].items():
        try:
            inner = taken_apart(text)[1] or None
        except ValueError as error:
            yield ("take", name), str(error)
            continue
        yield from check_in(args["dataset"], ("take", name), inner)


def _words(args: Mapping[str, Any], name: str) -> str:
    function, inner = taken_apart(args["take"][name])
    of = parse(inner).words() if inner else "records"
    keys = keys_words(args)
    where = where_words(args)
    return f"The {WORDS[function]} of {of} in {args['dataset']}{where} with the same {keys}."


def _kind(args: Mapping[str, Any], name: str) -> Kind | None:
    return None if args["take"][name].lstrip().startswith(("min", "max")) else "Num"


STEP = Step(
    name="aggregate",
    summary="Variables that sum up another dataset's records: sums, counts, means.",
    schema=closed(
        {
            "dataset": {**NAME, "description": "The dataset whose records are summed up."},
            "by": BY,
            "take": {
                "description": "The variables, each a function such as sum(EXDOSE) or count().",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": NAME,
            },
            "where": {**NAME, "description": "A condition on the other's records."},
        },
        *("dataset", "take"),
    ),
    apply=_apply,
    makes=lambda args, _: args["take"],
    reads=_reads,
    check=_check,
    words=_words,
    kinds=_kind,
)
