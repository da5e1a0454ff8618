"""A study of a few records, written to a folder and converted in memory."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from converters import columns
from converters.dataset import Dataset, Variable
from converters.errors import SpecError
from converters.findings import Finding
from converters.pipeline.account import adds_up
from converters.pipeline.convert import Conversion, convert_sources, convert_study
from converters.pipeline.plan import Plan, make_plan
from converters.sources import Source
from converters.study import Study, read_study

#: Records as dicts (None is missing), or the text of a CSV file.
Rows = Sequence[Mapping[str, Any]] | str
Spec = Mapping[str, Any] | str

HEAD = {
    "study": {"id": "S1", "created": "2026-01-01"},
    "usubjid": 'concat("S1-", SUBJ)',
}


@dataclass(frozen=True)
class Result:
    """A conversion, and short ways to ask what came of it."""

    conversion: Conversion

    def dataset(self, name: str) -> Dataset:
        return self.conversion.datasets[name]

    def names(self, dataset: str) -> list[str]:
        """The variables of a dataset, in order."""
        return list(self.dataset(dataset).frame)

    def column(self, dataset: str, variable: str) -> list[Any]:
        """Values in the order of the dataset; None is missing, text or number."""
        return plain(self.dataset(dataset).frame[variable])

    def records(self, dataset: str, *variables: str) -> list[tuple[Any, ...]]:
        """Records of some variables, in the order of the dataset."""
        return list(zip(*(self.column(dataset, name) for name in variables), strict=True))

    def by_record(self, dataset: str, variable: str) -> list[Any]:
        """Values in the order of the raw records that they came from."""
        trace = self.trace(dataset)
        values = self.column(dataset, variable)
        return [values[row] for row in sorted(range(len(values)), key=trace.__getitem__)]

    def trace(self, dataset: str) -> list[tuple[str, str, int]]:
        """(source, file, record) of every record of a dataset."""
        trace = self.dataset(dataset).trace
        return [
            (str(source), str(file), int(record))
            for source, file, record in trace.itertuples(index=False)
        ]

    def variable(self, dataset: str, name: str) -> Variable:
        return self.dataset(dataset).metadata.variable(name)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return self.conversion.findings

    def told(self, rule: str = "") -> list[tuple[str, str, str | None, int, int | None]]:
        """(rule, variable, value, count, first record) of findings, of one rule if it is named."""
        return [
            (item.rule, item.variable, item.value, item.count, item.record)
            for item in self.findings
            if rule in ("", item.rule)
        ]

    def account(self, source: str) -> dict[str, Any]:
        found = {item.name: item for item in self.conversion.accounts}
        return found[source].as_dict()


def plain(column: pd.Series) -> list[Any]:
    """A column as Python values with None for missing."""
    return [
        None if isinstance(value, float) and math.isnan(value) else value
        for value in columns.to_list(column)
    ]


def as_csv(rows: Rows) -> str:
    if isinstance(rows, str):
        return rows
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def spec_text(spec: Spec) -> str:
    """YAML of a spec; JSON is YAML."""
    return spec if isinstance(spec, str) else json.dumps(spec, ensure_ascii=False)


def write_study(
    folder: Path,
    sources: Mapping[str, Rows | Mapping[str, Rows]],
    specs: Sequence[Spec],
    head: Mapping[str, Any],
) -> Path:
    """A study folder: a source is one file, or several by their names."""
    (folder / "raw").mkdir(parents=True)
    (folder / "sdtm").mkdir()
    for number, spec in enumerate(head.pop("adam", ()) if isinstance(head, dict) else ()):
        (folder / "adam").mkdir(exist_ok=True)
        (folder / "adam" / f"a{number}.yaml").write_text(spec_text(spec), encoding="utf-8")
    listed: dict[str, Any] = {}
    extra = dict(head.pop("sources", {})) if isinstance(head, dict) else {}
    for name, content in sources.items():
        files = content if isinstance(content, Mapping) else {f"{name}.csv": content}
        for file, rows in files.items():
            (folder / "raw" / file).write_text(as_csv(rows), encoding="utf-8")
        paths = [f"raw/{file}" for file in files]
        listed[name] = {"path": paths, "delimiter": ",", **extra.get(name, {})}
    study = {**HEAD, **head, "sources": listed}
    (folder / "study.yaml").write_text(spec_text(study), encoding="utf-8")
    for number, spec in enumerate(specs):
        (folder / "sdtm" / f"s{number}.yaml").write_text(spec_text(spec), encoding="utf-8")
    return folder


def check_promises(result: Conversion) -> None:
    """What holds of every conversion, whatever the study."""
    for account in result.accounts:
        assert adds_up(account.as_dict()), account.as_dict()
    for dataset in result.datasets.values():
        frame, trace = dataset.frame, dataset.trace
        assert list(frame) == [item.name for item in dataset.metadata.variables]
        assert len(trace) == len(frame)
        assert (trace["record"].to_numpy() >= 1).all()
        assert isinstance(frame.index, pd.RangeIndex)
        for item in dataset.metadata.variables:
            column = frame[item.name]
            if item.kind == "Num":
                assert column.dtype == np.float64, f"{dataset.name}.{item.name}"
            else:
                assert isinstance(column.dtype, pd.CategoricalDtype), f"{dataset.name}.{item.name}"
                values = columns.parts(column).values
                assert all(isinstance(value, str) and value for value in values), values
                longest = max((len(value.encode()) for value in values), default=1)
                assert item.length >= longest, f"{dataset.name}.{item.name}"


@dataclass(frozen=True)
class Workshop:
    """Makes studies in new folders."""

    folders: Iterator[Path]

    def study(
        self, sources: Mapping[str, Rows | Mapping[str, Rows]], /, *specs: Spec, **head: Any
    ) -> Study:
        """A study that has been read.

        Raises:
            SpecError: a spec is wrong.
        """
        study, problems = read_study(write_study(next(self.folders), sources, specs, head))
        if study is None or problems:
            raise SpecError(*problems)
        return study

    def convert(
        self, sources: Mapping[str, Rows | Mapping[str, Rows]], /, *specs: Spec, **head: Any
    ) -> Result:
        """A study converted; ``head`` are keys of study.yaml."""
        conversion = convert_study(self.study(sources, *specs, **head))
        check_promises(conversion)
        return Result(conversion)

    def plan(
        self, sources: Mapping[str, Rows | Mapping[str, Rows]], /, *specs: Spec, **head: Any
    ) -> Plan:
        """The plan of a study whose sources' columns are known."""
        study = self.study(sources, *specs, **head)
        return make_plan(study, {name: header(rows) for name, rows in sources.items()})

    def problems(
        self, sources: Mapping[str, Rows | Mapping[str, Rows]], /, *specs: Spec, **head: Any
    ) -> list[str]:
        """What is wrong with a study's specs, as the user reads it."""
        with pytest.raises(SpecError) as caught:
            convert_study(self.study(sources, *specs, **head))
        return [str(item) for item in caught.value.problems]

    def values(
        self, variable: Mapping[str, Any], rows: Rows, name: str = "AEMODIFY", **head: Any
    ) -> Result:
        """One variable of AE made from raw records of one subject (column SUBJ is added)."""
        if not isinstance(rows, str):
            rows = [{"SUBJ": "1", **row} for row in rows]
        spec = {"dataset": "AE", "source": "raw", "variables": {name: variable}}
        return self.convert({"raw": rows}, spec, **head)

    def made(
        self, variable: Mapping[str, Any], rows: Rows, name: str = "AEMODIFY", **head: Any
    ) -> list[Any]:
        """The values of that variable, in the order of the raw records."""
        return self.values(variable, rows, name, **head).by_record("AE", name)


