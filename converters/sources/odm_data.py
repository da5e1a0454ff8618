"""The clinical data of ODM files, snapshots and transactions, in bounded memory (ODM 1.3.2).

The parser's events build the present state of the data: a tree of subjects, study events and forms,
and per item group one list a column. A transaction changes that state at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from converters.sources.odm_metadata import (
    DEFINITIONS,
    REDCAP,
    Definitions,
    Element,
    Metadata,
    Version,
    attribute,
    define,
    define_repeating,
)
from converters.sources.table import check_file, refuse

_TYPED = (
    "Any Base64Binary Base64Float Boolean Date Datetime Double DurationDatetime Float HexBinary "
    "HexFloat IncompleteDate IncompleteDatetime IncompleteTime Integer IntervalDatetime "
    "PartialDate PartialDatetime PartialTime String Time URI"
)
_ITEMS = frozenset({"ItemData", *(f"ItemData{kind}" for kind in _TYPED.split())})
#: Element -> level of the tree, its key attributes, the word in the names of its vendor columns.
_LEVELS = {
    "SubjectData": (1, ("SubjectKey",), "SUBJECT"),
    "StudyEventData": (2, ("StudyEventOID", "StudyEventRepeatKey"), "EVENT"),
    "FormData": (3, ("FormOID", "FormRepeatKey"), "FORM"),
}
_ROOTS = frozenset({"ClinicalData", "ReferenceData"})
_WRITES = frozenset({"Insert", "Update", "Upsert"})
_TYPES = frozenset({*_WRITES, "Remove", "Context"})
_VERSIONS = frozenset({"Study", "MetaDataVersion", "Include"})
_NAMES = (*_ROOTS, *_LEVELS, "SiteRef", "ItemGroupData", *_VERSIONS, *DEFINITIONS)
_TAGS = [f"{{*}}{name}" for name in _NAMES]
_SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
_SAFE |= {"remove_comments": True, "remove_pis": True}
#: REDCap's attributes and the columns of its CSV exports; None: the name of another column.
_REDCAP = {
    "UniqueEventName": "redcap_event_name",
    "RepeatInstrument": "redcap_repeat_instrument",
    "RepeatInstance": "redcap_repeat_instance",
    "DataAccessGroup": "redcap_data_access_group",
    "RecordIdField": None,
}


class Node:
    """A study (level 0), subject, study event or form (level 3), with what is known of it.

    ``keys`` are its OID or key and its repeat key, ``attributes`` its columns beside them,
    ``records`` its item groups: OID and repeat key -> row.
    """

    __slots__ = ("attributes", "children", "keys", "level", "parent", "records")

    def __init__(self, parent: Node | None, level: int, keys: tuple[str | None, ...]) -> None:
        """A node without children; the parent does not know it yet."""
        self.parent = parent
        self.level = level
        self.keys = keys
        self.attributes: dict[str, str] = {}
        self.children: dict[tuple[int, tuple[str | None, ...]], Node] = {}
        self.records: dict[tuple[str, str | None], int] = {}

    def child(self, level: int, keys: tuple[str | None, ...]) -> Node:
        """The child of that key, made if need be."""
        found = self.children.get((level, keys))
        if found is None:
            found = self.children[level, keys] = Node(self, level, keys)
        return found

    def path(self) -> Iterator[Node]:
        """This node and those above it, up to the study."""
        node: Node | None = self
        while node is not None and node.level >= 0:
            yield node
            node = node.parent

    def all_records(self) -> Iterator[tuple[str, int]]:
        """Item group and row of every record in and under this node."""
        for (group, _), row in self.records.items():
            yield group, row
        for child in self.children.values():
            yield from child.all_records()


@dataclass
class Rows:
    """The records of one item group, one list a column; a shorter list ends in missing values.

    ``serials`` count the ItemGroupData of all files, ``repeated`` the earlier records of a key.
    """

    nodes: list[Node] = field(default_factory=list)
    repeats: list[str | None] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    alive: list[bool] = field(default_factory=list)
    serials: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    items: dict[str, list[str | None]] = field(default_factory=dict)
    units: dict[str, list[str | None]] = field(default_factory=dict)
    attributes: dict[str, list[str | None]] = field(default_factory=dict)
    #: What was odd, with the number of cases and the (file, serial) of the first.
    oddities: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def note(self, row: int, rule: str, item: str = "") -> None:
        """Count an oddity of the record in ``row``."""
        self.oddities[rule, item] += 1
        self.first.setdefault((rule, item), (self.files[row], self.serials[row]))


def put(columns: dict[str, list[str | None]], name: str, row: int, value: str | None) -> None:
    """Set a cell of a column that is as long as its last value's row."""
    column = columns.setdefault(name, [])
    if len(column) <= row:
        column.extend([None] * (row + 1 - len(column)))
    column[row] = value


