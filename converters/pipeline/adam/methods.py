"""How an analysis variable is made: of all derivations of a spec, or of those of a parameter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from converters.dataset import Method
from converters.mapping.expressions import parse
from converters.mapping.metadata import method_text
from converters.pipeline.adam.plan import AnalysisPlan, BlockDerivations, names_read
from converters.rules.derivation import Derivation
from converters.rules.english import listed, lowered
from converters.rules.step import pairs
from converters.rules.written import Files, method, noted


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
    return found or makers(plan, name) if parameter is not None else found


def method_of(plan: AnalysisPlan, name: str, parameter: str | None = None) -> Method | None:
    """How a variable is made, of one parameter if it is named; None: there is nothing to tell.

    Its words are those that the spec states, if it does, unless the parameter has its own. What
    is made of variables that are not written is told with how these are made.
    """
    made = makers(plan, name, parameter)
    stated = method_text(plan.attribute(name, "method"))
    behind = _working(plan, made, parameter)
    if stated is not None and made == makers(plan, name):
        words = [stated]
    else:
        words = _words(plan, name, made, parameter)
        for other, its in behind.items() if words else ():
            told = [lowered(text) for text in _words(plan, other, its, parameter)]
            words.append(f"{other}, which is not kept: {' '.join(told)}")
    every = [*made, *(maker for its in behind.values() for maker in its)]
    lines = [_line(plan, maker) for maker in _ordered(plan, every)]
    imputes = any(maker.derivation.imputes(name) for maker in made)
    return method(words, lines, plan.spec.document.file, imputes=imputes)


def _all(plan: AnalysisPlan) -> Iterator[Maker]:
    for block in plan.blocks:
        yield from (Maker(item, block) for item in block.derivations)
    yield from (Maker(item) for item in plan.derivations)


def _ordered(plan: AnalysisPlan, made: Iterable[Maker]) -> list[Maker]:
    """Makers in the order of the work, each once."""
    place = {maker.derivation.path: number for number, maker in enumerate(_all(plan))}
    known = {place[maker.derivation.path]: maker for maker in made}
    return [known[number] for number in sorted(known)]


def _working(
    plan: AnalysisPlan, made: Sequence[Maker], parameter: str | None
) -> dict[str, list[Maker]]:
    """The variables behind others that the dataset does not keep, with what makes them."""
    found: dict[str, list[Maker]] = {}
    waiting = list(made)
    while waiting:
        for name in names_read(waiting.pop(0).derivation):
            if name in plan.spec.dropped and name not in found:
                found[name] = makers(plan, name, parameter) or makers(plan, name)
                waiting += found[name]
    return found


def _words(
    plan: AnalysisPlan, name: str, made: Sequence[Maker], parameter: str | None
) -> list[str]:
    """A sentence a maker; rows of a file are told for one parameter only."""
    files = plan.spec.document.files if parameter is None else {}
    told = [(maker, text) for maker in made if (text := _sentence(plan, name, maker, files))]
    several = {(text, maker.derivation.condition) for maker, text in told}
    apart = len(plan.blocks) > 1 and len(several) > 1
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


def _sentence(plan: AnalysisPlan, name: str, maker: Maker, files: Files) -> str | None:
    """What a derivation says; what is taken of the source is told with the source's name."""
    item = maker.derivation
    if item.step.name != "take":
        return item.words(name, files)
    blocks = [maker.block] if maker.block else plan.blocks
    column = pairs(item.args)[name]
    sources = dict.fromkeys(f"{block.spec.source}.{column}" for block in blocks)
    return f"Equal to {listed(sources, 'or')}."


def _records(block: BlockDerivations) -> str:
    where = block.spec.where
    which = f" where {parse(where.when).words()}" if where else ""
    return f"records of {block.spec.source}{which}"


def _line(plan: AnalysisPlan, maker: Maker) -> str:
    line, block = maker.derivation.written(plan.spec.document.files), maker.block
    if block is None or len(plan.blocks) == 1:
        return line
    where = f", where: {block.spec.where.when}" if block.spec.where else ""
    return noted(line, f"source: {block.spec.source}{where}")
