"""Sentences of methods: every one begins with an English word, which may stand behind a colon."""

from __future__ import annotations

from collections.abc import Iterable

from converters.mapping.document import scalar_text
from converters.mapping.expressions import parse


def lowered(text: str) -> str:
    """A sentence that goes on behind a colon; quotation marks and names stay as they are."""
    return text[0].lower() + text[1:] if text[:1].isupper() and text[1:2].islower() else text


def listed(names: Iterable[str], word: str = "and") -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last


def quoted(value: object) -> str:
    """A constant: text in quotation marks, a number as it is."""
    return f'"{value}"' if isinstance(value, str) else scalar_text(value)


def value_words(text: str) -> str:
    """The value of an expression as a sentence."""
    expression = parse(text)
    return f"{'Equal to' if expression.column else 'Computed as'} {expression.words()}."
