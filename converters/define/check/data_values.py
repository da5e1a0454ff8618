"""The values of a variable, or of its value level, against their definition.

Every check looks at distinct values, with the number of records of each and the first of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from converters import columns, iso8601
from converters.define.check.data_files import Held
from converters.define.check.data_variables import (
    at_variable,
    defined,
    is_of_type,
    whole_number,
)
from converters.define.check.rule import Place, Rule
from converters.define.check.walk import NUMBERS
from converters.define.elements import CodeList, ItemDef, ItemGroupDef, ItemRef
from converters.define.index import Index
from converters.errors import nearest
from converters.findings import Finding, Severity
from converters.validation.table import LIMIT, Distinct, listed, number, quoted, steady

Mask = npt.NDArray[np.bool_]

_EXPECTED = {"integer": "whole number", "float": "number"}
_INTEGER = re.compile(r"[-+]?[0-9]+")
#: Codelists up to this size are searched for the nearest term.
_HINTED = 200
#: What is left of a number is noise of its binary form: a part of it, or what a difference leaves.
_NOISE, _NOUGHT = 1e-12, 1e-12

_DATES = frozenset({"date", "partialDate", "datetime", "partialDatetime"})
#: The kinds of ISO 8601 texts that each data type holds (Define-XML 2.1, section 4.3.1.2).
_KINDS = {
    "date": frozenset({"date"}),
    "time": frozenset({"time"}),
    "datetime": frozenset({"datetime"}),
    "partialDate": frozenset({"date", "partialDate"}),
    "partialTime": frozenset({"time", "partialTime"}),
    "partialDatetime": _DATES,
    "incompleteDatetime": _DATES | {"incompleteDatetime"},
    "intervalDatetime": _DATES | {"incompleteDatetime", "intervalDatetime"},
    "durationDatetime": frozenset({"durationDatetime"}),
}
#: The type that holds whatever is a date or a time at all; of other types it is the type itself.
_WIDEST = {
    **dict.fromkeys((*_DATES, "incompleteDatetime"), "incompleteDatetime"),
    "time": "partialTime",
}


@dataclass(frozen=True)
class Rules:
    """What the checks are called: those of variables, and those of value level."""

    type: Rule
    precision: Rule
    length: Rule
    digits: Rule
    codelist: Rule
    mandatory: Rule


_OF_VARIABLE = Rules(
    type=Rule("define-data-value-type", Severity.ERROR, ("SD0003",)),
    precision=Rule("define-data-date-precision", Severity.WARNING),
    length=Rule("define-data-length", Severity.ERROR),
    digits=Rule("define-data-digits", Severity.WARNING),
    codelist=Rule("define-data-codelist", Severity.ERROR, ("SD0037",)),
    mandatory=Rule("define-data-mandatory", Severity.ERROR, ("SD0002",)),
)
OF_VALUE_LEVEL = Rules(
    type=Rule("define-data-value-level-value-type", Severity.ERROR, ("SD1230",)),
    precision=Rule("define-data-value-level-date-precision", Severity.WARNING),
    length=Rule("define-data-value-level-length", Severity.ERROR, ("SD1231",)),
    digits=Rule("define-data-value-level-digits", Severity.WARNING),
    codelist=Rule("define-data-value-level-codelist", Severity.ERROR, ("SD1228",)),
    mandatory=Rule("define-data-value-level-mandatory", Severity.ERROR, ("SD1229",)),
)


def check_values(index: Index, group: ItemGroupDef, held: Held) -> Iterator[Finding]:
    """The values of every variable."""
    known = {item.name: item for item in held.table.metadata.variables}
    for name, (ref, item) in defined(index, group).items():
        if name not in known:
            continue
        test = Subject(index, held, at_variable(group, item), ref, item, _OF_VARIABLE)
        values = held.table.column(name)
        yield from test.mandatory(values)
        if is_of_type(known[name], item):
            yield from test.form(values)
        yield from test.terms(values)


@dataclass(frozen=True)
class Subject:
    """A definition that values are held against, and how findings are called and placed."""

    index: Index
    held: Held
    place: Place
    ref: ItemRef
    item: ItemDef
    rules: Rules
    #: Of which records: a where-clause in words, or empty.
    when: str = ""

    def check(self, values: Distinct) -> Iterator[Finding]:
        """All that is wrong with the values."""
        yield from self.mandatory(values)
        yield from self.form(values)
        yield from self.terms(values)

    def mandatory(self, values: Distinct) -> Iterator[Finding]:
        """A mandatory variable has a value in every record."""
        if self.ref.mandatory == "Yes" and values.missing:
            message = f"mandatory, but {number(values.missing, 'record')} have no value"
            yield self._finding(
                self.rules.mandatory, message, None, values.missing, values.first_missing
            )

    def form(self, values: Distinct) -> Iterator[Finding]:
        """Type, length and digits."""
        if not values.values:
            return
        data_type = self.item.data_type or ""
        wrong = _not_of_type(values.values, data_type)
        expected = _EXPECTED.get(data_type, f"ISO 8601 {data_type}")
        yield from self._together(values, wrong, self.rules.type, f"no {expected}")
        if data_type in _WIDEST and isinstance(values.values[0], str):
            partial = _of_other_kind(values.values, data_type) & ~wrong
            yield from self._together(
                values, partial, self.rules.precision, f"no complete {expected}"
            )
        if data_type in ("text", *NUMBERS):
            yield from self._length(values)
        if data_type == "float":
            yield from self._digits(values)

    def _length(self, values: Distinct) -> Iterator[Finding]:
        most = whole_number(self.item.length)
        if most is None:
            return
        sizes = _sizes(values.values)
        longest = int(sizes.argmax())
        if sizes[longest] > most:
            numbers = isinstance(values.values[0], float)
            unit = "digits before the point" if numbers else "characters"
            shown = quoted(values.values[longest])
            message = f"Length is {most}, but {shown} has {sizes[longest]} {unit}"
            yield self._of(values, sizes > most, self.rules.length, message, longest)

    def _digits(self, values: Distinct) -> Iterator[Finding]:
        most = whole_number(self.item.significant_digits)
        if most is None or most > 15:
            return
        wrong = _more_decimals(values.values, most)
        if wrong.any():
            examples = [values.values[at] for at in np.flatnonzero(wrong)[:4].tolist()]
            message = f"SignificantDigits is {most}, but values have more: {_some(examples, 3)}"
            yield self._of(values, wrong, self.rules.digits, message)

    def terms(self, values: Distinct) -> Iterator[Finding]:
        """Every value that the codelist lacks, once; a dictionary's terms are not in the file."""
        codelist = self.index.code_list(self.item)
        if codelist is None or codelist.external or not codelist.terms:
            return
        known = [term.coded_value or "" for term in codelist.terms]
        wrong = np.flatnonzero(~_in_list(values.values, codelist, known)).tolist()
        wrong.sort(key=lambda at: int(values.first[at]))
        for at in wrong[:LIMIT]:
            value = _written(values.values[at])
            hint = nearest(value, known) if len(known) <= _HINTED else ""
            message = f"{quoted(value)} is not in the codelist '{codelist.name}'{hint}"
            yield self._finding(
                self.rules.codelist, message, value, int(values.counts[at]), int(values.first[at])
            )
        rest = np.array(wrong[LIMIT:], dtype=np.int64)
        if len(rest):
            message = f"{number(len(rest), 'more value')} not in the codelist '{codelist.name}'"
            count, row = int(values.counts[rest].sum()), int(values.first[rest].min())
            yield self._finding(self.rules.codelist, message, None, count, row)

    def _together(self, values: Distinct, wrong: Mask, rule: Rule, what: str) -> Iterator[Finding]:
        """One finding on all wrong values, with the first of them as examples."""
        if wrong.any():
            places = np.flatnonzero(wrong)
            order = places[np.argsort(values.first[places], kind="stable")]
            examples = [values.values[at] for at in order[:4].tolist()]
            message = f"DataType is {self.item.data_type}: {_some(examples, len(places))}: {what}"
            yield self._of(values, wrong, rule, message)

    def _of(
        self, values: Distinct, wrong: Mask, rule: Rule, message: str, shown: int | None = None
    ) -> Finding:
        places = np.flatnonzero(wrong)
        first = places[values.first[places].argmin()] if shown is None else shown
        value, count = _written(values.values[int(first)]), int(values.counts[places].sum())
        return self._finding(rule, message, value, count, int(values.first[first]))

    def _finding(
        self, rule: Rule, message: str, value: str | None, count: int, row: int
    ) -> Finding:
        message = f"{message}, where {self.when}" if self.when else message
        return self.held.finding(rule, self.place, message, value=value, count=count, row=row)


