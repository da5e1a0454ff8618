"""What define.xml says of a variable and of its value level."""

from __future__ import annotations

from dataclasses import replace

import pytest

from converters.dataset import (
    Condition,
    Metadata,
    Package,
    ValueLevel,
    Variable,
)
from converters.define import build, check_xsd, define_xml
from converters.define.elements import PdfPageRef
from converters.define.index import index
from tests.unit.define.analyses import analysis_package
from tests.unit.define.support import (
    DEF,
    attributes,
    changed,
    find,
    item,
    parsed,
    single,
    with_variable,
)


@pytest.mark.parametrize(
    ("oid", "expected"),
    [
        ("IT.DM.AGE", {"DataType": "integer", "Length": "8"}),
        ("IT.DM.BRTHDTC", {"DataType": "partialDate"}),
        ("IT.AE.AETERM", {"DataType": "text", "Length": "200"}),
        (
            "IT.LB.LBSTRESN",
            {
                "DataType": "float",
                "Length": "8",
                "SignificantDigits": "2",
                "def:DisplayFormat": "8.2",
            },
        ),
    ],
)
def test_only_text_integers_and_floats_have_a_length(
    package: Package, oid: str, expected: dict[str, str]
) -> None:
    name = oid.rpartition(".")[2]
    about = attributes(item(parsed(package), oid))
    assert about == {"OID": oid, "Name": name, "SASFieldName": name, **expected}


def test_significant_digits_are_for_floats_alone(package: Package) -> None:
    root = parsed(with_variable(package, "DM", "AGE", significant_digits=0))
    assert "SignificantDigits" not in item(root, "IT.DM.AGE").attrib


def test_a_variable_without_any_value_says_so_and_why(package: Package) -> None:
    root = parsed(package)
    assert find(root, "//o:ItemGroupDef[@Name='AE']/o:ItemRef[@def:HasNoData]/@ItemOID") == [
        "IT.AE.AESDTH"
    ]
    assert item(root, "IT.AE.AESDTH").get(f"{{{DEF}}}CommentOID") == "COM.AE.AESDTH"
    assert find(root, "//def:CommentDef[@OID='COM.AE.AESDTH']//text()[normalize-space()]") == [
        "No record has a value."
    ]


def test_what_the_metadata_says_of_data_goes_before_the_frame(package: Package) -> None:
    known = with_variable(package, "AE", "AESDTH", no_data=False)
    known = with_variable(known, "DM", "AGE", no_data=True)
    known = changed(known, "CE", lambda metadata: replace(metadata, records=5))
    root = parsed(known)
    assert find(root, "//o:ItemRef[@def:HasNoData]/@ItemOID") == ["IT.DM.AGE"]
    assert find(root, "//o:ItemGroupDef[@def:HasNoData]") == []


def test_value_level_is_laid_out_as_reviewers_know_it(package: Package) -> None:
    root = parsed(package)
    assert find(root, "//def:ValueListDef/@OID") == [
        "VL.LB.LBORRES",
        "VL.LB.LBORRESU",
        "VL.SUPPAE.QVAL",
    ]
    (values,) = find(root, "//def:ValueListDef[@OID='VL.SUPPAE.QVAL']")
    assert [attributes(element) for element in find(values, "o:ItemRef")] == [
        {"ItemOID": "IT.SUPPAE.QVAL.AETRTEM", "OrderNumber": "1", "Mandatory": "No"},
        {"ItemOID": "IT.SUPPAE.QVAL.AESOSP", "OrderNumber": "2", "Mandatory": "No"},
    ]
    assert find(values, "o:ItemRef/def:WhereClauseRef/@WhereClauseOID") == [
        "WC.SUPPAE.QNAM.AETRTEM",
        "WC.SUPPAE.QNAM.AESOSP",
    ]
    assert find(root, "//o:ItemDef[@OID='IT.SUPPAE.QVAL']/def:ValueListRef/@ValueListOID") == [
        "VL.SUPPAE.QVAL"
    ]


def test_conditions_whose_names_would_be_alike_get_different_oids(package: Package) -> None:
    def like(value: str) -> ValueLevel:
        definition = Variable("LBORRES", value, "Char")
        return ValueLevel("LBORRES", (Condition("LBTESTCD", "EQ", (value,)),), definition)

    alike = changed(
        package,
        "LB",
        lambda metadata: replace(metadata, value_level=(like("A/B"), like("A?B"), like("A B"))),
    )
    root = parsed(alike)
    assert find(root, "//def:ValueListDef[@OID='VL.LB.LBORRES']/o:ItemRef/@ItemOID") == [
        "IT.LB.LBORRES.A_B",
        "IT.LB.LBORRES.A_B.2",
        "IT.LB.LBORRES.A_B.3",
    ]
    assert check_xsd(define_xml(alike)) == []


