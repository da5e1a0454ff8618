"""The definitions of a package and their OIDs; what several items share is defined once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from converters import columns
from converters.dataset import (
    Comment,
    Condition,
    Dataset,
    Metadata,
    Method,
    Origin,
    Package,
    Variable,
)
from converters.define.codelists import CodeList, unite
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


@dataclass(frozen=True)
class Where:
    """A WhereClauseDef: the conditions are on variables of ``dataset``."""

    oid: str
    dataset: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Model:
    """All that define.xml defines, in its order; the mappings give the OID of what is shared."""

    groups: tuple[Group, ...]
    wheres: tuple[Where, ...]
    codelists: tuple[CodeList, ...]
    codelist_oid: Mapping[str, str]
    method_oid: Mapping[Method, str]
    method_users: Mapping[Method, tuple[str, ...]]
    comment_oid: Mapping[Comment, str]


@dataclass
class Oids:
    """OIDs handed out so far: a taken one gets a number behind it."""

    _taken: set[str] = field(default_factory=set)

    def claim(self, oid: str) -> str:
        """``oid``, or ``oid.2``, ``oid.3`` ... where it is taken."""
        free, number = oid, 1
        while free in self._taken:
            number += 1
            free = f"{oid}.{number}"
        self._taken.add(free)
        return free


def build(package: Package, oids: Oids) -> Model:
    """The model of a package that has no problems (see ``problems``).

    Datasets come in the order of their classes and then of their names, as reviewers read them.
    """
    wheres: dict[tuple[str, tuple[Condition, ...]], Where] = {}
    ordered = sorted(package.datasets.values(), key=_rank)
    groups = tuple(_group(dataset, wheres, oids) for dataset in ordered)
    every = [item for group in groups for item in all_items(group)]
    codelists, codelist_oid = unite(((item.place, item.definition) for item in every), oids.claim)
    method_oid: dict[Method, str] = {}
    users: dict[Method, dict[str, None]] = {}
    comment_oid: dict[Comment, str] = {}
    for group in groups:
        if group.comment and group.comment not in comment_oid:
            comment_oid[group.comment] = oids.claim(f"COM.{group.metadata.name}")
        for item in all_items(group):
            method = item.definition.method
            if method is not None:
                if method not in method_oid:
                    method_oid[method] = oids.claim(f"MT.{item.place}")
                users.setdefault(method, {})[item.definition.name] = None
            if item.comment and item.comment not in comment_oid:
                comment_oid[item.comment] = oids.claim(f"COM.{item.place}")
    return Model(
        groups,
        tuple(wheres.values()),
        codelists,
        codelist_oid,
        method_oid,
        {method: tuple(names) for method, names in users.items()},
        comment_oid,
    )


def all_items(group: Group) -> Iterator[Item]:
    """The items of the dataset, each before the items of its value list."""
    for item in group.items:
        yield item
        yield from item.values


def _rank(dataset: Dataset) -> tuple[int, str]:
    return CLASSES[class_name(dataset.metadata.dataset_class)], dataset.name


def _group(
    dataset: Dataset, wheres: dict[tuple[str, tuple[Condition, ...]], Where], oids: Oids
) -> Group:
    metadata = dataset.metadata
    records = len(dataset.frame) if metadata.records is None else metadata.records
    items = []
    for variable in metadata.variables:
        empty = records > 0 and _has_no_data(dataset, variable)
        values = tuple(_values(metadata, variable, wheres, oids))
        items.append(
            Item(
                oids.claim(f"IT.{metadata.name}.{variable.name}").removeprefix("IT."),
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
    frame = dataset.frame
    return bool(
        len(frame) and variable.name in frame and columns.missing(frame[variable.name]).all()
    )


def _values(
    metadata: Metadata,
    variable: Variable,
    wheres: dict[tuple[str, tuple[Condition, ...]], Where],
    oids: Oids,
) -> Iterator[Item]:
    """The items of the variable's value list; an item without an origin has the variable's."""
    levels = [level for level in metadata.value_level if level.variable == variable.name]
    same = all(level.definition.origin in (None, variable.origin) for level in levels)
    for level in levels:
        key = (metadata.name, level.where)
        tail = _tail(level.where)
        if key not in wheres:
            wheres[key] = Where(oids.claim(f"WC.{metadata.name}.{tail}"), *key)
        definition = level.definition
        first = level.where[0].variable
        oid = oids.claim(f"IT.{metadata.name}.{variable.name}.{tail.removeprefix(first + '.')}")
        yield Item(
            oid.removeprefix("IT."),
            definition,
            definition.origin or (None if same else variable.origin),
            definition.comment or (_EMPTY_VARIABLE if definition.no_data else None),
            bool(definition.no_data),
            where=wheres[key].oid,
        )


def _differs(variable: Variable, values: tuple[Item, ...]) -> bool:
    """Whether the value level tells origins that the variable's own would contradict."""
    return any(
        item.origin is not None
        and variable.origin is not None
        and (item.origin.type, item.origin.source) != (variable.origin.type, variable.origin.source)
        for item in values
    )


def _tail(conditions: tuple[Condition, ...]) -> str:
    """A where-clause for an OID: ``LBTESTCD.HGB.LBSPEC.BLOOD``, ``PARAMCD.IN.ACITM01-ACITM14``."""
    words = []
    for check in conditions:
        words.append(check.variable)
        if check.comparator != "EQ":
            words.append(check.comparator)
        long = len(check.values) > 3
        words.append("-".join((check.values[0], check.values[-1]) if long else check.values))
    return ".".join(re.sub(r"[^\w.\-]+", "_", word)[:60] for word in words)
