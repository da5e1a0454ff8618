"""Standards: those declared are published ones, and datasets and codelists name theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from converters.define import terms
from converters.define.check.rule import Check, Place, Rule, at_definition, at_group
from converters.define.check.walk import class_of, nci_code
from converters.define.elements import CodeList, ItemGroupDef, Standard
from converters.define.index import Index
from converters.errors import nearest
from converters.findings import Finding, Severity

DEFINE_VERSION = Rule("define-version", Severity.ERROR, ("DD0020B",))
NAME = Rule("define-standard-name", Severity.ERROR, ("DD0021",))
VERSION = Rule("define-standard-version", Severity.WARNING, ("DD0022",))
STATUS = Rule("define-standard-status", Severity.WARNING, ("DD0141",))
TYPE = Rule("define-standard-type", Severity.ERROR, ("DD0021",))
PUBLISHING_SET = Rule("define-publishing-set", Severity.ERROR, ("DD0119",))
PUBLISHING_SET_SURPLUS = Rule("define-publishing-set-surplus", Severity.WARNING)
REPEATED = Rule("define-standard-repeated", Severity.WARNING)
GUIDE_MISSING = Rule("define-guide-missing", Severity.ERROR, ("DD0150",))
TERMINOLOGY_MISSING = Rule("define-terminology-missing", Severity.WARNING, ("DD0150",))
DATASET_STANDARD = Rule("define-dataset-standard", Severity.ERROR, ("DD0121",))
DATASET_BOTH = Rule("define-dataset-standard-both", Severity.ERROR, ("DD0120",))
DATASET_KIND = Rule("define-dataset-standard-kind", Severity.ERROR, ("DD0122",))
DATASET_FAMILY = Rule("define-dataset-standard-family", Severity.ERROR)
CODE_LIST_STANDARD = Rule("define-codelist-standard", Severity.ERROR, ("DD0128",))
CODE_LIST_BOTH = Rule("define-codelist-standard-both", Severity.ERROR, ("DD0126",))
CODE_LIST_KIND = Rule("define-codelist-standard-kind", Severity.ERROR, ("DD0125",))

#: Published versions of the implementation guides.
VERSIONS: Mapping[str, tuple[str, ...]] = {
    "SDTMIG": ("3.1.1", "3.1.2", "3.1.3", "3.2", "3.3", "3.4"),
    "SDTMIG-AP": ("1.0",),
    "SDTMIG-MD": ("1.0", "1.1"),
    "SENDIG": ("3.0", "3.1", "3.1.1"),
    "SENDIG-AR": ("1.0",),
    "SENDIG-DART": ("1.1", "1.2"),
    "SENDIG-GENETOX": ("1.0",),
    "ADaMIG": ("1.0", "1.1", "1.2", "1.3"),
    "ADaMIG-MD": ("1.0",),
    "ADaMIG-NCA": ("1.0",),
    "ADaMIG-popPK": ("1.0",),
    "ADaM-OCCDSIG": ("1.0", "1.1"),
    "BIMO": ("1.0",),
}
#: How a file of version 2.0 names the guides.
NAMES_20: Mapping[str, str] = {
    "SDTM-IG": "SDTMIG",
    "SDTM-IG MD": "SDTMIG-MD",
    "SDTM-IG AP": "SDTMIG-AP",
    "SEND-IG": "SENDIG",
    "SEND-IG DART": "SENDIG-DART",
    "SEND-IG AR": "SENDIG-AR",
    "SEND-IG GENETOX": "SENDIG-GENETOX",
    "ADaM-IG": "ADaMIG",
    "ADaM-IG MD": "ADaMIG-MD",
}
TERMINOLOGY = "CDISC/NCI"
STATUSES = ("Draft", "Final", "Provisional")
_ANALYSIS_CLASSES = frozenset(
    name for name in terms.CLASSES if "ANALYSIS" in name or "STRUCTURE" in name or "ADAM" in name
)


def is_analysis(group: ItemGroupDef) -> bool:
    """Whether it is an ADaM dataset: by its class, or by its purpose where it has none we know."""
    name = class_of(group)
    if name in terms.CLASSES:
        return name in _ANALYSIS_CLASSES
    return group.purpose == "Analysis"


def guide_of(index: Index, group: ItemGroupDef) -> tuple[str, str]:
    """Name and version of the guide that a dataset follows, as 2.1 names it; empty if unknown."""
    standard = index.standards.get(group.standard_oid or "")
    if standard:
        return standard.name or "", standard.version or ""
    if index.odm.version == "2.1":
        return "", ""
    name = index.metadata.standard_name or ""
    return NAMES_20.get(name, name), index.metadata.standard_version or ""


def declared(index: Index) -> Iterator[Finding]:
    """The standards of a file of version 2.1, one by one and as a whole."""
    if index.odm.version != "2.1":
        return
    seen: dict[tuple[str | None, ...], Standard] = {}
    for standard in index.standards.values():
        yield from _standard(standard)
        key = (standard.name, standard.type, standard.publishing_set, standard.version)
        first = seen.setdefault(key, standard)
        if first is not standard:
            message = (
                f"{_called(standard)} is declared twice, as '{first.oid}' and '{standard.oid}'"
            )
            yield REPEATED.at(at_definition(standard, standard.oid), message, standard.oid)
    place = at_definition(index.metadata, index.metadata.oid)
    types = set(map(_type, index.standards.values()))
    if "IG" not in types:
        yield GUIDE_MISSING.at(place, "def:Standards declares no implementation guide (Type IG)")
    coded = any(nci_code(code_list.aliases) for code_list in index.metadata.code_lists)
    if coded and "CT" not in types:
        message = "codelists have NCI codes and def:Standards declares no terminology (Type CT)"
        yield TERMINOLOGY_MISSING.at(place, message)


def _type(standard: Standard) -> str | None:
    """IG or CT: by the name, if that is known, or as the standard says."""
    if standard.name in terms.STANDARD_NAMES:
        return "CT" if standard.name == TERMINOLOGY else "IG"
    return standard.type


def _called(standard: Standard) -> str:
    parts = (standard.name, standard.publishing_set, standard.version)
    return " ".join(part for part in parts if part)


def _standard(standard: Standard) -> Iterator[Finding]:
    place = at_definition(standard, standard.oid)
    name, version = standard.name or "", standard.version or ""
    if standard.status and standard.status not in STATUSES:
        hint = nearest(standard.status, STATUSES) or f" (one of {', '.join(STATUSES)})"
        message = f"{_called(standard)} has the status '{standard.status}'{hint}"
        yield STATUS.at(place, message, standard.status)
    if standard.type in ("CT", "IG") and standard.type != _type(standard):
        message = f"{name} has the Type '{standard.type}', expected {_type(standard)}"
        yield TYPE.at(place, message, standard.type)
    if name == TERMINOLOGY:
        yield from _terminology(standard, place)
        return
    if standard.publishing_set:
        message = f"{name} is no terminology and has the PublishingSet '{standard.publishing_set}'"
        yield PUBLISHING_SET_SURPLUS.at(place, message, standard.publishing_set)
    if name in VERSIONS:
        yield from _version(place, name, version)


def _terminology(standard: Standard, place: Place) -> Iterator[Finding]:
    if not standard.publishing_set:
        sets = ", ".join(terms.PUBLISHING_SETS)
        message = f"the terminology of {standard.version} has no PublishingSet (one of {sets})"
        yield PUBLISHING_SET.at(place, message)
    if not _is_date(standard.version or ""):
        message = (
            f"'{standard.version}' is no version of {TERMINOLOGY}: expected the date of a release "
            "such as 2024-03-29"
        )
        yield VERSION.at(place, message, standard.version)


def _is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text) and date.fromisoformat(text))
    except ValueError:
        return False


def _version(place: Place, name: str, version: str) -> Iterator[Finding]:
    if version not in VERSIONS[name]:
        message = f"'{version}' is no known version of {name} (one of {', '.join(VERSIONS[name])})"
        yield VERSION.at(place, message, version)


def declared_20(index: Index) -> Iterator[Finding]:
    """The one standard of a file of version 2.0."""
    if index.odm.version != "2.0":
        return
    name, version = index.metadata.standard_name, index.metadata.standard_version or ""
    place = at_definition(index.metadata, index.metadata.oid)
    told = index.metadata.define_version
    if told and not told.startswith("2.0."):
        message = f"def:DefineVersion is '{told}' in the namespace of 2.0, expected '2.0.0'"
        yield DEFINE_VERSION.at(place, message, told)
    if name and name not in NAMES_20:
        hint = nearest(name, NAMES_20) or f" (one of {', '.join(NAMES_20)})"
        message = f"'{name}' is no def:StandardName of Define-XML 2.0{hint}"
        yield NAME.at(place, message, name)
    elif name and version:
        yield from _version(place, NAMES_20[name], version)


def datasets(index: Index) -> Iterator[Finding]:
    """Each dataset follows one of the guides or is the sponsor's own (2.1)."""
    if index.odm.version != "2.1":
        return
    for group in index.item_groups.values():
        place = at_group(group)
        if group.standard_oid and group.is_non_standard:
            message = f"{group.name} has both def:StandardOID and def:IsNonStandard; expected one"
            yield DATASET_BOTH.at(place, message)
        elif not (group.standard_oid or group.is_non_standard):
            message = f"{group.name} has neither def:StandardOID nor def:IsNonStandard"
            yield DATASET_STANDARD.at(place, message)
        yield from _family(index, group, place)


