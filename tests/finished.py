"""Finished datasets from small tables, and analysis specs carried out over them.

Numeric dates and times are written as ISO 8601, in tables and in results.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from converters import columns, iso8601
from converters.dataset import Condition, Dataset, Metadata, ValueLevel, Variable
from converters.errors import SpecError
from converters.findings import Finding
from converters.mapping.analysis import AnalysisSpec, build_analysis
from converters.mapping.check import check_document, mended
from converters.mapping.document import load
from converters.mapping.files import with_files
from converters.mapping.settings import Settings
from converters.pipeline.account import adds_up
from converters.pipeline.adam.finished import finished
from converters.pipeline.adam.plan import AnalysisPlan, plan_analyses
from converters.pipeline.adam.run import Analyses, analyse
from converters.standards.adamig import find_variable
from converters.standards.model import domain_of, known_variables
from converters.standards.terminology import load_terminology

Rows = Sequence[Mapping[str, Any]] | str
SETTINGS = Settings(
    study_id="ABC",
    title="ABC",
    description="ABC",
    protocol="ABC",
    created="2026-01-01T00:00:00",
    sdtmig="3.4",
    terminology=load_terminology("2024-03-29"),
)


def as_rows(rows: Rows) -> list[dict[str, Any]]:
    """Records as dicts, from the text of a CSV file too."""
    found = csv.DictReader(io.StringIO(rows)) if isinstance(rows, str) else rows
    return [{name: None if v == "" else v for name, v in row.items()} for row in found]


def finished_dataset(name: str, rows: Rows) -> Dataset:
    """A finished dataset; types, labels and formats are the standard's, else text."""
    found = as_rows(rows)
    names = list(dict.fromkeys(key for row in found for key in row))
    if isinstance(rows, str) and not found:
        names = next(csv.reader(io.StringIO(rows)))
    variables = tuple(_described(name, item) for item in names)
    frame = pd.DataFrame(
        {item.name: _column([row.get(item.name) for row in found], item) for item in variables},
        index=pd.RangeIndex(len(found)),
    )
    qualifiers = {row["QNAM"]: row.get("QLABEL") or row["QNAM"] for row in found if "QNAM" in row}
    levels = tuple(
        ValueLevel("QVAL", (Condition("QNAM", "EQ", (q,)),), Variable("QVAL", label, "Char"))
        for q, label in qualifiers.items()
    )
    metadata = Metadata(name, name, "EVENTS", "", (), variables, value_level=levels)
    trace = pd.DataFrame({"record": np.arange(1, len(found) + 1)})
    return Dataset(metadata, frame, trace)


def _described(dataset: str, name: str) -> Variable:
    if dataset.startswith("AD"):
        known = find_variable("1.3", "BASIC DATA STRUCTURE", name)
        if known is None:
            return Variable(name, name, "Char")
        return Variable(name, known.label or name, known.kind, format=known.format)
    domain = "SUPPQUAL" if dataset.startswith("SUPP") else dataset
    try:
        domain_of("3.4", domain, "")
        standard = known_variables("3.4", domain).get(name)
    except SpecError:
        standard = None
    return Variable(
        name, standard.label if standard else name, standard.kind if standard else "Char"
    )


def _column(values: list[Any], item: Variable) -> pd.Series:
    if item.kind == "Char":
        return columns.text(None if value is None else str(value) for value in values)
    return pd.Series([_number(value, item.format) for value in values], dtype=np.float64)


def _number(value: Any, sas_format: str) -> float:
    if value is None:
        return math.nan
    if isinstance(value, str) and sas_format.startswith("DATETIME"):
        return float(iso8601.seconds([value])[0])
    if isinstance(value, str) and sas_format.startswith("DATE"):
        return float(iso8601.days([value])[0])
    if isinstance(value, str) and sas_format.startswith("TIME"):
        return float(iso8601.seconds([f"1960-01-01T{value}"])[0])
    return float(value)


