"""Codelists and terms by any of their names, for people who look for one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import NamedTuple

from converters.standards.release import Entry, Release, Term

_CLOSE = 0.6
_NO_MATCH = 3
#: How far a text may be in length from the word it is close to.
_LENGTHS = 2 * (1 / _CLOSE - 1)


class Match(NamedTuple):
    """A codelist, or with ``term`` a term of it, and the text that matched, with what it is."""

    codelist: Entry
    term: Term | None
    what: str
    text: str


def search(release: Release, word: str) -> list[Match]:
    """All that has ``word`` in a name, submission value, synonym, preferred term, or as its code.

    Case does not count. What is equal to the word comes first, then what begins with it; codelists
    before terms.
    """
    sought = _fold(word)
    found = []
    for entry, term, texts in _named(release):
        ranks = [_rank(what, _fold(text), sought) for what, text in texts]
        best = min(ranks)
        if best < _NO_MATCH:
            found.append((best, Match(entry, term, *texts[ranks.index(best)])))
    found.sort(key=lambda item: (item[0], item[1].term is not None))
    return [match for _, match in found]


def nearest_texts(release: Release, word: str, most: int = 5) -> list[str]:
    """The names, values, synonyms and preferred terms, or words of them, most like ``word``."""
    sought = _fold(word)
    pieces = (
        piece
        for _, _, named in _named(release)
        for _, text in named
        for piece in (text, *text.split())
    )
    texts: dict[str, str] = {}
    for piece in pieces:
        if abs(len(piece) - len(sought)) <= _LENGTHS * min(len(piece), len(sought)):
            texts.setdefault(_fold(piece), piece)
    return [texts[key] for key in difflib.get_close_matches(sought, texts, most, _CLOSE)]


def _named(release: Release) -> Iterator[tuple[Entry, Term | None, list[tuple[str, str]]]]:
    """Each codelist and term with its texts and what they are."""
    for entry in release.entries:
        own = [("code", entry.code), ("short name", entry.name), ("name", entry.label)]
        yield entry, None, own
        for term in release.terms(entry.code):
            texts = [("code", term.code), ("submission value", term.value)]
            texts += [("synonym", word) for word in term.synonyms]
            yield entry, term, [*texts, ("preferred term", term.preferred_term)]


def _rank(what: str, text: str, sought: str) -> int:
    if text == sought:
        return 0
    if what == "code" or sought not in text:
        return _NO_MATCH
    return 1 if text.startswith(sought) else 2


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
