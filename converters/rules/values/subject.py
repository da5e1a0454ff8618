"""``subject``: USUBJID by the expression that study.yaml gives for the source."""

from __future__ import annotations

from typing import Any

import pandas as pd

from converters.dataset import Origin
from converters.mapping.expressions import parse
from converters.rules.rule import Reads, Records, Rule, Target


def _apply(_: Any, records: Records, __: Target) -> pd.Series:
    return records.column("USUBJID")


def _words(args: Any, _: Target) -> str:
    """Arguments that come unasked are the expression itself."""
    if isinstance(args, str):
        return f"Unique subject identifier: {parse(args).words()}."
    return "Unique subject identifier, made of the identifiers on the raw record."


RULE = Rule(
    name="subject",
    kind="value",
    summary="USUBJID, by the usubjid expression of study.yaml; every SDTM dataset has it unasked.",
    schema={"const": True},
    apply=_apply,
    reads=lambda *_: Reads(columns=(((), "USUBJID"),)),
    words=_words,
    origin=lambda *_: Origin("Derived", "Sponsor"),
)
