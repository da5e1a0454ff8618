"""``derived_parameter``: a parameter computed from others, such as BMI (ADaMIG 1.3, 4.2).

Each group of records gives one. What is measured once, such as HEIGHT, is ``constant`` (admiral:
derive_param_computed).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.mapping.expressions import ExpressionError, Ref, parse
from converters.rules.english import listed
from converters.rules.parameter import (
    DESCRIBED,
    GROUPED,
    about_parameter,
    append_parameter,
    described,
    group_of,
    parameter_origin,
)
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, NAMES, Analysis, Step, at, closed
from converters.rules.wide import side_by_side


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    constant = list(args.get("constant", ()))
    codes = [code for code in _parameters(args) if code not in constant]
    rows, values = side_by_side(table, codes, group_of(args), args.get("where"), constant)
    complete = ~np.any([np.isnan(column) for column in values.values()], axis=0)
    chosen = np.flatnonzero(complete | bool(args.get("missing")))
    rows = rows[chosen]

    def value(ref: Ref) -> pd.Series:
        if ref.scope is None:
            return pd.Series(values[ref.name][chosen])
        return table.formula(f"{ref.scope}.{ref.name}", rows)

    result = columns.to_number(parse(args["formula"]).evaluate(value, len(rows)))
    append_parameter(args, table, rows, {"AVAL": result})


def _refs(args: Mapping[str, Any]) -> list[Ref]:
    """What the formula names, as far as it can be read."""
    try:
        return sorted(parse(args["formula"]).refs, key=lambda ref: (ref.scope or "", ref.name))
    except ExpressionError:
        return []


def _parameters(args: Mapping[str, Any]) -> list[str]:
    """The parameters that the formula names, in the order in which it does."""
    text = args["formula"]
    return sorted({ref.name for ref in _refs(args) if ref.scope is None}, key=text.find)


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    return Reads(
        columns=(
            *at("by", group_of(args)),
            *at("keep", args.get("keep", ())),
            *at("formula", ("PARAMCD", "AVAL")),
        ),
        variables=at("by", ["STUDYID"]),
        expressions=at("where", [args["where"]] if "where" in args else []),
        others=tuple(
            (("formula",), (ref.scope, ref.name)) for ref in _refs(args) if ref.scope is not None
        ),
    )


def _check(args: Mapping[str, Any]) -> Problems:
    try:
        parse(args["formula"])
    except ExpressionError as error:
        yield ("formula",), f"{error}, in the expression: {args['formula']}"
        return
    named = _parameters(args)
    for number, code in enumerate(args.get("constant", ())):
        if code not in named:
            yield ("constant", number), f"the formula does not name the parameter {code}"
    if not set(named) - set(args.get("constant", ())):
        yield ("formula",), "it names no parameter that is not constant: nothing to make records of"


def _words(args: Mapping[str, Any], name: str) -> str | None:
    if name != "AVAL":
        return None
    once = args.get("constant", ())
    constant = f" ({listed(once)}: once a subject)" if once else ""
    where = f", in records where {parse(args['where']).words()}" if "where" in args else ""
    words = parse(args["formula"]).words()
    of = f"of these parameters within {listed(group_of(args))}{constant}{where}"
    return f"For {args['PARAMCD']}: computed as {words}, from AVAL {of}."


STEP = Step(
    name="derived_parameter",
    summary="Records of a parameter that is computed from AVAL of others.",
    schema=closed(
        {
            **DESCRIBED,
            **GROUPED,
            "formula": {
                **NAME,
                "description": "An expression of parameters, such as WEIGHT / (HEIGHT / 100) ** 2.",
            },
            "constant": {**NAMES, "description": "Parameters that are taken once a subject."},
            "where": {**NAME, "description": "The records whose values are used."},
            "missing": {
                "type": "boolean",
                "description": "Whether there is a record, without AVAL, if a value is missing.",
            },
        },
        *("PARAMCD", "PARAM", "by", "formula"),
    ),
    apply=_apply,
    makes=lambda args, _: [*described(args), "AVAL"],
    reads=_reads,
    check=_check,
    words=_words,
    about=about_parameter,
    adds=True,
    origin=parameter_origin,
)
