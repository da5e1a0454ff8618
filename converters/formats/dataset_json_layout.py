"""How variables and attributes are said in Dataset-JSON 1.1, and numbers that stand for dates.

A SAS date, time or datetime (a number) is written as ISO 8601 text with ``targetDataType``
``integer``, every other value as it is; a missing one is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from converters.dataset import DataType, Metadata, Variable
from converters.formats.xpt_layout import split_format

VERSION = "1.1.0"

Clock = Literal["date", "time", "datetime"]

_CLOCK_FORMATS: dict[Clock, str] = {
    "date": "DATE DAY DDMMYY DDMMYYD DDMMYYN DDMMYYS DDMMYYP MMDDYY MMDDYYD MMDDYYN MMDDYYS"
    " MMDDYYP YYMMDD YYMMDDD YYMMDDN YYMMDDS YYMMDDP E8601DA B8601DA IS8601DA WEEKDATE WEEKDATX"
    " WORDDATE WORDDATX MONYY YYMON YYMM JULIAN NLDATE",
    "time": "TIME TIMEAMPM HHMM TOD E8601TM B8601TM IS8601TM",
    "datetime": "DATETIME DATEAMPM E8601DT B8601DT IS8601DT NLDATM",
}
_CLOCK_OF_FORMAT = {
    name: clock for clock, names in _CLOCK_FORMATS.items() for name in names.split()
}
#: The usual format of each kind of SAS number that stands for a moment.
FORMAT_OF_CLOCK: dict[Clock, str] = {
    "date": "DATE9.",
    "time": "TIME8.",
    "datetime": "DATETIME20.",
}
_DAY_ZERO = date(1960, 1, 1).toordinal()
_SECOND_ZERO = datetime(1960, 1, 1)

TEXT_TYPES = ("string", "date", "datetime", "time", "URI")
NUMBER_TYPES = ("integer", "float", "double", "decimal", "boolean")


@dataclass(frozen=True)
class DatasetJsonHeader:
    """The attributes of a Dataset-JSON file that a Dataset does not hold; empty ones are absent.

    ``created`` and ``last_modified`` are ISO 8601; ``source_system`` is name and version;
    ``item_oids`` and ``data_types`` are by variable, where they are not the usual ones.
    """

    created: str
    version: str = VERSION
    file_oid: str = ""
    last_modified: str = ""
    originator: str = ""
    source_system: tuple[str, str] | None = None
    study_oid: str = ""
    metadata_version_oid: str = ""
    metadata_ref: str = ""
    item_group_oid: str = ""
    item_oids: Mapping[str, str] = field(default_factory=dict)
    data_types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """One entry of ``columns``."""

    oid: str
    name: str
    label: str
    data_type: str
    target: str = ""
    length: int | None = None
    format: str = ""
    key: int | None = None

    @property
    def clock(self) -> Clock | None:
        """What its text stands for when the value is a number of days or seconds."""
        if self.target != "integer":
            return None
        return next((kind for kind in FORMAT_OF_CLOCK if kind == self.data_type), None)

    @property
    def number(self) -> bool:
        """Whether the variable is numeric."""
        return self.data_type in NUMBER_TYPES or self.target in ("integer", "decimal")

    def as_json(self) -> dict[str, Any]:
        """The entry as JSON, absent attributes left out."""
        entry = {
            "itemOID": self.oid,
            "name": self.name,
            "label": self.label,
            "dataType": self.data_type,
            "targetDataType": self.target,
            "length": self.length,
            "displayFormat": self.format,
            "keySequence": self.key,
        }
        needed = ("itemOID", "name", "label", "dataType")
        return {name: value for name, value in entry.items() if value or name in needed}


def column_of(variable: Variable, metadata: Metadata, header: DatasetJsonHeader) -> Column:
    """The entry of a variable; partial dates are strings, as an ISO 8601 type would not hold."""
    name, keys = variable.name, metadata.keys
    usual, target = _data_type(variable)
    data_type = header.data_types.get(name, usual)
    if data_type == "decimal":
        target = "decimal"
    plain_text = variable.data_type == "text"
    return Column(
        header.item_oids.get(name, f"IT.{metadata.name}.{name}"),
        name,
        variable.label,
        data_type,
        target,
        variable.length if data_type in ("string", "URI") and plain_text else None,
        variable.format,
        keys.index(name) + 1 if name in keys else None,
    )


def _data_type(variable: Variable) -> tuple[str, str]:
    if variable.kind == "Char":
        plain = variable.data_type in ("date", "time", "datetime")
        return (variable.data_type if plain else "string"), ""
    clock = clock_of(variable)
    if clock:
        return clock, "integer"
    return ("integer" if variable.data_type == "integer" else "float"), ""


def clock_of(variable: Variable) -> Clock | None:
    """What a number stands for by its SAS format or its data type."""
    if variable.data_type in ("date", "time", "datetime"):
        return next(kind for kind in FORMAT_OF_CLOCK if kind == variable.data_type)
    parts = split_format(variable.format)
    return _CLOCK_OF_FORMAT.get(parts[0].upper()) if parts else None


def variable_of(column: Column, longest: int) -> Variable:
    """The variable of an entry; ``longest`` is the size in bytes of its longest text."""
    if column.number:
        whole = column.data_type in ("integer", "boolean") or column.clock
        clock = column.clock
        text = column.format or (FORMAT_OF_CLOCK[clock] if clock else "")
        return Variable(
            column.name, column.label, "Num", "integer" if whole else "float", 8, format=text
        )
    kinds: dict[str, DataType] = {"date": "date", "time": "time", "datetime": "datetime"}
    return Variable(
        column.name,
        column.label,
        "Char",
        kinds.get(column.data_type, "text"),
        column.length or max(longest, 1),
        format=column.format,
    )


def clock_text(value: float, clock: Clock) -> str | None:
    """ISO 8601 of a SAS date (days) or time or datetime (seconds); None where there is none."""
    try:
        if clock == "date":
            return date.fromordinal(_DAY_ZERO + int(value)).isoformat() if value % 1 == 0 else None
        moment = _SECOND_ZERO + timedelta(seconds=value)
    except (OverflowError, ValueError):
        return None
    if (moment - _SECOND_ZERO).total_seconds() != value:
        return None
    if clock == "datetime":
        return moment.isoformat()
    return moment.time().isoformat() if moment.date() == _SECOND_ZERO.date() else None


def clock_number(text: str, clock: Clock) -> float:
    """The SAS date, time or datetime of a complete ISO 8601 text.

    Raises:
        ValueError: it is not complete, not a date, or bears a time zone.
    """
    if clock == "date":
        if len(text) != 10:
            raise ValueError(text)
        return float(date.fromisoformat(text).toordinal() - _DAY_ZERO)
    if clock == "time":
        moment = datetime.combine(_SECOND_ZERO, time.fromisoformat(text))
    else:
        if "T" not in text:
            raise ValueError(text)
        moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError(text)
    return (moment - _SECOND_ZERO).total_seconds()
