"""ODM of Rave, OpenClinica and REDCap: the columns that their extensions become."""

from __future__ import annotations

from pathlib import Path

import pytest

from converters.errors import InputError
from converters.sources import Source, SourceSpec, read_columns, read_source

SPACES = (
    'xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata" '
    'xmlns:OpenClinica="http://www.openclinica.org/ns/odm_ext_v130/v3.1" '
    'xmlns:redcap="https://projectredcap.org"'
)


def write(folder: Path, body: str, kind: str = "Snapshot") -> Path:
    file = folder / "odm.xml"
    file.write_text(f'<ODM {SPACES} ODMVersion="1.3" FileType="{kind}">{body}</ODM>')
    return file


def read(file: Path, item_group: str | None = None, columns: list[str] | None = None) -> Source:
    return read_source(SourceSpec("s", (file,), item_group=item_group), columns)


def column(source: Source, name: str) -> list[str | None]:
    return [None if value != value else value for value in source.frame[name].astype(object)]


OPENCLINICA = """<ClinicalData StudyOID="S" MetaDataVersionOID="v1">
<SubjectData SubjectKey="SS_1" OpenClinica:StudySubjectID="001 " OpenClinica:Status="available"
    OpenClinica:UniqueIdentifier="P1" OpenClinica:DateOfBirth="1980-02-01" OpenClinica:Sex="f">
 <StudyEventData StudyEventOID="SE_V1" StudyEventRepeatKey="1" OpenClinica:StartDate="2026-01-02"
    OpenClinica:Status="completed" OpenClinica:SubjectAgeAtEvent="45">
  <FormData FormOID="F_VS" OpenClinica:Version="v1.2" OpenClinica:Status="data entry complete"
     OpenClinica:InterviewDate="2026-01-03">
   <ItemGroupData ItemGroupOID="IG_VS" ItemGroupRepeatKey="1" TransactionType="Insert">
    <ItemData ItemOID="I_SYS" Value="120"/>
    <OpenClinica:DiscrepancyNotes><OpenClinica:DiscrepancyNote ID="1">
      <OpenClinica:ChildNote>x</OpenClinica:ChildNote></OpenClinica:DiscrepancyNote>
    </OpenClinica:DiscrepancyNotes>
   </ItemGroupData>
   <OpenClinica:FormLayoutOID> L1 </OpenClinica:FormLayoutOID>
  </FormData>
 </StudyEventData>
 <OpenClinica:SubjectGroupData OpenClinica:StudyGroupClassID="SGC_1"
    OpenClinica:StudyGroupClassName="Treatment Arm" OpenClinica:StudyGroupName="Active"/>
 <OpenClinica:AuditLogs><OpenClinica:AuditLog ID="1"/></OpenClinica:AuditLogs>
</SubjectData>
<SubjectData SubjectKey="SS_2"><OpenClinica:StudySubjectID>002</OpenClinica:StudySubjectID>
 <StudyEventData StudyEventOID="SE_V1"><OpenClinica:StartDate>2026-02-02</OpenClinica:StartDate>
  <FormData FormOID="F_VS"><ItemGroupData ItemGroupOID="IG_VS"><ItemData ItemOID="I_SYS" Value="1"/>
   <OpenClinica:Status>signed</OpenClinica:Status>
  </ItemGroupData></FormData></StudyEventData>
</SubjectData></ClinicalData>"""


def test_openclinica_tells_of_subjects_events_and_forms(tmp_path: Path) -> None:
    source = read(write(tmp_path, OPENCLINICA))
    found = {name: column(source, name) for name in source.all_columns[9:]}
    assert found == {
        "STUDYSUBJECTID": ["001", "002"],
        "SUBJECTSTATUS": ["available", None],
        "SUBJECTUNIQUEIDENTIFIER": ["P1", None],
        "SUBJECTDATEOFBIRTH": ["1980-02-01", None],
        "SUBJECTSEX": ["f", None],
        "EVENTSTARTDATE": ["2026-01-02", "2026-02-02"],
        "EVENTSTATUS": ["completed", None],
        "SUBJECTAGEATEVENT": ["45", None],
        "FORMVERSION": ["v1.2", None],
        "FORMSTATUS": ["data entry complete", None],
        "FORMINTERVIEWDATE": ["2026-01-03", None],
        "FORMLAYOUTOID": ["L1", None],
        "SUBJECTGROUPDATA_TREATMENT_ARM": ["Active", None],
        "ITEMGROUPSTATUS": [None, "signed"],
        "I_SYS": ["120", "1"],
    }
    assert not source.findings


