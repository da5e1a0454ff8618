"""``study_day``: the day relative to the reference date."""

from __future__ import annotations

from typing import Any

import pytest

DM = {"dataset": "DM", "source": "dm", "variables": {"RFSTDTC": {"datetime": "R"}}}
AE = {"dataset": "AE", "source": "raw", "variables": {"AESTDTC": {"datetime": "D"}}}


@pytest.mark.parametrize(
    ("date", "reference", "expected"),
    [
        ("2020-01-10", "2020-01-10", 1),
        ("2020-01-09", "2020-01-10", -1),
        ("2020-01-11", "2020-01-10", 2),
        ("2020-03-01", "2020-02-28", 3),
        ("2021-03-01", "2021-02-28", 2),
        ("2020-01-10T23:59", "2020-01-10T08:00", 1),
        ("2020-01-11T00:01", "2020-01-10T23:59", 2),
        ("2020-01", "2020-01-10", None),
        ("2020-01-10", "2020", None),
        (None, "2020-01-10", None),
        ("2020-01-10", None, None),
    ],
)
def test_there_is_no_day_zero_and_none_for_incomplete_dates(
    workshop: Any, date: str | None, reference: str | None, expected: float | None
) -> None:
    sources = {"raw": [{"SUBJ": "1", "D": date}], "dm": [{"SUBJ": "1", "R": reference}]}
    assert workshop.convert(sources, AE, DM).column("AE", "AESTDY") == [expected]


def test_every_date_with_a_day_variable_gets_its_day_unasked(workshop: Any) -> None:
    spec = {
        **AE,
        "variables": {**AE["variables"], "AEENDTC": {"datetime": "E"}, "AEDTC": {"datetime": "D"}},
    }
    sources = {
        "raw": [{"SUBJ": "1", "D": "2020-01-10", "E": "2020-01-12"}],
        "dm": [{"SUBJ": "1", "R": "2020-01-10"}],
    }
    result = workshop.convert(sources, spec, DM)
    assert result.records("AE", "AEDY", "AESTDY", "AEENDY") == [(1.0, 1.0, 3.0)]


def test_without_dm_there_is_no_day(workshop: Any) -> None:
    assert "AESTDY" not in workshop.convert({"raw": [{"SUBJ": "1", "D": "2020-01-10"}]}, AE).names(
        "AE"
    )


def test_a_subject_that_dm_lacks_has_no_day(workshop: Any) -> None:
    sources = {"raw": [{"SUBJ": "2", "D": "2020-01-10"}], "dm": [{"SUBJ": "1", "R": "2020-01-10"}]}
    assert workshop.convert(sources, AE, DM).column("AE", "AESTDY") == [None]


def test_the_date_and_the_reference_may_be_named(workshop: Any) -> None:
    days = {"date": "D", "reference": "DM.RFXSTDTC"}
    spec = {
        **AE,
        "variables": {
            "AESTDY": {"study_day": days},
            "AEENDY": {"study_day": "AESTDTC"},
            "AESTDTC": {"datetime": "D"},
        },
    }
    dm = {**DM, "variables": {**DM["variables"], "RFXSTDTC": {"datetime": "X"}}}
    sources = {
        "raw": [{"SUBJ": "1", "D": "2020-01-10"}],
        "dm": [{"SUBJ": "1", "R": "2020-01-10", "X": "2020-01-08"}],
    }
    result = workshop.convert(sources, spec, dm)
    assert result.records("AE", "AESTDY", "AEENDY") == [(3.0, 1.0)]


def test_the_subject_is_known_before_its_reference_date_is_asked_for(workshop: Any) -> None:
    ae = {
        "dataset": "AE",
        "source": "raw",
        "variables": {
            "USUBJID": {"lookup": {"dataset": "DM", "take": "USUBJID", "by": {"B": "BRTHDTC"}}},
            "AESTDTC": {"datetime": "D"},
        },
    }
    dm = {**DM, "variables": {**DM["variables"], "BRTHDTC": {"datetime": "BIRTH"}}}
    sources = {
        "raw": [{"SUBJ": None, "B": "1950-01-01", "D": "2020-01-11"}],
        "dm": [{"SUBJ": "1", "R": "2020-01-10", "BIRTH": "1950-01-01"}],
    }
    result = workshop.convert(sources, ae, dm)
    assert result.records("AE", "USUBJID", "AESTDY") == [("S1-1", 2.0)]


def test_the_other_datasets_subject_is_known_before_its_values_are_asked_for(workshop: Any) -> None:
    dm = {
        "dataset": "DM",
        "source": "dm",
        "variables": {
            "USUBJID": {"lookup": {"dataset": "SV", "take": "USUBJID", "by": {"SUBJ": "SVUPDES"}}},
            "RFSTDTC": {"datetime": "R"},
        },
    }
    sv = {"dataset": "SV", "source": "dm", "variables": {"SVUPDES": {"from": "SUBJ"}}}
    sources = {"raw": [{"SUBJ": "1", "D": "2020-01-11"}], "dm": [{"SUBJ": "1", "R": "2020-01-10"}]}
    assert workshop.convert(sources, AE, dm, sv).column("AE", "AESTDY") == [2.0]


def test_an_unknown_reference_is_told_with_the_nearest(workshop: Any) -> None:
    spec = """
dataset: AE
source: raw
variables:
  AESTDTC: {datetime: D}
  AESTDY: {study_day: {date: AESTDTC, reference: DM.RFSTDT}}
"""
    sources = {"raw": [{"SUBJ": "1", "D": "2020-01-10"}], "dm": [{"SUBJ": "1", "R": "2020-01-10"}]}
    assert workshop.problems(sources, spec, DM) == [
        "sdtm/s0.yaml:6:50: DM has no variable 'RFSTDT' (did you mean 'RFSTDTC'?)"
    ]
