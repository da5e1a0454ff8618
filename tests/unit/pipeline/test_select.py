"""Which raw records go into a block: where, exclude, reject, join, columns, unpivot, keep."""

from __future__ import annotations

from typing import Any

import pytest

AE = {"dataset": "AE", "source": "raw", "variables": {"AETERM": {"from": "A"}}}
ROWS = [
    {"SUBJ": "1", "A": "a", "B": "1"},
    {"SUBJ": "1", "A": "b", "B": "2"},
    {"SUBJ": "1", "A": None, "B": "3"},
    {"SUBJ": "2", "A": "a", "B": None},
]


def test_where_keeps_what_meets_it_and_counts_the_others(workshop: Any) -> None:
    result = workshop.convert({"raw": ROWS}, {**AE, "where": 'A == "a"'})
    assert [record for *_, record in result.trace("AE")] == [1, 4]
    account = result.account("raw")
    assert account["excluded"] == {'AE: not (A == "a")': 2}
    assert account["mapped"] == 2


def test_where_judges_a_missing_value_as_not_meeting_it(workshop: Any) -> None:
    result = workshop.convert({"raw": ROWS}, {**AE, "where": 'A != "b"'})
    assert [record for *_, record in result.trace("AE")] == [1, 4]


def test_exclusions_count_under_the_first_reason_that_holds(workshop: Any) -> None:
    exclude = [
        {"when": "A is None", "reason": "no term"},
        {"when": "number(B) >= 2", "reason": "late"},
        {"when": 'B == "never"'},
    ]
    result = workshop.convert({"raw": ROWS}, {**AE, "exclude": exclude})
    assert result.account("raw")["datasets"]["AE"] == {
        "mapped": 2,
        "excluded": {"no term": 1, "late": 1},
        "rejected": {},
    }
    assert result.told() == []


def test_a_rejected_record_is_a_finding_with_its_first_record(workshop: Any) -> None:
    spec = {
        **AE,
        "where": 'SUBJ == "1"',
        "reject": [{"when": 'number(B) >= 2 or SUBJ == "2"', "reason": "B is too large"}],
    }
    result = workshop.convert({"raw": ROWS}, spec)
    assert result.account("raw")["rejected"] == {"AE: B is too large": 2}
    assert result.account("raw")["excluded"] == {'AE: not (SUBJ == "1")': 1}
    assert result.told() == [("record-rejected", "", None, 2, 2)]
    assert "B is too large" in result.findings[0].message


@pytest.mark.parametrize(
    ("pick", "order", "kept"),
    [
        ("first", ["B"], [2, 4]),
        ("last", ["B"], [3, 4]),
        ("first", ["C", "B"], [3, 4]),
        ("last", ["C"], [2, 4]),
    ],
)
def test_of_repeats_the_first_or_last_is_kept(
    workshop: Any, pick: str, order: list[str], kept: list[int]
) -> None:
    rows = [
        {"SUBJ": "1", "A": "a", "B": "5", "C": "10"},
        {"SUBJ": "1", "A": "a", "B": "2", "C": "11"},
        {"SUBJ": "1", "A": "a", "B": "10", "C": "9"},
        {"SUBJ": "2", "A": "a", "B": None, "C": None},
    ]
    spec = {**AE, "keep": {"by": ["SUBJ"], "order": order, "pick": pick, "reason": "superseded"}}
    result = workshop.convert({"raw": rows}, spec)
    assert [record for *_, record in result.trace("AE")] == kept
    assert result.account("raw")["excluded"] == {"AE: superseded": 2}


def test_only_records_that_are_still_there_can_supersede_others(workshop: Any) -> None:
    keep = {"by": ["SUBJ"], "order": ["B"], "pick": "last"}
    result = workshop.convert({"raw": ROWS}, {**AE, "where": "A is not None", "keep": keep})
    assert [record for *_, record in result.trace("AE")] == [2, 4]
    assert result.account("raw")["excluded"] == {
        "AE: not (A is not None)": 1,
        "AE: not the last of SUBJ by B": 1,
    }


def test_which_of_equal_records_is_kept_does_not_depend_on_their_order(workshop: Any) -> None:
    rows = [{"SUBJ": "1", "A": "a", "B": "1"}, {"SUBJ": "1", "A": "b", "B": "1"}]
    spec = {**AE, "keep": {"by": ["SUBJ"], "order": ["B"], "pick": "first"}}
    made = [
        workshop.convert({"raw": given}, spec).column("AE", "AETERM")
        for given in (rows, rows[::-1])
    ]
    assert made[0] == made[1]