def _some(examples: Sequence[Any], count: int) -> str:
    """Some of ``count`` values as a message shows them."""
    shown = listed([steady(value) for value in examples[:3]], 3)
    return shown if count <= 3 else f"{shown} and {count - 3:,} more"


def _written(value: Any) -> str:
    """A value as people write it, without the noise of binary numbers."""
    value = steady(value)
    return columns.number_text(value) if isinstance(value, float) else str(value)


def _not_of_type(values: Sequence[Any], data_type: str) -> Mask:
    """Which values are no number, no whole number or no ISO 8601 of the type's kind."""
    numbers = isinstance(values[0], float)
    if data_type == "integer" and numbers:
        return _more_decimals(values, 0)
    if data_type == "integer":
        return _failing(values, lambda text: _INTEGER.fullmatch(text.strip()) is not None)
    if data_type == "float" and not numbers:
        return _failing(values, lambda text: not math.isnan(columns.parse_number(text)))
    if data_type in _KINDS and not numbers:
        return _of_other_kind(values, _WIDEST.get(data_type, data_type))
    return np.zeros(len(values), dtype=bool)


def _of_other_kind(values: Sequence[str], data_type: str) -> Mask:
    return np.array([kind not in _KINDS[data_type] for kind in iso8601.kinds(values)])


