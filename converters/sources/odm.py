"""Operational Data Model files (ODM 1.3): one item group, or one form, as a frame."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns as text_columns
from converters.errors import InputError, nearest
from converters.findings import Finding, Severity
from converters.sources import redcap
from converters.sources.decodes import decode_columns
from converters.sources.odm_data import Node, Rows, Store, load, put
from converters.sources.table import (
    Source,
    SourceSpec,
    check_file,
    empty_source,
    text_column,
    wanted,
)

KEYS = (
    "STUDYOID",
    "SITEOID",
    "SUBJECTKEY",
    "STUDYEVENTOID",
    "STUDYEVENTREPEATKEY",
    "FORMOID",
    "FORMREPEATKEY",
    "ITEMGROUPOID",
    "ITEMGROUPREPEATKEY",
)
_LEVEL = {"STUDYOID": (0, 0), "SUBJECTKEY": (1, 0), "STUDYEVENTOID": (2, 0), "FORMOID": (3, 0)}
_LEVEL |= {"STUDYEVENTREPEATKEY": (2, 1), "FORMREPEATKEY": (3, 1)}
_KEPT = 2  # parsed sets of files kept for the sources that follow
_MESSAGES = {
    "odm-removed": (Severity.NOTE, "records were removed by a transaction"),
    "odm-duplicate-key": (
        Severity.WARNING,
        "a snapshot has several records of one subject, event, form, item group and repeat key",
    ),
    "odm-duplicate-item": (
        Severity.WARNING,
        "an item has two values in one record; the later is read",
    ),
    "odm-decode-changed": (
        Severity.WARNING,
        "versions of the metadata have different decodes of a code; the last is read",
    ),
    "odm-insert-exists": (Severity.WARNING, "a transaction inserts a record that is there already"),
    "odm-update-absent": (
        Severity.NOTE,
        "a transaction updates a record that the files do not have",
    ),
}

_cache: OrderedDict[tuple[Any, ...], Store] = OrderedDict()
_lock = threading.Lock()


class _Choice(NamedTuple):
    """The item groups that make one frame; ``form`` if they are those of a form."""

    groups: list[str]
    form: str | None


def read(spec: SourceSpec, columns: Collection[str] | None) -> Source:
    """The records of the item group ``spec.item_group`` (OID or name) of one or more ODM files.

    A form's OID or name gives its item groups side by side: one record a form and item group
    repeat key. Columns are the keys (``KEYS``), vendor attributes (``SUBJECTNAME`` from
    ``mdsol:SubjectName``), and the items by name, or by OID where the name is not unique; an item
    with units has a column ``<item>_UNIT``. A REDCap project has the columns of its CSV exports
    too: the record identifier and ``redcap_event_name`` and the like. A record's number is its
    place among the file's records of the item group, removed ones included. Transactions are
    applied in document order, over all files; an ItemData without a value (a query, a comment)
    changes nothing. Of several versions of the metadata those hold that the data name.

    Raises:
        InputError: a file is absent, not well-formed, has a document type, is no ODM 1.x, or has no
            such item group.
    """
    store = _store(spec.paths)
    view = _View(store, _choose(spec, store), spec.missing)
    records = _records(view.rows)
    return Source(
        spec.name,
        pd.DataFrame(
            {name: view.column(name) for name in wanted(view.names, columns)},
            index=pd.RangeIndex(len(view.alive)),
        ),
        tuple(str(path) for path in spec.paths),
        np.array(view.rows.files, dtype=np.int16)[view.alive],
        records[view.alive],
        tuple(view.names),
        view.labels(),
        view.decodes(),
        tuple(_findings(spec, view, records)),
    )


def names(spec: SourceSpec) -> list[str]:
    """The column names of the item group or form."""
    store = _store(spec.paths)
    view = _View(store, _choose(spec, store), ())
    return [*view.names, *decode_columns(view.names, view.decodes())]


def _store(paths: Sequence[Path]) -> Store:
    """The parsed files: from memory if they are as they were when last parsed."""
    for path in paths:
        check_file(path)
    stats = [(path.resolve(), path.stat()) for path in paths]
    key = tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats)
    with _lock:
        if key not in _cache:
            _cache[key] = load(paths)
        _cache.move_to_end(key)
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
        return _cache[key]


def _choose(spec: SourceSpec, store: Store) -> _Choice:
    meta = store.metadata
    groups = list(dict.fromkeys([*meta.groups, *store.groups]))
    asked = spec.item_group
    file = ", ".join(str(path) for path in spec.paths)
    forms = _forms(store)
    # The item groups of REDCap are what stands under one heading, and bear the form's name.
    instruments = list(meta.instruments) if store.record_id else []
    if asked is None and len(instruments) == 1:
        return _Choice(forms[instruments[0]], instruments[0])
    for oid in instruments:
        if asked in (oid, meta.instruments[oid]):
            return _Choice(forms[oid], oid)
    if asked is None:
        with_data = [group for group in groups if store.groups.get(group, Rows()).nodes]
        if len(groups) == 1 or len(with_data) == 1:
            return _Choice(groups if len(groups) == 1 else with_data, None)
        raise InputError(f"{file}: declare the item_group to be read; {_available(store, groups)}")
    named = [group for group in groups if meta.group_names.get(group) == asked]
    if asked in groups or len(named) == 1:
        return _Choice([asked] if asked in groups else named, None)
    form = [oid for oid in forms if asked in (oid, meta.form_names.get(oid))]
    if len(form) == 1:
        return _Choice(forms[form[0]], form[0])
    if named or form:
        raise InputError(
            f"{file}: '{asked}' is the name of several: declare one of {', '.join(named or form)}"
        )
    names = [*meta.group_names.values(), *meta.form_names.values(), *meta.instruments.values()]
    near = nearest(asked, [*groups, *forms, *names])
    raise InputError(f"{file}: there is no item group '{asked}'{near}; {_available(store, groups)}")


def _forms(store: Store) -> dict[str, list[str]]:
    """Form OID -> its item groups, as defined and as found."""
    forms = {oid: list(groups) for oid, groups in store.metadata.forms.items()}
    for group, rows in store.groups.items():
        for oid in {node.keys[0] for node in rows.nodes if node.level == 3}:
            if oid and group not in forms.setdefault(oid, []):
                forms[oid].append(group)
    return forms


def _available(store: Store, groups: Sequence[str]) -> str:
    if store.record_id and store.metadata.instruments:
        return f"the files have the instruments {', '.join(store.metadata.instruments.values())}"
    counts = []
    for group in groups:
        count = sum(store.groups.get(group, Rows()).alive)
        name = store.metadata.group_names.get(group, group)
        counts.append(f"{group}{f' ({name})' if name != group else ''}: {count} records")
    return "the files have " + (", ".join(counts) if counts else "none")


def _merged(store: Store, choice: _Choice) -> Rows:
    """The records of a form's item groups side by side, in document order."""
    found = []
    for group in choice.groups:
        rows = store.groups.get(group, Rows())
        found += [
            (rows.serials[row], group, row)
            for row, node in enumerate(rows.nodes)
            if node.level == 3 and node.keys[0] == choice.form
        ]
    merged = Rows()
    places: dict[tuple[Any, ...], int] = {}
    for serial, group, row in sorted(found):
        rows = store.groups[group]
        key = (id(rows.nodes[row]), rows.repeats[row], rows.repeated[row], rows.alive[row])
        place = places.get(key)
        if place is None:
            place = places[key] = len(merged.nodes)
            merged.nodes.append(rows.nodes[row])
            merged.repeats.append(rows.repeats[row])
            merged.repeated.append(rows.repeated[row])
            merged.alive.append(rows.alive[row])
            merged.serials.append(serial)
            merged.files.append(rows.files[row])
        for source, target in ((rows.items, merged.items), (rows.units, merged.units)):
            for item, values in source.items():
                if row < len(values) and values[row] is not None:
                    if place < len(target.get(item, ())) and target[item][place] is not None:
                        merged.note(place, "odm-duplicate-item", item)
                    put(target, item, place, values[row])
    for group in choice.groups:
        rows = store.groups.get(group, Rows())
        merged.oddities.update(rows.oddities)
        merged.first = rows.first | merged.first
    return merged


