"""Codelists against the release of Controlled Terminology that the file declares for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from converters.define.check.guide import listed_variable
from converters.define.check.rule import Check, Rule, at_definition
from converters.define.check.walk import (
    at_variable,
    called,
    distinct_variables,
    listed,
    named,
    nci_code,
)
from converters.define.elements import CodeList, CodeListItem, EnumeratedItem
from converters.define.index import Index
from converters.errors import SpecError, nearest
from converters.findings import Finding, Severity
from converters.standards.release import Release
from converters.standards.terminology import Codelist, Terminology, load_terminology, versions

_UNAVAILABLE = Rule("define-terminology-unavailable", Severity.NOTE)
_LIST_CODE_MISSING = Rule("define-codelist-code-missing", Severity.ERROR, ("DD0031",))
_LIST_DOUBTFUL = Rule("define-codelist-without-codes", Severity.WARNING, ("DD0031",))
_LIST_CODE_UNKNOWN = Rule("define-codelist-code-unknown", Severity.ERROR, ("DD0033",))
_LIST_NAME = Rule("define-codelist-named-otherwise", Severity.WARNING, ("DD0033",))
_TERM_CODE_MISSING = Rule("define-term-code-missing", Severity.ERROR, ("DD0032",))
_TERM_CODE_UNKNOWN = Rule("define-term-code-unknown", Severity.ERROR, ("DD0034",))
_TERM_CODE = Rule("define-term-code", Severity.ERROR, ("DD0028",))
_TERM = Rule("define-term-not-in-codelist", Severity.ERROR, ("DD0024",))
_EXTENDED_MISSING = Rule("define-extended-value-missing", Severity.ERROR, ("DD0029",))
_EXTENDED_VALUE = Rule("define-extended-value", Severity.ERROR, ("DD0030",))
_EXTENDED_WRONG = Rule("define-extended-value-wrong", Severity.ERROR, ("DD0132",))
_EXPECTED = Rule("define-codelist-expected", Severity.WARNING, ("DD0124",))
_OTHER = Rule("define-codelist-not-of-standard", Severity.ERROR, ("DD0118",))
_NON_STANDARD = Rule("define-non-standard-codelist-code", Severity.ERROR, ("DD0127",))

_Term = CodeListItem | EnumeratedItem


def check_availability(index: Index) -> Iterator[Finding]:
    """Each terminology that is declared is shipped, or was imported."""
    for oid, release in releases(index).items():
        if release is None:
            standard = index.standards[oid]
            name, version = standard.publishing_set or "", standard.version or ""
            there = listed(versions(name)) or "none"
            message = f"{name} terminology {version} is not available, codelists are not checked"
            place = at_definition(standard, standard.oid)
            hint = "import the release by 'cdisc terminology add'"
            yield _UNAVAILABLE.at(
                place, f"{message} against it (there is {there}); {hint}", version
            )


def releases(index: Index) -> dict[str, Terminology | None]:
    """The releases of the declared terminologies by OID; None for one that is not available."""
    return {
        oid: _release((standard.publishing_set or "").lower(), standard.version or "")
        for oid, standard in index.standards.items()
        if standard.type == "CT"
    }


def _release(name: str, version: str) -> Terminology | None:
    try:
        return load_terminology(version, standard=name)
    except SpecError:
        return None


def check_codelists(index: Index) -> Iterator[Finding]:
    """A codelist of the terminology has its NCI code, and no other list has one."""
    found = releases(index)
    for item in index.metadata.code_lists:
        place, name, code = at_definition(item, item.oid), called(item), nci_code(item.aliases)
        standard = index.standards.get(item.standard_oid or "")
        if item.is_non_standard == "Yes":
            if code:
                message = f"codelist {name}: IsNonStandard is Yes, and it has the NCI code {code}"
                yield _NON_STANDARD.at(place, message, code)
        elif not code and standard is not None and standard.type == "CT" and item.terms:
            message = f"codelist {name}: it is said to be of a standard terminology and has no NCI"
            coded_terms = any(nci_code(term.aliases) for term in item.terms)
            rule = _LIST_CODE_MISSING if coded_terms else _LIST_DOUBTFUL
            yield rule.at(place, f"{message} code")
        release = found.get(item.standard_oid or "")
        if not code or release is None:
            continue
        known = _known(release, code)
        if known is None:
            message = f"codelist {name}: {release.label} has no codelist with the NCI code {code}"
            yield _LIST_CODE_UNKNOWN.at(place, message, code)
            continue
        others = _codes_by_name(release.release).get((item.name or "").casefold(), {code})
        if code not in others:
            message = f"codelist {name}: the NCI code {code} is that of {known.label}, and the name"
            yield _LIST_NAME.at(place, f"{message} that of {', '.join(sorted(others))}", code)


def _known(release: Terminology, code: str) -> Codelist | None:
    found = release.get(code)
    return found if found is not None and found.code == code else None


@cache
def _codes_by_name(release: Release) -> Mapping[str, set[str]]:
    """The NCI codes of the codelists that have a name, short or long, in small letters."""
    found: dict[str, set[str]] = {}
    for entry in release.entries:
        for name in (entry.name, entry.label):
            found.setdefault(name.casefold(), set()).add(entry.code)
    return found


def check_terms(index: Index) -> Iterator[Finding]:
    """Terms and their NCI codes are those of the terminology, what the sponsor added is marked."""
    found = releases(index)
    for item in index.metadata.code_lists:
        code = nci_code(item.aliases)
        release = found.get(item.standard_oid or "")
        known = _known(release, code) if release and code else None
        for term in item.terms:
            extended = term.extended_value
            if extended is not None and extended != "Yes":
                message = f"{_of(item, term)}: ExtendedValue '{extended}': expected Yes or nothing"
                yield _EXTENDED_VALUE.at(at_definition(term, item.oid), message, extended)
            elif extended and not code:
                message = f"{_of(item, term)}: ExtendedValue is for codelists of a standard"
                place = at_definition(term, item.oid)
                yield _EXTENDED_WRONG.at(place, f"{message} terminology, and this has no NCI code")
            elif known is not None and (term.coded_value or "").strip():
                yield from _term(item, known, term)
            elif code and not extended and not nci_code(term.aliases):
                message = f"{_of(item, term)}: neither an NCI code nor ExtendedValue"
                place = at_definition(term, item.oid)
                yield _TERM_CODE_MISSING.at(place, message, term.coded_value)


def _of(code_list: CodeList, term: _Term) -> str:
    return f"codelist {called(code_list)}, term '{term.coded_value or ''}'"


def _term(code_list: CodeList, known: Codelist, term: _Term) -> Iterator[Finding]:
    """What is wrong with a term of a codelist that the release has."""
    value, code = term.coded_value or "", nci_code(term.aliases)
    place, what = at_definition(term, code_list.oid), _of(code_list, term)
    if value in known:
        found = known.find(value)
        right = found.code if found else ""
        if term.extended_value:
            message = f"{what}: ExtendedValue is Yes, and the terminology has the term"
            yield _EXTENDED_WRONG.at(place, message, value)
        elif not code and right:
            message = f"{what}: the NCI code is missing, it is {right}"
            yield _TERM_CODE_MISSING.at(place, message, value)
        elif right and code != right:
            yield _TERM_CODE.at(place, f"{what}: the NCI code is {right}, not {code}", code)
        return
    meant = next((entry.value for entry in known.terms if code and entry.code == code), None)
    hint = nearest(value, (entry.value for entry in known.terms)) if len(known.terms) < 100 else ""
    if meant is not None:
        message = f"{what}: the NCI code {code} is that of the term '{meant}'"
        yield _TERM_CODE.at(place, message, value)
    elif not known.extensible:
        message = f"{what}: {known.label} ({known.code}) has no such term and cannot be extended"
        yield _TERM.at(place, message + hint, value)
    elif code:
        message = f"{what}: {known.label} ({known.code}) has no term with the NCI code {code}"
        yield _TERM_CODE_UNKNOWN.at(place, message + hint, code)
    elif not term.extended_value:
        message = f"{what}: {known.label} ({known.code}) has no such term; if you added it, mark it"
        yield _EXTENDED_MISSING.at(place, f"{message} by ExtendedValue{hint}", value)


def check_expected(index: Index) -> Iterator[Finding]:
    """A variable that the standard gives a codelist has that codelist, or tells more by value."""
    found = releases(index)
    for use, item in distinct_variables(index):
        if use.group is None:
            continue
        known = listed_variable(index, use.group, use.ref, item)
        if known is None or not known.codelists:
            continue
        place, wanted = at_variable(use, item), " or ".join(known.codelists)
        below = any(index.value_level(item))
        code_list = index.code_list(item)
        if code_list is None:
            without = item.code_list_ref is None and not below
            if without and "Yes" not in (use.ref.has_no_data, use.group.has_no_data):
                message = (
                    f"{named(item)}: the standard has a codelist for it ({wanted}), and it has"
                )
                yield _EXPECTED.at(place, f"{message} none")
            continue
        code = nci_code(code_list.aliases)
        release = found.get(code_list.standard_oid or "")
        is_known = release is None or _known(release, code) is not None
        if code and is_known and code not in known.codelists:
            message = (
                f"{named(item)}: the codelist {called(code_list)} has the NCI code {code}, that"
            )
            yield _OTHER.at(place, f"{message} of the standard is {wanted}", code)


CHECKS: tuple[Check, ...] = (check_availability, check_codelists, check_terms, check_expected)
