"""JSON Schema's simple keywords judged for all values of a column at once.

A verdict is FAIL, ASK or PASS. FAIL and PASS are exactly what jsonschema says; ASK leaves a value
to it. The three are ordered, so that "and" is the minimum and "or" the maximum (Kleene's logic).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
from referencing.exceptions import Unresolvable

FAIL, ASK, PASS = 0, 1, 2

Verdicts = npt.NDArray[np.int8]

#: Keywords that say something and demand nothing.
ANNOTATIONS = frozenset(
    {"$comment", "$defs", "$schema", "default", "deprecated", "description", "examples", "format"}
    | {"readOnly", "title", "writeOnly", "contentEncoding", "contentMediaType", "contentSchema"}
)


class Values:
    """The distinct values of a column, text (str) or numbers (float), none missing."""

    def __init__(self, values: Sequence[str] | Sequence[float], *, is_number: bool) -> None:
        """Keep the values; numbers also as an array."""
        self.size = len(values)
        self.list: Sequence[Any] = values
        self.numbers = np.array(values, dtype=np.float64) if is_number else None

    def all(self, verdict: int) -> Verdicts:
        """The same verdict for every value."""
        return np.full(self.size, verdict, dtype=np.int8)


def is_annotation(keyword: str) -> bool:
    """Whether a keyword demands nothing of a value."""
    return keyword in ANNOTATIONS or keyword.startswith("x-")


def screen(schema: Any, values: Values, resolver: Any, depth: int = 0) -> Verdicts:
    """A verdict a value; ``resolver`` (of ``referencing``) looks up ``$ref``."""
    if isinstance(schema, bool):
        return values.all(PASS if schema else FAIL)
    if depth > 20:  # a schema that refers to itself
        return values.all(ASK)

    def inner(sub: Any) -> Verdicts:
        return screen(sub, values, resolver, depth + 1)

    verdicts = values.all(PASS)
    for keyword, argument in schema.items():
        if is_annotation(keyword) or keyword in ("then", "else"):
            continue
        if keyword == "$ref":
            verdict = _reference(argument, values, resolver, depth)
        elif keyword == "if":
            verdict = _conditional(schema, values, inner)
        elif keyword in _COMBINED:
            verdict = _COMBINED[keyword](argument, inner)
        elif keyword in _SIMPLE:
            verdict = _SIMPLE[keyword](argument, values)
        else:
            verdict = values.all(ASK)
        verdicts = np.minimum(verdicts, verdict)
    return verdicts


def _reference(uri: str, values: Values, resolver: Any, depth: int) -> Verdicts:
    try:
        resolved = resolver.lookup(uri)
    except Unresolvable:
        return values.all(ASK)  # jsonschema meets it too, and its caller tells
    return screen(resolved.contents, values, resolved.resolver, depth + 1)


def _conditional(
    schema: Mapping[str, Any], values: Values, inner: Callable[[Any], Verdicts]
) -> Verdicts:
    condition = inner(schema["if"])
    then = np.maximum(_not(condition), inner(schema.get("then", True)))
    otherwise = np.maximum(condition, inner(schema.get("else", True)))
    verdict: Verdicts = np.minimum(then, otherwise)
    return verdict


def _not(verdict: Verdicts) -> Verdicts:
    return (PASS - verdict).astype(np.int8)


_COMBINED: dict[str, Callable[[Any, Callable[[Any], Verdicts]], Verdicts]] = {
    "allOf": lambda schemas, inner: reduce(np.minimum, map(inner, schemas)),
    "anyOf": lambda schemas, inner: reduce(np.maximum, map(inner, schemas)),
    "not": lambda schema, inner: _not(inner(schema)),
}


def _exact(verdict: Any) -> Verdicts:
    """PASS where true, FAIL where false."""
    return np.asarray(verdict, dtype=bool).astype(np.int8) * np.int8(PASS)


def _type(argument: Any, values: Values) -> Verdicts:
    types = [argument] if isinstance(argument, str) else argument
    if values.numbers is None:
        return values.all(PASS if "string" in types else FAIL)
    if "number" in types:
        return values.all(PASS)
    if "integer" in types:
        return _exact(np.isfinite(values.numbers) & (np.floor(values.numbers) == values.numbers))
    return values.all(FAIL)


def _enum(argument: Sequence[Any], values: Values) -> Verdicts:
    if values.numbers is None:
        known = {item for item in argument if isinstance(item, str)}
    else:  # in Python, and not in JSON, a boolean equals a number
        known = {item for item in argument if type(item) in (int, float)}
    return _exact([value in known for value in values.list])


def _pattern(pattern: str, values: Values) -> Verdicts:
    if values.numbers is not None:
        return values.all(PASS)
    search = re.compile(pattern).search  # as jsonschema does
    return _exact([search(value) is not None for value in values.list])


def _length(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Values], Verdicts]:
    def judge(argument: Any, values: Values) -> Verdicts:
        if values.numbers is not None:
            return values.all(PASS)
        lengths = np.fromiter(map(len, values.list), dtype=np.int64, count=values.size)
        return _exact(compare(lengths, argument))

    return judge


def _bound(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Values], Verdicts]:
    def judge(argument: Any, values: Values) -> Verdicts:
        if values.numbers is None:
            return values.all(PASS)
        if abs(argument) > 2**53:  # beyond what a float holds exactly
            return values.all(ASK)
        return _exact(compare(values.numbers, float(argument)))

    return judge


_SIMPLE: dict[str, Callable[[Any, Values], Verdicts]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda argument, values: _enum([argument], values),
    "pattern": _pattern,
    "maxLength": _length(np.less_equal),
    "minLength": _length(np.greater_equal),
    "minimum": _bound(np.greater_equal),
    "maximum": _bound(np.less_equal),
    "exclusiveMinimum": _bound(np.greater),
    "exclusiveMaximum": _bound(np.less),
}
