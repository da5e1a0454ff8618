"""Damaged files of every format: a clear error, never a crash, a hang, or rows that were not there.

The number of cases is FUZZ_CASES of the environment.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from converters import columns
from converters.dataset import Dataset, Variable
from converters.errors import InputError
from converters.formats import EXTENSIONS, read_dataset, write_dataset
from converters.formats.contents import read_contents
from converters.formats.ibm_float import special_missing
from converters.formats.xpt import write_xpt

Maker = Callable[..., Dataset]
WHEN = datetime(2024, 2, 29)
CASES = int(os.environ.get("FUZZ_CASES", "600"))
ROWS = 40
#: Seconds after which a read counts as a hang.
PATIENCE = 5.0
#: Formats with checksums: what is read from a damaged file is what was written.
CHECKED = (".parquet", ".dsjc")


def original(make: Maker) -> Dataset:
    subjects = [f"S-{n // 4:03}" for n in range(ROWS)]
    return make(
        (Variable("USUBJID", "Subject", "Char", length=12), subjects),
        (Variable("AETERM", "Term", "Char", length=90), ["Größe", None, 'a "b", c'] * 13 + ["x"]),
        (Variable("AESEQ", "Number", "Num", "integer", length=8), range(ROWS)),
        (Variable("AEVAL", "Value", "Num", length=8), [0.1, special_missing("A")] * (ROWS // 2)),
    )  # fmt: skip


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes cut, with bits flipped, with a piece replaced or moved, or nothing but noise."""
    kind = chance.randrange(6)
    at, size = chance.randrange(len(data)), chance.randrange(1, 200)
    if kind == 0:
        return data[:at]
    if kind == 1:
        changed = bytearray(data)
        for _ in range(chance.randrange(1, 9)):
            changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        return bytes(changed)
    if kind == 2:
        return data[:at] + chance.randbytes(size) + data[at + size :]
    if kind == 3:
        return data[:at] + data[at + size :]
    if kind == 4:
        return data[:at] + data[at : at + size] + data[at:]
    return chance.randbytes(size * 20)


@pytest.mark.parametrize("extension", [*EXTENSIONS, ".8.xpt"])
def test_a_damaged_file_is_told_or_holds_what_was_written(
    extension: str, make: Maker, tmp_path: Path
) -> None:
    path = tmp_path / f"ae{extension}"
    dataset = original(make)
    if extension.endswith(".xpt"):
        version = 8 if extension == ".8.xpt" else 5
        write_xpt(dataset, path, created=WHEN, encoding="utf-8", version=version)
    else:
        write_dataset(dataset, path, created=WHEN)
    data = path.read_bytes()
    chance = random.Random(f"{extension} 1")
    for case in range(CASES // 7 + 1):
        path.write_bytes(damaged(data, chance))
        start = time.monotonic()
        try:
            found = read_dataset(path)
        except InputError as error:
            assert all(problem.file == str(path) for problem in error.problems), case
        else:
            assert all(len(found.frame[name]) == len(found.frame) for name in found.frame)
            if extension in CHECKED:
                assert columns.to_list(found.frame["AESEQ"]) == list(map(float, range(ROWS))), case
        try:
            read_contents(path, 3)
        except InputError as error:
            assert str(path) in str(error)
        assert time.monotonic() - start < PATIENCE, case
