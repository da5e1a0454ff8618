"""Analysis datasets are made: their plans carried out over finished datasets, one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.dataset import Dataset
from converters.findings import Finding, Severity
from converters.keys import in_order
from converters.mapping.settings import Settings
from converters.pipeline.account import analysis_account
from converters.pipeline.adam.describe import describe
from converters.pipeline.adam.finished import Finished, finished
from converters.pipeline.adam.plan import AnalysisPlan, BlockDerivations
from converters.pipeline.adam.table import AnalysisTable
from converters.pipeline.notes import Notes


@dataclass(frozen=True)
class Analyses:
    """Analysis datasets by name, what was found, and the account of each dataset's sources."""

    datasets: Mapping[str, Dataset]
    findings: tuple[Finding, ...]
    accounts: tuple[Mapping[str, Any], ...]


def analyse(
    plans: Sequence[AnalysisPlan],
    datasets: Mapping[str, Dataset],
    settings: Settings,
    progress: Callable[[str, float], None] = lambda *_: None,
    declared: Mapping[str, Sequence[str]] | None = None,
) -> Analyses:
    """Carries out the plans, in their order, over finished datasets (SDTM, SUPP-- among them).

    ``declared`` are the supplemental qualifiers of datasets by their specs, used or not.
    """
    others = finished(datasets, "sdtm", declared)
    made: dict[str, Dataset] = {}
    findings: list[Finding] = []
    accounts: list[Mapping[str, Any]] = []
    for number, plan in enumerate(plans, start=1):
        progress(f"deriving {plan.name}", number / len(plans))
        files = [(name, other.file) for name, other in others.items()]
        notes = Notes(plan.name, files, findings)
        table = _table(plan, others, settings, notes)
        made[plan.name] = _finish(plan, table, others, settings)
        others |= finished({plan.name: made[plan.name]}, "adam")
        accounts += (
            analysis_account(plan.name, files[number][0], fate)
            for number, fate in sorted(table.fates.items())
        )
    return Analyses(made, tuple(findings), tuple(accounts))


def _table(
    plan: AnalysisPlan, others: Mapping[str, Finished], settings: Settings, notes: Notes
) -> AnalysisTable:
    """The dataset with all that its spec makes."""

    def empty() -> AnalysisTable:
        return AnalysisTable(plan.name, settings, others, notes, plan.kinds)

    tables = [_block(plan, block, empty()) for block in plan.blocks]
    table = tables[0] if len(tables) == 1 else empty()
    if len(tables) > 1:
        table.stack(tables)
    for item in plan.derivations:
        table.target = item.target
        item.apply(table)
    return table


def _block(plan: AnalysisPlan, block: BlockDerivations, table: AnalysisTable) -> AnalysisTable:
    """The records of a block that its conditions let through, with what it alone makes."""
    source = table.others[str(block.spec.source)]
    table.load(source, [name for name in source.names if name in plan.carried])
    if block.spec.where:
        table.keep(table.condition(block.spec.where.when), block.spec.where.reason)
    for item in block.spec.exclude:
        table.keep(~table.condition(item.when), item.reason)
    for item in block.spec.reject:
        wrong = np.flatnonzero(table.condition(item.when))
        if len(wrong):
            message = f"{len(wrong)} record(s) of {source.name} rejected: {item.reason}"
            table.report("record-rejected", Severity.WARNING, message, wrong)
            table.keep(~np.isin(np.arange(table.rows), wrong), item.reason, "rejected")
    for derivation in block.derivations:
        table.target = derivation.target
        derivation.apply(table)
    return table


def _finish(
    plan: AnalysisPlan, table: AnalysisTable, others: Mapping[str, Finished], settings: Settings
) -> Dataset:
    order = _order(plan, table)
    frame = pd.DataFrame({name: columns.take(_made(table, name), order) for name in plan.written()})
    metadata = describe(plan, frame, others, settings)
    origin = table.origin[order]
    files = table.notes.files
    trace = pd.DataFrame(
        {
            "source": columns.from_codes(origin, [name for name, _ in files]),
            "file": columns.from_codes(origin, [file for _, file in files]),
            "record": table.record[order],
        }
    )
    return Dataset(metadata, frame, trace)


def _made(table: AnalysisTable, name: str) -> pd.Series:
    """A variable; one that no step came to make, for want of records, has no value."""
    if name in table.own:
        return table.own[name]
    if table.kinds.get(name) == "Num":
        return pd.Series(np.full(table.rows, np.nan))
    return columns.constant(None, table.rows)


def _order(plan: AnalysisPlan, table: AnalysisTable) -> Rows:
    """By the keys, text by code point as SAS sorts; ties by all other variables and the trace."""

    def rest() -> npt.NDArray[np.int64]:
        others = [table.own[name] for name in sorted(table.own) if name not in plan.spec.keys]
        trace = [pd.Series(table.origin), pd.Series(table.record)]
        return columns.sort_key([*others, *trace], table.rows)

    keys = [columns.ranks(_made(table, name), plain=True)[0] for name in plan.spec.keys]
    return in_order(keys, rest)
