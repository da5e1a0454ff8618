"""Raw records as the rules see them: columns of text by name, and where each record came from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.mapping.document import scalar_text


class Raw:
    """Records under one name; columns are made when they are first asked for.

    ``origin`` (a number in the run's list of files) and ``record`` (1-based in that file) say where
    each row came from, ``parent`` which row of the source it is.
    """

    def __init__(
        self,
        name: str,
        makers: Mapping[str, Callable[[], pd.Series]],
        origin: npt.NDArray[np.int32],
        record: npt.NDArray[np.int64],
        parent: Rows | None = None,
        later: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """``makers`` give each column by name, of as many rows as ``origin``.

        ``later`` names the columns that cannot be made yet: a dataset's that is in the making.
        """
        self.name = name
        self.origin, self.record = origin, record
        self.parent = np.arange(len(origin)) if parent is None else parent
        self._makers = makers
        self._later = later
        self._made: dict[str, pd.Series] = {}

    @property
    def rows(self) -> int:
        """How many records there are."""
        return len(self.origin)

    @property
    def names(self) -> list[str]:
        """The names of the columns that can be had by now, sorted."""
        return sorted(set(self._makers) - set(self._later()))

    def has(self, name: str) -> bool:
        """Whether there is a column of that name."""
        return name in self._makers

    def variable(self, name: str) -> pd.Series:
        """The column of that name."""
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def with_columns(self, added: Mapping[str, Callable[[], pd.Series]]) -> Raw:
        """The same records with more columns."""
        makers = {**{name: self._maker(name) for name in self._makers}, **added}
        return Raw(self.name, makers, self.origin, self.record, self.parent, self._later)

    def unpivoted(self, names: Mapping[str, str], name: str, value: str) -> Raw:
        """One record for each of the columns ``names``: what it is called, and its value."""
        which = np.repeat(np.arange(len(names)), self.rows)
        made: dict[str, Callable[[], pd.Series]] = {
            name: lambda: columns.from_codes(which, list(names.values())),
            value: lambda: columns.concat([self.variable(column) for column in names]),
        }
        return self.repeated(np.tile(np.arange(self.rows), len(names))).with_columns(made)

    def repeated(self, rows: Rows) -> Raw:
        """The records of these rows, which may repeat."""
        makers = {name: self._maker(name, rows) for name in self._makers}
        origin, record = self.origin[rows], self.record[rows]
        return Raw(self.name, makers, origin, record, self.parent[rows], self._later)

    def _maker(self, name: str, rows: Rows | None = None) -> Callable[[], pd.Series]:
        if rows is None:
            return lambda: self.variable(name)
        return lambda: columns.take(self.variable(name), rows)


def written_rows(name: str, rows: Sequence[Mapping[str, Any]], origin: int) -> Raw:
    """The records that a spec itself holds under ``rows``."""
    names = dict.fromkeys(key for row in rows for key in row)

    def column(key: str) -> pd.Series:
        found = (row.get(key) for row in rows)
        return columns.text(None if value is None else scalar_text(value) for value in found)

    return Raw(
        name,
        {key: partial(column, key) for key in names},
        np.full(len(rows), origin, dtype=np.int32),
        np.arange(1, len(rows) + 1),
    )