def _family(index: Index, group: ItemGroupDef, place: Place) -> Iterator[Finding]:
    standard = index.standards.get(group.standard_oid or "")
    if standard is None:
        return
    if _type(standard) == "CT":
        message = f"{group.name} follows the terminology '{standard.oid}', expected a guide"
        yield DATASET_KIND.at(place, message, standard.oid)
        return
    known = class_of(group) in terms.CLASSES and standard.name in VERSIONS
    analysis = (standard.name or "").startswith("ADaM")
    if known and standard.name != "BIMO" and analysis != is_analysis(group):
        message = f"{group.name} of class {class_of(group)} follows {_called(standard)}"
        yield DATASET_FAMILY.at(place, message, standard.name)


def code_lists(index: Index) -> Iterator[Finding]:
    """Each codelist is of a terminology or the sponsor's own (2.1); dictionaries are neither."""
    if index.odm.version != "2.1":
        return
    for code_list in index.code_lists.values():
        if code_list.external is None:
            yield from _code_list(index, code_list)


def _code_list(index: Index, code_list: CodeList) -> Iterator[Finding]:
    place = at_definition(code_list, code_list.oid)
    name = f"codelist {code_list.name}"
    standard = index.standards.get(code_list.standard_oid or "")
    if code_list.standard_oid and code_list.is_non_standard:
        message = f"{name} has both def:StandardOID and def:IsNonStandard; expected one"
        yield CODE_LIST_BOTH.at(place, message)
    elif not (code_list.standard_oid or code_list.is_non_standard):
        message = f"{name} has neither def:StandardOID nor def:IsNonStandard"
        yield CODE_LIST_STANDARD.at(place, message)
    elif standard and _type(standard) == "IG":
        message = f"{name} is of the guide '{standard.oid}', expected a terminology"
        yield CODE_LIST_KIND.at(place, message, standard.oid)


CHECKS: tuple[Check, ...] = (declared, declared_20, datasets, code_lists)
