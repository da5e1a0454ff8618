"""Define-XML as objects: one class an element, named as the element, fields in the schema's order.

The model covers Define-XML 2.1 and 2.0 with Analysis Results Metadata 1.0. An attribute is text
as the file has it, or None where it has none: a file may be wrong, and what is wrong with it is for
the checks to say. Sources: Define-XML 2.0 and 2.1, chapter 5; ARM 1.0, chapter 5.
"""
# ruff: noqa: RUF009 -- child() only describes a field

from __future__ import annotations

from dataclasses import dataclass

from converters.define.binding import Node, attribute, child, children, text


@dataclass(frozen=True, kw_only=True)
class TranslatedText(Node):
    """A text in a language."""

    tag = "TranslatedText"
    text: str = text()
    lang: str | None = attribute("xml:lang")


@dataclass(frozen=True, kw_only=True)
class Description(Node):
    """A label, or the words of a method, comment, origin or result."""

    tag = "Description"
    texts: tuple[TranslatedText, ...] = children(TranslatedText)

    def __str__(self) -> str:
        """The first text."""
        return self.texts[0].text if self.texts else ""


@dataclass(frozen=True, kw_only=True)
class Decode(Description):
    """What a coded value means."""

    tag = "Decode"


@dataclass(frozen=True, kw_only=True)
class Alias(Node):
    """Another name: an NCI code (``nci:ExtCodeID``) or what a domain is (``DomainDescription``)."""

    tag = "Alias"
    context: str | None = attribute("Context")
    name: str | None = attribute("Name")


@dataclass(frozen=True, kw_only=True)
class PdfPageRef(Node):
    """Pages of a document: numbers or named destinations (``PageRefs``), or a range."""

    tag = "def:PDFPageRef"
    page_refs: str | None = attribute("PageRefs")
    first_page: str | None = attribute("FirstPage")
    last_page: str | None = attribute("LastPage")
    type: str | None = attribute("Type")
    title: str | None = attribute("Title")


@dataclass(frozen=True, kw_only=True)
class DocumentRef(Node):
    """A reference to a document (a leaf)."""

    tag = "def:DocumentRef"
    leaf_id: str | None = attribute("leafID")
    pages: tuple[PdfPageRef, ...] = children(PdfPageRef)


@dataclass(frozen=True, kw_only=True)
class Standard(Node):
    """An implementation guide or a terminology that the study follows (2.1)."""

    tag = "def:Standard"
    oid: str | None = attribute("OID")
    name: str | None = attribute("Name")
    type: str | None = attribute("Type")
    publishing_set: str | None = attribute("PublishingSet")
    version: str | None = attribute("Version")
    status: str | None = attribute("Status")
    comment_oid: str | None = attribute("def:CommentOID")


@dataclass(frozen=True, kw_only=True)
class Standards(Node):
    """The standards that the study follows (2.1)."""

    tag = "def:Standards"
    standards: tuple[Standard, ...] = children(Standard)


@dataclass(frozen=True, kw_only=True)
class AnnotatedCrf(Node):
    """The annotated case report forms."""

    tag = "def:AnnotatedCRF"
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


@dataclass(frozen=True, kw_only=True)
class SupplementalDoc(Node):
    """Reviewer's guides and other documents."""

    tag = "def:SupplementalDoc"
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


@dataclass(frozen=True, kw_only=True)
class WhereClauseRef(Node):
    """A reference to the condition under which a definition holds."""

    tag = "def:WhereClauseRef"
    where_clause_oid: str | None = attribute("WhereClauseOID")


@dataclass(frozen=True, kw_only=True)
class ItemRef(Node):
    """A variable's place in a dataset, or a definition's place in a value list."""

    tag = "ItemRef"
    item_oid: str | None = attribute("ItemOID")
    order_number: str | None = attribute("OrderNumber")
    mandatory: str | None = attribute("Mandatory")
    key_sequence: str | None = attribute("KeySequence")
    method_oid: str | None = attribute("MethodOID")
    role: str | None = attribute("Role")
    role_code_list_oid: str | None = attribute("RoleCodeListOID")
    is_non_standard: str | None = attribute("def:IsNonStandard")
    has_no_data: str | None = attribute("def:HasNoData")
    where_clauses: tuple[WhereClauseRef, ...] = children(WhereClauseRef)


@dataclass(frozen=True, kw_only=True)
class ValueListDef(Node):
    """The value level of a variable."""

    tag = "def:ValueListDef"
    oid: str | None = attribute("OID")
    description: Description | None = child(Description)
    items: tuple[ItemRef, ...] = children(ItemRef)


@dataclass(frozen=True, kw_only=True)
class CheckValue(Node):
    """A value that a condition compares with."""

    tag = "CheckValue"
    text: str = text()


