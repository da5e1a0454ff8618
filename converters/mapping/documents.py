"""The documents that study.yaml says go with define.xml: files in the folder ``documents``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from converters.dataset import Document as Leaf
from converters.errors import Problem
from converters.mapping.document import Document
from converters.mapping.settings import StudyDocument

FOLDER = "documents"
_KINDS: Mapping[str, Literal["Annotated CRF", "Supplemental", "Other"]] = {
    "annotated CRF": "Annotated CRF",
    "supplemental": "Supplemental",
    "other": "Other",
}


def declared(document: Document) -> tuple[StudyDocument, ...]:
    """The documents of study.yaml, by name, in the order that it has them."""
    return tuple(_declared(name, item) for name, item in document.data.get(FOLDER, {}).items())


def _declared(name: str, item: Mapping[str, Any]) -> StudyDocument:
    kind = _KINDS[item.get("kind", "supplemental")]
    usual = ("sdtm",) if kind == "Annotated CRF" else ("sdtm", "adam")
    leaf = Leaf(item["title"], item["href"], kind, name)
    return StudyDocument(leaf, tuple(item.get("packages", usual)), f"{FOLDER}/{item['href']}")


def document_problems(
    folder: Path, document: Document, documents: tuple[StudyDocument, ...]
) -> Iterator[Problem]:
    """Documents without a file in the study folder, and files that two documents would be."""
    seen: dict[str, str] = {}
    for item in documents:
        name, path = item.document.name, folder / item.file
        place = (FOLDER, name, "href")
        same = seen.setdefault(item.document.href.casefold(), name)
        if same != name:
            yield document.problem(place, f"'{item.document.href}' is the document '{same}' too")
        elif not path.resolve().is_relative_to(folder.resolve()):
            yield document.problem(place, f"'{item.file}' leads outside the study folder")
        elif not path.is_file():
            yield document.problem(place, f"the study folder has no file '{item.file}'")
