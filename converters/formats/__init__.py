"""Read and write a Dataset in the formats of submissions and exchange, chosen by file extension."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from converters.dataset import Dataset
from converters.errors import InputError, OutputError, Problem, nearest
from converters.findings import Finding
from converters.formats import csv_text, dataset_json, parquet
from converters.formats.xpt import read_xpt, write_xpt

#: The extensions that ``read_dataset`` and ``write_dataset`` know.
EXTENSIONS = (".xpt", ".json", ".ndjson", ".dsjc", ".parquet", ".csv")


def read_dataset(path: str | os.PathLike[str], member: str | None = None) -> Dataset:
    """The dataset in a file; ``member`` names one where a transport file holds several.

    Raises:
        InputError: the extension is unknown, or the file cannot be read as its format.
    """
    fault = _extension_fault(Path(path))
    if fault:
        raise InputError(fault)
    if Path(path).suffix.lower() == ".xpt":
        return read_xpt(path, member)
    if Path(path).suffix.lower() == ".parquet":
        return parquet.read_parquet(path)
    if Path(path).suffix.lower() == ".csv":
        return csv_text.read_csv(path)
    return dataset_json.read_dataset_json(path)


def write_dataset(
    dataset: Dataset,
    path: str | os.PathLike[str],
    *,
    created: datetime,
    lenient: bool = False,
) -> list[Finding]:
    """Write ``dataset`` in the format that the extension of ``path`` names.

    ``created`` is the time that the file bears (Parquet and CSV bear none). ``lenient`` cuts or
    replaces what a transport file cannot hold and returns it as findings; the others hold any text.

    Raises:
        OutputError: the extension is unknown, or the format cannot hold the data.
    """
    fault = _extension_fault(Path(path))
    if fault:
        raise OutputError(fault)
    if Path(path).suffix.lower() == ".xpt":
        return write_xpt(dataset, path, created=created, lenient=lenient)
    if Path(path).suffix.lower() == ".parquet":
        return parquet.write_parquet(dataset, path)
    if Path(path).suffix.lower() == ".csv":
        return csv_text.write_csv(dataset, path)
    return dataset_json.write_dataset_json(dataset, path, created=created)


def _extension_fault(path: Path) -> Problem | None:
    extension = path.suffix.lower()
    if extension in EXTENSIONS:
        return None
    known = ", ".join(EXTENSIONS)
    close = nearest(extension, EXTENSIONS)
    message = f"unknown extension '{extension}'{close}; known are {known}"
    return Problem(str(path), None, None, message)
