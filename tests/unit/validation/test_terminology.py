"""Values against Controlled Terminology; codes against decodes."""

from __future__ import annotations

from typing import Any

import pytest

from converters.dataset import Condition, Term, UsedCodelist, ValueLevel, Variable
from converters.findings import Severity
from converters.standards.sdtmig import Domain, DomainVariable
from converters.standards.terminology import Terminology, load_terminology
from converters.validation.terminology import check_terminology

SEV = UsedCodelist("AESEV", "Severity", "C66769", False)
UNIT = UsedCodelist("UNIT", "Unit", "C71620", True)
LBTESTCD = UsedCodelist("LBTESTCD", "Laboratory Test Code", "C65047", True)
LBTEST = UsedCodelist("LBTEST", "Laboratory Test Name", "C67154", True)


@pytest.fixture(scope="module")
def terminology() -> Terminology:
    return load_terminology("2024-03-29", {"UNIT": ["puffs per day"]})


def domain(name: str, **codelists: tuple[str, ...]) -> Domain:
    variables = (
        DomainVariable(variable, variable, "Char", "", "Exp", codes)
        for variable, codes in codelists.items()
    )
    return Domain(name, name, "FINDINGS", "", (), tuple(variables), True, False)


@pytest.mark.parametrize(
    ("codelist", "values", "expected"),
    [
        (SEV, ["MILD", "SEVERE", None], []),
        (SEV, [None, None], []),
        (SEV, [], []),
        (
            SEV,
            ["MILD", "Mild", "Mild"],
            [("not-in-codelist", Severity.ERROR, ("CT2001",), "Mild", 2, 2, "'MILD'")],
        ),
        (
            SEV,
            ["AWFUL"],
            [("not-in-codelist", Severity.ERROR, ("CT2001",), "AWFUL", 1, 1, None)],
        ),
        (UNIT, ["mg", "puffs per day"], []),
        (
            UNIT,
            ["mg", "Milligram"],
            [
                (
                    "not-in-extensible-codelist",
                    Severity.WARNING,
                    ("CT2002",),
                    "Milligram",
                    1,
                    2,
                    "'mg'",
                )
            ],
        ),
    ],
)
def test_values_that_are_no_term_are_told_with_the_nearest(
    make: Any, terminology: Terminology, codelist: UsedCodelist, values: Any, expected: Any
) -> None:
    dataset = make("AE", {"AESEV": values}, codelists={"AESEV": codelist})
    found = check_terminology(dataset, terminology)
    assert [
        (item.rule, item.severity, item.published, item.value, item.count, item.row)
        for item in found
    ] == [item[:-1] for item in expected]
    for item, (*_, hint) in zip(found, expected, strict=True):
        assert (f"(did you mean {hint}?)" in item.message) if hint else "mean" not in item.message


def test_a_value_is_told_with_the_codelist_and_the_release(
    make: Any, terminology: Terminology
) -> None:
    dataset = make("AE", {"AESEV": ["Mild"]}, codelists={"AESEV": SEV})
    (found,) = check_terminology(dataset, terminology)
    assert found.message == (
        "AESEV: 'Mild' is no term of AESEV (Severity/Intensity Scale for Adverse Events) in SDTM "
        "terminology 2024-03-29, and no other value is allowed (did you mean 'MILD'?)"
    )


def test_a_term_that_the_metadata_call_extended_is_none_unless_the_sponsor_added_it(
    make: Any, terminology: Terminology
) -> None:
    used = UsedCodelist("UNIT", "Unit", "C71620", True, (Term("dollops", extended=True),))
    dataset = make("AE", {"AEX": ["dollops"]}, codelists={"AEX": used})
    assert [item.value for item in check_terminology(dataset, terminology)] == ["dollops"]


@pytest.mark.parametrize(
    ("used", "values", "expected"),
    [
        (UsedCodelist("SITE", "Site", terms=(Term("A"), Term("B"))), ["A", "b"], ["b"]),
        (UsedCodelist("SITE", "Site"), ["A"], []),
        (UsedCodelist("MEDDRA", "", dictionary="MedDRA", dictionary_version="27.0"), ["A"], []),
        (UsedCodelist("GRADE", "Grade", terms=(Term("1"), Term("2"))), [1, 3], ["3"]),
    ],
)
def test_values_are_those_of_the_sponsors_own_codelist(
    make: Any, terminology: Terminology, used: UsedCodelist, values: Any, expected: Any
) -> None:
    dataset = make("AE", {"AEX": values}, codelists={"AEX": used})
    found = check_terminology(dataset, terminology)
    assert [item.value for item in found] == expected
    assert all(item.published == ("SD0037",) for item in found)


@pytest.mark.parametrize(
    ("values", "expected"),
    [(["HETEROZ", "NORMAL"], ["HETEROZ"]), (["SINUS RHYTHM", "NORMAL"], [])],
)
def test_a_term_of_any_of_a_variables_codelists_will_do(
    make: Any, terminology: Terminology, values: list[str], expected: list[str]
) -> None:
    several = domain("EG", EGSTRESC=("C71150", "C120522", "C101834"))
    found = check_terminology(make("EG", {"EGSTRESC": values}), terminology, several)
    assert [item.value for item in found] == expected


