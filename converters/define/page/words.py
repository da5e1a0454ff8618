"""Conditions in words, and texts in which the variables they name are links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from converters.define.elements import (
    CodeList,
    Description,
    ItemDef,
    ItemGroupDef,
    RangeCheck,
)
from converters.define.index import Index
from converters.define.page.anchors import Anchors
from converters.define.page.links import Link

_COMPARATORS = {"EQ": "=", "NE": "≠", "LT": "<", "LE": "≤", "GT": ">", "GE": "≥"}
_SETS = {"IN": "in", "NOTIN": "not in"}
_MOST_DECODES = 6
_NAME = re.compile(r"\b[A-Z_][A-Z0-9_]*(?:\.[A-Z_][A-Z0-9_]*)?\b")
_NUMBERS = ("integer", "float")


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the file: pieces of it are links; ``lang`` is its language if not English."""

    pieces: tuple[Link, ...] = ()
    lang: str = ""

    def __bool__(self) -> bool:
        """Whether there is a text."""
        return bool(self.pieces)

    def __str__(self) -> str:
        """The text without its links."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Condition:
    """A where-clause in words; ``anchor`` is its id where it stands first."""

    words: tuple[Link, ...]
    anchor: str = ""

    def __str__(self) -> str:
        """The condition without its links."""
        return "".join(piece.text for piece in self.words)


def label(description: Description | None) -> Text:
    """A description as it is: the text in English if it has one, else the first."""
    texts = description.texts if description else ()
    if not any(item.text.strip() for item in texts):
        return Text()
    best = next((item for item in texts if (item.lang or "en").startswith("en")), texts[0])
    lang = best.lang or ""
    return Text((Link(best.text.strip()),), "" if lang.startswith("en") else lang)


def linked(text: Text, links: Mapping[str, str]) -> Text:
    """The text with the names that stand in ``links`` made links (``AVAL``, ``ADSL.AGE``)."""
    return Text(tuple(_pieces(str(text), links)), text.lang)


def names_in(text: str, known: Mapping[str, object]) -> tuple[str, ...]:
    """The names of a text that are known, in their order, each once."""
    return tuple(dict.fromkeys(name for name in _NAME.findall(text) if name in known))


class WhereWords:
    """Where-clauses of a file in words, as they read in a dataset."""

    def __init__(self, index: Index, anchors: Anchors) -> None:
        """Decodes of values are looked up in the file's codelists."""
        self._index = index
        self._anchors = anchors
        self._decodes: dict[str, dict[str, str]] = {}

    def of(self, oid: str | None, group: ItemGroupDef | None) -> Condition:
        """A where-clause: ``PARAMCD = "SYSBP" and DTYPE is missing``."""
        where = self._index.where_clauses.get(oid or "")
        if where is None:
            return Condition((Link(f"{oid or 'a where-clause'} (not defined in the file)"),))
        anchor = self._anchors.claim_where(oid or "")
        if not where.checks:
            return Condition((Link("no condition given"),), anchor)
        words: list[Link] = []
        for number, check in enumerate(where.checks):
            if number:
                words.append(Link(" and "))
            words += self.check(check, group)
        return Condition(tuple(words), anchor)

    def check(self, check: RangeCheck, group: ItemGroupDef | None) -> Iterator[Link]:
        """One comparison; the variable of another dataset is told with its dataset."""
        item = self._index.items.get(check.item_oid or "")
        group_oid = group.oid if group else None
        name = self._name(check, item, group)
        yield Link(name, self._anchors.to_item(check.item_oid, group_oid))
        yield Link(self._comparison(check, item))

    def _name(self, check: RangeCheck, item: ItemDef | None, group: ItemGroupDef | None) -> str:
        if item is None:
            return f"{check.item_oid or 'an item'} (not defined in the file)"
        name = item.name or check.item_oid or ""
        groups = self._index.groups_of(item)
        if group is None or not groups or any(other.oid == group.oid for other in groups):
            return name
        return f"{groups[0].name}.{name}"

    def _comparison(self, check: RangeCheck, item: ItemDef | None) -> str:
        comparator = check.comparator or "?"
        values = [value.text for value in check.values]
        if not any(values) and len(values) <= 1 and comparator in ("EQ", "IN", "NE", "NOTIN"):
            return " is missing" if comparator in ("EQ", "IN") else " is not missing"
        told = [self._value(value, item, len(values)) for value in values]
        if comparator in _SETS and len(told) == 1:
            comparator = "EQ" if comparator == "IN" else "NE"
        if comparator in _SETS:
            return f" {_SETS[comparator]} ({', '.join(told)})"
        return f" {_COMPARATORS.get(comparator, comparator)} {', '.join(told)}"

    def _value(self, value: str, item: ItemDef | None, count: int) -> str:
        if not value:
            return "missing"
        number = item is not None and item.data_type in _NUMBERS
        told = value if number else f'"{value}"'
        decode = self._decode(item, value) if count <= _MOST_DECODES else ""
        return f"{told} ({decode})" if decode and decode != value else told

    def _decode(self, item: ItemDef | None, value: str) -> str:
        code_list = self._index.code_list(item) if item else None
        if code_list is None:
            return ""
        key = code_list.oid or ""
        if key not in self._decodes:
            self._decodes[key] = _decodes(code_list)
        return self._decodes[key].get(value, "")


def _decodes(code_list: CodeList) -> dict[str, str]:
    pairs: Iterable[tuple[str, str]] = (
        (term.coded_value or "", str(label(term.decode))) for term in code_list.decoded
    )
    return dict(pairs)


def _pieces(text: str, links: Mapping[str, str]) -> Iterator[Link]:
    end = 0
    for match in _NAME.finditer(text):
        href = links.get(match.group())
        if href:
            if match.start() > end:
                yield Link(text[end : match.start()])
            yield Link(match.group(), href)
            end = match.end()
    if end < len(text):
        yield Link(text[end:])
