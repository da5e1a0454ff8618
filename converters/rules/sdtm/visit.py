"""``visit``: VISIT, VISITNUM and VISITDY from the raw name of the visit and study.yaml's visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.errors import nearest
from converters.findings import Severity
from converters.mapping.settings import Visit
from converters.rules.rule import Reads, Records, Rule, Target
from converters.rules.values.recode import fold


def planned_visits(visits: tuple[Visit, ...]) -> Mapping[str, Visit]:
    """The planned visits by every name they go by, folded: names, VISIT, VISITNUM."""
    by_name: dict[str, Visit] = {}
    for visit in visits:
        number = columns.number_text(visit.VISITNUM)
        for name in (visit.VISIT, *visit.names, number):
            by_name.setdefault(fold(name), visit)
    return by_name


def _apply(args: Any, records: Records, target: Target) -> pd.Series:
    known = planned_visits(records.settings.visits)
    column = records.column(args)
    if target.kind == "Num":

        def number(value: str) -> float:
            visit = known.get(fold(value))
            found = getattr(visit, target.name, None) if visit else None
            return float("nan") if found is None else float(found)

        return columns.map_number(column, lambda values: [number(value) for value in values])
    names = {name for visit in records.settings.visits for name in (visit.VISIT, *visit.names)}
    problems = {
        value: f"visit '{value}' is not among the visits of study.yaml{nearest(value, names)}"
        for value in columns.parts(column).values
        if fold(value) not in known
    }
    records.report_values("unknown-visit", Severity.ERROR, column, problems)
    return columns.map_text(
        column,
        lambda values: [known[fold(v)].VISIT if fold(v) in known else v for v in values],
    )


RULE = Rule(
    name="visit",
    kind="value",
    summary="VISIT, VISITNUM or VISITDY of the planned visit that a raw column names.",
    schema={"type": "string", "minLength": 1},
    apply=_apply,
    reads=lambda args, _: Reads(columns=(((), args),)),
    words=lambda args, target: f"{target.name} of the planned visit named in {args}.",
    origin=lambda *_: Origin("Assigned", "Sponsor"),
)
