"""What define.xml says of a package as a whole, and what holds for all of the file."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.dataset import (
    Comment,
    Method,
    Package,
    Term,
    UsedCodelist,
    Variable,
)
from converters.define import build, check_xsd, define_xml, read_define, to_xml, write_define
from converters.define.index import index
from tests.unit.define.analyses import analysis_package, primary
from tests.unit.define.support import (
    DEF,
    attributes,
    find,
    parsed,
    single,
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


@pytest.mark.parametrize("version", ["2.1", "2.0"])
@pytest.mark.parametrize("analyses", [False, True])
def test_every_package_passes_the_schema_and_reads_back_as_it_was_built(
    package: Package, version: str, analyses: bool
) -> None:
    odm = build(analysis_package() if analyses else package, version=version)
    content = to_xml(odm)
    assert check_xsd(content) == []
    assert read_define(content) == odm


@given(text=ANY_TEXT.filter(str.strip))
def test_any_text_reads_back_as_it_was_built(text: str) -> None:
    result = primary(name=text, description=text, code=text, context=text, reason=text)
    odm = build(analysis_package(result, comment=Comment(text), description=text))
    assert read_define(to_xml(odm)) == odm


def test_the_package_and_its_standards_have_comments() -> None:
    found = index(build(analysis_package()))
    assert found.metadata.comment_oid == "COM.MDV"
    assert str(found.comments["COM.MDV"].description) == "Made for the final analysis"
    assert found.standards["STD.ADaMIG.1.3"].comment_oid == "COM.STD.ADaMIG.1.3"


def test_documents_stand_in_the_list_of_their_kind_or_only_where_they_are_referred_to() -> None:
    metadata = build(analysis_package()).metadata
    assert metadata.annotated_crf is None
    assert metadata.supplemental_doc is not None
    assert [item.leaf_id for item in metadata.supplemental_doc.documents] == ["LF.adrg", "LF.sap"]
    assert [(leaf.id, leaf.href) for leaf in metadata.leaves] == [
        ("LF.adrg", "adrg.pdf"),
        ("LF.sap", "docs/sap.pdf"),
        ("LF.manual", "manual.pdf"),
        ("LF.t_1", "programs/t_1.sas"),
    ]
