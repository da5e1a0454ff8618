"""Codelists: their terms, decodes, ranks, formats, dictionaries, and the variables they are for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from converters.define.check.rule import Check, Rule, at_definition, at_item
from converters.define.check.walk import (
    NUMBERS,
    TIMES,
    at_variable,
    called,
    coded,
    distinct_variables,
    domain_of,
    is_number,
    listed,
    named,
    nci_code,
    variable_of,
)
from converters.define.elements import CodeList, CodeListItem, EnumeratedItem, ItemGroupDef
from converters.define.index import Index
from converters.errors import nearest
from converters.findings import Finding, Severity

_EMPTY = Rule("define-codelist-empty", Severity.ERROR, ("OD0081",))
_MIXED = Rule("define-codelist-mixed", Severity.ERROR, ("DD0007",))
_DECODE = Rule("define-decode-missing", Severity.ERROR, ("OD0082",))
_TERM_EMPTY = Rule("define-term-missing", Severity.ERROR, ("DD0003",))
_DUPLICATE = Rule("define-term-duplicate", Severity.ERROR, ("OD0079",))
_TYPE = Rule("define-codelist-type", Severity.ERROR, ("OD0076",))
_TERM_TYPE = Rule("define-term-type", Severity.ERROR, ("OD0077",))
_ITEM_TYPE = Rule("define-codelist-of-other-type", Severity.ERROR, ("OD0080",))
_RANK = Rule("define-rank-missing", Severity.WARNING, ("DD0076",))
_RANK_VALUE = Rule("define-rank-value", Severity.ERROR, ("OD0013",))
_ORDER = Rule("define-term-order-missing", Severity.WARNING, ("DD0077",))
_ORDER_TWICE = Rule("define-term-order-duplicate", Severity.WARNING, ("OD0042",))
_FORMAT = Rule("define-sas-format-name", Severity.ERROR, ("OD0019",))
_FORMAT_KIND = Rule("define-sas-format-kind", Severity.ERROR, ("OD0078",))
_DICTIONARY = Rule("define-dictionary-unknown", Severity.WARNING)
_VERSION = Rule("define-dictionary-version-missing", Severity.WARNING)
_MEDDRA_VERSION = Rule("define-meddra-version", Severity.ERROR, ("DD0025",))
_MEDDRA = Rule("define-meddra-missing", Severity.WARNING, ("DD0112",))
_MEDDRA_REF = Rule("define-meddra-not-referenced", Severity.WARNING, ("DD0113",))
_PAIR = Rule("define-test-pair", Severity.WARNING)
_FA_PAIR = Rule("define-test-pair", Severity.WARNING, ("DD0116",))

_TYPES = ("text", *NUMBERS)
_SAS_FORMAT = re.compile(r"\$?[A-Za-z_][A-Za-z0-9_]{0,31}\.?")
#: Dictionaries of the External Dictionary list and others in use, by their letters.
_DICTIONARIES = (
    *("MedDRA", "WHODrug", "WHO-DD", "WHODD", "WHOART", "COSTART", "SNOMED", "LOINC", "ICD"),
    *("ICD-9", "ICD-9-CM", "ICD-10", "ICD-10-CM", "ICD-11", "ISO 3166", "ISO 8601", "ISO 21090"),
    *("UNII", "MED-RT", "NDF-RT", "CTCAE", "D-U-N-S", "DUNS", "GMDN", "ATC", "ClinicalTrials.gov"),
    *("UCUM", "RxNorm", "EudraCT", "NCIt", "MESH", "GENC", "HGNC", "FMA", "VET-DRUG", "VEDDRA"),
)
#: MedDRA has had a version x.0 each March and x.1 each September, and 2.1 to 2.4 at first.
_MEDDRA_VERSIONS = re.compile(r"2\.[1-4]|([3-9]|[1-4][0-9])\.[01]")
#: Variables whose values are terms of MedDRA, by the ends of their names (SDTMIG, AE). Those of its
#: codes are numbers, which a codelist of text is not for.
_CODED = ("LLT", "HLT", "HLGT", "SOC")
_CODED_EVENTS = ("DECOD", *_CODED, "BODSYS")
#: Codes and the names that go with them; ``--`` stands for the letters of the domain.
_PAIRS = (("--TESTCD", "--TEST"), ("PARAMCD", "PARAM"), ("TSPARMCD", "TSPARM"))


def check_content(index: Index) -> Iterator[Finding]:
    """A codelist has terms of one kind, each with a value of its own and, if coded, a decode."""
    for item in index.metadata.code_lists:
        place, name = at_definition(item, item.oid), called(item)
        kinds = [bool(item.decoded), bool(item.enumerated), item.external is not None]
        if not any(kinds):
            yield _EMPTY.at(place, f"codelist {name} has no terms and names no dictionary")
        elif sum(kinds) > 1:
            message = f"codelist {name}: terms with decodes, terms without and a dictionary"
            yield _MIXED.at(place, f"{message} exclude each other")
        missing = [term.coded_value or "" for term in item.decoded if not _decode(term)]
        if missing:
            message = f"codelist {name}: no decode for {listed(missing)}"
            yield _DECODE.at(place, message, missing[0])
        yield from _values(item)


def _decode(term: CodeListItem) -> str:
    return str(term.decode or "").strip()


def _values(code_list: CodeList) -> Iterator[Finding]:
    counts = Counter(coded(code_list))
    for term in code_list.terms:
        value = term.coded_value or ""
        if not value.strip():
            message = f"codelist {called(code_list)}: a term has no value"
            yield _TERM_EMPTY.at(at_definition(term, code_list.oid), message)
        elif counts[value] > 1:
            message = f"codelist {called(code_list)}: {counts[value]} terms have the value"
            place = at_definition(term, code_list.oid)
            yield _DUPLICATE.at(place, f"{message} '{value}'", value)
            counts[value] = 1


def check_types(index: Index) -> Iterator[Finding]:
    """A codelist is of text, integer or float, as its values and its variables are."""
    for item in index.metadata.code_lists:
        place, name, given = at_definition(item, item.oid), called(item), item.data_type or ""
        if given not in _TYPES:
            hint = nearest(given, _TYPES) or " (one of text, integer, float)"
            yield _TYPE.at(place, f"codelist {name}: data type '{given}'{hint}", given)
        for value in coded(item) if given in NUMBERS else ():
            if value.strip() and not is_number(value, given):
                message = f"codelist {name}: '{value}' is no {given}, the codelist's data type"
                yield _TERM_TYPE.at(place, message, value)
    for item_def in index.metadata.items:
        code_list = index.code_list(item_def)
        if code_list is None or code_list.external is not None or code_list.data_type not in _TYPES:
            continue
        given = item_def.data_type or ""
        if code_list.data_type != ("text" if given in TIMES else given):
            message = f"{named(item_def)}: data type {given}, and its codelist {called(code_list)}"
            place = at_item(index, item_def)
            yield _ITEM_TYPE.at(place, f"{message} is of {code_list.data_type}", given)


def check_order(index: Index) -> Iterator[Finding]:
    """Ranks and order numbers are told of all terms or of none; order numbers only once."""
    for item in index.metadata.code_lists:
        yield from _on_all(item, _RANK, "Rank", lambda term: term.rank)
        yield from _on_all(item, _ORDER, "OrderNumber", lambda term: term.order_number)
        place = at_definition(item, item.oid)
        for rank in (term.rank for term in item.terms if term.rank is not None):
            if not is_number(rank):
                message = f"codelist {called(item)}: Rank '{rank}': expected a number"
                yield _RANK_VALUE.at(place, message, rank)
        orders = Counter(term.order_number for term in item.terms if term.order_number)
        twice = [order for order, count in orders.items() if count > 1]
        if twice:
            message = f"codelist {called(item)}: several terms have the OrderNumber {listed(twice)}"
            yield _ORDER_TWICE.at(place, message, twice[0])


def _on_all(
    code_list: CodeList,
    rule: Rule,
    what: str,
    read: Callable[[CodeListItem | EnumeratedItem], str | None],
) -> Iterator[Finding]:
    without = [term.coded_value or "" for term in code_list.terms if read(term) is None]
    if 0 < len(without) < len(code_list.terms):
        message = f"codelist {called(code_list)}: some terms have a {what}, and not"
        place = at_definition(code_list, code_list.oid)
        yield rule.at(place, f"{message} {listed(without)}", without[0])


def check_formats(index: Index) -> Iterator[Finding]:
    """A SASFormatName is one that SAS allows, with $ for text."""
    for item in index.metadata.code_lists:
        given = item.sas_format_name
        if given is None:
            continue
        place, name = at_definition(item, item.oid), called(item)
        if not _SAS_FORMAT.fullmatch(given):
            message = f"codelist {name}: SASFormatName '{given}': expected letters, digits and"
            yield _FORMAT.at(place, f"{message} underscores, no digit first", given)
        elif item.data_type == "text" and not given.startswith("$"):
            message = f"codelist {name}: SASFormatName '{given}': that of text begins with $"
            yield _FORMAT_KIND.at(place, message, given)


def check_dictionaries(index: Index) -> Iterator[Finding]:
    """A dictionary is known by its name and has a version; MedDRA's is one that there is."""
    known = {_letters(name) for name in _DICTIONARIES}
    for item in index.metadata.code_lists:
        if item.external is None:
            continue
        place = at_definition(item.external, item.oid)
        name, version = item.external.dictionary or "", (item.external.version or "").strip()
        if not any(_letters(name).startswith(word) for word in known):
            message = f"codelist {called(item)}: dictionary '{name}' is not known"
            yield _DICTIONARY.at(place, message + nearest(name, _DICTIONARIES), name)
        elif is_meddra(item):
            if not _MEDDRA_VERSIONS.fullmatch(version):
                message = f"codelist {called(item)}: MedDRA has no version '{version}': expected"
                yield _MEDDRA_VERSION.at(place, f"{message} one such as 26.1", version)
        elif not version and not _letters(name).startswith("ISO"):
            yield _VERSION.at(place, f"codelist {called(item)}: {name} has no Version")


