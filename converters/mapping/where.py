"""Conditions that define.xml can say: comparisons with values, joined by ``and`` (RangeCheck)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from converters.dataset import Condition
from converters.errors import Problem, nearest
from converters.mapping.document import Document, Path_
from converters.mapping.expressions import ExpressionError, parse


def where_conditions(text: str) -> tuple[Condition, ...]:
    """The conditions of a where-clause that has no problems."""
    return parse(text, condition=True).conditions(others=True) or ()


def where_problems(
    document: Document,
    place: Path_,
    text: str,
    variables: Sequence[str] | None,
    others: Mapping[str, Sequence[str] | None] | None = None,
) -> Iterator[Problem]:
    """What is wrong with a where-clause over ``variables`` (None: nobody knows them).

    ``others`` are the variables of other datasets, where conditions may be on these.
    """
    try:
        expression = parse(text, condition=True)
    except ExpressionError as error:
        message = f"{error}, in the expression: {' '.join(text.split())}"
        yield document.problem(place, message, offset=error.column - 1)
        return
    for ref in sorted(expression.refs, key=lambda ref: (ref.scope or "", ref.name)):
        wrong = None
        if ref.scope is None:
            wrong = _unknown("the dataset", ref.name, variables)
        elif others is None or ref.scope == "raw":
            wrong = f"'{ref.scope}.{ref.name}': only variables of the dataset can be used here"
        elif ref.scope not in others:
            hint = nearest(ref.scope, others) or f"; it has: {', '.join(others)}"
            wrong = f"the study has no dataset '{ref.scope}'{hint}"
        else:
            wrong = _unknown(ref.scope, ref.name, others[ref.scope])
        if wrong:
            yield document.problem(place, wrong)
    if expression.conditions(others=True) is None:
        message = (
            f"define.xml cannot say '{' '.join(text.split())}': only comparisons of variables with"
            " values (==, !=, in, not in, <, <=, >, >=), joined by 'and'"
        )
        yield document.problem(place, message)


def _unknown(what: str, name: str, variables: Sequence[str] | None) -> str | None:
    if variables is None or name in variables:
        return None
    return f"{what} has no variable '{name}'{nearest(name, variables)}"
