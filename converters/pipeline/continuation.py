"""Texts longer than a transport file can hold: cut at a word and continued (SDTMIG 4.5.3.2)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from converters import columns
from converters.findings import Severity
from converters.formats.xpt_text import plain
from converters.mapping.document import scalar_text
from converters.pipeline.plan import LONGEST_PARENT, DatasetPlan
from converters.pipeline.work import Work
from converters.rules.definition import Definition
from converters.standards.model import CONTINUED, MOST_PIECES, OBSERVATIONS, numbered_name

#: What a text variable of a transport file can hold.
TEXT_BYTES = 200

#: Words that may be too long: spelt out in ASCII a character has at most 18.
_WORDS = re.compile(f"[^ ]{{{TEXT_BYTES // 18 + 1},}}")

#: Special purpose domains whose records may have supplemental qualifiers.
_SUBJECTS = ("DM", "SE", "SM", "SV")


@dataclass(frozen=True)
class Qualifier:
    """A supplemental qualifier: QNAM, QLABEL, its values and what defines them."""

    name: str
    label: str
    column: pd.Series
    definition: Definition


@dataclass(frozen=True)
class Texts:
    """A dataset's variables as they are written, and its supplemental qualifiers.

    ``continued`` names the variable that each numbered variable of ``variables`` continues.
    """

    variables: Mapping[str, pd.Series]
    qualifiers: tuple[Qualifier, ...]
    continued: Mapping[str, str]


def continue_texts(work: Work) -> Texts:
    """The variables and qualifiers of a dataset, none longer than a transport file can hold.

    Long texts go on in qualifiers; COVAL and TSVAL in variables of the dataset. What cannot be
    continued stays as it is and is a finding.
    """
    plan = work.plan
    taken = {*plan.known, *plan.qualifiers}
    variables: dict[str, pd.Series] = {}
    qualifiers: list[Qualifier] = []
    continued: dict[str, str] = {}
    for name in plan.variables:
        first, *more = pieces_of(work.made[name])
        obstacle = _obstacle(plan, name, len(more)) if more else ""
        if obstacle:
            _report(work, name, "text-not-continued", Severity.WARNING, more[0], obstacle)
            first, more = work.made[name], []
        if CONTINUED.get(plan.domain.prefix) == name:
            names = [numbered_name(name, number) for number in range(1, len(more) + 1)]
            variables |= {name: first, **dict(zip(names, more, strict=True))}
            continued |= dict.fromkeys(names, name)
        else:
            names = list(itertools.islice(_free_names(name, taken), len(more)))
            kept = [(name, first)] if name in plan.qualifiers else []
            qualifiers += _qualifiers(work, name, [*kept, *zip(names, more, strict=True)])
            variables |= {} if kept else {name: first}
        taken.update(names)
        if more:
            place = plan.spec.name if name in continued.values() else f"SUPP{plan.spec.name}"
            words = f"continued in {place} as {', '.join(names)}{_cut_words(work.made[name])}"
            _report(work, name, "text-continued", Severity.NOTE, more[0], words)
    return Texts(variables, tuple(qualifiers), continued)


def _qualifiers(work: Work, name: str, named: list[tuple[str, pd.Series]]) -> Iterator[Qualifier]:
    """Qualifiers with what ``name`` is called and defined by; an unasked one if it has a value."""
    definition = definition_of(work.plan, name)
    label = attribute(definition, "label")
    if label is None:
        label = work.plan.known[name].label if name in work.plan.known else name
    for qualifier, column in named:
        stated = qualifier in work.plan.spec.qualifiers
        if stated or not columns.missing(column).all():
            yield Qualifier(qualifier, label, column, definition)


def definition_of(plan: DatasetPlan, name: str) -> Definition:
    """What the first block says that makes the variable or qualifier."""
    definitions = [block.definitions[name] for block in plan.blocks]
    made = (item for item in definitions if item.attributes or item.rule.name != "empty")
    return next(made, definitions[0])


def attribute(definition: Definition, name: str) -> str | None:
    """What a definition says beside its rule, as text."""
    value = definition.attributes.get(name) if definition.attributes else None
    return None if value is None else scalar_text(value)


def _free_names(name: str, taken: Set[str]) -> Iterator[str]:
    """Numbered names that no variable or qualifier has."""
    numbered = (numbered_name(name, number) for number in itertools.count(1))
    return (item for item in numbered if item not in taken)


def _obstacle(plan: DatasetPlan, name: str, more: int) -> str:
    """Why a text cannot be continued; empty if it can."""
    spec, domain, variable = plan.spec, plan.domain, plan.known.get(name)
    if name == "IETEST":
        return "it must have all that matters: abbreviate it; the protocol has the full text"
    if variable is not None and variable.role in ("Identifier", "Timing"):
        return f"{variable.role.lower()} variables are not continued"
    if CONTINUED.get(domain.prefix) == name:
        used = [n for n in plan.variables if n in _first_names(name)]
        if used:
            return f"the spec itself makes {used[0]}"
        return "" if more <= MOST_PIECES else f"it would need more than {MOST_PIECES} variables"
    subjects = domain.dataset_class in OBSERVATIONS or domain.prefix in _SUBJECTS
    if not subjects or not domain.owners:
        return f"{spec.name} has no supplemental qualifiers"
    if len(spec.name) > LONGEST_PARENT:
        return f"SUPP{spec.name} is longer than 8 characters: call the dataset shorter"
    return ""


def _first_names(name: str) -> frozenset[str]:
    return frozenset(numbered_name(name, number) for number in range(1, MOST_PIECES + 1))


def _report(
    work: Work, name: str, rule: str, severity: Severity, more: pd.Series, words: str
) -> None:
    rows = np.flatnonzero(~columns.missing(more))
    message = f"{name}: {len(rows):,} text(s) of more than {TEXT_BYTES} bytes: {words}"
    origin, record = int(work.origin[rows[0]]), int(work.record[rows[0]])
    work.notes.place(rule, severity, message, name, len(rows), origin, record)


def _cut_words(column: pd.Series) -> str:
    """What is said of words that are too long themselves."""
    words = (word for value in columns.parts(column).values for word in _WORDS.findall(value))
    return "; a word is cut" if any(_fitting(word) < len(word) for word in words) else ""


# Texts


def pieces_of(column: pd.Series) -> list[pd.Series]:
    """A text column cut into pieces that fit; the column itself where all its values do."""
    if columns.is_number(column):
        return [column]
    codes, values = columns.parts(column)
    if max(map(len, values), default=0) <= TEXT_BYTES and all(map(str.isascii, values)):
        return [column]
    cut = [pieces(value) for value in values]
    most = max(map(len, cut), default=1)
    padded = [[item or None for item in [*items, *[""] * (most - len(items))]] for items in cut]
    return [columns.from_codes(codes, list(values)) for values in zip(*padded, strict=True)]


def pieces(text: str) -> list[str]:
    """A text in pieces of at most 200 bytes, each as long as can be, cut at a blank.

    Joined with a blank they give the text without the blanks at its end, unless a word is too long:
    that is cut between two characters.
    """
    found = []
    rest = text if _fitting(text) == len(text) else text.rstrip(" ")
    while (size := _fitting(rest)) < len(rest):
        place = _last_blank(rest, size)
        found.append(rest[: place or size])
        rest = rest[place + 1 if place else size :]
    return [*found, rest]


def _last_blank(text: str, size: int) -> int:
    """Where to cut, at most at ``size``: no piece ends with a blank if it need not; 0: nowhere."""
    words = text[:size].rstrip(" ") if text[size] == " " else text[:size].rpartition(" ")[0]
    words = words.rstrip(" ")
    return len(words) or (text.rfind(" ", 1, size + 1) if text[:size].isspace() else 0)


def _fitting(text: str) -> int:
    """How many characters at the beginning fit into a piece."""
    if text[:TEXT_BYTES].isascii():
        return min(len(text), TEXT_BYTES)
    sizes = itertools.accumulate(map(_size, text[: TEXT_BYTES + 1]))
    return next((place for place, size in enumerate(sizes) if size > TEXT_BYTES), len(text))


@cache
def _size(char: str) -> int:
    """The bytes of a character in UTF-8, or spelt out in ASCII as a transport file has it."""
    return max(len(char.encode()), len(plain(char)))