@dataclass(frozen=True, kw_only=True)
class RangeCheck(Node):
    """One comparison of a condition; all of a where-clause must hold."""

    tag = "RangeCheck"
    comparator: str | None = attribute("Comparator")
    soft_hard: str | None = attribute("SoftHard")
    item_oid: str | None = attribute("def:ItemOID")
    values: tuple[CheckValue, ...] = children(CheckValue)


@dataclass(frozen=True, kw_only=True)
class WhereClauseDef(Node):
    """A condition on records."""

    tag = "def:WhereClauseDef"
    oid: str | None = attribute("OID")
    comment_oid: str | None = attribute("def:CommentOID")
    checks: tuple[RangeCheck, ...] = children(RangeCheck)


@dataclass(frozen=True, kw_only=True)
class SubClass(Node):
    """A subclass of a dataset's class (2.1)."""

    tag = "def:SubClass"
    name: str | None = attribute("Name")
    parent_class: str | None = attribute("ParentClass")


@dataclass(frozen=True, kw_only=True)
class DatasetClass(Node):
    """The class of a dataset (2.1; in 2.0 it is an attribute of the dataset)."""

    tag = "def:Class"
    name: str | None = attribute("Name")
    subclasses: tuple[SubClass, ...] = children(SubClass)


@dataclass(frozen=True, kw_only=True)
class Title(Node):
    """The title of a document."""

    tag = "def:title"
    text: str = text()


@dataclass(frozen=True, kw_only=True)
class Leaf(Node):
    """A file: a dataset's, or a document."""

    tag = "def:leaf"
    id: str | None = attribute("ID")
    href: str | None = attribute("xlink:href")
    title: Title | None = child(Title)


@dataclass(frozen=True, kw_only=True)
class ItemGroupDef(Node):
    """A dataset; ``class_name`` is the class as 2.0 has it, an attribute."""

    tag = "ItemGroupDef"
    oid: str | None = attribute("OID")
    name: str | None = attribute("Name")
    domain: str | None = attribute("Domain")
    sas_dataset_name: str | None = attribute("SASDatasetName")
    repeating: str | None = attribute("Repeating")
    is_reference_data: str | None = attribute("IsReferenceData")
    purpose: str | None = attribute("Purpose")
    structure: str | None = attribute("def:Structure")
    class_name: str | None = attribute("def:Class")
    standard_oid: str | None = attribute("def:StandardOID")
    is_non_standard: str | None = attribute("def:IsNonStandard")
    has_no_data: str | None = attribute("def:HasNoData")
    comment_oid: str | None = attribute("def:CommentOID")
    archive_location_id: str | None = attribute("def:ArchiveLocationID")
    description: Description | None = child(Description)
    items: tuple[ItemRef, ...] = children(ItemRef)
    aliases: tuple[Alias, ...] = children(Alias)
    dataset_class: DatasetClass | None = child(DatasetClass)
    leaf: Leaf | None = child(Leaf)


@dataclass(frozen=True, kw_only=True)
class CodeListRef(Node):
    """A reference to a codelist."""

    tag = "CodeListRef"
    code_list_oid: str | None = attribute("CodeListOID")


@dataclass(frozen=True, kw_only=True)
class Origin(Node):
    """Where values come from."""

    tag = "def:Origin"
    type: str | None = attribute("Type")
    source: str | None = attribute("Source")
    description: Description | None = child(Description)
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


@dataclass(frozen=True, kw_only=True)
class ValueListRef(Node):
    """A reference to the value level of a variable."""

    tag = "def:ValueListRef"
    value_list_oid: str | None = attribute("ValueListOID")


@dataclass(frozen=True, kw_only=True)
class ItemDef(Node):
    """A variable, or what holds of it in the records of a where-clause."""

    tag = "ItemDef"
    oid: str | None = attribute("OID")
    name: str | None = attribute("Name")
    data_type: str | None = attribute("DataType")
    length: str | None = attribute("Length")
    significant_digits: str | None = attribute("SignificantDigits")
    sas_field_name: str | None = attribute("SASFieldName")
    display_format: str | None = attribute("def:DisplayFormat")
    comment_oid: str | None = attribute("def:CommentOID")
    description: Description | None = child(Description)
    code_list_ref: CodeListRef | None = child(CodeListRef)
    aliases: tuple[Alias, ...] = children(Alias)
    origins: tuple[Origin, ...] = children(Origin)
    value_list_ref: ValueListRef | None = child(ValueListRef)


@dataclass(frozen=True, kw_only=True)
class CodeListItem(Node):
    """A term with its decode."""

    tag = "CodeListItem"
    coded_value: str | None = attribute("CodedValue")
    rank: str | None = attribute("Rank")
    order_number: str | None = attribute("OrderNumber")
    extended_value: str | None = attribute("def:ExtendedValue")
    decode: Decode | None = child(Decode)
    aliases: tuple[Alias, ...] = children(Alias)
    descriptions: tuple[Description, ...] = children(Description)


