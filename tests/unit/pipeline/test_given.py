"""Finished datasets that a study is given: analysed like those that it maps itself."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from converters import api
from converters.errors import InputError, SpecError
from converters.formats import read_dataset
from tests.unit.pipeline.adam.test_package import FILES

HEAD = "study: {id: S1, created: 2026-01-01}\n"
ADAM = {name: text for name, text in FILES.items() if name.startswith("adam/")}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def mapped(tmp_path: Path) -> Path:
    """The package of a study that maps its SDTM itself, in several formats."""
    study = write(tmp_path / "mapped", FILES)
    out = tmp_path / "out"
    api.convert(study, out, fail_on=None, also=["json", "parquet", "csv"])
    return out


@pytest.mark.parametrize("form", ["xpt", "json", "parquet", "csv"])
def test_given_datasets_are_analysed_as_mapped_ones_are(
    mapped: Path, tmp_path: Path, form: str
) -> None:
    place = mapped / ("sdtm" if form == "xpt" else form)
    study = write(tmp_path / "given", {"study.yaml": HEAD + "datasets: data\n", **ADAM})
    (study / "data").mkdir()
    for path in place.glob(f"*.{form}"):
        if not path.stem.startswith("ad"):
            (study / "data" / path.name).write_bytes(path.read_bytes())
    assert api.check(study) == []
    report = api.convert(study, tmp_path / "again", fail_on=None)
    assert sorted(report.datasets) == ["ADSL", "ADVS"]
    for name in ("adsl", "advs"):
        one = read_dataset(mapped / "adam" / f"{name}.xpt").frame
        other = read_dataset(tmp_path / "again" / "adam" / f"{name}.xpt").frame
        pd.testing.assert_frame_equal(one, other)
    assert not (tmp_path / "again" / "sdtm").exists()
    manifest = json.loads((tmp_path / "again" / "manifest.json").read_text())
    assert f"data/dm.{form}" in [item["path"] for item in manifest["inputs"]]


def test_labels_and_types_are_those_of_the_standard_where_a_file_has_others(
    mapped: Path, tmp_path: Path
) -> None:
    study = write(tmp_path / "given", {"study.yaml": HEAD + "datasets: data\n", **ADAM})
    (study / "data").mkdir()
    for name in ("dm", "vs", "suppdm"):
        frame = pd.read_parquet(mapped / "parquet" / f"{name}.parquet").astype(object)
        if name == "dm":
            frame["SUBJID"] = frame["SUBJID"].astype(float)
            frame["AGE"] = frame["AGE"].map(str)
        frame.to_parquet(study / "data" / f"{name}.parquet")
    report = api.convert(study, fail_on=None)
    adsl = report.datasets["ADSL"]
    assert adsl.frame["SUBJID"].tolist() == ["1", "2"]
    assert adsl.frame["AGE"].tolist() == [34.0, 70.0]
    assert adsl.metadata.variable("SUBJID").label == "Subject Identifier for the Study"


@pytest.mark.parametrize(
    ("datasets", "words"),
    [
        ("datasets: ../out/sdtm", "2:11: '../out/sdtm' is outside the study folder"),
        ("datasets: [data/*.xpt]", "2:12: no file matches the pattern '*.xpt'"),
        ("datasets: dat", "2:11: file not found (did you mean 'data'?)"),
        ("datasets: empty", "2:11: 'empty' holds no dataset (.xpt, .json"),
        ("title: x", "1:1: lacks the key 'sources', the raw records (or 'datasets'"),
    ],
)
def test_what_is_wrong_with_datasets_is_told_at_its_place(
    tmp_path: Path, datasets: str, words: str
) -> None:
    head = HEAD + ("" if datasets.startswith("title") else f"{datasets}\n")
    study = write(tmp_path / "study", {"study.yaml": head, **ADAM, "data/x.txt": "x"})
    (study / "empty").mkdir()
    problems = [str(problem) for problem in api.check(study)]
    assert any(words in problem for problem in problems), problems


def test_a_dataset_that_is_mapped_too_is_told(mapped: Path, tmp_path: Path) -> None:
    head = FILES["study.yaml"] + "datasets: data/dm.xpt\n"
    study = write(tmp_path / "both", {**FILES, "study.yaml": head})
    (study / "data").mkdir()
    (study / "data" / "dm.xpt").write_bytes((mapped / "sdtm" / "dm.xpt").read_bytes())
    with pytest.raises(SpecError, match=r"DM is mapped by sdtm/dm\.yaml too"):
        api.convert(study)


def test_files_that_cannot_be_read_are_told_together(mapped: Path, tmp_path: Path) -> None:
    study = write(tmp_path / "given", {"study.yaml": HEAD + "datasets: data\n", **ADAM})
    (study / "data").mkdir()
    data = (mapped / "sdtm" / "dm.xpt").read_bytes()
    for name, content in (("dm", data), ("dm2", data), ("vs", b"no"), ("ex", b"")):
        (study / "data" / f"{name}.xpt").write_bytes(content)
    with pytest.raises(InputError) as caught:
        api.convert(study)
    assert len(caught.value.problems) == 3
    assert any("holds the dataset DM, as another" in str(p) for p in caught.value.problems)
