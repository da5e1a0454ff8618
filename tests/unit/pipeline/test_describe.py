"""The metadata of converted datasets."""

from __future__ import annotations

from typing import Any

import pytest

from converters.dataset import Comment

NAMES = {"AETERM": "A", "AEMODIFY": "B", "AELLTCD": "N", "AESEV": "S"}


def described(workshop: Any, rows: list[dict[str, Any]], **more: Any) -> Any:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {
            **{name: {"from": raw} for name, raw in NAMES.items()},
            "AESTDTC": {"datetime": "D"},
            **more.pop("variables", {}),
        },
        **more,
    }
    blank = dict.fromkeys(("A", "B", "N", "S", "D"))
    return workshop.convert({"raw": [{"SUBJ": "1", **blank, **row} for row in rows]}, spec)


@pytest.mark.parametrize(
    ("values", "length"),
    [
        (["a", "abc"], 3),
        (["Größe"], 7),
        (["µ", "ab"], 2),
        (["😀"], 4),
        ([None], 1),
        ([None, "ab"], 2),
    ],
)
def test_a_length_is_the_longest_value_in_bytes(
    workshop: Any, values: list[str | None], length: int
) -> None:
    result = described(workshop, [{"B": value} for value in values])
    assert result.variable("AE", "AEMODIFY").length == length


@pytest.mark.parametrize(
    ("values", "data_type", "digits"),
    [
        (["1", "2.0"], "integer", None),
        (["1", "2.5"], "float", 1),
        (["0.125", "10"], "float", 3),
        (["-0.10"], "float", 1),
        (["1e-7"], "float", 7),
        (["1.5e-7"], "float", 8),
        (["1e10"], "integer", None),
        ([None], "integer", None),
        (["0.1", None, "0.25"], "float", 2),
        (["123456789012.5"], "float", 1),
    ],
)
def test_a_number_is_integer_or_float_with_its_decimals(
    workshop: Any, values: list[str | None], data_type: str, digits: int | None
) -> None:
    variable = described(workshop, [{"N": value} for value in values]).variable("AE", "AELLTCD")
    assert (variable.kind, variable.data_type, variable.length) == ("Num", data_type, 8)
    assert variable.significant_digits == digits


@pytest.mark.parametrize(
    ("values", "data_type"),
    [
        (["2020-01-01"], "date"),
        (["2020-01-01", "2020-01"], "partialDate"),
        (["2020-01-01T10:00:00"], "datetime"),
        (["2020-01-01T10:00"], "partialDatetime"),
        (["2020-01-01", "2020-01-01T10:00"], "partialDatetime"),
        ([None], "datetime"),
    ],
)
def test_a_date_has_the_type_of_what_it_holds(
    workshop: Any, values: list[str | None], data_type: str
) -> None:
    variable = described(workshop, [{"D": value} for value in values]).variable("AE", "AESTDTC")
    assert variable.data_type == data_type


def test_a_codelist_shows_the_terms_that_are_used(workshop: Any) -> None:
    rows = [{"S": value} for value in ("Severe", "MILD", "bad", "mild", None)]
    codelist = described(workshop, rows).variable("AE", "AESEV").codelist
    assert codelist.name == "AESEV"
    assert [(term.value, term.extended) for term in codelist.terms] == [
        ("MILD", False),
        ("SEVERE", False),
        ("bad", True),
    ]
    assert [bool(term.code) for term in codelist.terms] == [True, True, False]


def test_text_of_the_same_name_has_one_length_in_all_datasets(workshop: Any) -> None:
    specs = [
        {"dataset": name, "source": source, "variables": {f"{name}SPID": {"from": "A"}}}
        for name, source in (("AE", "one"), ("CM", "two"))
    ]
    specs[0]["variables"]["EPOCH"] = {"from": "A"}
    specs[1]["variables"]["EPOCH"] = {"from": "A"}
    specs[1]["supplemental"] = {"CMX": {"label": "X", "from": "A"}}
    sources = {"one": [{"SUBJ": "1", "A": "ab"}], "two": [{"SUBJ": "22222", "A": "abcdef"}]}
    result = workshop.convert(sources, *specs)
    for dataset in ("AE", "CM"):
        assert result.variable(dataset, "EPOCH").length == 6
        assert result.variable(dataset, "USUBJID").length == len("S1-22222")
    assert result.variable("AE", "AESPID").length == 2
    assert result.variable("CM", "CMSPID").length == 6
    assert result.variable("SUPPCM", "QVAL").length == 6


