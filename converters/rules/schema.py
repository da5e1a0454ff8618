"""The JSON Schema of a mapping spec, put together from the rules' fragments.

``python -m converters.rules.schema`` writes it to ``schemas/mapping/dataset.json``, and those of
analysis specs and of displays to ``analysis.json`` and ``displays.json``, where editors and the
check of a study read them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from converters.resources import folder
from converters.rules.definition import ATTRIBUTES
from converters.rules.metadata_schema import (
    COMMENT,
    DEFS,
    VALUE_LEVEL,
    displays_schema,
    metadata_schema,
)
from converters.rules.registry import modifiers, value_rules
from converters.rules.sdtm.standard_result import QUANTIFICATION_SCHEMA
from converters.rules.standard_units import UNITS_SCHEMA

_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "minItems": 1, "items": _TEXT}
NAME_PATTERN = "^[A-Z][A-Z0-9_]{0,7}$"
NAME_WORDS = "is not a variable name: up to 8 capitals and digits, a letter first"
_SCALAR = {"type": ["string", "number"]}


def _described(schema: Mapping[str, Any], text: str) -> dict[str, Any]:
    return {**schema, "description": text}


def _closed(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "additionalProperties": False}
    if required:
        found["required"] = list(required)
    return {**found, "properties": dict(properties)}


def _variable(extra: Mapping[str, Any], *required: str) -> dict[str, Any]:
    keys = {
        rule.name: _described(rule.schema, rule.summary)
        for rule in (*value_rules().values(), *modifiers().values())
    }
    return {**_closed({**keys, **ATTRIBUTES, **extra}, *required), "minProperties": 1}


def _variables(variable: str) -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": {"pattern": NAME_PATTERN, "$comment": NAME_WORDS},
        "additionalProperties": {"$ref": f"#/$defs/{variable}"},
    }


CONDITIONS = {
    "type": "array",
    "minItems": 1,
    "items": _closed(
        {
            "when": _described(_TEXT, "A condition on raw columns."),
            "reason": _described(_TEXT, "What the account of records calls it."),
        },
        "when",
    ),
}

_JOIN = _closed(
    {
        "source": _described(_TEXT, "The source that holds the columns."),
        "by": {
            "description": "Keys: shared names, or this source's column: the other's column.",
            "oneOf": [
                _TEXT,
                _TEXTS,
                {"type": "object", "minProperties": 1, "additionalProperties": _TEXT},
            ],
        },
        "take": {
            "description": "The columns to bring, or column: its new name.",
            "oneOf": [
                _TEXTS,
                {"type": "object", "minProperties": 1, "additionalProperties": _TEXT},
            ],
        },
        "where": _described(_TEXT, "A condition on the other source's records."),
    },
    "source",
    "by",
    "take",
)

_CODING = _closed(
    {
        "dictionary": _described(_TEXT, "MedDRA, WHODrug: one of study.yaml's dictionaries."),
        "source": _described(_TEXT, "The source that holds the codes: the coding file."),
        "by": _described(
            _JOIN["properties"]["by"],
            "The verbatim term, or keys of the record: the file's column.",
        ),
        "take": {
            "description": "Variable: the file's column, where it is not a usual one.",
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": NAME_PATTERN, "$comment": NAME_WORDS},
            "additionalProperties": _TEXT,
        },
        "where": _described(_TEXT, "A condition on the file's records."),
    },
    "dictionary",
    "source",
    "by",
)

_CODING_REF = {"$ref": "#/$defs/coding"}

_UNPIVOT = _closed(
    {
        "columns": {
            "description": "The columns, or column: what 'name' shall hold for it.",
            "oneOf": [
                _TEXTS,
                {"type": "object", "minProperties": 1, "additionalProperties": _SCALAR},
            ],
        },
        "name": _described(_TEXT, "New raw column: which of the columns it is."),
        "value": _described(_TEXT, "New raw column: the column's value."),
    },
    "columns",
    "name",
    "value",
)

_KEEP = _closed(
    {
        "value": _described(_TEXT, "The raw column whose numbers decide, or are averaged."),
        "worst": {
            "description": "A raw column, and by its values whether low or high is worse.",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"enum": ["lowest", "highest"]},
            },
        },
        "digits": _described(
            {"type": "integer", "minimum": 0, "maximum": 10}, "Decimals of the average."
        ),
        "by": _described(_TEXTS, "Raw columns that records share which are repeats of each other."),
        "order": _described(_TEXTS, "Raw columns that say which comes first."),
        "pick": _described(
            {"enum": ["first", "last", "lowest", "highest", "worst", "average"]},
            "The one that stays.",
        ),
        "reason": _described(_TEXT, "What the account of records calls the others."),
    },
    "by",
    "pick",
)

_NOT_DONE = _closed(
    {
        "when": _described(_TEXT, "Raw records that meet this condition are NOT DONE records."),
        "reason": _described(_TEXT, "The raw column for --REASND."),
        "test": _described(_SCALAR, "--TESTCD of a whole group that was not done, as LBALL."),
        "label": _described(
            {"type": "string", "minLength": 1, "maxLength": 40}, "--TEST of that group."
        ),
    },
    "when",
)

_UNIT = {
    "oneOf": [_TEXT, _closed({"from": _described(_TEXT, "The raw column that holds it.")}, "from")]
}

_TEST = _closed(
    {
        "test": _described(_SCALAR, "--TESTCD."),
        "label": _described(
            {"type": "string", "minLength": 1, "maxLength": 40}, "--TEST, if no codelist names it."
        ),
        "from": _described(_TEXT, "The raw column that holds the result."),
        "where": _described(_TEXT, "Only the raw records that meet this condition."),
        "unit": _described(_UNIT, "--ORRESU: the unit itself, or the column that holds it."),
        "standard_unit": _described(_TEXT, "--STRESU."),
        "factor": _described({"type": "number"}, "From the collected into the standard unit."),
        "offset": _described({"type": "number"}, "Added after the factor."),
        "digits": _described(
            {"type": "integer", "minimum": 0, "maximum": 10}, "Decimals of the standard result."
        ),
        "not_done": _described(
            _TEXT, "Records without a result that meet this condition are NOT DONE records."
        ),
        "reason_not_done": _described(_TEXT, "The raw column for --REASND."),
        "variables": _variables("variable"),
    },
    "test",
    "from",
)

_ELEMENT = _closed(
    {
        "ETCD": _described({"type": "string", "minLength": 1, "maxLength": 8}, "The element."),
        "start": _described(_TEXT, "The raw column that holds its start; none: not started."),
        "end": _described(_TEXT, "The raw column that holds its end, if not the next one's start."),
        "where": _described(_TEXT, "Only for raw records that meet this condition."),
        "SEUPDES": _described(_TEXT, "Of UNPLAN: the raw column that says what it was."),
    },
    "ETCD",
    "start",
)


def _sides(side: Mapping[str, Any]) -> dict[str, Any]:
    """Datasets, each with what names its records; several of one dataset as a list."""
    sides = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": "^[A-Z][A-Z0-9]{1,7}$", "$comment": "is not a dataset name"},
        "additionalProperties": side,
    }
    return {"oneOf": [sides, {"type": "array", "minItems": 1, "items": sides}]}


def _by_variable(value: Mapping[str, Any]) -> dict[str, Any]:
    names = {"pattern": NAME_PATTERN, "$comment": NAME_WORDS}
    one = {"type": "object", "minProperties": 1, "maxProperties": 1, "propertyNames": names}
    return {"oneOf": [_TEXT, {**one, "additionalProperties": value}]}


_RELATIONSHIP = _closed(
    {
        "between": _described(
            _sides(_by_variable(_TEXT)),
            "Records: dataset: variable whose value they share, or {variable: raw column}.",
        ),
        "by": _described(
            {"enum": ["value", "sequence"]}, "IDVAR is the shared variable (value) or --SEQ."
        ),
        "source": _described(_TEXT, "The source whose records name the related ones."),
        "where": _described(_TEXT, "Only raw records that meet this condition."),
        "datasets": _described(
            _sides(_by_variable({"enum": ["ONE", "MANY"]})),
            "Whole datasets: dataset: variable that relates them, or {variable: ONE or MANY}.",
        ),
        "id": _described(_TEXT, "What RELID begins with, in place of the datasets' names."),
    },
)

_BLOCK = {
    "source": _described(_TEXT, "A source of study.yaml, or another dataset."),
    "rows": {
        "description": "Records written here, in place of a source.",
        "type": "array",
        "minItems": 1,
        "items": {"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}},
    },
    "where": _described(
        _TEXT, "Only raw records that meet this condition; the others are excluded."
    ),
    "exclude": _described(CONDITIONS, "Raw records to leave out, and why."),
    "reject": _described(CONDITIONS, "Raw records that are wrong, and why; each is a finding."),
    "join": {
        "type": "array",
        "minItems": 1,
        "items": _JOIN,
        "description": "Other sources' columns.",
    },
    "coding": {
        "description": "Words and codes of dictionaries, from coding files.",
        "oneOf": [_CODING_REF, {"type": "array", "minItems": 1, "items": _CODING_REF}],
    },
    "columns": {
        "description": "New raw columns, each by an expression over the columns before it.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": _TEXT,
    },
    "unpivot": _described(_UNPIVOT, "One record for each of several columns."),
    "distinct": {
        "description": "Raw records that are equal in all columns, or in these, are one.",
        "oneOf": [{"const": True}, _TEXTS],
    },
    "keep": {
        "description": "Of repeated raw records only one: a step, or several.",
        "oneOf": [_KEEP, {"type": "array", "minItems": 1, "items": _KEEP}],
    },
    "not_done": _described(_NOT_DONE, "Which raw records say that a test was not done."),
    "elements": {
        "description": "SE: one record for each of these elements that was started.",
        "type": "array",
        "minItems": 1,
        "items": _ELEMENT,
    },
    "visits_of": {
        "description": "SV: one record for each subject and visit of these datasets, or of all.",
        "oneOf": [{"const": "all"}, _TEXTS],
    },
    "relationships": {
        "description": "RELREC: records, or datasets, that belong together.",
        "type": "array",
        "minItems": 1,
        "items": _RELATIONSHIP,
    },
    "findings": {
        "description": "Tests: one record for each test that has a result.",
        "type": "array",
        "minItems": 1,
        "items": _TEST,
    },
    "variables": _described(_variables("variable"), "The variables and their rules."),
    "supplemental": _described(
        _variables("supplemental"), "Supplemental qualifiers: QNAM and how it is made."
    ),
}


def dataset_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one mapping spec."""
    dataset = {
        "dataset": {
            "description": "Name of the dataset.",
            "type": "string",
            "pattern": "^[A-Z][A-Z0-9]{1,7}$",
            "$comment": "is not a dataset name: 2 to 8 capitals and digits, a letter first",
        },
        "domain": {
            "description": "Domain of a split dataset (LB for LBCH).",
            "type": "string",
            "pattern": "^[A-Z][A-Z0-9]{1,7}$",
            "$comment": "is not a domain's name",
        },
        "class": {
            "description": "Class of a domain that the standard does not know.",
            "enum": ["EVENTS", "FINDINGS", "INTERVENTIONS"],
        },
        "label": {
            "type": "string",
            "minLength": 1,
            "maxLength": 40,
            "description": "Dataset label.",
        },
        "comment": COMMENT,
        "structure": _described(_TEXT, "What there is one record for, if not as the standard has."),
        "keys": _described(_TEXTS, "Natural keys, in place of the standard's."),
        **_BLOCK,
        "standard_units": _described(UNITS_SCHEMA, "By test code: the standard unit, conversions."),
        "quantification": _described(
            QUANTIFICATION_SCHEMA, "Words for results beyond the limits of quantification."
        ),
        "records": {
            "description": "Several blocks of records, one under another.",
            "type": "array",
            "minItems": 1,
            "items": _closed(_BLOCK),
        },
        "metadata": metadata_schema(unasked=True),
        "value_level": VALUE_LEVEL,
        "tests": {
            "description": "The spec's own tests: raw records given, SDTM records expected.",
            "type": "array",
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "mapping/dataset.json",
        "title": "Mapping spec",
        "description": "How one SDTM dataset is made from raw records.",
        **_closed(dataset, "dataset"),
        "$defs": {
            **DEFS,
            "variable": _variable({}),
            "coding": _CODING,
            "supplemental": _variable(
                {"evaluator": _described(_TEXT, "QEVAL: who judged.")}, "label"
            ),
        },
    }


def main() -> None:
    """Writes the schemas to their places."""
    from converters.rules.analysis_schema import analysis_schema

    schemas = {
        "dataset": dataset_schema(),
        "analysis": analysis_schema(),
        "displays": displays_schema(),
    }
    for name, schema in schemas.items():
        text = json.dumps(schema, indent=2) + "\n"
        (folder("schemas") / "mapping" / f"{name}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
