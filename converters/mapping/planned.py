"""What study.yaml plans: visits with their windows, and time points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from converters import iso8601
from converters.errors import Problem
from converters.mapping.document import Document, scalar_text
from converters.mapping.settings import Timepoint, Unscheduled, Visit


def planned_visits(document: Document, problems: list[Problem]) -> tuple[Visit, ...]:
    """The planned visits; what is wrong with their windows is added to ``problems``."""
    visits = tuple(
        Visit(
            item["VISITNUM"],
            item["VISIT"],
            item.get("VISITDY"),
            _names(item),
            (item["window"][0], item["window"][1]) if "window" in item else None,
        )
        for item in document.data.get("visits", ())
    )
    for number, message in _wrong_windows(visits):
        problems.append(document.problem(("visits", number, "window"), message))
    return visits


def _wrong_windows(visits: tuple[Visit, ...]) -> Iterator[tuple[int, str]]:
    windows = [(visit.window, n) for n, visit in enumerate(visits) if visit.window is not None]
    for (low, high), number in windows:
        if low > high:
            yield number, f"the window begins on day {low}, after its end on day {high}"
        if 0 in (low, high):
            yield number, "there is no study day 0: day -1 comes before day 1"
    reach, widest = 0, -1
    for (low, high), number in sorted(windows):
        if widest >= 0 and low <= reach:
            names = f"{visits[widest].VISIT} and {visits[number].VISIT}"
            yield number, f"the windows of {names} overlap on day {low}"
        if widest < 0 or high > reach:
            reach, widest = high, number


def unscheduled_visits(document: Document) -> Unscheduled:
    """What unscheduled visits are called."""
    item = document.data.get("unscheduled", {})
    return Unscheduled(_names(item), item.get("VISIT", Unscheduled.VISIT))


def planned_timepoints(document: Document, problems: list[Problem]) -> tuple[Timepoint, ...]:
    """The planned time points; what is wrong with them is added to ``problems``."""
    found = []
    for number, item in enumerate(document.data.get("timepoints", ())):
        elapsed = item.get("ELTM")
        if elapsed is not None and iso8601.kinds([elapsed]) != ["durationDatetime"]:
            message = f"ELTM: '{elapsed}' is not an ISO 8601 duration such as PT1H or -PT15M"
            problems.append(document.problem(("timepoints", number, "ELTM"), message))
        found.append(
            Timepoint(item["TPT"], item["TPTNUM"], elapsed, item.get("TPTREF"), _names(item))
        )
    return tuple(found)


def _names(item: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(scalar_text(name) for name in item.get("names", ()))
