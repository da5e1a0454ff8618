"""Every rule of the checks of define.xml is documented as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from converters.define import check
from converters.define.check.rule import Rule

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "findings.md"
PUBLISHED = re.compile(r"\b(?:DD|OD|SD|CT)\d{4}[A-Z]?\b")


def rules_in(value: object) -> Iterator[Rule]:
    """Rules that a module has, alone or in its tables."""
    if isinstance(value, Rule):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from rules_in(tuple(getattr(value, item.name) for item in fields(value)))
    elif isinstance(value, dict):
        yield from rules_in(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from rules_in(item)


def rules() -> dict[str, tuple[set[str], set[str]]]:
    """Severities and published identifiers of each rule by name."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    names = [check.__name__, *(f"{check.__name__}.{m.name}" for m in iter_modules(check.__path__))]
    for name in names:
        for value in vars(import_module(name)).values():
            for rule in rules_in(value):
                severities, published = found.setdefault(rule.name, (set(), set()))
                severities.add(rule.severity.value)
                published.update(rule.published)
    return found


def documented() -> dict[str, tuple[set[str], set[str]]]:
    found: dict[str, tuple[set[str], set[str]]] = {}
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].startswith("`define-"):
            for name in re.findall(r"`([^`]+)`", cells[0]):
                assert name not in found, f"{name} is documented twice"
                found[name] = (set(re.split(r"[,;] ", cells[1])), set(PUBLISHED.findall(line)))
    return found


def test_the_reference_lists_each_rule_with_severity_and_published_identifiers() -> None:
    assert documented() == rules()


def test_names_of_rules_begin_alike() -> None:
    assert all(re.fullmatch(r"define(-[a-z0-9]+)+", name) for name in rules())


def test_published_identifiers_are_known() -> None:
    """As far as the list of them is beside the project."""
    page = Path(__file__).parents[5] / "shared" / "data" / "define" / "rules.md"
    if page.is_file():
        known = set(re.findall(r"^- ([A-Z]{2}\d{4}[A-Z]?) ", page.read_text("utf-8"), re.MULTILINE))
        ours = {name for _, published in rules().values() for name in published}
        assert {name for name in ours if name[:2] in ("DD", "OD")} <= known
