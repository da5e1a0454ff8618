"""What the page shows, as plain data: sections and rows with their texts and links made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from converters.define.elements import (
    Alias,
    AnalysisDataset,
    AnalysisResult,
    CodeList,
    CodeListItem,
    CommentDef,
    EnumeratedItem,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    Leaf,
    MethodDef,
    Odm,
    Origin,
    ResultDisplay,
    Standard,
)
from converters.define.index import Index, index
from converters.define.page.anchors import Anchors
from converters.define.page.lineage import Lineage, Lineages
from converters.define.page.links import DocumentLink, Link, documents, inside, safe_href
from converters.define.page.placing import Findings, FindingView
from converters.define.page.words import Condition, Text, WhereWords, label, linked
from converters.findings import Finding

Ordered = TypeVar("Ordered", ItemRef, CodeListItem | EnumeratedItem)
_PREVIEW_TERMS, _PREVIEW_LENGTH = 4, 40
_ISO_8601 = frozenset(
    (
        "date",
        "time",
        "datetime",
        "partialDate",
        "partialTime",
        "partialDatetime",
        "incompleteDate",
        "incompleteTime",
        "incompleteDatetime",
        "durationDatetime",
        "intervalDatetime",
    )
)
_ORIGIN_WORDS = {"eDT": "eDT (electronic data transfer)"}
_UNDEFINED = "not defined in the file"


@dataclass(frozen=True, slots=True)
class Note:
    """A comment or method where it is used: its words, and the way to its section."""

    link: Link
    type: str = ""
    words: Text = field(default_factory=Text)
    expressions: tuple[tuple[str, str], ...] = ()
    documents: tuple[DocumentLink, ...] = ()
    defined: bool = True


@dataclass(frozen=True, slots=True)
class OriginView:
    """Where values come from."""

    words: str
    description: Text
    documents: tuple[DocumentLink, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """The codelist of a variable: its name, how many terms, and the terms where they are few."""

    link: Link
    count: int
    preview: str
    dictionary: bool


@dataclass(slots=True)
class Row:
    """A variable of a dataset, or what holds of it under a condition."""

    anchor: str
    kind: str
    oid: str
    order: str
    name: str
    label: Text
    flags: tuple[str, ...]
    key: str
    mandatory: str
    role: Link
    sas_name: str
    type: str
    length: str
    format: str
    terms: Terms | None
    iso: bool
    origins: tuple[OriginView, ...]
    method: Note | None
    comment: Note | None
    wheres: tuple[Condition, ...] = ()
    where_comments: tuple[Note, ...] = ()
    panel: str = ""
    values_note: Text = field(default_factory=Text)
    values: tuple[Row, ...] = ()
    lineage: Lineage | None = None
    findings: Sequence[FindingView] = ()


@dataclass(frozen=True, slots=True)
class DatasetView:
    """A dataset."""

    anchor: str
    number: int
    oid: str
    name: str
    label: Text
    domain: str
    domain_description: str
    class_name: str
    structure: str
    purpose: str
    repeating: str
    reference: str
    sas_name: str
    keys: tuple[Link, ...]
    standard: Link
    flags: tuple[str, ...]
    comment: Note | None
    location: Link | None
    rows: tuple[Row, ...]
    size: int
    findings: Sequence[FindingView]

    @property
    def value_levels(self) -> tuple[Row, ...]:
        """The variables that have value level."""
        return tuple(row for row in self.rows if row.values)

    @property
    def finding_count(self) -> int:
        """How many findings there are on the dataset and its rows."""
        rows = (below for row in self.rows for below in (row, *row.values))
        return len(self.findings) + sum(len(row.findings) for row in rows)


@dataclass(frozen=True, slots=True)
class TermView:
    """A term of a codelist."""

    anchor: str
    value: str
    decode: Text
    description: Text
    code: str
    rank: str
    extended: bool


@dataclass(frozen=True, slots=True)
class CodeListView:
    """A codelist or external dictionary, and the variables that use it."""

    anchor: str
    oid: str
    name: str
    description: Text
    type: str
    code: str
    sas_format: str
    standard: Link
    flags: tuple[str, ...]
    comment: Note | None
    dictionary: tuple[str, str, Link] | None
    terms: tuple[TermView, ...]
    has_decodes: bool
    has_ranks: bool
    has_descriptions: bool
    used_by: tuple[Link, ...]
    datasets: str
    size: int
    findings: Sequence[FindingView]


@dataclass(frozen=True, slots=True)
class Definition:
    """A method or a comment, and what uses it."""

    anchor: str
    oid: str
    name: str
    note: Note
    used_by: tuple[Link, ...]
    datasets: str
    findings: Sequence[FindingView]


@dataclass(frozen=True, slots=True)
class StandardView:
    """A standard that the study follows."""

    anchor: str
    name: str
    type: str
    publishing_set: str
    version: str
    status: str
    comment: Note | None
    findings: Sequence[FindingView]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document of the package."""

    anchor: str
    title: str
    link: Link
    kind: str
    findings: Sequence[FindingView]


