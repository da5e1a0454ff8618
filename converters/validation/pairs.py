"""Variables that go together one to one, as a code and its decode, within and across datasets."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from converters import columns
from converters.findings import Finding
from converters.keys import ends
from converters.validation.table import (
    Case,
    Groups,
    Rule,
    Table,
    described,
    number,
    plain,
    quoted,
    steady,
)


@dataclass(frozen=True)
class Decoded:
    """A decode as one dataset has it: records with it, and the first of them (0-based)."""

    table: Table
    count: int
    row: int


def check_decodes(
    tables: Sequence[Table],
    code: str,
    decode: str,
    rule: Rule,
    alike: Callable[[Any, Any], bool] = operator.eq,
) -> list[Finding]:
    """A finding for each value of ``decode`` that is not the usual one of its ``code``.

    The usual one is that of most records; the datasets without both variables are passed over, and
    so are records that lack either. ``alike`` says which decodes are one and the same.
    """
    findings: list[Finding] = []
    for value, decodes in _decodes(tables, code, decode).items():
        if len(decodes) < 2:
            continue
        usual = max(decodes, key=lambda item: sum(place.count for place in decodes[item]))
        for other, places in decodes.items():
            if not alike(other, usual):
                findings.append(_finding(code, value, decode, other, usual, places, rule))
    return findings


def _decodes(
    tables: Sequence[Table], code: str, decode: str
) -> dict[Any, dict[Any, list[Decoded]]]:
    """Of each code its decodes, and of each of these where it is."""
    found: dict[Any, dict[Any, list[Decoded]]] = {}
    for table in tables:
        if code not in table or decode not in table:
            continue
        groups = table.groups([code, decode])
        values, others = (
            columns.to_list(columns.take(table.frame[name], groups.first))
            for name in (code, decode)
        )
        rows, counts = groups.first.tolist(), groups.counts.tolist()
        for value, other, row, count in zip(values, others, rows, counts, strict=True):
            if _present(value) and _present(other):
                places = found.setdefault(steady(value), {}).setdefault(steady(other), [])
                places.append(Decoded(table, count, row))
    return found


def _present(value: Any) -> bool:
    return value is not None and value == value


def _finding(
    code: str,
    value: Any,
    decode: str,
    other: Any,
    usual: Any,
    places: list[Decoded],
    rule: Rule,
) -> Finding:
    count = sum(place.count for place in places)
    names = ", ".join(place.table.name for place in places)
    message = (
        f"{decode}: {quoted(other)} stands with {code} {quoted(value)} in "
        f"{number(count, 'record')} ({names}), but {quoted(usual)} elsewhere"
    )
    first = places[0]
    return first.table.finding(rule, Case(plain(other), count, first.row, message), decode)


def check_one_to_one(
    table: Table, code: str, decode: str, rule: Rule, within: Sequence[str] = ()
) -> list[Finding]:
    """``check_decodes`` within one dataset and equal values of other variables, such as PARAMCD.

    However many values there are, only those that are wrong are looked at one by one.
    """
    present = np.ones(table.rows, dtype=bool)
    for name in (*within, code, decode):
        present &= ~table.missing(name)
    pairs = table.groups([*within, code, decode], np.flatnonzero(present))
    codes = table.groups([*within, code], pairs.first)
    if len(codes.counts) == len(pairs.counts):
        return []
    order = np.lexsort((pairs.first, -pairs.counts, codes.ids))
    usual = pairs.first[order[ends(codes.ids[order], last=False)]][codes.ids]
    places = np.flatnonzero(pairs.first != usual)
    column = table.frame[decode]
    found, expected = (
        columns.to_list(columns.take(column, rows[places])) for rows in (pairs.first, usual)
    )
    unusual = [
        place
        for place, one, other in zip(places.tolist(), found, expected, strict=True)
        if steady(one) != steady(other)
    ]
    by_row = dict(zip(pairs.first.tolist(), usual.tolist(), strict=True))

    def told(row: int) -> tuple[Any, str]:
        other = table.value(decode, row)
        where = described(table.record((*within, code), row))
        elsewhere = quoted(table.value(decode, by_row[row]))
        return other, f"{decode}: {quoted(other)} stands with {where}, but {elsewhere} elsewhere"

    return table.group_findings(rule, decode, _some(pairs, unusual), told)


def _some(groups: Groups, places: Sequence[int]) -> Groups:
    """Some of the groups, in order of rows."""
    chosen = sorted(places, key=lambda place: int(groups.first[place]))
    return Groups(groups.ids, groups.counts[chosen], groups.first[chosen])
