"""What keeps a package's metadata from being written as Define-XML, all of it at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, get_args

from converters.dataset import (
    Condition,
    DataType,
    Metadata,
    Origin,
    Package,
    StandardUse,
    ValueLevel,
    Variable,
)
from converters.define import terms
from converters.define.standards import guides, standard_oid, terminologies, terminology_names
from converters.errors import nearest

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_ONE_VALUE = frozenset(terms.COMPARATORS) - {"IN", "NOTIN"}


def problems(package: Package, context: str) -> list[str]:
    """What is wrong, one sentence each and in the order of the datasets; empty if nothing is."""
    datasets = [dataset.metadata for dataset in package.datasets.values()]
    found = [
        *_unknown("context", context, terms.CONTEXTS),
        *_created(package.created),
        *_repeated("standard", map(standard_oid, package.standards)),
        *_repeated("dataset", (metadata.name for metadata in datasets)),
    ]
    for what, text in (("study_id", package.study_id), ("study_name", package.study_name)):
        found += [] if text else [f"the package's {what} is empty"]
    for standard in package.standards:
        found += _standard(standard)
    for metadata in datasets:
        found += [f"{metadata.name}: {text}" for text in _dataset(package, metadata)]
    about = [getattr(package, item.name) for item in fields(package) if item.name != "datasets"]
    found += _characters(about, "the study")
    for metadata in datasets:
        found += _characters(metadata, metadata.name)
    return found


def _unknown(what: str, word: str, known: Collection[str]) -> list[str]:
    if word in known:
        return []
    hint = nearest(word, known) or f" (one of {', '.join(known)})"
    return [f"unknown {what} '{word}'{hint}"]


def _repeated(what: str, names: Iterable[str]) -> list[str]:
    return [f"{what} '{name}' occurs {n} times" for name, n in Counter(names).items() if n > 1]


def _created(text: str) -> list[str]:
    try:
        datetime.fromisoformat(text)
        whole = _DATE_TIME.fullmatch(text) is not None
    except ValueError:
        whole = False
    expected = "a date and time such as 2026-01-31T09:00:00"
    return [] if whole else [f"creation time '{text}': expected {expected}"]


def _standard(standard: StandardUse) -> list[str]:
    found = _unknown("standard", standard.name, terms.STANDARD_NAMES)
    if standard.type == "CT":
        found += _unknown("publishing set", standard.publishing_set, terms.PUBLISHING_SETS)
    return found


def _dataset(package: Package, metadata: Metadata) -> Iterator[str]:
    names = [variable.name for variable in metadata.variables]
    if not terms.SAS_NAME.fullmatch(metadata.name):
        yield "its name is not one to eight letters, digits and underscores"
    yield from _unknown("class", terms.class_name(metadata.dataset_class), terms.CLASSES)
    if metadata.subclass:
        yield from _unknown("subclass", metadata.subclass.upper(), terms.SUBCLASSES)
    if metadata.standard and not guides(package, metadata):
        declared = [item.name for item in package.standards if item.type == "IG"]
        yield from _unknown("implementation guide", metadata.standard, declared)
    yield from _repeated("variable", names)
    yield from _repeated("key", metadata.keys)
    for key in metadata.keys:
        yield from _unknown("key variable", key, names)
    for variable in metadata.variables:
        yield from (f"{variable.name}: {text}" for text in _variable(package, variable))
    yield from _repeated(
        "value level", (f"{item.variable} where {_words(item)}" for item in metadata.value_level)
    )
    for item in metadata.value_level:
        yield from _value_level(package, item, names)


def _value_level(package: Package, item: ValueLevel, names: list[str]) -> Iterator[str]:
    yield from _unknown("variable of value level", item.variable, names)
    place = f"{item.variable} where {_words(item)}"
    if not item.where:
        yield f"value level of {item.variable}: its where-clause is empty"
    for condition in item.where:
        yield from (f"{place}: {text}" for text in _condition(condition, names))
    yield from (f"{place}: {text}" for text in _variable(package, item.definition))


def _words(item: ValueLevel) -> str:
    return " and ".join(
        f"{check.variable} {check.comparator} {', '.join(check.values)}" for check in item.where
    )


def _condition(condition: Condition, names: list[str]) -> Iterator[str]:
    yield from _unknown("variable", condition.variable, names)
    yield from _unknown("comparator", condition.comparator, terms.COMPARATORS)
    if not condition.values:
        yield f"{condition.comparator} has no value"
    elif condition.comparator in _ONE_VALUE and len(condition.values) > 1:
        yield f"{condition.comparator} takes one value, not {len(condition.values)}"


def _variable(package: Package, variable: Variable) -> Iterator[str]:
    yield from _unknown("data type", variable.data_type, get_args(DataType))
    if variable.origin is not None:
        yield from _origin(variable.origin)
    if variable.method is not None and not (variable.method.words or variable.method.expression):
        yield "its method has neither words nor an expression"
    codelist = variable.codelist
    if codelist is None:
        return
    meant = terminologies(package, codelist)
    if len(meant) > 1:
        which = ", ".join(terminology_names(item)[1] for item in meant)
        yield f"codelist {codelist.name} does not say which terminology it is from: {which}"
    elif codelist.code and codelist.standard and not meant:
        known = [terminology_names(item)[1] for item in package.standards if item.type == "CT"]
        yield from _unknown(f"terminology of codelist {codelist.name}", codelist.standard, known)


def _origin(origin: Origin) -> Iterator[str]:
    yield from _unknown("origin", origin.type, terms.ORIGIN_TYPES)
    if origin.source:
        yield from _unknown("source of origin", origin.source, terms.ORIGIN_SOURCES)


def _characters(item: Any, place: str) -> Iterator[str]:
    """Texts with characters that XML 1.0 cannot carry, wherever they are in the metadata."""
    if isinstance(item, str):
        match = _NOT_XML.search(item)
        if match:
            yield f"{place}: XML cannot carry the character {match.group()!r} of {item!r}"
    elif isinstance(item, tuple | list):
        for part in item:
            yield from _characters(part, place)
    elif is_dataclass(item):
        inner = f"{place}.{item.name}" if isinstance(item, Variable) else place
        for entry in fields(item):
            yield from _characters(getattr(item, entry.name), inner)
