"""``period``: the period, subperiod or phase of ADSL that a date lies in."""

from __future__ import annotations

from typing import Any

import pytest

ADSL = [
    {
        "USUBJID": "1", "AP01SDT": "2024-01-01", "AP01EDT": "2024-01-31",
        "AP02SDT": "2024-01-31", "AP02EDT": "2024-02-29",
        "PH1SDT": "2023-12-01", "PH1EDT": "2023-12-31", "APHASE1": "Screening",
        "PH2SDT": "2024-01-01", "PH2EDT": None,
        "P01S1SDT": "2024-01-01", "P01S1EDT": "2024-01-10", "P01S1": "Titration",
    },
    {"USUBJID": "2", "AP01SDT": "2024-01-01"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2023-12-31", (None, None)),
        ("2024-01-01", (1, "Period 1")),
        ("2024-01-30", (1, "Period 1")),
        ("2024-01-31", (2, "Period 2")),
        ("2024-02-29", (2, "Period 2")),
        ("2024-03-01", (None, None)),
        (None, (None, None)),
    ],
)
def test_a_date_lies_in_the_period_that_started_last(
    analysis: Any, date: str | None, expected: Any
) -> None:
    made = analysis.derive([{"ADT": date}], {"period": {"date": "ADT"}}, ADSL=ADSL)
    assert made.records("APERIOD", "APERIODC") == [expected]


def test_a_period_without_an_end_goes_on_and_one_without_a_start_is_none(analysis: Any) -> None:
    rows = [{"USUBJID": subject, "ADT": "2030-01-01"} for subject in ("1", "2", "3")]
    made = analysis.derive(rows, {"period": {"date": "ADT"}}, ADSL=ADSL)
    assert made.by_record("APERIOD") == [None, 1, None]


@pytest.mark.parametrize(
    ("of", "names", "date", "expected"),
    [
        ("phase", ("APHASEN", "APHASE"), "2023-12-05", (1, "Screening")),
        ("phase", ("APHASEN", "APHASE"), "2024-06-05", (2, "Phase 2")),
        ("subperiod", ("ASPER", "ASPERC"), "2024-01-10", (1, "Titration")),
        ("subperiod", ("ASPER", "ASPERC"), "2024-01-11", (None, None)),
    ],
)
def test_phases_and_subperiods_have_the_names_that_adsl_gives_them(
    analysis: Any, of: str, names: tuple[str, str], date: str, expected: Any
) -> None:
    made = analysis.derive([{"ADT": date}], {"period": {"of": of, "date": "ADT"}}, ADSL=ADSL)
    assert made.records(*names) == [expected]


def test_the_spec_can_name_the_periods(analysis: Any) -> None:
    item = {"period": {"date": "ADT", "texts": {"1": "Run-in"}}}
    rows = [{"ADT": "2024-01-01"}, {"ADT": "2024-02-01"}]
    assert analysis.derive(rows, item, ADSL=ADSL).by_record("APERIODC") == ["Run-in", "Period 2"]


@pytest.mark.parametrize(
    ("of", "names"), [("period", ("APERSDT", "APEREDT")), ("phase", ("PHSDT", "PHEDT"))]
)
def test_the_dates_of_the_period_can_be_had(analysis: Any, of: str, names: tuple[str, str]) -> None:
    item = {"period": {"of": of, "date": "ADT", "dates": True}}
    rows = [{"ADT": "2024-01-05"}, {"ADT": "2020-01-05"}]
    expected = {"period": ("2024-01-01", "2024-01-31"), "phase": ("2024-01-01", None)}[of]
    made = analysis.derive(rows, item, ADSL=ADSL)
    assert made.by_record(*names) == [expected, (None, None)]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2024-01-31T11:59:59", 1),
        ("2024-01-31T12:00:00", 2),
        ("2023-12-31T23:59:59", None),
        (None, None),
    ],
)
def test_a_datetime_goes_by_the_time_where_adsl_has_times(
    analysis: Any, moment: str | None, expected: float | None
) -> None:
    adsl = (
        "USUBJID,AP01SDT,AP01EDT,AP01SDTM,AP01EDTM,AP02SDT,AP02EDT,AP02SDTM,AP02EDTM\n"
        "1,2024-01-01,2024-01-31,2024-01-01T00:00:00,2024-01-31T12:00:00,"
        "2024-01-31,,2024-01-31T12:00:00,\n"
    )
    made = analysis.derive([{"ADTM": moment}], {"period": {"date": "ADTM"}}, ADSL=adsl)
    assert made.column("APERIOD") == [expected]


def test_a_datetime_goes_by_the_day_where_adsl_has_dates_alone(analysis: Any) -> None:
    rows = [{"ADTM": "2024-01-31T00:00:01"}, {"ADTM": "2024-02-29T23:59:59"}]
    made = analysis.derive(rows, {"period": {"date": "ADTM"}}, ADSL=ADSL)
    assert made.by_record("APERIOD") == [2, 2]


def test_the_methods_tell_the_dates(analysis: Any) -> None:
    made = analysis.derive([{"ADT": None}], {"period": {"date": "ADT"}}, ADSL=ADSL)
    assert made.variable("APERIOD").method.words == (
        "Number of the period that ADT falls into, from its start to its end "
        "(ADSL.AP01SDT to ADSL.AP01EDT for the first); of several the one that started "
        "last."
    )


def test_a_dataset_without_periods_is_told(analysis: Any) -> None:
    problems = analysis.problems({"period": {"date": "ADT"}}, ADSL="USUBJID,TRTSDT\n")
    assert [text.partition(" (")[0] for text in problems] == [
        "ADSL has no variable 'AP01EDT'",
        "ADSL has no variable 'AP01SDT'",
    ]
    item = {"period": {"date": "ADT", "texts": {"one": "Run-in"}}}
    assert "'one' is no number of a period" in analysis.problems(item, ADSL=ADSL)
