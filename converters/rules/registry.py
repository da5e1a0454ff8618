"""The rules and steps there are: each module of ``rules/*`` with a ``RULE`` or a ``STEP``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from converters.rules import adam, sdtm, values
from converters.rules.rule import Rule
from converters.rules.step import Step

#: The value rules of SDTM specs that analysis specs have too.
_ANALYSIS_RULES = (
    *("assign", "from", "formula", "case", "concat", "split", "lookup", "decode", "sequence"),
)


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by name, found by looking into the folders; adding a file adds a rule."""
    found = (_registered(package, "RULE") for package in (values, sdtm))
    return {rule.name: rule for items in found for rule in items if isinstance(rule, Rule)}


@cache
def steps() -> Mapping[str, Step]:
    """All steps of analysis specs by name, found in the same way."""
    return {step.name: step for step in _registered(adam, "STEP") if isinstance(step, Step)}


def _registered(package: ModuleType, name: str) -> Iterator[Any]:
    for module in sorted(item.name for item in pkgutil.iter_modules(package.__path__)):
        yield getattr(importlib.import_module(f"{package.__name__}.{module}"), name, None)


def analysis_rules() -> Mapping[str, Rule]:
    """The value rules that make a variable of an analysis dataset too."""
    return {name: rules()[name] for name in _ANALYSIS_RULES}


def value_rules() -> Mapping[str, Rule]:
    """The rules that make a value; a variable has exactly one."""
    return {name: rule for name, rule in rules().items() if rule.kind == "value"}


def modifiers() -> Mapping[str, Rule]:
    """The rules that change a value made by another, in the order in which they are applied."""
    found = [rule for rule in rules().values() if rule.kind == "modifier"]
    return {rule.name: rule for rule in sorted(found, key=lambda rule: rule.order)}
