"""Variables and value level: ItemDef, ItemRef and def:ValueListDef."""

from __future__ import annotations

import re
from collections.abc import Mapping

from converters.dataset import Origin, Variable
from converters.define import elements, terms
from converters.define.documents import Documents
from converters.define.elements import (
    CodeListRef,
    ItemDef,
    ItemRef,
    ValueListDef,
    ValueListRef,
    WhereClauseRef,
)
from converters.define.layout import Item
from converters.define.shared import Shared, described

#: Data types that have a Length (Define-XML 2.1, ItemDef).
HAS_LENGTH = ("text", "integer", "float")
#: A SAS format that says how many decimals it shows: ``8.2``, ``F5.1``, ``BEST12.3``.
_DECIMALS = re.compile(r"[A-Za-z]*\d*\.(\d+)")


def item_def(item: Item, codelist_oid: Mapping[str, str], shared: Shared) -> ItemDef:
    """The definition of an item; ``codelist_oid`` is that of the codelist by place."""
    variable = item.definition
    codelist = codelist_oid.get(item.place)
    return ItemDef(
        oid=f"IT.{item.place}",
        name=variable.name,
        data_type=variable.data_type,
        length=str(max(variable.length, 1)) if variable.data_type in HAS_LENGTH else None,
        significant_digits=_digits(variable),
        sas_field_name=terms.sas_name(variable.name),
        display_format=variable.format or None,
        comment_oid=shared.comments.oid(item.comment, item.place),
        description=described(variable.label),
        code_list_ref=CodeListRef(code_list_oid=codelist) if codelist else None,
        origins=_origins(item.origin, shared.documents),
        value_list_ref=ValueListRef(value_list_oid=f"VL.{item.place}") if item.values else None,
    )


def _digits(variable: Variable) -> str | None:
    """Decimals of a float: as known, or as its format shows them."""
    if variable.data_type != "float":
        return None
    digits = decimals(variable)
    return None if digits is None else str(digits)


def decimals(variable: Variable) -> int | None:
    """How many decimals a number has: as known, or as its format shows them."""
    shown = _DECIMALS.fullmatch(variable.format)
    if variable.significant_digits is None and shown:
        return int(shown[1])
    return variable.significant_digits


def _origins(origin: Origin | None, documents: Documents) -> tuple[elements.Origin, ...]:
    if origin is None:
        return ()
    words = [text for text in (origin.predecessor, origin.description) if text]
    return (
        elements.Origin(
            type=origin.type,
            source=origin.source or None,
            description=described(". ".join(words)),
            documents=(*documents.crf(origin.pages), *documents.references(origin.documents)),
        ),
    )


def item_ref(
    item: Item, number: int, shared: Shared, *, key: int | None = None, own: bool = False
) -> ItemRef:
    """An item's place, ``number``, in its dataset or value list.

    ``key`` is its place among the keys; ``own`` a variable that the sponsor added to the standard.
    """
    variable = item.definition
    where = (WhereClauseRef(where_clause_oid=item.where),) if item.where else ()
    return ItemRef(
        item_oid=f"IT.{item.place}",
        order_number=str(number),
        mandatory=terms.yes_no(variable.mandatory),
        key_sequence=str(key) if key else None,
        method_oid=shared.methods.oid(variable.method, item.place, variable.name),
        role=variable.role or None,
        is_non_standard=terms.yes(own),
        has_no_data=terms.yes(item.no_data),
        where_clauses=where,
    )


def value_list(item: Item, shared: Shared) -> ValueListDef:
    """The value level of a variable."""
    return ValueListDef(
        oid=f"VL.{item.place}",
        items=tuple(item_ref(value, number, shared) for number, value in enumerate(item.values, 1)),
    )
