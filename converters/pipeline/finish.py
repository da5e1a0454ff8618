"""A finished dataset: rows in order, columns in order, metadata, trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Dataset, Variable
from converters.keys import in_order
from converters.mapping.settings import Settings
from converters.pipeline.adam.finished import Finished, finished
from converters.pipeline.continuation import Texts, continue_texts
from converters.pipeline.describe import describe, share_lengths, with_type
from converters.pipeline.supplemental import supplemental_dataset
from converters.pipeline.value_level import value_levels
from converters.pipeline.work import Work


def finish(works: Sequence[Work], settings: Settings) -> dict[str, Dataset]:
    """The datasets, each followed by its supplemental qualifiers if it has any."""
    found: dict[str, Dataset] = {}
    orders = {work.name: _order(work) for work in works}
    for work in works:
        order = orders[work.name]
        texts = continue_texts(work)
        dataset = _dataset(work, texts, order, settings)
        found[dataset.name] = dataset
        if texts.qualifiers:
            supplemental = supplemental_dataset(work, texts.qualifiers, order, settings)
            found[supplemental.name] = supplemental
    others = finished(found, "")
    for work in works:
        found[work.name] = _with_levels(work, found[work.name], orders[work.name], others, settings)
    shared = share_lengths({name: item.metadata for name, item in found.items()})
    return {name: Dataset(shared[name], item.frame, item.trace) for name, item in found.items()}


def _with_levels(
    work: Work, dataset: Dataset, order: Rows, others: Mapping[str, Finished], settings: Settings
) -> Dataset:
    """The dataset with its value level; a codelist that holds of some records only stands there."""
    levels = value_levels(work, dataset, order, others, settings)
    open_lists = {item.variable for item in levels if item.definition.codelist is None}
    variables = tuple(
        replace(item, codelist=None) if item.name in open_lists else item
        for item in dataset.metadata.variables
    )
    metadata = replace(dataset.metadata, variables=variables, value_level=levels)
    return replace(dataset, metadata=metadata)


def _dataset(work: Work, texts: Texts, order: Rows, settings: Settings) -> Dataset:
    made = {name: columns.take(column, order) for name, column in texts.variables.items()}
    frame = pd.DataFrame(made)
    described = describe(work.plan, frame.drop(columns=list(texts.continued)), settings)
    variables = tuple(
        _continuation(work, described.variable(texts.continued[name]), name, column)
        if name in texts.continued
        else described.variable(name)
        for name, column in made.items()
    )
    return Dataset(replace(described, variables=variables), frame, work.trace(order))


def _continuation(work: Work, variable: Variable, name: str, column: pd.Series) -> Variable:
    """A numbered variable in which the texts of ``variable`` go on."""
    standard = work.plan.known[name]
    own = replace(variable, name=name, label=standard.label, core=standard.core, mandatory=False)
    return with_type(own, column)


def _order(work: Work) -> Rows:
    """By subject, person or device (code point order) and --SEQ, or else by the natural keys.

    Records that are equal in these go by all their values, and never by their place in a file.
    """
    plan, made = work.plan, work.made
    owners = work.owners
    by = [name for name in plan.keys if name not in ("STUDYID", *owners)]
    sequence = f"{plan.domain.prefix}SEQ"
    whole = plan.domain.numbered_within == plan.domain.owners
    by = [sequence] if owners and whole and sequence in made else by
    ranks = [columns.ranks(made[name], plain=True)[0] for name in owners]
    place = columns.sort_key([made[name] for name in by], work.rows)
    values = [made[name] for name in sorted(made)]
    return in_order([*ranks, place], lambda: columns.sort_key(values, work.rows))
