"""An expression as a programmer's specification says it, and as conditions of a where-clause."""

from __future__ import annotations

import re
from collections.abc import Callable

from converters.columns import number_text
from converters.dataset import Condition
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

Name = Callable[[Ref], str]

_PLAIN = {
    "==": "=",
    "!=": "is not",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
_DATES = {
    "<": "is before",
    "<=": "is on or before",
    ">": "is after",
    ">=": "is on or after",
}
_FLIPPED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_COMPARATORS = {"==": "EQ", "!=": "NE", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}
_OPERATORS = {
    "+": ("plus", 1),
    "-": ("minus", 1),
    "*": ("times", 2),
    "/": ("divided by", 2),
    "//": ("divided, without remainder, by", 2),
    "%": ("modulo", 2),
    "**": ("to the power of", 3),
}
#: Names of date variables end so, in SDTM (--DTC) and ADaM (--DT, --DTM).
_DATE_NAME = re.compile(r"DT[CM]?$")
_DATE_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}")


def plain_name(ref: Ref) -> str:
    """``AGE``, ``DM.RFSTDTC``, ``raw column "Date of birth"``."""
    if ref.scope == "raw":
        return f'raw column "{ref.name}"'
    return f"{ref.scope}.{ref.name}" if ref.scope else ref.name


def words(node: Node, name: Name) -> str:
    """A tree in words; ``name`` says a column."""
    match node:
        case Literal():
            return _literal(node)
        case Column():
            return name(node.ref)
        case Chain():
            return _chain(node, name)
        case Member():
            return _member(node, name)
        case Junction():
            inner = Junction if node.operator == "and" else ()
            parts = [_inside(item, name, (inner, Choice)) for item in node.conditions]
            return f" {node.operator} ".join(parts)
        case Not():
            return _not(node, name)
        case Arithmetic():
            return _arithmetic(node, name)
        case Negative():
            return f"minus {_value(node.operand, name)}"
        case Choice():
            test = words(node.condition, name)
            return f"{_inside(node.yes, name, Choice)} if {test}, otherwise {words(node.no, name)}"
        case Call():
            return _call(node, name)


def _literal(node: Literal) -> str:
    if node.is_missing:
        return "missing"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return f'"{node.value}"' if isinstance(node.value, str) else node.written


def _inside(node: Node, name: Name, bracketed: object) -> str:
    said = words(node, name)
    return f"({said})" if _is_one_of(node, bracketed) else said


def _is_one_of(node: Node, kinds: object) -> bool:
    if isinstance(kinds, tuple):
        return any(_is_one_of(node, kind) for kind in kinds)
    return isinstance(kinds, type) and isinstance(node, kinds)


_COMPOUND = (Arithmetic, Negative, Choice, Junction, Not, Chain, Member, Call)


def _value(node: Node, name: Name) -> str:
    """A tree as part of a phrase: in brackets when it is a phrase itself."""
    return _inside(node, name, _COMPOUND)


def _side(node: Node, name: Name) -> str:
    """A side of a comparison: arithmetic stands there without brackets."""
    if isinstance(node, Call) and FUNCTIONS[node.name].gives == "condition":
        return f"({words(node, name)})"
    return _inside(node, name, (Choice, Junction, Not, Chain, Member))


def _chain(node: Chain, name: Name) -> str:
    operands, operators = node.operands, node.operators
    if len(operators) == 2 and isinstance(operands[0], Literal):
        low = _predicate(_FLIPPED[operators[0]], operands[1], operands[0], name)
        high = _predicate(operators[1], operands[1], operands[2], name)
        return f"{_side(operands[1], name)} {low} and {high.removeprefix('is ')}"
    if [isinstance(operand, Literal) for operand in operands] == [True, False]:
        operands, operators = operands[::-1], (_FLIPPED[operators[0]],)
    said = _side(operands[0], name)
    for place, sign in enumerate(operators):
        link = ", which " if place else " "
        said += link + _predicate(sign, operands[place], operands[place + 1], name)
    return said


