"""``sequence``: --SEQ, the number of the record within its subject (SDTMIG 4.1.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.keys import in_order, match
from converters.rules.english import listed
from converters.rules.rule import Reads, Records, Rule, Target


def _within(args: Mapping[str, Any]) -> list[str]:
    return list(args.get("within", ["USUBJID"]))


def _apply(args: Mapping[str, Any], records: Records, _: Target) -> pd.Series:
    """Numbers from 1 in the order of ``by``; records equal in it go by all their other values."""
    rows = records.rows
    within = [records.variable(name) for name in _within(args)]
    group = columns.tuples(within, rows).ids
    by = [records.variable(name) for name in args["by"]]
    place = columns.sort_key([*within, *by], rows)
    order = in_order([place], lambda: columns.sort_key(records.made(), rows))
    numbers = columns.count_within(group, order)
    for name in args.get("after", ()):
        others = [records.dataset(name).variable(owner) for owner in _within(args)]
        numbers += match(within, others).counts()
    return pd.Series(numbers)


def _reads(args: Mapping[str, Any], _: Target) -> Reads:
    needed = [((key,), name) for key in ("within", "by") for name in args.get(key, ())]
    within = () if "within" in args else (((), "USUBJID"),)
    others = tuple(
        (("after",), (name, owner)) for name in args.get("after", ()) for owner in _within(args)
    )
    return Reads(variables=within, needed=tuple(needed), others=others)


def _words(args: Mapping[str, Any], _: Target) -> str:
    after = f", after the records of {listed(args['after'])}" if "after" in args else ""
    order = f"in the order of {listed(args['by'])}"
    return f"Sequential number of the record within {listed(_within(args))}, {order}{after}."


_NAMES = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}

RULE = Rule(
    name="sequence",
    kind="value",
    summary="The number of the record within its subject, in the order of the given variables.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["by"],
        "properties": {
            "by": _NAMES,
            "within": _NAMES,
            "after": {**_NAMES, "description": "Parts of a split dataset to go on from."},
        },
    },
    apply=_apply,
    reads=_reads,
    words=_words,
    origin=lambda *_: Origin("Derived", "Sponsor"),
    whole=True,
)
