"""study.yaml's trial design as TA, TE, TV, TI and TS."""

from __future__ import annotations

import copy
from typing import Any

import pytest

DESIGN: dict[str, Any] = {
    "arms": {
        "A": {
            "arm": "Arm A",
            "elements": [
                {"ETCD": "SCR", "EPOCH": "SCREENING", "branch": "Randomized"},
                {"ETCD": "TRT", "EPOCH": "TREATMENT", "transition": "If rash, to FUP"},
            ],
        },
        "P": {
            "arm": "Placebo",
            "elements": [
                {"ETCD": "SCR", "EPOCH": "SCREENING"},
                {"ETCD": "PBO", "EPOCH": "TREATMENT"},
            ],
        },
    },
    "elements": {
        "SCR": {"element": "Screen", "start": "Consent", "duration": "P7D"},
        "TRT": {"element": "Drug", "start": "First dose", "end": "Last dose"},
        "PBO": {"element": "Placebo", "start": "First dose", "end": "Last dose"},
    },
    "criteria": {
        "INCL01": {"text": "Adult", "category": "INCLUSION", "version": [1, 2]},
        "EXCL01": {"text": "Smoker", "category": "EXCLUSION", "subcategory": "HABIT", "version": 2},
    },
    "summary": {
        "TITLE": "A trial",
        "TTYPE": ["SAFETY", "EFFICACY"],
        "NARMS": 2,
        "AGEMAX": {"null_flavor": "PINF"},
        "INDIC": {"value": "ASTHMA", "code": 195967001, "reference": "SNOMED", "version": "2023"},
    },
}
VISITS = [
    {"VISIT": "SCREENING", "VISITNUM": 1, "VISITDY": -7, "start": "Consent", "end": "Day 1"},
    {"VISIT": "DAY 1", "VISITNUM": 2, "start": "First dose", "arms": ["A", "P"]},
    {"VISIT": "UNSCHEDULED", "VISITNUM": 99},
]
RAW = {"raw": [{"SUBJ": "1", "ARM": "A"}]}
DM = {"dataset": "DM", "source": "raw", "variables": {"ARMCD": {"from": "ARM"}}}


@pytest.fixture(scope="module")
def result(workshop: Any) -> Any:
    return workshop.convert(RAW, DM, trial_design=DESIGN, visits=VISITS)


@pytest.mark.parametrize(
    ("dataset", "names", "records"),
    [
        (
            "TA",
            ("ARMCD", "ARM", "TAETORD", "ETCD", "ELEMENT", "TABRANCH", "TATRANS", "EPOCH"),
            [
                ("A", "Arm A", 1, "SCR", "Screen", "Randomized", None, "SCREENING"),
                ("A", "Arm A", 2, "TRT", "Drug", None, "If rash, to FUP", "TREATMENT"),
                ("P", "Placebo", 1, "SCR", "Screen", None, None, "SCREENING"),
                ("P", "Placebo", 2, "PBO", "Placebo", None, None, "TREATMENT"),
            ],
        ),
        (
            "TE",
            ("ETCD", "ELEMENT", "TESTRL", "TEENRL", "TEDUR"),
            [
                ("PBO", "Placebo", "First dose", "Last dose", None),
                ("SCR", "Screen", "Consent", None, "P7D"),
                ("TRT", "Drug", "First dose", "Last dose", None),
            ],
        ),
        (
            "TV",
            ("VISITNUM", "VISIT", "VISITDY", "ARMCD", "ARM", "TVSTRL", "TVENRL"),
            [
                (1, "SCREENING", -7, None, None, "Consent", "Day 1"),
                (2, "DAY 1", None, "A", "Arm A", "First dose", None),
                (2, "DAY 1", None, "P", "Placebo", "First dose", None),
            ],
        ),
        (
            "TI",
            ("IETESTCD", "IETEST", "IECAT", "IESCAT", "TIVERS"),
            [
                ("EXCL01", "Smoker", "EXCLUSION", "HABIT", "2"),
                ("INCL01", "Adult", "INCLUSION", None, "1"),
                ("INCL01", "Adult", "INCLUSION", None, "2"),
            ],
        ),
        (
            "TS",
            ("TSSEQ", "TSPARMCD", "TSVAL", "TSVALNF", "TSVALCD", "TSVCDREF", "TSVCDVER"),
            [
                (1, "AGEMAX", None, "PINF", None, None, None),
                (1, "INDIC", "ASTHMA", None, "195967001", "SNOMED", "2023"),
                (1, "NARMS", "2", None, None, None, None),
                (1, "TITLE", "A trial", None, None, None, None),
                (1, "TTYPE", "SAFETY", None, "C49667", "CDISC CT", "2024-03-29"),
                (2, "TTYPE", "EFFICACY", None, "C49666", "CDISC CT", "2024-03-29"),
            ],
        ),
    ],
)
def test_the_design_makes_the_trial_design_datasets(
    result: Any, dataset: str, names: tuple[str, ...], records: list[tuple[Any, ...]]
) -> None:
    found = result.records(dataset, *names)
    assert sorted(found, key=str) == sorted(records, key=str)
    assert result.told() == []


