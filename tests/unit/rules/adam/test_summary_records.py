"""``summary_records``: a record that sums up those of each group."""

from __future__ import annotations

from typing import Any

import pytest

ROWS = """USUBJID,PARAMCD,AVISIT,AVISITN,ADT,AVAL,AVALC,ABLFL,SITEID
1,A,Baseline,0,2026-01-01,5,five,Y,701
1,A,Baseline,0,2026-01-02,6,six,,701
1,A,Baseline,0,2026-01-03,,none,,701
1,A,Week 1,1,2026-01-08,4,four,,701
1,B,Week 1,1,2026-01-08,,,,701
2,A,Week 1,1,2026-01-08,1,one,,702
"""
EACH = {"by": ["USUBJID", "PARAMCD", "AVISIT", "AVISITN"]}
NAMES = ("USUBJID", "AVISIT", "DTYPE", "AVAL")


@pytest.mark.parametrize(
    ("function", "kind", "values"),
    [
        ("mean", "AVERAGE", [5.5, 4, 1]),
        ("sum", "SUM", [11, 4, 1]),
        ("min", "MINIMUM", [5, 4, 1]),
        ("max", "MAXIMUM", [6, 4, 1]),
        ("median", "MEDIAN", [5.5, 4, 1]),
        ("count", "COUNT", [2, 1, 1]),
    ],
)
def test_each_group_with_a_value_has_a_record(
    analysis: Any, function: str, kind: str, values: list[float]
) -> None:
    made = analysis.derive(ROWS, {"summary_records": {"function": function, **EACH}})
    added = sorted(row for row in made.records(*NAMES) if row[2])
    groups = [("1", "Baseline"), ("1", "Week 1"), ("2", "Week 1")]
    assert added == [(*g, kind, v) for g, v in zip(groups, values, strict=True)]
    assert len(made.records()) == 9


def test_what_all_records_of_the_group_share_stays_and_the_rest_is_missing(analysis: Any) -> None:
    step = {"function": "mean", "where": "AVISITN == 0", "set": {"AVISIT": "Average"}}
    made = analysis.derive(ROWS, {"summary_records": step})
    names = ("AVISIT", "AVISITN", "SITEID", "ADT", "AVALC", "ABLFL", "AVAL")
    (added,) = (row for row in made.records(*names) if row[0] == "Average")
    assert added == ("Average", 0, "701", None, None, None, 5.5)


def test_a_group_of_one_record_has_its_date_but_not_its_flags(analysis: Any) -> None:
    made = analysis.derive(
        "PARAMCD,ADT,AVAL,AVALC,ABLFL\nA,2026-01-01,5,five,Y\n",
        {"summary_records": {"function": "sum"}},
    )
    found = sorted(made.records("DTYPE", "ADT", "AVAL", "AVALC", "ABLFL"), key=str)
    assert found == [("SUM", "2026-01-01", 5, None, None), (None, "2026-01-01", 5, "five", "Y")]


def test_without_values_there_is_no_record(analysis: Any) -> None:
    made = analysis.derive(ROWS, {"summary_records": {"function": "sum", "where": "AVAL > 99"}})
    assert len(made.records()) == 6
    assert made.column("DTYPE") == [None] * 6


def test_an_averaged_baseline_is_the_baseline(analysis: Any) -> None:
    made = analysis.derive(
        ROWS.replace(",Y,701", ",,701"),
        {"summary_records": {"function": "mean", "where": "AVISITN == 0"}},
        {"baseline": {"where": 'DTYPE == "AVERAGE"'}},
        {"change": {"where": "AVISITN > 0"}},
    )
    found = [row for row in made.records("USUBJID", "PARAMCD", "AVAL", "BASE", "CHG") if row[4]]
    assert found == [("1", "A", 4, 5.5, -1.5)]
    assert made.column("ABLFL").count("Y") == 1


def test_words(analysis: Any) -> None:
    step = {"function": "mean", "where": "AVISITN == 0", "set": {"AVISIT": "Average"}}
    made = analysis.derive(ROWS, {"summary_records": step})
    assert made.variable("AVISIT").method.words == (
        'Equal to ADIN.AVISIT. Set to "Average" in records that are added with the mean of '
        "AVAL where AVISITN = 0, within USUBJID and PARAMCD."
    )
