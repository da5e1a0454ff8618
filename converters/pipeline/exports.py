"""The other files of a package: other formats, and the parts of datasets over the size limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from converters import __version__
from converters.dataset import Dataset, Package
from converters.define import package_oids
from converters.findings import Finding, Severity
from converters.formats import write_dataset
from converters.formats.dataset_json import DatasetJsonHeader, write_dataset_json
from converters.formats.split import Part, split_dataset
from converters.mapping.settings import Output
from converters.pipeline.place import TOOL

#: The formats that a package may hold beside transport files: folder and extension are the name.
FORMATS = ("json", "ndjson", "dsjc", "parquet", "csv")


def write_formats(
    package: Package, folder: Path, formats: tuple[str, ...], define: str
) -> list[Finding]:
    """Writes every dataset of a package in further formats, each in a folder of its own.

    ``define`` is the path of define.xml from there; Dataset-JSON files name it and its OIDs.

    Raises:
        OutputError: a format cannot hold the data, or a file cannot be written.
    """
    created = datetime.fromisoformat(package.created)
    study, version = package_oids(package)
    header = DatasetJsonHeader(
        created=package.created,
        originator=package.originator,
        source_system=(TOOL, __version__),
        study_oid=study,
        metadata_version_oid=version,
        metadata_ref=define,
    )
    found: list[Finding] = []
    for name in formats:
        place = folder / name
        place.mkdir(exist_ok=True)
        for dataset in package.datasets.values():
            path = place / f"{dataset.name.lower()}.{name}"
            if name in ("json", "ndjson", "dsjc"):
                found += write_dataset_json(dataset, path, header=header)
            else:
                found += write_dataset(dataset, path, created=created)
    return found


def write_parts(
    dataset: Dataset, folder: Path, output: Output, created: datetime
) -> tuple[Mapping[str, Any] | None, list[Finding]]:
    """The parts of a dataset whose transport file is too large, in ``folder/split``.

    Returns how it was split, for the manifest (None: it was not), and the findings.

    Raises:
        OutputError: a part cannot be written.
    """
    by = output.split.get(dataset.name, "")
    parts = split_dataset(dataset, by, output.split_over)
    if not parts:
        return None, []
    place = folder / "split"
    place.mkdir(exist_ok=True)
    for part in parts:
        path = place / f"{part.name.lower()}.xpt"
        write_dataset(part.of(dataset), path, created=created, lenient=True)
    told = ", ".join(f"{part.name} ({len(part.rows):,} records)" for part in parts)
    message = (
        f"its transport file is over {output.split_over:,} bytes: the parts {told} stand beside it"
    )
    finding = Finding("dataset-split", Severity.NOTE, message, dataset.name, by)
    return {"by": by or "USUBJID", "parts": [_described(part) for part in parts]}, [finding]


def _described(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "records": len(part.rows),
        "bytes": part.bytes,
        "values": list(part.values),
    }
