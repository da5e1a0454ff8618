"""The account of raw records: the numbers always add up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters.pipeline.account import Fate, SourceAccount, adds_up
from converters.pipeline.plan import make_plan

Masks = st.lists(st.lists(st.booleans(), min_size=6, max_size=6), max_size=5)
KINDS = st.sampled_from(["excluded", "rejected"])


@st.composite
def fates(draw: Callable[..., Any]) -> Fate:
    """The fate of six records after some conditions."""
    fate = Fate.of(6)
    for number, mask in enumerate(draw(Masks)):
        fate.put(np.array(mask), draw(KINDS), f"reason {number % 3}")
    return fate


def test_the_first_reason_counts() -> None:
    fate = Fate.of(4)
    fate.put(np.array([True, True, False, False]), "excluded", "one")
    fate.put(np.array([False, True, True, False]), "rejected", "two")
    assert fate.mapped.tolist() == [False, False, False, True]
    assert (fate.counts("excluded"), fate.counts("rejected")) == ({"one": 2}, {"two": 1})


def test_a_record_of_several_children_is_mapped_if_one_is() -> None:
    fate = Fate.of(6)
    fate.put(np.array([True, True, False, False, False, False]), "excluded", "one")
    fate.put(np.array([False, False, False, True, True, False]), "rejected", "two")
    parents = fate.of_parents(np.array([0, 1, 2, 0, 1, 2]), 3)
    assert parents.mapped.tolist() == [False, False, True]
    assert parents.counts("excluded") == {"one": 2}


def test_a_record_of_two_blocks_is_mapped_if_either_maps_it() -> None:
    one, other = Fate.of(3), Fate.of(3)
    one.put(np.array([True, True, False]), "excluded", "one")
    other.put(np.array([True, False, True]), "rejected", "two")
    merged = one.merged(other)
    assert merged.mapped.tolist() == [False, True, True]
    assert merged.counts("excluded") == {"one": 1}


def test_what_one_dataset_maps_and_another_leaves_out_is_mapped() -> None:
    one, other = Fate.of(3), Fate.of(3)
    one.put(np.array([True, True, False]), "excluded", "one")
    other.put(np.array([True, False, True]), "rejected", "two")
    account = SourceAccount("raw", ("raw.csv",), 3)
    account.add("AE", one)
    account.add("CM", other)
    found = account.as_dict()
    assert (found["mapped"], found["excluded"], found["rejected"]) == (2, {}, {"CM: two": 1})
    assert adds_up(found)


def test_a_source_that_nobody_reads_is_left_out_whole() -> None:
    found = SourceAccount("raw", (), 3).as_dict()
    assert found["excluded"] == {"no mapping reads this source": 3}
    assert adds_up(found)
    assert adds_up(SourceAccount("raw", (), 0).as_dict())


def test_numbers_that_do_not_add_up_are_noticed() -> None:
    account = SourceAccount("raw", (), 3)
    account.add("AE", Fate.of(3))
    found = account.as_dict()
    found["datasets"]["AE"]["mapped"] = 2
    assert not adds_up(found)


@given(st.lists(st.tuples(st.sampled_from(["AE", "CM", "LB"]), fates()), max_size=5))
def test_an_account_adds_up_whatever_is_entered(entered: list[tuple[str, Fate]]) -> None:
    account = SourceAccount("raw", (), 6)
    for dataset, fate in entered:
        account.add(dataset, fate)
    assert adds_up(account.as_dict())


CONDITIONS = [
    'A == "a"',
    "A is None",
    'B >= "2"',
    'SUBJ == "2"',
    "B is not None",
    'A in ("a", "b")',
]
CELL = st.sampled_from([None, "a", "b", "1", "2", "3"])
RECORD = st.fixed_dictionaries(
    {"SUBJ": st.sampled_from([None, "1", "2"]), "A": CELL, "B": CELL, "C": CELL}
)
NAMED = st.lists(
    st.sampled_from(CONDITIONS).map(lambda when: {"when": when}), min_size=1, max_size=2
)
KEEP = st.fixed_dictionaries(
    {
        "by": st.sampled_from([["SUBJ"], ["A"], ["SUBJ", "B"]]),
        "order": st.sampled_from([["B"], ["C", "A"]]),
        "pick": st.sampled_from(["first", "last"]),
    }
)
BLOCK = st.fixed_dictionaries(
    {"source": st.just("raw")},
    optional={
        "where": st.sampled_from(CONDITIONS),
        "exclude": NAMED,
        "reject": NAMED,
        "keep": KEEP,
        "unpivot": st.just({"columns": ["A", "B"], "name": "N", "value": "V"}),
        "columns": st.just({"D": "upper(C)"}),
    },
)
TESTS = [{"test": "GLUC", "from": "A", "not_done": 'B == "2"'}, {"test": "ALT", "from": "C"}]


@settings(max_examples=60, deadline=None)
@given(
    blocks=st.lists(BLOCK, min_size=1, max_size=3),
    tests=st.booleans(),
    rows=st.lists(RECORD, max_size=8),
)
def test_a_conversion_accounts_for_every_record(
    workshop: Any,
    in_memory: Any,
    carry_out: Any,
    blocks: list[dict[str, Any]],
    tests: bool,
    rows: list[dict[str, Any]],
) -> None:
    ae = {"dataset": "AE", "records": blocks, "variables": {"AETERM": {"from": "A"}}}
    lb = {"dataset": "LB", "source": "raw", "findings": TESTS}
    empty = dict.fromkeys(("SUBJ", "A", "B", "C"))
    given_rows = [{**empty, **row} for row in rows]
    study = workshop.study({"raw": [empty]}, *([ae, lb] if tests else [ae]), usubjid="SUBJ")
    plan = make_plan(study, {"raw": tuple(empty)})
    source = in_memory("raw", given_rows, names=tuple(empty))
    result = carry_out(plan, {"raw": source})
    account = result.account("raw")
    assert account["records"] == len(rows)
    assert adds_up(account)
    traced = {record for name in result.conversion.datasets for *_, record in result.trace(name)}
    assert len(traced) == account["mapped"]
    for name, part in account["datasets"].items():
        assert part["mapped"] == len({record for *_, record in result.trace(name)})


@pytest.mark.parametrize("count", [0, 1])
def test_a_source_with_few_records_is_accounted_for(workshop: Any, count: int) -> None:
    rows = "SUBJ,A\n" + "1,a\n" * count
    spec = {"dataset": "AE", "source": "raw", "variables": {"AETERM": {"from": "A"}}}
    result = workshop.convert({"raw": rows}, spec)
    assert result.account("raw")["mapped"] == count
    assert len(result.dataset("AE").frame) == count


def test_columns_that_nobody_reads_are_listed(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "where": 'raw["B"] == "x"',
        "variables": {"AETERM": {"from": "A"}},
    }
    rows = [{"SUBJ": "1", "A": "a", "B": "x", "C": "c", "D": "d"}]
    assert workshop.convert({"raw": rows}, spec).account("raw")["unread_columns"] == ["C", "D"]


def test_every_file_of_a_source_is_named(workshop: Any) -> None:
    spec = {"dataset": "AE", "source": "raw", "variables": {"AETERM": {"from": "A"}}}
    files = {"a.csv": [{"SUBJ": "1", "A": "a"}], "b.csv": [{"SUBJ": "1", "A": "b"}]}
    account = workshop.convert({"raw": files}, spec).account("raw")
    assert (account["files"], account["records"]) == (["raw/a.csv", "raw/b.csv"], 2)
