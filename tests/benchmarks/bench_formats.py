"""How fast and how large: files of this library, of others that are installed, and the disk itself.

    python tests/benchmarks/bench_formats.py [rows ...]

Each case runs in a process of its own, so that its peak memory is its own. The table is a
laboratory domain (LB) of 24 variables. Times are the best of three (of what takes over 5 s: one);
MB/s are of the transport file's size throughout. Peers that are not installed are left out:
pyreadstat, nbase-converter, polars-readstat and odmlib (PyPI), R's haven (Debian r-cran-haven).
"""

from __future__ import annotations

import importlib.util
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from converters import columns
from converters.dataset import Dataset, Metadata, Variable
from converters.formats import read_dataset, write_dataset
from converters.formats.xpt import XptWriter

WHEN = datetime(2024, 2, 29)
ROWS = (100_000, 1_000_000, 5_000_000)
REPEATS = 3
#: Rows over which the slow peers are not asked.
SLOW = 1_000_000
BATCH = 100_000

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


def plain(dataset: Dataset) -> pd.DataFrame:
    """The data as other writers take them: texts as Python objects."""
    return pd.DataFrame(
        {
            item.name: dataset.frame[item.name].astype("float64")
            if item.kind == "Num"
            else dataset.frame[item.name].astype(object)
            for item in dataset.metadata.variables
        }
    )


def arrow(dataset: Dataset) -> pa.Table:
    """The data as Arrow strings and floats."""
    return pa.Table.from_pandas(
        plain(dataset).astype(object), preserve_index=False
    ).combine_chunks()


Prepared = Callable[[], object]


def ours_write(extension: str) -> Callable[[int, Path], Prepared]:
    """This library's writer."""

    def prepare(rows: int, folder: Path) -> Prepared:
        dataset = laboratory(rows)
        return lambda: write_dataset(dataset, folder / f"lb{extension}", created=WHEN)

    return prepare


def ours_read(extension: str) -> Callable[[int, Path], Prepared]:
    """This library's reader."""
    return lambda _, folder: lambda: read_dataset(folder / f"lb{extension}")


