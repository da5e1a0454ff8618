"""``exists``: a flag that says whether another dataset has a record (ADaMIG 1.3, 3.2.4: population
flags; admiral: derive_var_merged_exist_flag)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from converters import columns
from converters.keys import match
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


def _apply(args: Mapping[str, Any], table: Analysis, target: str) -> None:
    other, keys = table.dataset(args["dataset"]), keys_of(args)
    rows = rows_where(other, args.get("where"))
    theirs = [columns.take(other.variable(name), rows) for name in keys.values()]
    found = match([table.column(name) for name in keys], theirs).counts() > 0
    table.put(
        target, columns.from_codes(np.where(found, 0, 1 if args.get("no") else -1), ["Y", "N"])
    )


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    dataset, keys = args["dataset"], keys_of(args)
    return Reads(
        columns=at("by", keys),
        others=(
            *of_other(dataset, "by", keys.values()),
            *reads_in(dataset, ("where",), args.get("where")),
        ),
    )


def _words(args: Mapping[str, Any], _: str) -> str:
    keys = keys_words(args)
    no = '"N"' if args.get("no") else "missing"
    record = f"{args['dataset']} has a record with the same {keys}{where_words(args)}"
    return f'"Y" if {record}; else {no}.'


STEP = Step(
    name="exists",
    summary="A flag: Y where another dataset has a record.",
    schema=closed(
        {
            "dataset": {**NAME, "description": "The dataset to look into."},
            "by": BY,
            "where": {**NAME, "description": "A condition on the other's records."},
            "no": {"type": "boolean", "description": "Whether it is N where there is none."},
        },
        "dataset",
    ),
    apply=_apply,
    variable=True,
    reads=_reads,
    check=lambda args: check_in(args["dataset"], ("where",), args.get("where"), condition=True),
    words=_words,
    kinds=lambda *_: "Char",
)
