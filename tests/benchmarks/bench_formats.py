"""How fast and how large: files of this library, of pyreadstat, and the disk itself.

    python tests/benchmarks/bench_formats.py [rows ...]

Each case runs in a process of its own, so that its peak memory is its own. The table is a
laboratory domain (LB) of 24 variables; times are the best of three (pyreadstat: one). MB/s are of
the transport file's size throughout.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from converters import columns
from converters.dataset import Dataset, Metadata, Variable
from converters.formats import read_dataset, write_dataset

WHEN = datetime(2024, 2, 29)
ROWS = (100_000, 1_000_000)
REPEATS = 3
CASES = (
    *("base", "ours write", "pyreadstat write", "disk write", "ours read", "pyreadstat read"),
    *("ndjson write", "ndjson read", "parquet write", "parquet read"),
)

#: name, bytes, number of distinct values (0: a number)
LAYOUT = (
    ("STUDYID", 12, 1),
    ("DOMAIN", 2, 1),
    ("USUBJID", 20, 2000),
    ("LBSEQ", 8, 0),
    ("LBGRPID", 10, 20),
    ("LBREFID", 12, 10_000),
    ("LBTESTCD", 8, 80),
    ("LBTEST", 40, 80),
    ("LBCAT", 20, 6),
    ("LBORRES", 12, 5000),
    ("LBORRESU", 12, 40),
    ("LBORNRLO", 8, 100),
    ("LBORNRHI", 8, 100),
    ("LBSTRESC", 12, 5000),
    ("LBSTRESN", 8, 0),
    ("LBSTRESU", 12, 40),
    ("LBNRIND", 8, 3),
    ("LBBLFL", 1, 1),
    ("VISITNUM", 8, 0),
    ("VISIT", 20, 15),
    ("LBDTC", 16, 4000),
    ("LBDY", 8, 0),
    ("LBSPEC", 10, 4),
    ("EPOCH", 16, 4),
)


def laboratory(rows: int) -> Dataset:
    """A made-up LB: dictionary-encoded texts, one in twenty missing, and numbers."""
    random = np.random.default_rng(11)
    frame, variables = {}, []
    for name, size, distinct in LAYOUT:
        if distinct:
            values = [f"{name[-2:]}{number}".ljust(size, "x")[:size] for number in range(distinct)]
            codes = random.integers(0, distinct, rows).astype(np.int32)
            codes[random.random(rows) < 0.05] = -1
            frame[name] = columns.from_codes(codes, values)
        else:
            numbers = np.round(random.lognormal(3, 1, rows), 2)
            numbers[random.random(rows) < 0.05] = np.nan
            frame[name] = pd.Series(numbers)
        kind = "Char" if distinct else "Num"
        variables.append(Variable(name, f"Label of {name}", kind, length=size))
    metadata = Metadata("LB", "Laboratory Test Results", "", "", (), tuple(variables))
    return Dataset(metadata, pd.DataFrame(frame))


def run(case: str, rows: int, folder: Path) -> None:
    """One case in this process; prints seconds and peak memory as JSON."""
    path = folder / f"{rows}.xpt"
    dataset = None if case.endswith("read") else laboratory(rows)
    if case.startswith("pyreadstat") and dataset is not None:
        plain = {name: column.astype(object) for name, column in dataset.frame.items()}
        table = pd.DataFrame(plain).astype(
            {item.name: "float64" for item in dataset.metadata.variables if item.kind == "Num"}
        )
    disk = path.read_bytes() if case == "disk write" else b""
    work: dict[str, Callable[[], object]] = {
        "base": lambda: None,
        "ours write": lambda: write_dataset(dataset, path, created=WHEN),
        "pyreadstat write": lambda: pyreadstat.write_xport(
            table, folder / "other.xpt", table_name="LB", file_format_version=5
        ),
        "disk write": lambda: (folder / "disk.bin").write_bytes(disk),
        "ours read": lambda: read_dataset(path),
        "pyreadstat read": lambda: pyreadstat.read_xport(path),
        "ndjson write": lambda: write_dataset(dataset, path.with_suffix(".ndjson"), created=WHEN),
        "ndjson read": lambda: read_dataset(path.with_suffix(".ndjson")),
        "parquet write": lambda: write_dataset(dataset, path.with_suffix(".parquet"), created=WHEN),
        "parquet read": lambda: read_dataset(path.with_suffix(".parquet")),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    for _ in range(1 if case.startswith("pyreadstat") else REPEATS):
        start = time.perf_counter()
        work[case]()
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = path.stat().st_size if path.exists() else 0
    print(
        json.dumps(
            {
                "seconds": min(seconds),
                "more": (peak - before) / 1024,
                "peak": peak / 1024,
                "size": size,
            }
        )
    )


def main(rows: list[int]) -> None:
    """All cases for each number of rows, as a table."""
    with tempfile.TemporaryDirectory() as name:
        for count in rows:
            found = {}
            for case in CASES:
                command = [sys.executable, __file__, "--case", case, str(count), name]
                result = subprocess.run(command, capture_output=True, text=True, check=True)
                found[case] = json.loads(result.stdout)
            size = found["ours write"]["size"]
            print(f"\n{count:,} rows, {size / 1e6:.0f} MB of XPT")
            print(f"{'':18}{'seconds':>10}{'MB/s':>8}{'to ours':>9}{'more MB':>9}{'peak MB':>9}")
            for case in CASES[1:]:
                ours = found["ours read" if case.endswith("read") else "ours write"]
                row = found[case]
                print(
                    f"{case:18}{row['seconds']:10.3f}{size / 1e6 / row['seconds']:8.0f}"
                    f"{row['seconds'] / ours['seconds']:8.1f}x{row['more']:9.0f}{row['peak']:9.0f}"
                )
            for file in Path(name).iterdir():
                file.unlink()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        run(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    else:
        main([int(text) for text in sys.argv[1:]] or list(ROWS))
