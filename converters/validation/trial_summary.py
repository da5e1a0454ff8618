"""TS: values against the codelists and forms of their parameters, and absent parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from converters import columns, iso8601
from converters.errors import nearest
from converters.findings import Finding, Severity
from converters.standards.terminology import Codelist, Terminology
from converters.standards.trial_summary import Parameter, parameters
from converters.validation.table import Case, Rule, Table, quoted

_NOT_EXTENSIBLE = Rule("parameter-not-in-codelist", Severity.ERROR, ("CT2004",))
_EXTENSIBLE = Rule("parameter-not-in-extensible-codelist", Severity.WARNING, ("CT2005",))
_CODE = Rule("parameter-code-differs", Severity.ERROR, ("CT2006",))
_FORM = Rule("invalid-parameter-value", Severity.ERROR)
_ABSENT = Rule("parameter-absent", Severity.NOTE)

_FORMS = {
    "count": (re.compile("[0-9]+"), "a whole number"),
    "country": (re.compile("[A-Z]{3}"), "the three letters of a country (ISO 3166-1)"),
    "duration": (re.compile("P.+"), "an ISO 8601 duration such as P18Y"),
    "date": (re.compile("[0-9].*"), "an ISO 8601 date"),
}


def check_trial_summary(table: Table, terminology: Terminology | None) -> list[Finding]:
    """What is wrong with the parameters of TS; without ``terminology`` no codelist is looked at."""
    if not {"TSPARMCD", "TSVAL"} <= set(table.names):
        return []
    return [*_values(table, terminology), *_absent(table)]


def _values(table: Table, terminology: Terminology | None) -> Iterator[Finding]:
    names = ["TSPARMCD", "TSVAL", *(["TSVALCD"] if "TSVALCD" in table else [])]
    groups = table.groups(names)
    for row, count in zip(groups.first.tolist(), groups.counts.tolist(), strict=True):
        name, value, *code = (table.value(key, row) for key in names)
        known = parameters().get(str(name))
        if known is None or value is None:
            continue
        for rule, variable, words in _faults(known, str(value), terminology, *code):
            published = (*rule.published, known.rule) if known.rule else rule.published
            case = Case(str(value), count, row, f"{variable}: {quoted(value)} of {name} {words}")
            yield table.finding(rule._replace(published=published), case, variable)


def _faults(
    known: Parameter, value: str, terminology: Terminology | None, code: str | None = None
) -> Iterator[tuple[Rule, str, str]]:
    """(rule, variable, words) for a value, and its code, of a parameter."""
    codelist = terminology.get(known.codelist) if terminology and known.codelist else None
    if codelist is not None and value not in codelist:
        yield _not_in(codelist, value)
    term = codelist.find(value) if codelist is not None and value in codelist else None
    if term is not None and term.code and code not in (None, term.code):
        yield _CODE, "TSVALCD", f"has the code {term.code}, and not {quoted(code)}"
    if known.kind and not _has_form(known.kind, value):
        yield _FORM, "TSVAL", f"is not {_FORMS[known.kind][1]}"


def _not_in(codelist: Codelist, value: str) -> tuple[Rule, str, str]:
    term = codelist.find(value)
    hint = f" (did you mean '{term.value}'?)" if term else ""
    hint = hint or nearest(value, [item.value for item in codelist.terms])
    rule = _EXTENSIBLE if codelist.extensible else _NOT_EXTENSIBLE
    return rule, "TSVAL", f"is no term of {codelist.name or codelist.code} ({codelist.label}){hint}"


def _has_form(kind: str, value: str) -> bool:
    if not _FORMS[kind][0].fullmatch(value):
        return False
    return kind not in ("date", "duration") or bool(
        iso8601.is_valid([value], allow_duration=kind == "duration")[0]
    )


def _absent(table: Table) -> Iterator[Finding]:
    """Parameters that the published rules ask for, if their condition on another one holds."""
    given = table.groups(["TSPARMCD", "TSVAL"]).first
    pairs = zip(
        *(columns.to_list(columns.take(table.frame[n], given)) for n in ("TSPARMCD", "TSVAL")),
        strict=True,
    )
    found = set(pairs)
    names = {name for name, _ in found}
    for name, known in parameters().items():
        if not known.absent or name in names or not known.when.items() <= found:
            continue
        why = "".join(f", since {other} is {value}" for other, value in known.when.items())
        case = Case(name, 1, -1, f"TSPARMCD: the parameter {name} is absent{why}")
        yield table.finding(_ABSENT._replace(published=(known.absent,)), case, "TSPARMCD")
