"""What a spec says for define.xml alone: whether it can be so, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Term, UsedCodelist, Variable
from converters.errors import Problem, nearest
from converters.mapping.document import Document, Path_, scalar_text
from converters.mapping.metadata import Level, comment, method, origin
from converters.mapping.where import where_conditions, where_problems
from converters.standards.terminology import Codelist

#: What is said of a variable beside its rule, where the spec has one for it.
_BESIDE = ("label", "comment", "method", "origin")
_NO_NAME = re.compile(r"[^\w.\-]+")
_BY_VALUE = ("decodes", "descriptions", "ranks")


def metadata_problems(
    document: Document,
    variables: Sequence[str],
    stated: Collection[str],
    codelists: Mapping[str, Sequence[Codelist]],
) -> Iterator[Problem]:
    """What is wrong with ``metadata``: names, and what has another place.

    ``stated`` are the variables that the spec has a rule for, ``codelists`` those of each.
    """
    for name, said in document.data.get("metadata", {}).items():
        path: Path_ = ("metadata", name)
        if name not in variables:
            message = f"{name} is not made by this spec{nearest(name, variables)}"
            yield document.problem(path, message, at_key=True)
            continue
        for key in (key for key in _BESIDE if key in said and name in stated):
            message = f"{name}: '{key}' stands beside the rule that makes it"
            yield document.problem((*path, key), message, at_key=True)
        yield from _codelist_problems(
            document, (*path, "codelist"), said, variables, codelists.get(name, ())
        )


def level_problems(
    document: Document,
    levels: Sequence[Level],
    variables: Sequence[str],
    others: Mapping[str, Sequence[str] | None],
    codelists: Mapping[str, Sequence[Codelist]],
) -> Iterator[Problem]:
    """What is wrong with ``value_level``; ``others`` are the variables of other datasets."""
    for level in levels:
        if level.variable not in variables:
            message = (
                f"{level.variable} is not made by this spec{nearest(level.variable, variables)}"
            )
            yield document.problem((*level.path, "variable"), message)
        wrong = list(
            where_problems(document, (*level.path, "where"), level.where, variables, others)
        )
        yield from wrong
        if not wrong and "join" not in level.keys:
            other = next((c for c in where_conditions(level.where) if c.dataset), None)
            if other is not None:
                message = (
                    f"a condition on {other.dataset}.{other.variable} needs 'join', which says how"
                    f" records of {other.dataset} are found"
                )
                yield document.problem((*level.path, "where"), message)
        path = (*level.path, "codelist")
        known = codelists.get(level.variable, ())
        yield from _codelist_problems(document, path, level.keys, variables, known)


def _codelist_problems(
    document: Document,
    path: Path_,
    said: Mapping[str, Any],
    variables: Sequence[str],
    codelists: Sequence[Codelist],
) -> Iterator[Problem]:
    shown = said.get("codelist", {})
    decodes = shown.get("decodes", {})
    if isinstance(decodes, str):
        if decodes not in variables:
            message = f"decodes: {decodes} is not made by this spec{nearest(decodes, variables)}"
            yield document.problem((*path, "decodes"), message)
        return
    values = [term.value for codelist in codelists for term in codelist.terms] or list(decodes)
    for key in _BY_VALUE:
        for value in shown.get(key, {}) if values else ():
            if value not in values:
                message = f"{key}: the codelist has no term '{value}'{nearest(value, values)}"
                yield document.problem((*path, key, value), message, at_key=True)


def with_codelist(
    variable: Variable,
    said: Mapping[str, Any],
    column: pd.Series,
    frame: pd.DataFrame,
    terms: str,
) -> Variable:
    """The variable with its codelist as the spec says; ``frame`` has as many rows as ``column``.

    A variable without a codelist gets one of the sponsor's, of the values that it has. ``terms``
    is what holds where the spec does not say it.
    """
    if not said:
        return variable
    decodes = said.get("decodes", {})
    if isinstance(decodes, str):
        decodes = _decodes(column, frame[decodes])
    known = variable.codelist
    if known is None:
        values = list(dict.fromkeys((*decodes, *value_texts(column))))
        if said.get("terms", terms) == "used":
            used = set(value_texts(column))
            values = [value for value in values if value in used]
        known = UsedCodelist(variable.name, variable.label, terms=tuple(map(Term, values)))
    ranks, descriptions = said.get("ranks", {}), said.get("descriptions", {})
    shown = tuple(
        replace(
            term,
            decode=scalar_text(decodes.get(term.value, term.decode)),
            rank=float(ranks[term.value]) if term.value in ranks else term.rank,
            description=descriptions.get(term.value, term.description),
        )
        for term in known.terms
    )
    return replace(
        variable,
        codelist=replace(
            known,
            name=said.get("name", known.name),
            label=said.get("label", known.label),
            format=scalar_text(said.get("format", known.format)),
            comment=comment(said.get("comment")) or known.comment,
            terms=shown,
        ),
    )


def value_texts(column: pd.Series) -> list[str]:
    """The distinct values of a column as text, in order; numbers by size."""
    if not columns.is_number(column):
        return sorted(columns.parts(column).values)
    values = np.unique(columns.floats(column))
    return columns.number_texts(values[~np.isnan(values)])


def _decodes(column: pd.Series, decode: pd.Series) -> dict[str, str]:
    """The decode of each value: the first of another variable in its records, in order."""
    first = columns.tuples([column, decode], len(column)).first
    texts = (columns.map_text(columns.take(c, first), list) for c in (column, decode))
    pairs = zip(*(columns.to_list(text) for text in texts), strict=True)
    found: dict[str, str] = {}
    for value, words in sorted(pair for pair in pairs if None not in pair):
        found.setdefault(value, words)
    known = value_texts(column)
    return {value: found[value] for value in known if value in found}


def own_terms(
    codelist: UsedCodelist | None, values: Collection[str], of: str
) -> UsedCodelist | None:
    """The part of a codelist that some records use, called after these where it is only a part.

    None where the values are no terms of it.
    """
    if codelist is None or codelist.dictionary:
        return codelist
    terms = tuple(term for term in codelist.terms if term.value in values)
    if not terms or any(value not in {term.value for term in terms} for value in values):
        return None
    if len(terms) == len(codelist.terms):
        return codelist
    name, label = f"{codelist.name}.{_NO_NAME.sub('_', of)}", f"{codelist.label} ({of})"
    return replace(codelist, name=name, label=label, terms=terms)


def said_of_level(definition: Variable, said: Mapping[str, Any]) -> Variable:
    """A variable in some records, as an entry of ``value_level`` says."""
    found = definition.origin
    if "origin" in said and found is not None:
        found = origin(said["origin"], found)
    made = definition.method if found is None or found.type == "Derived" else None
    return replace(
        definition,
        label=said.get("label", definition.label),
        origin=found,
        method=method(said.get("method"), made),
        comment=comment(said.get("comment")) or definition.comment,
        format=scalar_text(said.get("format", definition.format)),
        mandatory=said.get("mandatory", definition.mandatory),
    )
