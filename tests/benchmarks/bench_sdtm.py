"""The VS mapping of wide raw records: seconds, rows a second and peak memory, against a plain peer.

``python tests/benchmarks/bench_sdtm.py [--records N ...] [--results N]``

``--results`` maps N long laboratory records instead: plain, with limits of quantification and
reference ranges, and with averages of repeats.

Each size runs in a process of its own. What is timed is the mapping in memory: raw columns of text
in, finished datasets with metadata out (6 tests, qualifiers, 4 codelists, dates, visit, sequence,
study day, last result before exposure). The peer does the same on pandas strings, record by record
where pandas users do so, and gives the ratio that a noisy machine cannot distort.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from converters import columns
from converters.api import open_study
from converters.pipeline.convert import convert_sources
from converters.pipeline.plan import make_plan
from converters.sources import Source

TESTS = {
    "SYSBP": ("sysbp", "mmHg", 0.95),
    "DIABP": ("diabp", "mmHg", 0.95),
    "PULSE": ("pulse", "beats/min", 0.30),
    "TEMP": ("temp", "F", 0.03),
    "WEIGHT": ("weight", "LB", 0.03),
    "HEIGHT": ("height", "in", 0.008),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
VISITS = 20
STUDY = """
study: {id: BENCH, title: Benchmark, created: 2026-01-01}
usubjid: concat("BENCH-", SUBJ)
dates: {pivot: 30}
sources:
  vitals: {path: raw/vitals.csv}
  subjects: {path: raw/subjects.csv}
  dosing: {path: raw/dosing.csv}
visits:
"""
LAB = "  lab: {path: raw/lab.csv}\n  ranges: {path: raw/ranges.csv, usubjid: TEST}"
DM = """
dataset: DM
source: subjects
variables:
  SUBJID: {from: SUBJ}
  SITEID: {assign: "01"}
  SEX: {from: SEX}
  COUNTRY: {assign: USA}
  RFSTDTC: {lookup: {dataset: EX, take: EXSTDTC, pick: min}}
  RFXSTDTC: {lookup: {dataset: EX, take: EXSTDTC, pick: min}}
"""
EX = """
dataset: EX
source: dosing
variables:
  EXTRT: {assign: DRUG}
  EXSTDTC: {datetime: {date: DOSEDAT, format: dd-mon-yyyy}}
"""
VS = """
dataset: VS
source: vitals
findings:
"""
VS_VARIABLES = """
variables:
  VSPOS: {from: POSITION}
  VSLOC: {from: LOCATION}
  VSLAT: {from: SIDE}
  VISIT: {visit: VISIT}
  VSDTC: {datetime: {date: VSDAT, time: VSTIM, format: dd-mon-yyyy, time_format: hh:mm}}
  VSLOBXFL: {baseline_flag: {}}
"""


def write_study(folder: Path) -> None:
    """The study folder: specs only, the raw records are made in memory."""
    (folder / "sdtm").mkdir(parents=True)
    visits = [
        f"  - {{VISIT: VISIT {n}, VISITNUM: {n}, VISITDY: {7 * n - 6}}}\n"
        for n in range(1, VISITS + 1)
    ]
    (folder / "study.yaml").write_text(STUDY + "".join(visits))
    units = {"F": "C", "LB": "kg", "in": "cm"}
    tests = "".join(
        f"  - {{test: {code}, from: {column}, unit: {unit},"
        f" standard_unit: {units.get(unit, unit)}}}\n"
        for code, (column, unit, _) in TESTS.items()
    )
    (folder / "sdtm" / "vs.yaml").write_text(VS + tests + VS_VARIABLES)
    (folder / "sdtm" / "dm.yaml").write_text(DM)
    (folder / "sdtm" / "ex.yaml").write_text(EX)


def make_raw(records: int) -> dict[str, pd.DataFrame]:
    """Wide raw records as text; 441,000 of them give a million results."""
    random = np.random.default_rng(1)
    subjects = max(records // VISITS, 1)
    subject = np.arange(records) // VISITS % subjects
    visit = np.arange(records) % VISITS
    names = np.array([f"{n:06d}" for n in range(subjects)])
    start = np.datetime64("2015-01-01") + random.integers(0, 900, subjects)
    days = start[subject] + visit * 7 - 7 + random.integers(-2, 3, records)
    unique_days, day_codes = np.unique(days, return_inverse=True)
    written = np.array([f"{d.astype(object):%d-%b-%Y}" for d in unique_days], dtype=object)
    unknown = random.random(records) < 0.01
    dates = np.where(
        unknown,
        np.array([f"UN-{w[3:]}" for w in written], dtype=object)[day_codes],
        written[day_codes],
    )
    times = np.array([f"{m // 60:02d}:{m % 60:02d}" for m in range(1440)], dtype=object)
    vitals = {
        "SUBJ": names[subject],
        "VISIT": np.array([f"visit {n}" for n in range(1, VISITS + 1)], dtype=object)[visit],
        "VSDAT": dates,
        "VSTIM": times[random.integers(420, 1020, records)],
        "POSITION": np.array(["Sitting", "supine", "STANDING"], dtype=object)[
            random.integers(0, 3, records)
        ],
        "LOCATION": np.array(["arm", "Brachial Artery"], dtype=object)[
            random.integers(0, 2, records)
        ],
        "SIDE": np.array(["Left", "RIGHT"], dtype=object)[random.integers(0, 2, records)],
    }
    centre = {"SYSBP": 125, "DIABP": 80, "PULSE": 70, "TEMP": 98.2, "WEIGHT": 170, "HEIGHT": 67}
    for code, (column, _, share) in TESTS.items():
        values = random.normal(centre[code], centre[code] * 0.08, records)
        text = (
            np.round(values, 0 if code in ("SYSBP", "DIABP", "PULSE") else 1)
            .astype(str)
            .astype(object)
        )
        text[random.random(records) > share] = None
        vitals[column] = text
    dosing = [f"{d.astype(object):%d-%b-%Y}" for d in start + 7]
    return {
        "vitals": pd.DataFrame(vitals),
        "subjects": pd.DataFrame(
            {"SUBJ": names, "SEX": np.where(np.arange(subjects) % 2, "F", "M")}
        ),
        "dosing": pd.DataFrame({"SUBJ": names, "DOSEDAT": dosing}),
    }


LB = """
dataset: LB
source: lab
standard_units: {GLUC: {unit: mmol/L, from: {mg/dL: 0.0555}, digits: 2}, ALB: g/L}
variables:
  LBTESTCD: {from: CODE}
  LBORRES: {from: RESULT}
  LBORRESU: {from: UNIT}
  VISIT: {visit: VISIT}
  LBDTC: {datetime: DATE}
  LBLOBXFL: {baseline_flag: {}}
