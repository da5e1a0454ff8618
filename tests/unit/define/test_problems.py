"""What keeps a package from being written is told, all of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

import pytest

from converters.dataset import (
    AnalysisData,
    Comment,
    Condition,
    Display,
    Document,
    Metadata,
    Method,
    Origin,
    Package,
    Reference,
    StandardUse,
    Term,
    UsedCodelist,
    ValueLevel,
    Variable,
)
from converters.define import check_xsd, define_xml
from converters.errors import SpecError
from tests.unit.define.analyses import analysis_package, events, primary
from tests.unit.define.support import (
    changed,
    with_variable,
)

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
        (
            {"method": Method("Words", type=cast(Any, "Imputaton"))},
            "unknown type of method 'Imputaton' (did you mean 'Imputation'?)",
        ),
        ({"name": ""}, "AE: a variable: it has no name"),
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
        (
            {"standards": (StandardUse("SDTMIG", cast(Any, "GUIDE"), "3.4"),)},
            "unknown type of standard SDTMIG 'GUIDE' (one of IG, CT)",
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


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"data_type": "float"}, "AE: AETERM: a float tells its significant digits"),
        (
            {"codelist": UsedCodelist("X", "X", format="SEV", terms=(Term("A"),))},
            "codelist format 'SEV' is no name of a SAS format such as $SEVER",
        ),
        (
            {"codelist": UsedCodelist("X", "X", format="$SEVERITY", terms=(Term("A"),))},
            "codelist format '$SEVERITY'",
        ),
        (
            {"comment": Comment("See", (Reference("Reviewers Guide"),))},
            "AE.AETERM: unknown document 'Reviewers Guide' (did you mean 'Reviewer's Guide'?)",
        ),
        (
            {"method": Method("Words", documents=(Reference("SAP"),))},
            "AE.AETERM: unknown document 'SAP'",
        ),
        (
            {"origin": Origin("Assigned", documents=(Reference("SAP"),))},
            "AE.AETERM: unknown document 'SAP'",
        ),
        ({"comment": Comment("")}, "AE.AETERM: a comment has no words"),
        (
            {"origin": Origin("Collected", pages=("9-7",))},
            "AE.AETERM: page range 9-7 goes backwards",
        ),
        (
            {"origin": Origin("Collected", pages=("page 7",))},
            "AE.AETERM: page 'page 7' is no number, range (7-9) or named destination",
        ),
    ],
)
def test_what_is_wrong_with_what_a_variable_refers_to_is_told(
    package: Package, change: dict[str, Any], expected: str
) -> None:
    with pytest.raises(SpecError) as caught:
        define_xml(with_variable(package, "AE", "AETERM", **change))
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ((Document("A", "a.pdf"), Document("A", "b.pdf")), "document 'A' occurs 2 times"),
        ((Document("A", ""),), "document 'A' has no file (href)"),
        ((Document("", "a.pdf"),), "document 'a.pdf' has no title"),
    ],
)
def test_what_is_wrong_with_a_document_is_told(
    package: Package, documents: tuple[Document, ...], expected: str
) -> None:
    with pytest.raises(SpecError) as caught:
        define_xml(replace(package, documents=documents))
    assert expected in str(caught.value)


def test_a_subclass_of_another_class_is_told() -> None:
    wrong = changed(
        analysis_package(), "ADQS", lambda metadata: replace(metadata, subclass="ADVERSE EVENT")
    )
    expected = "ADVERSE EVENT is of class OCCURRENCE DATA STRUCTURE, not of BASIC DATA STRUCTURE"
    with pytest.raises(SpecError, match=expected):
        define_xml(wrong)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition("SAFFL", "EQ", ("Y",), "ADSI"), "unknown dataset 'ADSI' (did you mean 'ADSL'?)"),
        (
            Condition("SAFL", "EQ", ("Y",), "ADSL"),
            "unknown variable 'SAFL' (did you mean 'SAFFL'?)",
        ),
        (
            Condition("AESEVN", "EQ", ("1",), "ADAE"),
            "say how records of ADAE are found (join)",
        ),
    ],
)
def test_what_is_wrong_with_a_condition_on_another_dataset_is_told(
    condition: Condition, expected: str
) -> None:
    def on_another(metadata: Metadata) -> Metadata:
        (first, *_) = metadata.value_level
        return replace(metadata, value_level=(replace(first, where=(condition,)),))

    wrong = analysis_package(displays=())
    # By other keys, ADAE and ADQS have none in common.
    wrong = changed(wrong, "ADQS", lambda item: replace(item, keys=("PARAMCD",)))
    with pytest.raises(SpecError) as caught:
        define_xml(changed(wrong, "ADQS", on_another))
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"reason": ""}, "display Table 1: Primary endpoint: its reason is empty"),
        ({"purpose": " "}, "Primary endpoint: its purpose is empty"),
        ({"description": ""}, "Primary endpoint: its description is empty"),
        ({"data": ()}, "Primary endpoint: it reads no dataset"),
        ({"context": ""}, "its code does not say in which language (context)"),
        (
            {"data": (AnalysisData("ADQSS"),)},
            "unknown dataset 'ADQSS' (did you mean 'ADQS'?)",
        ),
        (
            {"data": (AnalysisData("ADQS", (), ("CHGG",)),)},
            "unknown variable of ADQS 'CHGG' (did you mean 'CHG'?)",
        ),
        (
            {"data": (AnalysisData("ADQS", (Condition("PARAM", "EQ", ("X",)),)),)},
            "unknown variable 'PARAM' (did you mean 'PARAMCD'?)",
        ),
        (
            {"data": (AnalysisData("ADQS"), AnalysisData("ADAE"))},
            "say how ADQS, ADAE are joined",
        ),
        (
            {"programs": (Reference("t_2.sas"),)},
            "unknown document 't_2.sas' (did you mean 't_1.sas'?)",
        ),
        ({"documentation": Comment("")}, "the study: a comment has no words"),
        ({"code": "a\x01"}, "the study: XML cannot carry the character"),
    ],
)
def test_what_is_wrong_with_a_result_is_told(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(SpecError) as caught:
        define_xml(analysis_package(primary(**change)))
    assert expected in str(caught.value)


def test_a_display_needs_results_and_a_name_of_its_own() -> None:
    empty = Display("Table 2", "", ())
    with pytest.raises(SpecError) as caught:
        define_xml(analysis_package(displays=(empty, empty)))
    assert [str(problem) for problem in caught.value.problems] == [
        "display 'Table 2' occurs 2 times",
        *["display Table 2: its description is empty", "display Table 2: it has no result"] * 2,
    ]


def test_two_results_of_a_display_have_two_names() -> None:
    with pytest.raises(SpecError, match="display Table 1: result 'Events' occurs 2 times"):
        define_xml(analysis_package(events(), events()))


def emptied(item: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Copies of metadata, each with one text made empty, and which."""
    if isinstance(item, str):
        yield place, ""
    elif isinstance(item, tuple):
        for number, part in enumerate(item):
            for path, other in emptied(part, f"{place}[{number}]"):
                yield path, (*item[:number], other, *item[number + 1 :])
    elif isinstance(item, dict):
        for name, part in item.items():
            for path, other in emptied(part, f"{place}[{name}]"):
                yield path, {**item, name: other}
    elif is_dataclass(item):
        for field in fields(item):
            for path, other in emptied(getattr(item, field.name), f"{place}.{field.name}"):
                yield path, replace(cast(Any, item), **{field.name: other})


def test_whatever_text_is_missing_is_told_or_need_not_be_there() -> None:
    told = 0
    for path, package in emptied(analysis_package(primary())):
        try:
            content = define_xml(package)
        except SpecError:
            told += 1
        else:
            assert check_xsd(content) == [], path
    assert told > 50


def test_conditions_that_differ_in_their_dataset_are_not_alike() -> None:
    own, other = (Condition("USUBJID", "EQ", ("X",), dataset) for dataset in ("", "ADSL"))

    def twice(metadata: Metadata) -> Metadata:
        (first, *_) = metadata.value_level
        levels = (replace(first, where=(own,)), replace(first, where=(other,)))
        return replace(metadata, value_level=levels)

    assert check_xsd(define_xml(changed(analysis_package(), "ADQS", twice))) == []
