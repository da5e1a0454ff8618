"""The variables that a dataset may have."""

from __future__ import annotations

import pytest

from converters.errors import SpecError
from converters.standards.model import domain_of, known_variables
from converters.standards.sdtmig import domain_names, load_domain


@pytest.mark.parametrize("name", domain_names("3.4"))
def test_a_domain_has_its_own_variables_in_their_order(name: str) -> None:
    own = [item.name for item in load_domain("3.4", name).variables]
    known = known_variables("3.4", name)
    assert [item for item in known if item in own] == own
    assert all(
        known[item.name] is item or known[item.name] == item
        for item in load_domain("3.4", name).variables
    )


@pytest.mark.parametrize(
    ("domain", "variable"),
    [
        ("AE", "AEREFID"),
        ("AE", "VISITNUM"),
        ("AE", "AEDTC"),
        ("LB", "LBREASND"),
        ("VS", "VSPOS"),
        ("CM", "CMSTDTC"),
        ("LB", "LBFAST"),
    ],
)
def test_what_others_of_its_class_have_is_permissible(domain: str, variable: str) -> None:
    known = known_variables("3.4", domain)
    assert variable in known
    own = {item.name for item in load_domain("3.4", domain).variables}
    assert variable in own or known[variable].core == "Perm"


@pytest.mark.parametrize(
    ("domain", "variable"),
    [("AE", "AEORRES"), ("LB", "LBDOSE"), ("DM", "VISITNUM"), ("AE", "CMTRT"), ("TA", "USUBJID")],
)
def test_what_another_class_has_is_no_variable(domain: str, variable: str) -> None:
    assert variable not in known_variables("3.4", domain)


def test_no_variable_has_another_domains_prefix() -> None:
    for domain in ("AE", "LB", "CM", "EX"):
        foreign = {
            name for name in known_variables("3.4", domain) if name[:2] in {"AE", "LB", "CM", "EX"}
        }
        assert all(name.startswith(domain) for name in foreign), foreign


def test_names_are_no_longer_than_a_transport_file_can_hold() -> None:
    for domain in ("AE", "LB", "CM"):
        assert all(len(name) <= 8 for name in known_variables("3.4", domain))


def test_an_unknown_domain_needs_a_class() -> None:
    with pytest.raises(SpecError, match="no domain 'XX'"):
        domain_of("3.4", "XX")
    for dataset_class in ("EVENTS", "FINDINGS", "INTERVENTIONS"):
        domain = domain_of("3.4", "XX", dataset_class)
        names = [item.name for item in domain.variables]
        assert names[:4] == ["STUDYID", "DOMAIN", "USUBJID", "XXSEQ"]
        assert domain.dataset_class == dataset_class
        assert all(not item.codelists for item in domain.variables)
        assert set(domain.keys) <= set(known_variables("3.4", "XX", dataset_class))


def test_a_class_does_not_change_a_domain_of_the_standard() -> None:
    assert domain_of("3.4", "AE", "FINDINGS").dataset_class == "EVENTS"
