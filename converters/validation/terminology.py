"""Values against Controlled Terminology, and test codes against test names."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from string import digits
from typing import Any

import numpy as np

from converters import columns
from converters.dataset import Condition, Dataset, UsedCodelist, Variable
from converters.errors import nearest
from converters.findings import Finding, Severity
from converters.standards.sdtmig import Domain, is_associated, variable_prefix
from converters.standards.terminology import Codelist, Terminology
from converters.standards.trial_summary import parameters
from converters.validation.close import CloseWords
from converters.validation.pairs import check_decodes
from converters.validation.structure import NAME_BYTES
from converters.validation.table import Fault, Groups, Mask, Rule, Table, plain, quoted

_NOT_EXTENSIBLE = Rule("not-in-codelist", Severity.ERROR, ("CT2001",))
_EXTENSIBLE = Rule("not-in-extensible-codelist", Severity.WARNING, ("CT2002",))
_OWN = Rule("not-in-own-codelist", Severity.ERROR, ("SD0037",))
_OTHER_CODE = Rule("code-and-decode-differ", Severity.ERROR, ("CT2003",))

#: How the names of a code and of its decode end, and the published rules on one decode a code and
#: one code a decode. ``""`` as prefix is the dataset's domain; others are whole names.
_PAIRS = (
    ("TESTCD", "TEST", "SD0040", "SD1043"),
    ("PARMCD", "PARM", "SD1069", "SD1070"),
    ("QNAM", "QLABEL", "SD0046", "SD1130"),
    ("ETCD", "ELEMENT", "SD1027", "SD1050"),
)
#: Published rules of their own for one domain's pair.
_OF_DOMAIN = {"IETEST": "SD1150", "IETESTCD": "SD1151"}
#: Values that SDTMIG has beside the codelist: a subject of several races (SDTMIG 5.2, DM), and the
#: ISO standards of trial summary values (SDTMIG 7.4.2).
_ALSO = {
    "RACE": frozenset({"MULTIPLE"}),
    "TSVCDREF": frozenset(item.reference for item in parameters().values()),
}
#: How alike a term must be to be suggested; short codes are alike by chance.
_CLOSE = 0.8
#: How many codelists a message names; of a variable with several the rest are counted.
_NAMED = 5
_RESULTS = ("ORRES", "STRESC")
_QUANTITY = re.compile(r"[<>]?=?\s*[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?")


def check_terminology(
    dataset: Dataset | Table, terminology: Terminology, domain: Domain | None = None
) -> list[Finding]:
    """Values that are no submission value of their codelist, and codes that do not fit a decode.

    A variable's codelist is the one in its metadata, or else those that ``domain`` names for it: a
    term of any of them will do. Values that the sponsor added to ``terminology`` are terms too.
    """
    table = Table.of(dataset)
    findings: list[Finding] = []
    for variable in table.metadata.variables:
        if variable.name in table:
            findings += _check_values(table, variable, terminology, domain)
    for code, decode, one_decode, one_code in _pairs(table):
        findings += check_decodes(
            [table], code, decode, Rule("several-decodes-of-code", Severity.ERROR, (one_decode,))
        )
        findings += check_decodes(
            [table],
            decode,
            code,
            Rule("several-codes-of-decode", Severity.ERROR, (one_code,)),
            _one_text if code == "QNAM" else operator.eq,
        )
        findings += _check_pair(table, code, decode, terminology, domain)
    return findings


def _one_text(one: str, other: str) -> bool:
    """Whether two QNAM may be pieces of one long text, as AETERM1 and AETERM2 (SDTMIG 4.5.3.2)."""
    short, long = sorted((one.rstrip(digits), other.rstrip(digits)), key=len)
    return short == long or (long.startswith(short) and len(one) == len(other) == NAME_BYTES)


def _check_values(
    table: Table, variable: Variable, terminology: Terminology, domain: Domain | None
) -> list[Finding]:
    used = variable.codelist
    codelists = codelists_of(table, variable, terminology, domain)
    if codelists:
        known = {term.value for codelist in codelists for term in codelist.terms}
        fault = _not_in(codelists, terminology)
    elif used is not None and used.terms and not used.dictionary:
        known = {term.value for term in used.terms}
        fault = _not_in_own(used)
    else:
        return []
    known |= _ALSO.get(variable.name, frozenset()).union(used.also if used else ())
    texts = table.column(variable.name).texts()
    if variable.name == "RDOMAIN":
        known.update(t for t in texts if is_associated(t) and variable_prefix(t) in known)
    if variable.name.endswith(_RESULTS):
        # A codelist of results names those in words.
        known.update(text for text in texts if _QUANTITY.fullmatch(text))
    free = _free(table, variable)
    wrong = [n for n, text in enumerate(texts) if text not in known and n not in free]
    return table.value_findings(variable.name, wrong, fault)


def _free(table: Table, variable: Variable) -> frozenset[int]:
    """Places of the values in records for which value-level metadata name no codelist.

    Empty where the variable has a codelist for all records, or for none.
    """
    coded = [
        level.where
        for level in table.metadata.value_level
        if level.variable == variable.name and level.definition.codelist is not None
    ]
    if variable.codelist is not None or not coded:
        return frozenset()
    rows = np.zeros(table.rows, dtype=bool)
    for where in coded:
        if all(check.comparator in ("EQ", "IN") and check.variable in table for check in where):
            rows |= np.logical_and.reduce([_met(table, check) for check in where])
    return frozenset(table.codes(variable.name)[~rows].tolist())


def _met(table: Table, check: Condition) -> Mask:
    """The rows whose value is one of the condition's."""
    return table.where(check.variable, lambda value: plain(value) in check.values)


