"""``subject``: USUBJID by the expression of study.yaml."""

from __future__ import annotations

from typing import Any

import pytest

SPEC = {"dataset": "AE", "source": "raw", "variables": {"AEMODIFY": {"from": "A"}}}


@pytest.mark.parametrize(
    ("expression", "row", "expected"),
    [
        ('concat("S1-", SUBJ)', {"SUBJ": "001"}, "S1-001"),
        ('concat("S1-", SITE, "-", SUBJ)', {"SITE": "02", "SUBJ": "7"}, "S1-02-7"),
        ('concat("S1-", pad(SUBJ, 4))', {"SUBJ": "12"}, "S1-0012"),
        ("SUBJ", {"SUBJ": "  X1 "}, "X1"),
        ('raw["Subject no."]', {"Subject no.": "5"}, "5"),
    ],
)
def test_the_subject_is_made_of_raw_columns(
    workshop: Any, expression: str, row: dict[str, str], expected: str
) -> None:
    result = workshop.convert({"raw": [{**row, "A": "a"}]}, SPEC, usubjid=expression)
    assert result.column("AE", "USUBJID") == [expected]


def test_a_source_may_have_its_own_expression(workshop: Any) -> None:
    spec = {"dataset": "AE", "records": [{"source": "raw"}, {"source": "lab"}]}
    head = {"sources": {"lab": {"usubjid": 'concat("S1-", word(ID, 2, "/"))'}}}
    sources = {"raw": [{"SUBJ": "2"}], "lab": [{"ID": "x/1"}]}
    result = workshop.convert(sources, spec, **head)
    assert result.column("AE", "USUBJID") == ["S1-1", "S1-2"]


def test_without_an_expression_the_sources_own_column_is_taken(workshop: Any) -> None:
    result = workshop.convert({"raw": [{"USUBJID": " 1 ", "A": "a"}]}, SPEC, usubjid="USUBJID")
    assert result.column("AE", "USUBJID") == ["1"]


def test_a_record_without_a_subject_is_rejected_with_a_finding(workshop: Any) -> None:
    rows = [{"SUBJ": "1", "A": "a"}, {"SUBJ": None, "A": "b"}, {"SUBJ": " ", "A": "c"}]
    result = workshop.convert({"raw": rows}, SPEC, usubjid="SUBJ")
    assert result.column("AE", "USUBJID") == ["1"]
    assert result.told() == [("record-rejected", "", None, 2, 2)]
    assert result.account("raw")["rejected"] == {"AE: no subject identifier": 2}


BLANK = "SUBJ,A,B\n1,x,y\n,,\n"


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="plain"),
        pytest.param({"columns": {"C": '"always"'}}, id="with a computed column"),
        pytest.param(
            {"unpivot": {"columns": ["A", "B"], "name": "N", "value": "V"}}, id="unpivoted"
        ),
    ],
)
def test_a_blank_record_is_left_out_without_a_finding(workshop: Any, more: dict[str, Any]) -> None:
    result = workshop.convert({"raw": BLANK}, {**SPEC, **more}, usubjid="SUBJ")
    assert result.told() == []
    assert result.account("raw")["excluded"] == {"AE: blank record": 1}
    assert result.account("raw")["rejected"] == {}


def test_a_source_without_subject_and_expression_is_told(workshop: Any) -> None:
    head = {"sources": {"raw": {"usubjid": "SUBJECT"}}}
    (found,) = workshop.problems({"raw": [{"SUBJ": "1", "A": "a"}]}, SPEC, **head)
    assert found.startswith("study.yaml:1:")
    assert found.endswith("the source 'raw' has no column 'SUBJECT' (did you mean 'SUBJ'?)")


def test_a_source_whose_subject_is_looked_up_needs_no_subject_column(workshop: Any) -> None:
    lb = {
        "dataset": "LB",
        "source": "lab",
        "variables": {"USUBJID": {"lookup": {"source": "link", "take": "USUBJID", "by": "SAMPLE"}}},
        "findings": [{"test": "GLUC", "from": "GLU"}],
    }
    sources = {
        "lab": [{"SAMPLE": "a", "GLU": "5"}, {"SAMPLE": "b", "GLU": "6"}],
        "link": [{"SAMPLE": "b", "SUBJ": "1"}, {"SAMPLE": "a", "SUBJ": "2"}],
    }
    result = workshop.convert(sources, lb)
    assert result.records("LB", "USUBJID", "LBORRES") == [("S1-1", "6"), ("S1-2", "5")]
