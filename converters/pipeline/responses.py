"""The unasked side of ``multiple``: each of several responses is a supplemental qualifier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from converters.rules.definition import Definition
from converters.rules.sdtm.multiple import most
from converters.standards.model import numbered_label, numbered_name

#: Modifiers that go for each response; the others for the value as a whole.
_OF_EACH = ("recode", "uppercase")


def of_each_response(definition: Definition) -> Definition:
    """The definition with the modifiers of each response among the arguments of ``multiple``."""
    if definition.rule.name != "multiple":
        return definition
    inner = {rule.name: args for rule, args in definition.changes if rule.name in _OF_EACH}
    outer = tuple(item for item in definition.changes if item[0].name not in _OF_EACH)
    return replace(definition, args={**definition.args, **inner}, changes=outer)


def response_qualifiers(definition: Definition, label: str) -> Iterator[Definition]:
    """The qualifiers of a variable made by ``multiple``: RACE1, RACE2 ... (SDTMIG 4.2.8.3)."""
    args, target = definition.args, definition.target
    if definition.rule.name != "multiple" or args.get("supplemental") == "none":
        return
    prefix = args.get("supplemental", target.name)
    stated = definition.attributes or {}
    kept = {key: stated[key] for key in ("origin", "evaluator") if key in stated}
    for number in range(1, most(args) + 1):
        yield replace(
            definition,
            target=replace(target, name=numbered_name(prefix, number), kind="Char"),
            args={**args, "response": number},
            changes=tuple(item for item in definition.changes if item[0].name == "when"),
            attributes={**kept, "label": numbered_label(label, number)},
        )
