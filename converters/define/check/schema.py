"""A define.xml against the official XML Schema, in messages for people.

The schema's own words name types and facets; here each fault is told once, by the element with its
OID, the value found and what is allowed there. Duplicates of OIDs, order numbers, keys, languages
and terms are left to the checks of what the file means, which tell both places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

from lxml import etree

from converters.define.binding import ARM, DEFINE, ODM, XLINK, XML, Node, binding
from converters.define.check.rule import Place, Rule
from converters.define.elements import Odm
from converters.define.lines import line_of
from converters.define.schema import schema_of
from converters.errors import nearest
from converters.findings import Finding, Severity

DECLARATION = Rule("define-xml-declaration", Severity.WARNING, ("OD0010",))
ENCODING = Rule("define-xml-encoding", Severity.WARNING, ("OD0011",))
ROOT = Rule("define-xml-root", Severity.REJECT, ("OD0012",))
NAMESPACE = Rule("define-xml-namespace", Severity.REJECT, ("DD0002",))
OLD_VERSION = Rule("define-xml-version", Severity.ERROR, ("DD0020B",))
ATTRIBUTE_MISSING = Rule("define-xml-attribute-missing", Severity.REJECT, ("DD0003",))
ATTRIBUTE_UNKNOWN = Rule("define-xml-attribute-unknown", Severity.REJECT, ("DD0004",))
ELEMENT_MISSING = Rule("define-xml-element-missing", Severity.REJECT, ("DD0006",))
ELEMENT_UNKNOWN = Rule("define-xml-element-unknown", Severity.REJECT, ("DD0007",))
ELEMENT_ORDER = Rule("define-xml-element-order", Severity.REJECT, ("DD0008",))
ELEMENT_REPEATED = Rule("define-xml-element-repeated", Severity.REJECT, ("DD0009",))
REPEATED = Rule("define-xml-repeated", Severity.REJECT, ("DD0001",))
OTHER = Rule("define-xml-schema", Severity.REJECT, ("DD0001",))

#: The published rule of a wrong value, by element and attribute; ``*`` is any element.
_VALUE_RULES: Mapping[tuple[str, str], str] = {
    ("ODM", "FileType"): "DD0019",
    ("ODM", "CreationDateTime"): "OD0017",
    ("ODM", "AsOfDateTime"): "OD0017",
    ("MetaDataVersion", "def:DefineVersion"): "DD0020B",
    ("def:Standard", "Name"): "DD0021",
    ("def:Standard", "Status"): "DD0141",
    ("ItemGroupDef", "Purpose"): "DD0053",
    ("ItemGroupDef", "SASDatasetName"): "DD0048",
    ("ItemGroupDef", "Repeating"): "OD0072",
    ("ItemGroupDef", "IsReferenceData"): "OD0073",
    ("ItemGroupDef", "def:Class"): "DD0055",
    ("def:Class", "Name"): "DD0055",
    ("def:SubClass", "Name"): "DD0140",
    ("def:SubClass", "ParentClass"): "DD0140",
    ("ItemRef", "Mandatory"): "OD0074",
    ("ItemDef", "DataType"): "OD0075",
    ("CodeList", "DataType"): "OD0076",
    ("CodeList", "SASFormatName"): "OD0019",
    ("def:Origin", "Type"): "DD0073",
    ("MethodDef", "Type"): "DD0104",
    ("RangeCheck", "SoftHard"): "DD0044",
    ("*", "def:ExtendedValue"): "DD0030",
    ("*", "def:IsNonStandard"): "DD0130",
    ("*", "xml:lang"): "OD0021",
}
_INTEGER = "OD0013"
VALUE = Rule(
    "define-xml-value", Severity.REJECT, tuple(sorted({*_VALUE_RULES.values(), _INTEGER, "DD0001"}))
)

#: What a type of the schema asks for.
_TYPES = {
    "integer": "a whole number",
    "positiveInteger": "a whole number from 1",
    "nonNegativeInteger": "a whole number from 0",
    "float": "a number",
    "datetime": "a date and time such as 2026-01-31T09:00:00",
    "language": "a language such as 'en' or 'en-US'",
    "ID": "an identifier that begins with a letter or _ and has no blanks or colons",
    "sasName": "a SAS name: 1 to 8 letters, digits or _, no digit first",
}
_PATTERNS = {
    "DefineVersion": "2.1.0, 2.1.1 ... (the version of Define-XML)",
    "SASDatasetName": _TYPES["sasName"],
    "SASFieldName": _TYPES["sasName"],
}
#: Constraints of the schema that other checks tell: unique OIDs, places, keys, languages, terms.
_TOLD_ELSEWHERE = re.compile(r"UC-(STD-1|VLD-[12]|O-1|S-2|MDV-.*|IGD-[123]|CL-[1234]|DES-1|DEC-1)$")
_NAME = re.compile(r"[A-Za-z_][\w.\-]*")
_SHORT = {
    **dict.fromkeys(DEFINE.values(), "def:"),
    ODM: "",
    ARM: "arm:",
    XLINK: "xlink:",
    XML: "xml:",
}


@dataclass(frozen=True)
class _Entry:
    """An entry of the schema's log: its kind, its text, the element and the attribute in it."""

    kind: str
    text: str
    element: etree._Element | None
    attribute: str
    line: int


