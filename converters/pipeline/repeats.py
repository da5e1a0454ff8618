"""Repeats among the raw records of a block: the same record twice, and measurements repeated."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.findings import Severity
from converters.keys import ends, in_order
from converters.mapping.document import Path_
from converters.mapping.spec import BlockSpec, Keep
from converters.pipeline.account import Fate
from converters.pipeline.notes import Notes
from converters.pipeline.raw import Raw
from converters.quantities import decimal_text, numbers, quantity

REPEATED = "repeated record"

#: What decides beside ``by``: each pick's other keys, the needed ones first.
_ORDERED, _VALUED = ("first", "last"), ("lowest", "highest", "worst", "average")


def keep_problems(keep: Keep) -> Iterator[tuple[Path_, str]]:
    """What a ``keep`` lacks, or has in vain: (place, message)."""
    pick, has = keep.pick, {"value": keep.value, "order": keep.order, "worst": keep.worst_by}
    for key, picks in (("order", _ORDERED), ("value", _VALUED), ("worst", ("worst",))):
        if pick in picks and not has[key]:
            yield keep.path, f"'pick: {pick}' needs '{key}'"
    for key, picks in (("value", _VALUED), ("worst", ("worst",))):
        if has[key] and pick not in picks:
            yield (*keep.path, key), f"'{key}' has no meaning with 'pick: {pick}'"
    if keep.digits is not None and pick != "average":
        yield (*keep.path, "digits"), f"'digits' has no meaning with 'pick: {pick}'"


class Repeats:
    """The records of a block while repeats are taken out.

    ``raw`` has the means in place of the values that they are of; ``merged`` are the records that
    went into another one's mean, ``into`` which.
    """

    def __init__(self, raw: Raw, fate: Fate, notes: Notes) -> None:
        """Every record that is mapped so far stands for itself."""
        self.raw, self.fate, self.notes = raw, fate, notes
        self.merged = np.zeros(raw.rows, dtype=bool)
        self._into: list[tuple[Rows, Rows]] = []

    def take_out(self, spec: BlockSpec) -> None:
        """``distinct``, then each ``keep``, on the records that are still there."""
        if spec.distinct is not None:
            names = spec.distinct or tuple(self.raw.names)
            rows = self.rows()
            group = columns.tuples(self._columns(names, rows), len(rows)).ids
            order = in_order([group], lambda: self._place(self.raw.names, rows))
            first = rows[order[ends(group[order], last=False)]]
            self._exclude(np.setdiff1d(rows, first), REPEATED)
        for keep in spec.keep:
            self._keep(keep)

    def rows(self) -> Rows:
        """The records that are still there."""
        return np.flatnonzero(self.fate.mapped & ~self.merged)

    def settle(self) -> None:
        """Gives records that went into a mean the fate of the record that has it."""
        for rows, into in reversed(self._into):
            self.fate.reason[rows] = self.fate.reason[into]

    def _keep(self, keep: Keep) -> None:
        rows = self.rows()
        group = columns.tuples(self._columns(keep.by, rows), len(rows)).ids
        keys = [group, *self._merits(keep, rows, group), self._place(keep.order, rows)]
        order = in_order(keys, lambda: self._place(self.raw.names, rows))
        chosen = order[ends(group[order], last=keep.pick == "last")]
        stays = np.zeros(len(rows), dtype=bool)
        stays[chosen] = True
        if keep.pick == "average":
            stays |= self._average(keep, rows, group, chosen)
        self._exclude(rows[~stays], keep.reason)

    def _merits(self, keep: Keep, rows: Rows, group: Rows) -> list[npt.NDArray[Any]]:
        """What comes before the order: numbers before others, the lowest (or highest) first."""
        if keep.pick in _ORDERED:
            return []
        value, sign = numbers(columns.take(self.raw.variable(keep.value), rows))
        if keep.pick == "average":
            return [_no_number(value, sign)]
        upwards = {"lowest": 1, "highest": -1}
        if keep.pick == "worst":
            way = self._ways(keep, rows, group)
        else:
            way = np.full(len(rows), upwards[keep.pick])
        return [np.isnan(value), way * np.nan_to_num(value), way * sign]

    def _ways(self, keep: Keep, rows: Rows, group: Rows) -> npt.NDArray[np.int64]:
        """Of each record whether low (1) or high (-1) is worse; 0, a finding, if nothing says."""
        column = columns.take(self.raw.variable(keep.worst_by), rows)
        codes, values = columns.parts(column)
        table = {"lowest": 1, "highest": -1}
        way = np.array([*(table.get(keep.worst.get(v, ""), 0) for v in values), 0])[codes]
        repeated = np.bincount(group, minlength=1)[group] > 1
        for code in np.unique(codes[repeated & (way == 0)]):
            found = rows[repeated & (codes == code)]
            value = values[code] if code >= 0 else None
            message = (
                f"'worst' does not say of {keep.worst_by} '{value or ''}' whether low or high is"
                " worse: the first repeat is kept"
            )
            first = int(found[0])
            self.notes.add(
                "worst-not-stated", Severity.ERROR, message, "", len(found), self.raw, first, value
            )
        return way

    def _average(self, keep: Keep, rows: Rows, group: Rows, chosen: Rows) -> npt.NDArray[np.bool_]:
        """Puts the mean of each group's numbers into its chosen record; which records are in it."""
        codes, values = columns.parts(columns.take(self.raw.variable(keep.value), rows))
        amounts = [number if not sign else None for sign, number in map(quantity, values)]
        counted = np.array([*(amount is not None for amount in amounts), False])[codes]
        in_mean = np.flatnonzero(counted)
        in_mean = in_mean[np.argsort(group[in_mean], kind="stable")]
        starts = ends(group[in_mean], last=False)
        record = np.full(int(group.max(initial=-1)) + 1, -1, dtype=np.int64)
        record[group[chosen]] = chosen
        into = record[group[in_mean]]
        self._into.append((rows[in_mean[in_mean != into]], rows[into[in_mean != into]]))
        self.merged[self._into[-1][0]] = True
        means = _means(amounts, codes[in_mean].astype(np.int64), starts, keep.digits)
        several = np.diff(np.append(starts, len(in_mean))) > 1
        self._replace(keep.value, rows[into[starts[several]]], means, np.flatnonzero(several))
        return counted

    def _replace(self, name: str, rows: Rows, values: pd.Series, taken: Rows) -> None:
        before = self.raw.variable(name)
        stacked = columns.concat([before, columns.take(values, taken)])
        place = np.arange(len(before))
        place[rows] = len(before) + np.arange(len(rows))
        column = columns.take(stacked, place)
        self.raw = self.raw.with_columns({name: lambda: column})

    def _exclude(self, rows: Rows, reason: str) -> None:
        mask = np.zeros(self.raw.rows, dtype=bool)
        mask[rows] = True
        self.fate.put(mask, "excluded", reason)

    def _columns(self, names: Iterable[str], rows: Rows) -> list[pd.Series]:
        return [columns.take(self.raw.variable(name), rows) for name in names]

    def _place(self, names: Iterable[str], rows: Rows) -> npt.NDArray[np.int64]:
        return columns.sort_key(self._columns(names, rows), len(rows))


def _no_number(value: npt.NDArray[Any], sign: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(np.isnan(value) | (sign != 0))


def _means(
    amounts: Sequence[Fraction | None], codes: Rows, starts: Rows, digits: int | None
) -> pd.Series:
    """The exact mean of each run of records, as decimal text; once for each sum and number."""
    known = [amount or Fraction(0) for amount in amounts]
    scale = math.lcm(*(amount.denominator for amount in known))
    whole = np.array([int(amount * scale) for amount in known], dtype=object)
    if not len(starts):
        return columns.constant(None, 0)
    sum_of, sums = pd.factorize(np.add.reduceat(whole[codes], starts))
    counts = np.diff(np.append(starts, len(codes)))
    most = int(counts.max()) + 1
    found, distinct = pd.factorize(sum_of * most + counts)
    means = [Fraction(int(sums[key // most]), key % most * scale) for key in distinct.tolist()]
    return columns.from_codes(found, [decimal_text(mean, digits) for mean in means])
