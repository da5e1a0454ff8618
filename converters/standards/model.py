"""The variables that a dataset may have: its domain's, and those of its class that others list.

SDTMIG lists the usual variables of each domain; the SDTM model allows every Identifier, Timing and
qualifier variable of the observation class besides (SDTMIG 2.5, 3.2.1). Who has no subject gets
none: USUBJID is never borrowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from converters.errors import SpecError
from converters.standards.owners import associated, associated_variables, related
from converters.standards.sdtmig import (
    Domain,
    DomainVariable,
    domain_names,
    is_associated,
    load_domain,
    variable_prefix,
)

FINDINGS = ("FINDINGS", "FINDINGS ABOUT")
OBSERVATIONS = ("INTERVENTIONS", "EVENTS", *FINDINGS)

#: Domains of no observation class that may have further timing variables.
_TIMED = ("SE", "SV")

#: Variables whose long texts go on in numbered ones of the same dataset (SDTMIG 4.5.3.2), and how
#: many of these there may be.
CONTINUED = {"CO": "COVAL", "TS": "TSVAL"}
MOST_PIECES = 99


def numbered_name(name: str, number: int) -> str:
    """A variable's name with a number behind it, in 8 characters: AETERM1, AEREASN1."""
    return f"{name[: 8 - len(str(number))]}{number}"


def numbered_label(label: str, number: int) -> str:
    """A label with a number behind it, in 40 characters."""
    return f"{label[: 39 - len(str(number))]} {number}"


@cache
def known_variables(
    version: str, name: str, dataset_class: str = ""
) -> Mapping[str, DomainVariable]:
    """All variables of a dataset by name, in the order in which they are written.

    A borrowed variable stands where the other domain has it: behind the nearest variable before it
    that this domain has too.
    """
    if is_associated(name):
        known = known_variables(version, variable_prefix(name), dataset_class).values()
        return {item.name: item for item in associated_variables(known)}
    domain = domain_of(version, name, dataset_class)
    own = related(version) if name == "RELREC" else _with_numbered(domain)
    found = {item.name: item for item in own}
    if domain.dataset_class not in OBSERVATIONS and name not in _TIMED:
        return found
    order = list(found)
    for other in _relatives(version, domain):
        previous = ""
        for item in other.variables:
            mine = _renamed(item, other.name, domain.name)
            if mine.name not in found and _fits(item, other, domain):
                found[mine.name] = replace(mine, core="Perm")
                order.insert(order.index(previous) + 1 if previous else len(order), mine.name)
            if mine.name in found:
                previous = mine.name
    return {name: found[name] for name in order}


def _with_numbered(domain: Domain) -> Iterator[DomainVariable]:
    """A domain's variables, with those in which COVAL and TSVAL go on."""
    for item in domain.variables:
        yield item
        if item.name == CONTINUED.get(domain.name):
            for number in range(1, MOST_PIECES + 1):
                name, label = numbered_name(item.name, number), numbered_label(item.label, number)
                yield replace(item, name=name, label=label, core="Perm")


@cache
def domain_of(version: str, name: str, dataset_class: str = "") -> Domain:
    """The standard's domain, or one of the given class that the standard does not know.

    Raises:
        SpecError: the standard has no such domain and no class is given, or associated persons have
            none.
    """
    if is_associated(name):
        domain = domain_of(version, variable_prefix(name), dataset_class)
        if domain.dataset_class not in OBSERVATIONS and domain.name != "DM":
            raise SpecError(f"associated persons have no {name}: {domain.name} is about subjects")
        return associated(domain)
    if not dataset_class or name in domain_names(version):
        return load_domain(version, name)
    model = {"EVENTS": "CE", "FINDINGS": "LB", "INTERVENTIONS": "CM"}[dataset_class]
    pattern = load_domain(version, model)
    kept = [
        _renamed(item, model, name)
        for item in pattern.variables
        if item.core != "Perm" or item.role in ("Identifier", "Timing")
    ]
    return replace(
        pattern,
        name=name,
        label=name,
        structure="",
        schema={},
        variables=tuple(replace(item, codelists=()) for item in kept),
        keys=tuple(_rename(key, model, name) for key in pattern.keys),
    )


def _relatives(version: str, domain: Domain) -> list[Domain]:
    """Domains to borrow from: of the same class first, then the other observation classes."""
    all_domains = [load_domain(version, name) for name in domain_names(version)]
    all_domains.sort(key=lambda item: item.standard != "SDTMIG")
    observations = [item for item in all_domains if item.dataset_class in OBSERVATIONS]
    same = [item for item in observations if _kin(item, domain)]
    return same + [item for item in observations if not _kin(item, domain)]


def _kin(one: Domain, other: Domain) -> bool:
    return one.dataset_class.split()[0] == other.dataset_class.split()[0]


def _fits(item: DomainVariable, other: Domain, domain: Domain) -> bool:
    if item.name == "USUBJID":
        return False
    if item.role in ("Identifier", "Timing"):
        return True
    return _kin(other, domain) and item.name.startswith(other.name) and item.role != "Topic"


def _rename(name: str, prefix: str, other: str) -> str:
    return other + name[len(prefix) :] if name.startswith(prefix) and name != prefix else name


def _renamed(item: DomainVariable, prefix: str, other: str) -> DomainVariable:
    if item.name == "DOMAIN":
        return item
    return replace(item, name=_rename(item.name, prefix, other))
