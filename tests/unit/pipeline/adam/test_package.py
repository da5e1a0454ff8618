"""SDTM and ADaM of one study, written as one package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from converters import api
from converters.define import check_xsd

FILES = {
    "study.yaml": (
        "study: {id: S1, created: 2026-01-01}\nusubjid: SUBJ\nstandards: {adamig: 1.3}\n"
        "sources: {dm: {path: raw/dm.csv}, vs: {path: raw/vs.csv}}\n"
    ),
    "raw/dm.csv": "SUBJ,AGE,ARM,FIRST\n1,34,A,2026-01-10\n2,70,B,\n",
    "raw/vs.csv": "SUBJ,PULSE,DATE\n1,60,2026-01-09\n1,66,2026-02-09\n2,,2026-01-09\n",
    "sdtm/dm.yaml": """
dataset: DM
source: dm
variables:
  SUBJID: {from: SUBJ}
  AGE: {from: AGE}
  AGEU: {assign: YEARS}
  ARMCD: {from: ARM}
  ARM: {from: ARM}
  RFXSTDTC: {datetime: FIRST}
supplemental:
  RANDNO: {assign: 17, label: Randomisation Number}
""",
    "sdtm/vs.yaml": """
dataset: VS
source: vs
findings: [{test: PULSE, from: PULSE, unit: beats/min}]
variables:
  VSDTC: {datetime: DATE}
""",
    "adam/adsl.yaml": """
dataset: ADSL
class: SUBJECT LEVEL ANALYSIS DATASET
label: Subject-Level Analysis Dataset
keys: [STUDYID, USUBJID]
source: DM
take: [STUDYID, USUBJID, SUBJID, AGE, AGEU, RANDNO, {TRT01P: ARM}]
derive:
  - TRTSDT: {date: RFXSTDTC}
    SAFFL: {assign: Y, when: not missing(TRTSDT)}
""",
    "adam/advs.yaml": """
dataset: ADVS
class: BASIC DATA STRUCTURE
label: Vital Signs Analysis
keys: [STUDYID, USUBJID, PARAMCD, ADT]
source: VS
where: ADSL.SAFFL == "Y"
take: [STUDYID, USUBJID, VSSEQ]
derive:
  - merge: {dataset: ADSL, take: [TRTSDT, {TRTP: TRT01P}]}
  - ADT: {date: VSDTC}
  - parameters: [{PARAMCD: PULSE, PARAM: Pulse Rate (beats/min), AVAL: VSSTRESN}]
  - baseline: {where: ADT <= TRTSDT}
  - change: {}
