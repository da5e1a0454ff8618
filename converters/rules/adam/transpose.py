"""``transpose``: values of another dataset's records as variables, by what the records are named
(admiral: derive_vars_transposed). Baseline results of ADLB become variables of ADSL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from converters import columns
from converters.findings import Severity
from converters.keys import match
from converters.mapping.document import scalar_text
from converters.rules.english import quoted
from converters.rules.others import (
    BY,
    check_in,
    keys_of,
    keys_words,
    reads_in,
    rows_where,
    where_words,
)
from converters.rules.rule import Reads
from converters.rules.step import NAME, Analysis, Step, at, closed, of_other


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    other, keys = table.dataset(args["dataset"]), keys_of(args)
    rows = rows_where(other, args.get("where"))
    value = columns.take(other.variable(args["value"]), rows)
    names = columns.map_text(columns.take(other.variable(args["name"]), rows), list)
    matched = match(
        [table.column(name) for name in keys],
        [columns.take(other.variable(name), rows) for name in keys.values()],
    )
    order = np.argsort(columns.sort_key([value], len(rows)), kind="stable")
    codes, known = columns.parts(names)
    made = {}
    for name, wanted in args["take"].items():
        number = known.index(scalar_text(wanted)) if scalar_text(wanted) in known else -2
        mine = order[codes[order] == number]
        _report_several(args, table, name, np.flatnonzero(matched.counts(mine) > 1))
        made[name] = columns.take(value, matched.last(mine))
    for name, column in made.items():
        table.put(name, column)


def _report_several(args: Mapping[str, Any], table: Analysis, name: str, several: Any) -> None:
    if len(several):
        keys = ", ".join(keys_of(args).values())
        message = (
            f"{args['dataset']} has several records where {args['name']} is {args['take'][name]}"
            f" with the same {keys}, where {name} takes one: say which by 'where'"
        )
        table.report("merge-several", Severity.ERROR, message, several)


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    dataset, keys = args["dataset"], keys_of(args)
    return Reads(
        columns=at("by", keys),
        others=(
            *of_other(dataset, "by", keys.values()),
            *of_other(dataset, "name", [args["name"]]),
            *of_other(dataset, "value", [args["value"]]),
            *reads_in(dataset, ("where",), args.get("where")),
        ),
    )


def _words(args: Mapping[str, Any], name: str) -> str:
    keys = keys_words(args)
    dataset, wanted = args["dataset"], args["take"][name]
    which = f"where {args['name']} = {quoted(wanted)}{where_words(args, word='and')}"
    return f"Equal to {dataset}.{args['value']} of the record with the same {keys} {which}."


STEP = Step(
    name="transpose",
    summary="Values of another dataset's records as variables, by the records' names.",
    schema=closed(
        {
            "dataset": {**NAME, "description": "The dataset whose records become variables."},
            "by": BY,
            "name": {**NAME, "description": "The variable with the records' names: PARAMCD."},
            "value": {**NAME, "description": "The variable with the values: AVAL."},
            "take": {
                "description": "The variables to make, and the name of each one's records.",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"type": ["string", "number"]},
            },
            "where": {**NAME, "description": "A condition on the other's records."},
        },
        *("dataset", "name", "value", "take"),
    ),
    apply=_apply,
    makes=lambda args, _: args["take"],
    reads=_reads,
    check=lambda args: check_in(args["dataset"], ("where",), args.get("where"), condition=True),
    words=_words,
)
