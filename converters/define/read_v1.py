"""Define-XML 1.0 in the shape of 2.0, as far as 2.0 has a place for what it says.

In 1.0 labels, origins and comments are attributes, keys are a list of names at the dataset, methods
stand at the variable, and a value list has no where-clauses: its items are named by the test code,
parameter or qualifier that they hold for. Source: Case Report Tabulation Data Definition
Specification 1.0.0.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lxml import etree

from converters.define.binding import DEFINE, ODM, qualified
from converters.define.namespaces import VERSIONS, put_right, renamed

#: Endings of names of variables whose values name the items of a value list.
_CODES = ("TESTCD", "PARAMCD", "PARMCD", "QNAM")
#: Endings of names of variables that a value list divides by their own values.
_DIVIDED = (*_CODES, "CAT")
_CRF = re.compile(
    r"(?:annotated\s+)?CRF"
    r"(?:[\s,:]*\b(?:pages?|pgs?|pp?)\b\.?\s*(?P<pages>\d(?:[\d\s,;&\u2013-]|and|to|through)*))?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(\d+)(?:\s*(?:-|\u2013|to|through)\s*(\d+))?", re.IGNORECASE)
_NAME = r"[A-Z][A-Z0-9]{1,7}\.[A-Z_][A-Z0-9_]{0,7}"
_PREDECESSOR = re.compile(rf"{_NAME}(?:\s*[,;]\s*{_NAME})*")
#: Types of origin of 2.0 by what files of 1.0 call them.
_TYPES = {
    "assigned": "Assigned",
    "collected": "CRF",
    "crf": "CRF",
    "derived": "Derived",
    "edt": "eDT",
    "electronic data transfer": "eDT",
    "predecessor": "Predecessor",
    "protocol": "Protocol",
    "sponsor defined": "Assigned",
    "sponsor-defined": "Assigned",
}


def as_version_2(root: etree._Element) -> etree._Element:
    """A copy of the tree of a define.xml 1.0 as 2.0 says the same.

    What 2.0 has no place for stays where it stands: ``read_define`` keeps it in ``extras``. The
    where-clauses of value lists are made from what the items are called.
    """
    root = renamed(put_right(root), {VERSIONS["1.0"]: DEFINE["2.0"]})
    for element in root.iter(_name("MetaDataVersion")):
        version = _Version.of(element)
        _comments(version)
        _methods(version)
        documents = element.findall(f"{_name('def:AnnotatedCRF')}/{_name('def:DocumentRef')}")
        for item in version.items.values():
            _origin(item, [ref.get("leafID", "") for ref in documents])
        for group in version.groups:
            _domain(group)
            _keys(group, version)
        _where_clauses(version)
        for below in element.iterdescendants("*"):
            _label(below)
            if _RANK in below.attrib and "Rank" not in below.attrib:
                below.set("Rank", _take(below, _RANK))
    return root


def _name(name: str) -> str:
    return qualified(name, "2.0", ODM)


_RANK = _name("def:Rank")
#: Variables, by OID, with the value that each must have.
_Conditions = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Version:
    """A ``MetaDataVersion`` with its datasets, its items by OID, and the places of each."""

    element: etree._Element
    groups: list[etree._Element]
    items: dict[str, etree._Element]
    places: dict[str, list[etree._Element]]

    @classmethod
    def of(cls, element: etree._Element) -> _Version:
        places: dict[str, list[etree._Element]] = {}
        for ref in element.iter(_name("ItemRef")):
            places.setdefault(ref.get("ItemOID", ""), []).append(ref)
        items: dict[str, etree._Element] = {}
        for item in element.findall(_name("ItemDef")):
            items.setdefault(item.get("OID", ""), item)
        return cls(element, element.findall(_name("ItemGroupDef")), items, places)

    def variables(self, group: etree._Element) -> Iterator[tuple[str, etree._Element]]:
        """The names of a dataset's variables in upper case, with their places."""
        for ref in group.findall(_name("ItemRef")):
            item = self.items.get(ref.get("ItemOID", ""))
            if item is not None:
                yield item.get("Name", "").upper(), ref


def _add(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, _name(name), attributes)


def _take(element: etree._Element, name: str) -> str:
    """The text of an attribute that goes, without white space around it."""
    return str(element.attrib.pop(name, "")).strip()


def _describe(element: etree._Element, text: str) -> None:
    _add(_add(element, "Description"), "TranslatedText").text = text


def _label(element: etree._Element) -> None:
    """The label as a description."""
    label = element.get(_name("def:Label"))
    if label is not None and element.find(_name("Description")) is None:
        del element.attrib[_name("def:Label")]
        if label.strip():
            _describe(element, label)


def _comments(version: _Version) -> None:
    """Comments as references to definitions; each text is defined once."""
    oids: dict[str, str] = {}
    for element in (*version.groups, *version.items.values()):
        text = _take(element, "Comment")
        if text and text not in oids:
            oids[text] = f"COM.{len(oids) + 1}"
            _describe(_add(version.element, "def:CommentDef", OID=oids[text]), text)
        if text:
            element.set(_name("def:CommentOID"), oids[text])


