"""``analysis_visit``: AVISIT and AVISITN, by windows of days or from the visit (ADaMIG 1.3, 3.3.3).

Several records may come into one window: an ``extreme_flag`` says which is used.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.findings import Severity
from converters.mapping.document import Path_, scalar_text
from converters.rules.english import listed, quoted
from converters.rules.parameter import about_where
from converters.rules.rule import Problems, Reads
from converters.rules.step import (
    FILE,
    NAME,
    NAMES,
    Analysis,
    Kind,
    Step,
    at,
    closed,
    holding,
    put_where,
    where_reads,
    where_words,
)

Items = Sequence[Mapping[str, Any]]
Floats = npt.NDArray[np.float64]
_WINDOW = ("AWTARGET", "AWTDIFF", "AWLO", "AWHI", "AWU", "AWRANGE")
_TEXTS = ("AVISIT", "AWU", "AWRANGE")


def _day(args: Mapping[str, Any]) -> str:
    return str(args.get("day", "ADY"))


def _from(args: Mapping[str, Any]) -> str:
    return str(args.get("from", "VISIT"))


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    """The number of each record's window or visit; one after the last for what has none."""
    meant = holding(args, table)
    items: Items = args.get("windows") or args["visits"]
    if "windows" in args:
        day = columns.floats(columns.to_number(table.column(_day(args))))
        found = _window(items, day)
        known = ~np.isnan(day)
    else:
        column = table.column(_from(args))
        places = {scalar_text(v): n for n, item in enumerate(items) for v in _visits(item)}
        codes, values = columns.parts(column)
        found = np.array([*(places.get(value, -1) for value in values), -1])[codes]
        known = codes >= 0
    if "visits" in args and "otherwise" not in args:
        _report_unmapped(args, items, table, meant)
    if "otherwise" in args:
        items = [*items, args["otherwise"]]
        found = np.where(known & (found < 0), len(items) - 1, found)
    for name in ("AVISIT", "AVISITN"):
        if name in _makes(args):
            put_where(table, name, _constants(name, [i.get(name) for i in items], found), meant)
    if args.get("variables"):
        _describe(args, items, found, day, table, meant)


def _visits(item: Mapping[str, Any]) -> list[Any]:
    found = item["names"]
    return list(found) if isinstance(found, list) else [found]


def _report_unmapped(
    args: Mapping[str, Any], items: Items, table: Analysis, meant: npt.NDArray[np.bool_]
) -> None:
    column = columns.take(table.column(_from(args)), np.where(meant, np.arange(table.rows), -1))
    mapped = {scalar_text(name) for item in items for name in _visits(item)}
    message = "no visit has this name; name it, or state 'otherwise'"
    problems = {v: message for v in columns.parts(column).values if v not in mapped}
    table.report_values("visit-not-mapped", Severity.WARNING, column, problems)


def _window(items: Items, day: Floats) -> npt.NDArray[np.int64]:
    """The number of the window that each day is in; windows do not overlap."""
    low, high = (np.array([float(item.get(*end)) for item in items]) for end in _ENDS)
    order = np.argsort(low)
    place = np.append(order, -1)[np.searchsorted(low[order], day, side="right") - 1]
    return np.where((place >= 0) & (day <= np.append(high, -np.inf)[place]), place, -1)


_ENDS: tuple[tuple[Any, Any], ...] = (("low", -np.inf), ("high", np.inf))


def _describe(
    args: Mapping[str, Any],
    items: Items,
    found: npt.NDArray[np.int64],
    day: Floats,
    table: Analysis,
    meant: npt.NDArray[np.bool_],
) -> None:
    """The variables that tell of the window: its target, its ends, the distance from the target."""
    target = np.array([*(float(item.get("target", np.nan)) for item in items), np.nan])[found]
    distance = np.abs(day - target)
    if _is_day(args):
        distance -= (day < 0) != (target < 0)  # there is no day 0
    for name in args["variables"]:
        column = pd.Series(distance)
        if name != "AWTDIFF":
            column = _constants(name, [_told(name, item, args) for item in items], found)
        put_where(table, name, column, meant)


