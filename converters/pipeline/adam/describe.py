"""The metadata of an analysis dataset: from ADaMIG, predecessors, the spec and the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import (
    Condition,
    Metadata,
    Origin,
    Term,
    UsedCodelist,
    ValueLevel,
    Variable,
    comment_of,
)
from converters.mapping.document import scalar_text
from converters.mapping.settings import Settings
from converters.pipeline.adam.finished import Finished
from converters.pipeline.adam.methods import makers, method_of
from converters.pipeline.adam.plan import AnalysisPlan
from converters.pipeline.describe import used_codelist, with_type
from converters.rules.definition import stated_origin
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
        comment=comment_of(spec.comment),
        value_level=tuple(_by_parameter(frame, described)),
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
        origin = self._origin(name)
        before = self._predecessor(name, origin)
        number = columns.is_number(column)
        label = self._label(name, standard, before)
        bare = Variable(
            name=name,
            label=label,
            kind="Num" if number else "Char",
            format=self._format(name, standard, before),
            core=standard.core if standard else "",
            mandatory=standard is not None and standard.core == "Req",
            codelist=self._codelist(name, label, standard, before),
            origin=_of_supplemental(origin, before),
            method=method_of(self.plan, name) if origin.type == "Derived" else None,
            comment=comment_of(self.plan.attribute(name, "comment") or ""),
        )
        is_date = before is not None and before.data_type not in ("text", "integer", "float")
        typed = with_type(bare, column, "ISO 8601" if is_date and not number else "")
        least = self.plan.attribute(name, "length")
        return typed if number or not least else replace(typed, length=max(typed.length, least))

    def _origin(self, name: str) -> Origin:
        """The origin that the spec states, else that of what makes the variable."""
        stated, made = self.plan.attribute(name, "origin"), self._made_origin(name)
        return made if stated is None else stated_origin(stated, made)

    def of_parameter(self, name: str, parameter: str) -> Variable:
        """A variable as it is in the records of a parameter: its origin and its method."""
        whole = self.variable(name)
        stated = self.plan.attribute(name, "origin") is not None
        origin = whole.origin if stated else self._made_origin(name, parameter)
        if origin is None or origin.type != "Derived":
            return replace(whole, origin=origin, method=None)
        return replace(whole, origin=origin, method=method_of(self.plan, name, parameter))

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
            return known if known.dictionary else replace(known, terms=_used(known, column))
        named = [stated] if isinstance(stated, str) else stated
        if named is None:
            named = [known.code] if known else standard.codelists if standard else ()
        terminology = self.settings.terminology
        found = [item for code in named if (item := terminology.get(code)) is not None]
        if not found and standard is not None and standard.codelists:
            values = sorted(columns.parts(column).values)
            return UsedCodelist(name, label, terms=tuple(Term(value) for value in values))
        return used_codelist(name, label, found, column, terminology)


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


def _by_parameter(frame: pd.DataFrame, described: _Variables) -> Iterator[ValueLevel]:
    """Value-level metadata of AVAL and AVALC: type, origin and method in each parameter."""
    if "PARAMCD" not in frame:
        return
    codes, names = columns.parts(frame["PARAMCD"])
    for result in ("AVAL", "AVALC"):
        if result not in frame:
            continue
        present = ~columns.missing(frame[result])
        for number in sorted(range(len(names)), key=names.__getitem__):
            rows = np.flatnonzero((codes == number) & present)
            if len(rows):
                where = (Condition("PARAMCD", "EQ", (names[number],)),)
                values = columns.take(frame[result], rows)
                variable = described.of_parameter(result, names[number])
                yield ValueLevel(result, where, with_type(variable, values))
