"""A document held against its JSON Schema, every difference told as a person would tell it."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from converters.errors import Problem, nearest
from converters.mapping.document import Document, Path_
from converters.resources import folder

_SHOWN = 60
#: Who a URL says is asking, up to the last @ of a word.
_PASSWORD = re.compile(r"://\S*@")

_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "nothing",
}


@cache
def schema(name: str) -> Mapping[str, Any]:
    """The mapping language's JSON Schema ``name`` (``study``, ``dataset``, ``analysis``)."""
    loaded: Mapping[str, Any] = json.loads(
        (folder("schemas") / "mapping" / f"{name}.json").read_text("utf-8")
    )
    return loaded


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name))


def check_document(document: Document, name: str) -> list[Problem]:
    """All differences between a document and the JSON Schema ``name``, in document order."""
    errors = _validator(name).iter_errors(document.data)
    problems = {item for error in errors for item in _problems(document, error)}
    return sorted(problems, key=Problem.place)


def mended(document: Document, name: str) -> Document | None:
    """The document without what its JSON Schema refuses, so that the rest can be checked too.

    Unknown keys and metadata with a fault are left out, variables with a fault are said to be
    empty; None if that does not help.
    """
    data = copy.deepcopy(document.data)
    errors = sorted(_validator(name).iter_errors(data), key=lambda e: -len(e.absolute_path))
    for error in errors:
        path: Path_ = tuple(error.absolute_path)
        if path[:1] in (("metadata",), ("value_level",)):
            data.pop(path[0], None)
        elif name != "analysis" or not _mend_analysis(data, path):
            _mend(data, path, error)
    if list(_validator(name).iter_errors(data)):
        return None
    return replace(document, data=data)


def _mend(data: Any, path: Path_, error: Any) -> None:
    for place in range(len(path) - 1, 0, -1):
        if path[place - 1] in ("variables", "supplemental"):
            parent = _at(data, path[:place])
            label = {"label": "x"} if path[place - 1] == "supplemental" else {}
            if isinstance(parent, dict):
                parent[path[place]] = {"empty": True, **label}
            return
    if error.validator == "additionalProperties":
        owner = _at(data, path)
        for key in _unknown(error.schema, owner):
            owner.pop(key)


def _mend_analysis(data: Any, path: Path_) -> bool:
    """Whether the path leads into a variable of an analysis spec, which is replaced then."""
    start = path.index("derive") + 2 if "derive" in path else 1 if path[:1] == ("variables",) else 0
    name = str(path[start]) if 0 < start < len(path) else ""
    if not name.isupper():
        return False
    _at(data, path[:start])[name] = {"label": "x", **({"assign": "x"} if start > 1 else {})}
    return True


def _unknown(schema: Mapping[str, Any], owner: Mapping[str, Any]) -> list[str]:
    """The keys of a mapping that its schema does not know."""
    patterns = schema.get("patternProperties", ())
    return [
        key
        for key in owner
        if key not in schema.get("properties", {}) and not any(re.search(p, key) for p in patterns)
    ]


def _at(data: Any, path: Path_) -> Any:
    for part in path:
        data = data[part] if not isinstance(data, dict) else data.get(part, {})
    return data


def _problems(document: Document, error: Any) -> Iterator[Problem]:
    path: Path_ = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        for key in _unknown(error.schema, error.instance):
            hint = nearest(key, known) or f"; expected one of: {', '.join(known)}"
            yield document.problem((*path, key), f"unknown key '{_cut(key)}'{hint}", at_key=True)
    elif "propertyNames" in error.absolute_schema_path:
        key = error.instance
        yield document.problem((*path, key), f"'{_cut(key)}' {_pattern_words(error)}", at_key=True)
    elif error.validator in ("oneOf", "anyOf") and error.context:
        yield from _alternatives(document, error, path)
    else:
        yield document.problem(path, _message(error, path))


def _alternatives(document: Document, error: Any, path: Path_) -> Iterator[Problem]:
    """The errors of the one alternative that the author meant: the one of the written type."""
    branches: dict[int, list[Any]] = {}
    for item in error.context or ():
        branches.setdefault(int(item.schema_path[0]), []).append(item)
    typed = [
        branch
        for branch in branches.values()
        if not any(item.validator == "type" and not item.path for item in branch)
    ]
    if len(typed) == 1:
        for item in typed[0]:
            yield from _problems(document, item)
        return
    kinds = [_kind(option) for option in error.validator_value]
    wanted = " or ".join(dict.fromkeys(kind for kind in kinds if kind))
    found = _shown(error.instance)
    yield document.problem(
        path, f"{_where(path)}expected {wanted or 'another form'}, found {found}"
    )


def _kind(option: Mapping[str, Any]) -> str:
    if "enum" in option:
        return "one of " + ", ".join(str(item) for item in option["enum"])
    kinds = option.get("type", "object" if "$ref" in option else ())
    return " or ".join(_TYPES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _message(error: Any, path: Path_) -> str:
    value = error.instance
    where = _where(path)
    match error.validator:
        case "type":
            return f"{where}expected {_kind(error.schema)}, found {_shown(value)}"
        case "required":
            absent = [key for key in error.validator_value if key not in value]
            return f"{where}lacks the key {' and '.join(repr(key) for key in absent)}"
        case "enum":
            options = [str(item) for item in error.validator_value]
            hint = nearest(str(value), options)
            return f"{where}'{_cut(value)}' is not one of {', '.join(options)}{hint}"
        case "pattern":
            return f"{where}'{_cut(value)}' {_pattern_words(error)}"
        case "minItems" | "maxItems" if (size := error.schema.get("maxItems")) is not None:
            return f"{where}expected a list of {size}, found one of {len(value)}"
        case "minProperties" | "minItems" | "minLength":
            return f"{where}must not be empty"
        case "dependentRequired":
            return f"{where}{error.message}"
    if error.validator == "maxLength":
        return f"{where}{_shown(value)} is longer than {error.validator_value} characters"
    if error.validator in ("minimum", "maximum"):
        bound = "less" if error.validator == "minimum" else "more"
        return f"{where}{_shown(value)} is {bound} than {error.validator_value}"
    return f"{where}{_shown(value)} is not allowed here"


def _pattern_words(error: Any) -> str:
    words = error.schema.get("$comment")
    return str(words) if words else f"does not match {error.validator_value}"


def _where(path: Path_) -> str:
    names = [str(part) for part in path if not isinstance(part, int)]
    return f"{names[-1]}: " if names else ""


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    return f"the {'text' if isinstance(value, str) else 'value'} '{_cut(value)}'"


def _cut(value: Any) -> str:
    """The beginning of a value: a message need not show more, and no password of a URL."""
    text = _PASSWORD.sub("://***", " ".join(str(value).split()))
    return f"{text[:_SHOWN]}..." if len(text) > _SHOWN else text
