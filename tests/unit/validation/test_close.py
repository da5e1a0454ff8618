"""The word most like a text: the same that ``difflib`` finds."""

from __future__ import annotations

from difflib import get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.standards.terminology import load_terminology
from converters.validation.close import CloseWords

TEXT = st.text("abc ", max_size=12)


@given(st.lists(TEXT), TEXT, st.sampled_from([0.5, 0.6, 0.7, 0.8, 0.9]))
def test_it_is_what_difflib_finds(words: list[str], text: str, cutoff: float) -> None:
    expected = get_close_matches(text, sorted(set(words)), 1, cutoff)
    assert CloseWords(words, cutoff).nearest(text) == (expected[0] if expected else None)


@pytest.mark.parametrize("name", ["LBTEST", "UNIT", "AESEV"])
def test_it_is_what_difflib_finds_in_a_codelist(name: str) -> None:
    values = [term.value.casefold() for term in load_terminology("2024-03-29").codelist(name).terms]
    close = CloseWords(values, 0.8)
    for value in values[::40]:
        for text in (value[1:], f"{value}qx", value[::-1], value.replace("a", "aa")):
            expected = get_close_matches(text, sorted(set(values)), 1, 0.8)
            assert close.nearest(text) == (expected[0] if expected else None)