@pytest.mark.parametrize(
    ("oid", "expected"),
    [
        ("IT.LB.LBORRES", ["Vendor"]),  # the value level says the same
        ("IT.LB.LBORRES.HGB.LBSPEC.BLOOD", ["Vendor"]),
        ("IT.LB.LBORRES.NOTIN.HGB-K", []),  # inherited
        ("IT.SUPPAE.QVAL", []),  # the value level says otherwise
        ("IT.SUPPAE.QVAL.AESOSP", ["Investigator"]),
    ],
)
def test_an_origin_stands_at_value_level_where_the_values_differ(
    package: Package, oid: str, expected: list[str]
) -> None:
    assert find(item(parsed(package), oid), "def:Origin/@Source") == expected


def test_a_value_without_an_origin_takes_that_which_its_variable_no_longer_shows(
    package: Package,
) -> None:
    def without(metadata: Metadata) -> Metadata:
        first, second = metadata.value_level
        bare = replace(first.definition, origin=None)
        return replace(metadata, value_level=(replace(first, definition=bare), second))

    root = parsed(changed(package, "SUPPAE", without))
    assert find(item(root, "IT.SUPPAE.QVAL"), "def:Origin") == []
    assert find(item(root, "IT.SUPPAE.QVAL.AETRTEM"), "def:Origin/@Type") == ["Derived"]


def test_pages_of_the_annotated_crf_are_numbers_ranges_and_destinations(package: Package) -> None:
    root = parsed(package)
    references = find(item(root, "IT.AE.AETERM"), "def:Origin/def:DocumentRef/def:PDFPageRef")
    assert [attributes(reference) for reference in references] == [
        {"PageRefs": "7 9", "Type": "PhysicalRef"},
        {"FirstPage": "11", "LastPage": "12", "Type": "PhysicalRef"},
        {"PageRefs": "AE_LOG", "Type": "NamedDestination"},
    ]


def test_names_too_long_for_sas_are_left_out_of_the_sas_attributes() -> None:
    root = parsed(single(Variable("LONGER_NAME", "Label", "Char", length=0)))
    element = item(root, "IT.AE.LONGER_NAME")
    assert "SASFieldName" not in element.attrib
    assert element.get("Length") == "1"


def test_a_float_without_known_digits_has_those_of_its_format() -> None:
    found = index(build(analysis_package()))
    item = found.items["IT.ADQS.CHG"]
    assert (item.significant_digits, item.display_format) == ("2", "8.2")


def test_a_date_as_a_number_keeps_its_format() -> None:
    item = index(build(analysis_package())).items["IT.ADQS.ADT"]
    assert (item.data_type, item.length, item.display_format) == ("integer", "8", "DATE9.")


def test_an_origin_names_places_in_documents() -> None:
    (origin,) = index(build(analysis_package())).items["IT.ADQS.ADT"].origins
    (document,) = origin.documents
    assert document.leaf_id == "LF.sap"
    assert [(page.page_refs, page.first_page, page.last_page) for page in document.pages] == [
        ("12", None, None),
        (None, "14", "16"),
    ]


def test_a_value_level_has_a_comment_that_names_a_document() -> None:
    found = index(build(analysis_package()))
    comment = found.comments[found.items["IT.ADQS.AVAL.ACTOT"].comment_oid or ""]
    (document,) = comment.documents
    assert (comment.oid, document.leaf_id) == ("COM.ADQS.AVAL.ACTOT", "LF.manual")
    assert document.pages[0] == PdfPageRef(page_refs="Scoring", type="NamedDestination")


def test_a_value_level_may_hang_on_another_dataset_which_its_comment_joins() -> None:
    found = index(build(analysis_package()))
    where = found.where_clauses["WC.ADQS.PARAMCD.NE.ACTOT.ADSL.SAFFL.Y"]
    assert [check.item_oid for check in where.checks] == ["IT.ADQS.PARAMCD", "IT.ADSL.SAFFL"]
    assert str(found.comments[where.comment_oid or ""].description) == (
        "Records of ADQS and ADSL belong together by STUDYID, USUBJID."
    )


def test_a_condition_that_names_its_own_dataset_is_the_same_without() -> None:
    def named(metadata: Metadata) -> Metadata:
        first, *rest = metadata.value_level
        where = tuple(replace(item, dataset="ADQS") for item in first.where)
        return replace(metadata, value_level=(replace(first, where=where), *rest))

    package = analysis_package()
    assert build(changed(package, "ADQS", named)) == build(package)


def test_a_text_may_be_a_number_at_value_level(package: Package) -> None:
    items = index(build(package)).items
    assert items["IT.LB.LBORRES"].data_type == "text"
    below = items["IT.LB.LBORRES.HGB.LBSPEC.BLOOD"]
    assert (below.data_type, below.length, below.significant_digits) == ("float", "5", "1")
