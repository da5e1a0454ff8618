"""Results of a findings domain against each other."""

from __future__ import annotations

from typing import Any

import pytest

from converters.validation import check_datasets

BASE = {"dataset_class": "FINDINGS", "domain": "LB"}


def told(make: Any, **columns: list[Any]) -> list[tuple[str, str, str | None, int]]:
    rows = len(next(iter(columns.values())))
    data = {"LBTESTCD": ["GLUC"] * rows, **columns}
    findings = check_datasets({"LB": make("LB", data, **BASE)}, version=None)
    return [
        (item.rule, item.variable, item.value, item.count)
        for item in findings
        if item.rule not in ("duplicate-keys", "dm-absent")
    ]


UNITS = "several-standard-units"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        pytest.param(
            {"LBSTRESC": ["1", "2", "3"], "LBSTRESU": ["g/L", "mg/L", "g/L"]},
            [(UNITS, "LBSTRESU", None, 3)],
            id="two units of one test",
        ),
        pytest.param(
            {"LBSTRESC": ["1", "<2"], "LBSTRESU": ["g/L", "mg/L"]},
            [(UNITS, "LBSTRESU", None, 2)],
            id="also behind a sign",
        ),
        pytest.param(
            {"LBSTRESC": ["1", "CLOTTED"], "LBSTRESU": ["g/L", "mg/L"]}, [], id="words have none"
        ),
        pytest.param(
            {
                "LBTESTCD": ["GLUC", "ALB"],
                "LBSTRESC": ["1", "2"],
                "LBSTRESU": ["g/L", "mg/L"],
            },
            [],
            id="two tests",
        ),
        pytest.param(
            {
                "LBSPEC": ["SERUM", "URINE"],
                "LBSTRESC": ["1", "2"],
                "LBSTRESU": ["g/L", "mg/L"],
            },
            [],
            id="two specimens",
        ),
        pytest.param(
            {"LBSTRESC": ["1", "2", "CLOTTED"], "LBSTRESU": ["g/L", None, None]},
            [("standard-unit-missing", "LBSTRESU", None, 1)],
            id="a quantity without the unit of the others",
        ),
        pytest.param(
            {"LBSTRESC": ["1", "2"], "LBSTRESU": [None, None]}, [], id="a test without a unit"
        ),
        pytest.param(
            {"LBSTRESC": ["1", None], "LBSTAT": ["NOT DONE", "NOT DONE"]},
            [("not-done-has-no-standard-result", "LBSTRESC", "1", 1)],
            id="a result that was not done",
        ),
        pytest.param(
            {"LBSTRESC": ["1"] * 3, "LBSTNRLO": [5.0, 5.0, None], "LBSTNRHI": [4.0, 5.0, 4.0]},
            [("reference-range-reversed", "LBSTNRLO", "5", 1)],
            id="a lower limit above the upper one",
        ),
        pytest.param({"LBORRES": ["1"]}, [], id="no standard results at all"),
    ],
)
def test_results_fit_each_other(make: Any, columns: dict[str, list[Any]], expected: Any) -> None:
    assert told(make, **columns) == expected


def test_the_message_names_test_and_units(make: Any) -> None:
    data = {"LBTESTCD": ["GLUC"] * 2, "LBSTRESC": ["1", "2"], "LBSTRESU": ["g/L", "mg/L"]}
    (found,) = [
        item
        for item in check_datasets({"LB": make("LB", data, **BASE)}, version=None)
        if item.rule == UNITS
    ]
    assert found.message == (
        "LBSTRESU: results of LBTESTCD 'GLUC' are in several standard units: 'g/L', 'mg/L'"
    )
