"""The plan of a conversion: which variables, made how, in which order.

A node of the plan is a variable of a dataset; what it reads must be made before. The order is
therefore computed over variables and not over datasets: EX gives DM its reference dates, and DM
gives EX its study days.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from converters.errors import Problem, SpecError, nearest
from converters.mapping.document import Document, Path_
from converters.mapping.expressions import ExpressionError, Ref, parse
from converters.mapping.spec import BlockSpec, DatasetSpec
from converters.pipeline.blocks import FINDINGS, BlockBuilder, BlockPlan
from converters.rules.definition import Definition
from converters.standards.model import domain_of, known_variables
from converters.standards.sdtmig import Domain, DomainVariable
from converters.study import Study

Node = tuple[str, str]

#: Judges a reference of an expression: what is wrong with it, if anything.
See = Callable[[Ref], str | None]

#: The node of a dataset that stands for its records: which there are, before any variable.
RECORDS = "*"

#: A supplemental dataset is called SUPP and its parent's name, in 8 characters.
_LONGEST_PARENT = 4

#: Keys of a spec whose expression must be true or false.
_CONDITIONS = ("when", "where", "not_done")


@dataclass(frozen=True)
class DatasetPlan:
    """How one dataset is made: its blocks, its variables in order, its natural keys."""

    spec: DatasetSpec
    domain: Domain
    known: Mapping[str, DomainVariable]
    blocks: tuple[BlockPlan, ...]
    keys: tuple[str, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """All variables in the order of writing, the supplemental ones last."""
        return tuple(self.blocks[0].definitions)


@dataclass(frozen=True)
class Plan:
    """The datasets, the order in which their variables are made, the raw columns that are read."""

    study: Study
    datasets: Mapping[str, DatasetPlan]
    order: tuple[Node, ...]
    read: Mapping[str, frozenset[str]]


def make_plan(study: Study, headers: Mapping[str, tuple[str, ...]] | None = None) -> Plan:
    """The plan of a study; ``headers`` are the sources' column names, where they are known.

    Raises:
        SpecError: with all that is wrong in any spec, or the cycle that no order can meet.
    """
    planner = _Planner(study, headers)
    plan = planner.plan()
    if planner.problems:
        raise SpecError(*sorted(set(planner.problems)))
    return plan


class _Planner:
    def __init__(self, study: Study, headers: Mapping[str, tuple[str, ...]] | None) -> None:
        self.study = study
        self.headers = headers
        self.problems: list[Problem] = []
        self.datasets: dict[str, DatasetPlan] = {}
        self.needs: dict[Node, dict[Node, tuple[Document, Path_]]] = {}
        self.read: dict[str, set[str]] = {name: set() for name in study.sources}
        self.subjects: set[str] = set()

    def plan(self) -> Plan:
        if not self.study.sdtm and not self.study.unreadable:
            place = (self.study.document.file, None, None)
            self.problems.append(
                Problem(*place, "the study has no mapping spec: sdtm/ holds no .yaml")
            )
        for spec in self.study.sdtm.values():
            self._dataset(spec)
        for plan in self.datasets.values():
            for block in plan.blocks:
                _Block(self, plan, block).connect()
            self._keys(plan)
        self._subjects()
        order = self._order()
        read = {name: frozenset(columns) for name, columns in self.read.items()}
        return Plan(self.study, self.datasets, order, read)

    def _dataset(self, spec: DatasetSpec) -> None:
        settings, data = self.study.settings, spec.document.data
        try:
            domain = domain_of(settings.sdtmig, spec.domain, data.get("class", ""))
        except SpecError as error:
            place = ("domain",) if "domain" in data else ("dataset",)
            self.problems += [spec.document.problem(place, item.message) for item in error.problems]
            return
        known = known_variables(settings.sdtmig, spec.domain, data.get("class", ""))
        siblings = sorted(s.name for s in self.study.sdtm.values() if s.domain == spec.domain)
        builder = BlockBuilder(
            spec,
            domain,
            known,
            settings.terminology,
            study_id=settings.study_id,
            days="DM" in self.study.sdtm,
            before=siblings[: siblings.index(spec.name)],
        )
        self._layout(spec, domain)
        if spec.qualifiers and len(spec.name) > _LONGEST_PARENT:
            message = f"SUPP{spec.name} is longer than 8 characters: call the dataset shorter"
            self.problems.append(spec.document.problem(("dataset",), message))
        if spec.qualifiers and "USUBJID" not in known:
            message = f"supplemental qualifiers belong to a subject; {spec.domain} has no USUBJID"
            self.problems.append(spec.document.problem(("supplemental",), message, at_key=True))
        blocks = builder.build()
        self.problems += builder.problems
        keys = [key for key in (spec.keys or domain.keys) if key in blocks[0].definitions]
        self.datasets[spec.name] = DatasetPlan(spec, domain, known, blocks, tuple(keys))

    def _layout(self, spec: DatasetSpec, domain: Domain) -> None:
        data, document = spec.document.data, spec.document
        if "records" in data:
            block_keys = (
                "source",
                "rows",
                "where",
                "exclude",
                "reject",
                "join",
                "columns",
                "unpivot",
                "keep",
                "findings",
            )
            for key in block_keys:
                if key in data:
                    message = (
                        f"'{key}' stands beside 'records': put it into the blocks of 'records'"
                    )
                    self.problems.append(document.problem((key,), message, at_key=True))
        for block in spec.blocks:
            self._test_units(spec, block)
            if (block.source is None) == (block.rows is None):
                message = "records come either from a 'source' or from 'rows' written in the spec"
                self.problems.append(document.problem(block.path, message))
            if block.tests and domain.dataset_class not in FINDINGS:
                message = (
                    f"'findings' is for Findings domains; {spec.domain} is {domain.dataset_class}"
                )
                self.problems.append(
                    document.problem((*block.path, "findings"), message, at_key=True)
                )

    def _test_units(self, spec: DatasetSpec, block: BlockSpec) -> None:
        for test in block.tests:
            fixed = isinstance(test.keys.get("unit"), str) and "standard_unit" in test.keys
            for key in ("factor", "offset"):
                if key in test.keys and not fixed:
                    message = (
                        f"'{key}' needs a 'unit' written here and a 'standard_unit';"
                        " for units from a column state 'standard_units'"
                    )
                    self.problems.append(spec.document.problem((*test.path, key), message))

    def _keys(self, plan: DatasetPlan) -> None:
        for number, key in enumerate(plan.spec.keys or ()):
            if key not in plan.variables:
                hint = nearest(key, plan.variables)
                message = f"the key {key} is no variable of this spec{hint}"
                self.problems.append(plan.spec.document.problem(("keys", number), message))

    def _subjects(self) -> None:
        """The usubjid expressions of the sources whose subjects are asked for: what they read."""
        for name in sorted(self.subjects):
            text = self.study.usubjid.get(name, "")
            own = self.study.document.data["sources"][name]
            place: Path_ = ("sources", name, "usubjid") if "usubjid" in own else ("usubjid",)
            if text:
                self.expression(self.study.document, place, text, partial(self.raw, name))

    def raw(self, source: str, ref: Ref) -> str | None:
        """Notes that a source's column is read; what is wrong with that, if anything."""
        if ref.scope not in (None, "raw"):
            return f"'{ref.scope}.{ref.name}': only columns of the source can be used here"
        return self.raw_column(source, ref.name)

    def raw_column(self, source: str, name: str) -> str | None:
        """The same for a plain name."""
        self.read.setdefault(source, set()).add(name)
        known = self.headers.get(source) if self.headers is not None else None
        if known is not None and name not in known:
            return f"the source '{source}' has no column '{name}'{nearest(name, known)}"
        return None

    def expression(self, document: Document, place: Path_, text: str, see: See) -> None:
        """Parses an expression, and lets ``see`` judge each of its references."""
        try:
            refs = parse(text, condition=place[-1] in _CONDITIONS).refs
        except ExpressionError as error:
            message = f"{error}, in the expression: {text}"
            self.problems.append(document.problem(place, message, offset=error.column - 1))
            return
        for ref in sorted(refs, key=lambda ref: (ref.scope or "", ref.name)):
            wrong = see(ref)
            if wrong:
                self.problems.append(document.problem(place, wrong))

    def _order(self) -> tuple[Node, ...]:
        """Kahn's algorithm; of the nodes that are ready those of whole datasets come last."""
        nodes = [
            (name, variable)
            for name, plan in self.datasets.items()
            for variable in (RECORDS, *plan.variables)
        ]
        rank = {node: (self._whole(node), number) for number, node in enumerate(nodes)}
        waiting = {node: {n for n in self.needs.get(node, {}) if n in rank} for node in nodes}
        needed_by: dict[Node, list[Node]] = {}
        for node, needs in waiting.items():
            for need in needs:
                needed_by.setdefault(need, []).append(node)
        ready = [(rank[node], node) for node, needs in waiting.items() if not needs]
        heapq.heapify(ready)
        order: list[Node] = []
        while ready:
            _, node = heapq.heappop(ready)
            order.append(node)
            for other in needed_by.get(node, ()):
                waiting[other].discard(node)
                if not waiting[other]:
                    heapq.heappush(ready, (rank[other], other))
        if len(order) < len(nodes):
            self._report_cycle({node: needs for node, needs in waiting.items() if needs})
        return tuple(order)

    def _whole(self, node: Node) -> int:
        name, variable = node
        if variable == RECORDS:
            return 0
        return int(self.datasets[name].blocks[0].definitions[variable].rule.whole)

    def _report_cycle(self, waiting: Mapping[Node, set[Node]]) -> None:
        node = min(waiting)
        path: list[Node] = []
        while node not in path:
            path.append(node)
            node = min(need for need in waiting[node] if need in waiting)
        cycle = [*path[path.index(node) :], node]
        document, place = self.needs[cycle[0]][cycle[1]]
        chain = " needs ".join(_shown(item) for item in cycle)
        self.problems.append(document.problem(place, f"a cycle that no order can meet: {chain}"))


