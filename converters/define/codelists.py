"""One CodeList for all variables that use a codelist, with the union of their terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from converters.dataset import Term, UsedCodelist, Variable

_UNSAID = ("", None)


@dataclass(frozen=True)
class United:
    """A codelist of define.xml: ``used`` holds the union of the terms, in order of appearance."""

    oid: str
    name: str
    data_type: str
    used: UsedCodelist


@dataclass
class _Union:
    oid: str
    data_type: str
    used: UsedCodelist
    terms: dict[str, Term]


def unite(
    uses: Iterable[tuple[str, Variable]], claim: Callable[[str], str]
) -> tuple[tuple[United, ...], Mapping[str, str]]:
    """The codelists that ``uses`` (place such as ``AE.AESEV``, variable) need, by OID.

    Codelists of one name are one, unless they contradict each other (another NCI code, standard,
    dictionary, format, comment or data type, or something else of the same term): then the later
    one is called after its place. A codelist that has neither terms nor a dictionary is left out.
    ``claim`` makes an OID unique. Also gives the OID of the codelist by place.
    """
    unions: dict[str, list[_Union]] = {}
    chosen: dict[str, _Union] = {}
    for place, variable in uses:
        if variable.codelist is not None:
            known = unions.setdefault(variable.codelist.name, [])
            chosen[place] = _join(known, place, variable.codelist, _data_type(variable), claim)
    written = [
        union
        for same_name in unions.values()
        for union in same_name
        if union.terms or union.used.dictionary
    ]
    names = _names(written)
    codelists = tuple(
        United(
            union.oid,
            names[union.oid],
            union.data_type,
            replace(union.used, terms=tuple(union.terms.values())),
        )
        for union in sorted(written, key=lambda union: union.oid)
    )
    return codelists, {place: union.oid for place, union in chosen.items() if union.oid in names}


def _join(
    known: list[_Union],
    place: str,
    used: UsedCodelist,
    data_type: str,
    claim: Callable[[str], str],
) -> _Union:
    for union in known:
        if union.data_type == data_type and _agree(union, used):
            break
    else:
        oid = claim(f"CL.{used.name}.{place}" if known else f"CL.{used.name}")
        union = _Union(oid, data_type, used, {})
        known.append(union)
    union.used = replace(
        union.used,
        format=union.used.format or used.format,
        comment=union.used.comment or used.comment,
    )
    for term in used.terms:
        union.terms[term.value] = _fill(union.terms.get(term.value, term), term)
    return union


def _agree(union: _Union, used: UsedCodelist) -> bool:
    return (
        _identity(union.used) == _identity(used)
        and _alike(union.used.format, used.format)
        and _alike(union.used.comment, used.comment)
        and all(_compatible(term, union.terms.get(term.value, term)) for term in used.terms)
    )


def _identity(used: UsedCodelist) -> tuple[str, str, str, str]:
    return used.code, used.standard, used.dictionary, used.dictionary_version


def _compatible(one: Term, other: Term) -> bool:
    return one.extended == other.extended and all(
        _alike(getattr(one, name), getattr(other, name))
        for name in ("code", "decode", "description", "rank")
    )


def _alike(one: object, other: object) -> bool:
    """Whether two say the same, or one of them nothing."""
    return one in _UNSAID or other in _UNSAID or one == other


def _fill(one: Term, other: Term) -> Term:
    return replace(
        one,
        code=one.code or other.code,
        decode=one.decode or other.decode,
        description=one.description or other.description,
        rank=other.rank if one.rank is None else one.rank,
    )


def _data_type(variable: Variable) -> str:
    return variable.data_type if variable.data_type in ("integer", "float") else "text"


def _names(unions: list[_Union]) -> dict[str, str]:
    """Name by OID, no name twice (reviewers' tools find a codelist by its name)."""
    names: dict[str, str] = {}
    for union in unions:
        name = union.used.label or union.used.name
        names[union.oid] = (
            f"{name} ({union.oid.removeprefix('CL.')})" if name in names.values() else name
        )
    return names
