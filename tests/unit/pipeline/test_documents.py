"""Documents, comments on standards and displays: read, checked, and part of the package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from converters import api
from converters.dataset import Comment, Condition, Document, Reference
from converters.define import check_xsd
from converters.pipeline.convert import convert_study
from converters.pipeline.package import analysis_package_of, package_of
from converters.study import read_study

STUDY: dict[str, Any] = {
    "study": {"id": "S1", "created": "2026-01-01", "originator": "Us", "comment": "On all."},
    "usubjid": "SUBJ",
    "standards": {
        "comments": {
            "sdtmig": "On the guide.",
            "adam_terminology": {"text": "On terms.", "documents": [{"document": "guide"}]},
        }
    },
    "documents": {
        "crf": {"title": "CRF", "href": "acrf.pdf", "kind": "annotated CRF"},
        "guide": {"title": "Guide", "href": "guides/guide.txt"},
        "program": {"title": "Code", "href": "code.R", "kind": "other", "packages": ["adam"]},
    },
    "sources": {"dm": {"path": "raw/dm.csv"}},
}
SPEC: dict[str, Any] = {
    "dataset": "DM",
    "source": "dm",
    "comment": {"text": "All.", "documents": [{"document": "crf", "pages": [3, "5-6", "DM"]}]},
    "variables": {"SUBJID": {"from": "SUBJ"}, "SEX": {"from": "SEX"}},
}
ADSL: dict[str, Any] = {
    "dataset": "ADSL",
    "class": "SUBJECT LEVEL ANALYSIS DATASET",
    "label": "Subjects",
    "keys": ["USUBJID"],
    "source": "DM",
    "take": ["STUDYID", "USUBJID", "SEX"],
    "derive": [{"AGEN": {"assign": 40, "label": "Age"}}],
}
RESULT: dict[str, Any] = {
    "name": "Women",
    "description": "Number of women",
    "reason": "SPECIFIED IN SAP",
    "purpose": "PRIMARY OUTCOME MEASURE",
    "datasets": [{"dataset": "ADSL", "where": 'SEX == "F" and AGEN >= 18', "variables": ["SEX"]}],
    "documentation": {"text": "Counted.", "documents": [{"document": "guide", "pages": [2]}]},
    "code": {"context": "R 4.4", "text": "nrow(adsl)", "documents": [{"document": "program"}]},
}
FILES = ("acrf.pdf", "guides/guide.txt", "code.R")


def write(place: Path, display: Any = None, **changes: Any) -> Path:
    study = {**STUDY, **changes.get("study", {})}
    spec = {**SPEC, **changes.get("spec", {})}
    displays = {"displays": [{"name": "T1", "title": "Women", "results": [display or RESULT]}]}
    written = {
        "study.yaml": study,
        "sdtm/dm.yaml": spec,
        "adam/adsl.yaml": ADSL,
        "adam/displays.yaml": displays,
    }
    texts = {name: json.dumps(data) for name, data in written.items()}
    texts["raw/dm.csv"] = "SUBJ,SEX\n1,F\n"
    texts |= {f"documents/{name}": name for name in FILES if name != changes.get("absent")}
    for name, text in texts.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, "utf-8")
    return place


def test_a_package_has_its_documents_comments_and_displays(tmp_path: Path) -> None:
    study, problems = read_study(write(tmp_path))
    assert problems == []
    assert study is not None
    conversion = convert_study(study)
    sdtm, adam = package_of(conversion), analysis_package_of(conversion)
    assert sdtm.documents == (
        Document("CRF", "acrf.pdf", "Annotated CRF", "crf"),
        Document("Guide", "guides/guide.txt", "Supplemental", "guide"),
    )
    assert [(item.name, item.kind) for item in adam.documents] == [
        ("guide", "Supplemental"),
        ("program", "Other"),
    ]
    assert (sdtm.originator, sdtm.comment) == ("Us", Comment("On all."))
    assert sdtm.standards[0].comment == Comment("On the guide.")
    assert adam.standards[-1].comment == Comment("On terms.", (Reference("guide"),))
    comment = sdtm.datasets["DM"].metadata.comment
    assert comment == Comment("All.", (Reference("crf", ("3", "5-6", "DM")),))
    assert sdtm.displays == ()
    (display,) = adam.displays
    (result,) = display.results
    assert (display.name, display.description, result.name) == ("T1", "Women", "Women")
    assert result.data[0].where == (
        Condition("SEX", "EQ", ("F",)),
        Condition("AGEN", "GE", ("18",)),
    )
    assert result.documentation == Comment("Counted.", (Reference("guide", ("2",)),))
    assert (result.context, result.code, result.programs) == (
        "R 4.4",
        "nrow(adsl)",
        (Reference("program"),),
    )


def test_documents_are_copied_beside_define_xml_and_are_inputs(tmp_path: Path) -> None:
    out = tmp_path / "out"
    api.convert(write(tmp_path / "study"), out, fail_on=None)
    assert (out / "sdtm" / "acrf.pdf").read_text() == "acrf.pdf"
    assert (out / "adam" / "guides" / "guide.txt").exists()
    assert (out / "adam" / "code.R").exists()
    assert not (out / "sdtm" / "code.R").exists()
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    inputs = {item["path"] for item in manifest["inputs"]}
    assert {"documents/acrf.pdf", "documents/code.R", "adam/displays.yaml"} <= inputs
    assert "sdtm/acrf.pdf" in {item["path"] for item in manifest["outputs"]}


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_define_xml_is_of_the_version_asked_for(tmp_path: Path, version: str) -> None:
    study = {"output": {"define": version}}
    api.convert(write(tmp_path / "study", study=study), tmp_path / "out", fail_on=None)
    for package in ("sdtm", "adam"):
        path = tmp_path / "out" / package / "define.xml"
        assert check_xsd(path) == []
        assert f'DefineVersion="{version}' in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"absent": "code.R"}, "the study folder has no file 'documents/code.R'"),
        (
            {"spec": {"comment": {"text": "x", "documents": [{"document": "cfr"}]}}},
            "study.yaml has no document 'cfr' (did you mean 'crf'?)",
        ),
        (
            {"spec": {"comment": {"text": "x", "documents": [{"document": "program"}]}}},
            "the document 'program' does not go with the sdtm package",
        ),
        (
            {"study": {"documents": {**STUDY["documents"], "twin": STUDY["documents"]["crf"]}}},
            "'acrf.pdf' is the document 'crf' too",
        ),
        (
            {"study": {"documents": {"crf": {"title": "x", "href": "../x.pdf"}}}},
            "href: '../x.pdf' is not the path of a document beside define.xml",
        ),
        (
            {"study": {"documents": {"crf": {"title": "x", "href": "define.xml"}}}},
            "href: 'define.xml' is not the path of a document beside define.xml",
        ),
        (
            {"study": {"documents": {"crf": {"title": "x", "href": "a.pdf", "kind": "CRF"}}}},
            "kind: 'CRF' is not one of annotated CRF, supplemental, other",
        ),
    ],
)
def test_what_is_wrong_with_documents_is_told(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    assert any(message in str(item) for item in api.check(write(tmp_path, **changes)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"datasets": [{"dataset": "ADSI", "variables": ["SEX"]}]},
            "the study has no analysis dataset 'ADSI' (did you mean 'ADSL'?)",
        ),
        (
            {"datasets": [{"dataset": "ADSL", "variables": ["SEXX"]}]},
            "ADSL has no variable 'SEXX' (did you mean 'SEX'?)",
        ),
        (
            {"datasets": [{"dataset": "ADSL", "variables": ["SEX"], "where": "not missing(SEX)"}]},
            "define.xml cannot say 'not missing(SEX)'",
        ),
        (
            {"datasets": [{"dataset": "ADSL", "variables": ["SEX"], "where": "DM.SEX == 1"}]},
            "'DM.SEX': only variables of the dataset can be used here",
        ),
        (
            {"code": {"context": "R"}},
            "code: lacks the key 'text', or 'documents' that hold the code",
        ),
        ({"reasn": "x"}, "unknown key 'reasn' (did you mean 'reason'?)"),
    ],
)
def test_what_is_wrong_with_displays_is_told(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    problems = api.check(write(tmp_path, display={**RESULT, **change}))
    assert len(problems) == 1
    assert message in problems[0].message
    assert problems[0].file == "adam/displays.yaml"


def test_a_reason_of_the_sponsors_own_is_a_note(tmp_path: Path) -> None:
    display = {**RESULT, "reason": "SPECIFIED IN SAPP"}
    report = api.convert(write(tmp_path, display=display), fail_on=None)
    (found,) = (item for item in report.findings if item.rule == "analysis-term-unknown")
    assert found.severity.value == "Note"
    assert "did you mean 'SPECIFIED IN SAP'?" in found.message
