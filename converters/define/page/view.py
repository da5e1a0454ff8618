"""The view of a whole file: what the page shows, in the order in which it shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from converters.define.elements import GlobalVariables, Leaf, Odm
from converters.define.index import Index, index
from converters.define.page.analyses import Analyses
from converters.define.page.anchors import Anchors
from converters.define.page.codelists import CodeLists, standard_name
from converters.define.page.datasets import Datasets
from converters.define.page.lineage import Lineages
from converters.define.page.links import Link, safe_href
from converters.define.page.notes import UNDEFINED, Notes
from converters.define.page.placing import Findings
from converters.define.page.shapes import DocumentView, Page
from converters.define.page.words import WhereWords, label
from converters.findings import Finding


def page(odm: Odm, findings: Sequence[Finding] = (), title: str | None = None) -> Page:
    """What the page of a file shows.

    Datasets and analyses come first: what they use is noted on the way, and told in the sections
    of codelists, methods and comments, which come last.
    """
    file = index(odm)
    anchors = Anchors(file)
    where = WhereWords(file, anchors)
    lineages = Lineages(file, anchors)
    placed = Findings(file, anchors, findings)
    notes = Notes(file, anchors, lineages, placed)
    lists = CodeLists(file, anchors, placed, notes)
    comment = notes.comment(file.metadata.comment_oid, Link("the file", "#study"))
    standards = tuple(lists.standards())
    datasets = tuple(Datasets(file, anchors, where, lineages, placed, notes).views())
    displays = tuple(Analyses(file, anchors, where, lineages, placed, notes).views())
    code_lists = tuple(lists.views())
    methods, comments = notes.sections()
    return Page(
        title=title or _title(odm),
        study=tuple(_study(odm)),
        notes=tuple(_remarks(odm)),
        comment=comment,
        standards=standards,
        datasets=datasets,
        displays=displays,
        code_lists=tuple(item for item in code_lists if item.dictionary is None),
        dictionaries=tuple(item for item in code_lists if item.dictionary is not None),
        methods=methods,
        comments=comments,
        documents=tuple(_documents(file, anchors, placed)),
        unused=tuple(_unused(file, anchors, where)),
        findings=placed.all,
        severities=placed.severities,
    )


def _study(odm: Odm) -> Iterator[tuple[str, str]]:
    metadata = odm.metadata
    study = (odm.studies[0].global_variables if odm.studies else None) or GlobalVariables()
    facts: tuple[tuple[str, *tuple[str | None, ...]], ...] = (
        ("Study name", study.study_name.text if study.study_name else None),
        ("Study description", study.study_description.text if study.study_description else None),
        ("Protocol name", study.protocol_name.text if study.protocol_name else None),
        ("Metadata name", metadata.name),
        ("Metadata description", metadata.description),
        ("Standard", metadata.standard_name, metadata.standard_version),
        ("Define-XML version", metadata.define_version or odm.version),
        ("Context", odm.context),
        ("Created", odm.creation_date_time),
        ("Originator", odm.originator),
        ("Source system", odm.source_system, odm.source_system_version),
        ("File OID", odm.file_oid),
    )
    for name, *values in facts:
        value = " ".join(value.strip() for value in values if value and value.strip())
        if value:
            yield name, value


def _title(odm: Odm) -> str:
    study = dict(_study(odm))
    metadata = odm.metadata
    guides = metadata.standards.standards if metadata.standards else ()
    guide = next((item for item in guides if item.type == "IG"), None)
    name = standard_name(guide) if guide else study.get("Standard", "")
    parts = (study.get("Study name") or study.get("Protocol name") or "Study", name)
    return " · ".join(part for part in parts if part)


def _remarks(odm: Odm) -> Iterator[str]:
    versions = [version for study in odm.studies for version in study.versions]
    if len(versions) > 1:
        name = versions[0].name or versions[0].oid or "without a name"
        yield (
            f"The file holds {len(versions)} metadata versions; "
            f"this page shows the first of them ({name})."
        )
    if not versions:
        yield "The file holds no metadata version: there is nothing to show."
    elif not versions[0].item_groups:
        yield "The file defines no dataset."


def _documents(index: Index, anchors: Anchors, findings: Findings) -> Iterator[DocumentView]:
    """The documents of the file, and those that it lists but does not define."""
    metadata = index.metadata
    crf = metadata.annotated_crf.documents if metadata.annotated_crf else ()
    supplemental = metadata.supplemental_doc.documents if metadata.supplemental_doc else ()
    kinds = {ref.leaf_id or "": "Supplemental document" for ref in supplemental}
    kinds |= {ref.leaf_id or "": "Annotated CRF" for ref in crf}
    for leaf in metadata.leaves:
        yield _document(anchors, findings, leaf, kinds.pop(leaf.id or "", "Referenced document"))
    for oid, kind in kinds.items():
        if oid not in index.leaves:
            title = f"{oid} ({UNDEFINED})"
            yield DocumentView(anchors.claim(oid), title, Link(""), kind, ())


def _document(anchors: Anchors, findings: Findings, leaf: Leaf, kind: str) -> DocumentView:
    anchor = anchors.of(leaf)
    title = (leaf.title.text.strip() if leaf.title else "") or leaf.href or leaf.id or ""
    return DocumentView(
        anchor=anchor,
        title=title,
        link=Link(leaf.href or "", safe_href(leaf.href)),
        kind=kind,
        findings=findings.at(anchor),
    )


def _unused(index: Index, anchors: Anchors, where: WhereWords) -> Iterator[tuple[str, str, str]]:
    """Items, value lists and where-clauses that the page shows nowhere else."""
    for oid, item in index.items.items():
        if not any(use.group for use in index.uses.get(oid, ())):
            yield "Item", oid, f"{item.name or ''} {label(item.description)}".strip()
    lists = {
        item.value_list_ref.value_list_oid for item in index.items.values() if item.value_list_ref
    }
    for oid, values in index.value_lists.items():
        if oid not in lists:
            yield "Value list", oid, f"{len(values.items)} definitions"
    shown = set(anchors.wheres)
    for oid in index.where_clauses:
        if oid not in shown:
            yield "Where-clause", oid, str(where.of(oid, None))
