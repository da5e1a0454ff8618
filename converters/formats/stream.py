"""What the writers of all formats share: pieces in, and one file that appears when complete."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pandas as pd

from converters.errors import OutputError
from converters.findings import Finding
from converters.formats import frames
from converters.formats.cases import Cases
from converters.formats.part_file import PartFile


class StreamWriter(ABC):
    """A dataset written in pieces; memory does not grow with the number of rows.

    As a context manager it completes the file on exit, or leaves none behind when the block failed.
    """

    #: Rows that are encoded at once.
    CHUNK = 65_536

    def __init__(self, path: Path, dataset: str, variables: Sequence[str]) -> None:
        """Open a file beside ``path`` for the dataset of that name and variables.

        Raises:
            OutputError: no file can be written there.
        """
        self._path = path
        self._dataset = dataset
        self._variables = list(variables)
        self._cases = Cases(dataset)
        self._rows = 0
        self._lenient = False
        self._file = PartFile(path)

    def __enter__(self) -> Self:
        """The writer.

        Raises:
            OutputError: the metadata break the format.
        """
        self._check()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Complete the file, or leave none behind when the block failed."""
        try:
            if kind is None:
                self.close()
        finally:
            self.abort()

    @property
    def findings(self) -> list[Finding]:
        """What the format could not hold as it was, so far."""
        return self._cases.findings()

    def write(self, frame: pd.DataFrame) -> None:
        """Add the rows of ``frame``, whose columns are the variables in their order.

        Raises:
            OutputError: the columns are others, or the file cannot be written.
        """
        frames.check_columns(self._path, self._dataset, self._variables, list(frame.columns))
        for start in range(0, len(frame), self.CHUNK):
            piece = frame.iloc[start : start + self.CHUNK]
            self._write_rows(piece)
            self._rows += len(piece)

    def close(self) -> list[Finding]:
        """Complete the file and put it in its place; returns ``findings``.

        Raises:
            OutputError: a value cannot be held, or writing failed. No file is left then.
        """
        self._check()
        self._finish()
        self._file.commit()
        return self.findings

    def abort(self) -> None:
        """Leave no unfinished file behind; nothing happens after ``close``."""
        self._file.abort()

    @property
    def _refused(self) -> bool:
        """Whether what was seen so far forbids the file."""
        return self._cases.refused(lenient=self._lenient)

    def _check(self) -> None:
        if self._refused:
            self.abort()
            raise OutputError(*self._cases.problems(self._path))

    @abstractmethod
    def _write_rows(self, frame: pd.DataFrame) -> None:
        """Add at most ``CHUNK`` rows."""

    @abstractmethod
    def _finish(self) -> None:
        """Write what comes after the rows."""


def write_whole(writer: StreamWriter, frame: pd.DataFrame) -> list[Finding]:
    """All rows of a dataset through its writer; returns the findings.

    Raises:
        OutputError: as the writer.
    """
    try:
        writer.write(frame)
        return writer.close()
    finally:
        writer.abort()
