"""``multiple``: several responses in check boxes or in one text."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from converters.validation import check_datasets

BOXES = {"WHITE": "WHITE", "BLACK": "BLACK OR AFRICAN AMERICAN", "ASIAN": "Asian"}


def dm(multiple: Any, **more: Any) -> dict[str, Any]:
    return {
        "dataset": "DM",
        "source": "raw",
        "variables": {"RACE": {"multiple": multiple, **more}},
    }


def boxes(*rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [
        {"SUBJ": str(number), "WHITE": row[0], "BLACK": row[1], "ASIAN": row[2]}
        for number, row in enumerate(rows, 1)
    ]


def texts(*rows: str | None) -> list[dict[str, Any]]:
    return [{"SUBJ": str(number), "RACES": row} for number, row in enumerate(rows, 1)]


def test_one_response_is_the_value_and_several_are_qualifiers(workshop: Any) -> None:
    rows = boxes(("1", "0", None), ("1", "0", "1"), (None, None, None), ("0", "1", "1"))
    result = workshop.convert({"raw": rows}, dm({"columns": BOXES}))
    assert result.column("DM", "RACE") == ["WHITE", "MULTIPLE", None, "MULTIPLE"]
    names = ("USUBJID", "IDVAR", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL")
    assert result.records("SUPPDM", *names) == [
        ("S1-2", None, "RACE1", "Race 1", "WHITE", "CRF", None),
        ("S1-2", None, "RACE2", "Race 2", "ASIAN", "CRF", None),
        ("S1-4", None, "RACE1", "Race 1", "BLACK OR AFRICAN AMERICAN", "CRF", None),
        ("S1-4", None, "RACE2", "Race 2", "ASIAN", "CRF", None),
    ]
    assert result.told() == []
    assert result.variable("DM", "RACE").origin.type == "Collected"


def test_without_several_responses_there_is_no_supplemental_dataset(workshop: Any) -> None:
    result = workshop.convert({"raw": boxes(("1", None, None))}, dm({"columns": BOXES}))
    assert list(result.conversion.datasets) == ["DM"]


def test_the_check_knows_multiple_beside_any_codelist(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {
            "AETERM": {"assign": "x"},
            "AEACN": {"multiple": {"columns": {"A": "DRUG WITHDRAWN", "B": "DOSE REDUCED"}}},
        },
    }
    result = workshop.convert({"raw": [{"SUBJ": "1", "A": "Y", "B": "Y"}]}, spec)
    assert result.column("AE", "AEACN") == ["MULTIPLE"]
    assert result.column("SUPPAE", "QNAM") == ["AEACN1", "AEACN2"]
    terminology = result.conversion.study.settings.terminology
    found = check_datasets(result.conversion.datasets, terminology=terminology)
    assert not [item for item in found if item.variable == "AEACN"]
    other = {**spec, "variables": {"AETERM": {"assign": "x"}, "AEACN": {"assign": "MULTIPLE"}}}
    plain = workshop.convert({"raw": [{"SUBJ": "1"}]}, other)
    told = check_datasets(plain.conversion.datasets, terminology=terminology)
    assert "not-in-codelist" in {item.rule for item in told if item.variable == "AEACN"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *[(word, "WHITE") for word in ("Y", "y", "YES", "1", "x", "True", " checked ", "white")],
        *[(word, None) for word in ("N", "no", "0", "False", "unchecked", None, " ")],
    ],
)
def test_a_box_is_checked_by_the_usual_words(
    workshop: Any, value: str | None, expected: str | None
) -> None:
    result = workshop.convert({"raw": boxes((value, None, None))}, dm({"columns": BOXES}))
    assert result.column("DM", "RACE") == [expected]
    assert result.told() == []


def test_other_words_for_checked_and_unchecked(workshop: Any) -> None:
    args = {"columns": BOXES, "checked": ["ja", 2], "unchecked": ["nein"]}
    rows = boxes(("Ja", "nein", None), ("2", "Nein", "JA"), ("Y", None, None))
    result = workshop.convert({"raw": rows}, dm(args))
    assert result.column("DM", "RACE") == ["WHITE", "MULTIPLE", None]
    assert result.told() == [("unknown-check-value", "RACE", "Y", 1, 3)]


def test_a_word_that_says_nothing_is_a_finding_with_its_count(workshop: Any) -> None:
    rows = boxes(("maybe", "0", "1"), ("maybe", None, None), ("1", "?", None))
    result = workshop.convert({"raw": rows}, dm({"columns": BOXES}))
    assert result.column("DM", "RACE") == ["ASIAN", None, "WHITE"]
    assert result.told() == [
        ("unknown-check-value", "RACE", "maybe", 2, 1),
        ("unknown-check-value", "RACE", "?", 1, 3),
    ]


def test_a_text_is_taken_apart_and_each_response_passes_the_codelist(workshop: Any) -> None:
    rows = texts("white", "white ;Asian;; ", None, "Asian; asian", " ; ")
    result = workshop.convert({"raw": rows}, dm({"column": "RACES", "separator": ";"}))
    assert result.column("DM", "RACE") == ["WHITE", "MULTIPLE", None, "ASIAN", None]
    assert result.records("SUPPDM", "USUBJID", "QNAM", "QVAL") == [
        ("S1-2", "RACE1", "WHITE"),
        ("S1-2", "RACE2", "ASIAN"),
    ]


def test_recode_and_uppercase_go_for_each_response_and_when_for_all(workshop: Any) -> None:
    rows = [
        {"SUBJ": "1", "WHERE": "l|r", "OK": "Y"},
        {"SUBJ": "2", "WHERE": "r", "OK": "Y"},
        {"SUBJ": "3", "WHERE": "l|q", "OK": "Y"},
        {"SUBJ": "4", "WHERE": "l|r", "OK": "N"},
        {"SUBJ": "5", "WHERE": "q|l|z", "OK": "Y"},
    ]
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {
            "AETERM": {"assign": "x"},
            "AEMODIFY": {
                "multiple": {"column": "WHERE", "separator": "|", "several": "many"},
                "recode": {"l": "left", "r": "right"},
                "uppercase": True,
                "when": 'OK == "Y"',
            },
        },
    }
    result = workshop.convert({"raw": rows}, spec)
    assert result.column("AE", "AEMODIFY") == ["many", "RIGHT", "many", None, "many"]
    assert result.records("SUPPAE", "USUBJID", "QNAM", "QVAL") == [
        ("S1-1", "AEMODIF1", "LEFT"),
        ("S1-1", "AEMODIF2", "RIGHT"),
        ("S1-3", "AEMODIF1", "LEFT"),
        ("S1-3", "AEMODIF2", "Q"),
        ("S1-5", "AEMODIF1", "Q"),
        ("S1-5", "AEMODIF2", "LEFT"),
        ("S1-5", "AEMODIF3", "Z"),
    ]
    assert result.told() == [
        ("recode-without-term", "AEMODIFY", "q", 2, 3),
        ("recode-without-term", "AEMODIFY", "z", 1, 5),
    ]


@pytest.mark.parametrize(
    ("several", "expected"), [("OTHER", "OTHER"), ({"join": ", "}, "WHITE, ASIAN")]
)
def test_what_stands_for_several_may_be_said(workshop: Any, several: Any, expected: str) -> None:
    args = {"columns": BOXES, "several": several, "supplemental": "none"}
    result = workshop.convert({"raw": boxes(("1", None, "1"))}, dm(args))
    assert result.column("DM", "RACE") == [expected]
    assert list(result.conversion.datasets) == ["DM"]


def test_qualifiers_may_be_called_otherwise(workshop: Any) -> None:
    args = {"columns": BOXES, "supplemental": "RACEALL"}
    result = workshop.convert({"raw": boxes(("1", None, "1"))}, dm(args))
    assert result.column("SUPPDM", "QNAM") == ["RACEALL1", "RACEALL2"]


def test_a_qualifier_that_the_spec_states_is_the_specs(workshop: Any) -> None:
    spec = {**dm({"columns": BOXES}), "supplemental": {"RACE2": {"label": "Two", "assign": "me"}}}
    result = workshop.convert({"raw": boxes(("1", None, "1"))}, spec)
    assert result.records("SUPPDM", "QNAM", "QLABEL", "QVAL") == [
        ("RACE2", "Two", "me"),
        ("RACE1", "Race 1", "WHITE"),
    ]


def test_a_response_that_is_no_term_is_a_finding(workshop: Any) -> None:
    rows = texts("white;Martian", "Asian;Martian", "Martian")
    result = workshop.convert({"raw": rows}, dm({"column": "RACES", "separator": ";"}))
    assert result.told() == [("response-not-in-codelist", "RACE", "Martian", 2, 1)]
    assert "no term of RACE" in result.findings[0].message


def test_too_many_responses_are_a_finding(workshop: Any) -> None:
    text = ";".join(f"r{number}" for number in range(21))
    args = {"column": "RACES", "separator": ";"}
    result = workshop.convert({"raw": texts(text)}, dm(args, codelist="none"))
    assert len(result.column("SUPPDM", "QNAM")) == 20
    assert result.told() == [("too-many-responses", "RACE", None, 1, 1)]


def test_a_test_of_a_findings_block_may_have_it(workshop: Any) -> None:
    spec = {
        "dataset": "PE",
        "source": "raw",
        "findings": [
            {
                "test": "SKIN",
                "label": "Skin",
                "from": "R",
                "variables": {"PELOC": {"multiple": {"columns": {"A": "ARM", "L": "LEG"}}}},
            },
            {"test": "LUNG", "label": "Lungs", "from": "R"},
        ],
    }
    result = workshop.convert({"raw": [{"SUBJ": "1", "R": "r", "A": "X", "L": "X"}]}, spec)
    assert result.records("PE", "PETESTCD", "PELOC") == [("LUNG", None), ("SKIN", "MULTIPLE")]
    assert result.records("SUPPPE", "IDVARVAL", "QNAM", "QVAL") == [
        ("2", "PELOC1", "ARM"),
        ("2", "PELOC2", "LEG"),
    ]
    assert result.column("SUPPPE", "QLABEL")[0].endswith(" 1")


def test_no_record_at_all(workshop: Any) -> None:
    result = workshop.convert({"raw": "SUBJ,RACES\n"}, dm({"column": "RACES", "separator": ";"}))
    assert result.column("DM", "RACE") == []


def test_the_result_does_not_depend_on_the_order_of_records(workshop: Any) -> None:
    rows = boxes(*itertools.product(["1", "0", "?"], repeat=3))
    one = workshop.convert({"raw": rows}, dm({"columns": BOXES}))
    other = workshop.convert({"raw": rows[::-1]}, dm({"columns": BOXES}))
    for name in ("DM", "SUPPDM"):
        assert one.dataset(name).frame.astype(str).equals(other.dataset(name).frame.astype(str))


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({}, "names either 'columns', check boxes, or one 'column'"),
        ({"columns": BOXES, "column": "A", "separator": ";"}, "names either 'columns'"),
        ({"column": "WHITE"}, "'column' and 'separator' go together"),
        ({"columns": BOXES, "separator": ";"}, "'column' and 'separator' go together"),
        ({"column": "WHITE", "separator": ";", "checked": ["a"]}, "is said of check boxes"),
        ({"columns": BOXES, "checked": ["N"]}, "'n' means both checked and unchecked"),
        ({"columns": BOXES, "supplemental": "race"}, "is not a name of a qualifier"),
        ({"columns": {**BOXES, "WHIET": "x"}}, "has no column 'WHIET' (did you mean 'WHITE'?)"),
        ({"columns": BOXES, "supplemental": "INVNAM"}, ""),
    ],
)
def test_wrong_arguments_are_told(workshop: Any, args: Any, words: str) -> None:
    if not words:
        workshop.convert({"raw": boxes(("1", "1", None))}, dm(args))
        return
    assert any(
        words in item for item in workshop.problems({"raw": boxes(("1", "1", None))}, dm(args))
    )


def test_two_variables_with_the_same_names_for_their_responses(workshop: Any) -> None:
    spec = dm({"columns": BOXES, "supplemental": "RACEALL"})
    spec["variables"]["ETHNIC"] = {"multiple": {"columns": BOXES, "supplemental": "RACEALL"}}
    (first, *_) = workshop.problems({"raw": boxes(("1", "1", None))}, spec)
    assert "ETHNIC: RACEALL1, for its responses, is a variable already: state 'supp" in first


def test_a_dataset_that_can_have_no_qualifiers_is_told(workshop: Any) -> None:
    spec = {
        "dataset": "AELONG",
        "domain": "AE",
        "source": "raw",
        "variables": {"AEACN": {"multiple": {"columns": BOXES}}},
    }
    (problem,) = workshop.problems({"raw": boxes(("1", "1", None))}, spec)
    assert "SUPPAELONG is longer than 8 characters" in problem
