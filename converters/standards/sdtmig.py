"""The domains of SDTMIG: variables, keys, class and rules, read from one JSON Schema a domain.

Guides for medical devices and associated persons go along with each version of SDTMIG.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from referencing import Registry
from referencing.retrieval import to_cached_resource

from converters.errors import SpecError, nearest
from converters.resources import folder

_PREFIX = "sdtmig-"

#: The version of each guide that adds datasets to those of SDTMIG.
COMPANIONS = {"SDTMIG-AP": "1.0", "SDTMIG-MD": "1.1"}

#: Files that are no dataset: the forms of values, the identifiers of associated persons.
_SHARED = ("datatypes", "AP")

#: Identifiers of whom or what a record is about.
OWNERS = ("USUBJID", "APID", "SPDEVID")


@dataclass(frozen=True)
class DomainVariable:
    """A variable as its domain table in SDTMIG lists it.

    ``core`` is Req, Exp or Perm, ``codelists`` NCI codes (a value may come from any of them),
    ``described`` the format or dictionary that the standard names, ``order`` counts from 1.
    """

    name: str
    label: str
    kind: Literal["Char", "Num"]
    role: str
    core: str
    codelists: tuple[str, ...] = ()
    described: str = ""
    order: int = 0


@dataclass(frozen=True)
class Domain:
    """A domain or special dataset of SDTMIG.

    ``dataset_class`` is the Define-XML 2.1 name of its class, ``keys`` are natural keys in sort
    order (some may be permissible variables that a dataset lacks), ``variables`` in standard order.
    ``standard`` is the guide that has it, one of ``COMPANIONS`` or SDTMIG. ``schema`` is the JSON
    Schema of one record: an object in which a missing value is null and an absent column is absent;
    resolve its references with ``registry``.
    """

    name: str
    label: str
    dataset_class: str
    structure: str
    keys: tuple[str, ...]
    variables: tuple[DomainVariable, ...]
    repeating: bool
    reference_data: bool
    standard: str = "SDTMIG"
    schema: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def _by_name(self) -> Mapping[str, DomainVariable]:
        return {item.name: item for item in self.variables}

    @property
    def prefix(self) -> str:
        """The letters that begin the domain's own variables."""
        return variable_prefix(self.name)

    @cached_property
    def owners(self) -> tuple[str, ...]:
        """Whom or what a record is about; none for the trial's design.

        Where a record may be without a subject it is the pair of subject and device.
        """
        found = [name for name in OWNERS if name in self._by_name]
        if found[:1] == ["USUBJID"] and self._by_name["USUBJID"].core == "Req":
            return ("USUBJID",)
        return tuple(name for name in found if self._by_name[name].core != "Perm")

    @cached_property
    def numbered_within(self) -> tuple[str, ...]:
        """Within what --SEQ is unique: in reference data that has it among its keys, all before."""
        sequence = f"{self.prefix}SEQ"
        if self.reference_data and sequence in self.keys:
            return self.keys[1 : self.keys.index(sequence)]
        return self.owners

    def variable(self, name: str) -> DomainVariable:
        """The variable of that name.

        Raises:
            SpecError: the domain has none.
        """
        if name not in self._by_name:
            hint = nearest(name, self._by_name)
            raise SpecError(f"{self.name} has no variable '{name}' in SDTMIG{hint}")
        return self._by_name[name]


def variable_prefix(domain: str) -> str:
    """The letters that begin a domain's variables: ``MH`` of MH, and of APMH (SDTMIG-AP 1.0)."""
    return domain[2:] if is_associated(domain) else domain


def is_associated(domain: str) -> bool:
    """Whether a domain holds records of associated persons: AP and the letters of another."""
    return domain.startswith("AP") and len(domain) == 4


def versions() -> list[str]:
    """The versions of SDTMIG that are shipped, in order, such as ``3.4``."""
    places = folder("schemas").glob(f"{_PREFIX}[0-9]*")
    found = [place.name.removeprefix(_PREFIX) for place in places]
    return sorted(found, key=lambda version: [(len(part), part) for part in version.split(".")])


@cache
def domain_names(version: str) -> tuple[str, ...]:
    """The names of the datasets of one version and its companions, alphabetically.

    Raises:
        SpecError: that version is not shipped.
    """
    return tuple(sorted(_places(version)))


@cache
def load_domain(version: str, name: str) -> Domain:
    """One domain (``AE``, ``SUPPQUAL``, ``DI``) of one version (``3.4``) or its companions.

    Raises:
        SpecError: that version is not shipped, or has no such domain.
    """
    place = _places(version).get(name)
    if place is None:
        hint = nearest(name, domain_names(version))
        raise SpecError(f"SDTMIG {version} has no domain '{name}'{hint}")
    schema = json.loads(place.read_text(encoding="utf-8"))
    return domain_of_schema(schema, place.parent.name.upper().rpartition("-")[0])


def domain_of_schema(schema: Mapping[str, Any], standard: str) -> Domain:
    """The domain that a JSON Schema of its records describes."""
    return Domain(
        name=schema["title"],
        label=schema["description"],
        dataset_class=schema["x-class"],
        structure=schema["x-structure"],
        keys=tuple(schema["x-keys"]),
        variables=tuple(
            _variable(item, schema["properties"][item], order)
            for order, item in enumerate(schema["properties"], 1)
        ),
        repeating=schema["x-repeating"],
        reference_data=schema["x-reference-data"],
        standard=standard,
        schema=schema,
    )


@cache
def associated_identifiers() -> Domain:
    """The variables that every dataset of associated persons has (SDTMIG-AP 1.0)."""
    place = folder("schemas") / f"sdtmig-ap-{COMPANIONS['SDTMIG-AP']}" / "AP.json"
    return domain_of_schema(json.loads(place.read_text(encoding="utf-8")), "SDTMIG-AP")


def _variable(name: str, item: Mapping[str, Any], order: int) -> DomainVariable:
    return DomainVariable(
        name=name,
        label=item["title"],
        kind="Num" if "number" in item["type"] else "Char",
        role=item["x-role"],
        core=item["x-core"],
        codelists=tuple(item.get("x-codelists", ())),
        described=item.get("x-described", ""),
        order=order,
    )


@cache
def _places(version: str) -> Mapping[str, Path]:
    """The file of each dataset, by name."""
    if version not in versions():
        known = ", ".join(versions())
        raise SpecError(
            f"SDTMIG version '{version}' is not known, only {known}{nearest(version, versions())}"
        )
    companions = [f"{name.lower()}-{number}" for name, number in COMPANIONS.items()]
    return {
        place.stem: place
        for name in (*companions, f"{_PREFIX}{version}")
        for place in (folder("schemas") / name).glob("*.json")
        if place.stem not in _SHARED
    }


@to_cached_resource()
def _retrieve(uri: str) -> str:
    place, _, name = uri.partition("/")
    for shipped in folder("schemas").glob(f"{_PREFIX}*"):
        if shipped.name == place and name in {item.name for item in shipped.iterdir()}:
            return (shipped / name).read_text(encoding="utf-8")
    raise LookupError(f"no schema '{uri}' is shipped")


#: Resolves references between shipped schemas, without a network.
registry: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg]
