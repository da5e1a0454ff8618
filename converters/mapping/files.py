"""Rows of a spec that stand in a CSV file: ``{file: reference/ctcae.csv}`` in place of a list.

The file's first line has the keys. A cell is read as a plain value of the spec would be, an empty
one is a key that is not there. Problems in a row are told with the file's name and line.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from converters.errors import Problem
from converters.mapping.document import Document, Path_, plain_value

_MAX_BYTES = 5_000_000


def with_files(document: Document, folder: Path) -> tuple[Document | None, list[Problem]]:
    """The document with the rows of its files, and what is wrong with these; None if so."""
    found: dict[Path_, str] = {}
    for path, node in _steps(document.data):
        if isinstance(node, dict) and set(node) == {"file"} and isinstance(node["file"], str):
            found[path] = node["file"]
    rows: dict[Path_, tuple[str, tuple[int, ...]]] = {}
    data, problems = document.data, []
    for path, file in found.items():
        try:
            read, lines = _rows(folder, file)
        except ValueError as error:
            problems.append(document.problem((*path, "file"), f"'{file}' {error}"))
            continue
        data = _replaced(data, path, read)
        rows[path] = (file, lines)
    return (None if problems else replace(document, data=data, files=rows)), problems


def _steps(data: Any) -> list[tuple[Path_, Any]]:
    """The arguments of steps in ``derive``, of blocks too, with their places."""
    if not isinstance(data, dict):
        return []
    blocks = data.get("records")
    owners: list[tuple[Path_, Any]] = [((), data)]
    owners += [
        (("records", n), b) for n, b in enumerate(blocks if isinstance(blocks, list) else ())
    ]
    found: list[tuple[Path_, Any]] = []
    for start, owner in owners:
        entries = owner.get("derive") if isinstance(owner, dict) else None
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            for name, args in entry.items() if isinstance(entry, dict) else ():
                place = (*start, "derive", number, name)
                items = args.items() if isinstance(args, dict) else ()
                found += [((*place, key), value) for key, value in items]
    return found


def _rows(folder: Path, file: str) -> tuple[list[dict[str, Any]], tuple[int, ...]]:
    """The rows of a file and their lines; raises ValueError with what is wrong."""
    path = folder / file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError("is outside the study folder")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if len(raw) > _MAX_BYTES:
        raise ValueError(f"is larger than {_MAX_BYTES:,} bytes")
    try:
        reader = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        keys = [key.strip() for key in next(reader, [])]
        if not all(keys) or len(set(keys)) < len(keys):
            raise ValueError("needs a first line with the keys, each once")
        rows, lines = [], []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(keys):
                message = f"has {len(cells)} cells in line {reader.line_num}, and {len(keys)} keys"
                raise ValueError(message)
            pairs = zip(keys, (cell.strip() for cell in cells), strict=True)
            rows.append({key: plain_value(cell) for key, cell in pairs if cell})
            lines.append(reader.line_num)
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text") from None
    except csv.Error as error:
        raise ValueError(f"is no CSV file: {error}") from None
    if not rows:
        raise ValueError("has no rows")
    return rows, tuple(lines)


def _replaced(data: Any, path: Path_, value: Any) -> Any:
    """The data with another value at a place; what is not on the way to it is shared."""
    if not path:
        return value
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = _replaced(data[path[0]], path[1:], value)
    return copy
