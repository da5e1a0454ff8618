"""``visit``: VISIT, VISITNUM and VISITDY by study.yaml's visits, from a raw name or from a date.

The raw name, or the window that holds the date, gives the planned visit. Unscheduled visits are
numbered in SV (SDTMIG 4.4.5); the other datasets take name and number from the subject's record in
SV that holds the date, so that a visit has one number in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from converters import columns, iso8601
from converters.columns import Rows
from converters.dataset import Origin
from converters.findings import Severity
from converters.mapping.settings import Settings, Unscheduled, Visit
from converters.rules.rule import Problems, Reads, Records, Rule, Target
from converters.rules.sdtm.planned import by_name, report_unknown
from converters.rules.sdtm.unscheduled import held_in_sv, number_in_sv
from converters.rules.values.recode import fold

_THREE = ("VISIT", "VISITNUM", "VISITDY")
_REFERENCE = "DM.RFSTDTC"
_DAY = len("2026-01-31")
#: What a record has in place of a planned visit.
_MISSING, _UNKNOWN, _UNSCHEDULED = -1, -2, -3


def _parts(args: Any) -> tuple[str | None, str | None]:
    """The names of the columns that hold the raw name and the date."""
    return (args.get("from"), args["date"]) if isinstance(args, Mapping) else (args, None)


def _apply(args: Any, records: Records, target: Target) -> pd.Series:
    place = _places(args, records)
    rows = np.flatnonzero(place == _UNSCHEDULED)
    if target.kind == "Char":
        return _names(args, records, target, place, rows)
    visits = records.settings.visits
    known = [getattr(item, target.name) if target.name in _THREE else None for item in visits]
    numbers = np.array([*(np.nan if item is None else item for item in known), np.nan])
    found = numbers[np.maximum(place, -1)]
    date = _parts(args)[1]
    if target.name != "VISITNUM" or date is None or not len(rows):
        return pd.Series(found)
    if target.domain == "SV":
        found[rows] = number_in_sv(records, place, rows, records.column(date))
    else:
        held = held_in_sv(records, rows, records.column(date)).record
        number = columns.to_number(records.dataset("SV").variable("VISITNUM"))
        found[rows] = columns.floats(columns.take(number, held))
    return pd.Series(found)


def _places(args: Any, records: Records) -> Rows:
    """Of each record the place of its planned visit in study.yaml, or what it has instead."""
    name, date = _parts(args)
    visits, unscheduled = records.settings.visits, records.settings.unscheduled
    if name is None:
        return _by_window(visits, records.column(str(date)), records.formula(_REFERENCE))
    known = {folded: visits.index(visit) for folded, visit in by_name(visits).items()}
    codes, values = columns.parts(records.column(name))
    places = [
        known.get(folded, _UNSCHEDULED if _is_unscheduled(folded, unscheduled) else _UNKNOWN)
        for folded in map(fold, values)
    ]
    return np.array([*places, _MISSING], dtype=np.int64)[codes]


def _is_unscheduled(folded: str, unscheduled: Unscheduled) -> bool:
    names = [fold(name) for name in unscheduled.names]
    return any(
        folded.startswith(name[:-1]) if name.endswith("*") else folded == name for name in names
    )


def _by_window(visits: Sequence[Visit], date: pd.Series, reference: pd.Series) -> Rows:
    windows = sorted((visit.window, n) for n, visit in enumerate(visits) if visit.window)
    low = [window[0] for window, _ in windows]
    high = np.array([*(window[1] for window, _ in windows), -np.inf])
    place = np.array([*(number for _, number in windows), _UNSCHEDULED], dtype=np.int64)
    day = iso8601.study_day(date, reference).to_numpy()
    at = np.searchsorted(low, day, side="right") - 1
    found = np.where(day <= high[at], place[at], _UNSCHEDULED)
    found[np.isnan(day)] = _UNKNOWN
    found[columns.missing(date)] = _MISSING
    return found


def _names(args: Any, records: Records, target: Target, place: Rows, rows: Rows) -> pd.Series:
    name, date = _parts(args)
    every = np.arange(records.rows)
    raw = columns.constant(None, records.rows) if name is None else records.column(name)
    planned = columns.text(visit.VISIT for visit in records.settings.visits)
    _report_unknown(args, records, place)
    given = _given(records, target, rows, date)
    unnumbered = rows[columns.missing(given)]
    if len(unnumbered):
        _report_unnumbered(args, records, target, unnumbered)
    where = np.where(place >= 0, place, len(planned) + every)
    numbered = ~columns.missing(given)
    where[rows[numbered]] = (len(planned) + records.rows + np.arange(len(rows)))[numbered]
    return columns.take(columns.concat([planned, raw, given]), where)


def _given(records: Records, target: Target, rows: Rows, date: str | None) -> pd.Series:
    """VISIT of the unscheduled visits ``rows``; missing where it is not known."""
    if date is None:
        return columns.constant(None, len(rows))
    if target.domain == "SV":
        pattern = records.settings.unscheduled.VISIT
        number = columns.take(records.variable("VISITNUM"), rows)
        return columns.map_text(
            number, lambda values: [pattern.replace("<VISITNUM>", value) for value in values]
        )
    held = held_in_sv(records, rows, records.column(date))
    if held.several.any():
        message = (
            "SV has several unscheduled visits of the subject on that date; the first is taken"
        )
        records.report("lookup-several", Severity.ERROR, message, rows[held.several])
    return columns.take(records.dataset("SV").variable("VISIT"), held.record)


def _report_unknown(args: Any, records: Records, place: Rows) -> None:
    name, date = _parts(args)
    unknown = place == _UNKNOWN
    column = records.column(str(date) if name is None else name)
    codes, values = columns.parts(column)
    found = {code: values[code] for code in np.unique(codes[unknown]).tolist()}
    if name is None:
        why = "has no study day, so that no window has it"
        told = {code: (value, f"'{value}' {why}") for code, value in found.items()}
        ids = np.where(unknown, codes, -1)
        records.report_groups("unknown-visit", Severity.ERROR, ids, told)
        return
    visits = records.settings.visits
    report_unknown("unknown-visit", "visit", records, column, found.values(), entries=visits)


def _report_unnumbered(args: Any, records: Records, target: Target, rows: Rows) -> None:
    """Unscheduled visits that got no number, and why not."""
    name, date = _parts(args)
    given = [columns.take(records.column(item), rows) for item in (name, date) if item is not None]
    if date is not None:
        given[-1] = columns.map_text(given[-1], lambda values: [value[:_DAY] for value in values])
    ids, first = columns.tuples(given, len(rows))
    texts = [columns.to_list(columns.take(column, first)) for column in given]
    dates = texts[-1] if date else [None] * len(first)
    dated = ~np.isnan(iso8601.days([value or "" for value in dates]))
    cases = {}
    for number, (value, when, known) in enumerate(zip(texts[0], dates, dated, strict=True)):
        visit = f"unscheduled visit '{value}'" if name else "unscheduled visit"
        if date is None:
            told = f"{visit}: the rule needs its 'date' to know the number that it has in SV"
        elif not known:
            told = f"{visit}: its date ({when or 'missing'}) is not known to the day"
        elif target.domain == "SV":
            told = f"{visit} on {when}: no number is left before the next planned visit"
        else:
            told = f"{visit} on {when}: SV has no unscheduled visit of the subject on that date"
        cases[number] = (str(value), told)
    every = np.full(records.rows, -1, dtype=np.int64)
    every[rows] = ids
    records.report_groups("unknown-visit", Severity.ERROR, every, cases)


def _reads(args: Any, target: Target) -> Reads:
    name, date = _parts(args)
    if date is None:
        return Reads(columns=(((), args),))
    named = [(("date",), date)] if name is None else [(("from",), name), (("date",), date)]
    own, others = ["USUBJID"], []
    if target.domain == "SV":
        own += ["VISITNUM"] if target.name == "VISIT" else []
    elif target.name != "VISITDY":
        others = ["USUBJID", "SVSTDTC", "SVENDTC", "VISITNUM"]
        others += ["VISIT"] if target.kind == "Char" else []
    return Reads(
        columns=tuple(named),
        expressions=(((), _REFERENCE),) if name is None else (),
        variables=tuple((("date",), item) for item in own),
        others=tuple((("date",), ("SV", item)) for item in others),
    )


def _fits(args: Any, _: Target, settings: Settings) -> Problems:
    if _parts(args)[0] is None and not any(visit.window for visit in settings.visits):
        yield (
            (),
            "without 'from' the visit goes by its window, and study.yaml gives none a 'window'",
        )


def _along(_: Any, target: Target, __: Settings) -> tuple[str, ...]:
    return _THREE if target.name in ("VISIT", "VISITNUM") else ()


def _words(args: Any, target: Target) -> str:
    name, date = _parts(args)
    if date is None:
        return f"Value of {target.name} of the planned visit named in {name}."
    how = f"whose window of study days has {date}" if name is None else f"named in {name}"
    if target.name == "VISITDY":
        unscheduled = "missing for unscheduled visits"
    elif target.domain == "SV":
        unscheduled = (
            "unscheduled visits are numbered behind the last planned visit that the subject had"
            f" begun, in steps of 0.01 and in the order of {date}"
        )
    else:
        unscheduled = f"of unscheduled visits that of the subject's record in SV which has {date}"
    return f"Value of {target.name} of the planned visit {how}; {unscheduled}."


def _origin(args: Any, target: Target) -> Origin:
    if target.name == "VISITDY":
        return Origin("Protocol", "Sponsor")
    return Origin("Assigned" if _parts(args)[1] is None else "Derived", "Sponsor")


_NAME = {"type": "string", "minLength": 1}

RULE = Rule(
    name="visit",
    kind="value",
    summary="VISIT, VISITNUM or VISITDY of the visit that a raw column names or a date lies in.",
    schema={
        "oneOf": [
            _NAME,
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["date"],
                "properties": {
                    "from": {**_NAME, "description": "The raw name; else the window decides."},
                    "date": {**_NAME, "description": "The visit's date, by which it is found."},
                },
            },
        ]
    },
    apply=_apply,
    reads=_reads,
    fits=_fits,
    along=_along,
    words=_words,
    origin=_origin,
    whole=lambda args, target: target.domain == "SV" and _parts(args)[1] is not None,
)
