"""Where a variable of a converted dataset comes from, and how it is made: of all blocks of records.

Of some records alone the same is told by a plan that has their blocks, for value-level metadata.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from converters.dataset import Method, Origin
from converters.mapping.expressions import parse
from converters.rules.definition import Definition
from converters.rules.english import listed, lowered
from converters.rules.written import method, noted

if TYPE_CHECKING:
    from converters.pipeline.blocks import BlockPlan
    from converters.pipeline.plan import DatasetPlan

#: Of several origins the first of these is told: what has a method, then what was collected.
_RANK = ("Derived", "Collected", "Predecessor", "Protocol", "Assigned", "Not Available")
#: So many tests are named, before words and notes just count them.
_NAMED = 12


def definitions(plan: DatasetPlan, name: str) -> list[Definition]:
    """What makes a variable, in the order of the blocks; of those that make it, if any does."""
    return [definition for _, definition in _made(plan, name)]


def origin(plan: DatasetPlan, name: str) -> Origin:
    """The origin of a variable (Define-XML 2.1, def:Origin)."""
    origins = dict.fromkeys(item.origin() for item in definitions(plan, name))
    return min(origins, key=lambda item: _RANK.index(item.type))


def method_of(plan: DatasetPlan, name: str) -> Method | None:
    """How a variable is made; None where there is nothing to tell."""
    made = _made(plan, name)
    words = _grouped({id(item): item.words() or "" for _, item in made}, made)
    lines = _grouped({id(item): item.written() for _, item in made}, made)
    several = len(plan.blocks) > 1
    told = [
        f"For {where}: {lowered(text)}"
        if len(words) > 1 and (where := _where(plan, blocks))
        else text
        for text, blocks in words.items()
        if text
    ]
    listing = [
        noted(line, _note(plan, blocks) if several and len(lines) > 1 else "")
        for line, blocks in lines.items()
    ]
    return method(told, listing, plan.spec.document.file)


def derivation_of(plan: DatasetPlan, name: str) -> Method | None:
    """The method of a variable whose origin is Derived; others need none."""
    return method_of(plan, name) if origin(plan, name).type == "Derived" else None


def _made(plan: DatasetPlan, name: str) -> list[tuple[BlockPlan, Definition]]:
    found = [(block, block.definitions[name]) for block in plan.blocks]
    return [item for item in found if item[1].rule.name != "empty"] or found


def _grouped(
    texts: Mapping[int, str], made: Sequence[tuple[BlockPlan, Definition]]
) -> dict[str, list[BlockPlan]]:
    """The blocks by what is told of them, in order."""
    found: dict[str, list[BlockPlan]] = {}
    for block, definition in made:
        found.setdefault(texts[id(definition)], []).append(block)
    return found


def _tests(plan: DatasetPlan, blocks: Sequence[BlockPlan]) -> str:
    """The tests of the blocks, if all are of one; with its column where a test has several."""
    if any(block.test is None for block in blocks):
        return ""
    every = {(block.test.code, block.test.keys["from"]) for block in plan.blocks if block.test}
    count = Counter(code for code, _ in every)
    codes = dict.fromkeys(
        f"{test.code} from {test.keys['from']}" if count[test.code] > 1 else test.code
        for block in blocks
        if (test := block.test)
    )
    return listed(codes) if len(codes) <= _NAMED else f"{len(codes)} tests"


def _where(plan: DatasetPlan, blocks: Sequence[BlockPlan]) -> str:
    """Which records the blocks are, in words."""
    return _tests(plan, blocks) or listed(dict.fromkeys(map(_records, blocks)), "or")


def _records(block: BlockPlan) -> str:
    spec = block.spec
    which = f"records of {spec.source}" if spec.rows is None else "the rows of the specification"
    where = f" where {parse(spec.where.when).words()}" if spec.where else ""
    if spec.not_done and block.not_done:
        where += f" that say NOT DONE ({parse(spec.not_done.when).words()})"
    return which + where


def _note(plan: DatasetPlan, blocks: Sequence[BlockPlan]) -> str:
    """Which records the blocks are, as the spec has it."""
    return _tests(plan, blocks) or "; ".join(dict.fromkeys(map(_source, blocks)))


def _source(block: BlockPlan) -> str:
    spec = block.spec
    told = ["rows" if spec.rows is not None else f"source: {spec.source}"]
    told += [f"where: {spec.where.when}"] if spec.where else []
    told += [f"not_done: {spec.not_done.when}"] if spec.not_done and block.not_done else []
    return ", ".join(told)
