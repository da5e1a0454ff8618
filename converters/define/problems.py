"""What keeps a package's metadata from being written as Define-XML, all of it at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from converters.dataset import (
    Comment,
    Document,
    Origin,
    Package,
    Reference,
    StandardUse,
    Variable,
)
from converters.define import terms
from converters.define.binding import DEFINE
from converters.define.documents import PAGE_RANGE, by_name, documents_of
from converters.define.problems_dataset import dataset_problems
from converters.define.problems_results import result_problems
from converters.define.problems_words import repeated, unknown
from converters.define.standards import standard_oid

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")


def problems(package: Package, context: str, version: str) -> list[str]:
    """What is wrong, one sentence each and in the order of the datasets; empty if nothing is."""
    datasets = {dataset.name: dataset.metadata for dataset in package.datasets.values()}
    found = [
        *unknown("context", context, terms.CONTEXTS),
        *unknown("version of Define-XML", version, DEFINE),
        *_created(package.created),
        *_standards(package, version),
        *repeated("dataset", (dataset.name for dataset in package.datasets.values())),
        *_documents(package),
    ]
    for what, text in (("study_id", package.study_id), ("study_name", package.study_name)):
        found += [] if text else [f"the package's {what} is empty"]
    metadata = [dataset.metadata for dataset in package.datasets.values()]
    for item in metadata:
        found += [f"{item.name}: {text}" for text in dataset_problems(package, item, datasets)]
    found += result_problems(package, datasets)
    about = [getattr(package, item.name) for item in fields(package) if item.name != "datasets"]
    documents = by_name(documents_of(package))
    found += _texts(about, "the study", documents)
    for item in metadata:
        found += _texts(item, item.name, documents)
    return found


def _created(text: str) -> list[str]:
    try:
        datetime.fromisoformat(text)
        whole = _DATE_TIME.fullmatch(text) is not None
    except ValueError:
        whole = False
    expected = "a date and time such as 2026-01-31T09:00:00"
    return [] if whole else [f"creation time '{text}': expected {expected}"]


def _documents(package: Package) -> Iterator[str]:
    yield from repeated("document", (item.name or item.title for item in package.documents))
    for item in package.documents:
        if not (item.title and item.href):
            what = "file (href)" if item.title else "title"
            yield f"document '{item.name or item.title or item.href}' has no {what}"


def _standards(package: Package, version: str) -> Iterator[str]:
    yield from repeated("standard", map(standard_oid, package.standards))
    for standard in package.standards:
        yield from _standard(standard)
    if version == "2.0" and all(item.type != "IG" for item in package.standards):
        yield "Define-XML 2.0 names the implementation guide, and the package declares none"


def _standard(standard: StandardUse) -> Iterator[str]:
    yield from unknown("standard", standard.name, terms.STANDARD_NAMES)
    yield from unknown(f"type of standard {standard.name}", standard.type, ("IG", "CT"))
    if standard.type == "CT":
        yield from unknown("publishing set", standard.publishing_set, terms.PUBLISHING_SETS)


def _texts(item: Any, place: str, documents: Mapping[str, Document]) -> Iterator[str]:
    """What is wrong with texts, comments and references, wherever they are in the metadata."""
    if isinstance(item, str):
        match = _NOT_XML.search(item)
        if match:
            yield f"{place}: XML cannot carry the character {match.group()!r} of {item!r}"
    elif isinstance(item, tuple | list):
        for part in item:
            yield from _texts(part, place, documents)
    elif is_dataclass(item):
        inner = f"{place}.{item.name}" if isinstance(item, Variable) else place
        if isinstance(item, Comment) and not item.text:
            yield f"{inner}: a comment has no words"
        if isinstance(item, Reference):
            yield from (f"{inner}: {t}" for t in unknown("document", item.document, documents))
        if isinstance(item, Reference | Origin):
            yield from (f"{inner}: {t}" for page in item.pages for t in _page(page))
        for name in _field_names(cast(Any, type(item))):
            part = getattr(item, name)
            if part:
                yield from _texts(part, inner, documents)


def _page(page: str) -> Iterator[str]:
    span = PAGE_RANGE.fullmatch(page)
    if span and int(span[1]) > int(span[2]):
        yield f"page range {page} goes backwards"
    elif not page or re.search(r"\s", page):
        yield f"page '{page}' is no number, range (7-9) or named destination, which has no blanks"


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind))
