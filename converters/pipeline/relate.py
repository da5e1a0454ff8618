"""Relationships between records or datasets, as records of RELREC (SDTMIG 8.2 and 8.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.findings import Severity
from converters.keys import match
from converters.mapping.expressions import parse
from converters.mapping.special import RELATED_COLUMNS, Relationship, Side
from converters.pipeline.account import Fate
from converters.pipeline.notes import Notes
from converters.pipeline.raw import Raw

if TYPE_CHECKING:
    from converters.pipeline.plan import DatasetPlan
    from converters.pipeline.work import Work

_ABSENT = "related-record-absent"


@dataclass(frozen=True)
class _Related:
    """Records of RELREC, and the raw record of each."""

    columns: Mapping[str, pd.Series]
    origin: npt.NDArray[np.int32]
    record: Rows


def related_variables(
    relationship: Relationship, datasets: Mapping[str, DatasetPlan]
) -> Iterator[tuple[Side, str]]:
    """What is read of each side's dataset."""
    for side in relationship.sides:
        yield side, "USUBJID"
        yield side, side.variable
        plan = datasets.get(side.dataset)
        if relationship.kind == "sequence" and plan is not None:
            yield side, f"{plan.domain.prefix}SEQ"


def related_records(
    relationships: Sequence[Relationship],
    works: Mapping[str, Work],
    sources: Mapping[str, Raw],
    notes: Notes,
    origin: int,
) -> tuple[Raw, list[tuple[str, Fate]]]:
    """The records of all relationships, and what became of the sources' records.

    ``origin`` is the number of the file that states them, which is what the relationship of whole
    datasets is traced to.
    """
    found: list[_Related] = []
    fates: list[tuple[str, Fate]] = []
    for number, item in enumerate(relationships, start=1):
        if item.kind == "datasets":
            found.append(_datasets(item, works, notes, origin, number))
        elif item.kind == "source":
            related, fate = _of_source(item, works, sources[item.source], notes)
            found.append(related)
            fates.append((item.source, fate))
        else:
            found.append(_shared(item, works))
    makers = {
        name: partial(columns.concat, [item.columns[name] for item in found])
        for name in RELATED_COLUMNS
    }
    origins = np.concatenate([item.origin for item in found])
    return Raw("", makers, origins, np.concatenate([item.record for item in found])), fates


def _shared(item: Relationship, works: Mapping[str, Work]) -> _Related:
    """For each subject and value that several datasets have, the records of each of them."""
    sides = [works[side.dataset] for side in item.sides]
    subject = columns.concat([work.variable("USUBJID") for work in sides])
    value = columns.concat(
        [_text(w.variable(s.variable)) for w, s in zip(sides, item.sides, strict=True)]
    )
    which = np.repeat(np.arange(len(sides)), [work.rows for work in sides])
    ids = columns.tuples([subject, value], len(value)).ids
    ids[columns.missing(subject) | columns.missing(value)] = -1
    size = len(sides)
    sides_of = np.bincount(
        np.unique((ids + 1) * size + which) // size, minlength=ids.max(initial=-1) + 2
    )
    several = sides_of > 1
    several[0] = False
    rows = np.flatnonzero(several[ids + 1])
    if item.kind == "sequence":
        names = [f"{work.plan.domain.prefix}SEQ" for work in sides]
        named = columns.concat([_text(w.variable(n)) for w, n in zip(sides, names, strict=True)])
    else:
        names, named = [side.variable for side in item.sides], value
        rows = rows[
            _first_of([columns.take(subject, rows), columns.take(value, rows)], which[rows])
        ]
    origin = np.concatenate([work.origin for work in sides])
    record = np.concatenate([work.record for work in sides])
    return _Related(
        {
            "USUBJID": columns.take(subject, rows),
            "RDOMAIN": columns.from_codes(which[rows], [work.plan.domain.name for work in sides]),
            "IDVAR": columns.from_codes(which[rows], names),
            "IDVARVAL": columns.take(named, rows),
            "RELTYPE": columns.constant(None, len(rows)),
            "RELID": _named(item, columns.take(value, rows)),
        },
        origin[rows],
        record[rows],
    )


def _first_of(keys: Sequence[pd.Series], which: npt.NDArray[np.int64]) -> Rows:
    """The first row of each distinct combination, in order."""
    side = pd.Series(which.astype(np.float64))
    return np.sort(columns.tuples([*keys, side], len(which)).first)


def _named(item: Relationship, value: pd.Series) -> pd.Series:
    return columns.map_text(value, lambda values: [item.prefix + text for text in values])


