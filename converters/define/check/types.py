"""Data types, lengths, digits, formats, names and labels of variables and of value level."""

from __future__ import annotations

import re
from collections.abc import Iterator

from converters.define.check.guide import listed_variable
from converters.define.check.rule import Check, Rule, at_item
from converters.define.check.walk import (
    DATA_TYPES,
    NUMBERS,
    TIMES,
    at_use,
    at_variable,
    distinct_variables,
    named,
    values,
    variables,
    whole,
)
from converters.define.elements import ItemDef
from converters.define.index import Index
from converters.define.terms import SAS_NAME
from converters.errors import nearest
from converters.findings import Finding, Severity
from converters.standards.sdtmig import DomainVariable

_TYPE = Rule("define-data-type", Severity.ERROR, ("OD0075",))
_LENGTH_MISSING = Rule("define-length-missing", Severity.ERROR, ("OD0070",))
_LENGTH_FORBIDDEN = Rule("define-length-not-allowed", Severity.ERROR, ("DD0068",))
_LENGTH_VALUE = Rule("define-length-value", Severity.ERROR, ("OD0013",))
_LENGTH_LIMIT = Rule("define-length-over-200", Severity.WARNING)
_DIGITS_MISSING = Rule("define-digits-missing", Severity.ERROR, ("OD0071",))
_DIGITS_FORBIDDEN = Rule("define-digits-not-allowed", Severity.ERROR, ("DD0069",))
_DIGITS_VALUE = Rule("define-digits-value", Severity.ERROR, ("OD0013",))
_DIGITS_LENGTH = Rule("define-digits-fill-length", Severity.WARNING, ("DD0069",))
_FORMAT = Rule("define-display-format", Severity.WARNING)
_FIELD_MISSING = Rule("define-sas-field-name-missing", Severity.ERROR, ("DD0070",))
_FIELD = Rule("define-sas-field-name", Severity.ERROR, ("DD0070",))
_NAME = Rule("define-variable-name", Severity.ERROR)
_LABEL_MISSING = Rule("define-label-missing", Severity.ERROR, ("DD0057", "DD0058"))
_LABEL_LONG = Rule("define-label-long", Severity.ERROR, ("DD0137",))
_LABEL = Rule("define-label-not-of-standard", Severity.WARNING, ("DD0137",))
_MANDATORY = Rule("define-mandatory-value", Severity.ERROR, ("OD0074",))
_REQUIRED = Rule("define-required-not-mandatory", Severity.WARNING)
_KIND = Rule("define-type-not-of-standard", Severity.ERROR)
_ISO = Rule("define-date-as-text", Severity.WARNING)
_LEVEL_LENGTH = Rule("define-value-level-length", Severity.WARNING, ("DD0123",))
_LEVEL_TYPE = Rule("define-value-level-type", Severity.ERROR)

_WITH_LENGTH = ("text", *NUMBERS)
#: Length of a number where its bytes in SAS are told, and not its digits.
_BYTES = "8"
_LABEL_BYTES = 40
_TEXT_BYTES = 200
_SAS_FORMAT = re.compile(r"(?P<text>\$)?(?:(?P<name>[A-Z_][A-Z0-9_]*)?\d*)\.?\d*", re.IGNORECASE)
_NAME_OF_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
#: Data types of value level that a variable of a type can hold.
_HOLDS = {
    "integer": ("integer", *TIMES[:3]),
    "float": (*NUMBERS, *TIMES[:3]),
    **dict.fromkeys(TIMES, TIMES),
}


def check_types(index: Index) -> Iterator[Finding]:
    """Data types are those of Define-XML."""
    for item in index.metadata.items:
        if item.data_type not in DATA_TYPES:
            given = item.data_type or ""
            hint = nearest(given, DATA_TYPES) or f" (one of {', '.join(DATA_TYPES)})"
            message = f"{named(item)}: '{given}' is no data type of Define-XML{hint}"
            yield _TYPE.at(at_item(index, item), message, given)


