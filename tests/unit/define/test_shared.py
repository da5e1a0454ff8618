"""What several places share is defined once, under an OID and a name that say what it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from converters.dataset import (
    Comment,
    Document,
    Metadata,
    Method,
    Package,
    Reference,
)
from converters.define import build
from converters.define.documents import Documents
from converters.define.index import index
from converters.define.oids import Oids
from converters.define.shared import Methods
from tests.unit.define.support import (
    attributes,
    changed,
    find,
    parsed,
    with_variable,
)


def test_a_method_shared_by_variables_is_defined_once(package: Package) -> None:
    root = parsed(package)
    (method,) = find(root, "//o:MethodDef")
    assert attributes(method) == {
        "OID": "MT.AE.AESTDY",
        "Name": "Algorithm to derive AESTDY, AEENDY",
        "Type": "Computation",
    }
    assert find(method, "o:Description/o:TranslatedText/text()") == [
        "Days from RFSTDTC & one more on or after it; if < 0 days before it"
    ]
    (expression,) = find(method, "o:FormalExpression")
    assert (expression.get("Context"), expression.text) == (
        "cdisc-converters",
        "study_day(AESTDTC)",
    )
    assert find(root, "//o:ItemRef[@MethodOID='MT.AE.AESTDY']/@ItemOID") == [
        "IT.AE.AESTDY",
        "IT.AE.AEENDY",
    ]


def test_a_comment_shared_by_variables_is_defined_once(package: Package) -> None:
    root = parsed(package)
    assert find(root, "//o:ItemDef[@def:CommentOID='COM.AE.AESEV']/@Name") == ["AESEV", "AESTDTC"]


def test_a_where_clause_is_shared_by_the_variables_that_it_serves(package: Package) -> None:
    root = parsed(package)
    oid = "WC.LB.LBTESTCD.HGB.LBSPEC.BLOOD"
    assert find(root, f"//o:ItemRef[def:WhereClauseRef/@WhereClauseOID='{oid}']/@ItemOID") == [
        "IT.LB.LBORRES.HGB.LBSPEC.BLOOD",
        "IT.LB.LBORRESU.HGB.LBSPEC.BLOOD",
    ]
    checks = find(root, f"//def:WhereClauseDef[@OID='{oid}']/o:RangeCheck")
    assert [attributes(check) for check in checks] == [
        {"Comparator": "EQ", "SoftHard": "Soft", "def:ItemOID": "IT.LB.LBTESTCD"},
        {"Comparator": "EQ", "SoftHard": "Soft", "def:ItemOID": "IT.LB.LBSPEC"},
    ]


def test_a_where_clause_of_many_values_has_a_short_readable_oid(package: Package) -> None:
    (where,) = find(parsed(package), "//def:WhereClauseDef[.//@Comparator='NOTIN']")
    assert where.get("OID") == "WC.LB.LBTESTCD.NOTIN.HGB-K"
    assert find(where, "o:RangeCheck/o:CheckValue/text()") == ["HGB", "PH+", "NA", "K"]


def test_methods_of_equal_words_are_one_with_the_documents_of_all(package: Package) -> None:
    def method(*documents: str, name: str = "") -> Method:
        places = tuple(Reference(item) for item in documents)
        return Method("Words", "a + b", documents=places, name=name)

    guide, sap = "Reviewer's Guide", "SAP"
    several = with_variable(package, "AE", "AESTDY", method=method(guide))
    several = with_variable(several, "AE", "AEENDY", method=method(guide, sap, name="Study day"))
    documents = (*package.documents, Document("SAP", "sap.pdf"))
    (found,) = build(replace(several, documents=documents)).metadata.methods
    assert (found.oid, found.name) == ("MT.AE.AESTDY", "Study day")
    assert [document.leaf_id for document in found.documents] == ["LF.csdrg", "LF.sap"]


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        ([[("AE", "A")]], ["A"]),
        ([[("AE", "A"), ("CM", "B")]], ["A, B"]),
        ([[("AE", "A"), ("CM", "A")]], ["A"]),
        ([[("AE", "A")], [("CM", "A")]], ["AE.A", "CM.A"]),
        ([[("AE.A.X", "A")], [("AE.A.Y", "A")]], ["AE.A.X", "AE.A.Y"]),
        ([[("AE", name) for name in "ABCDE"]], ["A, B, C, D, E"]),
        ([[("AE", name) for name in "ABCDEF"]], ["A, B, C, D and 2 more"]),
    ],
)
def test_a_method_is_called_after_its_variables_and_datasets_where_they_are_needed(
    package: Package, users: list[list[tuple[str, str]]], expected: list[str]
) -> None:
    oids = Oids()
    methods = Methods(oids, Documents(package, oids))
    for number, places in enumerate(users):
        for place, variable in places:
            whole = place if "." in place else f"{place}.{variable}"
            methods.oid(Method(f"Words {number}"), whole, variable)
    names = [item.name for item in methods.definitions()]
    assert names == [f"Algorithm to derive {words}" for words in expected]


def test_a_method_without_words_is_described_by_its_expression(package: Package) -> None:
    only = with_variable(package, "DM", "AGE", method=Method("", "floor(x)"))
    method = index(build(only)).methods["MT.DM.AGE"]
    assert str(method.description) == "floor(x)"


def test_a_shared_method_is_called_after_the_variable_and_not_after_a_value_of_it(
    package: Package,
) -> None:
    method = Method("Words")

    def everywhere(metadata: Metadata) -> Metadata:
        return replace(
            metadata,
            value_level=tuple(
                replace(level, definition=replace(level.definition, method=method))
                for level in metadata.value_level
            ),
        )

    shared = with_variable(changed(package, "LB", everywhere), "LB", "LBORRES", method=method)
    assert "MT.LB.LBORRES" in index(build(shared)).methods


def test_comments_alike_but_for_their_documents_are_two(package: Package) -> None:
    other = Comment("As the site said", (Reference("Reviewer's Guide", ("3",)),))
    found = index(build(with_variable(package, "AE", "AESTDTC", comment=other)))
    assert {"COM.AE.AESEV", "COM.AE.AESTDTC"} <= set(found.comments)
    (document,) = found.comments["COM.AE.AESTDTC"].documents
    assert document.leaf_id == "LF.csdrg"
