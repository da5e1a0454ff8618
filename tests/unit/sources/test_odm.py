"""ODM in: snapshots and transactions of an item group, names, labels, decodes, faults."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from converters.errors import InputError
from converters.sources import Source, SourceSpec, odm, read_columns, read_source

DATA = Path(__file__).parents[4] / "shared" / "data"

METADATA = """
<Study OID="S"><BasicDefinitions><MeasurementUnit OID="MU.1" Name="mg/dL">
  <Symbol><TranslatedText>mg/dl</TranslatedText></Symbol></MeasurementUnit></BasicDefinitions>
<MetaDataVersion OID="M" Name="M">
  <FormDef OID="F" Name="Demographics" Repeating="No">
    <ItemGroupRef ItemGroupOID="G" Mandatory="No"/><ItemGroupRef ItemGroupOID="H" Mandatory="No"/>
  </FormDef>
  <ItemGroupDef OID="G" Name="Group" Repeating="Yes">
    <ItemRef ItemOID="I.A" Mandatory="No"/><ItemRef ItemOID="I.B" Mandatory="No"/>
    <ItemRef ItemOID="I.C" Mandatory="No"/><ItemRef ItemOID="I.K" Mandatory="No"/>
  </ItemGroupDef>
  <ItemGroupDef OID="H" Name="Status" Repeating="No">
    <ItemRef ItemOID="I.H" Mandatory="No"/></ItemGroupDef>
  <ItemDef OID="I.A" Name="Sex" SASFieldName="SEX" DataType="text">
    <Question><TranslatedText xml:lang="de">Geschlecht</TranslatedText>
      <TranslatedText xml:lang="en"> What   sex?
      </TranslatedText></Question><CodeListRef CodeListOID="CL"/></ItemDef>
  <ItemDef OID="I.B" Name="Result" DataType="text"><Description>
      <TranslatedText>The result</TranslatedText></Description></ItemDef>
  <ItemDef OID="I.C" Name="Result" DataType="text"/>
  <ItemDef OID="I.K" Name="SUBJECTKEY" DataType="text"/>
  <ItemDef OID="I.H" Name="STATUS" DataType="text"/>
  <CodeList OID="CL" Name="Sex" DataType="text">
    <CodeListItem CodedValue="1"><Decode><TranslatedText>Male</TranslatedText></Decode>
    </CodeListItem></CodeList>