def check_lengths(index: Index) -> Iterator[Finding]:
    """Text and numbers have a Length, a positive whole number, and nothing else has one."""
    for item in index.metadata.items:
        place, name, length = at_item(index, item), named(item), item.length
        if item.data_type in TIMES:
            if length is not None:
                message = f"{name}: a Length is not allowed with data type {item.data_type}"
                yield _LENGTH_FORBIDDEN.at(place, message, length)
        elif item.data_type in _WITH_LENGTH and length is None:
            yield _LENGTH_MISSING.at(place, f"{name}: data type {item.data_type} needs a Length")
        elif length is not None and not whole(length):
            message = f"{name}: Length '{length}': expected a whole number from 1"
            yield _LENGTH_VALUE.at(place, message, length)


def check_length_limit(index: Index) -> Iterator[Finding]:
    """Texts of datasets that are transport files have at most 200 bytes."""
    for use, item in distinct_variables(index):
        leaf = use.group.leaf if use.group else None
        xpt = leaf is not None and (leaf.href or "").lower().endswith(".xpt")
        if xpt and item.data_type == "text" and (whole(item.length) or 0) > _TEXT_BYTES:
            message = f"{named(item)}: Length {item.length}: a transport file holds 200 bytes"
            yield _LENGTH_LIMIT.at(at_variable(use, item), message, item.length)


def check_digits(index: Index) -> Iterator[Finding]:
    """SignificantDigits, the digits behind the point, are told of float and of nothing else."""
    for item in index.metadata.items:
        place, name, digits = at_item(index, item), named(item), item.significant_digits
        if digits is None:
            if item.data_type == "float":
                message = f"{name}: data type float needs SignificantDigits"
                yield _DIGITS_MISSING.at(place, message)
        elif whole(digits) is None:
            message = f"{name}: SignificantDigits '{digits}': expected a whole number from 0"
            yield _DIGITS_VALUE.at(place, message, digits)
        elif item.data_type != "float" and item.data_type in DATA_TYPES:
            message = f"{name}: SignificantDigits are for float, and the data type is"
            yield _DIGITS_FORBIDDEN.at(place, f"{message} {item.data_type}", digits)
        elif item.length != _BYTES and 0 < (whole(item.length) or 0) <= (whole(digits) or 0):
            message = f"{name}: {digits} digits behind the point do not fit in Length {item.length}"
            yield _DIGITS_LENGTH.at(place, message, digits)


def check_display_formats(index: Index) -> Iterator[Finding]:
    """A DisplayFormat is a SAS format for the kind of values."""
    for item in index.metadata.items:
        if item.display_format is None:
            continue
        found = _SAS_FORMAT.fullmatch(item.display_format.strip())
        given = f"{named(item)}: DisplayFormat '{item.display_format}'"
        if found is None or not item.display_format.strip():
            message = f"{given} has not the form of a SAS format, such as 8.2, DATE9. or $10."
        elif found["text"] and item.data_type in NUMBERS:
            message = f"{given} is for text, and the data type is {item.data_type}"
        elif item.data_type == "text" and not found["text"] and not found["name"]:
            message = f"{given} is for numbers, and the data type is text"
        else:
            continue
        yield _FORMAT.at(at_item(index, item), message, item.display_format)


def check_names(index: Index) -> Iterator[Finding]:
    """Variables have a name of SAS and a SASFieldName, the same where both are given."""
    submission = index.odm.context != "Other"
    for use, item in distinct_variables(index):
        place, name, field = at_variable(use, item), item.name or "", item.sas_field_name
        if not _NAME_OF_VARIABLE.fullmatch(name):
            message = f"'{name}' is no name of a variable: expected one to eight capitals, digits"
            yield _NAME.at(place, f"{message} and underscores, no digit first", name)
        elif field is None:
            if submission:
                yield _FIELD_MISSING.at(place, f"{name}: the SASFieldName is missing")
        elif field != name:
            message = f"{name}: SASFieldName '{field}': expected the variable's name"
            yield _FIELD.at(place, message, field)
    for use, item in values(index):
        field = item.sas_field_name
        if field is not None and not SAS_NAME.fullmatch(field):
            message = f"{named(item)}: SASFieldName '{field}': expected one to eight letters,"
            yield _FIELD.at(at_use(use, item), f"{message} digits and underscores", field)


