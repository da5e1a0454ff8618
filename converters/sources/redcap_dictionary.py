"""A REDCap data dictionary: the columns that an export of the project has, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from converters import columns as text_columns
from converters.findings import Finding
from converters.sources import delimited
from converters.sources.table import SourceSpec, refuse

#: What the columns of a dictionary are called: by a download, and by the API.
_TITLES = {
    "name": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "kind": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": (
        "Choices, Calculations, OR Slider Labels",
        "Choices OR Calculations",
        "select_choices_or_calculations",
    ),
}
_NEEDED = ("name", "form", "kind")
_FIXED = {
    "yesno": {"1": "Yes", "0": "No"},
    "truefalse": {"1": "True", "0": "False"},
}
_CHOICES = frozenset({"radio", "dropdown", "select", "checkbox"})
_CHECKED = {"1": "Checked", "0": "Unchecked"}
_STATUS = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
NOT_OPENED = "0"  # the form status that REDCap writes also where nobody has opened the form


@dataclass(frozen=True)
class Column:
    """A column of an export: its instrument, its label, code -> decode.

    ``expected`` says that an export lacks it only if it was left out on purpose.
    """

    form: str
    label: str
    decodes: Mapping[str, str] = field(default_factory=dict)
    expected: bool = True


@dataclass(frozen=True)
class Dictionary:
    """The record identifier's field (the first), the instruments, and the columns by name."""

    record_id: str
    forms: tuple[str, ...]
    columns: Mapping[str, Column]
    findings: tuple[Finding, ...]


def parse_choices(text: str) -> dict[str, str]:
    """Code -> label of REDCap's ``1, Yes | 2, No``; a choice without a label is its own."""
    pairs = (choice.partition(",") for choice in re.split(r"[|\n]", text) if choice.strip())
    return {
        code.strip(): " ".join(label.split()) if comma else code.strip()
        for code, comma, label in pairs
    }


def checkbox_suffix(code: str) -> str:
    """A checkbox's code as it ends the name of its column: ``field___a``, ``field____1`` for -1."""
    return re.sub(r"[^a-z0-9_]", "_", code.lower())


def checkbox_label(label: str, choice: str) -> str:
    """The label of a checkbox's column."""
    return f"{label} (choice={choice})"


def read_dictionary(path: Path, encoding: str | None) -> Dictionary:
    """The dictionary of a project, downloaded or from the API.

    Raises:
        InputError: the file is no sound CSV, lacks a column or has no field.
    """
    rows, findings = _rows(path, encoding)
    if not rows:
        raise refuse(path, "the data dictionary has no field")
    forms = tuple(dict.fromkeys(row["form"] for row in rows))
    columns: dict[str, Column] = {}
    for form in forms:
        for row in rows:
            if row["form"] == form:
                columns.update(_columns(row))
        columns[f"{form}_timestamp"] = Column(form, "Survey timestamp", expected=False)
        columns[f"{form}_complete"] = Column(form, "Complete?", _STATUS, expected=False)
    return Dictionary(rows[0]["name"], forms, columns, findings)


def _rows(path: Path, encoding: str | None) -> tuple[list[dict[str, str]], tuple[Finding, ...]]:
    """The fields; no value is None."""
    table = delimited.read(path, SourceSpec("dictionary", (path,), "csv", encoding), None)
    found = {
        key: next((title for title in titles if title in table.names), None)
        for key, titles in _TITLES.items()
    }
    lacks = [" or ".join(f"'{t}'" for t in _TITLES[key]) for key in _NEEDED if not found[key]]
    if lacks:
        raise refuse(path, f"not a REDCap data dictionary: it has no column {'; '.join(lacks)}")
    texts = {
        key: [value or "" for value in text_columns.to_list(table.columns[title])]
        for key, title in found.items()
        if title
    }
    rows = [
        {key: values[row].strip() for key, values in texts.items()}
        for row in range(len(table.records))
    ]
    return [{"label": "", "choices": "", **row} for row in rows if row["name"]], table.findings


def _columns(row: Mapping[str, str]) -> Iterator[tuple[str, Column]]:
    """The columns of one field: none of a text on the form, one a choice of a checkbox."""
    name, form, kind, label = row["name"], row["form"], row["kind"], " ".join(row["label"].split())
    decodes = parse_choices(row["choices"]) if kind in _CHOICES else _FIXED.get(kind, {})
    if kind == "checkbox":
        for code, choice in decodes.items():
            full = f"{name}___{checkbox_suffix(code)}"
            yield full, Column(form, checkbox_label(label, choice), _CHECKED)
    elif kind != "descriptive":
        yield name, Column(form, label, decodes)


def read_events(path: Path, encoding: str | None) -> dict[str, str]:
    """Unique event name -> event name, of the list of events that REDCap exports.

    Raises:
        InputError: the file is no sound CSV or lacks a column.
    """
    table = delimited.read(path, SourceSpec("events", (path,), "csv", encoding), None)
    lacks = [name for name in ("unique_event_name", "event_name") if name not in table.names]
    if lacks:
        raise refuse(path, f"not a list of REDCap's events: it has no column {', '.join(lacks)}")
    names, labels = (
        text_columns.to_list(table.columns[name]) for name in ("unique_event_name", "event_name")
    )
    return {
        name.strip(): label.strip()
        for name, label in zip(names, labels, strict=True)
        if name and label
    }
