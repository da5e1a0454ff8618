"""``exposure_summary``: doses and days of exposure of each subject, as parameters.

As admiral has it in ADEX (derive_param_exposure). Each record of exposure is an interval of days
with a dose. Days that several records cover count once, and what lies between is an interruption.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Origin
from converters.findings import Severity
from converters.mapping.expressions import parse
from converters.rules.adam.date import days_of
from converters.rules.english import listed
from converters.rules.others import (
    check_in,
    reads_in,
    rows_where,
    value_in,
    where_words,
    with_subject,
)
from converters.rules.parameter import DESCRIBED, described, descriptions, parameter_origin
from converters.rules.picking import picked
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, NAMES, PAIRS, Analysis, Step, closed, of_other, pairs
from converters.rules.totals import total

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Exposure:
    """Records of exposure in ``groups`` groups: their group, first and last day, and doses.

    A record without both days, or with days that are no interval, has none.
    """

    ids: Rows
    groups: int
    start: Numbers
    end: Numbers
    dose: Numbers
    planned: Numbers
    gap: float

    def sum(self, values: Numbers) -> Numbers:
        """The sum of each group's values; NaN without any."""
        return columns.floats(total("sum", pd.Series(values), self.ids, self.groups))

    def edge(self, function: str) -> Numbers:
        """The first day (``min``) or the last (``max``) of each group."""
        days = pd.Series(self.start if function == "min" else self.end)
        return columns.floats(total(function, days, self.ids, self.groups))

    @cached_property
    def covered(self) -> tuple[Numbers, Numbers, Numbers]:
        """Days covered in each group, gaps that are interruptions, and the days of these."""
        rows = np.flatnonzero(~np.isnan(self.start))
        rows = rows[np.lexsort((self.end[rows], self.start[rows], self.ids[rows]))]
        ids, start, end = self.ids[rows], self.start[rows], self.end[rows]
        width = float(end.max(initial=0) - start.min(initial=0)) + 2  # keeps groups apart
        so_far = np.maximum.accumulate(end + ids * width) if len(rows) else end
        begins = np.diff(ids, prepend=-1) != 0
        before = np.where(begins, start - 1, np.roll(so_far, 1) - ids * width)
        new = np.maximum(end - np.maximum(start, before + 1) + 1, 0)
        between = np.maximum(start - before - 1, 0)
        long = between > self.gap
        found = [
            np.bincount(ids, weights=w, minlength=self.groups) for w in (new, long, between * long)
        ]
        known = np.bincount(ids, minlength=self.groups) > 0
        days, gaps, lost = (np.where(known, item, np.nan) for item in found)
        return days, gaps, lost


def _ratio(one: Numbers, other: Numbers) -> Numbers:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(other > 0, one / other, np.nan)


#: What is measured: words, the arguments that it needs, and how.
_MEASURES: Mapping[str, tuple[str, tuple[str, ...], Callable[[_Exposure], Numbers]]] = {
    "total_dose": ("the sum of the doses", ("dose",), lambda e: e.sum(e.dose)),
    "average_dose": (
        "the sum of the doses divided by the days of exposure",
        ("dose", "start"),
        lambda e: _ratio(e.sum(e.dose), e.covered[0]),
    ),
    "doses": (
        "the number of records",
        (),
        lambda e: np.bincount(e.ids, minlength=e.groups).astype(float),
    ),
    "duration": (
        "the days of exposure, each counted once",
        ("start",),
        lambda e: e.covered[0],
    ),
    "span": (
        "the days from the first to the last of exposure",
        ("start",),
        lambda e: e.edge("max") - e.edge("min") + 1,
    ),
    "interruptions": ("the number of interruptions", ("start",), lambda e: e.covered[1]),
    "interrupted_days": ("the days of interruptions", ("start",), lambda e: e.covered[2]),
    "dose_intensity": (
        "the sum of the doses in percent of that of the planned doses",
        ("dose", "planned"),
        lambda e: 100 * _ratio(e.sum(e.dose), e.sum(e.planned)),
    ),
}


def _group(args: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(("USUBJID", *args.get("by", ()))))


def _taken(args: Mapping[str, Any]) -> dict[str, str]:
    taken = with_subject(pairs(args.get("take", ())))
    return {**taken, **{name: name for name in _group(args)}}


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    other = table.dataset(args["dataset"])
    rows = rows_where(other, args.get("where"))
    rows = rows[~columns.missing(columns.take(other.variable("USUBJID"), rows))]

    def number(key: str) -> Numbers:
        if key not in args:
            return np.full(len(rows), np.nan)
        value = columns.take(value_in(other, args[key]), rows)
        return columns.floats(
            days_of(value) if key in ("start", "end") else columns.to_number(value)
        )

    start = number("start")
    end = number("end") if "end" in args else start
    wrong = ~(start <= end) if "start" in args else np.zeros(len(rows), dtype=bool)
    start, end = np.where(wrong, np.nan, start), np.where(wrong, np.nan, end)
    times = end - start + 1 if args.get("per") == "day" else 1.0
    taken = {n: columns.take(other.variable(old), rows) for n, old in _taken(args).items()}
    ids, first = columns.tuples([taken[name] for name in _group(args)], len(rows))
    exposure = _Exposure(
        ids, len(first), start, end, number("dose") * times, number("planned") * times,
        float(args.get("gap", 0)),
    )  # fmt: skip
    chosen = picked([pd.Series(ids)], [pd.Series(start)], list(taken.values()), last=False)
    chosen = chosen[np.argsort(ids[chosen])]
    before = table.rows
    for item in args["parameters"]:
        values = {name: columns.take(column, chosen) for name, column in taken.items()}
        values |= descriptions(item, len(chosen))
        values["AVAL"] = pd.Series(_MEASURES[item["measure"]][2](exposure))
        if "start" in args:
            values["ASTDT"] = pd.Series(exposure.edge("min"))
            values["AENDT"] = pd.Series(exposure.edge("max"))
        table.add(args["dataset"], rows[chosen], values)
    _report(args, table, before + np.unique(ids[wrong]))


