"""``baseline_flag``: the last result before the reference date."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

DM = {
    "dataset": "DM",
    "source": "dm",
    "variables": {"RFSTDTC": {"datetime": "R"}, "RFXSTDTC": {"datetime": "X"}},
}
LB = {
    "dataset": "LB",
    "source": "raw",
    "variables": {
        "LBTESTCD": {"from": "T"},
        "LBORRES": {"from": "V"},
        "LBSTAT": {"from": "S"},
        "LBSPEC": {"from": "P"},
        "LBDTC": {"datetime": "D"},
        "VISITNUM": {"from": "N"},
        "LBTPTNUM": {"from": "TP"},
    },
}
SUBJECT = {"SUBJ": "1", "R": "2020-01-10", "X": "2020-01-12"}


def flags(
    workshop: Any,
    rows: list[dict[str, Any]],
    subject: dict[str, Any] | None = None,
    args: dict[str, Any] | None = None,
    name: str = "LBLOBXFL",
) -> str:
    """The flags in the order of the raw records: Y, or a point for none."""
    blank = dict.fromkeys(("S", "P", "N", "TP"))
    given = [{"SUBJ": "1", "T": "GLUC", "V": "5", **blank, **row} for row in rows]
    spec = {**LB, "variables": {**LB["variables"], name: {"baseline_flag": args or {}}}}
    result = workshop.convert({"raw": given, "dm": [SUBJECT | (subject or {})]}, spec, DM)
    assert result.told() == []
    return "".join(flag or "." for flag in result.by_record("LB", name))


@pytest.mark.parametrize(
    ("dates", "reference", "expected"),
    [
        pytest.param(["2020-01-01", "2020-01-11", "2020-01-13"], "2020-01-12", ".Y.", id="last"),
        pytest.param(["2020-01-12", "2020-01-11"], "2020-01-12", "Y.", id="same day, no time"),
        pytest.param(
            ["2020-01-12T07:59", "2020-01-12T08:00", "2020-01-12T08:01"],
            "2020-01-12T08:00",
            "Y..",
            id="before, at and after the time",
        ),
        pytest.param(["2020-01-12T23:00"], "2020-01-12", "Y", id="a time on a day without one"),
        pytest.param(["2020-01-12"], "2020-01-12T00:01", "Y", id="a day of a time"),
        pytest.param(["2020-01-13"], "2020-01-12T08:00", ".", id="the day after"),
        pytest.param(["2020-01", "2020-01-02"], "2020-01-12", ".Y", id="a partial date"),
        pytest.param(["2019", "2019-12"], "2020-01-12", "..", id="partial dates only"),
        pytest.param([None], "2020-01-12", ".", id="no date"),
        pytest.param(["2020-01-01"], None, ".", id="no reference"),
        pytest.param(["2020-01-01"], "2020-01", ".", id="a partial reference"),
        pytest.param(
            ["2020-01-11", "2020-01-11T10:00", "2020-01-11T09:59"],
            "2020-01-12",
            ".Y.",
            id="several a day",
        ),
        pytest.param(["2020-01-13", "2020-01-14"], "2020-01-12", "..", id="none before"),
    ],
)
def test_the_last_result_with_a_complete_date_before_the_reference_is_flagged(
    workshop: Any, dates: list[str | None], reference: str | None, expected: str
) -> None:
    rows = [{"D": date} for date in dates]
    assert flags(workshop, rows, {"X": reference}) == expected


def test_results_of_the_reference_day_may_count_as_after_it(workshop: Any) -> None:
    rows = [{"D": "2020-01-11"}, {"D": "2020-01-12"}]
    assert flags(workshop, rows, args={"same_day": "after"}) == "Y."
    assert flags(workshop, rows, args={"same_day": "before"}) == ".Y"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"V": None, "S": "NOT DONE"}, "Y."),
        ({"V": None, "S": None}, "Y."),
        ({"V": "5", "S": "NOT DONE"}, "Y."),
        ({"V": "NEGATIVE", "S": None}, ".Y"),
    ],
)
def test_a_record_without_a_result_is_no_baseline(
    workshop: Any, row: dict[str, Any], expected: str
) -> None:
    assert flags(workshop, [{"D": "2020-01-01"}, {"D": "2020-01-11", **row}]) == expected


def test_each_test_and_specimen_has_its_own_baseline(workshop: Any) -> None:
    rows = [
        {"D": "2020-01-01", "T": "GLUC", "P": "SERUM"},
        {"D": "2020-01-02", "T": "GLUC", "P": "URINE"},
        {"D": "2020-01-03", "T": "ALT", "P": "SERUM"},
        {"D": "2020-01-04", "T": "GLUC", "P": None},
        {"D": "2020-01-05", "T": "GLUC", "P": "SERUM"},
    ]
    assert flags(workshop, rows) == ".YYYY"
    assert flags(workshop, rows, args={"by": ["LBTESTCD"]}) == "..Y.Y"
    assert flags(workshop, rows, args={"by": ["LBSPEC"]}) == ".Y.YY"


def test_each_subject_has_its_own_baseline_and_reference(workshop: Any) -> None:
    rows = [{"SUBJ": "1", "D": "2020-01-11"}, {"SUBJ": "2", "D": "2020-01-11"}]
    assert flags(workshop, rows) == "Y."


def test_visit_and_time_point_decide_where_dates_are_equal(workshop: Any) -> None:
    day = {"D": "2020-01-11"}
    assert flags(workshop, [{**day, "N": "10"}, {**day, "N": "2"}]) == "Y."
    rows = [
        {**day, "N": "2", "TP": "1"},
        {**day, "N": "2", "TP": "10"},
        {**day, "N": "2", "TP": "9"},
    ]
    assert flags(workshop, rows) == ".Y."


def test_of_equal_records_one_is_flagged_whatever_their_order(workshop: Any) -> None:
    rows = [{"D": "2020-01-11", "V": value} for value in ("5", "7", "6")]
    flagged = set()
    for order in itertools.permutations(rows):
        found = flags(workshop, list(order))
        assert found.count("Y") == 1
        flagged.add(order[found.index("Y")]["V"])
    assert len(flagged) == 1


def test_the_older_flag_goes_by_the_start_of_the_study(workshop: Any) -> None:
    rows = [{"D": "2020-01-09"}, {"D": "2020-01-11"}]
    assert flags(workshop, rows, name="LBBLFL") == "Y."
    assert flags(workshop, rows, name="LBBLFL", args={"reference": "DM.RFXSTDTC"}) == ".Y"


def test_a_dataset_without_records_has_no_flag(workshop: Any) -> None:
    spec = {
        **LB,
        "where": 'T == "none"',
        "variables": {**LB["variables"], "LBLOBXFL": {"baseline_flag": {}}},
    }
    row = {"SUBJ": "1", **dict.fromkeys(("T", "V", "S", "P", "D", "N", "TP"), "1")}
    assert (
        workshop.convert({"raw": [row], "dm": [SUBJECT]}, spec, DM).column("LB", "LBLOBXFL") == []
    )
