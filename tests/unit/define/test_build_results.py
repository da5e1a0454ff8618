"""What define.xml says of displays and their results (Analysis Results Metadata 1.0)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from converters.dataset import AnalysisData, AnalysisResult, Comment, Condition, Package
from converters.define import build, define_xml
from converters.define.elements import CommentDef
from converters.define.index import Index, index
from tests.unit.define.analyses import TOTAL, analysis_package, events, primary

JOIN = Comment("ADAE is merged with ADSL by USUBJID")


def indexed(*results: AnalysisResult) -> Index:
    return index(build(analysis_package(*results)))


def only(found: Index) -> CommentDef:
    """The comment on the datasets of the one result."""
    ((_, result),) = found.results()
    assert result.datasets is not None
    return found.comments[result.datasets.comment_oid or ""]


def test_displays_and_results_have_readable_oids() -> None:
    found = indexed()
    assert [
        (display.oid, display.name, result.oid, result.reason, result.purpose)
        for display, result in found.results()
    ] == [
        ("RD.Table_1", "Table 1", f"AR.Table_1.{name}", "SPECIFIED IN SAP", outcome)
        for name, outcome in (
            ("Primary_endpoint", "PRIMARY OUTCOME MEASURE"),
            ("Events", "PRIMARY OUTCOME MEASURE"),
        )
    ]


def test_names_that_would_make_one_oid_make_two() -> None:
    found = indexed(primary(name="A/B"), primary(name="A?B"))
    assert [result.oid for _, result in found.results()] == ["AR.Table_1.A_B", "AR.Table_1.A_B.2"]


def test_a_display_says_where_it_stands() -> None:
    ((display, _), _) = indexed().results()
    (document,) = display.documents
    assert (document.leaf_id, document.pages[0].page_refs) == ("LF.sap", "2")


def test_a_result_names_its_datasets_and_variables() -> None:
    found = indexed(events())
    assert [
        (data.item_group_oid, [item.item_oid for item in data.variables])
        for _, _, data in found.analysis_datasets()
    ] == [
        ("IG.ADAE", ["IT.ADAE.AESEVN", "IT.ADAE.TRTEMFL"]),
        ("IG.ADSL", []),
    ]


def test_conditions_of_a_result_are_shared_with_value_level() -> None:
    found = indexed(primary())
    ((_, _, data),) = found.analysis_datasets()
    assert data.where_clause is not None
    assert data.where_clause.where_clause_oid == "WC.ADQS.PARAMCD.ACTOT"
    (first, _) = found.value_lists["VL.ADQS.AVAL"].items
    assert first.where_clauses == (data.where_clause,)


def test_a_condition_on_another_dataset_names_its_variable_and_the_join() -> None:
    found = indexed(events(join=JOIN))
    where = found.where_clauses["WC.ADAE.TRTEMFL.Y.ADSL.SAFFL.Y"]
    assert [check.item_oid for check in where.checks] == ["IT.ADAE.TRTEMFL", "IT.ADSL.SAFFL"]
    assert where.comment_oid == only(found).oid
    assert str(only(found).description) == JOIN.text


def test_datasets_joined_by_the_keys_of_one_say_so_by_themselves() -> None:
    text = "Records of ADAE and ADSL belong together by STUDYID, USUBJID."
    assert str(only(indexed(events())).description) == text


def test_a_result_of_one_dataset_says_nothing_of_a_join() -> None:
    ((_, result),) = indexed(primary()).results()
    assert result.datasets is not None
    assert result.datasets.comment_oid is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ((AnalysisData("ADQS", (TOTAL,)),), "IT.ADQS.PARAMCD"),
        ((AnalysisData("ADQS"),), "IT.ADQS.PARAMCD"),
        ((AnalysisData("ADSL"), AnalysisData("ADQS", (TOTAL,))), "IT.ADQS.PARAMCD"),
        ((AnalysisData("ADAE"),), None),
        ((AnalysisData("ADSL"), AnalysisData("ADAE")), None),
    ],
)
def test_the_parameter_is_that_of_the_dataset_that_has_any(
    data: tuple[AnalysisData, ...], expected: str | None
) -> None:
    ((_, result),) = indexed(primary(data=data)).results()
    assert result.parameter_oid == expected


def test_of_two_datasets_with_parameters_it_is_the_one_that_selects_some() -> None:
    package = analysis_package()
    second = package.datasets["ADQS"]
    second = replace(second, metadata=replace(second.metadata, name="ADQT", value_level=()))
    data = (AnalysisData("ADQT"), AnalysisData("ADQS", (TOTAL,)))
    package = analysis_package(
        primary(data=data, join=JOIN), datasets={**package.datasets, "ADQT": second}
    )
    ((_, result),) = index(build(package)).results()
    assert result.parameter_oid == "IT.ADQS.PARAMCD"


def test_a_result_is_documented_in_words_and_documents() -> None:
    ((_, result),) = indexed(primary()).results()
    assert result.documentation is not None
    assert str(result.documentation.description) == "Linear model"
    (document,) = result.documentation.documents
    assert (document.leaf_id, document.pages[0].page_refs) == ("LF.sap", "31")


def test_code_stands_as_it_was_written_with_its_language_and_program() -> None:
    ((_, result),) = indexed(primary()).results()
    assert result.code is not None
    assert result.code.code is not None
    assert result.code.context == "SAS version 9.4"
    assert result.code.code.text == primary().code
    assert [document.leaf_id for document in result.code.documents] == ["LF.t_1"]


def test_a_result_without_code_or_words_has_no_elements_for_them() -> None:
    ((_, result),) = indexed(events()).results()
    assert (result.documentation, result.code) == (None, None)


def test_the_namespace_of_results_is_declared_where_there_are_any(package: Package) -> None:
    declaration = b'xmlns:arm="http://www.cdisc.org/ns/arm/v1.0"'
    assert declaration in define_xml(analysis_package())
    assert declaration not in define_xml(package)
    assert build(package).metadata.displays is None


def test_conditions_alike_but_joined_otherwise_are_two() -> None:
    condition = (Condition("SAFFL", "EQ", ("Y",), dataset="ADSL"),)
    data = (AnalysisData("ADAE", condition, ("AESEVN",)),)
    found = indexed(primary(name="A", data=data, join=JOIN), primary(name="B", data=data))
    assert [where for where in found.where_clauses if "ADAE" in where] == [
        "WC.ADAE.ADSL.SAFFL.Y",
        "WC.ADAE.ADSL.SAFFL.Y.2",
    ]
