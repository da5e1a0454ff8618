"""``lookup``: a value from another dataset or source, by keys (admiral: derive_vars_merged)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Origin
from converters.findings import Severity
from converters.keys import Match, match
from converters.mapping.document import Path_
from converters.mapping.expressions import ExpressionError, parse
from converters.rules.english import listed
from converters.rules.rule import Problems, Reads, Records, Rule, Table, Target

#: An empty bound is open. Two numbers go by size, also as text; dates to the precision of both.
_BOUND = (
    "(missing(bound) or number(x) {0} number(bound)"
    " or (missing(number(x)) or missing(number(bound))) and x {0} bound)"
)
_BOUNDS = (parse(_BOUND.format(">=")), parse(_BOUND.format("<=")))


def _keys(args: Mapping[str, Any]) -> dict[str, str]:
    """This dataset's column by the other table's, as the argument ``by`` says."""
    by = args.get("by", ["USUBJID"])
    if isinstance(by, str):
        by = [by]
    return {name: name for name in by} if isinstance(by, list) else dict(by)


def _other(args: Mapping[str, Any], records: Records) -> Table:
    return records.dataset(args["dataset"]) if "dataset" in args else records.source(args["source"])


def _single(args: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A lookup that takes several DATASET.VARIABLE, as one lookup for each."""
    if not isinstance(args.get("take"), list):
        return [dict(args)]
    pairs = (item.split(".", 1) for item in args["take"])
    return [{**args, "dataset": dataset, "take": variable} for dataset, variable in pairs]