</MetaDataVersion></Study>"""


def write(
    path: Path, body: str, metadata: str = "", kind: str = "Snapshot", name: str = "odm.xml"
) -> Path:
    file = path / name
    file.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" '
        f'xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata" FileType="{kind}" ODMVersion="1.3.2">'
        f"{metadata}{body}</ODM>",
        encoding="utf-8",
    )
    return file


def read(*files: Path, item_group: str | None = None, **options: object) -> Source:
    return read_source(SourceSpec("dm", files, item_group=item_group, **options))  # type: ignore[arg-type]


def item(oid: str, value: str | None = None, **attributes: str) -> str:
    if value is not None:
        attributes["Value"] = value
    more = "".join(f' {name}="{text}"' for name, text in attributes.items())
    return f'<ItemData ItemOID="{oid}"{more}/>'


def nested(
    subject: str,
    items: str,
    group: str = "G",
    repeat: str | None = None,
    event: str = "E",
    act: dict[str, str] | None = None,
) -> str:
    """One item group under its subject; ``act`` gives the transaction type of an element."""

    def type_of(element: str) -> str:
        return f' TransactionType="{act[element]}"' if act and element in act else ""

    key = f' ItemGroupRepeatKey="{repeat}"' if repeat else ""
    return (
        f'<ClinicalData StudyOID="S" MetaDataVersionOID="M"><SubjectData SubjectKey="{subject}"'
        f'{type_of("Subject")}><SiteRef LocationOID="701"/>'
        f'<StudyEventData StudyEventOID="{event}"{type_of("Event")}>'
        f'<FormData FormOID="F"{type_of("Form")}>'
        f'<ItemGroupData ItemGroupOID="{group}"{key}{type_of("Group")}>{items}</ItemGroupData>'
        "</FormData></StudyEventData></SubjectData></ClinicalData>"
    )


def column(source: Source, name: str) -> list[str | None]:
    return [None if pd.isna(value) else value for value in source.frame[name].astype(object)]


def test_a_snapshot_gives_one_record_an_item_group_with_its_keys(tmp_path: Path) -> None:
    body = nested(" 01 ", item("X", "1.50") + item("Y", " ")) + nested("02", item("Z", "z"))
    source = read(write(tmp_path, body))
    assert source.all_columns == (*odm.KEYS, "X", "Y", "Z")
    frame = {name: column(source, name) for name in source.frame}
    assert frame == {
        "STUDYOID": ["S", "S"],
        "SITEOID": ["701", "701"],
        "SUBJECTKEY": ["01", "02"],
        "STUDYEVENTOID": ["E", "E"],
        "STUDYEVENTREPEATKEY": [None, None],
        "FORMOID": ["F", "F"],
        "FORMREPEATKEY": [None, None],
        "ITEMGROUPOID": ["G", "G"],
        "ITEMGROUPREPEATKEY": [None, None],
        "X": ["1.50", None],
        "Y": [None, None],
        "Z": [None, "z"],
    }
    assert source.records.tolist() == [1, 2]
    assert isinstance(source.frame["X"].dtype, pd.CategoricalDtype)


def test_items_have_the_names_labels_and_decodes_of_their_definitions(tmp_path: Path) -> None:
    file = write(tmp_path, nested("01", item("I.A", "1") + item("I.C", "x")), METADATA)
    source = read(file, item_group="G")
    # "Result" names two items and SUBJECTKEY is a key: their OIDs stand in
    assert source.all_columns[9:] == ("SEX", "I.B", "I.C", "I.K")
    assert source.labels == {"SEX": "What sex?", "I.B": "The result"}
    assert source.decodes == {"SEX": {"1": "Male"}}
    assert column(source, "I.B") == [None]
    names = read_columns(SourceSpec("dm", (file,), item_group="G"))
    assert names == [*source.all_columns, "SEX_DECODE"]
    assert not source.findings


def test_a_unit_of_measurement_has_a_column_of_its_own(tmp_path: Path) -> None:
    with_unit = (
        '<ItemData ItemOID="I.B" Value="5"><MeasurementUnitRef MeasurementUnitOID="MU.1"/>'
        '</ItemData><ItemDataFloat ItemOID="I.C" MeasurementUnitOID="MU.1">6.0</ItemDataFloat>'
    )
    body = nested("01", with_unit) + nested("02", item("I.B", "7"))
    source = read(write(tmp_path, body, METADATA), item_group="Group")
    assert column(source, "I.B_UNIT") == ["MU.1", None]
    assert column(source, "I.C_UNIT") == ["MU.1", None]
    assert source.decodes["I.B_UNIT"] == {"MU.1": "mg/dl"}


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ('<ItemDataString ItemOID="X">a b</ItemDataString>', "a b"),
        ('<ItemDataInteger ItemOID="X">007</ItemDataInteger>', "007"),
        ('<ItemDataPartialDate ItemOID="X">2015-03</ItemDataPartialDate>', "2015-03"),
        ('<ItemDataString ItemOID="X" IsNull="Yes"/>', None),
        ('<ItemData ItemOID="X" IsNull="Yes" Value="x"/>', None),
        ('<ItemData ItemOID=" X " Value="&lt;5 &#10;x"/>', "<5 \nx"),
        ('<ItemData ItemOID="X"/>', None),
    ],
)
def test_typed_and_null_items_are_read(tmp_path: Path, element: str, expected: str | None) -> None:
    source = read(write(tmp_path, nested("01", element)))
    assert column(source, "X") == [expected]


UPSERT = {"TransactionType": "Upsert"}


@pytest.mark.parametrize(
    ("steps", "expected", "rules"),
    [
        # a later value replaces the earlier, and other items stay
        (
            [nested("01", item("X", "1") + item("Y", "y")), nested("01", item("X", "2"))],
            [("01", "2", "y")],
            [],
        ),
        # an item without a value (a query) changes nothing, and makes no record
        (
            [nested("01", item("X", "1")), nested("01", item("X")), nested("02", item("X"))],
            [("01", "1", None)],
            [],
        ),
        ([nested("01", item("X", "1")), nested("01", item("X", ""))], [("01", None, None)], []),
        (
            [nested("01", item("X", "1")), nested("01", item("X", IsNull="Yes"))],
            [("01", None, None)],
            [],
        ),
        (
            [nested("01", item("X", "1")), nested("01", item("X", TransactionType="Remove"))],
            [("01", None, None)],
            [],
        ),
        (
            [nested("01", item("X", "1")), nested("01", item("X", "9", TransactionType="Context"))],
            [("01", "1", None)],
            [],
        ),
        # removal at each level takes what is under it, and nothing beside it
        *(
            (
                [
                    nested("01", item("X", "1")),
                    nested("02", item("X", "2")),
                    nested("01", item("X", "9"), act={level: "Remove"}),
                ],
                [("02", "2", None)],
                ["odm-removed"],
            )
            for level in ("Subject", "Event", "Form", "Group")
        ),
        (
            [
                nested("01", item("X", "1"), event="E1"),
                nested("01", item("X", "2"), event="E2"),
                nested("01", "", event="E1", act={"Event": "Remove"}),
            ],
            [("01", "2", None)],
            ["odm-removed"],
        ),
        # what is removed can come again; removing what is not there is no harm
        (
            [
                nested("01", item("X", "1") + item("Y", "y")),
                nested("01", "", act={"Group": "Remove"}),
                nested("01", item("X", "", TransactionType="Remove")),
                nested("01", item("X", "3")),
            ],
            [("01", "3", None)],
            ["odm-removed"],
        ),
        ([nested("01", "", act={"Subject": "Remove"})], [], ["empty-source"]),
        # records that state themselves
        ([nested("01", "", act={"Group": "Upsert"})], [("01", None, None)], []),
        (
            [
                nested("01", item("X", "1"), act={"Group": "Insert"}),
                nested("01", item("X", "2"), act={"Group": "Insert"}),
            ],
            [("01", "2", None)],
            ["odm-insert-exists"],
        ),
        (
            [nested("01", item("X", "1"), act={"Group": "Update"})],
            [("01", "1", None)],
            ["odm-update-absent"],
        ),
        (
            [
                nested("01", item("X", "1"), act={"Subject": "Context", "Group": "Insert"}),
                nested("01", item("X", "2"), act={"Group": "Update"}),
            ],
            [("01", "2", None)],
            [],
        ),
        # the repeat key tells records apart
        (
            [
                nested("01", item("X", "1"), repeat="1"),
                nested("01", item("X", "2"), repeat="2"),
                nested("01", item("X", "3"), repeat="1"),
            ],
            [("01", "3", None), ("01", "2", None)],
            [],
        ),
    ],
)
def test_transactions_leave_the_state_they_describe(
    tmp_path: Path,
    steps: list[str],
    expected: list[tuple[str | None, ...]],
    rules: list[str],
) -> None:
    start = nested("00", item("X", "0") + item("Y", "0"), group="OTHER")
    file = write(tmp_path, start + "".join(steps), METADATA, "Transactional")
    source = read(file, item_group="G")
    names = [name for name in ("X", "Y") if name in source.frame]
    found = list(zip(*(column(source, name) for name in ["SUBJECTKEY", *names]), strict=True))
    assert found == [row[: 1 + len(names)] for row in expected]
    kept = [f.rule for f in source.findings if f.rule != "odm-undefined-item"]
    assert kept == rules


def test_transactions_go_on_from_file_to_file_and_records_keep_their_first_place(
    tmp_path: Path,
) -> None:
    one = nested("01", item("X", "1")) + nested("02", item("X", "2")) + nested("03", item("X", "3"))
    two = nested("02", "", act={"Subject": "Remove"}) + nested("01", item("X", "9"))
    two += nested("04", item("X", "4"))
    first = write(tmp_path, one, kind="Transactional", name="a.xml")
    second = write(tmp_path, two, kind="Transactional", name="b.xml")
    source = read(first, second)
    assert column(source, "SUBJECTKEY") == ["01", "03", "04"]
    assert column(source, "X") == ["9", "3", "4"]
    assert source.file_codes.tolist() == [0, 0, 1]
    assert source.records.tolist() == [1, 3, 1]


def test_a_repeated_key_in_a_snapshot_keeps_both_records_and_is_a_finding(tmp_path: Path) -> None:
    body = nested("01", item("X", "1")) + nested("01", item("X", "2") + item("X", "3"))
    source = read(write(tmp_path, body))
    assert column(source, "X") == ["1", "3"]
    found = {finding.rule: (finding.count, finding.record) for finding in source.findings}
    assert found == {"odm-duplicate-key": (1, 2), "odm-duplicate-item": (1, 2)}


def test_vendor_attributes_become_columns_that_tell_their_level(tmp_path: Path) -> None:
    body = nested("u1", item("X", "1")).replace(
        'SubjectKey="u1"', 'SubjectKey="u1" mdsol:SubjectName="001 " mdsol:Status="Enrolled"'
    )
    body = body.replace('ItemGroupOID="G"', 'ItemGroupOID="G" mdsol:RecordId="7"')
    renamed = nested("u1", item("X", "2")).replace(
        'SubjectKey="u1"', 'SubjectKey="u1" mdsol:SubjectName="002"'
    )
    source = read(write(tmp_path, body + renamed, kind="Transactional"))
    assert source.all_columns[9:] == ("SUBJECTNAME", "SUBJECTSTATUS", "ITEMGROUPRECORDID", "X")
    assert column(source, "SUBJECTNAME") == ["002"]
    assert column(source, "ITEMGROUPRECORDID") == ["7"]


def test_reference_data_have_no_subject(tmp_path: Path) -> None:
    body = (
        '<ReferenceData StudyOID="S" MetaDataVersionOID="M"><ItemGroupData ItemGroupOID="G">'
        f"{item('X', '1')}</ItemGroupData></ReferenceData>"
    )
    source = read(write(tmp_path, body))
    assert column(source, "STUDYOID") == ["S"] and column(source, "SUBJECTKEY") == [None]
    assert column(source, "X") == ["1"]


def test_an_item_that_its_group_does_not_define_is_a_finding(tmp_path: Path) -> None:
    source = read(write(tmp_path, nested("01", item("I.Z", "1")), METADATA), item_group="G")
    assert column(source, "I.Z") == ["1"]
    assert [finding.rule for finding in source.findings] == ["odm-undefined-item"]


def test_a_form_gives_its_item_groups_side_by_side(tmp_path: Path) -> None:
    body = nested("01", item("I.A", "1") + item("I.B", "x"))
    body += nested("01", item("I.H", "done"), group="H") + nested("02", item("I.A", "2"))
    file = write(tmp_path, body, METADATA)
    for name in ("F", "Demographics"):
        source = read(file, item_group=name)
        assert "ITEMGROUPOID" not in source.all_columns
        assert column(source, "SUBJECTKEY") == ["01", "02"]
        assert column(source, "SEX") == ["1", "2"]
        assert column(source, "STATUS") == ["done", None]
        assert source.records.tolist() == [1, 2]


def test_missing_tokens_and_asked_columns_are_obeyed(tmp_path: Path) -> None:
    file = write(tmp_path, nested("01", item("X", " ND ") + item("Y", "y")))
    source = read_source(SourceSpec("dm", (file,), missing=("ND",)), columns=["X", "SUBJECTKEY"])
    assert list(source.frame) == ["SUBJECTKEY", "X"]
    assert column(source, "X") == [None]
    assert "Y" in source.all_columns


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, "declare the item_group to be read; the files have G (Group): 2 records, H (Status"),
        ("Grup", "no item group 'Grup' (did you mean 'Group'?); the files have G (Group): 2"),
        ("XYZ", "no item group 'XYZ'; the files have"),
    ],
)
def test_an_item_group_that_cannot_be_told_lists_those_there_are(
    tmp_path: Path, asked: str | None, expected: str
) -> None:
    body = nested("01", item("I.A", "1")) + nested("02", item("I.A", "1"))
    file = write(tmp_path, body + nested("01", item("I.H", "1"), group="H"), METADATA)
    with pytest.raises(InputError) as error:
        read(file, item_group=asked)
    assert expected in str(error.value)


def test_a_name_of_several_item_groups_asks_for_the_oid(tmp_path: Path) -> None:
    file = write(tmp_path, "", METADATA.replace('Name="Status"', 'Name="Group"'))
    with pytest.raises(InputError, match="'Group' is the name of several: declare one of G, H"):
        read(file, item_group="Group")


BOMB = (
    '<!DOCTYPE ODM [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
ODM = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot">'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{BOMB}{ODM}&c;</ODM>", "document type declarations are refused"),
        (f'{BOMB}<ODM a="&c;"></ODM>', "document type declarations are refused"),
        (
            f'<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/passwd">]>{ODM}&x;</ODM>',
            "document type declarations are refused",
        ),
        (f'<!DOCTYPE ODM SYSTEM "http://localhost/odm.dtd">{ODM}</ODM>', "are refused"),
        (f"{ODM}<ClinicalData>\n</ODM>", "odm.xml:2: not well-formed XML"),
        ("no xml", "odm.xml:1: not well-formed XML"),
        ("<Other/>", "not an ODM file: the root element is Other"),
        ('<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0" ODMVersion="2.0"/>', "ODM 2.0 is not"),
        (ODM.replace("Snapshot", "Weekly") + "</ODM>", "FileType 'Weekly' is neither"),
        (f"{ODM}</ODM>", "declare the item_group to be read; the files have none"),
        (
            f'{ODM}\n<ClinicalData StudyOID="S"><SubjectData SubjectKey="1" '
            'TransactionType="Delete"/></ClinicalData></ODM>',
            "odm.xml:2: TransactionType 'Delete' is none of",
        ),
    ],
)
def test_a_file_that_is_no_sound_odm_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "odm.xml"
    file.write_text(text)
    with pytest.raises(InputError) as error:
        read(file)
    assert expected in str(error.value)


def test_a_file_is_parsed_once_and_again_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = []

    def counting(paths: tuple[Path, ...]) -> object:
        parsed.append(paths)
        return load(paths)

    load = odm.load
    monkeypatch.setattr(odm, "load", counting)
    file = write(tmp_path, nested("01", item("X", "1")) + nested("01", item("Y", "2"), group="H"))
    read(file, item_group="G")
    read(file, item_group="H")
    assert len(parsed) == 1
    write(tmp_path, nested("01", item("X", "1234")))
    assert column(read(file), "X") == ["1234"]
    assert len(parsed) == 2


def test_a_rave_audit_feed_gives_its_state_after_all_transactions() -> None:
    file = DATA / "odm" / "rave-audit-records.xml"
    if not file.exists():
        pytest.skip("the shared test data are absent")
    source = read(file, item_group="DM")
    first = source.frame.iloc[0]
    assert first["SUBJECTNAME"] == "123 ABC" and first["STUDYEVENTREPEATKEY"] == "SCREEN[1]"
    assert first["DM.BRTHDTC"] == "02 JAN 1980"  # entered as 01, changed to 02
    assert len(source.frame) == 53
    lines = read(file, item_group="FORM_PAIN_SI_LOG_LINE")
    assert len(lines.frame) == 6 and lines.findings[0].count == 3


@pytest.mark.parametrize(
    ("project", "data", "form", "key", "names"),
    [
        (
            "clinical-trial-1",
            "data.csv",
            "Form.demographics",
            ["record_id"],
            ["dob", "height", "email"],
        ),
        (
            "repeating-instruments",
            "data.csv",
            "Form.bp",
            ["record_id", "redcap_repeat_instance"],
            ["date_bp", "bp_systolic", "bp_complete"],
        ),
        (
            "arm-multiple-delete",
            "data-old.csv",  # the state that the project was exported in
            "Form.demographics",
            ["record_id", "redcap_event_name"],
            ["birth_date", "position", "demographics_complete"],
        ),
    ],
)
def test_a_redcap_project_has_the_same_records_as_its_csv(
    project: str, data: str, form: str, key: list[str], names: list[str]
) -> None:
    folder = DATA / "redcap" / project
    if not folder.exists():
        pytest.skip("the shared test data are absent")
    source = read(folder / "project.xml", item_group=form)
    keys = {
        "record_id": "SUBJECTKEY",
        "redcap_repeat_instance": "FORMREPEATKEY",
        "redcap_event_name": "redcap_event_name",
    }
    found = [column(source, keys[name]) for name in key] + [column(source, n) for n in names]
    with (folder / data).open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row[names[0]]]
    expected = [[row[name] or None for name in key + names] for row in rows]
    assert sorted(map(str, zip(*found, strict=True))) == sorted(str(tuple(row)) for row in expected)
