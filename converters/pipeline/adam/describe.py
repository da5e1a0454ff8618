"""The metadata of an analysis dataset: from ADaMIG, predecessors, the spec and the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import (
    Condition,
    Metadata,
    Method,
    Origin,
    Term,
    UsedCodelist,
    Variable,
)
from converters.mapping.document import scalar_text
from converters.mapping.metadata import comment, completed
from converters.mapping.metadata import origin as stated_origin
from converters.mapping.settings import Settings
from converters.pipeline.adam.finished import Finished
from converters.pipeline.adam.methods import makers, method_of
from converters.pipeline.adam.plan import AnalysisPlan
from converters.pipeline.describe import used_codelist, with_type
from converters.pipeline.metadata import own_terms, value_texts, with_codelist
from converters.pipeline.value_level import Piece, stated_levels, typed
from converters.rules.derivation import Derivation
from converters.standards.adamig import AnalysisVariable


def describe(
    plan: AnalysisPlan,
    frame: pd.DataFrame,
    others: Mapping[str, Finished],
    settings: Settings,
) -> Metadata:
    """The metadata of a dataset with the columns of ``frame``, in their order."""
    spec = plan.spec
    described = _Variables(plan, frame, others, settings)
    variables = tuple(described.variable(str(name)) for name in frame)
    return Metadata(
        name=spec.name,
        label=spec.label,
        dataset_class=spec.dataset_class,
        subclass=spec.subclass,
        structure=spec.structure,
        keys=spec.keys,
        variables=variables,
        purpose="Analysis",
        repeating=set(spec.keys) != {"STUDYID", "USUBJID"},
        comment=spec.comment,
        value_level=tuple(
            level
            for item in variables
            for level in stated_levels(
                item,
                list(described.unasked(item)),
                [level for level in spec.value_level if level.variable == item.name],
                frame,
                others,
                settings,
            )
        ),
    )


class _Variables:
    """What is said of each variable of a dataset."""

    def __init__(
        self,
        plan: AnalysisPlan,
        frame: pd.DataFrame,
        others: Mapping[str, Finished],
        settings: Settings,
    ) -> None:
        self.plan, self.frame, self.others, self.settings = plan, frame, others, settings

    def variable(self, name: str) -> Variable:
        """One variable with its label, type, codelist, origin and method."""
        column, standard = self.frame[name], self.plan.standard(name, self.settings.adamig)
        said = self.plan.spec.metadata.get(name, {})
        origin = self._origin(name)
        before = self._predecessor(name, origin)
        number = columns.is_number(column)
        label = self._label(name, standard, before)
        bare = Variable(
            name=name,
            label=label,
            kind="Num" if number else "Char",
            format=self._format(name, standard, before),
            role=said.get("role", ""),
            core=standard.core if standard else "",
            mandatory=said.get("mandatory", standard is not None and standard.core == "Req"),
            codelist=self._codelist(name, label, standard, before),
            origin=_of_supplemental(origin, before),
            method=self._method(name) if origin.type == "Derived" else None,
            comment=comment(self.plan.attribute(name, "comment")),
        )
        shown, terms = said.get("codelist", {}), self.settings.output.terms
        bare = with_codelist(bare, shown, column, self.frame, terms)
        is_date = before is not None and before.data_type not in ("text", "integer", "float")
        typed = with_type(bare, column, "ISO 8601" if is_date and not number else "")
        least = self.plan.attribute(name, "length")
        return typed if number or not least else replace(typed, length=max(typed.length, least))

    def unasked(self, variable: Variable) -> Iterator[Piece]:
        """The levels of a variable: AVAL and AVALC by parameter, others by block."""
        if "PARAMCD" in self.frame and variable.name in ("AVAL", "AVALC"):
            yield from self._by_parameter(variable)
        else:
            yield from self._by_block(variable)

    def _by_parameter(self, variable: Variable) -> Iterator[Piece]:
        """What AVAL and AVALC are in each parameter that has some."""
        column = self.frame[variable.name]
        codes, names = columns.parts(self.frame["PARAMCD"])
        present = ~columns.missing(column)
        for number in sorted(range(len(names)), key=names.__getitem__):
            rows, code = np.flatnonzero((codes == number) & present), names[number]
            if len(rows):
                where = (Condition("PARAMCD", "EQ", (code,)),)
                source = self._source(variable.name, code)
                yield Piece(where, rows, self._in(variable, source, rows, code))

    def _by_block(self, variable: Variable) -> Iterator[Piece]:
        """A variable that blocks make differently, where what they assign tells them apart."""
        apart = assigned_apart(self.plan)
        if apart is None or apart[0] not in self.frame:
            return
        name, values = apart
        plans = dict(zip(values, (of_block(self.plan, n) for n in range(len(values))), strict=True))
        values = [value for value in values if plans[value].makers(variable.name)]
        sources = [self._of(plans[value])._source(variable.name) for value in values]
        copied = all(item["origin"].type == "Predecessor" for item in sources)
        if copied or all(item == sources[0] for item in sources):
            return
        codes, known = columns.parts(self.frame[name])
        present = ~columns.missing(self.frame[variable.name])
        for first in (n for n, source in enumerate(sources) if sources.index(source) == n):
            own = [v for v, its in zip(values, sources, strict=True) if its == sources[first]]
            chosen = [number for number, value in enumerate(known) if value in own]
            rows = np.flatnonzero(np.isin(codes, chosen) & present)
            if len(rows):
                where = (Condition(name, "EQ" if len(own) == 1 else "IN", tuple(own)),)
                yield Piece(where, rows, self._in(variable, sources[first], rows, own[0]))

    def _of(self, plan: AnalysisPlan) -> _Variables:
        """The same by another plan."""
        return _Variables(plan, self.frame, self.others, self.settings)

    def _source(self, name: str, parameter: str | None = None) -> dict[str, Any]:
        """Origin and method of a variable, in the records of a parameter if it is named."""
        origin = self._origin(name, parameter)
        method = self._method(name, parameter) if origin.type == "Derived" else None
        return {"origin": origin, "method": method}

    def _in(self, variable: Variable, source: Mapping[str, Any], rows: Rows, of: str) -> Variable:
        """What holds of a variable in some rows, which have this origin and method."""
        values = columns.take(self.frame[variable.name], rows)
        codelist = own_terms(variable.codelist, value_texts(values), of)
        found = replace(variable, codelist=codelist, **source)
        return typed(found, values)

    def _origin(self, name: str, parameter: str | None = None) -> Origin:
        """The origin that the spec states, else that of what makes the variable."""
        stated, made = self.plan.attribute(name, "origin"), self._made_origin(name, parameter)
        return made if stated is None else stated_origin(stated, made)

    def _made_origin(self, name: str, parameter: str | None = None) -> Origin:
        """The one origin of all that makes the variable; where they differ, it is derived.

        A predecessor without a dataset is that of the source; of a variable made here there is
        none, so that it is derived.
        """
        found: list[Origin] = []
        every = dict.fromkeys(str(block.spec.source) for block in self.plan.blocks) or [""]
        for maker in makers(self.plan, name, parameter):
            sources = [str(maker.block.spec.source)] if maker.block else every
            origin = maker.derivation.origin(name)
            found += (self._placed(origin, source) for source in sources)
        distinct = list(dict.fromkeys(found))
        if len(distinct) == 1:
            return distinct[0]
        if all(item.type == "Predecessor" for item in distinct):
            joined = ", ".join(item.predecessor for item in distinct)
            return replace(distinct[0], predecessor=joined)
        return Origin("Derived", "Sponsor")

    def _placed(self, origin: Origin, source: str) -> Origin:
        name = origin.predecessor
        if origin.type != "Predecessor" or "." in name or not name:
            return origin
        makers = self.plan.makers(name)
        copied = all(item.origin(name).type == "Predecessor" for item in makers)
        if copied and source in self.others and name in self.others[source].names:
            return replace(origin, predecessor=f"{source}.{name}")
        return Origin("Derived", "Sponsor")

    def _predecessor(self, name: str, origin: Origin) -> Variable | None:
        """What is known of the variable that this one is a copy of, or of the source's namesake."""
        if origin.type == "Predecessor":
            dataset, _, variable = origin.predecessor.partition(",")[0].partition(".")
            found = self.others[dataset].described(variable) if dataset in self.others else None
            if found is not None:
                return found
        sources = (self.others.get(str(block.spec.source)) for block in self.plan.blocks)
        return next((v for s in sources if s and (v := s.described(name))), None)

    def _label(self, name: str, standard: AnalysisVariable | None, before: Variable | None) -> str:
        """The spec's; a copy under its own name keeps its label; the standard's; a step's."""
        stated = self.plan.attribute(name, "label")
        if stated:
            return str(stated)
        if before is not None and before.name == name:
            return before.label
        if standard is not None and standard.label:
            return standard.label
        steps = (item.step.labels(item.args, name) for item in self.plan.makers(name))
        return next((label for label in steps if label), before.label if before else name)

    def _format(self, name: str, standard: AnalysisVariable | None, before: Variable | None) -> str:
        stated = self.plan.attribute(name, "format")
        if stated is not None:
            return scalar_text(stated)
        if before is not None and before.format:
            return before.format
        return standard.format if standard and columns.is_number(self.frame[name]) else ""

    def _codelist(
        self,
        name: str,
        label: str,
        standard: AnalysisVariable | None,
        before: Variable | None,
    ) -> UsedCodelist | None:
        column = self.frame[name]
        if name == "PARAMCD" and "PARAM" in self.frame:
            return _parameters(label, self.frame)
        stated = self.plan.attribute(name, "codelist")
        if stated == "none" or columns.is_number(column):
            return None
        known = before.codelist if before else None
        if stated is None and known is not None and not known.code:
            kept = known.dictionary or self._every(name)
            return known if kept else replace(known, terms=_used(known, column))
        named = [stated] if isinstance(stated, str) else stated
        if named is None:
            named = [known.code] if known else standard.codelists if standard else ()
        terminology, every = self.settings.terminology, self._every(name)
        found = [item for code in named if (item := terminology.get(code)) is not None]
        if not found and standard is not None and standard.codelists:
            values = sorted(columns.parts(column).values)
            return UsedCodelist(name, label, terms=tuple(Term(value) for value in values))
        return used_codelist(name, label, found, column, terminology, every=every)

    def _every(self, name: str) -> bool:
        """Whether the codelist of a variable shows all its terms."""
        said = self.plan.spec.metadata.get(name, {}).get("codelist", {})
        return bool(said.get("terms", self.settings.output.terms) == "all")

    def _method(self, name: str, parameter: str | None = None) -> Method | None:
        """How a variable is made, of one parameter if it is named, and what the spec says of it."""
        made = method_of(self.plan, name, parameter)
        return completed(self.plan.attribute(name, "method"), made)


