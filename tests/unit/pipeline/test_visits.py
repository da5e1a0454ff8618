"""SV made of the visits that other datasets hold."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import columns
from converters.pipeline.visits import visit_records

VISITS = [
    {"VISIT": "SCREENING", "VISITNUM": 1, "VISITDY": -7},
    {"VISIT": "DAY 1", "VISITNUM": 2, "VISITDY": 1},
]
DM = {"dataset": "DM", "source": "dm", "variables": {"RFSTDTC": {"datetime": "FIRST"}}}
VS = {
    "dataset": "VS",
    "source": "vs",
    "findings": [{"test": "PULSE", "from": "PULSE"}],
    "variables": {"VISIT": {"visit": "EVENT"}, "VSDTC": {"datetime": "DATE"}},
}
EX = {
    "dataset": "EX",
    "source": "ex",
    "variables": {
        "EXTRT": {"assign": "X"},
        "VISIT": {"visit": "EVENT"},
        "EXSTDTC": {"datetime": "FIRST"},
        "EXENDTC": {"datetime": "LAST"},
    },
}
SV = {"dataset": "SV", "visits_of": ["VS", "EX"]}
DATES = ("VISITNUM", "SVSTDTC", "SVENDTC")


def vs(*rows: tuple[str, str | None]) -> list[dict[str, Any]]:
    return [{"SUBJ": "1", "PULSE": "7", "EVENT": event, "DATE": date} for event, date in rows]


def convert(workshop: Any, vitals: list[Any], doses: list[Any], **change: Any) -> Any:
    sources = {
        "dm": [{"SUBJ": "1", "FIRST": "2026-01-10"}],
        "vs": vitals,
        "ex": doses or [{"SUBJ": "1", "EVENT": None, "FIRST": None, "LAST": None}],
    }
    return workshop.convert(sources, DM, VS, EX, {**SV, **change}, visits=VISITS)


def test_a_visit_has_the_earliest_and_latest_date_of_all_its_data(workshop: Any) -> None:
    vitals = vs(("Screening", "2026-01-03"), ("Screening", "2026-01-02"), ("Day 1", "2026-01-10"))
    doses = [{"SUBJ": "1", "EVENT": "Day 1", "FIRST": "2026-01-09", "LAST": "2026-01-12"}]
    for rows in (vitals, vitals[::-1]):
        result = convert(workshop, rows, doses)
        names = ("USUBJID", "VISITNUM", "VISIT", "VISITDY", "SVSTDTC", "SVENDTC", "SVSTDY")
        assert result.records("SV", *names) == [
            ("S1-1", 1, "SCREENING", -7, "2026-01-02", "2026-01-03", -8),
            ("S1-1", 2, "DAY 1", 1, "2026-01-09", "2026-01-12", -1),
        ]
        assert result.told() == []


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["2026-01", "2026-01-10", "2026-02"], ("2026-01-10", "2026-01-10")),
        (["2026-01", "2026-02", None], ("2026-01", "2026-02")),
        ([None, None], (None, None)),
        (["2026-01-10T10:00", "2026-01-10"], ("2026-01-10", "2026-01-10T10:00")),
        (["2026-01-10T10:00", "2026-01-10T09:30"], ("2026-01-10T09:30", "2026-01-10T10:00")),
    ],
    ids=["partial dates give way", "only partial ones", "no date", "without a time", "times"],
)
def test_dates_without_a_day_count_only_if_no_other_does(
    workshop: Any, dates: list[str | None], expected: tuple[str | None, str | None]
) -> None:
    result = convert(workshop, vs(*(("Screening", date) for date in dates)), [])
    assert result.records("SV", *DATES) == [(1, *expected)]


def test_a_visit_of_an_unknown_name_goes_by_it_and_data_of_no_visit_are_left(workshop: Any) -> None:
    rows = vs(("Extra", "2026-01-04"), ("Day 1", "2026-01-10"))
    rows += [{"SUBJ": "1", "PULSE": "7", "EVENT": None, "DATE": "2026-01-01"}]
    result = convert(workshop, rows, [], variables={"SVPRESP": {"assign": "Y"}})
    assert result.records("SV", *DATES, "VISIT", "SVPRESP") == [
        (None, "2026-01-04", "2026-01-04", "Extra", "Y"),
        (2, "2026-01-10", "2026-01-10", "DAY 1", "Y"),
    ]


def test_all_datasets_with_visits_are_taken(workshop: Any) -> None:
    doses = [{"SUBJ": "1", "EVENT": "Day 1", "FIRST": "2026-01-09", "LAST": "2026-01-12"}]
    result = convert(workshop, vs(("Screening", "2026-01-03")), doses, visits_of="all")
    assert result.records("SV", *DATES) == [
        (1, "2026-01-03", "2026-01-03"),
        (2, "2026-01-09", "2026-01-12"),
    ]
    assert result.trace("SV") == [("vs", "raw/vs.csv", 1), ("ex", "raw/ex.csv", 1)]
    words = result.variable("SV", "SVSTDTC").method.words
    assert words == "Earliest date of the visit in all datasets."


@pytest.mark.parametrize(
    ("specs", "message"),
    [
        ([{**SV, "visits_of": ["VX"]}], "the study has no dataset 'VX'; it has: DM, VS, SV"),
        ([{**SV, "visits_of": ["DM"]}], "DM has no variable 'VISITNUM'"),
        ([{**SV, "source": "vs"}], "records come either from a 'source'"),
        ([{"dataset": "LB", "visits_of": ["VS"]}], "'visits_of' is for SV; this is LB"),
    ],
)
def test_faults_are_told(workshop: Any, specs: list[Any], message: str) -> None:
    sources = {"dm": [{"SUBJ": "1", "FIRST": None}], "vs": vs(("Day 1", None))}
    problems = workshop.problems(sources, DM, VS, *specs, visits=VISITS)
    assert any(message in item for item in problems), problems


@pytest.mark.parametrize("named", [["VS"], "all"])
def test_a_dataset_that_takes_its_visits_from_sv_cannot_give_them(
    workshop: Any, named: Any
) -> None:
    lookup = {"dataset": "SV", "take": "VISITNUM", "pick": "min"}
    spec = {**VS, "variables": {**VS["variables"], "VISITNUM": {"lookup": lookup}}}
    sources = {"dm": [{"SUBJ": "1", "FIRST": None}], "vs": vs(("Day 1", None))}
    problems = workshop.problems(sources, DM, spec, {**SV, "visits_of": named}, visits=VISITS)
    assert len(problems) == 1
    assert "a cycle that no order can meet" in problems[0]
    assert "the records of SV needs VS.VISITNUM" in problems[0]


class FakePlan:
    variables = ("USUBJID", "VISITNUM", "VISIT", "VSDTC")

    class domain:  # noqa: N801
        name = prefix = "VS"


class FakeWork:
    """As much of a dataset as is read of it."""

    plan = FakePlan

    def __init__(self, rows: list[tuple[str, float | None, str]]) -> None:

        self.rows = len(rows)
        numbers = [np.nan if number is None else number for _, number, _ in rows]
        self.made = {
            "USUBJID": columns.text(subject for subject, _, _ in rows),
            "VISITNUM": pd.Series(numbers, dtype=np.float64),
            "VISIT": columns.constant(None, self.rows),
            "VSDTC": columns.text(date for _, _, date in rows),
        }
        self.origin = np.zeros(self.rows, dtype=np.int32)
        self.record = np.arange(1, self.rows + 1)

    def variable(self, name: str) -> Any:
        return self.made[name]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from("AB"),
            st.sampled_from([1.0, 2.0, None]),
            st.sampled_from(["2026-01-01", "2026-01-02", "2026-01-03T09:00", "2026-01"]),
        ),
        max_size=12,
    ),
    seed=st.integers(0, 99),
)
def test_the_dates_are_the_first_and_last_whatever_the_order(rows: list[Any], seed: int) -> None:
    shuffled = rows[:]
    random.Random(seed).shuffle(shuffled)
    expected = {}
    for subject, number, _ in rows:
        if number is not None:
            dates = [d for s, n, d in rows if (s, n) == (subject, number)]
            days = sorted(date for date in dates if len(date) > 7) or sorted(dates)
            expected[subject, number] = (days[0], days[-1])
    for given_rows in (rows, shuffled):
        raw = visit_records([FakeWork(given_rows)])  # type: ignore[list-item]
        names = ("USUBJID", "VISITNUM", "SVSTDTC", "SVENDTC")
        found = zip(*(columns.to_list(raw.variable(name)) for name in names), strict=True)
        assert {(s, n): (one, other) for s, n, one, other in found} == expected