@dataclass(frozen=True, kw_only=True)
class EnumeratedItem(Node):
    """A term without a decode."""

    tag = "EnumeratedItem"
    coded_value: str | None = attribute("CodedValue")
    rank: str | None = attribute("Rank")
    order_number: str | None = attribute("OrderNumber")
    extended_value: str | None = attribute("def:ExtendedValue")
    aliases: tuple[Alias, ...] = children(Alias)
    descriptions: tuple[Description, ...] = children(Description)


@dataclass(frozen=True, kw_only=True)
class ExternalCodeList(Node):
    """A dictionary such as MedDRA."""

    tag = "ExternalCodeList"
    dictionary: str | None = attribute("Dictionary")
    version: str | None = attribute("Version")
    href: str | None = attribute("href")
    ref: str | None = attribute("ref")


@dataclass(frozen=True, kw_only=True)
class CodeList(Node):
    """A codelist: terms with decodes, terms without, or a dictionary."""

    tag = "CodeList"
    oid: str | None = attribute("OID")
    name: str | None = attribute("Name")
    data_type: str | None = attribute("DataType")
    sas_format_name: str | None = attribute("SASFormatName")
    standard_oid: str | None = attribute("def:StandardOID")
    is_non_standard: str | None = attribute("def:IsNonStandard")
    comment_oid: str | None = attribute("def:CommentOID")
    description: Description | None = child(Description)
    decoded: tuple[CodeListItem, ...] = children(CodeListItem)
    external: ExternalCodeList | None = child(ExternalCodeList)
    enumerated: tuple[EnumeratedItem, ...] = children(EnumeratedItem)
    aliases: tuple[Alias, ...] = children(Alias)

    @property
    def terms(self) -> tuple[CodeListItem | EnumeratedItem, ...]:
        """Its terms of either kind."""
        return (*self.decoded, *self.enumerated)


@dataclass(frozen=True, kw_only=True)
class FormalExpression(Node):
    """A method as a machine reads it; ``context`` says in which language."""

    tag = "FormalExpression"
    text: str = text()
    context: str | None = attribute("Context")


@dataclass(frozen=True, kw_only=True)
class MethodDef(Node):
    """How values are derived."""

    tag = "MethodDef"
    oid: str | None = attribute("OID")
    name: str | None = attribute("Name")
    type: str | None = attribute("Type")
    description: Description | None = child(Description)
    expressions: tuple[FormalExpression, ...] = children(FormalExpression)
    aliases: tuple[Alias, ...] = children(Alias)
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


@dataclass(frozen=True, kw_only=True)
class CommentDef(Node):
    """A comment."""

    tag = "def:CommentDef"
    oid: str | None = attribute("OID")
    description: Description | None = child(Description)
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


@dataclass(frozen=True, kw_only=True)
class AnalysisVariable(Node):
    """A variable that is analysed."""

    tag = "arm:AnalysisVariable"
    item_oid: str | None = attribute("ItemOID")


@dataclass(frozen=True, kw_only=True)
class AnalysisDataset(Node):
    """A dataset that an analysis reads, the records of it, and the variables analysed."""

    tag = "arm:AnalysisDataset"
    item_group_oid: str | None = attribute("ItemGroupOID")
    where_clause: WhereClauseRef | None = child(WhereClauseRef)
    variables: tuple[AnalysisVariable, ...] = children(AnalysisVariable)


@dataclass(frozen=True, kw_only=True)
class AnalysisDatasets(Node):
    """The datasets that an analysis reads; the comment says how they are joined."""

    tag = "arm:AnalysisDatasets"
    comment_oid: str | None = attribute("def:CommentOID")
    datasets: tuple[AnalysisDataset, ...] = children(AnalysisDataset)


@dataclass(frozen=True, kw_only=True)
class Documentation(Node):
    """The analysis in words."""

    tag = "arm:Documentation"
    description: Description | None = child(Description)
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


@dataclass(frozen=True, kw_only=True)
class Code(Node):
    """Program text."""

    tag = "arm:Code"
    text: str = text()


@dataclass(frozen=True, kw_only=True)
class ProgrammingCode(Node):
    """The program of an analysis; ``context`` names the software."""

    tag = "arm:ProgrammingCode"
    context: str | None = attribute("Context")
    code: Code | None = child(Code)
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


@dataclass(frozen=True, kw_only=True)
class AnalysisResult(Node):
    """One result of a display."""

    tag = "arm:AnalysisResult"
    oid: str | None = attribute("OID")
    parameter_oid: str | None = attribute("ParameterOID")
    reason: str | None = attribute("AnalysisReason")
    purpose: str | None = attribute("AnalysisPurpose")
    description: Description | None = child(Description)
    datasets: AnalysisDatasets | None = child(AnalysisDatasets)
    documentation: Documentation | None = child(Documentation)
    code: ProgrammingCode | None = child(ProgrammingCode)


