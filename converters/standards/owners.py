"""Datasets whose records are about others than subjects: associated persons and devices.

A domain of associated persons is one of subjects with other identifiers (SDTMIG-AP 1.0); the
identifiers that SUPP-- and RELREC may have beside USUBJID are those of SDTM 2.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from converters.standards.sdtmig import (
    Domain,
    DomainVariable,
    associated_identifiers,
    load_domain,
)

#: Identifiers that APID stands for.
_OF_SUBJECT = ("USUBJID", "POOLID")
#: Of DM what describes a person; the rest is about subjects of the trial.
_OF_PERSON = (
    *("STUDYID", "DOMAIN", "DTHDTC", "DTHFL", "BRTHDTC", "AGE", "AGEU", "SEX", "RACE", "ETHNIC"),
    *("COUNTRY", "DMDTC", "DMDY"),
)
_LABEL_BYTES = 40


def associated(domain: Domain) -> Domain:
    """The domain of associated persons (APMH) that goes with one of subjects (MH).

    Of DM only what describes a person is left, all of it permissible.
    """
    named = replace(
        domain,
        name=f"AP{domain.name}",
        label=_label(domain.label),
        structure=domain.structure.replace("per subject", "per associated person"),
        repeating=True,
        standard="SDTMIG-AP",
    )
    return _with_variables(named, associated_variables(domain.variables), "APID")


def associated_variables(variables: Iterable[DomainVariable]) -> list[DomainVariable]:
    """Variables of subjects as those of associated persons.

    APID stands in the place of USUBJID; RSUBJID, RDEVID and SREL come behind the identifiers.
    """
    apid, *others = associated_identifiers().variables
    given = [item for item in variables if item.name not in _OF_SUBJECT]
    if "ARMCD" in (item.name for item in given):
        given = [replace(v, core="Perm") for v in given if v.name in _OF_PERSON]
    first = [replace(item, core="Req") for item in given if item.name in ("STUDYID", "DOMAIN")]
    given = [item for item in given if item.name not in ("STUDYID", "DOMAIN")]
    identifiers = [item for item in given if item.role == "Identifier"]
    rest = [item for item in given if item.role != "Identifier"]
    return [*first, apid, *identifiers, *others, *rest]


def _label(label: str) -> str:
    found = (f"Associated Persons {label}", f"AP {label}", label)
    return next(text for text in found if len(text) <= _LABEL_BYTES)


def supplemental(version: str, owners: tuple[str, ...]) -> Domain:
    """SUPPQUAL for records of subjects, associated persons or devices (SDTM 2.0, SUPP--).

    ``owners`` identify what the parent's records are about; of several each may be missing.
    """
    domain = load_domain(version, "SUPPQUAL")
    core = "Req" if len(owners) == 1 else "Exp"
    own = [replace(_identifier(version, name), core=core) for name in owners]
    return _with_variables(domain, _in_place_of_subject(domain.variables, own), *owners)


def related(version: str) -> list[DomainVariable]:
    """The variables of RELREC: what a record may be about beside a subject is permissible."""
    variables = load_domain(version, "RELREC").variables
    subject = next(item for item in variables if item.name == "USUBJID")
    others = [
        replace(_identifier(version, name), core="Perm") for name in ("APID", "POOLID", "SPDEVID")
    ]
    return _in_place_of_subject(variables, [subject, *others])


def _identifier(version: str, name: str) -> DomainVariable:
    return load_domain(version, "DI" if name == "SPDEVID" else "POOLDEF").variable(name)


def _in_place_of_subject(
    variables: Sequence[DomainVariable], identifiers: Sequence[DomainVariable]
) -> list[DomainVariable]:
    place = [item.name for item in variables].index("USUBJID")
    return [*variables[:place], *identifiers, *variables[place + 1 :]]


def _with_variables(domain: Domain, variables: Sequence[DomainVariable], *owners: str) -> Domain:
    """The domain with other variables, and keys in which ``owners`` take the subject's place."""
    names = {item.name for item in variables}
    keys = [name for key in domain.keys for name in (owners if key == "USUBJID" else (key,))]
    return replace(
        domain,
        keys=tuple(key for key in keys if key in names),
        variables=tuple(replace(item, order=order) for order, item in enumerate(variables, 1)),
        schema=_schema(domain, variables) if domain.schema else {},
    )


def _schema(domain: Domain, variables: Sequence[DomainVariable]) -> Mapping[str, Any]:
    """The JSON Schema of a record; rules on variables that there are no more are gone."""
    names = {item.name for item in variables}
    return {
        **domain.schema,
        "title": domain.name,
        "properties": {item.name: _property(domain, item) for item in variables},
        "required": [item.name for item in variables if item.core != "Perm"],
        "allOf": [rule for rule in domain.schema.get("allOf", ()) if _named(rule) <= names],
    }


def _property(domain: Domain, item: DomainVariable) -> dict[str, Any]:
    kind = {"Char": "string", "Num": "number"}[item.kind]
    found = {
        **domain.schema["properties"].get(item.name, {"title": item.label, "x-role": item.role}),
        "type": kind if item.core == "Req" else [kind, "null"],
        "x-core": item.core,
    }
    return {**found, "const": domain.name} if item.name == "DOMAIN" else found


def _named(rule: Any) -> set[str]:
    """The variables that a rule of a record speaks of."""
    if isinstance(rule, list):
        return set().union(*map(_named, rule)) if rule else set()
    if not isinstance(rule, Mapping):
        return set()
    own = {*rule.get("properties", ()), *rule.get("required", ())}
    return own.union(*(_named(value) for value in rule.values()))
