"""``planned_element``: ELEMENT, TAETORD and EPOCH of an element, as TA plans it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.rules.rule import Reads, Records, Rule, Table, Target

#: What TA plans for the elements of a code, in the order of TAETORD.
Planned = list[str | None]


def _apply(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    """By the subject's arm; without one, or if it lacks the element, by all arms that agree.

    Where an arm has an element several times the subject's first one is the arm's first.
    """
    by_arm = _planned(records.dataset("TA"), target.name)
    of_any: dict[str, Planned] = {}
    for (_, code), values in by_arm.items():
        known = of_any.setdefault(code, values)
        of_any[code] = values if known == values else []
    code = records.variable("ETCD")
    arm = records.formula(args["arm"]) if "arm" in args else columns.constant(None, records.rows)

    def look_up(arms: list[Any], codes: list[Any], places: list[Any]) -> list[str | None]:
        found = []
        for arm_, code_, place in zip(arms, codes, places, strict=True):
            values = by_arm.get((arm_, code_)) or of_any.get(code_) or []
            same = len(set(values)) == 1
            found.append(values[0] if same else next(iter(values[int(place) :]), None))
        return found

    return columns.map_tuples([arm, code, _occurrence(records)], records.rows, look_up)


def _planned(plan: Table, name: str) -> dict[tuple[Any, Any], Planned]:
    order = np.argsort(columns.floats(columns.to_number(plan.variable("TAETORD"))), kind="stable")
    found: dict[tuple[Any, Any], Planned] = {}
    table = [
        columns.to_list(columns.take(plan.variable(column), order))
        for column in ("ARMCD", "ETCD", name)
    ]
    for arm, code, value in zip(*table, strict=True):
        text = columns.number_text(value) if isinstance(value, float) else value
        found.setdefault((arm, code), []).append(text)
    return found


def _occurrence(records: Records) -> pd.Series:
    """How many elements of the same code the subject started before."""
    rows = records.rows
    keys = [records.variable("USUBJID"), records.variable("ETCD")]
    group = columns.tuples(keys, rows).ids
    order = np.lexsort((columns.sort_key([records.variable("SESTDTC")], rows), group))
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    lengths = np.diff(np.append(starts, rows))
    numbers = np.empty(rows, dtype=np.float64)
    numbers[order] = np.arange(rows) - np.repeat(starts, lengths)
    return pd.Series(numbers)


def _reads(args: Mapping[str, Any], target: Target) -> Reads:
    names = dict.fromkeys(("ARMCD", "ETCD", "TAETORD", target.name))
    return Reads(
        needed=(((), "ETCD"), ((), "SESTDTC")),
        variables=(((), "USUBJID"),),
        expressions=((("arm",), args["arm"]),) if "arm" in args else (),
        others=tuple(((), ("TA", name)) for name in names),
    )


def _words(args: Mapping[str, Any], target: Target) -> str:
    arm = " and the subject's arm" if "arm" in args else ""
    return f"Equal to TA.{target.name} of the element with the same ETCD{arm}."


RULE = Rule(
    name="planned_element",
    kind="value",
    summary="ELEMENT, TAETORD or EPOCH of the subject's element, as TA plans it.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "arm": {
                "type": "string",
                "minLength": 1,
                "description": "An expression for the subject's ARMCD, where arms differ.",
            }
        },
    },
    apply=_apply,
    reads=_reads,
    words=_words,
    origin=lambda *_: Origin("Derived", "Sponsor"),
    whole=True,
)
