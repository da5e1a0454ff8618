"""What special-purpose datasets hold without being asked."""

from __future__ import annotations

from typing import Any

TA = {
    "dataset": "TA",
    "rows": [
        {"ARMCD": "A", "ARM": "Arm A", "TAETORD": 1, "ETCD": "TRT", "EPOCH": "TREATMENT"},
        {"ARMCD": "P", "ARM": "Placebo", "TAETORD": 1, "ETCD": "PBO", "EPOCH": "TREATMENT"},
    ],
}
DM = {
    "dataset": "DM",
    "source": "raw",
    "variables": {"ARMCD": {"from": "ARM"}, "ACTARMCD": {"from": "GOT"}},
}
ROWS = [
    {"SUBJ": "1", "ARM": "A", "GOT": "P"},
    {"SUBJ": "2", "ARM": "P", "GOT": None},
    {"SUBJ": "3", "ARM": None, "GOT": None},
]


def test_arms_of_dm_have_the_names_of_ta(workshop: Any) -> None:
    result = workshop.convert({"raw": ROWS}, DM, TA)
    assert result.records("DM", "ARM", "ACTARM") == [
        ("Arm A", "Placebo"),
        ("Placebo", None),
        (None, None),
    ]
    assert result.told() == []


def test_an_arm_that_the_spec_names_goes_before(workshop: Any) -> None:
    spec = {**DM, "variables": {**DM["variables"], "ARM": {"assign": "Mine"}}}
    result = workshop.convert({"raw": ROWS[:1]}, spec, TA)
    assert result.records("DM", "ARM", "ACTARM") == [("Mine", "Placebo")]


def test_without_ta_arms_have_no_names(workshop: Any) -> None:
    assert workshop.convert({"raw": ROWS[:1]}, DM).column("DM", "ARM") == [None]


def test_criteria_of_ie_have_the_words_and_category_of_ti(workshop: Any) -> None:
    criteria = {
        "INCL01": {"text": "Adult", "category": "INCLUSION", "version": [1, 2]},
        "EXCL01": {"text": "Smoker", "category": "EXCLUSION", "subcategory": "HABIT"},
    }
    spec = {
        "dataset": "IE",
        "source": "raw",
        "variables": {"IETESTCD": {"from": "CODE"}, "IEORRES": {"assign": "Y"}},
    }
    rows = [{"SUBJ": "1", "CODE": code} for code in ("INCL01", "EXCL01", "EXCL09")]
    result = workshop.convert({"raw": rows}, spec, trial_design={"criteria": criteria})
    assert result.records("IE", "IETESTCD", "IETEST", "IECAT", "IESCAT") == [
        ("EXCL01", "Smoker", "EXCLUSION", "HABIT"),
        ("EXCL09", None, None, None),
        ("INCL01", "Adult", "INCLUSION", None),
    ]
    assert result.told() == []
