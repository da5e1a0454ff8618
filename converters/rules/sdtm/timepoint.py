"""``timepoint``: --TPT, --TPTNUM, --ELTM and --TPTREF by study.yaml's time points (SDTMIG 4.4.10).

A raw name gives the planned time point, as it gives the visit by ``visit``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.mapping.settings import Settings
from converters.rules.rule import Problems, Reads, Records, Rule, Target
from converters.rules.sdtm.planned import by_name, report_unknown
from converters.rules.values.recode import fold

_FOUR = ("TPT", "TPTNUM", "ELTM", "TPTREF")


def _apply(args: Any, records: Records, target: Target) -> pd.Series:
    known = by_name(records.settings.timepoints)
    column = records.column(args)
    attribute = target.name.removeprefix(target.prefix)
    if target.kind == "Num":
        return columns.map_number(
            column,
            lambda values: [getattr(known.get(fold(v)), attribute, np.nan) for v in values],
        )
    if attribute == "TPT":
        unknown = [value for value in columns.parts(column).values if fold(value) not in known]
        entries = records.settings.timepoints
        report_unknown("unknown-timepoint", "time point", records, column, unknown, entries=entries)

    def text(value: str) -> str | None:
        kept = value if attribute == "TPT" else None  # an unknown name stays
        return getattr(known.get(fold(value)), attribute, kept)

    return columns.map_text(column, lambda values: [text(value) for value in values])


def _fits(_: Any, target: Target, __: Settings) -> Problems:
    if target.name.removeprefix(target.prefix) not in _FOUR:
        names = ", ".join(target.prefix + name for name in _FOUR)
        yield (), f"'timepoint' makes {names}, and no other variable"


def _along(_: Any, target: Target, settings: Settings) -> tuple[str, ...]:
    """The others of the four, as far as any time point of the study has them."""
    if target.name.removeprefix(target.prefix) not in ("TPT", "TPTNUM"):
        return ()
    return tuple(
        target.prefix + name
        for name in _FOUR
        if any(getattr(item, name) is not None for item in settings.timepoints)
    )


RULE = Rule(
    name="timepoint",
    kind="value",
    summary="--TPT, --TPTNUM, --ELTM or --TPTREF of the time point that a raw column names.",
    schema={"type": "string", "minLength": 1},
    apply=_apply,
    reads=lambda args, _: Reads(columns=(((), args),)),
    fits=_fits,
    along=_along,
    words=lambda args, target: f"Value of {target.name} of the planned time point named in {args}.",
    origin=lambda *_: Origin("Assigned", "Sponsor"),
)
