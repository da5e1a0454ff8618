"""The check of a define.xml against the official XML Schema."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from converters.dataset import Package
from converters.define import check_xsd, define_xml, schema
from converters.errors import CdiscError, InputError
from converters.findings import Severity

EXAMPLES = Path(__file__).parents[4] / "shared" / "data" / "define"


def example(name: str) -> Path:
    path = EXAMPLES / name
    if not path.is_file():
        pytest.skip(f"{name} is not at ../shared/data/define")
    return path


@pytest.mark.parametrize(
    "name",
    ["defineV21-SDTM.xml", "defineV21-ADaM.xml", "defineV20-SDTM.xml", "defineV20-ADaM-ARM.xml"],
)
def test_published_examples_of_both_versions_are_valid(name: str) -> None:
    assert check_xsd(example(name)) == []


def test_a_misspelt_standard_is_found_with_its_line() -> None:
    path = example("invalid-standard-name.xml")
    (finding,) = check_xsd(str(path))
    assert finding.severity is Severity.REJECT
    assert finding.published == ("DD0001",)
    assert finding.file == str(path)
    assert finding.message.startswith("line 63: Element 'def:Standard', attribute 'Name': ")
    assert "'STDTMIG'" in finding.message


def test_a_subclass_that_is_not_in_the_list_is_found() -> None:
    findings = check_xsd(example("invalid-subclass-1.xml"))
    assert ["SubClass" in finding.message for finding in findings] == [True] * 3


def test_elements_out_of_order_are_found_under_short_names(package: Package) -> None:
    content = define_xml(package).replace(b"def:Class", b"def:Klass")
    findings = check_xsd(content)
    assert len(findings) == 5
    assert all("Element 'def:Klass'" in finding.message for finding in findings)
    assert all("{http" not in finding.message for finding in findings)


def test_a_file_that_is_not_xml_is_a_finding() -> None:
    (finding,) = check_xsd(b"<ODM><Study></ODM>")
    assert (finding.rule, finding.published) == ("define-xml-well-formed", ("OD0001",))
    assert finding.message.startswith("line 1: ")


def test_an_empty_file_is_a_finding() -> None:
    (finding,) = check_xsd(b"")
    assert finding.rule == "define-xml-well-formed"


def test_a_file_of_another_namespace_is_a_finding() -> None:
    (finding,) = check_xsd(b'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"/>')
    assert finding.published == ("DD0002",)


def test_a_document_type_is_refused_and_its_entities_are_not_read(package: Package) -> None:
    declaration, _, rest = define_xml(package).decode().partition("\n")
    document = '<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    content = f"{declaration}\n{document}\n{rest.replace('X-01 v2', '&x;')}".encode()
    (finding,) = check_xsd(content)
    assert finding.rule == "define-xml-doctype"


def test_a_file_that_is_absent_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        check_xsd(tmp_path / "define.xml")


def test_without_odmlib_the_way_to_the_schema_is_told(
    package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema._schema.cache_clear()
    monkeypatch.setitem(sys.modules, "odmlib", None)
    with pytest.raises(CdiscError, match="pip install odmlib"):
        check_xsd(define_xml(package))
