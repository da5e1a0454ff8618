"""What the page says of each thing of a file."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from lxml import html

from converters.define.elements import Odm
from converters.define.page import define_page

NOWHERE = "(not defined in the file)"


def at(tree: html.HtmlElement, anchor: str) -> html.HtmlElement:
    (found,) = tree.xpath("//*[@id=$anchor]", anchor=anchor)
    return found


BLOCKS = ("p", "div", "dt", "dd", "td", "th", "br", "details", "summary", "tr", "dl", "h5", "pre")


def words(element: html.HtmlElement) -> str:
    """The text as a reader sees it: what begins a block does not stick to what ends one."""

    def pieces(of: html.HtmlElement) -> Iterator[str]:
        yield " " if of.tag in BLOCKS else ""
        yield of.text or ""
        for below in of:
            yield from pieces(below)
            yield below.tail or ""
        yield " " if of.tag in BLOCKS else ""

    return " ".join("".join(pieces(element)).split())


def cells(tree: html.HtmlElement, anchor: str) -> list[str]:
    return [words(cell) for cell in at(tree, anchor).xpath("./th|./td")]


def links(element: html.HtmlElement) -> dict[str, str]:
    return {words(link): link.get("href") for link in element.iter("a")}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Study name", "X-01"),
        ("Study description", "A study of pressure"),
        ("Protocol name", "X-01 v2"),
        ("Metadata name", "Definitions of X-01"),
        ("Define-XML version", "2.1.7"),
        ("Context", "Submission"),
        ("Originator", "Ours"),
        ("Source system", "Sys 3"),
    ],
)
def test_the_study_is_told(tree: html.HtmlElement, name: str, value: str) -> None:
    facts = {words(dt): words(dt.getnext()) for dt in at(tree, "study").iter("dt")}
    assert facts[name] == value


def test_the_title_names_study_and_guide(tree: html.HtmlElement) -> None:
    assert tree.findtext(".//title") == "X-01 · ADaMIG 1.1"


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        ("STD.IG", ["ADaMIG", "IG", "", "1.1", "Final", "Comment Of the guide"]),
        ("STD.CT", ["CDISC/NCI", "CT", "ADaM", "2024-03-29", "Final", ""]),
        ("LF.CRF", ["Annotated CRF", "Annotated CRF", "acrf.pdf"]),
        ("LF.ADRG", ["Reviewer's Guide", "Supplemental document", "docs/adrg.pdf"]),
        ("LF.SAS", ["t1.sas", "Referenced document", "https://example.org/t1.sas"]),
        ("LF.GONE", [f"LF.GONE {NOWHERE}", "Supplemental document", ""]),
        ("CL.PARAMCD/SYSBP", ["SYSBP extended", "Systolic Pressure", "C25298", "1"]),
        ("CL.PARAMCD/PULSE", ["PULSE", "Pulse Rate", "", "2"]),
        ("CL.PLAIN/Y", ["Y", ""]),
    ],
)
def test_a_row_says_all_of_a_standard_a_document_or_a_term(
    tree: html.HtmlElement, anchor: str, expected: list[str]
) -> None:
    assert cells(tree, anchor) == expected


@pytest.mark.parametrize(
    ("anchor", "facts"),
    [
        (
            "IG.ADSL",
            "Class SUBJECT LEVEL ANALYSIS DATASET Structure One record per subject "
            "Purpose Analysis Keys USUBJID Standard ADaMIG 1.1 Repeating No Reference data No "
            "Location adsl.xpt",
        ),
        (
            "IG.ADVS",
            "Class BASIC DATA STRUCTURE / TIME-TO-EVENT Structure One record per parameter "
            "Purpose Analysis Keys PARAMCD, USUBJID Repeating Yes Reference data No "
            "SAS dataset ADVSX Location advs.xpt",
        ),
    ],
)
def test_a_dataset_has_its_facts(tree: html.HtmlElement, anchor: str, facts: str) -> None:
    (shown,) = at(tree, anchor).xpath("./dl[@class='facts']")
    assert words(shown) == facts


def test_a_dataset_links_to_its_file_its_comment_and_the_documents_of_that(
    tree: html.HtmlElement,
) -> None:
    found = links(at(tree, "IG.ADSL"))
    assert found["adsl.xpt"] == "adsl.xpt"
    assert found["Comment"] == "#COM.ADSL"
    assert found["Reviewer's Guide"] == "docs/adrg.pdf"


def test_what_is_not_standard_and_has_no_data_is_marked(tree: html.HtmlElement) -> None:
    assert words(at(tree, "IG.ADVS").find("h3")).startswith(
        "ADVS Vital Signs Analysis non-standard no data"
    )
    assert "non-standard" in cells(tree, "IG.ADVS/IT.ADVS.AGE")[1]
    assert "no data" in cells(tree, "IG.ADVS/IT.ADVS.DTYPE")[1]


@pytest.mark.parametrize(
    ("item", "column", "expected"),
    [
        ("IG.ADSL/IT.ADSL.USUBJID", 0, "1"),
        ("IG.ADSL/IT.ADSL.USUBJID", 1, "USUBJID key 1"),
        ("IG.ADSL/IT.ADSL.USUBJID", 2, "Unique Subject Identifier Identifier · mandatory"),
        ("IG.ADSL/IT.ADSL.AGE", 2, "Age · SAS name AGE8"),
        ("IG.ADSL/IT.ADSL.AGE", 3, "integer"),
        ("IG.ADSL/IT.ADSL.AGE", 4, "3 : 3."),
        ("IG.ADVS/IT.ADVS.AVAL", 4, "8 [2] : 8.2"),
        ("IG.ADVS/IT.ADVS.AVAL", 2, "Analysis Value By parameter"),
        ("IG.ADVS/IT.ADVS.PARAMCD", 5, "Parameter codes 2 terms SYSBP, PULSE"),
        ("IG.ADVS/IT.ADVS.DTYPE", 5, f"CL.GONE {NOWHERE}"),
        (
            "IG.ADVS/IT.ADVS.DTYPE",
            6,
            f"Comment COM.GONE {NOWHERE} Lineage used by 1 Conditions value level of ADVS.AVAL",
        ),
        ("IG.ADVS/IT.ADVS.GONE", 6, f"Method MT.GONE {NOWHERE}"),
        ("IG.ADVS/IT.ADVS.GONE", 1, "IT.ADVS.GONE not defined in the file"),
        ("IG.ADVS/IT.ADVS.BASE", 1, "BASE value level VL.GONE not defined in the file"),
        ("IG.ADVS/IT.ADVS.AVAL/IT.ADVS.AVAL.PULSE", 2, "partialDate"),
        ("IG.ADVS/IT.ADVS.AVAL/IT.ADVS.AVAL.PULSE", 4, "ISO 8601"),
    ],
)
def test_a_variable_says_it_in_its_column(
    tree: html.HtmlElement, item: str, column: int, expected: str
) -> None:
    assert cells(tree, item)[column] == expected


def test_variables_stand_in_the_order_of_their_numbers(tree: html.HtmlElement) -> None:
    rows = at(tree, "IG.ADVS").xpath(".//tr[@data-kind='variable']/td[1]/text()")
    assert rows == [str(number) for number in range(1, 9)]


def test_pages_of_the_annotated_crf_are_links(tree: html.HtmlElement) -> None:
    row = at(tree, "IG.ADSL/IT.ADSL.AGE")
    shown = words(row.find(".//p[@class='origin']"))
    assert shown == (
        "Collected · Investigator Annotated CRF pages 7, 9, pages 11 to 12, Demography, Demo_Page"
    )
    found = links(row)
    assert found["pages 7"] == "acrf.pdf#page=7"
    assert found["9"] == "acrf.pdf#page=9"
    assert found["pages 11 to 12"] == "acrf.pdf#page=11"
    assert found["Demography, Demo_Page"] == "acrf.pdf#Demo_Page"


def test_a_label_in_another_language_says_so(tree: html.HtmlElement) -> None:
    (label,) = at(tree, "IG.ADVS/IT.ADVS.AGE").xpath(".//*[@lang]")
    assert (label.text, label.get("lang")) == ("Alter", "de")


def test_value_level_stands_under_its_variable_behind_a_button(tree: html.HtmlElement) -> None:
    row = at(tree, "IG.ADVS/IT.ADVS.AVAL")
    (button,) = row.xpath(".//button[@aria-expanded]")
    body = at(tree, button.get("aria-controls"))
    assert row.getparent().getnext() is body
    assert [words(each.find("th")) for each in body.iter("tr")] == [
        f'PARAMCD = "PULSE" (Pulse Rate) or WC.GONE {NOWHERE} #',
        'PARAMCD = "SYSBP" (Systolic Pressure) and DTYPE is missing #',
        "no condition # not defined in the file",
    ]


def test_the_method_and_the_comment_of_a_value_are_told_with_it(tree: html.HtmlElement) -> None:
    told = cells(tree, "IG.ADVS/IT.ADVS.AVAL/IT.ADVS.AVAL.SYSBP")[-1]
    assert told == "Derived · Sponsor Method Mean of three Comment Of the condition"


def test_a_method_has_words_with_links_expression_and_pages(tree: html.HtmlElement) -> None:
    row = at(tree, "IG.ADVS/IT.ADVS.CHG")
    found = links(row)
    assert "Method AVAL minus BASE, see ADSL.AGE" in words(row)
    assert found["AVAL"] == "#IG.ADVS/IT.ADVS.AVAL"
    assert found["ADSL.AGE"] == "#IG.ADSL/IT.ADSL.AGE"
    assert found["page 3"] == "docs/adrg.pdf#page=3"
    assert row.findtext(".//details[@class='formal']//code") == "AVAL - BASE"
    section = at(tree, "MT.CHG")
    assert words(section.find("h3")) == "Change Computation #"
    assert links(section)["ADVS.CHG"] == "#IG.ADVS/IT.ADVS.CHG"


def test_a_codelist_has_its_code_terminology_comment_and_users(tree: html.HtmlElement) -> None:
    section = at(tree, "CL.PARAMCD")
    told = words(section)
    for part in ("Parameter codes C66741", "Terminology CDISC/NCI ADaM 2024-03-29",
                 "SAS format $PAR", "Comment Of the list", "Used by ADVS.PARAMCD"):  # fmt: skip
        assert part in told
    assert "non-standard" in words(at(tree, "CL.PLAIN"))
    assert "Used nowhere in the file" in words(at(tree, "CL.PLAIN"))


def test_the_terms_of_a_codelist_stand_on_the_page_once(study: Odm) -> None:
    assert define_page(study).count("Systolic Pressure</span></td>") == 1


def test_a_dictionary_has_its_version_and_its_address(tree: html.HtmlElement) -> None:
    section = at(tree, "CL.MEDDRA")
    assert "Dictionary MedDRA Version 27.0" in words(section)
    assert links(section)["https://www.meddra.org"] == "https://www.meddra.org"


@pytest.mark.parametrize(
    "part",
    [
        "Reason SPECIFIED IN SAP",
        "Purpose PRIMARY OUTCOME MEASURE",
        'Parameter PARAMCD in ("SYSBP" (Systolic Pressure), "PULSE" (Pulse Rate))',
        'ADVS PARAMCD in ("SYSBP" (Systolic Pressure), "PULSE" (Pulse Rate)) '
        "and ADSL.AGE ≥ 18 CHG Change from Baseline",
        "ADSL all records",
        f"IG.GONE {NOWHERE} all records IT.GONE2 {NOWHERE}",
        "How the datasets are joined Comment Joined by USUBJID",
        "Documentation Least squares means of CHG Reviewer's Guide Sec_5",
        "Programming code SAS version 9.4",
    ],
)
def test_an_analysis_result_is_told(tree: html.HtmlElement, part: str) -> None:
    assert part in words(at(tree, "AR.T1.1"))


def test_the_program_of_a_result_is_shown_as_it_is(tree: html.HtmlElement) -> None:
    code = at(tree, "AR.T1.1").findtext(".//pre/code")
    assert code == "proc mixed;\n  model chg = trt < 3;\nrun;"


def test_a_display_has_its_title_and_its_pages(tree: html.HtmlElement) -> None:
    section = at(tree, "RD.T1")
    assert words(section.find("h3")) == "Table 1 Pressure by arm #"
    assert links(section)["Section 4, page 4"] == "docs/adrg.pdf#page=4"


@pytest.mark.parametrize(
    ("item", "term", "expected"),
    [
        ("IG.ADVS/IT.ADVS.AGE", "From", {"ADSL.AGE": "#IG.ADSL/IT.ADSL.AGE"}),
        (
            "IG.ADSL/IT.ADSL.AGE",
            "Derived from it",
            {"ADVS.AGE": "#IG.ADVS/IT.ADVS.AGE", "ADVS.CHG": "#IG.ADVS/IT.ADVS.CHG"},
        ),
        (
            "IG.ADSL/IT.ADSL.AGE",
            "Conditions",
            {"records of Table 1: Mean change": "#AR.T1.1"},
        ),
        (
            "IG.ADVS/IT.ADVS.PARAMCD",
            "Conditions",
            {
                "value level of ADVS.AVAL": "#IG.ADVS/IT.ADVS.AVAL",
                "records of Table 1: Mean change": "#AR.T1.1",
            },
        ),
        ("IG.ADVS/IT.ADVS.CHG", "Analysed in", {"Table 1: Mean change": "#AR.T1.1"}),
        (
            "IG.ADVS/IT.ADVS.CHG",
            "From",
            {
                "ADVS.AVAL": "#IG.ADVS/IT.ADVS.AVAL",
                "ADVS.BASE": "#IG.ADVS/IT.ADVS.BASE",
                "ADSL.AGE": "#IG.ADSL/IT.ADSL.AGE",
            },
        ),
    ],
)
def test_a_variable_tells_where_it_comes_from_and_what_uses_it(
    tree: html.HtmlElement, item: str, term: str, expected: dict[str, str]
) -> None:
    (shown,) = at(tree, item).xpath(".//details[@class='lineage']//dt[.=$term]/..", term=term)
    assert links(shown) == expected


@pytest.mark.parametrize(
    ("kind", "oid", "told"),
    [
        ("Item", "IT.ALONE", "ALONE"),
        ("Value list", "VL.ALONE", "1 definitions"),
        ("Where-clause", "WC.ALONE", "AVAL < 3"),
    ],
)
def test_what_nothing_refers_to_is_listed(
    tree: html.HtmlElement, kind: str, oid: str, told: str
) -> None:
    (section,) = tree.xpath("//section[@aria-labelledby='unused']")
    rows = [tuple(words(cell) for cell in row) for row in section.xpath(".//tbody/tr")]
    assert (kind, oid, told) in rows


@pytest.mark.parametrize(
    ("anchor", "numbers"),
    [
        ("IG.ADSL", "0"),
        ("CL.PARAMCD", "1"),
        ("CL.PLAIN", ""),
        ("COM.ADSL", "0"),
        ("MT.CHG", "1"),
        ("AR.T1.1", "0 1"),
        ("RD.T1", "0 1"),
    ],
)
def test_the_filter_knows_which_datasets_use_what(
    tree: html.HtmlElement, anchor: str, numbers: str
) -> None:
    assert at(tree, anchor).get("data-datasets") == numbers


def test_the_datasets_of_the_filter_have_their_oid(tree: html.HtmlElement) -> None:
    options = tree.xpath("//select[@id='filter-dataset']/option/@value")
    assert options == ["", "IG.ADSL", "IG.ADVS"]


def test_links_encode_what_an_address_cannot_hold() -> None:
    from converters.define.page.links import inside

    assert inside('IG "A" <ä>%/x y') == "#" + quote('IG "A" <ä>%/x y', safe="/")
