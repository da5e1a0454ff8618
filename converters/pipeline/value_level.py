"""Value-level metadata of SDTM datasets: what holds of a variable in some of its records.

Unasked for the results of Findings by test, for TSVAL by parameter, and for every variable whose
blocks define it differently and are told apart by what they assign; and what ``value_level`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Condition, Dataset, UsedCodelist, ValueLevel, Variable
from converters.mapping.expressions import Ref, parse
from converters.mapping.metadata import Level, comment
from converters.mapping.settings import Settings
from converters.mapping.where import where_conditions
from converters.pipeline.adam.finished import Finished
from converters.pipeline.describe import result_type, source_of, used_codelist, with_type
from converters.pipeline.metadata import own_terms, said_of_level, value_texts, with_codelist
from converters.rules.definition import Definition
from converters.standards.model import FINDINGS
from converters.standards.trial_summary import parameters

if TYPE_CHECKING:
    from converters.pipeline.plan import DatasetPlan
    from converters.pipeline.work import Work

#: Results of Findings; text that may be numbers; what tells the definitions of one test apart.
_RESULTS, _UNITS = ("ORRES", "STRESC", "STRESN"), ("ORRESU", "STRESU")
_OF_NUMBERS = ("ORRES", "STRESC", "QVAL", "TSVAL")
_APART = ("SPEC", "CAT", "SCAT", "METHOD", "LOC", "POS")


@dataclass(frozen=True)
class Piece:
    """A level in the making: its conditions, the rows that meet them, what holds there."""

    where: tuple[Condition, ...]
    rows: Rows
    definition: Variable


def value_levels(
    work: Work, dataset: Dataset, order: Rows, others: Mapping[str, Finished], settings: Settings
) -> tuple[ValueLevel, ...]:
    """The value level of a dataset; ``order`` are the rows of ``work`` as they are written."""
    maker = _Levels(work, dataset, order, settings)
    stated = work.plan.spec.value_level
    found: list[ValueLevel] = []
    for variable in dataset.metadata.variables:
        pieces = list(maker.unasked(variable))
        own = [item for item in stated if item.variable == variable.name]
        found += stated_levels(variable, pieces, own, dataset.frame, others, settings)
    return tuple(found)


def stated_levels(
    variable: Variable,
    pieces: Sequence[Piece],
    stated: Sequence[Level],
    frame: pd.DataFrame,
    others: Mapping[str, Finished],
    settings: Settings,
) -> Iterator[ValueLevel]:
    """The levels of one variable: ``pieces`` as they come unasked, changed by what is ``stated``.

    What is stated of the records of a piece completes it; a piece all of whose records others are
    stated of falls away.
    """
    column = frame[variable.name]
    unasked = {piece.where: piece for piece in pieces}
    claimed = np.zeros(len(frame), dtype=bool)
    found: list[ValueLevel] = []
    for level in stated:
        where = where_conditions(level.where)
        mask = parse(level.where, condition=True).test(_getter(frame, others), len(frame))
        rows = np.flatnonzero(mask & ~columns.missing(column))
        claimed |= mask
        known = unasked.get(where)
        definition = known.definition if known else _of_rows(variable, pieces, column, rows, where)
        definition = said_of_level(definition, level.keys)
        definition = with_codelist(
            definition,
            level.keys.get("codelist", {}),
            columns.take(column, rows),
            pd.DataFrame({name: columns.take(frame[name], rows) for name in frame}),
            settings.output.terms,
        )
        found.append(ValueLevel(variable.name, where, definition, comment(level.keys.get("join"))))
    left = [
        ValueLevel(variable.name, piece.where, piece.definition)
        for piece in pieces
        if not (len(piece.rows) and claimed[piece.rows].all())
    ]
    yield from (*left, *found)


def _of_rows(
    variable: Variable,
    pieces: Sequence[Piece],
    column: pd.Series,
    rows: Rows,
    where: tuple[Condition, ...],
) -> Variable:
    """What holds in some rows: what does in the piece that has them all, else of the variable."""
    around = (item for item in pieces if len(rows) and np.isin(rows, item.rows).all())
    base = next((item.definition for item in around), variable)
    values = columns.take(column, rows)
    codelist = own_terms(base.codelist, value_texts(values), "-".join(where[0].values))
    return typed(replace(base, codelist=codelist), values)


def typed(variable: Variable, values: pd.Series) -> Variable:
    """A variable with the type, length and digits of some values; a date stays one.

    A result that is text of numbers in SDTM is of numbers.
    """
    if variable.kind == "Num":
        return with_type(variable, values)
    if variable.data_type not in ("text", "integer", "float"):
        return with_type(variable, values, "ISO 8601")
    if variable.codelist is not None or not variable.name.endswith(_OF_NUMBERS):
        return with_type(variable, values)
    return result_type(variable, values)


def _getter(frame: pd.DataFrame, others: Mapping[str, Finished]) -> Callable[[Ref], pd.Series]:
    """The column of a reference; that of another dataset is the same subject's."""

    def get(ref: Ref) -> pd.Series:
        if ref.scope is None:
            return frame[ref.name]
        if ref.scope not in others:
            return columns.constant(None, len(frame))
        other = others[ref.scope]
        codes, subjects = columns.parts(frame["USUBJID"])
        known = other.rows_with(ref.name)
        rows = np.array([known.get(subject, -1) for subject in subjects] + [-1], dtype=np.int64)
        return columns.take(other.variable(ref.name), rows[codes])

    return get


