"""``not_done``: raw records that say that a test, or a group of tests, was not done."""

from __future__ import annotations

from typing import Any

import pytest

LONG = {
    "dataset": "LB",
    "source": "raw",
    "standard_units": {"GLUC": "g/L"},
    "not_done": {"when": 'missing(V) or upper(V) in ["ND", "NOT DONE"]', "reason": "WHY"},
    "variables": {
        "LBTESTCD": {"from": "T"},
        "LBCAT": {"from": "PANEL"},
        "LBORRES": {"from": "V"},
        "LBORRESU": {"assign": "mg/dL"},
        "LBORNRLO": {"assign": "70"},
        "LBNRIND": {"assign": "NORMAL"},
    },
}
RESULT = ("LBORRES", "LBORRESU", "LBSTRESC", "LBSTRESN", "LBSTRESU", "LBORNRLO", "LBNRIND")


def long_rows(*values: str | None, **more: Any) -> list[dict[str, Any]]:
    row = {"SUBJ": "1", "T": "GLUC", "PANEL": "CHEMISTRY", "WHY": "Clotted", **more}
    return [{**row, "V": value} for value in values]


@pytest.mark.parametrize("value", ["ND", "Not done", None])
def test_a_record_that_says_so_has_a_status_and_a_reason_and_no_result(
    workshop: Any, value: str | None
) -> None:
    result = workshop.convert({"raw": long_rows(value)}, LONG)
    assert result.records("LB", *RESULT) == [(None,) * len(RESULT)]
    names = ("LBTESTCD", "LBTEST", "LBCAT", "LBSTAT", "LBREASND")
    assert result.records("LB", *names) == [("GLUC", "Glucose", "CHEMISTRY", "NOT DONE", "Clotted")]
    assert result.told() == []


def test_the_other_records_have_no_status_and_all_are_numbered_together(workshop: Any) -> None:
    result = workshop.convert({"raw": long_rows("90", "ND")}, LONG)
    names = ("LBSTAT", "LBREASND", "LBSTRESC", "LBNRIND")
    by_raw = zip(*(result.by_record("LB", name) for name in names), strict=True)
    assert list(by_raw) == [(None, None, "0.9", "NORMAL"), ("NOT DONE", "Clotted", None, None)]
    assert sorted(result.column("LB", "LBSEQ")) == [1.0, 2.0]
    assert result.account("raw")["mapped"] == 2


def test_the_condition_is_on_raw_columns_also_where_a_variable_has_the_name(workshop: Any) -> None:
    rows = [{"SUBJ": "1", "LBORRES": value} for value in ("ND", "5")]
    spec = {
        "dataset": "LB",
        "source": "raw",
        "not_done": {"when": 'LBORRES == "ND"'},
        "variables": {"LBTESTCD": {"assign": "GLUC"}, "LBORRES": {"from": "LBORRES"}},
    }
    result = workshop.convert({"raw": rows}, spec)
    assert result.by_record("LB", "LBSTAT") == ["NOT DONE", None]
    assert result.by_record("LB", "LBORRES") == [None, "5"]


def test_a_number_that_would_be_lost_is_a_finding(workshop: Any) -> None:
    spec = {**LONG, "not_done": {"when": "not missing(WHY)"}}
    result = workshop.convert({"raw": long_rows("90", "ND")}, spec)
    assert result.told() == [("not-done-with-result", "LBORRES", "90", 1, 1)]


def test_a_record_that_is_excluded_is_no_record_of_what_was_not_done(workshop: Any) -> None:
    spec = {**LONG, "exclude": [{"when": 'V == "ND"', "reason": "later"}]}
    result = workshop.convert({"raw": long_rows("90", "ND")}, spec)
    assert result.column("LB", "LBSTAT") == [None]
    assert result.account("raw")["excluded"] == {"LB: later": 1}


