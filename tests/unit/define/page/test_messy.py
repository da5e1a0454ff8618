"""Files that are wrong or wicked: a page is made of each, and nothing of the file runs in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from converters.define.elements import Odm, Study
from converters.define.page import define_page
from converters.define.read import read_define
from converters.findings import Finding, Severity

SOURCE = Path(__file__).with_name("study.xml").read_bytes()
ROOT = etree.fromstring(SOURCE)
NAMES = sorted({name for element in ROOT.iter("*") for name in element.attrib})
TAGS = sorted({element.tag for element in ROOT.iter("*")} - {ROOT.tag})
#: Elements that the templates write; anything else came out of a file.
ELEMENTS = {
    element.tag for element in html.document_fromstring(define_page(read_define(SOURCE))).iter("*")
} | {"q", "em", "strong"}
ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</script><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</textarea></title><script>alert(1)</script>",
    "javascript:alert(1)",
    "JaVa\tScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/x",
    "{{ 7*7 }}{% for x in y %}",
    "${alert(1)}",
    "<!-- --><b>bold</b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "x' onclick='alert(1)",
    'x" autofocus onfocus="alert(1)',
    "\u202e\u2066right to left\u2069",
    "\u0628\u064a\u0627\u0646\u0627\u062a",
    "]]>",
    "\\u003cscript\\u003e",
]


def page(root: etree._Element, findings: tuple[Finding, ...] = ()) -> html.HtmlElement:
    return html.document_fromstring(define_page(read_define(etree.tostring(root)), findings))


def fresh() -> etree._Element:
    return etree.fromstring(SOURCE)


def assert_harmless(tree: html.HtmlElement) -> None:
    assert {element.tag for element in tree.iter("*")} <= ELEMENTS
    assert len(tree.xpath("//script")) == 2
    for element in tree.iter("*"):
        assert not [name for name in element.attrib if name.lower().startswith("on")]
    for href in tree.xpath("//a/@href"):
        assert re.match(r"(#|https?://|[^:/?#]*([/?#]|$))", href), href
        assert not re.match(r"[/\\]{2}", href), href


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_text_of_a_file_is_only_text(attack: str) -> None:
    root = fresh()
    for element in root.iter("*"):
        if element.text and element.text.strip():
            element.text = attack
    tree = page(root)
    assert_harmless(tree)
    assert attack.strip() in tree.text_content()


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attribute_of_a_file_at_once_is_only_text(attack: str) -> None:
    root = fresh()
    for element in list(root.iter("*"))[1:]:
        for name in element.attrib:
            element.set(name, attack)
    assert_harmless(page(root))


@pytest.mark.parametrize("name", NAMES)
def test_every_attribute_of_a_file_by_itself_is_only_text(name: str) -> None:
    root = fresh()
    for number, element in enumerate(root.iter("*")):
        if name in element.attrib:
            element.set(name, ATTACKS[number % len(ATTACKS)])
    assert_harmless(page(root))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_finding_is_only_text(attack: str) -> None:
    finding = Finding(
        attack, Severity.ERROR, attack, attack, attack, attack, keys={"OID": attack},
        published=(attack,),
    )  # fmt: skip
    placed = Finding("define-x", Severity.NOTE, attack, keys={"OID": "IT.ADSL.AGE"}, value=attack)
    tree = page(fresh(), (finding, placed))
    assert_harmless(tree)
    assert tree.text_content().count(attack) >= 3


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_title_is_only_text(attack: str) -> None:
    tree = html.document_fromstring(define_page(Odm(), title=attack))
    assert_harmless(tree)


@pytest.mark.parametrize("name", NAMES)
def test_an_attribute_may_be_missing_everywhere(name: str) -> None:
    root = fresh()
    for element in root.iter("*"):
        element.attrib.pop(name, None)
    tree = page(root)
    assert tree.xpath("//section[@data-kind='dataset']")


@pytest.mark.parametrize("name", NAMES)
def test_an_attribute_may_be_the_same_everywhere(name: str) -> None:
    """As when every OID is one and the same."""
    root = fresh()
    for element in root.iter("*"):
        if name in element.attrib:
            element.set(name, "SAME")
    tree = page(root)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert len(tree.xpath("//section[@data-kind='dataset']")) == 2


@pytest.mark.parametrize("tag", TAGS)
def test_an_element_may_be_missing_everywhere(tag: str) -> None:
    root = fresh()
    for element in list(root.iter(tag)):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    assert page(root).xpath("//h1")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_page_is_made_of_whatever_is_left_of_a_file(data: st.DataObject) -> None:
    root = fresh()
    elements = list(root.iter("*"))[1:]
    for number in data.draw(st.sets(st.integers(0, len(elements) - 1), max_size=40)):
        element = elements[number]
        if data.draw(st.booleans()):
            element.attrib.clear()
        elif (parent := element.getparent()) is not None:
            parent.remove(element)
    tree = page(root)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("odm", "remark"),
    [
        (Odm(), "The file holds no metadata version: there is nothing to show."),
        (Odm(studies=(Study(),)), "The file holds no metadata version: there is nothing to show."),
    ],
)
def test_an_empty_file_says_so(odm: Odm, remark: str) -> None:
    tree = html.document_fromstring(define_page(odm))
    assert tree.xpath("//*[@role='note']/text()") == [remark]


def test_of_several_metadata_versions_the_first_is_shown_and_the_page_says_so() -> None:
    root = fresh()
    (first,) = root.iter("{*}MetaDataVersion")
    second = etree.fromstring(etree.tostring(first))
    second.set("Name", "Another")
    first.addnext(second)
    tree = page(root)
    (remark,) = tree.xpath("//*[@role='note']/text()")
    assert "2 metadata versions" in remark
    assert "Definitions of X-01" in remark
    assert len(tree.xpath("//section[@data-kind='dataset']")) == 2


def test_two_definitions_of_one_oid_are_both_shown() -> None:
    root = fresh()
    for tag in ("ItemGroupDef", "CodeList", "MethodDef"):
        first = next(root.iter(f"{{*}}{tag}"))
        first.addnext(etree.fromstring(etree.tostring(first)))
    tree = page(root)
    ids = set(tree.xpath("//@id"))
    assert {"IG.ADSL", "IG.ADSL~2", "CL.PARAMCD", "CL.PARAMCD~2", "MT.CHG", "MT.CHG~2"} <= ids


@pytest.mark.parametrize("oid", ["search", "main", "values-1", "findings", "panel"])
def test_an_oid_may_be_a_name_that_the_page_uses_itself(oid: str) -> None:
    root = fresh()
    for element in root.iter("*"):
        for name, value in element.attrib.items():
            if value == "MT.CHG":
                element.set(name, oid)
    tree = page(root)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    (section,) = tree.xpath("//section[@data-kind='method'][contains(., 'AVAL minus BASE')]")
    assert section.get("id").startswith(oid)


def test_a_very_long_oid_and_a_very_long_number_are_shown() -> None:
    root = fresh()
    long = "IG." + "X" * 5000
    group = next(root.iter("{*}ItemGroupDef"))
    group.set("OID", long)
    for ref in group.iter("{*}ItemRef"):
        ref.set("OrderNumber", "9" * 5000)
        ref.set("KeySequence", "9" * 5000)
    assert page(root).xpath("//section[@id=$oid]", oid=long)


def test_text_from_right_to_left_keeps_its_direction() -> None:
    root = fresh()
    for text in root.iter("{*}TranslatedText"):
        text.text = "\u0628\u064a\u0627\u0646\u0627\u062a"
    tree = page(root)
    label = tree.xpath("//tr[@id='IG.ADSL/IT.ADSL.USUBJID']//*[@dir='auto']")[0]
    assert label.text_content() == "\u0628\u064a\u0627\u0646\u0627\u062a"
