"""``period``: the period, subperiod or phase of ADSL that a date lies in (ADaMIG 1.3, 3.3.3).

The periods are those that the subject's record has dates of: AP01SDT and AP01EDT, PH1SDT and so on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.mapping.document import scalar_text
from converters.mapping.expressions import parse
from converters.rules.moments import Numbers, days, has_datetimes, is_datetime, seconds
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, Analysis, Step, closed, names_in, of_other


class Kind(NamedTuple):
    """A sort of periods: the variables that it makes, and the names that ADSL has.

    ``pattern`` fits the start dates: their stem and number. ``described`` has the description.
    """

    number: str
    text: str
    dates: tuple[str, str]
    pattern: re.Pattern[str]
    described: str
    word: str


_KINDS = {
    "period": Kind(
        "APERIOD", "APERIODC", ("APERSDT", "APEREDT"), re.compile(r"(AP(\d\d))SDT"), "", "Period"
    ),
    "subperiod": Kind(
        "ASPER", "ASPERC", ("ASPRSDT", "ASPREDT"),
        re.compile(r"(P\d\dS([1-9]))SDT"), "{stem}", "Subperiod",
    ),
    "phase": Kind(
        "APHASEN", "APHASE", ("PHSDT", "PHEDT"),
        re.compile(r"(PH([1-9]))SDT"), "APHASE{number}", "Phase",
    ),
}  # fmt: skip


def _kind(args: Mapping[str, Any]) -> Kind:
    return _KINDS[args.get("of", "period")]


def _dataset(args: Mapping[str, Any]) -> str:
    return str(args.get("dataset", "ADSL"))


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    kind, dataset = _kind(args), _dataset(args)
    periods = _periods(kind, names_in(table, dataset))
    chosen = _chosen(args, [stem for stem, _ in periods], table)
    numbers = np.array([*(number for _, number in periods), np.nan])
    table.put(kind.number, pd.Series(numbers[chosen]))
    table.put(kind.text, _texts(args, periods, chosen, table))
    for name, suffix in zip(kind.dates if args.get("dates") else (), ("SDT", "EDT"), strict=False):
        dates = np.array([days(f"{dataset}.{stem}{suffix}", table) for stem, _ in periods])
        dates = np.vstack([dates.reshape(len(periods), table.rows), np.full(table.rows, np.nan)])
        table.put(name, pd.Series(dates[chosen, np.arange(table.rows)]))


def _periods(kind: Kind, names: Sequence[str]) -> list[tuple[str, int]]:
    """The stem of the dates' names and the number of each period that the dataset knows."""
    found = (kind.pattern.fullmatch(name) for name in sorted(names))
    return [(item[1], int(item[2])) for item in found if item]


def _chosen(
    args: Mapping[str, Any], stems: Sequence[str], table: Analysis
) -> npt.NDArray[np.int64]:
    """The place of each record's period, -1 for none; of several that which started last."""
    known = names_in(table, _dataset(args))
    chosen = np.full(table.rows, -1, dtype=np.int64)
    latest = np.full(table.rows, -np.inf)
    for place, stem in enumerate(stems):
        date, start, end = _moments(args, stem, known, table)
        inside = (start <= date) & ~(date > end) & (start >= latest)
        chosen[inside] = place
        latest[inside] = start[inside]
    return chosen


def _moments(
    args: Mapping[str, Any], stem: str, known: Sequence[str], table: Analysis
) -> tuple[Numbers, Numbers, Numbers]:
    """A record's date with a period's start and end: with times where all have them."""
    dataset = _dataset(args)
    suffix = "M" if is_datetime(f"{stem}SDM") else "TM"
    names = [f"{stem}{end}D{suffix}" for end in "SE"]
    if has_datetimes(args["date"]) and all(name in known for name in names):
        start, end = (seconds(f"{dataset}.{name}", table) for name in names)
        return seconds(args["date"], table), start, end
    start, end = (days(f"{dataset}.{stem}{suffix}", table) for suffix in ("SDT", "EDT"))
    return days(args["date"], table), start, end


def _texts(
    args: Mapping[str, Any],
    periods: Sequence[tuple[str, int]],
    chosen: npt.NDArray[np.int64],
    table: Analysis,
) -> pd.Series:
    """The periods' names: those of the spec, of ADSL, or numbered ones."""
    kind, dataset = _kind(args), _dataset(args)
    names = names_in(table, dataset)
    stated = {scalar_text(key): text for key, text in args.get("texts", {}).items()}
    pieces = []
    for stem, number in periods:
        described = kind.described.format(stem=stem, number=number)
        if str(number) in stated or described not in names:
            text = stated.get(str(number), f"{kind.word} {number}")
            pieces.append(columns.constant(text, table.rows))
        else:
            pieces.append(table.formula(f"{dataset}.{described}"))
    if not pieces:
        return columns.constant(None, table.rows)
    rows = np.where(chosen < 0, -1, chosen * table.rows + np.arange(table.rows))
    return columns.take(columns.concat(pieces), rows)


def _makes(args: Mapping[str, Any], _: str) -> list[str]:
    kind = _kind(args)
    return [kind.number, kind.text, *(kind.dates if args.get("dates") else ())]


def _first(args: Mapping[str, Any]) -> tuple[str, str]:
    """The dates of the first period, which the dataset must have."""
    stem = {"period": "AP01", "subperiod": "P01S1", "phase": "PH1"}[args.get("of", "period")]
    return f"{stem}SDT", f"{stem}EDT"


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    return Reads(
        columns=(((), "USUBJID"),),
        expressions=((("date",), args["date"]),),
        others=of_other(_dataset(args), "dataset", _first(args)),
    )


def _check(args: Mapping[str, Any]) -> Problems:
    for key in args.get("texts", {}):
        if not re.fullmatch(r"[1-9]\d?", scalar_text(key)):
            yield ("texts", key), f"'{key}' is no number of a {args.get('of', 'period')}"


def _words(args: Mapping[str, Any], name: str) -> str:
    kind, dataset = _kind(args), _dataset(args)
    start, end = (f"{dataset}.{item}" for item in _first(args))
    date = parse(args["date"]).words()
    what = {kind.number: "Number", kind.text: "Description"}
    what |= dict(zip(kind.dates, ("Start", "End"), strict=True))
    return (
        f"{what[name]} of the {kind.word.lower()} that {date} falls into, from its start to its end"
        f" ({start} to {end} for the first); of several the one that started last."
    )


STEP = Step(
    name="period",
    summary="The period, subperiod or phase of ADSL that a date lies in.",
    schema=closed(
        {
            "date": {**NAME, "description": "The date: an expression."},
            "of": {
                "enum": list(_KINDS),
                "description": "APERIOD, ASPER or APHASE; period if not given.",
            },
            "dataset": {**NAME, "description": "What has the periods' dates; ADSL if not given."},
            "texts": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 200},
                "description": "Names by number, such as 1: Run-in.",
            },
            "dates": {
                "type": "boolean",
                "description": "Whether the period's start and end dates are made too; false.",
            },
        },
        "date",
    ),
    apply=_apply,
    makes=_makes,
    reads=_reads,
    check=_check,
    words=_words,
    kinds=lambda args, name: "Char" if name == _kind(args).text else "Num",
)
