"""What a dataset file says of itself, as PROC CONTENTS shows it, without reading all of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from converters.dataset import Dataset
from converters.formats import csv_text, dataset_json_read, extensions, parquet, xpt_read


@dataclass(frozen=True)
class Contents:
    """A dataset file: its format, its metadata with the first records, and how many there are.

    ``rows`` is None where the file does not state it (CSV). ``details`` tell of the file by name
    (created, SAS release ...), ``members`` are the datasets of a transport file, ``informats``
    those of its variables.
    """

    format: str
    first: Dataset
    rows: int | None
    details: Mapping[str, str] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    informats: Mapping[str, str] = field(default_factory=dict)


def read_contents(
    path: str | os.PathLike[str], rows: int = 10, member: str | None = None
) -> Contents:
    """The contents of a file by its extension, with its first ``rows`` records.

    Only what this needs is read, however large the file is. ``member`` names a dataset of a
    transport file that holds several; else it is the first.

    Raises:
        InputError: the extension is unknown, or the file cannot be read as its format.
    """
    extension = extensions.of(path)
    if extension == ".xpt":
        return _xpt(Path(path), rows, member)
    return _READERS[extension](Path(path), rows)


def _xpt(path: Path, rows: int, member: str | None) -> Contents:
    found = xpt_read.read_contents(path, rows, member)
    header, stamp = found.first.header, found.first.header.member
    details = {
        "Created": stamp.created.isoformat() if stamp.created else "",
        "Modified": stamp.modified.isoformat() if stamp.modified else "",
        "SAS release": stamp.release.rstrip("\0 "),
        "Operating system": stamp.system.rstrip("\0 "),
        "Dataset type": header.type,
        "Encoding": header.encoding,
    }
    informats = {name: item.informat for name, item in header.variables.items() if item.informat}
    version = f"SAS transport file, version {header.version}"
    return Contents(version, found.first.dataset, found.rows, details, found.members, informats)


def _dataset_json(path: Path, rows: int) -> Contents:
    found = dataset_json_read.read_contents(path, rows)
    header = found.first.header
    details = {
        "Created": header.created,
        "Modified": header.last_modified,
        "Originator": header.originator,
        "Source system": " ".join(header.source_system or ()),
        "Study OID": header.study_oid,
        "Metadata version OID": header.metadata_version_oid,
        "Metadata in": header.metadata_ref,
        "Item group OID": header.item_group_oid,
        "File OID": header.file_oid,
    }
    kind = {".json": "JSON", ".ndjson": "NDJSON", ".dsjc": "compressed"}[path.suffix.lower()]
    name = f"Dataset-JSON {header.version} ({kind})"
    return Contents(name, found.first.dataset, found.rows, details)


def _parquet(path: Path, rows: int) -> Contents:
    return Contents("Parquet", parquet.read_parquet(path, rows), parquet.count_rows(path))


def _csv(path: Path, rows: int) -> Contents:
    return Contents("CSV", csv_text.read_csv(path, rows), None)


_READERS: Mapping[str, Callable[[Path, int], Contents]] = {
    **dict.fromkeys((".json", ".ndjson", ".dsjc"), _dataset_json),
    ".parquet": _parquet,
    ".csv": _csv,
}
