"""Metadata as JSON-ready values and back, by the fields of its dataclasses."""

from __future__ import annotations

import types
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """A dataclass as an object that leaves out fields with their default; tuples as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            item.name: to_json(getattr(value, item.name))
            for item in fields(value)
            if item.default is MISSING or getattr(value, item.name) != item.default
        }
    return [to_json(item) for item in value] if isinstance(value, tuple) else value


def from_json(kind: type[T], value: Any) -> T:
    """The dataclass ``kind`` from what ``to_json`` gave.

    Raises:
        ValueError: a field is unknown, missing, or of another type.
    """
    found: T = _read(kind, value, kind.__name__)
    return found


def _read(kind: Any, value: Any, place: str) -> Any:
    origin = get_origin(kind)
    if is_dataclass(kind):
        return _read_object(kind, value, place)
    if origin is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{place}: {value!r} is no list")
        return tuple(_read(get_args(kind)[0], item, place) for item in value)
    if origin in (Union, types.UnionType):
        (other,) = (each for each in get_args(kind) if each is not type(None))
        return None if value is None else _read(other, value, place)
    if value not in get_args(kind) if origin is Literal else type(value) is not kind:
        raise ValueError(f"{place}: {value!r} is not as expected")
    return value


def _read_object(kind: Any, value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{place}: {value!r} is no object")
    hints = get_type_hints(kind)
    unknown = value.keys() - hints.keys()
    needed = {item.name for item in fields(kind) if item.default is MISSING}
    if unknown or needed - value.keys():
        names = ", ".join(sorted(unknown or needed - value.keys()))
        raise ValueError(f"{place}: {'unknown' if unknown else 'missing'} field {names}")
    return kind(
        **{name: _read(hints[name], item, f"{place}.{name}") for name, item in value.items()}
    )
