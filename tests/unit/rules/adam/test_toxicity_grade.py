"""``toxicity_grade``: ATOXGRL, ATOXGRH and ATOXGR by a table of criteria."""

from __future__ import annotations

from typing import Any

import pytest

from converters.errors import SpecError

ALT = {
    "PARAMCD": "ALT",
    "direction": "HIGH",
    "unit": "U/L",
    "term": "ALT increased",
    "1": "ANRHI if BASE <= ANRHI else 1.5 * BASE",
    "2": "3 * ANRHI",
    "3": "5 * ANRHI",
    "4": "20 * ANRHI",
}
LOW = {
    "PARAMCD": "GLUC",
    "direction": "LOW",
    "1": "ANRLO",
    "2": 3,
    "3": 2.2,
    "4": 1.7,
}
HIGH = {"PARAMCD": "GLUC", "direction": "HIGH", "1": "AVAL >= 10", "2": "AVAL >= 2 * BASE"}
PARAM = {"ALT": "Alanine Aminotransferase (U/L)", "GLUC": "Glucose (mmol/L)"}


def rows(code: str, *values: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Value, limit (low and high are the same) and baseline."""
    names = ("AVAL", "ANRLO", "ANRHI", "BASE")
    return [
        {"PARAMCD": code, "PARAM": PARAM[code], **dict(zip(names, (v, r, r, b), strict=True))}
        for v, r, b in values
    ]


@pytest.mark.parametrize(
    ("value", "limit", "base", "grade"),
    [
        (40, 40, 30, "0"),
        (41, 40, 30, "1"),
        (120, 40, 30, "1"),
        (121, 40, 30, "2"),
        (801, 40, 30, "4"),
        (0.9, 0.3, 0.3, "1"),
        (41, 40, 50, "0"),
        (76, 40, 50, "1"),
        (None, 40, 30, None),
        (41, None, 30, None),
        (41, 40, None, None),
        (130, 40, None, "2"),
        (801, None, None, None),
    ],
    ids=[
        "on the limit",
        "above",
        "on the next",
        "above the next",
        "far above",
        "on a limit that no computer has exactly",
        "baseline above the limit",
        "and value above that",
        "no value",
        "no limit",
        "no baseline, where it decides",
        "no baseline, where it does not",
        "nothing known",
    ],
)
def test_the_highest_grade_that_is_gone_beyond_counts(
    analysis: Any, value: Any, limit: Any, base: Any, grade: str | None
) -> None:
    made = analysis.derive(
        rows("ALT", (value, limit, base)), {"toxicity_grade": {"table": [ALT], "numbers": True}}
    )
    (found,) = made.by_record("ATOXGRH", "ATOXGRHN", "ATOXDSCH")
    assert found == (grade, grade and float(grade), "ALT increased")


def test_low_and_high_are_graded_apart_and_joined(analysis: Any) -> None:
    given = rows(
        "GLUC", (1, 4, 5), (3.5, 4, 5), (5, 4, 5), (10, 4, 9), (3.5, None, 5), (10, 4, None)
    )
    made = analysis.derive(given, {"toxicity_grade": {"table": [LOW, HIGH], "combine": True}})
    assert made.by_record("ATOXGRL", "ATOXGRH", "ATOXGR") == [
        ("4", "0", "-4"),
        ("1", "0", "-1"),
        ("0", "0", "0"),
        ("0", "1", "1"),
        (None, "0", "0"),
        ("0", None, "0"),
    ]


def test_a_value_in_another_unit_is_told_and_has_no_grade(analysis: Any) -> None:
    given = rows("ALT", (90, 40, 30), (90, 40, 30), (None, 40, 30))
    given[1]["PARAM"] = given[2]["PARAM"] = "Alanine Aminotransferase (ukat/L)"
    made = analysis.derive(given, {"toxicity_grade": {"table": [ALT]}})
    assert made.by_record("ATOXGRH") == ["1", None, None]
    assert made.told() == [("toxicity-unit", "", "ukat/L", 1)]
    assert made.findings[0].message == "the table has no criteria for ALT in ukat/L"


def test_each_unit_has_criteria_of_its_own(analysis: Any) -> None:
    given = [
        {**row, "UNIT": unit}
        for row, unit in zip(
            rows("ALT", (90, 40, 30), (2, 0.7, 0.5)), ("U/L", "ukat/L"), strict=True
        )
    ]
    other = {**ALT, "unit": "ukat/L", "1": 1}
    args = {"table": [ALT, other], "unit": "UNIT"}
    made = analysis.derive(given, {"toxicity_grade": args})
    assert made.by_record("ATOXGRH") == ["1", "1"]
    assert made.told() == []


def test_criteria_may_be_for_some_records_only(analysis: Any) -> None:
    given = [{**row, "SEX": sex} for row in rows("GLUC", (15, 4, 5)) for sex in ("F", "M")]
    men = {"PARAMCD": "GLUC", "direction": "HIGH", "1": 20, "where": 'SEX == "M"'}
    rest = {**men, "1": 10}
    del rest["where"]
    made = analysis.derive(given, {"toxicity_grade": {"table": [men, rest]}})
    assert made.by_record("ATOXGRH") == ["1", "0"]


def test_other_parameters_have_no_grade(analysis: Any) -> None:
    made = analysis.derive(rows("GLUC", (900, 4, 5)), {"toxicity_grade": {"table": [ALT]}})
    assert made.by_record("ATOXGRH") == [None]
    assert made.told() == []


def test_words(analysis: Any) -> None:
    args = {"table": [LOW, HIGH], "combine": True, "numbers": True}
    made = analysis.derive(rows("GLUC", (5, 4, 5)), {"toxicity_grade": args})
    assert made.variable("ATOXGRL").method.words == (
        "Toxicity grade of low values: the highest grade that holds, 0 if none does, "
        "missing where a limit is. GLUC: 1 if below ANRLO, 2 if below 3, 3 if below 2.2, "
        "4 if below 1.7."
    )
    assert "1 if AVAL >= 10" in made.variable("ATOXGRH").method.words
    assert made.variable("ATOXGRHN").method.words == "Numeric value of ATOXGRH."


CSV = """PARAMCD,direction,unit,term,1,2
ALT,HIGH,U/L,"ALT, increased",ANRHI,3 * ANRHI

GLUC,LOW,,,4,3
"""


def test_the_table_may_be_a_file_of_the_study(analysis: Any) -> None:
    (analysis.place / "ctcae.csv").write_text(CSV, "utf-8")
    given = [*rows("ALT", (50, 40, 30)), *rows("GLUC", (2, 4, 5))]
    made = analysis.derive(given, {"toxicity_grade": {"table": {"file": "ctcae.csv"}}})
    names = ("ATOXGRH", "ATOXGRL", "ATOXDSCH")
    assert made.by_record(*names) == [("1", None, "ALT, increased"), (None, "2", None)]


def test_problems_of_a_file_are_told_with_its_lines(analysis: Any) -> None:
    wrong = CSV.replace("LOW", "DOWN").replace("3 * ANRHI", "3 * ANRHIGH")
    (analysis.place / "ctcae.csv").write_text(wrong, "utf-8")
    with pytest.raises(SpecError) as caught:
        analysis.derive(
            rows("ALT", (50, 40, 30)), {"toxicity_grade": {"table": {"file": "ctcae.csv"}}}
        )
    places = [str(item).partition(": ")[0] for item in caught.value.problems]
    assert "ctcae.csv:4" in places


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ([{"PARAMCD": "A", "direction": "LOW"}], "A has no grade: state 1, 2, 3 or 4"),
        (
            [{"PARAMCD": "A", "direction": "LOW", "1": 3, "2": 4}],
            "grade 2 is no further than the one before it",
        ),
        (
            [{"PARAMCD": "A", "direction": "LOW", "1": 3}] * 2,
            "A LOW is there already: what is said here is never used",
        ),
        (
            [{"PARAMCD": "A", "direction": "LOW", "1": "'x'"}],
            "''x'' is text, and neither a number nor a condition",
        ),
        (
            [{"PARAMCD": "A", "direction": "LOW", "1": "ANRLO"}],
            "ADIN has no variable 'ANRLO', and none is made before",
        ),
        ({"file": "absent.csv"}, "'absent.csv' cannot be read: No such file or directory"),
        ({"file": "../ctcae.csv"}, "'../ctcae.csv' is outside the study folder"),
    ],
)
def test_what_is_wrong_is_told(analysis: Any, table: Any, problem: str) -> None:
    assert problem in analysis.problems({"toxicity_grade": {"table": table}})