class Store:
    """The definitions and the present data of one or more ODM files, taken in order."""

    def __init__(self) -> None:
        """A store that holds nothing."""
        self.definitions = Definitions()
        self.record_id: str | None = None  # REDCap's field of the record identifier
        self.groups: dict[str, Rows] = {}
        self.root = Node(None, -1, ())
        self.vendor_columns: dict[str, bool] = {}  # whether it is told of item groups
        self._texts: dict[str, str] = {}
        self._serial = 0

    @cached_property
    def metadata(self) -> Metadata:
        """What is known of the items, once all files are taken in."""
        return self.definitions.present()

    def load(self, path: Path, file: int) -> None:
        """Take in the definitions and data of one file.

        Raises:
            InputError: the file is absent, not well-formed, has a document type, or is no ODM 1.x.
        """
        check_file(path)
        try:
            transactional, vendors = _check_root(path)
            _Reader(self, file, transactional).run(path, vendors)
        except etree.XMLSyntaxError as error:
            raise refuse(path, f"not well-formed XML: {error.msg}", error.lineno) from None
        except _TransactionError as error:
            raise refuse(path, str(error), error.line) from None

    def rows(self, group: str) -> Rows:
        """The records of the item group, made if need be."""
        found = self.groups.get(group)
        if found is None:
            found = self.groups[group] = Rows()
        return found

    def shared(self, text: str) -> str:
        """One object for equal texts."""
        return self._texts.setdefault(text, text)

    def new_row(self, node: Node, group: str, repeat: str | None, file: int) -> int:
        """Another record of the item group in the form."""
        rows = self.rows(group)
        earlier = node.records.get((group, repeat))
        self._serial += 1
        row = len(rows.nodes)
        rows.nodes.append(node)
        rows.repeats.append(repeat)
        rows.repeated.append(0 if earlier is None else rows.repeated[earlier] + 1)
        rows.alive.append(True)
        rows.serials.append(self._serial)
        rows.files.append(file)
        node.records[group, repeat] = row
        return row


class _TransactionError(Exception):
    """A transaction type that ODM does not have."""

    def __init__(self, element: Element, word: str) -> None:
        """The word and the element that has it."""
        self.line: Any = element.sourceline
        super().__init__(f"TransactionType '{word}' is none of {', '.join(sorted(_TYPES))}")


