"""Repeats: the same record twice, and measurements repeated."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.pipeline.repeats import _means

LB = {
    "dataset": "LB",
    "source": "raw",
    "variables": {"LBTESTCD": {"from": "T"}, "LBORRES": {"from": "V"}},
}


def rows_of(*values: str | None, **more: Any) -> list[dict[str, Any]]:
    return [
        {"SUBJ": "1", "T": "GLUC", "V": value, "RUN": str(run), **more}
        for run, value in enumerate(values, start=1)
    ]


def kept(workshop: Any, rows: list[dict[str, Any]], keep: Any, **keys: Any) -> Any:
    return workshop.convert({"raw": rows}, {**LB, "keep": keep, **keys})


@pytest.mark.parametrize(
    ("values", "pick", "record"),
    [
        pytest.param(["9", "10", "11"], "lowest", 1, id="by size and not by characters"),
        pytest.param(["9", "10", "11"], "highest", 3, id="highest"),
        pytest.param(["9", "100", "11"], "highest", 2, id="highest of the middle"),
        pytest.param(["5", "<5", ">5"], "lowest", 2, id="< is lower than its limit"),
        pytest.param(["5", "<5", ">5"], "highest", 3, id="> is higher than its limit"),
        pytest.param(["-5", "-6"], "highest", 1, id="negative"),
        pytest.param(["CLOTTED", "7", None], "lowest", 2, id="a number goes before words"),
        pytest.param(["CLOTTED", "7", None], "highest", 2, id="also for the highest"),
        pytest.param([None, "CLOTTED"], "lowest", 1, id="without numbers the order decides"),
        pytest.param(["5", "5.0", "6"], "lowest", 1, id="equal ones go by the order"),
    ],
)
def test_the_lowest_or_highest_number_of_repeats_is_kept(
    workshop: Any, values: list[str | None], pick: str, record: int
) -> None:
    keep = {"by": ["SUBJ", "T"], "pick": pick, "value": "V", "order": ["RUN"]}
    result = kept(workshop, rows_of(*values), keep)
    assert [number for *_, number in result.trace("LB")] == [record]
    reason = f"LB: not the {pick} V of SUBJ, T"
    assert result.account("raw")["excluded"] == {reason: len(values) - 1}


WORST = {"by": ["SUBJ", "T"], "pick": "worst", "value": "V", "order": ["RUN"]}


def test_which_is_worst_may_differ_by_test(workshop: Any) -> None:
    rows = [*rows_of("1", "2"), *rows_of("1", "2", T="HGB")]
    keep = {**WORST, "worst": {"T": {"GLUC": "highest", "HGB": "lowest"}}}
    result = kept(workshop, rows, keep)
    assert result.records("LB", "LBTESTCD", "LBORRES") == [("GLUC", "2"), ("HGB", "1")]
    assert result.told() == []


def test_a_repeated_test_of_which_nothing_says_what_is_worst_is_a_finding(workshop: Any) -> None:
    rows = [*rows_of("1", "2", "3"), *rows_of("1", T="HGB"), *rows_of("3", "2", T="ALT")]
    result = kept(workshop, rows, {**WORST, "worst": {"T": {"ALT": "lowest"}}})
    assert result.records("LB", "LBTESTCD", "LBORRES") == [
        ("ALT", "2"),
        ("GLUC", "1"),
        ("HGB", "1"),
    ]
    assert result.told() == [("worst-not-stated", "", "GLUC", 3, 1)]


AVERAGE = {"by": ["SUBJ", "T"], "pick": "average", "value": "V", "order": ["RUN"]}


@pytest.mark.parametrize(
    ("values", "digits", "expected"),
    [
        pytest.param(["5.1", "5.3"], None, "5.2", id="exact"),
        pytest.param(["0.1", "0.2"], None, "0.15", id="decimal and not binary"),
        pytest.param(["1", "1", "2"], None, "1.33333333333", id="twelve digits"),
        pytest.param(["1", "1", "2"], 1, "1.3", id="digits"),
        pytest.param(["1", "2"], 0, "2", id="half away from zero"),
        pytest.param(["1e3", "-1000"], None, "0", id="other forms of numbers"),
        pytest.param(["5.10"], 0, "5.10", id="one alone stays as it is"),
    ],
)
def test_the_average_of_repeats_is_the_value_of_the_first(
    workshop: Any, values: list[str], digits: int | None, expected: str
) -> None:
    keep = {**AVERAGE, **({} if digits is None else {"digits": digits})}
    result = kept(workshop, rows_of(*values), keep)
    assert result.column("LB", "LBORRES") == [expected]
    assert [number for *_, number in result.trace("LB")] == [1]
    account = result.account("raw")
    assert (account["mapped"], account["excluded"]) == (len(values), {})


def test_what_is_no_number_is_not_in_the_average_and_is_excluded(workshop: Any) -> None:
    rows = rows_of("CLOTTED", "4", "<5", "6", None)
    result = kept(workshop, rows, AVERAGE)
    assert result.column("LB", "LBORRES") == ["5"]
    assert [number for *_, number in result.trace("LB")] == [2]
    account = result.account("raw")
    assert account["mapped"] == 2
    assert account["excluded"] == {"LB: no number for the average V of SUBJ, T": 3}


def test_repeats_without_any_number_leave_the_first(workshop: Any) -> None:
    result = kept(workshop, rows_of("CLOTTED", "<5"), {**AVERAGE, "reason": "no number"})
    assert result.column("LB", "LBORRES") == ["CLOTTED"]
    assert result.account("raw")["excluded"] == {"LB: no number": 1}


def test_repeats_share_the_fate_of_the_record_that_has_their_mean(workshop: Any) -> None:
    rows = [*rows_of("1", "3", DAY="1"), *rows_of("5", "7", DAY="2")]
    keep = [
        {**AVERAGE, "by": ["SUBJ", "T", "DAY"]},
        {"by": ["SUBJ", "T"], "order": ["DAY"], "pick": "last", "reason": "earlier day"},
    ]
    result = kept(workshop, rows, keep)
    assert result.column("LB", "LBORRES") == ["6"]
    account = result.account("raw")
    assert (account["mapped"], account["excluded"]) == (2, {"LB: earlier day": 2})


def test_means_of_means_account_for_every_record(workshop: Any) -> None:
    rows = [*rows_of("1", "3", DAY="1"), *rows_of("5", "7", DAY="2")]
    keep = [{**AVERAGE, "by": ["SUBJ", "T", "DAY"]}, {**AVERAGE, "order": ["DAY"]}]
    result = kept(workshop, rows, keep)
    assert result.column("LB", "LBORRES") == ["4"]
    assert result.account("raw")["mapped"] == 4


def test_a_mean_is_the_result_of_a_test_too_and_other_columns_are_of_the_first(
    workshop: Any,
) -> None:
    rows = [
        {"SUBJ": "1", "A": "1", "B": "7", "RUN": "2"},
        {"SUBJ": "1", "A": "4", "B": None, "RUN": "1"},
    ]
    spec = {
        "dataset": "LB",
        "source": "raw",
        "keep": {"by": ["SUBJ"], "order": ["RUN"], "pick": "average", "value": "A"},
        "findings": [{"test": "GLUC", "from": "A"}, {"test": "ALB", "from": "B"}],
    }
    result = workshop.convert({"raw": rows}, spec)
    assert result.records("LB", "LBTESTCD", "LBORRES") == [("GLUC", "2.5")]
    assert result.account("raw")["mapped"] == 2


@pytest.mark.parametrize("pick", ["lowest", "highest", "average", "first", "last"])
def test_what_is_kept_does_not_depend_on_the_order_of_the_records(workshop: Any, pick: str) -> None:
    rows = [{**row, "NOTE": note} for row, note in zip(rows_of("1", "1", "2"), "bac", strict=True)]
    keep = {"by": ["SUBJ"], "pick": pick}
    keep |= {"order": ["T"]} if pick in ("first", "last") else {"value": "V"}  # type: ignore[dict-item]
    spec = {**LB, "variables": {**LB["variables"], "LBSPID": {"from": "NOTE"}}}  # type: ignore[dict-item]
    made = {
        tuple(
            workshop.convert({"raw": list(given)}, {**spec, "keep": keep}).records(
                "LB", "LBORRES", "LBSPID"
            )
        )
        for given in itertools.permutations(rows)
    }
    assert len(made) == 1


@pytest.mark.parametrize(
    ("distinct", "records"),
    [
        pytest.param(True, [1, 3, 4], id="all columns, also those that nothing else reads"),
        pytest.param(["SUBJ", "V"], [1, 3], id="some columns"),
    ],
)
def test_records_that_are_repeated_are_one(workshop: Any, distinct: Any, records: Any) -> None:
    rows = [*rows_of("1"), *rows_of("1"), *rows_of("2"), {**rows_of("1")[0], "RUN": "9"}]
    result = workshop.convert({"raw": rows}, {**LB, "distinct": distinct})
    assert sorted(number for *_, number in result.trace("LB")) == records
    excluded = {"LB: repeated record": len(rows) - len(records)}
    assert result.account("raw")["excluded"] == excluded


def test_a_repeated_record_that_is_excluded_anyway_has_that_reason(workshop: Any) -> None:
    rows = [*rows_of("1"), *rows_of("1"), *rows_of("QC"), *rows_of("QC")]
    result = workshop.convert({"raw": rows}, {**LB, "distinct": True, "where": 'V != "QC"'})
    assert result.account("raw")["excluded"] == {
        'LB: not (V != "QC")': 2,
        "LB: repeated record": 1,
    }


def test_an_empty_source_has_no_repeats(workshop: Any) -> None:
    keep = [AVERAGE, {**WORST, "worst": {"T": {"GLUC": "lowest"}}}]
    result = kept(workshop, "SUBJ,T,V,RUN\n", keep, distinct=True)  # type: ignore[arg-type]
    assert result.column("LB", "LBORRES") == []


@pytest.mark.parametrize(
    ("keep", "message"),
    [
        ("{by: [SUBJ], pick: first}", "'pick: first' needs 'order'"),
        ("{by: [SUBJ], pick: lowest}", "'pick: lowest' needs 'value'"),
        ("{by: [SUBJ], pick: worst, value: V}", "'pick: worst' needs 'worst'"),
        ("{by: [SUBJ], pick: last, order: [V], value: V}", "'value' has no meaning"),
        ("{by: [SUBJ], pick: lowest, value: V, worst: {T: {A: lowest}}}", "'worst' has no meaning"),
        ("{by: [SUBJ], pick: lowest, value: V, digits: 1}", "'digits' has no meaning"),
        ("[{by: [SUBJ], pick: lowest, value: Q}]", "has no column 'Q'"),
        ("{by: [SUBJ], pick: worst, value: V, worst: {Q: {A: lowest}}}", "has no column 'Q'"),
    ],
)
def test_a_step_that_cannot_be_is_told_at_its_place(workshop: Any, keep: str, message: str) -> None:
    spec = f"dataset: LB\nsource: raw\nkeep: {keep}\nvariables:\n  LBORRES: {{from: V}}\n"
    found = workshop.problems({"raw": rows_of("1")}, spec)
    assert len(found) == 1
    assert message in found[0]
    assert found[0].startswith("sdtm/s0.yaml:3:")


@pytest.mark.parametrize(("distinct", "kept"), [(True, ["1", "2"]), (["T"], ["1"])])
def test_rows_of_the_spec_itself_may_be_repeated(
    workshop: Any, distinct: Any, kept: list[str]
) -> None:
    rows = [{"USUBJID": "S1-1", **row} for row in rows_of("1", "1", "2")]
    rows = [{name: row[name] for name in ("USUBJID", "T", "V")} for row in rows]
    spec = {"dataset": "LB", "rows": rows, "variables": LB["variables"], "distinct": distinct}
    assert workshop.convert({"raw": rows_of("1")}, spec).column("LB", "LBORRES") == kept
    found = workshop.problems({"raw": rows_of("1")}, {**spec, "distinct": ["Q"]})
    assert "have no column 'Q'" in found[0] or "has no column 'Q'" in found[0]


def test_distinct_by_an_unknown_column_is_told(workshop: Any) -> None:
    found = workshop.problems({"raw": rows_of("1")}, {**LB, "distinct": ["Q"]})
    assert "has no column 'Q'" in found[0]


@given(
    st.lists(st.lists(st.decimals(-(10**6), 10**6, places=3), min_size=1, max_size=5), min_size=1)
)
def test_means_are_exact(groups: list[list[Any]]) -> None:
    amounts = [Fraction(value) for group in groups for value in group]
    starts = np.cumsum([0, *(len(group) for group in groups[:-1])])
    means = _means(amounts, np.arange(len(amounts)), starts, 10)
    for text, group in zip(means, groups, strict=True):
        mean = sum(map(Fraction, group)) / len(group)
        assert abs(Fraction(text) - mean) <= Fraction(1, 2 * 10**10)