def ours_streamed(rows: int, folder: Path) -> Prepared:
    """This library's writer, fed with one batch after another."""
    batch = laboratory(BATCH)

    def write() -> None:
        with XptWriter(folder / "streamed.xpt", batch.metadata, created=WHEN) as writer:
            for _ in range(rows // BATCH):
                writer.write(batch.frame)

    return write


def disk_write(_: int, folder: Path) -> Prepared:
    """The same bytes, written as they are."""
    data = (folder / "lb.xpt").read_bytes()
    return lambda: (folder / "disk.bin").write_bytes(data)


def pyreadstat_write(rows: int, folder: Path) -> Prepared:
    """pyreadstat's writer."""
    import pyreadstat

    table = plain(laboratory(rows))
    return lambda: pyreadstat.write_xport(
        table, folder / "pyreadstat.xpt", table_name="LB", file_format_version=5
    )


def pyreadstat_read(_: int, folder: Path) -> Prepared:
    """pyreadstat's reader."""
    import pyreadstat

    return lambda: pyreadstat.read_xport(folder / "lb.xpt")


def nbase_write(rows: int, folder: Path) -> Prepared:
    """nbase-converter's writer, of Arrow data."""
    import nbase_converter

    dataset = laboratory(rows)
    table = arrow(dataset)
    about: dict[str, Any] = {
        "dataset_label": dataset.metadata.label,
        "columns": {
            item.name: {"label": item.label, "sas": {"length": item.length}}
            for item in dataset.metadata.variables
        },
    }
    return lambda: nbase_converter.write_dataset(
        table,
        folder / "nbase.xpt",
        target_format="xpt5",
        metadata=about,
        overwrite=True,
        table_name="LB",
    )


def nbase_read(_: int, folder: Path) -> Prepared:
    """nbase-converter's reader, into pandas."""
    import nbase_converter

    return lambda: nbase_converter.read_dataset(folder / "lb.xpt")


def polars_write(rows: int, folder: Path) -> Prepared:
    """polars-readstat's writer."""
    import polars
    import polars_readstat

    table = polars.from_arrow(arrow(laboratory(rows)))
    widths = {name: size for name, size, _ in LAYOUT}
    return lambda: polars_readstat.write_xpt(
        table, folder / "polars.xpt", version=5, table_name="LB", storage_widths=widths
    )


def polars_read(_: int, folder: Path) -> Prepared:
    """polars-readstat's reader, into Polars."""
    import polars_readstat

    return lambda: polars_readstat.read_readstat(folder / "lb.xpt")


def haven(script: str) -> Callable[[int, Path], Prepared]:
    """R's haven; the seconds are those of its call alone, as R measures them."""

    def prepare(_: int, folder: Path) -> Prepared:
        code = f'f <- "{folder}"; d <- haven::read_xpt(file.path(f, "lb.xpt")); {script}'
        code += '; cat("seconds", s[["elapsed"]])'

        def run() -> float:
            done = subprocess.run(
                ["Rscript", "-e", code], capture_output=True, text=True, check=True
            )
            return float(done.stdout.rpartition("seconds")[2])

        return run

    return prepare


def odmlib_write(rows: int, folder: Path) -> Prepared:
    """odmlib's writer of Dataset-JSON."""
    from odmlib.dataset_json_1_1.model import Column, DatasetJSON

    dataset = laboratory(rows)
    table = plain(dataset).astype(object)
    values = table.where(table.notna(), None).to_numpy().tolist()
    items = [
        Column(
            itemOID=f"IT.LB.{item.name}",
            name=item.name,
            label=item.label,
            dataType="string" if item.kind == "Char" else "float",
        )
        for item in dataset.metadata.variables
    ]

    def write() -> None:
        whole = DatasetJSON(
            datasetJSONCreationDateTime=WHEN.isoformat(),
            datasetJSONVersion="1.1.0",
            itemGroupOID="IG.LB",
            records=rows,
            name="LB",
            label="Laboratory Test Results",
            columns=items,
            rows=values,
        )
        whole.write_json(str(folder / "odmlib.json"))

    return write


def nothing(rows: int, _: Path) -> Prepared:
    """The data alone, to see what memory they take."""
    laboratory(rows)
    return lambda: None


#: Case -> how it is prepared, and the package it needs.
CASES: dict[str, tuple[Callable[[int, Path], Prepared], str]] = {
    "base": (nothing, ""),
    "ours write": (ours_write(".xpt"), ""),
    "ours streamed write": (ours_streamed, ""),
    "disk write": (disk_write, ""),
    "nbase write": (nbase_write, "nbase_converter"),
    "polars-readstat write": (polars_write, "polars_readstat"),
    "haven write": (
        haven('s <- system.time(haven::write_xpt(d, file.path(f, "haven.xpt"), version = 5))'),
        "R",
    ),
    "pyreadstat write": (pyreadstat_write, "pyreadstat"),
    "ours read": (ours_read(".xpt"), ""),
    "nbase read": (nbase_read, "nbase_converter"),
    "polars-readstat read": (polars_read, "polars_readstat"),
    "haven read": (haven('s <- system.time(haven::read_xpt(file.path(f, "lb.xpt")))'), "R"),
    "pyreadstat read": (pyreadstat_read, "pyreadstat"),
    "json write": (ours_write(".json"), ""),
    "ndjson write": (ours_write(".ndjson"), ""),
    "dsjc write": (ours_write(".dsjc"), ""),
    "odmlib json write": (odmlib_write, "odmlib"),
    "json read": (ours_read(".json"), ""),
    "ndjson read": (ours_read(".ndjson"), ""),
    "parquet write": (ours_write(".parquet"), ""),
    "parquet read": (ours_read(".parquet"), ""),
    "csv write": (ours_write(".csv"), ""),
    "csv read": (ours_read(".csv"), ""),
}
SLOW_CASES = ("haven write", "haven read", "pyreadstat write", "pyreadstat read")
SLOW_CASES += ("odmlib json write", "polars-readstat write")


def installed(package: str) -> bool:
    """Whether a peer is there."""
    if package == "R":
        return shutil.which("Rscript") is not None
    return not package or importlib.util.find_spec(package) is not None


def run(case: str, rows: int, folder: Path) -> None:
    """One case in this process; prints seconds and peak memory as JSON."""
    work = CASES[case][0](rows, folder)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds: list[float] = []
    while len(seconds) < REPEATS and sum(seconds) < 5:
        start = time.perf_counter()
        told = work()
        seconds.append(told if isinstance(told, float) else time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = {"seconds": min(seconds), "more": (peak - before) / 1024, "peak": peak / 1024}
    print(json.dumps(found))


def main(rows: list[int]) -> None:
    """All cases for each number of rows, as a table."""
    for count in rows:
        with tempfile.TemporaryDirectory() as name:
            table(count, Path(name))


def table(count: int, folder: Path) -> None:
    """One table; of each case its time against ours of the same kind."""
    ours: dict[str, float] = {}
    for case, (_, package) in CASES.items():
        if not installed(package) or (count > SLOW and case in SLOW_CASES):
            continue
        command = [sys.executable, __file__, "--case", case, str(count), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{case:24} failed: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
            continue
        if case == "base":
            continue
        row = json.loads(done.stdout)
        size = (folder / "lb.xpt").stat().st_size
        if case == "ours write":
            print(f"\n{count:,} rows, {size / 1e6:.0f} MB of XPT")
            print(f"{'':24}{'seconds':>10}{'MB/s':>8}{'to ours':>9}{'more MB':>9}{'peak MB':>9}")
        kind = "json write" if "json write" in case else f"ours {case.split()[-1]}"
        ours.setdefault(kind, row["seconds"])
        print(
            f"{case:24}{row['seconds']:10.3f}{size / 1e6 / row['seconds']:8.0f}"
            f"{row['seconds'] / ours[kind]:8.1f}x{row['more']:9.0f}{row['peak']:9.0f}",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        run(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    else:
        main([int(text) for text in sys.argv[1:]] or list(ROWS))