@dataclass(frozen=True, slots=True)
class AnalysisData:
    """A dataset that an analysis reads."""

    dataset: Link
    condition: Condition | None
    comment: Note | None
    variables: tuple[tuple[Link, Text], ...]


@dataclass(frozen=True, slots=True)
class ResultView:
    """An analysis result."""

    anchor: str
    oid: str
    description: Text
    parameter: Text
    reason: str
    purpose: str
    join: Note | None
    data: tuple[AnalysisData, ...]
    documentation: Text
    documents: tuple[DocumentLink, ...]
    context: str
    code: str
    programs: tuple[DocumentLink, ...]
    datasets: str
    findings: Sequence[FindingView]


@dataclass(frozen=True, slots=True)
class DisplayView:
    """A table or figure with its results."""

    anchor: str
    name: str
    description: Text
    documents: tuple[DocumentLink, ...]
    results: tuple[ResultView, ...]
    datasets: str
    findings: Sequence[FindingView]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    title: str
    study: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    comment: Note | None
    standards: tuple[StandardView, ...]
    datasets: tuple[DatasetView, ...]
    displays: tuple[DisplayView, ...]
    code_lists: tuple[CodeListView, ...]
    dictionaries: tuple[CodeListView, ...]
    methods: tuple[Definition, ...]
    comments: tuple[Definition, ...]
    documents: tuple[DocumentView, ...]
    unused: tuple[tuple[str, str, str], ...]
    findings: Sequence[FindingView]
    severities: tuple[tuple[str, int], ...]

    @property
    def value_level_count(self) -> int:
        """How many variables have value level."""
        return sum(len(dataset.value_levels) for dataset in self.datasets)


def page(odm: Odm, findings: Sequence[Finding] = (), title: str | None = None) -> Page:
    """What the page of a file shows."""
    return _Builder(index(odm), findings).page(title)


