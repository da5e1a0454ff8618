"""REDCap exports (CSV with the project's data dictionary): one instrument, or all, as a frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns as text_columns
from converters.errors import InputError, nearest
from converters.findings import Finding, Severity
from converters.sources import delimited
from converters.sources.decodes import decode_columns
from converters.sources.redcap_dictionary import (
    NOT_OPENED,
    Column,
    Dictionary,
    read_dictionary,
    read_events,
)
from converters.sources.table import (
    SourceSpec,
    Table,
    check_file,
    refuse,
    wanted,
)

EVENT, REPEATED, INSTANCE = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
)
_KEYS = {
    EVENT: "Event Name",
    REPEATED: "Repeat Instrument",
    INSTANCE: "Repeat Instance",
    "redcap_data_access_group": "Data Access Group",
    "redcap_survey_identifier": "Survey Identifier",
}

_Mask = npt.NDArray[np.bool_]


class _Layout(NamedTuple):
    """The columns of a data file: those of the source, what they mean, and those of no field."""

    dictionary: Dictionary
    columns: dict[str, Column]
    unlisted: list[str]


def read(path: Path, spec: SourceSpec, columns: Collection[str] | None) -> Table:
    """The records of the instrument ``spec.instrument`` in an export (raw values), or all of them.

    Columns are the record identifier, REDCap's own (``redcap_event_name`` ...) where the export has
    them, and those of the instrument. Of an instrument's records there are: the rows of its
    instances where it repeats, else the rows that have any value of its fields. The form status
    that REDCap gives a form that nobody has opened is no such value, except in the instrument of
    the record identifier, which every record has.

    Raises:
        InputError: a file is absent or damaged, the dictionary has no such instrument, or the data
            lack the record identifier.
    """
    names = delimited.names(path, spec)
    layout = _layout(path, spec, names)
    fields = [name for name, column in layout.columns.items() if column.form]
    asked = wanted(layout.columns, columns)
    needed = {*asked, *fields, REPEATED} if spec.instrument else {*asked, REPEATED}
    table = delimited.read(path, replace(spec, format="csv", missing=()), needed)
    findings = [*layout.dictionary.findings, *table.findings, *_differences(path, spec, layout)]
    kept, left_out = np.ones(len(table.records), dtype=bool), dict[str, int]()
    if REPEATED in names:
        findings += _strangers(path, layout.dictionary, table.columns[REPEATED])
    if spec.instrument:
        filled = _filled(table, fields, layout.dictionary, spec.instrument)
        kept, left_out, lost = _choose(table, filled, spec.instrument)
        findings += _misplaced(path, spec.instrument, lost)
        if len(kept) and not kept.any():
            message = f"the file has no record of the instrument {spec.instrument}"
            findings.append(Finding("empty-source", Severity.WARNING, message, file=str(path)))
    return Table(
        tuple(layout.columns),
        {name: _column(table.columns[name], kept, spec.missing) for name in asked},
        table.records[kept],
        {name: column.label for name, column in layout.columns.items() if column.label},
        tuple(findings),
        _decodes(layout),
        left_out,
    )


def names(path: Path, spec: SourceSpec) -> list[str]:
    """The column names of the instrument, decodes included."""
    layout = _layout(path, spec, delimited.names(path, spec))
    return [*layout.columns, *decode_columns(list(layout.columns), _decodes(layout))]


def _layout(path: Path, spec: SourceSpec, names: list[str]) -> _Layout:
    if spec.dictionary is None:
        raise InputError(f"source '{spec.name}': declare the dictionary of the REDCap project")
    for file in (spec.dictionary, spec.events):
        if file is not None:
            check_file(file)
    dictionary = read_dictionary(spec.dictionary, spec.encoding)
    form, key = spec.instrument, dictionary.record_id
    if form is not None and form not in dictionary.forms:
        near = nearest(form, dictionary.forms)
        known = ", ".join(dictionary.forms)
        raise refuse(spec.dictionary, f"there is no instrument '{form}'{near}; there are {known}")
    if key not in names:
        near = nearest(key, names)
        message = f"there is no column '{key}', the record identifier by the dictionary{near}"
        raise refuse(path, f"{message}; export raw data, not labels")
    events = read_events(spec.events, spec.encoding) if spec.events else {}
    columns = {key: replace(dictionary.columns[key], form="")}
    for name, label in _KEYS.items():
        if name in names:
            columns[name] = Column("", label, events if name == EVENT else {})
    unlisted = []
    for name in names:
        column = dictionary.columns.get(name)
        if column is None and name not in columns:
            unlisted.append(name)
        if name not in columns and (form is None or (column and column.form == form)):
            columns[name] = column or Column("", "")
    return _Layout(dictionary, columns, unlisted)


def _decodes(layout: _Layout) -> dict[str, dict[str, str]]:
    return {n: dict(column.decodes) for n, column in layout.columns.items() if column.decodes}


def _column(column: pd.Series, kept: _Mask, missing: tuple[str, ...]) -> pd.Series:
    found = column if kept.all() else column[kept].reset_index(drop=True)
    if not missing:
        return found
    tokens = {token.strip() for token in missing}
    return text_columns.map_text(
        found, lambda values: [None if value.strip() in tokens else value for value in values]
    )


def _filled(table: Table, fields: list[str], dictionary: Dictionary, form: str) -> _Mask:
    """The rows that have a value of the instrument."""
    opened = dictionary.columns[dictionary.record_id].form == form
    filled = np.zeros(len(table.records), dtype=bool)
    for name in fields:
        column = table.columns[name]
        there = ~text_columns.missing(column)
        if name == f"{form}_complete" and not opened:
            there &= (column != NOT_OPENED).to_numpy(dtype=bool, na_value=False)
        filled |= there
    return filled


def _choose(table: Table, filled: _Mask, form: str) -> tuple[_Mask, dict[str, int], Counter[str]]:
    """The rows of an instrument, why not the others, and those whose values are lost by that."""
    if REPEATED not in table.columns:
        repeated: list[str] = []
        which = np.full(len(filled), -1)
    else:
        which, repeated = text_columns.parts(table.columns[REPEATED])
    kept = filled & (which < 0)
    left_out, lost = dict[str, int](), Counter[str]()
    for code, name in enumerate(repeated):
        rows = which == code
        if name == form:
            kept |= rows
        else:
            left_out[f"of the repeating instrument {name}"] = int(rows.sum())
            lost[name] = int((rows & filled).sum())
    blank = int((~filled & (which < 0)).sum())
    if blank:
        left_out[f"no value of the instrument {form}"] = blank
    return kept, left_out, +lost


def _differences(path: Path, spec: SourceSpec, layout: _Layout) -> Iterator[Finding]:
    """What the data have and the dictionary has not, and the other way round."""
    for name in layout.unlisted:
        message = f"column {name} is not in the data dictionary"
        if spec.instrument:
            message += ", so no instrument has it"
        yield Finding(
            "redcap-undefined-field", Severity.WARNING, message, variable=name, file=str(path)
        )
    for name, column in layout.dictionary.columns.items():
        asked = spec.instrument in (None, column.form)
        if asked and column.expected and name not in layout.columns:
            message = f"field {name} of the data dictionary is not in the data"
            yield Finding(
                "redcap-absent-field", Severity.WARNING, message, variable=name, file=str(path)
            )


def _strangers(path: Path, dictionary: Dictionary, column: pd.Series) -> Iterator[Finding]:
    codes, values = text_columns.parts(column)
    for code, value in enumerate(values):
        if value not in dictionary.forms:
            rows = np.flatnonzero(codes == code)
            yield Finding(
                "redcap-unknown-instrument",
                Severity.WARNING,
                f"rows of the instrument '{value}', which the data dictionary does not have",
                variable=REPEATED,
                value=value,
                count=len(rows),
                file=str(path),
                record=int(rows[0]) + 1,
            )


def _misplaced(path: Path, form: str, lost: Counter[str]) -> Iterator[Finding]:
    for other, count in lost.items():
        yield Finding(
            "redcap-misplaced-value",
            Severity.ERROR,
            f"values of the instrument {form} in rows of the repeating instrument {other}"
            " are not read",
            variable=REPEATED,
            value=other,
            count=count,
            file=str(path),
        )