def _failing(values: Sequence[str], fits: Callable[[str], bool]) -> Mask:
    return np.fromiter((not fits(value) for value in values), dtype=bool, count=len(values))


def _more_decimals(values: Sequence[Any] | npt.NDArray[np.float64], most: int) -> Mask:
    """Which numbers, or texts that are numbers, have more than ``most`` digits after the point."""
    if isinstance(values[0], str):
        texts = (value.strip() for value in values)
        found = (len(t.partition(".")[2]) if "e" not in t.lower() else 0 for t in texts)
        return np.fromiter(found, dtype=np.int64, count=len(values)) > most
    numbers = np.abs(np.asarray(values, dtype=np.float64))
    over = np.abs(numbers - np.rint(numbers * 10.0**most) / 10.0**most)
    return np.asarray(over > np.maximum(_NOISE * numbers, _NOUGHT))


def _sizes(values: Sequence[Any]) -> npt.NDArray[np.int64]:
    """Characters of texts; of numbers the digits before the point."""
    if isinstance(values[0], str):
        return np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    whole = np.trunc(np.abs(np.asarray(values, dtype=np.float64)))
    return (np.floor(np.log10(np.maximum(whole, 1))) + 1).astype(np.int64)


def _in_list(values: Sequence[Any], codelist: CodeList, known: Sequence[str]) -> Mask:
    """Which values are terms; as numbers where the values or the codelist are numbers."""
    as_numbers = codelist.data_type in NUMBERS or bool(values and isinstance(values[0], float))
    if not as_numbers:
        terms = set(known)
        return np.fromiter((value in terms for value in values), dtype=bool, count=len(values))
    numbers = {steady(columns.parse_number(text)) for text in known}
    found = (steady(columns.parse_number(v) if isinstance(v, str) else v) for v in values)
    return np.fromiter((value in numbers for value in found), dtype=bool, count=len(values))