def _methods(version: _Version) -> None:
    """Computation methods as method definitions, and the method of an item at its places."""
    for method in version.element.findall(_name("def:ComputationMethod")):
        text = str(method.xpath("string()")).strip()
        for below in method:
            method.remove(below)
        method.tag, method.text = _name("MethodDef"), None
        method.set("Name", method.get("Name", method.get("OID", "")))
        method.set("Type", method.get("Type", "Computation"))
        _describe(method, text)
    for oid, item in version.items.items():
        found = item.get(_name("def:ComputationMethodOID"))
        if found is not None and oid in version.places:
            del item.attrib[_name("def:ComputationMethodOID")]
            for ref in version.places[oid] if found else ():
                ref.set("MethodOID", ref.get("MethodOID", found))


def _domain(group: etree._Element) -> None:
    """The domain of a tabulation dataset, which 1.0 leaves to the dataset's name."""
    if group.get("Purpose", "").lower() == "tabulation" and group.get("Domain") is None:
        group.set("Domain", group.get("Name", "").removeprefix("SUPP"))


def _keys(group: etree._Element, version: _Version) -> None:
    """The keys as numbers at the variables; with a name that is no variable the list stays too."""
    keys = re.findall(r"[^\s,;]+", group.get(_name("def:DomainKeys"), "").upper())
    places = dict(version.variables(group))
    for number, key in enumerate(keys, 1):
        if key in places:
            places[key].set("KeySequence", str(number))
    if places.keys() >= set(keys):
        _take(group, _name("def:DomainKeys"))


def _origin(item: etree._Element, documents: list[str]) -> None:
    """The origin as an element; words that no type of 2.0 stands for stay its type."""
    text = _take(item, "Origin")
    if not text:
        return
    crf = _CRF.fullmatch(text)
    first = re.split(r"[\s,:;(]", text, maxsplit=1)[0].lower()
    known = _TYPES.get(text.lower())
    made = _add(item, "def:Origin", Type=known or text)
    if crf and len(documents) == 1:
        made.set("Type", "CRF")
        _pages(_add(made, "def:DocumentRef", leafID=documents[0]), crf["pages"] or "")
    elif not known and (_PREDECESSOR.fullmatch(text) or first in _TYPES):
        made.set("Type", _TYPES.get(first, "Predecessor"))
        _describe(made, text)


def _pages(document: etree._Element, text: str) -> None:
    """Single pages in one reference, each range of pages in its own."""
    ranges = [match.groups() for match in _RANGE.finditer(text)]
    single = [first for first, last in ranges if not last]
    if single:
        _add(document, "def:PDFPageRef", Type="PhysicalRef", PageRefs=" ".join(single))
    for first, last in ranges:
        if last:
            _add(document, "def:PDFPageRef", Type="PhysicalRef", FirstPage=first, LastPage=last)


def _where_clauses(version: _Version) -> None:
    """Conditions for the items of value lists, by what the items are called.

    An item of a list holds where the --TESTCD, PARAMCD or QNAM of the dataset is the item's name;
    an item of the list of a list's item holds within that item's condition.
    """
    lists = {item.get("OID"): item for item in version.element.findall(_name("def:ValueListDef"))}
    oids: dict[_Conditions, str] = {}
    for group in version.groups:
        variables = {name: ref.get("ItemOID", "") for name, ref in version.variables(group)}
        todo: list[tuple[str, _Conditions]] = [(oid, ()) for oid in variables.values()]
        done: set[str] = set()
        for oid, within in todo:
            ref = version.items[oid].find(_name("def:ValueListRef"))
            values = None if ref is None else lists.get(ref.get("ValueListOID"))
            code = _code(oid, variables)
            if values is None or code is None or values.get("OID", "") in done:
                continue
            done.add(values.get("OID", ""))
            for place in values.findall(_name("ItemRef")):
                item = version.items.get(place.get("ItemOID", ""))
                if item is None:
                    continue
                conditions = (*within, (code, _value(item, variables)))
                if conditions not in oids:
                    oids[conditions] = _condition(version, item, group, conditions, oids.values())
                _add(place, "def:WhereClauseRef", WhereClauseOID=oids[conditions])
                todo.append((item.get("OID", ""), conditions))


def _code(oid: str, variables: dict[str, str]) -> str | None:
    """The variable whose values name the items of the list that ``oid`` refers to."""
    codes = [item for name, item in variables.items() if name.endswith(_CODES)]
    divided = [item for name, item in variables.items() if name.endswith(_DIVIDED) and item == oid]
    return next(iter((*divided, *codes)), None)


def _value(item: etree._Element, variables: dict[str, str]) -> str:
    """What the item is called; one that is called as a variable has its value in its OID."""
    name = item.get("Name", "")
    return item.get("OID", "").rpartition(".")[2] if name.upper() in variables else name


def _condition(
    version: _Version,
    item: etree._Element,
    group: etree._Element,
    conditions: _Conditions,
    taken: Collection[str],
) -> str:
    """The OID of a new where-clause with these conditions."""
    oid = f"WC.{item.get('OID', '')}"
    if oid in taken:
        oid = f"WC.{group.get('OID', '')}.{len(taken) + 1}"
    made = _add(version.element, "def:WhereClauseDef", OID=oid)
    for code, value in conditions:
        check = _add(made, "RangeCheck", Comparator="EQ", SoftHard="Soft")
        check.set(_name("def:ItemOID"), code)
        _add(check, "CheckValue").text = value
    return oid