class _Builder:
    """The views of one file; definitions are looked up once and used wherever they are named."""

    def __init__(self, file: Index, findings: Sequence[Finding]) -> None:
        self.index = file
        self.anchors = Anchors(file)
        self.where = WhereWords(file, self.anchors)
        self.lineages = Lineages(file, self.anchors)
        self.findings = Findings(file, self.anchors, findings)
        self.used_by: dict[tuple[str, str], dict[str, Link]] = {}
        self.used_in: dict[tuple[str, str], set[int]] = {}
        self.number = -1
        self.panels = count(1)
        self.notes: dict[tuple[str, str, int], Note] = {}
        self.groups: dict[tuple[str, str], ItemGroupDef | None] = {}

    def page(self, title: str | None) -> Page:
        metadata = self.index.metadata
        study = tuple(_study(self.index.odm))
        comment = self.comment(metadata.comment_oid, Link("the file", "#study"))
        standards = tuple(
            map(self.standard, metadata.standards.standards if metadata.standards else ())
        )
        datasets = tuple(self.datasets())
        displays = tuple(map(self.display, metadata.displays.displays if metadata.displays else ()))
        lists = [self.code_list(code_list) for code_list in metadata.code_lists]
        return Page(
            title=title or _title(self.index.odm),
            study=study,
            notes=tuple(_remarks(self.index.odm)),
            comment=comment,
            standards=standards,
            datasets=datasets,
            displays=displays,
            code_lists=tuple(item for item in lists if item.dictionary is None),
            dictionaries=tuple(item for item in lists if item.dictionary is not None),
            methods=tuple(map(self.method_section, metadata.methods)),
            comments=tuple(map(self.comment_section, metadata.comments)),
            documents=tuple(self.documents()),
            unused=tuple(self.unused()),
            findings=self.findings.all,
            severities=self.findings.severities,
        )

    # Datasets

    def datasets(self) -> Iterator[DatasetView]:
        for number, group in enumerate(self.index.metadata.item_groups):
            self.number = number
            yield self.dataset(group)
        self.number = -1

    def dataset(self, group: ItemGroupDef) -> DatasetView:
        anchor = self.anchors.of(group)
        rows = tuple(self.variable(group, ref) for ref in _in_order(group.items))
        return DatasetView(
            anchor=anchor,
            number=self.number,
            oid=group.oid or "",
            name=group.name or group.oid or "(no name)",
            label=label(group.description),
            domain_description=_alias(group.aliases, "DomainDescription"),
            domain=group.domain or "",
            class_name=_class(group),
            structure=group.structure or "",
            purpose=group.purpose or "",
            repeating=group.repeating or "",
            reference=group.is_reference_data or "",
            sas_name=_if_other(group.sas_dataset_name, group.name),
            keys=tuple(_keys(rows)),
            standard=self.standard_link(group.standard_oid),
            flags=_flags(group.is_non_standard, group.has_no_data),
            comment=self.comment(group.comment_oid, Link(group.name or anchor, inside(anchor))),
            location=_location(group, self.index.leaves),
            rows=rows,
            size=_size(len(rows)),
            findings=self.findings.at(anchor),
        )

    def variable(self, group: ItemGroupDef, ref: ItemRef) -> Row:
        item = self.index.items.get(ref.item_oid or "")
        anchor = self.anchors.of(ref)
        row = self.row(group, ref, item, anchor, "variable")
        row.lineage = self.lineages.of.get(inside(anchor))
        if item is not None and item.value_list_ref is not None:
            self.value_level(group, ref, item, row)
        return row

    def value_level(self, group: ItemGroupDef, ref: ItemRef, item: ItemDef, row: Row) -> None:
        """Adds what the file says of the variable's values under conditions."""
        oid = (item.value_list_ref.value_list_oid if item.value_list_ref else None) or ""
        values = self.index.value_lists.get(oid)
        if values is None:
            row.flags = (*row.flags, f"value level {oid} {_UNDEFINED}")
            return
        row.values_note = label(values.description)
        row.values = tuple(
            self.value(group, ref, row.name, below) for below in _in_order(values.items)
        )
        if row.values:
            row.panel = self.anchors.claim(f"values-{next(self.panels)}")

    def value(self, group: ItemGroupDef, ref: ItemRef, name: str, below: ItemRef) -> Row:
        item = self.index.items.get(below.item_oid or "")
        row = self.row(group, below, item, self.anchors.of_value(ref, below), "value")
        row.name = name
        row.wheres = tuple(
            self.where.of(where.where_clause_oid, group) for where in below.where_clauses
        )
        row.where_comments = tuple(self.where_comments(below, Link(name, inside(row.anchor))))
        return row

    def row(
        self, group: ItemGroupDef, ref: ItemRef, item: ItemDef | None, anchor: str, kind: str
    ) -> Row:
        defined = item or ItemDef(oid=ref.item_oid, name=ref.item_oid)
        name = defined.name or ref.item_oid or "(no name)"
        here = Link(f"{group.name}.{name}", inside(anchor))
        role_list = self.index.code_lists.get(ref.role_code_list_oid or "")
        if role_list is not None:
            self.use("codelist", ref.role_code_list_oid, here)
        flags = _flags(ref.is_non_standard, ref.has_no_data)
        return Row(
            anchor=anchor,
            kind=kind,
            oid=defined.oid or "",
            order=ref.order_number or "",
            name=name,
            label=label(defined.description),
            flags=flags if item else (*flags, _UNDEFINED),
            key=ref.key_sequence or "",
            mandatory=ref.mandatory or "",
            role=Link(ref.role or "", self.anchors.to(role_list)),
            sas_name=_if_other(defined.sas_field_name, defined.name),
            type=defined.data_type or "",
            length=_length(defined),
            format=defined.display_format or "",
            terms=self.terms(defined, here),
            iso=defined.data_type in _ISO_8601,
            origins=tuple(self.origin(origin, group) for origin in defined.origins),
            method=self.method(ref.method_oid, here, group),
            comment=self.comment(defined.comment_oid, here, group),
            findings=self.findings.at(anchor),
        )

    def where_comments(self, ref: ItemRef, here: Link) -> Iterator[Note]:
        for where in ref.where_clauses:
            defined = self.index.where_clauses.get(where.where_clause_oid or "")
            note = self.comment(defined.comment_oid, here) if defined else None
            if note:
                yield note

    def origin(self, origin: Origin, group: ItemGroupDef) -> OriginView:
        words = _ORIGIN_WORDS.get(origin.type or "", origin.type or "no type")
        if origin.source:
            words = f"{words} · {origin.source}"
        text = linked(label(origin.description), self.lineages.links(group))
        return OriginView(words, text, documents(self.index, origin.documents, self.anchors.leaves))

    def terms(self, item: ItemDef, here: Link) -> Terms | None:
        if item.code_list_ref is None:
            return None
        oid = item.code_list_ref.code_list_oid or ""
        code_list = self.index.code_lists.get(oid)
        if code_list is None:
            return Terms(Link(f"{oid} ({_UNDEFINED})"), 0, "", False)
        self.use("codelist", oid, here)
        link = Link(code_list.name or oid, self.anchors.to(code_list))
        values = [term.coded_value or "" for term in code_list.terms]
        preview = ", ".join(values)
        few = len(values) <= _PREVIEW_TERMS and len(preview) <= _PREVIEW_LENGTH
        return Terms(link, len(values), preview if few else "", code_list.external is not None)

    # What is used in several places

    def use(self, kind: str, oid: str | None, here: Link) -> None:
        """Notes that the definition is used here, in the dataset at hand."""
        key = (kind, oid or "")
        self.used_by.setdefault(key, {}).setdefault(here.href, here)
        if self.number >= 0:
            self.used_in.setdefault(key, set()).add(self.number)

    def uses(self, kind: str, oid: str | None) -> tuple[Link, ...]:
        return tuple(self.used_by.get((kind, oid or ""), {}).values())

    def used_datasets(self, kind: str, oid: str | None) -> str:
        return _numbers(self.used_in.get((kind, oid or ""), ()))

    def method(self, oid: str | None, here: Link, group: ItemGroupDef) -> Note | None:
        if oid is None:
            return None
        self.use("method", oid, here)
        self.groups.setdefault(("method", oid), group)
        return self.note("method", oid, self.index.methods.get(oid), group)

    def comment(
        self, oid: str | None, here: Link, group: ItemGroupDef | None = None
    ) -> Note | None:
        if oid is None:
            return None
        self.use("comment", oid, here)
        self.groups.setdefault(("comment", oid), group)
        return self.note("comment", oid, self.index.comments.get(oid), group)

    def note(
        self,
        kind: str,
        oid: str,
        definition: MethodDef | CommentDef | None,
        group: ItemGroupDef | None,
    ) -> Note:
        """A definition's words, with the variables of the dataset they are told in as links."""
        key = (kind, oid, id(group))
        if key not in self.notes:
            self.notes[key] = self._note(oid, definition, self.lineages.links(group))
        return self.notes[key]

    def _note(
        self, oid: str, definition: MethodDef | CommentDef | None, links: Mapping[str, str]
    ) -> Note:
        if definition is None:
            return Note(Link(f"{oid or 'no OID'} ({_UNDEFINED})"), defined=False)
        words = linked(label(definition.description), links)
        docs = documents(self.index, definition.documents, self.anchors.leaves)
        href = self.anchors.to(definition)
        if isinstance(definition, CommentDef):
            return Note(Link(oid, href), "", words, (), docs)
        expressions = tuple(
            (expression.context or "", expression.text) for expression in definition.expressions
        )
        name = definition.name or oid
        return Note(Link(name, href), definition.type or "", words, expressions, docs)

    def method_section(self, method: MethodDef) -> Definition:
        return self.definition("method", method, method.name or method.oid or "")

    def comment_section(self, comment: CommentDef) -> Definition:
        return self.definition("comment", comment, comment.oid or "")

    def definition(self, kind: str, definition: MethodDef | CommentDef, name: str) -> Definition:
        oid = definition.oid or ""
        known = self.index.methods if kind == "method" else self.index.comments
        first = known.get(oid) is definition
        links = self.lineages.links(self.groups.get((kind, oid)))
        anchor = self.anchors.of(definition)
        return Definition(
            anchor=anchor,
            oid=oid,
            name=name,
            note=self._note(oid, definition, links),
            used_by=self.uses(kind, oid) if first else (),
            datasets=self.used_datasets(kind, oid) if first else "",
            findings=self.findings.at(anchor),
        )

    # Codelists

    def code_list(self, code_list: CodeList) -> CodeListView:
        anchor, oid = self.anchors.of(code_list), code_list.oid or ""
        link = Link(code_list.name or oid, inside(anchor))
        terms = tuple(self.term(anchor, term) for term in _in_order(code_list.terms))
        external = code_list.external
        return CodeListView(
            anchor=anchor,
            oid=oid,
            name=code_list.name or oid or "(no name)",
            description=label(code_list.description),
            type=code_list.data_type or "",
            code=_alias(code_list.aliases, "nci:ExtCodeID"),
            sas_format=code_list.sas_format_name or "",
            standard=self.standard_link(code_list.standard_oid),
            flags=_flags(code_list.is_non_standard, None),
            comment=self.comment(code_list.comment_oid, link),
            dictionary=(
                (
                    external.dictionary or "",
                    external.version or "",
                    Link(external.ref or external.href or "", safe_href(external.href)),
                )
                if external
                else None
            ),
            terms=terms,
            has_decodes=any(term.decode for term in terms),
            has_ranks=any(term.rank for term in terms),
            has_descriptions=any(term.description for term in terms),
            used_by=self.uses("codelist", oid),
            datasets=self.used_datasets("codelist", oid),
            size=_size(len(terms)),
            findings=self.findings.at(anchor),
        )

    def term(self, anchor: str, term: CodeListItem | EnumeratedItem) -> TermView:
        return TermView(
            anchor=self.anchors.claim(f"{anchor}/{term.coded_value or ''}"),
            value=term.coded_value or "",
            decode=label(term.decode) if isinstance(term, CodeListItem) else Text(),
            description=label(term.descriptions[0]) if term.descriptions else Text(),
            code=_alias(term.aliases, "nci:ExtCodeID"),
            rank=term.rank or "",
            extended=term.extended_value == "Yes",
        )

    # Standards and documents

    def standard_link(self, oid: str | None) -> Link:
        if oid is None:
            return Link("")
        standard = self.index.standards.get(oid)
        if standard is None:
            return Link(f"{oid} ({_UNDEFINED})")
        return Link(_standard_name(standard), self.anchors.to(standard))

    def standard(self, standard: Standard) -> StandardView:
        anchor = self.anchors.of(standard)
        return StandardView(
            anchor=anchor,
            name=standard.name or standard.oid or "",
            type=standard.type or "",
            publishing_set=standard.publishing_set or "",
            version=standard.version or "",
            status=standard.status or "",
            comment=self.comment(
                standard.comment_oid, Link(_standard_name(standard), inside(anchor))
            ),
            findings=self.findings.at(anchor),
        )

    def documents(self) -> Iterator[DocumentView]:
        """The documents of the file, and those that it lists but does not define."""
        metadata = self.index.metadata
        crf = metadata.annotated_crf.documents if metadata.annotated_crf else ()
        supplemental = metadata.supplemental_doc.documents if metadata.supplemental_doc else ()
        kinds = {ref.leaf_id or "": "Supplemental document" for ref in supplemental}
        kinds |= {ref.leaf_id or "": "Annotated CRF" for ref in crf}
        for leaf in metadata.leaves:
            yield self.document(leaf, kinds.pop(leaf.id or "", "Referenced document"))
        for oid, kind in kinds.items():
            if oid not in self.index.leaves:
                title = f"{oid} ({_UNDEFINED})"
                yield DocumentView(self.anchors.claim(oid), title, Link(""), kind, ())

    def document(self, leaf: Leaf, kind: str) -> DocumentView:
        anchor = self.anchors.of(leaf)
        title = (leaf.title.text.strip() if leaf.title else "") or leaf.href or leaf.id or ""
        return DocumentView(
            anchor=anchor,
            title=title,
            link=Link(leaf.href or "", safe_href(leaf.href)),
            kind=kind,
            findings=self.findings.at(anchor),
        )

    # Analysis results

    def display(self, display: ResultDisplay) -> DisplayView:
        anchor = self.anchors.of(display)
        results = tuple(map(self.result, display.results))
        numbers = {number for result in results for number in result.datasets.split()}
        return DisplayView(
            anchor=anchor,
            name=display.name or display.oid or "(no name)",
            description=label(display.description),
            documents=documents(self.index, display.documents, self.anchors.leaves),
            results=results,
            datasets=" ".join(sorted(numbers, key=int)),
            findings=self.findings.at(anchor),
        )

    def result(self, result: AnalysisResult) -> ResultView:
        anchor = self.anchors.of(result)
        words = label(result.description)
        here = Link(str(words) or result.oid or "result", inside(anchor))
        used = result.datasets.datasets if result.datasets else ()
        groups = [self.index.item_groups.get(item.item_group_oid or "") for item in used]
        first = next((group for group in groups if group), None)
        documentation, code = result.documentation, result.code
        about = label(documentation.description) if documentation else Text()
        leaves = self.anchors.leaves
        return ResultView(
            anchor=anchor,
            oid=result.oid or "",
            description=words,
            parameter=self.parameter(result, used),
            reason=result.reason or "",
            purpose=result.purpose or "",
            join=self.comment(result.datasets.comment_oid, here, first)
            if result.datasets
            else None,
            data=tuple(self.analysis_data(item, here) for item in used),
            documentation=linked(about, self.lineages.links(first)),
            documents=documents(self.index, documentation.documents, leaves)
            if documentation
            else (),
            context=(code.context or "") if code else "",
            code=code.code.text.strip("\r\n").rstrip() if code and code.code else "",
            programs=documents(self.index, code.documents, leaves) if code else (),
            datasets=self.numbers_of(groups),
            findings=self.findings.at(anchor),
        )

    def numbers_of(self, groups: Iterable[ItemGroupDef | None]) -> str:
        numbers = {id(group): n for n, group in enumerate(self.index.metadata.item_groups)}
        return _numbers({numbers[id(group)] for group in groups if group})

    def parameter(self, result: AnalysisResult, used: Sequence[AnalysisDataset]) -> Text:
        """The parameter variable with the values that the records' conditions ask of it."""
        oid = result.parameter_oid
        if not oid:
            return Text()
        for dataset in used:
            ref = dataset.where_clause
            where = self.index.where_clauses.get((ref.where_clause_oid or "") if ref else "")
            group = self.index.item_groups.get(dataset.item_group_oid or "")
            for check in where.checks if where else ():
                if check.item_oid == oid:
                    return Text(tuple(self.where.check(check, group)))
        return Text((self.item_link(oid, None),))

    def item_link(self, oid: str | None, group_oid: str | None) -> Link:
        item = self.index.items.get(oid or "")
        name = (item.name or item.oid or "") if item else f"{oid} ({_UNDEFINED})"
        return Link(name, self.anchors.to_item(oid, group_oid))

    def analysis_data(self, dataset: AnalysisDataset, here: Link) -> AnalysisData:
        oid = dataset.item_group_oid
        group = self.index.item_groups.get(oid or "")
        name = (group.name or oid or "") if group else f"{oid} ({_UNDEFINED})"
        ref = dataset.where_clause
        where = self.index.where_clauses.get((ref.where_clause_oid or "") if ref else "")
        variables = []
        for variable in dataset.variables:
            item = self.index.items.get(variable.item_oid or "")
            variables.append(
                (
                    self.item_link(variable.item_oid, oid),
                    label(item.description) if item else Text(),
                )
            )
        return AnalysisData(
            dataset=Link(name, self.anchors.to(group)),
            condition=self.where.of(ref.where_clause_oid, group) if ref else None,
            comment=self.comment(where.comment_oid, here, group) if where else None,
            variables=tuple(variables),
        )

    # What nothing refers to

    def unused(self) -> Iterator[tuple[str, str, str]]:
        """Items, value lists and where-clauses that the page shows nowhere else."""
        index_ = self.index
        for oid, item in index_.items.items():
            if not any(use.group for use in index_.uses.get(oid, ())):
                yield "Item", oid, f"{item.name or ''} {label(item.description)}".strip()
        lists = {
            item.value_list_ref.value_list_oid
            for item in index_.items.values()
            if item.value_list_ref
        }
        for oid, values in index_.value_lists.items():
            if oid not in lists:
                yield "Value list", oid, f"{len(values.items)} definitions"
        shown = set(self.anchors.wheres)
        for oid in index_.where_clauses:
            if oid not in shown:
                yield "Where-clause", oid, str(self.where.of(oid, None))