def _apply(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    found = [_look_up(item, records, target) for item in _single(args)]
    if len(found) == 1:
        return found[0]
    stacked = columns.concat(found)
    place = columns.ranks(stacked)[0].reshape(len(found), records.rows)
    if args["pick"] == "min":
        place = np.where(place == 0, place.max(initial=0) + 1, place)  # missing is no minimum
    which = place.argmin(axis=0) if args["pick"] == "min" else place.argmax(axis=0)
    return columns.take(stacked, which * records.rows + np.arange(records.rows))


def _look_up(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    keys = _keys(args)
    other = _other(args, records)
    rows = _candidates(args, other)
    mine = [records.column(name) for name in keys]
    theirs = [columns.take(other.variable(name), rows) for name in keys.values()]
    matched = match(mine, theirs)
    if "between" in args:
        matched, rows = _in_range(args["between"], records, other, matched, rows)
    pick = args.get("pick", "only")
    if pick in ("count", "exists"):
        return _count(matched, pick)
    taken = columns.take(other.variable(args["take"]), rows)
    taken = columns.to_number(taken) if target.kind == "Num" else taken
    if pick == "only":
        _report_several(args, records, matched, taken)
    return columns.take(taken, matched.last(_order(args, other, rows, taken)))


def _candidates(args: Mapping[str, Any], other: Table) -> Rows:
    rows = np.arange(other.rows)
    if "where" in args:
        rows = rows[parse(args["where"]).test(lambda ref: other.variable(ref.name), other.rows)]
    if "take" in args:
        rows = rows[~columns.missing(other.variable(args["take"]))[rows]]
    return rows


def _in_range(
    between: Mapping[str, Any], records: Records, other: Table, matched: Match, rows: Rows
) -> tuple[Match, Rows]:
    """The match narrowed to candidates whose bounds hold: once for each distinct key and values.

    The candidates come back once for each key that they fit.
    """
    mine = [records.column(name) for name in between]
    distinct = columns.tuples([pd.Series(matched.here.astype(np.float64)), *mine], records.rows)
    here = matched.here[distinct.first]
    by_key = np.argsort(matched.there, kind="stable")
    begin, end = (np.searchsorted(matched.there[by_key], here, side) for side in ("left", "right"))
    count = np.where(here < 0, 0, end - begin)
    key = np.repeat(np.arange(len(here)), count)
    place = np.arange(len(key)) + np.repeat(begin - np.cumsum(count) + count, count)
    there = by_key[place]
    fits = np.ones(len(key), dtype=bool)
    for value, bounds in zip(mine, between.values(), strict=True):
        own = columns.take(columns.take(value, distinct.first), key)
        for name, within in zip(bounds, _BOUNDS, strict=True):
            pair = {"x": own, "bound": columns.take(other.variable(name), rows[there])}
            fits &= within.test(lambda ref, pair=pair: pair[ref.name], len(key))  # type: ignore[misc]
    return Match(distinct.ids, key[fits], len(here)), rows[there[fits]]


def _order(args: Mapping[str, Any], other: Table, rows: Rows, taken: pd.Series) -> Rows:
    """The candidates, the one to be picked last of those that share a key."""
    pick = args.get("pick", "only")
    if pick in ("min", "max"):
        by = [taken]
    else:
        by = [columns.take(other.variable(name), rows) for name in args.get("order", ())]
        by.append(taken)  # rows that tie in the order do not go by their place in the file
    order = np.argsort(columns.sort_key(by, len(rows)), kind="stable")
    return order if pick in ("last", "max") else order[::-1]


def _count(matched: Match, pick: str) -> pd.Series:
    found = matched.counts()
    if pick == "count":
        return pd.Series(found.astype(np.float64))
    return columns.from_codes(np.where(found > 0, 0, -1), ["Y"])


def _report_several(
    args: Mapping[str, Any], records: Records, matched: Match, taken: pd.Series
) -> None:
    key = pd.Series(matched.there.astype(np.float64))
    distinct = columns.tuples([key, taken], len(taken)).first
    several = np.flatnonzero(matched.counts(distinct) > 1)
    if len(several):
        name = args.get("dataset") or args.get("source")
        message = (
            f"the lookup finds several values of {name}.{args['take']} for one record;"
            " say which by 'pick': first or last with 'order', min or max"
        )
        records.report("lookup-several", Severity.ERROR, message, several)


def _reads(args: Mapping[str, Any], _: Target) -> Reads:
    reads = [_reads_one(item) for item in _single(args)]
    return Reads(
        columns=reads[0].columns,
        others=tuple(item for one in reads for item in one.others),
        sources=tuple(item for one in reads for item in one.sources),
    )


def _reads_one(args: Mapping[str, Any]) -> Reads:
    keys = _keys(args)
    theirs = [*keys.values(), *args.get("order", ())]
    found: list[tuple[Path_, str]] = [(("by",), name) for name in theirs]
    between = args.get("between", {})
    found += [(("between", own), name) for own, bounds in between.items() for name in bounds]
    if "take" in args:
        found.append((("take",), args["take"]))
    if "where" in args:
        found += [(("where",), ref.name) for ref in parse(args["where"]).refs]
    name = str(args.get("dataset") or args.get("source"))
    reads = tuple((place, (name, column)) for place, column in found)
    mine = (
        *((("by",), column) for column in keys),
        *((("between", column), column) for column in between),
    )
    if "dataset" in args:
        return Reads(columns=mine, others=reads)
    return Reads(columns=mine, sources=reads)


def _check(args: Mapping[str, Any]) -> Problems:
    if isinstance(args.get("take"), list):
        yield from _check_several(args)
        return
    if ("dataset" in args) == ("source" in args):
        yield (), "a lookup names either a 'dataset' or a 'source'"
    if ("take" in args) == (args.get("pick") in ("count", "exists")):
        yield (), "a lookup needs 'take', except with 'pick: count' or 'pick: exists'"
    yield from _check_where(args.get("where"))
    if args.get("pick") in ("first", "last") and "order" not in args:
        yield ("pick",), f"'pick: {args['pick']}' needs an 'order'"


def _check_where(text: str | None) -> Problems:
    try:
        refs = parse(text).refs if text else frozenset()
    except ExpressionError as error:
        yield ("where",), f"{error}, in the expression: {text}"
        return
    for ref in sorted(refs):
        if ref.scope not in (None, "raw"):
            name = f"{ref.scope}.{ref.name}"
            yield ("where",), f"'{name}': only columns of the table looked into can be used here"


def _check_several(args: Mapping[str, Any]) -> Problems:
    if args.get("pick") not in ("min", "max"):
        yield ("pick",), "a lookup that takes several variables needs 'pick: min' or 'pick: max'"
    for key in ("dataset", "source", "order", "between"):
        if key in args:
            yield (key,), f"a lookup that takes several DATASET.VARIABLE has no '{key}'"


_PICKS = ("only", "first", "last", "min", "max", "count", "exists")


def _pick_words(args: Mapping[str, Any]) -> str:
    pick, taken = args.get("pick", "only"), args["take"]
    is_date = (taken if isinstance(taken, str) else taken[0]).endswith("DTC")
    dates = {"min": "Earliest ", "max": "Latest "}
    words = {"only": "", "first": "First ", "last": "Last ", "min": "Lowest ", "max": "Highest "}
    return (words | dates if is_date else words)[pick]


def _words(args: Mapping[str, Any], _: Target) -> str:
    if isinstance(args.get("take"), list):
        return f"{_pick_words(args)}of the subject's {listed(args['take'])}."
    name = args.get("dataset") or f"the source {args['source']}"
    where = f" where {parse(args['where']).words()}" if "where" in args else ""
    same = (a if a == b else f"{a} (= {b})" for a, b in _keys(args).items())
    keys = f"with the same {listed(same)}"
    for own, (low, high) in args.get("between", {}).items():
        keys += f" and with {own} from {low} to {high}"
    pick = args.get("pick", "only")
    if pick == "exists":
        return f'"Y" if {name} has a record {keys}{where}.'
    if pick == "count":
        return f"Number of records of {name} {keys}{where}."
    order = f", in the order of {listed(args['order'])}" if "order" in args else ""
    taken = f"{name}.{args['take']}" if "dataset" in args else f"{args['take']} of {name}"
    which = _pick_words(args)
    if pick == "only":
        return f"Equal to {taken} of the record {keys}{where}."
    return f"{which}{taken} of the records {keys}{where}{order}."


_NAME = {"type": "string", "minLength": 1}
_NAMES = {"type": "array", "minItems": 1, "items": _NAME}

RULE = Rule(
    name="lookup",
    kind="value",
    summary="A value from another dataset or source, found by keys.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "dataset": {**_NAME, "description": "The dataset to look into."},
            "source": {**_NAME, "description": "The raw source to look into."},
            "take": {
                "description": "The variable or column to take, or several as DATASET.VARIABLE.",
                "oneOf": [
                    _NAME,
                    {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "string",
                            "pattern": "^[A-Z][A-Z0-9]*[.][A-Z][A-Z0-9_]*$",
                            "$comment": "is not of the form DATASET.VARIABLE",
                        },
                    },
                ],
            },
            "by": {
                "description": "Keys: shared names, or this one's name: the other's name.",
                "oneOf": [
                    _NAME,
                    _NAMES,
                    {"type": "object", "minProperties": 1, "additionalProperties": _NAME},
                ],
            },
            "between": {
                "description": "This one's column: the other's lowest and highest value for it.",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 2,
                    "items": _NAME,
                },
            },
            "where": {**_NAME, "description": "A condition on the other's records."},
            "order": {**_NAMES, "description": "The other's variables that first and last go by."},
            "pick": {"enum": list(_PICKS)},
        },
    },
    apply=_apply,
    reads=_reads,
    check=_check,
    words=_words,
    origin=lambda args, _: Origin("Derived", "Sponsor"),
)