def _report(args: Mapping[str, Any], table: Analysis, rows: Rows) -> None:
    if len(rows):
        message = (
            f"records of {args['dataset']} have no complete first and last day, or the last before"
            " the first: their days do not count"
        )
        table.report("exposure-dates", Severity.WARNING, message, rows)


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    dataset = args["dataset"]
    expressions = ("where", "dose", "planned", "start", "end")
    return Reads(
        others=(
            *of_other(dataset, "by", _group(args)),
            *of_other(dataset, "take", pairs(args.get("take", ())).values()),
            *(read for key in expressions for read in reads_in(dataset, (key,), args.get(key))),
        )
    )


def _check(args: Mapping[str, Any]) -> Problems:
    dataset = args["dataset"]
    yield from check_in(dataset, ("where",), args.get("where"), condition=True)
    for key in ("dose", "planned", "start", "end"):
        yield from check_in(dataset, (key,), args.get(key))
    for number, item in enumerate(args["parameters"]):
        for key in _MEASURES[item["measure"]][1]:
            if key not in args:
                place = ("parameters", number, "measure")
                yield place, f"{item['measure']} needs '{key}' beside 'parameters'"
    for key in ("end", "gap"):
        if key in args and "start" not in args:
            yield (key,), f"'{key}' needs 'start'"
    if args.get("per") == "day" and "start" not in args:
        yield ("per",), "a dose a day needs 'start' and 'end'"


def _words(args: Mapping[str, Any], name: str) -> str | None:
    same = f"with the same {listed(_group(args))}"
    of = f"of the records of {args['dataset']} {same}{where_words(args)}"
    if name in ("ASTDT", "AENDT"):
        key = "start" if name == "ASTDT" or "end" not in args else "end"
        which = "Earliest" if name == "ASTDT" else "Latest"
        return f"{which} {parse(args[key]).words()} {of}."
    if name != "AVAL":
        return None
    dose = f"; the dose is {parse(args['dose']).words()}" if "dose" in args else ""
    day = " for each day" if args.get("per") == "day" else ""
    planned = f"; planned is {parse(args['planned']).words()}{day}" if "planned" in args else ""
    gap = f"; an interruption is over {args['gap']:g} days" if args.get("gap") else ""
    each = "; ".join(
        f"for {i['PARAMCD']}: {_MEASURES[i['measure']][0]}" for i in args["parameters"]
    )
    return f"{each[0].upper()}{each[1:]}, {of}{dose}{day if dose else ''}{planned}{gap}."


def _about(args: Mapping[str, Any], code: str) -> Mapping[str, Any] | None:
    items = [item for item in args["parameters"] if item["PARAMCD"] == code]
    return {**args, "parameters": items} if items else None


def _origin(args: Mapping[str, Any], name: str) -> Origin:
    taken = _taken(args)
    if name in taken:
        return Origin("Predecessor", "", f"{args['dataset']}.{taken[name]}")
    return parameter_origin(args, name)


def _makes(args: Mapping[str, Any], _: str) -> list[str]:
    stated = {name: None for item in args["parameters"] for name in item}
    days = ("ASTDT", "AENDT") if "start" in args else ()
    return [*_taken(args), *described(stated), "AVAL", *days]


_PARAMETER = closed(
    {**DESCRIBED, "measure": {"enum": list(_MEASURES), "description": "What AVAL is."}},
    *("PARAMCD", "PARAM", "measure"),
)

STEP = Step(
    name="exposure_summary",
    summary="Parameters of exposure: total dose, duration, interruptions, dose intensity.",
    schema=closed(
        {
            "dataset": {**NAME, "description": "The dataset of exposure: EX, EC or ADEX."},
            "where": {**NAME, "description": "A condition on its records, such as EXDOSE > 0."},
            "by": {**NAMES, "description": "What is summed up within the subject: [APERIOD]."},
            "take": {**PAIRS, "description": "Variables of the first record to copy, or new: old."},
            "dose": {**NAME, "description": "An expression for the dose of a record."},
            "planned": {**NAME, "description": "An expression for the planned dose of a record."},
            "per": {
                "enum": ["record", "day"],
                "description": "Whether a dose is that of a record or of each of its days; record.",
            },
            "start": {**NAME, "description": "The first day of a record: numeric, or ISO 8601."},
            "end": {**NAME, "description": "The last day of a record; its first if not given."},
            "gap": {
                "type": "number",
                "minimum": 0,
                "description": "An interruption has more days without exposure than this; 0.",
            },
            "parameters": {
                "description": "The parameters, and what each measures.",
                "type": "array",
                "minItems": 1,
                "items": _PARAMETER,
            },
        },
        *("dataset", "parameters"),
    ),
    apply=_apply,
    makes=_makes,
    reads=_reads,
    check=_check,
    words=_words,
    about=_about,
    adds=True,
    origin=_origin,
)
