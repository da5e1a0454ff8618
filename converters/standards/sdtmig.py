"""The domains of SDTMIG: variables, keys, class and rules, read from one JSON Schema a domain."""

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
_SHARED = "datatypes"


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
    ``schema`` is the JSON Schema of one record: an object in which a missing value is null and an
    absent column is absent; resolve its references with ``registry``.
    """

    name: str
    label: str
    dataset_class: str
    structure: str
    keys: tuple[str, ...]
    variables: tuple[DomainVariable, ...]
    repeating: bool
    reference_data: bool
    schema: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def _by_name(self) -> Mapping[str, DomainVariable]:
        return {item.name: item for item in self.variables}

    def variable(self, name: str) -> DomainVariable:
        """The variable of that name.

        Raises:
            SpecError: the domain has none.
        """
        if name not in self._by_name:
            hint = nearest(name, self._by_name)
            raise SpecError(f"{self.name} has no variable '{name}' in SDTMIG{hint}")
        return self._by_name[name]


def versions() -> list[str]:
    """The versions of SDTMIG that are shipped, in order, such as ``3.4``."""
    found = [place.name.removeprefix(_PREFIX) for place in folder("schemas").glob(f"{_PREFIX}*")]
    return sorted(found, key=lambda version: [(len(part), part) for part in version.split(".")])


@cache
def domain_names(version: str) -> tuple[str, ...]:
    """The names of the domains of one version, alphabetically.

    Raises:
        SpecError: that version is not shipped.
    """
    stems = sorted(place.stem for place in _folder(version).glob("*.json"))
    return tuple(stem for stem in stems if stem != _SHARED)


@cache
def load_domain(version: str, name: str) -> Domain:
    """One domain (``AE``, ``SUPPQUAL``) of one version (``3.4``).

    Raises:
        SpecError: that version is not shipped, or has no such domain.
    """
    if name not in domain_names(version):
        hint = nearest(name, domain_names(version))
        raise SpecError(f"SDTMIG {version} has no domain '{name}'{hint}")
    schema = json.loads((_folder(version) / f"{name}.json").read_text(encoding="utf-8"))
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
        schema=schema,
    )


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


def _folder(version: str) -> Path:
    if version not in versions():
        known = ", ".join(versions())
        raise SpecError(
            f"SDTMIG version '{version}' is not known, only {known}{nearest(version, versions())}"
        )
    return folder("schemas") / f"{_PREFIX}{version}"


@to_cached_resource()
def _retrieve(uri: str) -> str:
    place, _, name = uri.partition("/")
    for shipped in folder("schemas").glob(f"{_PREFIX}*"):
        if shipped.name == place and name in {item.name for item in shipped.iterdir()}:
            return (shipped / name).read_text(encoding="utf-8")
    raise LookupError(f"no schema '{uri}' is shipped")


#: Resolves references between shipped schemas, without a network.
registry: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg]