def of_block(plan: AnalysisPlan, number: int) -> AnalysisPlan:
    """The plan with one of its blocks."""
    return replace(plan, blocks=(plan.blocks[number],))


def assigned_apart(plan: AnalysisPlan) -> tuple[str, list[str]] | None:
    """A variable to which every block assigns another value, and these values."""
    blocks = [_assigned(block.derivations) for block in plan.blocks]
    for name in blocks[0] if len(blocks) > 1 else ():
        values = [block[name] for block in blocks if name in block]
        made = (item for item in plan.derivations if name in item.makes())
        if len(set(values)) == len(blocks) and not any(made):
            return name, values
    return None


def _assigned(derivations: Sequence[Derivation]) -> dict[str, str]:
    """The variables that derivations give one text, always."""
    found: dict[str, str | None] = {}
    for item in derivations:
        assigns = item.step.name == "assign" and not item.changes and isinstance(item.args, str)
        found |= {item.target: item.args} if assigns else dict.fromkeys(item.makes(), None)
    return {name: text for name, text in found.items() if text is not None}


def _of_supplemental(origin: Origin, before: Variable | None) -> Origin:
    """A predecessor that is a supplemental qualifier, with the dataset that it stands in."""
    if before is None or before.name != "QVAL" or origin.type != "Predecessor":
        return origin
    return replace(origin, predecessor=f"SUPP{origin.predecessor}")


def _used(codelist: UsedCodelist, column: pd.Series) -> tuple[Term, ...]:
    """The terms of a codelist that the values use; a value without one is the sponsor's."""
    known = {term.value: term for term in codelist.terms}
    values = sorted(columns.parts(column).values)
    return tuple(known.get(value, Term(value, extended=True)) for value in values)


def _parameters(label: str, frame: pd.DataFrame) -> UsedCodelist:
    """The parameters as a codelist: PARAMCD is the code, PARAM its decode."""
    first = columns.tuples([frame["PARAMCD"], frame["PARAM"]], len(frame)).first
    codes = columns.to_list(columns.take(frame["PARAMCD"], first))
    names = columns.to_list(columns.take(frame["PARAM"], first))
    decodes = {code: name or "" for code, name in sorted(zip(codes, names, strict=True), key=str)}
    terms = tuple(Term(code, decode=name) for code, name in decodes.items() if code)
    return UsedCodelist("PARAMCD", label, terms=terms)
