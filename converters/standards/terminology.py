"""Controlled Terminology: codelists and terms, and the term that a collected text stands for.

A release is shipped, or imported by the user (``terminology_import``). The sponsor may add values
to an extensible codelist, or codelists of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from converters.errors import SpecError, nearest
from converters.standards.release import (
    Entry,
    Release,
    Term,
    read_release,
    release_place,
    release_places,
    title_of,
)

__all__ = ["Codelist", "Term", "Terminology", "load_terminology", "versions"]


@dataclass(frozen=True, eq=False)
class Codelist:
    """A codelist with its terms; ``extended`` are the values that the sponsor added.

    ``code`` is the NCI code, ``name`` the short name (``NY``), ``decodes`` the paired value of each
    submission value: the test name of a test code, and the reverse. ``standard`` is the one whose
    terminology it is of, as people write it (``ADaM``).
    """

    code: str
    name: str
    label: str
    extensible: bool
    terms: tuple[Term, ...]
    extended: frozenset[str] = frozenset()
    decodes: Mapping[str, str] = field(default_factory=dict, repr=False)
    standard: str = "SDTM"

    @cached_property
    def _by_value(self) -> Mapping[str, Term]:
        return {term.value: term for term in self.terms}

    @cached_property
    def _by_folded_value(self) -> Mapping[str, Term | None]:
        return _index((term.value, term) for term in self.terms)

    @cached_property
    def _by_other_names(self) -> Sequence[Mapping[str, Term | None]]:
        synonyms = ((word, term) for term in self.terms for word in term.synonyms)
        preferred = ((term.preferred_term, term) for term in self.terms)
        decodes = ((word, self._by_value[value]) for value, word in self.decodes.items())
        return [_index(synonyms), _index(preferred), _index(decodes)]

    def __contains__(self, value: object) -> bool:
        """Whether ``value`` is a submission value, letter by letter."""
        return value in self._by_value

    def find(self, text: str) -> Term | None:
        """The term that ``text`` stands for, or None.

        The submission value decides, letter by letter first and then without regard to case and
        spaces: where that fits two terms (``mg``, ``Mg``) nothing is found. Then synonym, preferred
        term and decode are asked in turn, each only where it fits one term.
        """
        if text in self._by_value:
            return self._by_value[text]
        key = _fold(text)
        if key in self._by_folded_value:
            return self._by_folded_value[key]
        found = (names[key] for names in self._by_other_names if names.get(key))
        return next(found, None)


@dataclass(frozen=True, eq=False)
class Terminology:
    """One release with the sponsor's extensions: codelist name or code -> {value: decode}.

    A codelist that it does not have is looked for in the terminology ``beside`` it.
    """

    release: Release
    extensions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    beside: Terminology | None = None
    _loaded: dict[str, Codelist] = field(default_factory=dict, init=False, repr=False)

    @property
    def version(self) -> str:
        """The date of the release: ``2024-03-29``."""
        return self.release.version

    @property
    def label(self) -> str:
        """The release as people name it: ``SDTM terminology 2024-03-29``; with that beside it."""
        own = self.release.label
        return f"{own} and {self.beside.label}" if self.beside else own

    def names(self) -> list[str]:
        """The short names of all codelists (where there is none, the code); the sponsor's last."""
        own = [name for name in self.extensions if name not in self.release.index]
        others = self.beside.names() if self.beside else []
        return [entry.name or entry.code for entry in self.release.entries] + own + others

    def get(self, name: str) -> Codelist | None:
        """The codelist of that short name or NCI code, or None."""
        entry = self._entry(name)
        if entry is None:
            return self.beside.get(name) if self.beside else None
        key = entry.code or entry.name
        if key not in self._loaded:
            self._loaded[key] = self._build(entry)
        return self._loaded[key]

    def codelist(self, name: str) -> Codelist:
        """The codelist of that short name or NCI code.

        Raises:
            SpecError: there is none.
        """
        found = self.get(name)
        if found is None:
            raise SpecError(f"{self.label} has no codelist '{name}'{nearest(name, self.names())}")
        return found

    def paired(self, codelist: Codelist | str) -> Codelist | None:
        """The Test Name codelist of a Test Code codelist, or the reverse; None for all others."""
        name = codelist if isinstance(codelist, str) else codelist.code or codelist.name
        entry = self._entry(name)
        if entry is None:
            return self.beside.paired(name) if self.beside else None
        return self.get(entry.pair) if entry.pair else None

    def test_codelists(self, test_code: str) -> list[Codelist]:
        """The Test Code codelists that have a term; a test code of a questionnaire is in one."""
        found = []
        for entry in self.release.entries:
            if entry.label.endswith("Test Code"):
                codelist = self.get(entry.code)
                if codelist is not None and test_code in codelist:
                    found.append(codelist)
        return found

    def decode(self, codelist: Codelist | str, value: str) -> str:
        """The paired value, or else the preferred term, or the sponsor's decode; else nothing.

        Raises:
            SpecError: there is no such codelist.
        """
        known = self.codelist(codelist) if isinstance(codelist, str) else codelist
        if value not in known:
            return ""
        term = known.find(value)
        return known.decodes.get(value) or (term.preferred_term if term else "")

    def _entry(self, name: str) -> Entry | None:
        known = self.release.index.get(name)
        if known is None and name in self.extensions:
            return Entry("", name, name, True)
        return known

    def _added(self, entry: Entry) -> dict[str, str]:
        """The sponsor's values: this codelist's own, and the decodes added to the paired one."""
        pair = self._entry(entry.pair)
        mirrored = self._own(pair) if pair else {}
        added = self._own(entry) | {decode: value for value, decode in mirrored.items() if decode}
        known = {term.value for term in self.release.terms(entry.code)}
        return {value: decode for value, decode in added.items() if value not in known}

    def _own(self, entry: Entry) -> dict[str, str]:
        """What the sponsor adds to a codelist; what the release has already is no addition."""
        known = {term.value for term in self.release.terms(entry.code)}
        return {
            value: decode
            for name in (entry.code, entry.name)
            for value, decode in self.extensions.get(name, {}).items()
            if value not in known
        }

    def _build(self, entry: Entry) -> Codelist:
        terms, added = self.release.terms(entry.code), self._added(entry)
        decodes = _decodes(terms, self.release.terms(entry.pair))
        return Codelist(
            code=entry.code,
            name=entry.name,
            label=entry.label,
            extensible=entry.extensible,
            terms=terms + tuple(Term(value, preferred_term=added[value]) for value in added),
            extended=frozenset(added),
            decodes=decodes | {v: d for v, d in added.items() if d} if entry.pair else {},
            standard=self.release.title,
        )


