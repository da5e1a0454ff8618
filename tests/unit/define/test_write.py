"""What define.xml says of a package, in which order and under which OIDs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from converters import columns
from converters.dataset import (
    Condition,
    Dataset,
    Metadata,
    Method,
    Origin,
    Package,
    StandardUse,
    Term,
    UsedCodelist,
    ValueLevel,
    Variable,
)
from converters.define import check_xsd, define_xml, write_define
from converters.define.terms import DEF, ODM, XLINK
from converters.errors import OutputError, SpecError

NS = {"o": ODM, "def": DEF, "xlink": XLINK}


def parsed(package: Package, **more: Any) -> etree._Element:
    return etree.fromstring(define_xml(package, **more))


def find(root: etree._Element, path: str) -> Any:
    return root.xpath(path, namespaces=NS)


def attributes(element: etree._Element) -> dict[str, str]:
    """Attributes by name as in the file: ``def:HasNoData``."""
    return {
        name.replace(f"{{{DEF}}}", "def:").replace(f"{{{XLINK}}}", "xlink:"): value
        for name, value in element.attrib.items()
    }


def item(root: etree._Element, oid: str) -> etree._Element:
    (element,) = find(root, f"//o:ItemDef[@OID='{oid}']")
    return element


def changed(
    package: Package, name: str, change: Callable[[Metadata], Metadata], **more: Any
) -> Package:
    """The package with another metadata of one dataset."""
    old = package.datasets[name]
    new = replace(old, metadata=change(old.metadata))
    return replace(package, datasets={**package.datasets, name: new}, **more)


def with_variable(package: Package, dataset: str, which: str, **values: Any) -> Package:
    return changed(
        package,
        dataset,
        lambda metadata: replace(
            metadata,
            variables=tuple(
                replace(variable, **values) if variable.name == which else variable
                for variable in metadata.variables
            ),
        ),
    )


def single(variable: Variable, **metadata: Any) -> Package:
    """A package of one dataset of one variable with one record."""
    about = Metadata("AE", "Events", "EVENTS", "One record", (), (variable,), **metadata)
    frame = pd.DataFrame({variable.name: columns.text(["x"])})
    return Package(
        "S", "S", "", "", "2026-01-31T09:00:00Z", (), {about.name: Dataset(about, frame)}
    )


def test_the_file_is_valid_against_the_official_schema(package: Package) -> None:
    assert check_xsd(define_xml(package)) == []


def test_the_same_package_gives_the_same_bytes_in_whatever_order_its_datasets_come(
    package: Package,
) -> None:
    turned = replace(package, datasets=dict(reversed(package.datasets.items())))
    assert define_xml(package) == define_xml(package) == define_xml(turned)


def test_the_declaration_says_utf8_and_no_stylesheet_is_named(package: Package) -> None:
    content = define_xml(package)
    assert content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<ODM ')
    assert b"xml-stylesheet" not in content
    assert "Überempfindlichkeit".encode() in content


def test_the_root_says_who_made_the_file_and_when(package: Package) -> None:
    root = parsed(package, context="Other")
    about = attributes(root)
    version = about.pop("SourceSystemVersion")
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", version)
    assert about == {
        "ODMVersion": "1.3.2",
        "FileType": "Snapshot",
        "FileOID": "ODM.X-01.SDTMIG.3.4.2026-01-31T09:00:00",
        "CreationDateTime": "2026-01-31T09:00:00",
        "Originator": "Ours",
        "SourceSystem": "cdisc-converters",
        "def:Context": "Other",
    }
    assert find(root, "//o:GlobalVariables/*/text()") == [
        "Study X-01",
        "A study of <this> & that",
        "X-01 v2",
    ]


def test_standards_are_declared_and_referenced(package: Package) -> None:
    root = parsed(package)
    assert [attributes(element) for element in find(root, "//def:Standard")] == [
        {
            "OID": "STD.SDTMIG.3.4",
            "Name": "SDTMIG",
            "Type": "IG",
            "Version": "3.4",
            "Status": "Final",
        },
        {
            "OID": "STD.CT.SDTM.2024-03-29",
            "Name": "CDISC/NCI",
            "Type": "CT",
            "PublishingSet": "SDTM",
            "Version": "2024-03-29",
            "Status": "Final",
        },
    ]
    assert set(find(root, "//o:ItemGroupDef/@def:StandardOID")) == {"STD.SDTMIG.3.4"}


def test_every_oid_is_unique_and_every_reference_resolves(package: Package) -> None:
    root = parsed(package)
    oids = find(root, "//*/@OID") + find(root, "//@ID")
    assert len(oids) == len(set(oids))
    references = [
        value
        for element in root.iter("*")
        for name, value in element.attrib.items()
        if (name.endswith("OID") and not name.endswith(("FileOID", "}OID")) and name != "OID")
        or name in ("leafID", f"{{{DEF}}}ArchiveLocationID")
    ]
    kinds = {reference.split(".")[0] for reference in references}
    assert kinds == {"IT", "CL", "MT", "COM", "VL", "WC", "STD", "LF"}
    assert set(references) <= set(oids)


def test_every_definition_is_used(package: Package) -> None:
    root = parsed(package)
    for element, reference in (
        ("o:ItemDef", "//o:ItemRef/@ItemOID"),
        ("o:CodeList", "//o:CodeListRef/@CodeListOID"),
        ("o:MethodDef", "//o:ItemRef/@MethodOID"),
        ("def:CommentDef", "//@def:CommentOID"),
        ("def:ValueListDef", "//def:ValueListRef/@ValueListOID"),
        ("def:WhereClauseDef", "//def:WhereClauseRef/@WhereClauseOID"),
    ):
        assert set(find(root, f"//{element}/@OID")) == set(find(root, reference)), element


def test_datasets_come_in_the_order_of_their_classes_and_then_of_their_names(
    package: Package,
) -> None:
    assert find(parsed(package), "//o:ItemGroupDef/@Name") == ["DM", "AE", "CE", "LB", "SUPPAE"]


def test_a_dataset_is_described(package: Package) -> None:
    root = parsed(package)
    (element,) = find(root, "//o:ItemGroupDef[@Name='DM']")
    assert attributes(element) == {
        "OID": "IG.DM",
        "Domain": "DM",
        "Name": "DM",
        "Repeating": "No",
        "IsReferenceData": "No",
        "SASDatasetName": "DM",
        "Purpose": "Tabulation",
        "def:Structure": "One record per subject",
        "def:StandardOID": "STD.SDTMIG.3.4",
        "def:ArchiveLocationID": "LF.DM",
    }
    assert find(element, "def:Class/@Name") == ["SPECIAL PURPOSE"]
    assert find(element, "def:leaf/@xlink:href") == ["dm.xpt"]
    assert find(element, "def:leaf/def:title/text()") == ["dm.xpt"]
    (label,) = find(root, "//o:ItemGroupDef[@Name='AE']/o:Description/o:TranslatedText")
    assert label.text == "Ereignisse <schwere> & Überempfindlichkeit"


def test_variables_keep_their_order_and_keys_their_sequence(package: Package) -> None:
    root = parsed(package)
    references = find(root, "//o:ItemGroupDef[@Name='AE']/o:ItemRef")
    assert [element.get("OrderNumber") for element in references] == [
        str(number) for number in range(1, len(references) + 1)
    ]
    assert [element.get("ItemOID") for element in references][:4] == [
        "IT.AE.STUDYID",
        "IT.AE.DOMAIN",
        "IT.AE.USUBJID",
        "IT.AE.AESEQ",
    ]
    assert {
        element.get("ItemOID"): element.get("KeySequence")
        for element in references
        if element.get("KeySequence")
    } == {"IT.AE.STUDYID": "1", "IT.AE.USUBJID": "2", "IT.AE.AETERM": "3"}


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


def test_a_dataset_without_records_has_no_file_and_a_comment(package: Package) -> None:
    (element,) = find(parsed(package), "//o:ItemGroupDef[@Name='CE']")
    about = attributes(element)
    assert about["def:HasNoData"] == "Yes"
    assert about["def:CommentOID"] == "COM.CE"
    assert "def:ArchiveLocationID" not in about
    assert find(element, "def:leaf") == []
    assert find(element, "o:ItemRef[@def:HasNoData]") == []


def test_a_supplemental_dataset_names_its_domain(package: Package) -> None:
    (element,) = find(parsed(package), "//o:ItemGroupDef[@Name='SUPPAE']")
    assert element.get("Domain") == "AE"
    (alias,) = find(element, "o:Alias")
    assert attributes(alias) == {
        "Context": "DomainDescription",
        "Name": "Ereignisse <schwere> & Überempfindlichkeit",
    }


def test_a_supplemental_dataset_that_calls_itself_its_domain_still_names_its_parents(
    package: Package,
) -> None:
    itself = changed(package, "SUPPAE", lambda metadata: replace(metadata, domain="SUPPAE"))
    assert define_xml(itself) == define_xml(package)


def test_a_split_dataset_names_its_domain_by_the_given_label(package: Package) -> None:
    split = changed(
        package,
        "LB",
        lambda metadata: replace(metadata, name="LBCH", domain_label="Laboratory Test Results"),
    )
    split = changed(split, "LB", lambda metadata: replace(metadata, domain="LB"))
    (element,) = find(parsed(split), "//o:ItemGroupDef[@Name='LBCH']")
    assert element.get("Domain") == "LB"
    assert find(element, "o:Alias/@Name") == ["Laboratory Test Results"]
    assert find(element, "def:leaf/@xlink:href") == ["lbch.xpt"]


def test_an_analysis_dataset_has_no_domain_and_may_have_a_subclass() -> None:
    variable = Variable(
        "TRTP",
        "Planned Treatment",
        "Char",
        origin=Origin("Predecessor", predecessor="ADSL.TRT01P"),
    )
    package = single(variable, purpose="Analysis", domain="AE", subclass="Adverse Event")
    package = changed(
        package,
        "AE",
        lambda metadata: replace(metadata, name="ADAE", dataset_class="Occurrence Data Structure"),
    )
    root = parsed(package)
    (element,) = find(root, "//o:ItemGroupDef")
    assert element.get("Domain") is None
    assert find(element, "o:Alias") == []
    assert find(element, "def:Class/def:SubClass/@Name") == ["ADVERSE EVENT"]
    (origin,) = find(root, "//def:Origin")
    assert attributes(origin) == {"Type": "Predecessor"}
    assert find(origin, "o:Description/o:TranslatedText/text()") == ["ADSL.TRT01P"]
    assert check_xsd(define_xml(package)) == []


def test_what_is_not_of_the_standard_is_marked(package: Package) -> None:
    own = changed(package, "LB", lambda metadata: replace(metadata, standard=None))
    root = parsed(own)
    assert find(root, "//o:ItemRef[@def:IsNonStandard]/@ItemOID") == ["IT.AE.AEOWN"]
    (element,) = find(root, "//o:ItemGroupDef[@def:IsNonStandard]")
    assert element.get("Name") == "LB"
    assert element.get(f"{{{DEF}}}StandardOID") is None


def test_a_dataset_may_follow_another_implementation_guide(package: Package) -> None:
    devices = StandardUse("SDTMIG-MD", "IG", "1.1")
    other = changed(
        package,
        "LB",
        lambda metadata: replace(metadata, standard="SDTMIG-MD"),
        standards=(*package.standards, devices),
    )
    assert find(parsed(other), "//o:ItemGroupDef[@Name='LB']/@def:StandardOID") == [
        "STD.SDTMIG-MD.1.1"
    ]


def test_a_method_shared_by_variables_is_defined_once(package: Package) -> None:
    root = parsed(package)
    (method,) = find(root, "//o:MethodDef")
    assert attributes(method) == {
        "OID": "MT.AE.AESTDY",
        "Name": "Algorithm to derive AESTDY, AEENDY",
        "Type": "Computation",
    }
    assert find(method, "o:Description/o:TranslatedText/text()") == [
        "Days from RFSTDTC & one more on or after it; if < 0 days before it"
    ]
    (expression,) = find(method, "o:FormalExpression")
    assert (expression.get("Context"), expression.text) == (
        "cdisc-converters",
        "study_day(AESTDTC)",
    )
    assert find(root, "//o:ItemRef[@MethodOID='MT.AE.AESTDY']/@ItemOID") == [
        "IT.AE.AESTDY",
        "IT.AE.AEENDY",
    ]


def test_a_comment_shared_by_variables_is_defined_once(package: Package) -> None:
    root = parsed(package)
    assert find(root, "//o:ItemDef[@def:CommentOID='COM.AE.AESEV']/@Name") == ["AESEV", "AESTDTC"]


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


def test_a_where_clause_is_shared_by_the_variables_that_it_serves(package: Package) -> None:
    root = parsed(package)
    oid = "WC.LB.LBTESTCD.HGB.LBSPEC.BLOOD"
    assert find(root, f"//o:ItemRef[def:WhereClauseRef/@WhereClauseOID='{oid}']/@ItemOID") == [
        "IT.LB.LBORRES.HGB.LBSPEC.BLOOD",
        "IT.LB.LBORRESU.HGB.LBSPEC.BLOOD",
    ]
    checks = find(root, f"//def:WhereClauseDef[@OID='{oid}']/o:RangeCheck")
    assert [attributes(check) for check in checks] == [
        {"Comparator": "EQ", "SoftHard": "Soft", "def:ItemOID": "IT.LB.LBTESTCD"},
        {"Comparator": "EQ", "SoftHard": "Soft", "def:ItemOID": "IT.LB.LBSPEC"},
    ]


def test_a_where_clause_of_many_values_has_a_short_readable_oid(package: Package) -> None:
    (where,) = find(parsed(package), "//def:WhereClauseDef[.//@Comparator='NOTIN']")
    assert where.get("OID") == "WC.LB.LBTESTCD.NOTIN.HGB-K"
    assert find(where, "o:RangeCheck/o:CheckValue/text()") == ["HGB", "PH+", "NA", "K"]


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


def test_documents_are_listed_and_pages_without_a_declared_crf_are_of_acrf(
    package: Package,
) -> None:
    root = parsed(package)
    assert find(root, "//def:AnnotatedCRF/def:DocumentRef/@leafID") == ["LF.acrf"]
    assert find(root, "//def:SupplementalDoc/def:DocumentRef/@leafID") == ["LF.csdrg"]
    assert find(root, "//o:MetaDataVersion/def:leaf/@xlink:href") == ["acrf.pdf", "docs/csdrg.pdf"]


def test_a_package_without_datasets_or_standards_is_still_valid() -> None:
    bare = Package("S", "S", "", "", "2026-01-31T09:00:00+01:00", (), {})
    assert check_xsd(define_xml(bare)) == []


def test_names_too_long_for_sas_are_left_out_of_the_sas_attributes() -> None:
    root = parsed(single(Variable("LONGER_NAME", "Label", "Char", length=0)))
    element = item(root, "IT.AE.LONGER_NAME")
    assert "SASFieldName" not in element.attrib
    assert element.get("Length") == "1"


def test_odmlib_reads_the_file_and_counts_the_same(package: Package, tmp_path: Path) -> None:
    define_loader = pytest.importorskip("odmlib.define_loader")
    odm_loader = pytest.importorskip("odmlib.loader")
    loader = odm_loader.ODMLoader(define_loader.XMLDefineLoader("define_2_1"))
    path = tmp_path / "define.xml"
    write_define(package, path)
    loader.open_odm_document(str(path))
    version = loader.load_metadataversion()
    metadata = [dataset.metadata for dataset in package.datasets.values()]
    variables = sum(len(item.variables) for item in metadata)
    levels = sum(len(item.value_level) for item in metadata)
    assert len(version.ItemGroupDef) == len(metadata)
    assert sum(len(group.ItemRef) for group in version.ItemGroupDef) == variables
    assert len(version.ItemDef) == variables + levels
    assert [len(values.ItemRef) for values in version.ValueListDef] == [2, 1, 2]
    assert len(version.WhereClauseDef) == 4
    assert {codelist.OID for codelist in version.CodeList} == {
        "CL.AESEV",
        "CL.MEDDRA",
        "CL.NY",
        "CL.UNIT",
    }
    assert len(version.MethodDef) == 1
    assert len(version.Standards.Standard) == 2


def test_a_file_and_a_stream_get_the_same_bytes(package: Package, tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    path.write_text("an older one")
    stream = io.BytesIO()
    write_define(package, path)
    write_define(package, stream)
    assert path.read_bytes() == stream.getvalue() == define_xml(package)
    assert [entry.name for entry in tmp_path.iterdir()] == ["define.xml"]


def test_a_place_that_cannot_be_written_is_told(package: Package, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"nowhere/define\.xml: cannot be written"):
        write_define(package, tmp_path / "nowhere" / "define.xml")


VALUE_LEVEL = ValueLevel("QVAL", (), Variable("X", "X", "Char"))


@pytest.mark.parametrize(
    ("dataset", "change", "expected"),
    [
        ("AE", {"dataset_class": "EVENT"}, "AE: unknown class 'EVENT' (did you mean 'EVENTS'?)"),
        ("AE", {"subclass": "ADVERSE EVNT"}, "did you mean 'ADVERSE EVENT'?"),
        ("AE", {"name": "ADVERSEEVENTS"}, "its name is not one to eight letters"),
        ("AE", {"keys": ("USUBID",)}, "unknown key variable 'USUBID' (did you mean 'USUBJID'?)"),
        ("AE", {"keys": ("USUBJID",) * 2}, "AE: key 'USUBJID' occurs 2 times"),
        ("AE", {"name": "DM"}, "dataset 'DM' occurs 2 times"),
        ("AE", {"standard": "SDTMG"}, "implementation guide 'SDTMG' (did you mean 'SDTMIG'?)"),
        ("AE", {"label": "a\x0bb"}, "AE: XML cannot carry the character '\\x0b' of 'a\\x0bb'"),
        ("SUPPAE", {"value_level": (VALUE_LEVEL,)}, "of QVAL: its where-clause is empty"),
    ],
)
def test_what_is_wrong_with_a_dataset_is_told(
    package: Package, dataset: str, change: dict[str, Any], expected: str
) -> None:
    wrong = changed(package, dataset, lambda metadata: replace(metadata, **change))
    with pytest.raises(SpecError) as caught:
        define_xml(wrong)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"origin": Origin("CRF")}, "AE: AETERM: unknown origin 'CRF' (one of Assigned, "),
        ({"origin": Origin("Assigned", "Sponser")}, "(did you mean 'Sponsor'?)"),
        ({"data_type": "string"}, "unknown data type 'string'"),
        ({"method": Method("")}, "its method has neither words nor an expression"),
        ({"name": "AESEV"}, "AE: variable 'AESEV' occurs 2 times"),
        (
            {"codelist": UsedCodelist("X", "X", "C1", standard="STDM")},
            "unknown terminology of codelist X 'STDM'",
        ),
        (
            {"codelist": UsedCodelist("X", "X", terms=(Term("a\x00"),))},
            "AE.AETERM: XML cannot carry the character '\\x00'",
        ),
    ],
)
def test_what_is_wrong_with_a_variable_is_told(
    package: Package, change: dict[str, Any], expected: str
) -> None:
    with pytest.raises(SpecError) as caught:
        define_xml(with_variable(package, "AE", "AETERM", **change))
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition("QNAME", "EQ", ("A",)), "unknown variable 'QNAME' (did you mean 'QNAM'?)"),
        (Condition("QNAM", "==", ("A",)), "unknown comparator '==' (one of EQ, NE, "),
        (Condition("QNAM", "EQ", ("A", "B")), "EQ takes one value, not 2"),
        (Condition("QNAM", "IN", ()), "IN has no value"),
    ],
)
def test_what_is_wrong_with_a_condition_is_told(
    package: Package, condition: Condition, expected: str
) -> None:
    level = ValueLevel("QVAL", (condition,), Variable("X", "X", "Char"))
    wrong = changed(package, "SUPPAE", lambda metadata: replace(metadata, value_level=(level,)))
    with pytest.raises(SpecError) as caught:
        define_xml(wrong)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"created": "2026-01-31"}, "creation time '2026-01-31': expected a date and time"),
        ({"created": "2026-02-31T09:00:00"}, "creation time '2026-02-31T09:00:00'"),
        ({"study_id": ""}, "the package's study_id is empty"),
        (
            {"standards": (StandardUse("STDMIG", "IG", "3.4"),) * 2},
            "unknown standard 'STDMIG' (did you mean 'SDTMIG'?)",
        ),
        (
            {"standards": (StandardUse("SDTMIG", "IG", "3.4"),) * 2},
            "standard 'STD.SDTMIG.3.4' occurs 2 times",
        ),
        ({"description": "a\x01"}, "the study: XML cannot carry the character"),
    ],
)
def test_what_is_wrong_with_the_package_is_told(
    package: Package, change: dict[str, Any], expected: str
) -> None:
    with pytest.raises(SpecError) as caught:
        define_xml(replace(package, **change))
    assert expected in str(caught.value)


def test_all_problems_are_told_at_once(package: Package) -> None:
    wrong = with_variable(package, "AE", "AETERM", origin=Origin("CRF"))
    wrong = with_variable(wrong, "DM", "AGE", origin=Origin("CRF"))
    with pytest.raises(SpecError) as caught:
        define_xml(wrong, context="Submision")
    assert [str(problem).split(" '")[0] for problem in caught.value.problems] == [
        "unknown context",
        "DM: AGE: unknown origin",
        "AE: AETERM: unknown origin",
    ]


def test_a_codelist_must_say_which_of_several_terminologies_it_is_from(package: Package) -> None:
    analysis = StandardUse("CDISC/NCI", "CT", "2026-03-27", "ADaM")
    several = replace(package, standards=(*package.standards, analysis))
    with pytest.raises(SpecError, match=r"NY does not say which .* SDTM 2024-03-29, ADaM 2026"):
        define_xml(several)


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


ANY_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1
)


@given(label=ANY_TEXT, value=ANY_TEXT, words=ANY_TEXT)
def test_any_text_comes_back_as_it_was(label: str, value: str, words: str) -> None:
    used = UsedCodelist("X", "X", terms=(Term(value),))
    variable = Variable("A", label, "Char", codelist=used, method=Method(words, words))
    package = single(variable)
    root = parsed(package)
    assert find(root, "//o:ItemDef/o:Description/o:TranslatedText/text()") == [label]
    assert find(root, "//o:EnumeratedItem/@CodedValue") == [value]
    assert find(root, "//o:FormalExpression/text()") == [words]
