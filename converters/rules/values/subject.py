"""``subject``: USUBJID by the expression that study.yaml gives for the source."""

from __future__ import annotations

from typing import Any

import pandas as pd

from converters.dataset import Origin
from converters.rules.rule import Reads, Records, Rule, Target


def _apply(_: Any, records: Records, __: Target) -> pd.Series:
    return records.column("USUBJID")


RULE = Rule(
    name="subject",
    kind="value",
    summary="USUBJID, by the usubjid expression of study.yaml; every SDTM dataset has it unasked.",
    schema={"const": True},
    apply=_apply,
    reads=lambda *_: Reads(columns=(((), "USUBJID"),)),
    words=lambda *_: "Unique identifier of the subject, made of the identifiers on the raw record.",
    origin=lambda *_: Origin("Derived", "Sponsor"),
)
