"""``take``: predecessors, copied with their metadata (ADaMIG 1.3, 3.1.1)."""

from __future__ import annotations

from typing import Any

from converters.dataset import Origin
from converters.rules.rule import Reads
from converters.rules.step import PAIRS, Analysis, Step, pairs


def _apply(args: Any, table: Analysis, _: str) -> None:
    for name, old in pairs(args).items():
        table.put(name, table.formula(old) if "." in old else table.column(old))


def _reads(args: Any, _: str) -> Reads:
    taken = pairs(args).values()
    return Reads(
        columns=tuple(((), name) for name in taken if "." not in name),
        expressions=tuple(((), name) for name in taken if "." in name),
    )


STEP = Step(
    name="take",
    summary="Variables copied from the source, or of the subject's record elsewhere.",
    schema=PAIRS,
    apply=_apply,
    makes=lambda args, _: pairs(args),
    reads=_reads,
    words=lambda args, name: f"Equal to {pairs(args)[name]}.",
    origin=lambda args, name: Origin("Predecessor", "", pairs(args)[name]),
)