"""
LB_RANGES = """\
  LBLLOQ: {standard_limit: LLOQ}
  LBORNRLO:
    lookup:
      {source: ranges, by: {CODE: TEST, DM.SEX: SEX}, between: {DATE: [FROM, TO]}, take: LOW}
  LBORNRHI: {from: ULN}
  LBNRIND: {range_indicator: {}}
"""
LB_AVERAGE = "keep: {by: [SUBJ, CODE, VISIT], order: [DATE], pick: average, value: RESULT}\n"
LB_SPECS = {"plain": LB, "ranges": LB + LB_RANGES, "averages": LB + LB_AVERAGE}


def make_lab(records: int) -> dict[str, pd.DataFrame]:
    """Long laboratory records of four tests, three runs a visit, some beyond the limit."""
    random = np.random.default_rng(2)
    subjects = max(records // (VISITS * 12), 1)
    number = np.arange(records)
    test = number // 3 % 4
    day = np.datetime64("2015-01-01") + random.integers(0, 900, records)
    result = np.round(random.normal(90, 30, records).clip(1), 1).astype(str).astype(object)
    result[random.random(records) < 0.05] = "BLQ"
    names = np.array([f"{n:06d}" for n in range(subjects)])
    codes = np.array(["GLUC", "ALB", "ALT", "AST"], dtype=object)
    lab = {
        "SUBJ": names[number // 12 // VISITS % subjects],
        "CODE": codes[test],
        "VISIT": np.array([f"VISIT {n}" for n in range(1, VISITS + 1)])[number // 12 % VISITS],
        "RESULT": result,
        "UNIT": np.array(["mg/dL", "g/dL", "U/L", "U/L"], dtype=object)[test],
        "DATE": day.astype(str),
        "LLOQ": np.array(["2", "0.5", "3", "3"], dtype=object)[test],
        "ULN": random.integers(100, 130, records).astype(str),
    }
    ranges = [
        {"TEST": code, "SEX": sex, "FROM": start, "TO": end, "LOW": low}
        for code in codes
        for sex in "FM"
        for start, end, low in (("", "2015-12-31", "60"), ("2016-01-01", "", "70"))
    ]
    return {
        "lab": pd.DataFrame(lab),
        "ranges": pd.DataFrame(ranges).replace("", None),
        "subjects": pd.DataFrame(
            {"SUBJ": names, "SEX": np.where(np.arange(subjects) % 2, "F", "M")}
        ),
        "dosing": pd.DataFrame({"SUBJ": names, "DOSEDAT": ["01-Jun-2015"] * subjects}),
    }


def run_lab(records: int) -> dict[str, float]:
    """Seconds of each of the laboratory mappings."""
    sources = {name: as_source(name, frame) for name, frame in make_lab(records).items()}
    seconds = {}
    for kind, spec in LB_SPECS.items():
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "study"
            write_study(folder)
            (folder / "sdtm" / "vs.yaml").unlink()
            (folder / "sdtm" / "lb.yaml").write_text(spec)
            (folder / "study.yaml").write_text(
                (folder / "study.yaml").read_text().replace("  vitals: {path: raw/vitals.csv}", LAB)
            )
            plan = make_plan(
                open_study(folder), {name: source.all_columns for name, source in sources.items()}
            )
            begin = time.perf_counter()
            convert_sources(plan, sources)
            seconds[kind] = round(time.perf_counter() - begin, 3)
    return seconds


def as_source(name: str, frame: pd.DataFrame) -> Source:
    """The frame as a reader would give it."""
    encoded = pd.DataFrame({column: columns.text(frame[column]) for column in frame})
    return Source(
        name=name,
        frame=encoded,
        all_columns=tuple(frame),
        files=(f"raw/{name}.csv",),
        file_codes=np.zeros(len(frame), dtype=np.int16),
        records=np.arange(1, len(frame) + 1),
    )


def run(records: int) -> dict[str, float]:
    """One conversion, timed; memory above what the raw records take."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        write_study(folder)
        study = open_study(folder)
        sources = {name: as_source(name, frame) for name, frame in make_raw(records).items()}
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        plan = make_plan(study, {name: source.all_columns for name, source in sources.items()})
        begin = time.perf_counter()
        conversion = convert_sources(plan, sources)
        seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = len(conversion.datasets["VS"].frame)
    return {
        "raw records": records,
        "VS records": rows,
        "seconds": round(seconds, 3),
        "records a second": round(rows / seconds),
        "peak MB": round(peak),
        "MB above the raw records and what made them": round(peak - before),
        "findings": len(conversion.findings),
    }