class _View:
    """A frame of the store: the rows that are there and the columns they have."""

    def __init__(self, store: Store, choice: _Choice, missing: tuple[str, ...]) -> None:
        """The view of the item groups (or the form) of ``choice``."""
        self.metadata = meta = store.metadata
        self.missing = missing
        self.title = choice.form or choice.groups[0]
        self.group = None if choice.form else choice.groups[0]
        self.rows = (
            _merged(store, choice) if choice.form else store.groups.get(choice.groups[0], Rows())
        )
        self.alive = np.flatnonzero(np.array(self.rows.alive, dtype=bool))
        self._read_nodes()
        self.redcap = self._redcap(store)
        vendor = [
            name
            for name, of_group in store.vendor_columns.items()
            if name not in self.redcap and (not of_group or name in self.rows.attributes)
        ]
        keys = [key for key in KEYS if self.group or key != "ITEMGROUPOID"]
        keys += self.redcap
        self.defined = {item for group in choice.groups for item in meta.groups.get(group, [])}
        self.is_defined = any(group in meta.groups for group in choice.groups)
        oids = [item for group in choice.groups for item in meta.groups.get(group, [])]
        oids = [oid for oid in dict.fromkeys([*oids, *self.rows.items]) if oid not in self.redcap]
        self.items = meta.column_names(oids, {*keys, *vendor})
        self.oids = {name: oid for oid, name in self.items.items()}
        self.names = [*keys, *vendor]
        self.units: dict[str, str] = {}
        for oid, name in self.items.items():
            self.names.append(name)
            unit = f"{name}_UNIT"
            if oid in self.rows.units and unit not in self.oids:
                self.units[unit] = oid
                self.names.append(unit)

    def _read_nodes(self) -> None:
        """The distinct forms of the rows: code of each row, nodes by level, attributes."""
        nodes = self.rows.nodes
        ids = np.array([id(node) for node in nodes], dtype=np.int64)[self.alive]
        self.codes, distinct = pd.factorize(ids)
        by_id = {id(node): node for node in nodes}
        self.nodes: list[dict[int, Node]] = []
        self.attributes: list[dict[str, str]] = []
        for place in distinct:
            path = list(by_id[int(place)].path())
            self.nodes.append({node.level: node for node in path})
            self.attributes.append({k: v for node in path for k, v in node.attributes.items()})

    def _redcap(self, store: Store) -> dict[str, list[str | None]]:
        """REDCap's keys as its CSV exports have them, by distinct form."""
        if store.record_id is None:
            return {}
        meta = self.metadata
        paths = [{level: node.keys for level, node in nodes.items()} for nodes in self.nodes]
        found = {store.record_id: [path[1][0] if 1 in path else None for path in paths]}
        if meta.events or redcap.EVENT in store.vendor_columns:
            found[redcap.EVENT] = [attributes.get(redcap.EVENT) for attributes in self.attributes]
        if not (meta.repeating or meta.repeating_events):
            return found
        repeated: list[str | None] = []
        instances: list[str | None] = []
        for path, attributes in zip(paths, self.attributes, strict=True):
            event = attributes.get(redcap.EVENT)
            form = meta.instruments.get(path[3][0] or "") if 3 in path else None
            # Without events the project still names one.
            repeats = any(f == form and event in (None, e) for e, f in meta.repeating)
            repeated.append(form if repeats else None)
            if repeats:
                instances.append(path[3][1])
            else:
                instances.append(path[2][1] if event in meta.repeating_events else None)
        return found | {redcap.REPEATED: repeated, redcap.INSTANCE: instances}

    def column(self, name: str) -> pd.Series:
        """The column of that name, as text."""
        if name in self.redcap:
            return text_columns.from_codes(self.codes, self.redcap[name])
        if name in self.oids:
            return self._text(self.rows.items.get(self.oids[name], []))
        if name in self.units:
            return self._text(self.rows.units[self.units[name]])
        if name == "ITEMGROUPREPEATKEY":
            return self._text(self.rows.repeats)
        if name == "ITEMGROUPOID":
            return text_columns.constant(self.group, len(self.alive))
        if name in _LEVEL:
            level, part = _LEVEL[name]
            keys = [nodes[level].keys[part] if level in nodes else None for nodes in self.nodes]
            return text_columns.from_codes(self.codes, keys)
        if name in self.rows.attributes:
            return self._text(self.rows.attributes[name])
        values = [attributes.get(name) for attributes in self.attributes]
        return text_columns.from_codes(self.codes, values)

    def _text(self, values: Sequence[str | None]) -> pd.Series:
        size = len(values)
        kept = [values[row] if row < size else None for row in self.alive.tolist()]
        return text_column(kept, self.missing)

    def labels(self) -> dict[str, str]:
        """Column -> label."""
        meta = self.metadata
        named = self.items | {name: name for name in self.redcap}
        return {name: label for oid, name in named.items() if (label := meta.label(oid))}

    def decodes(self) -> dict[str, Mapping[str, str]]:
        """Column -> code -> decode; the codes of units are their OIDs."""
        meta = self.metadata
        found = {name: codes for oid, name in self.items.items() if (codes := meta.decodes(oid))}
        if meta.units:
            found |= dict.fromkeys(self.units, meta.units)
        if meta.events:
            found[redcap.EVENT] = meta.events
        return found