""",
}


def write(place: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, "utf-8")
    return place


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write(tmp_path / "study", FILES)


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_both_are_in_the_report_and_in_the_package(study: Path, tmp_path: Path) -> None:
    report = api.convert(study, tmp_path / "out", fail_on=None)
    assert list(report.datasets) == ["DM", "SUPPDM", "VS", "ADSL", "ADVS"]
    names = set(content(tmp_path / "out"))
    assert {"adam/adsl.xpt", "adam/advs.xpt", "adam/define.xml", "trace/advs.parquet"} <= names
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["standards"]["adamig"] == "1.3"
    assert manifest["datasets"]["ADVS"] == {"records": 2, "variables": 13}
    assert "adam/advs.yaml" in [item["path"] for item in manifest["inputs"]]


def test_sas_dates_labels_and_values_are_in_the_files(study: Path, tmp_path: Path) -> None:
    api.convert(study, tmp_path / "out", fail_on=None)
    frame, meta = pyreadstat.read_xport(
        tmp_path / "out" / "adam" / "advs.xpt", disable_datetime_conversion=True
    )
    assert frame["ADT"].tolist() == [24115, 24146]
    assert meta.original_variable_types["ADT"] == "DATE9"
    assert frame[["BASE", "CHG", "TRTP"]].values.tolist() == [[60, 0, "A"], [60, 6, "A"]]
    assert meta.column_names_to_labels["TRTSDT"] == "Date of First Exposure to Treatment"
    adsl, _ = pyreadstat.read_xport(tmp_path / "out" / "adam" / "adsl.xpt")
    assert adsl["RANDNO"].tolist() == ["17", "17"]


def test_define_xml_is_valid_and_names_adamig(study: Path, tmp_path: Path) -> None:
    api.convert(study, tmp_path / "out", fail_on=None)
    define = tmp_path / "out" / "adam" / "define.xml"
    assert check_xsd(define) == []
    text = define.read_text("utf-8")
    assert 'Name="ADaMIG"' in text
    assert "SUPPDM.RANDNO" in text
    assert check_xsd(tmp_path / "out" / "sdtm" / "define.xml") == []


def test_every_record_of_a_source_is_accounted_for(study: Path, tmp_path: Path) -> None:
    report = api.convert(study, tmp_path / "out", fail_on=None)
    assert report.analyses == (
        {
            "dataset": "ADSL", "source": "DM", "records": 2, "analysed": 2,
            "excluded": {}, "rejected": {},
        },
        {
            "dataset": "ADVS", "source": "VS", "records": 2, "analysed": 2,
            "excluded": {}, "rejected": {},
        },
    )  # fmt: skip
    found = json.loads((tmp_path / "out" / "findings.json").read_text())
    assert found["analyses"] == list(report.analyses)
    trace = pd.read_parquet(tmp_path / "out" / "trace" / "advs.parquet")
    assert trace.values.tolist() == [["VS", "sdtm/vs.xpt", 1], ["VS", "sdtm/vs.xpt", 2]]


def test_the_same_inputs_give_the_same_bytes(study: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        api.convert(study, tmp_path / name, fail_on=None)
    assert content(tmp_path / "one") == content(tmp_path / "other")


def test_sdtm_is_the_same_with_and_without_analyses(study: Path, tmp_path: Path) -> None:
    sdtm = {name: text for name, text in FILES.items() if not name.startswith("adam/")}
    api.convert(study, tmp_path / "both", fail_on=None)
    api.convert(write(tmp_path / "bare", sdtm), tmp_path / "sdtm", fail_on=None)
    both, alone = content(tmp_path / "both"), content(tmp_path / "sdtm")
    ours = {"findings.json", "manifest.json"}
    assert {name: both[name] for name in alone if name not in ours} == {
        name: text for name, text in alone.items() if name not in ours
    }
    assert "analyses" not in json.loads(alone["findings.json"])
    assert "adamig" not in json.loads(alone["manifest.json"])["standards"]


def test_other_formats_hold_both(study: Path, tmp_path: Path) -> None:
    api.convert(study, tmp_path / "out", fail_on=None, also=("json",))
    advs = json.loads((tmp_path / "out" / "json" / "advs.json").read_text())
    assert advs["metaDataRef"] == "../adam/define.xml"


def test_problems_of_all_specs_are_told_together(study: Path) -> None:
    write(study, {"adam/advs.yaml": FILES["adam/advs.yaml"].replace("VSDTC", "VSDT")})
    write(study, {"sdtm/vs.yaml": FILES["sdtm/vs.yaml"].replace("VSDTC", "VSDTX")})
    write(study, {"study.yaml": FILES["study.yaml"].replace("1.3", "1.2")})
    assert [str(item) for item in api.check(study)] == [
        "study.yaml:3:21: ADaMIG '1.2' is not known, only 1.1, 1.3 (did you mean '1.3'?)"
    ]
    write(study, {"study.yaml": FILES["study.yaml"]})
    told: list[Any] = [str(item).partition(":")[0] for item in api.check(study)]
    assert told == ["adam/advs.yaml", "sdtm/vs.yaml"]


def test_the_command_shows_the_account_of_analyses(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from converters import cli

    write(
        study,
        {"adam/adsl.yaml": FILES["adam/adsl.yaml"].replace("take:", "where: AGE < 65\ntake:")},
    )
    with pytest.raises(SystemExit):
        cli.main(["convert", str(study), "--out", str(tmp_path / "out")])
    text = capsys.readouterr().out
    assert "Records by analysis dataset" in text
    assert "ADSL: 1 of DM excluded: not (AGE < 65)" in text


WINDOWS = "AVISIT,AVISITN,low,high\nBaseline,0,,1\nMonth 1,1,2,45\n"
STEPS = """  - ADY: {study_day: {date: ADT, reference: TRTSDT}}
  - analysis_visit: {windows: {file: adam/windows.csv}}
  - carry_forward: {method: LOCF, visits: [{AVISIT: Month 2, AVISITN: 2}]}
  - extreme_records: {by: [USUBJID, PARAMCD], pick: highest, set: {AVISIT: Highest, AVISITN: 9}}
  - toxicity_grade: {table: [{PARAMCD: PULSE, direction: HIGH, 1: 65, 2: 100}], numbers: true}
  - ASEQ: {sequence: {by: [PARAMCD, AVISITN, ADT, DTYPE]}}
