"""What an ODM file says of its items: names, labels, codelists and units (ODM 1.3.2, section 3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = "etree._Element"


@dataclass(frozen=True)
class Item:
    """An ItemDef; ``name`` is its SASFieldName or, without one, its Name."""

    name: str
    label: str
    codelist: str | None


@dataclass
class Metadata:
    """The definitions of a file; where several versions define an OID, the last one holds.

    ``groups`` gives the item OIDs of an ItemGroupDef, ``group_names`` and ``form_names`` the Name
    of an OID, ``codelists`` coded value -> decode, ``units`` the symbol of a MeasurementUnit.
    """

    groups: dict[str, list[str]] = field(default_factory=dict)
    group_names: dict[str, str] = field(default_factory=dict)
    forms: dict[str, list[str]] = field(default_factory=dict)
    form_names: dict[str, str] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    codelists: dict[str, dict[str, str]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    def column_names(self, items: Iterable[str], taken: Collection[str]) -> dict[str, str]:
        """A column name for each item OID: its name where no other column has it, else its OID."""
        names = {oid: self.items[oid].name if oid in self.items else oid for oid in items}
        while True:
            uses = Counter([*names.values(), *taken])
            clashing = [oid for oid, name in names.items() if uses[name] > 1 and name != oid]
            if not clashing:
                break
            names.update((oid, oid) for oid in clashing)
        return {oid: f"ITEM.{name}" if name in taken else name for oid, name in names.items()}

    def label(self, item: str) -> str:
        """The question or description of the item, or an empty text."""
        return self.items[item].label if item in self.items else ""

    def decodes(self, item: str) -> dict[str, str]:
        """Coded value -> decode of the item's codelist; empty if it has none."""
        codelist = self.items[item].codelist if item in self.items else None
        return self.codelists.get(codelist, {}) if codelist else {}


def attribute(element: Element, name: str) -> str | None:
    """The attribute without white space around it; None if there is nothing else."""
    value = element.get(name)
    return value.strip() or None if value is not None else None


def _text(element: Element, path: str) -> str:
    """The translated text under ``path``: in English or no language, else the first."""
    texts = [
        (
            text.get("{http://www.w3.org/XML/1998/namespace}lang") or "en",
            "".join(map(str, text.itertext())),
        )
        for parent in element.iterfind(f"{{*}}{path}")
        for text in parent.iterfind("{*}TranslatedText")
    ]
    texts.sort(key=lambda pair: not pair[0].lower().startswith("en"))
    return " ".join(texts[0][1].split()) if texts else ""


def _references(element: Element, child: str, name: str) -> list[str]:
    oids = [attribute(item, name) for item in element.iterfind(f"{{*}}{child}")]
    return [oid for oid in dict.fromkeys(oids) if oid]


def _group(metadata: Metadata, oid: str, element: Element) -> None:
    metadata.groups[oid] = _references(element, "ItemRef", "ItemOID")
    metadata.group_names[oid] = attribute(element, "Name") or oid


def _form(metadata: Metadata, oid: str, element: Element) -> None:
    metadata.forms[oid] = _references(element, "ItemGroupRef", "ItemGroupOID")
    metadata.form_names[oid] = attribute(element, "Name") or oid


def _item(metadata: Metadata, oid: str, element: Element) -> None:
    reference = element.find("{*}CodeListRef")
    metadata.items[oid] = Item(
        attribute(element, "SASFieldName") or attribute(element, "Name") or oid,
        _text(element, "Question") or _text(element, "Description"),
        attribute(reference, "CodeListOID") if reference is not None else None,
    )


def _codelist(metadata: Metadata, oid: str, element: Element) -> None:
    decodes = {}
    for item in element.iterfind("{*}CodeListItem"):
        coded = attribute(item, "CodedValue")
        if coded:
            decodes[coded] = _text(item, "Decode")
    metadata.codelists[oid] = decodes


def _unit(metadata: Metadata, oid: str, element: Element) -> None:
    metadata.units[oid] = _text(element, "Symbol") or attribute(element, "Name") or oid


_DEFINITIONS: dict[str, Callable[[Metadata, str, Element], None]] = {
    "ItemGroupDef": _group,
    "FormDef": _form,
    "ItemDef": _item,
    "CodeList": _codelist,
    "MeasurementUnit": _unit,
}
DEFINITIONS = tuple(_DEFINITIONS)


def define(metadata: Metadata, kind: str, element: Element) -> None:
    """Take up a definition element of that kind (its local name)."""
    oid = attribute(element, "OID")
    if oid:
        _DEFINITIONS[kind](metadata, oid, element)