def rave(items: str, key: str = " SCREEN[1] ", kind: str = "") -> str:
    return (
        '<ClinicalData StudyOID="S" MetaDataVersionOID="1" mdsol:AuditSubCategoryName="Entered">'
        '<SubjectData SubjectKey=" u1 " mdsol:SubjectKeyType="SubjectUUID" '
        'mdsol:SubjectName=" 123 ABC "><SiteRef LocationOID=" 7 "/>'
        f'<StudyEventData StudyEventOID="SCREEN" StudyEventRepeatKey="{key}" '
        f'mdsol:InstanceName="Screening (1)"><FormData FormOID="DM" FormRepeatKey="1">'
        f'<ItemGroupData ItemGroupOID="DM" mdsol:RecordId="251"{kind}>{items}</ItemGroupData>'
        "</FormData></StudyEventData></SubjectData></ClinicalData>"
    )


UNIT = '<MeasurementUnitRef MeasurementUnitOID="KG"/>'
QUERY = '<mdsol:Query QueryRepeatKey="1" Value="Please check" Status="Open"/>'


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        # white space around keys is no part of them, so both are one record
        (
            [
                rave(f'<ItemData ItemOID="W " TransactionType=" Upsert " Value="70">{UNIT}'
                     "</ItemData>"),
                rave('<ItemData ItemOID="X" Value="a"/>', "SCREEN[1]"),
            ],
            [("70", "KG", "a")],
        ),
        # a query says nothing of the value
        (
            [
                rave(f'<ItemData ItemOID="W" Value="70">{UNIT}</ItemData>'),
                rave(f'<ItemData ItemOID="W">{QUERY}</ItemData><ItemData ItemOID="X" Value="a"/>'),
            ],
            [("70", "KG", "a")],
        ),
        # a new value, none, or a removal takes the unit along
        *(
            (
                [
                    rave(f'<ItemData ItemOID="W" Value="70">{UNIT}</ItemData>'),
                    rave(f'<ItemData ItemOID="W" {then}/><ItemData ItemOID="X" Value="a"/>'),
                ],
                [(value, None, "a")],
            )
            for then, value in (
                ('Value="71"', "71"),
                ('Value=""', None),
                ('IsNull="Yes"', None),
                ('TransactionType="Remove"', None),
            )
        ),
        # another instance of the event is another record
        (
            [
                rave(f'<ItemData ItemOID="W" Value="70">{UNIT}</ItemData>'),
                rave('<ItemData ItemOID="X" Value="a"/>', "SCREEN[2]"),
            ],
            [("70", "KG", None), (None, None, "a")],
        ),
    ],
)  # fmt: skip
def test_a_rave_feed_is_replayed(
    tmp_path: Path, steps: list[str], expected: list[tuple[str | None, ...]]
) -> None:
    source = read(write(tmp_path, "".join(steps), "Transactional"))
    found = zip(*(column(source, name) for name in ("W", "W_UNIT", "X")), strict=True)
    assert list(found) == expected
    rows = len(expected)
    assert column(source, "SUBJECTNAME") == ["123 ABC"] * rows
    assert column(source, "SITEOID") == ["7"] * rows
    assert column(source, "EVENTINSTANCENAME") == ["Screening (1)"] * rows
    assert column(source, "ITEMGROUPRECORDID") == ["251"] * rows