def test_a_dataset_may_hold_the_tests_of_several_instruments(
    make: Any, terminology: Terminology
) -> None:
    data = {"FTTESTCD": ["T25FW101", "NHPT0101", "NHPT9999"]}
    used = UsedCodelist("FTTESTCD", "Test codes", joined=("T25FW1TC", "NHPT01TC"))
    found = check_terminology(make("FT", data, codelists={"FTTESTCD": used}), terminology)
    assert [item.value for item in found] == ["NHPT9999"]
    assert "T25FW1TC" in found[0].message and "NHPT01TC" in found[0].message


def test_a_codelist_for_some_records_counts_too(make: Any, terminology: Terminology) -> None:
    yes_no = Variable("AEX", "X", "Char", codelist=UsedCodelist("NY", "", "C66742", False))
    level = ValueLevel("AEX", (Condition("AECAT", "EQ", ("A",)),), yes_no)
    dataset = make("AE", {"AEX": ["Y", "MILD", "x"]}, codelists={"AEX": SEV}, value_level=(level,))
    assert [item.value for item in check_terminology(dataset, terminology)] == ["x"]


def test_numbers_among_results_are_no_terms_and_need_be_none(
    make: Any, terminology: Terminology
) -> None:
    results = domain("LB", LBSTRESC=("C102580",))
    values = ["12.5", "<0.2", ">= 3", "-1e-3", "POSITIVE", "POSITIV", "1+2"]
    found = check_terminology(make("LB", {"LBSTRESC": values}), terminology, results)
    assert [item.value for item in found] == ["POSITIV", "1+2"]


def test_a_codelist_that_the_spec_names_instead_of_the_standards_decides(
    make: Any, terminology: Terminology
) -> None:
    standard = domain("AE", AESEV=("C66769",))
    dataset = make("AE", {"AESEV": ["Y", "MILD"]},
                   codelists={"AESEV": UsedCodelist("NY", "No Yes", "C66742", False)})  # fmt: skip
    assert [item.value for item in check_terminology(dataset, terminology, standard)] == ["MILD"]


@pytest.mark.parametrize(
    ("codes", "names", "expected"),
    [
        (["ALB", "ALB", "AST"], ["Albumin", "Albumin", "Aspartate Aminotransferase"], []),
        (
            ["ALB", "ALB", "ALB"],
            ["Albumin", "albumin", "Albumin"],
            [("SD0040", "LBTEST", "albumin", 1, 2), ("CT2002", "LBTEST", "albumin", 1, 2)],
        ),
        (
            ["ALB", "ALBUMIN", "ALB"],
            ["Albumin", "Albumin", "Albumin"],
            [("SD1043", "LBTESTCD", "ALBUMIN", 1, 2), ("CT2002", "LBTESTCD", "ALBUMIN", 1, 2)],
        ),
        (["ALB"], ["Aspartate Aminotransferase"],
         [("CT2003", "LBTEST", "Aspartate Aminotransferase", 1, 1)]),
        (["ALB", None], [None, "Albumin"], []),
        ([], [], []),
    ],
)  # fmt: skip
def test_test_codes_and_test_names_go_together_one_to_one(
    make: Any, terminology: Terminology, codes: Any, names: Any, expected: Any
) -> None:
    dataset = make(
        "LB",
        {"LBTESTCD": codes, "LBTEST": names},
        codelists={"LBTESTCD": LBTESTCD, "LBTEST": LBTEST},
    )
    found = check_terminology(dataset, terminology)
    shown = [(i.published[0], i.variable, i.value, i.count, i.row) for i in found]
    assert sorted(shown) == sorted(expected)


def test_a_pair_that_terminology_does_not_know_says_which_it_knows(
    make: Any, terminology: Terminology
) -> None:
    dataset = make(
        "LB",
        {"LBTESTCD": ["ALB"], "LBTEST": ["Aspartate Aminotransferase"]},
        codelists={"LBTESTCD": LBTESTCD, "LBTEST": LBTEST},
    )
    (found,) = check_terminology(dataset, terminology)
    assert found.message == (
        "LBTEST: 'Aspartate Aminotransferase' stands with LBTESTCD 'ALB', which is 'Albumin'"
    )


@pytest.mark.parametrize(
    ("name", "code", "decode", "published"),
    [
        ("IE", "IETESTCD", "IETEST", {"SD1150", "SD1151"}),
        ("TS", "TSPARMCD", "TSPARM", {"SD1069", "SD1070"}),
        ("SUPPAE", "QNAM", "QLABEL", {"SD0046", "SD1130"}),
        ("TE", "ETCD", "ELEMENT", {"SD1027", "SD1050"}),
    ],
)
def test_other_codes_have_one_decode_too(
    make: Any, terminology: Terminology, name: str, code: str, decode: str, published: set[str]
) -> None:
    dataset = make(name, {code: ["A", "A", "B"], decode: ["x", "y", "x"]})
    found = check_terminology(dataset, terminology)
    assert {item.published[0] for item in found} == published
    assert [item.variable for item in found] == [decode, code]