def is_meddra(code_list: CodeList | None) -> bool:
    """Whether a codelist is the dictionary MedDRA."""
    external = code_list.external if code_list else None
    return external is not None and _letters(external.dictionary or "").startswith("MEDDRA")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).upper()


def check_meddra(index: Index) -> Iterator[Finding]:
    """Adverse events are coded in MedDRA, and their coded variables refer to it."""
    found = [
        (use, item)
        for use, item in distinct_variables(index)
        if use.group and _is_coded(use.group, item.name or "") and use.ref.has_no_data != "Yes"
    ]
    if found and not any(is_meddra(item) for item in index.metadata.code_lists):
        use, item = found[0]
        message = f"{named(item)} is coded in MedDRA, and no codelist is that dictionary"
        yield _MEDDRA.at(at_variable(use, item), message)
        return
    for use, item in found:
        dangling = item.code_list_ref is not None and index.code_list(item) is None
        if not (dangling or item.value_list_ref or is_meddra(index.code_list(item))):
            message = f"{named(item)}: its values are MedDRA's, and it does not refer to it"
            yield _MEDDRA_REF.at(at_variable(use, item), message)


def _is_coded(group: ItemGroupDef, name: str) -> bool:
    if domain_of(group) in ("MH", "CE"):
        return name[2:] in _CODED
    return domain_of(group) in ("AE", "ADAE") and name in {f"AE{end}" for end in _CODED_EVENTS}