@pytest.mark.parametrize("reverse", [False, True])
def test_records_of_another_dataset_that_tie_go_by_its_other_variables(
    workshop: Any, reverse: bool
) -> None:
    rows = [{"SUBJ": "1", "A": "b", "D": "2020-01-02"}, {"SUBJ": "1", "A": "a", "D": "2020-01-02"}]
    ex = {
        "dataset": "EX",
        "source": "raw",
        "variables": {"EXTRT": {"from": "A"}, "EXSTDTC": {"datetime": "D"}},
    }
    dm = {
        "dataset": "DM",
        "source": "EX",
        "keep": {"by": ["USUBJID"], "order": ["EXSTDTC"], "pick": "first"},
        "variables": {"RFSTDTC": {"from": "EXSTDTC"}, "ARM": {"from": "EXTRT"}},
    }
    result = workshop.convert({"raw": rows[::-1] if reverse else rows}, ex, dm)
    assert result.records("DM", "RFSTDTC", "ARM") == [("2020-01-02", "a")]
    assert result.column("EX", "EXSTDY") == [1, 1]


OTHER = [
    {"ID": "1", "KIND": "x", "Z": "one"},
    {"ID": "2", "KIND": "y", "Z": "two"},
    {"ID": None, "KIND": "y", "Z": "none"},
    {"ID": "3", "KIND": "x", "Z": "three"},
]
#: The other source has no subjects of its own.
HEAD = {"sources": {"other": {"usubjid": "ID"}}}


@pytest.mark.parametrize(
    ("join", "expected"),
    [
        pytest.param({"by": {"B": "ID"}}, ["one", "two", "three", None], id="other names"),
        pytest.param(
            {"by": {"B": "ID"}, "where": 'KIND == "x"'}, ["one", None, "three", None], id="where"
        ),
    ],
)
def test_a_join_brings_columns_by_keys_and_a_missing_key_finds_nothing(
    workshop: Any, join: dict[str, Any], expected: list[str | None]
) -> None:
    spec = {
        **AE,
        "join": [{"source": "other", "take": ["Z"], **join}],
        "variables": {"AETERM": {"from": "Z"}},
    }
    result = workshop.convert({"raw": ROWS, "other": OTHER}, spec, **HEAD)
    assert result.by_record("AE", "AETERM") == expected
    assert result.told() == []


def test_a_join_by_the_subject_needs_no_common_column(workshop: Any) -> None:
    spec = {
        **AE,
        "join": [{"source": "other", "by": "USUBJID", "take": ["Z"]}],
        "variables": {"AETERM": {"from": "Z"}},
    }
    head = {"sources": {"other": {"usubjid": 'concat("S1-", ID)'}}}
    result = workshop.convert({"raw": ROWS, "other": OTHER}, spec, **head)
    assert result.by_record("AE", "AETERM") == ["one", "one", "one", "two"]


def test_a_join_that_finds_several_records_is_a_finding(workshop: Any) -> None:
    other = [*OTHER, {"ID": "2", "KIND": "y", "Z": "twin"}]
    spec = {
        **AE,
        "join": [{"source": "other", "by": {"B": "ID"}, "take": ["Z"]}],
        "variables": {"AETERM": {"from": "Z"}},
    }
    for given in (other, other[::-1]):
        result = workshop.convert({"raw": ROWS, "other": given}, spec, **HEAD)
        assert result.by_record("AE", "AETERM") == ["one", "twin", "three", None]
        assert result.told() == [("join-several", "", None, 1, 2)]


def test_a_second_join_may_go_by_what_the_first_brought(workshop: Any) -> None:
    spec = {
        **AE,
        "join": [
            {"source": "other", "by": {"B": "ID"}, "take": ["KIND"]},
            {"source": "kinds", "by": "KIND", "take": ["WORD"]},
        ],
        "where": 'WORD == "good"',
        "variables": {"AETERM": {"from": "WORD"}},
    }
    kinds = [{"KIND": "x", "WORD": "good"}, {"KIND": "y", "WORD": "bad"}]
    head = {"sources": {"other": {"usubjid": "ID"}, "kinds": {"usubjid": "KIND"}}}
    result = workshop.convert({"raw": ROWS, "other": OTHER, "kinds": kinds}, spec, **head)
    assert [record for *_, record in result.trace("AE")] == [1, 3]


def test_a_record_that_one_of_two_joins_with_its_source_uses_is_mapped(workshop: Any) -> None:
    spec = {
        **AE,
        "join": [
            {"source": "other", "by": {"A": "Z"}, "take": ["KIND"]},
            {"source": "other", "by": {"B": "ID"}, "take": {"Z": "WORD"}},
        ],
        "variables": {"AETERM": {"from": "WORD"}, "AEMODIFY": {"from": "KIND"}},
    }
    rows = [{"SUBJ": "1", "A": "two", "B": "1"}]
    result = workshop.convert({"raw": rows, "other": OTHER}, spec, **HEAD)
    assert result.records("AE", "AETERM", "AEMODIFY") == [("one", "y")]
    assert result.account("other")["mapped"] == 2


def test_a_source_that_is_only_joined_is_not_said_to_be_read_by_nothing(workshop: Any) -> None:
    spec = {**AE, "join": [{"source": "other", "by": {"B": "ID"}, "take": ["Z"]}]}
    result = workshop.convert({"raw": ROWS, "other": OTHER, "third": OTHER}, spec, **HEAD)
    assert result.account("third")["excluded"] == {"no mapping reads this source": 4}
    assert "no mapping reads this source" not in result.account("other")["excluded"]