def test_a_group_of_tests_has_one_record(workshop: Any) -> None:
    spec = {
        **LONG,
        "not_done": {
            "when": 'T == "PANEL"',
            "reason": "WHY",
            "test": "LBALL",
            "label": "Laboratory Panel",
        },
    }
    rows = [*long_rows("90"), *long_rows(None, T="PANEL")]
    result = workshop.convert({"raw": rows}, spec)
    names = ("LBTESTCD", "LBTEST", "LBCAT", "LBORRES", "LBSTAT", "LBREASND")
    assert result.records("LB", *names) == [
        ("GLUC", "Glucose", "CHEMISTRY", "90", None, None),
        ("LBALL", "Laboratory Panel", "CHEMISTRY", None, "NOT DONE", "Clotted"),
    ]


WIDE = {
    "dataset": "VS",
    "source": "raw",
    "findings": [
        {"test": "PULSE", "from": "P", "unit": "beats/min"},
        {"test": "RESP", "from": "R", "unit": "breaths/min"},
    ],
}
VISITS = [
    {"SUBJ": "1", "P": "70", "R": None, "DONE": "No", "WHY": "tired"},
    {"SUBJ": "2", "P": None, "R": None, "DONE": "No", "WHY": "ill"},
    {"SUBJ": "3", "P": None, "R": None, "DONE": "Yes", "WHY": None},
]


def test_side_by_side_it_holds_for_every_test_without_a_result(workshop: Any) -> None:
    spec = {**WIDE, "not_done": {"when": 'DONE == "No"', "reason": "WHY"}}
    result = workshop.convert({"raw": VISITS}, spec)
    assert result.records("VS", "USUBJID", "VSTESTCD", "VSORRES", "VSSTAT", "VSREASND") == [
        ("S1-1", "PULSE", "70", None, None),
        ("S1-1", "RESP", None, "NOT DONE", "tired"),
        ("S1-2", "PULSE", None, "NOT DONE", "ill"),
        ("S1-2", "RESP", None, "NOT DONE", "ill"),
    ]
    assert result.account("raw")["excluded"] == {"VS: no result collected": 1}


def test_side_by_side_a_group_is_not_done_where_no_test_has_a_result(workshop: Any) -> None:
    group = {"when": 'DONE == "No"', "reason": "WHY", "test": "VSALL", "label": "Vital Signs"}
    result = workshop.convert({"raw": VISITS}, {**WIDE, "not_done": group})
    assert result.records("VS", "USUBJID", "VSTESTCD", "VSTEST", "VSSTAT", "VSREASND") == [
        ("S1-1", "PULSE", "Pulse Rate", None, None),
        ("S1-2", "VSALL", "Vital Signs", "NOT DONE", "ill"),
    ]


def test_what_one_test_says_itself_goes_before_what_holds_for_all(workshop: Any) -> None:
    tests = [{**WIDE["findings"][0], "not_done": 'WHY == "ill"'}, WIDE["findings"][1]]  # type: ignore[index]
    spec = {**WIDE, "findings": tests, "not_done": {"when": 'DONE == "No"'}}
    result = workshop.convert({"raw": VISITS[:2]}, spec)
    assert result.records("VS", "USUBJID", "VSTESTCD", "VSSTAT") == [
        ("S1-1", "PULSE", None),
        ("S1-1", "RESP", "NOT DONE"),
        ("S1-2", "PULSE", "NOT DONE"),
        ("S1-2", "RESP", "NOT DONE"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dataset: LB\nsource: raw\nnot_done: {when: Q == 1}", "has no column 'Q'"),
        ("dataset: LB\nsource: raw\nnot_done: {when: upper(V)}", "condition"),
        ("dataset: LB\nsource: raw\nnot_done: {when: V == 1, reason: Q}", "has no column 'Q'"),
        ("dataset: LB\nsource: raw\nnot_done: {when: V == 1, label: All}", "'label' is that of"),
        ("dataset: AE\nsource: raw\nnot_done: {when: V == 1}", "'not_done' is for Findings"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(workshop: Any, text: str, message: str) -> None:
    found = workshop.problems({"raw": long_rows("1")}, text)
    assert len(found) == 1, found
    assert message in found[0]
    assert found[0].startswith("sdtm/s0.yaml:3:")