def check_schema(root: etree._Element, version: str) -> Iterator[Finding]:
    """What the XML Schema of version 2.0 or 2.1 says against the file, each fault once.

    Raises:
        CdiscError: the schema is not installed.
    """
    schema = schema_of(root, version)
    schema.validate(root)
    log = cast(Any, schema.error_log)
    spaces = _prefixes(root) if len(log) else {}
    faults: dict[object, list[_Entry]] = {}
    for number, told in enumerate(log):
        entry = _entry(root, told, spaces)
        one = (entry.element, entry.attribute) if entry.attribute else number
        faults.setdefault(one, []).append(entry)
    for entries in faults.values():
        yield from _fault(entries, version)


def check_declaration(content: bytes, root: etree._Element) -> Iterator[Finding]:
    """The XML declaration at the head of the file, and the encoding that it names."""
    if not re.match(rb"(\xef\xbb\xbf)?\s*<\?xml\s", content) and content[:2] not in (
        b"\xff\xfe",
        b"\xfe\xff",
    ):
        message = 'no XML declaration: expected <?xml version="1.0" encoding="UTF-8"?>'
        yield DECLARATION.at(Place(1), message)
    encoding = cast(Any, root.getroottree().docinfo).encoding or "UTF-8"
    if encoding.upper() not in ("UTF-8", "US-ASCII", "ASCII"):
        yield ENCODING.at(Place(1), f"the encoding is {encoding}, expected UTF-8", encoding)


def short(name: str) -> str:
    """``{uri}Class`` as people write it: ``def:Class``."""
    uri, brace, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
    prefix = _SHORT.get(uri, "") if brace else ""
    return f"{prefix}{local}"


def _prefixes(root: etree._Element) -> dict[str, str]:
    """The prefixes in the paths of the log."""
    return {
        prefix: uri for element in root.iter("*") for prefix, uri in element.nsmap.items() if prefix
    }


def _entry(root: etree._Element, log: Any, spaces: Mapping[str, str]) -> _Entry:
    element = _element(root, log.path, spaces)
    attribute = re.match(r"Element '[^']*', attribute '([^']*)'", log.message)
    absent = re.search(r"The attribute '([^']*)' is (?:required|not allowed)", log.message)
    found = attribute or absent
    line = (line_of(element) if element is not None else 0) or log.line
    return _Entry(log.type_name, log.message, element, short(found[1]) if found else "", line)


def _element(
    root: etree._Element, path: str | None, spaces: Mapping[str, str]
) -> etree._Element | None:
    try:
        found = root.getroottree().xpath(path, namespaces=dict(spaces)) if path else []
    except etree.XPathError:
        return None
    return cast(Any, found)[0] if found else None


