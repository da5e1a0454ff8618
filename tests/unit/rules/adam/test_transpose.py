"""``transpose``: values of another dataset's records as variables."""

from __future__ import annotations

from typing import Any

LB = "USUBJID,PARAMCD,AVAL,AVALC,ABLFL\n" + (
    "1,ALT,20,20,Y\n1,ALT,99,99,\n1,AST,30,30,Y\n2,ALT,,NOT DONE,Y\n,ALT,1,1,Y\n"
)
ITEM = {
    "dataset": "ADLB",
    "name": "PARAMCD",
    "value": "AVAL",
    "where": 'ABLFL == "Y"',
    "take": {"ALTBL": "ALT", "ASTBL": "AST", "CRPBL": "CRP"},
}
LABELS = {"variables": {name: {"label": name} for name in ITEM["take"]}}
SUBJECTS = [{"USUBJID": subject} for subject in ("1", "2", "3", None)]


def test_each_record_becomes_the_variable_that_its_name_says(analysis: Any) -> None:
    made = analysis.derive(SUBJECTS, {"transpose": ITEM}, ADLB=LB, more=LABELS)
    none = (None, None, None)
    assert made.by_record(*ITEM["take"]) == [(20, 30, None), none, none, none]
    assert made.told() == []
    assert made.variable("ALTBL").method.words == (
        'Equal to ADLB.AVAL of the record with the same USUBJID where PARAMCD = "ALT" and '
        'ABLFL = "Y".'
    )


def test_texts_are_taken_too(analysis: Any) -> None:
    item = {**ITEM, "value": "AVALC", "take": {"ALTBL": "ALT"}}
    labels = {"variables": {"ALTBL": {"label": "ALT"}}}
    made = analysis.derive(SUBJECTS, {"transpose": item}, ADLB=LB, more=labels)
    assert made.by_record("ALTBL") == ["20", "NOT DONE", None, None]


def test_several_records_of_one_name_are_a_finding(analysis: Any) -> None:
    item = {name: value for name, value in ITEM.items() if name != "where"}
    made = analysis.derive(SUBJECTS, {"transpose": item}, ADLB=LB, more=LABELS)
    assert made.by_record("ALTBL")[0] == 99
    assert [(rule, count) for rule, _, _, count in made.told()] == [("merge-several", 1)]


def test_wrong_names_are_told(analysis: Any) -> None:
    item = {**ITEM, "name": "PARMCD", "where": "ABLF == 'Y'"}
    assert analysis.problems({"transpose": item}, ADLB=LB, more=LABELS) == [
        "ADLB has no variable 'ABLF' (did you mean 'ABLFL'?)",
        "ADLB has no variable 'PARMCD' (did you mean 'PARAMCD'?)",
    ]
