"""A define.xml that ``build`` made for version 2.1, as version 2.0 says it."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace

from converters.define.binding import DEFINE
from converters.define.elements import (
    CodeList,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    MetaDataVersion,
    Odm,
    Origin,
    Standard,
    ValueListDef,
)

#: Classes that came after 2.0, by the class of 2.0 that such datasets have.
_CLASSES = {
    "DEVICE LEVEL ANALYSIS DATASET": "ADAM OTHER",
    "FINDINGS ABOUT": "FINDINGS",
    "MEDICAL DEVICE BASIC DATA STRUCTURE": "BASIC DATA STRUCTURE",
    "MEDICAL DEVICE OCCURRENCE DATA STRUCTURE": "OCCURRENCE DATA STRUCTURE",
    "REFERENCE DATA STRUCTURE": "ADAM OTHER",
    "STUDY REFERENCE": "SPECIAL PURPOSE",
}
_WITHOUT = ("Not Available", "Other")


def as_version_2_0(odm: Odm) -> Odm:
    """The file as Define-XML 2.0 says it; what 2.0 has no place for is left out.

    That is the context, terminologies and further guides, sources of origins, whether there are
    data, what is not of the standard, and comments on the whole and on codelists. An origin that
    was collected is ``CRF``, or ``eDT`` if a vendor sent it and no page of the CRF is named.
    """
    return replace(
        odm,
        version="2.0",
        namespaces=tuple(
            (prefix, DEFINE["2.0"] if uri == DEFINE["2.1"] else uri)
            for prefix, uri in odm.namespaces
        ),
        context=None,
        studies=tuple(
            replace(study, versions=tuple(map(_definitions, study.versions)))
            for study in odm.studies
        ),
    )


def _definitions(metadata: MetaDataVersion) -> MetaDataVersion:
    standards = metadata.standards.standards if metadata.standards else ()
    guide = next((item for item in standards if item.type == "IG"), Standard())
    annotated = metadata.annotated_crf.documents if metadata.annotated_crf else ()
    crf = {item.leaf_id for item in annotated}
    found = replace(
        metadata,
        define_version="2.0.0",
        standard_name=(guide.name or "").replace("IG", "-IG", 1) or None,
        standard_version=guide.version,
        comment_oid=None,
        standards=None,
        value_lists=tuple(map(_value_list, metadata.value_lists)),
        item_groups=tuple(map(_item_group, metadata.item_groups)),
        items=tuple(_item(item, crf) for item in metadata.items),
        code_lists=tuple(map(_code_list, metadata.code_lists)),
    )
    used = set(_comments(found))
    return replace(found, comments=tuple(item for item in found.comments if item.oid in used))


def _comments(metadata: MetaDataVersion) -> Iterator[str | None]:
    """The comments that something refers to."""
    yield from (item.comment_oid for item in metadata.where_clauses)
    yield from (item.comment_oid for item in metadata.item_groups)
    yield from (item.comment_oid for item in metadata.items)
    for display in metadata.displays.displays if metadata.displays else ():
        for result in display.results:
            yield result.datasets.comment_oid if result.datasets else None


def _value_list(values: ValueListDef) -> ValueListDef:
    return replace(values, description=None, items=tuple(map(_item_ref, values.items)))


def _item_group(group: ItemGroupDef) -> ItemGroupDef:
    name = (group.dataset_class.name if group.dataset_class else None) or ""
    return replace(
        group,
        class_name=_CLASSES.get(name, name) or None,
        standard_oid=None,
        is_non_standard=None,
        has_no_data=None,
        items=tuple(map(_item_ref, group.items)),
        dataset_class=None,
    )


def _item_ref(ref: ItemRef) -> ItemRef:
    return replace(ref, is_non_standard=None, has_no_data=None)


def _item(item: ItemDef, crf: Set[str | None]) -> ItemDef:
    origins = tuple(_origin(item, crf) for item in item.origins if item.type not in _WITHOUT)
    return replace(item, origins=origins)


def _origin(origin: Origin, crf: Set[str | None]) -> Origin:
    on_crf = origin.source != "Vendor" or any(item.leaf_id in crf for item in origin.documents)
    collected = "CRF" if on_crf else "eDT"
    return replace(
        origin, type=collected if origin.type == "Collected" else origin.type, source=None
    )


def _code_list(codes: CodeList) -> CodeList:
    return replace(
        codes,
        standard_oid=None,
        is_non_standard=None,
        comment_oid=None,
        decoded=tuple(replace(term, descriptions=()) for term in codes.decoded),
        enumerated=tuple(replace(term, descriptions=()) for term in codes.enumerated),
    )
