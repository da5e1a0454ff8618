"""``categories``: the first condition that holds gives the values of several variables."""

from __future__ import annotations

import pytest

AGES = [{"AGE": "64"}, {"AGE": "65"}, {"AGE": "80"}, {"AGE": "81"}, {"AGE": None}]
GROUPS = [
    {"when": "AGE < 65", "AGEGR1": "<65", "AGEGR1N": 1},
    {"when": "AGE <= 80", "AGEGR1": "65-80", "AGEGR1N": 2},
    {"when": "AGE > 80", "AGEGR1": ">80", "AGEGR1N": 3},
]
SUBJECT = {"class": "SUBJECT LEVEL ANALYSIS DATASET"}


def test_the_first_condition_that_holds_gives_all_variables_their_values(analysis) -> None:
    made = analysis.derive(AGES, {"categories": GROUPS}, more=SUBJECT)
    assert made.by_record("AGEGR1", "AGEGR1N") == [
        ("<65", 1.0),
        ("65-80", 2.0),
        ("65-80", 2.0),
        (">80", 3.0),
        (None, None),
    ]


def test_a_category_without_a_condition_takes_all_others(analysis) -> None:
    groups = [*GROUPS[:2], {"AGEGR1": "other"}]
    made = analysis.derive(AGES, {"categories": groups}, more=SUBJECT)
    assert made.by_record("AGEGR1", "AGEGR1N")[3:] == [("other", None), ("other", None)]


def test_a_variable_without_a_standard_is_text_or_a_number_as_its_values_are(analysis) -> None:
    groups = [{"when": "AGE > 70", "OLD": "OLD", "OLDN": 1.5}]
    labels = {"variables": {"OLD": {"label": "Old"}, "OLDN": {"label": "Old (N)"}}}
    made = analysis.derive(AGES, {"categories": groups}, more=SUBJECT | labels)
    assert made.by_record("OLD", "OLDN")[2:] == [("OLD", 1.5), ("OLD", 1.5), (None, None)]
    assert [made.variable(name).kind for name in ("OLD", "OLDN")] == ["Char", "Num"]


def test_the_method_of_each_variable_tells_its_own_values(analysis) -> None:
    made = analysis.derive(
        AGES, {"categories": [GROUPS[0], {"AGEGR1": "other", "AGEGR1N": 9}]}, more=SUBJECT
    )
    methods = [made.variable(name).method for name in ("AGEGR1", "AGEGR1N")]
    assert [method.words for method in methods if method] == [
        '"<65" if AGE < 65; else "other".',
        "1 if AGE < 65; else 9.",
    ]


def test_wrong_categories_are_told_without_data(analysis) -> None:
    groups = [{"AGEGR1": "x"}, {"when": "AVAL > 1", "AGEGR1": 1}, {"when": "AGE >", "AGEGR1": "y"}]
    problems = analysis.problems({"categories": groups}, more=SUBJECT)
    assert any("only the last category may lack 'when'" in message for message in problems)
    assert any("AGEGR1 is text in some categories and a number" in m for m in problems)
    assert any("AGE >" in message for message in problems)


CUTS = {
    "of": "AVAL",
    "where": 'PARAMCD == "A"',
    "cuts": [
        {"below": 5, "AVALCAT1": "<5", "AVALCA1N": 1},
        {"upto": 7.5, "AVALCAT1": "5 to 7.5", "AVALCA1N": 2},
        {"AVALCAT1": ">7.5", "AVALCA1N": 3},
    ],
}


def test_numbers_are_cut_at_points(analysis) -> None:
    given = [{"PARAMCD": "A", "AVAL": v} for v in (-1, 4.9, 5, 7.5, 7.6, None)]
    made = analysis.derive([*given, {"PARAMCD": "B", "AVAL": 1}], {"categories": CUTS})
    assert made.by_record("AVALCAT1", "AVALCA1N") == [
        ("<5", 1),
        ("<5", 1),
        ("5 to 7.5", 2),
        ("5 to 7.5", 2),
        (">7.5", 3),
        (None, None),
        (None, None),
    ]
    assert made.variable("AVALCA1N").method.words == (
        'Where PARAMCD = "A": 1 if AVAL < 5; else 2 if AVAL <= 7.5; else 3 if AVAL is not '
        "missing; else missing."
    )


def test_each_parameter_may_have_cut_points_of_its_own(analysis) -> None:
    given = [{"PARAMCD": code, "AVAL": 6} for code in "ABC"]
    other = {"of": "AVAL", "where": 'PARAMCD == "B"', "cuts": [{"upto": 6, "AVALCAT1": "low"}]}
    made = analysis.derive(given, {"categories": CUTS}, {"categories": other})
    assert made.by_record("AVALCAT1") == ["5 to 7.5", "low", None]


@pytest.mark.parametrize(
    ("cuts", "problem"),
    [
        ([{"below": 5, "A": "x"}, {"upto": 5, "A": "y"}], "cut points go upwards"),
        (
            [{"below": 5, "upto": 6, "A": "x"}],
            "a category ends 'below' a number or 'upto' it, not both",
        ),
        ([{"A": "x"}, {"upto": 6, "A": "x"}], "only the last category may lack 'below' and 'upto'"),
        ([{"below": 1, "A": "x"}, {"A": 2}], "A is text in some categories and a number in others"),
    ],
)
def test_wrong_cut_points_are_told(analysis, cuts, problem) -> None:
    found = analysis.problems({"categories": {"of": "AVAL", "cuts": cuts}})
    assert problem in found
