"""The supplemental qualifiers of a dataset: SUPP-- (SDTMIG 8.4)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import (
    Condition,
    Dataset,
    Metadata,
    Method,
    Origin,
    ValueLevel,
    Variable,
)
from converters.mapping.document import scalar_text
from converters.mapping.settings import Settings
from converters.pipeline.describe import guide_of, with_type
from converters.pipeline.work import Work
from converters.rules.definition import Definition
from converters.standards.owners import supplemental
from converters.standards.sdtmig import Domain, DomainVariable


def supplemental_dataset(work: Work, order: Rows, settings: Settings) -> Dataset:
    """SUPP--: one record for each qualifier that has a value (SDTMIG 8.4).

    ``order`` are the rows of the parent dataset as they are written.
    """
    parent = work.plan
    domain = supplemental(settings.sdtmig, work.owners)
    pieces = []
    for number, name in enumerate(parent.spec.qualifiers):
        column = columns.take(work.made[name], order)
        rows = np.flatnonzero(~columns.missing(column))
        pieces.append((number, rows, columns.take(column, rows)))
    which = np.concatenate([np.full(len(rows), number) for number, rows, _ in pieces])
    rows = np.concatenate([rows for _, rows, _ in pieces]).astype(np.int64)
    by_parent = np.lexsort((which, rows))
    which, rows = which[by_parent], rows[by_parent]
    values = columns.take(columns.concat([column for _, _, column in pieces]), by_parent)
    frame = _supplemental_frame(work, order[rows], which, values, settings)
    metadata = _supplemental_metadata(work, frame, domain)
    return Dataset(metadata, frame, work.trace(order[rows]))


def _supplemental_frame(
    work: Work, rows: Rows, which: Rows, values: pd.Series, settings: Settings
) -> pd.DataFrame:
    plan = work.plan
    definitions = [_definition(work, name) for name in plan.spec.qualifiers]
    sequence = f"{plan.domain.prefix}SEQ"
    has_sequence = sequence in work.made
    number = columns.take(work.made[sequence], rows) if has_sequence else None
    origins = [_qorig(item.origin()) for item in definitions]
    evaluators = [_attribute(item, "evaluator") for item in definitions]
    return pd.DataFrame(
        {
            "STUDYID": columns.constant(settings.study_id, len(rows)),
            "RDOMAIN": columns.constant(plan.domain.name, len(rows)),
            **{name: columns.take(work.made[name], rows) for name in work.owners},
            "IDVAR": columns.constant(sequence if has_sequence else None, len(rows)),
            "IDVARVAL": columns.constant(None, len(rows))
            if number is None
            else columns.map_text(number, list),
            "QNAM": columns.from_codes(which, list(plan.spec.qualifiers)),
            "QLABEL": columns.from_codes(
                which, [_attribute(item, "label") for item in definitions]
            ),
            "QVAL": values,
            "QORIG": columns.from_codes(which, origins),
            "QEVAL": columns.from_codes(which, evaluators),
        }
    )


def _definition(work: Work, name: str) -> Definition:
    """What the first block says that has the qualifier."""
    definitions = [block.definitions[name] for block in work.plan.blocks]
    return next((item for item in definitions if item.attributes), definitions[0])


def _attribute(definition: Definition, name: str) -> str | None:
    value = definition.attributes.get(name)
    return None if value is None else scalar_text(value)


def _qorig(origin: Origin) -> str:
    """QORIG's words for an origin (SDTMIG 8.4.1)."""
    if origin.type == "Collected":
        return "eDT" if origin.source == "Vendor" else "CRF"
    return origin.type.upper()


def _supplemental_metadata(work: Work, frame: pd.DataFrame, domain: Domain) -> Metadata:
    name = f"SUPP{work.plan.spec.name}"[:8]
    return Metadata(
        name=name,
        label=f"Supplemental Qualifiers for {work.plan.spec.name}",
        dataset_class=domain.dataset_class,
        structure=domain.structure,
        keys=domain.keys,
        variables=tuple(_qualifier_column(domain.variable(str(n)), frame[n]) for n in frame),
        domain=name,
        domain_label=work.plan.domain.label,
        repeating=domain.repeating,
        value_level=tuple(_qualifiers(work, frame)),
        standard=guide_of(work.plan.domain),
    )


def _qualifier_column(standard: DomainVariable, column: pd.Series) -> Variable:
    variable = Variable(
        name=standard.name,
        label=standard.label,
        kind=standard.kind,
        role=standard.role,
        core=standard.core,
        mandatory=standard.core == "Req",
        origin=Origin("Assigned", "Sponsor"),
    )
    return with_type(variable, column)


def _qualifiers(work: Work, frame: pd.DataFrame) -> Iterator[ValueLevel]:
    """Value-level metadata of QVAL: what each qualifier is and where it comes from."""
    codes, names = columns.parts(frame["QNAM"])
    for number, name in enumerate(names):
        definition = _definition(work, name)
        values = columns.take(frame["QVAL"], np.flatnonzero(codes == number))
        origin, words = definition.origin(), definition.words()
        variable = Variable(
            name="QVAL",
            label=_attribute(definition, "label") or name,
            kind="Char",
            origin=origin,
            method=Method(words) if words and origin.type == "Derived" else None,
            comment=_attribute(definition, "comment") or "",
        )
        yield ValueLevel("QVAL", (Condition("QNAM", "EQ", (name,)),), with_type(variable, values))
