"""The plan of the analysis datasets: how each is made, in which order, and what is wrong.

The order is over datasets: what a spec reads must be finished before. Every name is checked without
data against the variables made so far, the columns of the source and the other datasets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from converters.errors import Problem, nearest
from converters.mapping.analysis import AnalysisBlock, AnalysisSpec, Item
from converters.mapping.document import Path_
from converters.mapping.expressions import ExpressionError, parse
from converters.mapping.settings import Settings
from converters.pipeline.adam.names import NameCheck
from converters.pipeline.metadata import level_problems, metadata_problems
from converters.rules.derivation import Derivation, derivation, kind_of_result
from converters.rules.rule import Target
from converters.rules.step import Kind
from converters.standards.adamig import SUBCLASSES, AnalysisVariable, find_variable
from converters.standards.terminology import Codelist

_NAME = re.compile("[A-Z][A-Z0-9_]{0,7}")


@dataclass(frozen=True)
class BlockDerivations:
    """A block of records and the derivations that it alone has."""

    spec: AnalysisBlock
    derivations: tuple[Derivation, ...]


@dataclass(frozen=True)
class AnalysisPlan:
    """How one analysis dataset is made.

    ``kinds`` says whether variables are Char or Num, as far as standard or spec do; ``carried``
    are the columns of sources that something reads.
    """

    spec: AnalysisSpec
    blocks: tuple[BlockDerivations, ...]
    derivations: tuple[Derivation, ...]
    kinds: Mapping[str, Kind]
    carried: frozenset[str]

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.spec.name

    def all(self) -> Iterator[Derivation]:
        """All derivations, those of blocks first."""
        for block in self.blocks:
            yield from block.derivations
        yield from self.derivations

    def makers(self, name: str) -> list[Derivation]:
        """The derivations that make a variable."""
        return [item for item in self.all() if name in item.makes()]

    def variables(self) -> list[str]:
        """All variables in the order in which they are first made, those that are dropped too."""
        return list(dict.fromkeys(name for item in self.all() for name in item.makes()))

    def written(self) -> list[str]:
        """The variables that the dataset has, in their order."""
        return [name for name in self.variables() if name not in self.spec.dropped]

    def attribute(self, name: str, key: str) -> Any:
        """An attribute that the spec states of a variable, under ``variables`` or where it is made.

        None where it states none.
        """
        if key in self.spec.variables.get(name, {}):
            return self.spec.variables[name][key]
        own = (item.attributes for item in reversed(list(self.all())) if item.target == name)
        return next((attributes[key] for attributes in own if key in attributes), None)

    def standard(self, name: str, version: str) -> AnalysisVariable | None:
        """What ADaMIG says of a variable of this dataset."""
        return find_variable(version, self.spec.dataset_class, name, self.spec.subclass)


def plan_analyses(
    specs: Mapping[str, AnalysisSpec],
    known: Mapping[str, Sequence[str]],
    settings: Settings,
    unreadable: frozenset[str] = frozenset(),
) -> tuple[tuple[AnalysisPlan, ...], list[Problem]]:
    """The plans of analysis datasets in the order of the work, and all that is wrong with specs.

    ``known`` are the variables of the finished datasets, ``unreadable`` the names of datasets whose
    specs cannot be read: nothing is said of their variables.
    """
    planner = _Planner(specs, known, settings, unreadable)
    return planner.plan(), planner.problems


class _Planner:
    def __init__(
        self,
        specs: Mapping[str, AnalysisSpec],
        known: Mapping[str, Sequence[str]],
        settings: Settings,
        unreadable: frozenset[str],
    ) -> None:
        self.specs, self.settings = specs, settings
        self.problems: list[Problem] = []
        self.known: dict[str, Sequence[str] | None] = {**known, **dict.fromkeys(unreadable)}

    def plan(self) -> tuple[AnalysisPlan, ...]:
        plans = {}
        for spec in self.specs.values():
            if spec.name in self.known and self.known[spec.name] is not None:
                message = f"{spec.name} is an SDTM dataset of the study already"
                self._problem(spec, ("dataset",), message)
            plans[spec.name] = self._bind(spec)
        order = self._order(plans)
        for name in order:
            NameCheck(plans[name], self.known, self.problems).check()
            self._layout(plans[name])
            self._metadata(plans[name])
            self.known[name] = plans[name].written()
        return tuple(plans[name] for name in order)

    def _bind(self, spec: AnalysisSpec) -> AnalysisPlan:
        """The spec with its derivations."""
        blocks = tuple(
            BlockDerivations(block, self._derivations(spec, block.items)) for block in spec.blocks
        )
        bare = AnalysisPlan(spec, blocks, self._derivations(spec, spec.items), {}, frozenset())
        carried = frozenset(read_names(bare))
        return AnalysisPlan(spec, blocks, bare.derivations, self._kinds(bare), carried)

    def _derivations(self, spec: AnalysisSpec, items: Sequence[Item]) -> tuple[Derivation, ...]:
        found = []
        for item in items:
            try:
                found.append(derivation(item, partial(self._target, spec)))
            except ValueError as error:
                self._problem(spec, item.path, str(error), at_key=True)
        return tuple(found)

    def _target(self, spec: AnalysisSpec, item: Item) -> Target:
        """What is known of the variable that an item makes."""
        name, version = item.name, self.settings.adamig
        standard = find_variable(version, spec.dataset_class, name, spec.subclass)
        stated = {**item.args, **spec.variables.get(name, {})}
        known = stated.get("type") or (standard.kind if standard else None)
        kind: Kind = known or kind_of_result(item.args) or "Char"
        codelists = self._codelists(spec, item, stated, standard)
        return Target(spec.name, spec.name, name, kind, codelists)

    def _codelists(
        self,
        spec: AnalysisSpec,
        item: Item,
        stated: Mapping[str, Any],
        standard: AnalysisVariable | None,
    ) -> tuple[Codelist, ...]:
        terminology = self.settings.terminology
        named = stated.get("codelist")
        if named is None:
            found = [terminology.get(code) for code in (standard.codelists if standard else ())]
            return tuple(codelist for codelist in found if codelist is not None)
        if named == "none":
            return ()
        codelists = []
        for name in [named] if isinstance(named, str) else named:
            codelist = terminology.get(str(name))
            if codelist is None:
                hint = nearest(str(name), terminology.names())
                message = f"{item.name}: unknown codelist '{name}' in {terminology.label}{hint}"
                self._problem(spec, (*item.path, "codelist"), message)
            else:
                codelists.append(codelist)
        return tuple(codelists)

    def _kinds(self, plan: AnalysisPlan) -> dict[str, Kind]:
        """Char or Num of the variables, where spec, standard or step say so.

        How a name ends says it only of what is derived here: a predecessor stays what it was.
        """
        found: dict[str, Kind] = {}
        for name in plan.variables():
            standard = plan.standard(name, self.settings.adamig)
            makers = plan.makers(name)
            copied = all(item.origin(name).type == "Predecessor" for item in makers)
            kind = plan.attribute(name, "type")
            if kind is None and standard and (standard.label or not copied):
                kind = standard.kind
            kind = kind or next(
                (k for item in makers if (k := item.step.kinds(item.args, name))), None
            )
            if kind is None:
                results = (kind_of_result(d.attributes) for d in makers if d.target == name)
                kind = next((result for result in results if result), None)
            if kind is not None:
                found[name] = kind
        return found

    def _order(self, plans: Mapping[str, AnalysisPlan]) -> list[str]:
        """The datasets, each after those that it reads; of those that are ready, by name."""
        needs = {name: dict(reversed(list(dataset_reads(plan)))) for name, plan in plans.items()}
        order: list[str] = []
        while len(order) < len(plans):
            waiting = [name for name in sorted(plans) if name not in order]
            ready = [n for n in waiting if not set(needs[n]) & set(waiting)]
            if not ready:
                self._report_cycle(waiting, needs)
                return order + waiting
            order.append(ready[0])
        return order

    def _report_cycle(
        self, waiting: Sequence[str], needs: Mapping[str, Mapping[str, Path_]]
    ) -> None:
        name = waiting[0]
        path: list[str] = []
        while name not in path:
            path.append(name)
            name = min(need for need in needs[name] if need in waiting)
        cycle = [*path[path.index(name) :], name]
        place = needs[cycle[0]][cycle[1]]
        message = f"a cycle that no order can meet: {' needs '.join(cycle)}"
        self._problem(self.specs[cycle[0]], place, message)
        for member in waiting:  # what they read of each other is not known
            self.known.setdefault(member, None)

    def _layout(self, plan: AnalysisPlan) -> None:
        spec = plan.spec
        if "records" in spec.document.data:
            for key in ("source", "where", "exclude", "reject"):
                if key in spec.document.data:
                    message = (
                        f"'{key}' stands beside 'records': put it into the blocks of 'records'"
                    )
                    self._problem(spec, (key,), message, at_key=True)
        elif not spec.blocks:
            for key in ("where", "exclude", "reject", "take"):
                if key in spec.document.data:
                    self._problem(spec, (key,), f"'{key}' needs a 'source'", at_key=True)
        if spec.subclass and SUBCLASSES[spec.subclass][0] != spec.dataset_class:
            message = f"{spec.subclass} is a subclass of {SUBCLASSES[spec.subclass][0]}"
            self._problem(spec, ("subclass",), message)
        self._written(plan)

    def _metadata(self, plan: AnalysisPlan) -> None:
        """What the spec says for define.xml alone."""
        spec, variables = plan.spec, plan.written()
        codelists = {
            item.target: item.variable.codelists for item in plan.all() if item.variable is not None
        }
        self.problems += metadata_problems(spec.document, variables, (), codelists)
        self.problems += level_problems(
            spec.document, spec.value_level, variables, self.known, codelists
        )

    def _written(self, plan: AnalysisPlan) -> None:
        """Names and labels of the variables, and lists of names that must be variables."""
        spec, variables = plan.spec, plan.variables()
        for key, names in (("keys", spec.keys), ("drop", spec.dropped)):
            for number, name in enumerate(names):
                if name not in variables:
                    what = "the key" if key == "keys" else "the dropped variable"
                    message = f"{what} {name} is not made by this spec{nearest(name, variables)}"
                    self._problem(spec, (key, number), message)
                elif key == "keys" and name in spec.dropped:
                    self._problem(spec, (key, number), f"the key {name} is dropped")
        for name in spec.variables:
            if name not in variables:
                message = f"{name} is not made by this spec{nearest(name, variables)}"
                self._problem(spec, ("variables", name), message, at_key=True)
        for name in variables:
            if name not in spec.dropped:
                self._variable(plan, name)

    def _variable(self, plan: AnalysisPlan, name: str) -> None:
        makers = plan.makers(name)
        place = makers[0].path
        if not _NAME.fullmatch(name):
            message = (
                f"'{name}' is not a variable name: up to 8 capitals and digits, a letter first"
            )
            self._problem(plan.spec, place, message, at_key=True)
            return
        standard = plan.standard(name, self.settings.adamig)
        labelled = (standard and standard.label) or plan.attribute(name, "label")
        labelled = labelled or any(item.step.labels(item.args, name) for item in makers)
        labelled = labelled or any(item.origin(name).type == "Predecessor" for item in makers)
        if not labelled and not self._in_source(plan, name):
            known = f"ADaMIG {self.settings.adamig}"
            message = f"{name}: {known} has no such variable: give it a 'label'"
            self._problem(plan.spec, place, message, at_key=True)

    def _in_source(self, plan: AnalysisPlan, name: str) -> bool:
        """Whether a source has a variable of that name, so that it has a label."""
        known = (self.known.get(str(block.spec.source)) for block in plan.blocks)
        return any(variables is None or name in variables for variables in known)

    def _problem(
        self, spec: AnalysisSpec, path: Path_, message: str, *, at_key: bool = False
    ) -> None:
        problem = spec.document.problem(path, message, at_key=at_key)
        if problem not in self.problems:
            self.problems.append(problem)


def dataset_reads(plan: AnalysisPlan) -> Iterator[tuple[str, Path_]]:
    """The other datasets that a spec reads, with the places where."""
    for block in plan.blocks:
        yield str(block.spec.source), (*block.spec.path, "source")
    for place, text in _texts(plan):
        try:
            scopes = (ref.scope for ref in parse(text).refs)
        except ExpressionError:
            continue
        yield from ((s, place) for s in sorted({str(s) for s in scopes if s}) if _is_other(plan, s))
    for item in plan.all():
        for start, reads in _reads(item):
            for place, (dataset, _) in reads.others:
                if _is_other(plan, dataset):
                    yield dataset, (*start, *place)


def _is_other(plan: AnalysisPlan, scope: str) -> bool:
    return scope not in (plan.name, "raw")


def read_names(plan: AnalysisPlan) -> Iterator[str]:
    """All names that may be columns of the source, wherever the spec reads them."""
    yield "USUBJID"
    for _, text in _texts(plan):
        try:
            yield from (
                ref.name for ref in parse(text).refs if ref.scope in (None, "raw", plan.name)
            )
        except ExpressionError:
            continue
    for item in plan.all():
        for _, reads in _reads(item):
            for kind in (reads.columns, reads.variables, reads.needed):
                yield from (name for _, name in kind)
            yield from (name for _, (dataset, name) in reads.others if dataset == plan.name)


def names_read(item: Derivation) -> list[str]:
    """The variables of the dataset itself that a derivation reads, as far as can be told."""
    found: list[str] = []
    for _, reads in _reads(item):
        found += (name for kind in (reads.columns, reads.variables) for _, name in kind)
        for _, text in reads.expressions:
            found += sorted(ref.name for ref in parse(text).refs if ref.scope is None)
    return list(dict.fromkeys(found))


def _texts(plan: AnalysisPlan) -> Iterator[tuple[Path_, str]]:
    """All expressions of a spec with their places."""
    for block in plan.blocks:
        yield from block_conditions(block.spec)
    for item in plan.all():
        for start, reads in _reads(item):
            yield from (((*start, *place), text) for place, text in reads.expressions)


def _reads(item: Derivation) -> Iterator[tuple[Path_, Any]]:
    try:
        yield from list(item.reads())
    except ExpressionError:
        return


def block_conditions(block: AnalysisBlock) -> Iterator[tuple[Path_, str]]:
    """The conditions on the records of a block, with their places."""
    for named in (block.where, *block.exclude, *block.reject):
        if named:
            yield named.path, named.when