def check_labels(index: Index) -> Iterator[Finding]:
    """Variables have a label of at most 40 bytes; that of the standard, if it lists one."""
    for use, item in distinct_variables(index):
        label = str(item.description or "").strip()
        place, name = at_variable(use, item), named(item)
        if not label:
            yield _LABEL_MISSING.at(place, f"{name}: the label (Description) is missing")
        elif len(label.encode()) > _LABEL_BYTES:
            message = (
                f"{name}: the label has {len(label.encode())} bytes, 40 are allowed: '{label}'"
            )
            yield _LABEL_LONG.at(place, message, label)
        elif use.group:
            known = listed_variable(index, use.group, use.ref, item)
            if known is None or not known.label or getattr(known, "by_pattern", False):
                continue
            if _letters(label) != _letters(known.label):
                message = f"{name}: the label '{label}' is '{known.label}' by the standard"
                yield _LABEL.at(place, message, label)


def check_mandatory(index: Index) -> Iterator[Finding]:
    """Mandatory is Yes or No, and Yes where SDTMIG requires values (Req)."""
    for refs in (variables(index), values(index)):
        for use, item in refs:
            given = use.ref.mandatory
            if given not in ("Yes", "No"):
                message = f"{named(item)}: Mandatory '{given or ''}': expected Yes or No"
                yield _MANDATORY.at(at_use(use, item), message, given)
            elif given == "No" and use.group and use.parent is None:
                known = listed_variable(index, use.group, use.ref, item)
                required = isinstance(known, DomainVariable) and known.core == "Req"
                if required and use.ref.has_no_data != "Yes":
                    message = f"{named(item)}: the standard requires it, and Mandatory is No"
                    yield _REQUIRED.at(at_use(use, item), message, given)


def check_standard_types(index: Index) -> Iterator[Finding]:
    """The data type goes with the standard's Char or Num, and dates are no mere text."""
    for use, item in distinct_variables(index):
        known = listed_variable(index, use.group, use.ref, item) if use.group else None
        if known is None or item.data_type not in DATA_TYPES:
            continue
        place, name, given = at_variable(use, item), named(item), item.data_type
        sdtm = isinstance(known, DomainVariable)
        right = (*NUMBERS, *TIMES[:3]) if not sdtm else NUMBERS
        if known.kind == "Num" and given not in right:
            message = f"{name}: the standard has a number (Num), and the data type is {given}"
            yield _KIND.at(place, message, given)
        elif known.kind == "Char" and given in NUMBERS:
            message = f"{name}: the standard has text (Char), and the data type is {given}"
            yield _KIND.at(place, message, given)
        elif sdtm and given == "text" and name.endswith(("DTC", "DUR", "ELTM")):
            message = f"{name}: ISO 8601 values have a data type of dates, times or durations"
            yield _ISO.at(place, f"{message}, not text", given)


def check_value_level(index: Index) -> Iterator[Finding]:
    """What value level declares goes into the variable."""
    for use, item in values(index):
        parent = use.parent
        if parent is None or item.data_type not in DATA_TYPES:
            continue
        held = _HOLDS.get(parent.data_type or "")
        place, name = at_use(use, item), named(parent)
        if held is not None and item.data_type not in held:
            message = f"{name}: value level {item.oid} has data type {item.data_type}, the variable"
            yield _LEVEL_TYPE.at(place, f"{message} {parent.data_type}", item.data_type)
        elif _same_length(parent, item) and _exceeds(item, parent):
            message = f"{name}: value level {item.oid} has Length {item.length}, the variable"
            yield _LEVEL_LENGTH.at(place, f"{message} {parent.length}", item.length)


def _same_length(parent: ItemDef, item: ItemDef) -> bool:
    """Whether the lengths count the same: a number's may be bytes, a text's are characters."""
    same = item.data_type == parent.data_type
    return same or (parent.data_type == "text" and item.length != _BYTES)


def _exceeds(item: ItemDef, parent: ItemDef) -> bool:
    return (whole(item.length) or 0) > (whole(parent.length) or 0) > 0


def _letters(label: str) -> str:
    """A label without case, blanks and marks, in which versions of the standard differ."""
    return "".join(filter(str.isalnum, label)).casefold()


CHECKS: tuple[Check, ...] = (
    check_types,
    check_lengths,
    check_length_limit,
    check_digits,
    check_display_formats,
    check_names,
    check_labels,
    check_mandatory,
    check_standard_types,
    check_value_level,
)
