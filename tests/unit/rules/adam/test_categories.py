"""``categories``: the first condition that holds gives the values of several variables."""

from __future__ import annotations

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
        '"<65" if AGE is less than 65; "other" otherwise.',
        "1 if AGE is less than 65; 9 otherwise.",
    ]


def test_wrong_categories_are_told_without_data(analysis) -> None:
    groups = [{"AGEGR1": "x"}, {"when": "AVAL > 1", "AGEGR1": 1}, {"when": "AGE >", "AGEGR1": "y"}]
    problems = analysis.problems({"categories": groups}, more=SUBJECT)
    assert any("only the last category may lack 'when'" in message for message in problems)
    assert any("AGEGR1 is text in some categories and a number" in m for m in problems)
    assert any("AGE >" in message for message in problems)
