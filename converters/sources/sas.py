"""SAS data sets (SAS7BDAT) and SAS transport files (XPORT 5 and 8), read by ReadStat."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyreadstat

from converters.columns import number_text
from converters.errors import InputError
from converters.findings import Finding, Severity
from converters.sources.table import (
    SourceSpec,
    Table,
    check_names,
    empty_source,
    refuse,
    text_column,
    wanted,
)

_EPOCH = datetime(1960, 1, 1)
_ERRORS = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OSError)

# SAS formats whose values are dates (days), date-times or times (seconds).
_DATETIME = re.compile(
    r"(?:DATETIME|DATEAMPM|MDYAMPM|DT[A-Z]+|[BE]8601(?:D[NTXZ]|LX)|IS8601D[NTZ]|NLDATM\w*)$"
)
_TIME = re.compile(
    r"(?:TIME|TIMEAMPM|TOD|HHMM|HOUR|MMSS|[BE]8601(?:T[MXZ]|LZ)|IS8601T[MZ]|NLTIM\w*)$"
)
_DATE = re.compile(
    r"(?:DATE|(?:DDMMYY|MMDDYY|YYMMDD|YYMM|MMYY|YYQR?)[BCDNPS]?|MONYY|MONNAME|MONTH|DAY|DOWNAME"
    r"|WEEKDAT[EX]|WEEKDAY|WEEK[UVW]|WORDDAT[EX]|YEAR|YYMON|QTRR?|JULDAY|JULIAN|[BE]8601DA|IS8601DA"
    r"|NENGO|MINGUO|EURDF\w+|NLDATE\w*)$"
)


class _Header(NamedTuple):
    names: list[str]
    labels: dict[str, str]
    formats: dict[str, str | None]
    numbers: set[str]


def read(path: Path, spec: SourceSpec, columns: Collection[str] | None) -> Table:
    """The records of a SAS7BDAT or XPORT file.

    Numbers become their shortest text; numbers with a date, time or date-time format ISO 8601 text
    (``2015-03-14``, ``10:30:00``, ``2015-03-14T10:30:00``). Trailing blanks are no part of a SAS
    text. Special missing values (.A to .Z, ._) are missing, and a finding counts those of a
    SAS7BDAT file.

    Raises:
        InputError: the file is damaged, does not decode, or is a library of several data sets.
    """
    header = _header(path, spec)
    every = header.names
    names = wanted(every, columns)
    data, encoding_findings = _load(path, spec, names or every[:1])
    findings = list(encoding_findings)
    series = {}
    for name in names:
        values = data[name]
        if name in header.numbers:
            special = Counter(value for value in values if isinstance(value, str))
            findings += [_special(path, name, letter, n) for letter, n in sorted(special.items())]
            values = _texts(values, header.formats.get(name) or "")
        series[name] = text_column(values, spec.missing)
    rows = len(next(iter(data.values()), []))
    if not rows:
        findings.append(empty_source(path))
    kinds = {name: _kind(header, name) for name in names}
    records = np.arange(1, rows + 1)
    return Table(tuple(every), series, records, header.labels, tuple(findings), kinds=kinds)


def names(path: Path, spec: SourceSpec) -> list[str]:
    """The variable names of a SAS7BDAT or XPORT file."""
    return _header(path, spec).names


def _is_xport(path: Path, spec: SourceSpec) -> bool:
    return (spec.format or path.suffix.lower().lstrip(".")) != "sas7bdat"


def _header(path: Path, spec: SourceSpec) -> _Header:
    if _is_xport(path, spec):
        _check_xport(path)
    meta = _call(path, spec, spec.encoding, metadataonly=True)[1]
    check_names(path, meta.column_names)
    labels = {name: label for name, label in meta.column_names_to_labels.items() if label}
    kinds = meta.readstat_variable_types
    numbers = {name for name in meta.column_names if kinds[name] != "string"}
    return _Header(list(meta.column_names), labels, meta.original_variable_types, numbers)


def _check_xport(path: Path) -> None:
    """Check what ReadStat lets pass: a cut file, and a second data set read as records."""
    members = 0
    with path.open("rb") as file:
        while block := file.read(80 * 4096):
            if len(block) % 80:
                raise refuse(path, "damaged transport file: it ends within an 80-byte record")
            members += len(re.findall(rb"HEADER RECORD\*{7}MEMB(?:ER |V8 ) HEADER", block))
    if members > 1:
        message = f"transport file of {members} data sets: give each a file of its own"
        raise refuse(path, message)


def _load(
    path: Path, spec: SourceSpec, names: list[str]
) -> tuple[dict[str, list[Any]], tuple[Finding, ...]]:
    if spec.encoding is None and _is_xport(path, spec):
        # A transport file does not name its encoding.
        try:
            return _call(path, spec, None, usecols=names, wrap=False)[0], ()
        except UnicodeDecodeError:
            message = "not UTF-8: read as windows-1252; declare the encoding"
            finding = Finding("guessed-encoding", Severity.WARNING, message, file=str(path))
            return _call(path, spec, "windows-1252", usecols=names)[0], (finding,)
    return _call(path, spec, spec.encoding, usecols=names)[0], ()


def _call(
    path: Path, spec: SourceSpec, encoding: str | None, wrap: bool = True, **options: Any
) -> tuple[dict[str, list[Any]], Any]:
    reader: Callable[..., Any] = pyreadstat.read_xport
    if not _is_xport(path, spec):
        reader = pyreadstat.read_sas7bdat
        options["user_missing"] = True
    try:
        data, meta = reader(
            str(path),
            encoding=encoding,
            disable_datetime_conversion=True,
            output_format="dict",
            **options,
        )
    except _ERRORS as error:
        if not wrap and isinstance(error, UnicodeDecodeError):
            raise
        raise _refused(path, encoding, error) from None
    return data, meta


def _refused(path: Path, encoding: str | None, error: Exception) -> InputError:
    if isinstance(error, UnicodeDecodeError):
        byte = error.object[error.start]
        message = f"byte 0x{byte:02X} is not {encoding or 'utf-8'}; declare the encoding"
        return refuse(path, message)
    return refuse(path, f"not a SAS file of this kind, or damaged: {error}")


def _special(path: Path, name: str, letter: str, count: int) -> Finding:
    message = f"special missing value .{letter} is read as missing"
    return Finding(
        "special-missing",
        Severity.NOTE,
        message,
        variable=name,
        value=f".{letter}",
        count=count,
        file=str(path),
    )


def _texts(values: list[Any], format_: str) -> list[str | None]:
    plain = [None if isinstance(value, str) else value for value in values]
    numbers = np.array(plain, dtype=np.float64)
    codes, distinct = pd.factorize(numbers)
    word = _word(format_)
    texts = np.array([*(word(float(value)) for value in distinct), None], dtype=object)
    return list(texts[codes])


def _kind(header: _Header, name: str) -> str:
    if name not in header.numbers:
        return "text"
    return _KINDS[_word(header.formats.get(name) or "")]


def _word(format_: str) -> Callable[[float], str]:
    """How a number of that SAS format is written."""
    found = re.match(r"([A-Z]\w*?)\d*(?:\.\d*)?$", format_.upper())
    name = found.group(1) if found else ""
    if _DATETIME.match(name):
        return _datetime
    if _TIME.match(name):
        return _time
    return _date if _DATE.match(name) else number_text


def _date(days: float) -> str:
    try:
        return date.isoformat((_EPOCH + timedelta(days=math.floor(days))).date())
    except OverflowError:
        return number_text(days)


def _datetime(seconds: float) -> str:
    try:
        moment = _EPOCH + timedelta(milliseconds=round(seconds * 1000))
    except OverflowError:
        return number_text(seconds)
    text = moment.isoformat(timespec="milliseconds")
    return text.rstrip("0").rstrip(".") if "." in text and moment.microsecond else text[:19]


def _time(seconds: float) -> str:
    sign = "-" if seconds < 0 else ""
    whole, milli = divmod(round(abs(seconds) * 1000), 1000)
    text = f"{sign}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{text}.{milli:03d}".rstrip("0") if milli else text


_KINDS = {number_text: "number", _date: "date", _time: "time", _datetime: "date and time"}
