"""ODM metadata: several versions, what they include, and which of them the data go by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from converters.sources import Source, SourceSpec, read_source


def version(
    oid: str, codes: dict[str, str] | None = None, items: str = "X", name: str = "RESP",
    include: str = "", group: bool = True,
) -> str:  # fmt: skip
    """A MetaDataVersion: item X with a codelist, others without."""
    refs = "".join(f'<ItemRef ItemOID="{item}" Mandatory="No"/>' for item in items.split())
    codelist = "" if codes is None else '<CodeList OID="CL" Name="CL" DataType="text">' + "".join(
        f'<CodeListItem CodedValue="{code}"><Decode><TranslatedText>{decode}</TranslatedText>'
        "</Decode></CodeListItem>"
        for code, decode in codes.items()
    ) + "</CodeList>"  # fmt: skip
    defined = "".join(
        f'<ItemDef OID="{item}" Name="{name if item == "X" else item}" DataType="text">'
        f"{'<CodeListRef CodeListOID=' + chr(34) + 'CL' + chr(34) + '/>' if item == 'X' else ''}"
        "</ItemDef>"
        for item in items.split()
    )
    body = f'<ItemGroupDef OID="G" Name="G" Repeating="No">{refs}</ItemGroupDef>' if group else ""
    included = f'<Include StudyOID="S" MetaDataVersionOID="{include}"/>' if include else ""
    return (
        f'<MetaDataVersion OID="{oid}" Name="{oid}">{included}{body}{defined if group else ""}'
        f"{codelist}</MetaDataVersion>"
    )


def data(subject: str, value: str, version: str = "1", study: str = "S") -> str:
    return (
        f'<ClinicalData StudyOID="{study}" MetaDataVersionOID="{version}"><SubjectData '
        f'SubjectKey="{subject}"><StudyEventData StudyEventOID="E"><FormData FormOID="F">'
        f'<ItemGroupData ItemGroupOID="G"><ItemData ItemOID="X" Value="{value}"/></ItemGroupData>'
        "</FormData></StudyEventData></SubjectData></ClinicalData>"
    )


def study(*versions: str, oid: str = "S") -> str:
    return f'<Study OID="{oid}">{"".join(versions)}</Study>'


def read(folder: Path, *parts: str, columns: Any = None) -> Source:
    file = folder / "odm.xml"
    file.write_text(
        f'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot">{"".join(parts)}</ODM>'
    )
    return read_source(SourceSpec("s", (file,), item_group="G"), columns)


def decoded(source: Source) -> list[str | None]:
    return [
        None if value != value else value for value in source.frame["RESP_DECODE"].astype(object)
    ]


ASKED = ["RESP", "RESP_DECODE"]
YES, NO = {"1": "Yes"}, {"2": "No"}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        # the metadata stand before the data, or after
        ([study(version("1", YES)), data("01", "1")], ["Yes"]),
        ([data("01", "1"), study(version("1", YES))], ["Yes"]),
        # a code that a version has dropped is still that of its records
        (
            [study(version("1", YES), version("2", NO)), data("01", "1"), data("02", "2", "2")],
            ["Yes", "No"],
        ),
        # a version that the data do not name says nothing of them
        ([study(version("1", YES), version("2", {"1": "Oui"})), data("01", "1")], ["Yes"]),
        ([study(version("2", {"1": "Oui"}), version("1", YES)), data("01", "1")], ["Yes"]),
        ([study(version("1", {"1": "Oui"}), oid="T"), study(version("1", YES)), data("01", "1")],
         ["Yes"]),
        # where none of those named is there, all say what they can
        ([study(version("1", YES), version("2", NO)), data("01", "1", "9"), data("02", "2", "8")],
         ["Yes", "No"]),
        # as where the data name none, whatever stands beside the versions
        (
            [
                study(
                    '<BasicDefinitions><MeasurementUnit OID="U" Name="U"/></BasicDefinitions>',
                    version("1", YES),
                ),
                data("01", "1").replace('MetaDataVersionOID="1"', ""),
            ],
            ["Yes"],
        ),
        # included definitions hold where the version has none of its own
        (
            [
                study(version("1", YES), version("2", include="1", group=False)),
                data("01", "1", "2"),
            ],
            ["Yes"],
        ),
        (
            [
                study(version("1", {"1": "Oui"}), version("2", YES, include="1", group=False)),
                data("01", "1", "2"),
            ],
            ["Yes"],
        ),
        # and through a version that includes another one, or itself
        (
            [
                study(
                    version("3", include="2", group=False),
                    version("2", include="1", group=False),
                    version("1", YES),
                ),
                data("01", "1", "3"),
            ],
            ["Yes"],
        ),
        ([study(version("1", YES, include="1")), data("01", "1")], ["Yes"]),
        ([study(version("1", YES, include="9")), data("01", "1")], ["Yes"]),
    ],
)  # fmt: skip
def test_the_data_go_by_the_versions_that_they_name(
    tmp_path: Path, parts: list[str], expected: list[str]
) -> None:
    source = read(tmp_path, *parts, columns=ASKED)
    assert decoded(source) == expected
    assert not source.findings


def test_a_decode_that_a_later_version_changes_is_a_finding(tmp_path: Path) -> None:
    versions = study(version("1", YES | NO), version("2", {"1": "Ja", "2": "No"}))
    source = read(tmp_path, versions, data("01", "1"), data("02", "1", "2"), columns=ASKED)
    assert decoded(source) == ["Ja", "Ja"]
    assert [(finding.rule, finding.variable) for finding in source.findings] == [
        ("odm-decode-changed", "RESP")
    ]
    assert source.findings[0].message.endswith("RESP 1")


def test_items_of_all_versions_in_use_have_columns_and_the_last_name(tmp_path: Path) -> None:
    versions = study(version("1", YES, "X OLD", name="FIRST"), version("2", YES, "X NEW"))
    source = read(tmp_path, versions, data("01", "1"), data("02", "1", "2"))
    assert source.all_columns[9:] == ("RESP", "OLD", "NEW")
    only = read(tmp_path, versions, data("01", "1"))
    assert only.all_columns[9:] == ("FIRST", "OLD")
