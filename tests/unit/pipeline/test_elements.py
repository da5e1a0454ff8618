"""SE made of the dates on which a subject's elements started."""

from __future__ import annotations

from typing import Any

import pytest

DM = {
    "dataset": "DM",
    "source": "raw",
    "variables": {
        "RFICDTC": {"datetime": "IC"},
        "RFXSTDTC": {"datetime": "FIRST"},
        "RFXENDTC": {"datetime": "LAST"},
        "RFPENDTC": {"datetime": "END"},
        "RFSTDTC": {"datetime": "FIRST"},
    },
}
ELEMENTS = [
    {"ETCD": "SCR", "start": "RFICDTC"},
    {"ETCD": "TRT", "start": "RFXSTDTC"},
    {"ETCD": "FUP", "start": "RFXENDTC", "end": "RFPENDTC"},
]
SE = {"dataset": "SE", "source": "DM", "elements": ELEMENTS}
THREE = ("ETCD", "SESTDTC", "SEENDTC")


def row(subject: str, *dates: str | None) -> dict[str, str | None]:
    return {"SUBJ": subject, **dict(zip(("IC", "FIRST", "LAST", "END"), dates, strict=True))}


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (
            ("2026-01-01", "2026-01-05", "2026-02-05", "2026-03-01"),
            [
                ("SCR", "2026-01-01", "2026-01-05"),
                ("TRT", "2026-01-05", "2026-02-05"),
                ("FUP", "2026-02-05", "2026-03-01"),
            ],
        ),
        (("2026-01-01", None, None, "2026-03-01"), [("SCR", "2026-01-01", None)]),
        (
            ("2026-01-01", None, "2026-02-05", None),
            [("SCR", "2026-01-01", "2026-02-05"), ("FUP", "2026-02-05", None)],
        ),
        (
            ("2026-01-05", "2026-01", "2026-01-05T10:00", None),
            [
                ("TRT", "2026-01", "2026-01-05T10:00"),
                ("SCR", "2026-01-05", "2026-01"),
                ("FUP", "2026-01-05T10:00", None),
            ],
        ),
    ],
    ids=["all", "screen failure", "one is skipped", "partial dates and times stay"],
)
def test_an_element_ends_on_its_end_or_the_next_start(
    workshop: Any, dates: tuple[str | None, ...], expected: list[Any]
) -> None:
    result = workshop.convert({"raw": [row("1", *dates)]}, DM, SE)
    assert result.records("SE", *THREE) == expected
    assert result.told() == []


def test_subjects_without_any_start_are_noted(workshop: Any) -> None:
    rows = [row("1", "2026-01-01", None, None, None), row("2", None, None, None, None)]
    result = workshop.convert({"raw": rows}, DM, SE)
    assert result.records("SE", "USUBJID", "ETCD") == [("S1-1", "SCR")]
    assert result.told() == [("no-element-started", "SESTDTC", None, 1, 2)]


def test_raw_dates_are_read_and_raw_records_accounted_for(workshop: Any) -> None:
    rows = [
        {"SUBJ": "1", "S": "UN-JAN-2026", "T": "05-JAN-2026", "U": None, "W": None},
        {"SUBJ": "2", "S": None, "T": None, "U": "09-JAN-2026", "W": "moved"},
        {"SUBJ": "3", "S": None, "T": None, "U": None, "W": None},
    ]
    spec = {
        "dataset": "SE",
        "source": "raw",
        "elements": [
            {"ETCD": "SCR", "start": "S"},
            {"ETCD": "TRT", "start": "T", "where": 'SUBJ != "9"'},
            {"ETCD": "UNPLAN", "start": "U", "SEUPDES": "W"},
        ],
    }
    result = workshop.convert({"raw": rows}, spec, dates={"format": "dd-mon-yyyy"})
    assert result.records("SE", "USUBJID", *THREE, "SEUPDES") == [
        ("S1-1", "SCR", "2026-01", "2026-01-05", None),
        ("S1-1", "TRT", "2026-01-05", None, None),
        ("S1-2", "UNPLAN", "2026-01-09", None, "moved"),
    ]
    account = result.account("raw")
    assert (account["mapped"], account["excluded"]) == (2, {"SE: no element started": 1})
    assert result.trace("SE")[2] == ("raw", "raw/raw.csv", 2)


def test_a_condition_tells_arms_apart(workshop: Any) -> None:
    dm = {**DM, "variables": {**DM["variables"], "ARMCD": {"from": "ARM"}}}
    elements = [
        {"ETCD": "A", "start": "RFXSTDTC", "where": 'ARMCD == "AB"'},
        {"ETCD": "B", "start": "RFXSTDTC", "where": 'ARMCD == "BA"'},
        {"ETCD": "B", "start": "RFXENDTC", "where": 'ARMCD == "AB"'},
        {"ETCD": "A", "start": "RFXENDTC", "where": 'ARMCD == "BA"'},
    ]
    rows = [
        {**row("1", None, "2026-01-01", "2026-02-01", None), "ARM": "AB"},
        {**row("2", None, "2026-01-03", "2026-02-03", None), "ARM": "BA"},
    ]
    result = workshop.convert({"raw": rows}, dm, {**SE, "elements": elements})
    assert result.records("SE", "USUBJID", *THREE) == [
        ("S1-1", "A", "2026-01-01", "2026-02-01"),
        ("S1-1", "B", "2026-02-01", None),
        ("S1-2", "B", "2026-01-03", "2026-02-03"),
        ("S1-2", "A", "2026-02-03", None),
    ]


def test_define_xml_says_where_the_dates_come_from(workshop: Any) -> None:
    result = workshop.convert({"raw": [row("1", "2026-01-01", None, None, None)]}, DM, SE)
    start, end = result.variable("SE", "SESTDTC"), result.variable("SE", "SEENDTC")
    assert (
        start.method.words == "Start of the element (SCR: RFICDTC, TRT: RFXSTDTC, FUP: RFXENDTC)."
    )
    assert end.method.words == (
        "End of the element (FUP: RFPENDTC), or else the start of the subject's next element."
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"elements": [{"ETCD": "SCR", "start": "RFICDTX"}]}, "DM' has no column 'RFICDTX'"),
        (
            {"elements": [{"ETCD": "UNPLAN", "start": "RFICDTC"}]},
            "'SEUPDES' says what an element was whose ETCD is UNPLAN, and no other",
        ),
        ({"dataset": "SV"}, "'elements' is for SE; this is SV"),
        ({"source": None}, "records come either from a 'source'"),
        ({"elements": [{"ETCD": "SCR", "start": "RFICDTC", "where": "X =="}]}, "X =="),
    ],
)
def test_faults_are_told(workshop: Any, change: dict[str, Any], message: str) -> None:
    spec = {key: value for key, value in {**SE, **change}.items() if value is not None}
    problems = workshop.problems({"raw": [row("1", None, None, None, None)]}, DM, spec)
    assert any(message in item for item in problems), problems
