"""Findings stand on the item that they are about, and in a summary."""

from __future__ import annotations

import pytest
from lxml import html

from converters.define.elements import Odm
from converters.define.page import define_page
from converters.findings import Finding, Severity


def finding(**more: object) -> Finding:
    return Finding("define-x", Severity.ERROR, "this is wrong", **more)  # type: ignore[arg-type]


def page(study: Odm, *findings: Finding) -> html.HtmlElement:
    return html.document_fromstring(define_page(study, findings))


@pytest.mark.parametrize(
    ("about", "anchor"),
    [
        ({"keys": {"OID": "IG.ADVS"}}, "IG.ADVS"),
        ({"keys": {"OID": "IT.ADVS.CHG"}}, "IG.ADVS/IT.ADVS.CHG"),
        ({"keys": {"OID": "IT.ADSL.USUBJID"}}, "IG.ADSL/IT.ADSL.USUBJID"),
        ({"keys": {"OID": "IT.ADSL.USUBJID"}, "dataset": "ADVS"}, "IG.ADVS/IT.ADSL.USUBJID"),
        ({"keys": {"OID": "IT.ADVS.AVAL.SYSBP"}}, "IG.ADVS/IT.ADVS.AVAL/IT.ADVS.AVAL.SYSBP"),
        ({"keys": {"OID": "CL.PARAMCD"}}, "CL.PARAMCD"),
        ({"keys": {"OID": "CL.MEDDRA"}}, "CL.MEDDRA"),
        ({"keys": {"OID": "MT.CHG"}}, "MT.CHG"),
        ({"keys": {"OID": "COM.ADSL"}}, "COM.ADSL"),
        ({"keys": {"OID": "STD.IG"}}, "STD.IG"),
        ({"keys": {"OID": "LF.CRF"}}, "LF.CRF"),
        ({"keys": {"OID": "LF.ADSL"}}, "IG.ADSL"),
        ({"keys": {"OID": "RD.T1"}}, "RD.T1"),
        ({"keys": {"OID": "AR.T1.1"}}, "AR.T1.1"),
        ({"keys": {"OID": "VL.ADVS.AVAL"}}, "IG.ADVS/IT.ADVS.AVAL"),
        ({"keys": {"OID": "WC.SYSBP"}}, "IG.ADVS/IT.ADVS.AVAL/IT.ADVS.AVAL.SYSBP"),
        ({"keys": {"OID": "WC.RESULT"}}, "AR.T1.1"),
        ({"dataset": "ADVS", "variable": "CHG"}, "IG.ADVS/IT.ADVS.CHG"),
        ({"dataset": "ADVS", "variable": "NONE"}, "IG.ADVS"),
        ({"dataset": "ADVS"}, "IG.ADVS"),
        ({"dataset": "ADVS", "keys": {"USUBJID": "1"}}, "IG.ADVS"),
    ],
)
def test_a_finding_stands_on_its_item(study: Odm, about: dict[str, object], anchor: str) -> None:
    tree = page(study, finding(**about))
    (shown,) = tree.xpath("//*[contains(concat(' ', @class, ' '), ' finding ')]")
    assert shown.xpath("ancestor::*[@data-kind][1]/@id") == [anchor]
    assert shown.text_content() == "Error this is wrong define-x"
    (link,) = tree.xpath("//section[@aria-labelledby='findings']//tbody//a/@href")
    assert link == f"#{anchor}"


@pytest.mark.parametrize("about", [{}, {"dataset": "ZZ"}, {"keys": {"OID": "GONE"}}])
def test_a_finding_about_nothing_on_the_page_stands_in_the_summary_alone(
    study: Odm, about: dict[str, object]
) -> None:
    tree = page(study, finding(**about))
    assert tree.xpath("//*[contains(concat(' ', @class, ' '), ' finding ')]") == []
    (section,) = tree.xpath("//section[@aria-labelledby='findings']")
    assert "this is wrong" in section.text_content()


def test_findings_are_told_gravest_first_with_their_counts(study: Odm) -> None:
    tree = page(
        study,
        Finding("b", Severity.NOTE, "small"),
        Finding("a", Severity.ERROR, "great", published=("DD0001",), count=3, value="V"),
        Finding("a", Severity.ERROR, "greater", dataset="ADSL"),
    )
    (section,) = tree.xpath("//section[@aria-labelledby='findings']")
    rows = [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in section.xpath(".//tbody/tr")
    ]
    assert rows == [
        ["Error", "the file", "great V (3 records)", "a, DD0001"],
        ["Error", "ADSL", "greater", "a"],
        ["Note", "the file", "small", "b"],
    ]
    assert " ".join(section.findtext("p[@class='lead']/span").split()) == "2 Errors"


def test_a_page_without_findings_has_no_summary(study: Odm) -> None:
    assert page(study).xpath("//*[@id='findings']") == []


def test_the_contents_count_the_findings_of_a_dataset_and_its_variables(study: Odm) -> None:
    tree = page(study, finding(dataset="ADVS"), finding(keys={"OID": "IT.ADVS.AVAL.SYSBP"}))
    (link,) = tree.xpath("//nav//a[b='ADVS']")
    assert link.text_content() == "ADVS Vital Signs Analysis 2 findings"