def _records(rows: Rows) -> npt.NDArray[np.int64]:
    """The place of each record among those of its file."""
    files = pd.Series(rows.files, dtype=np.int64)
    return files.groupby(files).cumcount().to_numpy().astype(np.int64) + 1


def _findings(spec: SourceSpec, view: _View, records: npt.NDArray[np.int64]) -> Iterator[Finding]:
    rows = view.rows
    by_serial = {serial: int(record) for serial, record in zip(rows.serials, records, strict=True)}
    for (rule, item), number in rows.oddities.items():
        severity, message = _MESSAGES[rule]
        file, serial = rows.first[rule, item]
        yield Finding(
            rule,
            severity,
            f"{view.title}: {message}",
            variable=view.items.get(item, ""),
            count=number,
            file=str(spec.paths[file]),
            record=by_serial.get(serial),
        )
    for oid, name in view.items.items():
        known = view.metadata.items.get(oid)
        if known and known.changed:
            severity, message = _MESSAGES["odm-decode-changed"]
            message = f"{view.title}: {message}: {name} {', '.join(sorted(known.changed))}"
            path = str(spec.paths[0])
            yield Finding("odm-decode-changed", severity, message, variable=name, file=path)
    for oid in view.items if view.is_defined else ():
        if oid in rows.items and oid not in view.defined:
            message = f"{view.title}: item {oid} has data and is not in the definition"
            yield Finding(
                "odm-undefined-item",
                Severity.WARNING,
                message,
                variable=view.items[oid],
                count=sum(value is not None for value in rows.items[oid]),
                file=str(spec.paths[0]),
            )
    if not len(view.alive):
        yield empty_source(spec.paths[0])
