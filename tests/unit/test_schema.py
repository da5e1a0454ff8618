"""The JSON Schemas of the mapping language that editors read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from converters.mapping.check import schema
from converters.resources import folder
from converters.rules.analysis_schema import analysis_schema
from converters.rules.registry import modifiers, rules, steps, value_rules
from converters.rules.schema import dataset_schema

PLACE = folder("schemas") / "mapping"


@pytest.mark.parametrize(
    ("name", "made"), [("dataset", dataset_schema()), ("analysis", analysis_schema())]
)
def test_the_shipped_schema_is_the_one_that_the_rules_give(name: str, made: Any) -> None:
    text = (PLACE / f"{name}.json").read_text("utf-8")
    assert text == json.dumps(made, indent=2) + "\n"


@pytest.mark.parametrize("name", ["dataset", "analysis", "study"])
def test_a_schema_is_a_valid_schema(name: str) -> None:
    Draft202012Validator.check_schema(dict(schema(name)))


def objects(item: Any) -> list[dict[str, Any]]:
    """All schemas of objects in a schema."""
    found = []
    if isinstance(item, dict):
        if item.get("type") == "object":
            found.append(item)
        found += [inner for value in item.values() for inner in objects(value)]
    if isinstance(item, list):
        found += [inner for value in item for inner in objects(value)]
    return found


@pytest.mark.parametrize("name", ["dataset", "analysis", "study"])
def test_no_object_takes_unknown_keys(name: str) -> None:
    assert all("additionalProperties" in item for item in objects(dict(schema(name))))


def test_every_rule_is_a_module_with_its_own_test_and_is_described() -> None:
    tests = {
        path.stem.removeprefix("test_")
        for path in (Path(__file__).parent / "rules").glob("test_*.py")
    }
    modules = {"from": "copy"}
    assert {modules.get(name, name) for name in rules()} <= tests
    assert all(rule.summary.endswith(".") and len(rule.summary) < 100 for rule in rules().values())


def test_a_rule_makes_a_value_or_changes_one() -> None:
    assert set(rules()) == {*value_rules(), *modifiers()}
    assert list(modifiers()) == ["recode", "uppercase", "codelist", "when"]


def test_every_step_is_a_module_with_its_own_test_and_is_described() -> None:
    folder_ = Path(__file__).parent / "rules" / "adam"
    tests = {path.stem.removeprefix("test_") for path in folder_.glob("test_*.py")}
    assert set(steps()) <= tests
    assert all(item.summary.endswith(".") and len(item.summary) < 100 for item in steps().values())
