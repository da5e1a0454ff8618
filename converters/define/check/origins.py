"""Origins: their types and sources, with methods, predecessors and pages of the annotated CRF."""

from __future__ import annotations

import re
from collections.abc import Iterator

from converters.define.check.guide import guide_of
from converters.define.check.rule import Check, Rule, at_definition, at_item
from converters.define.check.walk import (
    at_use,
    at_variable,
    distinct_variables,
    is_adam,
    listed,
    named,
    values,
    variable_of,
    variables,
)
from converters.define.elements import ItemDef, ItemGroupDef, Origin
from converters.define.index import Index, Use
from converters.define.terms import ORIGIN_SOURCES, ORIGIN_TYPES
from converters.errors import nearest
from converters.findings import Finding, Severity

_MISSING = Rule("define-origin-missing", Severity.ERROR, ("DD0072",))
_TYPE = Rule("define-origin-type", Severity.ERROR, ("DD0073",))
_UNUSUAL = Rule("define-origin-unusual", Severity.WARNING, ("DD0073",))
_SOURCE_MISSING = Rule("define-origin-source-missing", Severity.WARNING)
_SOURCE = Rule("define-origin-source", Severity.ERROR)
_SOURCE_UNUSUAL = Rule("define-origin-source-unusual", Severity.WARNING)
_LEVELS = Rule("define-origin-levels", Severity.WARNING, ("DD0074",))
_METHOD_MISSING = Rule("define-method-missing", Severity.ERROR, ("DD0042",))
_METHOD_UNEXPECTED = Rule("define-method-not-derived", Severity.NOTE)
_METHOD_TYPE = Rule("define-method-type", Severity.ERROR, ("DD0104",))
_METHOD_WORDS = Rule("define-method-words", Severity.ERROR, ("DD0057",))
_PREDECESSOR = Rule("define-predecessor-missing", Severity.ERROR, ("DD0061",))
_SYNTAX = Rule("define-predecessor-syntax", Severity.WARNING, ("DD0148",))
_TARGET = Rule("define-predecessor-unknown", Severity.ERROR, ("DD0148",))
_PAGES = Rule("define-crf-pages-missing", Severity.WARNING, ("DD0035",))
_CRF = Rule("define-crf-document", Severity.ERROR, ("DD0075",))
_NO_CRF = Rule("define-crf-origin-without-crf", Severity.NOTE, ("DD0075",))
_PAGES_UNEXPECTED = Rule("define-crf-pages-not-collected", Severity.WARNING, ("DD0111",))
_STUDY_DAY = Rule("define-study-day-origin", Severity.WARNING, ("DD0105",))
_IDENTIFIERS = {
    "DOMAIN": (Rule("define-domain-origin", Severity.WARNING, ("DD0106",)), "Assigned"),
    "RDOMAIN": (Rule("define-rdomain-origin", Severity.WARNING, ("DD0107",)), "Assigned"),
    "STUDYID": (Rule("define-studyid-origin", Severity.WARNING, ("DD0108",)), "Protocol"),
}
_SAME_EVERYWHERE = {
    "USUBJID": Rule("define-usubjid-origin", Severity.WARNING, ("DD0109",)),
    "VISITNUM": Rule("define-visitnum-origin", Severity.WARNING, ("DD0110",)),
}

#: Types of Define-XML 2.0 (section 4.2.2 and the terms that SEND writes in capitals).
_TYPES_2_0 = (
    *("CRF", "Derived", "Assigned", "Protocol", "eDT", "Predecessor"),
    *("COLLECTED", "DERIVED", "ASSIGNED", "PROTOCOL", "NOT AVAILABLE", "OTHER"),
)
_OF_COLLECTION = ("CRF", "eDT", "Collected", "COLLECTED")
#: Sources that go with each type of Define-XML 2.1; the first column needs one.
_SOURCES = {
    "Collected": ("Investigator", "Subject", "Vendor"),
    "Derived": ("Sponsor", "Vendor", "Investigator"),
    "Assigned": ("Sponsor", "Vendor", "Investigator"),
    "Protocol": ("Sponsor",),
}
_NAMED = re.compile(r"\b([A-Z][A-Z0-9]{1,7})\.([A-Z_][A-Z0-9_]{0,7})\b")
_STUDY_DAYS = ("DY", "STDY", "ENDY")


def check_presence(index: Index) -> Iterator[Finding]:
    """A variable has an origin, or all of its value level have one."""
    for use, item in distinct_variables(index):
        below = [value for _, value in index.value_level(item)]
        if item.origins or use.ref.has_no_data == "Yes":
            continue
        without = [value for value in below if not value.origins]
        if not below:
            message = f"{named(item)}: the origin is missing"
            yield _MISSING.at(at_variable(use, item), message)
        elif without:
            message = f"{named(item)}: the origin is missing at the variable and at value level"
            oids = listed([value.oid or "" for value in without])
            yield _MISSING.at(at_variable(use, item), f"{message} {oids}")


