"""Variables that go together one to one, as a code and its decode, within and across datasets."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from converters import columns
from converters.findings import Finding
from converters.validation.table import Case, Rule, Table, number, plain, quoted, steady


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
