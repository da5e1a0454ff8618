"""Dataset-JSON 1.1 (JSON, NDJSON, DSJC): the public names of reading and writing it."""

from converters.formats.dataset_json_layout import DatasetJsonHeader
from converters.formats.dataset_json_read import (
    DatasetJsonFile,
    read_dataset_json,
    read_dataset_json_file,
)
from converters.formats.dataset_json_write import DatasetJsonWriter, write_dataset_json

__all__ = [
    "DatasetJsonFile",
    "DatasetJsonHeader",
    "DatasetJsonWriter",
    "read_dataset_json",
    "read_dataset_json_file",
    "write_dataset_json",
]
