"""A dataset against the JSON Schema of one of its records, judged once a distinct value.

A record is an object: a missing value is null, an absent column is an absent property. What a
schema says of one variable is judged for the distinct values of its column. A rule over several
variables (an entry of ``allOf``) only asks what its subschemas say of each value, so values of
which they all say the same are alike: jsonschema judges one record of each combination of alikes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urljoin

import numpy as np
import numpy.typing as npt
import pandas as pd
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.exceptions import NoSuchResource, Unresolvable, Unretrievable
from referencing.jsonschema import DRAFT202012

from converters import columns
from converters.dataset import Dataset
from converters.errors import SpecError
from converters.findings import Finding, Severity
from converters.validation.screen import ASK, PASS, Values, is_annotation, screen
from converters.validation.table import Case, Mask, Rows, Rule, Table, described, number, plain
from converters.validation.words import fault, published_by, severity_of, worst

#: Columns with more distinct values are screened before jsonschema sees a value.
SCREEN_ABOVE = 100

#: Keywords of an object that are judged one by one, so that no rule over the record remains.
_TAKEN_APART = ("properties", "required", "allOf")
_SIBLINGS = ("additionalProperties", "patternProperties", "unevaluatedProperties")

Schema = Any


def check_schema(
    dataset: Dataset | Table, schema: Mapping[str, Any], registry: Registry[Any] | None = None
) -> list[Finding]:
    """What in a dataset is against ``schema`` (JSON Schema 2020-12), which describes one record.

    ``registry`` resolves references to other schemas; without one they must be within ``schema``.
    A subschema's ``x-severity`` and ``x-published`` go into its findings, and so do ``title``
    (rule) and ``description`` (message) of an entry of ``allOf``.

    Raises:
        SpecError: a reference cannot be resolved.
    """
    judge = Judge.of(Table.of(dataset), schema, registry)
    try:
        return [*_absent_variables(judge), *_wrong_values(judge), *_broken_rules(judge)]
    except Unresolvable as error:
        raise SpecError(f"schema {schema.get('$id', '')}: '{error.ref}' cannot be found") from error


def invalid_records(
    dataset: Dataset | Table,
    schema: Mapping[str, Any],
    registry: Registry[Any] | None = None,
    screen_above: int = SCREEN_ABOVE,
) -> Mask:
    """Which records (bool, one a row) are against the schema; arguments as of ``check_schema``."""
    judge = Judge.of(Table.of(dataset), schema, registry, screen_above)
    invalid = np.full(judge.table.rows, bool(list(_absent(judge))))
    for variable, subschema in _properties(judge):
        invalid |= ~judge.verdicts(variable, subschema)[judge.table.codes(variable)]
    for rule in _rules(schema):
        invalid |= judge.breaks(rule)
    return invalid


@dataclass
class Mentions:
    """What a rule asks of a record.

    ``asked`` holds the subschemas for each variable that it names; ``whole`` the variables whose
    very value counts; ``everything`` is true when nothing less than the record will do.
    """

    asked: dict[str, list[Schema]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    everything: bool = False


@dataclass(frozen=True)
class Judge:
    """A table with its schema, and every verdict given so far."""

    table: Table
    schema: Mapping[str, Any]
    validator: Draft202012Validator
    resolver: Any
    screen_above: int
    _values: dict[str, Values] = field(default_factory=dict)
    _verdicts: dict[tuple[str, str], Mask] = field(default_factory=dict)

    @staticmethod
    def of(
        table: Table,
        schema: Mapping[str, Any],
        registry: Registry[Any] | None,
        screen_above: int = SCREEN_ABOVE,
    ) -> Judge:
        """A judge with no verdicts yet. Nothing is ever fetched from a network."""
        known = _loaded(Registry() if registry is None else registry, schema)
        resolver = known.resolver_with_root(DRAFT202012.create_resource(schema))
        validator = Draft202012Validator(schema, registry=known)
        return Judge(table, schema, validator, resolver, screen_above)

    def verdicts(self, variable: str, subschema: Schema) -> Mask:
        """Whether each distinct value of a variable is valid; the last is for a missing one."""
        key = (variable, json.dumps(subschema, sort_keys=True))
        if key not in self._verdicts:
            self._verdicts[key] = self._judge(variable, subschema)
        return self._verdicts[key]

    def _judge(self, variable: str, subschema: Schema) -> Mask:
        validator = self.validator.evolve(schema=subschema)
        values = self.table.column(variable).values
        valid = np.zeros(len(values) + 1, dtype=bool)
        valid[-1] = validator.is_valid(None)
        open_places = list(range(len(values)))
        if len(values) > self.screen_above:
            verdicts = screen(subschema, self._screened(variable), self.resolver)
            valid[:-1] = verdicts == PASS
            open_places = np.flatnonzero(verdicts == ASK).tolist()
        for place in open_places:
            valid[place] = validator.is_valid(values[place])
        return valid

    def _screened(self, variable: str) -> Values:
        if variable not in self._values:
            is_number = columns.is_number(self.table.frame[variable])
            values = Values(self.table.column(variable).values, is_number=is_number)
            self._values[variable] = values
        return self._values[variable]

    def mentions(self, rule: Schema) -> Mentions:
        """What ``rule``, a schema of a whole record, asks of it."""
        found = Mentions()
        _walk(rule, found, self.resolver, referred=())
        if found.everything:
            found.whole.update(self.table.names)
        return found

    def named(self, mentions: Mentions) -> list[str]:
        """The variables of the table that a rule names, in the order of the table."""
        return [
            name for name in self.table.names if name in mentions.asked or name in mentions.whole
        ]

    def breaks(self, rule: Schema) -> Mask:
        """Which records (bool, one a row) ``rule`` does not allow."""
        rows = self.table.rows
        mentions = self.mentions(rule)
        known = self.named(mentions)
        key = np.zeros(rows, dtype=np.int64)
        size = 1
        for name in known:
            alike, kinds = self._alike(name, mentions)
            if size * kinds >= 2**62:
                key, seen = pd.factorize(key)
                size = len(seen)
            key = key * kinds + alike[self.table.codes(name)]
            size *= kinds
        ids, distinct = pd.factorize(key)
        first = np.zeros(len(distinct), dtype=np.int64)
        first[ids[::-1]] = np.arange(rows - 1, -1, -1)
        validator = self.validator.evolve(schema=rule)
        verdicts = [not validator.is_valid(self.table.record(known, row)) for row in first.tolist()]
        broken: Mask = np.array(verdicts, dtype=bool)[ids]
        return broken

    def _alike(self, name: str, mentions: Mentions) -> tuple[npt.NDArray[np.int64], int]:
        """A number for each distinct value (and missing, last) that alike values share."""
        size = len(self.table.column(name).values) + 1
        if name in mentions.whole:
            return np.arange(size), size
        alike, kinds = np.zeros(size, dtype=np.int64), 1
        for subschema in mentions.asked[name]:
            distinct, alike = np.unique(
                alike * 2 + self.verdicts(name, subschema), return_inverse=True
            )
            kinds = len(distinct)
        return alike, kinds


def _loaded(registry: Registry[Any], schema: Mapping[str, Any]) -> Registry[Any]:
    """The registry with the schemas that ``schema`` refers to, so that each is read only once."""
    base = str(schema.get("$id", ""))
    for reference in _references(schema):
        uri, _ = urldefrag(urljoin(base, reference))
        if uri not in ("", base):
            try:
                registry = registry.get_or_retrieve(uri).registry
            except (NoSuchResource, Unretrievable):
                continue  # told when a value asks for it
    return registry.crawl()


def _references(schema: Schema) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for inner in schema.values():
            yield from _references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _references(inner)


def _walk(schema: Schema, found: Mentions, resolver: Any, referred: tuple[str, ...]) -> None:
    """Collect what a schema of a record asks.

    ``referred`` are the references on the way: what lies behind one has another base, so there the
    values themselves count and not their verdicts.
    """
    if isinstance(schema, bool):
        return
    for keyword, argument in schema.items():
        if keyword == "properties":
            for name, subschema in argument.items():
                found.asked.setdefault(name, []).append(subschema)
                found.whole.update({name} if referred else ())
        elif keyword in ("required", "dependentRequired"):
            named = argument if keyword == "required" else _flat(argument)
            for name in named:
                found.asked.setdefault(name, [])
        elif keyword in ("if", "then", "else", "not"):
            _walk(argument, found, resolver, referred)
        elif keyword in ("allOf", "anyOf", "oneOf"):
            for subschema in argument:
                _walk(subschema, found, resolver, referred)
        elif keyword == "$ref" and argument not in referred:
            resolved = resolver.lookup(argument)
            _walk(resolved.contents, found, resolved.resolver, (*referred, argument))
        elif keyword != "type" and not is_annotation(keyword):
            found.everything = True


def _flat(dependent: Mapping[str, list[str]]) -> Iterator[str]:
    for name, others in dependent.items():
        yield name
        yield from others


def _rules(schema: Mapping[str, Any]) -> Iterator[Schema]:
    """The rules over whole records: entries of ``allOf``, and what else the schema demands."""
    yield from schema.get("allOf", ())
    rest = {
        keyword: argument
        for keyword, argument in schema.items()
        if keyword not in _TAKEN_APART and keyword != "$id" and not is_annotation(keyword)
    }
    if rest.get("type") == "object":
        del rest["type"]
    if "unevaluatedProperties" in rest:
        yield schema
    elif any(keyword in rest for keyword in _SIBLINGS):
        yield {**rest, "properties": dict.fromkeys(schema.get("properties", ()), True)}
    elif rest:
        yield rest


def _properties(judge: Judge) -> Iterator[tuple[str, Schema]]:
    for variable, subschema in judge.schema.get("properties", {}).items():
        if variable in judge.table:
            yield variable, subschema


def _absent(judge: Judge) -> Iterator[str]:
    return (name for name in judge.schema.get("required", ()) if name not in judge.table)


_REQUIRED = Rule("required-variable-absent", Severity.ERROR, ("SD0056",))
_EXPECTED = Rule("expected-variable-absent", Severity.WARNING, ("SD0057",))


def _absent_variables(judge: Judge) -> Iterator[Finding]:
    properties = judge.schema.get("properties", {})
    for name in _absent(judge):
        subschema = properties.get(name)
        core = subschema.get("x-core") if isinstance(subschema, Mapping) else None
        rule = _EXPECTED if core == "Exp" else _REQUIRED
        how = "expected" if core == "Exp" else "required"
        message = f"{name}: {how} by the standard, but {judge.table.name} has no such variable"
        yield judge.table.finding(rule, Case(None, 1, -1, message), name)


def _wrong_values(judge: Judge) -> Iterator[Finding]:
    for variable, subschema in _properties(judge):
        valid = judge.verdicts(variable, subschema)
        column = judge.table.column(variable)
        if column.missing and not valid[-1]:
            yield _without_value(judge.table, variable, subschema)
        wrong = np.flatnonzero(~valid[:-1]).tolist()
        if wrong:
            yield from _value_findings(judge, variable, subschema, wrong)


def _without_value(table: Table, variable: str, subschema: Schema) -> Finding:
    rule = Rule("required-value-missing", severity_of(subschema), ("SD0002",))
    column = table.column(variable)
    have = "has" if column.missing == 1 else "have"
    words = f"required by the standard, but {number(column.missing, 'record')} {have} no value"
    case = Case(None, column.missing, column.first_missing, f"{variable}: {words}")
    return table.finding(rule, case, variable)


def _value_findings(
    judge: Judge, variable: str, subschema: Schema, wrong: list[int]
) -> list[Finding]:
    table = judge.table
    column = table.column(variable)
    validator = judge.validator.evolve(schema=subschema)
    first = min(wrong, key=lambda place: int(column.first[place]))
    value = column.values[first]
    rule, words = fault(validator.iter_errors(value), value)
    if rule.name == "wrong-type" and len(wrong) == len(column.values):
        # The column as a whole is of the wrong type: one finding says it.
        count, row = int(column.counts.sum()), int(column.first[first])
        return [
            table.finding(rule, Case(plain(value), count, row, f"{variable}: {words}"), variable)
        ]
    return table.value_findings(variable, wrong, lambda v: fault(validator.iter_errors(v), v))


def _broken_rules(judge: Judge) -> Iterator[Finding]:
    for place, schema in enumerate(_rules(judge.schema), 1):
        broken = np.flatnonzero(judge.breaks(schema))
        if len(broken):
            yield from _rule_findings(judge, schema, broken, f"record-rule-{place}")


def _rule_findings(judge: Judge, schema: Schema, broken: Rows, name: str) -> list[Finding]:
    table = judge.table
    said = schema if isinstance(schema, Mapping) else {}
    rule = Rule(str(said.get("title", name)), severity_of(said), published_by(said))
    words = str(said.get("description", "the record is not as its schema says")).rstrip(".")
    names = judge.named(judge.mentions(schema))
    variable = _blamed(judge, schema, table.record(names, int(broken[0])))

    def told(row: int) -> tuple[Any, str]:
        record = table.record(names, row)
        text = f"{words}: {described(record)}" if record else words
        return record.get(variable), text

    return table.group_findings(rule, variable, table.groups(names, broken), told)


def _blamed(judge: Judge, schema: Schema, record: Mapping[str, Any]) -> str:
    """The variable that a rule finds fault with in a record."""
    error = worst(judge.validator.evolve(schema=schema).iter_errors(record))
    if error.absolute_path:
        return str(error.absolute_path[0])
    if error.validator == "required":
        needed: Any = error.validator_value
        return next(str(name) for name in needed if name not in record)
    return next(iter(record), "")
