"""A mapping spec as objects: a dataset, its blocks of records, its variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from converters.mapping.document import Document, Path_, scalar_text


@dataclass(frozen=True)
class VariableSpec:
    """What a spec says of one variable; ``keys`` hold the rules and attributes as written."""

    name: str
    keys: Mapping[str, Any]
    path: Path_
    supplemental: bool = False


@dataclass(frozen=True)
class Named:
    """A condition on raw records and why the spec has it."""

    when: str
    reason: str
    path: Path_


@dataclass(frozen=True)
class Join:
    """Columns of another source, and what they are called here, brought by shared keys."""

    source: str
    by: Mapping[str, str]
    take: Mapping[str, str]
    where: str
    path: Path_


@dataclass(frozen=True)
class Keep:
    """Of raw records that share ``by``, only the ``pick`` (first or last) in ``order``."""

    by: tuple[str, ...]
    order: tuple[str, ...]
    pick: str
    reason: str
    path: Path_


@dataclass(frozen=True)
class Unpivot:
    """One record for each of several columns: its name (or label) and its value."""

    columns: Mapping[str, str]
    name: str
    value: str
    path: Path_


@dataclass(frozen=True)
class Test:
    """One test of a findings block."""

    keys: Mapping[str, Any]
    path: Path_

    @property
    def code(self) -> str:
        """The --TESTCD."""
        return scalar_text(self.keys["test"])


@dataclass(frozen=True)
class BlockSpec:
    """Records of a dataset that come from one source by one set of definitions."""

    path: Path_
    source: str | None
    rows: tuple[Mapping[str, Any], ...] | None
    where: Named | None
    exclude: tuple[Named, ...]
    reject: tuple[Named, ...]
    joins: tuple[Join, ...]
    columns: Mapping[str, str]
    unpivot: Unpivot | None
    keep: Keep | None
    variables: Mapping[str, VariableSpec]
    supplemental: Mapping[str, VariableSpec]
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class DatasetSpec:
    """A mapping spec: ``variables`` hold for all blocks, a block's own go before them."""

    name: str
    domain: str
    document: Document
    label: str | None
    keys: tuple[str, ...] | None
    variables: Mapping[str, VariableSpec]
    supplemental: Mapping[str, VariableSpec]
    blocks: tuple[BlockSpec, ...]
    standard_units: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """The QNAMs of the supplemental qualifiers, the dataset's own before its blocks'."""
        blocks = (name for block in self.blocks for name in block.supplemental)
        return tuple(dict.fromkeys((*self.supplemental, *blocks)))


def build_spec(document: Document) -> DatasetSpec:
    """The objects of a document that has passed its JSON Schema."""
    data = document.data
    name = str(data["dataset"])
    blocks = (
        [(data, ())]
        if "records" not in data
        else [(item, ("records", i)) for i, item in enumerate(data["records"])]
    )
    return DatasetSpec(
        name=name,
        domain=str(data.get("domain", name)),
        document=document,
        label=data.get("label"),
        keys=tuple(data["keys"]) if "keys" in data else None,
        variables=_variables(data.get("variables"), ("variables",)),
        supplemental=_variables(data.get("supplemental"), ("supplemental",), supplemental=True),
        blocks=tuple(_block(item, path) for item, path in blocks),
        standard_units=data.get("standard_units", {}),
        comment=data.get("comment", ""),
    )


def _variables(
    data: Mapping[str, Any] | None, path: Path_, *, supplemental: bool = False
) -> dict[str, VariableSpec]:
    return {
        name: VariableSpec(name, keys, (*path, name), supplemental)
        for name, keys in (data or {}).items()
    }


def _block(data: Mapping[str, Any], path: Path_) -> BlockSpec:
    own = _variables(data.get("variables"), (*path, "variables")) if path else {}
    qualifiers = data.get("supplemental") if path else None
    tests = data.get("findings", ())
    return BlockSpec(
        path=path,
        source=data.get("source"),
        rows=tuple(data["rows"]) if "rows" in data else None,
        where=Named(data["where"], f"not ({data['where']})", (*path, "where"))
        if "where" in data
        else None,
        exclude=_named(data, path, "exclude"),
        reject=_named(data, path, "reject"),
        joins=tuple(_join(item, (*path, "join", i)) for i, item in enumerate(data.get("join", ()))),
        columns=data.get("columns", {}),
        unpivot=_unpivot(data.get("unpivot"), (*path, "unpivot")),
        keep=_keep(data.get("keep"), (*path, "keep")),
        variables=own,
        supplemental=_variables(qualifiers, (*path, "supplemental"), supplemental=True),
        tests=tuple(Test(item, (*path, "findings", i)) for i, item in enumerate(tests)),
    )


def _named(data: Mapping[str, Any], path: Path_, key: str) -> tuple[Named, ...]:
    return tuple(
        Named(item["when"], item.get("reason", item["when"]), (*path, key, i, "when"))
        for i, item in enumerate(data.get(key, ()))
    )


def _join(data: Mapping[str, Any], path: Path_) -> Join:
    return Join(
        data["source"], _pairs(data["by"]), _pairs(data["take"]), data.get("where", ""), path
    )


def _pairs(by: Any) -> dict[str, str]:
    if isinstance(by, str):
        return {by: by}
    return {name: name for name in by} if isinstance(by, list) else dict(by)


def _unpivot(data: Mapping[str, Any] | None, path: Path_) -> Unpivot | None:
    if data is None:
        return None
    names = data["columns"]
    table = (
        {n: n for n in names}
        if isinstance(names, list)
        else {n: scalar_text(to) for n, to in names.items()}
    )
    return Unpivot(table, data["name"], data["value"], path)


def _keep(data: Mapping[str, Any] | None, path: Path_) -> Keep | None:
    if data is None:
        return None
    by, order = tuple(data["by"]), tuple(data["order"])
    reason = data.get("reason", f"not the {data['pick']} of {', '.join(by)} by {', '.join(order)}")
    return Keep(by, order, data["pick"], reason, path)
