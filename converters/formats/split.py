"""Split a dataset whose transport file would be too large into parts that are not.

A reviewer's systems take files up to 5 GB (FDA, Study Data Technical Conformance Guide: the parts
are submitted beside the whole). A part holds whole categories, else whole subjects, else records.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from converters import columns
from converters.dataset import Dataset
from converters.formats import xpt_check
from converters.formats.cases import Cases
from converters.formats.xpt_layout import CARD, LIMITS, XptHeader, XptStamp, pad

#: The size in bytes over which a transport file is split.
LIMIT = 5_000_000_000

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """One part: its dataset's name, its ``rows`` (0-based, ascending), bytes, and what it holds.

    ``values`` are the categories that it holds, where it is split by a variable.
    """

    name: str
    rows: Rows
    bytes: int
    values: tuple[str, ...] = ()

    def of(self, dataset: Dataset) -> Dataset:
        """The part as a dataset of its own."""
        metadata = replace(dataset.metadata, name=self.name, records=len(self.rows))
        frame = dataset.frame.iloc[self.rows].reset_index(drop=True)
        trace = dataset.trace.iloc[self.rows].reset_index(drop=True) if len(dataset.trace) else None
        return Dataset(metadata, frame) if trace is None else Dataset(metadata, frame, trace)


def split_dataset(dataset: Dataset, by: str = "", limit: int = LIMIT) -> list[Part]:
    """The parts of a dataset whose transport file is larger than ``limit`` bytes; else none.

    ``by`` is the variable whose values stay together (LBCAT, PARCAT1). A value that is too large
    for one part, and a dataset without ``by``, is split between subjects (USUBJID); a subject that
    is too large, between records.

    Raises:
        ValueError: the limit does not hold the headers and one record.
    """
    head, record = _sizes(dataset)
    rows = len(dataset.frame)
    most = (limit - head) // CARD * CARD // record  # the last card is filled up
    if head + rows * record + pad(rows * record) <= limit:
        return []
    if most < 1:
        raise ValueError(f"{limit} bytes do not hold the headers and one record of {dataset.name}")
    pieces = list(_by_value(dataset, by, most) if by else _by_subject(dataset, None, most))
    stem = dataset.name[: LIMITS[5].dataset_name - len(str(len(pieces)))]
    return [
        Part(
            f"{stem}{number}",
            part,
            head + len(part) * record + pad(len(part) * record),
            values,
        )
        for number, (part, values) in enumerate(pieces, start=1)
    ]


def _sizes(dataset: Dataset) -> tuple[int, int]:
    """The bytes before the records, and of a record, in a transport file of version 5."""
    stamp = XptStamp(created=datetime(1960, 1, 1), modified=datetime(1960, 1, 1))
    plan = xpt_check.plan(dataset.metadata, XptHeader(stamp, stamp), Cases(dataset.name))
    return len(plan.head), sum(item.length for _, item in plan.items)


def _by_value(dataset: Dataset, by: str, most: int) -> Iterator[tuple[Rows, tuple[str, ...]]]:
    """Whole values one after another, in alphabetical order, as many as a part holds."""
    codes, values = columns.parts(dataset.frame[by])
    groups = [("", np.flatnonzero(codes < 0))] if (codes < 0).any() else []
    order = sorted(range(len(values)), key=values.__getitem__)
    groups += [(values[code], np.flatnonzero(codes == code)) for code in order]
    held: list[Rows] = []
    names: list[str] = []
    for name, rows in groups:
        if held and sum(map(len, held)) + len(rows) > most:
            yield np.sort(np.concatenate(held)), tuple(names)
            held, names = [], []
        if len(rows) > most:
            yield from ((piece, (name,)) for piece, _ in _by_subject(dataset, rows, most))
        else:
            held.append(rows)
            names.append(name)
    if held:
        yield np.sort(np.concatenate(held)), tuple(names)


def _by_subject(
    dataset: Dataset, rows: Rows | None, most: int
) -> Iterator[tuple[Rows, tuple[str, ...]]]:
    """Rows one after another, a part ending with a subject where it can."""
    rows = np.arange(len(dataset.frame)) if rows is None else rows
    ends = np.array([len(rows)])
    if "USUBJID" in dataset.frame:
        subject = columns.parts(dataset.frame["USUBJID"]).codes[rows]
        ends = np.append(np.flatnonzero(np.diff(subject)) + 1, len(rows))
    start = 0
    while start < len(rows):
        fitting = ends[(ends > start) & (ends <= start + most)]
        stop = int(fitting[-1]) if len(fitting) else min(start + most, len(rows))
        yield rows[start:stop], ()
        start = stop