def test_what_the_spec_says_goes_before_the_standard(workshop: Any) -> None:
    own = {
        "AETERM": {
            "from": "A",
            "label": "My Label",
            "comment": "Why so",
            "origin": {"type": "Collected", "source": "Vendor", "pages": [7, "9-11"]},
        },
        "AEMODIFY": {"formula": "upper(AETERM)", "method": "In capitals."},
    }
    result = described(workshop, [{"A": "x"}], variables=own, label="Events", comment="All")
    term, modified = (result.variable("AE", name) for name in ("AETERM", "AEMODIFY"))
    assert (term.label, term.comment) == ("My Label", Comment("Why so"))
    assert (term.origin.type, term.origin.source, term.origin.pages) == (
        "Collected",
        "Vendor",
        ("7", "9-11"),
    )
    assert modified.method.words == "In capitals."
    metadata = result.dataset("AE").metadata
    assert (metadata.label, metadata.comment) == ("Events", Comment("All"))


def test_the_standard_says_the_rest(workshop: Any) -> None:
    result = described(workshop, [{"A": "x"}])
    term = result.variable("AE", "AETERM")
    assert (term.label, term.role, term.core, term.mandatory) == (
        "Reported Term for the Adverse Event",
        "Topic",
        "Req",
        True,
    )
    metadata = result.dataset("AE").metadata
    assert (metadata.label, metadata.dataset_class, metadata.domain) == (
        "Adverse Events",
        "EVENTS",
        "AE",
    )


def test_only_derived_variables_have_a_method(workshop: Any) -> None:
    own = {"AESPID": {"concat": ["A", "N"]}, "AECAT": {"assign": "x"}}
    result = described(workshop, [{"A": "x"}], variables=own)
    has = {v.name: v.method is not None for v in result.dataset("AE").metadata.variables}
    assert has["AESPID"]
    assert has["AESEQ"]
    assert not has["AECAT"]
    assert not has["AETERM"]


@pytest.mark.parametrize(
    ("values", "data_type", "length", "digits"),
    [
        (["5", "10"], "integer", 2, None),
        (["5.50", "10"], "float", 4, 2),
        (["5", "<5"], "text", 2, None),
        (["POSITIVE"], "text", 8, None),
        (["-5"], "integer", 2, None),
        (["1e-5"], "float", 4, 5),
    ],
)
def test_results_are_described_test_by_test(
    workshop: Any, values: list[str], data_type: str, length: int, digits: int | None
) -> None:
    spec = {
        "dataset": "LB",
        "source": "raw",
        "findings": [{"test": "GLUC", "from": "A"}, {"test": "ALT", "from": "B"}],
    }
    rows = [{"SUBJ": "1", "A": value, "B": "x" * 20} for value in values]
    found = workshop.convert({"raw": rows}, spec).dataset("LB").metadata.value_level
    level = next(
        item for item in found if item.variable == "LBORRES" and item.where[0].values == ("GLUC",)
    )
    assert (level.where[0].variable, level.where[0].comparator) == ("LBTESTCD", "EQ")
    definition = level.definition
    assert (definition.data_type, definition.length) == (data_type, length)
    if digits is not None:
        assert definition.significant_digits == digits


def test_qualifiers_are_described_name_by_name(workshop: Any) -> None:
    supplemental = {
        "AEONE": {"label": "One", "from": "A"},
        "AETWO": {"label": "Two", "formula": "upper(B)", "comment": "Why"},
    }
    result = described(workshop, [{"A": "abc", "B": "x"}], supplemental=supplemental)
    found = result.dataset("SUPPAE").metadata.value_level
    assert [(item.variable, item.where[0].values, item.definition.label) for item in found] == [
        ("QVAL", ("AEONE",), "One"),
        ("QVAL", ("AETWO",), "Two"),
    ]
    assert [item.definition.length for item in found] == [3, 1]
    assert [item.definition.origin.type for item in found] == ["Collected", "Derived"]
    assert found[1].definition.method is not None
    assert found[1].definition.comment == Comment("Why")


def test_natural_keys_are_those_that_the_dataset_has(workshop: Any) -> None:
    keys = described(workshop, [{"A": "x"}]).dataset("AE").metadata.keys
    assert keys[:2] == ("STUDYID", "USUBJID")
    result = described(workshop, [{"A": "x"}])
    assert set(keys) <= set(result.names("AE"))