def check_pairs(index: Index) -> Iterator[Finding]:
    """The codes and the names of tests or parameters have codelists that go together."""
    seen = set()
    for group in index.metadata.item_groups:
        for code, name in _PAIRS:
            prefix = domain_of(group)
            codes, names = (
                variable_of(index, group, word.replace("--", prefix)) for word in (code, name)
            )
            if codes is None or names is None or (codes.oid, names.oid) in seen:
                continue
            seen.add((codes.oid, names.oid))
            one, other = index.code_list(codes), index.code_list(names)
            if one is None or other is None or one.external or other.external or one is other:
                continue
            rule = _FA_PAIR if prefix == "FA" else _PAIR
            for message, value in _unpaired(one, other):
                place = at_definition(one, one.oid)
                yield rule.at(place, f"{named(codes)} and {named(names)}: {message}", value)


def _unpaired(codes: CodeList, names: CodeList) -> Iterator[tuple[str, str]]:
    """What in one codelist has no counterpart in the other, or how many terms each has.

    A code goes with a name by its decode or by the NCI code, which the two share.
    """
    one = {term.coded_value or "": _keys(term) for term in codes.terms}
    other = {term.coded_value or "": _keys(term) for term in names.terms}
    without = _lonely(one, other)
    if 2 * len(without) < len(one):
        for value in without:
            yield f"no term of codelist {called(names)} goes with '{value}'", value
        for value in _lonely(other, one):
            yield f"no term of codelist {called(codes)} goes with '{value}'", value
    elif len(one) != len(other):
        message = f"codelist {called(codes)} has {len(one)} terms, {called(names)} has"
        yield f"{message} {len(other)}", called(codes)


def _keys(term: CodeListItem | EnumeratedItem) -> set[str]:
    decode = _decode(term) if isinstance(term, CodeListItem) else ""
    words = (term.coded_value or "", decode, nci_code(term.aliases))
    return {" ".join(word.split()) for word in words if word}


def _lonely(one: dict[str, set[str]], other: dict[str, set[str]]) -> list[str]:
    keys = set().union(*other.values()) if other else set()
    return [value for value, own in one.items() if not own & keys]


CHECKS: tuple[Check, ...] = (
    check_content,
    check_types,
    check_order,
    check_formats,
    check_dictionaries,
    check_meddra,
    check_pairs,
)
