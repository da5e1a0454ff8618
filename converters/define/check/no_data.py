"""Variables that are said to have no data (Define-XML 2.1, def:HasNoData)."""

from __future__ import annotations

from collections.abc import Iterator

from converters.define.check.guide import listed_variable
from converters.define.check.rule import Check, Rule
from converters.define.check.walk import at_use, named, variables
from converters.define.index import Index
from converters.findings import Finding, Severity
from converters.standards.sdtmig import DomainVariable

_VALUE = Rule("define-no-data-value", Severity.ERROR)
_COMMENT = Rule("define-no-data-comment", Severity.ERROR, ("DD0134",))
_MANDATORY = Rule("define-no-data-mandatory", Severity.ERROR)
_KEY = Rule("define-no-data-key", Severity.WARNING)
_REQUIRED = Rule("define-no-data-required", Severity.ERROR)


def check_variables(index: Index) -> Iterator[Finding]:
    """A variable without data says why in a comment, and need not have a value."""
    for use, item in variables(index):
        ref, group, place, name = use.ref, use.group, at_use(use, item), named(item)
        if ref.has_no_data is None or group is None:
            continue
        if ref.has_no_data != "Yes":
            message = f"{name}: HasNoData '{ref.has_no_data}': expected Yes or nothing"
            yield _VALUE.at(place, message, ref.has_no_data)
            continue
        if not item.comment_oid and group.has_no_data != "Yes":
            yield _COMMENT.at(place, f"{name}: it has no data, and no comment says why")
        if ref.key_sequence is not None:
            message = f"{name}: it has no data and is key {ref.key_sequence} of {group.name}"
            yield _KEY.at(place, message, ref.key_sequence)
        known = listed_variable(index, group, ref, item)
        if group.has_no_data == "Yes":
            continue
        if isinstance(known, DomainVariable) and known.core == "Req":
            yield _REQUIRED.at(place, f"{name}: the standard requires it, and it has no data")
        elif ref.mandatory == "Yes":
            yield _MANDATORY.at(place, f"{name}: it has no data, and Mandatory is Yes")


CHECKS: tuple[Check, ...] = (check_variables,)
