"""The account of raw records: each is mapped, excluded by a named condition, or rejected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

#: Reason number 0: the record is mapped.
MAPPED = 0


@dataclass
class Fate:
    """What became of each record of a source in one dataset: the number of a reason, 0 is mapped.

    ``reasons`` are (kind, words); the kind is ``excluded`` or ``rejected``.
    """

    reason: npt.NDArray[np.int16]
    reasons: list[tuple[str, str]]

    @classmethod
    def of(cls, rows: int) -> Fate:
        """Every record is mapped until something else is said."""
        return cls(np.zeros(rows, dtype=np.int16), [("mapped", "")])

    def put(self, rows: npt.NDArray[Any], kind: str, words: str) -> None:
        """Gives the records (a mask) that are still mapped a reason why they are not."""
        if (kind, words) not in self.reasons:
            self.reasons.append((kind, words))
        number = self.reasons.index((kind, words))
        self.reason[rows & (self.reason == MAPPED)] = number

    @property
    def mapped(self) -> npt.NDArray[np.bool_]:
        """Which records are mapped."""
        return np.equal(self.reason, MAPPED)

    def of_parents(self, parent: npt.NDArray[np.int64], rows: int) -> Fate:
        """The fate of the source's records where several were made of one: mapped if any is."""
        if len(parent) == rows and bool((parent == np.arange(rows)).all()):
            return self
        reason = np.zeros(rows, dtype=np.int16)
        reason[parent[::-1]] = self.reason[::-1]
        reason[parent[self.mapped]] = MAPPED
        return Fate(reason, self.reasons)

    def merged(self, other: Fate) -> Fate:
        """The fate in two blocks of a dataset: mapped if either maps it, else the first reason."""
        return Fate(np.where(other.mapped, MAPPED, self.reason).astype(np.int16), self.reasons)

    def counts(self, kind: str, rows: npt.NDArray[np.bool_] | None = None) -> dict[str, int]:
        """How many records (of those in ``rows``) have each reason of a kind."""
        reason = self.reason if rows is None else self.reason[rows]
        numbers = np.bincount(reason, minlength=len(self.reasons))
        return {
            words: int(count)
            for (this, words), count in zip(self.reasons, numbers, strict=True)
            if this == kind and count
        }


@dataclass
class SourceAccount:
    """One source: how many records were read, what became of them, which columns nobody reads.

    ``looked_up`` says that some column is read, be it only by lookups. ``left_out`` counts, by
    reason, records of the files that the reader excluded: they are not among ``records``.
    ``digest`` is the SHA-256 of the values where there is no file to take it of.
    """

    name: str
    files: tuple[str, ...]
    records: int
    unread: tuple[str, ...] = ()
    fates: dict[str, Fate] = field(default_factory=dict)
    looked_up: bool = False
    left_out: Mapping[str, int] = field(default_factory=dict)
    digest: str = ""

    def add(self, dataset: str, fate: Fate) -> None:
        """Enters what became of the records in one block of a dataset."""
        before = self.fates.get(dataset)
        self.fates[dataset] = fate if before is None else before.merged(fate)

    def as_dict(self) -> dict[str, Any]:
        """The account as JSON-ready values; the numbers add up to the records of the files."""
        mapped = np.zeros(self.records, dtype=bool)
        for fate in self.fates.values():
            mapped |= fate.mapped
        excluded, rejected = self._elsewhere(~mapped)
        used = {name: int(fate.mapped.sum()) for name, fate in self.fates.items()}
        return {
            "source": self.name,
            "files": list(self.files),
            "records": self.records + sum(self.left_out.values()),
            "mapped": int(mapped.sum()),
            "excluded": {**self.left_out, **excluded},
            "rejected": rejected,
            "datasets": {
                name: {
                    "mapped": used[name],
                    "excluded": {**self.left_out, **fate.counts("excluded")},
                    "rejected": fate.counts("rejected"),
                }
                for name, fate in self.fates.items()
            },
            "unread_columns": list(self.unread),
        }

    def _elsewhere(self, rest: npt.NDArray[np.bool_]) -> tuple[dict[str, int], dict[str, int]]:
        """Why the records that no dataset maps are left out: rejected first, else excluded."""
        excluded: dict[str, int] = {}
        rejected: dict[str, int] = {}
        if not self.fates and self.records:
            reason = "only looked up" if self.looked_up else "no mapping reads this source"
            return {reason: self.records}, rejected
        for kind, found in (("rejected", rejected), ("excluded", excluded)):
            for name, fate in self.fates.items():
                here = rest & np.isin(fate.reason, _numbers(fate, kind))
                for words, count in fate.counts(kind, here).items():
                    found[f"{name}: {words}"] = count
                rest = rest & ~here
        return excluded, rejected


def _numbers(fate: Fate, kind: str) -> list[int]:
    return [number for number, (this, _) in enumerate(fate.reasons) if this == kind]


def analysis_account(dataset: str, source: str, fate: Fate) -> dict[str, Any]:
    """What became of the records of a finished dataset in an analysis dataset, JSON-ready."""
    return {
        "dataset": dataset,
        "source": source,
        "records": len(fate.reason),
        "analysed": int(fate.mapped.sum()),
        "excluded": fate.counts("excluded"),
        "rejected": fate.counts("rejected"),
    }


def adds_up(account: Mapping[str, Any]) -> bool:
    """Whether the numbers of an account (``SourceAccount.as_dict``) add up, everywhere."""

    def total(item: Mapping[str, Any]) -> int:
        parts: Iterable[int] = (*item["excluded"].values(), *item["rejected"].values())
        return int(item["mapped"]) + sum(parts)

    whole = account["records"]
    return all(total(item) == whole for item in (account, *account["datasets"].values()))
