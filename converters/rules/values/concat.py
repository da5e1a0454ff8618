"""``concat``: several columns in one text."""

from __future__ import annotations

from typing import Any

import pandas as pd

from converters import columns
from converters.rules.english import listed
from converters.rules.rule import Reads, Records, Rule, Target


def _parts(args: Any) -> tuple[list[str], str]:
    if isinstance(args, list):
        return args, ""
    return args["columns"], args.get("separator", "")


def _apply(args: Any, records: Records, _: Target) -> pd.Series:
    names, separator = _parts(args)
    pieces = [_text(records.column(name)) for name in names]

    def join(*values: list[str | None]) -> list[str | None]:
        return [separator.join(filter(None, row)) or None for row in zip(*values, strict=True)]

    return columns.map_tuples(pieces, records.rows, join)


def _text(column: pd.Series) -> pd.Series:
    return columns.map_text(column, lambda values: [value.strip() for value in values])


def _reads(args: Any, _: Target) -> Reads:
    names, _separator = _parts(args)
    place: tuple[str, ...] = () if isinstance(args, list) else ("columns",)
    return Reads(columns=tuple(((*place, i), name) for i, name in enumerate(names)))


def _words(args: Any, _: Target) -> str:
    names, separator = _parts(args)
    between = f' with "{separator}" between' if separator else ""
    return f"Concatenation of {listed(names)}{between}."


_NAMES = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}

RULE = Rule(
    name="concat",
    kind="value",
    summary="Several columns in one text; a missing one is left out with its separator.",
    schema={
        "oneOf": [
            _NAMES,
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["columns"],
                "properties": {"columns": _NAMES, "separator": {"type": "string"}},
            },
        ]
    },
    apply=_apply,
    reads=_reads,
    words=_words,
)
