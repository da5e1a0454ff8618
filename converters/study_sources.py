"""The sources of study.yaml: files, patterns, folders of datasets, databases, and what is wrong."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from converters.errors import Problem, nearest
from converters.findings import Finding
from converters.formats.extensions import EXTENSIONS
from converters.mapping.document import Document, Path_, scalar_text
from converters.sources import Database, SourceSpec
from converters.sources.database import sqlite_file
from converters.sources.paths import (
    absent,
    is_inside,
    is_pattern,
    matching,
    members,
    unread_file,
)
from converters.sources.sql import query_problem, url_problem

_ENCODINGS = ("utf-8", "utf-16", "windows-1252", "iso-8859-1", "ascii", "shift_jis")
_OF_FILES = ("format", "encoding", "delimiter", "sheet", "header", "item_group", "instrument")
_OF_REDCAP = ("dictionary", "events", "instrument")
_SQLITE = "sqlite:///"


@dataclass
class StudySources:
    """The sources by name, and how each makes USUBJID.

    ``findings`` tell of files that no source reads; ``unseen`` are folders whose datasets are not
    known, since they are not there or hold none.
    """

    specs: dict[str, SourceSpec] = field(default_factory=dict)
    usubjid: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unseen: set[str] = field(default_factory=set)


def build_sources(folder: Path, document: Document, problems: list[Problem]) -> StudySources:
    """The sources of a study.yaml that has passed its JSON Schema; problems are appended."""
    found = StudySources()
    for name, item in document.data.get("sources", {}).items():
        _check_keys(document, name, item, problems)
        if "database" in item:
            specs = {name: _database_source(folder, document, name, item, problems)}
        elif isinstance(item.get("path"), str) and _is_folder(folder, item["path"]):
            specs = _folder_sources(folder, document, name, item, found, problems)
        else:
            specs = {name: _file_source(folder, document, name, item, problems)}
        usubjid = item.get("usubjid", document.data.get("usubjid", ""))
        found.specs |= specs
        found.usubjid |= dict.fromkeys(specs, usubjid)
    return found


def _check_keys(
    document: Document, name: str, item: Mapping[str, Any], problems: list[Problem]
) -> None:
    place: Path_ = ("sources", name)

    def tell(key: str, message: str, *, at_key: bool = False) -> None:
        path = (*place, key) if key else place
        problems.append(document.problem(path, message, at_key=at_key))

    if ("path" in item) == ("database" in item):
        tell("", f"{name}: a source has either a 'path' or a 'database'")
    for key in item:
        if "database" in item and key in (*_OF_FILES, *_OF_REDCAP):
            tell(key, f"'{key}' is said of files, and not of a database", at_key=True)
        elif key in _OF_REDCAP and item.get("format") != "redcap":
            tell(key, f"'{key}' goes with format: redcap only")
    if item.get("format") == "redcap" and "dictionary" not in item:
        tell("", "lacks the key 'dictionary': the data dictionary of the REDCap project")
    try:
        codecs.lookup(item.get("encoding", "utf-8"))
    except LookupError:
        near = nearest(item["encoding"], _ENCODINGS)
        tell("encoding", f"there is no encoding '{item['encoding']}'{near}")
    if not item.get("delimiter", ",").isascii():
        tell("delimiter", f"'{item['delimiter']}' is no delimiter: it is one ASCII character")


# --- files -----------------------------------------------------------------------------------


def _file_source(
    folder: Path, document: Document, name: str, item: Mapping[str, Any], problems: list[Problem]
) -> SourceSpec:
    written = item.get("path", [])
    paths: list[Path] = []
    for pattern in [written] if isinstance(written, str) else written:
        if _check_inside(folder, document, ("sources", name, "path"), pattern, problems):
            found = matching(folder, pattern) if is_pattern(pattern) else []
            paths += found or [folder / pattern]
    options = {key: item[key] for key in _OF_FILES if key in item}
    options |= {
        key: folder / item[key]
        for key in ("dictionary", "events")
        if key in item
        and _check_inside(folder, document, ("sources", name, key), item[key], problems)
    }
    return SourceSpec(
        name=name, paths=tuple(dict.fromkeys(paths)), missing=_missing(item), **options
    )


def _missing(item: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(scalar_text(token) for token in item.get("missing", ()))


def _check_inside(
    folder: Path, document: Document, place: Path_, pattern: str, problems: list[Problem]
) -> bool:
    """Whether a path and all that it stands for lie in the study folder."""
    if "://" in pattern:  # not repeated: there may be a password in it
        message = "a path is that of a file; a database's URL stands under 'database'"
    elif is_inside(folder, pattern):
        return True
    else:
        message = f"'{pattern}' is outside the study folder; a source's path stays inside it"
    problems.append(document.problem(place, message))
    return False


# --- folders ---------------------------------------------------------------------------------


def _is_folder(folder: Path, written: str) -> bool:
    """Whether a path names a folder; one that is not there has no ending."""
    path = folder / written
    if "\0" in written or is_pattern(written):
        return False
    return path.is_dir() or not (path.suffix or path.is_file())


def _folder_sources(
    folder: Path,
    document: Document,
    name: str,
    item: Mapping[str, Any],
    sources: StudySources,
    problems: list[Problem],
) -> dict[str, SourceSpec]:
    """Each dataset file of a folder as a source ``name.stem``; without any the folder itself."""
    whole = _file_source(folder, document, name, item, problems)
    place = next(iter(whole.paths), None)
    if place is None or not place.is_dir():
        sources.unseen.add(name)
        return {name: whole}
    found, others = members(place, whole.format)
    for stem, paths in found.items():
        if len(paths) > 1:
            files = " and ".join(path.name for path in paths)
            message = f"{files} would both be the source '{name}.{stem}': keep one in the folder"
            problems.append(document.problem(("sources", name, "path"), message))
    if not found:
        sources.unseen.add(name)
        return {name: whole}
    sources.findings += [unread_file(name, path, folder) for path in others]
    return {
        f"{name}.{stem}": replace(whole, name=f"{name}.{stem}", paths=tuple(paths))
        for stem, paths in found.items()
    }


# --- databases -------------------------------------------------------------------------------


def _database_source(
    folder: Path, document: Document, name: str, item: Mapping[str, Any], problems: list[Problem]
) -> SourceSpec:
    said = item["database"]
    for key, message in _database_problems(folder, said):
        path: Path_ = ("sources", name, "database", *([key] if key else []))
        problems.append(document.problem(path, message))
    url = said["url"]
    database = Database(
        folder=folder,
        url=url if isinstance(url, str) else "",
        env="" if isinstance(url, str) else url["env"],
        table=said.get("table", ""),
        query=said.get("query", ""),
        schema=said.get("schema"),
    )
    return SourceSpec(name=name, paths=(), missing=_missing(item), database=database)


def _database_problems(folder: Path, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if ("table" in said) == ("query" in said):
        yield "", "database: states either a 'table' or a 'query'"
    if "schema" in said and "query" in said:
        yield "schema", "a 'schema' goes with a 'table'; a query names it itself"
    url = said["url"] if isinstance(said["url"], str) else ""
    problem = url_problem(url) if url else None
    if problem:
        yield "url", f"url: {problem}"
    elif url.startswith(_SQLITE) and sqlite_file(folder, url.removeprefix(_SQLITE)) is None:
        yield "url", "url: names no file inside the study folder"
    problem = query_problem(said["query"]) if "query" in said else None
    if problem:
        yield "query", f"query: {problem}"


# --- finished datasets ------------------------------------------------------------------------


def given_datasets(folder: Path, document: Document, problems: list[Problem]) -> tuple[Path, ...]:
    """The files that ``datasets`` of study.yaml names: files, folders or patterns of files."""
    written = document.data.get("datasets", [])
    paths: list[Path] = []
    for number, pattern in enumerate([written] if isinstance(written, str) else written):
        place = ("datasets",) if isinstance(written, str) else ("datasets", number)
        if not is_inside(folder, pattern):
            message = f"'{pattern}' is outside the study folder; a dataset's path stays inside it"
            problems.append(document.problem(place, message))
            continue
        found = _dataset_files(folder, pattern)
        if not found:
            message = absent(folder / pattern)
            if (folder / pattern).is_dir():
                message = f"'{pattern}' holds no dataset ({', '.join(EXTENSIONS)})"
            problems.append(document.problem(place, message))
        paths += found
    return tuple(dict.fromkeys(paths))


def _dataset_files(folder: Path, pattern: str) -> list[Path]:
    if is_pattern(pattern):
        return matching(folder, pattern)
    path = folder / pattern
    if path.is_dir():
        return [item for item in matching(path, "*") if item.suffix.lower() in EXTENSIONS]
    return [path] if path.is_file() else []
