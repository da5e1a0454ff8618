"""What a spec says of records that are made of others: elements, visits, relationships."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from converters.mapping.document import Path_

#: The raw columns that the records of each kind bring; they become the variables of that name.
ELEMENT_COLUMNS = ("ETCD", "SESTDTC", "SEENDTC", "SEUPDES")
VISIT_COLUMNS = ("USUBJID", "VISITNUM", "VISIT", "SVSTDTC", "SVENDTC")
RELATED_COLUMNS = ("USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL", "RELTYPE", "RELID")


@dataclass(frozen=True)
class Element:
    """An element of SE: the raw columns that hold its start, its end, and why it was unplanned."""

    code: str
    start: str
    end: str
    description: str
    where: str
    path: Path_


@dataclass(frozen=True)
class Side:
    """One side of a relationship: a dataset, the variable that names its records.

    ``column`` is the raw column that holds the variable's value, ``type`` is ONE, MANY or empty.
    """

    dataset: str
    variable: str
    path: Path_
    column: str = ""
    type: str = ""


@dataclass(frozen=True)
class Relationship:
    """Records or datasets that belong together; RELID begins with ``prefix``.

    Records by ``value`` or ``sequence`` share a value; those of a ``source`` stand in one raw
    record; ``datasets`` are related as a whole.
    """

    kind: Literal["value", "sequence", "source", "datasets"]
    sides: tuple[Side, ...]
    prefix: str
    source: str
    where: str
    path: Path_


def elements(data: Mapping[str, Any], path: Path_) -> tuple[Element, ...]:
    """The elements of a block."""
    return tuple(
        Element(
            code=item["ETCD"],
            start=item["start"],
            end=item.get("end", ""),
            description=item.get("SEUPDES", ""),
            where=item.get("where", ""),
            path=(*path, "elements", number),
        )
        for number, item in enumerate(data.get("elements", ()))
    )


def visits_of(data: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The datasets whose visits are the records; empty for all of them, None without the key."""
    named = data.get("visits_of")
    return None if named is None else () if named == "all" else tuple(named)


def relationships(data: Mapping[str, Any], path: Path_) -> tuple[Relationship, ...]:
    """The relationships of a block."""
    return tuple(
        _relationship(item, (*path, "relationships", number))
        for number, item in enumerate(data.get("relationships", ()))
    )


def _relationship(item: Mapping[str, Any], path: Path_) -> Relationship:
    key = "datasets" if "datasets" in item else "between"
    sides = tuple(_sides(item.get(key, {}), (*path, key)))
    kind: Any = "sequence" if item.get("by") == "sequence" else "value"
    kind = "source" if "source" in item else "datasets" if key == "datasets" else kind
    joined = "-".join(side.dataset for side in sides)
    prefix = item.get("id", joined if kind == "datasets" else f"{joined}-")
    return Relationship(kind, sides, prefix, item.get("source", ""), item.get("where", ""), path)


def element_faults(items: tuple[Element, ...]) -> Iterator[tuple[Path_, str]]:
    """(place, message) for each element that is not well formed."""
    for item in items:
        if (item.code == "UNPLAN") != bool(item.description):
            yield item.path, "'SEUPDES' says what an element was whose ETCD is UNPLAN, and no other"


def relationship_faults(items: tuple[Relationship, ...]) -> Iterator[tuple[Path_, str]]:
    """(place, message) for each relationship that is not well formed."""
    seen: set[str] = set()
    for item in items:
        if len(item.sides) < 2:
            yield item.path, "a relationship names two or more datasets, by 'between' or 'datasets'"
        if item.prefix in seen:
            yield item.path, f"another relationship has the RELID '{item.prefix}' too: give an 'id'"
        seen.add(item.prefix)
        if item.kind == "source":
            yield from _source_faults(item)
        for side in item.sides:
            if side.column and item.kind != "source":
                yield side.path, "a raw column is named only beside a 'source'"
        if item.where and not item.source:
            yield (*item.path, "where"), "'where' chooses raw records: it needs a 'source'"


def _source_faults(item: Relationship) -> Iterator[tuple[Path_, str]]:
    for side in item.sides:
        if not side.column:
            example = f"{{{side.variable}: RAW_COLUMN}}"
            yield side.path, f"beside a 'source' say which raw column names the record: {example}"


def _sides(data: Any, path: Path_) -> Iterator[Side]:
    if isinstance(data, list):
        for number, item in enumerate(data):
            yield from _sides(item, (*path, number))
        return
    for dataset, side in data.items():
        place = (*path, dataset)
        if isinstance(side, str):
            yield Side(dataset, side, place)
            continue
        ((variable, said),) = side.items()
        word = "type" if "datasets" in path else "column"
        yield Side(dataset, variable, (*place, variable), **{word: said})
