"""``basetype_records``: BASETYPE, a record for each kind of baseline (ADaMIG 1.3, 4.2.1; admiral:
derive_basetype_records).

A record of several kinds is there for each; one of none stays without a kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from converters import columns
from converters.mapping.expressions import parse
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, Analysis, Step, closed


def _apply(args: Sequence[Mapping[str, str]], table: Analysis, _: str) -> None:
    holds = [table.condition(item["when"]) for item in args]
    rows = [np.flatnonzero(mask) for mask in (*holds, ~np.logical_or.reduce(holds))]
    kind = np.repeat(np.arange(len(rows)), [len(found) for found in rows])
    table.take(np.concatenate(rows), "")
    table.put("BASETYPE", columns.from_codes(kind, [*(item["BASETYPE"] for item in args), None]))


def _reads(args: Sequence[Mapping[str, str]], _: str) -> Reads:
    return Reads(expressions=tuple(((n, "when"), item["when"]) for n, item in enumerate(args)))


def _check(args: Sequence[Mapping[str, str]]) -> Problems:
    seen: set[str] = set()
    for number, item in enumerate(args):
        if item["BASETYPE"] in seen:
            yield (number,), f"{item['BASETYPE']} is there twice: join its conditions by 'or'"
        seen.add(item["BASETYPE"])


def _words(args: Sequence[Mapping[str, str]], _: str) -> str:
    told = (f'"{item["BASETYPE"]}" where {parse(item["when"]).words()}' for item in args)
    return f"Definition of baseline: {'; '.join(told)}; one record for each that holds."


STEP = Step(
    name="basetype_records",
    summary="BASETYPE: the kinds of baseline, a record for each that a record is of.",
    schema={
        "type": "array",
        "minItems": 1,
        "items": closed(
            {
                "BASETYPE": {**NAME, "description": "The kind of baseline."},
                "when": {**NAME, "description": "The records that are of it."},
            },
            "BASETYPE",
            "when",
        ),
    },
    apply=_apply,
    makes=lambda *_: ("BASETYPE",),
    reads=_reads,
    check=_check,
    words=_words,
    kinds=lambda *_: "Char",
)
