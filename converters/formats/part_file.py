"""A file that appears under its name only when it is complete."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from converters.errors import OutputError, Problem


class PartFile:
    """Bytes written beside ``path`` and put in its place by ``commit``.

    Every method but ``abort`` raises OutputError when the system refuses; nothing is left then,
    and whatever was at ``path`` is still there.
    """

    def __init__(self, path: Path) -> None:
        """Open the file beside ``path``."""
        self.path = path
        self._part = path.with_name(f".{path.name}.part")
        try:
            self._file: BinaryIO = self._part.open("wb")
        except OSError as error:
            raise self.failed(error) from error

    @property
    def stream(self) -> BinaryIO:
        """The file itself, for a library that writes into it."""
        return self._file

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes at the end."""
        self._try(self._file.write, data)

    def patch(self, at: int, data: bytes) -> None:
        """Replace bytes that were written before; afterwards only ``commit`` may follow."""
        self._try(self._file.seek, at)
        self._try(self._file.write, data)

    def commit(self) -> None:
        """Put the file in its place."""
        self._try(self._file.close)
        self._try(self._part.replace, self.path)

    def abort(self) -> None:
        """Leave no unfinished file behind; nothing happens after ``commit``."""
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _try(self, action: Callable[..., Any], *arguments: object) -> None:
        try:
            action(*arguments)
        except OSError as error:
            self.abort()
            raise self.failed(error) from error

    def failed(self, error: OSError) -> OutputError:
        """The error to raise for one of the system."""
        reason = error.strerror or str(error)
        return OutputError(Problem(str(self.path), None, None, f"cannot be written: {reason}"))