def _study(odm: Odm) -> Iterator[tuple[str, str]]:
    metadata = odm.metadata
    study = odm.studies[0].global_variables if odm.studies else None
    version = metadata.define_version or odm.version
    shown = [
        ("Study name", study.study_name.text if study and study.study_name else ""),
        (
            "Study description",
            study.study_description.text if study and study.study_description else "",
        ),
        ("Protocol name", study.protocol_name.text if study and study.protocol_name else ""),
        ("Metadata name", metadata.name or ""),
        ("Metadata description", metadata.description or ""),
        (
            "Standard",
            " ".join(filter(None, (metadata.standard_name, metadata.standard_version))),
        ),
        ("Define-XML version", version),
        ("Context", odm.context or ""),
        ("Created", odm.creation_date_time or ""),
        ("Originator", odm.originator or ""),
        (
            "Source system",
            " ".join(filter(None, (odm.source_system, odm.source_system_version))),
        ),
        ("File OID", odm.file_oid or ""),
    ]
    return ((name, value.strip()) for name, value in shown if value.strip())


def _title(odm: Odm) -> str:
    study = dict(_study(odm))
    metadata = odm.metadata
    guides = metadata.standards.standards if metadata.standards else ()
    guide = next((item for item in guides if item.type == "IG"), None)
    name = _standard_name(guide) if guide else study.get("Standard", "")
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


