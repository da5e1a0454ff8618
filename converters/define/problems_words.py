"""Sentences that several checks of metadata say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from converters.errors import nearest


def unknown(what: str, word: str, known: Collection[str]) -> list[str]:
    """A word that is none of the known ones, with the nearest or all of these."""
    if word in known:
        return []
    listed = f" (one of {', '.join(known)})" if known else " (there is none)"
    return [f"unknown {what} '{word}'{nearest(word, known) or listed}"]


def repeated(what: str, names: Iterable[str]) -> list[str]:
    """Names that should be unique."""
    return [f"{what} '{name}' occurs {n} times" for name, n in Counter(names).items() if n > 1]
