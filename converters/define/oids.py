"""OIDs that people can read, each used once."""

from __future__ import annotations

import re
from collections.abc import Iterable


class Oids:
    """OIDs handed out so far: a taken one gets a number behind it."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        """``taken`` are OIDs that are fixed beforehand."""
        self._taken = set(taken)

    def claim(self, oid: str) -> str:
        """``oid``, or ``oid.2``, ``oid.3`` ... where it is taken."""
        free, number = oid, 1
        while free in self._taken:
            number += 1
            free = f"{oid}.{number}"
        self._taken.add(free)
        return free


def readable(text: str) -> str:
    """A text as a part of an OID: letters, digits and ``_.-``."""
    return re.sub(r"[^\w.\-]+", "_", text)[:60]
