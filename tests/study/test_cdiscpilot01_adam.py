"""The CDISC pilot study's SDTM becomes its published ADSL and ADAE, compared cell by cell.

The specs start from the complete SDTM package, which the raw extracts beside them cannot give.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from converters import columns
from converters.api import validate
from converters.dataset import Dataset
from converters.define import check_xsd
from converters.findings import Finding
from converters.pipeline.adam.finished import finished
from converters.pipeline.adam.plan import plan_analyses
from converters.pipeline.adam.run import analyse
from converters.pipeline.convert import Conversion
from converters.pipeline.package import write_package
from converters.study import read_study
from tests.finished import finished_dataset
from tests.finished_metadata import origin_faults

SPECS = Path(__file__).parent / "cdiscpilot01"
DATA = Path(__file__).parents[3] / "shared" / "data" / "cdiscpilot01"
SDTM = ("AE", "DM", "DS", "EX", "MH", "QS", "SC", "SV", "VS")
KEYS = {"ADSL": ["USUBJID"], "ADAE": ["USUBJID", "AESEQ"]}

pytestmark = pytest.mark.skipif(
    not (DATA / "adam").is_dir(), reason="needs the pilot study's data at ../shared/data"
)

#: Every cell is equal. Of labels one is not.
CELLS = {"ADSL": 254 * 48, "ADAE": 1191 * 55}
LABELS = {
    ("ADSL", "DTHFL"): "a copy keeps the label that it has in DM: Subject Death Flag",
}

#: What becomes of the records of the source.
ACCOUNTS = {"ADSL": (306, 254), "ADAE": (1191, 1191)}


@dataclass(frozen=True)
class Run:
    """The analysis datasets as made and as read back from XPT, and what was found."""

    conversion: Conversion
    out: Path
    emitted: dict[str, pd.DataFrame]
    findings: list[Finding]


def read_sdtm(name: str) -> Dataset:
    """A published SDTM dataset; types are the standard's, where the file has SITEID as a number."""
    frame = pd.read_parquet(DATA / "sdtm_for_adam" / f"{name.lower()}.parquet")
    empty = finished_dataset(name, ",".join(frame.columns) + "\n")
    made = {item.name: typed(frame[item.name], item.kind) for item in empty.metadata.variables}
    return replace(empty, frame=pd.DataFrame(made))


def typed(column: pd.Series, kind: str) -> pd.Series:
    if not columns.is_number(column):
        column = columns.text(value or None for value in column.astype(object).fillna(""))
    if kind == "Num":
        return columns.to_number(column)
    return columns.map_text(column, list) if columns.is_number(column) else column


def run(place: Path) -> Run:
    study, problems = read_study(SPECS)
    assert study is not None
    assert problems == []
    study = replace(study, sources={})
    datasets = {name: read_sdtm(name) for name in SDTM}
    known = {name: item.names for name, item in finished(datasets, "sdtm").items()}
    plans, problems = plan_analyses(study.adam, known, study.settings)
    assert problems == []
    made = analyse(plans, datasets, study.settings)
    conversion = Conversion(study, {}, made.findings, (), made.datasets, made.accounts)
    told = [*made.findings, *validate(conversion)]
    findings = write_package(conversion, told, place, lambda *_: None)
    emitted = {name: read_xpt(place / "adam" / f"{name.lower()}.xpt") for name in KEYS}
    return Run(conversion, place, emitted, findings)


def read_xpt(path: Path) -> pd.DataFrame:
    """Every value as text, numeric dates by their format."""
    return as_text(pyreadstat.read_xport(path)[0])


def read_published(name: str) -> pd.DataFrame:
    return as_text(pd.read_parquet(DATA / "adam" / f"{name.lower()}.parquet"))


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers without a point; missing is empty."""
    for name in frame.columns:
        if pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = frame[name].map(lambda value: f"{value:.15g}", na_action="ignore")
    return frame.astype(object).fillna("").astype(str)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(tmp_path_factory.mktemp("first") / "out")


def differences(name: str, ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[int, list[str]]:
    """How many cells are equal, and those that are not."""
    mine, yours = (frame.set_index(KEYS[name], drop=False) for frame in (ours, theirs))
    assert mine.index.is_unique
    assert set(mine.index) == set(yours.index)
    mine = mine.loc[yours.index, yours.columns]
    same = mine.to_numpy() == yours.to_numpy()
    wrong = [
        f"{yours.columns[c]} of {yours.index[r]}: {mine.iat[r, c]!r}, and not {yours.iat[r, c]!r}"
        for r, c in np.argwhere(~same)
    ]
    return int(same.sum()), wrong


@pytest.mark.parametrize("name", KEYS)
def test_every_cell_is_as_published(name: str, first: Run) -> None:
    published = read_published(name)
    equal, wrong = differences(name, first.emitted[name], published)
    assert wrong == []
    assert equal == published.size == CELLS[name]
    assert set(first.emitted[name]) == set(published)


@pytest.mark.parametrize("name", KEYS)
def test_a_single_changed_cell_is_seen(name: str, first: Run) -> None:
    changed = read_published(name)
    changed.loc[100, "TRTSDT"] = "2014-01-01"
    equal, wrong = differences(name, first.emitted[name], changed)
    assert len(wrong) == 1
    assert equal == CELLS[name] - 1


@pytest.mark.parametrize("name", KEYS)
def test_variables_have_the_published_types_and_labels(name: str, first: Run) -> None:
    published = pd.read_csv(DATA / "adam" / f"{name.lower()}.vars.csv").set_index("name")
    made = {v.name: v for v in first.conversion.analyses[name].metadata.variables}
    kinds = published["class"].map({"character": "Char"}).fillna("Num")
    assert {n: v.kind for n, v in made.items()} == kinds.to_dict()
    different = {(name, n) for n, v in made.items() if v.label != published.loc[n, "label"]}
    assert different == {place for place in LABELS if place[0] == name}
    dates = published.index[published["class"] == "Date"]
    assert {made[n].format for n in dates} == {"DATE9."}


@pytest.mark.parametrize("name", KEYS)
def test_every_source_record_is_accounted_for(name: str, first: Run) -> None:
    (account,) = (item for item in first.conversion.analysed if item["dataset"] == name)
    assert (account["records"], account["analysed"]) == ACCOUNTS[name]


def test_nothing_is_found_but_what_was_published(first: Run) -> None:
    told = Counter((item.dataset, item.rule, item.variable) for item in first.findings)
    assert told == {("ADAE", "flag-not-y", "TRTEMFL"): 1}  # published with N


def test_define_xml_is_valid_by_its_schema_and_has_a_method_for_what_is_derived(first: Run) -> None:
    pytest.importorskip("odmlib", reason="odmlib carries the XML Schema of Define-XML")
    assert check_xsd(first.out / "adam" / "define.xml") == []
    for dataset in first.conversion.analyses.values():
        for item in dataset.metadata.variables:
            assert item.origin is not None
            assert (item.origin.type == "Derived") == (item.method is not None), item.name


def test_a_second_run_writes_the_same_bytes(first: Run, tmp_path: Path) -> None:
    assert digests(run(tmp_path / "out").out) == digests(first.out)


def digests(folder: Path) -> dict[str, Any]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_variable_has_an_origin_and_every_derived_one_a_method(first: Run) -> None:
    assert origin_faults(dict(first.conversion.analyses)) == []
