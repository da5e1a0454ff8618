"""Value lists: of one variable each, their entries told apart by where-clauses."""

from __future__ import annotations

from collections.abc import Iterator

from converters.define.check.rule import Check, Rule, at_definition, at_item
from converters.define.check.walk import (
    at_variable,
    class_of,
    coded,
    distinct_variables,
    domain_of,
    named,
    variable_of,
)
from converters.define.elements import ItemDef, ItemGroupDef
from converters.define.index import Index
from converters.findings import Finding, Severity

_EMPTY = Rule("define-value-list-empty", Severity.ERROR, ("DD0006",))
_NO_WHERE = Rule("define-value-list-without-where", Severity.ERROR, ("DD0006",))
_SHARED = Rule("define-value-list-shared", Severity.WARNING)
_NESTED = Rule("define-value-list-nested", Severity.ERROR)
_ITSELF = Rule("define-value-list-of-variables", Severity.WARNING)
_ADVICE = Rule("define-value-level-advised", Severity.NOTE)


def check_value_lists(index: Index) -> Iterator[Finding]:
    """A value list has entries, each with a where-clause and a definition of its own."""
    for values in index.metadata.value_lists:
        if not values.items:
            message = f"value list {values.oid}: it has no ItemRef"
            yield _EMPTY.at(at_definition(values, values.oid), message)
        for ref in values.items:
            place = at_definition(ref, ref.item_oid)
            if not ref.where_clauses:
                message = f"value list {values.oid}: {ref.item_oid} has no where-clause"
                yield _NO_WHERE.at(place, message)
            uses = index.uses.get(ref.item_oid or "", ())
            above = next((use for use in uses if use.value_list is None and use.group), None)
            if above is not None and above.group is not None:
                message = f"value list {values.oid}: {ref.item_oid} is a variable of"
                yield _ITSELF.at(place, f"{message} {above.group.name} as well")


def check_owners(index: Index) -> Iterator[Finding]:
    """A value list belongs to one variable, and to a variable: value level has none of its own."""
    owners: dict[str, ItemDef] = {}
    for item in index.metadata.items:
        oid = item.value_list_ref.value_list_oid if item.value_list_ref else None
        if oid is None:
            continue
        first = owners.setdefault(oid, item)
        place = at_item(index, item)
        if first is not item:
            message = f"{named(item)}: value list {oid} belongs to {first.oid} as well"
            yield _SHARED.at(place, message, oid)
        uses = index.uses.get(item.oid or "", ())
        if uses and all(use.value_list is not None for use in uses):
            message = (
                f"{named(item)}: {item.oid} is value level, and has a value list itself ({oid})"
            )
            yield _NESTED.at(place, message, oid)


def check_advice(index: Index) -> Iterator[Finding]:
    """Results of several tests or parameters are described at value level."""
    for use, item in distinct_variables(index):
        if use.group is None or item.value_list_ref is not None or use.ref.has_no_data == "Yes":
            continue
        code = _code_of(index, use.group, item.name or "")
        count = len(coded(index.code_list(code))) if code is not None else 0
        if code is not None and count > 1:
            message = f"{named(item)}: {count} values of {named(code)} share one definition; value"
            yield _ADVICE.at(
                at_variable(use, item), f"{message} level can tell type and length each"
            )


def _code_of(index: Index, group: ItemGroupDef, name: str) -> ItemDef | None:
    """The variable that says which result it is; None where the variable is no result."""
    if class_of(group).upper().startswith("FINDINGS") and name == f"{domain_of(group)}ORRES":
        return variable_of(index, group, f"{domain_of(group)}TESTCD")
    if class_of(group).upper() == "BASIC DATA STRUCTURE" and name == "AVAL":
        return variable_of(index, group, "PARAMCD")
    return None


CHECKS: tuple[Check, ...] = (check_value_lists, check_owners, check_advice)
