"""``count_events``: the number of another dataset's records, as a parameter of each subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from converters import columns
from converters.keys import match
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
    taken = subject_columns(args, table, rows)
    counted = rows_where(other, args.get("where"))
    subject = table.dataset(subjects_of(args)).variable("USUBJID")
    number = match(
        [columns.take(subject, rows)], [columns.take(other.variable("USUBJID"), counted)]
    ).counts()
    values = {**taken, **descriptions(args, len(rows)), "AVAL": pd.Series(number.astype(float))}
    table.add(subjects_of(args), rows, values)


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    dataset = args["dataset"]
    return Reads(
        others=(
            *of_other(dataset, "dataset", ["USUBJID"]),
            *reads_in(dataset, ("where",), args.get("where")),
            *subject_reads(args),
        )
    )


def _check(args: Mapping[str, Any]) -> Problems:
    yield from check_in(args["dataset"], ("where",), args.get("where"), condition=True)
    yield from subject_check(args)


def _words(args: Mapping[str, Any], name: str) -> str | None:
    if name != "AVAL":
        return None
    where = where_words(args)
    return (
        f"For {args['PARAMCD']}: number of the subject's records of {args['dataset']}{where};"
        " 0 if there is none."
    )


STEP = Step(
    name="count_events",
    summary="A record a subject of a parameter: the number of records in another dataset.",
    schema=closed(
        {
            **DESCRIBED,
            **SUBJECTS,
            "dataset": {**NAME, "description": "The dataset whose records are counted."},
            "where": {**NAME, "description": "A condition on the records that are counted."},
        },
        *("PARAMCD", "PARAM", "dataset"),
    ),
    apply=_apply,
    makes=lambda args, _: [*subject_taken(args), *described(args), "AVAL"],
    reads=_reads,
    check=_check,
    words=_words,
    about=about_parameter,
    adds=True,
    origin=lambda args, name: subject_origin(args, name) or parameter_origin(args, name),
)
