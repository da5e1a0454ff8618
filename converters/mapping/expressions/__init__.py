"""Conditions and formulas of mapping specs: a small closed language in Python's expression syntax.

An expression has names, literals, comparisons, ``and or not in``, arithmetic, ``a if c else b`` and
a fixed list of functions (``FUNCTIONS``), and nothing else: it can run or read nothing else, and
its length and depth are bounded. These are its promises:

Columns
    ``AGE`` is a variable of this dataset or a raw column, ``DM.RFSTDTC`` a variable of another
    dataset, ``raw.AGE`` and ``raw["Date of birth"]`` a raw column. A column is text or numbers.
    Text stands in single or double quotes and is taken as it is: a backslash is a backslash.
Missing
    None and the empty text ``""`` are the missing value, so ``X == ""`` is ``X is None`` is
    ``missing(X)``. Any other comparison with a missing value is false, ``!=`` and ``not in`` too.
    Conditions are true or false, never missing: ``not X == "Y"`` holds where X is missing.
    Arithmetic with a missing value is missing; so are a division by zero, an overflow, and a text
    longer than 32,767 characters that a function would make.
Text and numbers
    Where one side of a comparison is numbers, text on the other side is read as numbers; what is no
    number is missing. Arithmetic reads text as numbers too, functions convert to what they need. A
    number as text has no point when it is whole. A condition used as a value is 1 or 0.
Equality
    ``==`` between texts is exact: letters, blanks and digits as they stand.
Order
    ``< <= > >=`` between two texts compares ISO 8601 dates to the precision that both have:
    ``"2015-03" >= "2015-03-14"`` is true, ``"2015-02" >= "2015-03-14"`` is false. Where one of them
    is no date, text is ordered by code point; ``number(X)`` orders digits as numbers.
Kinds
    Whether the result is text or numbers depends on the kinds of the columns only, not on values,
    so every part of the data gives the same kind. A choice between text and numbers is text.
Rounding
    ``round`` takes halves away from zero, as SAS does, and decides by the shortest decimal text of
    the number: ``round(2.675, 2)`` is 2.68.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters.dataset import Condition
from converters.mapping.expressions import evaluate as _evaluate
from converters.mapping.expressions import vectors as _vectors
from converters.mapping.expressions import words as _words
from converters.mapping.expressions.functions import FUNCTIONS, Function, Gives, Parameter
from converters.mapping.expressions.syntax import (
    Column,
    ExpressionError,
    Node,
    Ref,
    gives,
    not_a_condition,
    parse_tree,
)

__all__ = ["FUNCTIONS", "Expression", "ExpressionError", "Function", "Parameter", "Ref", "parse"]

#: Gives the column of a reference, with as many rows as the expression is evaluated over.
Get: TypeAlias = Callable[[Ref], pd.Series]


@dataclass(frozen=True)
class Expression:
    """A parsed expression; two are equal when their text is. It can be pickled."""

    text: str
    refs: frozenset[Ref] = field(compare=False)
    tree: Node = field(compare=False, repr=False)

    @property
    def gives(self) -> Gives:
        """``condition``, ``text`` or ``number``, or ``value`` when the columns decide."""
        return gives(self.tree)

    @property
    def column(self) -> Ref | None:
        """The column that the expression is and nothing more; None if it is more."""
        return self.tree.ref if isinstance(self.tree, Column) else None

    @property
    def is_condition(self) -> bool:
        """Whether it is true or false, and ``test`` can be used."""
        return self.gives == "condition"

    def evaluate(self, get: Get, rows: int) -> pd.Series:
        """The values: a categorical text column or a float64 column of ``rows`` rows.

        Raises:
            ValueError: ``get`` gives a column of another length.
        """
        return _vectors.to_column(self._vector(get, rows), rows)

    def test(self, get: Get, rows: int) -> npt.NDArray[np.bool_]:
        """Where the condition holds, one bool a row.

        Raises:
            ExpressionError: the expression is a value and not a condition.
            ValueError: ``get`` gives a column of another length.
        """
        if not self.is_condition:
            raise ExpressionError(not_a_condition(self.text), 1)
        return np.broadcast_to(_vectors.as_truth(self._vector(get, rows)), rows).copy()

    def _vector(self, get: Get, rows: int) -> _vectors.Vector:
        found: dict[Ref, _vectors.Vector] = {}

        def column(ref: Ref) -> _vectors.Vector:
            if ref not in found:
                series = get(ref)
                if len(series) != rows:
                    raise ValueError(f"{ref.name} has {len(series)} rows and not {rows}")
                found[ref] = _vectors.from_column(series)
            return found[ref]

        return _evaluate.evaluate(self.tree, column)

    def words(self, name: Callable[[Ref], str] | None = None) -> str:
        """The expression as a specification says it: ``AESTDTC is on or after DM.RFSTDTC``.

        ``name`` says a column in words; without it columns are said by their names.
        """
        return _words.words(self.tree, name or _words.plain_name)

    def conditions(self, *, others: bool = False) -> tuple[Condition, ...] | None:
        """The same as conditions of a where-clause (Define-XML 2.1, RangeCheck).

        None unless it is a plain conjunction of comparisons of this dataset's variables, or with
        ``others`` those of other datasets too, with literals that are not missing.
        """
        return _words.conditions(self.tree, others=others)


def parse(text: str, *, condition: bool = False) -> Expression:
    """Parse an expression; with ``condition`` it must be true or false and not a value.

    Raises:
        ExpressionError: what is wrong, and the 1-based column of the text.
    """
    tree, refs = parse_tree(text)
    if condition and gives(tree) != "condition":
        raise ExpressionError(not_a_condition(text.strip()), 1)
    return Expression(text, refs, tree)
