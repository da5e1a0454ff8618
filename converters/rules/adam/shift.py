"""``shift``: SHIFTy, where a record stands now against baseline (ADaMIG 1.3, 3.3.4; admiral:
derive_var_shift).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from converters import columns
from converters.rules.rule import Reads
from converters.rules.step import NAME, Analysis, Step, at, closed


def _apply(args: Mapping[str, Any], table: Analysis, target: str) -> None:
    absent, between = args.get("missing"), args.get("separator", " to ")

    def joined(before: Sequence[Any], now: Sequence[Any]) -> Iterator[str | None]:
        for pair in zip(before, now, strict=True):
            texts = [_text(value) or absent for value in pair]
            yield None if None in texts else between.join(map(str, texts))

    both = [table.column(args["from"]), table.column(args["to"])]
    table.put(target, columns.map_tuples(both, table.rows, lambda *lists: list(joined(*lists))))


def _text(value: Any) -> str | None:
    if isinstance(value, float):
        return None if value != value else columns.number_text(value)
    return None if value is None else str(value)


def _words(args: Mapping[str, Any], _: str) -> str:
    absent = args.get("missing")
    end = f'"{absent}" for a missing value' if absent else "missing if either is"
    between = args.get("separator", " to ")
    return f'Shift: {args["from"]} and {args["to"]}, joined by "{between}"; {end}.'


STEP = Step(
    name="shift",
    summary="A shift, such as NORMAL to HIGH: one variable and another, joined.",
    schema=closed(
        {
            "from": {**NAME, "description": "The variable at baseline, such as BNRIND."},
            "to": {**NAME, "description": "The variable of the record, such as ANRIND."},
            "separator": {"type": "string", "description": "What stands between them."},
            "missing": {**NAME, "description": "What stands for a missing value."},
        },
        "from",
        "to",
    ),
    apply=_apply,
    variable=True,
    reads=lambda args, _: Reads(columns=(*at("from", [args["from"]]), *at("to", [args["to"]]))),
    words=_words,
    kinds=lambda *_: "Char",
)
