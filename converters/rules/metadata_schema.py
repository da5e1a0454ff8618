"""Fragments of the mapping language's JSON Schema on what only define.xml has.

What stands in several places is defined once, in ``DEFS``, and referred to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from converters.rules.step import closed

_TEXT: Mapping[str, Any] = {"type": "string", "minLength": 1}
_SCALAR: Mapping[str, Any] = {"type": ["string", "number"]}
_NAME: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[A-Z][A-Z0-9_]{0,7}$",
    "$comment": "is not a variable name: up to 8 capitals and digits, a letter first",
}
LABEL: Mapping[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 40,
    "description": "Label.",
}
FORMAT: Mapping[str, Any] = {
    "type": ["string", "number"],
    "pattern": r"^[$]?([A-Z_][A-Z0-9_]*)?[0-9]*[.][0-9]*$",
    "$comment": "is not a SAS format such as DATE9. or 8.2",
    "description": "SAS display format.",
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


COMMENT, METHOD, ORIGIN = (_ref(name) for name in ("comment", "method", "origin"))
_REFERENCES, _CODELIST = _ref("references"), _ref("shown_codelist")


def _described(schema: Mapping[str, Any], text: str) -> dict[str, Any]:
    return {**schema, "description": text}


_PAGES: Mapping[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {"type": ["string", "integer"], "minLength": 1},
}

_DOCUMENTS: Mapping[str, Any] = {
    "description": "Places in documents of study.yaml.",
    "type": "array",
    "minItems": 1,
    "items": closed(
        {
            "document": _described(_TEXT, "Its name in study.yaml."),
            "pages": _described(_PAGES, "Pages (7, 9-11) or named destinations."),
        },
        "document",
    ),
}

_COMMENT: Mapping[str, Any] = {
    "description": "Comment in define.xml, with documents that say more.",
    "oneOf": [{"type": "string"}, closed({"text": _TEXT, "documents": _REFERENCES}, "text")],
}

_METHOD: Mapping[str, Any] = {
    "description": "Words of the method in place of the generated ones, or what completes them.",
    "oneOf": [
        _TEXT,
        {
            **closed(
                {
                    "text": _described(_TEXT, "The words, in place of the generated ones."),
                    "type": {"enum": ["Computation", "Imputation"]},
                    "name": _described(_TEXT, "Its name in the list of methods."),
                    "documents": _REFERENCES,
                }
            ),
            "minProperties": 1,
        },
    ],
}

_ORIGINS: Mapping[str, Any] = {
    "enum": ["Collected", "Derived", "Assigned", "Protocol", "Predecessor", "Not Available"]
}

_ORIGIN: Mapping[str, Any] = {
    "description": "Where the value comes from, if not what the rule says.",
    "oneOf": [
        _ORIGINS,
        closed(
            {
                "type": _ORIGINS,
                "source": {"enum": ["Investigator", "Sponsor", "Subject", "Vendor"]},
                "predecessor": {"type": "string"},
                "pages": _described(
                    {"type": "array", "items": {"type": ["string", "integer"]}},
                    "Pages (7, 9-11) or named destinations of the annotated CRF.",
                ),
                "description": _described(_TEXT, "What else there is to say of the source."),
                "documents": _REFERENCES,
            },
            "type",
        ),
    ],
}


def _by_value(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "minProperties": 1, "additionalProperties": value}


_SHOWN: Mapping[str, Any] = {
    **closed(
        {
            "name": _described(_TEXT, "Short name of a list of the sponsor's own."),
            "label": _described(_TEXT, "The list's name, as people read it."),
            "terms": {
                "enum": ["used", "all"],
                "description": "Terms that the data use, or all that the list has.",
            },
            "decodes": {
                "description": "Value: decode; or the variable that holds the decode.",
                "oneOf": [_NAME, _by_value(_SCALAR)],
            },
            "descriptions": _described(_by_value(_TEXT), "Value: what more there is to say."),
            "ranks": _described(
                _by_value({"type": "number"}), "Value: its place in an order of size."
            ),
            "format": {**FORMAT, "description": "Name of a SAS format that decodes it."},
            "comment": COMMENT,
        }
    ),
    "minProperties": 1,
    "description": "How the variable's codelist is shown.",
}

#: Definitions of a schema that uses these fragments.
DEFS: Mapping[str, Any] = {
    "references": _DOCUMENTS,
    "comment": _COMMENT,
    "method": _METHOD,
    "origin": _ORIGIN,
    "shown_codelist": _SHOWN,
}

_VARIABLE: Mapping[str, Any] = {
    "mandatory": {"type": "boolean", "description": "Whether every record has a value."},
    "role": _described(_TEXT, "Its role."),
    "codelist": _CODELIST,
}
_SAID: Mapping[str, Any] = {
    "label": LABEL,
    "comment": COMMENT,
    "method": METHOD,
    "origin": ORIGIN,
    "format": FORMAT,
}


def metadata_schema(*, unasked: bool) -> dict[str, Any]:
    """``metadata`` of a spec; with ``unasked`` also of variables that no rule of the spec makes."""
    keys = {**(_SAID if unasked else {}), **_VARIABLE}
    return {
        "description": "What define.xml says of variables, and no other key.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": _NAME["pattern"], "$comment": _NAME["$comment"]},
        "additionalProperties": {**closed(keys), "minProperties": 1},
    }


VALUE_LEVEL: Mapping[str, Any] = {
    "description": "What holds of a variable in some records.",
    "type": "array",
    "minItems": 1,
    "items": closed(
        {
            "variable": _described(_NAME, "The variable."),
            "where": _described(_TEXT, "Comparisons with values, joined by and: the records."),
            "join": _described(COMMENT, "How records of other datasets are found."),
            **_SAID,
            "mandatory": _VARIABLE["mandatory"],
            "codelist": _CODELIST,
        },
        "variable",
        "where",
    ),
}


def displays_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of ``adam/displays.yaml``."""
    data = closed(
        {
            "dataset": _described(_TEXT, "An analysis dataset."),
            "where": _described(_TEXT, "Comparisons with values, joined by and: the records."),
            "variables": {
                "description": "The variables analysed.",
                "type": "array",
                "minItems": 1,
                "items": _NAME,
            },
        },
        "dataset",
        "variables",
    )
    code = closed(
        {
            "context": _described(_TEXT, "Language and version: SAS 9.4, R 4.4.1."),
            "text": _described(_TEXT, "The code."),
            "documents": _REFERENCES,
        },
        "context",
    )
    result = closed(
        {
            "name": _described(_TEXT, "Short name, unique in the display."),
            "description": _described(_TEXT, "What the result is."),
            "reason": _described(_TEXT, "Why it was done: SPECIFIED IN SAP ..."),
            "purpose": _described(_TEXT, "What for: PRIMARY OUTCOME MEASURE ..."),
            "datasets": {
                "description": "What it reads.",
                "type": "array",
                "minItems": 1,
                "items": data,
            },
            "join": _described(COMMENT, "How several datasets are joined."),
            "documentation": _described(COMMENT, "The analysis in words."),
            "code": _described(code, "The program."),
        },
        *("name", "description", "reason", "purpose", "datasets"),
    )
    display = closed(
        {
            "name": _described(_TEXT, "Table 14.2.1, Figure 1 ..."),
            "title": _described(_TEXT, "Its title."),
            "documents": _REFERENCES,
            "results": {
                "description": "Its results.",
                "type": "array",
                "minItems": 1,
                "items": result,
            },
        },
        *("name", "title", "results"),
    )
    displays = {
        "description": "Tables and figures.",
        "type": "array",
        "minItems": 1,
        "items": display,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "mapping/displays.json",
        "title": "Displays",
        "description": "Tables and figures, and the analyses behind them.",
        **closed({"displays": displays}, "displays"),
        "$defs": {name: DEFS[name] for name in ("references", "comment")},
    }
