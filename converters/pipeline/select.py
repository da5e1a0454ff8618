"""Which raw records go into a block, and why the others do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.findings import Severity
from converters.keys import Match, match
from converters.mapping.expressions import parse
from converters.mapping.spec import BlockSpec, Join, Test
from converters.pipeline.account import Fate
from converters.pipeline.blocks import BlockPlan
from converters.pipeline.elements import started_elements
from converters.pipeline.notes import Notes
from converters.pipeline.raw import Raw
from converters.pipeline.repeats import Repeats
from converters.quantities import numbers

NO_RESULT = "no result collected"
NO_SUBJECT = "no subject identifier"
BLANK = "blank record"


@dataclass(frozen=True)
class Part:
    """A block at work: its raw records and the rows of them that it takes, in order."""

    plan: BlockPlan
    raw: Raw
    rows: Rows


def select_parts(
    blocks: list[BlockPlan],
    raw: Raw,
    sources: Mapping[str, Raw],
    notes: Notes,
    *,
    of_subjects: bool = True,
) -> tuple[list[Part], list[tuple[str, Fate]]]:
    """The parts of the blocks that one block of the spec gave (one for each of its tests).

    ``of_subjects``: a record without a subject is rejected.

    Returns the parts, and what became of each record of the block's source and of joined ones.
    """
    spec, source = blocks[0].spec, raw
    fates: list[tuple[str, Fate]] = []
    for join in spec.joins:
        raw, joined = _joined(raw, join, sources[join.source], notes)
        fates.append((join.source, joined))
    for column, text in spec.columns.items():
        raw = raw.with_columns({column: _computed(raw, text)})
    if spec.unpivot:
        raw = raw.unpivoted(spec.unpivot.columns, spec.unpivot.name, spec.unpivot.value)
    fate = Fate.of(raw.rows)
    if spec.elements:
        raw, fate = started_elements(spec.elements, raw, notes)
    _apply_conditions(spec, raw, fate, notes)
    if of_subjects and blocks[0].definitions.get("USUBJID") is not None:
        _require_subject(blocks[0], raw, source, fate, notes)
    repeats = Repeats(raw, fate, notes)
    repeats.take_out(spec)
    parts = _parts(blocks, repeats, notes)
    repeats.settle()
    fates.insert(0, (source.name, fate.of_parents(raw.parent, source.rows)))
    return parts, fates


def holds(text: str, raw: Raw) -> npt.NDArray[np.bool_]:
    """Where a condition on raw columns holds."""
    return parse(text).test(lambda ref: raw.variable(ref.name), raw.rows)


def _computed(raw: Raw, text: str) -> Callable[[], pd.Series]:
    return lambda: parse(text).evaluate(lambda ref: raw.variable(ref.name), raw.rows)


def _apply_conditions(spec: BlockSpec, raw: Raw, fate: Fate, notes: Notes) -> None:
    if spec.where:
        fate.put(~holds(spec.where.when, raw), "excluded", spec.where.reason)
    for item in spec.exclude:
        fate.put(holds(item.when, raw), "excluded", item.reason)
    for item in spec.reject:
        wrong = holds(item.when, raw) & fate.mapped
        fate.put(wrong, "rejected", item.reason)
        _report_rejected(raw, wrong, item.reason, Severity.WARNING, notes)


def _report_rejected(
    raw: Raw, wrong: npt.NDArray[np.bool_], reason: str, severity: Severity, notes: Notes
) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        count = len(np.unique(raw.parent[rows]))
        message = f"{count} raw record(s) of '{raw.name}' rejected: {reason}"
        notes.add("record-rejected", severity, message, "", count, raw, int(rows[0]))


def _require_subject(block: BlockPlan, raw: Raw, source: Raw, fate: Fate, notes: Notes) -> None:
    """A record without a subject identifier cannot become an SDTM record."""
    if block.definitions["USUBJID"].rule.name != "subject" or not raw.has("USUBJID"):
        return
    absent = columns.missing(raw.variable("USUBJID")) & fate.mapped
    if not absent.any():
        return
    blank = np.ones(source.rows, dtype=bool)
    for name in source.names:
        blank &= columns.missing(source.variable(name))
    blank = blank[raw.parent]
    fate.put(absent & blank, "excluded", BLANK)
    wrong = absent & ~blank
    fate.put(wrong, "rejected", NO_SUBJECT)
    _report_rejected(raw, wrong, NO_SUBJECT, Severity.ERROR, notes)


def _parts(blocks: list[BlockPlan], repeats: Repeats, notes: Notes) -> list[Part]:
    """The records of each block: those of each test, those that say NOT DONE, or all."""
    raw, fate, spec = repeats.raw, repeats.fate, blocks[0].spec
    there = fate.mapped & ~repeats.merged
    undone = there & holds(spec.not_done.when, raw) if spec.not_done else np.zeros_like(there)
    if not spec.tests:
        _report_results(blocks[0], raw, undone, notes)
    used = np.zeros_like(there) if spec.tests else undone
    parts = []
    for block in blocks:
        if block.not_done:
            taken = undone & ~used if spec.tests else undone
        elif block.test is None:
            taken = there & ~undone
        else:
            taken = there & _of_test(block.spec, block.test, raw)
        used = used | taken
        parts.append(Part(block, raw, np.flatnonzero(taken)))
    fate.put(~used, "excluded", NO_RESULT)
    return parts


def _of_test(spec: BlockSpec, test: Test, raw: Raw) -> npt.NDArray[np.bool_]:
    """Where a test has a result, or was not done."""
    taken = ~columns.missing(raw.variable(test.keys["from"]))
    not_done = spec.not_done_of(test)
    if not_done:
        taken |= holds(not_done[1], raw)
    if "where" in test.keys:
        taken &= holds(test.keys["where"], raw)
    return taken


def _report_results(
    block: BlockPlan, raw: Raw, undone: npt.NDArray[np.bool_], notes: Notes
) -> None:
    """A number in a record that says NOT DONE is lost, unless somebody is told."""
    name = f"{block.definitions['STUDYID'].target.prefix}ORRES"
    definition = block.definitions.get(name)
    if definition is None or definition.rule.name != "from" or not undone.any():
        return
    column = raw.variable(definition.args)
    lost = np.flatnonzero(undone & ~np.isnan(numbers(column).value))
    if len(lost):
        message = f"{len(lost)} record(s) that 'not_done' takes have a result, which is left out"
        value = columns.to_list(columns.take(column, lost[:1]))[0]
        notes.add(
            "not-done-with-result", Severity.ERROR, message, name, len(lost), raw, int(lost[0]),
            value,
        )  # fmt: skip


def _joined(raw: Raw, join: Join, other: Raw, notes: Notes) -> tuple[Raw, Fate]:
    """The records with the columns that another source holds for their keys.

    Also what becomes of the other source's records: those that no record here asks for are left.
    """
    rows = np.flatnonzero(holds(join.where, other)) if join.where else np.arange(other.rows)
    matched = match(
        [raw.variable(name) for name in join.by],
        [columns.take(other.variable(name), rows) for name in join.by.values()],
    )
    order = np.arange(len(rows))
    if _report_several(raw, join, matched, notes):
        taken = [columns.take(other.variable(name), rows) for name in join.take]
        order = np.argsort(columns.sort_key(taken, len(rows)), kind="stable")[::-1]
    chosen = np.append(rows, -1)[matched.last(order)]
    left = np.ones(other.rows + 1, dtype=bool)
    left[chosen] = False
    fate = Fate.of(other.rows)
    fate.put(left[:-1], "excluded", f"joined to no record of '{raw.name}'")
    added = {new: partial(_taken, other, name, chosen) for name, new in join.take.items()}
    return raw.with_columns(added), fate


def _taken(other: Raw, name: str, rows: Rows) -> pd.Series:
    return columns.take(other.variable(name), rows)


def _report_several(raw: Raw, join: Join, matched: Match, notes: Notes) -> bool:
    """Whether some key has several records; then a finding says so."""
    several = np.flatnonzero(matched.counts() > 1)
    if len(several):
        keys = ", ".join(join.by.values())
        message = (
            f"the join with '{join.source}' finds several records for one {keys}:"
            " the lowest is taken"
        )
        notes.add("join-several", Severity.ERROR, message, "", len(several), raw, int(several[0]))
    return len(several) > 0
