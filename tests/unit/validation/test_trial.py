"""Datasets against the trial's design."""

from __future__ import annotations

from typing import Any

import pytest

from converters.validation.table import Table
from converters.validation.trial import check_trial

TA = {"ARMCD": ["A", "A"], "ETCD": ["SCR", "TRT"], "ELEMENT": ["Screen", "Treat"],
      "TAETORD": [1, 2], "EPOCH": ["SCREENING", "TREATMENT"]}  # fmt: skip
TE = {"ETCD": ["SCR", "TRT"], "ELEMENT": ["Screen", "Treat"]}
TV = {"VISITNUM": [1, 2], "VISIT": ["SCREENING", "DAY 1"], "VISITDY": [-7, 1]}
TI = {"IETESTCD": ["I1", "I1"], "IETEST": ["Adult", "Adult"], "IECAT": ["INCLUSION", "INCLUSION"]}


def se(*rows: tuple[Any, ...]) -> dict[str, list[Any]]:
    names = ("USUBJID", "ETCD", "ELEMENT", "TAETORD", "SESTDTC")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ({"TA": TA, "TE": TE, "SE": se(("1", "SCR", "Screen", 1, "2026-01-01"))}, []),
        (
            {"TA": TA, "TE": TE, "SE": se(("1", "TRX", "Treat", 1, "2026-01-01"))},
            [
                ("element-not-in-te", "SE", "ETCD", "TRX", 1, 1),
                ("element-not-in-ta", "SE", "ETCD", "TRX", 1, 1),
            ],
        ),
        (
            {"TA": TA, "TE": TE, "SE": se(("1", "SCR", "Other", 1, "2026-01-01"))},
            [("element-not-in-te", "SE", "ETCD", "SCR", 1, 1)],
        ),
        ({"TA": TA, "TE": TE, "SE": se(("1", "UNPLAN", None, None, "2026-01-01"))}, []),
        (
            {"TA": {**TA, "ETCD": ["SCR", "TRX"]}, "TE": TE},
            [("element-not-in-te", "TA", "ETCD", "TRX", 1, 2)],
        ),
        (
            {
                "SE": se(
                    ("1", "TRT", "x", 2, "2026-01-04"),
                    ("1", "SCR", "x", 1, "2026-01-05"),
                    ("2", "SCR", "x", 1, "2026-01"),
                    ("2", "TRT", "x", 2, "2026-01-05"),
                    ("3", "SCR", "x", 1, "2026-02"),
                    ("3", "UNPLAN", None, None, "2025-01-01"),
                    ("3", "TRT", "x", 2, "2026-01-31"),
                )
            },
            [
                ("element-before-previous", "SE", "SESTDTC", "2026-01-04", 1, 1),
                ("element-before-previous", "SE", "SESTDTC", "2026-01-31", 1, 7),
            ],
        ),
        (
            {"TA": TA, "AE": {"EPOCH": ["SCREENING", "FOLLOW-UP", None, "FOLLOW-UP"]}},
            [("epoch-not-in-ta", "AE", "EPOCH", "FOLLOW-UP", 2, 2)],
        ),
        (
            {
                "TV": TV,
                "SV": {
                    "USUBJID": ["1", "1", "1", "1"],
                    "VISITNUM": [1, 2, 3, 4],
                    "VISIT": ["SCREENING", "DAY 1", "WEEK 1", "UNSCHEDULED"],
                    "VISITDY": [-7, 2, None, None],
                    "SVUPDES": [None, None, None, "RASH"],
                },
            },
            [
                ("visit-not-in-tv", "SV", "VISITNUM", "3", 1, 3),
                ("visit-day-not-in-tv", "SV", "VISITDY", "2", 1, 2),
            ],
        ),
        (
            {
                "SV": {"USUBJID": ["1", "2"], "VISITNUM": [1, 2]},
                "VS": {"USUBJID": ["1", "1", "2", "2"], "VISITNUM": [1, 2, 2, None]},
            },
            [("visit-not-in-sv", "VS", "VISITNUM", "2", 1, 2)],
        ),
        (
            {
                "TI": TI,
                "IE": {
                    "IETESTCD": ["I1", "I1", "I2"],
                    "IETEST": ["Adult", "Old", "x"],
                    "IECAT": ["INCLUSION", "INCLUSION", "x"],
                },
            },
            [
                ("criterion-not-in-ti", "IE", "IETESTCD", "I2", 1, 3),
                ("criterion-differs-from-ti", "IE", "IETESTCD", "I1", 1, 2),
            ],
        ),
        (
            {"RELREC": {"USUBJID": ["1", "1", "2", None, None], "RELID": [*"AAABB"]}},
            [("relation-of-one", "RELREC", "RELID", "A", 1, 3)],
        ),
        ({"SE": se(), "SV": {"USUBJID": [], "VISITNUM": []}, "RELREC": {"RELID": []}}, []),
    ],
)  # fmt: skip
def test_datasets_agree_with_the_design(make: Any, frames: Any, expected: list[Any]) -> None:
    found = check_trial([Table.of(make(name, data)) for name, data in frames.items()])
    assert [(i.rule, i.dataset, i.variable, i.value, i.count, i.row) for i in found] == expected


def test_the_message_names_both_elements(make: Any) -> None:
    rows = se(("1", "SCR", "x", 1, "2026-01-05"), ("1", "TRT", "x", 2, "2026-01-04"))
    (finding,) = check_trial([Table.of(make("SE", rows))])
    assert finding.message == (
        "SESTDTC: USUBJID '1', ETCD 'TRT', SESTDTC '2026-01-04' starts before the element before"
        " it, ETCD 'SCR', SESTDTC '2026-01-05'"
    )
