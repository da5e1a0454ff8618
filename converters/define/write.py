"""The define.xml of a package as a file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from converters.dataset import Package
from converters.define.build import build
from converters.define.serialise import to_xml
from converters.errors import OutputError, Problem


def define_xml(package: Package, *, context: str = "Submission", version: str = "2.1") -> bytes:
    """The package's define.xml (see ``build``): the same bytes for the same package.

    Raises:
        SpecError: the metadata cannot be written; lists every problem.
    """
    return to_xml(build(package, context, version))


def write_define(
    package: Package,
    path_or_stream: str | os.PathLike[str] | BinaryIO,
    *,
    context: str = "Submission",
    version: str = "2.1",
) -> None:
    """Write the package's define.xml to a file or a binary stream.

    A file is replaced only when the new one is complete.

    Raises:
        SpecError: the metadata cannot be written; lists every problem.
        OutputError: the file cannot be written.
    """
    content = define_xml(package, context=context, version=version)
    if not isinstance(path_or_stream, str | os.PathLike):
        path_or_stream.write(content)
        return
    path = Path(path_or_stream)
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        problem = Problem(str(path), None, None, f"cannot be written: {error.strerror}")
        raise OutputError(problem) from error
