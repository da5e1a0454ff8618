"""``code``: a variable made by a Python function of the study's ``derivations.py``.

It is run only where the user allows it (``cdisc convert --allow-code``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from converters.errors import SpecError
from converters.mapping.code import CODE_FILE, column_for_code
from converters.rules.english import listed
from converters.rules.rule import Reads
from converters.rules.step import NAME, PAIRS, Analysis, Step, closed, pairs


def _apply(args: Mapping[str, Any], table: Analysis, target: str) -> None:
    code = table.settings.code
    if code is None:
        raise SpecError(f"{target}: the function {args['function']} may not be run: allow code")
    frame = pd.DataFrame(
        {
            name: column_for_code(table.formula(old) if "." in old else table.column(old))
            for name, old in pairs(args["columns"]).items()
        },
        index=pd.RangeIndex(table.rows),
    )
    table.put(target, code.call(args["function"], frame))


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    taken = pairs(args["columns"]).values()
    return Reads(
        columns=tuple((("columns",), name) for name in taken if "." not in name),
        expressions=tuple((("columns",), name) for name in taken if "." in name),
    )


def _words(args: Mapping[str, Any], _: str) -> str:
    names = listed(pairs(args["columns"]).values())
    return f"Computed from {names} by the function {args['function']} of {CODE_FILE}."


STEP = Step(
    name="code",
    summary="A variable made by a Python function of the study, where that is allowed.",
    schema=closed(
        {
            "function": {**NAME, "description": f"The function, in the study's {CODE_FILE}."},
            "columns": {**PAIRS, "description": "The columns that it gets, or new name: name."},
        },
        *("function", "columns"),
    ),
    apply=_apply,
    variable=True,
    reads=_reads,
    words=_words,
)
