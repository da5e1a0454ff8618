"""``formula``: the value of an expression."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("upper(A)", ["PAIN", None]),
        ('concat(A, "-", B)', ["pain-2", "-x"]),
        ('A if B == "2" else "none"', ["pain", "none"]),
        ("number(B) * 1.5", ["3", None]),
        ('coalesce(A, "unknown")', ["pain", "unknown"]),
        ("raw.A", ["pain", None]),
        ('raw["A"]', ["pain", None]),
        ('A == "pain"', ["1", "0"]),
        ("None", [None, None]),
    ],
)
def test_a_text_variable_gets_the_value_as_text(
    workshop: Any, text: str, expected: list[str | None]
) -> None:
    rows = [{"A": "pain", "B": "2"}, {"A": None, "B": "x"}]
    assert workshop.made({"formula": text}, rows) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("number(B) / 3", [2 / 3, None]),
        ("B + 1", [3.0, None]),
        ("1 / (B - 2)", [None, None]),
        ("round(B * 1.3375, 2)", [2.68, None]),
    ],
)
def test_a_number_variable_gets_the_number(
    workshop: Any, text: str, expected: list[float | None]
) -> None:
    result = workshop.values({"formula": text}, [{"B": "2"}, {"B": "x"}], "AELLTCD")
    assert result.by_record("AE", "AELLTCD") == expected
    assert result.told() == []


def test_a_variable_goes_before_a_column_of_the_same_name(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {
            "AEMODIFY": {"formula": 'concat(AETERM, "/", raw.AETERM)'},
            "AETERM": {"from": "AETERM", "uppercase": True},
        },
    }
    result = workshop.convert({"raw": [{"SUBJ": "1", "AETERM": "pain"}]}, spec)
    assert result.column("AE", "AEMODIFY") == ["PAIN/pain"]


def test_its_own_name_means_the_raw_column(workshop: Any) -> None:
    assert workshop.made({"formula": "upper(AEMODIFY)"}, [{"AEMODIFY": "x"}]) == ["X"]


def test_another_dataset_is_read_by_subject_and_several_values_are_a_finding(
    workshop: Any,
) -> None:
    ae = {"dataset": "AE", "source": "raw", "variables": {"AEMODIFY": {"formula": "CM.CMTRT"}}}
    cm = {"dataset": "CM", "source": "cm", "variables": {"CMTRT": {"from": "T"}}}
    sources = {
        "raw": [{"SUBJ": number} for number in "1239"],
        "cm": [
            {"SUBJ": "1", "T": "a"},
            {"SUBJ": "2", "T": "b"},
            {"SUBJ": "2", "T": "b"},
            {"SUBJ": "3", "T": "c"},
            {"SUBJ": "3", "T": "d"},
        ],
    }
    result = workshop.convert(sources, ae, cm)
    assert result.by_record("AE", "AEMODIFY") == ["a", "b", "c", None]
    assert result.told() == [("lookup-several", "AEMODIFY", "S1-3", 1, 3)]


def test_a_dataset_without_subjects_cannot_be_asked_for_the_subjects_value(workshop: Any) -> None:
    ts = {
        "dataset": "TS",
        "rows": [{"P": "ADDON", "V": "x"}],
        "variables": {
            "TSPARMCD": {"from": "P"},
            "TSPARM": {"from": "P"},
            "TSVAL": {"formula": "DM.SUBJID"},
        },
    }
    dm = {"dataset": "DM", "source": "dm", "variables": {"SUBJID": {"from": "SUBJ"}}}
    (found,) = workshop.problems({"dm": [{"SUBJ": "1"}]}, dm, ts)
    assert found.startswith("sdtm/s1.yaml:")
    assert "USUBJID" in found


def test_an_unknown_name_is_told_with_the_nearest(workshop: Any) -> None:
    spec = "dataset: AE\nsource: raw\nvariables:\n  AEMODIFY: {formula: upper(AETERMM)}\n"
    rows = [{"SUBJ": "1", "AETERM": "x"}]
    assert workshop.problems({"raw": rows}, spec) == [
        "sdtm/s0.yaml:4:23: the source 'raw' has no column 'AETERMM' (did you mean 'AETERM'?)"
    ]


def test_the_expression_and_its_words_are_the_method(workshop: Any) -> None:
    method = (
        workshop.values({"formula": "upper(A)"}, [{"A": "x"}]).variable("AE", "AEMODIFY").method
    )
    assert method.expression == "AEMODIFY: {formula: upper(A)}"
    assert method.words == "Computed as A in upper case."
