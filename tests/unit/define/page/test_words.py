"""Where-clauses in words."""

from __future__ import annotations

import dataclasses

import pytest

from converters.define.elements import (
    CheckValue,
    CodeList,
    CodeListItem,
    CodeListRef,
    Decode,
    Description,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    MetaDataVersion,
    Odm,
    RangeCheck,
    Study,
    TranslatedText,
    WhereClauseDef,
)
from converters.define.index import index
from converters.define.page.anchors import Anchors
from converters.define.page.words import WhereWords, label, linked, names_in

DECODE = Decode(texts=(TranslatedText(text="Systolic"),))
PARAMCD, AVAL = ItemRef(item_oid="P"), ItemRef(item_oid="V")
CODES = CodeListRef(code_list_oid="C")
METADATA = MetaDataVersion(
    item_groups=(
        ItemGroupDef(
            oid="IG.ADVS", name="ADVS", items=(ItemRef(item_oid="P"), ItemRef(item_oid="V"))
        ),
        ItemGroupDef(oid="IG.ADSL", name="ADSL", items=(ItemRef(item_oid="S"),)),
    ),
    items=(
        ItemDef(oid="P", name="PARAMCD", data_type="text", code_list_ref=CODES),
        ItemDef(oid="V", name="AVAL", data_type="float"),
        ItemDef(oid="S", name="SAFFL", data_type="text"),
    ),
    code_lists=(CodeList(oid="C", decoded=(CodeListItem(coded_value="SYSBP", decode=DECODE),)),),
)


def check(item: str, comparator: str | None, *values: str) -> RangeCheck:
    texts = tuple(CheckValue(text=value) for value in values)
    return RangeCheck(item_oid=item, comparator=comparator, values=texts)


def told(*checks: RangeCheck) -> str:
    where = WhereClauseDef(oid="WC", checks=checks)
    metadata = dataclasses.replace(METADATA, where_clauses=(where,))
    file = index(Odm(studies=(Study(versions=(metadata,)),)))
    words = WhereWords(file, Anchors(file))
    return str(words.of("WC", file.item_groups["IG.ADVS"]))


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ([check("P", "EQ", "SYSBP")], 'PARAMCD = "SYSBP" (Systolic)'),
        ([check("P", "NE", "OTHER")], 'PARAMCD ≠ "OTHER"'),
        ([check("P", "EQ", "")], "PARAMCD is missing"),
        ([check("P", "EQ")], "PARAMCD is missing"),
        ([check("P", "NE", "")], "PARAMCD is not missing"),
        ([check("P", "NOTIN", "")], "PARAMCD is not missing"),
        ([check("P", "IN", "A", "B")], 'PARAMCD in ("A", "B")'),
        ([check("P", "IN", "A", "")], 'PARAMCD in ("A", missing)'),
        ([check("P", "IN", "A")], 'PARAMCD = "A"'),
        ([check("P", "NOTIN", "A")], 'PARAMCD ≠ "A"'),
        ([check("P", "NOTIN", "A", "B")], 'PARAMCD not in ("A", "B")'),
        ([check("V", "LT", "3")], "AVAL < 3"),
        ([check("V", "LE", "3")], "AVAL ≤ 3"),
        ([check("V", "GT", "3")], "AVAL > 3"),
        ([check("V", "GE", "3")], "AVAL ≥ 3"),
        ([check("V", "LIKE", "3")], "AVAL LIKE 3"),
        ([check("V", None, "3")], "AVAL ? 3"),
        ([check("S", "EQ", "Y")], 'ADSL.SAFFL = "Y"'),
        ([check("GONE", "EQ", "Y")], 'GONE (not defined in the file) = "Y"'),
        ([check("P", "EQ", "A"), check("V", "GT", "0")], 'PARAMCD = "A" and AVAL > 0'),
        ([], "no condition given"),
    ],
)
def test_a_where_clause_in_words(checks: list[RangeCheck], expected: str) -> None:
    assert told(*checks) == expected


def test_many_values_are_told_without_decodes() -> None:
    assert told(check("P", "IN", "SYSBP", *"ABCDEF")).startswith('PARAMCD in ("SYSBP", "A"')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AVAL - BASE", [("AVAL", "#a"), (" - BASE", "")]),
        ("see ADSL.AGE.", [("see ", ""), ("ADSL.AGE", "#s"), (".", "")]),
        ("XAVAL AVALX aval", [("XAVAL AVALX aval", "")]),
        ("AVAL", [("AVAL", "#a")]),
    ],
)
def test_names_that_are_known_become_links(text: str, expected: list[tuple[str, str]]) -> None:
    description = Description(texts=(TranslatedText(text=text),))
    found = linked(label(description), {"AVAL": "#a", "ADSL.AGE": "#s"})
    assert [(piece.text, piece.href) for piece in found.pieces] == expected


def test_names_are_found_once_in_their_order() -> None:
    assert names_in("B - A + B", {"A": 1, "B": 2}) == ("B", "A")
