"""The supplemental qualifiers of a dataset: SUPP-- (SDTMIG 8.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Condition, Dataset, Metadata, Origin, ValueLevel, Variable
from converters.mapping.document import scalar_text
from converters.mapping.metadata import comment
from converters.mapping.settings import Settings
from converters.pipeline.continuation import Qualifier, attribute
from converters.pipeline.describe import (
    codelist_of,
    dictionary_of,
    guide_of,
    said_of,
    source_of,
    used_codelist,
    with_type,
)
from converters.pipeline.metadata import with_codelist
from converters.pipeline.methods import definitions, derivation_of, origin
from converters.pipeline.plan import DatasetPlan
from converters.pipeline.value_level import typed
from converters.pipeline.work import Work
from converters.rules.english import lowered
from converters.rules.written import method
from converters.standards.owners import supplemental
from converters.standards.sdtmig import Domain, DomainVariable


def supplemental_dataset(
    work: Work, qualifiers: Sequence[Qualifier], order: Rows, settings: Settings
) -> Dataset:
    """SUPP--: one record for each qualifier that has a value (SDTMIG 8.4).

    ``order`` are the rows of the parent dataset as they are written.
    """
    domain = supplemental(settings.sdtmig, work.owners)
    pieces = []
    for number, qualifier in enumerate(qualifiers):
        column = columns.take(qualifier.column, order)
        rows = np.flatnonzero(~columns.missing(column))
        pieces.append((number, rows, columns.take(column, rows)))
    which = np.concatenate([np.full(len(rows), number) for number, rows, _ in pieces])
    rows = np.concatenate([rows for _, rows, _ in pieces]).astype(np.int64)
    by_parent = np.lexsort((which, rows))
    which, rows = which[by_parent], rows[by_parent]
    values = columns.take(columns.concat([column for _, _, column in pieces]), by_parent)
    frame = _supplemental_frame(work, qualifiers, order[rows], which, values, settings)
    metadata = _supplemental_metadata(work, qualifiers, frame, domain, settings)
    return Dataset(metadata, frame, work.trace(order[rows]))


def _supplemental_frame(
    work: Work,
    qualifiers: Sequence[Qualifier],
    rows: Rows,
    which: Rows,
    values: pd.Series,
    settings: Settings,
) -> pd.DataFrame:
    plan = work.plan
    sequence = f"{plan.domain.prefix}SEQ"
    has_sequence = sequence in work.made
    number = columns.take(work.made[sequence], rows) if has_sequence else None
    return pd.DataFrame(
        {
            "STUDYID": columns.constant(settings.study_id, len(rows)),
            "RDOMAIN": columns.constant(plan.domain.name, len(rows)),
            **{name: columns.take(work.made[name], rows) for name in work.owners},
            "IDVAR": columns.constant(sequence if has_sequence else None, len(rows)),
            "IDVARVAL": columns.constant(None, len(rows))
            if number is None
            else columns.map_text(number, list),
            "QNAM": columns.from_codes(which, [item.name for item in qualifiers]),
            "QLABEL": columns.from_codes(which, [item.label for item in qualifiers]),
            "QVAL": values,
            "QORIG": columns.from_codes(
                which, [_qorig(origin(plan, item.definition.target.name)) for item in qualifiers]
            ),
            "QEVAL": columns.from_codes(which, [_evaluator(item, plan) for item in qualifiers]),
        }
    )


def _evaluator(qualifier: Qualifier, plan: DatasetPlan) -> str | None:
    """QEVAL as the spec states it; a variable is assigned by the sponsor (SDTMIG 8.4.1)."""
    stated = attribute(qualifier.definition, "evaluator")
    of_variable = qualifier.definition.target.name in plan.known
    is_assigned = origin(plan, qualifier.definition.target.name) == Origin("Assigned", "Sponsor")
    return stated or ("SPONSOR" if of_variable and is_assigned else None)


def _qorig(found: Origin) -> str:
    """QORIG's words for an origin (SDTMIG 8.4.1)."""
    if found.type == "Collected":
        return "eDT" if found.source == "Vendor" else "CRF"
    return found.type.upper()


