"""The rules there are: each module of ``rules/values`` and ``rules/sdtm`` with a ``RULE``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from converters.rules import sdtm, values
from converters.rules.rule import Rule


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by name, found by looking into the folders; adding a file adds a rule."""
    found: dict[str, Rule] = {}
    for package in (values, sdtm):
        for module in sorted(item.name for item in pkgutil.iter_modules(package.__path__)):
            rule = getattr(importlib.import_module(f"{package.__name__}.{module}"), "RULE", None)
            if isinstance(rule, Rule):
                found[rule.name] = rule
    return found


def value_rules() -> Mapping[str, Rule]:
    """The rules that make a value; a variable has exactly one."""
    return {name: rule for name, rule in rules().items() if rule.kind == "value"}


def modifiers() -> Mapping[str, Rule]:
    """The rules that change a value made by another, in the order in which they are applied."""
    found = [rule for rule in rules().values() if rule.kind == "modifier"]
    return {rule.name: rule for rule in sorted(found, key=lambda rule: rule.order)}
