"""What the declared implementation guide says of a variable of a dataset."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from converters.define.check.walk import class_of, domain_of, is_supplemental
from converters.define.elements import ItemDef, ItemGroupDef, ItemRef
from converters.define.index import Index
from converters.errors import SpecError
from converters.standards import adamig, model, owners, sdtmig
from converters.standards.adamig import AnalysisVariable
from converters.standards.sdtmig import DomainVariable

_CLASSES_OF_SPONSORS = ("EVENTS", "FINDINGS", "INTERVENTIONS")


def listed_variable(
    index: Index, group: ItemGroupDef, ref: ItemRef, item: ItemDef
) -> DomainVariable | AnalysisVariable | None:
    """The variable as the guide that the dataset follows lists it.

    A variable that it borrows from another domain or structure has no label, as one has that two
    structures of the dataset label differently. None where the sponsor says that the variable is
    their own, the guide has none of that name, or its version is not shipped.
    """
    if ref.is_non_standard == "Yes" or group.is_non_standard == "Yes" or not item.name:
        return None
    guide, version = guide_of(index, group)
    if guide.startswith("ADAM"):
        return _analysis(version, class_of(group).upper(), subclass_of(group), item.name)
    if guide in ("SDTM", "SDTMIG", "SDTMIG-MD", "SDTMIG-AP"):
        version = _sdtmig_of(index) if "-" in guide else version
        if is_supplemental(group):
            return _qualifiers(version, _owners(index, group)).get(item.name)
        return _domain(version, domain_of(group), class_of(group).upper()).get(item.name)
    return None


def guide_of(index: Index, group: ItemGroupDef) -> tuple[str, str]:
    """Name and version of the guide of a dataset: ``("SDTMIG", "3.4")``; empty where none is."""
    metadata = index.metadata
    standard = index.standards.get(group.standard_oid or "")
    if standard is not None:
        return (standard.name or "").upper(), standard.version or ""
    name = re.sub(r"CDISC|[^A-Z]", "", (metadata.standard_name or "").upper())
    return name, metadata.standard_version or ""


def subclass_of(group: ItemGroupDef) -> str:
    """The first subclass of a dataset, or an empty text."""
    found = group.dataset_class.subclasses if group.dataset_class else ()
    return (found[0].name or "") if found else ""


def _sdtmig_of(index: Index) -> str:
    """The version of SDTMIG that is declared beside a companion guide, or the latest."""
    found = [item.version or "" for item in index.standards.values() if item.name == "SDTMIG"]
    return found[-1] if found else sdtmig.versions()[-1]


def _owners(index: Index, group: ItemGroupDef) -> tuple[str, ...]:
    """Whom or what the qualified records are about, by the identifiers that the dataset has."""
    names = {item.name for _, item in index.variables(group)}
    return tuple(name for name in sdtmig.OWNERS if name in names) or sdtmig.OWNERS[:1]


@cache
def _qualifiers(version: str, about: tuple[str, ...]) -> Mapping[str, DomainVariable]:
    """The variables of a SUPP-- dataset."""
    if version not in sdtmig.versions():
        return {}
    return {item.name: item for item in owners.supplemental(version, about).variables}


@cache
def _domain(version: str, name: str, dataset_class: str) -> Mapping[str, DomainVariable]:
    if version not in sdtmig.versions():
        return {}
    try:
        if name not in sdtmig.domain_names(version) and not sdtmig.is_associated(name):
            base = dataset_class.split()[0] if dataset_class else ""
            if base not in _CLASSES_OF_SPONSORS or not re.fullmatch("[A-Z][A-Z0-9]", name):
                return {}
            known = model.known_variables(version, name, base)
            return {key: replace(item, label="") for key, item in known.items()}
        return _own_labels(version, name)
    except SpecError:
        return {}


def _own_labels(version: str, name: str) -> Mapping[str, DomainVariable]:
    """The variables of a domain; those of other domains of its class without their labels."""
    own = {item.name for item in model.domain_of(version, name).variables}
    known = model.known_variables(version, name)
    return {key: item if key in own else replace(item, label="") for key, item in known.items()}


@cache
def _analysis(
    version: str, dataset_class: str, subclass: str, name: str
) -> AnalysisVariable | None:
    if version not in adamig.versions():
        return None
    found = adamig.find_variable(version, dataset_class, name, subclass)
    own = (adamig.SUBCLASSES.get(subclass, ("", ""))[1], adamig.CLASSES.get(dataset_class), "ADSL")
    listings = [adamig.load_structure(version, item).find(name) for item in own if item]
    labels = {item.label for item in listings if item is not None}
    return found if found is None or labels == {found.label} else replace(found, label="")
