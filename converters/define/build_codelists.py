"""Codelists: CodeList with its terms, or the external dictionary that it is."""

from __future__ import annotations

from converters.dataset import Package, Term
from converters.define import terms
from converters.define.codelists import United
from converters.define.elements import (
    Alias,
    CodeList,
    CodeListItem,
    Decode,
    Description,
    EnumeratedItem,
    ExternalCodeList,
    TranslatedText,
)
from converters.define.shared import Comments, described
from converters.define.standards import standard_oid, terminologies


def code_list(package: Package, united: United, comments: Comments) -> CodeList:
    """The definition of a codelist.

    Its terms have decodes if any has one: the schema wants all of one kind. Only a codelist of a
    standard can be extended, not one of the sponsor's own.
    """
    used = united.used
    standard = next(iter(terminologies(package, used)), None)
    external = ExternalCodeList(dictionary=used.dictionary, version=used.dictionary_version or None)
    decoded = any(term.decode for term in used.terms)
    numbered = () if used.dictionary else tuple(enumerate(used.terms, 1))
    own = standard is None
    return CodeList(
        oid=united.oid,
        name=united.name,
        data_type=united.data_type,
        sas_format_name=used.format.removesuffix(".") or None,
        standard_oid=standard_oid(standard) if standard else None,
        is_non_standard=terms.yes(own),
        comment_oid=comments.oid(used.comment, united.oid),
        decoded=tuple(_decoded(term, n, own) for n, term in numbered) if decoded else (),
        external=external if used.dictionary else None,
        enumerated=() if decoded else tuple(_enumerated(term, n, own) for n, term in numbered),
        aliases=_code(used.code),
    )


def _decoded(term: Term, number: int, own: bool) -> CodeListItem:
    return CodeListItem(
        coded_value=term.value,
        rank=_rank(term),
        order_number=str(number),
        extended_value=terms.yes(term.extended and not own),
        decode=Decode(texts=(TranslatedText(text=term.decode or term.value, lang="en"),)),
        aliases=_code(term.code),
        descriptions=_descriptions(term),
    )


def _enumerated(term: Term, number: int, own: bool) -> EnumeratedItem:
    return EnumeratedItem(
        coded_value=term.value,
        rank=_rank(term),
        order_number=str(number),
        extended_value=terms.yes(term.extended and not own),
        aliases=_code(term.code),
        descriptions=_descriptions(term),
    )


def _rank(term: Term) -> str | None:
    return None if term.rank is None else f"{term.rank:.15g}"


def _descriptions(term: Term) -> tuple[Description, ...]:
    description = described(term.description)
    return (description,) if description else ()


def _code(code: str) -> tuple[Alias, ...]:
    return (Alias(context="nci:ExtCodeID", name=code),) if code else ()