def peer(records: int) -> float:
    """The same mapping as plain pandas on strings, without metadata, trace or findings: seconds."""
    raw = make_raw(records)
    begin = time.perf_counter()
    dosing = raw["dosing"]
    first = pd.to_datetime(dosing["DOSEDAT"], format="%d-%b-%Y")
    reference = dict(zip("BENCH-" + dosing["SUBJ"], first, strict=True))
    qualifiers = ["SUBJ", "VISIT", "VSDAT", "VSTIM", "POSITION", "LOCATION", "SIDE"]
    wide = raw["vitals"].rename(columns={column: code for code, (column, _, _) in TESTS.items()})
    long = wide.melt(qualifiers, list(TESTS), "VSTESTCD", "VSORRES").dropna(subset="VSORRES")
    long["USUBJID"] = "BENCH-" + long["SUBJ"]
    months = {month: f"{number:02d}" for number, month in enumerate(MONTHS, 1)}
    date = long["VSDAT"].str.split("-", expand=True)
    complete = date[0] != "UN"
    iso = date[2] + "-" + date[1].map(months)
    long["VSDTC"] = np.where(complete, iso + "-" + date[0] + "T" + long["VSTIM"], iso)
    long["VSPOS"] = long["POSITION"].str.upper()
    long["VSLOC"] = long["LOCATION"].str.upper()
    long["VSLAT"] = long["SIDE"].str.upper()
    long["VISITNUM"] = long["VISIT"].str.split(" ").str[1].astype(int)
    number = long["VSORRES"].astype(float)
    factor = {"WEIGHT": 0.45359237, "HEIGHT": 2.54}
    long["VSSTRESN"] = np.where(
        long["VSTESTCD"] == "TEMP",
        (number - 32) / 1.8,
        number * long["VSTESTCD"].map(factor).fillna(1),
    )
    day = pd.to_datetime(long["VSDTC"].where(complete).str[:10])
    start = long["USUBJID"].map(reference)
    difference = (day - start).dt.days
    long["VSDY"] = difference + (difference >= 0)
    long = long.sort_values(["USUBJID", "VSTESTCD", "VISITNUM", "VSDTC"], kind="stable")
    long["VSSEQ"] = long.groupby("USUBJID").cumcount() + 1
    before = long[(day <= start).reindex(long.index)]
    last = before.groupby(["USUBJID", "VSTESTCD", "VSPOS", "VSLOC", "VSLAT"]).tail(1).index
    long["VSLOBXFL"] = None
    long.loc[last, "VSLOBXFL"] = "Y"
    return round(time.perf_counter() - begin, 3)


def main() -> None:
    """Runs each size in a process of its own and prints a line for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, nargs="*", default=[44_100, 441_000, 1_764_000])
    parser.add_argument("--one", type=int)
    parser.add_argument("--peer-one", type=int)
    parser.add_argument("--results", type=int)
    options = parser.parse_args()
    if options.results:
        print(json.dumps(run_lab(options.results)))
        return
    if options.one:
        print(json.dumps(run(options.one)))
        return
    if options.peer_one:
        print(peer(options.peer_one))
        return
    for records in options.records:
        ours = json.loads(_child("--one", records))
        theirs = float(_child("--peer-one", records))
        print(
            json.dumps(
                {
                    **ours,
                    "plain pandas, seconds": theirs,
                    "ratio": round(theirs / ours["seconds"], 1),
                }
            )
        )


def _child(*arguments: object) -> str:
    command = [sys.executable, __file__, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
