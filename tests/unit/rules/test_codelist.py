"""``codelist``: the submission value of a term."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("codelist", "raw", "expected"),
    [
        pytest.param("NY", "Y", "Y", id="submission value"),
        pytest.param("NY", "y", "Y", id="submission value in another case"),
        pytest.param("NY", "Yes", "Y", id="synonym"),
        pytest.param("NY", " yes ", "Y", id="synonym with blanks"),
        pytest.param("C66742", "No", "N", id="the codelist by its code"),
        pytest.param("NY", "Maybe", "Maybe", id="no term: it stays visible"),
        pytest.param("AESEV", "Mild Adverse Event", "MILD", id="preferred term"),
        pytest.param("LBTESTCD", "Glucose", "GLUC", id="decode"),
        pytest.param("UNIT", "mg", "mg", id="exact before case"),
        pytest.param("UNIT", "milligram", "mg", id="a unit's name"),
        pytest.param(["AESEV", "NY"], "no", "N", id="the second of two codelists"),
        pytest.param("none", "yes", "yes", id="no codelist at all"),
        pytest.param("NY", None, None, id="missing"),
    ],
)
def test_the_term_is_found_by_any_of_its_names(
    workshop: Any, codelist: Any, raw: str | None, expected: str | None
) -> None:
    rows = [{"A": raw, "B": "1"}]
    assert workshop.made({"from": "A", "codelist": codelist}, rows) == [expected]


def test_the_codelist_of_the_standard_is_used_unasked(workshop: Any) -> None:
    rows = [{"A": "Mild"}, {"A": "SEVERE"}, {"A": "bad"}]
    assert workshop.made({"from": "A"}, rows, "AESEV") == ["MILD", "SEVERE", "bad"]


def test_none_turns_the_codelist_of_the_standard_off(workshop: Any) -> None:
    result = workshop.values({"from": "A", "codelist": "none"}, [{"A": "Mild"}], "AESEV")
    assert result.column("AE", "AESEV") == ["Mild"]
    assert result.variable("AE", "AESEV").codelist is None


def test_the_sponsors_terms_and_decodes_are_found(workshop: Any) -> None:
    head = {
        "terminology": {
            "extensions": {"FREQ": {"Q5MIN": "Every five minutes"}, "MINE": ["ONE", "TWO"]}
        }
    }
    rows = [{"A": "every five MINUTES"}, {"A": "q5min"}, {"A": "Daily"}]
    made = workshop.made({"from": "A", "codelist": "FREQ"}, rows, **head)
    assert made == ["Q5MIN", "Q5MIN", "QD"]
    result = workshop.values({"from": "A", "codelist": "MINE"}, [{"A": "two"}], **head)
    assert result.column("AE", "AEMODIFY") == ["TWO"]
    assert result.variable("AE", "AEMODIFY").codelist.name == "MINE"


def test_numbers_pass_untouched(workshop: Any) -> None:
    variable = {"formula": "number(A)", "codelist": "NY"}
    assert workshop.made(variable, [{"A": "1"}], "AELLTCD") == [1.0]


def test_an_unknown_codelist_is_told_with_the_nearest(workshop: Any) -> None:
    spec = "dataset: AE\nsource: raw\nvariables:\n  AEMODIFY: {from: A, codelist: AESEVV}\n"
    found = workshop.problems({"raw": [{"SUBJ": "1", "A": "x"}]}, spec)
    assert found == [
        "sdtm/s0.yaml:4:33: AEMODIFY: unknown codelist 'AESEVV' in SDTM terminology 2024-03-29"
        " (did you mean 'AESEV'?)"
    ]
