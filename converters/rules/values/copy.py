"""``from``: the value of a raw column, as it was collected (sdtm.oak: assign_no_ct)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.rules.rule import Reads, Records, Rule, Target


def _apply(args: Any, records: Records, _: Target) -> pd.Series:
    column = records.column(args)
    if columns.is_number(column):
        return column
    return columns.map_text(column, lambda values: [value.strip() or None for value in values])


#: Suffixes of variables that hold a dictionary's words and codes: coded, and not collected.
_CODED = {
    *("DECOD", "LLT", "LLTCD", "PTCD", "HLT", "HLTCD", "HLGT", "HLGTCD", "BODSYS", "BDSYCD"),
    *("SOC", "SOCCD", "MODIFY", "CLAS", "CLASCD"),
}


def _origin(_: Any, target: Target) -> Origin:
    if target.name.removeprefix(target.prefix) in _CODED or target.name == "VISIT":
        return Origin("Assigned", "Sponsor")
    return Origin("Collected", "Investigator")


RULE = Rule(
    name="from",
    kind="value",
    summary="The value of a raw column, without the blanks around it.",
    schema={"type": "string", "minLength": 1},
    apply=_apply,
    reads=lambda args, _: Reads(columns=(((), args),)),
    words=lambda args, _: f"Equal to {args}.",
    origin=_origin,
)