def check_types(index: Index) -> Iterator[Finding]:
    """The type is one of the version, and of those that the kind of datasets has."""
    known = _TYPES_2_0 if index.odm.version == "2.0" else ORIGIN_TYPES
    adam = is_adam(index)
    for item in index.metadata.items:
        for origin in item.origins:
            given = origin.type or ""
            if given not in known:
                wanted = nearest(given, known) or f" (one of {', '.join(known)})"
                message = f"{named(item)}: '{given}' is no origin of Define-XML {index.odm.version}"
                yield _TYPE.at(at_item(index, item, origin), message + wanted, given)
            elif adam and given in _OF_COLLECTION:
                message = f"{named(item)}: origin {given} is unusual in analysis data: expected"
                message = f"{message} Predecessor, Derived or Assigned"
                yield _UNUSUAL.at(at_item(index, item, origin), message, given)


def check_sources(index: Index) -> Iterator[Finding]:
    """Who is the source of an origin goes with its type (2.1)."""
    if index.odm.version == "2.0":
        return
    for item in index.metadata.items:
        for origin in item.origins:
            place, given, kind = at_item(index, item, origin), origin.source, origin.type or ""
            usual = _SOURCES.get(kind, ())
            if given is None:
                if usual:
                    message = f"{named(item)}: origin {kind} has no Source ({' or '.join(usual)})"
                    yield _SOURCE_MISSING.at(place, message)
            elif given not in ORIGIN_SOURCES:
                hint = nearest(given, ORIGIN_SOURCES) or f" (one of {', '.join(ORIGIN_SOURCES)})"
                yield _SOURCE.at(place, f"{named(item)}: unknown Source '{given}'{hint}", given)
            elif (usual and given not in usual) or kind == "Not Available":
                message = f"{named(item)}: origin {kind} with Source {given}: expected"
                wanted = " or ".join(usual) or "none"
                yield _SOURCE_UNUSUAL.at(place, f"{message} {wanted}", given)


def check_levels(index: Index) -> Iterator[Finding]:
    """Origins of value level are among those of the variable, where both are told."""
    for use, item in values(index):
        above = {origin.type for origin in use.parent.origins} if use.parent else set()
        for origin in item.origins if above else ():
            if origin.type not in above:
                message = f"{named(item)}: value level {item.oid} has origin {origin.type}, the"
                told = ", ".join(sorted(filter(None, above)))
                yield _LEVELS.at(at_use(use, item), f"{message} variable {told}", origin.type)


def check_methods(index: Index) -> Iterator[Finding]:
    """What is derived has a method, at the variable or at value level, and nothing else has one."""
    for use, item in variables(index):
        below = [ref.method_oid for ref, value in index.value_level(item) if _derived(value, item)]
        yield from _method(use, item, item, bool(below) and all(below))
    for use, item in values(index):
        refs = index.uses.get(use.parent.oid or "", ()) if use.parent else ()
        covered = any(above.ref.method_oid for above in refs if above.group is use.group)
        if item.origins:
            yield from _method(use, item, use.parent or item, covered)


def _method(use: Use, item: ItemDef, owner: ItemDef, covered: bool) -> Iterator[Finding]:
    """``covered`` says that a method is told on the other level."""
    derived = _derived(item, owner)
    what = named(owner) if owner is item else f"{named(owner)}: value level {item.oid}"
    if derived and not use.ref.method_oid and not covered and use.ref.has_no_data != "Yes":
        yield _METHOD_MISSING.at(at_use(use, item), f"{what}: it is derived and has no method")
    elif use.ref.method_oid and item.origins and not derived:
        kinds = ", ".join(origin.type or "" for origin in item.origins)
        message = f"{what}: it has a method ({use.ref.method_oid}), and its origin is {kinds}"
        yield _METHOD_UNEXPECTED.at(at_use(use, item), message, use.ref.method_oid)


def _derived(item: ItemDef, owner: ItemDef) -> bool:
    origins = item.origins or owner.origins
    return any((origin.type or "").casefold() == "derived" for origin in origins)


def check_method_definitions(index: Index) -> Iterator[Finding]:
    """A method is a computation or an imputation, and says it in words."""
    for method in index.metadata.methods:
        place, name = at_definition(method, method.oid), method.name or method.oid
        if method.type not in ("Computation", "Imputation"):
            given = method.type or ""
            hint = nearest(given, ("Computation", "Imputation"))
            message = f"method {name}: type '{given}': expected Computation or Imputation{hint}"
            yield _METHOD_TYPE.at(place, message, given)
        if not str(method.description or "").strip():
            yield _METHOD_WORDS.at(place, f"method {name}: it has no words (Description)")


def check_predecessors(index: Index) -> Iterator[Finding]:
    """A predecessor is named as DATASET.VARIABLE; if the dataset is in the file, so is it."""
    groups = {group.name or "": group for group in index.metadata.item_groups}
    for item in index.metadata.items:
        for origin in item.origins:
            if origin.type != "Predecessor":
                continue
            place, text = at_item(index, item, origin), str(origin.description or "").strip()
            found = _NAMED.findall(text)
            if not text:
                yield _PREDECESSOR.at(place, f"{named(item)}: the predecessor is not named")
            elif not found:
                message = f"{named(item)}: predecessor '{text}': expected DATASET.VARIABLE"
                yield _SYNTAX.at(place, message, text)
            for dataset, variable in found:
                if dataset in groups:
                    yield from _target(index, item, origin, groups[dataset], variable)


