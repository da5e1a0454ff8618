"""Supplemental qualifiers: each QNAM is described by an entry of QVAL's value list."""

from __future__ import annotations

from collections.abc import Iterator

from converters.define.check.rule import Check, Rule, at_definition
from converters.define.check.walk import (
    at_use,
    at_variable,
    called,
    coded,
    is_supplemental,
    listed,
    variable_of,
)
from converters.define.elements import CodeListItem, ItemDef, ItemGroupDef, ItemRef
from converters.define.index import Index, Use
from converters.define.terms import SAS_NAME
from converters.findings import Finding, Severity

_NO_LIST = Rule("define-qval-without-value-level", Severity.ERROR, ("DD0038",))
_NO_ENTRY = Rule("define-qnam-without-value-level", Severity.ERROR, ("DD0038",))
_CONDITION = Rule("define-qval-condition", Severity.ERROR)
_NAME = Rule("define-qnam-name", Severity.ERROR)
_LABEL_LONG = Rule("define-qlabel-long", Severity.ERROR)
_LABEL = Rule("define-qlabel-differs", Severity.WARNING)
_ORIGIN = Rule("define-qorig-differs", Severity.WARNING)

#: What QORIG may say, in small letters, for each type of origin.
_QORIG = {
    "collected": ("collected", "crf", "edt"),
    "crf": ("crf", "collected"),
    "edt": ("edt", "collected"),
    "not available": ("not available", "other"),
}


def check_supplemental(index: Index) -> Iterator[Finding]:
    """QVAL has a value list with an entry for each term of QNAM's codelist."""
    for group in index.metadata.item_groups:
        if not is_supplemental(group) or group.has_no_data == "Yes":
            continue
        qnam, qval = variable_of(index, group, "QNAM"), variable_of(index, group, "QVAL")
        if qnam is None or qval is None:
            continue
        entries = list(index.value_level(qval))
        use = next(use for use in index.uses[qval.oid or ""] if use.group is group)
        if not entries:
            if qval.value_list_ref is None:
                message = f"{group.name}: QVAL has no value level to describe the qualifiers"
                yield _NO_LIST.at(at_variable(use, qval), message)
            continue
        yield from _entries(index, group, qnam, qval)
        yield from _terms(index, group, qnam, entries)
        yield from _origins(index, group, qval)


def _names(index: Index, ref: ItemRef, qnam: ItemDef) -> list[str]:
    """The QNAMs that the where-clauses of an entry name."""
    oids = [item.where_clause_oid or "" for item in ref.where_clauses]
    return [
        value.text
        for clause in (index.where_clauses[oid] for oid in oids if oid in index.where_clauses)
        for check in clause.checks
        if check.item_oid == qnam.oid and check.comparator in ("EQ", "IN")
        for value in check.values
    ]


def _entries(index: Index, group: ItemGroupDef, qnam: ItemDef, qval: ItemDef) -> Iterator[Finding]:
    for ref, item in index.value_level(qval):
        place = at_use(Use(ref, group, None, qval), item)
        names = _names(index, ref, qnam)
        if ref.where_clauses and not names and _is_defined(index, ref):
            message = f"{group.name}: the condition of {item.oid} does not say which QNAM it is for"
            yield _CONDITION.at(place, message)
        for name in names:
            if not SAS_NAME.fullmatch(name):
                message = f"{group.name}: QNAM '{name}': expected one to eight letters, digits and"
                yield _NAME.at(place, f"{message} underscores", name)
        label = str(item.description or "").strip()
        if len(label.encode()) > 40 and names:
            message = f"{group.name}: the label of QNAM {names[0]} has {len(label.encode())} bytes,"
            yield _LABEL_LONG.at(place, f"{message} 40 are allowed: '{label}'", label)


def _is_defined(index: Index, ref: ItemRef) -> bool:
    """Whether the conditions of an entry are defined, and all items that they compare."""
    clauses = [index.where_clauses.get(item.where_clause_oid or "") for item in ref.where_clauses]
    return all(
        clause is not None and all(check.item_oid in index.items for check in clause.checks)
        for clause in clauses
    )


def _terms(
    index: Index, group: ItemGroupDef, qnam: ItemDef, entries: list[tuple[ItemRef, ItemDef]]
) -> Iterator[Finding]:
    described = {name: item for ref, item in entries for name in _names(index, ref, qnam)}
    known = all(_is_defined(index, ref) for ref, _ in entries)
    code_list = index.code_list(qnam)
    if code_list is None:
        return
    without = [value for value in coded(code_list) if value not in described]
    if without and known and not _is_shared(index, qnam):
        message = f"{group.name}: value level of QVAL has no entry for QNAM {listed(without)}"
        yield _NO_ENTRY.at(at_definition(code_list, code_list.oid), message, without[0])
    for term in code_list.terms:
        item = described.get(term.coded_value or "")
        decode = str(term.decode or "").strip() if isinstance(term, CodeListItem) else ""
        label = str(item.description or "").strip() if item else ""
        if label and decode and " ".join(label.split()) != " ".join(decode.split()):
            message = f"{group.name}: QNAM {term.coded_value} is labelled '{label}', and the decode"
            message = f"{message} in codelist {called(code_list)} is '{decode}'"
            yield _LABEL.at(at_definition(term, code_list.oid), message, label)


def _is_shared(index: Index, qnam: ItemDef) -> bool:
    """Whether the codelist is that of the QNAM of several datasets."""
    oid = qnam.code_list_ref.code_list_oid if qnam.code_list_ref else None
    users = [
        item.oid
        for item in index.items.values()
        if item.code_list_ref is not None and item.code_list_ref.code_list_oid == oid
    ]
    return len(users) > 1 or len(index.groups_of(qnam)) > 1


def _origins(index: Index, group: ItemGroupDef, qval: ItemDef) -> Iterator[Finding]:
    qorig = variable_of(index, group, "QORIG")
    told = {value.casefold() for value in coded(index.code_list(qorig) if qorig else None)}
    for ref, item in index.value_level(qval) if told else ():
        for origin in item.origins:
            kind = (origin.type or "").casefold()
            if kind and not told & set(_QORIG.get(kind, (kind,))):
                message = f"{group.name}: {item.oid} has origin {origin.type}, which no term of"
                place = at_use(Use(ref, group, None, qval), item)
                yield _ORIGIN.at(place, f"{message} QORIG's codelist says", origin.type)


CHECKS: tuple[Check, ...] = (check_supplemental,)