def _check_root(path: Path) -> tuple[bool, list[str]]:
    """Whether the file is transactional, and the namespaces of vendors that its root declares.

    Raises:
        InputError: it has a document type declaration, or its root is not that of ODM 1.x.
    """
    for _, root in etree.iterparse(str(path), events=("start",), **_SAFE):
        info = root.getroottree().docinfo
        if info.internalDTD is not None or info.doctype:
            raise refuse(path, "document type declarations are refused in ODM files", 1)
        name = etree.QName(root)
        if name.localname != "ODM":
            raise refuse(path, f"not an ODM file: the root element is {name.localname}")
        version = root.get("ODMVersion") or ""
        if "/odm/v2" in (name.namespace or "") or version.startswith("2"):
            raise refuse(path, f"ODM {version or '2.0'} is not supported: ODM 1.3 is")
        kind = attribute(root, "FileType") or "Snapshot"
        if kind not in ("Snapshot", "Transactional"):
            raise refuse(path, f"FileType '{kind}' is neither Snapshot nor Transactional")
        namespaces = [*dict.fromkeys(root.nsmap.values())]
        standard = (str(name.namespace), "cdisc.org", "w3.org")
        vendors = [uri for uri in namespaces if not any(own in uri for own in standard)]
        return kind == "Transactional", vendors
    raise refuse(path, "not an ODM file: there is no element")


