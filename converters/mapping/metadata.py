"""What a spec says for define.xml alone: comments, methods, references, value level, codelists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from converters.dataset import Comment, Method, Origin, Reference
from converters.errors import Problem, nearest
from converters.mapping.document import Document, Path_, scalar_text


@dataclass(frozen=True)
class Level:
    """An entry of ``value_level``: what holds of ``variable`` in records that meet ``where``."""

    variable: str
    where: str
    keys: Mapping[str, Any]
    path: Path_


def levels(data: Mapping[str, Any]) -> tuple[Level, ...]:
    """The entries of ``value_level`` of a spec."""
    return tuple(
        Level(item["variable"], item["where"], item, ("value_level", number))
        for number, item in enumerate(data.get("value_level", ()))
    )


def comment(stated: Any) -> Comment | None:
    """A comment that a spec states, its text or a mapping; None of none or an empty one."""
    if not isinstance(stated, Mapping):
        return Comment(str(stated)) if stated else None
    return Comment(stated["text"], references(stated))


def method(stated: Any, made: Method | None) -> Method | None:
    """The method that a spec states, in place of what is ``made`` or to complete it."""
    if stated is None:
        return made
    if not isinstance(stated, Mapping):
        stated = {"text": stated}
    made = made or Method("")
    return replace(
        made,
        words=stated.get("text", made.words),
        type=stated.get("type", made.type),
        name=stated.get("name", made.name),
        documents=references(stated) or made.documents,
    )


def completed(stated: Any, made: Method | None) -> Method | None:
    """The method with what a spec states beside its words, which ``made`` has already."""
    more = {k: v for k, v in stated.items() if k != "text"} if isinstance(stated, Mapping) else {}
    return method(more, made) if more else made


def method_text(stated: Any) -> str | None:
    """The words of a method that a spec states, if it states any."""
    found = stated.get("text") if isinstance(stated, Mapping) else stated
    return None if found is None else str(found)


_SOURCES = {"Collected": "Investigator", "Predecessor": "", "Not Available": ""}
_SOURCES |= dict.fromkeys(("Assigned", "Derived", "Protocol"), "Sponsor")


def origin(stated: Any, default: Origin) -> Origin:
    """The origin that a spec states, its type or a mapping; its source may be the default's."""
    stated = {"type": stated} if isinstance(stated, str) else stated
    source = default.source if stated["type"] == default.type else _SOURCES[stated["type"]]
    return Origin(
        stated["type"],
        stated.get("source", source),
        stated.get("predecessor", ""),
        tuple(scalar_text(page) for page in stated.get("pages", ())),
        stated.get("description", ""),
        references(stated),
    )


def references(stated: Mapping[str, Any]) -> tuple[Reference, ...]:
    """The places in documents that a mapping has under ``documents``."""
    return tuple(
        Reference(item["document"], tuple(scalar_text(page) for page in item.get("pages", ())))
        for item in stated.get("documents", ())
    )


def reference_problems(
    document: Document, known: Mapping[str, Iterable[str]], package: str = ""
) -> Iterator[Problem]:
    """References to documents that study.yaml does not declare, or not for the package.

    ``known`` are the packages of each document by name; an empty ``package`` stands for all.
    """
    for path, name in _referred((), document.data):
        if name not in known:
            hint = nearest(name, known) or (f"; it has: {', '.join(known)}" if known else "")
            yield document.problem(path, f"study.yaml has no document '{name}'{hint}")
        elif package and package not in known[name]:
            message = f"the document '{name}' does not go with the {package} package"
            yield document.problem(path, f"{message}: see its 'packages' in study.yaml")


def _referred(path: Path_, data: Any) -> Iterator[tuple[Path_, str]]:
    """The names of documents under every ``documents``, with their places."""
    items = enumerate(data) if isinstance(data, list) else ()
    steps = data.items() if isinstance(data, dict) else items
    for key, value in steps:
        inner = (*path, key)
        if key == "documents" and isinstance(value, list):
            found = ((n, item) for n, item in enumerate(value) if isinstance(item, dict))
            yield from (((*inner, n, "document"), str(item.get("document"))) for n, item in found)
        else:
            yield from _referred(inner, value)
