"""What the page shows, as plain data: sections and rows with their texts and links made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from converters.define.page.lineage import Lineage
from converters.define.page.links import DocumentLink, Link
from converters.define.page.placing import FindingView
from converters.define.page.words import Condition, Text


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
