"""The names that an analysis spec reads: each must be made before, or be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from converters.errors import Problem, nearest
from converters.mapping.document import Path_
from converters.mapping.expressions import ExpressionError, Ref
from converters.pipeline.reads import expression_problems
from converters.rules.derivation import Derivation
from converters.rules.rule import Reads

if TYPE_CHECKING:
    from converters.pipeline.adam.plan import AnalysisPlan


class NameCheck:
    """Goes through a spec as the run will, and notes what is made so far."""

    def __init__(
        self,
        plan: AnalysisPlan,
        known: Mapping[str, Sequence[str] | None],
        problems: list[Problem],
    ) -> None:
        """``known`` are the datasets' variables (None: nobody knows); ``problems`` is added to."""
        self.plan, self.known, self.problems = plan, known, problems
        self.document = plan.spec.document
        self.columns: set[str] | None = set()
        self.made: set[str] = set()
        self.source = ""

    def check(self) -> None:
        """Checks the blocks one by one, then what is done with all their records."""
        columns: set[str] | None = set()
        made: set[str] = set()
        for block in self.plan.blocks:
            self.made, self.source = set(), str(block.spec.source)
            self.columns = self._source((*block.spec.path, "source"))
            for named in (block.spec.where, *block.spec.exclude, *block.spec.reject):
                if named:
                    self._expression(named.path, named.when)
            self._derivations(block.derivations)
            columns = None if columns is None or self.columns is None else columns | self.columns
            made |= self.made
        self.columns, self.made = columns, made
        self.source = self.source if len(self.plan.blocks) == 1 else ""
        self._derivations(self.plan.derivations)

    def _source(self, place: Path_) -> set[str] | None:
        if self.source not in self.known:
            hint = nearest(self.source, self.known) or f"; it has: {', '.join(self.known)}"
            self._problem(place, f"the study has no dataset '{self.source}'{hint}")
            return None
        found = self.known[self.source]
        return None if found is None else set(found)

    def _derivations(self, derivations: Sequence[Derivation]) -> None:
        for item in derivations:
            for place, message in item.problems():
                self._problem(place, message)
            try:
                reads = list(item.reads())
            except ExpressionError as error:
                self._problem(item.place, f"{item.target or item.step.name}: {error}")
                reads = []
            for place, found in reads:
                self._reads(place, found)
            self.made.update(item.makes())

    def _reads(self, start: Path_, reads: Reads) -> None:
        for place, name in (*reads.columns, *reads.needed):
            self._own((*start, *place), name)
        for place, text in reads.expressions:
            self._expression((*start, *place), text)
        for place, (dataset, name) in reads.others:
            self._other((*start, *place), dataset, name)
        for place, (source, _) in reads.sources:
            message = f"'{source}': an analysis spec reads datasets, and no raw sources"
            self._problem((*start, *place), message)

    def _expression(self, place: Path_, text: str) -> None:
        see = partial(self._ref, place)
        self.problems += expression_problems(self.document, place, text, see)

    def _ref(self, place: Path_, ref: Ref) -> str | None:
        if ref.scope is None or ref.scope == self.plan.name:
            return self._wrong(ref.name)
        if ref.scope == "raw":
            return self._wrong_column(ref.name)
        if not (self._has("USUBJID") and self._other(place, ref.scope, "USUBJID", quiet=True)):
            name = f"{ref.scope}.{ref.name}"
            return f"'{name}' goes by the subject: both sides need USUBJID; use a 'merge' with 'by'"
        self._other(place, ref.scope, ref.name)
        return None

    def _own(self, place: Path_, name: str) -> None:
        wrong = self._wrong(name)
        if wrong:
            self._problem(place, wrong)

    def _has(self, name: str) -> bool:
        return self.columns is None or name in self.columns or name in self.made

    def _wrong(self, name: str) -> str | None:
        """What is wrong with the name of a variable or a column of the source."""
        if self._has(name):
            return None
        if name in self.plan.variables():
            return f"'{name}' is made after this"
        where = f"{self.source} has" if self.source else "the sources have"
        hint = nearest(name, (*self.made, *(self.columns or ())))
        return f"{where} no variable '{name}', and none is made before{hint}"

    def _wrong_column(self, name: str) -> str | None:
        if self.columns is None or name in self.columns:
            return None
        return f"{self.source} has no variable '{name}'{nearest(name, self.columns)}"

    def _other(self, place: Path_, dataset: str, name: str, *, quiet: bool = False) -> bool:
        """Whether another dataset has a variable; a problem if not, unless ``quiet``."""
        wrong = None
        if dataset == self.plan.name:
            wrong = self._wrong(name)
        elif dataset not in self.known:
            if quiet:
                return True  # told when its variable is asked for
            hint = nearest(dataset, self.known) or f"; it has: {', '.join(self.known)}"
            wrong = f"the study has no dataset '{dataset}'{hint}"
            stated = (*place[:-1], "dataset")
            place = stated if stated in self.document.places else place
        else:
            known = self.known[dataset]
            if known is not None and name not in known:
                wrong = f"{dataset} has no variable '{name}'{nearest(name, known)}"
        if wrong and not quiet:
            self._problem(place, wrong)
        return wrong is None

    def _problem(self, place: Path_, message: str) -> None:
        problem = self.document.problem(place, message)
        if problem not in self.problems:
            self.problems.append(problem)
