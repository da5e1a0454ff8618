"""Conditions that can hold together, and conditions that cannot."""

from __future__ import annotations

import pytest

from converters.define.check.where_clauses import CHECKS
from converters.define.elements import (
    CheckValue,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    MetaDataVersion,
    Odm,
    RangeCheck,
    Study,
    ValueListDef,
    ValueListRef,
    WhereClauseDef,
    WhereClauseRef,
)
from converters.define.index import index

NUMBER = ItemDef(oid="N", name="VISITNUM", data_type="float")
CODE = ItemDef(oid="C", name="LBTESTCD", data_type="text")
RESULT = ItemDef(oid="R", name="LBORRES", value_list_ref=ValueListRef(value_list_oid="VL"))


def clause(oid: str, *conditions: str) -> WhereClauseDef:
    """``N GT 5`` or ``C IN A B``."""
    checks = []
    for text in conditions:
        item, comparator, *values = text.split()
        checks.append(
            RangeCheck(
                item_oid=item,
                comparator=comparator,
                soft_hard="Soft",
                values=tuple(CheckValue(text=value) for value in values),
            )
        )
    return WhereClauseDef(oid=oid, checks=tuple(checks))


def found(*clauses: WhereClauseDef, entries: tuple[tuple[str, ...], ...] = ()) -> set[str]:
    """Rules found in a file with these where-clauses; ``entries`` of its value list name theirs."""
    refs = tuple(
        ItemRef(
            item_oid=f"V{number}",
            line=number,
            where_clauses=tuple(WhereClauseRef(where_clause_oid=oid) for oid in oids),
        )
        for number, oids in enumerate(entries, 1)
    )
    metadata = MetaDataVersion(
        value_lists=(ValueListDef(oid="VL", items=refs),),
        where_clauses=clauses,
        item_groups=(
            ItemGroupDef(
                oid="IG",
                name="LB",
                items=tuple(ItemRef(item_oid=item.oid) for item in (NUMBER, CODE, RESULT)),
            ),
        ),
        items=(
            *(NUMBER, CODE, RESULT),
            *(ItemDef(oid=ref.item_oid, name="LBORRES") for ref in refs),
        ),
    )
    described = index(Odm(studies=(Study(versions=(metadata,)),)))
    return {item.rule for check in CHECKS for item in check(described)}


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        (("N GT 5", "N LT 10"), True),
        (("N GT 10", "N LT 5"), False),
        (("N GE 5", "N LE 5"), True),
        (("N GT 5", "N LE 5"), False),
        (("N GE 5", "N LT 5"), False),
        (("N EQ 7", "N GT 5"), True),
        (("N EQ 3", "N GT 5"), False),
        (("N IN 3 7", "N GT 5"), True),
        (("N NE 7", "N GT 5"), True),
        (("C EQ A", "C EQ B"), False),
        (("C IN A B", "C IN B C"), True),
        (("C IN A B", "C NOTIN A B"), False),
        (("C EQ A", "C NE A"), False),
        (("C NE A", "C NE B"), True),
        (("C EQ A", "N EQ 1"), True),
    ],
    ids=str,
)
def test_comparisons_of_one_item_must_be_able_to_hold_together(
    conditions: tuple[str, ...], holds: bool
) -> None:
    assert ("define-where-never-holds" in found(clause("W", *conditions))) is not holds


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        (("C EQ A",), ("C EQ B",), ""),
        (("C EQ A",), ("C EQ A",), "define-where-duplicate"),
        (("C IN A B",), ("C IN B A",), "define-where-duplicate"),
        (("C EQ A",), ("C IN A B",), "define-where-overlap"),
        (("C EQ A",), ("C NOTIN A B",), ""),
        (("C EQ A",), ("C NE B",), "define-where-overlap"),
        (("C EQ A",), ("N EQ 1",), "define-where-overlap"),
        (("C EQ A", "N EQ 1"), ("C EQ A", "N EQ 2"), ""),
        (("C EQ A", "N EQ 1"), ("C EQ A",), "define-where-overlap"),
        (("N LT 5",), ("N GE 5",), ""),
        (("N LE 5",), ("N GE 5",), "define-where-overlap"),
        (("N LT 5",), ("N EQ 4",), "define-where-overlap"),
    ],
    ids=str,
)
def test_entries_of_a_value_list_do_not_hold_for_one_record(
    one: tuple[str, ...], other: tuple[str, ...], rule: str
) -> None:
    assert found(clause("1", *one), clause("2", *other), entries=(("1",), ("2",))) == (
        {rule} if rule else set()
    )


def test_where_clauses_of_one_entry_are_alternatives_and_may_overlap() -> None:
    clauses = (clause("1", "C EQ A"), clause("2", "C IN A B"), clause("3", "C EQ D"))
    assert found(*clauses, entries=(("1", "2"), ("3",))) == set()


def test_a_comparison_with_a_blank_asks_for_missing_values() -> None:
    blank = WhereClauseDef(
        oid="W",
        checks=(
            RangeCheck(
                item_oid="N", comparator="EQ", soft_hard="Soft", values=(CheckValue(text=""),)
            ),
        ),
    )
    assert found(blank) == set()


def test_a_thousand_tests_are_told_apart_by_their_codes() -> None:
    clauses = [clause(str(n), "N EQ 1", f"C EQ T{n}") for n in range(1000)]
    clauses.append(clause("all", "C IN T7 T8"))
    entries = tuple((item.oid or "",) for item in clauses)
    assert found(*clauses, entries=entries) == {"define-where-overlap"}
