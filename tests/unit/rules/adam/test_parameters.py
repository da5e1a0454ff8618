"""``parameters``: which records each parameter takes, and its analysis value."""

from __future__ import annotations

from typing import Any

RS = (
    "USUBJID,RSSEQ,RSTESTCD,RSSTRESN,RSSTRESC\n"
    "1,1,EDSS,3.5,3.5\n1,2,AMBUL,500,500\n1,3,PASAT,,NOT DONE\n2,1,EDSS,,UNKNOWN\n"
)
EDSS = {"PARAMCD": "EDSS", "PARAM": "EDSS Score", "where": 'RSTESTCD == "EDSS"', "AVAL": "RSSTRESN"}
WALK = {
    "PARAMCD": "WALK",
    "PARAM": "Distance (km)",
    "where": 'RSTESTCD == "AMBUL"',
    "AVAL": "RSSTRESN / 1000",
    "AVALC": "RSSTRESC",
}
SPEC = {
    "dataset": "ADRS",
    "class": "BASIC DATA STRUCTURE",
    "label": "Response",
    "keys": ["USUBJID", "PARAMCD", "RSSEQ"],
    "source": "RS",
    "take": ["USUBJID", "RSSEQ"],
}


def test_each_parameter_takes_its_records_and_the_others_are_accounted_for(analysis: Any) -> None:
    made = analysis.make({**SPEC, "derive": [{"parameters": [EDSS, WALK]}]}, RS=RS)
    assert made.records() == [
        ("1", 1, "EDSS", "EDSS Score", 3.5, None),
        ("1", 2, "WALK", "Distance (km)", 0.5, "500"),
        ("2", 1, "EDSS", "EDSS Score", None, None),
    ]
    assert made.account() == {"analysed": 3, "no parameter takes it": 1}
    assert made.told() == []


def test_a_record_may_go_into_several_parameters(analysis: Any) -> None:
    both = {"PARAMCD": "ANY", "PARAM": "Any", "PARAMN": 2, "AVALC": "RSSTRESC", "PARCAT1": "ALL"}
    made = analysis.make({**SPEC, "derive": [{"parameters": [{**EDSS, "PARAMN": 1}, both]}]}, RS=RS)
    assert made.records("PARAMCD", "PARAMN", "AVALC", "PARCAT1") == [
        ("ANY", 2, "3.5", "ALL"),
        ("ANY", 2, "500", "ALL"),
        ("ANY", 2, "NOT DONE", "ALL"),
        ("EDSS", 1, None, None),
        ("ANY", 2, "UNKNOWN", "ALL"),
        ("EDSS", 1, None, None),
    ]
    assert made.account() == {"analysed": 4}


def test_a_parameter_that_takes_no_record_is_no_fault(analysis: Any) -> None:
    none = {**EDSS, "where": 'RSTESTCD == "NONE"'}
    made = analysis.make({**SPEC, "derive": [{"parameters": [none]}]}, RS=RS)
    assert made.records() == []
    assert made.account() == {"analysed": 0, "no parameter takes it": 4}


def test_text_that_is_no_number_is_no_analysis_value(analysis: Any) -> None:
    text = {**EDSS, "AVAL": "RSSTRESC"}
    made = analysis.make({**SPEC, "derive": [{"parameters": [text]}]}, RS=RS)
    assert made.column("AVAL") == [3.5, None]
    assert made.told() == [("not-a-number", "AVAL", "UNKNOWN", 1)]


def test_the_parameters_are_a_codelist_and_give_value_level_metadata(analysis: Any) -> None:
    made = analysis.make({**SPEC, "derive": [{"parameters": [EDSS, WALK]}]}, RS=RS)
    terms = made.variable("PARAMCD").codelist.terms
    assert [(term.value, term.decode) for term in terms] == [
        ("EDSS", "EDSS Score"),
        ("WALK", "Distance (km)"),
    ]
    words = "For EDSS: equal to RSSTRESN. For WALK: computed as RSSTRESN divided by 1000."
    assert made.variable("AVAL").method.words == words
    levels = made.dataset().metadata.value_level
    assert [(v.variable, v.where[0].values, v.definition.data_type) for v in levels] == [
        ("AVAL", ("EDSS",), "float"),
        ("AVAL", ("WALK",), "float"),
        ("AVALC", ("WALK",), "text"),
    ]


def test_code_name_and_number_of_a_parameter_go_together(analysis: Any) -> None:
    one = {"PARAMCD": "A", "PARAM": "One", "PARAMN": 1}
    items = [one, {"PARAMCD": "A", "PARAM": "Two"}, {"PARAMCD": "B", "PARAM": "One", "PARAMN": 1}]
    assert analysis.problems({"parameters": items}) == [
        "A and B have the same PARAM: One",
        "A and B have the same PARAMN: 1",
        "A has two names or numbers: PARAM and PARAMN go with PARAMCD",
    ]