REDCAP = """<Study OID="P"><GlobalVariables><redcap:RepeatingInstrumentsAndEvents>
 <redcap:RepeatingInstruments>
  <redcap:RepeatingInstrument redcap:UniqueEventName="v1_arm_1" redcap:RepeatInstrument="ae"/>
 </redcap:RepeatingInstruments>
 <redcap:RepeatingEvent redcap:UniqueEventName="uns_arm_1"/>
</redcap:RepeatingInstrumentsAndEvents></GlobalVariables>
<MetaDataVersion OID="M" Name="M" redcap:RecordIdField="study_id">
 <StudyEventDef OID="E.v1" Name="Visit 1 (Arm 1)" redcap:EventName="Visit 1"
   redcap:UniqueEventName="v1_arm_1"/>
 <FormDef OID="Form.ae" Name="Adverse Events" redcap:FormName="ae">
  <ItemGroupRef ItemGroupOID="ae.term"/><ItemGroupRef ItemGroupOID="ae.sev___1"/></FormDef>
 <FormDef OID="Form.dm" Name="dm" redcap:FormName="dm">
  <ItemGroupRef ItemGroupOID="dm.study_id"/></FormDef>
 <ItemGroupDef OID="dm.study_id" Name="dm"><ItemRef ItemOID="study_id"/><ItemRef ItemOID="doc"/>
 </ItemGroupDef>
 <ItemGroupDef OID="ae.term" Name="ae"><ItemRef ItemOID="term"/></ItemGroupDef>
 <ItemGroupDef OID="ae.sev___1" Name="Severity"><ItemRef ItemOID="sev____1"/></ItemGroupDef>
 <ItemDef OID="study_id" Name="study_id"><Question><TranslatedText>Study ID</TranslatedText>
  </Question></ItemDef>
 <ItemDef OID="sev____1" Name="sev____1" redcap:Variable="sev"><Question><TranslatedText>Severity
  </TranslatedText></Question><CodeListRef CodeListOID="CL"/></ItemDef>
 <CodeList OID="CL" Name="sev" redcap:CheckboxChoices="-1, Mild, or none | 2, Severe">
  <CodeListItem CodedValue="1"><Decode><TranslatedText>Checked</TranslatedText></Decode>
  </CodeListItem></CodeList>
</MetaDataVersion></Study>
<ClinicalData StudyOID="P" MetaDataVersionOID="M">
<SubjectData SubjectKey="9" redcap:RecordIdField="study_id">
 <StudyEventData StudyEventOID="E.v1" StudyEventRepeatKey="1" redcap:UniqueEventName="v1_arm_1">
  <FormData FormOID="Form.dm" FormRepeatKey="1"><ItemGroupData ItemGroupOID="dm.study_id"
    ItemGroupRepeatKey="1"><ItemData ItemOID="study_id" Value="9"/>
    <ItemDataBase64Binary ItemOID="doc" redcap:DocName="scan.pdf">SGVsbG8=</ItemDataBase64Binary>
  </ItemGroupData></FormData>
  <FormData FormOID="Form.ae" FormRepeatKey="2">
   <ItemGroupData ItemGroupOID="ae.term" ItemGroupRepeatKey="1">
    <ItemData ItemOID="term" Value="Rash"/>
   </ItemGroupData>
   <ItemGroupData ItemGroupOID="ae.sev___1" ItemGroupRepeatKey="1">
    <ItemData ItemOID="sev____1" Value="1"/></ItemGroupData>
  </FormData>
 </StudyEventData>
 <StudyEventData StudyEventOID="E.uns" StudyEventRepeatKey="3" redcap:UniqueEventName="uns_arm_1">
  <FormData FormOID="Form.ae" FormRepeatKey="1">
   <ItemGroupData ItemGroupOID="ae.term" ItemGroupRepeatKey="1">
    <ItemData ItemOID="term" Value="Pain"/>
   </ItemGroupData></FormData>
 </StudyEventData>
</SubjectData></ClinicalData>"""