@dataclass(frozen=True, kw_only=True)
class ResultDisplay(Node):
    """A table or figure."""

    tag = "arm:ResultDisplay"
    oid: str | None = attribute("OID")
    name: str | None = attribute("Name")
    description: Description | None = child(Description)
    documents: tuple[DocumentRef, ...] = children(DocumentRef)
    results: tuple[AnalysisResult, ...] = children(AnalysisResult)


@dataclass(frozen=True, kw_only=True)
class AnalysisResultDisplays(Node):
    """The displays whose analyses are described (ARM 1.0)."""

    tag = "arm:AnalysisResultDisplays"
    displays: tuple[ResultDisplay, ...] = children(ResultDisplay)


@dataclass(frozen=True, kw_only=True)
class MetaDataVersion(Node):
    """The definitions; ``standard_name`` and ``standard_version`` are how 2.0 names the guide."""

    tag = "MetaDataVersion"
    oid: str | None = attribute("OID")
    name: str | None = attribute("Name")
    description: str | None = attribute("Description")
    define_version: str | None = attribute("def:DefineVersion")
    standard_name: str | None = attribute("def:StandardName")
    standard_version: str | None = attribute("def:StandardVersion")
    comment_oid: str | None = attribute("def:CommentOID")
    standards: Standards | None = child(Standards)
    annotated_crf: AnnotatedCrf | None = child(AnnotatedCrf)
    supplemental_doc: SupplementalDoc | None = child(SupplementalDoc)
    value_lists: tuple[ValueListDef, ...] = children(ValueListDef)
    where_clauses: tuple[WhereClauseDef, ...] = children(WhereClauseDef)
    item_groups: tuple[ItemGroupDef, ...] = children(ItemGroupDef)
    items: tuple[ItemDef, ...] = children(ItemDef)
    code_lists: tuple[CodeList, ...] = children(CodeList)
    methods: tuple[MethodDef, ...] = children(MethodDef)
    comments: tuple[CommentDef, ...] = children(CommentDef)
    leaves: tuple[Leaf, ...] = children(Leaf)
    displays: AnalysisResultDisplays | None = child(AnalysisResultDisplays)


@dataclass(frozen=True, kw_only=True)
class StudyName(Node):
    """The short name of the study."""

    tag = "StudyName"
    text: str = text()


@dataclass(frozen=True, kw_only=True)
class StudyDescription(Node):
    """What the study is."""

    tag = "StudyDescription"
    text: str = text()


@dataclass(frozen=True, kw_only=True)
class ProtocolName(Node):
    """The sponsor's name of the protocol."""

    tag = "ProtocolName"
    text: str = text()


@dataclass(frozen=True, kw_only=True)
class GlobalVariables(Node):
    """What the study is called."""

    tag = "GlobalVariables"
    study_name: StudyName | None = child(StudyName)
    study_description: StudyDescription | None = child(StudyDescription)
    protocol_name: ProtocolName | None = child(ProtocolName)


@dataclass(frozen=True, kw_only=True)
class Study(Node):
    """The study."""

    tag = "Study"
    oid: str | None = attribute("OID")
    global_variables: GlobalVariables | None = child(GlobalVariables)
    versions: tuple[MetaDataVersion, ...] = children(MetaDataVersion)


@dataclass(frozen=True, kw_only=True)
class Odm(Node):
    """A whole file.

    ``version`` is the version of Define-XML by its namespace, ``2.0`` or ``2.1``; ``namespaces``
    are prefixes with their URIs as the file declares them on its root (the prefix ``""`` is the
    default); ``prolog`` and ``epilog`` are comments and processing instructions around the root.
    """

    tag = "ODM"
    version: str = "2.1"
    namespaces: tuple[tuple[str, str], ...] = ()
    prolog: tuple[str, ...] = ()
    epilog: tuple[str, ...] = ()
    odm_version: str | None = attribute("ODMVersion")
    file_type: str | None = attribute("FileType")
    file_oid: str | None = attribute("FileOID")
    creation_date_time: str | None = attribute("CreationDateTime")
    as_of_date_time: str | None = attribute("AsOfDateTime")
    originator: str | None = attribute("Originator")
    source_system: str | None = attribute("SourceSystem")
    source_system_version: str | None = attribute("SourceSystemVersion")
    context: str | None = attribute("def:Context")
    studies: tuple[Study, ...] = children(Study)

    @property
    def metadata(self) -> MetaDataVersion:
        """The definitions of the first study; empty ones where the file has none."""
        versions = [version for study in self.studies for version in study.versions]
        return versions[0] if versions else MetaDataVersion()