def test_columns_are_computed_one_from_another_and_used_everywhere(workshop: Any) -> None:
    spec = {
        **AE,
        "columns": {
            "NUMBER": 'replace(B, ",", ".")',
            "TWICE": "number(NUMBER) * 2",
            "CAPITALS": "upper(A)",
        },
        "where": "TWICE > 3",
        "variables": {"AETERM": {"from": "TWICE"}, "AEMODIFY": {"from": "CAPITALS"}},
    }
    rows = [{"SUBJ": "1", "A": "a", "B": "1,5"}, {"SUBJ": "1", "A": "b", "B": "1,75"}]
    assert workshop.convert({"raw": rows}, spec).records("AE", "AETERM", "AEMODIFY") == [
        ("3.5", "B")
    ]


UNPIVOT = {"columns": {"A": "first", "B": 2}, "name": "WHICH", "value": "VALUE"}


def test_unpivot_makes_a_record_for_each_column(workshop: Any) -> None:
    spec = {
        **AE,
        "unpivot": UNPIVOT,
        "where": "VALUE is not None",
        "variables": {"AETERM": {"from": "VALUE"}, "AEMODIFY": {"from": "WHICH"}},
    }
    result = workshop.convert({"raw": ROWS[:3]}, spec)
    assert sorted(result.records("AE", "AEMODIFY", "AETERM")) == [
        ("2", "1"),
        ("2", "2"),
        ("2", "3"),
        ("first", "a"),
        ("first", "b"),
    ]
    account = result.account("raw")
    assert (account["records"], account["mapped"]) == (3, 3)
    assert sorted(record for *_, record in result.trace("AE")) == [1, 1, 2, 2, 3]


def test_an_unpivoted_record_is_left_out_only_if_none_of_its_values_is_mapped(
    workshop: Any,
) -> None:
    spec = {
        **AE,
        "unpivot": {"columns": ["A", "B"], "name": "WHICH", "value": "VALUE"},
        "exclude": [{"when": 'VALUE in ("a", "1")', "reason": "small"}],
        "reject": [{"when": 'VALUE == "2"', "reason": "two"}],
        "variables": {"AETERM": {"from": "VALUE"}},
    }
    result = workshop.convert({"raw": ROWS[:2]}, spec)
    assert result.column("AE", "AETERM") == ["b"]
    account = result.account("raw")
    assert (account["mapped"], account["excluded"], account["rejected"]) == (
        1,
        {"AE: small": 1},
        {},
    )
    assert result.told() == [("record-rejected", "", None, 1, 2)]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        pytest.param(
            "columns: {ONE: upper(TWO), TWO: upper(A)}",
            "the column 'TWO' is computed after this one",
            id="a computed column of a later one",
        ),
        pytest.param(
            "columns: {ONE: upper(V)}\nunpivot: {columns: [A, B], name: N, value: V}",
            "'V'",
            id="a computed column of what unpivot makes",
        ),
        pytest.param(
            "columns: {ONE: upper(A)}\njoin: [{source: other, by: {ONE: ID}, take: [Z]}]",
            "'ONE' is made after the join: keys are columns of the source",
            id="a join by a computed column",
        ),
        pytest.param(
            "join: [{source: other, by: {Z: ID}, take: [Z]}]",
            "'Z'",
            id="a join by what it takes itself",
        ),
        pytest.param("columns: {A: upper(A)}", "'A'", id="a computed column of itself"),
        pytest.param("where: C == 1", "has no column 'C'", id="a condition on an unknown column"),
        pytest.param(
            "where: DM.AGE == 1", "only raw columns can be used here", id="on another dataset"
        ),
        pytest.param("where: upper(A)", "condition", id="a value for a condition"),
        pytest.param(
            "keep: {by: [SUBJ], order: [C], pick: last}", "has no column 'C'", id="keep by unknown"
        ),
        pytest.param(
            "unpivot: {columns: [A, C], name: N, value: V}", "has no column 'C'", id="unpivot"
        ),
        pytest.param(
            "join: [{source: othr, by: A, take: [Z]}]",
            "unknown source 'othr' (did you mean 'other'?)",
            id="join",
        ),
        pytest.param(
            "join: [{source: other, by: {A: ID}, take: [ZZ]}]",
            "the source 'other' has no column 'ZZ'",
            id="join take",
        ),
        pytest.param(
            "join: [{source: other, by: {A: ID}, take: [Z], where: Q == 1}]",
            "the source 'other' has no column 'Q'",
            id="join where",
        ),
    ],
)
def test_what_cannot_be_is_told(workshop: Any, more: str, message: str) -> None:
    spec = f"dataset: AE\nsource: raw\n{more}\nvariables:\n  AETERM: {{from: A}}\n"
    found = workshop.problems({"raw": ROWS, "other": OTHER}, spec, **HEAD)
    assert any(message in item for item in found), found
    assert all(item.startswith("sdtm/s0.yaml:3:") or ":4:" in item for item in found)
