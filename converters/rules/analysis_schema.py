"""The JSON Schema of an analysis spec, put together from the steps' and rules' fragments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from converters.rules.definition import ATTRIBUTES
from converters.rules.derivation import variable_makers
from converters.rules.metadata_schema import COMMENT, DEFS, FORMAT, VALUE_LEVEL, metadata_schema
from converters.rules.registry import modifiers, steps
from converters.rules.schema import CONDITIONS, NAME_PATTERN, NAME_WORDS
from converters.rules.step import NAME, NAMES, closed
from converters.standards.adamig import CLASSES, SUBCLASSES

_ATTRIBUTES: Mapping[str, Any] = {
    **{name: ATTRIBUTES[name] for name in ("label", "comment", "method", "origin")},
    "type": {
        "enum": ["Char", "Num"],
        "description": "What its values are, where the standard does not say.",
    },
    "format": FORMAT,
    "length": {
        "type": "integer",
        "minimum": 1,
        "maximum": 200,
        "description": "Length of a text, at least; else that of the longest value.",
    },
}


def _described(schema: Mapping[str, Any], text: str) -> dict[str, Any]:
    return {**schema, "description": text}


def _variable() -> dict[str, Any]:
    """A variable with a rule, under ``derive``."""
    rules = (*variable_makers().values(), *modifiers().values())
    keys = {rule.name: _described(rule.schema, rule.summary) for rule in rules}
    return {**closed({**keys, **_ATTRIBUTES}), "minProperties": 1}


def _derive() -> dict[str, Any]:
    alone = {
        step.name: _described(step.schema, step.summary)
        for step in steps().values()
        if not step.variable
    }
    return {
        "description": "Steps, in the order of the work.",
        "type": "array",
        "minItems": 1,
        "items": {
            **closed(alone),
            "patternProperties": {NAME_PATTERN: {"$ref": "#/$defs/variable"}},
        },
    }


def _block() -> dict[str, Any]:
    return {
        "source": _described(NAME, "The dataset whose records these are."),
        "where": _described(NAME, "Only records that meet this condition; others are excluded."),
        "exclude": _described(CONDITIONS, "Records to leave out, and why."),
        "reject": _described(CONDITIONS, "Records that are wrong, and why; each is a finding."),
        "take": _described(steps()["take"].schema, "Predecessors: variables to copy."),
        "derive": _derive(),
    }


def analysis_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one analysis spec."""
    attributes = {**_ATTRIBUTES, "codelist": modifiers()["codelist"].schema}
    dataset = {
        "dataset": {
            "description": "Name of the dataset.",
            "type": "string",
            "pattern": "^AD[A-Z0-9]{1,6}$",
            "$comment": "is no name of an analysis dataset: AD and 1 to 6 capitals and digits",
        },
        "class": {"description": "Its class.", "enum": list(CLASSES)},
        "subclass": {"description": "Its subclass.", "enum": list(SUBCLASSES)},
        "label": {
            "type": "string",
            "minLength": 1,
            "maxLength": 40,
            "description": "Dataset label.",
        },
        "structure": _described(NAME, "What there is one record for."),
        "keys": _described(NAMES, "The variables that tell its records apart, in sort order."),
        "comment": COMMENT,
        **_block(),
        "records": {
            "description": "Several blocks of records, one under another.",
            "type": "array",
            "minItems": 1,
            "items": closed(_block(), "source"),
        },
        "variables": {
            "description": "Attributes of variables, wherever they are made.",
            "type": "object",
            "propertyNames": {"pattern": NAME_PATTERN, "$comment": NAME_WORDS},
            "additionalProperties": {**closed(attributes), "minProperties": 1},
        },
        "drop": _described(NAMES, "Variables that are made, used, and not written."),
        "metadata": metadata_schema(unasked=False),
        "value_level": VALUE_LEVEL,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "mapping/analysis.json",
        "title": "Analysis spec",
        "description": "How one ADaM dataset is made from SDTM and earlier ADaM datasets.",
        **closed(dataset, "dataset", "class", "label", "keys", "derive"),
        "$defs": {**DEFS, "variable": _variable()},
    }
