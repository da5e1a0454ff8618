"""``summary_records``: a record that sums up those of each group (ADaMIG 1.3, 4.2.1; admiral:
derive_summary_records).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.keys import ends, in_order
from converters.rules.adam.aggregate import FUNCTIONS, of_groups
from converters.rules.derived_records import SET, anew, kind_of, set_origin, set_words
from converters.rules.english import listed
from converters.rules.rule import Reads
from converters.rules.step import (
    NAME,
    NAME_OR_NAMES,
    Analysis,
    Kind,
    Step,
    at,
    closed,
    holding,
    names,
    where_reads,
    where_words,
)

_TYPES = {"count": "COUNT", "sum": "SUM", "mean": "AVERAGE", "median": "MEDIAN"}
_TYPES |= {"min": "MINIMUM", "max": "MAXIMUM"}


def _group(args: Mapping[str, Any]) -> list[str]:
    return names(args.get("by", ["USUBJID", "PARAMCD"]))


def _values(args: Mapping[str, Any]) -> dict[str, Any]:
    return {"DTYPE": _TYPES[args["function"]], **args.get("set", {})}


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    """What all records of a group share stays; what they do not is missing."""
    value = columns.floats(columns.to_number(table.column("AVAL")))
    rows = np.flatnonzero(holding(args, table) & ~np.isnan(value))
    rows, ids = _grouped(_group(args), table, rows)
    first = ends(ids, last=False)
    total = of_groups(args["function"], ids, value[rows], len(first))
    changes: dict[str, pd.Series] = {
        name: _shared(table.column(name), rows, first)
        for name in table.names()
        if name not in ("AVAL", "AVALC", *_group(args))
    }
    if "AVALC" in table.names():
        changes["AVALC"] = columns.constant(None, len(first))
    changes |= {"AVAL": pd.Series(total), **anew(_values(args), table, len(first))}
    table.append(rows[first], changes)


def _grouped(by: list[str], table: Analysis, rows: Rows) -> tuple[Rows, Rows]:
    """The rows group by group, in an order that their values give, and the groups from 0."""
    group = columns.tuples([columns.take(table.column(n), rows) for n in by], len(rows)).ids

    def rest() -> npt.NDArray[np.int64]:
        return columns.sort_key([columns.take(c, rows) for c in table.made()], len(rows))

    order = in_order([group], rest)
    found = group[order]
    return rows[order], np.cumsum(np.diff(found, prepend=found[:1]) != 0)


def _shared(column: pd.Series, rows: Rows, first: Rows) -> pd.Series:
    """The value that all records of a group have; missing where they differ."""
    codes, _ = (
        pd.factorize(columns.floats(column))
        if columns.is_number(column)
        else (columns.encoded(column).cat.codes.to_numpy(), None)
    )
    same = codes[rows]
    agree = np.minimum.reduceat(same, first) == np.maximum.reduceat(same, first)
    return columns.take(column, np.where(agree, rows[first], -1))


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    return Reads(columns=(*at("by", _group(args)), ((), "AVAL")), expressions=where_reads(args))


def _words(args: Mapping[str, Any], name: str) -> str | None:
    function, where = args["function"], where_words(args)
    each = f"within {listed(_group(args))}"
    if name == "AVAL":
        dtype = _values(args)["DTYPE"]
        return f'For records with DTYPE = "{dtype}": {function} of AVAL{where}, {each}.'
    new = f"records that are added with the {function} of AVAL{where}, {each}"
    return set_words(_values(args), name, new)


def _kinds(args: Mapping[str, Any], name: str) -> Kind | None:
    return "Num" if name == "AVAL" else kind_of(_values(args), name)


STEP = Step(
    name="summary_records",
    summary="A record with the average, sum, minimum, maximum ... of the records of each group.",
    schema=closed(
        {
            "function": {"enum": list(FUNCTIONS), "description": "What is made of the values."},
            "by": {**NAME_OR_NAMES, "description": "What a group shares: USUBJID and PARAMCD."},
            "where": {**NAME, "description": "The records that are summed up."},
            "set": SET,
        },
        "function",
    ),
    apply=_apply,
    makes=lambda args, _: ("AVAL", *_values(args)),
    reads=_reads,
    words=_words,
    kinds=_kinds,
    origin=lambda args, name: set_origin(_values(args), name),
)
