"""R's haven agrees with what this library writes and reads, where it is installed."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from converters import columns
from converters.dataset import Dataset, Variable
from converters.formats.xpt import read_xpt, write_xpt

Maker = Callable[..., Dataset]
WHEN = datetime(2024, 2, 29, 13, 5, 59)

#: One line a variable (name, label, format, class), then one a row; numbers with all digits.
READ = """
d <- haven::read_xpt(commandArgs(TRUE)[1])
text <- function(x) if (is.null(x)) "" else as.character(x)
out <- file(commandArgs(TRUE)[2], "wb")
put <- function(...) {
  cells <- gsub('"', '""', enc2utf8(c(...)), fixed = TRUE)
  writeLines(paste0('"', cells, '"', collapse = ","), out, useBytes = TRUE)
}
put(text(attr(d, "label")), nrow(d))
for (n in names(d)) put(n, text(attr(d[[n]], "label")), text(attr(d[[n]], "format.sas")))
for (i in seq_len(nrow(d))) {
  put(sapply(d, function(x) {
    v <- unclass(x)[i]
    if (is.na(v)) "" else if (is.numeric(v)) sprintf("%a", v) else v
  }))
}
close(out)
"""
WRITE = """
d <- data.frame(AETERM = c("Headache", "", "x"), AESEQ = c(1.5, NA, -1e10))
attr(d$AETERM, "label") <- "Reported Term"
attr(d$AESEQ, "format.sas") <- "BEST12."
haven::write_xpt(d, commandArgs(TRUE)[1], version = as.integer(commandArgs(TRUE)[2]), name = "AE")
"""


def haven(script: str, *arguments: Any) -> None:
    subprocess.run(["Rscript", "-e", script, *map(str, arguments)], check=True, timeout=120)


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    found = shutil.which("Rscript") and subprocess.run(
        ["Rscript", "-e", 'quit(status = !requireNamespace("haven", quietly = TRUE))'], check=False
    )
    if not found or found.returncode:
        pytest.skip("R's package haven is not installed (Debian: r-cran-haven)")


def numbers() -> list[float]:
    """Doubles over the range of a transport file, and missing."""
    random = np.random.default_rng(5)
    values = np.ldexp(random.uniform(0.5, 1, 400), random.integers(-250, 250, 400))
    signs = random.choice([-1.0, 1.0], 400)
    return [0.0, np.nan, 0.1, 1 / 3, *(values * signs).tolist()]


@pytest.mark.parametrize("version", [5, 8])
def test_haven_reads_what_is_written(version: int, make: Maker, tmp_path: Path) -> None:
    label = "Reported Term" + " of the Adverse Event, at length" * 3 * (version > 5)
    day = Variable("ASTDT", "Start", "Num", "integer", 8, format="DATE9.")
    values = numbers()
    terms = [f'term "{n}", ä' if n % 3 else None for n in range(len(values))]
    dataset = make(
        (Variable("AETERM", label, "Char", length=20), terms),
        (Variable("AEVAL", "Value", "Num", length=8), values),
        (day, [float(n) for n in range(len(values))]),
        label="Adverse Events",
    )
    path, dump = tmp_path / "ae.xpt", tmp_path / "ae.csv"
    write_xpt(dataset, path, created=WHEN, version=version, encoding="utf-8")
    haven(READ, path, dump)
    with dump.open(newline="", encoding="utf-8") as file:
        (title, rows), *lines = list(csv.reader(file))
    assert (title, int(rows)) == ("Adverse Events", len(values))
    expected = [(v.name, v.label, v.format.rstrip(".")) for v in dataset.metadata.variables]
    assert [(n, text, form.rstrip(".")) for n, text, form in lines[:3]] == expected
    found = [(a or None, b and float.fromhex(b), float.fromhex(c)) for a, b, c in lines[3:]]
    assert [row[0] for row in found] == terms
    np.testing.assert_array_equal([row[1] if row[1] != "" else np.nan for row in found], values)
    days = [row[2] + 3653 for row in found]  # R counts days from 1970
    assert days == list(range(len(values)))


@pytest.mark.parametrize("version", [5, 8])
def test_what_haven_writes_is_read(version: int, tmp_path: Path) -> None:
    path = tmp_path / "ae.xpt"
    haven(WRITE, path, version)
    dataset = read_xpt(path)
    assert dataset.name == "AE"
    assert [(v.label, v.format) for v in dataset.metadata.variables] == [
        ("Reported Term", ""),
        ("", "BEST12."),
    ]
    assert columns.to_list(dataset.frame["AETERM"]) == ["Headache", None, "x"]
    np.testing.assert_array_equal(dataset.frame["AESEQ"], [1.5, np.nan, -1e10])
