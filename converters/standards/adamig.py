"""The structures of ADaMIG: which variables they have, by name and by pattern of names.

One JSON Schema a structure, in ``schemas/adamig-*``: ADSL, BDS, TTE (BDS for time-to-event), OCCDS
and ADAE. A name such as ``TRTxxP`` stands for TRT01P, TRT02P ...: ``xx`` and ``zz`` are two digits,
``y`` and ``w`` a number from 1, ``--`` the two letters of an SDTM domain (ADaMIG 1.3, 3.1.4).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from converters.errors import SpecError, nearest
from converters.resources import folder

_PREFIX = "adamig-"

#: The classes of datasets and the structure of each; the words of Define-XML's controlled terms.
CLASSES: Mapping[str, str] = {
    "SUBJECT LEVEL ANALYSIS DATASET": "ADSL",
    "BASIC DATA STRUCTURE": "BDS",
    "OCCURRENCE DATA STRUCTURE": "OCCDS",
    "ADAM OTHER": "",
}
#: The subclasses, the class of each, and the structure that comes first for it.
SUBCLASSES: Mapping[str, tuple[str, str]] = {
    "TIME-TO-EVENT": ("BASIC DATA STRUCTURE", "TTE"),
    "ADVERSE EVENT": ("OCCURRENCE DATA STRUCTURE", "ADAE"),
}
_INDEX = re.compile(r"xx|zz|--|[yw]")
_DIGITS = {"xx": r"\d\d", "zz": r"\d\d", "y": r"[1-9]\d?", "w": r"[1-9]\d?", "--": "[A-Z]{2}"}

_NO_YES = "C66742"

#: What the end of a name says of a variable that no structure lists (ADaMIG 1.3, 3.1.6).
_SUFFIXES: tuple[tuple[str, Literal["Char", "Num"], str], ...] = (
    ("DTM", "Num", "DATETIME20."),
    ("DTF", "Char", ""),
    ("TMF", "Char", ""),
    ("DT", "Num", "DATE9."),
    ("TM", "Num", "TIME8."),
    ("DY", "Num", ""),
    ("FL", "Char", ""),
    ("FN", "Num", ""),
)
#: Their codelists: date and time imputation flags, and No Yes Response.
_SUFFIX_CODELISTS = {"DTF": ("C81223",), "TMF": ("C81226",), "FL": (_NO_YES,)}


@dataclass(frozen=True)
class AnalysisVariable:
    """A variable as a structure lists it; ``core`` is Req, Cond, Perm or empty (no structure's).

    ``format`` is the usual SAS format of its values, ``values`` those that the standard allows.
    ``by_pattern`` says that its name was found by a pattern, such as ``TRTxxP``; ``by_domain``,
    that it was one for any domain, such as ``--DUR``.
    """

    name: str
    label: str
    kind: Literal["Char", "Num"]
    core: str = ""
    codelists: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    described: str = ""
    format: str = ""
    order: int = 0
    by_pattern: bool = False
    by_domain: bool = False


@dataclass(frozen=True)
class Structure:
    """A structure: its variables in the order in which they are written, some of them patterns."""

    name: str
    dataset_class: str
    subclass: str
    variables: tuple[AnalysisVariable, ...]

    def find(self, name: str) -> AnalysisVariable | None:
        """The variable of that name, by its own or by a pattern."""
        return _found(self, name)


def versions() -> list[str]:
    """The versions of ADaMIG that are shipped, in order, such as ``1.3``."""
    return sorted(
        place.name.removeprefix(_PREFIX) for place in folder("schemas").glob(f"{_PREFIX}*")
    )


@cache
def load_structure(version: str, name: str) -> Structure:
    """A structure (``BDS``) of one version (``1.3``).

    Raises:
        SpecError: that version is not shipped, or has no such structure.
    """
    if version not in versions():
        known = ", ".join(versions())
        hint = nearest(version, versions())
        raise SpecError(f"ADaMIG version '{version}' is not known, only {known}{hint}")
    place = folder("schemas") / f"{_PREFIX}{version}" / f"{name}.json"
    if not place.is_file():
        raise SpecError(f"ADaMIG {version} has no structure '{name}'")
    schema = json.loads(place.read_text(encoding="utf-8"))
    variables = (
        _variable(item, entry, order)
        for order, (item, entry) in enumerate(schema["properties"].items(), 1)
    )
    return Structure(name, schema["x-class"], schema.get("x-subclass", ""), tuple(variables))


def _variable(name: str, item: Mapping[str, Any], order: int) -> AnalysisVariable:
    kind: Literal["Char", "Num"] = "Num" if "number" in item["type"] else "Char"
    values = tuple(str(value) for value in item.get("enum", ()) if value is not None)
    flag = (_NO_YES,) if values and set(values) <= {"Y", "N"} else ()
    return AnalysisVariable(
        name,
        item["title"],
        kind,
        item["x-core"],
        tuple(item.get("x-codelists", flag)),
        values,
        item.get("x-described", ""),
        _format(name, kind),
        order,
    )


def _format(name: str, kind: str) -> str:
    found = next((entry for entry in _SUFFIXES if name.endswith(entry[0])), None)
    return found[2] if found and found[1] == kind else ""


@cache
def _found(structure: Structure, name: str) -> AnalysisVariable | None:
    for item in structure.variables:
        if item.name == name:
            return item
    for item in structure.variables:
        indices = _indices(item.name, name)
        if indices is not None:
            label = _filled(item.label, indices)
            return replace(item, name=name, label=label, by_pattern=True, by_domain="--" in indices)
    return None


def fits(pattern: str, name: str) -> bool:
    """Whether a name is that of a listed variable, or one that its pattern stands for."""
    return name == pattern or _indices(pattern, name) is not None


def _indices(pattern: str, name: str) -> dict[str, str] | None:
    """What stands for each index of a pattern in a name; None: the name does not fit."""
    marks = _INDEX.findall(pattern) if pattern != pattern.upper() or "--" in pattern else []
    if not marks:
        return None
    text, seen = "", dict[str, int]()
    for piece in re.split(f"({_INDEX.pattern})", pattern):
        if piece in _DIGITS:
            text += f"({_DIGITS[piece]})"
            seen.setdefault(piece, len(seen))
        else:
            text += re.escape(piece)
    found = re.fullmatch(text, name)
    if found is None:
        return None
    return {mark: found[number + 1] for number, mark in enumerate(marks)}


def _filled(label: str, indices: Mapping[str, str]) -> str:
    """A label with its indices: ``Planned Treatment for Period xx`` for TRT01P."""
    return re.sub(r"\b(xx|zz|y|w)\b", lambda mark: indices.get(mark[1], mark[1]), label)


def structures_of(version: str, dataset_class: str, subclass: str = "") -> list[Structure]:
    """The structures to look a dataset's variables up in: its own first, then ADSL and the rest.

    Raises:
        SpecError: that version is not shipped.
    """
    own = SUBCLASSES[subclass][1] if subclass in SUBCLASSES else ""
    names = [own, CLASSES.get(dataset_class, ""), "ADSL", "BDS", "OCCDS", "TTE", "ADAE"]
    return [load_structure(version, name) for name in dict.fromkeys(names) if name]


def find_variable(
    version: str, dataset_class: str, name: str, subclass: str = ""
) -> AnalysisVariable | None:
    """What ADaMIG says of a variable name in a dataset of that class, or of how its name ends.

    None where neither says anything: the name is the sponsor's own. Only occurrences have names by
    the letters of a domain: MSDUR of a subject is no duration in words.
    """
    for structure in structures_of(version, dataset_class, subclass):
        found = structure.find(name)
        if found is not None and (structure.dataset_class == dataset_class or not found.by_domain):
            return found
    for suffix, kind, sas_format in _SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix):
            codelists = _SUFFIX_CODELISTS.get(suffix, ())
            return AnalysisVariable(name, "", kind, "", codelists, (), "", sas_format)
    return None
