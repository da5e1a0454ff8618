"""When variables share a codelist, and when they cannot."""

from __future__ import annotations

import pytest

from converters.dataset import DataType, Term, UsedCodelist, Variable
from converters.define.codelists import unite


def variable(used: UsedCodelist | None, data_type: DataType = "text") -> Variable:
    return Variable("A", "A", "Char", data_type, codelist=used)


def used(*terms: Term, name: str = "X", label: str = "Label", code: str = "C1") -> UsedCodelist:
    return UsedCodelist(name, label, code, terms=terms)


A, B = Term("A", "CA", "Alpha"), Term("B", "CB", "Beta")


def test_terms_are_united_in_order_of_appearance() -> None:
    uses = [("D.V1", variable(used(B))), ("D.V2", variable(used(A, B)))]
    (codelist,), places = unite(uses, str)
    assert codelist.used.terms == (B, A)
    assert places == {"D.V1": "CL.X", "D.V2": "CL.X"}


def test_a_later_use_fills_in_what_an_earlier_one_left_blank() -> None:
    uses = [("D.V1", variable(used(Term("A")))), ("D.V2", variable(used(A)))]
    (codelist,), _ = unite(uses, str)
    assert codelist.used.terms == (A,)


@pytest.mark.parametrize(
    ("other", "data_type"),
    [
        (used(Term("A", "CA", "Another")), "text"),
        (used(Term("A", "CZ", "Alpha")), "text"),
        (used(Term("A", extended=True)), "text"),
        (used(A, code="C2"), "text"),
        (used(A), "integer"),
    ],
)
def test_a_use_that_contradicts_gets_a_codelist_called_after_its_place(
    other: UsedCodelist, data_type: DataType
) -> None:
    uses = [("D.V1", variable(used(A))), ("D.V2", variable(other, data_type))]
    codelists, places = unite(uses, str)
    assert [(item.oid, item.name) for item in codelists] == [
        ("CL.X", "Label"),
        ("CL.X.D.V2", "Label (X.D.V2)"),
    ]
    assert places == {"D.V1": "CL.X", "D.V2": "CL.X.D.V2"}


def test_a_codelist_without_any_term_is_neither_written_nor_referenced() -> None:
    uses = [("D.V1", variable(used())), ("D.V2", variable(None))]
    assert unite(uses, str) == ((), {})


def test_a_dictionary_has_no_terms_and_is_written() -> None:
    meddra = UsedCodelist("MEDDRA", "", dictionary="MedDRA", dictionary_version="27.0")
    (codelist,), _ = unite([("AE.AEDECOD", variable(meddra))], str)
    assert (codelist.oid, codelist.name) == ("CL.MEDDRA", "MEDDRA")


def test_two_codelists_of_one_label_get_different_names() -> None:
    uses = [("D.V1", variable(used(A, name="Y"))), ("D.V2", variable(used(A, name="X")))]
    codelists, _ = unite(uses, str)
    assert {item.oid: item.name for item in codelists} == {"CL.Y": "Label", "CL.X": "Label (X)"}
