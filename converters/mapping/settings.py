"""What study.yaml says of the study as a whole: identity, versions, visits, dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from converters.standards.terminology import Terminology


@dataclass(frozen=True)
class Visit:
    """A planned visit: its number, name and planned day, and the raw names that mean it."""

    VISITNUM: float
    VISIT: str
    VISITDY: float | None = None
    names: tuple[str, ...] = ()


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
    bytes is split into parts too, by the variable that ``split`` names for its dataset.
    """

    formats: tuple[str, ...] = ()
    split: Mapping[str, str] = field(default_factory=dict)
    split_over: int = 5_000_000_000


@dataclass(frozen=True)
class Settings:
    """The study's settings; ``created`` is the package's creation time in ISO 8601."""

    study_id: str
    title: str
    description: str
    protocol: str
    created: str
    sdtmig: str
    terminology: Terminology
    visits: tuple[Visit, ...] = ()
    dates: Dates = field(default_factory=Dates)
    output: Output = field(default_factory=Output)
