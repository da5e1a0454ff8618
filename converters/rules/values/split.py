"""``split``: one part of a text that holds several."""

from __future__ import annotations

from typing import Any

import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.rules.rule import Reads, Records, Rule, Target


def _apply(args: Any, records: Records, _: Target) -> pd.Series:
    separator, part = args["separator"], int(args["part"])
    index = part - 1 if part > 0 else part

    def pick(value: str) -> str | None:
        pieces = value.split(separator)
        return pieces[index].strip() or None if -len(pieces) <= index < len(pieces) else None

    return columns.map_text(
        records.column(args["column"]), lambda values: [pick(value) for value in values]
    )


def _words(args: Any, _: Target) -> str:
    part = int(args["part"])
    last = "Last part" if part == -1 else f"Part {-part} from the end"
    which = f"Part {part}" if part > 0 else last
    return f'{which} of {args["column"]}, split at "{args["separator"]}".'


RULE = Rule(
    name="split",
    kind="value",
    summary="One part of a column's text, split at a separator; -1 is the last part.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["column", "separator", "part"],
        "properties": {
            "column": {"type": "string", "minLength": 1},
            "separator": {"type": "string", "minLength": 1},
            "part": {"type": "integer", "not": {"const": 0}},
        },
    },
    apply=_apply,
    reads=lambda args, _: Reads(columns=((("column",), args["column"]),)),
    words=_words,
    origin=lambda *_: Origin("Derived", "Sponsor"),
)
