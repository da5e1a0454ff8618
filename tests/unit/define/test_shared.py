"""What several places share is defined once, under an OID and a name that say what it is."""

from __future__ import annotations

from converters.dataset import (
    Package,
)
from tests.unit.define.support import (
    attributes,
    find,
    parsed,
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
