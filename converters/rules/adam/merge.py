"""``merge``: variables of another dataset's record, found by keys (admiral: derive_vars_merged)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Origin
from converters.findings import Severity
from converters.keys import match
from converters.mapping.expressions import parse
from converters.rules.others import BY, keys_of, keys_words
from converters.rules.picking import order_words, ordered_names, picked, sort_columns
from converters.rules.rule import Problems, Reads, Table
from converters.rules.step import (
    NAME,
    NAMES,
    PAIRS,
    Analysis,
    Step,
    at,
    check_other,
    closed,
    of_other,
    pairs,
    refs_of,
)


def _taken(args: Mapping[str, Any]) -> dict[str, str]:
    return pairs(args.get("take", ()))


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    keys, taken = keys_of(args), _taken(args)
    other = table.dataset(args["dataset"])
    rows = _candidates(args, other)
    mine = [table.column(name) for name in keys]
    theirs = [columns.take(other.variable(name), rows) for name in keys.values()]
    matched = match(mine, theirs)
    if taken and "pick" not in args:
        _report_several(args, table, np.flatnonzero(matched.counts() > 1))
    chosen = np.append(rows, -1)[matched.last(np.arange(len(rows)))]
    for name, old in taken.items():
        table.put(name, columns.take(other.variable(old), chosen))
    if "exists" in args:
        table.put(args["exists"], columns.from_codes(np.where(chosen >= 0, 0, -1), ["Y"]))


def _candidates(args: Mapping[str, Any], other: Table) -> Rows:
    """The other's records that meet ``where``, of each key one: the picked, else the last."""
    rows = np.arange(other.rows)
    if "where" in args:
        rows = rows[parse(args["where"]).test(lambda ref: other.variable(ref.name), other.rows)]

    def of(name: str) -> pd.Series:
        return columns.take(other.variable(name), rows)

    keys, taken = (list(map(of, found.values())) for found in (keys_of(args), _taken(args)))
    if "pick" in args:
        order = sort_columns(args["order"], of)
        return rows[picked(keys, order, taken, last=args["pick"] == "last")]
    return rows[np.argsort(columns.sort_key(taken, len(rows)), kind="stable")]


def _report_several(args: Mapping[str, Any], table: Analysis, several: Rows) -> None:
    if len(several):
        keys = ", ".join(keys_of(args).values())
        message = (
            f"{args['dataset']} has several records with the same {keys}, where a merge takes one:"
            " say which by 'where', or by 'pick' and 'order'"
        )
        table.report("merge-several", Severity.ERROR, message, several)


def _makes(args: Mapping[str, Any], _: str) -> list[str]:
    return [*_taken(args), *([args["exists"]] if "exists" in args else [])]


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    dataset, keys = args["dataset"], keys_of(args)
    return Reads(
        columns=at("by", keys),
        others=(
            *of_other(dataset, "by", keys.values()),
            *of_other(dataset, "take", _taken(args).values()),
            *of_other(dataset, "order", ordered_names(args.get("order", ()))),
            *of_other(dataset, "where", refs_of(args.get("where"))),
        ),
    )


def _check(args: Mapping[str, Any]) -> Problems:
    if "take" not in args and "exists" not in args:
        yield (), "a merge needs 'take', or 'exists' with the name of a flag"
    if ("pick" in args) != ("order" in args):
        yield (), "'pick' and 'order' go together: the first or last record, and in which order"
    yield from check_other(args)


def _words(args: Mapping[str, Any], name: str) -> str:
    where = f" where {parse(args['where']).words()}" if "where" in args else ""
    keys = keys_words(args)
    if name == args.get("exists"):
        return f'"Y" if {args["dataset"]} has a record with the same {keys}{where}; else missing.'
    taken = f"{args['dataset']}.{_taken(args)[name]}"
    if "pick" not in args:
        return f"Equal to {taken} of the record with the same {keys}{where}."
    order = f", in the order of {order_words(args['order'])}" if "order" in args else ""
    which = f"{args['pick']} record with the same {keys}{where}{order}"
    return f"Equal to {taken} of the {which}."


def _origin(args: Mapping[str, Any], name: str) -> Origin:
    """A choice among records is a derivation, a copy from the one record is not."""
    if name == args.get("exists") or {"where", "pick"} & set(args):
        return Origin("Derived", "Sponsor")
    return Origin("Predecessor", "", f"{args['dataset']}.{_taken(args)[name]}")


STEP = Step(
    name="merge",
    summary="Variables of another dataset's record, found by keys.",
    schema=closed(
        {
            "dataset": {**NAME, "description": "The dataset to look into."},
            "by": BY,
            "take": {**PAIRS, "description": "The variables to take, or new name: name there."},
            "where": {**NAME, "description": "A condition on the other's records."},
            "pick": {"enum": ["first", "last"], "description": "Which of several records."},
            "order": {
                **NAMES,
                "description": "The other's variables that pick goes by; -NAME: greatest first.",
            },
            "exists": {**NAME, "description": "A flag to make: Y where a record is found."},
        },
        "dataset",
    ),
    apply=_apply,
    makes=_makes,
    reads=_reads,
    check=_check,
    words=_words,
    kinds=lambda args, name: "Char" if name == args.get("exists") else None,
    origin=_origin,
)
