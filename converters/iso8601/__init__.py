"""ISO 8601 dates, times and durations as SDTM writes them (SDTMIG 4.4).

Raw texts become ISO 8601 in ``raw`` (their forms in ``formats`` and ``patterns``), ISO 8601 texts
become numbers in ``packed`` and ``days`` (partial ones in ``impute``), ``order`` compares them, and
``texts`` says of what kind they are.
"""

from __future__ import annotations

from converters.iso8601.days import (
    add_days,
    days,
    days_between,
    duration,
    from_days,
    seconds,
    study_day,
    to_days,
    to_seconds,
)
from converters.iso8601.formats import DateFormat, compile_format
from converters.iso8601.impute import Imputed, impute
from converters.iso8601.order import Dates, compare, pack_column
from converters.iso8601.packed import pack
from converters.iso8601.raw import Converted, DateOptions, to_iso8601
from converters.iso8601.texts import data_type, is_valid, kinds

__all__ = [
    "Converted",
    "DateFormat",
    "DateOptions",
    "Dates",
    "Imputed",
    "add_days",
    "compare",
    "compile_format",
    "data_type",
    "days",
    "days_between",
    "duration",
    "from_days",
    "impute",
    "is_valid",
    "kinds",
    "pack",
    "pack_column",
    "seconds",
    "study_day",
    "to_days",
    "to_iso8601",
    "to_seconds",
]
