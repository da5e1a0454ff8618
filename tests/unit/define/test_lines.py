"""Lines of elements, in files of more lines than an element remembers."""

from __future__ import annotations

import pytest
from lxml import etree

from converters.define.lines import line_of

SHAPES = (
    "<b/>",
    "<b/>\n",
    "<b>\n<c/>\n</b>\n",
    "<b><c/></b>\n",
    "<b><c/><c/></b>",
    "<b>text</b>\n",
    "<b>text\nof two lines</b>\n\n",
    "<b>\n<c><d/></c><c/>\n</b>",
    "<b><c><d/></c></b><b/>\n<b/>",
    "<!-- one\ntwo --><b/>",
)


@pytest.mark.parametrize("shape", SHAPES)
def test_lines_are_those_of_the_same_file_with_fewer(shape: str) -> None:
    near = etree.fromstring(f"<a>\n{shape}<z/></a>")
    far = etree.fromstring("<a>" + "\n" * 70001 + f"{shape}<z/></a>")
    expected = [line_of(element) + 70000 for element in near.iter("*")][1:]
    assert [line_of(element) for element in far.iter("*")][1:] == expected


def test_an_element_that_was_made_has_no_line() -> None:
    assert line_of(etree.Element("a")) == 0
