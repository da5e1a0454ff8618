"""What is read and written again is the same, whatever a file or a model holds."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from converters.define import elements
from converters.define.binding import ARM, DEFINE, ODM, XLINK, Extras, Node, binding
from converters.define.elements import Odm
from converters.define.read import read_define
from converters.define.serialise import to_xml
from tests.defines import content, difference, example_files
from tests.unit.define.test_read import FILE, OLD

KINDS = [
    item
    for item in vars(elements).values()
    if isinstance(item, type) and issubclass(item, Node) and item is not Node
]
NAMESPACES = (("", ODM), ("arm", ARM), ("v", "urn:v"), ("xlink", XLINK))
CHARACTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n\t\r")
TEXTS = st.lists(st.text(CHARACTERS, max_size=12), min_size=12, max_size=12)


@example_files
def test_every_example_is_written_as_it_was_read(path: Path) -> None:
    original = path.read_bytes()
    assert difference(original, to_xml(read_define(path))) == ""


def test_a_lost_element_a_moved_one_and_another_value_are_differences() -> None:
    assert difference(FILE, FILE) == ""
    for old, new in [
        (b'<Alias Context="nci:ExtCodeID" Name="C66742"/>', b""),
        (b'Name="AE"', b'Name="AX"'),
        (b"<!-- Variables -->", b""),
        (b"Adverse Events", b"Adverse  Events"),
    ]:
        assert old in FILE
        assert difference(FILE, FILE.replace(old, new)) != ""


class Maker:
    """Random objects of a kind; ``texts`` are the values of their attributes and texts."""

    def __init__(self, chance: random.Random, texts: list[str], version: str) -> None:
        self.chance, self.texts, self.version = chance, texts, version
        self.left = 60

    def text(self) -> str:
        return self.chance.choice(self.texts)

    def node(self, kind: type[Node]) -> Any:
        self.left -= 1
        bound = binding(kind, self.version)
        values: dict[str, Any] = {}
        for name, _ in bound.attributes:
            if self.chance.random() < 0.5:
                values[name] = self.text()
        if bound.text:
            values[bound.text] = self.text()
        for name, item, many in bound.elements:
            if many:
                number = self.chance.randrange(3) if self.left > 0 else 0
                values[name] = tuple(self.node(item) for _ in range(number))
            elif self.left > 0 and self.chance.random() < 0.6:
                values[name] = self.node(item)
        return kind(**values, extras=self.extras(kind is Odm, bool(bound.text)))

    def extras(self, is_root: bool, is_text: bool) -> Extras | None:
        made = Extras()
        if self.chance.random() < 0.1:
            made = replace(made, attributes=(("{urn:v}a", self.text()), ("odd", self.text())))
        if self.chance.random() < 0.1 and not is_root:
            made = replace(made, comments=("<!-- a > b & c -->", "<?p q?>"))
        if self.chance.random() < 0.1 and not is_text:
            made = replace(made, trailing=("<!--last-->",))
        if self.chance.random() < 0.1 and not is_text:
            made = replace(made, text=" stray < text\n")
        return made if made != Extras() else None


@settings(deadline=None, max_examples=150)
@given(st.randoms(use_true_random=False), TEXTS, st.sampled_from(sorted(DEFINE)))
def test_what_is_written_is_read_as_the_same_objects(
    chance: random.Random, texts: list[str], version: str
) -> None:
    odm = replace(
        Maker(chance, texts, version).node(Odm),
        version=version,
        namespaces=(*NAMESPACES[:2], ("def", DEFINE[version]), *NAMESPACES[2:]),
        prolog=("<?xml-stylesheet href='a.xsl'?>".replace("'", '"'), "<!-- before -->"),
        epilog=("<!-- behind -->",),
    )
    assert read_define(to_xml(odm)) == odm


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_element_stands_below_the_root(kind: type[Node]) -> None:
    """Else the random trees would not hold it."""
    todo: list[type[Node]] = [Odm]
    for item in todo:
        todo += [below for _, below, _ in binding(item, "2.1").elements if below not in todo]
    assert kind in todo
    assert len({item.name for item in fields(kind)}) == len(fields(kind))


def remove(element: etree._Element, _: random.Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def duplicate(element: etree._Element, chance: random.Random) -> None:
    parent = element.getparent()
    if parent is not None and len(element.xpath(".//*")) < 40:
        copied = etree.fromstring(etree.tostring(element, with_tail=False))
        parent.insert(chance.randrange(len(parent) + 1), copied)


def shuffle(element: etree._Element, chance: random.Random) -> None:
    below = list(element)
    chance.shuffle(below)
    element.extend(below)


def foreign_element(element: etree._Element, chance: random.Random) -> None:
    made = etree.Element("{urn:vendor}note", {"{urn:other}by": "A & B"}, nsmap={"w": "urn:vendor"})
    etree.SubElement(made, f"{{{ODM}}}ItemDef", OID="inner").text = "text <of> it "
    element.insert(chance.randrange(len(element) + 1), made)


def wrong_place(element: etree._Element, chance: random.Random) -> None:
    made = etree.Element(f"{{{ODM}}}CodeListRef", CodeListOID="CL.X", Odd="1")
    element.insert(chance.randrange(len(element) + 1), made)


def attribute(element: etree._Element, chance: random.Random) -> None:
    element.set(chance.choice(["oid", "Vendor", "{urn:vendor}x", "{urn:third}y"]), "1 \n<2")


def no_attribute(element: etree._Element, chance: random.Random) -> None:
    if element.attrib:
        del element.attrib[chance.choice(list(element.attrib))]


def comment(element: etree._Element, chance: random.Random) -> None:
    made = etree.Comment(" odd & so ") if chance.random() < 0.5 else etree.PI("page", "break")
    element.insert(chance.randrange(len(element) + 1), made)


def stray_text(element: etree._Element, _: random.Random) -> None:
    element.text = "stray " + (element.text or "")


MUTATIONS: tuple[Callable[[etree._Element, random.Random], None], ...] = (
    *(remove, duplicate, shuffle, foreign_element, wrong_place),
    *(attribute, no_attribute, comment, stray_text),
)


def damaged(original: bytes, chance: random.Random, times: int) -> bytes:
    root = etree.fromstring(original)
    for element in chance.choices(list(root.iter("*")), k=times):
        chance.choice(MUTATIONS)(element, chance)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def assert_nothing_is_lost(given_file: bytes) -> None:
    odm = read_define(given_file)
    written = to_xml(odm)
    assert content(etree.fromstring(written)) == content(etree.fromstring(given_file))
    assert to_xml(read_define(written)) == written


@settings(deadline=None, max_examples=200)
@given(st.integers(0), st.integers(1, 25))
def test_nothing_of_a_damaged_file_is_lost(seed: int, times: int) -> None:
    assert_nothing_is_lost(damaged(FILE, random.Random(seed), times))


@example_files
def test_nothing_of_a_damaged_example_is_lost(path: Path) -> None:
    chance = random.Random(path.name)
    assert_nothing_is_lost(damaged(path.read_bytes(), chance, 200))


@settings(deadline=None, max_examples=100)
@given(st.integers(0), st.integers(1, 40))
def test_a_damaged_file_of_1_0_is_read_and_keeps_what_was_read(seed: int, times: int) -> None:
    written = to_xml(read_define(damaged(OLD.read_bytes(), random.Random(seed), times)))
    assert to_xml(read_define(written)) == written