def _target(
    index: Index, item: ItemDef, origin: Origin, group: ItemGroupDef, name: str
) -> Iterator[Finding]:
    place = at_item(index, item, origin)
    target = f"{group.name}.{name}"
    found = variable_of(index, group, name)
    if found is None:
        names = [other.name or "" for _, other in index.variables(group)]
        message = f"{named(item)}: predecessor {target}: {group.name} has no such variable"
        yield _TARGET.at(place, message + nearest(name, names), target)
    elif found is item and len(index.groups_of(item)) == 1:
        yield _TARGET.at(place, f"{named(item)}: it is its own predecessor", target)


def check_pages(index: Index) -> Iterator[Finding]:
    """What is collected on a CRF refers to pages of the annotated CRF, and nothing else does."""
    annotated = index.metadata.annotated_crf
    crfs = {document.leaf_id for document in annotated.documents} if annotated else set()
    found = [(item, origin) for item in index.metadata.items for origin in item.origins]
    collected = [(item, origin) for item, origin in found if _is_crf(origin)]
    if collected and not crfs and not any(origin.documents for _, origin in collected):
        item, origin = collected[0]
        message = f"{named(item)} and others are collected on a CRF, and the file names no"
        yield _NO_CRF.at(at_item(index, item, origin), f"{message} annotated CRF")
        return
    for item, origin in found:
        place, here = at_item(index, item, origin), {ref.leaf_id for ref in origin.documents}
        if not _is_crf(origin):
            if here & crfs and origin.type not in _OF_COLLECTION:
                message = f"{named(item)}: origin {origin.type} refers to the annotated CRF"
                yield _PAGES_UNEXPECTED.at(place, message)
        elif here and crfs and not here & crfs:
            message = f"{named(item)}: collected on a CRF, and its document is not the annotated"
            yield _CRF.at(place, f"{message} CRF", min(filter(None, here), default=None))
        elif not any(page for ref in origin.documents for page in ref.pages):
            yield _PAGES.at(place, f"{named(item)}: collected on a CRF, and no page is told")


def _is_crf(origin: Origin) -> bool:
    collected = origin.type == "Collected" and origin.source in ("Investigator", "Subject")
    return collected or origin.type == "CRF"


def check_identifiers(index: Index) -> Iterator[Finding]:
    """In SDTM, identifiers and study days have the origins that the standard implies."""
    for use, item in _of_tabulations(index):
        name, kinds = item.name or "", _kinds(item)
        place, given = at_variable(use, item), ", ".join(sorted(kinds))
        rule, wanted = _IDENTIFIERS.get(name, (None, ""))
        if rule is not None and not _is_any(kinds, wanted):
            yield rule.at(place, f"{name}: its origin is {wanted}, and {given} is told", given)
        domain = (use.group.domain if use.group else "") or ""
        day = any(name == f"{domain}{end}" for end in _STUDY_DAYS)
        if day and not _is_any(kinds, "Derived", "Predecessor", "Not Available"):
            message = f"{name}: a study day is derived, and its origin is {given}"
            yield _STUDY_DAY.at(place, message, given)


def check_consistency(index: Index) -> Iterator[Finding]:
    """In SDTM, USUBJID and VISITNUM have one origin in all datasets."""
    first: dict[str, tuple[set[str], str]] = {}
    for use, item in _of_tabulations(index):
        name, kinds = item.name or "", _kinds(item)
        if name not in _SAME_EVERYWHERE or _is_any(kinds, "Not Available") or use.group is None:
            continue
        told, where = first.setdefault(name, (kinds, use.group.name or ""))
        if kinds != told:
            given, other = (", ".join(sorted(words)) for words in (kinds, told))
            message = f"{name}: its origin is {given} here, and {other} in {where}"
            yield _SAME_EVERYWHERE[name].at(at_variable(use, item), message, given)


def _of_tabulations(index: Index) -> Iterator[tuple[Use, ItemDef]]:
    """The variables with origins of datasets that follow SDTMIG, its companions or SENDIG."""
    for use, item in distinct_variables(index):
        guide = guide_of(index, use.group)[0] if use.group else ""
        if item.origins and guide.startswith(("SDTM", "SEND")):
            yield use, item


def _kinds(item: ItemDef) -> set[str]:
    return {origin.type or "" for origin in item.origins}


def _is_any(kinds: set[str], *words: str) -> bool:
    """Whether one of the origins is one of the words, in capitals (SEND) or not."""
    return not {kind.casefold() for kind in kinds}.isdisjoint(word.casefold() for word in words)


CHECKS: tuple[Check, ...] = (
    check_presence,
    check_types,
    check_sources,
    check_levels,
    check_methods,
    check_method_definitions,
    check_predecessors,
    check_pages,
    check_identifiers,
    check_consistency,
)