def versions(standard: str = "sdtm") -> list[str]:
    """The releases of a standard's terminology, shipped and imported, oldest first."""
    return sorted({version for name, version, _ in release_places() if name == standard.lower()})


def load_terminology(
    version: str, extensions: Mapping[str, Any] | None = None, standard: str = "sdtm"
) -> Terminology:
    """One release, such as ``2024-03-29``, with the sponsor's extensions.

    An imported release goes before a shipped one of the same date: it is the user's full copy.
    ``extensions`` maps the short name or NCI code of a codelist to a list of values, or to values
    with their decodes. A name that the release does not have makes a new codelist.

    Raises:
        SpecError: there is no such release, or extensions are not well formed or add values to a
            codelist that is not extensible; all problems are listed.
    """
    place = release_place(standard.lower(), version)
    if place is None:
        raise SpecError(_unknown(standard, version))
    release = read_release(place)
    problems: list[str] = []
    checked = {
        name: _extension(name, values, release.index.get(name), problems)
        for name, values in (extensions or {}).items()
    }
    if problems:
        raise SpecError(*problems)
    return Terminology(release, checked)


def _unknown(standard: str, version: str) -> str:
    known, name = versions(standard), title_of(standard)
    if not known:
        return f"there is no {name} terminology: import a release by 'cdisc terminology add'"
    others = f"only {', '.join(known)}{nearest(version, known)}"
    return f"{name} terminology '{version}' is not known, {others}"


def _extension(
    name: str, values: object, entry: Entry | None, problems: list[str]
) -> dict[str, str]:
    if isinstance(values, Mapping):
        pairs = list(values.items())
    elif isinstance(values, Sequence) and not isinstance(values, str):
        pairs = [(value, "") for value in values]
    else:
        problems.append(f"codelist {name}: expected a list of values, or values with decodes")
        return {}
    if entry is not None and not entry.extensible:
        problems.append(f"codelist {name} ({entry.label}) is not extensible: no value can be added")
    problems += [
        f"codelist {name}: {value!r} is not text; put it into quotation marks"
        for pair in pairs
        for value in pair
        if not isinstance(value, str)
    ]
    return {str(value): str(decode) for value, decode in pairs}


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _index(names: Iterable[tuple[str, Term]]) -> dict[str, Term | None]:
    """Terms by folded name; None where a name stands for two terms."""
    found: dict[str, Term | None] = {}
    for name, term in names:
        key = _fold(name)
        if key:
            found[key] = term if found.get(key, term) is term else None
    return found


def _decodes(terms: Iterable[Term], others: Iterable[Term]) -> dict[str, str]:
    """Value -> value of the paired codelist: the same NCI code, or else the one's synonym."""
    by_code = {other.code: other.value for other in others if other.code}
    by_name = {name: other.value for other in others for name in (other.value, *other.synonyms)}
    found = {}
    for term in terms:
        paired = by_code.get(term.code)
        if not term.code:
            names = (term.value, *term.synonyms)
            paired = next((by_name[name] for name in names if name in by_name), None)
        if paired is not None:
            found[term.value] = paired
    return found