def _told(name: str, item: Mapping[str, Any], args: Mapping[str, Any]) -> Any:
    key = {"AWTARGET": "target", "AWLO": "low", "AWHI": "high"}.get(name)
    if key is not None:
        return item.get(key)
    unit = str(args.get("unit", "DAYS"))
    if not {"low", "high", "target"} & set(item):
        return None
    return unit if name == "AWU" else f"{_range(item)} {unit}"


def _range(item: Mapping[str, Any]) -> str:
    low, high = (scalar_text(item[end]) if end in item else "" for end in ("low", "high"))
    if low and high:
        return f"{low} to {high}" if low != high else low
    return f"from {low}" if low else f"up to {high}" if high else "any"


def _constants(name: str, values: Sequence[Any], found: npt.NDArray[np.int64]) -> pd.Series:
    if name in _TEXTS:
        return columns.from_codes(found, values)
    numbers = [np.nan if value is None else float(value) for value in values]
    return pd.Series(np.array([*numbers, np.nan])[found])


def _is_day(args: Mapping[str, Any]) -> bool:
    """Whether days are counted without a day 0, and not hours or the like."""
    return _day(args).endswith("DY")


def _makes(args: Mapping[str, Any], _: str = "") -> list[str]:
    items = [*(args.get("windows") or args.get("visits", ())), args.get("otherwise", {})]
    number = ["AVISITN"] if any("AVISITN" in item for item in items) else []
    return ["AVISIT", *number, *args.get("variables", ())]


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    found = at("day", [_day(args)]) if "windows" in args else at("from", [_from(args)])
    return Reads(columns=found, expressions=where_reads(args))


def _check(args: Mapping[str, Any]) -> Problems:
    if ("windows" in args) == ("visits" in args):
        yield (), "AVISIT comes of 'windows' or of 'visits': state one of them"
        return
    for key in ("day", "variables", "unit"):
        if key in args and "visits" in args:
            yield (key,), f"'{key}' goes with 'windows'"
    if "from" in args and "windows" in args:
        yield ("from",), "'from' goes with 'visits'; windows go by 'day'"
    yield from _check_names(args)
    if "windows" in args:
        yield from _check_windows(args["windows"], is_day=_is_day(args))
    else:
        seen: set[str] = set()
        for number, item in enumerate(args["visits"]):
            for name in map(scalar_text, _visits(item)):
                if name in seen:
                    yield ("visits", number), f"{name} is there twice"
                seen.add(name)


def _check_names(args: Mapping[str, Any]) -> Problems:
    """AVISIT and AVISITN go together one by one (ADaMIG 1.3, 3.3.3)."""
    key = "windows" if "windows" in args else "visits"
    places: list[Path_] = [(key, number) for number in range(len(args[key]))]
    items = [*args[key], *([args["otherwise"]] if "otherwise" in args else [])]
    name_of: dict[Any, str] = {}
    number_of: dict[str, Any] = {}
    for place, item in zip([*places, ("otherwise",)], items, strict=False):
        name, number = item["AVISIT"], item.get("AVISITN")
        if number_of.setdefault(name, number) != number:
            yield place, f"{name} has two numbers: AVISITN goes with AVISIT"
        elif number is not None and name_of.setdefault(number, name) != name:
            yield place, f"{name_of[number]} and {name} have the same AVISITN"


def _check_windows(windows: Items, *, is_day: bool) -> Problems:
    reach = []
    for number, item in enumerate(windows):
        low, high = (float(item.get(*end)) for end in _ENDS)
        reach.append((low, high, number))
        if low > high:
            yield ("windows", number), "the window ends before it begins"
        elif not low <= float(item.get("target", np.clip(1, low, high))) <= high:
            yield ("windows", number, "target"), "the target is outside the window"
        for key in ("low", "high", "target"):
            if is_day and item.get(key) == 0:
                yield ("windows", number, key), "there is no day 0: day -1 comes before day 1"
    for (_, high, one), (low, _, other) in itertools.pairwise(sorted(reach)):
        if low <= high:
            both = " and ".join(windows[number]["AVISIT"] for number in sorted((one, other)))
            yield ("windows", max(one, other)), f"the windows of {both} overlap"


