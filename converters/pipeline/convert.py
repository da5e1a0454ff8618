"""The conversion: sources are read, the plan is carried out, datasets and accounts come back.

SDTM is made first; analysis datasets are made of the finished SDTM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Dataset
from converters.errors import InputError, Problem, SpecError
from converters.findings import Finding
from converters.mapping.expressions import parse
from converters.mapping.spec import BlockSpec
from converters.pipeline.account import Fate, SourceAccount
from converters.pipeline.adam.displays import unknown_terms
from converters.pipeline.adam.run import analyse
from converters.pipeline.blocks import BlockPlan
from converters.pipeline.finish import finish
from converters.pipeline.notes import Notes
from converters.pipeline.plan import Plan, make_plan
from converters.pipeline.raw import Raw, written_rows
from converters.pipeline.reads import RECORDS
from converters.pipeline.relate import related_records
from converters.pipeline.select import Part, select_parts
from converters.pipeline.visits import visit_records, visited
from converters.pipeline.work import Tables, Work
from converters.sources import Source, read_columns, read_source
from converters.sources.decodes import decode_columns
from converters.study import Study

#: Called with what is being done and how much of it is done, from 0 to 1.
Progress = Callable[[str, float], None]

T = TypeVar("T")


@dataclass(frozen=True)
class Conversion:
    """What a conversion gives: datasets by name, findings, and the account of each source.

    ``datasets`` are SDTM, ``analyses`` the analysis datasets, and ``analysed`` the account of what
    became of finished datasets in these.
    """

    study: Study
    datasets: Mapping[str, Dataset]
    findings: tuple[Finding, ...]
    accounts: tuple[SourceAccount, ...]
    analyses: Mapping[str, Dataset] = field(default_factory=dict)
    analysed: tuple[Mapping[str, Any], ...] = ()


def convert_study(
    study: Study, progress: Progress = lambda *_: None, problems: Sequence[Problem] = ()
) -> Conversion:
    """Converts the raw records of a study into its SDTM and analysis datasets.

    ``problems`` are those that the study was read with. Every source is read, also those that no
    mapping asks for, to be accounted for.

    Raises:
        SpecError: the specs are wrong; every problem is told, also of sources.
        InputError: a source cannot be read as it should; every source is tried.
    """
    headers, unread = _try_all(
        list(study.sources), lambda name: tuple(read_columns(study.sources[name]))
    )
    plan = _plan(study, headers, problems, unread)
    done = iter(range(1, len(headers) + 1))

    def read(name: str) -> Source:
        progress(f"reading {name}", next(done) / len(headers))
        return read_source(study.sources[name], plan.read[name])

    sources, failed = _try_all(list(headers), read)
    if unread or failed:
        raise InputError(*dict.fromkeys((*unread, *failed)))
    return convert_sources(plan, sources, progress)


def _plan(
    study: Study,
    headers: Mapping[str, tuple[str, ...]],
    problems: Sequence[Problem],
    unread: Sequence[Problem],
) -> Plan:
    found = set(problems)
    try:
        plan = make_plan(study, headers)
    except SpecError as error:
        found.update(error.problems)
    if found:
        raise SpecError(*sorted(found, key=Problem.place), *unread)
    return plan


def convert_sources(
    plan: Plan, sources: Mapping[str, Source], progress: Progress = lambda *_: None
) -> Conversion:
    """Carries out a plan on sources that are read."""
    run = _Run(plan, sources)
    for number, (dataset, variable) in enumerate(plan.order, start=1):
        progress(f"converting {dataset}", number / len(plan.order))
        if variable == RECORDS:
            run.start(dataset)
        else:
            run.works[dataset].make(variable, plan.study.settings, run.tables)
    works = [run.works[name] for name in plan.datasets]
    for work in works:
        for source, fate in work.used:
            run.accounts[source].add(work.name, fate)
    datasets = finish(works, plan.study.settings)
    settings = plan.study.settings.for_analyses()
    declared = {name: item.spec.qualifiers for name, item in plan.datasets.items()}
    made = analyse(plan.analyses, {**plan.given, **datasets}, settings, progress, declared)
    return Conversion(
        plan.study,
        datasets,
        (*run.findings, *made.findings, *unknown_terms(plan.study.displays)),
        tuple(run.accounts.values()),
        made.datasets,
        made.accounts,
    )


def _try_all(names: list[str], read: Callable[[str], T]) -> tuple[dict[str, T], list[Problem]]:
    """What every source gives, and the problems of those that cannot be read."""
    found: dict[str, T] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            found[name] = read(name)
        except InputError as error:
            problems += error.problems
    return found, problems


class _Run:
    """The state of one conversion."""

    def __init__(self, plan: Plan, sources: Mapping[str, Source]) -> None:
        self.plan = plan
        self.study = plan.study
        self.files: list[tuple[str, str]] = []
        self.findings: list[Finding] = [*self.study.findings]
        for source in sources.values():
            for finding in source.findings:
                told = replace(finding, file=finding.file and self._shown(finding.file))
                if told not in self.findings:  # several sources may read one file
                    self.findings.append(told)
        self.raws = {name: self._raw(source) for name, source in sources.items()}
        self.accounts = {name: self._account(source) for name, source in sources.items()}
        self.works: dict[str, Work] = {}
        self.tables = Tables(self.works, self.raws)

    def _raw(self, source: Source) -> Raw:
        base = len(self.files)
        self.files += [(source.name, self._shown(file)) for file in source.files]
        frame = source.frame
        makers: dict[str, Callable[[], pd.Series]] = {
            str(name): partial(columns.encoded, frame[name]) for name in frame
        }
        text = self.study.usubjid.get(source.name)
        if text:
            expression = parse(text)
            makers["USUBJID"] = lambda: columns.map_text(
                expression.evaluate(lambda ref: frame[ref.name], len(frame)),
                lambda values: [value.strip() or None for value in values],
            )
        origin = (source.file_codes.astype(np.int32) + base).astype(np.int32)
        return Raw(source.name, makers, origin, source.records)

    def _shown(self, file: str) -> str:
        folder, path = self.study.folder, Path(file)
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else file

    def _account(self, source: Source) -> SourceAccount:
        read = self.plan.read.get(source.name, frozenset())
        decoded = decode_columns(source.all_columns, source.decodes)
        read |= {coded for name, coded in decoded.items() if name in read}
        unread = tuple(name for name in source.all_columns if name not in read)
        files = tuple(self._shown(file) for file in source.files)
        return SourceAccount(
            source.name, files, len(source.frame), unread,
            looked_up=bool(read), left_out=source.left_out, digest=source.digest,
        )  # fmt: skip

    def start(self, dataset: str) -> None:
        """Chooses the records of a dataset."""
        plan = self.plan.datasets[dataset]
        notes = Notes(dataset, self.files, self.findings)
        groups: dict[int, list[BlockPlan]] = {}
        for block in plan.blocks:
            groups.setdefault(id(block.spec), []).append(block)
        parts: list[Part] = []
        for blocks in groups.values():
            raw, made_of = self._block_raw(blocks[0].spec, plan.spec.document.file, notes)
            of_subjects = plan.known["USUBJID"].core == "Req" if "USUBJID" in plan.known else False
            chosen, fates = select_parts(blocks, raw, self.raws, notes, of_subjects=of_subjects)
            parts += chosen
            for name, fate in (*made_of, *fates):
                if name in self.accounts:
                    self.accounts[name].add(dataset, fate)
        self.works[dataset] = Work(plan, parts, notes)

    def _block_raw(
        self, spec: BlockSpec, file: str, notes: Notes
    ) -> tuple[Raw, list[tuple[str, Fate]]]:
        """The records that a block takes, and what became of those that they were made of."""
        if spec.visits_of is not None:
            names = visited(spec.visits_of, self.plan.datasets)
            return visit_records([self.works[name] for name in names]), []
        if spec.source in self.raws:
            return self.raws[str(spec.source)], []
        if spec.source is not None:
            return _dataset_raw(self.works[spec.source]), []
        self.files.append(("", file))
        origin = len(self.files) - 1
        if spec.rows is not None:
            return written_rows("", spec.rows, origin), []
        return related_records(spec.relationships, self.works, self.raws, notes, origin)


def _dataset_raw(work: Work) -> Raw:
    """A dataset as the records of another."""
    makers: dict[str, Callable[[], pd.Series]] = {
        name: partial(work.variable, name) for name in work.plan.variables
    }
    later = partial(set(work.plan.variables).difference, work.made)
    return Raw(work.name, makers, work.origin, work.record, later=later)
