"""How an analysis variable is made: of all derivations of a spec, or of those of a parameter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from converters.dataset import Method
from converters.mapping.expressions import parse
from converters.pipeline.adam.plan import AnalysisPlan, BlockDerivations
from converters.rules.derivation import Derivation
from converters.rules.english import lowered
from converters.rules.written import method, noted


@dataclass(frozen=True)
class Maker:
    """A derivation that makes a variable, and the block of records that it is of, if of one."""

    derivation: Derivation
    block: BlockDerivations | None = None


def makers(plan: AnalysisPlan, name: str, parameter: str | None = None) -> list[Maker]:
    """What makes a variable, in the order of the work; of one parameter's records if it is named.

    The records of a parameter that a step adds hold nothing of what was made before.
    """
    found: list[Maker] = []
    for maker in _all(plan):
        item = maker.derivation
        about = item if parameter is None else item.about(parameter)
        if about is None:
            continue
        if parameter is not None and item.step.adds:
            found = []
        if name in about.makes():
            found.append(Maker(about, maker.block))
    return found


def method_of(plan: AnalysisPlan, name: str, parameter: str | None = None) -> Method | None:
    """How a variable is made, of one parameter if it is named; None: there is nothing to tell.

    Its words are those that the spec states, if it does.
    """
    made = makers(plan, name, parameter)
    stated = plan.attribute(name, "method")
    words = [str(stated)] if stated is not None else _words(plan, name, made, parameter)
    lines = [_line(plan, maker) for maker in made]
    imputes = any(maker.derivation.imputes(name) for maker in made)
    return method(words, lines, plan.spec.document.file, imputes=imputes)


def _all(plan: AnalysisPlan) -> Iterator[Maker]:
    for block in plan.blocks:
        yield from (Maker(item, block) for item in block.derivations)
    yield from (Maker(item) for item in plan.derivations)


def _words(plan: AnalysisPlan, name: str, made: list[Maker], parameter: str | None) -> list[str]:
    """A sentence a maker; rows of a file are told for one parameter only."""
    files = plan.spec.document.files if parameter is None else {}
    told = [(maker, text) for maker in made if (text := maker.derivation.words(name, files))]
    apart = len(plan.blocks) > 1 and len({_told(maker, text) for maker, text in told}) > 1
    found = []
    for maker, text in told:
        condition = maker.derivation.condition
        if condition is not None:
            only = "Only where" if len(told) == 1 else "Where"
            text = f"{only} {parse(condition).words()}: {lowered(text)}"
        if maker.block is not None and apart:
            text = f"For {_records(maker.block)}: {lowered(text)}"
        found.append(text)
    return found


def _told(maker: Maker, text: str) -> tuple[str, str | None]:
    return text, maker.derivation.condition


def _records(block: BlockDerivations) -> str:
    where = block.spec.where
    return f"records of {block.spec.source}" + (
        f" where {parse(where.when).words()}" if where else ""
    )


def _line(plan: AnalysisPlan, maker: Maker) -> str:
    line, block = maker.derivation.written(plan.spec.document.files), maker.block
    if block is None or len(plan.blocks) == 1:
        return line
    where = f", where: {block.spec.where.when}" if block.spec.where else ""
    return noted(line, f"source: {block.spec.source}{where}")