class _Reader:
    """One pass over one file."""

    def __init__(self, store: Store, file: int, transactional: bool) -> None:
        self.store = store
        self.file = file
        self.transactional = transactional
        self.node = store.root  # where the parser stands
        self.removing = 0  # how many of the open elements are removed
        self.group: tuple[str, str | None] = ("", None)
        self.group_attributes: dict[str, str] = {}
        self.row: int | None = None
        self.version: Version = (None, None)
        self.vendors: frozenset[str] = frozenset()  # namespaces
        self.oids: dict[str | None, str] = {}  # as written -> one object without white space
        self.names: dict[Any, str] = {}  # tag -> local name, empty for a vendor's

    def run(self, path: Path, vendors: Iterable[str]) -> None:
        """Take in all elements; each is forgotten once it has ended."""
        self.vendors = frozenset(vendors)
        tags = [*_TAGS, *(f"{{{namespace}}}*" for namespace in self.vendors)]
        events = etree.iterparse(str(path), events=("start", "end"), tag=tags, **_SAFE)
        for event, element in events:
            if not self._local(element):
                if event == "end":
                    self._vendor_element(element)
            elif event == "start":
                self.start(self._local(element), element)
            else:
                self.end(self._local(element), element)

    def _local(self, element: Element) -> str:
        tag = element.tag
        name = self.names.get(tag)
        if name is None:
            full = etree.QName(element)
            name = self.names[tag] = "" if full.namespace in self.vendors else full.localname
        return name

    def start(self, name: str, element: Element) -> None:
        """An element begins: go down to its node."""
        if name in _ROOTS:
            study = self._shared(attribute(element, "StudyOID"))
            self.node = self.store.root.child(0, (study,))
            self.store.definitions.used.add((study, attribute(element, "MetaDataVersionOID")))
        elif name in _VERSIONS:
            self._start_version(name, element)
        elif name in _LEVELS:
            self._descend(name, element)
        elif name == "ItemGroupData":
            self._start_group(element)
        elif name == "SiteRef":
            site = attribute(element, "LocationOID")
            if site and self.node.level == 1:
                self.node.attributes["SITEOID"] = self.store.shared(site)

    def end(self, name: str, element: Element) -> None:
        """An element ends: take its items, or go up."""
        if name in DEFINITIONS:
            study, _ = self.version
            version = (study, None) if name == "MeasurementUnit" else self.version
            define(self.store.definitions.of(version), name, element)
            return
        if name in _VERSIONS:
            return
        if name == "ItemGroupData" and not self.removing:
            self._items(element)
        if name == "ItemGroupData" or name in _LEVELS:
            self.removing -= self.removing > 0
        if name in _LEVELS:
            self.node = self.node.parent or self.store.root
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]

    def _start_version(self, name: str, element: Element) -> None:
        """A study, a version of its metadata, or a version that this one includes."""
        oid = attribute(element, "MetaDataVersionOID" if name == "Include" else "OID")
        if name == "Study":
            self.version = oid, None
        elif name == "MetaDataVersion":
            self.version = self.version[0], oid
            self.store.definitions.of(self.version)
            record_id = attribute(element, f"{{{REDCAP}}}RecordIdField")
            self.store.record_id = record_id or self.store.record_id
        else:
            study = attribute(element, "StudyOID") or self.version[0]
            self.store.definitions.includes[self.version] = study, oid

    def _vendor_element(self, element: Element) -> None:
        """A vendor's element: one with a text in a subject, event, form or item group, as a column.

        OpenClinica's subject groups (arms) have a column a class of groups.
        """
        parent = element.getparent()
        level = self._local(parent) if parent is not None else ""
        if self.removing or level not in (*_LEVELS, "ItemGroupData"):
            if element.tag in (f"{{{REDCAP}}}RepeatingInstrument", f"{{{REDCAP}}}RepeatingEvent"):
                define_repeating(self.store.definitions.of((self.version[0], None)), element)
            return
        namespace, local = etree.QName(element).namespace, etree.QName(element).localname
        value = None if len(element) else element.text
        group = element.get(f"{{{namespace}}}StudyGroupClassName")
        if group:
            local += "_" + re.sub(r"\W+", "_", group.strip())
            value = element.get(f"{{{namespace}}}StudyGroupName")
        if not value or not value.strip():
            return
        word = "ITEMGROUP" if level == "ItemGroupData" else _LEVELS[level][2]
        column = self._vendor_column(str(namespace), local, word)
        if column and level == "ItemGroupData":
            self.group_attributes[column] = self.store.shared(value.strip())
            if self.row is not None:
                self._put_attributes()
        elif column:
            self.node.attributes[column] = self.store.shared(value.strip())

    def _vendor_column(self, namespace: str, local: str, word: str) -> str | None:
        """The column of a vendor's attribute or element; its name tells the level."""
        name = local.upper()
        name = name if word in name else word + name
        if namespace == REDCAP and local in _REDCAP:
            renamed = _REDCAP[local]
            if renamed is None:
                return None
            name = renamed
        column = self.store.shared(name)
        self.store.vendor_columns.setdefault(column, word == "ITEMGROUP")
        return column

    def _action(self, element: Element) -> str | None:
        """The transaction type that the element itself states."""
        word = attribute(element, "TransactionType")
        if word is not None and word not in _TYPES:
            raise _TransactionError(element, word)
        return word

    def _descend(self, name: str, element: Element) -> None:
        level, keys, word = _LEVELS[name]
        key = tuple(self._shared(attribute(element, key)) for key in keys)
        if self._removed(element):
            if self.removing == 1:
                self._remove(self.node.children.pop((level, key), None))
            self.node = Node(self.node, level, key)  # what stands under it changes nothing
            return
        self.node = self.node.child(level, key)
        self.node.attributes.update(self._vendor(element, word))

    def _removed(self, element: Element) -> bool:
        if self._action(element) == "Remove" or self.removing:
            self.removing += 1
        return self.removing > 0

    def _shared(self, text: str | None) -> str | None:
        return None if text is None else self.store.shared(text)

    def _vendor(self, element: Element, word: str) -> dict[str, str]:
        """Attributes of other namespaces as columns; their names tell the level."""
        found = {}
        for key, value in element.attrib.items():
            key, value = str(key), str(value)
            if key[0] != "{" or "w3.org" in key or not value.strip():
                continue
            namespace, _, local = key[1:].rpartition("}")
            column = self._vendor_column(namespace, local, word)
            if column:
                found[column] = self.store.shared(value.strip())
            elif local == "RecordIdField":
                self.store.record_id = value.strip()
        return found

    def _remove(self, node: Node | None) -> None:
        for group, row in node.all_records() if node else ():
            self._drop(group, row)

    def _drop(self, group: str, row: int) -> None:
        rows = self.store.rows(group)
        rows.alive[row] = False
        rows.note(row, "odm-removed")

    def _start_group(self, element: Element) -> None:
        oid = self._shared(attribute(element, "ItemGroupOID")) or ""
        self.group = oid, self._shared(attribute(element, "ItemGroupRepeatKey"))
        self.group_attributes = self._vendor(element, "ITEMGROUP")
        action = self._action(element)
        known = self.node.records.get(self.group)
        self.row = None
        if self._removed(element):
            if self.removing == 1 and known is not None:
                del self.node.records[self.group]
                self._drop(oid, known)
            return
        if not self.transactional:
            self._new_row()
            if known is not None:
                self.store.rows(oid).note(self._row(), "odm-duplicate-key")
            return
        self.row = known
        if known is not None:
            self._put_attributes()
        if action in _WRITES:
            # Without a statement of its own the record appears with its first value.
            row = self._row()
            if action == "Insert" and known is not None:
                self.store.rows(oid).note(row, "odm-insert-exists")
            if action == "Update" and known is None:
                self.store.rows(oid).note(row, "odm-update-absent")

    def _new_row(self) -> int:
        self.row = self.store.new_row(self.node, *self.group, self.file)
        self._put_attributes()
        return self.row

    def _put_attributes(self) -> None:
        for name, value in self.group_attributes.items():
            put(self.store.rows(self.group[0]).attributes, name, self._row(), value)

    def _row(self) -> int:
        return self._new_row() if self.row is None else self.row

    def _items(self, group: Element) -> None:
        """Take the values of an item group."""
        rows = self.store.rows(self.group[0])
        given: set[str] = set()
        for element in group:
            name = self._local(element)
            oid = self._item_oid(element.get("ItemOID")) if name in _ITEMS else None
            if not oid:
                continue
            if self.transactional:
                self._change(rows, oid, element, name)
                continue
            row = self._row()
            if oid in given:
                rows.note(row, "odm-duplicate-item", oid)
            given.add(oid)
            self._put(rows, oid, row, element, name)

    def _item_oid(self, written: str | None) -> str | None:
        """One object for each OID, without white space around it."""
        oid = self.oids.get(written)
        if oid is None and written:
            oid = self.oids[written] = self.store.shared(written.strip())
        return oid

    def _change(self, rows: Rows, oid: str, element: Element, name: str) -> None:
        action = self._action(element)
        if action == "Remove":
            if self.row is not None:
                self._set(rows, oid, self.row, None, None)
            return
        says = name != "ItemData" or element.get("Value") is not None
        # Without a value it tells something of the item (a query, a comment), or where it stands.
        if action != "Context" and (says or element.get("IsNull") == "Yes"):
            self._put(rows, oid, self._row(), element, name)

    def _put(self, rows: Rows, oid: str, row: int, element: Element, name: str) -> None:
        value = element.get("Value") if name == "ItemData" else element.text
        if name == "ItemDataBase64Binary":  # REDCap: an uploaded document stands for its name
            value = element.get(f"{{{REDCAP}}}DocName") or value
        if element.get("IsNull") == "Yes":
            value = None
        unit = _unit(element) if len(element) or name != "ItemData" else None
        self._set(rows, oid, row, value, unit)

    def _set(self, rows: Rows, oid: str, row: int, value: str | None, unit: str | None) -> None:
        """Give an item a value and a unit; what it had is gone."""
        put(rows.items, oid, row, self.store.shared(value) if value else None)
        if unit or oid in rows.units:
            put(rows.units, oid, row, self._shared(unit))


def _unit(element: Element) -> str | None:
    found = element.find("{*}MeasurementUnitRef") if len(element) else None
    if found is not None:
        return attribute(found, "MeasurementUnitOID")
    return attribute(element, "MeasurementUnitOID")


def load(paths: Iterable[Path]) -> Store:
    """The data of ODM files, taken in order: transactions of a later file change the earlier."""
    store = Store()
    for file, path in enumerate(paths):
        store.load(path, file)
    return store