def _shown(node: Node) -> str:
    return f"the records of {node[0]}" if node[1] == RECORDS else f"{node[0]}.{node[1]}"


class _Block:
    """One block's part of the plan: what its definitions read, and whether that exists."""

    def __init__(self, planner: _Planner, plan: DatasetPlan, block: BlockPlan) -> None:
        self.planner, self.plan, self.block = planner, plan, block
        self.document = plan.spec.document
        self.spec: BlockSpec = block.spec
        self.source = self.spec.source
        self.added = _added_columns(self.spec)

    def connect(self) -> None:
        """Enters the needs of the block's records and variables into the plan."""
        if self.source is not None:
            self._check_source()
        records = (self.plan.spec.name, RECORDS)
        for place, name in self._record_columns():
            self._column(records, place, name)
        self._computed_columns()
        for place, text in self._record_conditions():
            self._expression(records, place, text, unmade=set())
        if self.source in self.planner.datasets:
            self._need(records, (self.source, RECORDS), (*self.spec.path, "source"))
        self._joins()
        for name, definition in self.block.definitions.items():
            self._definition(name, definition)

    def _check_source(self) -> None:
        study = self.planner.study
        source = str(self.source)
        if source not in (*study.sources, *study.unreadable, *study.sdtm):
            self._problem((*self.spec.path, "source"), _unknown_source(source, study))

    def _computed_columns(self) -> None:
        unpivot = self.spec.unpivot
        later = {*self.spec.columns, *((unpivot.name, unpivot.value) if unpivot else ())}
        for name, text in self.spec.columns.items():
            place = (*self.spec.path, "columns", name)
            self._expression((self.plan.spec.name, RECORDS), place, text, unmade=later)
            later.discard(name)

    def _record_conditions(self) -> Iterator[tuple[Path_, str]]:
        if self.spec.where:
            yield self.spec.where.path, self.spec.where.when
        for named in (*self.spec.exclude, *self.spec.reject):
            yield named.path, named.when
        test = self.block.test
        for key in ("where", "not_done"):
            if test is not None and key in test.keys:
                yield (*test.path, key), test.keys[key]

    def _record_columns(self) -> Iterator[tuple[Path_, str]]:
        if self.spec.keep:
            for name in (*self.spec.keep.by, *self.spec.keep.order):
                yield self.spec.keep.path, name
        if self.spec.unpivot:
            for name in self.spec.unpivot.columns:
                yield (*self.spec.unpivot.path, "columns"), name
        if self.block.test is not None:
            yield (*self.block.test.path, "from"), self.block.test.keys["from"]

    def _joins(self) -> None:
        study, planner = self.planner.study, self.planner
        records = (self.plan.spec.name, RECORDS)
        made: set[str] = set()
        for join in self.spec.joins:
            if join.source not in study.sources:
                self._problem((*join.path, "source"), _unknown_source(join.source, study))
                continue
            for name in join.by.values():
                self._other_source((*join.path, "by"), join.source, name)
            for name, new in join.take.items():
                self._other_source((*join.path, "take"), join.source, name)
                if new in (self.planner.headers or {}).get(str(self.source), ()):
                    message = f"the records have a column '{new}' already: give it another name"
                    self._problem((*join.path, "take"), f"{message} (take: {{{name}: NEW_NAME}})")
            for name in join.by:
                if name in self.added and name not in made:
                    message = f"'{name}' is made after the join: keys are columns of the source"
                    self._problem((*join.path, "by"), message)
                else:
                    self._column(records, (*join.path, "by"), name)
            made.update(join.take.values())
            if join.where:
                see = partial(planner.raw, join.source)
                planner.expression(self.document, (*join.path, "where"), join.where, see)

    def _definition(self, name: str, definition: Definition) -> None:
        node = (self.plan.spec.name, name)
        self._need(node, (self.plan.spec.name, RECORDS), definition.path)
        try:
            reads = definition.reads()
        except ExpressionError as error:
            self._problem(definition.path, f"{name}: {error}")
            return
        for place, column in reads.columns:
            self._column(node, (*definition.path, *place), column, automatic=definition.automatic)
        for place, text in reads.expressions:
            self._expression(node, (*definition.path, *place), text)
        for place, variable in reads.variables:
            if variable in self.block.definitions and variable != name:
                self._need(node, (self.plan.spec.name, variable), (*definition.path, *place))
        for place, variable in reads.needed:
            if variable in self.block.definitions:
                self._need(node, (self.plan.spec.name, variable), (*definition.path, *place))
            else:
                hint = nearest(variable, self.block.definitions)
                message = f"{name}: the dataset has no variable '{variable}'{hint}"
                self._problem((*definition.path, *place), message)
        for place, (dataset, variable) in reads.others:
            self._other(node, (*definition.path, *place), dataset, variable)
        for place, (source, column) in reads.sources:
            self._other_source((*definition.path, *place), source, column)

    def _expression(
        self, node: Node, place: Path_, text: str, *, unmade: set[str] | None = None
    ) -> None:
        """``unmade`` is given where only raw columns can be used: those that come later."""
        raw_only = unmade is not None

        def see(ref: Ref) -> str | None:
            if raw_only and ref.scope in (None, "raw") and ref.name in (unmade or ()):
                if ref.name == place[-1]:
                    return f"the column '{ref.name}' cannot be computed from itself"
                return f"the column '{ref.name}' is computed after this one"
            if ref.scope is None and not raw_only and self._own(node, ref.name):
                self._need(node, (node[0], ref.name), place)
            elif ref.scope == node[0] and not raw_only:
                self._other(node, place, node[0], ref.name)
            elif ref.scope in (None, "raw"):
                self._raw(node, place, ref.name)
            elif raw_only:
                return f"'{ref.scope}.{ref.name}': only raw columns can be used here"
            else:
                self._of_subject(node, place, ref)
            return None

        self.planner.expression(self.document, place, text, see)

    def _of_subject(self, node: Node, place: Path_, ref: Ref) -> None:
        """DATASET.VARIABLE is that of the same subject: both sides need their USUBJID."""
        dataset = str(ref.scope)
        self._other(node, place, dataset, ref.name)
        plan = self.planner.datasets.get(dataset)
        sides = [(node[0], tuple(self.block.definitions))]
        sides += [(dataset, plan.variables)] if plan else []
        for name, variables in sides:
            if "USUBJID" in variables:
                self._need(node, (name, "USUBJID"), place)
            else:
                message = f"'{dataset}.{ref.name}' goes by the subject, and {name} has no USUBJID"
                self._problem(place, f"{message}: use a 'lookup' with 'by'")

    def _own(self, node: Node, name: str) -> bool:
        return name in self.block.definitions and name != node[1]

    def _column(
        self,
        node: Node,
        place: Path_,
        name: str,
        *,
        automatic: bool = False,
    ) -> None:
        """A raw column first, else a variable (what comes unasked: the other way round).

        Without headers a spec's word is taken as raw.
        """
        columns = self.raw_columns()
        is_raw = not automatic and (columns is None or name in columns)
        if not is_raw and self._own(node, name):
            self._need(node, (node[0], name), place)
        else:
            self._raw(node, place, name)

    def raw_columns(self) -> frozenset[str] | None:
        """The names of the raw columns; None where they are not known yet."""
        if self.spec.rows is not None:
            return frozenset(name for row in self.spec.rows for name in row) | self.added
        source = str(self.source)
        if source in self.planner.datasets:
            return frozenset(self.planner.datasets[source].variables) | self.added
        if self.planner.headers is None or source not in self.planner.headers:
            return None
        return frozenset(self.planner.headers[source]) | self.added | {"USUBJID"}

    def _raw(self, node: Node, place: Path_, name: str) -> None:
        source = str(self.source)
        columns = self.raw_columns()
        if columns is not None and name not in columns:
            what = f"the source '{source}'" if self.source else "the rows of this spec"
            hint = nearest(name, columns | set(self.block.definitions))
            self._problem(place, f"{what} has no column '{name}'{hint}")
        elif name == "USUBJID" and source in self.planner.study.sources:
            self._subject(place)
        elif source in self.planner.datasets and name not in self.added:
            self._need(node, (source, name), place)
        elif source in self.planner.study.sources and name not in self.added:
            self.planner.read[source].add(name)

    def _subject(self, place: Path_) -> None:
        source = str(self.source)
        if self.planner.study.usubjid.get(source):
            self.planner.subjects.add(source)
            return
        headers = self.planner.headers
        if headers is None or "USUBJID" in headers.get(source, ()):
            self.planner.read[source].add("USUBJID")
            return
        message = (
            f"USUBJID: the source '{source}' has no such column and study.yaml says not how to make"
            " it: give 'usubjid' for the study or for the source"
        )
        self._problem(place or self.spec.path, message)

    def _other(self, node: Node, place: Path_, dataset: str, variable: str) -> None:
        planner = self.planner
        plan = planner.datasets.get(dataset)
        if plan is None:
            if dataset not in planner.study.unreadable and dataset not in planner.study.sdtm:
                hint = nearest(dataset, planner.datasets)
                self._problem(place, f"the study has no dataset '{dataset}'{hint}")
            return
        if variable not in plan.variables:
            hint = nearest(variable, plan.variables)
            self._problem(place, f"{dataset} has no variable '{variable}'{hint}")
            return
        self._need(node, (dataset, variable), place)

    def _other_source(self, place: Path_, source: str, column: str) -> None:
        study = self.planner.study
        if source not in study.sources:
            self._problem(place, _unknown_source(source, study))
        elif column == "USUBJID" and study.usubjid.get(source):
            self.planner.subjects.add(source)
        else:
            message = self.planner.raw_column(source, column)
            if message:
                self._problem(place, message)

    def _need(self, node: Node, need: Node, place: Path_) -> None:
        if node == need:
            self._problem(place, f"{_shown(node)} needs itself")
        else:
            self.planner.needs.setdefault(node, {}).setdefault(need, (self.document, place))

    def _problem(self, place: Path_, message: str) -> None:
        self.planner.problems.append(self.document.problem(place, message))


def _added_columns(spec: BlockSpec) -> frozenset[str]:
    added: list[str] = [name for join in spec.joins for name in join.take.values()]
    added += spec.columns
    if spec.unpivot:
        added += [spec.unpivot.name, spec.unpivot.value]
    return frozenset(added)


def _unknown_source(name: str, study: Study) -> str:
    known = [*study.sources, *study.sdtm]
    return (
        f"unknown source '{name}'{nearest(name, known)}; study.yaml has: {', '.join(study.sources)}"
    )
