"""Read and write a Dataset in the formats of submissions and exchange, chosen by file extension."""

from __future__ import annotations

import os
from datetime import datetime

from converters.dataset import Dataset
from converters.errors import OutputError
from converters.findings import Finding
from converters.formats import csv_text, dataset_json, extensions, parquet
from converters.formats.extensions import EXTENSIONS
from converters.formats.xpt import read_xpt, write_xpt

__all__ = ["EXTENSIONS", "read_dataset", "write_dataset"]


def read_dataset(path: str | os.PathLike[str], member: str | None = None) -> Dataset:
    """The dataset in a file; ``member`` names one where a transport file holds several.

    Raises:
        InputError: the extension is unknown, or the file cannot be read as its format.
    """
    match extensions.of(path):
        case ".xpt":
            return read_xpt(path, member)
        case ".parquet":
            return parquet.read_parquet(path)
        case ".csv":
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
    match extensions.of(path, OutputError):
        case ".xpt":
            return write_xpt(dataset, path, created=created, lenient=lenient)
        case ".parquet":
            return parquet.write_parquet(dataset, path)
        case ".csv":
            return csv_text.write_csv(dataset, path)
    return dataset_json.write_dataset_json(dataset, path, created=created)
