"""``time_to_event``: one record a subject, from a start to an event or to censoring (ADaM BDS for
Time-to-Event Analyses 1.0; admiral: derive_param_tte).

The earliest of the events counts; where a subject has none, the latest of the censorings does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Origin
from converters.findings import Severity
from converters.keys import match
from converters.mapping.expressions import parse
from converters.rules.adam.date import days_of
from converters.rules.english import listed, quoted
from converters.rules.others import (
    SUBJECTS,
    check_in,
    reads_in,
    rows_where,
    subject_check,
    subject_columns,
    subject_origin,
    subject_reads,
    subject_rows,
    subject_taken,
    subjects_of,
    value_in,
    where_words,
)
from converters.rules.parameter import (
    DESCRIBED,
    about_parameter,
    described,
    descriptions,
    parameter_origin,
)
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, Analysis, Step, closed, of_other

Numbers = npt.NDArray[np.float64]
Item = Mapping[str, Any]

#: How many days are in a unit.
_UNITS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}
_MADE = ("AVAL", "STARTDT", "ADT", "CNSR", "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR", "SRCSEQ")


class _Candidates(NamedTuple):
    """The record of a source that each subject would have: its date and SRCSEQ (NaN: none).

    ``undated`` and ``early`` say which subjects have records whose date is not known to the day (of
    events that meet a condition also not at all), or comes before the start.
    """

    date: Numbers
    sequence: Numbers
    undated: npt.NDArray[np.bool_]
    early: npt.NDArray[np.bool_]


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    rows = subject_rows(args, table)
    subjects = table.dataset(subjects_of(args))
    subject = columns.take(subjects.variable("USUBJID"), rows)
    start = columns.floats(columns.take(days_of(value_in(subjects, args["start"])), rows))
    items = _items(args)
    found = [_candidates(item, table, subject, start, event=event) for item, event in items]
    events = sum(event for _, event in items)
    chosen = _first(found[:events])
    if len(found) > events:
        censored = events + _last(found[events:])
        chosen = np.where(chosen < 0, np.where(censored < events, -1, censored), chosen)
    values = _columns(args, start, found, chosen)
    before = table.rows
    taken = {**subject_columns(args, table, rows), **descriptions(args, len(rows))}
    table.add(subjects_of(args), rows, {**taken, **values})
    _report(args, table, start, found, chosen)
    made = np.concatenate([np.ones(before, dtype=bool), (chosen >= 0) & ~np.isnan(start)])
    table.keep(made, "no time to event")


def _items(args: Mapping[str, Any]) -> list[tuple[Item, bool]]:
    """The sources with whether each is one of events; events come first."""
    censors = [(item, False) for item in args.get("censors", ())]
    return [*((item, True) for item in args["events"]), *censors]


def _candidates(
    item: Item, table: Analysis, subject: pd.Series, start: Numbers, *, event: bool
) -> _Candidates:
    """The earliest event on or after the start, or the latest censoring; of ties lowest SRCSEQ."""
    other = table.dataset(item["dataset"])
    rows = rows_where(other, item.get("where"))
    value = columns.take(value_in(other, item["date"]), rows)
    date = columns.floats(days_of(value))
    undated = np.isnan(date) & (~columns.missing(value) | (event and "where" in item))
    sequence = _sequence(item, other, rows)
    matched = match([subject], [columns.take(other.variable("USUBJID"), rows)])
    place = np.full(matched.keys + 1, -1, dtype=np.int64)
    place[matched.here] = np.arange(len(subject))
    place[-1] = -1
    mine = place[matched.there]
    early = date < np.append(start, np.nan)[mine]
    usable = np.flatnonzero(~np.isnan(date) & ~(early & event))
    rank = columns.ranks(pd.Series(sequence))[0]
    nearness = -date if event else date
    order = usable[np.lexsort((-rank[usable], nearness[usable]))]
    last = matched.last(order)
    return _Candidates(
        np.append(date, np.nan)[last],
        np.append(sequence, np.nan)[last],
        np.isin(np.arange(len(subject)), mine[undated]),
        np.isin(np.arange(len(subject)), mine[early]),
    )


def _sequence(item: Item, other: Any, rows: Rows) -> Numbers:
    name = item.get("source", {}).get("SRCSEQ")
    if name is None:
        return np.full(len(rows), np.nan)
    return columns.floats(columns.to_number(columns.take(other.variable(name), rows)))


def _first(found: Sequence[_Candidates]) -> Rows:
    """The number of the source with the earliest date; of ties the first; -1: none."""
    dates = np.array([item.date for item in found])
    known = np.where(np.isnan(dates), np.inf, dates)
    return np.where(np.isinf(known.min(axis=0)), -1, known.argmin(axis=0))


def _last(found: Sequence[_Candidates]) -> Rows:
    """The number of the source with the latest date; of ties the first; below 0: none."""
    dates = np.array([item.date for item in found])
    known = np.where(np.isnan(dates), -np.inf, dates)
    return np.where(np.isinf(known.max(axis=0)), -len(known) - 1, known.argmax(axis=0))


def _columns(
    args: Mapping[str, Any], start: Numbers, found: Sequence[_Candidates], chosen: Rows
) -> dict[str, pd.Series]:
    """The variables of the chosen records; a censoring before the start counts as on it."""
    items = _items(args)

    def number(values: Sequence[Numbers]) -> Numbers:
        none = np.full(len(start), np.nan)
        return np.array([*values, none])[chosen, np.arange(len(start))]

    def text(values: Sequence[str | None]) -> pd.Series:
        return columns.from_codes(chosen, values)

    date = np.fmax(number([item.date for item in found]), start)
    codes = np.array([*(_code(item, event=event) for item, event in items), np.nan])
    only = [item for item, _ in items]
    sources = [_source(item) for item in only]
    return {
        "AVAL": pd.Series((date - start + 1) / _UNITS[args.get("unit", "days")]),
        "STARTDT": pd.Series(start),
        "ADT": pd.Series(date),
        "CNSR": pd.Series(codes[chosen]),
        "EVNTDESC": text([item["description"] for item in only]),
        "CNSDTDSC": text([item.get("date_description") for item in only]),
        "SRCDOM": text([domain for domain, _ in sources]),
        "SRCVAR": text([variable for _, variable in sources]),
        "SRCSEQ": pd.Series(number([item.sequence for item in found])),
    }


def _code(item: Item, *, event: bool) -> float:
    return float(item.get("CNSR", 0 if event else 1))


def _source(item: Item) -> tuple[str, str | None]:
    """SRCDOM and SRCVAR: as stated, else the dataset and the variable that is the date."""
    stated, date = item.get("source", {}), item["date"].strip()
    variable = date if date.isidentifier() else None
    return stated.get("SRCDOM", item["dataset"]), stated.get("SRCVAR", variable)


def _report(
    args: Mapping[str, Any],
    table: Analysis,
    start: Numbers,
    found: Sequence[_Candidates],
    chosen: Rows,
) -> None:
    """What subjects lack; their records are the last ones."""
    begun = ~np.isnan(start)
    code, subjects = args["PARAMCD"], subjects_of(args)
    cases = [
        ("no-start-date", ~begun, f"{subjects} has no start date: no record"),
        ("no-event-no-censoring", begun & (chosen < 0), "neither event nor censoring: no record"),
    ]
    for number, (item, event) in enumerate(_items(args)):
        candidates = found[number]
        which = f"records of {item['dataset']} ({item['description']})"
        early = "left out" if event else "taken as on it"
        undated = f"{which} have no complete date: left out"
        cases.append(("event-without-date", begun & candidates.undated, undated))
        told = candidates.early if event else (chosen == number) & (candidates.date < start)
        cases.append(("event-before-start", told, f"{which} are before the start: {early}"))
    for rule, subject, message in cases:
        rows = table.rows - len(start) + np.flatnonzero(subject)
        if len(rows):
            table.report(rule, Severity.WARNING, f"{code}: {message}", rows)


def _listed(args: Mapping[str, Any]) -> Iterator[tuple[tuple[str, int], Item]]:
    for key in ("events", "censors"):
        for number, item in enumerate(args.get(key, ())):
            yield (key, number), item


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    found = [*subject_reads(args), *reads_in(subjects_of(args), ("start",), args["start"])]
    for place, item in _listed(args):
        dataset, source = item["dataset"], item.get("source", {})
        sequence = [source["SRCSEQ"]] if "SRCSEQ" in source else []
        needed = of_other(dataset, "dataset", ["USUBJID"])
        found += (((*place, *below), pair) for below, pair in needed)
        found += reads_in(dataset, (*place, "date"), item["date"])
        found += reads_in(dataset, (*place, "where"), item.get("where"))
        found += (((*place, "source", "SRCSEQ"), (dataset, name)) for name in sequence)
    return Reads(others=tuple(found))


def _check(args: Mapping[str, Any]) -> Problems:
    yield from subject_check(args)
    yield from check_in(subjects_of(args), ("start",), args["start"])
    for place, item in _listed(args):
        yield from check_in(item["dataset"], (*place, "date"), item["date"])
        where = item.get("where")
        yield from check_in(item["dataset"], (*place, "where"), where, condition=True)


def _words(args: Mapping[str, Any], name: str) -> str | None:
    start = f"{parse(args['start']).words()} of {subjects_of(args)}"
    unit = args.get("unit", "days")
    per = "" if unit == "days" else f", divided by {_UNITS[unit]:g}"
    words = {
        "AVAL": f"time to event in {unit}: ADT minus STARTDT, plus 1 day{per}.",
        "STARTDT": f"start, {start}.",
        "SRCSEQ": f"sequence number of the record that gives ADT ({_sequences(args)}).",
        "ADT": _dates(args),
        "CNSR": f"{_codes(args)}.",
    }
    return f"For {args['PARAMCD']}: {words[name]}" if name in words else None


def _codes(args: Mapping[str, Any]) -> str:
    """The codes with what happened: ``0 if "Death"; 1 if ...``."""
    codes: dict[str, list[str]] = {}
    for item, event in _items(args):
        what = f"{quoted(item['description'])} ({'event' if event else 'censoring'})"
        codes.setdefault(f"{_code(item, event=event):g}", []).append(what)
    return "; ".join(f"{code} for {listed(whats, 'or')}" for code, whats in codes.items())


def _sequences(args: Mapping[str, Any]) -> str:
    named = dict.fromkeys(
        f"{item['dataset']}.{item['source']['SRCSEQ']}"
        for item, _ in _items(args)
        if "SRCSEQ" in item.get("source", {})
    )
    return listed(named, "or") if named else "none is stated"


def _dates(args: Mapping[str, Any]) -> str:
    def told(key: str) -> str:
        return "; ".join(
            f"{parse(item['date']).words()} of {item['dataset']}{where_words(item)}"
            for item in args.get(key, ())
        )

    censors = f" If there is none, the latest of {told('censors')}." if "censors" in args else ""
    return f"the earliest from STARTDT on of {told('events')}.{censors}"


def _origin(args: Mapping[str, Any], name: str) -> Origin:
    if name in ("EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR"):
        return Origin("Assigned", "Sponsor")
    return subject_origin(args, name) or parameter_origin(args, name)


def _item(*, event: bool) -> dict[str, Any]:
    source = {
        "SRCDOM": {**NAME, "description": "SRCDOM; the dataset if not given."},
        "SRCVAR": {**NAME, "description": "SRCVAR; the date's variable if not given."},
        "SRCSEQ": {**NAME, "description": "The dataset's variable that SRCSEQ is."},
    }
    properties = {
        "dataset": {**NAME, "description": "The dataset that it comes from."},
        "where": {**NAME, "description": "A condition on that dataset's records."},
        "date": {**NAME, "description": "The date: numeric, or ISO 8601."},
        "description": {**NAME, "description": "EVNTDESC: what happened, or why it is censored."},
        "CNSR": {
            "type": "integer",
            "minimum": 0 if event else 1,
            "description": f"CNSR; {0 if event else 1} if not given.",
        },
        "source": {**closed(source), "description": "Where the date comes from."},
    }
    if not event:
        properties["date_description"] = {**NAME, "description": "CNSDTDSC: which date it is."}
    return {"type": "array", "minItems": 1, "items": closed(properties, *_REQUIRED)}


_REQUIRED = ("dataset", "date", "description")

STEP = Step(
    name="time_to_event",
    summary="A record a subject of a parameter: the time to an event or to censoring.",
    schema=closed(
        {
            **DESCRIBED,
            **SUBJECTS,
            "start": {**NAME, "description": "The start, of the subject's record: TRTSDT."},
            "unit": {"enum": list(_UNITS), "description": "The unit of AVAL; days."},
            "events": {**_item(event=True), "description": "Events; the earliest counts."},
            "censors": {**_item(event=False), "description": "Censorings; the latest counts."},
        },
        *("PARAMCD", "PARAM", "start", "events"),
    ),
    apply=_apply,
    makes=lambda args, _: [*subject_taken(args), *described(args), *_MADE],
    reads=_reads,
    check=_check,
    words=_words,
    about=about_parameter,
    adds=True,
    origin=_origin,
)
