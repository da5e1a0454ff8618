"""``aggregate``: a number of several records."""

from __future__ import annotations

import pytest

VISITS = [{"USUBJID": "1"}, {"USUBJID": "2"}, {"USUBJID": "3"}]
QS = """USUBJID,QSTESTCD,QSSTRESN
1,A,3
1,A,1
1,A,
1,B,10
1,A,8
2,A,0.1
2,A,0.7
2,B,0.2
"""


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("count", [4, 3, 0]),
        ("sum", [22, 1.0, None]),
        ("mean", [5.5, 1 / 3, None]),
        ("median", [5.5, 0.2, None]),
        ("min", [1, 0.1, None]),
        ("max", [10, 0.7, None]),
    ],
)
def test_the_values_of_a_subject_give_one_number(analysis, function, expected) -> None:
    args = {"function": function, "dataset": "QS", "of": "QSSTRESN"}
    made = analysis.derive(VISITS, {"AVAL": {"aggregate": args}}, QS=QS)
    assert made.by_record("AVAL") == pytest.approx(expected)


def test_a_count_without_a_variable_counts_records(analysis) -> None:
    args = {"function": "count", "dataset": "QS", "where": 'QSTESTCD == "A"'}
    made = analysis.derive(VISITS, {"AVAL": {"aggregate": args}}, QS=QS)
    assert made.by_record("AVAL") == [4, 2, 0]


def test_a_condition_and_keys_choose_the_records(analysis) -> None:
    rows = [{"USUBJID": "1", "PARAMCD": code} for code in ("A", "B", None)]
    args = {
        "function": "max",
        "dataset": "QS",
        "of": "QSSTRESN",
        "by": ["USUBJID", {"PARAMCD": "QSTESTCD"}],
        "where": "QSSTRESN < 5",
    }
    made = analysis.derive(rows, {"AVAL": {"aggregate": args}}, QS=QS)
    assert made.by_record("AVAL") == [3, None, None]


def test_texts_that_are_numbers_count_as_numbers(analysis) -> None:
    qs = "USUBJID,QSORRES\n1,2\n1,ND\n1,3\n"
    args = {"function": "sum", "dataset": "QS", "of": "QSORRES"}
    made = analysis.derive(VISITS[:1], {"AVAL": {"aggregate": args}}, QS=qs)
    assert made.by_record("AVAL") == [5]


def test_without_a_dataset_the_records_at_hand_are_taken(analysis) -> None:
    rows = "USUBJID,SITEID\n1,A\n2,A\n3,B\n"
    args = {"function": "count", "by": "SITEID"}
    made = analysis.derive(
        rows, {"NSITE": {"aggregate": args, "label": "Subjects"}}, by_subject=False
    )
    assert made.by_record("NSITE") == [2, 2, 1]


def test_variables_made_before_can_be_asked_for(analysis) -> None:
    rows = [{"ADT": day, "VALUE": value} for day, value in (("2015-03-01", 1), ("2015-03-01", 4))]
    made = analysis.derive(
        rows,
        {"AVAL": {"formula": "number(VALUE) * 2"}},
        {
            "TOTAL": {
                "aggregate": {"function": "sum", "of": "AVAL", "where": "AVAL > 2"},
                "label": "Total",
            }
        },
    )
    assert made.by_record("TOTAL") == [8, 8]


def test_sums_do_not_go_by_the_order_of_records(analysis) -> None:
    values = ("0.1", "0.2", "0.3", "1e16", "-1e16")
    qs = [{"USUBJID": "1", "QSSTRESN": value} for value in values]
    args = {"function": "sum", "dataset": "QS", "of": "QSSTRESN"}
    found = [
        analysis.derive(VISITS[:1], {"AVAL": {"aggregate": args}}, QS=rows).by_record("AVAL")
        for rows in (qs, qs[::-1], [*qs[2:], *qs[:2]])
    ]
    assert found[0] == found[1] == found[2]


def test_no_record_anywhere_gives_no_value(analysis) -> None:
    args = {"function": "mean", "dataset": "QS", "of": "QSSTRESN"}
    made = analysis.derive(VISITS[:1], {"AVAL": {"aggregate": args}}, QS="USUBJID,QSSTRESN\n")
    assert made.by_record("AVAL") == [None]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"function": "mean"}, "AVAL: a mean needs 'of', the variable that has the values"),
        (
            {"function": "count", "by": {"USUBJID": "SUBJ"}},
            "AVAL: two names for a key are for another dataset's records: name a 'dataset'",
        ),
        (
            {"function": "sum", "dataset": "QS", "of": "QSSTRES"},
            "QS has no variable 'QSSTRES' (did you mean 'QSSTRESN'?)",
        ),
        (
            {"function": "count", "dataset": "QS", "where": "DM.AGE > 1"},
            "AVAL: 'DM.AGE': only variables of that dataset can be used here",
        ),
    ],
)
def test_wrong_arguments_are_told_without_data(analysis, args, message) -> None:
    problems = analysis.problems({"AVAL": {"aggregate": args}}, QS="USUBJID,QSSTRESN\n")
    assert any(message in found for found in problems), problems


def test_the_method_says_what_of_which_records(analysis) -> None:
    args = {"function": "sum", "dataset": "QS", "of": "QSSTRESN", "where": 'QSTESTCD == "A"'}
    made = analysis.derive(VISITS, {"AVAL": {"aggregate": args}}, QS=QS)
    assert made.variable("AVAL").method.words == (
        'Sum of the values of QS.QSSTRESN with the same USUBJID where QSTESTCD = "A".'
    )
