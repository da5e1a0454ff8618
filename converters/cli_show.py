"""What ``cdisc show`` prints: a dataset file as PROC CONTENTS and PROC PRINT would show it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from converters import columns
from converters.formats.contents import Contents
from converters.formats.dataset_json_layout import clock_of, clock_text
from converters.formats.ibm_float import missing_letter

_WIDTH = 160
#: Characters of a value that are shown.
_MOST = 40


def as_json(path: Path, contents: Contents) -> str:
    """All of it as one JSON object; values of numbers as they are, of dates as ISO 8601."""
    metadata = contents.first.metadata
    variables = [
        {
            "name": item.name,
            "type": item.kind,
            "length": item.length,
            "format": item.format,
            "informat": contents.informats.get(item.name, ""),
            "label": item.label,
        }
        for item in metadata.variables
    ]
    found = {
        "file": path.name,
        "bytes": path.stat().st_size,
        "format": contents.format,
        "dataset": metadata.name,
        "label": metadata.label,
        "records": contents.rows,
        "members": list(contents.members),
        "details": {name: text for name, text in contents.details.items() if text},
        "variables": variables,
        "rows": list(zip(*_cells(contents), strict=True)),
    }
    return json.dumps(found, indent=1, ensure_ascii=False)


def print_contents(path: Path, contents: Contents) -> None:
    """The dataset, its variables and its first records as tables."""
    console = Console()
    console = Console(width=None if console.is_terminal else _WIDTH, highlight=False)
    console.print(_about(path, contents))
    console.print(_variables(contents))
    for table in _records(contents, console.width):
        console.print(table)


def _about(path: Path, contents: Contents) -> Table:
    metadata = contents.first.metadata
    rows = "not stated in the file" if contents.rows is None else f"{contents.rows:,}"
    told = {
        "Dataset": metadata.name,
        "Label": metadata.label,
        "File": f"{path} ({path.stat().st_size:,} bytes)",
        "Format": contents.format,
        "Records": rows,
        "Variables": f"{len(metadata.variables):,}",
        "Datasets in the file": ", ".join(contents.members) if len(contents.members) > 1 else "",
        **contents.details,
    }
    table = Table(show_header=False, box=None)
    for name, text in told.items():
        if text:
            table.add_row(name, Text(text))
    return table


def _variables(contents: Contents) -> Table:
    shown = ["Variable", "Type", "Length", "Format", "Informat", "Label"]
    if not contents.informats:
        shown.remove("Informat")
    table = Table("#", title="Variables", title_justify="left")
    for name in shown:
        table.add_column(name, justify="right" if name == "Length" else "left")
    for number, item in enumerate(contents.first.metadata.variables, start=1):
        cells = [item.name, item.kind, str(item.length), item.format]
        if contents.informats:
            cells.append(contents.informats.get(item.name, ""))
        table.add_row(str(number), *(Text(cell) for cell in (*cells, item.label)))
    return table


def _cells(contents: Contents) -> list[list[Any]]:
    """The first records, column by column: text, number, or None for a missing value."""
    found: list[list[Any]] = []
    for item in contents.first.metadata.variables:
        column = contents.first.frame[item.name]
        clock = clock_of(item)
        if item.kind == "Char":
            found.append(columns.to_list(columns.encoded(column)))
        else:
            numbers = [_plain(value) for value in columns.floats(column).tolist()]
            if clock:
                numbers = [
                    n if n is None or isinstance(n, str) else clock_text(n, clock) or n
                    for n in numbers
                ]
            found.append(numbers)
    return found


def _plain(value: float) -> Any:
    if not np.isnan(value):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    letter = missing_letter(value)
    return f".{letter}" if letter else None


def _records(contents: Contents, width: int) -> Iterator[Table]:
    """The first records, in as many tables side by side as the width asks for."""
    frame = contents.first.frame
    if not len(frame):
        return
    texts = [[_shown(value) for value in column] for column in _cells(contents)]
    numeric = [item.kind == "Num" for item in contents.first.metadata.variables]
    names = [str(name) for name in frame]
    title = f"First {len(frame):,} records"
    start = 0
    while start < len(names):
        stop, room = start, width - 8
        while stop < len(names):
            room -= max(len(names[stop]), *map(len, texts[stop])) + 3
            if room < 0 and stop > start:
                break
            stop += 1
        table = Table("#", title=title, title_justify="left")
        for index in range(start, stop):
            table.add_column(
                names[index], justify="right" if numeric[index] else "left", no_wrap=True
            )
        for row in range(len(frame)):
            table.add_row(str(row + 1), *(Text(texts[n][row]) for n in range(start, stop)))
        yield table
        start, title = stop, ""


def _shown(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else columns.number_text(value)
    text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
