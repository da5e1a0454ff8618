"""``planned_element``: ELEMENT, TAETORD and EPOCH as TA plans them."""

from __future__ import annotations

from typing import Any

import pytest

ARMS: dict[str, list[tuple[str, str]]] = {
    "AB": [("SCR", "SCREENING"), ("A", "TREATMENT"), ("W", "WASHOUT"), ("B", "TREATMENT"),
           ("W", "FOLLOW-UP")],
    "BA": [("SCR", "SCREENING"), ("B", "TREATMENT"), ("A", "TREATMENT")],
}  # fmt: skip
DESIGN = {
    "arms": {
        code: {"arm": code, "elements": [{"ETCD": etcd, "EPOCH": epoch} for etcd, epoch in arm]}
        for code, arm in ARMS.items()
    },
    "elements": {
        code: {"element": f"Element {code}", "start": "x", "end": "y"}
        for code in ["SCR", "A", "B", "W"]
    },
}
DM = {
    "dataset": "DM",
    "source": "dm",
    "variables": {"ARMCD": {"from": "ARM"}, "ACTARMCD": {"from": "GOT"}},
}
SE = {
    "dataset": "SE",
    "source": "se",
    "variables": {"ETCD": {"from": "ETCD"}, "SESTDTC": {"datetime": "START"}},
}


def planned(workshop: Any, arm: str | None, got: str | None, codes: list[str]) -> list[Any]:
    """(ETCD, ELEMENT, TAETORD, EPOCH) of a subject who started these elements, day by day."""
    days = [
        {"SUBJ": "1", "ETCD": code, "START": f"2026-01-{day:02}"}
        for day, code in enumerate(codes, start=1)
    ]
    dm = [{"SUBJ": "1", "ARM": arm, "GOT": got}]
    found = []
    for rows in (days, days[::-1]):  # the order of the file does not matter
        result = workshop.convert({"dm": dm, "se": rows}, DM, SE, trial_design=DESIGN)
        assert result.told() == []
        found.append(result.records("SE", "ETCD", "ELEMENT", "TAETORD", "EPOCH"))
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("arm", "got", "codes", "expected"),
    [
        (
            "BA",
            None,
            ["B", "A"],
            [("B", "Element B", 2, "TREATMENT"), ("A", "Element A", 3, "TREATMENT")],
        ),
        ("BA", "AB", ["A"], [("A", "Element A", 2, "TREATMENT")]),
        (
            "AB",
            "AB",
            ["SCR", "A", "W", "B", "W"],
            [
                ("SCR", "Element SCR", 1, "SCREENING"),
                ("A", "Element A", 2, "TREATMENT"),
                ("W", "Element W", 3, "WASHOUT"),
                ("B", "Element B", 4, "TREATMENT"),
                ("W", "Element W", 5, "FOLLOW-UP"),
            ],
        ),
        (None, None, ["SCR"], [("SCR", "Element SCR", 1, "SCREENING")]),
        (None, None, ["A"], [("A", "Element A", None, "TREATMENT")]),
        ("BA", "BA", ["X"], [("X", None, None, None)]),
        ("BA", "BA", ["UNPLAN"], [("UNPLAN", None, None, None)]),
    ],
    ids=[
        "by the planned arm",
        "by the actual arm before the planned",
        "the second of a code is the arm's second",
        "without an arm what all arms agree on",
        "without an arm nothing that arms differ in",
        "an element that no arm has",
        "an unplanned one",
    ],
)  # fmt: skip
def test_an_element_has_what_the_subjects_arm_plans(
    workshop: Any, arm: Any, got: Any, codes: list[str], expected: list[Any]
) -> None:
    assert planned(workshop, arm, got, codes) == expected


@pytest.mark.parametrize("names", [["ARMCD"], ["ACTARMCD"], []])
def test_the_arm_is_that_of_either_code_that_dm_has(workshop: Any, names: list[str]) -> None:
    dm = {**DM, "variables": {"SUBJID": {"from": "SUBJ"}, **{n: {"from": "ARM"} for n in names}}}
    rows = {"dm": [{"SUBJ": "1", "ARM": "BA"}],
            "se": [{"SUBJ": "1", "ETCD": "A", "START": "2026-01-01"}]}  # fmt: skip
    result = workshop.convert(rows, dm, SE, trial_design=DESIGN)
    assert result.column("SE", "TAETORD") == [3 if names else None]
    assert result.column("SE", "ELEMENT") == ["Element A"]


def test_a_variable_that_the_spec_makes_goes_before(workshop: Any) -> None:
    spec = {**SE, "variables": {**SE["variables"], "EPOCH": {"assign": "SCREENING"}}}
    rows = {"dm": [{"SUBJ": "1", "ARM": "AB", "GOT": "AB"}],
            "se": [{"SUBJ": "1", "ETCD": "A", "START": "2026-01-01"}]}  # fmt: skip
    result = workshop.convert(rows, DM, spec, trial_design=DESIGN)
    assert result.records("SE", "ELEMENT", "EPOCH") == [("Element A", "SCREENING")]


def test_it_says_so_in_words(workshop: Any) -> None:
    rows = {"dm": [{"SUBJ": "1", "ARM": "AB", "GOT": "AB"}],
            "se": [{"SUBJ": "1", "ETCD": "A", "START": "2026-01-01"}]}  # fmt: skip
    variable = workshop.convert(rows, DM, SE, trial_design=DESIGN).variable("SE", "ELEMENT")
    assert variable.origin.type == "Derived"
    assert (
        variable.method.words
        == "Equal to TA.ELEMENT of the element with the same ETCD and the subject's arm."
    )