def _fault(entries: list[_Entry], version: str) -> Iterator[Finding]:
    """The finding for the entries on one attribute or one element; nothing if told elsewhere."""
    order = ("SCHEMAV_CVC_ENUMERATION_VALID", "SCHEMAV_CVC_PATTERN_VALID")
    entry = min(entries, key=lambda item: order.index(item.kind) if item.kind in order else 2)
    place = _place(entry)
    name = _called(entry.element)
    if entry.kind == "SCHEMAV_CVC_COMPLEX_TYPE_4":
        yield ATTRIBUTE_MISSING.at(place, f"{name} has no {entry.attribute}")
    elif entry.kind == "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1":
        yield from _unknown_attribute(entry, place, version)
    elif entry.kind == "SCHEMAV_ELEMENT_CONTENT":
        yield _content(entry, place, version)
    elif entry.kind == "SCHEMAV_CVC_IDC":
        yield from _repeated(entry, place)
    elif entry.attribute and entry.element is not None:
        yield from _value(entry, entries, place)
    elif entry.kind == "SCHEMAV_CVC_COMPLEX_TYPE_2_3":
        yield OTHER.at(place, f"{name} has text between its elements, where none belongs")
    else:
        text = re.sub(r"\{[^}]*\}\w+", lambda mark: short(mark[0]), entry.text)
        yield OTHER.at(place, text)


def _place(entry: _Entry) -> Place:
    place = Place(entry.line)
    element = entry.element
    while element is not None:
        oid = element.get("OID") or element.get("ID")
        tag = short(str(element.tag))
        if tag == "ItemGroupDef":
            place = replace(place, dataset=element.get("Name") or "")
        if tag == "ItemDef":
            place = replace(place, variable=element.get("Name") or "")
        if oid and not place.oid and tag not in ("ODM", "Study", "MetaDataVersion"):
            place = replace(place, oid=oid)
        element = element.getparent()
    return place


def _called(element: etree._Element | None, without: str = "") -> str:
    """An element by its name and what tells it from others: ``ItemDef 'IT.AE.AESEV'``.

    ``without`` is an attribute that the message speaks of, so that it is no name.
    """
    if element is None:
        return "an element"
    tag = short(str(element.tag))
    for name in ("OID", "ID", "ItemOID", "leafID", "CodedValue", "Name", "Context"):
        if name != without and element.get(name):
            return f"{tag} '{element.get(name)}'"
    parent = element.getparent()
    named = _called(parent) if parent is not None and short(str(parent.tag)) != "ODM" else ""
    return f"{tag} of {named}" if named else tag


@cache
def _kinds(version: str) -> Mapping[str, type[Node]]:
    """The classes of elements by tag."""
    found: dict[str, type[Node]] = {}
    waiting: list[type[Node]] = [Odm]
    while waiting:
        kind = waiting.pop()
        bound = binding(kind, version)
        if found.setdefault(bound.tag, kind) is kind:
            waiting += [below for _, below, _ in bound.elements if below not in found.values()]
    return found


def _unknown_attribute(entry: _Entry, place: Place, version: str) -> Iterator[Finding]:
    kind = _kinds(version).get(str(entry.element.tag)) if entry.element is not None else None
    known = [short(name) for _, name in binding(kind, version).attributes] if kind else []
    hint = nearest(entry.attribute, known)
    message = f"{_called(entry.element)} has the attribute {entry.attribute}, which does not exist"
    yield ATTRIBUTE_UNKNOWN.at(place, f"{message} there{hint}", entry.attribute)


