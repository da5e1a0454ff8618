"""``categories``: variables that the first condition that holds gives (admiral: derive_vars_cat).

For groups and their numbers (AGEGR1 with AGEGR1N, AVALCAT1 with AVALCA1N), told side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.mapping.expressions import parse
from converters.rules.rule import Problems, Reads
from converters.rules.schema import NAME_PATTERN
from converters.rules.step import NAME, Analysis, Step

Categories = Sequence[Mapping[str, Any]]


def _apply(args: Categories, table: Analysis, _: str) -> None:
    chosen = np.full(table.rows, -1)
    for number, item in reversed(list(enumerate(args))):
        holds = table.condition(item["when"]) if "when" in item else slice(None)
        chosen[holds] = number
    for name in _makes(args):
        values = [item.get(name) for item in args]
        if _is_number(values):
            numbers = [np.nan if value is None else float(value) for value in values]
            table.put(name, pd.Series(np.array([*numbers, np.nan])[chosen]))
        else:
            table.put(name, columns.from_codes(chosen, values))


def _is_number(values: Sequence[Any]) -> bool:
    return not any(isinstance(value, str) for value in values)


def _makes(args: Categories, _: str = "") -> list[str]:
    return list(dict.fromkeys(name for item in args for name in item if name != "when"))


def _reads(args: Categories, _: str) -> Reads:
    found = (((n, "when"), item["when"]) for n, item in enumerate(args) if "when" in item)
    return Reads(expressions=tuple(found))


def _check(args: Categories) -> Problems:
    for number, item in enumerate(args):
        if "when" not in item and number < len(args) - 1:
            yield (number,), "only the last category may lack 'when': those after it are never used"
    for name in _makes(args):
        values = [item[name] for item in args if item.get(name) is not None]
        if len({isinstance(value, str) for value in values}) > 1:
            place = next(n for n, item in enumerate(args) if isinstance(item.get(name), str))
            yield (place, name), f"{name} is text in some categories and a number in others"


def _pieces(args: Categories, name: str) -> Iterator[str]:
    for item in args:
        value = item.get(name)
        if value is not None:
            shown = f'"{value}"' if isinstance(value, str) else f"{value:g}"
            yield shown + (f" if {parse(item['when']).words()}" if "when" in item else " otherwise")


STEP = Step(
    name="categories",
    summary="Variables that the first condition that holds gives values: groups and their numbers.",
    schema={
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"when": {**NAME, "description": "A condition; none: all others."}},
            "patternProperties": {
                NAME_PATTERN: {
                    "type": ["string", "number"],
                    "description": "The value of the variable of this name.",
                }
            },
            "minProperties": 1,
        },
    },
    apply=_apply,
    makes=_makes,
    reads=_reads,
    check=_check,
    words=lambda args, name: f"{'; '.join(_pieces(args, name))}.",
    kinds=lambda args, name: "Num" if _is_number([item.get(name) for item in args]) else "Char",
)
