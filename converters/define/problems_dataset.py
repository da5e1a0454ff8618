"""What keeps a dataset's metadata from being written as Define-XML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import get_args

from converters.dataset import (
    Condition,
    DataType,
    Metadata,
    Method,
    Origin,
    Package,
    UsedCodelist,
    ValueLevel,
    Variable,
)
from converters.define import terms
from converters.define.build_items import decimals
from converters.define.joins import joined, others
from converters.define.problems_words import repeated, unknown
from converters.define.standards import guides, terminologies, terminology_names

_ONE_VALUE = frozenset(terms.COMPARATORS) - {"IN", "NOTIN"}
_SAS_FORMAT = re.compile(r"(?=.{1,8}$)\$?[A-Za-z_][A-Za-z0-9_]*")


def dataset_problems(
    package: Package, metadata: Metadata, datasets: Mapping[str, Metadata]
) -> Iterator[str]:
    """What is wrong with a dataset, its variables and its value level."""
    names = [variable.name for variable in metadata.variables]
    if not terms.SAS_NAME.fullmatch(metadata.name):
        yield "its name is not one to eight letters, digits and underscores"
    yield from _class(metadata)
    if metadata.standard and not guides(package, metadata):
        declared = [item.name for item in package.standards if item.type == "IG"]
        yield from unknown("implementation guide", metadata.standard, declared)
    yield from repeated("variable", names)
    yield from repeated("key", metadata.keys)
    for key in metadata.keys:
        yield from unknown("key variable", key, names)
    for variable in metadata.variables:
        place = variable.name or "a variable"
        yield from (f"{place}: {text}" for text in _variable(package, variable))
    yield from repeated("value level", map(_words, metadata.value_level))
    for item in metadata.value_level:
        yield from _value_level(package, item, metadata, datasets)


def _class(metadata: Metadata) -> Iterator[str]:
    name, below = terms.class_name(metadata.dataset_class), metadata.subclass.upper()
    yield from unknown("class", name, terms.CLASSES)
    if not below:
        return
    yield from unknown("subclass", below, terms.SUBCLASSES)
    if terms.SUBCLASSES.get(below, name) != name:
        yield f"subclass {below} is of class {terms.SUBCLASSES[below]}, not of {name}"


def _value_level(
    package: Package, item: ValueLevel, metadata: Metadata, datasets: Mapping[str, Metadata]
) -> Iterator[str]:
    names = [variable.name for variable in metadata.variables]
    yield from unknown("variable of value level", item.variable, names)
    if not item.where:
        yield f"value level of {item.variable}: its where-clause is empty"
    place = _words(item)
    yield from (f"{place}: {text}" for text in where_problems(metadata, item.where, datasets))
    more = [datasets[name] for name in others(metadata.name, item.where) if name in datasets]
    if more and not item.join and not joined([metadata, *more]):
        yield f"{place}: say how records of {more[0].name} are found (join)"
    yield from (f"{place}: {text}" for text in _variable(package, item.definition))


def _words(item: ValueLevel) -> str:
    checks = " and ".join(
        f"{f'{check.dataset}.' if check.dataset else ''}{check.variable} {check.comparator} "
        + ", ".join(check.values)
        for check in item.where
    )
    return f"{item.variable} where {checks}"


def where_problems(
    metadata: Metadata, where: tuple[Condition, ...], datasets: Mapping[str, Metadata]
) -> Iterator[str]:
    """What is wrong with conditions on the records of a dataset."""
    for condition in where:
        other = condition.dataset or metadata.name
        yield from unknown("dataset", other, datasets)
        on = metadata if other == metadata.name else datasets.get(other)
        if on is not None:
            names = [variable.name for variable in on.variables]
            yield from unknown("variable", condition.variable, names)
        yield from _comparison(condition)


def _comparison(condition: Condition) -> Iterator[str]:
    yield from unknown("comparator", condition.comparator, terms.COMPARATORS)
    if not condition.values:
        yield f"{condition.comparator} has no value"
    elif condition.comparator in _ONE_VALUE and len(condition.values) > 1:
        yield f"{condition.comparator} takes one value, not {len(condition.values)}"


def _variable(package: Package, variable: Variable) -> Iterator[str]:
    if not variable.name:
        yield "it has no name"
    yield from unknown("data type", variable.data_type, get_args(DataType))
    if variable.data_type == "float" and decimals(variable) is None:
        yield "a float tells its significant digits, or a format such as 8.2"
    if variable.origin is not None:
        yield from _origin(variable.origin)
    if variable.method is not None:
        yield from _method(variable.method)
    if variable.codelist is not None:
        yield from _terminology(package, variable.codelist)
        yield from _format(variable, variable.codelist.format)


def _origin(origin: Origin) -> Iterator[str]:
    yield from unknown("origin", origin.type, terms.ORIGIN_TYPES)
    if origin.source:
        yield from unknown("source of origin", origin.source, terms.ORIGIN_SOURCES)


def _method(method: Method) -> Iterator[str]:
    yield from unknown("type of method", method.type, ("Computation", "Imputation"))
    if not (method.words or method.expression):
        yield "its method has neither words nor an expression"


def _terminology(package: Package, codelist: UsedCodelist) -> Iterator[str]:
    meant = terminologies(package, codelist)
    if len(meant) > 1:
        which = ", ".join(terminology_names(item)[1] for item in meant)
        yield f"codelist {codelist.name} does not say which terminology it is from: {which}"
    elif codelist.code and codelist.standard and not meant:
        known = [terminology_names(item)[1] for item in package.standards if item.type == "CT"]
        yield from unknown(f"terminology of codelist {codelist.name}", codelist.standard, known)


def _format(variable: Variable, text: str) -> Iterator[str]:
    """The SAS format of a codelist: up to eight characters, the first a $ for texts alone."""
    if not text:
        return
    number = variable.data_type in ("integer", "float")
    if not _SAS_FORMAT.fullmatch(text.removesuffix(".")) or text.startswith("$") == number:
        example = "SEVERITY" if number else "$SEVER"
        yield f"codelist format '{text}' is no name of a SAS format such as {example}"
