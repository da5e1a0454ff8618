"""A finished dataset to be looked into, its supplemental qualifiers as columns of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Dataset, Variable
from converters.keys import match
from converters.rules.picking import picked

#: Whom or what records are about: a subject, an associated person, a device.
_OWNERS = ("USUBJID", "APID", "SPDEVID")


class Finished:
    """A finished dataset; its supplemental qualifiers (SUPP--) are columns too, by their QNAM."""

    def __init__(
        self,
        dataset: Dataset,
        file: str,
        supplemental: Dataset | None = None,
        declared: Sequence[str] = (),
    ) -> None:
        """``file`` is its path in the package, for findings and traces.

        ``declared`` are qualifiers that it has by its spec, though no record may have them.
        """
        self.name, self.dataset, self.file = dataset.name, dataset, file
        self._supplemental, self._declared = supplemental, tuple(declared)
        self._qualifiers: dict[str, pd.Series] = {}

    @property
    def rows(self) -> int:
        """How many records there are."""
        return len(self.dataset.frame)

    @cached_property
    def qualifiers(self) -> tuple[str, ...]:
        """The names of the supplemental qualifiers."""
        if self._supplemental is None:
            return self._declared
        found = self._supplemental.metadata.value_level
        present = columns.parts(self._supplemental.frame["QNAM"]).values
        levels = (item.where[0].values[0] for item in found)
        return tuple(dict.fromkeys((*self._declared, *levels, *present)))

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, and after them the supplemental qualifiers."""
        return (*map(str, self.dataset.frame), *self.qualifiers)

    def variable(self, name: str) -> pd.Series:
        """A variable, or a supplemental qualifier; without any value where there is neither.

        A plan may know a qualifier that no record has.
        """
        if name in self.dataset.frame:
            return self.dataset.frame[name]
        if name not in self._qualifiers:
            self._qualifiers[name] = self._qualifier(name)
        return self._qualifiers[name]

    def described(self, name: str) -> Variable | None:
        """What the dataset's metadata say of a variable or a qualifier."""
        for item in self.dataset.metadata.variables:
            if item.name == name:
                return item
        levels = self._supplemental.metadata.value_level if self._supplemental else ()
        found = (item.definition for item in levels if item.where[0].values == (name,))
        return next(found, None)

    @cached_property
    def subjects(self) -> Mapping[str, int]:
        """A record of each subject, as the number of its row: the only one, or one of several."""
        codes, values = columns.parts(self.variable("USUBJID"))
        rows = np.full(len(values), -1, dtype=np.int64)
        known = np.flatnonzero(codes >= 0)
        rows[codes[known]] = known
        return dict(zip(values, rows.tolist(), strict=True))

    def rows_with(self, name: str) -> Mapping[str, int]:
        """The row of each subject's record; of several with a variable's lowest value."""
        if len(self.subjects) == self.rows or not self.rows:
            return self.subjects
        group, value = self.variable("USUBJID"), self.variable(name)
        rows = picked([group], [value], [], last=False)
        found = columns.to_list(columns.take(group, rows))
        return {subject: row for subject, row in zip(found, rows.tolist(), strict=True) if subject}

    def several(self, name: str) -> frozenset[str]:
        """The subjects that have several values of a variable."""
        if len(self.subjects) == self.rows:
            return frozenset()
        subject, value = self.variable("USUBJID"), self.variable(name)
        distinct = columns.tuples([subject, value], self.rows).first
        codes, values = columns.parts(columns.take(subject, distinct))
        return frozenset(values[n] for n in np.flatnonzero(np.bincount(codes[codes >= 0]) > 1))

    def _qualifier(self, name: str) -> pd.Series:
        """The QVAL of each record, found as IDVAR and IDVARVAL say (SDTMIG 8.4)."""
        if self._supplemental is None:
            return columns.constant(None, self.rows)
        frame = self._supplemental.frame
        is_name = (frame["QNAM"] == name).to_numpy(dtype=bool)
        by, variables = columns.parts(frame["IDVAR"])
        chosen = np.full(self.rows, -1, dtype=np.int64)
        for code in (-1, *range(len(variables))):
            rows = np.flatnonzero(is_name & (by == code))
            if len(rows):
                last = self._matched(rows, variables[code] if code >= 0 else "")
                chosen = np.where(last >= 0, np.append(rows, -1)[last], chosen)
        return columns.take(frame["QVAL"], chosen)

    def _matched(self, rows: Rows, variable: str) -> Rows:
        """For each record here the last of those rows of SUPP-- that is about it, or -1."""
        frame = self._supplemental.frame if self._supplemental else pd.DataFrame()
        shared = [name for name in _OWNERS if name in frame and name in self.dataset.frame]
        mine, theirs = [self.variable(n) for n in shared], [frame[n] for n in shared]
        if variable:
            mine.append(self.variable(variable))
            theirs.append(frame["IDVARVAL"])
        matched = match(mine, [columns.take(column, rows) for column in theirs])
        return matched.last(np.arange(len(rows)))


def finished(
    datasets: Mapping[str, Dataset],
    folder: str,
    declared: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Finished]:
    """All datasets of one package but for SUPP--, which become columns of their parents.

    ``declared`` are the qualifiers of each that its spec has.
    """
    return {
        name: Finished(
            dataset,
            f"{folder}/{name.lower()}.xpt",
            datasets.get(f"SUPP{name}"[:8]),
            (declared or {}).get(name, ()),
        )
        for name, dataset in datasets.items()
        if not name.startswith("SUPP")
    }
