"""``criterion``: CRITy and CRITyFL."""

from __future__ import annotations

from typing import Any

import pytest

ROWS = [{"AVAL": 1, "PARAMCD": "A"}, {"AVAL": 9, "PARAMCD": "A"}, {"AVAL": None, "PARAMCD": "B"}]
CRITERION = {"name": "CRIT2", "label": "Value over 5", "when": "AVAL > 5"}


@pytest.mark.parametrize(
    ("more", "texts", "flags"),
    [
        ({}, [None, "Value over 5", None], [None, "Y", None]),
        ({"no": True}, ["Value over 5"] * 3, ["N", "Y", "N"]),
        (
            {"no": True, "where": 'PARAMCD == "A"'},
            ["Value over 5", "Value over 5", None],
            ["N", "Y", None],
        ),
        ({"where": 'PARAMCD == "B"'}, [None] * 3, [None] * 3),
    ],
    ids=["met", "yes and no", "judged", "none judged"],
)
def test_the_criterion_and_its_flag_stand_in_the_records_that_are_meant(
    analysis: Any, more: dict[str, Any], texts: list[Any], flags: list[Any]
) -> None:
    made = analysis.derive(ROWS, {"criterion": {**CRITERION, **more}})
    assert made.by_record("CRIT2") == texts
    assert made.by_record("CRIT2FL") == flags


def test_words_and_labels_are_those_of_the_criterion(analysis: Any) -> None:
    made = analysis.derive(ROWS, {"criterion": {**CRITERION, "no": True}})
    assert made.variable("CRIT2").label == "Analysis Criterion 2"
    assert (
        made.variable("CRIT2").method.words
        == 'Text of the criterion: "Value over 5" in all records.'
    )
    assert made.variable("CRIT2FL").method.words == '"Y" if AVAL > 5; else "N".'


def test_another_name_is_refused(analysis: Any) -> None:
    (message,) = analysis.problems({"criterion": {**CRITERION, "name": "CRITX"}})
    assert message == "name: 'CRITX' is no criterion: CRIT1 to CRIT99"
