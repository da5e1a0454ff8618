"""The variables that a dataset may have."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from converters.errors import SpecError
from converters.standards.model import domain_of, known_variables
from converters.standards.owners import supplemental
from converters.standards.sdtmig import domain_names, load_domain, registry

VERSIONS = ("3.2", "3.3", "3.4")


@pytest.mark.parametrize(("version", "name"), [(v, n) for v in VERSIONS for n in domain_names(v)])
def test_a_domain_has_its_own_variables_in_their_order(version: str, name: str) -> None:
    domain = load_domain(version, name)
    own = [item.name for item in domain.variables]
    known = known_variables(version, name)
    assert [item for item in known if item in own] == own
    assert all(known[item.name] == item for item in domain.variables)
    assert all(len(item) <= 8 for item in known)


@pytest.mark.parametrize(
    ("version", "domain", "variable", "allowed"),
    [
        ("3.2", "LB", "LBLOBXFL", False),
        ("3.3", "LB", "LBLOBXFL", True),
        ("3.2", "DM", "ARMNRS", False),
        ("3.3", "DM", "ARMNRS", True),
        ("3.3", "SV", "SVPRESP", False),
        ("3.4", "SV", "SVPRESP", True),
        ("3.2", "MH", "MHEVDTYP", False),
        ("3.2", "AE", "SPDEVID", True),
        ("3.3", "LB", "SPDEVID", True),
        ("3.4", "AE", "AEPARTY", True),
        ("3.4", "DI", "USUBJID", False),
        ("3.4", "DO", "USUBJID", False),
        ("3.4", "DT", "DTREFID", True),
        ("3.4", "RELREC", "APID", True),
        ("3.4", "RELREC", "SPDEVID", True),
        ("3.4", "TS", "SPDEVID", False),
    ],
)
def test_each_version_has_variables_of_its_own(
    version: str, domain: str, variable: str, allowed: bool
) -> None:
    assert (variable in known_variables(version, domain)) is allowed


@pytest.mark.parametrize(
    ("name", "owners", "numbered_within"),
    [
        ("AE", ("USUBJID",), ("USUBJID",)),
        ("DX", ("USUBJID",), ("USUBJID",)),
        ("DU", ("USUBJID", "SPDEVID"), ("USUBJID", "SPDEVID")),
        ("DO", ("SPDEVID",), ("SPDEVID",)),
        ("DI", ("SPDEVID",), ("SPDEVID", "DIPARMCD")),
        ("APMH", ("APID",), ("APID",)),
        ("TS", (), ("TSPARMCD",)),
        ("OI", (), ("NHOID",)),
        ("TA", (), ()),
        ("POOLDEF", (), ()),
    ],
)
def test_a_domain_knows_what_its_records_are_about(
    name: str, owners: tuple[str, ...], numbered_within: tuple[str, ...]
) -> None:
    domain = domain_of("3.4", name)
    assert (domain.owners, domain.numbered_within) == (owners, numbered_within)


# --- associated persons


@pytest.mark.parametrize("version", VERSIONS)
def test_a_domain_of_associated_persons_has_apid_in_place_of_usubjid(version: str) -> None:
    domain = domain_of(version, "APMH")
    names = [item.name for item in domain.variables]
    assert names[:4] == ["STUDYID", "DOMAIN", "APID", "MHSEQ"]
    place = names.index("RSUBJID")
    assert names[place : place + 4] == ["RSUBJID", "RDEVID", "SREL", "MHTERM"]
    assert {"USUBJID", "POOLID"} & set(known_variables(version, "APMH")) == set()
    assert (domain.name, domain.prefix, domain.standard) == ("APMH", "MH", "SDTMIG-AP")
    assert domain.label == "Associated Persons Medical History"
    assert domain.structure == "One record per medical history event per associated person"
    assert domain.keys[:2] == ("STUDYID", "APID")
    assert set(domain.keys) <= set(names)
    assert [item.order for item in domain.variables] == list(range(1, len(names) + 1))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["AE", "CM", "DM", "EG", "FA", "LB", "MH", "RS", "SC", "SU", "VS"])
def test_the_schema_of_associated_persons_goes_by_their_variables(version: str, name: str) -> None:
    domain = domain_of(version, f"AP{name}")
    schema = domain.schema
    assert list(schema["properties"]) == [item.name for item in domain.variables]
    assert schema["properties"]["DOMAIN"]["const"] == f"AP{name}"
    assert schema["required"] == [item.name for item in domain.variables if item.core != "Perm"]
    assert len(domain.label) <= 40
    record: dict[str, object] = dict.fromkeys(schema["properties"])
    record |= {"STUDYID": "S", "DOMAIN": f"AP{name}", "APID": "1", f"{name}SEQ": 1}
    required = {v.name for v in domain.variables if v.core == "Req"} - set(record)
    assert required == set()
    validator = Draft202012Validator(schema, registry=registry)
    wrong = {e.path[0] for e in validator.iter_errors({**record, "APID": None}) if e.path}
    assert "APID" in wrong


def test_of_demographics_only_what_describes_a_person_is_left() -> None:
    domain = domain_of("3.4", "APDM")
    names = {item.name for item in domain.variables}
    assert {"APID", "RSUBJID", "SREL", "BRTHDTC", "AGE", "SEX", "RACE"} <= names
    assert not {"SUBJID", "SITEID", "RFSTDTC", "ARMCD", "ACTARM", "ARMNRS"} & names
    needed = [item.name for item in domain.variables if item.core == "Req"]
    assert needed == ["STUDYID", "DOMAIN", "APID"]
    assert domain.repeating


@pytest.mark.parametrize("name", ["APSE", "APTS", "APDI", "APCO"])
def test_what_is_about_subjects_or_the_trial_has_no_associated_persons(name: str) -> None:
    with pytest.raises(SpecError, match=f"associated persons have no {name}"):
        domain_of("3.4", name)


def test_a_domain_of_the_sponsors_own_may_be_of_associated_persons() -> None:
    domain = domain_of("3.4", "APXX", "EVENTS")
    assert [item.name for item in domain.variables][:4] == ["STUDYID", "DOMAIN", "APID", "XXSEQ"]
    with pytest.raises(SpecError, match="no domain 'XX'"):
        domain_of("3.4", "APXX")


# --- supplemental qualifiers


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("owners", [("USUBJID",), ("APID",), ("SPDEVID",), ("USUBJID", "SPDEVID")])
def test_supplemental_qualifiers_name_what_their_parent_is_about(
    version: str, owners: tuple[str, ...]
) -> None:
    domain = supplemental(version, owners)
    names = [item.name for item in domain.variables]
    assert names[:3] == ["STUDYID", "RDOMAIN", owners[0]]
    assert domain.keys == ("STUDYID", "RDOMAIN", *owners, "IDVAR", "IDVARVAL", "QNAM")
    assert {domain.variable(name).core for name in owners} == {"Exp" if owners[1:] else "Req"}
    assert list(domain.schema["properties"]) == names
    if owners == ("USUBJID",):
        assert domain == load_domain(version, "SUPPQUAL")


# --- what others have


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
