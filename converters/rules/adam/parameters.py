"""``parameters``: PARAMCD, PARAM and AVAL, one record for each parameter that takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Origin
from converters.mapping.document import scalar_text
from converters.mapping.expressions import parse
from converters.rules.english import listed, lowered, value_words
from converters.rules.parameter import DESCRIBED, NUMBERS, RESULTS, described
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, Analysis, Step, closed

Parameters = Sequence[Mapping[str, Any]]

#: What no parameter takes is excluded, and for this reason.
REASON = "no parameter takes it"


def _apply(args: Parameters, table: Analysis, _: str) -> None:
    taken = [np.flatnonzero(_mask(item, table)) for item in args]
    which = np.repeat(np.arange(len(args)), [len(rows) for rows in taken])
    table.take(np.concatenate(taken).astype(np.int64), REASON)
    for name in _makes(args):
        if name in RESULTS:
            table.put(name, _result(args, name, which, table))
        elif name in NUMBERS:
            values = np.array([float(item.get(name, np.nan)) for item in args])
            table.put(name, pd.Series(values[which]))
        else:
            texts = [scalar_text(item[name]) if name in item else None for item in args]
            table.put(name, columns.from_codes(which, texts))


def _mask(item: Mapping[str, Any], table: Analysis) -> Any:
    return table.condition(item["where"]) if "where" in item else np.ones(table.rows, dtype=bool)


def _result(args: Parameters, name: str, which: Rows, table: Analysis) -> pd.Series:
    """AVAL or AVALC: each expression is evaluated once, for all parameters that have it."""
    texts = dict.fromkeys(item[name] for item in args if name in item)
    pieces, places = [], []
    for text in texts:
        numbers = [n for n, item in enumerate(args) if item.get(name) == text]
        rows = np.flatnonzero(np.isin(which, numbers))
        pieces.append(table.formula(text, rows))
        places.append(rows)
    order = np.full(table.rows, -1, dtype=np.int64)
    order[np.concatenate(places)] = np.arange(sum(map(len, places)))
    return columns.take(columns.concat(pieces), order)


def _makes(args: Parameters, _: str = "") -> list[str]:
    stated = {name for item in args for name in item}
    return [*described(dict.fromkeys(stated)), *(name for name in RESULTS if name in stated)]


def _reads(args: Parameters, _: str) -> Reads:
    keys = ("where", *RESULTS)
    found = [((n, key), item[key]) for n, item in enumerate(args) for key in keys if key in item]
    return Reads(expressions=tuple(found))


def _check(args: Parameters) -> Problems:
    names: dict[str, Any] = {}
    for number, item in enumerate(args):
        code, described = item["PARAMCD"], (item["PARAM"], item.get("PARAMN"))
        if names.setdefault(code, described) != described:
            yield (number,), f"{code} has two names or numbers: PARAM and PARAMN go with PARAMCD"
    for key, place in (("PARAM", 0), ("PARAMN", 1)):
        seen: dict[Any, str] = {}
        for code, described in names.items():
            value = described[place]
            if value is not None and seen.setdefault(value, code) != code:
                yield (), f"{seen[value]} and {code} have the same {key}: {value}"


def _words(args: Parameters, name: str) -> str | None:
    if name not in RESULTS:
        return None
    codes: dict[str, dict[str, None]] = {}
    for item in args:
        if name in item:
            codes.setdefault(item[name], {})[item["PARAMCD"]] = None
    if len(codes) == 1:
        return value_words(*codes)
    return " ".join(f"For {listed(of)}: {lowered(value_words(t))}" for t, of in codes.items())


def _origin(args: Parameters, name: str) -> Origin:
    """A result that is one column for all parameters is a copy of it."""
    texts = {item[name] for item in args if name in item}
    column = parse(next(iter(texts))).column if name in RESULTS and len(texts) == 1 else None
    if column is not None and column.scope in (None, "raw"):
        return Origin("Predecessor", "", column.name)
    return Origin("Derived" if name in RESULTS else "Assigned", "Sponsor")


def _about(args: Parameters, code: str) -> Parameters | None:
    return [item for item in args if item["PARAMCD"] == code] or None


_PARAMETER = closed(
    {
        **DESCRIBED,
        "where": {**NAME, "description": "The records that it takes; all if not given."},
        **{name: {**NAME, "description": f"An expression for {name}."} for name in RESULTS},
    },
    "PARAMCD",
    "PARAM",
)

STEP = Step(
    name="parameters",
    summary="The parameters: which records each takes, and their analysis values.",
    schema={"type": "array", "minItems": 1, "items": _PARAMETER},
    apply=_apply,
    makes=_makes,
    reads=_reads,
    check=_check,
    words=_words,
    about=_about,
    origin=_origin,
)
