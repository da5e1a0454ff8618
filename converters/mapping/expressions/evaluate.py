"""An expression's tree over columns: once per distinct value for text, once per row for numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from converters.columns import parse_number
from converters.iso8601 import pack
from converters.mapping.expressions import vectors
from converters.mapping.expressions.functions import FUNCTIONS
from converters.mapping.expressions.syntax import (
    Arithmetic,
    Call,
    Chain,
    Choice,
    Column,
    Junction,
    Literal,
    Member,
    Negative,
    Node,
    Not,
    Ref,
)
from converters.mapping.expressions.vectors import Number, Text, Truth, Vector

Columns = Callable[[Ref], Vector]

#: Packed dates cut to a precision: YYYYMMDDhhmmss divided by this (1 year .. 6 second).
_UNITS = np.array([1, 10**10, 10**8, 10**6, 10**4, 10**2, 1], dtype=np.int64)

_ARITHMETIC: dict[str, Callable[[Number, Number], Number]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "//": np.floor_divide,
    "%": np.mod,
    "**": np.power,
}
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(node: Node, column: Columns) -> Vector:
    """The values of a tree; ``column`` gives the vector of each column that it reads."""
    match node:
        case Literal():
            return vectors.constant(node.value)
        case Column():
            return column(node.ref)
        case Chain():
            return _chain(node, column)
        case Member():
            return _member(evaluate(node.item, column), node)
        case Junction():
            join = np.logical_and if node.operator == "and" else np.logical_or
            return reduce(join, (truth(item, column) for item in node.conditions))
        case Not():
            return ~truth(node.condition, column)
        case Arithmetic():
            return _arithmetic(node, column)
        case Negative():
            return -vectors.as_number(evaluate(node.operand, column))
        case Choice():
            test = truth(node.condition, column)
            return vectors.choose(test, evaluate(node.yes, column), evaluate(node.no, column))
        case Call():
            return _call(node, column)


def truth(node: Node, column: Columns) -> Truth:
    """Where a condition holds."""
    return vectors.as_truth(evaluate(node, column))


def _call(node: Call, column: Columns) -> Vector:
    function = FUNCTIONS[node.name]
    arguments: list[Any] = []
    for place, argument in enumerate(node.arguments):
        kind = function.parameters[min(place, len(function.parameters) - 1)].kind
        if isinstance(argument, Literal) and kind in ("constant", "piece"):
            arguments.append(argument.value if kind == "constant" else _piece(argument))
            continue
        vector = evaluate(argument, column)
        if kind == "number":
            arguments.append(vectors.as_number(vector))
        else:
            arguments.append(vector if kind == "value" else vectors.as_text(vector))
    return function.compute(*arguments)


def _piece(literal: Literal) -> str:
    return "".join(vectors.as_text(vectors.constant(literal.value)).values)


def _arithmetic(node: Arithmetic, column: Columns) -> Number:
    left = vectors.as_number(evaluate(node.left, column))
    right = vectors.as_number(evaluate(node.right, column))
    with np.errstate(all="ignore"):
        result = vectors.finite(_ARITHMETIC[node.operator](left, right))
    if node.operator == "**":
        # numpy says nan ** 0 == 1 and 1 ** nan == 1
        return np.where(np.isnan(left) | np.isnan(right), np.nan, result)
    return result


# Comparisons


def _chain(node: Chain, column: Columns) -> Truth:
    sides = [evaluate(operand, column) for operand in node.operands]
    pairs = [
        _pair(sign, node.operands[place : place + 2], sides[place : place + 2])
        for place, sign in enumerate(node.operators)
    ]
    return reduce(np.logical_and, pairs)


def _pair(sign: str, nodes: Sequence[Node], sides: Sequence[Vector]) -> Truth:
    for node, other in zip(nodes, sides[::-1], strict=True):
        if isinstance(node, Literal) and node.is_missing:
            return vectors.missing(other) ^ (sign == "!=")
    left, right = sides
    if isinstance(left, Text) and isinstance(right, Text):
        return _equal(sign, left, right) if sign in ("==", "!=") else _order(sign, left, right)
    return _numbers(sign, vectors.as_number(left), vectors.as_number(right))


def _numbers(sign: str, left: Number, right: Number) -> Truth:
    if sign == "!=":
        return (left < right) | (left > right)  # false where one is missing
    return np.asarray(_COMPARISONS[sign](left, right))


def _equal(sign: str, left: Text, right: Text) -> Truth:
    """Exact equality of text, by code."""
    if right.codes.size == 1:
        left, right = right, left
    # One side's codes are said in the other's: -1 is missing, -2 a value the other lacks.
    if len(right.values) == 1:
        (value,) = right.values
        places = {value: left.values.index(value)} if value in left.values else {}
    else:
        places = {value: code for code, value in enumerate(left.values)}
    said = vectors.spread([places.get(value, -2) for value in right.values], -1, np.int32)
    codes = said[right.codes]
    if sign == "==":
        return np.asarray((left.codes == codes) & (codes >= 0))
    return np.asarray((left.codes != codes) & (codes != -1) & (left.codes >= 0))


def _order(sign: str, left: Text, right: Text) -> Truth:
    """ISO 8601 dates to the precision that both have, other text by code point."""
    rows = max(left.codes.size, right.codes.size)
    if not left.values or not right.values:
        return np.zeros(rows if 0 not in (left.codes.size, right.codes.size) else 0, np.bool_)
    present = (left.codes >= 0) & (right.codes >= 0)
    one, two = _keys(left.values, right.values)
    if len(left.values) * len(right.values) <= rows:
        outcomes = _compare_keys(sign, [key[:, None] for key in one], [key[None, :] for key in two])
        return np.asarray(outcomes[left.codes, right.codes] & present)
    first = [key[left.codes] for key in one]
    second = [key[right.codes] for key in two]
    return np.asarray(_compare_keys(sign, first, second) & present)


Keys = list[npt.NDArray[Any]]


def _keys(left: list[str], right: list[str]) -> tuple[Keys, Keys]:
    """Packed date, precision and, unless all are dates, rank by code point of each value."""
    one: Keys = [*pack(left)]
    two: Keys = [*pack(right)]
    if one[1].all() and two[1].all():
        return one, two
    ranks = {value: rank for rank, value in enumerate(sorted({*left, *right}))}
    one.append(np.array([ranks[value] for value in left], dtype=np.int64))
    two.append(np.array([ranks[value] for value in right], dtype=np.int64))
    return one, two


def _compare_keys(sign: str, one: Keys, two: Keys) -> npt.NDArray[Any]:
    compare = _COMPARISONS[sign]
    known = np.minimum(one[1], two[1])
    low, high = (known.min(), known.max()) if known.size else (1, 1)
    if low == high:
        if low == 0:
            return np.asarray(compare(one[2], two[2]))
        unit = _UNITS[low]
        return np.asarray(compare(one[0] // unit, two[0] // unit))
    units = _UNITS[known]
    dates = compare(one[0] // units, two[0] // units)
    return np.asarray(np.where(known == 0, compare(one[2], two[2]), dates) if low == 0 else dates)


def _member(item: Vector, node: Member) -> Truth:
    """``in`` is any ``==``, ``not in`` all ``!=``."""
    values = [literal.value for literal in node.values if not literal.is_missing]
    missing = len(values) < len(node.values)
    if isinstance(item, Text):
        texts = {value for value in values if isinstance(value, str)}
        numbers = {float(value) for value in values if not isinstance(value, str | None)}
        found = vectors.per_truth(
            item, lambda value: value in texts or (bool(numbers) and parse_number(value) in numbers)
        )
        absent = vectors.missing(item)
    else:
        column = vectors.as_number(item)
        wanted = [
            parse_number(value) if isinstance(value, str) else float(value or 0) for value in values
        ]
        found = np.isin(column, [value for value in wanted if not np.isnan(value)])
        absent = np.isnan(column)
    if node.negated:
        # A text that is no number does not differ from a number: it is missing.
        return ~found & ~absent & _comparable(item, values)
    return found | absent if missing else found


def _comparable(item: Vector, values: list[Any]) -> Truth | bool:
    if isinstance(item, Text):
        if all(isinstance(value, str) for value in values):
            return True
        return vectors.per_truth(item, lambda value: not np.isnan(parse_number(value)))
    return not any(isinstance(value, str) and np.isnan(parse_number(value)) for value in values)
