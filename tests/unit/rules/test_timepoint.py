"""``timepoint``: --TPT, --TPTNUM, --ELTM and --TPTREF of the planned time point."""

from __future__ import annotations

from typing import Any

import pytest

TIMEPOINTS = [
    {"TPT": "PREDOSE", "TPTNUM": 1, "ELTM": "-PT15M", "TPTREF": "DOSE", "names": ["pre", 0]},
    {"TPT": "1 HOUR POST-DOSE", "TPTNUM": 2.5, "ELTM": "PT1H", "names": ["1h", "+1H"]},
]
FOUR = ("VSTPT", "VSTPTNUM", "VSELTM", "VSTPTREF")


def spec(variables: Any) -> Any:
    base = {"VSTESTCD": {"assign": "PULSE"}, "VSORRES": {"from": "V"}}
    return {"dataset": "VS", "source": "raw", "variables": {**base, **variables}}


def rows(*names: str | None) -> Any:
    return {"raw": [{"SUBJ": "1", "V": "70", "T": name} for name in names]}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("PREDOSE", ("PREDOSE", 1, "-PT15M", "DOSE")),
        (" Pre ", ("PREDOSE", 1, "-PT15M", "DOSE")),
        ("0", ("PREDOSE", 1, "-PT15M", "DOSE")),
        ("1", ("PREDOSE", 1, "-PT15M", "DOSE")),
        ("2.5", ("1 HOUR POST-DOSE", 2.5, "PT1H", None)),
        ("+1h", ("1 HOUR POST-DOSE", 2.5, "PT1H", None)),
        (None, (None, None, None, None)),
    ],
)
@pytest.mark.parametrize("said_of", ["VSTPT", "VSTPTNUM"])
def test_any_of_its_names_gives_all_that_study_yaml_says(
    workshop: Any, said_of: str, raw: str | None, expected: tuple[Any, ...]
) -> None:
    found = workshop.convert(rows(raw), spec({said_of: {"timepoint": "T"}}), timepoints=TIMEPOINTS)
    assert found.records("VS", *FOUR) == [expected]
    assert found.told() == []


def test_what_no_time_point_has_is_not_made(workshop: Any) -> None:
    plain = [{"TPT": "PREDOSE", "TPTNUM": 1}]
    found = workshop.convert(rows("1"), spec({"VSTPT": {"timepoint": "T"}}), timepoints=plain)
    assert {*FOUR} & {*found.names("VS")} == {"VSTPT", "VSTPTNUM"}


def test_a_variable_that_the_spec_makes_itself_goes_before(workshop: Any) -> None:
    own = spec({"VSTPT": {"timepoint": "T"}, "VSTPTREF": {"assign": "DOSE 2"}})
    found = workshop.convert(rows("1h"), own, timepoints=TIMEPOINTS)
    assert found.records("VS", *FOUR) == [("1 HOUR POST-DOSE", 2.5, "PT1H", "DOSE 2")]


def test_an_unknown_time_point_stays_and_is_a_finding_with_the_nearest(workshop: Any) -> None:
    own = spec({"VSTPTNUM": {"timepoint": "T"}})
    found = workshop.convert(rows("Predoes", "Predoes"), own, timepoints=TIMEPOINTS)
    assert found.records("VS", *FOUR) == [("Predoes", None, None, None)] * 2
    assert found.told() == [("unknown-timepoint", "VSTPT", "Predoes", 2, 1)]
    assert "did you mean 'PREDOSE'?" in found.findings[0].message


def test_the_number_is_part_of_the_order_of_records(workshop: Any) -> None:
    own = spec({"VSTPT": {"timepoint": "T"}, "VSTPTREF": {"assign": "DOSE"}})
    found = workshop.convert(rows("1h", "pre"), own, timepoints=TIMEPOINTS)
    assert found.column("VS", "VSTPT") == ["PREDOSE", "1 HOUR POST-DOSE"]


def test_it_makes_no_other_variable(workshop: Any) -> None:
    (problem,) = workshop.problems(rows("1h"), spec({"VSPOS": {"timepoint": "T"}}))
    assert problem.endswith(
        "VSPOS: 'timepoint' makes VSTPT, VSTPTNUM, VSELTM, VSTPTREF, and no other variable"
    )


def test_an_elapsed_time_that_is_no_duration_is_a_problem_of_study_yaml(workshop: Any) -> None:
    wrong = [{"TPT": "PREDOSE", "TPTNUM": 1, "ELTM": "15 min"}]
    (problem,) = workshop.problems(rows("1"), spec({"VSTPT": {"timepoint": "T"}}), timepoints=wrong)
    assert problem.startswith("study.yaml:")
    assert problem.endswith("ELTM: '15 min' is not an ISO 8601 duration such as PT1H or -PT15M")
