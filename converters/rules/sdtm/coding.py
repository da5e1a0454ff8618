"""``coding``: a word or code of a dictionary, from a coding file (MedDRA, WHODrug).

No spec states this rule of a variable; the key ``coding`` of a block of records does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Origin
from converters.findings import Severity
from converters.keys import Match, match
from converters.mapping.expressions import parse
from converters.rules.rule import Reads, Records, Rule, Target
from converters.rules.values.recode import fold

_SHOWN = 3


class Found(NamedTuple):
    """The coding file's records (those of ``where``), and the one that codes each record.

    ``codes`` are the taken columns, ``coded`` the rows that have a code, ``chosen`` -1 where none.
    """

    rows: Rows
    codes: list[pd.Series]
    coded: Rows
    matched: Match
    chosen: Rows


def _apply(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    """The column ``take`` of the coding record that has the record's keys.

    Of several codes for one key the lowest is taken. The variable that is ``main`` tells what is
    wrong with the coding as a whole.
    """
    what = repr([args[key] for key in ("source", "by", "where", "columns")])
    found = records.once(what, lambda: _find(args, records))
    taken = columns.take(found.codes[args["columns"].index(args["take"])], found.chosen)
    if args["main"]:
        matched = found.matched
        asked = np.zeros(records.source(args["source"]).rows, dtype=bool)
        asked[found.rows[np.isin(matched.there, matched.here) & (matched.there >= 0)]] = True
        records.used(args["source"], asked)
        _report_keys(args, records, found)
        _report_terms(args, records, taken)
    return taken


def _find(args: Mapping[str, Any], records: Records) -> Found:
    other = records.source(args["source"])
    rows = np.arange(other.rows)
    if args["where"]:
        rows = rows[parse(args["where"]).test(lambda ref: other.variable(ref.name), other.rows)]
    names = list(args["by"])
    mine = [records.column(name) for name in names]
    theirs = [columns.take(other.variable(name), rows) for name in args["by"].values()]
    matched = match(_folded(names, mine), _folded(names, theirs))
    codes = [_plain(columns.take(other.variable(name), rows)) for name in args["columns"]]
    coded = np.flatnonzero(~columns.missing(codes[0]))
    place = columns.sort_key([columns.take(code, coded) for code in codes], len(coded))
    chosen = matched.last(coded[np.argsort(place, kind="stable")[::-1]])
    return Found(rows, codes, coded, matched, chosen)


def _folded(names: list[str], keys: list[pd.Series]) -> list[pd.Series]:
    """Terms are compared without regard to case and blanks, subjects letter by letter."""
    return [
        key if name == "USUBJID" else columns.map_text(key, lambda values: [*map(fold, values)])
        for name, key in zip(names, keys, strict=True)
    ]


def _plain(column: pd.Series) -> pd.Series:
    return columns.map_text(column, lambda values: [value.strip() or None for value in values])


def _report_keys(args: Mapping[str, Any], records: Records, found: Found) -> None:
    """Records whose key has several different codes."""
    matched, coded = found.matched, found.coded
    key = pd.Series(matched.there[coded].astype(np.float64))
    codes = [columns.take(column, coded) for column in found.codes]
    distinct = columns.tuples([key, *codes], len(coded)).first
    ids = np.where(matched.counts(coded[distinct]) > 1, matched.here, -1)
    numbers, first = np.unique(ids, return_index=True)
    keys = [columns.take(records.column(name), first) for name in args["by"]]
    message = f"has several codes in '{args['source']}': the lowest is taken"
    cases = {
        number: (value := ", ".join(map(_shown, values)), f"'{value}' {message}")
        for number, *values in zip(numbers.tolist(), *map(columns.to_list, keys), strict=True)
        if number >= 0
    }
    records.report_groups("coded-twice", Severity.ERROR, ids, cases)


def _shown(value: Any) -> str:
    return columns.number_text(value) if isinstance(value, float) else str(value).strip()


def _report_terms(args: Mapping[str, Any], records: Records, taken: pd.Series) -> None:
    """Terms without a code, and terms that different records have coded differently."""
    if not args["term"]:
        return
    term = records.variable(args["term"])
    absent = columns.take(term, np.where(columns.missing(taken), np.arange(records.rows), -1))
    problems = {
        value: f"'{value}' of {args['term']} has no code in '{args['source']}'"
        for value in columns.parts(absent).values
    }
    records.report_values("not-coded", Severity.WARNING, absent, problems)
    folded = columns.map_text(term, lambda values: [*map(fold, values)])
    first = columns.tuples([folded, taken], records.rows).first
    found: dict[str, set[str]] = {}
    pairs = (columns.to_list(columns.take(column, first)) for column in (folded, taken))
    for value, code in zip(*pairs, strict=True):
        if value is not None and code is not None:
            found.setdefault(value, set()).add(code)
    several = {value: _in_words(codes) for value, codes in found.items() if len(codes) > 1}
    if several:
        told = {
            value: f"'{value}' is coded differently in different records: {several[fold(value)]}"
            for value in columns.parts(term).values
            if fold(value) in several
        }
        records.report_values("coded-differently", Severity.WARNING, term, told)


def _in_words(codes: set[str]) -> str:
    shown = [f"'{code}'" for code in sorted(codes)[:_SHOWN]]
    return ", ".join(shown) + (" ..." if len(codes) > _SHOWN else "")


def _reads(args: Mapping[str, Any], _: Target) -> Reads:
    place, source = args["place"], args["source"]
    theirs = [((*place, "by"), name) for name in args["by"].values()]
    if args["take"]:  # without headers nobody knows
        stated = args["stated"]
        theirs.append(((*place, "take", stated) if stated else (*place, "source"), args["take"]))
    if args["where"]:
        theirs += [((*place, "where"), ref.name) for ref in parse(args["where"]).refs]
    return Reads(
        columns=tuple(((*place, "by"), name) for name in args["by"]),
        variables=(((), args["term"]),) if args["term"] else (),
        sources=tuple((where, (source, name)) for where, name in theirs),
    )


#: Not ``RULE``: it is no rule that a spec can state.
CODED = Rule(
    name="coding",
    kind="value",
    summary="A word or code of a dictionary.",
    schema={},
    apply=_apply,
    reads=_reads,
    words=lambda args, _: f"Coded with {args['dictionary']} {args['version']}.",
    origin=lambda *_: Origin("Assigned", "Sponsor"),
)
