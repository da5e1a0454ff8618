"""What ADaMIG says of a variable by its name."""

from __future__ import annotations

import pytest

from converters.standards.adamig import find_variable

OCCURRENCE = "OCCURRENCE DATA STRUCTURE"
BASIC = "BASIC DATA STRUCTURE"
SUBJECTS = "SUBJECT LEVEL ANALYSIS DATASET"


@pytest.mark.parametrize("name", ["MSDUR", "HPSEV", "XXCAT"])
@pytest.mark.parametrize("dataset_class", [BASIC, SUBJECTS])
def test_a_sponsors_name_is_no_domains_variable_outside_occurrences(
    dataset_class: str, name: str
) -> None:
    assert find_variable("1.3", dataset_class, name) is None


@pytest.mark.parametrize("name", ["MHDUR", "CEDUR", "CMCAT"])
def test_an_occurrence_has_the_variables_of_its_domain(name: str) -> None:
    found = find_variable("1.3", OCCURRENCE, name)
    assert found is not None
    assert found.kind == "Char"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("TRT02P", "Planned Treatment for Period 02"),
        ("CRIT3FL", "Criterion 3 Evaluation Result Flag"),
    ],
)
def test_numbers_in_names_are_found_in_every_class(name: str, label: str) -> None:
    for dataset_class in (BASIC, SUBJECTS, OCCURRENCE):
        found = find_variable("1.3", dataset_class, name)
        assert found is not None
        assert found.label == label