def _predicate(sign: str, left: Node, right: Node, name: Name) -> str:
    if isinstance(right, Literal) and right.is_missing:
        return "is missing" if sign == "==" else "is not missing"
    dates = sign in _DATES and (_is_date(left) or _is_date(right))
    return f"{(_DATES if dates else _PLAIN)[sign]} {_side(right, name)}"


def _is_date(node: Node) -> bool:
    if isinstance(node, Column):
        return bool(_DATE_NAME.search(node.ref.name))
    if isinstance(node, Literal):
        return isinstance(node.value, str) and bool(_DATE_TEXT.match(node.value))
    return isinstance(node, Call) and node.name == "date_part"


def _member(node: Member, name: Name) -> str:
    item, values = _side(node.item, name), [_literal(value) for value in node.values]
    if len(values) == 1:
        sign = "!=" if node.negated else "=="
        return f"{item} {_predicate(sign, node.item, node.values[0], name)}"
    return f"{item} is {'not ' if node.negated else ''}in ({', '.join(values)})"


def _not(node: Not, name: Name) -> str:
    inner = node.condition
    if isinstance(inner, Call) and inner.name == "missing":
        return f"{_value(inner.arguments[0], name)} is not missing"
    return f"not ({words(inner, name)})"


def _arithmetic(node: Arithmetic, name: Name) -> str:
    said, level = _OPERATORS[node.operator]
    left, right = _value(node.left, name), _value(node.right, name)
    if isinstance(node.left, Arithmetic) and level <= _OPERATORS[node.left.operator][1] < 3:
        left = words(node.left, name)  # it is done first anyway
    return f"{left} {said} {right}"


def _call(node: Call, name: Name) -> str:
    template = FUNCTIONS[node.name].words
    arguments = [_value(argument, name) for argument in node.arguments]
    parameters = FUNCTIONS[node.name].parameters
    for place, argument in enumerate(node.arguments):
        kind = parameters[min(place, len(parameters) - 1)].kind
        if kind == "constant" and isinstance(argument, Literal):
            text = isinstance(argument.value, str)
            arguments[place] = f'"{argument.value}"' if text else argument.written
    return template.format(*arguments) if isinstance(template, str) else template(*arguments)


# Where-clauses


def conditions(node: Node, *, others: bool = False) -> tuple[Condition, ...] | None:
    """The conditions that must all hold, or None when a where-clause cannot say it so.

    With ``others`` they may be on variables of other datasets.
    """
    if isinstance(node, Junction) and node.operator == "and":
        parts = [conditions(item, others=others) for item in node.conditions]
        found = [part for part in parts if part is not None]
        return sum(found, ()) if len(found) == len(parts) else None
    if isinstance(node, Member):
        checks = [_listed(node)]
    elif isinstance(node, Chain):
        pairs = zip(node.operators, node.operands, node.operands[1:], strict=False)
        checks = [_check(sign, left, right) for sign, left, right in pairs]
    else:
        return None
    whole = tuple(item for item in checks if item is not None and (others or not item.dataset))
    return whole if len(whole) == len(checks) else None


def _listed(node: Member) -> Condition | None:
    variable, values = _variable(node.item), [_check_value(value) for value in node.values]
    if variable is None or None in values:
        return None
    distinct = tuple(dict.fromkeys(value for value in values if value is not None))
    one, several = ("NE", "NOTIN") if node.negated else ("EQ", "IN")
    comparator = one if len(distinct) == 1 else several
    return Condition(variable.name, comparator, distinct, variable.scope or "")


def _check(sign: str, left: Node, right: Node) -> Condition | None:
    if isinstance(left, Literal):
        sign, left, right = _FLIPPED[sign], right, left
    variable = _variable(left)
    value = _check_value(right) if isinstance(right, Literal) else None
    if variable is None or value is None:
        return None
    return Condition(variable.name, _COMPARATORS[sign], (value,), variable.scope or "")


def _variable(node: Node) -> Ref | None:
    """A variable of a dataset; a where-clause cannot name raw columns."""
    return node.ref if isinstance(node, Column) and node.ref.scope != "raw" else None


def _check_value(literal: Literal) -> str | None:
    if literal.is_missing or isinstance(literal.value, bool) or literal.value is None:
        return None
    return literal.value if isinstance(literal.value, str) else number_text(literal.value)
