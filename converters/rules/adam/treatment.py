"""``treatment``: TRTP and TRTA, the treatment of the record's period (ADaMIG 1.3, 3.3.2).

TRTP is ADSL.TRT01P in period 1, ADSL.TRT02P in period 2, and so on for TRTA, TRTPN, TRTPG1 ...
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from converters import columns
from converters.mapping.expressions import parse
from converters.rules.rule import Reads
from converters.rules.step import NAME, Analysis, Step, at, closed, names_in, of_other

_DEFAULT = ("TRTP", "TRTA")
_NAME = r"TRT[PA](N|G[1-9]N?)?"


def _taken(args: Mapping[str, Any]) -> list[str]:
    return list(args.get("take", _DEFAULT))


def _dataset(args: Mapping[str, Any]) -> str:
    return str(args.get("dataset", "ADSL"))


def _of_period(name: str, number: int | str) -> str:
    """The variable of ADSL: TRT01P for TRTP, TR01PG1 for TRTPG1."""
    period = number if isinstance(number, str) else f"{number:02}"
    stem = "TR" if "G" in name else "TRT"
    return f"{stem}{period}{name.removeprefix('TRT')}"


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    dataset, period = _dataset(args), args["period"]
    known = names_in(table, dataset)
    for name in _taken(args):
        if isinstance(period, int):
            table.put(name, table.formula(f"{dataset}.{_of_period(name, period)}"))
            continue
        numbers = columns.floats(columns.to_number(table.formula(period)))
        there = [n for n in range(1, 100) if _of_period(name, n) in known]
        pieces = [table.formula(f"{dataset}.{_of_period(name, n)}") for n in there]
        rows = np.full(table.rows, -1, dtype=np.int64)
        for place, number in enumerate(there):
            own = np.flatnonzero(numbers == number)
            rows[own] = own + place * table.rows
        table.put(name, columns.take(columns.concat(pieces), rows))


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    period, names = args["period"], _taken(args)
    number = period if isinstance(period, int) else 1
    others = [_of_period(name, number) for name in names]
    return Reads(
        columns=(((), "USUBJID"),),
        expressions=() if isinstance(period, int) else at("period", [period]),
        others=of_other(_dataset(args), "take", others),
    )


def _words(args: Mapping[str, Any], name: str) -> str:
    dataset, period = _dataset(args), args["period"]
    if isinstance(period, int):
        return f"Equal to {dataset}.{_of_period(name, period)}."
    words = parse(period).words()
    return f"Equal to {dataset}.{_of_period(name, 'xx')}, where xx is {words}."


STEP = Step(
    name="treatment",
    summary="TRTP and TRTA: the treatments of ADSL for the record's period.",
    schema=closed(
        {
            "period": {
                "oneOf": [{"type": "integer", "minimum": 1, "maximum": 99}, NAME],
                "description": "The period's number, or an expression such as APERIOD.",
            },
            "take": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "string",
                    "pattern": f"^{_NAME}$",
                    "$comment": "is no treatment: TRTP, TRTA, TRTPN, TRTAN, TRTPG1 ...",
                },
                "description": "The variables to make; TRTP and TRTA if not given.",
            },
            "dataset": {**NAME, "description": "What has the treatments; ADSL if not given."},
        },
        "period",
    ),
    apply=_apply,
    makes=lambda args, _: _taken(args),
    reads=_reads,
    words=_words,
    kinds=lambda _, name: "Num" if name.endswith("N") else "Char",
)
