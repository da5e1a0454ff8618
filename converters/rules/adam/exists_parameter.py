"""``exists_parameter``: whether another dataset has a record, as a parameter of each subject.

AVALC is Y or N (admiral: derive_param_exist_flag).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.keys import match
from converters.mapping.expressions import parse
from converters.rules.others import (
    SUBJECTS,
    check_in,
    reads_in,
    rows_where,
    subject_check,
    subject_columns,
    subject_origin,
    subject_reads,
    subject_rows,
    subject_taken,
    subjects_of,
    where_words,
)
from converters.rules.parameter import (
    DESCRIBED,
    about_parameter,
    described,
    descriptions,
    parameter_origin,
)
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, Analysis, Step, closed, of_other


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    other, rows = table.dataset(args["dataset"]), subject_rows(args, table)
    subject = columns.take(table.dataset(subjects_of(args)).variable("USUBJID"), rows)
    looked_at = rows_where(other, args.get("where"))
    theirs = match([subject], [columns.take(other.variable("USUBJID"), looked_at)])
    met = np.isin(looked_at, rows_where(other, args.get("when")))
    answer = np.where(theirs.counts(np.flatnonzero(met)) > 0, 0, 1)
    if args.get("missing"):
        answer = np.where(theirs.counts() > 0, answer, -1)
    values = {
        **subject_columns(args, table, rows),
        **descriptions(args, len(rows)),
        "AVAL": pd.Series(np.array([1.0, 0.0, np.nan])[answer]),
        "AVALC": columns.from_codes(answer, ["Y", "N"]),
    }
    table.add(subjects_of(args), rows, values)


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    dataset = args["dataset"]
    return Reads(
        others=(
            *of_other(dataset, "dataset", ["USUBJID"]),
            *reads_in(dataset, ("where",), args.get("where")),
            *reads_in(dataset, ("when",), args.get("when")),
            *subject_reads(args),
        )
    )


def _check(args: Mapping[str, Any]) -> Problems:
    for key in ("where", "when"):
        yield from check_in(args["dataset"], (key,), args.get(key), condition=True)
    yield from subject_check(args)


def _words(args: Mapping[str, Any], name: str) -> str | None:
    if name not in ("AVAL", "AVALC"):
        return None
    yes, no = ('"Y"', '"N"') if name == "AVALC" else ("1", "0")
    when = [parse(args[key]).words() for key in ("where", "when") if key in args]
    where = f" where {' and '.join(when)}" if when else ""
    none = "; missing without any record" + where_words(args) if args.get("missing") else ""
    met = f"{yes} if the subject has a record in {args['dataset']}{where}"
    return f"For {args['PARAMCD']}: {met}; else {no}{none}."


STEP = Step(
    name="exists_parameter",
    summary="A record a subject of a parameter: whether another dataset has a record.",
    schema=closed(
        {
            **DESCRIBED,
            **SUBJECTS,
            "dataset": {**NAME, "description": "The dataset to look into."},
            "where": {**NAME, "description": "The records that are looked at; all if not given."},
            "when": {**NAME, "description": "What one of them must meet; anything if not given."},
            "missing": {
                "type": "boolean",
                "description": "Whether it is missing, and not N, without a record to look at.",
            },
        },
        *("PARAMCD", "PARAM", "dataset"),
    ),
    apply=_apply,
    makes=lambda args, _: [*subject_taken(args), *described(args), "AVAL", "AVALC"],
    reads=_reads,
    check=_check,
    words=_words,
    about=about_parameter,
    adds=True,
    origin=lambda args, name: subject_origin(args, name) or parameter_origin(args, name),
)
