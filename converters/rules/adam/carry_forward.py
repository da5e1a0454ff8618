"""``carry_forward``: records for visits without a value (ADaMIG 1.3, 4.2.1; admiral:
derive_locf_records).

LOCF carries the last value before the visit, WOCF the worst of those, BOCF that at baseline. Visits
go by AVISITN. A record without a value stays beside the new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.keys import in_order
from converters.rules.derived_records import anew
from converters.rules.english import listed
from converters.rules.extremes import WORST, check_worst, with_value, worseness, worst_words
from converters.rules.rule import Problems, Reads
from converters.rules.step import (
    NAME,
    NAME_OR_NAMES,
    NAMES,
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

_ORDER = ("ADT", "ADTM", "ATPTN")
_METHODS = {"LOCF": "last", "WOCF": "worst", "BOCF": "baseline"}
_MADE = ("AVISIT", "AVISITN", "DTYPE")
Floats = npt.NDArray[np.float64]


class _Cells(NamedTuple):
    """Visits that a group has no value for: the group, the number of the visit, its name."""

    group: Rows
    number: Floats
    name: pd.Series


def _group(args: Mapping[str, Any]) -> list[str]:
    return names(args.get("by", ["USUBJID", "PARAMCD"]))


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    group = columns.tuples([table.column(name) for name in _group(args)], table.rows).ids
    visit = columns.floats(columns.to_number(table.column("AVISITN")))
    usable = holding(args, table) & with_value(table)
    carried, number = _carried(args, table, usable, visit, group)
    present = np.flatnonzero(usable & ~np.isnan(visit))
    cells = _cells(args, table, present, visit, group, np.unique(group[carried]))
    found = _before(group[carried], number, cells)
    filled = np.flatnonzero(found >= 0)
    rows = carried[found[filled]]
    changes = anew({"DTYPE": args["method"]}, table, len(rows))
    changes["AVISIT"] = columns.take(cells.name, filled)
    changes["AVISITN"] = pd.Series(cells.number[filled])
    table.append(rows, changes)


def _carried(
    args: Mapping[str, Any],
    table: Analysis,
    usable: npt.NDArray[np.bool_],
    visit: Floats,
    group: Rows,
) -> tuple[Rows, Floats]:
    """The records that may be carried, group by group, the one that goes before others last.

    With the numbers of their visits; a baseline without one comes before all visits.
    """
    first = visit
    if args["method"] == "BOCF":
        flag = columns.parts(table.column("ABLFL"))
        is_base = np.array([*(text == "Y" for text in flag.values), False])[flag.codes]
        usable = is_base & with_value(table)
        visit = np.where(np.isnan(visit), -np.inf, visit)
    elif args["method"] == "WOCF":
        value = columns.floats(columns.to_number(table.variable("AVAL")))
        first = worseness(args["worst"], table, value)
        usable = usable & ~np.isnan(first)
    rows = np.flatnonzero(usable & ~np.isnan(visit))
    order = args.get("order") or [name for name in _ORDER if table.has(name)]

    def key(found: Sequence[pd.Series]) -> npt.NDArray[np.int64]:
        return columns.sort_key([columns.take(column, rows) for column in found], len(rows))

    place = key([pd.Series(visit), *(table.column(name) for name in order)])
    rows = rows[in_order([group[rows], first[rows], place], lambda: key(table.made()))]
    return rows, visit[rows]


def _cells(
    args: Mapping[str, Any],
    table: Analysis,
    present: Rows,
    visit: Floats,
    group: Rows,
    groups: Rows,
) -> _Cells:
    """The expected visits of ``groups`` that none of the records ``present`` is of."""
    if args["visits"] == "all":
        expected = _seen(args, table, present, visit, group, groups)
    else:
        size, stated = len(groups), args["visits"]
        expected = _Cells(
            np.repeat(groups, len(stated)),
            np.tile([float(item["AVISITN"]) for item in stated], size),
            columns.from_codes(
                np.tile(np.arange(len(stated)), size), [item["AVISIT"] for item in stated]
            ),
        )
    here = [pd.Series(np.concatenate([expected.group, group[present]])).astype(np.float64)]
    here.append(pd.Series(np.concatenate([expected.number, visit[present]])))
    ids = columns.tuples(here, len(here[0])).ids
    size = len(expected.group)
    absent = np.flatnonzero(~np.isin(ids[:size], ids[size:]))
    return _Cells(
        expected.group[absent], expected.number[absent], columns.take(expected.name, absent)
    )


def _seen(
    args: Mapping[str, Any],
    table: Analysis,
    present: Rows,
    visit: Floats,
    group: Rows,
    groups: Rows,
) -> _Cells:
    """For each group all visits that any subject has, in what else the group goes by."""
    others = [table.column(name) for name in _group(args) if name != "USUBJID"]
    kind = columns.tuples(others, table.rows).ids
    name = columns.ranks(table.column("AVISIT"))[0]
    order = present[np.lexsort((-name[present], visit[present], kind[present]))]
    new = (np.diff(kind[order], prepend=-1) != 0) | (np.diff(visit[order], prepend=np.nan) != 0)
    first = order[new]
    kind_of = np.empty(group.max(initial=-1) + 1, dtype=np.int64)
    kind_of[group] = kind
    begin, end = (np.searchsorted(kind[first], kind_of[groups], side) for side in _SIDES)
    count = end - begin
    place = np.arange(count.sum()) + np.repeat(begin - np.cumsum(count) + count, count)
    rows = first[place]
    return _Cells(np.repeat(groups, count), visit[rows], columns.take(table.column("AVISIT"), rows))


_SIDES: tuple[Any, Any] = ("left", "right")


def _before(group: Rows, visit: Floats, cells: _Cells) -> Rows:
    """For each cell the last of the carried records of an earlier visit of its group; -1: none."""
    size = len(group)
    groups = np.concatenate([group, cells.group])
    visits = np.concatenate([visit, cells.number])
    place = np.concatenate([np.arange(size), np.full(len(cells.group), -1)])
    order = np.lexsort((place >= 0, visits, groups))
    latest = np.maximum.accumulate(place[order]) if len(order) else order
    found = np.empty(len(order), dtype=np.int64)
    found[order] = latest
    found = found[size:]
    same = np.append(group, -1)[found] == cells.group
    return np.where(same, found, -1)


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    needed = ["AVISIT", "AVISITN", *(["ABLFL"] if args["method"] == "BOCF" else [])]
    needed += ["PARAMCD"] if args["method"] == "WOCF" else []
    unasked = () if "order" in args else at("order", _ORDER)
    return Reads(
        columns=(
            *at("by", _group(args)),
            *at("method", needed),
            *at("order", args.get("order", ())),
        ),
        variables=(*unasked, *at("method", ("AVAL", "AVALC"))),
        expressions=where_reads(args),
    )


def _check(args: Mapping[str, Any]) -> Problems:
    yield from check_worst(args, needed=args["method"] == "WOCF", what="WOCF")
    stated = args["visits"] if isinstance(args["visits"], list) else []
    seen: dict[Any, str] = {}
    for number, item in enumerate(stated):
        if seen.setdefault(item["AVISITN"], item["AVISIT"]) != item["AVISIT"]:
            message = f"{seen[item['AVISITN']]} and {item['AVISIT']} have the same AVISITN"
            yield ("visits", number), message


def _words(args: Mapping[str, Any], name: str) -> str:
    method, where = args["method"], where_words(args)
    group = listed(_group(args))
    if name == "DTYPE":
        what = f"the {_METHODS[method]} value" + ("" if method == "BOCF" else " before")
        worst = f" ({worst_words(args['worst'])})" if method == "WOCF" else ""
        return (
            f'Derivation type: "{method}" in records that are added for expected visits without a'
            f" value{where}, within {group}: {what}{worst}, in the order of AVISITN."
        )
    return f'For records with DTYPE = "{method}": the expected visit.'


def _kinds(_: Mapping[str, Any], name: str) -> Kind:
    return "Num" if name == "AVISITN" else "Char"


STEP = Step(
    name="carry_forward",
    summary="Records for expected visits without a value, by LOCF, WOCF or BOCF.",
    schema=closed(
        {
            "method": {"enum": list(_METHODS), "description": "Which value is carried."},
            "visits": {
                "description": "The visits that are expected, or all: those that any subject has.",
                "oneOf": [
                    {"enum": ["all"]},
                    {
                        "type": "array",
                        "minItems": 1,
                        "items": closed(
                            {
                                "AVISIT": {**NAME, "description": "The visit's name."},
                                "AVISITN": {"type": "number", "description": "Its number."},
                            },
                            "AVISIT",
                            "AVISITN",
                        ),
                    },
                ],
            },
            "by": {**NAME_OR_NAMES, "description": "What a group shares: USUBJID and PARAMCD."},
            "where": {**NAME, "description": "The records that are looked at."},
            "order": {**NAMES, "description": "What the last in a visit goes by."},
            "worst": WORST,
        },
        "method",
        "visits",
    ),
    apply=_apply,
    makes=lambda *_: _MADE,
    reads=_reads,
    check=_check,
    words=_words,
    kinds=_kinds,
)
