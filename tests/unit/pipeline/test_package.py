"""The package on disk: complete or not there, and always the same bytes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import etree

from converters import api
from converters.errors import OutputError
from converters.formats import read_dataset
from converters.pipeline import package
from converters.pipeline.convert import Conversion, convert_study
from converters.pipeline.package import write_package
from converters.pipeline.place import check_place

SPEC = {"dataset": "AE", "source": "raw", "variables": {"AETERM": {"from": "A"}}}


@pytest.fixture
def conversion(workshop: Any) -> Conversion:
    rows = [{"SUBJ": "1", "A": "a"}, {"SUBJ": "2", "A": "ö"}]
    result: Conversion = workshop.convert({"raw": rows}, SPEC).conversion
    return result


def write(conversion: Conversion, out: Path) -> None:
    write_package(conversion, conversion.findings, out, lambda *_: None)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_study_gives_the_same_bytes(conversion: Conversion, tmp_path: Path) -> None:
    write(conversion, tmp_path / "one")
    again = convert_study(conversion.study)
    write(again, tmp_path / "two")
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert one == two
    expected = {"sdtm/ae.xpt", "sdtm/define.xml", "sdtm/define.html", "findings.json"}
    assert {*expected, "manifest.json"} <= set(one)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_the_manifest_lists_every_file_with_its_hash(
    conversion: Conversion, tmp_path: Path
) -> None:
    write(conversion, tmp_path / "out")
    files = contents(tmp_path / "out")
    manifest = json.loads(files.pop("manifest.json"))
    listed = {item["path"]: (item["bytes"], item["sha256"]) for item in manifest["outputs"]}
    assert listed == {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()
    }
    assert [item["path"] for item in manifest["inputs"]] == [
        "study.yaml",
        "sdtm/s0.yaml",
        "raw/raw.csv",
    ]
    assert manifest["datasets"]["AE"]["records"] == 2
    assert manifest["sources"][0]["mapped"] == 2


def test_the_trace_on_disk_is_the_trace(conversion: Conversion, tmp_path: Path) -> None:
    write(conversion, tmp_path / "out")
    trace = pd.read_parquet(tmp_path / "out" / "trace" / "ae.parquet")
    assert trace["record"].tolist() == [1, 2]
    assert trace["file"].astype(str).tolist() == ["raw/raw.csv"] * 2


def test_a_new_package_takes_the_place_of_the_old(conversion: Conversion, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(conversion, out)
    before = contents(out)
    (out / "sdtm" / "ae.xpt").write_bytes(b"old")
    write(conversion, out)
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_run_that_fails_leaves_the_old_package(
    conversion: Conversion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write(conversion, out)
    before = contents(out)

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device", "define.xml")

    monkeypatch.setattr(package, "write_define", fail)
    with pytest.raises(OutputError, match=r"out: cannot be written: No space left"):
        write(conversion, out)
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_package_of_a_run_that_was_killed_between_two_renames_comes_back(
    conversion: Conversion, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    write(conversion, out)
    before = contents(out)
    out.rename(tmp_path / ".out.previous")
    check_place(out)
    assert contents(out) == before


def test_a_folder_that_is_no_package_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="is not empty"):
        check_place(tmp_path / "mine")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="is a file: the output is a folder"):
        check_place(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    check_place(tmp_path / "empty")
    check_place(tmp_path / "none" / "yet")


def test_a_run_with_findings_goes_beside_and_leaves_the_old_package(
    workshop: Any, tmp_path: Path
) -> None:
    clean = workshop.study({"raw": [{"SUBJ": "1", "A": "a"}]}, SPEC)
    out = tmp_path / "out"
    first = api.convert(clean.folder, out, fail_on=None)
    assert (first.out, first.published) == (out, True)
    before = contents(out)
    wrong = {**SPEC, "variables": {"AELLTCD": {"from": "A"}, "AETERM": {"from": "A"}}}
    bad = workshop.study({"raw": [{"SUBJ": "1", "A": "a"}]}, wrong)
    second = api.convert(bad.folder, out)
    assert (second.out, second.published) == (tmp_path / "out-failed", False)
    assert contents(out) == before


def test_other_formats_stand_in_folders_of_their_names(workshop: Any, tmp_path: Path) -> None:
    rows = [{"SUBJ": "1", "A": "a"}, {"SUBJ": "2", "A": "b"}]
    study = workshop.study({"raw": rows}, SPEC, output={"formats": ["ndjson"]})
    report = api.convert(study.folder, tmp_path / "out", fail_on=None, also=["json", "parquet"])
    found = contents(tmp_path / "out")
    assert {"ndjson/ae.ndjson", "json/ae.json", "parquet/ae.parquet"} <= set(found)
    about = json.loads(found["json/ae.json"])
    root = etree.fromstring(found["sdtm/define.xml"])
    oids = {element.get("OID") for element in root.iter() if element.get("OID")}
    named = [about["studyOID"], about["metaDataVersionOID"], about["itemGroupOID"]]
    assert {*named, *(item["itemOID"] for item in about["columns"])} <= oids
    assert (tmp_path / "out" / "json" / about["metaDataRef"]).resolve().is_file()
    for name in ("ndjson/ae.ndjson", "json/ae.json", "parquet/ae.parquet", "sdtm/ae.xpt"):
        frame = read_dataset(tmp_path / "out" / name).frame
        assert frame["AETERM"].tolist() == ["a", "b"], name
    assert [item.rule for item in report.findings if item.rule.startswith("json")] == []


def test_a_file_over_the_limit_is_split_beside_the_whole(workshop: Any, tmp_path: Path) -> None:
    rows = [{"SUBJ": str(n // 50), "A": "a", "C": f"cat {n % 3}"} for n in range(300)]
    spec = {
        **SPEC,
        "variables": {
            "AETERM": {"from": "A"},
            "AECAT": {"from": "C"},
            "AEDTC": {"assign": "2026-01-01"},
        },
    }
    output = {"split": {"AE": "AECAT"}, "split_over": 15_000}
    study = workshop.study({"raw": rows}, spec, output=output)
    report = api.convert(study.folder, tmp_path / "out", fail_on=None)
    split = json.loads((tmp_path / "out" / "manifest.json").read_text())["split"]["AE"]
    assert split["by"] == "AECAT"
    values = [value for part in split["parts"] for value in part["values"]]
    assert values == ["cat 0", "cat 1", "cat 2"]
    folder = tmp_path / "out" / "sdtm" / "split"
    names = [part["name"] for part in split["parts"]]
    assert sorted(path.name for path in folder.iterdir()) == [f"{n.lower()}.xpt" for n in names]
    parts = [read_dataset(folder / f"{name.lower()}.xpt") for name in names]
    assert sum(len(part.frame) for part in parts) == 300
    assert [part.name for part in parts] == names
    assert all((folder / f"{n.lower()}.xpt").stat().st_size <= 15_000 for n in names)
    assert len(read_dataset(tmp_path / "out" / "sdtm" / "ae.xpt").frame) == 300
    assert [item.dataset for item in report.findings if item.rule == "dataset-split"] == ["AE"]


def test_an_error_in_define_xml_keeps_the_old_package(
    workshop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = workshop.study({"raw": [{"SUBJ": "1", "A": "a"}]}, SPEC)
    out = tmp_path / "out"
    api.convert(study.folder, out, fail_on=None)
    before = contents(out)
    written = package.write_define

    def undefined(made: Any, path: Path, **_: Any) -> None:
        written(made, path)
        path.write_text(path.read_text("utf-8").replace(' Repeating="Yes"', ""), "utf-8")

    monkeypatch.setattr(package, "write_define", undefined)
    report = api.convert(study.folder, out)
    assert (report.out, report.published) == (tmp_path / "out-failed", False)
    assert contents(out) == before
    told = json.loads((tmp_path / "out-failed" / "findings.json").read_text("utf-8"))["findings"]
    own = [item["message"] for item in told if item["file"] == "sdtm/define.xml"]
    assert any("Repeating" in message for message in own)
    page = (tmp_path / "out-failed" / "sdtm" / "define.html").read_text("utf-8")
    assert "Repeating" in page
    assert sorted(path.name for path in tmp_path.glob("*out*")) == ["out", "out-failed"]


def test_the_files_of_every_format_agree_with_define_xml(workshop: Any, tmp_path: Path) -> None:
    coded = {"AETERM": {"from": "A"}, "AEDECOD": {"from": "A"}}
    spec = {**SPEC, "variables": coded, "supplemental": {"AEX": {"label": "X", "from": "B"}}}
    study = workshop.study({"raw": [{"SUBJ": str(n), "A": "a", "B": "b"} for n in (1, 2)]}, spec)
    formats = ("json", "ndjson", "dsjc", "parquet")
    report = api.convert(study.folder, tmp_path / "out", fail_on=None, also=formats)
    assert report.out is not None
    define = report.out / "sdtm" / "define.xml"
    told = {
        name: [
            item
            for item in api.check_define(define, report.out / name)
            if item.rule.startswith("define-data-")
        ]
        for name in ("sdtm", *formats)
    }
    assert told == {name: [] for name in ("sdtm", *formats)}
