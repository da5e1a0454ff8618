"""The line of an element in its file."""

from __future__ import annotations

from typing import Any, cast

from lxml import etree

#: The last line that an element itself remembers; beyond, the text behind it does, by its end.
_COUNTED = 65535


def line_of(element: etree._Element) -> int:
    """The line that the start tag of the element ends in; 0 where it was not read from a file."""
    line = int(cast(Any, element).sourceline or 0)
    if line < _COUNTED:
        return line
    inner = element.text is not None
    behind = element.text if inner else None if len(element) else element.tail
    if line > _COUNTED and behind is not None:
        return line - behind.count("\n")
    # No text to ask: from the element before.
    before, parent = element.getprevious(), element.getparent()
    if before is not None:
        texts = cast(Any, before.itertext() if isinstance(before.tag, str) else (before.text or ""))
        inside = sum(str(text).count("\n") for text in texts)
        return line_of(before) + inside + (before.tail or "").count("\n")
    if parent is not None:
        return line_of(parent) + (parent.text or "").count("\n")
    return line