def _pieces(args: Mapping[str, Any], name: str) -> Iterator[str]:
    items = args.get("windows") or args["visits"]
    if isinstance(items, Mapping):
        yield f"by the {'windows' if 'windows' in args else 'visits'} of {items['file']}"
        return
    for item in items:
        if item.get(name) is not None:
            said = f"{_day(args)} is {_range(item)}"
            if "visits" in args:
                said = f"{_from(args)} is {listed(map(quoted, _visits(item)), 'or')}"
            yield f"{quoted(item[name])} if {said}"
    last = args.get("otherwise", {}).get(name)
    yield "missing" if last is None else quoted(last)


def _words(args: Mapping[str, Any], name: str) -> str:
    what = {
        "AWTARGET": "Target of the analysis window",
        "AWLO": "Beginning of the analysis window",
        "AWHI": "End of the analysis window",
        "AWU": "Unit of the analysis window",
        "AWRANGE": "Range of the analysis window",
        "AWTDIFF": f"Absolute difference of {_day(args)} and AWTARGET",
    }
    where = where_words(args)
    if name not in what:
        start = f"Analysis visit{' number' if name == 'AVISITN' else ''}"
        return f"{start}{where}: {'; else '.join(_pieces(args, name))}."
    no_zero = ", without a day 0" if name == "AWTDIFF" and _is_day(args) else ""
    return f"{what[name]}{no_zero}{where}."


def _kinds(_: Mapping[str, Any], name: str) -> Kind:
    return "Char" if name in _TEXTS else "Num"


_VISIT = {
    "AVISIT": {**NAME, "description": "The visit's name."},
    "AVISITN": {"type": "number", "description": "The visit's number."},
}
_NUMBER = {"type": "number"}

STEP = Step(
    name="analysis_visit",
    summary="AVISIT and AVISITN by windows of days or from the visit, with the windows' variables.",
    schema=closed(
        {
            "windows": {
                "description": "The windows; they may have gaps, and an end may be open.",
                "oneOf": [
                    FILE,
                    {
                        "type": "array",
                        "minItems": 1,
                        "items": closed(
                            {
                                **_VISIT,
                                "low": {**_NUMBER, "description": "The first day."},
                                "high": {**_NUMBER, "description": "The last day."},
                                "target": {**_NUMBER, "description": "The target day."},
                            },
                            "AVISIT",
                        ),
                    },
                ],
            },
            "visits": {
                "description": "The visits by the names that they have.",
                "oneOf": [
                    FILE,
                    {
                        "type": "array",
                        "minItems": 1,
                        "items": closed(
                            {
                                **_VISIT,
                                "names": {
                                    "oneOf": [NAME, _NUMBER, NAMES],
                                    "description": "The value of VISIT, or several.",
                                },
                            },
                            "AVISIT",
                            "names",
                        ),
                    },
                ],
            },
            "day": {**NAME, "description": "The variable that windows go by; ADY."},
            "from": {**NAME, "description": "The variable that visits go by; VISIT."},
            "variables": {
                "type": "array",
                "minItems": 1,
                "items": {"enum": list(_WINDOW)},
                "description": "The variables of the window that are made too.",
            },
            "unit": {**NAME, "description": "AWU; DAYS if not given."},
            "otherwise": {
                **closed(_VISIT, "AVISIT"),
                "description": "For what is in no window, or has another visit's name.",
            },
            "where": {**NAME, "description": "Only these records; the others keep what they had."},
        }
    ),
    apply=_apply,
    makes=_makes,
    reads=_reads,
    check=_check,
    words=_words,
    about=about_where,
    kinds=_kinds,
)
