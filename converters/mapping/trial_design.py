"""The trial's design in study.yaml, as the mapping specs of TA, TE, TV, TI and TS (SDTMIG 7).

Each is a spec of written rows whose places lie in study.yaml, so that it is checked, traced and
described like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from converters.errors import Problem, nearest
from converters.mapping.document import Document, Path_, Place, scalar_text
from converters.mapping.spec import DatasetSpec, build_spec

Row = dict[str, Any]

#: Variables that come from the sponsor and not from the protocol.
_ASSIGNED = ("TAETORD", "VISITNUM")
_NUMBERED = {
    "from": "TSSEQ",
    "origin": "Derived",
    "method": "Sequential number of the values of the parameter, in the order in which the summary"
    " states them.",
}
#: What rows may say of a value of TS, which is else made unasked.
_UNASKED = ("TSVALCD", "TSVCDREF", "TSVCDVER")

_ELEMENT = {"element": "ELEMENT", "start": "TESTRL", "end": "TEENRL", "duration": "TEDUR"}
_CRITERION = {"text": "IETEST", "category": "IECAT", "subcategory": "IESCAT", "rule": "TIRL"}
_SUMMARY = {
    "group": "TSGRPID",
    "value": "TSVAL",
    "null_flavor": "TSVALNF",
    "code": "TSVALCD",
    "reference": "TSVCDREF",
    "version": "TSVCDVER",
}


@dataclass(frozen=True)
class _Made:
    """The rows of a dataset, and the place in study.yaml that they come from."""

    name: str
    place: Path_
    rows: tuple[Row, ...]


def design_specs(
    document: Document, written: Iterable[str]
) -> tuple[dict[str, DatasetSpec], list[Problem]]:
    """The specs that study.yaml's ``trial_design`` and ``visits`` make, and what is wrong.

    ``written`` are the datasets that have a spec file: one made here too is a problem.
    """
    files = set(written)
    problems = list(_faults(document, files))
    specs = {}
    for made in _made(document.data):
        if made.name in files:
            message = f"{made.name} is made from this, and sdtm/ has a spec of it too: keep one"
            problems.append(document.problem(made.place, message, at_key=True))
        specs[made.name] = build_spec(_as_spec(document, made))
    return specs, problems


def _made(data: Mapping[str, Any]) -> Iterator[_Made]:
    design = data.get("trial_design", {})
    arms, elements = design.get("arms", {}), design.get("elements", {})
    tables = (
        ("TA", ("trial_design", "arms"), _arms(arms, elements)),
        ("TE", ("trial_design", "elements"), _elements(elements)),
        ("TV", ("visits",), _visits(data.get("visits", ()), arms)),
        ("TI", ("trial_design", "criteria"), _criteria(design.get("criteria", {}))),
        ("TS", ("trial_design", "summary"), _summary(design.get("summary", {}))),
    )
    for name, place, rows in tables:
        found = tuple(rows)
        if found:
            yield _Made(name, place, found)


def _arms(arms: Mapping[str, Any], elements: Mapping[str, Any]) -> Iterator[Row]:
    for code, arm in arms.items():
        for number, item in enumerate(arm["elements"], start=1):
            yield {
                "ARMCD": code,
                "ARM": arm["arm"],
                "TAETORD": number,
                "ETCD": item["ETCD"],
                "ELEMENT": elements.get(item["ETCD"], {}).get("element"),
                "TABRANCH": item.get("branch"),
                "TATRANS": item.get("transition"),
                "EPOCH": item["EPOCH"],
            }


def _elements(elements: Mapping[str, Any]) -> Iterator[Row]:
    for code, item in elements.items():
        yield {"ETCD": code, **_renamed(item, _ELEMENT)}


def _visits(visits: Sequence[Mapping[str, Any]], arms: Mapping[str, Any]) -> Iterator[Row]:
    """A visit without ``arms`` is the same in all of them: ARMCD is then empty (SDTMIG 7.3.1)."""
    for visit in visits:
        for code in visit.get("arms", (None,)) if "start" in visit else ():
            row = {name: visit.get(name) for name in ("VISITNUM", "VISIT", "VISITDY")}
            yield row | {
                "ARMCD": code,
                "ARM": arms.get(scalar_text(code), {}).get("arm"),
                "TVSTRL": visit["start"],
                "TVENRL": visit.get("end"),
            }


def _criteria(criteria: Mapping[str, Any]) -> Iterator[Row]:
    for code, item in criteria.items():
        for version in _listed(item.get("version")):
            yield {"IETESTCD": code, **_renamed(item, _CRITERION), "TIVERS": version}


def _summary(summary: Mapping[str, Any]) -> Iterator[Row]:
    for code, said in summary.items():
        for number, item in enumerate(_listed(said), start=1):
            values = item if isinstance(item, Mapping) else {"value": item}
            yield {"TSSEQ": number, "TSPARMCD": code, **_renamed(values, _SUMMARY)}


def _listed(item: Any) -> list[Any]:
    return item if isinstance(item, list) else [item]


def _renamed(item: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    return {new: item.get(name) for name, new in names.items()}


def _as_spec(document: Document, made: _Made) -> Document:
    """The spec as a document: all its places are that of the section it comes from."""
    names = [n for n in made.rows[0] if any(row[n] is not None for row in made.rows)]
    if made.name == "TS" and "TSVAL" not in names:
        names.append("TSVAL")
    variables = {
        name: _NUMBERED
        if name == "TSSEQ"
        else {"from": name, "origin": "Assigned" if name in _ASSIGNED else "Protocol"}
        for name in names
        if name not in _UNASKED
    }
    data = {
        "dataset": made.name,
        "rows": [{name: row[name] for name in names} for row in made.rows],
        "variables": variables,
    }
    place: Place = document.keys.get(made.place, (1, 1))
    return Document(document.file, data, {(): place})


def _faults(document: Document, files: set[str]) -> Iterator[Problem]:
    """Codes of elements and arms that are not there; those of a spec file are not known here."""
    design = document.data.get("trial_design", {})
    if "TE" not in files:
        yield from _element_faults(document, design, files)
    arms = design.get("arms", {})
    for number, visit in enumerate(document.data.get("visits", ())):
        for key in ("end", "arms"):
            if key in visit and "start" not in visit:
                message = f"'{key}' is of a planned visit, and this one has no 'start'"
                yield document.problem(("visits", number, key), message, at_key=True)
        for which, code in enumerate(visit.get("arms", ()) if "TA" not in files else ()):
            if scalar_text(code) not in arms:
                yield _unknown(document, ("visits", number, "arms", which), "arm", code, arms)


def _element_faults(
    document: Document, design: Mapping[str, Any], files: set[str]
) -> Iterator[Problem]:
    elements, used = design.get("elements", {}), set()
    for code, arm in design.get("arms", {}).items():
        for number, item in enumerate(arm["elements"]):
            used.add(item["ETCD"])
            if item["ETCD"] not in elements:
                place = ("trial_design", "arms", code, "elements", number, "ETCD")
                yield _unknown(document, place, "element", item["ETCD"], elements)
    for code in elements:
        if code not in used and "TA" not in files:
            message = f"no arm has the element '{code}'"
            yield document.problem(("trial_design", "elements", code), message, at_key=True)


def _unknown(
    document: Document, place: Path_, kind: str, code: Any, known: Mapping[str, Any]
) -> Problem:
    text = scalar_text(code)
    return document.problem(place, f"trial_design has no {kind} '{text}'{nearest(text, known)}")
