"""Write a Dataset as a SAS transport file (XPORT), version 5, 8 or 9, in pieces of bounded size.

Strict by default: whatever the format cannot hold is an error that names variable, row and value,
all of them together, and no file is written. ``lenient`` cuts and replaces, and tells.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.dataset import Dataset, Metadata, Variable
from converters.findings import Finding
from converters.formats import frames, ibm_float, xpt_check, xpt_layout, xpt_text
from converters.formats.cases import Cases, Rule
from converters.formats.dataset_json_layout import clock_of
from converters.formats.stream import StreamWriter, write_whole
from converters.formats.xpt_layout import CARD, Descriptor, XptHeader, XptStamp

#: Rows that are laid into records at once: few enough to stay in the processor's cache.
_BLOCK = 8_192


def write_xpt(
    dataset: Dataset,
    path: str | os.PathLike[str],
    *,
    created: datetime | None = None,
    header: XptHeader | None = None,
    lenient: bool = False,
    version: int = 5,
    encoding: str = "ascii",
) -> list[Finding]:
    """Write one dataset as a transport file; the same inputs give the same bytes.

    ``created`` stamps it, to the second. ``header``, as ``read_members`` gives it, replaces
    ``created``, ``version`` and ``encoding`` and brings informats, so that a file that was read
    is written as it was. Returns what ``lenient`` changed, and a warning when the last records are
    blank in a way that readers take for padding.

    Raises:
        OutputError: the format cannot hold a name, label, length or value (each a problem), or the
            file cannot be written. Whatever was at ``path`` is then still there.
        TypeError: neither ``created`` nor ``header`` is given.
        ValueError: the version is not 5, 8 or 9, or the encoding does not hold ASCII.
    """
    writer = XptWriter(
        path,
        dataset.metadata,
        created=created,
        header=header,
        lenient=lenient,
        version=version,
        encoding=encoding,
    )
    return write_whole(writer, dataset.frame)


class XptWriter(StreamWriter):
    """Write a transport file in pieces; memory does not grow with the number of rows.

    As a context manager it fails on entry when the metadata break the format, and on exit when a
    value did; the file appears under its name only when it is complete. The arguments are those of
    ``write_xpt``. Lengths are the metadata's: they must hold for all pieces.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        metadata: Metadata,
        *,
        created: datetime | None = None,
        header: XptHeader | None = None,
        lenient: bool = False,
        version: int = 5,
        encoding: str = "ascii",
    ) -> None:
        """Check the metadata and open a file beside ``path``.

        Raises:
            OutputError: no file can be written there.
            TypeError, ValueError: as ``write_xpt``.
        """
        if header is None:
            if created is None:
                raise TypeError("created or header is needed: a transport file bears its time")
            stamp = XptStamp(created=created, modified=created)
            header = XptHeader(stamp, stamp, version=version, encoding=encoding)
        super().__init__(Path(path), metadata.name, [item.name for item in metadata.variables])
        self._version = header.version
        self._lenient = lenient
        try:
            plan = xpt_check.plan(metadata, header, self._cases)
        except ValueError:
            self.abort()
            raise
        self._fields = [_Field(variable, item, header) for variable, item in plan.items]
        self._layout = np.dtype([(f"f{i}", f"V{f.length}") for i, f in enumerate(self._fields)])
        self._head = len(plan.head)
        self._blank_end = 0
        self._file.write(plan.head)

    def close(self) -> list[Finding]:
        """Complete the file and put it in its place; returns ``findings``.

        Raises:
            OutputError: a value cannot be held, or writing failed. No file is left then.
        """
        if self._blank_end and self._version == 5:
            self._cases.add(
                xpt_check.BLANK_END,
                f"the last {self._blank_end} records are blank: readers take them for padding",
                row=self._rows - self._blank_end + 1,
                count=self._blank_end,
            )
        return super().close()

    def _finish(self) -> None:
        self._file.write(b" " * xpt_layout.pad(self._rows * self._layout.itemsize))
        if self._version > 5:
            self._file.patch(self._head - CARD, xpt_layout.count_card(self._rows))

    def _write_rows(self, frame: pd.DataFrame) -> None:
        cells = [
            field.cells(frame.iloc[:, index], self._rows, self._cases)
            for index, field in enumerate(self._fields)
        ]
        if self._refused:
            return
        rows = len(frame)
        block = np.empty(min(rows, _BLOCK), dtype=self._layout)
        for start in range(0, rows, _BLOCK):
            stop = min(start + _BLOCK, rows)
            records = block[: stop - start]
            for name, (table, codes) in zip(self._layout.names or (), cells, strict=True):
                records[name] = (
                    table[start:stop] if codes is None else table.take(codes[start:stop])
                )
            data = records.view(np.uint8)
            self._count_blank_end(data.reshape(len(records), -1))
            self._file.write(data.data)

    def _count_blank_end(self, records: npt.NDArray[np.uint8]) -> None:
        """Count the blank records at the end, where a reader cannot tell them from padding."""
        rows, size = records.shape
        if size >= CARD:
            return
        filled = np.flatnonzero((records != ord(" ")).any(axis=1))
        trailing = rows - 1 - int(filled[-1]) if len(filled) else rows
        self._blank_end = trailing + (self._blank_end if trailing == rows else 0)


