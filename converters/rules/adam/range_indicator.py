"""``range_indicator``: ANRIND or AyIND, where a value stands in its range (ADaMIG 1.3, 3.3.7;
admiral: derive_var_anrind).

The terms are those of --NRIND in SDTM. The limits themselves are within the range; a range may lack
one limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from converters import columns
from converters.mapping.expressions import parse
from converters.rules.limits import above, below
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, Analysis, Step, at, closed

_TERMS = ["LOW LOW", "LOW", "NORMAL", "HIGH", "HIGH HIGH"]
_LOW_LOW, _LOW, _NORMAL, _HIGH, _HIGH_HIGH = range(len(_TERMS))


def _limits(args: Mapping[str, Any]) -> dict[str, str]:
    """The limits of the range; those of the normal range if the spec has none."""
    found = {end: args[end] for end in ("low", "high") if end in args}
    return found or {"low": "ANRLO", "high": "ANRHI"}


def _apply(args: Mapping[str, Any], table: Analysis, target: str) -> None:
    def numbers(text: str | None) -> npt.NDArray[np.float64]:
        if text is None:
            return np.full(table.rows, np.nan)
        return columns.floats(columns.to_number(table.formula(text)))

    value, limits, critical = numbers(args.get("value", "AVAL")), _limits(args), _critical(args)
    low, high = numbers(limits.get("low")), numbers(limits.get("high"))
    known = ~np.isnan(value) & ~(np.isnan(low) & np.isnan(high))
    found = np.where(known, _NORMAL, -1)
    found[below(value, low)] = _LOW
    found[above(value, high)] = _HIGH
    found[below(value, numbers(critical.get("low")))] = _LOW_LOW
    found[above(value, numbers(critical.get("high")))] = _HIGH_HIGH
    terms = args.get("terms", {})
    table.put(target, columns.from_codes(found, [terms.get(term, term) for term in _TERMS]))


def _critical(args: Mapping[str, Any]) -> Mapping[str, str]:
    found: Mapping[str, str] = args.get("critical", {})
    return found


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    limits = (((end,), text) for end, text in _limits(args).items())
    critical = ((("critical", end), text) for end, text in _critical(args).items())
    return Reads(expressions=(*at("value", [args.get("value", "AVAL")]), *limits, *critical))


def _check(args: Mapping[str, Any]) -> Problems:
    terms = args.get("terms", {})
    written = [terms.get(term, term) for term in _TERMS]
    for term in terms:
        if written.count(terms[term]) > 1:
            yield ("terms", term), f"'{terms[term]}' stands for two of the terms"


def _words(args: Mapping[str, Any], _: str) -> str:
    terms = args.get("terms", {})

    def told(number: int, word: str, text: str) -> str:
        term = _TERMS[number]
        return f'"{terms.get(term, term)}" if {word} {parse(text).words()}'

    found = []
    for limits, low, high in (
        (_critical(args), _LOW_LOW, _HIGH_HIGH),
        (_limits(args), _LOW, _HIGH),
    ):
        found += [told(low, "below", limits["low"])] if "low" in limits else []
        found += [told(high, "above", limits["high"])] if "high" in limits else []
    value = parse(args.get("value", "AVAL")).words()
    normal = f'"{terms.get("NORMAL", "NORMAL")}"'
    return f"Reference range indicator of {value}: {'; else '.join([*found, normal])}."


STEP = Step(
    name="range_indicator",
    summary="LOW, NORMAL or HIGH: where the analysis value stands in its range.",
    schema=closed(
        {
            "value": {**NAME, "description": "The value; AVAL if not given."},
            "low": {**NAME, "description": "The lower limit; ANRLO if no limit is given."},
            "high": {**NAME, "description": "The upper limit; ANRHI if no limit is given."},
            "critical": {
                **closed(
                    {
                        "low": {**NAME, "description": "Below it: LOW LOW."},
                        "high": {**NAME, "description": "Above it: HIGH HIGH."},
                    }
                ),
                "minProperties": 1,
                "description": "The limits of another range around it, such as A1LO and A1HI.",
            },
            "terms": {
                **closed(
                    {term: {**NAME, "description": f"What {term} is called."} for term in _TERMS}
                ),
                "minProperties": 1,
                "description": "Other words, such as L, N and H.",
            },
        }
    ),
    apply=_apply,
    variable=True,
    reads=_reads,
    check=_check,
    words=_words,
    kinds=lambda *_: "Char",
)
