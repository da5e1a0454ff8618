"""Going through the items of a file with the places that they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import get_args

from converters.dataset import DataType
from converters.define.check.rule import Place
from converters.define.elements import Alias, CodeList, ItemDef, ItemGroupDef
from converters.define.index import Index, Use

#: All data types; those of numbers; those of dates, times and durations.
DATA_TYPES: tuple[str, ...] = get_args(DataType)
NUMBERS = ("integer", "float")
TIMES = tuple(name for name in DATA_TYPES if name not in ("text", *NUMBERS))

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_INTEGER = re.compile(r"[-+]?[0-9]+")


def is_number(text: str, data_type: str = "float") -> bool:
    """Whether a text is a number of that data type, ``float`` or ``integer``."""
    form = _INTEGER if data_type == "integer" else _NUMBER
    return form.fullmatch(text.strip()) is not None


def whole(text: str | None) -> int | None:
    """A whole number from 0, of at most nine digits; None where the text is none."""
    given = (text or "").strip()
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def variables(index: Index) -> Iterator[tuple[Use, ItemDef]]:
    """The variables of all datasets, each at each of its places."""
    for group in index.metadata.item_groups:
        for ref, item in index.variables(group):
            yield Use(ref, group), item


def distinct_variables(index: Index) -> Iterator[tuple[Use, ItemDef]]:
    """The variables of all datasets, each at the first of its places."""
    seen = set()
    for use, item in variables(index):
        if item.oid not in seen:
            seen.add(item.oid)
            yield use, item


def values(index: Index) -> Iterator[tuple[Use, ItemDef]]:
    """The items of value lists, each at each of its places."""
    for item in index.metadata.items:
        for use in index.uses.get(item.oid or "", ()):
            if use.value_list is not None:
                yield use, item


def at_use(use: Use, item: ItemDef) -> Place:
    """The place of an item where it is used: a dataset's variable, or its value level."""
    owner = use.parent or item
    name = (use.group.name or "") if use.group else ""
    return Place(use.ref.line, item.oid or "", name, owner.name or "")


def at_variable(use: Use, item: ItemDef) -> Place:
    """The place of a variable's definition, with the dataset of that use."""
    return Place(
        item.line, item.oid or "", (use.group.name or "") if use.group else "", named(item)
    )


def named(item: ItemDef) -> str:
    """The item's name, or its OID where it has none."""
    return item.name or item.oid or ""


def called(code_list: CodeList) -> str:
    """The codelist's name, or its OID where it has none."""
    return code_list.name or code_list.oid or ""


def nci_code(aliases: Iterable[Alias]) -> str:
    """The NCI code of a codelist or of a term; an empty text where there is none."""
    found = (item.name or "" for item in aliases if item.context == "nci:ExtCodeID")
    return next(found, "").strip()


def coded(code_list: CodeList | None) -> list[str]:
    """The coded values of a codelist; none of a dictionary or where there is no codelist."""
    return [term.coded_value or "" for term in code_list.terms] if code_list else []


def variable_of(index: Index, group: ItemGroupDef, name: str) -> ItemDef | None:
    """The variable of a dataset by name."""
    return next((item for _, item in index.variables(group) if item.name == name), None)


def is_adam(index: Index) -> bool:
    """Whether the file is about analysis datasets."""
    return any(group.purpose == "Analysis" for group in index.metadata.item_groups)


def class_of(group: ItemGroupDef) -> str:
    """The class of a dataset, in either version's place."""
    return (group.dataset_class.name if group.dataset_class else group.class_name) or ""


def domain_of(group: ItemGroupDef) -> str:
    """The domain that a dataset belongs to: LB of the split dataset LBCH."""
    return group.domain or group.name or ""


def is_supplemental(group: ItemGroupDef) -> bool:
    """Whether a dataset holds supplemental qualifiers."""
    return (group.name or "").startswith("SUPP") or (group.name or "").startswith("SQ")


def listed(words: list[str], most: int = 5) -> str:
    """Some words as a text: the first of them, and how many more there are."""
    more = len(words) - most
    return ", ".join(words[:most]) + (f" and {more} more" if more > 0 else "")
