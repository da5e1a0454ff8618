"""What define.xml says of a dataset."""

from __future__ import annotations

from dataclasses import replace

from converters.dataset import (
    Origin,
    Package,
    StandardUse,
    Variable,
)
from converters.define import build, check_xsd, define_xml
from converters.define.elements import Alias, DatasetClass, SubClass
from converters.define.index import index
from tests.unit.define.analyses import analysis_package
from tests.unit.define.support import (
    DEF,
    attributes,
    changed,
    find,
    parsed,
    single,
)


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


def test_a_subclass_names_the_class_that_it_is_of() -> None:
    group = index(build(analysis_package())).item_groups["IG.ADAE"]
    assert group.dataset_class == DatasetClass(
        name="OCCURRENCE DATA STRUCTURE",
        subclasses=(SubClass(name="ADVERSE EVENT", parent_class="OCCURRENCE DATA STRUCTURE"),),
    )


def test_analysis_datasets_follow_the_guide_of_their_class_where_it_is_declared() -> None:
    groups = build(analysis_package()).metadata.item_groups
    assert {group.name: group.standard_oid for group in groups} == {
        "ADSL": "STD.ADaMIG.1.3",
        "ADAE": "STD.ADaM-OCCDSIG.1.1",
        "ADQS": "STD.ADaMIG.1.3",
    }
    only = analysis_package(standards=(StandardUse("ADaMIG", "IG", "1.3"),), displays=())
    found = {group.standard_oid for group in build(only).metadata.item_groups}
    assert found == {"STD.ADaMIG.1.3"}


def test_a_variable_of_the_sponsors_in_an_analysis_dataset_is_not_marked() -> None:
    (flag,) = [
        ref
        for ref in index(build(analysis_package())).item_groups["IG.ADSL"].items
        if ref.item_oid == "IT.ADSL.SAFFL"
    ]
    assert flag.is_non_standard is None


def test_a_supplemental_dataset_of_a_split_domain_is_described_by_the_parts(
    package: Package,
) -> None:
    part = changed(
        package,
        "AE",
        lambda metadata: replace(metadata, name="AECL", domain="AE", domain_label="Adverse Events"),
    )
    group = index(build(part)).item_groups["IG.SUPPAE"]
    assert group.aliases == (Alias(context="DomainDescription", name="Adverse Events"),)
