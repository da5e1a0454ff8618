"""The check of a define.xml as XML, and against the official XML Schema."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from converters.define import check_define, check_xsd, schema
from converters.errors import CdiscError, InputError
from converters.findings import Severity

SDTM = (Path(__file__).parent / "data" / "sdtm.xml").read_bytes()
NAMES = (
    "ADaM-OCCDSIG, ADaMIG, ADaMIG-MD, ADaMIG-NCA, ADaMIG-popPK, BIMO, CDISC/NCI, SDTMIG, "
    "SDTMIG-AP, SDTMIG-MD, SENDIG, SENDIG-AR, SENDIG-DART, SENDIG-GENETOX"
)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'Name="SDTMIG"',
            'Name="STDTMIG"',
            "Name of def:Standard 'STD.IG' is 'STDTMIG', "
            f"expected one of {NAMES} (did you mean 'SDTMIG'?)",
        ),
        (
            'Name="SDTMIG" Type="IG"',
            'Name="SDTMIG"',
            "def:Standard 'STD.IG' has no Type",
        ),
        (
            'OrderNumber="6"',
            'OrderNumber="six"',
            "OrderNumber of ItemRef 'IT.AE.AESER' is 'six', expected a whole number",
        ),
        (
            'OrderNumber="6"',
            'OrderNumber=""',
            "OrderNumber of ItemRef 'IT.AE.AESER' is empty",
        ),
        (
            'OrderNumber="6" Mandatory',
            'OrderNumber="6" Mandatry',
            "ItemRef 'IT.AE.AESER' has the attribute Mandatry, which does not exist there "
            "(did you mean 'Mandatory'?)",
        ),
        (
            'SASDatasetName="AE"',
            'SASDatasetName="ADVERSEEVENTS"',
            "SASDatasetName of ItemGroupDef 'IG.AE' is 'ADVERSEEVENTS', "
            "expected a SAS name: 1 to 8 letters, digits or _, no digit first",
        ),
        (
            '<def:Class Name="EVENTS"/>',
            '<def:Klass Name="EVENTS"/>',
            "ItemGroupDef 'IG.AE' has a def:Klass, which does not exist there "
            "(did you mean 'def:Class'?)",
        ),
        (
            "<StudyName>X-01</StudyName>",
            "",
            "GlobalVariables of Study 'STDY.X-01' has no StudyName, "
            "expected before StudyDescription",
        ),
        (
            "<def:title>ae.xpt</def:title>",
            "",
            "def:leaf 'LF.AE' has no def:title",
        ),
        (
            "</def:Standards>",
            "final</def:Standards>",
            "def:Standards of MetaDataVersion 'MDV.X-01' has text between its elements, "
            "where none belongs",
        ),
        (
            'ID="LF.csdrg" ',
            'ID="2 guides" ',
            "ID of def:leaf of MetaDataVersion 'MDV.X-01' is '2 guides', expected an "
            "identifier that begins with a letter or _ and has no blanks or colons",
        ),
    ],
)
def test_a_fault_is_told_by_element_value_and_what_is_allowed(
    old: str, new: str, message: str
) -> None:
    assert old in SDTM.decode()
    findings = check_xsd(SDTM.decode().replace(old, new, 1).encode())
    told = [finding.message.partition(": ")[2] for finding in findings]
    assert message in told
    assert all(finding.severity is Severity.REJECT for finding in findings)
    # A misspelt attribute is absent too: two faults for the schema.
    assert len(told) == (2 if "Mandatry" in new else 1)


def test_a_finding_names_dataset_variable_and_identifier() -> None:
    content = SDTM.replace(b'DataType="integer"', b'DataType="int"', 1)
    (finding,) = check_xsd(content)
    assert (finding.variable, dict(finding.keys)) == ("AESEQ", {"OID": "IT.AE.AESEQ"})
    assert (finding.value, finding.published) == ("int", ("OD0075",))
    content = SDTM.replace(b'Name="EVENTS"', b'Name="EVENT"', 1)
    (finding,) = check_xsd(content)
    assert (finding.dataset, dict(finding.keys)) == ("AE", {"OID": "IG.AE"})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'Name="SDTMIG"', b'Name="SDTM"'),
        (b'SASDatasetName="AE"', b'SASDatasetName="1"'),
        (b'Mandatory="No"', b'Mandatory="Nope"'),
        (b'CodedValue="F" OrderNumber="1"', b'CodedValue="F" OrderNumber="one"'),
        (b'OID="COM.AE"', b'OID="COM.AE" Name="A"'),
        (b'ItemOID="IT.AE.AESER"', b'ItemOID="IT.AE.AESERX"'),
    ],
)
def test_lines_beyond_65535_are_as_right_as_those_before(old: bytes, new: bytes) -> None:
    content = SDTM.replace(old, new, 1)
    far = content.replace(b"<Study ", b"\n" * 70000 + b"<Study ", 1)
    assert _lines(far) == [line + 70000 for line in _lines(content)]


def _lines(content: bytes) -> list[int]:
    told = [finding.message.partition(":")[0] for finding in check_define(content)]
    return [int(text.removeprefix("line ")) for text in told]


def test_an_element_of_a_prefix_of_its_own_is_found() -> None:
    content = SDTM.replace(b"def:", b"d:").replace(b":def=", b":d=")
    (finding,) = check_xsd(content.replace(b'Name="EVENTS"', b'Name="EVENT"', 1))
    assert finding.message.startswith("line 65: Name of def:Class of ItemGroupDef 'IG.AE' is")


def test_each_of_many_faults_is_told_once() -> None:
    content = SDTM.replace(b'Mandatory="No"', b'Mandatory="Perhaps"')
    findings = check_define(content)
    assert len(findings) == SDTM.count(b'Mandatory="No"')
    assert {finding.published for finding in findings} == {("OD0074",)}


def test_duplicate_identifiers_are_left_to_the_check_that_tells_both_places() -> None:
    content = SDTM.replace(b'OID="COM.XE"', b'OID="COM.AE"')
    assert check_xsd(content) == []
    rules = {finding.rule for finding in check_define(content)}
    assert "define-duplicate-comment" in rules


@pytest.mark.parametrize(
    ("content", "rule", "published"),
    [
        (b"<ODM><Study></ODM>", "define-xml-well-formed", ("OD0001",)),
        (b"", "define-xml-well-formed", ("OD0001",)),
        (b"\xff\xfe\x00", "define-xml-well-formed", ("OD0001",)),
        (b"\x00" * 100, "define-xml-well-formed", ("OD0001",)),
        (SDTM[: len(SDTM) // 2], "define-xml-well-formed", ("OD0001",)),
        (b'<?xml version="1.0"?><!DOCTYPE ODM><ODM/>', "define-xml-doctype", ()),
        (b'<?xml version="1.0"?><html/>', "define-xml-root", ("OD0012",)),
        (
            b'<?xml version="1.0"?><ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"/>',
            "define-xml-namespace",
            ("DD0002",),
        ),
    ],
)
def test_a_file_that_is_no_define_xml_is_one_finding(
    content: bytes, rule: str, published: tuple[str, ...]
) -> None:
    for check in (check_xsd, check_define):
        (finding,) = check(content)
        assert (finding.rule, finding.published) == (rule, published)
        assert finding.severity is Severity.REJECT


def test_entities_are_not_read() -> None:
    declaration, _, rest = SDTM.decode().partition("\n")
    document = '<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    content = f"{declaration}\n{document}\n{rest.replace('A study', '&x;')}".encode()
    (finding,) = check_define(content)
    assert finding.rule == "define-xml-doctype"


@pytest.mark.parametrize(
    ("content", "rules"),
    [
        (SDTM, set()),
        (b"\xef\xbb\xbf" + SDTM, set()),
        (SDTM.partition(b"\n")[2], {"define-xml-declaration"}),
        (
            SDTM.decode().replace("UTF-8", "ISO-8859-1", 1).encode("iso-8859-1"),
            {"define-xml-encoding"},
        ),
    ],
)
def test_declaration_and_encoding_are_looked_at(content: bytes, rules: set[str]) -> None:
    assert {finding.rule for finding in check_define(content)} == rules


def test_a_file_that_is_absent_is_told(tmp_path: Path) -> None:
    for check in (check_xsd, check_define):
        with pytest.raises(InputError, match="cannot be read"):
            check(tmp_path / "define.xml")


def test_the_file_is_named_in_findings_of_a_path(tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    path.write_bytes(SDTM.replace(b'Name="EVENTS"', b'Name="EVENT"', 1))
    assert {finding.file for finding in check_define(path)} == {str(path)}
    assert check_define(str(path)) == check_define(path)


def test_without_odmlib_the_way_to_the_schema_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    schema._schema.cache_clear()
    monkeypatch.setitem(sys.modules, "odmlib", None)
    with pytest.raises(CdiscError, match="pip install odmlib"):
        check_xsd(SDTM)


def test_version_1_is_told_to_be_too_old() -> None:
    content = (
        b'<?xml version="1.0"?><ODM xmlns="http://www.cdisc.org/ns/odm/v1.2" '
        b'xmlns:def="http://www.cdisc.org/ns/def/v1.0"><Study OID="S"/></ODM>'
    )
    (finding,) = check_xsd(content)
    assert (finding.rule, finding.published) == ("define-xml-version", ("DD0020B",))