def _in_order(items: Sequence[Ordered]) -> list[Ordered]:
    """By OrderNumber where all have one, else as in the file."""
    if all((item.order_number or "").strip().isdecimal() for item in items):
        return sorted(items, key=lambda item: int(item.order_number or 0))
    return list(items)


def _keys(rows: Iterable[Row]) -> Iterator[Link]:
    keys = [row for row in rows if row.key]
    numbered = sorted(keys, key=lambda row: int(row.key) if row.key.isdecimal() else 10**6)
    return (Link(row.name, inside(row.anchor)) for row in numbered)


def _class(group: ItemGroupDef) -> str:
    if group.dataset_class is None:
        return group.class_name or ""
    names = (group.dataset_class.name, *(item.name for item in group.dataset_class.subclasses))
    return " / ".join(name for name in names if name)


def _location(group: ItemGroupDef, leaves: object) -> Link | None:
    leaf = group.leaf
    if leaf is None and group.archive_location_id and isinstance(leaves, dict):
        leaf = leaves.get(group.archive_location_id)
    if leaf is None:
        return None
    title = leaf.title.text.strip() if leaf.title else ""
    return Link(title or leaf.href or leaf.id or "", safe_href(leaf.href))


def _alias(aliases: Iterable[Alias], context: str) -> str:
    return next((item.name or "" for item in aliases if item.context == context), "")


def _flags(is_non_standard: str | None, has_no_data: str | None) -> tuple[str, ...]:
    flags = (("non-standard", is_non_standard), ("no data", has_no_data))
    return tuple(word for word, value in flags if value == "Yes")


def _if_other(name: str | None, than: str | None) -> str:
    return name if name and name != than else ""


def _length(item: ItemDef) -> str:
    digits = f" [{item.significant_digits}]" if item.significant_digits else ""
    return f"{item.length or ''}{digits}".strip()


def _standard_name(standard: Standard) -> str:
    parts = (standard.name, standard.publishing_set, standard.version)
    return " ".join(part for part in parts if part) or standard.oid or ""


def _numbers(numbers: Iterable[int]) -> str:
    return " ".join(map(str, sorted(numbers)))


def _size(rows: int) -> int:
    """How high a section will be, as a power of two of rows: room for it before it is drawn."""
    return min(max(rows, 1).bit_length(), 10)
