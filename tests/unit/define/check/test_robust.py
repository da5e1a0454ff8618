"""Whatever a file holds, there are findings and no exception."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lxml import etree

from converters.define import check_define

DATA = Path(__file__).parent / "data"
VALUES = ("", " ", "0", "-1", "x" * 300, "Yes", "IT.AE.AESER", "1 2 3", "é<&>", "\n", "9" * 5000)


@pytest.mark.parametrize("name", ["sdtm", "adam", "v20"])
@pytest.mark.parametrize("seed", range(25))
def test_a_damaged_file_gives_findings_and_no_exception(name: str, seed: int) -> None:
    """Thirty attributes lost or spoiled, elements lost, doubled or moved, in each file."""
    chance = random.Random(seed)
    root = etree.parse(DATA / f"{name}.xml").getroot()
    for _ in range(30):
        element = chance.choice([item for item in root.iter("*") if item is not root])
        parent = element.getparent()
        assert parent is not None
        kind = chance.choice(("lose", "spoil", "remove", "double", "move", "text", "rename"))
        if kind == "lose" and element.attrib:
            del element.attrib[chance.choice(sorted(map(str, element.attrib)))]
        elif kind == "spoil" and element.attrib:
            element.set(chance.choice(sorted(map(str, element.attrib))), chance.choice(VALUES))
        elif kind == "remove" and chance.random() < 0.3:
            parent.remove(element)
        elif kind == "double" and len(element) < 20:
            parent.append(etree.fromstring(etree.tostring(element, with_tail=False)))
        elif kind == "move" and len(element) < 20:
            others = [
                item for item in root.iter("*") if element not in (item, *item.iterancestors())
            ]
            chance.choice(others).append(element)
        elif kind == "text":
            element.text = chance.choice(VALUES)
        elif kind == "rename":
            element.tag = chance.choice([str(item.tag) for item in root.iter("*")])
    findings = check_define(etree.tostring(root, encoding="UTF-8"))
    assert findings == check_define(etree.tostring(root, encoding="UTF-8"))
    assert findings
