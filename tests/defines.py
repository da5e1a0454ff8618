"""Define-XML files for tests: the examples at hand, and two files compared as XML."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

DATA = Path(__file__).parents[2] / "shared" / "data"
EXAMPLES = sorted((DATA / "define").glob("*.xml"))
PACKAGES = sorted((DATA / "packages").glob("*/define.xml"))
#: An example a test, by its name; one skipped test where there is none.
example_files = pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in EXAMPLES + PACKAGES]
    or [pytest.param(None, marks=pytest.mark.skip("no examples at ../shared/data"))],
)


def example(name: str) -> Path:
    """An example; the test is skipped where it is not at hand."""
    path = DATA / "define" / name
    if not path.is_file():
        pytest.skip(f"{name} is not at ../shared/data/define")
    return path


def canonical(content: bytes) -> list[str]:
    """Canonical XML with comments, a line an element; text that is only white space is ignored."""
    tree = etree.ElementTree(etree.fromstring(content))
    for element in tree.iter():
        element.text = element.text if (element.text or "").strip() else None
        element.tail = element.tail if (element.tail or "").strip() else None
    etree.indent(tree)
    return etree.tostring(tree, method="c14n", with_comments=True).decode().splitlines()


def difference(before: bytes, after: bytes) -> str:
    """What is not the same in two files; nothing if they say the same."""
    lines = difflib.unified_diff(canonical(before), canonical(after), "before", "after", n=1)
    return "\n".join(lines)


def content(element: etree._Element) -> Any:
    """What stands in an element, whatever the order of its children and attributes."""
    pieces = [element.text or "", *(below.tail or "" for below in element)]
    text = "".join(pieces)
    text = " ".join(text.split()) if len(pieces) > 1 or not text.strip() else text
    below = sorted((content(item) for item in element), key=repr)
    attributes = sorted((str(name), value) for name, value in element.attrib.items())
    return str(element.tag), attributes, text, below
