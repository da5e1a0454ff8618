"""Records of several parameters side by side: the values of AVAL that belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.findings import Severity
from converters.keys import ends
from converters.rules.picking import picked
from converters.rules.step import Analysis

Numbers = npt.NDArray[np.float64]


class Wide(NamedTuple):
    """For each group the row of one of its records, and its AVAL of each parameter (NaN: none)."""

    rows: Rows
    values: Mapping[str, Numbers]


def side_by_side(
    table: Analysis,
    codes: Sequence[str],
    by: Sequence[str],
    where: str | None = None,
    constant: Sequence[str] = (),
) -> Wide:
    """The parameters ``codes`` of each group of records with the same values of ``by``.

    Those of ``constant`` are taken once a subject, wherever they were recorded; they make no
    groups. A group's row is a record of the first of ``codes`` that it has. Records without subject
    are in no group. Different values of one parameter in a group are a finding, and none is taken.
    """
    subject = columns.tuples([table.column("USUBJID")], table.rows)
    usable = ~columns.missing(table.column("USUBJID"))
    if where:
        usable &= table.condition(where)
    which = _numbered(table, [*codes, *constant])
    rows = np.flatnonzero(usable & (which >= 0) & (which < len(codes)))
    ids = columns.tuples([columns.take(table.column(n), rows) for n in by], len(rows)).ids
    ties = [columns.take(column, rows) for column in table.made()]
    first = picked([pd.Series(ids)], [pd.Series(which[rows])], ties, last=False)
    place = np.empty(len(first), dtype=np.int64)
    place[ids[first]] = np.arange(len(first))
    found = rows[first]
    once = np.flatnonzero(usable & (which >= len(codes)))
    values = {}
    for number, code in enumerate((*codes, *constant)):
        if number < len(codes):
            mine = which[rows] == number
            values[code] = _values(table, code, rows[mine], place[ids[mine]], len(found), by)
        else:
            mine = which[once] == number
            of_subject = subject.ids[once[mine]]
            grid = _values(table, code, once[mine], of_subject, len(subject.first), by[:1])
            values[code] = grid[subject.ids[found]]
    return Wide(found, values)


def _numbered(table: Analysis, codes: Sequence[str]) -> Rows:
    """The place of each record's parameter in ``codes``, or -1; a parameter without any is told."""
    which, known = columns.parts(table.column("PARAMCD"))
    places = {code: number for number, code in enumerate(codes)}
    absent = [code for code in codes if code not in known]
    if absent and table.rows:
        message = f"no record has the PARAMCD {', '.join(absent)}"
        table.report("analysis-parameter-absent", Severity.WARNING, message, np.array([0]))
    return np.array([*(places.get(code, -1) for code in known), -1], dtype=np.int64)[which]


def _values(
    table: Analysis, code: str, rows: Rows, group: Rows, groups: int, by: Sequence[str]
) -> Numbers:
    """The one AVAL of each group; several different ones are a finding."""
    value = columns.floats(columns.to_number(columns.take(table.column("AVAL"), rows)))
    known = np.flatnonzero(~np.isnan(value))
    order = known[np.lexsort((value[known], group[known]))]
    found, last = np.full(groups, np.nan), np.full(groups, np.nan)
    found[group[order[ends(group[order], last=False)]]] = value[
        order[ends(group[order], last=False)]
    ]
    last[group[order[ends(group[order])]]] = value[order[ends(group[order])]]
    several = found < last
    if several.any():
        message = f"{code} has several values of AVAL with the same {', '.join(by)}: none is taken"
        table.report("parameter-several", Severity.ERROR, message, rows[several[group]])
    return np.where(several, np.nan, found)
