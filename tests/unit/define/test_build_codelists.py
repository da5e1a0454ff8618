"""What define.xml says of a codelist."""

from __future__ import annotations

from dataclasses import replace

import pytest

from converters.dataset import (
    Package,
    StandardUse,
    Term,
    UsedCodelist,
    Variable,
)
from converters.define import build
from converters.define.index import index
from tests.unit.define.analyses import analysis_package
from tests.unit.define.support import (
    attributes,
    find,
    parsed,
    single,
    with_variable,
)


def test_a_codelist_holds_the_union_of_the_terms_in_use(package: Package) -> None:
    root = parsed(package)
    (codelist,) = find(root, "//o:CodeList[@OID='CL.NY']")
    assert attributes(codelist) == {
        "OID": "CL.NY",
        "Name": "No Yes Response",
        "DataType": "text",
        "def:StandardOID": "STD.CT.SDTM.2024-03-29",
    }
    assert find(codelist, "o:CodeListItem/@CodedValue") == ["N", "Y"]
    assert find(codelist, "o:CodeListItem/o:Decode/o:TranslatedText/text()") == ["No", "Yes"]
    assert find(codelist, "o:CodeListItem/o:Alias/@Name") == ["C49487", "C49488"]
    assert find(codelist, "o:Alias/@Name") == ["C66742"]
    assert find(root, "//o:ItemDef[o:CodeListRef/@CodeListOID='CL.NY']/@OID") == [
        "IT.AE.AESER",
        "IT.AE.AESDTH",
        "IT.SUPPAE.QVAL.AETRTEM",
    ]


def test_terms_without_decodes_are_enumerated_and_those_of_the_sponsor_marked(
    package: Package,
) -> None:
    (codelist,) = find(parsed(package), "//o:CodeList[@OID='CL.AESEV']")
    mild, odd = find(codelist, "o:EnumeratedItem")
    assert attributes(mild) == {"CodedValue": "MILD", "OrderNumber": "1"}
    assert find(mild, "o:Alias/@Name") == ["C41338"]
    assert attributes(odd) == {
        "CodedValue": 'VERY <BAD> & "odd"',
        "OrderNumber": "2",
        "def:ExtendedValue": "Yes",
    }
    assert find(odd, "o:Alias") == []


def test_a_codelist_of_the_sponsor_is_marked_and_its_terms_extend_nothing(
    package: Package,
) -> None:
    arms = UsedCodelist("ARM", "Arm", terms=(Term("A", extended=True),), standard="SDTM")
    root = parsed(with_variable(package, "DM", "DOMAIN", codelist=arms))
    (codelist,) = find(root, "//o:CodeList[@OID='CL.ARM']")
    assert attributes(codelist) == {
        "OID": "CL.ARM",
        "Name": "Arm",
        "DataType": "text",
        "def:IsNonStandard": "Yes",
    }
    assert find(codelist, "o:EnumeratedItem/@def:ExtendedValue") == []


def test_an_external_dictionary_is_named_with_its_version(package: Package) -> None:
    (codelist,) = find(parsed(package), "//o:CodeList[@OID='CL.MEDDRA']")
    assert attributes(codelist)["def:IsNonStandard"] == "Yes"
    (dictionary,) = find(codelist, "o:ExternalCodeList")
    assert attributes(dictionary) == {"Dictionary": "MedDRA", "Version": "27.0"}


@pytest.mark.parametrize("name", ["ADaM", "ADaM 2026-03-27"])
def test_a_codelist_names_its_terminology_with_or_without_the_version(name: str) -> None:
    used = UsedCodelist("DTYPE", "Derivation Type", "C81224", terms=(Term("LOCF"),), standard=name)
    package = replace(
        single(Variable("DTYPE", "Derivation Type", "Char", codelist=used)),
        standards=(
            StandardUse("CDISC/NCI", "CT", "2024-03-29", "SDTM"),
            StandardUse("CDISC/NCI", "CT", "2026-03-27", "ADaM"),
        ),
    )
    assert find(parsed(package), "//o:CodeList/@def:StandardOID") == ["STD.CT.ADaM.2026-03-27"]


def test_terms_have_ranks_and_descriptions_and_the_codelist_a_format_and_a_comment() -> None:
    found = index(build(analysis_package()))
    codes = found.code_lists["CL.AESEVN"]
    assert (codes.data_type, codes.sas_format_name) == ("integer", "AESEVN")
    assert [(term.coded_value, term.rank) for term in codes.decoded] == [("1", "1"), ("2", "2.5")]
    assert [list(map(str, term.descriptions)) for term in codes.decoded] == [["No treatment"], []]
    comment = found.comments[codes.comment_oid or ""]
    assert (comment.oid, str(comment.description)) == ("COM.CL.AESEVN", "Coded as in the SAP")
    assert [document.leaf_id for document in comment.documents] == ["LF.sap"]
