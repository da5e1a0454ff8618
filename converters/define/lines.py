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
    if element.text is None and len(element):
        return line_of(element[0])
    behind = element.text if element.text is not None else element.tail
    return line - (behind or "").count("\n")