def values_of(dataset: Dataset, name: str) -> list[Any]:
    """The values of a variable: text, number or None; numeric dates and times as ISO 8601."""
    column, sas_format = dataset.frame[name], dataset.metadata.variable(name).format
    if sas_format.startswith("DATETIME"):
        days = columns.to_list(iso8601.from_days(column // 86400))
        return [
            None if day is None else f"{day}T{_clock(second)}"
            for day, second in zip(days, (column % 86400).tolist(), strict=True)
        ]
    if sas_format.startswith("DATE"):
        return columns.to_list(iso8601.from_days(column))
    if sas_format.startswith("TIME"):
        return [None if math.isnan(second) else _clock(second) for second in column.tolist()]
    return [
        None if isinstance(value, float) and math.isnan(value) else value
        for value in columns.to_list(column)
    ]


def _clock(second: float) -> str:
    whole = int(second)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


@dataclass(frozen=True)
class Made:
    """Analysis datasets, and short ways to ask what came of it; ``name`` is the last spec's."""

    analyses: Analyses
    name: str

    def dataset(self, name: str = "") -> Dataset:
        return self.analyses.datasets[name or self.name]

    def column(self, variable: str, dataset: str = "") -> list[Any]:
        """Values in the order of the dataset."""
        return values_of(self.dataset(dataset), variable)

    def records(self, *variables: str, dataset: str = "") -> list[tuple[Any, ...]]:
        """Records of some variables (or all), in the order of the dataset."""
        names = variables or tuple(map(str, self.dataset(dataset).frame))
        return list(zip(*(self.column(name, dataset) for name in names), strict=True))

    def by_record(self, *variables: str) -> list[Any]:
        """Values (of several variables: tuples) in the order of the source's records."""
        found = self.records(*variables)
        order = np.argsort(self.dataset().trace["record"].to_numpy(), kind="stable")
        return [found[row] if len(variables) > 1 else found[row][0] for row in order]

    def variable(self, name: str) -> Variable:
        return self.dataset().metadata.variable(name)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.analyses.findings

    def told(self) -> list[tuple[str, str, str | None, int]]:
        """(rule, variable, value, count) of the findings."""
        return [(item.rule, item.variable, item.value, item.count) for item in self.findings]

    def account(self) -> dict[str, Any]:
        """What became of the source's records: analysed, and the reasons of the others."""
        (found,) = (item for item in self.analyses.accounts if item["dataset"] == self.name)
        return {"analysed": found["analysed"], **found["excluded"], **found["rejected"]}


def plan(
    place: Path,
    specs: Sequence[Mapping[str, Any] | str] | Mapping[str, str],
    datasets: Mapping[str, Dataset],
) -> tuple[AnalysisPlan, ...]:
    """The plans of specs (data or text; texts may be by file name) over finished datasets.

    Raises:
        SpecError: with all that is wrong, as ``cdisc check`` tells it.
    """
    named = specs if isinstance(specs, Mapping) else {f"{n}.yaml": s for n, s in enumerate(specs)}
    found: dict[str, AnalysisSpec] = {}
    problems = []
    for name, spec in named.items():
        path = place / Path(name).name
        path.write_text(spec if isinstance(spec, str) else json.dumps(spec), "utf-8")
        document, wrong = with_files(load(path, f"adam/{path.name}"), place)
        problems += wrong
        if document is None:
            continue
        wrong = check_document(document, "analysis")
        problems += wrong
        usable = mended(document, "analysis") if wrong else document
        if usable is not None:
            built = build_analysis(usable)
            found[built.name] = built
    known = {name: item.names for name, item in finished(datasets, "sdtm").items()}
    plans, more = plan_analyses(found, known, SETTINGS)
    if problems or more:
        raise SpecError(*problems, *more)
    return plans


def carry_out(
    plans: Sequence[AnalysisPlan],
    datasets: Mapping[str, Dataset],
    *,
    by_subject: bool = True,
    settings: Settings = SETTINGS,
) -> Analyses:
    """The plans carried out; the result must not go by the order of records or by subjects."""
    made = analyse(plans, datasets, settings)
    for account in made.accounts:
        total = {"mapped": account["analysed"], **account, "datasets": {}}
        assert adds_up(total), account
    for dataset in made.datasets.values():
        assert (dataset.trace["record"].to_numpy() >= 1).all()
        assert all(item.label for item in dataset.metadata.variables)
    turned = analyse(
        plans, {n: _rows(d, slice(None, None, -1)) for n, d in datasets.items()}, settings
    )
    assert _contents(made) == _contents(turned), "the order of input rows matters"
    if by_subject:
        parts = [analyse(plans, part, settings) for part in _parts(datasets)]
        for name in made.datasets:
            rows = [row for part in parts for row in _contents(part)[name]]
            assert sorted(rows, key=str) == sorted(_contents(made)[name], key=str), "by subject"
    return made


def _contents(made: Analyses) -> dict[str, list[tuple[Any, ...]]]:
    return {name: Made(made, name).records() for name in made.datasets}


def _rows(dataset: Dataset, rows: Any) -> Dataset:
    picked = np.arange(len(dataset.frame))[rows]
    frame = pd.DataFrame(
        {name: columns.take(dataset.frame[name], picked) for name in dataset.frame},
        index=pd.RangeIndex(len(picked)),
    )
    return Dataset(dataset.metadata, frame)


def _parts(datasets: Mapping[str, Dataset]) -> Iterator[dict[str, Dataset]]:
    """The datasets of each subject alone, and the records without a subject."""
    subject_of = {
        name: np.array([value or "" for value in columns.to_list(item.frame["USUBJID"])])
        for name, item in datasets.items()
        if "USUBJID" in item.frame
    }
    for subject in sorted({str(value) for found in subject_of.values() for value in found}):
        yield {
            name: _rows(item, subject_of[name] == subject) if name in subject_of else item
            for name, item in datasets.items()
        }
