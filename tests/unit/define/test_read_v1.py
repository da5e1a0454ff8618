"""Define-XML 1.0 read in the shape of 2.0."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from converters.define.elements import ItemDef, ItemGroupDef, Odm, Origin, ValueListDef
from converters.define.index import index
from converters.define.read import read_define
from converters.define.serialise import to_xml

FILE = Path(__file__).parent / "data" / "define-1-0.xml"
ODM = read_define(FILE)
INDEX = index(ODM)


def changed(old: str, new: str) -> Odm:
    text = FILE.read_bytes().decode("latin-1")
    assert old in text
    return read_define(text.replace(old, new).encode("latin-1"))


def origin(text: str) -> Origin:
    (found,) = index(changed('Origin="telepathy"', f'Origin="{text}"')).items["LB.LBCAT"].origins
    return found


def conditions(values: ValueListDef) -> list[list[list[tuple[str | None, list[str]]]]]:
    """Of each item of a list its where-clauses: variables with their values."""
    clauses = [
        [INDEX.where_clauses[ref.where_clause_oid or ""] for ref in item.where_clauses]
        for item in values.items
    ]
    return [
        [
            [(check.item_oid, [value.text for value in check.values]) for check in clause.checks]
            for clause in of_item
        ]
        for of_item in clauses
    ]


def test_it_is_read_as_2_0_and_says_what_the_file_says_of_itself() -> None:
    assert ODM.version == "2.0"
    assert ODM.metadata.define_version == "1.0.0"
    assert (ODM.metadata.standard_name, ODM.metadata.standard_version) == ("CDISC SDTM", "3.1.2")
    assert ODM.prolog[0] == '<?xml-stylesheet type="text/xsl" href="define1-0-0.xsl"?>'
    assert dict(ODM.namespaces)["def"] == "http://www.cdisc.org/ns/def/v2.0"
    study = ODM.studies[0].global_variables
    assert study is not None
    assert study.study_description is not None
    assert study.study_description.text == "Überempfindlichkeit & Labor"


def test_what_was_read_is_written_and_read_as_the_same() -> None:
    assert to_xml(read_define(to_xml(ODM))) == to_xml(ODM)


@pytest.mark.parametrize(
    ("found", "label"),
    [
        (INDEX.item_groups["VS"], "Vital Signs"),
        (INDEX.items["VS.VSORRES"], "Result"),
        (INDEX.items["VS.VSTESTCD.BMI"], "Body Mass Index"),
    ],
)
def test_labels_are_descriptions(found: ItemDef | ItemGroupDef, label: str) -> None:
    assert str(found.description) == label


def test_a_label_beside_a_description_is_kept() -> None:
    more = "<Description><TranslatedText>Of 2.0</TranslatedText></Description>"
    odm = changed('<def:ValueListRef ValueListOID="ValueList.LB.LBCAT"/>', more)
    found = index(odm).items["LB.LBCAT"]
    assert str(found.description) == "Of 2.0"
    assert found.extras is not None
    assert found.extras.attributes[0][1] == "Category"


@pytest.mark.parametrize(
    ("dataset", "keys", "left"),
    [
        ("VS", [("STUDYID", "1"), ("USUBJID", "2"), ("VS.VSTESTCD", "3")], None),
        ("LB", [("STUDYID", "1"), ("USUBJID", "2")], "STUDYID USUBJID LBSPID"),
    ],
)
def test_keys_are_numbers_and_a_list_with_an_unknown_name_stays(
    dataset: str, keys: list[tuple[str, str]], left: str | None
) -> None:
    group = INDEX.item_groups[dataset]
    assert [(ref.item_oid, ref.key_sequence) for ref in group.items if ref.key_sequence] == keys
    assert (group.extras.attributes[0][1] if group.extras else None) == left


def test_datasets_keep_class_structure_roles_and_file() -> None:
    group = INDEX.item_groups["VS"]
    assert (group.domain, group.class_name, group.archive_location_id) == (
        "VS",
        "Findings",
        "Location.VS",
    )
    assert group.items[0].role == "Identifier"
    assert group.items[0].role_code_list_oid == "CodeList.ROLECODE"
    assert INDEX.leaves["Location.VS"].href == "vs.xpt"
    assert INDEX.item_groups["SUPPVS"].domain == "VS"


def test_comments_are_defined_once_and_empty_ones_not_at_all() -> None:
    assert [str(comment.description) for comment in ODM.metadata.comments] == [
        "One visit only",
        "As measured",
    ]
    assert INDEX.item_groups["VS"].comment_oid == INDEX.items["USUBJID"].comment_oid == "COM.1"
    assert INDEX.items["STUDYID"].comment_oid is None


def test_computation_methods_are_methods_of_the_places_of_the_variable() -> None:
    method = INDEX.methods["CM.STUDYDAY"]
    assert method.type == "Computation"
    assert str(method.description) == "Date less RFSTDTC,\n        plus 1 on or after it"
    (use,) = INDEX.uses["VS.VSDY"]
    assert use.ref.method_oid == "CM.STUDYDAY"
    (value,) = INDEX.uses["VS.VSTESTCD.BMI"]
    assert value.ref.method_oid == "CM.BMI"


def test_the_method_of_a_variable_without_a_place_is_kept() -> None:
    extras = INDEX.items["UNUSED"].extras
    assert extras is not None
    assert extras.attributes[0][1] == "CM.BMI"


@pytest.mark.parametrize(
    ("text", "kind", "pages", "words"),
    [
        ("CRF", "CRF", [], ""),
        ("CRF Page 7", "CRF", [("7", None, None)], ""),
        ("crf pages 7 and 9", "CRF", [("7 9", None, None)], ""),
        ("CRF Pages 7, 9-11", "CRF", [("7", None, None), (None, "9", "11")], ""),
        ("CRF, pp. 3 to 5", "CRF", [(None, "3", "5")], ""),
        ("Annotated CRF page 12", "CRF", [("12", None, None)], ""),
        ("CRF (see protocol)", "CRF", [], "CRF (see protocol)"),
        ("Derived", "Derived", [], ""),
        ("DERIVED from the date", "Derived", [], "DERIVED from the date"),
        ("Sponsor Defined", "Assigned", [], ""),
        ("eDT", "eDT", [], ""),
        ("Protocol", "Protocol", [], ""),
        ("DM.RFSTDTC", "Predecessor", [], "DM.RFSTDTC"),
        ("SUPPDM.QVAL, DM.SEX", "Predecessor", [], "SUPPDM.QVAL, DM.SEX"),
        ("telepathy", "telepathy", [], ""),
    ],
)
def test_origins_have_a_type_and_pages_of_the_annotated_crf(
    text: str, kind: str, pages: list[tuple[str | None, ...]], words: str
) -> None:
    found = origin(text)
    assert found.type == kind
    assert str(found.description or "") == words
    refs = [page for document in found.documents for page in document.pages]
    assert [(page.page_refs, page.first_page, page.last_page) for page in refs] == pages
    assert {document.leaf_id for document in found.documents} <= {"blankcrf"}


def test_pages_without_an_annotated_crf_stay_words() -> None:
    text = FILE.read_bytes().decode("latin-1")
    start, end = text.index("<def:AnnotatedCRF>"), text.index("<def:SupplementalDoc>")
    odm = read_define((text[:start] + text[end:]).encode("latin-1"))
    (found,) = index(odm).items["VS.VSTESTCD"].origins
    assert (found.type, found.documents) == ("CRF", ())
    assert str(found.description) == "CRF Page 7"


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("ValueList.VS.VSTESTCD", [[[("VS.VSTESTCD", ["BMI"])]], [[("VS.VSTESTCD", ["HEIGHT"])]]]),
        ("ValueList.LB.LBCAT", [[[("LB.LBCAT", ["CHEMISTRY"])]]]),
        (
            "ValueList.LB.LBCAT.CHEMISTRY.LBTESTCD",
            [[[("LB.LBCAT", ["CHEMISTRY"]), ("LB.LBTESTCD", ["ALB"])]]],
        ),
        (
            "ValueList.SUPP.QVAL",
            [[[("SUPP.QNAM", ["REASON"])], [("SUPPLB.QNAM", ["REASON"])]]],
        ),
    ],
)
def test_items_of_value_lists_hold_where_the_code_is_their_name(
    values: str, found: list[list[list[tuple[str, list[str]]]]]
) -> None:
    assert conditions(INDEX.value_lists[values]) == found


def test_a_value_list_of_a_dataset_without_codes_has_no_conditions() -> None:
    odm = changed('Name="QNAM"', 'Name="QX"')
    (item,) = index(odm).value_lists["ValueList.SUPP.QVAL"].items
    assert item.where_clauses == ()


def test_ranks_decodes_and_dictionaries_of_codelists_are_kept() -> None:
    terms = INDEX.code_lists["CodeList.NY"].decoded
    assert [(term.coded_value, term.rank) for term in terms] == [("Y", "2"), ("N", "1")]
    assert str(terms[1].decode) == "No"
    external = INDEX.code_lists["CodeList.MEDDRA"].external
    assert external is not None
    assert external.version == "11.1"


def test_what_2_0_has_no_place_for_is_kept() -> None:
    extras = ODM.metadata.extras
    assert extras is not None
    assert extras.elements == (
        '<Presentation xmlns="http://www.cdisc.org/ns/odm/v1.3" OID="P.1">Kept</Presentation>',
    )
    assert ODM.metadata.methods[0].extras is not None
    assert ODM.metadata.methods[0].extras.comments == ("<!-- Methods -->",)


def test_objects_know_the_line_on_which_their_tag_ends() -> None:
    lines = FILE.read_bytes().decode("latin-1").splitlines()
    for item in ODM.metadata.items:
        assert f'<ItemDef OID="{item.oid}"' in "".join(lines[item.line - 2 : item.line])


def test_every_value_of_the_file_stands_in_what_is_written() -> None:
    """Lists of keys and pages apart, which are numbers there, and empty comments."""
    written = etree.fromstring(to_xml(ODM))
    found = {value for element in written.iter("*") for value in element.attrib.values()}
    found |= {(element.text or "").strip() for element in written.iter("*")}
    apart = {"STUDYID, USUBJID, VSTESTCD", "Sponsor Defined", " "}
    for element in etree.parse(FILE).iter("*"):
        for value in element.attrib.values():
            assert value in found | apart or value.startswith("CRF Page")
        assert (element.text or "").strip() in found