def header(rows: Rows | Mapping[str, Rows]) -> tuple[str, ...]:
    """The column names of a source."""
    if isinstance(rows, Mapping):
        rows = next(iter(rows.values()))
    return tuple(next(csv.reader(io.StringIO(as_csv(rows)))))


def source_of(
    name: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    names: Sequence[str] = (),
    records: Sequence[int] = (),
    plain_text: bool = False,
) -> Source:
    """A source in memory; ``plain_text`` gives plain strings in place of categories."""
    names = tuple(names) or tuple(dict.fromkeys(column for row in rows for column in row))
    made: Mapping[str, pd.Series] = {
        column: pd.Series([row.get(column) for row in rows], dtype="str")
        if plain_text
        else columns.text(row.get(column) for row in rows)
        for column in names
    }
    return Source(
        name,
        pd.DataFrame(made, index=pd.RangeIndex(len(rows))),
        (f"raw/{name}.csv",),
        np.zeros(len(rows), dtype=np.int16),
        np.array(records or range(1, len(rows) + 1), dtype=np.int64),
        names,
    )


def run(plan: Plan, sources: Mapping[str, Source]) -> Result:
    """A plan carried out on sources in memory."""
    conversion = convert_sources(plan, sources)
    check_promises(conversion)
    return Result(conversion)


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Makes and converts studies."""
    base = tmp_path_factory.mktemp("studies")
    return Workshop(base / str(number) for number in itertools.count())


@pytest.fixture(scope="session")
def in_memory() -> Callable[..., Source]:
    """``source_of`` for tests."""
    return source_of


@pytest.fixture(scope="session")
def carry_out() -> Callable[..., Result]:
    """``run`` for tests."""
    return run
