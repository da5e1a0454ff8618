"""ODM files of several makers, held against a second reading that shares no code with ours."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from converters.sources import SourceSpec, read_source

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "odm"
ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
MDSOL = "{http://www.mdsol.com/ns/odm/metadata}"
KEYS = (
    *("STUDYOID", "SUBJECTKEY", "STUDYEVENTOID", "STUDYEVENTREPEATKEY", "FORMOID"),
    *("FORMREPEATKEY", "ITEMGROUPOID", "ITEMGROUPREPEATKEY"),
)
LEVELS = {
    "SubjectData": ("SubjectKey",),
    "StudyEventData": ("StudyEventOID", "StudyEventRepeatKey"),
    "FormData": ("FormOID", "FormRepeatKey"),
    "ItemGroupData": ("ItemGroupOID", "ItemGroupRepeatKey"),
}

Key = tuple[str | None, ...]
Records = dict[Key, dict[str, str]]


def need(name: str) -> Path:
    file = FOLDER / name
    if not file.exists():
        pytest.skip("the shared test data are absent")
    return file


def said(element: ET.Element, name: str) -> str | None:
    text = element.get(name)
    return (text.strip() or None) if text is not None else None


def groups(element: ET.Element, key: Key) -> Iterator[tuple[Key, ET.Element]]:
    """Every element of a ClinicalData under its key, from the subject down."""
    for child in element:
        name = child.tag.removeprefix(ODM)
        if name in LEVELS:
            below = (*key, *(said(child, attribute) for attribute in LEVELS[name]))
            yield below, child
            yield from groups(child, below)


def replay(file: Path) -> tuple[Records, dict[str | None, str]]:
    """The last state of a transactional file: items by record, the subjects' names."""
    records: Records = {}
    names: dict[str | None, str] = {}
    for clinical in ET.parse(file).getroot().iter(f"{ODM}ClinicalData"):
        gone: list[Key] = []
        for key, element in groups(clinical, (said(clinical, "StudyOID"),)):
            if any(key[: len(above)] == above for above in gone):
                continue
            if element.get("TransactionType", "").strip() == "Remove":
                gone.append(key)
                for known in [known for known in records if known[: len(key)] == key]:
                    del records[known]
                continue
            if element.tag == f"{ODM}SubjectData" and element.get(f"{MDSOL}SubjectName"):
                names[key[1]] = element.attrib[f"{MDSOL}SubjectName"].strip()
            if element.tag != f"{ODM}ItemGroupData":
                continue
            if element.get("TransactionType", "").strip() in ("Insert", "Update", "Upsert"):
                records.setdefault(key, {})
            for item in element.findall(f"{ODM}ItemData"):
                change(records, key, item)
    return records, names


def change(records: Records, key: Key, item: ET.Element) -> None:
    action, oid = item.get("TransactionType", "").strip(), item.attrib["ItemOID"].strip()
    null = item.get("IsNull") == "Yes"
    if action == "Context" or (action != "Remove" and not null and "Value" not in item.attrib):
        return
    record = records.get(key, {}) if action == "Remove" else records.setdefault(key, {})
    record.pop(oid, None)
    record.pop(f"{oid}_UNIT", None)
    if action != "Remove" and not null and item.attrib["Value"].strip():
        record[oid] = item.attrib["Value"]
        unit = item.find(f"{ODM}MeasurementUnitRef")
        if unit is not None:
            record[f"{oid}_UNIT"] = unit.attrib["MeasurementUnitOID"].strip()


def flatten(file: Path) -> dict[str | None, list[tuple[Key, dict[str, str]]]]:
    """Item group -> its records in document order."""
    found: dict[str | None, list[tuple[Key, dict[str, str]]]] = {}
    for clinical in ET.parse(file).getroot().iter(f"{ODM}ClinicalData"):
        for key, element in groups(clinical, (said(clinical, "StudyOID"),)):
            if element.tag == f"{ODM}ItemGroupData":
                items = {
                    item.attrib["ItemOID"].strip(): item.attrib["Value"]
                    for item in element.findall(f"{ODM}ItemData")
                    if item.get("Value", "").strip()
                }
                found.setdefault(key[6], []).append((key, items))
    return found


