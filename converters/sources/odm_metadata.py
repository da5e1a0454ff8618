"""What ODM files say of their items: names, labels, codelists and units (ODM 1.3.2, section 3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from lxml import etree

from converters.sources.redcap_dictionary import checkbox_label, checkbox_suffix, parse_choices

REDCAP = "https://projectredcap.org"
Element: TypeAlias = "etree._Element"


@dataclass(frozen=True)
class Item:
    """An ItemDef; ``name`` is its SASFieldName or, without one, its Name.

    ``decodes`` are those of its codelist, in all versions of the metadata that are used; of the
    codes in ``changed`` the versions have different decodes.
    """

    name: str
    label: str
    codelist: str | None
    decodes: Mapping[str, str] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()


@dataclass
class Metadata:
    """The definitions of a version of the metadata, or of several.

    ``groups`` gives the item OIDs of an ItemGroupDef, ``group_names`` and ``form_names`` the Name
    of an OID, ``codelists`` coded value -> decode, ``units`` the symbol of a MeasurementUnit.
    Of REDCap's extensions: ``instruments`` is the unique name of a form, ``events`` the label of a
    unique event name, ``choices`` those of a checkbox, by codelist, ``repeating`` the (event,
    instrument) that repeat, ``repeating_events`` the events that do as a whole.
    """

    groups: dict[str, list[str]] = field(default_factory=dict)
    group_names: dict[str, str] = field(default_factory=dict)
    forms: dict[str, list[str]] = field(default_factory=dict)
    form_names: dict[str, str] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    codelists: dict[str, dict[str, str]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    instruments: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    repeating: dict[tuple[str, str], None] = field(default_factory=dict)
    repeating_events: dict[str, None] = field(default_factory=dict)

    def override(self, other: Metadata) -> None:
        """Take up definitions that go before those of the same OID here."""
        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True):
            mine.update(theirs)

    def join(self, other: Metadata) -> None:
        """Take up another version: later names and labels, and all members and codes of both."""
        groups, forms, items = dict(self.groups), dict(self.forms), dict(self.items)
        self.override(other)
        for before, now in ((groups, self.groups), (forms, self.forms)):
            for oid, members in before.items():
                now[oid] = list(dict.fromkeys([*members, *now[oid]]))
        for oid, item in other.items.items():
            known = items.get(oid)
            decodes = other.codelists.get(item.codelist or "", {})
            if known is None:
                self.items[oid] = replace(item, decodes=decodes)
                continue
            changed = {c for c, d in decodes.items() if known.decodes.get(c, d) != d}
            self.items[oid] = replace(
                item,
                decodes={**known.decodes, **decodes},
                changed=known.changed | changed,
            )

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
        known = self.items.get(item)
        if known is None:
            return ""
        codes = self.choices.get(known.codelist or "", {})
        choices = {checkbox_suffix(code): choice for code, choice in codes.items()}
        choice = choices.get(item.partition("___")[2])
        return checkbox_label(known.label, choice) if choice else known.label

    def decodes(self, item: str) -> Mapping[str, str]:
        """Coded value -> decode of the item's codelist; empty if it has none."""
        return self.items[item].decodes if item in self.items else {}


#: A MetaDataVersion: its study's and its own OID; what stands beside the versions has no OID.
Version: TypeAlias = "tuple[str | None, str | None]"


@dataclass
class Definitions:
    """The metadata of one or more files by version, and the versions that the data name."""

    versions: dict[Version, Metadata] = field(default_factory=dict)
    includes: dict[Version, Version] = field(default_factory=dict)
    used: set[Version] = field(default_factory=set)

    def of(self, version: Version) -> Metadata:
        """The definitions of the version itself, made if need be."""
        return self.versions.setdefault(version, Metadata())

    def present(self) -> Metadata:
        """What holds for the data: the versions that they name, or all if none of them is there."""
        used = {version for version in self.used & set(self.versions) if version[1]}
        whole = Metadata()
        for version in self.versions:
            if version in used or version[1] is None or not used:
                whole.join(self._complete(version, set()))
        return whole

    def _complete(self, version: Version, above: set[Version]) -> Metadata:
        """A version with what it includes, which its own definitions go before."""
        complete = Metadata()
        included = self.includes.get(version)
        if included in self.versions and included not in above:
            complete.override(self._complete(included, above | {version}))
        complete.override(self.versions[version])
        return complete


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
    instrument = attribute(element, f"{{{REDCAP}}}FormName")
    if instrument:
        metadata.instruments[oid] = instrument


def _event(metadata: Metadata, oid: str, element: Element) -> None:
    name = attribute(element, f"{{{REDCAP}}}UniqueEventName")
    if name:
        metadata.events[name] = attribute(element, f"{{{REDCAP}}}EventName") or name


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
    choices = attribute(element, f"{{{REDCAP}}}CheckboxChoices")
    if choices:
        metadata.choices[oid] = parse_choices(choices)


def _unit(metadata: Metadata, oid: str, element: Element) -> None:
    metadata.units[oid] = _text(element, "Symbol") or attribute(element, "Name") or oid


_DEFINITIONS: dict[str, Callable[[Metadata, str, Element], None]] = {
    "ItemGroupDef": _group,
    "StudyEventDef": _event,
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


def define_repeating(metadata: Metadata, element: Element) -> None:
    """Take up what repeats in a REDCap project: an instrument in an event, or an event."""
    event = attribute(element, f"{{{REDCAP}}}UniqueEventName") or ""
    instrument = attribute(element, f"{{{REDCAP}}}RepeatInstrument")
    if instrument:
        metadata.repeating[event, instrument] = None
    elif etree.QName(element).localname == "RepeatingEvent":
        metadata.repeating_events[event] = None
