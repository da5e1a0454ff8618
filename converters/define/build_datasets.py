"""Datasets: ItemGroupDef."""

from __future__ import annotations

from collections.abc import Mapping

from converters.dataset import Metadata, Package
from converters.define import terms
from converters.define.build_items import item_ref
from converters.define.elements import Alias, DatasetClass, ItemGroupDef, Leaf, SubClass, Title
from converters.define.layout import Group
from converters.define.shared import Shared, described
from converters.define.standards import guides, standard_oid
from converters.standards.sdtmig import is_associated


def item_group(
    package: Package, group: Group, labels: Mapping[str, str], shared: Shared
) -> ItemGroupDef:
    """The definition of a dataset; ``labels`` are those of the package's domains."""
    metadata = group.metadata
    name = metadata.name
    guide = next(iter(guides(package, metadata)), None)
    keys = {key: number for number, key in enumerate(metadata.keys, 1)}
    tabulation = metadata.standard is not None and metadata.purpose != "Analysis"
    items = tuple(
        item_ref(
            item,
            number,
            shared,
            key=keys.get(item.definition.name),
            # ADaM has room for variables of the sponsor's; they are none beside the standard.
            own=tabulation and not item.definition.standard,
        )
        for number, item in enumerate(group.items, 1)
    )
    return ItemGroupDef(
        oid=f"IG.{name}",
        name=name,
        domain=_domain(metadata),
        sas_dataset_name=terms.sas_name(name),
        repeating=terms.yes_no(metadata.repeating),
        is_reference_data=terms.yes_no(metadata.reference_data),
        purpose=metadata.purpose,
        structure=metadata.structure,
        standard_oid=standard_oid(guide) if guide else None,
        is_non_standard=terms.yes(metadata.standard is None),
        has_no_data=terms.yes(group.no_data),
        comment_oid=shared.comments.oid(group.comment, name),
        archive_location_id=None if group.no_data else f"LF.{name}",
        description=described(metadata.label),
        items=items,
        aliases=_aliases(metadata, labels),
        dataset_class=_class(metadata),
        leaf=None if group.no_data else _leaf(name),
    )


def domain_labels(groups: tuple[Group, ...]) -> dict[str, str]:
    """What each domain is, by its dataset or by a part of it."""
    labels = {item.metadata.name: item.metadata.label for item in groups}
    for item in groups:
        if item.metadata.domain and item.metadata.domain_label:
            labels.setdefault(item.metadata.domain, item.metadata.domain_label)
    return labels


def _domain(metadata: Metadata) -> str | None:
    """An analysis dataset has none, a supplemental one that of its parent."""
    name = metadata.name
    if metadata.purpose == "Analysis":
        return None
    if metadata.domain in ("", name) and name.startswith("SUPP") and len(name) > 5:
        return name[4:] if is_associated(name[4:]) else name[4:6]
    return metadata.domain or name


def _aliases(metadata: Metadata, labels: Mapping[str, str]) -> tuple[Alias, ...]:
    """What the domain of a split or supplemental dataset is."""
    domain = _domain(metadata)
    described = metadata.domain_label or labels.get(domain or "", "")
    if domain in (None, metadata.name) or not described:
        return ()
    return (Alias(context="DomainDescription", name=described),)


def _class(metadata: Metadata) -> DatasetClass:
    name = metadata.subclass.upper()
    below = (SubClass(name=name, parent_class=terms.SUBCLASSES[name]),) if name else ()
    return DatasetClass(name=terms.class_name(metadata.dataset_class), subclasses=below)


def _leaf(name: str) -> Leaf:
    file = f"{name.lower()}.xpt"
    return Leaf(id=f"LF.{name}", href=file, title=Title(text=file))
