"""``decode``: the name that goes with a code, from the paired codelist (--TESTCD gives --TEST)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.rules.rule import Reads, Records, Rule, Target


def _apply(args: Any, records: Records, target: Target) -> pd.Series:
    terminology = records.settings.terminology

    def decode(value: str) -> str | None:
        for codelist in target.codelists:
            code_list = terminology.paired(codelist)
            if code_list is not None and (found := terminology.decode(code_list, value)):
                return found
        return None

    return columns.map_text(records.column(args), lambda values: [decode(v) for v in values])


RULE = Rule(
    name="decode",
    kind="value",
    summary="The name that the terminology pairs with another variable's code.",
    schema={"type": "string", "minLength": 1},
    apply=_apply,
    reads=lambda args, _: Reads(columns=(((), args),)),
    words=lambda args, _: f"Name that goes with the code in {args}, by the codelist.",
    origin=lambda *_: Origin("Assigned", "Sponsor"),
)
