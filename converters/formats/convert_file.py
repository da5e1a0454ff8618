"""One dataset file into another format, with all that the two formats share."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from converters.dataset import Dataset
from converters.errors import OutputError, Problem, SpecError
from converters.findings import Finding
from converters.formats import extensions, read_dataset, write_dataset
from converters.formats.dataset_json import (
    DatasetJsonHeader,
    read_dataset_json_file,
    write_dataset_json,
)
from converters.formats.xpt import XptHeader, XptStamp, read_member, write_xpt

_WITHOUT_TIME = (".parquet", ".csv")


@dataclass(frozen=True)
class _Read:
    """A dataset, when its file says it was made, and what its format holds besides."""

    dataset: Dataset
    created: datetime | None = None
    xpt: XptHeader | None = None
    json: DatasetJsonHeader | None = None


def convert_file(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    member: str | None = None,
    created: datetime | None = None,
    lenient: bool = False,
    version: int | None = None,
    encoding: str | None = None,
) -> list[Finding]:
    """Writes the dataset of ``source`` as ``target``, in the formats that the extensions name.

    ``member`` names a dataset of a transport file. ``created`` is the time that the file will bear,
    in place of the source's. A transport file becomes one of ``version`` (5, 8 or 9) and
    ``encoding``, else as the source was, else version 5 in ASCII; ``lenient`` cuts or replaces what
    it cannot hold. Returns what was cut, replaced or could not be said.

    Raises:
        InputError: the source cannot be read.
        OutputError: the target cannot hold the data, or cannot be written.
        SpecError: neither ``created`` nor the source says which time the file should bear.
    """
    kind = extensions.of(target, OutputError)
    found = _read(source, member)
    moment = created or found.created
    if moment is None and kind not in _WITHOUT_TIME:
        message = (
            f"{Path(source).suffix} files bear no time: state which one this file shall bear"
            " (--created, or SOURCE_DATE_EPOCH)"
        )
        raise SpecError(Problem(str(target), None, None, message))
    if kind == ".xpt":
        header = _xpt_header(found.xpt, created, moment)
        changes = {"version": version, "encoding": encoding}
        header = replace(header, **{k: v for k, v in changes.items() if v is not None})  # type: ignore[arg-type]
        return write_xpt(found.dataset, target, header=header, lenient=lenient)
    if found.json and not created and kind not in _WITHOUT_TIME:
        return write_dataset_json(found.dataset, target, header=found.json)
    return write_dataset(found.dataset, target, created=moment or datetime.min)


def _read(source: str | os.PathLike[str], member: str | None) -> _Read:
    kind = extensions.of(source)
    if kind == ".xpt":
        one = read_member(source, member)
        return _Read(one.dataset, one.header.member.created, one.header)
    if kind in _WITHOUT_TIME:
        return _Read(read_dataset(source))
    file = read_dataset_json_file(source)
    try:
        moment = datetime.fromisoformat(file.header.created).replace(tzinfo=None, microsecond=0)
    except ValueError:
        moment = None
    return _Read(file.dataset, moment, json=file.header)


def _xpt_header(
    before: XptHeader | None, created: datetime | None, moment: datetime | None
) -> XptHeader:
    """The source's header; its stamps are replaced only where another time was asked for."""
    stamp = XptStamp(created=moment, modified=moment)
    if before is None:
        return XptHeader(stamp, stamp)
    return before if created is None else replace(before, library=stamp, member=stamp)
