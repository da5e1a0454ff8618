"""Small tables in and out: a step carried out over finished datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from converters.errors import SpecError
from tests.finished import Made, Rows, as_rows, carry_out, finished_dataset, plan

#: A dataset that has what the source has, before steps are added.
SPEC = {
    "dataset": "ADXX",
    "class": "BASIC DATA STRUCTURE",
    "label": "Analysis",
    "keys": ["USUBJID"],
    "source": "ADIN",
}


class Analysis:
    """Carries out specs; every result is checked not to go by order of records or by subjects."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def make(
        self, *specs: Mapping[str, Any] | str, by_subject: bool = True, **datasets: Rows
    ) -> Made:
        """Specs over finished datasets, given by name."""
        given = {name: finished_dataset(name, rows) for name, rows in datasets.items()}
        plans = plan(self.place, specs, given)
        return Made(carry_out(plans, given, by_subject=by_subject), plans[-1].name)

    def derive(
        self,
        rows: Rows,
        *items: Mapping[str, Any],
        by_subject: bool = True,
        more: Mapping[str, Any] | None = None,
        **datasets: Rows,
    ) -> Made:
        """The steps ``items`` over the records of a source, whose columns are all taken.

        One subject is meant where the rows name none; ``more`` are further keys of the spec.
        """
        found = [{"USUBJID": "1", **row} for row in as_rows(rows)]
        taken = list(dict.fromkeys(name for row in found for name in row))
        spec = {**SPEC, "take": taken, "derive": list(items), **(more or {})}
        return self.make(spec, by_subject=by_subject, ADIN=found, **datasets)

    def problems(
        self,
        *items: Mapping[str, Any],
        source: Sequence[str] = ("USUBJID", "PARAMCD", "AVAL", "ADT"),
        more: Mapping[str, Any] | None = None,
        **datasets: Rows,
    ) -> list[str]:
        """What is wrong with the steps ``items``, over a source with these variables."""
        spec = {**SPEC, "take": list(source), "derive": list(items), **(more or {})}
        with pytest.raises(SpecError) as caught:
            self.make(spec, ADIN=",".join(source) + "\n", **datasets)
        return sorted(item.message for item in caught.value.problems)


@pytest.fixture
def analysis(tmp_path: Path) -> Analysis:
    """Carries out analysis specs."""
    return Analysis(tmp_path)