def definitions(file: Path) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Item OID -> name, and name -> code -> decode."""
    root = ET.parse(file).getroot()
    lists = {
        codelist.attrib["OID"]: {
            item.attrib["CodedValue"].strip(): " ".join("".join(text.itertext()).split())
            for item in codelist.findall(f"{ODM}CodeListItem")
            if (text := item.find(f"{ODM}Decode/{ODM}TranslatedText")) is not None
        }
        for codelist in root.iter(f"{ODM}CodeList")
    }
    names, decodes = {}, {}
    for item in root.iter(f"{ODM}ItemDef"):
        name = names[item.attrib["OID"]] = item.get("SASFieldName", item.attrib["Name"]).strip()
        reference = item.find(f"{ODM}CodeListRef")
        if reference is not None and lists.get(reference.attrib["CodeListOID"]):
            decodes[name] = lists[reference.attrib["CodeListOID"]]
    return names, decodes


def ours(file: Path, group: str) -> tuple[Any, list[tuple[Key, dict[str, str]]]]:
    """The item group as we read it: the source, and its records as the second reading has them."""
    source = read_source(SourceSpec("s", (file,), item_group=group))
    names = definitions(file)[0]
    defined = [
        item.attrib["ItemOID"]
        for element in ET.parse(file).getroot().iter(f"{ODM}ItemGroupDef")
        if element.attrib["OID"] == group
        for item in element.findall(f"{ODM}ItemRef")
    ]
    items = {names.get(oid, oid): oid for oid in defined or source.all_columns[9:]}
    columns = {
        name: [None if value != value else value for value in source.frame[name].astype(object)]
        for name in source.frame
    }
    rows = []
    for row in range(len(source.frame)):
        key = tuple(columns[name][row] for name in KEYS)
        values = {
            items[name]: column[row] for name, column in columns.items()
            if name in items and column[row] is not None
        }  # fmt: skip
        rows.append((key, values))
    return source, rows


def test_a_rave_audit_feed_has_the_state_that_a_second_replay_gives() -> None:
    file = need("rave-audit-records.xml")
    expected, names = replay(file)
    found: Records = {}
    for group in sorted({str(key[6]) for key in expected}):
        source, rows = ours(file, group)
        vendor = [name for name in source.all_columns[9:] if "." not in name]
        assert "SUBJECTNAME" in vendor and "ITEMGROUPRECORDID" in vendor
        for (key, values), subject in zip(rows, source.frame["SUBJECTNAME"], strict=True):
            assert key not in found
            found[key] = {oid: value for oid, value in values.items() if oid not in vendor}
            assert subject == names[key[1]]
    assert len(found) > 150
    assert found == expected


def test_the_removals_of_a_rave_audit_feed_are_counted() -> None:
    file = need("rave-audit-records.xml")
    source = read_source(SourceSpec("s", (file,), item_group="FORM_PAIN_SI_LOG_LINE"))
    assert [(f.rule, f.count) for f in source.findings] == [("odm-removed", 3)]


@pytest.mark.parametrize("name", ["odm-data-snapshot.xml", "test_clinical_data_01.xml"])
def test_a_snapshot_has_the_records_that_a_second_reading_gives(name: str) -> None:
    file = need(name)
    expected = flatten(file)
    assert expected
    for group, records in expected.items():
        assert ours(file, str(group))[1] == records


@pytest.mark.parametrize(
    "name", ["odm-data-snapshot.xml", "cdash-odm-test.xml", "cdash-odm-test-invalid.xml"]
)
def test_items_have_the_names_and_decodes_that_a_second_reading_gives(name: str) -> None:
    file = need(name)
    names, decodes = definitions(file)
    root = ET.parse(file).getroot()
    data, seen = flatten(file), 0
    for group in root.iter(f"{ODM}ItemGroupDef"):
        oids = [item.attrib["ItemOID"] for item in group.findall(f"{ODM}ItemRef")]
        source, _ = ours(file, group.attrib["OID"])
        assert set(source.all_columns[9:]) == {names.get(oid, oid) for oid in oids}
        known = {column: decodes[column] for column in source.all_columns if column in decodes}
        assert {column: dict(codes) for column, codes in source.decodes.items()} == known
        assert len(source.frame) == len(data.get(group.attrib["OID"], []))
        seen += len(known)
    assert seen > 5
