"""What Define-XML 2.0 says otherwise than 2.1, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from converters.dataset import (
    Comment,
    Document,
    Origin,
    Package,
    Reference,
    StandardUse,
    UsedCodelist,
)
from converters.define import build, check_xsd, define_xml
from converters.define.elements import Odm
from converters.define.index import index
from converters.errors import SpecError
from tests.unit.define.analyses import analysis_package
from tests.unit.define.support import changed, with_variable


def built(package: Package) -> Odm:
    return build(package, version="2.0")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("SDTMIG", "SDTM-IG"),
        ("ADaMIG", "ADaM-IG"),
        ("SENDIG-DART", "SEND-IG-DART"),
        ("SDTMIG-MD", "SDTM-IG-MD"),
    ],
)
def test_the_guide_is_named_on_the_definitions(package: Package, name: str, written: str) -> None:
    standards = (StandardUse(name, "IG", "1.2"), *package.standards[1:])
    metadata = built(replace(package, standards=standards)).metadata
    assert (metadata.standard_name, metadata.standard_version) == (written, "1.2")
    assert metadata.define_version == "2.0.0"
    assert metadata.standards is None


def test_a_package_without_a_guide_is_told(package: Package) -> None:
    with pytest.raises(SpecError, match="names the implementation guide, and the package declares"):
        built(replace(package, standards=()))


NEWER = (
    b"def:Context",
    b"StandardOID",
    b"IsNonStandard",
    b"HasNoData",
    b"Source=",
    b"def:SubClass",
    b"<def:Standard",
    b"<def:Class",
    b"def/v2.1",
)


@pytest.mark.parametrize("word", NEWER)
def test_nothing_that_came_with_2_1_is_left(package: Package, word: bytes) -> None:
    newer = define_xml(package) + define_xml(analysis_package())
    older = define_xml(package, version="2.0") + define_xml(analysis_package(), version="2.0")
    assert word in newer
    assert word not in older


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Special-Purpose", "SPECIAL PURPOSE"),
        ("FINDINGS ABOUT", "FINDINGS"),
        ("EVENTS", "EVENTS"),
        ("OCCURRENCE DATA STRUCTURE", "OCCURRENCE DATA STRUCTURE"),
        ("MEDICAL DEVICE BASIC DATA STRUCTURE", "BASIC DATA STRUCTURE"),
        ("REFERENCE DATA STRUCTURE", "ADAM OTHER"),
    ],
)
def test_the_class_is_an_attribute(package: Package, name: str, written: str) -> None:
    found = built(changed(package, "AE", lambda item: replace(item, dataset_class=name)))
    assert index(found).item_groups["IG.AE"].class_name == written
    assert index(found).item_groups["IG.AE"].dataset_class is None


SPECIFICATION = Document("Transfer specification", "transfer.pdf")


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (Origin("Collected", "Investigator", pages=("7",)), ["CRF"]),
        (Origin("Collected", "Subject"), ["CRF"]),
        (Origin("Collected", "Vendor", pages=("7",)), ["CRF"]),
        (Origin("Collected", "Vendor"), ["eDT"]),
        (
            Origin("Collected", "Vendor", documents=(Reference("Transfer specification"),)),
            ["eDT"],
        ),
        (Origin("Derived", "Sponsor"), ["Derived"]),
        (Origin("Assigned", "Vendor"), ["Assigned"]),
        (Origin("Protocol", "Sponsor"), ["Protocol"]),
        (Origin("Predecessor", predecessor="DM.AGE"), ["Predecessor"]),
        (Origin("Not Available"), []),
        (Origin("Other"), []),
    ],
)
def test_origins_have_the_words_of_2_0(
    package: Package, origin: Origin, expected: list[str]
) -> None:
    documents = (*package.documents, SPECIFICATION)
    changed_one = with_variable(replace(package, documents=documents), "DM", "AGE", origin=origin)
    item = index(built(changed_one)).items["IT.DM.AGE"]
    assert [found.type for found in item.origins] == expected


def test_comments_that_nothing_in_2_0_refers_to_are_left_out() -> None:
    package = analysis_package()
    newer = {item.oid for item in build(package).metadata.comments}
    older = {item.oid for item in built(package).metadata.comments}
    assert newer - older == {"COM.MDV", "COM.STD.ADaMIG.1.3", "COM.CL.AESEVN"}
    assert {oid for oid in older if oid and ".AR." in oid}


def test_a_comment_stays_if_something_else_has_it_too(package: Package) -> None:
    comment = Comment("As the site said")
    used = UsedCodelist("X", "X", dictionary="X", comment=comment)
    found = built(with_variable(package, "DM", "AGE", codelist=used))
    assert [item.oid for item in found.metadata.comments if str(item.description) == comment.text]


def test_whoever_sends_no_such_version_is_told(package: Package) -> None:
    with pytest.raises(SpecError, match=r"unknown version of Define-XML '2\.2'"):
        build(package, version="2.2")


@pytest.mark.parametrize("more", [{}, {"displays": ()}])
def test_analysis_datasets_pass_the_schema_of_2_0_with_results_and_without(
    more: dict[str, Any],
) -> None:
    assert check_xsd(define_xml(analysis_package(**more), version="2.0")) == []
