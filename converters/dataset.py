"""A dataset: a pandas frame and all that an emitter must know of it.

``formats``, ``define`` and ``reports`` see only this; they never learn where the data came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

#: Define-XML 2.1 data types that this library writes (Define-XML 2.1, section 4.3.1.2).
DataType = Literal[
    "text",
    "integer",
    "float",
    "date",
    "time",
    "datetime",
    "partialDate",
    "partialTime",
    "partialDatetime",
    "incompleteDatetime",
    "durationDatetime",
    "intervalDatetime",
]


@dataclass(frozen=True)
class Reference:
    """A place in a document: ``document`` is its ``Document.name``.

    ``pages`` are numbers, ranges (``7-9``) or named destinations; none is the whole document.
    """

    document: str
    pages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comment:
    """A comment in words, and where documents say more (Define-XML 2.1, def:CommentDef)."""

    text: str
    documents: tuple[Reference, ...] = ()


def comment_of(text: str) -> Comment | None:
    """A comment of that text; none of an empty one."""
    return Comment(text) if text else None


@dataclass(frozen=True)
class Origin:
    """Where a variable comes from (Define-XML 2.1, def:Origin).

    ``type`` is Collected, Derived, Assigned, Protocol, Predecessor or Not Available; ``source`` is
    Investigator, Sponsor, Subject, Vendor or empty; ``predecessor`` names DATASET.VARIABLE.
    ``pages`` of the annotated CRF are numbers, ranges (``7-9``) or named destinations;
    ``description`` says more of the source in words, ``documents`` are places in others than the
    annotated CRF.
    """

    type: str
    source: str = ""
    predecessor: str = ""
    pages: tuple[str, ...] = ()
    description: str = ""
    documents: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Method:
    """How a value is made: ``Computation`` or ``Imputation``, in words and as the spec says it.

    ``name`` is what reviewers read in the list of methods; empty: made from the variables.
    """

    words: str
    expression: str = ""
    type: Literal["Computation", "Imputation"] = "Computation"
    documents: tuple[Reference, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Term:
    """A term of a codelist: submission value, NCI code, decode, whether the sponsor added it.

    ``rank`` is its place among terms that have an order of size, such as severities;
    ``description`` says more of it.
    """

    value: str
    code: str = ""
    decode: str = ""
    extended: bool = False
    rank: float | None = None
    description: str = ""


@dataclass(frozen=True)
class UsedCodelist:
    """A codelist as a dataset uses it; ``terms`` are those to be shown in define.xml.

    ``standard`` says which terminology it is from: its publishing set (``SDTM``), with the version
    (``SDTM 2024-03-29``) where the package declares several; it may be empty where it declares one.
    An external ``dictionary`` (``MedDRA``) has a version and no terms. ``joined`` names the
    terminology's codelists where the variable draws on several; then there is no one code. ``also``
    are values that the standard has beside its terms, such as MULTIPLE. ``format`` is the SAS
    format of its name.
    """

    name: str
    label: str
    code: str = ""
    extensible: bool = True
    terms: tuple[Term, ...] = ()
    standard: str = ""
    dictionary: str = ""
    dictionary_version: str = ""
    joined: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    format: str = ""
    comment: Comment | None = None


@dataclass(frozen=True)
class Variable:
    """One variable of a dataset.

    ``kind`` is SAS's type (Char or Num), ``length`` is in bytes (for numbers 8), ``format`` a SAS
    display format such as ``DATE9.``. ``mandatory`` says that no record may lack a value;
    ``no_data`` that every record lacks one (None: see the frame).
    """

    name: str
    label: str
    kind: Literal["Char", "Num"]
    data_type: DataType = "text"
    length: int = 1
    significant_digits: int | None = None
    format: str = ""
    role: str = ""
    core: str = ""
    mandatory: bool = False
    codelist: UsedCodelist | None = None
    origin: Origin | None = None
    method: Method | None = None
    comment: Comment | None = None
    standard: bool = True
    no_data: bool | None = None


@dataclass(frozen=True)
class Condition:
    """One check of a where-clause: ``comparator`` is EQ, NE, IN, NOTIN, LT, LE, GT or GE.

    ``dataset`` names that of the variable where it is another one.
    """

    variable: str
    comparator: str
    values: tuple[str, ...]
    dataset: str = ""


@dataclass(frozen=True)
class ValueLevel:
    """What holds of ``variable`` in records that meet ``where``; ``definition`` describes it.

    ``join`` says how records of other datasets are found, where a condition is on one.
    """

    variable: str
    where: tuple[Condition, ...]
    definition: Variable
    join: Comment | None = None


@dataclass(frozen=True)
class Metadata:
    """What is said of a dataset as a whole; ``keys`` are variable names in sort order.

    ``standard`` names the implementation guide that the dataset follows (``SDTMIG-MD``); empty is
    the package's first, None a dataset of the sponsor's own. ``domain_label`` describes the domain
    of a split or supplemental dataset. ``records`` is their number (None: see the frame).
    """

    name: str
    label: str
    dataset_class: str
    structure: str
    keys: tuple[str, ...]
    variables: tuple[Variable, ...]
    domain: str = ""
    subclass: str = ""
    purpose: str = "Tabulation"
    repeating: bool = True
    reference_data: bool = False
    comment: Comment | None = None
    value_level: tuple[ValueLevel, ...] = ()
    standard: str | None = ""
    domain_label: str = ""
    records: int | None = None

    def variable(self, name: str) -> Variable:
        """The variable of that name.

        Raises:
            KeyError: there is none.
        """
        for item in self.variables:
            if item.name == name:
                return item
        raise KeyError(name)


def _no_trace() -> pd.DataFrame:
    """An empty frame; pandas is imported here, so that who only reads metadata need not wait."""
    import pandas as pd

    return pd.DataFrame()


@dataclass(frozen=True)
class Dataset:
    """A frame, its metadata, and where each record came from.

    ``frame`` has one column a variable, in the order of ``metadata.variables``: text columns are
    categories, numbers float64. ``trace`` has as many rows: ``source``, ``file`` and ``record``.
    """

    metadata: Metadata
    frame: pd.DataFrame
    trace: pd.DataFrame = field(default_factory=_no_trace)

    @property
    def name(self) -> str:
        """The dataset's name, in capitals (``AE``, ``SUPPAE``)."""
        return self.metadata.name