class _Cells(NamedTuple):
    """The bytes of a column: row i is ``table[codes[i]]``, or ``table[i]`` without codes."""

    table: xpt_text.Bytes
    codes: columns.Codes | None


class _Field:
    """Turns columns of one variable into bytes, and keeps the table of the last categories."""

    def __init__(self, variable: Variable, item: Descriptor, header: XptHeader) -> None:
        self.name = variable.name
        self._unit = {"date": 1, "datetime": 86_400}.get(clock_of(variable) or "", 0)
        self.length = item.length
        self._number = item.number
        encoding = header.encoding
        self._texts = frames.Texts(lambda values: xpt_text.encode(values, item.length, encoding))

    def cells(self, column: pd.Series, rows_before: int, cases: Cases) -> _Cells:
        """The column as bytes; what does not fit becomes a case."""
        column = frames.of_kind(column, self.name, self._number, rows_before, cases)
        if self._number:
            return self._number_cells(column, rows_before, cases)
        return self._text_cells(column, rows_before, cases)

    def _text_cells(self, column: pd.Series, before: int, cases: Cases) -> _Cells:
        codes = self._texts.codes(column)
        encoded = self._texts.made
        if encoded.faults:
            first, counts = frames.first_and_count(codes, len(self._texts.values))
            for place, rule, message in encoded.faults:
                if counts[place]:
                    cases.add(
                        rule,
                        message,
                        variable=self.name,
                        value=self._texts.values[place],
                        row=before + int(first[place]) + 1,
                        count=int(counts[place]),
                    )
        return _Cells(encoded.table, codes)

    def _number_cells(self, column: pd.Series, before: int, cases: Cases) -> _Cells:
        values = frames.floats(column)
        odd = ibm_float.unwritable(values)
        if odd.any():
            bad = f"not within the range of a transport file ({ibm_float.LEAST:.4g} to "
            bad += f"{ibm_float.GREATEST:.4g})"
            self._add_number_cases(xpt_check.RANGE, bad, values, odd, before, cases)
        if self._unit:
            values = self._within_calendar(values, before, cases)
        words = ibm_float.to_ibm(values)
        if self.length < 8:
            dropped = np.uint64((1 << 8 * (8 - self.length)) - 1)
            odd = words & dropped != 0
            if odd.any():
                bad = f"{self.length} bytes cannot hold all its digits"
                self._add_number_cases(xpt_check.PRECISION, bad, values, odd, before, cases)
        data = words.astype(">u8").view(np.uint8).reshape(-1, 8)[:, : self.length]
        return _Cells(np.ascontiguousarray(data).view(f"V{self.length}")[:, 0], None)

    def _within_calendar(
        self, values: ibm_float.Floats, before: int, cases: Cases
    ) -> ibm_float.Floats:
        """Dates and datetimes that SAS does not have are a case, and become missing."""
        days = np.floor(values / self._unit)
        first, last = xpt_check.DAYS
        odd = ((days < first) | (days > last)) & np.isfinite(days)
        if not odd.any():
            return values
        bad = "not a date of SAS's calendar (1582-01-01 to 19900-12-31)"
        self._add_number_cases(xpt_check.DATE, bad, values, odd, before, cases)
        return np.where(odd, np.nan, values)

    def _add_number_cases(
        self,
        rule: Rule,
        message: str,
        values: ibm_float.Floats,
        odd: ibm_float.Mask,
        before: int,
        cases: Cases,
    ) -> None:
        rows = np.flatnonzero(odd)
        distinct, first, counts = np.unique(values[rows], return_index=True, return_counts=True)
        for value, index, count in zip(distinct, first, counts, strict=True):
            cases.add(
                rule,
                message,
                variable=self.name,
                value=columns.number_text(float(value)),
                row=before + int(rows[index]) + 1,
                count=int(count),
            )
