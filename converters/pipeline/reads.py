"""What a block of records reads, and whether that exists: the edges of the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from converters.errors import Problem, nearest
from converters.mapping.document import Document, Path_
from converters.mapping.expressions import ExpressionError, Ref, parse
from converters.mapping.spec import BlockSpec
from converters.mapping.special import ELEMENT_COLUMNS, RELATED_COLUMNS, VISIT_COLUMNS
from converters.pipeline.blocks import BlockPlan
from converters.pipeline.relate import related_variables
from converters.pipeline.visits import visit_variables, visited
from converters.rules.definition import Definition
from converters.study import Study

if TYPE_CHECKING:
    from converters.pipeline.plan import DatasetPlan, Planner

#: A variable of a dataset: (dataset, variable).
Node = tuple[str, str]

#: Judges a reference of an expression: what is wrong with it, if anything.
See = Callable[[Ref], str | None]

#: The node of a dataset that stands for its records: which there are, before any variable.
RECORDS = "*"


def shown(node: Node) -> str:
    """A node in words."""
    return f"the records of {node[0]}" if node[1] == RECORDS else f"{node[0]}.{node[1]}"


#: Keys of a spec whose expression must be true or false.
_CONDITIONS = ("when", "where", "not_done", "before", "ongoing", "worsened")


def expression_problems(document: Document, place: Path_, text: str, see: See) -> list[Problem]:
    """What is wrong with an expression of a spec; ``see`` judges each of its references."""
    try:
        refs = parse(text, condition=place[-1] in _CONDITIONS).refs
    except ExpressionError as error:
        message = f"{error}, in the expression: {' '.join(text.split())}"
        return [document.problem(place, message, offset=error.column - 1)]
    judged = (see(ref) for ref in sorted(refs, key=lambda ref: (ref.scope or "", ref.name)))
    return [document.problem(place, wrong) for wrong in judged if wrong]


class BlockReads:
    """One block's part of the plan: what its definitions read, and whether that exists."""

    def __init__(self, planner: Planner, plan: DatasetPlan, block: BlockPlan) -> None:
        """What is found is entered into ``planner``."""
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
        self._related(records)
        if self.source in self.planner.datasets:
            self._need(records, (self.source, RECORDS), (*self.spec.path, "source"))
        self._joins()
        for name, definition in self.block.definitions.items():
            self._definition(name, definition)

    def _check_source(self) -> None:
        study = self.planner.study
        source = str(self.source)
        if not study.has_source(source) and source not in (*study.unreadable, *study.sdtm):
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
        if self.spec.not_done:
            yield (*self.spec.not_done.path, "when"), self.spec.not_done.when
        for item in self.spec.elements:
            if item.where:
                yield (*item.path, "where"), item.where
        test = self.block.test
        for key in ("where", "not_done"):
            if test is not None and key in test.keys:
                yield (*test.path, key), test.keys[key]

    def _record_columns(self) -> Iterator[tuple[Path_, str]]:
        for name in self._compared():
            yield (*self.spec.path, "distinct"), name
        for keep in self.spec.keep:
            for name in (*keep.by, *keep.order, keep.value, keep.worst_by):
                if name:
                    yield keep.path, name
        if self.spec.unpivot:
            for name in self.spec.unpivot.columns:
                yield (*self.spec.unpivot.path, "columns"), name
        for item in self.spec.elements:
            for key, name in (
                ("start", item.start),
                ("end", item.end),
                ("SEUPDES", item.description),
            ):
                if name:
                    yield (*item.path, key), name
        if self.block.test is not None:
            yield (*self.block.test.path, "from"), self.block.test.keys["from"]

    def _compared(self) -> Sequence[str]:
        """The columns that ``distinct`` compares: what it names, or all of the source."""
        if self.spec.distinct is None:
            return ()
        return self.spec.distinct or sorted((self.raw_columns() or set()) - {"USUBJID"})

    def _related(self, records: Node) -> None:
        """What records that are made of other datasets' need of these."""
        datasets = self.planner.datasets
        if self.spec.visits_of is not None:
            place = (*self.spec.path, "visits_of")
            for dataset in visited(self.spec.visits_of, datasets):
                names = visit_variables(datasets[dataset]) if dataset in datasets else ("USUBJID",)
                for name in names:
                    self._other(records, place, dataset, name)
        for item in self.spec.relationships:
            for side, name in related_variables(item, datasets):
                self._other(records, side.path, side.dataset, name)
            if item.kind == "source":
                for name in ("USUBJID", *(side.column for side in item.sides if side.column)):
                    self._other_source((*item.path, "source"), item.source, name)
                if item.where:
                    see = partial(self.planner.raw, item.source)
                    place = (*item.path, "where")
                    self.planner.expression(self.document, place, item.where, see)

    def _joins(self) -> None:
        study, planner = self.planner.study, self.planner
        records = (self.plan.spec.name, RECORDS)
        made: set[str] = set()
        for join in self.spec.joins:
            if not study.has_source(join.source):
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

        ``DM.SEX`` that is neither is the variable of another dataset, for the same subject. Without
        headers a spec's word is taken as raw.
        """
        columns = self.raw_columns()
        dataset, _, variable = name.partition(".")
        other = self.planner.datasets.get(dataset) if variable and node[1] != RECORDS else None
        if other and name not in (columns or ()):
            if columns is not None or variable in other.variables:
                self._of_subject(node, place, Ref(dataset, variable))
            return
        is_raw = not automatic and (columns is None or name in columns)
        if not is_raw and self._own(node, name):
            self._need(node, (node[0], name), place)
        else:
            self._raw(node, place, name)

    def raw_columns(self) -> frozenset[str] | None:
        """The names of the raw columns; None where they are not known yet."""
        if self.spec.visits_of is not None:
            return frozenset(VISIT_COLUMNS) | self.added
        if self.spec.relationships:
            return frozenset(RELATED_COLUMNS) | self.added
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
            if not self._told(place, name):
                self._problem(place, f"{what} has no column '{name}'{hint}")
        elif name == "USUBJID" and source in self.planner.study.sources:
            self._subject(place)
        elif source in self.planner.datasets and name not in self.added:
            self._need(node, (source, name), place)
        elif source in self.planner.study.sources and name not in self.added:
            self.planner.read[source].add(name)

    def _told(self, place: Path_, name: str) -> bool:
        """Whether the column is that of a test's result, which is told at its ``from``."""
        test = self.block.test
        return (
            test is not None
            and name == test.keys["from"]
            and place[: len(test.path)] == test.path
            and place != (*test.path, "from")
            and "variables" not in place[len(test.path) :]
        )

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
                known = hint or f"; it has: {', '.join(planner.datasets)}"
                stated = (*place[:-1], "dataset")
                place = stated if stated in self.document.places else place
                self._problem(place, f"the study has no dataset '{dataset}'{known}")
            return
        if variable not in plan.variables:
            hint = nearest(variable, plan.variables)
            self._problem(place, f"{dataset} has no variable '{variable}'{hint}")
            return
        self._need(node, (dataset, variable), place)

    def _other_source(self, place: Path_, source: str, column: str) -> None:
        study = self.planner.study
        if not study.has_source(source):
            self._problem(place, _unknown_source(source, study))
        elif column == "USUBJID" and study.usubjid.get(source):
            self.planner.subjects.add(source)
        else:
            message = self.planner.raw_column(source, column)
            if message:
                self._problem(place, message)

    def _need(self, node: Node, need: Node, place: Path_) -> None:
        if node == need:
            self._problem(place, f"{shown(node)} needs itself")
        else:
            self.planner.needs.setdefault(node, {}).setdefault(need, (self.document, place))

    def _problem(self, place: Path_, message: str) -> None:
        self.planner.problems.append(self.document.problem(place, message))


def _added_columns(spec: BlockSpec) -> frozenset[str]:
    added: list[str] = [name for join in spec.joins for name in join.take.values()]
    added += spec.columns
    if spec.unpivot:
        added += [spec.unpivot.name, spec.unpivot.value]
    added += ELEMENT_COLUMNS if spec.elements else ()
    return frozenset(added)


def _unknown_source(name: str, study: Study) -> str:
    known = [*study.sources, *study.sdtm]
    return (
        f"unknown source '{name}'{nearest(name, known)}; study.yaml has: {', '.join(study.sources)}"
    )
