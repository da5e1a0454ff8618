"""The word most like a text, out of thousands: what ``difflib`` finds, comparing only a few."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from difflib import get_close_matches


class CloseWords:
    """Words to be asked for the one that is most like a text, at least to the degree ``cutoff``.

    Two texts of T letters together have the ratio 2M/T for M letters that match, in at most
    T - 2M + 1 pieces, and a piece of n letters has n - 1 pairs of neighbours: M - (T - 2M + 1)
    pairs are shared at least. Only words that share so many are compared.
    """

    def __init__(self, words: Iterable[str], cutoff: float) -> None:
        """The order of ``words`` does not matter."""
        self._cutoff = cutoff
        self._words = sorted(set(words))
        self._with_pair: dict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(self._words):
            for pair in _pairs(word):
                self._with_pair[pair].append(place)
        # With these a text may be alike and share no pair.
        self._short = [
            place for place, word in enumerate(self._words) if self._least(len(word)) <= 0
        ]

    def nearest(self, text: str) -> str | None:
        """The word most like ``text``, or None."""
        shared: Counter[int] = Counter(dict.fromkeys(self._short, 0))
        for pair in _pairs(text):
            shared.update(self._with_pair.get(pair, ()))
        words = [
            word
            for place, count in shared.items()
            if count >= self._least(len(text) + len(word := self._words[place]))
        ]
        return next(iter(get_close_matches(text, words, 1, self._cutoff)), None)

    def _least(self, letters: int) -> float:
        """How many pairs two texts of so many letters share at least where they are alike."""
        return (1.5 * self._cutoff - 1) * letters - 1 - 1e-9


def _pairs(text: str) -> list[str]:
    return [text[place : place + 2] for place in range(len(text) - 1)]
