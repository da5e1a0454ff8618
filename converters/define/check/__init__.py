"""What is wrong with a define.xml: its own semantics, and against the data that it describes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lxml import etree

from converters.define.check import (
    codelists,
    datasets,
    documents,
    identifiers,
    languages,
    no_data,
    origins,
    references,
    results,
    standards,
    supplemental,
    terminology,
    types,
    value_level,
    vocabulary,
    where_clauses,
)
from converters.define.check.data import check_data
from converters.define.check.rule import Check, Place, Rule
from converters.define.check.schema import (
    NAMESPACE,
    OLD_VERSION,
    ROOT,
    check_declaration,
    check_schema,
)
from converters.define.index import Index, index
from converters.define.namespaces import version_of
from converters.define.read import from_root, parse
from converters.errors import InputError
from converters.findings import Finding, Severity, sort_findings

WELL_FORMED = Rule("define-xml-well-formed", Severity.REJECT, ("OD0001",))
DOCTYPE = Rule("define-xml-doctype", Severity.REJECT)

#: All checks of what a file means, by the module of their subject.
CHECKS: tuple[Check, ...] = (
    *references.CHECKS,
    *identifiers.CHECKS,
    *standards.CHECKS,
    *datasets.CHECKS,
    *documents.CHECKS,
    *results.CHECKS,
    *languages.CHECKS,
    *types.CHECKS,
    *codelists.CHECKS,
    *terminology.CHECKS,
    *origins.CHECKS,
    *where_clauses.CHECKS,
    *value_level.CHECKS,
    *supplemental.CHECKS,
    *no_data.CHECKS,
    *vocabulary.CHECKS,
)


def check_define(
    path_or_bytes: str | os.PathLike[str] | bytes, data: str | os.PathLike[str] | None = None
) -> list[Finding]:
    """Findings on a define.xml, gravest first: of the XML Schema, and of what the file means.

    With ``data``, a folder, the file is held against the datasets there. From a path, the documents
    that it names are looked for beside it. A fault that both the schema and a check see is told
    once: duplicates by the check, which knows both places, all else by the schema, so that a check
    is silent where the schema tells of the same published rule.

    Raises:
        CdiscError: odmlib, which has the XML Schema, is not installed.
        InputError: the file or the folder cannot be read from disk.
    """
    content, file = _content(path_or_bytes)
    root = _root(content)
    if isinstance(root, Finding):
        return [replace(root, file=file)]
    definitions = _definitions(root)
    own = [*check_declaration(content, root), *_findings(root, definitions)]
    if definitions is not None:
        own += _beside(definitions, Path(file) if file else None, datasets=data is None)
    found = [replace(finding, file=file) for finding in own]
    if definitions is not None and data is not None:
        found += check_data(definitions, Path(data))
    return sort_findings(found)


def check_xsd(path_or_bytes: str | os.PathLike[str] | bytes) -> list[Finding]:
    """Findings of the XML Schema alone (2.0 or 2.1, with or without ARM 1.0), in order of lines.

    Duplicate identifiers are not among them: ``check_define`` tells those.

    Raises:
        CdiscError: odmlib, which has the XML Schema, is not installed.
        InputError: the file cannot be read from disk.
    """
    content, file = _content(path_or_bytes)
    root = _root(content)
    found = [root] if isinstance(root, Finding) else _schema(root)
    return [replace(finding, file=file) for finding in found]


def _content(path_or_bytes: str | os.PathLike[str] | bytes) -> tuple[bytes, str | None]:
    if isinstance(path_or_bytes, bytes):
        return path_or_bytes, None
    path = Path(path_or_bytes)
    try:
        return path.read_bytes(), str(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


def _root(content: bytes) -> etree._Element | Finding:
    try:
        return parse(content)[0]
    except InputError as error:
        (problem,) = error.problems
        message = problem.message.removeprefix("define.xml: ")
        rule = DOCTYPE if "document type" in message else WELL_FORMED
        return rule.at(Place(problem.line or 0), message)


def _schema(root: etree._Element) -> Iterator[Finding]:
    version, name = version_of(root), etree.QName(root).localname
    if name != "ODM":
        yield ROOT.at(Place(1), f"the root is <{name}>, expected <ODM>", name)
    elif version is None:
        message = "declares no namespace of Define-XML such as http://www.cdisc.org/ns/def/v2.1"
        yield NAMESPACE.at(Place(1), message)
    elif version == "1.0":
        message = "Define-XML 1.0 is no longer taken by reviewers, and is not checked by a schema"
        yield OLD_VERSION.at(Place(1), f"{message}; expected 2.0 or 2.1", version)
    else:
        yield from check_schema(root, version)


def _definitions(root: etree._Element) -> Index | None:
    """What the file defines; None where it is no Define-XML, which the schema tells."""
    try:
        return index(from_root(root, "define.xml"))
    except InputError:
        return None


def _findings(root: etree._Element, definitions: Index | None) -> Iterator[Finding]:
    told = list(_schema(root))
    yield from told
    if definitions is None:
        return
    by_schema = {place for finding in told for place in _places(finding)}
    for check in CHECKS:
        for finding in check(definitions):
            if by_schema.isdisjoint(_places(finding)):
                yield finding


def _beside(definitions: Index, path: Path | None, datasets: bool) -> Iterator[Finding]:
    """What should stand beside the file: its page, and the files that it names."""
    if path is None or not path.with_suffix(".html").is_file():
        yield from documents.stylesheet(definitions)
    if path is not None:
        yield from documents.check_files(definitions, path.parent, datasets)


def _places(finding: Finding) -> set[tuple[str, str]]:
    """What makes two findings the same: a published rule, in one line or one definition."""
    line = finding.message.partition(":")[0]
    places = [line if line.startswith("line ") else "", finding.keys.get("OID", "")]
    return {(rule, place) for rule in finding.published for place in places if place}