def test_a_redcap_form_has_the_columns_of_the_csv_export(tmp_path: Path) -> None:
    file = write(tmp_path, REDCAP)
    names = ("study_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
    for name in ("ae", "Form.ae", "Adverse Events"):
        source = read(file, name)
        assert source.all_columns[8:] == (*names, "term", "sev____1")
        assert column(source, "study_id") == ["9", "9"]
        assert column(source, "redcap_event_name") == ["v1_arm_1", "uns_arm_1"]
        assert column(source, "redcap_repeat_instrument") == ["ae", None]
        assert column(source, "redcap_repeat_instance") == ["2", "3"]
        assert column(source, "term") == ["Rash", "Pain"]
        assert column(source, "sev____1") == ["1", None]
        assert source.labels["sev____1"] == "Severity (choice=Mild, or none)"
        assert source.labels["study_id"] == "Study ID"
    assert {"redcap_event_name_DECODE", "sev____1_DECODE"} <= set(
        read_columns(SourceSpec("s", (file,), item_group="ae"))
    )
    decoded = read(file, "ae", ["redcap_event_name_DECODE", "sev____1_DECODE"])
    assert column(decoded, "sev____1_DECODE") == ["Checked", None]
    assert column(decoded, "redcap_event_name_DECODE") == ["Visit 1", None]
    assert [finding.rule for finding in decoded.findings] == ["code-without-decode"]


def test_a_document_uploaded_to_redcap_stands_for_its_name(tmp_path: Path) -> None:
    source = read(write(tmp_path, REDCAP), "dm")
    assert column(source, "doc") == ["scan.pdf"]
    assert column(source, "study_id") == ["9"]
    assert source.all_columns.count("study_id") == 1
    assert column(source, "redcap_repeat_instance") == [None]


def test_the_item_groups_of_redcap_may_be_read_one_by_one(tmp_path: Path) -> None:
    source = read(write(tmp_path, REDCAP), "ae.term")
    assert column(source, "term") == ["Rash", "Pain"]
    assert "sev____1" not in source.all_columns


def test_a_redcap_project_of_one_form_needs_no_name(tmp_path: Path) -> None:
    body = REDCAP.replace('redcap:FormName="dm"', "")
    source = read(write(tmp_path, body))
    assert column(source, "term") == ["Rash", "Pain"]


def test_an_item_group_without_records_has_the_columns_of_the_others(tmp_path: Path) -> None:
    metadata = (
        '<Study OID="S"><MetaDataVersion OID="1" Name="1"><ItemGroupDef OID="AE" Name="AE" '
        'Repeating="No"/></MetaDataVersion></Study>'
    )
    source = read(write(tmp_path, metadata + rave('<ItemData ItemOID="X" Value="1"/>')), "AE")
    assert {"SUBJECTNAME", "EVENTINSTANCENAME"} <= set(source.all_columns)
    assert "ITEMGROUPRECORDID" not in source.all_columns
    empty = read(write(tmp_path, REDCAP[: REDCAP.index("<SubjectData")] + "</ClinicalData>"), "ae")
    assert empty.all_columns[8] == "study_id" and empty.all_columns[-1] == "sev____1"
    one = REDCAP.replace('FormOID="Form.ae"', 'FormOID="Form.none"').replace("ae.", "none.")
    source = read(write(tmp_path, one), "dm")
    assert "redcap_event_name" in source.all_columns


def test_an_instrument_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(write(tmp_path, REDCAP), "aes")
    assert "there is no item group 'aes' (did you mean 'ae'?)" in str(error.value)
    assert "the files have the instruments ae, dm" in str(error.value)


def test_an_item_of_two_item_groups_of_a_form_is_a_finding(tmp_path: Path) -> None:
    twice = REDCAP.replace(
        '<ItemData ItemOID="sev____1" Value="1"/>', '<ItemData ItemOID="term" Value="Itch"/>'
    )
    source = read(write(tmp_path, twice), "ae")
    assert column(source, "term") == ["Itch", "Pain"]
    assert [
        (f.rule, f.variable, f.count) for f in source.findings if f.rule != "odm-undefined-item"
    ] == [("odm-duplicate-item", "term", 1)]