"""


def with_steps(study: Path, windows: str) -> Path:
    spec = FILES["adam/advs.yaml"].replace("ADT]", "ADT, DTYPE]") + STEPS
    return write(study, {"adam/advs.yaml": spec, "adam/windows.csv": windows})


def test_derived_records_are_in_the_package_and_in_its_define_xml(
    study: Path, tmp_path: Path
) -> None:
    api.convert(with_steps(study, WINDOWS), tmp_path / "out", fail_on=None)
    frame, _ = pyreadstat.read_xport(tmp_path / "out" / "adam" / "advs.xpt")
    rows = frame[["ASEQ", "AVISIT", "DTYPE", "AVAL", "ABLFL", "ATOXGRHN"]].to_numpy().tolist()
    assert sorted(rows) == [
        [1, "Baseline", "", 60, "Y", 0],
        [2, "Month 1", "", 66, "", 1],
        [3, "Month 2", "LOCF", 66, "", 1],
        [4, "Highest", "MAXIMUM", 66, "", 1],
    ]
    assert check_xsd(tmp_path / "out" / "adam" / "define.xml") == []
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert "adam/windows.csv" in [item["path"] for item in manifest["inputs"]]


def test_rows_of_a_file_are_checked_like_those_of_the_spec(study: Path) -> None:
    wrong = WINDOWS.replace("2,45", "1,x").replace("AVISITN", "AVISTN")
    problems = [str(item) for item in api.check(with_steps(study, wrong))]
    assert [text.partition(": ")[0] for text in problems] == [
        "adam/windows.csv:2",
        "adam/windows.csv:3",
        "adam/windows.csv:3",
    ]


def test_adams_codelists_have_their_codes_and_define_xml_declares_their_release(
    study: Path, tmp_path: Path
) -> None:
    spec = FILES["adam/advs.yaml"] + "  - DTYPE: {assign: LOCF}\n    ADTF: {assign: D}\n"
    write(study, {"adam/advs.yaml": spec})
    report = api.convert(study, tmp_path / "out", fail_on=None)
    used = {item.name: item.codelist for item in report.datasets["ADVS"].metadata.variables}
    (dtype,) = used["DTYPE"].terms
    assert (used["DTYPE"].code, dtype.code, used["DTYPE"].standard) == ("C81224", "C81198", "ADaM")
    assert (used["ADTF"].name, used["ADTF"].extensible) == ("DATEFL", False)
    define = tmp_path / "out" / "adam" / "define.xml"
    assert check_xsd(define) == []
    text = define.read_text("utf-8")
    assert 'OID="STD.CT.ADaM.2026-03-27"' in text
    assert 'OID="STD.CT.SDTM.2024-03-29"' in text
    assert 'PublishingSet="ADaM"' not in (tmp_path / "out/sdtm/define.xml").read_text("utf-8")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["standards"]["adam_terminology"] == "2026-03-27"


@pytest.mark.parametrize(
    ("value", "extensions", "told"),
    [
        ("LOCF", "", []),
        ("ZERO", "", ["not-in-extensible-codelist"]),
        ("ZERO", "terminology: {extensions: {DTYPE: [ZERO]}}\n", []),
        ("ZERO", "terminology: {extensions: {C81224: {ZERO: Set to zero}}}\n", []),
    ],
)
def test_the_sponsor_adds_to_adams_codelists_too(
    study: Path, value: str, extensions: str, told: list[str]
) -> None:
    write(study, {"study.yaml": FILES["study.yaml"] + extensions})
    spec = FILES["adam/advs.yaml"] + f"  - DTYPE: {{assign: {value}, codelist: DTYPE}}\n"
    write(study, {"adam/advs.yaml": spec})
    found = api.convert(study, fail_on=None).findings
    assert [item.rule for item in found if item.rule.endswith("codelist")] == told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("standards: {adam_terminology: 2026-03-28}",
         "study.yaml:3:31: ADaM terminology '2026-03-28' is not known, only 2026-03-27 "
         "(did you mean '2026-03-27'?)"),
        ("terminology: {extensions: {DATEFL: [X]}}",
         "study.yaml:3:27: codelist DATEFL (Date Imputation Flag) is not extensible: "
         "no value can be added"),
    ],
)  # fmt: skip
def test_wrong_terminology_of_adam_is_told(study: Path, line: str, told: str) -> None:
    text = FILES["study.yaml"].replace("standards: {adamig: 1.3}", line)
    write(study, {"study.yaml": text})
    assert [str(item) for item in api.check(study)] == [told]


def test_adamig_1_1_has_its_own_variables(study: Path) -> None:
    write(study, {"study.yaml": FILES["study.yaml"].replace("1.3", '"1.1"')})
    spec = (
        FILES["adam/advs.yaml"] + "  - PARAMTYP: {assign: DERIVED}\n    BCHG: {formula: AVAL - 1}\n"
    )
    write(study, {"adam/advs.yaml": spec})
    told = [item.message for item in api.check(study)]
    assert told == ["BCHG: ADaMIG 1.1 has no such variable: give it a 'label'"]
