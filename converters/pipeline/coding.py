"""What the ``coding`` of a block makes: a dictionary's variables, by their usual columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from converters.errors import nearest
from converters.mapping.document import Path_
from converters.mapping.expressions import ExpressionError, parse
from converters.mapping.spec import Coding
from converters.rules.definition import Definition
from converters.rules.rule import Target
from converters.rules.sdtm.coding import CODED
from converters.standards.sdtmig import Domain, DomainVariable

#: By dictionary: the ending of a variable's name, and what its column may be called (small letters
#: and digits alone count) beside the variable's name and its ending. The first is the main one.
_USUAL: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "MedDRA": {
        "DECOD": ("pt", "ptname", "ptterm", "preferredterm", "preferredtermname"),
        "PTCD": ("ptcode", "preferredtermcode"),
        "LLT": ("lltname", "lltterm", "lowestlevelterm", "lowlevelterm", "lowestleveltermname"),
        "LLTCD": ("lltcode", "lowestleveltermcode", "lowleveltermcode"),
        "HLT": ("hltname", "hltterm", "highlevelterm", "highleveltermname"),
        "HLTCD": ("hltcode", "highleveltermcode"),
        "HLGT": ("hlgtname", "hlgtterm", "highlevelgroupterm", "highlevelgrouptermname"),
        "HLGTCD": ("hlgtcode", "highlevelgrouptermcode"),
        "SOC": ("socname", "socterm", "systemorganclass", "primarysoc", "primarysocname"),
        "SOCCD": ("soccode", "systemorganclasscode", "primarysoccode", "primarysoccd"),
        "BODSYS": ("bodysystem", "bodysystemororganclass"),
        "BDSYCD": ("bodysystemcode", "bodsyscode", "bodsyscd"),
        "MODIFY": ("modifiedterm", "modifiedreportedterm"),
    },
    "WHODrug": {
        "DECOD": ("preferredname", "preferredterm", "pt", "genericname", "drugname"),
        "CLAS": ("class", "atctext", "atcname", "atcterm", "atc", "atcdescription"),
        "CLASCD": ("classcode", "atccode", "atccd"),
        "MODIFY": ("modifiedterm", "modifiedreportedname"),
    },
}
#: The body system is that of the primary SOC unless the file says another.
_ELSE = {"BODSYS": "SOC", "BDSYCD": "SOCCD"}
_ATC = re.compile(r"ATC([1-5])(CD)?")


@dataclass(frozen=True)
class Coded:
    """What one coding makes, and what is wrong with it (place in the spec, message)."""

    definitions: Mapping[str, Definition]
    problems: tuple[tuple[Path_, str], ...]


def coded(
    coding: Coding,
    domain: Domain,
    dataset: str,
    known: Mapping[str, DomainVariable],
    dictionaries: Mapping[str, str],
    header: Sequence[str] | None,
    unmade: frozenset[str],
) -> Coded:
    """The definitions of a coding; ``header`` has the coding file's columns, if they are known.

    ``unmade`` are the variables that the spec itself makes, or leaves out.
    """
    problems = list(_problems(coding, dictionaries))
    taken = _columns(coding, domain, known, header)
    problems += _unfound(coding, domain, known, header, taken)
    made = [name for name in taken if name not in unmade]
    topic = next((item.name for item in domain.variables if item.role == "Topic"), "")
    definitions = {}
    for name in made:
        args = {
            "dictionary": coding.dictionary,
            "version": dictionaries.get(coding.dictionary, ""),
            "source": coding.source,
            "by": coding.by,
            "where": "" if any(path[-1] == "where" for path, _ in problems) else coding.where,
            "columns": [taken[item] for item in made],
            "take": taken[name],
            "stated": name if name in coding.take else "",
            "term": topic,
            "main": name == made[0],
            "place": coding.path[len(coding.block) + 1 :],
        }
        kind = known[name].kind if name in known else "Char"
        target = Target(dataset, domain.name, name, kind)
        attributes = {} if name in known else _atc_attributes(name)
        definitions[name] = Definition(target, CODED, args, (), attributes, coding.block)
    return Coded(definitions, tuple(problems))


def _problems(coding: Coding, dictionaries: Mapping[str, str]) -> Iterator[tuple[Path_, str]]:
    if coding.dictionary not in dictionaries:
        hint = nearest(coding.dictionary, dictionaries)
        message = f"study.yaml does not say which version of {coding.dictionary}{hint}"
        yield (*coding.path, "dictionary"), f"{message}: dictionaries: {{{coding.dictionary}: ...}}"
    try:
        refs = parse(coding.where).refs if coding.where else frozenset()
    except ExpressionError as error:
        yield (*coding.path, "where"), f"{error}, in the expression: {coding.where}"
        return
    for ref in sorted(refs, key=str):
        if ref.scope not in (None, "raw"):
            name = f"{ref.scope}.{ref.name}"
            yield (*coding.path, "where"), f"'{name}': only columns of the source can be used here"


def _columns(
    coding: Coding,
    domain: Domain,
    known: Mapping[str, DomainVariable],
    header: Sequence[str] | None,
) -> dict[str, str]:
    """The coding file's column of each variable, the main variable first."""
    here = {_normal(name): name for name in reversed(header or ())}
    found: dict[str, str] = {}
    usual = _USUAL.get(coding.dictionary, {})
    for ending, names in usual.items():
        variable = domain.prefix + ending
        words = (_normal(variable), ending.lower(), *names)
        column = next((here[word] for word in words if word in here), "")
        if not column and ending in _ELSE:
            column = found.get(domain.prefix + _ELSE[ending], "")
        column = coding.take.get(variable, column)
        if variable in known and (column or header is None):
            found[variable] = column
    return {**found, **{name: column for name, column in coding.take.items() if name not in found}}


def _normal(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.casefold())


def _unfound(
    coding: Coding,
    domain: Domain,
    known: Mapping[str, DomainVariable],
    header: Sequence[str] | None,
    taken: dict[str, str],
) -> Iterator[tuple[Path_, str]]:
    """Variables that do not exist (these are dropped), and a main one that has no column."""
    for name in coding.take:
        if name not in known and not _ATC.fullmatch(name.removeprefix(domain.prefix)):
            del taken[name]
            hint = nearest(name, known)
            message = f"{name} is no variable of {domain.name}{hint}; ATC levels are"
            atc = f"{domain.prefix}ATC1, {domain.prefix}ATC1CD ..."
            yield (*coding.path, "take", name), f"{message} {atc}"
    main = f"{domain.prefix}DECOD"
    usual = _USUAL.get(coding.dictionary)
    if usual is None and not coding.take:
        yield coding.path, f"what is to be taken of {coding.dictionary} has to be said: 'take'"
    elif usual and main in known and main not in taken:
        names = ", ".join(("decod", *usual["DECOD"])[:4])
        message = f"the source '{coding.source}' has no column for {main} (such as {names})"
        yield (*coding.path, "source"), f"{message}: take: {{{main}: its column}}"
    elif not taken:
        yield coding.path, f"{coding.dictionary} makes no variable of {domain.name}"


def _atc_attributes(name: str) -> dict[str, Any]:
    found = _ATC.search(name)
    level, code = found.groups() if found else ("", "")
    label = f"ATC Level {level} {'Code' if code else 'Text'}"
    return {"label": label, "evaluator": "SPONSOR"}