def _content(entry: _Entry, place: Place, version: str) -> Finding:
    """An element that is missing, unknown, repeated or in the wrong place."""
    listed = re.findall(r"\{[^}]*\}\w+", entry.text.rpartition("Expected is")[2])
    expected = [short(name) for name in listed] if "Expected is" in entry.text else []
    element = entry.element
    if "Missing child" in entry.text or element is None:
        return ELEMENT_MISSING.at(place, f"{_called(element)} has no {_one_of(expected)}")
    parent = element.getparent()
    tag, inside = short(str(element.tag)), _called(parent)
    children = [] if parent is None else [item for item in parent if isinstance(item.tag, str)]
    siblings = [short(str(item.tag)) for item in children]
    if len(expected) == 1 and expected[0] not in siblings:
        return ELEMENT_MISSING.at(place, f"{inside} has no {expected[0]}, expected before {tag}")
    kind = _kinds(version).get(str(parent.tag)) if parent is not None else None
    below = binding(kind, version).elements if kind else ()
    order = {short(binding(item, version).tag): many for _, item, many in below}
    if tag not in order:
        hint = nearest(tag, order)
        return ELEMENT_UNKNOWN.at(place, f"{inside} has a {tag}, which does not exist there{hint}")
    before = siblings[: children.index(element)]
    if tag in before and not order[tag]:
        return ELEMENT_REPEATED.at(place, f"{inside} has more than one {tag}")
    places = list(order)
    later = [name for name in before if name in order and places.index(name) > places.index(tag)]
    if later:
        return ELEMENT_ORDER.at(place, f"{tag} of {inside} belongs before {later[0]}")
    where = f"; expected {_one_of(expected)}" if expected else ""
    return ELEMENT_UNKNOWN.at(place, f"{inside} has a {tag} that cannot stand there{where}")


def _one_of(names: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(names)) or "element that belongs there"


def _repeated(entry: _Entry, place: Place) -> Iterator[Finding]:
    found = re.search(r"key-sequence \[(.*)\] in .*?([\w-]+)'\.?$", entry.text)
    if found and not _TOLD_ELSEWHERE.match(found[2]):
        message = f"{_called(entry.element)} is there twice with the value {found[1]}"
        yield REPEATED.at(place, message, found[1].strip("'"))


def _value(entry: _Entry, entries: list[_Entry], place: Place) -> Iterator[Finding]:
    """A value that its attribute cannot have; one of an ID that another has is told elsewhere."""
    assert entry.element is not None  # noqa: S101 -- asked before
    attribute = entry.attribute
    texts = [item.text for item in entries]
    given = cast(dict[str, str], dict(entry.element.attrib))
    value = next((text for name, text in given.items() if short(name) == attribute), "")
    kind = next((found[1] for text in texts if (found := re.search(r"type '([^']*)'", text))), "")
    kind = short(kind).rpartition(":")[2]
    if kind == "ID" and _NAME.fullmatch(value):
        return
    tag = short(str(entry.element.tag))
    rule = _VALUE_RULES.get((tag, attribute)) or _VALUE_RULES.get(("*", attribute))
    if rule is None:
        rule = _INTEGER if kind.lower().endswith("integer") else "DD0001"
    named = f"{attribute} of {_called(entry.element, attribute)} is"
    message = f"{named} '{value}'{_wanted(entry, texts, value)}" if value else f"{named} empty"
    yield replace(VALUE, published=(rule,)).at(place, message, value)


def _wanted(entry: _Entry, texts: list[str], value: str) -> str:
    """What the schema allows: the nearest of its words, all of them, or what its type says."""
    sets = [found[1] for text in texts if (found := re.search(r"of the set \{(.*)\}", text))]
    allowed = [word for text in sets for word in re.findall(r"'([^']*)'", text)]
    if allowed:
        told = f", expected {'one of ' if len(allowed) > 1 else ''}{', '.join(allowed)}"
        return f"{told}{nearest(value, allowed)}"
    local = entry.attribute.rpartition(":")[2]
    if local in _PATTERNS:
        return f", expected {_PATTERNS[local]}"
    limit = re.search(r"(maximum|minimum) length of '(\d+)'", entry.text)
    if limit:
        return f", expected {'at most' if limit[1] == 'maximum' else 'at least'} {limit[2]} letters"
    fixed = re.search(r"fixed value constraint '([^']*)'", entry.text)
    if fixed:
        return f", expected '{fixed[1]}'"
    kinds = [found[1] for text in texts if (found := re.search(r"type '([^']*)'", text))]
    names = [short(kind).rpartition(":")[2] for kind in kinds]
    told = next((_TYPES[name] for name in names if name in _TYPES), "")
    return f", expected {told}" if told else ", which is not allowed there"
