"""Which of the declared standards a dataset or a codelist follows."""

from __future__ import annotations

from converters.dataset import Metadata, Package, StandardUse, UsedCodelist
from converters.define.terms import class_name

#: Guides that describe a class or subclass by themselves, where a package declares them.
_GUIDES = {
    "OCCURRENCE DATA STRUCTURE": "ADaM-OCCDSIG",
    "DEVICE LEVEL ANALYSIS DATASET": "ADaMIG-MD",
    "MEDICAL DEVICE BASIC DATA STRUCTURE": "ADaMIG-MD",
    "MEDICAL DEVICE OCCURRENCE DATA STRUCTURE": "ADaMIG-MD",
    "NON-COMPARTMENTAL ANALYSIS": "ADaMIG-NCA",
    "POPULATION PHARMACOKINETIC ANALYSIS": "ADaMIG-popPK",
}


def standard_oid(standard: StandardUse) -> str:
    """A readable OID: ``STD.SDTMIG.3.4``, ``STD.CT.SDTM.2024-03-29``."""
    if standard.type == "CT":
        return ".".join(
            part for part in ("STD.CT", standard.publishing_set, standard.version) if part
        )
    return f"STD.{standard.name}.{standard.version}"


def guides(package: Package, metadata: Metadata) -> list[StandardUse]:
    """The implementation guides that may be meant by the dataset: one, if all is well.

    It is the one that the dataset names, else that of its class, else the package's first. None is
    meant by a dataset of the sponsor's own, or where the package declares none.
    """
    declared = [item for item in package.standards if item.type == "IG"]
    if metadata.standard:
        return [item for item in declared if item.name == metadata.standard]
    if metadata.standard is None:
        return []
    own = _GUIDES.get(metadata.subclass.upper()) or _GUIDES.get(class_name(metadata.dataset_class))
    return [item for item in declared if item.name == own] or declared[:1]


def terminologies(package: Package, codelist: UsedCodelist) -> list[StandardUse]:
    """The terminologies that may be meant by the codelist: one, if all is well.

    None is meant by a dictionary or a codelist of the sponsor's own, which has no NCI code.
    """
    if not codelist.code or codelist.dictionary:
        return []
    declared = [item for item in package.standards if item.type == "CT"]
    if codelist.standard:
        return [item for item in declared if codelist.standard in terminology_names(item)]
    return declared


def terminology_names(standard: StandardUse) -> tuple[str, str, str]:
    """What a codelist may call a declared terminology."""
    return (
        standard.publishing_set,
        f"{standard.publishing_set} {standard.version}",
        standard_oid(standard),
    )
