"""JSON Schema's errors in the words of people who prepare submissions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError, best_match

from converters.errors import nearest
from converters.findings import Severity
from converters.validation.table import Fault, Rule, number, quoted

_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "null": "no value",
    "boolean": "a truth value",
    "array": "a list",
    "object": "an object",
}


def severity_of(schema: Any) -> Severity:
    """The severity that a schema gives by ``x-severity``; Error where it gives none."""
    said = schema.get("x-severity", "") if isinstance(schema, Mapping) else ""
    return next((item for item in Severity if item.value == said), Severity.ERROR)


def published_by(schema: Any) -> tuple[str, ...]:
    """The published rules that a schema names by ``x-published``."""
    return tuple(schema.get("x-published", ())) if isinstance(schema, Mapping) else ()


def worst(errors: Iterable[ValidationError]) -> ValidationError:
    """The error that tells most; of an ``anyOf`` that of its nearest branch."""
    found: ValidationError | None = best_match(errors)
    if found is None:  # the caller has just seen the value fail
        raise ValueError("no error to describe")
    return found


def fault(errors: Iterable[ValidationError], value: Any) -> Fault:
    """What is wrong with a value (text or float), of its errors by jsonschema."""
    error = worst(errors)
    keyword = str(error.validator)
    name, published, words = _KEYWORDS.get(keyword, ("value-not-allowed", (), _other))
    if "ISO 8601" in _description(error):
        name, published = "invalid-iso8601", ("SD0003",)
    rule = Rule(name, severity_of(error.schema), published_by(error.schema) or published)
    return Fault(rule, words(error, value))


def _description(error: ValidationError) -> str:
    """What the schema at fault says of itself, without its end point."""
    schema = error.schema
    said = schema.get("description", "") if isinstance(schema, Mapping) else ""
    return str(said).rstrip(".")


def _type(error: ValidationError, value: Any) -> str:
    asked: Any = error.validator_value
    types = [asked] if isinstance(asked, str) else list(asked)
    known = [_TYPES.get(item, item) for item in types if item != "null"] or [_TYPES["null"]]
    found = "text" if isinstance(value, str) else "a number"
    return f"{quoted(value)} is {found}, expected {' or '.join(known)}"


def _longer(error: ValidationError, value: Any) -> str:
    return (
        f"{quoted(value)} has {number(len(value), 'character')}, "
        f"at most {error.validator_value} are allowed"
    )


def _shorter(error: ValidationError, value: Any) -> str:
    return (
        f"{quoted(value)} has {number(len(value), 'character')}, "
        f"at least {error.validator_value} are needed"
    )


def _pattern(error: ValidationError, value: Any) -> str:
    said = _description(error)
    expected = said[:1].lower() + said[1:] if said[1:2].islower() else said
    return f"{quoted(value)} is not valid; expected: {expected or error.validator_value}"


def _enum(error: ValidationError, value: Any) -> str:
    asked: Any = error.validator_value
    allowed = [item for item in asked if item is not None]
    listed = ", ".join(_item(item) for item in allowed[:8])
    more = f" and {len(allowed) - 8} others" if len(allowed) > 8 else ""
    texts = [item for item in allowed if isinstance(item, str)]
    hint = nearest(value, texts) if isinstance(value, str) else ""
    return f"{quoted(value)} is not one of {listed}{more}{hint}"


def _const(error: ValidationError, value: Any) -> str:
    if error.validator_value is None:
        return f"{quoted(value)} is given where no value is expected"
    return f"{quoted(value)} is not {_item(error.validator_value)}"


def _item(item: Any) -> str:
    return quoted(item) if isinstance(item, str) else str(item)


def _bound(words: str) -> Callable[[ValidationError, Any], str]:
    return lambda error, value: f"{quoted(value)} must be {words} {error.validator_value}"


def _other(error: ValidationError, value: Any) -> str:
    said = _description(error)
    return f"{quoted(value)} is not allowed" + (f"; expected: {said}" if said else "")


_OUT_OF_RANGE = "value-out-of-range"
_KEYWORDS: dict[str, tuple[str, tuple[str, ...], Callable[[ValidationError, Any], str]]] = {
    "type": ("wrong-type", ("SD0055",), _type),
    "maxLength": ("value-too-long", (), _longer),
    "minLength": ("value-too-short", (), _shorter),
    "pattern": ("wrong-form", (), _pattern),
    "enum": ("value-not-allowed", (), _enum),
    "const": ("value-not-allowed", (), _const),
    "minimum": (_OUT_OF_RANGE, (), _bound("at least")),
    "maximum": (_OUT_OF_RANGE, (), _bound("at most")),
    "exclusiveMinimum": (_OUT_OF_RANGE, (), _bound("more than")),
    "exclusiveMaximum": (_OUT_OF_RANGE, (), _bound("less than")),
}
