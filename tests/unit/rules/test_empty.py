"""``empty``: variables that the standard expects and the study did not collect."""

from __future__ import annotations

from typing import Any

ROWS = [{"A": "x"}, {"A": "y"}]


def test_required_and_expected_variables_that_a_spec_leaves_out_are_there_and_empty(
    workshop: Any,
) -> None:
    result = workshop.values({"from": "A"}, ROWS)
    assert {"AETERM", "AEDECOD", "AESER", "AELLTCD"} <= set(result.names("AE"))
    assert result.column("AE", "AEDECOD") == [None, None]
    assert result.column("AE", "AELLTCD") == [None, None]


def test_permissible_variables_are_left_out(workshop: Any) -> None:
    assert "AESPID" not in workshop.values({"from": "A"}, ROWS).names("AE")


def test_a_spec_may_ask_for_an_empty_variable_and_says_where_it_comes_from(workshop: Any) -> None:
    result = workshop.values({"empty": True}, ROWS, "AESPID")
    assert result.column("AE", "AESPID") == [None, None]
    assert result.variable("AE", "AESPID").origin.type == "Not Available"
    assert result.variable("AE", "AESPID").length == 1


def test_a_block_that_lacks_a_variable_of_another_block_leaves_it_empty(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "records": [
            {"source": "one", "variables": {"AESPID": {"from": "A"}}},
            {"source": "two", "variables": {"AEMODIFY": {"from": "A"}}},
        ],
    }
    sources = {"one": [{"SUBJ": "1", "A": "a"}], "two": [{"SUBJ": "2", "A": "b"}]}
    result = workshop.convert(sources, spec)
    assert result.records("AE", "AESPID", "AEMODIFY") == [("a", None), (None, "b")]
    assert result.variable("AE", "AESPID").origin.type == "Collected"
