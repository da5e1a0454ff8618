"""Columns ``<item>_DECODE``: made when asked for, findings, and what is listed as unread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from converters.sources import SourceSpec, read_columns, read_source

ODM = """<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot">
<Study OID="S"><BasicDefinitions><MeasurementUnit OID="U1" Name="mg">
  <Symbol><TranslatedText>mg/dL</TranslatedText></Symbol></MeasurementUnit></BasicDefinitions>
<MetaDataVersion OID="M" Name="M"><ItemGroupDef OID="G" Name="G" Repeating="No">
  <ItemRef ItemOID="SUBJ" Mandatory="No"/><ItemRef ItemOID="SEV" Mandatory="No"/>
  <ItemRef ItemOID="SER" Mandatory="No"/><ItemRef ItemOID="TERM" Mandatory="No"/>%s</ItemGroupDef>
 <ItemDef OID="SEV" Name="SEV" DataType="text"><CodeListRef CodeListOID="CL"/></ItemDef>
 <ItemDef OID="SER" Name="SER" DataType="text"><CodeListRef CodeListOID="CL"/></ItemDef>
 <CodeList OID="CL" Name="CL" DataType="text">
  <CodeListItem CodedValue=" 1">
   <Decode><TranslatedText>Mild</TranslatedText></Decode></CodeListItem>
  <CodeListItem CodedValue="2">
   <Decode><TranslatedText>Severe</TranslatedText></Decode></CodeListItem>
 </CodeList></MetaDataVersion></Study>
<ClinicalData StudyOID="S" MetaDataVersionOID="M">%s</ClinicalData></ODM>"""


UNIT = '<MeasurementUnitRef MeasurementUnitOID="U1"/>'


def record(subject: int, *items: tuple[str, str]) -> str:
    found = (("SUBJ", str(subject)), ("TERM", f"T{subject}"), *items)
    data = "".join(
        f'<ItemData ItemOID="{oid}" Value="{value}">{UNIT if oid == "RES" else ""}</ItemData>'
        for oid, value in found
    )
    return (
        f'<SubjectData SubjectKey="{subject}"><StudyEventData StudyEventOID="E">'
        f'<FormData FormOID="F"><ItemGroupData ItemGroupOID="G">{data}</ItemGroupData>'
        "</FormData></StudyEventData></SubjectData>"
    )


def source(tmp_path: Path, *records: str, more: str = "") -> SourceSpec:
    file = tmp_path / "odm.xml"
    file.write_text(ODM % (more, "".join(records)))
    return SourceSpec("s", (file,), item_group="G")


def values(frame: Any, name: str) -> list[str | None]:
    return [None if value != value else value for value in frame[name].astype(object)]


def test_a_coded_column_offers_its_decodes(tmp_path: Path) -> None:
    spec = source(tmp_path, record(1, ("SEV", "1")), record(2), record(3, ("SEV", " 2 ")))
    assert {"SEV_DECODE", "SER_DECODE"} <= set(read_columns(spec))
    found = read_source(spec, ["SEV_DECODE"])
    assert list(found.frame) == ["SEV_DECODE"]
    assert values(found.frame, "SEV_DECODE") == ["Mild", None, "Severe"]
    assert not found.findings
    assert "SEV_DECODE" not in found.all_columns


def test_nothing_is_decoded_unasked(tmp_path: Path) -> None:
    spec = source(tmp_path, record(1, ("SEV", "9")))
    assert not [name for name in read_source(spec).frame if name.endswith("_DECODE")]
    assert list(read_source(spec, ["SEV"]).frame) == ["SEV"]
    assert not read_source(spec, ["SEV"]).findings


def test_units_decode_to_their_symbols(tmp_path: Path) -> None:
    found = read_source(source(tmp_path, record(1, ("RES", "5"))), ["RES_UNIT", "RES_UNIT_DECODE"])
    assert values(found.frame, "RES_UNIT") == ["U1"]
    assert values(found.frame, "RES_UNIT_DECODE") == ["mg/dL"]


def test_an_item_that_has_the_name_of_a_decode_stays_itself(tmp_path: Path) -> None:
    more = '<ItemRef ItemOID="SEV_DECODE" Mandatory="No"/>'
    spec = source(tmp_path, record(1, ("SEV", "1"), ("SEV_DECODE", "own")), more=more)
    assert read_columns(spec).count("SEV_DECODE") == 1
    found = read_source(spec, ["SEV_DECODE"])
    assert values(found.frame, "SEV_DECODE") == ["own"]


def test_codes_without_a_decode_are_missing_and_a_finding(tmp_path: Path) -> None:
    records = [record(n, ("SEV", code)) for n, code in enumerate(["1", "8", "9", "8"], start=1)]
    found = read_source(source(tmp_path, *records), ["SEV_DECODE"])
    assert values(found.frame, "SEV_DECODE") == ["Mild", None, None, None]
    (finding,) = found.findings
    assert (finding.rule, finding.variable, finding.count) == ("code-without-decode", "SEV", 3)
    assert (finding.record, finding.value) == (2, "8")
    assert finding.message == "SEV: no decode for 8, 9"


@pytest.mark.parametrize(
    ("read", "unread"),
    [
        ({"AEMODIFY": "SEV"}, ["SER"]),
        ({"AEMODIFY": "SEV_DECODE"}, ["SER"]),
        ({"AEMODIFY": "SEV_DECODE", "AELLT": "SEV"}, ["SER"]),
        ({"AEMODIFY": "SUBJ"}, ["SEV", "SER"]),
    ],
)
def test_an_item_is_unread_if_neither_its_code_nor_its_decode_is_read(
    workshop: Any, read: dict[str, str], unread: list[str]
) -> None:
    records = record(1, ("SEV", "1"), ("SER", "2"))
    variables = {name: {"from": column} for name, column in read.items()}
    result = workshop.convert(
        {"ae": {"odm.xml": ODM % ("", records)}},
        {"dataset": "AE", "source": "ae", "variables": {"AETERM": {"from": "TERM"}, **variables}},
        sources={"ae": {"format": "odm", "item_group": "G"}},
    )
    named = {"SEV", "SER", "SEV_DECODE", "SER_DECODE"}
    found = [name for name in result.account("ae")["unread_columns"] if name in named]
    assert found == unread
    expected = {"SEV": "1", "SEV_DECODE": "Mild", "SUBJ": "1"}[read["AEMODIFY"]]
    assert result.column("AE", "AEMODIFY") == [expected]


def test_a_decode_of_a_column_without_codes_is_no_column(workshop: Any) -> None:
    problems = workshop.problems(
        {"ae": {"odm.xml": ODM % ("", record(1))}},
        {
            "dataset": "AE",
            "source": "ae",
            "variables": {"AETERM": {"from": "TERM_DECODE"}, "AEMODIFY": {"from": "SEV_DECOD"}},
        },
        sources={"ae": {"format": "odm", "item_group": "G"}},
    )
    assert len(problems) == 2
    assert "did you mean 'SEV_DECODE'?" in problems[1]