def codelists_of(
    table: Table, variable: Variable, terminology: Terminology, domain: Domain | None
) -> list[Codelist]:
    """The codelists of the terminology that a variable's values may come from.

    Those that the metadata state, for some of the records (value level) or for all; without any
    those of the standard.
    """
    by_standard = [
        found
        for item in (domain.variables if domain else ())
        if item.name == variable.name
        for code in item.codelists
        if (found := terminology.get(code)) is not None
    ]
    some = (
        v.definition.codelist for v in table.metadata.value_level if v.variable == variable.name
    )
    used = [item for item in (variable.codelist, *some) if item is not None]
    if not used:
        return by_standard
    names = [item.joined or (item.code or item.name,) for item in used if not item.dictionary]
    stated = [terminology.get(name) for several in names for name in several]
    known = [item for item in dict.fromkeys(stated) if item is not None]
    if known and all(item in by_standard for item in known):
        return by_standard
    return known


def _not_in(codelists: Sequence[Codelist], terminology: Terminology) -> Callable[[Any], Fault]:
    names = " or ".join(f"{item.name} ({item.label})" for item in codelists[:_NAMED])
    if len(codelists) > _NAMED:
        names += f" or {len(codelists) - _NAMED} other codelists"
    extensible = any(item.extensible for item in codelists)
    rule = _EXTENSIBLE if extensible else _NOT_EXTENSIBLE
    status = "nor added by the sponsor" if extensible else "and no other value is allowed"
    values = {term.value.casefold(): term.value for item in codelists for term in item.terms}

    @cache
    def words() -> CloseWords:
        return CloseWords(values, _CLOSE)

    def fault(value: Any) -> Fault:
        text = plain(value)
        meant = next((term.value for item in codelists if (term := item.find(text))), None)
        close = meant or words().nearest(text.casefold())
        hint = f" (did you mean '{meant or values[close]}'?)" if close else ""
        told = f"{quoted(value)} is no term of {names} in {terminology.label}, {status}{hint}"
        return Fault(rule, told)

    return fault


def _not_in_own(used: UsedCodelist) -> Callable[[Any], Fault]:
    values = [term.value for term in used.terms]

    def fault(value: Any) -> Fault:
        hint = nearest(plain(value), values)
        return Fault(_OWN, f"{quoted(value)} is not in the sponsor's codelist {used.name}{hint}")

    return fault


def _pairs(table: Table) -> Iterator[tuple[str, str, str, str]]:
    """Code, decode and the two published rules of each pair that the dataset has."""
    for ending, other, one_decode, one_code in _PAIRS:
        for name in table.names:
            decode = name.removesuffix(ending) + other
            if name in (ending, table.prefix + ending) and decode in table:
                yield (
                    name,
                    decode,
                    _OF_DOMAIN.get(decode, one_decode),
                    _OF_DOMAIN.get(name, one_code),
                )


def _check_pair(
    table: Table, code: str, decode: str, terminology: Terminology, domain: Domain | None
) -> list[Finding]:
    """Pairs of terms that terminology does not pair: their NCI codes differ."""
    by_name = {item.name: item for item in table.metadata.variables}
    if code not in by_name or decode not in by_name:
        return []
    codes = codelists_of(table, by_name[code], terminology, domain)
    names = codelists_of(table, by_name[decode], terminology, domain)
    groups = table.groups([code, decode])
    rows = groups.first
    values, others = (
        columns.to_list(columns.take(table.frame[name], rows)) for name in (code, decode)
    )

    def expected(value: str) -> set[str]:
        return {item.decodes[value] for item in codes if value in item.decodes}

    wrong = [
        place
        for place, (value, other) in enumerate(zip(values, others, strict=True))
        if expected(value) and other not in expected(value) and any(other in n for n in names)
    ]

    def told(row: int) -> tuple[Any, str]:
        value, other = table.value(code, row), table.value(decode, row)
        wanted = " or ".join(quoted(item) for item in sorted(expected(value)))
        text = f"{decode}: {quoted(other)} stands with {code} {quoted(value)}, which is {wanted}"
        return other, text

    mixed = Groups(groups.ids, groups.counts[wrong], rows[wrong])
    return table.group_findings(_OTHER_CODE, decode, mixed, told)
