"""What study.yaml says of the study as a whole: identity, versions, visits, time points, dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from converters.columns import number_text
from converters.dataset import Comment, Document
from converters.mapping.code import StudyCode
from converters.standards.terminology import Terminology


@dataclass(frozen=True)
class Visit:
    """A planned visit: number, name and planned day, the raw names that mean it, and its window.

    The window is the first and the last study day on which the visit may be.
    """

    VISITNUM: float
    VISIT: str
    VISITDY: float | None = None
    names: tuple[str, ...] = ()
    window: tuple[int, int] | None = None

    @property
    def called(self) -> tuple[str, ...]:
        """All names that it goes by."""
        return (self.VISIT, *self.names, number_text(self.VISITNUM))


@dataclass(frozen=True)
class Unscheduled:
    """What raw records call visits that were not planned (``UNS*``: what begins so).

    ``VISIT`` is their name in SDTM, with ``<VISITNUM>`` for the number.
    """

    names: tuple[str, ...] = ()
    VISIT: str = "UNSCHEDULED <VISITNUM>"


@dataclass(frozen=True)
class Timepoint:
    """A planned time point: its name, number, elapsed time and reference, and its raw names."""

    TPT: str
    TPTNUM: float
    ELTM: str | None = None
    TPTREF: str | None = None
    names: tuple[str, ...] = ()

    @property
    def called(self) -> tuple[str, ...]:
        """All names that it goes by."""
        return (self.TPT, *self.names, number_text(self.TPTNUM))


@dataclass(frozen=True)
class Dates:
    """How raw dates are read where a spec says nothing else.

    ``pivot`` is the last two-digit year of this century, ``unknown`` the tokens for unknown parts
    beside the usual ones, ``timezone`` what is appended to times (``+01:00`` or ``Z``).
    """

    formats: tuple[str, ...] = ()
    pivot: int | None = None
    unknown: tuple[str, ...] = ()
    timezone: str | None = None


@dataclass(frozen=True)
class Output:
    """What a package holds beside transport files.

    ``formats`` are further ones (``json``, ``parquet`` ...). A transport file over ``split_over``
    bytes is split into parts too, by the variable that ``split`` names for its dataset. ``define``
    is the version of define.xml, whose codelists show the ``terms`` that are used, or all.
    """

    formats: tuple[str, ...] = ()
    split: Mapping[str, str] = field(default_factory=dict)
    split_over: int = 5_000_000_000
    define: str = "2.1"
    terms: str = "used"


@dataclass(frozen=True)
class StudyDocument:
    """A document that goes with define.xml of the ``packages`` (``sdtm``, ``adam``).

    ``file`` is its path in the study folder.
    """

    document: Document
    packages: tuple[str, ...]
    file: str


@dataclass(frozen=True)
class Settings:
    """The study's settings; ``created`` is the package's creation time in ISO 8601.

    ``dictionaries`` are the versions of MedDRA and the like, ``adam_terminology`` is ADaM's,
    ``code`` the study's own functions, where the user allows these to run. ``comments`` are on
    standards, by their key in study.yaml.
    """

    study_id: str
    title: str
    description: str
    protocol: str
    created: str
    sdtmig: str
    terminology: Terminology
    adamig: str = "1.3"
    adam_terminology: Terminology | None = None
    visits: tuple[Visit, ...] = ()
    unscheduled: Unscheduled = field(default_factory=Unscheduled)
    timepoints: tuple[Timepoint, ...] = ()
    dates: Dates = field(default_factory=Dates)
    output: Output = field(default_factory=Output)
    dictionaries: Mapping[str, str] = field(default_factory=dict)
    code: StudyCode | None = None
    documents: tuple[StudyDocument, ...] = ()
    originator: str = ""
    comment: Comment | None = None
    comments: Mapping[str, Comment] = field(default_factory=dict)

    def documents_of(self, package: str) -> tuple[StudyDocument, ...]:
        """The documents that go with a package."""
        return tuple(item for item in self.documents if package in item.packages)

    def for_analyses(self) -> Settings:
        """The settings for analysis datasets: ADaM's codelists are there beside SDTM's."""
        return replace(self, terminology=replace(self.terminology, beside=self.adam_terminology))
