"""CDISC Library's JSON: the answer of ``/mdr/ct/packages/<package>``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from converters.standards.published.rows import NO_CODE, Row, refuse, release_of


def read(path: Path, content: bytes) -> Iterator[Row]:
    """The rows of a package; ``line`` counts codelists and terms, since JSON has no rows.

    Raises:
        InputError: it is no JSON, or no package with codelists and terms.
    """
    try:
        package = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise refuse(path, f"is no JSON, or it is damaged: {error}") from None
    codelists = package.get("codelists") if isinstance(package, dict) else None
    if not isinstance(codelists, list) or not all(_is_codelist(item) for item in codelists):
        message = (
            "is no terminology: expected a package of CDISC Library with codelists and their terms"
            " (the answer of /mdr/ct/packages/...)"
        )
        raise refuse(path, message)
    said = (_text(package, name) for name in ("name", "label", "effectiveDate"))
    release = release_of(*said)
    line = 0
    for codelist in codelists:
        line += 1
        head = _row(codelist, "", release, line)
        yield head
        for term in codelist["terms"]:
            line += 1
            yield _row(term, head.code or NO_CODE, release, line)


def _is_codelist(item: Any) -> bool:
    terms = item.get("terms") if isinstance(item, dict) else None
    return isinstance(terms, list) and all(isinstance(term, dict) for term in terms)


def _row(item: Mapping[str, Any], codelist: str, release: tuple[str, str], line: int) -> Row:
    words = item.get("synonyms")
    return Row(
        code=_text(item, "conceptId"),
        codelist=codelist,
        extensible=_text(item, "extensible"),
        name=_text(item, "name"),
        value=_text(item, "submissionValue"),
        synonyms=[str(word) for word in words] if isinstance(words, list) else (),
        preferred_term=_text(item, "preferredTerm"),
        release=release,
        line=line,
    )


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return "" if value is None else str(value).strip()
