"""Terminology: import, look-up, and the codelist rule and check over a million records.

    python tests/benchmarks/bench_terminology.py [--records N] [--files FILE ...]

Records hold laboratory test codes and units: terms and synonyms, or 400 values that are no terms,
each with its hint in a finding. Each case is the best of five; the peers are a plain pandas
``isin`` (for the check) and ``merge`` (for the rule) on the same column, since a ratio does not
depend on a noisy machine.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Dataset, Metadata, UsedCodelist, Variable
from converters.rules.rule import Target
from converters.rules.values.codelist import RULE
from converters.standards.release import read_release, release_place
from converters.standards.terminology import Codelist, load_terminology
from converters.standards.terminology_import import import_terminology
from converters.validation import check_terminology

VERSION = "2024-03-29"
STANDARDS = Path(__file__).parents[3] / "shared" / "data" / "standards"


def best(function: Callable[[], Any], times: int = 5) -> float:
    """The shortest time of several, in seconds."""
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        function()
        found.append(time.perf_counter() - begin)
    return min(found)


def show(what: str, seconds: float, **more: Any) -> None:
    """One line of the result."""
    print(json.dumps({"what": what, "seconds": float(f"{seconds:.3g}"), **more}))


def texts(words: list[str], records: int) -> dict[str, pd.Series]:
    """The same collected values in each encoding."""
    codes = np.random.default_rng(1).integers(0, len(words), records)
    plain = pd.Series(np.array(words, dtype=object)[codes], dtype=object)
    return {
        "categorical": columns.from_codes(codes, words),
        "string": plain.astype("string[pyarrow]"),
        "object": plain,
    }


def bench_import(files: list[Path]) -> None:
    """Reading published files into a folder of their own."""
    for file in files:
        with tempfile.TemporaryDirectory() as place:
            os.environ["CDISC_CONVERTERS_DATA"] = place
            begin = time.perf_counter()
            imported = import_terminology([file])
            seconds = time.perf_counter() - begin
            terms = sum(item.release.size for item in imported)
            show("import", seconds, file=file.name, terms=terms)
    os.environ["CDISC_CONVERTERS_DATA"] = "no-such-folder"


def bench_lookup() -> None:
    """Opening a release, and one look-up in a codelist of 2,400 terms."""
    place = release_place("sdtm", VERSION)
    if place is None:
        raise SystemExit(f"there is no SDTM terminology {VERSION}")

    def opened() -> None:
        os.utime(place)  # what is kept of the file before does not count
        read_release(place)

    show("open a release", best(opened))
    codelist = load_terminology(VERSION).codelist("LBTESTCD")
    codelist.find("no such term")  # makes the indexes
    values = [term.value for term in codelist.terms]
    synonyms = [word for term in codelist.terms for word in term.synonyms]
    table = dict.fromkeys(values)
    peer = best(lambda: [table.get(value) for value in values]) / len(values)
    for what, asked in (("term", values), ("synonym", synonyms)):
        seconds = best(lambda asked=asked: [codelist.find(text) for text in asked]) / len(asked)
        show(f"find a {what}", seconds, times_a_dict_look_up=round(seconds / peer, 1))


def bench_records(records: int) -> None:
    """The rule and the check over one column: terms and synonyms, or nothing but misspelt terms."""
    for name, variable in (("LBTESTCD", "LBTESTCD"), ("UNIT", "LBORRESU")):
        codelist = load_terminology(VERSION).codelist(name)
        some = codelist.terms[:400]
        known = [word for term in some for word in (term.value, *term.synonyms[:1])]
        for values, words in (
            ("known", [*known, "no such term"]),
            ("misspelt", [f"{term.value}Q" for term in some]),
        ):
            for encoding, column in texts(words, records).items():
                shown = {"codelist": name, "values": values, "encoding": encoding}
                bench_column(column, variable, codelist, {**shown, "records": records})


def bench_column(
    column: pd.Series, variable: str, codelist: Codelist, shown: dict[str, Any]
) -> None:
    """One column in one encoding, and the peers on it."""
    used = UsedCodelist(codelist.name, codelist.label, codelist.code)
    described = Variable(variable, codelist.label, "Char", codelist=used)
    metadata = Metadata("LB", "Laboratory", "FINDINGS", "", (), (described,))
    target: Any = Target("LB", "LB", variable, "Char", (codelist,))
    terminology = load_terminology(VERSION)
    terms = pd.DataFrame({"text": [term.value for term in codelist.terms]}).assign(value=1)
    frame = pd.DataFrame({variable: column})
    records: Any = None  # the rule does not ask for the other columns
    cases: dict[str, Callable[[], Any]] = {
        "check": lambda: check_terminology(Dataset(metadata, frame), terminology),
        "isin": lambda: (~column.isin(terms["text"])).sum(),
        "rule": lambda: RULE.apply(None, column, records, target),
        "merge": lambda: frame.merge(terms, "left", left_on=variable, right_on="text"),
    }
    time_of = {case: best(function) for case, function in cases.items()}
    for ours, peer in (("check", "isin"), ("rule", "merge")):
        ratio = round(time_of[ours] / time_of[peer], 2)
        seconds = float(f"{time_of[peer]:.3g}")
        show(ours, time_of[ours], **shown, peer=peer, peer_seconds=seconds, ratio=ratio)


def main() -> None:
    """Prints a line for each case."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--files", type=Path, nargs="*", default=sorted(STANDARDS.glob("*.txt")))
    options = parser.parse_args()
    bench_import(options.files)
    bench_lookup()
    bench_records(options.records)


if __name__ == "__main__":
    main()
