"""``aggregate``: a number of several records (admiral: derive_var_merged_summary).

Of another dataset's records with the same keys, or of this dataset's own group of records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.keys import match
from converters.mapping.expressions import parse
from converters.rules.english import listed
from converters.rules.rule import Problems, Reads, Table
from converters.rules.step import (
    NAME,
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

Numbers = npt.NDArray[np.float64]
FUNCTIONS = ("count", "sum", "mean", "median", "min", "max")


def _keys(args: Mapping[str, Any]) -> dict[str, str]:
    """Variables here by those of the records that are counted or added up."""
    return pairs(args.get("by", "USUBJID"))


def _apply(args: Mapping[str, Any], table: Analysis, target: str) -> None:
    other = table.dataset(args["dataset"]) if "dataset" in args else table
    keys = _keys(args)
    matched = match(
        [table.column(name) for name in keys], [other.variable(name) for name in keys.values()]
    )
    wanted = _wanted(args, other, table) & (matched.there >= 0)
    values = np.ones(other.rows)
    if "of" in args:
        values = columns.floats(columns.to_number(other.variable(args["of"])))
        wanted &= ~np.isnan(values)
    result = of_groups(args["function"], matched.there[wanted], values[wanted], matched.keys)
    table.put(target, pd.Series(np.append(result, np.nan)[matched.here]))


def _wanted(args: Mapping[str, Any], other: Table, table: Analysis) -> npt.NDArray[np.bool_]:
    """The records that meet ``where``."""
    if "where" not in args:
        return np.ones(other.rows, dtype=bool)
    if "dataset" not in args:
        return table.condition(args["where"])
    return parse(args["where"]).test(lambda ref: other.variable(ref.name), other.rows)


def of_groups(function: str, group: npt.NDArray[np.int64], values: Numbers, groups: int) -> Numbers:
    """A number for each group; NaN for one without a value, but a count of 0.

    Values are taken in their own order, so that sums do not go by the order of records.
    """
    counts = np.bincount(group, minlength=groups)
    if function == "count":
        return counts.astype(np.float64)
    ordered = values[np.lexsort((values, group))]
    filled = np.flatnonzero(counts)
    start, size = (np.cumsum(counts) - counts)[filled], counts[filled]
    result = np.full(groups, np.nan)
    if not len(filled):
        return result
    if function in ("sum", "mean"):
        result[filled] = np.add.reduceat(ordered, start) / (size if function == "mean" else 1)
    elif function == "median":
        result[filled] = (ordered[start + (size - 1) // 2] + ordered[start + size // 2]) / 2
    else:
        result[filled] = ordered[start + (size - 1 if function == "max" else 0)]
    return result


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    keys, of = _keys(args), [args["of"]] if "of" in args else []
    if "dataset" not in args:
        where = at("where", [args["where"]]) if "where" in args else ()
        return Reads(columns=(*at("by", keys), *at("of", of)), expressions=where)
    dataset = args["dataset"]
    return Reads(
        columns=at("by", keys),
        others=(
            *of_other(dataset, "by", keys.values()),
            *of_other(dataset, "of", of),
            *of_other(dataset, "where", refs_of(args.get("where"))),
        ),
    )


def _check(args: Mapping[str, Any]) -> Problems:
    if "of" not in args and args["function"] != "count":
        yield ("function",), f"a {args['function']} needs 'of', the variable that has the values"
    if "dataset" in args:
        yield from check_other(args)
    elif any(here != there for here, there in _keys(args).items()):
        yield ("by",), "two names for a key are for another dataset's records: name a 'dataset'"


def _words(args: Mapping[str, Any], _: str) -> str:
    dataset = f"{args['dataset']}." if "dataset" in args else ""
    records = f"{args['dataset']} records" if "dataset" in args else "records"
    what = f"values of {dataset}{args['of']}" if "of" in args else records
    function = {"count": "Number", "min": "Minimum", "max": "Maximum"}.get(args["function"])
    where = f" where {parse(args['where']).words()}" if "where" in args else ""
    keys = listed(a if a == b else f"{a} (= {b})" for a, b in _keys(args).items())
    return f"{function or args['function'].capitalize()} of the {what} with the same {keys}{where}."


STEP = Step(
    name="aggregate",
    summary="A count, sum, mean, median, minimum or maximum of a group's records.",
    schema=closed(
        {
            "function": {"enum": list(FUNCTIONS), "description": "What is made of the values."},
            "of": {**NAME, "description": "The variable with the values; count can do without."},
            "dataset": {**NAME, "description": "Whose records; this dataset's if not given."},
            "by": {**PAIRS, "description": "Keys, or name here: name there; USUBJID if not given."},
            "where": {**NAME, "description": "A condition on these records."},
        },
        "function",
    ),
    apply=_apply,
    variable=True,
    reads=_reads,
    check=_check,
    words=_words,
    kinds=lambda *_: "Num",
)
