"""The datasets and items that a define.xml of a package defines, in its order, with their OIDs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from converters.dataset import Comment, Dataset, Metadata, Origin, Package, Variable
from converters.define.joins import joined, others
from converters.define.shared import Shared, local, tail
from converters.define.terms import CLASSES, class_name

_EMPTY_DATASET = Comment("The dataset has no records.")
_EMPTY_VARIABLE = Comment("No record has a value.")


@dataclass(frozen=True)
class Item:
    """An ItemDef: a variable, or what holds of it in the records of a where-clause.

    ``place`` is ``AE.AESEV``, or ``LB.LBORRES.HGB`` for a value level; ``where`` is the OID of its
    where-clause, ``values`` the items of its value list.
    """

    place: str
    definition: Variable
    origin: Origin | None
    comment: Comment | None
    no_data: bool
    where: str = ""
    values: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Group:
    """An ItemGroupDef: a dataset and its items in order."""

    metadata: Metadata
    items: tuple[Item, ...]
    comment: Comment | None
    no_data: bool


def lay_out(package: Package, shared: Shared) -> tuple[Group, ...]:
    """The datasets of a package that has no problems (see ``problems``).

    They come in the order of their classes and then of their names, as reviewers read them.
    """
    known = {dataset.name: dataset.metadata for dataset in package.datasets.values()}
    ordered = sorted(package.datasets.values(), key=_rank)
    return tuple(_group(dataset, known, shared) for dataset in ordered)


def all_items(groups: tuple[Group, ...]) -> Iterator[Item]:
    """The items of the datasets, each before the items of its value list."""
    for group in groups:
        for item in group.items:
            yield item
            yield from item.values


def _rank(dataset: Dataset) -> tuple[int, str]:
    return CLASSES[class_name(dataset.metadata.dataset_class)], dataset.name


def _group(dataset: Dataset, known: Mapping[str, Metadata], shared: Shared) -> Group:
    metadata = dataset.metadata
    records = len(dataset.frame) if metadata.records is None else metadata.records
    items = []
    for variable in metadata.variables:
        empty = records > 0 and _has_no_data(dataset, variable)
        values = tuple(_values(metadata, variable, known, shared))
        items.append(
            Item(
                shared.oids.claim(f"IT.{metadata.name}.{variable.name}").removeprefix("IT."),
                variable,
                None if _differs(variable, values) else variable.origin,
                variable.comment or (_EMPTY_VARIABLE if empty else None),
                empty,
                values=values,
            )
        )
    comment = metadata.comment or (None if records else _EMPTY_DATASET)
    return Group(metadata, tuple(items), comment, records == 0)


def _has_no_data(dataset: Dataset, variable: Variable) -> bool:
    if variable.no_data is not None:
        return variable.no_data
    from converters import columns  # pandas: who reads a file or makes its page need not wait

    frame = dataset.frame
    return bool(
        len(frame) and variable.name in frame and columns.missing(frame[variable.name]).all()
    )


def _values(
    metadata: Metadata, variable: Variable, known: Mapping[str, Metadata], shared: Shared
) -> Iterator[Item]:
    """The items of the variable's value list; an item without an origin has the variable's."""
    levels = [level for level in metadata.value_level if level.variable == variable.name]
    same = all(level.definition.origin in (None, variable.origin) for level in levels)
    for level in levels:
        more = others(metadata.name, level.where)
        join = level.join or (joined([metadata, *(known[name] for name in more)]) if more else None)
        definition = level.definition
        where = local(metadata.name, level.where)
        which = tail(where).removeprefix(f"{where[0].variable}.")
        oid = shared.oids.claim(f"IT.{metadata.name}.{variable.name}.{which}")
        yield Item(
            oid.removeprefix("IT."),
            definition,
            definition.origin or (None if same else variable.origin),
            definition.comment or (_EMPTY_VARIABLE if definition.no_data else None),
            bool(definition.no_data),
            where=shared.wheres.oid(metadata.name, where, join),
        )


def _differs(variable: Variable, values: tuple[Item, ...]) -> bool:
    """Whether the value level tells origins that the variable's own would contradict."""
    return any(
        item.origin is not None
        and variable.origin is not None
        and (item.origin.type, item.origin.source) != (variable.origin.type, variable.origin.source)
        for item in values
    )