def _of_source(
    item: Relationship, works: Mapping[str, Work], raw: Raw, notes: Notes
) -> tuple[_Related, Fate]:
    """For each raw record that names a record of every side, these records."""
    fate = Fate.of(raw.rows)
    if item.where:
        holds = parse(item.where).test(lambda ref: raw.variable(ref.name), raw.rows)
        fate.put(~holds, "excluded", f"not ({item.where})")
    values = [_value(raw, side, works[side.dataset]) for side in item.sides]
    for side, value in zip(item.sides, values, strict=True):
        fate.put(columns.missing(value), "excluded", f"names no record of {side.dataset}")
    subject = raw.variable("USUBJID")
    for side, value in zip(item.sides, values, strict=True):
        _reject_lost(side, works[side.dataset], [subject, value], raw, fate, notes)
    rows = np.flatnonzero(fate.mapped)
    size = len(item.sides)
    which, parent = np.repeat(np.arange(size), len(rows)), np.tile(rows, size)
    made = {
        "USUBJID": columns.take(subject, parent),
        "RDOMAIN": columns.from_codes(
            which, [works[side.dataset].plan.domain.name for side in item.sides]
        ),
        "IDVAR": columns.from_codes(which, [side.variable for side in item.sides]),
        "IDVARVAL": columns.concat([columns.take(value, rows) for value in values]),
        "RELTYPE": columns.constant(None, len(parent)),
        "RELID": columns.take(_named(item, values[0]), parent),
    }
    kept = np.sort(columns.tuples(list(made.values()), len(parent)).first)
    taken = {name: columns.take(column, kept) for name, column in made.items()}
    return _Related(taken, raw.origin[parent[kept]], raw.record[parent[kept]]), fate


def _value(raw: Raw, side: Side, work: Work) -> pd.Series:
    """What a raw column names, as the dataset's variable has it."""
    column = columns.map_text(
        raw.variable(side.column), lambda values: [value.strip() or None for value in values]
    )
    if columns.is_number(work.variable(side.variable)):
        column = columns.map_text(column, lambda values: [_plain(value) for value in values])
    return column


def _plain(value: str) -> str:
    number = columns.parse_number(value)
    return value if np.isnan(number) else columns.number_text(number)


def _reject_lost(
    side: Side, work: Work, keys: list[pd.Series], raw: Raw, fate: Fate, notes: Notes
) -> None:
    """Raw records that name what the dataset does not have are rejected, a finding a value."""
    matched = match(keys, [work.variable("USUBJID"), work.variable(side.variable)])
    lost = fate.mapped & (matched.counts() == 0)
    fate.put(lost, "rejected", f"{side.dataset} has no record with this {side.variable}")
    codes, values = columns.parts(keys[1])
    ids = np.where(lost, codes, -1)
    words = (
        f"{side.dataset} has no record of the subject with the {side.variable} that"
        f" {side.column} of '{raw.name}' names"
    )
    cases = {
        number: (values[number], f"'{values[number]}': {words}")
        for number in np.unique(codes[lost]).tolist()
    }
    notes.groups(
        _ABSENT, Severity.ERROR, "IDVARVAL", ids, cases, raw.origin, raw.record, ("SD0077",)
    )


def _datasets(
    item: Relationship, works: Mapping[str, Work], notes: Notes, origin: int, number: int
) -> _Related:
    """Datasets that are related as a whole: no subject and no value, but ONE or MANY."""
    size = len(item.sides)
    types = [_type(side, works[side.dataset], notes, origin, number) for side in item.sides]
    return _Related(
        {
            "USUBJID": columns.constant(None, size),
            "RDOMAIN": columns.text(works[side.dataset].plan.domain.name for side in item.sides),
            "IDVAR": columns.text(side.variable for side in item.sides),
            "IDVARVAL": columns.constant(None, size),
            "RELTYPE": columns.text(types),
            "RELID": columns.constant(item.prefix, size),
        },
        np.full(size, origin, dtype=np.int32),
        np.full(size, number, dtype=np.int64),
    )


def _type(side: Side, work: Work, notes: Notes, origin: int, number: int) -> str:
    """MANY where a subject has several records with one value; ONE may be stated wrongly."""
    value = work.variable(side.variable)
    rows = np.flatnonzero(~columns.missing(value))
    keys = [columns.take(column, rows) for column in (work.variable("USUBJID"), value)]
    repeated = len(rows) - len(columns.tuples(keys, len(rows)).first)
    found = "MANY" if repeated else "ONE"
    if side.type == "ONE" and repeated:
        message = (
            f"RELTYPE: {side.dataset} is said to have ONE record for each {side.variable}, and has"
            " several"
        )
        notes.place(
            "several-related-records", Severity.ERROR, message, "RELTYPE", repeated, origin, number,
            "ONE",
        )  # fmt: skip
    return side.type or found


def _text(column: pd.Series) -> pd.Series:
    return columns.map_text(column, list) if columns.is_number(column) else column
