"""The plan of a conversion: which variables, made how, in which order.

A node of the plan is a variable of a dataset; what it reads must be made before. The order is
therefore computed over variables and not over datasets: EX gives DM its reference dates, and DM
gives EX its study days.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from converters.dataset import Dataset
from converters.errors import Problem, SpecError, nearest
from converters.mapping.document import Document, Path_
from converters.mapping.expressions import Ref
from converters.mapping.spec import BlockSpec, DatasetSpec
from converters.mapping.special import element_faults, relationship_faults
from converters.pipeline.adam.displays import display_problems
from converters.pipeline.adam.finished import finished
from converters.pipeline.adam.plan import AnalysisPlan, plan_analyses
from converters.pipeline.blocks import BlockBuilder, BlockPlan
from converters.pipeline.given import read_given
from converters.pipeline.metadata import level_problems, metadata_problems
from converters.pipeline.reads import RECORDS, BlockReads, Node, See, expression_problems, shown
from converters.pipeline.repeats import keep_problems
from converters.standards.model import FINDINGS, domain_of, known_variables
from converters.standards.sdtmig import Domain, DomainVariable
from converters.study import Study

#: A supplemental dataset is called SUPP and its parent's name, in 8 characters.
LONGEST_PARENT = 4

_REFERENCE = "STUDY REFERENCE"


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

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """The supplemental ones, stated and unasked."""
        return tuple(name for name in self.variables if name not in self.known)


@dataclass(frozen=True)
class Plan:
    """The datasets, the order in which their variables are made, the raw columns that are read.

    ``analyses`` are the analysis datasets in the order in which they are made, ``given`` the
    finished datasets that the study brings.
    """

    study: Study
    datasets: Mapping[str, DatasetPlan]
    order: tuple[Node, ...]
    read: Mapping[str, frozenset[str]]
    analyses: tuple[AnalysisPlan, ...] = ()
    given: Mapping[str, Dataset] = field(default_factory=dict)


def make_plan(study: Study, headers: Mapping[str, tuple[str, ...]] | None = None) -> Plan:
    """The plan of a study; ``headers`` are the sources' column names, where they are known.

    Raises:
        SpecError: with all that is wrong in any spec, or the cycle that no order can meet.
        InputError: a finished dataset that the study is given cannot be read.
    """
    planner = Planner(study, headers)
    plan = planner.plan()
    made = {name: dataset.variables for name, dataset in plan.datasets.items()}
    given = read_given(study.given, study.settings.sdtmig)
    known = {name: item.names for name, item in finished(given, "").items()}
    settings = study.settings.for_analyses()
    analyses, problems = plan_analyses(study.adam, {**known, **made}, settings, study.unreadable)
    problems += [
        study.document.problem(
            ("datasets",), f"{name} is mapped by {study.sdtm[name].document.file} too"
        )
        for name in sorted({*given} & {*made})
    ]
    adam: dict[str, list[str] | None] = dict.fromkeys(study.unreadable)
    adam |= {item.name: item.written() for item in analyses}
    problems += display_problems(study.displays, adam)
    if planner.problems or problems:
        raise SpecError(*sorted({*planner.problems, *problems}, key=Problem.place))
    return replace(plan, analyses=analyses, given=given)


class Planner:
    """Gathers the datasets, their needs, and every problem, and finds the order."""

    def __init__(self, study: Study, headers: Mapping[str, tuple[str, ...]] | None) -> None:
        """Nothing is planned yet."""
        self.study = study
        self.headers = headers
        self.problems: list[Problem] = []
        self.datasets: dict[str, DatasetPlan] = {}
        self.needs: dict[Node, dict[Node, tuple[Document, Path_]]] = {}
        self.read: dict[str, set[str]] = {name: set() for name in study.sources}
        self.subjects: set[str] = set()

    def plan(self) -> Plan:
        """The plan, as far as there is one; ``problems`` say what is wrong."""
        if not (self.study.sdtm or self.study.unreadable or self.study.given):
            place = (self.study.document.file, None, None)
            message = "the study has no mapping spec: sdtm/ holds no .yaml"
            self.problems.append(Problem(*place, message))
        elif self.study.given and not (self.study.adam or self.study.unreadable):
            message = "the study is given datasets, and has no spec for them: adam/ holds no .yaml"
            self.problems.append(self.study.document.problem(("datasets",), message))
        for spec in self.study.sdtm.values():
            self._dataset(spec)
        for plan in self.datasets.values():
            for block in plan.blocks:
                BlockReads(self, plan, block).connect()
            self._keys(plan)
            self._metadata(plan)
        self._output()
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
            settings,
            specs=self.study.sdtm,
            before=siblings[: siblings.index(spec.name)],
            headers=self.headers,
            subjects=self.study.usubjid,
        )
        self._layout(spec, domain)
        blocks = builder.build()
        qualifiers = [name for name in blocks[0].definitions if name not in known]
        if qualifiers and len(spec.name) > LONGEST_PARENT:
            message = f"SUPP{spec.name} is longer than 8 characters: call the dataset shorter"
            self.problems.append(spec.document.problem(("dataset",), message))
        if qualifiers and (not domain.owners or domain.dataset_class == _REFERENCE):
            message = (
                "supplemental qualifiers belong to what is observed of a subject, a person or a"
                f" device; {spec.domain} has no such records"
            )
            place = ("supplemental",) if spec.supplemental else ("dataset",)
            self.problems.append(spec.document.problem(place, message, at_key=True))
        self.problems += builder.problems
        keys = [key for key in (spec.keys or domain.keys) if key in blocks[0].definitions]
        self.datasets[spec.name] = DatasetPlan(spec, domain, known, blocks, tuple(keys))

    def _metadata(self, plan: DatasetPlan) -> None:
        """What the spec says for define.xml alone."""
        spec = plan.spec
        stated = {
            name
            for block in plan.blocks
            for name, item in block.definitions.items()
            if not item.automatic and item.path[-1:] == (name,)
        }
        codelists = {
            name: [c for b in plan.blocks for c in b.definitions[name].target.codelists]
            for name in plan.variables
        }
        others = {name: other.variables for name, other in self.datasets.items()}
        unknown = dict.fromkeys({*self.study.unreadable, *self.study.sdtm} - {*others})
        self.problems += metadata_problems(spec.document, plan.variables, stated, codelists)
        self.problems += level_problems(
            spec.document, spec.value_level, plan.variables, {**others, **unknown}, codelists
        )

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
                "coding",
                "columns",
                "unpivot",
                "distinct",
                "keep",
                "not_done",
                "elements",
                "visits_of",
                "relationships",
                "findings",
            )
            for key in block_keys:
                if key in data:
                    message = (
                        f"'{key}' stands beside 'records': put it into the blocks of 'records'"
                    )
                    self.problems.append(document.problem((key,), message, at_key=True))
        related = tuple(item for block in spec.blocks for item in block.relationships)
        started = tuple(item for block in spec.blocks for item in block.elements)
        for wrong in (*element_faults(started), *relationship_faults(related)):
            self.problems.append(document.problem(*wrong))
        for block in spec.blocks:
            self._test_units(spec, block)
            self._special(spec, block)
            for keep in block.keep:
                self.problems += [document.problem(*item) for item in keep_problems(keep)]
            self._findings_only(spec, block, domain)

    def _findings_only(self, spec: DatasetSpec, block: BlockSpec, domain: Domain) -> None:
        stated = {"findings": block.tests, "not_done": block.not_done}
        for key in (name for name, item in stated.items() if item):
            if domain.dataset_class not in FINDINGS:
                message = f"'{key}' is for Findings domains; {spec.domain} is"
                place = (*block.path, key)
                problem = f"{message} {domain.dataset_class}"
                self.problems.append(spec.document.problem(place, problem, at_key=True))
        if block.not_done and block.not_done.label and not block.not_done.test:
            message = "'label' is that of a 'test' that stands for a whole group"
            self.problems.append(spec.document.problem((*block.not_done.path, "label"), message))

    def _special(self, spec: DatasetSpec, block: BlockSpec) -> None:
        """Where the records come from, and the keys that belong to one domain."""
        ways = (block.source, block.rows, block.visits_of, block.relationships or None)
        if sum(way is not None for way in ways) != 1:
            also = {"SV": " or from 'visits_of'", "RELREC": " or from 'relationships'"}
            message = "records come either from a 'source' or from 'rows' written in the spec"
            message += also.get(spec.domain, "")
            self.problems.append(spec.document.problem(block.path, message))
        for key, domain in (("elements", "SE"), ("visits_of", "SV"), ("relationships", "RELREC")):
            if getattr(block, key) not in ((), None) and spec.domain != domain:
                message = f"'{key}' is for {domain}; this is {spec.domain}"
                place = (*block.path, key)
                self.problems.append(spec.document.problem(place, message, at_key=True))

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

    def _output(self) -> None:
        """The variables by which large datasets are split."""
        for dataset, variable in self.study.settings.output.split.items():
            plan = self.datasets.get(dataset)
            if plan is None and dataset in self.study.unreadable:
                continue
            known = plan.variables if plan else self.datasets
            if plan is None or variable not in plan.variables:
                what = f"{dataset} has no variable '{variable}'" if plan else "no such dataset"
                message = f"{what}{nearest(variable if plan else dataset, known)}"
                place = ("output", "split", dataset)
                self.problems.append(self.study.document.problem(place, message, at_key=not plan))

    def _subjects(self) -> None:
        """The usubjid expressions of the sources whose subjects are asked for: what they read."""
        for name in sorted(self.subjects):
            text = self.study.usubjid.get(name, "")
            entry = name.partition(".")[0]  # of a folder's datasets the folder
            own = self.study.document.data["sources"][entry]
            place: Path_ = ("sources", entry, "usubjid") if "usubjid" in own else ("usubjid",)
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
        self.problems += expression_problems(document, place, text, see)

    def _order(self) -> tuple[Node, ...]:
        """Kahn's algorithm; of the nodes that are ready those of the lowest rank come first."""
        nodes = [
            (name, variable)
            for name, plan in self.datasets.items()
            for variable in (RECORDS, *plan.variables)
        ]
        rank = {node: (self._rank(node), number) for number, node in enumerate(nodes)}
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

    def _rank(self, node: Node) -> int:
        """Rules of whole datasets come late; last what is kept of another dataset's records.

        These go by all values of a record where they tie, so that most of them must be made.
        """
        name, variable = node
        if variable == RECORDS:
            blocks = self.datasets[name].spec.blocks
            others = [block for block in blocks if block.source in self.datasets]
            return 2 * any(block.keep or block.distinct is not None for block in others)
        return int(self.datasets[name].blocks[0].definitions[variable].whole)

    def _report_cycle(self, waiting: Mapping[Node, set[Node]]) -> None:
        node = min(waiting)
        path: list[Node] = []
        while node not in path:
            path.append(node)
            node = min(need for need in waiting[node] if need in waiting)
        cycle = [*path[path.index(node) :], node]
        needs = [self.needs[node][need] for node, need in itertools.pairwise(cycle)]
        written = [(document, place) for document, place in needs if place in document.places]
        document, place = written[0] if written else needs[0]
        chain = " needs ".join(shown(item) for item in cycle)
        self.problems.append(document.problem(place, f"a cycle that no order can meet: {chain}"))