@dataclass(frozen=True)
class StandardUse:
    """A standard that a package declares (Define-XML 2.1, def:Standard)."""

    name: str
    type: Literal["IG", "CT"]
    version: str
    publishing_set: str = ""
    status: str = "Final"
    comment: Comment | None = None


@dataclass(frozen=True)
class Document:
    """A file that goes with define.xml: the annotated CRF, a supplemental document, or another.

    ``href`` is its path relative to define.xml; ``name`` is what a ``Reference`` calls it, by
    default the title. A document of kind ``Other`` (a program) stands only where it is referred to.
    """

    title: str
    href: str
    kind: Literal["Annotated CRF", "Supplemental", "Other"] = "Supplemental"
    name: str = ""


@dataclass(frozen=True)
class AnalysisData:
    """What an analysis reads of a dataset: records that meet ``where``; ``variables`` analysed."""

    dataset: str
    where: tuple[Condition, ...] = ()
    variables: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnalysisResult:
    """One result of a display (Analysis Results Metadata 1.0, arm:AnalysisResult).

    ``name`` is unique in its display and makes the OID; ``reason`` and ``purpose`` are terms such
    as SPECIFIED IN SAP and PRIMARY OUTCOME MEASURE; ``join`` says how several datasets are joined;
    ``documentation`` is the analysis in words; ``code`` is program text in the language
    ``context``, ``programs`` are places in program files.
    """

    name: str
    description: str
    reason: str
    purpose: str
    data: tuple[AnalysisData, ...]
    join: Comment | None = None
    documentation: Comment | None = None
    context: str = ""
    code: str = ""
    programs: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Display:
    """A table or figure and its results (arm:ResultDisplay); ``documents`` are where it stands."""

    name: str
    description: str
    results: tuple[AnalysisResult, ...]
    documents: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Package:
    """The datasets of one submission package (SDTM or ADaM) and what is said of the study.

    ``created`` is an ISO 8601 date and time; ``originator`` the organisation that made the package;
    ``displays`` are those that Analysis Results Metadata describe; ``comment`` is on the whole.
    """

    study_id: str
    study_name: str
    description: str
    protocol: str
    created: str
    standards: tuple[StandardUse, ...]
    datasets: Mapping[str, Dataset]
    documents: tuple[Document, ...] = ()
    originator: str = ""
    displays: tuple[Display, ...] = ()
    comment: Comment | None = None