class _Levels:
    """What comes unasked, variable by variable."""

    def __init__(self, work: Work, dataset: Dataset, order: Rows, settings: Settings) -> None:
        self.plan, self.frame, self.settings = work.plan, dataset.frame, settings
        self.variables = {item.name: item for item in dataset.metadata.variables}
        sizes = np.diff(work.starts)
        self.part = np.repeat(np.arange(len(sizes)), sizes)[order]
        self.blocks = [part.plan for part in work.parts]
        self.definitions = [block.definitions for block in self.blocks]
        self.sources: dict[str, list[int]] = {}
        prefix = work.plan.domain.prefix
        self.test = f"{prefix}TESTCD"
        found = work.plan.domain.dataset_class in FINDINGS and self.test in self.frame
        self.results = {f"{prefix}{name}" for name in _RESULTS} if found else set()
        self.units = {f"{prefix}{name}" for name in _UNITS} if found else set()

    def unasked(self, variable: Variable) -> Iterator[Piece]:
        """The levels of a variable."""
        name = variable.name
        if name not in self.plan.variables:
            return
        if name in self.results:
            yield from self._by_test(variable)
        elif name in self.units:
            yield from self._by_unit(variable)
        elif name == "TSVAL" and "TSPARMCD" in self.frame:
            yield from self._by_parameter(variable)
        else:
            yield from self._by_block(variable)

    def _present(self, name: str) -> Rows:
        return np.flatnonzero(~columns.missing(self.frame[name]))

    def _by_test(self, variable: Variable) -> Iterator[Piece]:
        for where, rows in self._groups(self.test, self._present(variable.name)):
            apart = self._apart(variable.name, rows)
            for more, own in self._groups(apart, rows) if apart else [((), rows)]:
                yield Piece((*where, *more), own, self._in(variable, own, where[0].values[0]))

    def _by_unit(self, variable: Variable) -> Iterator[Piece]:
        """Tests of the same units are one level; none if all tests are."""
        rows = self._present(variable.name)
        tests: dict[tuple[str, ...], list[str]] = {}
        for where, own in self._groups(self.test, rows):
            units = tuple(value_texts(columns.take(self.frame[variable.name], own)))
            tests.setdefault(units, []).extend(where[0].values)
        if len(tests) > 1:
            for names in tests.values():
                own = self._with(self.test, names, rows)
                yield Piece((_is(self.test, names),), own, self._in(variable, own, names[0]))

    def _by_parameter(self, variable: Variable) -> Iterator[Piece]:
        """TSVAL has the codelist, or the form, that its parameter has (SDTMIG 7.4.2)."""
        terminology = self.settings.terminology
        for where, rows in self._groups("TSPARMCD", self._present(variable.name)):
            code = where[0].values[0]
            known = parameters().get(code)
            listed = terminology.get(known.codelist) if known and known.codelist else None
            values = columns.take(self.frame[variable.name], rows)
            used = used_codelist(
                "TSVAL", variable.label, [listed] if listed else [], values, terminology
            )
            base = replace(variable, codelist=own_terms(used, value_texts(values), code))
            if known and known.kind in ("date", "duration"):
                definition = with_type(base, values, "ISO 8601")
            else:
                definition = typed(base, values)
            yield Piece(where, rows, definition)

    def _by_block(self, variable: Variable) -> Iterator[Piece]:
        """A variable that blocks define differently, where something assigned tells them apart."""
        rows = self._present(variable.name)
        said = self._sources(variable.name)
        kinds = sorted({said[part] for part in np.unique(self.part[rows]).tolist()})
        if len(kinds) < 2:
            return
        which = np.array([said[part] for part in range(len(said))])[self.part]
        apart = next((n for n in self._assigned(rows) if self._decides(n, which, rows)), None)
        for kind in kinds if apart else ():
            own = rows[which[rows] == kind]
            values = value_texts(columns.take(self.frame[str(apart)], own))
            definition = self._in(variable, own, values[0])
            yield Piece((_is(str(apart), values),), own, definition)

    def _sources(self, name: str) -> list[int]:
        """For each part of the records, by number, which origin and method the variable has."""
        if name not in self.sources:
            known: list[dict[str, Any]] = []
            self.sources[name] = []
            for part in range(len(self.blocks)):
                source = source_of(self._plan([part]), name, {})
                if source not in known:
                    known.append(source)
                self.sources[name].append(known.index(source))
        return self.sources[name]

    def _assigned(self, rows: Rows) -> Iterator[str]:
        """Variables that every part of the records assigns, the test and categories first."""
        prefix = self.plan.domain.prefix
        parts = np.unique(self.part[rows]).tolist()
        first = [self.test, f"{prefix}CAT", f"{prefix}SCAT"]
        for name in dict.fromkeys((*first, *self.plan.known)):
            if name in self.frame and all(
                self.definitions[part][name].rule.name == "assign" for part in parts
            ):
                yield name

    def _apart(self, name: str, rows: Rows) -> str | None:
        """What tells apart the records of one test that are defined differently, if anything.

        They are if their sources differ, or their standard units.
        """
        prefix = self.plan.domain.prefix
        source = np.array(self._sources(name))[self.part]
        unit = f"{prefix}STRESU"
        by = [pd.Series(source[rows])]
        if unit in self.frame and not name.endswith("ORRES"):
            by.append(columns.take(self.frame[unit], rows))
        which = np.zeros(len(self.frame), dtype=np.int64)
        which[rows] = columns.tuples(by, len(rows)).ids
        if len(np.unique(which[rows])) < 2:
            return None
        names = (f"{prefix}{part}" for part in _APART)
        return next((n for n in names if self._decides(n, which, rows)), None)

    def _decides(self, name: str, which: npt.NDArray[np.int64], rows: Rows) -> bool:
        """Whether the value of a variable, which none of the rows lacks, says ``which``."""
        if name not in self.frame or columns.is_number(self.frame[name]):
            return False
        column = columns.take(self.frame[name], rows)
        pairs = columns.tuples([column, pd.Series(which[rows])], len(rows)).first
        values = columns.tuples([column], len(rows)).first
        return not columns.missing(column).any() and len(pairs) == len(values)

    def _groups(self, name: str, rows: Rows) -> Iterator[tuple[tuple[Condition, ...], Rows]]:
        """The rows by the values of a variable, in order of these."""
        codes, values = columns.parts(columns.take(self.frame[name], rows))
        for number in sorted(range(len(values)), key=values.__getitem__):
            own = rows[codes == number]
            if len(own):
                yield (Condition(name, "EQ", (values[number],)),), own

    def _with(self, name: str, values: Sequence[str], rows: Rows) -> Rows:
        codes, known = columns.parts(columns.take(self.frame[name], rows))
        return rows[np.isin(codes, [known.index(value) for value in values])]

    def _in(self, variable: Variable, rows: Rows, of: str) -> Variable:
        """What holds of a variable in some rows, by the definitions that these have."""
        parts = np.unique(self.part[rows]).tolist()
        made: list[Definition] = [self.definitions[part][variable.name] for part in parts]
        values = columns.take(self.frame[variable.name], rows)
        codelist = own_terms(self._codelist(variable, made, values), value_texts(values), of)
        said = self.plan.spec.metadata.get(variable.name, {})
        source = source_of(self._plan(parts), variable.name, said)
        return typed(replace(variable, codelist=codelist, **source), values)

    def _plan(self, parts: Iterable[int]) -> DatasetPlan:
        """The plan of some parts of the records alone."""
        return replace(self.plan, blocks=tuple(self.blocks[part] for part in parts))

    def _codelist(
        self, variable: Variable, made: Iterable[Definition], values: pd.Series
    ) -> UsedCodelist | None:
        """The variable's, or of several that it draws on those of the definitions.

        None where no value is a term: a result is a number in one test and a term in another. A
        standard result may have that of the result.
        """
        found = variable.codelist
        if found is not None and found.joined:
            lists = [codelist for item in made for codelist in item.target.codelists]
            found = used_codelist(
                variable.name, variable.label, lists, values, self.settings.terminology
            )
        collected = self.variables.get(variable.name.replace("STRESC", "ORRES"))
        for codelist in (found, collected.codelist if collected else None):
            terms = codelist.terms if codelist else ()
            if codelist and (
                not codelist.code
                or {term.value for term in terms if not term.extended} & set(value_texts(values))
            ):
                return codelist
        return None


def _is(name: str, values: Sequence[str]) -> Condition:
    return Condition(name, "EQ" if len(values) == 1 else "IN", tuple(values))