def _supplemental_metadata(
    work: Work,
    qualifiers: Sequence[Qualifier],
    frame: pd.DataFrame,
    domain: Domain,
    settings: Settings,
) -> Metadata:
    name = f"SUPP{work.plan.spec.name}"[:8]
    return Metadata(
        name=name,
        label=f"Supplemental Qualifiers for {work.plan.spec.name}",
        dataset_class=domain.dataset_class,
        structure=domain.structure,
        keys=domain.keys,
        variables=tuple(
            _qualifier_column(work.plan, qualifiers, domain.variable(str(n)), frame[n], settings)
            for n in frame
        ),
        domain=name,
        domain_label=work.plan.domain.label,
        repeating=domain.repeating,
        value_level=tuple(_value_level(work.plan, qualifiers, frame, settings)),
        standard=guide_of(work.plan.domain),
    )


def _qualifier_column(
    plan: DatasetPlan,
    qualifiers: Sequence[Qualifier],
    standard: DomainVariable,
    column: pd.Series,
    settings: Settings,
) -> Variable:
    """A variable of SUPP--; identifiers come from where those of the parent do."""
    name, terminology = standard.name, settings.terminology
    found = [terminology.get(code) for code in standard.codelists]
    source: dict[str, Any] = {"origin": Origin("Assigned", "Sponsor")}
    if name in plan.variables and standard.role == "Identifier":
        source = source_of(plan, name, {})
    elif name == "QVAL":
        source = _of_values(plan, qualifiers)
    variable = Variable(
        name=name,
        label=standard.label,
        kind=standard.kind,
        role=standard.role,
        core=standard.core,
        mandatory=standard.core == "Req",
        codelist=used_codelist(
            name, standard.label, [item for item in found if item], column, terminology
        ),
        **source,
    )
    return with_type(variable, column)


def _of_values(plan: DatasetPlan, qualifiers: Sequence[Qualifier]) -> dict[str, Any]:
    """The origin that all qualifiers have, with their methods; where they differ, each its own."""
    names = dict.fromkeys(item.definition.target.name for item in qualifiers)
    origins = dict.fromkeys(origin(plan, name) for name in names)
    if len(origins) > 1:
        return {"origin": None}
    methods = {name: found for name in names if (found := derivation_of(plan, name))}
    words = [f"For {name}: {lowered(item.words)}" for name, item in methods.items()]
    lines = [item.expression for item in methods.values()]
    return {
        "origin": next(iter(origins)),
        "method": method(words, lines, plan.spec.document.file),
    }


def _value_level(
    plan: DatasetPlan, qualifiers: Sequence[Qualifier], frame: pd.DataFrame, settings: Settings
) -> Iterator[ValueLevel]:
    """Value-level metadata of QVAL: what each qualifier is and where it comes from."""
    codes, names = columns.parts(frame["QNAM"])
    numbers = {name: number for number, name in enumerate(names)}
    for qualifier in (item for item in qualifiers if item.name in numbers):
        rows = np.flatnonzero(codes == numbers[qualifier.name])
        values = columns.take(frame["QVAL"], rows)
        definition = _qualifier(plan, qualifier, values, settings)
        yield ValueLevel("QVAL", (Condition("QNAM", "EQ", (qualifier.name,)),), definition)


def _qualifier(
    plan: DatasetPlan, qualifier: Qualifier, values: pd.Series, settings: Settings
) -> Variable:
    """What QVAL is in the records of a qualifier."""
    name = qualifier.definition.target.name
    made = definitions(plan, name)
    said = plan.spec.metadata.get(name, {})
    shown = said.get("codelist", {})
    codelist = dictionary_of(qualifier.definition) or codelist_of(
        made, name, qualifier.label, values, settings, shown
    )
    variable = Variable(
        name="QVAL",
        label=qualifier.label,
        kind="Char",
        format=scalar_text(said.get("format", "")),
        mandatory=True,
        codelist=codelist,
        comment=comment(said_of(made, "comment") or said.get("comment")),
        **source_of(plan, name, said),
    )
    frame = pd.DataFrame({name: values})
    variable = with_codelist(variable, shown, values, frame, settings.output.terms)
    dates = all(item.rule.name == "datetime" for item in made)
    return with_type(variable, values, "ISO 8601") if dates else typed(variable, values)
