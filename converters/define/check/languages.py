"""Languages of texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from converters.define.check.nodes import walk
from converters.define.check.rule import Check, Rule
from converters.define.elements import Description
from converters.define.index import Index
from converters.findings import Finding, Severity

TWICE = Rule("define-language-twice", Severity.REJECT, ("DD0062",))


def languages(index: Index) -> Iterator[Finding]:
    """A text is there once in each language."""
    for node, place in walk(index):
        if isinstance(node, Description):
            seen: set[str] = set()
            for text in node.texts:
                language = text.lang or ""
                if language in seen:
                    told = f"in '{language}'" if language else "without xml:lang"
                    at = replace(place, line=text.line or place.line)
                    yield TWICE.at(at, f"{node.tag} has two texts {told}", language)
                seen.add(language)


CHECKS: tuple[Check, ...] = (languages,)
