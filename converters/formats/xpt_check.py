"""Lay out a transport file from metadata, and say what they ask that it cannot hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from converters.dataset import Metadata, Variable
from converters.findings import Severity
from converters.formats import xpt_layout
from converters.formats.cases import Cases, Rule
from converters.formats.xpt_layout import LIMITS, Descriptor, Limits, XptHeader, XptVariable
from converters.formats.xpt_text import encode_one

METADATA = Rule("xpt-metadata", Severity.ERROR, "refused")
RANGE = Rule("xpt-range", Severity.ERROR, "mended")
DATE = Rule("xpt-date", Severity.ERROR, "mended")
PRECISION = Rule("xpt-precision", Severity.ERROR, "mended")
LABEL = Rule("xpt-label", Severity.WARNING, "mended")
LENGTH_LIMIT = Rule("xpt-length-limit", Severity.WARNING, "mended")
BLANK_END = Rule("xpt-blank-end", Severity.WARNING, "told")


#: The first and the last day of SAS's calendar, 1582-01-01 and 19900-12-31, from 1960-01-01.
DAYS = (-138_061, 6_552_815)


class Plan(NamedTuple):
    """The bytes before the records, and each variable with its descriptor."""

    head: bytes
    items: list[tuple[Variable, Descriptor]]


def plan(metadata: Metadata, header: XptHeader, cases: Cases) -> Plan:
    """Lay out a member; whatever the version does not allow becomes a case.

    Raises:
        ValueError: ``header.version`` is not 5, 8 or 9, or its encoding does not hold ASCII.
    """
    if header.version not in LIMITS:
        raise ValueError(f"XPORT version {header.version}, expected 5, 8 or 9")
    if not _holds_ascii(header.encoding):
        raise ValueError(f"encoding {header.encoding!r} is unknown, or does not hold ASCII")
    limits = LIMITS[header.version]
    _check_dataset(metadata, header, limits, cases)
    label, found = encode_one(metadata.label, limits.dataset_label, header.encoding)
    for _, message in found:
        cases.add(LABEL, f"dataset label: {message}", value=metadata.label)
    items: list[tuple[Variable, Descriptor]] = []
    position = 0
    for variable in metadata.variables:
        extra = header.variables.get(variable.name, XptVariable())
        _check_variable(variable, extra, limits, cases)
        item = _descriptor(variable, extra, position, header, cases)
        items.append((variable, item))
        position += item.length
    name = metadata.name.encode(errors="replace")[: limits.dataset_name]
    head = (
        xpt_layout.library_cards(header)
        + xpt_layout.member_cards(header, name, label, len(items))
        + xpt_layout.pack_descriptors([item for _, item in items], header.version)
        + xpt_layout.card(xpt_layout.kind("OBS", header.version))
    )
    return Plan(head, items)


def _holds_ascii(encoding: str) -> bool:
    try:
        return " A0$".encode(encoding) == b" A0$"
    except LookupError:
        return False


def _descriptor(
    variable: Variable, extra: XptVariable, position: int, header: XptHeader, cases: Cases
) -> Descriptor:
    limits = LIMITS[header.version]
    label, found = encode_one(variable.label, limits.label, header.encoding)
    for _, message in found:
        cases.add(LABEL, f"label: {message}", variable=variable.name, value=variable.label)
    number = variable.kind == "Num"
    length = variable.length
    if not number and length > limits.text:
        cases.add(
            LENGTH_LIMIT,
            f"length {length}, version {header.version} allows {limits.text} bytes",
            variable=variable.name,
        )
    return Descriptor(
        number,
        min(max(length, 1), 8 if number else limits.text),
        variable.name.encode("ascii", "replace")[: limits.name],
        label,
        variable.format,
        extra.informat,
        extra.right,
        position,
    )


def _check_dataset(metadata: Metadata, header: XptHeader, limits: Limits, cases: Cases) -> None:
    wrong = _name_fault(metadata.name, limits.dataset_name, limits)
    if wrong:
        cases.add(METADATA, f"dataset name {metadata.name!r}: {wrong}")
    if not 0 < len(metadata.variables) <= limits.variables:
        allowed = f"1 to {limits.variables}"
        cases.add(METADATA, f"{len(metadata.variables)} variables, allowed are {allowed}")
    for moment in _moments(header):
        if not 1960 <= moment.year <= 2059:
            cases.add(METADATA, f"time {moment} is not in a year from 1960 to 2059")
    for name, count in Counter(item.name.upper() for item in metadata.variables).items():
        if count > 1:
            cases.add(METADATA, f"{count} variables have this name", variable=name)


def _moments(header: XptHeader) -> Iterator[datetime]:
    for stamp in (header.library, header.member):
        yield from (moment for moment in (stamp.created, stamp.modified) if moment is not None)


def _name_fault(name: str, size: int, limits: Limits) -> str:
    if len(name) > size:
        return f"{len(name)} characters, allowed are {size}"
    if not re.fullmatch(limits.name_pattern, name):
        return f"it must match {limits.name_pattern}"
    return ""


def _check_variable(variable: Variable, extra: XptVariable, limits: Limits, cases: Cases) -> None:
    wrong = _name_fault(variable.name, limits.name, limits)
    if wrong:
        cases.add(METADATA, f"variable name: {wrong}", variable=variable.name)
    if variable.kind == "Num" and not 2 <= variable.length <= 8:
        message = f"length {variable.length}, a number has 2 to 8 bytes (mostly 8)"
        cases.add(METADATA, message, variable=variable.name)
    if variable.kind == "Char" and variable.length < 1:
        message = f"length {variable.length}, a text has at least 1 byte"
        cases.add(METADATA, message, variable=variable.name)
    for what, text in (("format", variable.format), ("informat", extra.informat)):
        parts = xpt_layout.split_format(text)
        if parts is None:
            message = f"{what} {text!r} is not a SAS format such as DATE9. or 8.2"
            cases.add(METADATA, message, variable=variable.name)
        elif len(parts[0]) > limits.format:
            message = f"{what} {text!r} has a name over {limits.format} characters"
            cases.add(METADATA, message, variable=variable.name)
