"""What must be there once: OIDs, places, keys and names."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from converters.define.binding import Node
from converters.define.check.nodes import number
from converters.define.check.rule import Check, Place, Rule, at_definition, at_group, at_item
from converters.define.elements import ItemGroupDef, ItemRef
from converters.define.index import Index, by_oid
from converters.findings import Finding, Severity

N = TypeVar("N", bound=Node)


# The schema asks for unique OIDs, so that a file without them is refused.
STUDY = Rule("define-duplicate-study", Severity.REJECT, ("OD0022",))
VERSION = Rule("define-duplicate-metadata-version", Severity.REJECT, ("OD0027",))
STANDARD = Rule("define-duplicate-standard", Severity.REJECT)
DATASET = Rule("define-duplicate-dataset", Severity.REJECT, ("OD0030",))
ITEM = Rule("define-duplicate-item", Severity.REJECT, ("OD0031",))
CODE_LIST = Rule("define-duplicate-codelist", Severity.REJECT, ("OD0032",))
METHOD = Rule("define-duplicate-method", Severity.REJECT, ("DD0013",))
COMMENT = Rule("define-duplicate-comment", Severity.REJECT, ("DD0083",))
VALUE_LIST = Rule("define-duplicate-value-list", Severity.REJECT, ("DD0014",))
WHERE_CLAUSE = Rule("define-duplicate-where-clause", Severity.REJECT)
DOCUMENT = Rule("define-duplicate-document", Severity.REJECT, ("DD0012",))
DISPLAY = Rule("define-duplicate-display", Severity.ERROR, ("DD0088",))
RESULT = Rule("define-duplicate-result", Severity.ERROR, ("DD0091",))
KINDS = Rule("define-duplicate-oid", Severity.REJECT)
ITEM_REF = Rule("define-duplicate-item-reference", Severity.REJECT, ("OD0041",))
ORDER = Rule("define-duplicate-order", Severity.REJECT, ("OD0042",))
ORDER_MISSING = Rule("define-order-missing", Severity.WARNING, ("DD0077",))
KEY = Rule("define-duplicate-key", Severity.REJECT, ("DD0041",))
KEY_MISSING = Rule("define-keys-missing", Severity.ERROR, ("DD0040",))
KEY_GAP = Rule("define-key-gap", Severity.WARNING)
DATASET_NAME = Rule("define-duplicate-dataset-name", Severity.ERROR)
SAS_DATASET_NAME = Rule("define-duplicate-sas-dataset-name", Severity.ERROR, ("DD0051",))
VARIABLE_NAME = Rule("define-duplicate-variable-name", Severity.ERROR)
CODE_LIST_NAME = Rule("define-duplicate-codelist-name", Severity.WARNING, ("DD0131",))
DISPLAY_NAME = Rule("define-duplicate-display-name", Severity.WARNING, ("DD0089",))


def _repeated(nodes: Iterable[N], key: Callable[[N], Hashable]) -> Iterator[tuple[N, N]]:
    """Each node whose key an earlier one has, with the first of that key; empty keys are none."""
    first: dict[Hashable, N] = {}
    for node in nodes:
        value = key(node)
        if value and first.setdefault(value, node) is not node:
            yield node, first[value]


def oids(index: Index) -> Iterator[Finding]:
    """OIDs that two definitions have, of one kind or of two."""
    metadata = index.metadata
    standards = metadata.standards.standards if metadata.standards else ()
    displays = metadata.displays.displays if metadata.displays else ()
    leaves = [group.leaf for group in metadata.item_groups if group.leaf]
    # The schema holds the OIDs of these against each other, those of the rest only within a kind.
    shared: tuple[tuple[Rule, Sequence[Node]], ...] = (
        (DATASET, metadata.item_groups),
        (ITEM, metadata.items),
        (CODE_LIST, metadata.code_lists),
        (METHOD, metadata.methods),
        (COMMENT, metadata.comments),
        (VALUE_LIST, metadata.value_lists),
        (WHERE_CLAUSE, metadata.where_clauses),
    )
    separate: tuple[tuple[Rule, Sequence[Node]], ...] = (
        (STUDY, index.odm.studies),
        *((VERSION, study.versions) for study in index.odm.studies),
        (STANDARD, standards),
        (DOCUMENT, (*leaves, *metadata.leaves)),
        (DISPLAY, displays),
        (RESULT, [result for display in by_oid(displays).values() for result in display.results]),
    )
    for rule, nodes in (*shared, *separate):
        for node, first in _repeated(nodes, _oid):
            message = f"{node.tag} '{_oid(node)}' is defined a second time{_also(first)}"
            yield rule.at(at_definition(node, _oid(node)), message, _oid(node))
    seen: dict[str, Node] = {}
    for node in (node for _, nodes in shared for node in nodes if _oid(node)):
        first = seen.setdefault(_oid(node), node)
        if first.tag != node.tag:
            message = f"{node.tag} has the OID '{_oid(node)}' of a {first.tag}{_also(first)}"
            yield KINDS.at(at_definition(node, _oid(node)), message, _oid(node))


def _oid(node: Node) -> str:
    return getattr(node, "oid", None) or getattr(node, "id", None) or ""


def _also(first: Node) -> str:
    return f", first in line {first.line}" if first.line else ""


def item_references(index: Index) -> Iterator[Finding]:
    """An item twice in one dataset or value list, and order numbers twice or missing."""
    for refs, place, where in _lists(index):
        for ref, first in _repeated(refs, lambda ref: ref.item_oid):
            message = f"{where} refers to the item '{ref.item_oid}' a second time{_also(first)}"
            yield ITEM_REF.at(_at(index, ref, place), message, ref.item_oid)
        twice = {id(ref) for ref, _ in _repeated(refs, lambda ref: ref.item_oid)}
        once = [ref for ref in refs if id(ref) not in twice]
        yield from _order_numbers(once, place, where)
        bare = [ref for ref in refs if not ref.order_number]
        # A value list needs no order: it is asked for where a part of the list has one.
        if bare and (place.dataset or len(bare) < len(refs)):
            message = f"{len(bare)} of the {len(refs)} items of {where} have no OrderNumber"
            yield ORDER_MISSING.at(replace(place, line=bare[0].line), message)


def _order_numbers(refs: Iterable[ItemRef], place: Place, where: str) -> Iterator[Finding]:
    for ref, first in _repeated(refs, lambda ref: ref.order_number):
        message = f"OrderNumber {ref.order_number} is given a second time in {where}{_also(first)}"
        yield ORDER.at(replace(place, line=ref.line), message, ref.order_number)


def _lists(index: Index) -> Iterator[tuple[tuple[ItemRef, ...], Place, str]]:
    for group in index.metadata.item_groups:
        yield group.items, at_group(group), f"dataset {group.name}"
    for values in index.metadata.value_lists:
        yield values.items, at_definition(values, values.oid), f"value list '{values.oid}'"


def _at(index: Index, ref: ItemRef, place: Place) -> Place:
    item = index.items.get(ref.item_oid or "")
    variable = (item.name or "") if item and place.dataset else ""
    return replace(place, line=ref.line, variable=variable)


def keys(index: Index) -> Iterator[Finding]:
    """Datasets without keys, and key sequences with a number twice or left out."""
    for group in index.metadata.item_groups:
        place = at_group(group)
        given = [ref for ref in group.items if ref.key_sequence]
        if not given:
            message = f"dataset {group.name} has no key: no variable has a KeySequence"
            yield KEY_MISSING.at(place, message)
            continue
        twice = list(_repeated(given, lambda ref: ref.key_sequence))
        for ref, first in twice:
            message = (
                f"KeySequence {ref.key_sequence} is given a second time in dataset "
                f"{group.name}{_also(first)}"
            )
            yield KEY.at(_at(index, ref, place), message, ref.key_sequence)
        yield from () if twice else _gaps(group, given, place)


def _gaps(group: ItemGroupDef, given: Sequence[ItemRef], place: Place) -> Iterator[Finding]:
    numbers = sorted(found for ref in given if (found := number(ref.key_sequence)) is not None)
    if len(numbers) == len(given) and numbers != list(range(1, len(given) + 1)):
        told = ", ".join(map(str, numbers))
        message = f"the keys of {group.name} are numbered {told}, not 1 to {len(given)}"
        yield KEY_GAP.at(replace(place, line=given[0].line), message, told)


def names(index: Index) -> Iterator[Finding]:
    """Names that two datasets, variables of a dataset, codelists or displays have."""
    groups = list(index.item_groups.values())
    same = list(_repeated(groups, lambda group: group.name))
    for group, first in same:
        message = f"two datasets are called {group.name}{_also(first)}"
        yield DATASET_NAME.at(at_group(group), message, group.name)
    named_twice = {id(group) for group, _ in same}
    others = [group for group in groups if id(group) not in named_twice]
    for group, first in _repeated(others, lambda group: group.sas_dataset_name):
        message = (
            f"the datasets {first.name} and {group.name} have one SASDatasetName "
            f"'{group.sas_dataset_name}'"
        )
        yield SAS_DATASET_NAME.at(at_group(group), message, group.sas_dataset_name)
    for group in groups:
        yield from _variable_names(index, group)
    for code_list, other in _repeated(
        index.code_lists.values(), lambda item: (item.name, item.data_type) if item.name else None
    ):
        message = f"'{code_list.name}' is the name of two codelists, '{other.oid}' and this"
        place = at_definition(code_list, code_list.oid)
        yield CODE_LIST_NAME.at(place, message, code_list.name)
    displays = index.metadata.displays.displays if index.metadata.displays else ()
    for display, _ in _repeated(by_oid(displays).values(), lambda item: item.name):
        message = f"two displays are called '{display.name}'"
        yield DISPLAY_NAME.at(at_definition(display, display.oid), message, display.name)


def _variable_names(index: Index, group: ItemGroupDef) -> Iterator[Finding]:
    items = by_oid(item for _, item in index.variables(group)).values()
    for item, first in _repeated(items, lambda item: item.name):
        message = f"two variables of {group.name} are called {item.name}{_also(first)}"
        place = replace(at_item(index, item), dataset=group.name or "")
        yield VARIABLE_NAME.at(place, message, item.name)


CHECKS: tuple[Check, ...] = (oids, item_references, keys, names)
