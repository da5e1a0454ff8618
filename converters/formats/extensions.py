"""The file extensions that name the formats of a Dataset."""

from __future__ import annotations

import os
from pathlib import Path

from converters.errors import CdiscError, InputError, Problem, nearest

#: The extensions that ``read_dataset`` and ``write_dataset`` know.
EXTENSIONS = (".xpt", ".json", ".ndjson", ".dsjc", ".parquet", ".csv")


def of(path: str | os.PathLike[str], error: type[CdiscError] = InputError) -> str:
    """The extension of a path, in small letters.

    Raises:
        CdiscError: it is none of ``EXTENSIONS``; of the class ``error``.
    """
    extension = Path(path).suffix.lower()
    if extension in EXTENSIONS:
        return extension
    known = ", ".join(EXTENSIONS)
    close = nearest(extension, EXTENSIONS)
    message = f"unknown extension '{extension}'{close}; known are {known}"
    raise error(Problem(str(path), None, None, message))