def test_each_record_is_traced_to_its_entry_in_study_yaml(result: Any) -> None:
    assert sorted(result.trace("TA")) == [("", "study.yaml", number) for number in (1, 2, 3, 4)]


def test_what_the_protocol_says_has_that_origin(result: Any) -> None:
    assert result.variable("TE", "TESTRL").origin.type == "Protocol"
    assert result.variable("TS", "TSVAL").origin.type == "Protocol"
    assert result.variable("TS", "TSVALCD").origin.type == "Assigned"
    assert result.variable("TS", "TSSEQ").origin.type == "Derived"


def test_what_no_entry_says_is_no_variable(workshop: Any) -> None:
    design = {"criteria": {"INCL01": {"text": "Adult", "category": "INCLUSION"}}}
    found = workshop.convert(RAW, DM, trial_design=design)
    assert list(found.conversion.datasets) == ["TI", "DM"]
    assert found.names("TI") == ["STUDYID", "DOMAIN", "IETESTCD", "IETEST", "IECAT"]


def test_visits_without_a_start_make_no_tv(workshop: Any) -> None:
    found = workshop.convert(RAW, DM, visits=[{"VISIT": "DAY 1", "VISITNUM": 1}])
    assert list(found.conversion.datasets) == ["DM"]


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The study's keys with one value put in another's place."""
    head = copy.deepcopy({"trial_design": DESIGN, "visits": VISITS})
    place: Any = head
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return head


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            ("trial_design", "arms", "A", "elements", 0, "ETCD"),
            "SCRN",
            "trial_design has no element 'SCRN' (did you mean 'SCR'?)",
        ),
        (
            ("trial_design", "elements", "FUP"),
            {"element": "Follow-up", "start": "Last dose"},
            "no arm has the element 'FUP'",
        ),
        (("visits", 1, "arms"), ["A", "B"], "trial_design has no arm 'B'"),
        (("visits", 2, "end"), "Day 9", "'end' is of a planned visit, and this one has no 'start'"),
        (
            ("trial_design", "elements", "SCR", "duration"),
            "28 days",
            "duration: '28 days' is not an ISO 8601 duration such as P28D",
        ),
        (
            ("trial_design", "elements", "SCREENING"),
            {"element": "x", "start": "y"},
            "'SCREENING' is not an ETCD: up to 8 characters",
        ),
        (("trial_design", "arms", "A", "element"), [], "unknown key 'element'"),
        (("trial_design", "summary", "INDIC"), {"text": "x"}, "unknown key 'text'"),
    ],
)
def test_faults_have_a_place_in_study_yaml(
    workshop: Any, path: tuple[Any, ...], value: Any, message: str
) -> None:
    problems = workshop.problems(RAW, DM, **changed(path, value))
    assert any(item.startswith("study.yaml:1:") and message in item for item in problems), problems


def test_a_dataset_that_a_spec_file_maps_too_is_a_problem(workshop: Any) -> None:
    spec = {"dataset": "TI", "rows": [{"IETESTCD": "I", "IETEST": "x", "IECAT": "INCLUSION"}]}
    problems = workshop.problems(RAW, DM, spec, trial_design=DESIGN)
    assert len(problems) == 1
    assert "TI is made from this, and sdtm/ has a spec of it too: keep one" in problems[0]


def test_arms_and_elements_of_a_spec_file_are_not_asked_for_here(workshop: Any) -> None:
    row = {"ARMCD": "A", "ARM": "Arm A", "TAETORD": 1, "ETCD": "TRT", "EPOCH": "TREATMENT"}
    elements = {"TRT": {"element": "Drug", "start": "First dose"}}
    visits = [{"VISIT": "DAY 1", "VISITNUM": 1, "start": "First dose", "arms": ["A"]}]
    spec = {"dataset": "TA", "rows": [row]}
    found = workshop.convert(RAW, DM, spec, visits=visits, trial_design={"elements": elements})
    assert found.records("TV", "ARMCD", "VISIT") == [("A", "DAY 1")]
    assert found.column("TE", "ETCD") == ["TRT"]
