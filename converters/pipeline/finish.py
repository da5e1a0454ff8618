"""A finished dataset: rows in order, columns in order, metadata, trace."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Dataset
from converters.mapping.settings import Settings
from converters.pipeline.describe import describe, share_lengths
from converters.pipeline.supplemental import supplemental_dataset
from converters.pipeline.work import Work


def finish(works: Sequence[Work], settings: Settings) -> dict[str, Dataset]:
    """The datasets, each followed by its supplemental qualifiers if it has any."""
    found: dict[str, Dataset] = {}
    for work in works:
        order = _order(work)
        dataset = _dataset(work, order, settings)
        found[dataset.name] = dataset
        if work.plan.spec.qualifiers:
            supplemental = supplemental_dataset(work, order, settings)
            found[supplemental.name] = supplemental
    shared = share_lengths({name: item.metadata for name, item in found.items()})
    return {name: Dataset(shared[name], item.frame, item.trace) for name, item in found.items()}


def _dataset(work: Work, order: Rows, settings: Settings) -> Dataset:
    names = [name for name in work.plan.variables if name not in work.plan.spec.qualifiers]
    frame = pd.DataFrame({name: columns.take(work.made[name], order) for name in names})
    metadata = describe(work.plan, frame, settings.terminology)
    return Dataset(metadata, frame, work.trace(order))


def _order(work: Work) -> Rows:
    """By subject, person or device (code point order) and --SEQ, or else by the natural keys."""
    plan, made = work.plan, work.made
    owners = work.owners
    by = [name for name in plan.keys if name not in ("STUDYID", *owners)]
    sequence = f"{plan.domain.prefix}SEQ"
    whole = plan.domain.numbered_within == plan.domain.owners
    by = [sequence] if owners and whole and sequence in made else by
    rest = columns.sort_key([made[name] for name in by], work.rows)
    ranks = [columns.ranks(made[name], plain=True)[0] for name in reversed(owners)]
    return np.lexsort((rest, *ranks))
