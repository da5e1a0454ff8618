"""A mapping spec as objects: a dataset, its blocks of records, its variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from converters.dataset import Comment
from converters.mapping.document import Document, Path_, scalar_text
from converters.mapping.metadata import Level, comment, levels
from converters.mapping.special import (
    Element,
    Relationship,
    elements,
    relationships,
    visits_of,
)


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
class Coding:
    """Words and codes of a dictionary, brought from a coding file by shared keys.

    ``block`` is the place of the block of records, ``path`` that of the coding.
    """

    dictionary: str
    source: str
    by: Mapping[str, str]
    take: Mapping[str, str]
    where: str
    block: Path_
    path: Path_


@dataclass(frozen=True)
class Keep:
    """Of raw records that share ``by`` only one: by ``order``, or by the number in ``value``.

    ``worst`` says of the values of the column ``worst_by`` whether lowest or highest is worst.
    """

    by: tuple[str, ...]
    order: tuple[str, ...]
    pick: str
    value: str
    worst_by: str
    worst: Mapping[str, str]
    digits: int | None
    reason: str
    path: Path_


@dataclass(frozen=True)
class NotDone:
    """Raw records that say that something was not done: one test, or a group of them (``test``)."""

    when: str
    reason: str | None
    test: str | None
    label: str | None
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
    """Records of a dataset that come from one source by one set of definitions.

    ``elements`` make a record of each one that a source's record says was started. Without a source
    records are written ``rows``, the visits of other datasets, or relationships between them.
    """

    path: Path_
    source: str | None
    rows: tuple[Mapping[str, Any], ...] | None
    where: Named | None
    exclude: tuple[Named, ...]
    reject: tuple[Named, ...]
    joins: tuple[Join, ...]
    columns: Mapping[str, str]
    unpivot: Unpivot | None
    distinct: tuple[str, ...] | None  #: without a name: all columns
    keep: tuple[Keep, ...]
    not_done: NotDone | None
    variables: Mapping[str, VariableSpec]
    supplemental: Mapping[str, VariableSpec]
    tests: tuple[Test, ...]
    codings: tuple[Coding, ...] = ()
    elements: tuple[Element, ...] = ()
    visits_of: tuple[str, ...] | None = None
    relationships: tuple[Relationship, ...] = ()

    def not_done_of(self, test: Test) -> tuple[Path_, str] | None:
        """When a test was not done: what it says itself, or the block of all its tests."""
        if "not_done" in test.keys:
            return (*test.path, "not_done"), test.keys["not_done"]
        if self.not_done is None or self.not_done.test is not None:
            return None
        return (*self.not_done.path, "when"), self.not_done.when

    def reason_of(self, test: Test) -> str | None:
        """The column that says why a test was not done."""
        own = test.keys.get("reason_not_done")
        whole = self.not_done is None or self.not_done.test is not None
        return own if own is not None or whole else self.not_done.reason  # type: ignore[union-attr]


@dataclass(frozen=True)
class DatasetSpec:
    """A mapping spec: ``variables`` hold for all blocks, a block's own go before them.

    ``metadata`` is what is said of variables for define.xml alone, as written.
    """

    name: str
    domain: str
    document: Document
    label: str | None
    keys: tuple[str, ...] | None
    variables: Mapping[str, VariableSpec]
    supplemental: Mapping[str, VariableSpec]
    blocks: tuple[BlockSpec, ...]
    standard_units: Mapping[str, Any] = field(default_factory=dict)
    quantification: Mapping[str, Any] = field(default_factory=dict)
    comment: Comment | None = None
    structure: str = ""
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    value_level: tuple[Level, ...] = ()

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """The QNAMs of the supplemental qualifiers, the dataset's own before its blocks'."""
        blocks = (name for block in self.blocks for name in block.supplemental)
        return tuple(dict.fromkeys((*self.supplemental, *blocks)))

    @property
    def stated(self) -> frozenset[str]:
        """The variables that the spec itself makes."""
        names = {name for name, item in self.variables.items() if not item.keys.get("omit")}
        for block in self.blocks:
            names.update(block.variables, *(block.rows or ()))
        return frozenset(names)


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
        quantification=data.get("quantification", {}),
        comment=comment(data.get("comment")),
        structure=data.get("structure", ""),
        metadata=data.get("metadata", {}),
        value_level=levels(data),
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
    where, exclude, reject = conditions(data, path)
    qualifiers = data.get("supplemental") if path else None
    tests = data.get("findings", ())
    return BlockSpec(
        path=path,
        source=data.get("source"),
        rows=tuple(data["rows"]) if "rows" in data else None,
        where=where,
        exclude=exclude,
        reject=reject,
        joins=tuple(_join(item, (*path, "join", i)) for i, item in enumerate(data.get("join", ()))),
        columns=data.get("columns", {}),
        unpivot=_unpivot(data.get("unpivot"), (*path, "unpivot")),
        distinct=_distinct(data.get("distinct")),
        keep=_keeps(data.get("keep", ()), (*path, "keep")),
        not_done=_not_done(data.get("not_done"), (*path, "not_done")),
        variables=own,
        supplemental=_variables(qualifiers, (*path, "supplemental"), supplemental=True),
        tests=tuple(Test(item, (*path, "findings", i)) for i, item in enumerate(tests)),
        codings=tuple(_codings(data.get("coding", ()), path)),
        elements=elements(data, path),
        visits_of=visits_of(data),
        relationships=relationships(data, path),
    )


def conditions(
    data: Mapping[str, Any], path: Path_
) -> tuple[Named | None, tuple[Named, ...], tuple[Named, ...]]:
    """``where``, ``exclude`` and ``reject`` of a block."""
    where = data.get("where")
    named = None if where is None else Named(where, f"not ({where})", (*path, "where"))
    return named, _named(data, path, "exclude"), _named(data, path, "reject")


def _named(data: Mapping[str, Any], path: Path_, key: str) -> tuple[Named, ...]:
    return tuple(
        Named(item["when"], item.get("reason", item["when"]), (*path, key, i, "when"))
        for i, item in enumerate(data.get(key, ()))
    )


def _join(data: Mapping[str, Any], path: Path_) -> Join:
    return Join(
        data["source"], _pairs(data["by"]), _pairs(data["take"]), data.get("where", ""), path
    )


def _codings(data: Any, block: Path_) -> Iterator[Coding]:
    several = isinstance(data, list)
    for number, item in enumerate(data if several else [data] if data else []):
        path = (*block, "coding", number) if several else (*block, "coding")
        yield Coding(
            item["dictionary"],
            item["source"],
            _pairs(item["by"]),
            item.get("take", {}),
            item.get("where", ""),
            block,
            path,
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


def _distinct(data: Any) -> tuple[str, ...] | None:
    return None if data is None else () if data is True else tuple(data)


def _keeps(data: Any, path: Path_) -> tuple[Keep, ...]:
    if isinstance(data, Mapping):
        return (_keep(data, path),)
    return tuple(_keep(item, (*path, number)) for number, item in enumerate(data))


def _keep(data: Mapping[str, Any], path: Path_) -> Keep:
    by, order, value = tuple(data["by"]), tuple(data.get("order", ())), data.get("value", "")
    worst_by, worst = next(iter(data.get("worst", {}).items()), ("", {}))
    words = " ".join(["not the", data["pick"], value, "of", ", ".join(by)]).replace("  ", " ")
    if data["pick"] == "average":
        words = f"no number for the average {value} of {', '.join(by)}"
    elif order and not value:
        words += f" by {', '.join(order)}"
    digits, reason = data.get("digits"), data.get("reason", words)
    return Keep(by, order, data["pick"], value, worst_by, worst, digits, reason, path)


def _not_done(data: Mapping[str, Any] | None, path: Path_) -> NotDone | None:
    if data is None:
        return None
    test = scalar_text(data["test"]) if "test" in data else None
    return NotDone(data["when"], data.get("reason"), test, data.get("label"), path)
