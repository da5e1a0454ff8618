"""A million records of ADVS: seconds, records a second and peak memory, against a plain peer.

``python tests/benchmarks/bench_adam.py [--records N ...]``

Each size runs in a process of its own. What is timed is the derivation in memory, finished VS and
ADSL in, a finished dataset with metadata out: merge, ADT and ADTM with imputed months, ADY, six
parameters, AVISIT by windows, ONTRTFL, ABLFL and BASE, CHG and PCHG, ANRIND, ANL01FL, ASEQ, sorted;
and then, apart, all checks on it. Steps that the language lacks are replaced by the nearest that it
has. The peer does the same in pandas, and gives the ratio that a noisy machine cannot distort.
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
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Dataset, Metadata, Variable
from converters.mapping.analysis import build_analysis
from converters.mapping.check import check_document
from converters.mapping.document import load
from converters.mapping.settings import Settings
from converters.pipeline.adam.plan import AnalysisPlan, plan_analyses
from converters.pipeline.adam.run import analyse
from converters.rules.registry import steps
from converters.standards.terminology import load_terminology
from converters.validation import check_analyses

TESTS = {
    "SYSBP": ("Systolic Blood Pressure (mmHg)", 125.0, 90.0, 140.0),
    "DIABP": ("Diastolic Blood Pressure (mmHg)", 80.0, 60.0, 90.0),
    "PULSE": ("Pulse Rate (beats/min)", 70.0, 60.0, 100.0),
    "TEMP": ("Temperature (C)", 36.7, 36.0, 37.5),
    "WEIGHT": ("Weight (kg)", 77.0, 50.0, 110.0),
    "HEIGHT": ("Height (cm)", 170.0, 150.0, 200.0),
}
VISITS = 20
WEEKS = 7
SETTINGS = Settings(
    study_id="BENCH",
    title="BENCH",
    description="BENCH",
    protocol="BENCH",
    created="2026-01-01T00:00:00",
    sdtmig="3.4",
    terminology=load_terminology("2024-03-29"),
)


def spec() -> dict[str, Any]:
    """The spec of ADVS, in the language as it is installed."""
    known = steps()
    impute = {"from": "VSDTC", "highest_imputation": "month"}
    dated = "highest_imputation" in json.dumps(known["date"].schema)
    windows = [
        {"AVISIT": "Baseline", "AVISITN": 0, "high": 1},
        *(
            {"AVISIT": f"Week {n}", "AVISITN": n, "low": WEEKS * n - 5, "high": WEEKS * n + 1}
            for n in range(1, VISITS)
        ),
    ]
    group = ["USUBJID", "PARAMCD", "AVISITN"]
    return {
        "dataset": "ADVS",
        "class": "BASIC DATA STRUCTURE",
        "label": "Vital Signs Analysis Dataset",
        "keys": ["USUBJID", "PARAMCD", "ADT", "VSSEQ"],
        "source": "VS",
        "take": ["STUDYID", "USUBJID", "VSSEQ", "VISIT", "VISITNUM"],
        "derive": [
            {"merge": {"dataset": "ADSL", "take": ["TRTSDT", "TRTEDT", {"TRTP": "TRT01P"}]}},
            {"ADT": {"date": impute if dated else "VSDTC"}},
            {"ADTM": {"datetime": impute} if "datetime" in known else {"formula": "ADT * 86400"}},
            {"ADY": {"study_day": {"date": "ADT", "reference": "TRTSDT"}}},
            {"parameters": [
                {"PARAMCD": code, "PARAM": name, "where": f'VSTESTCD == "{code}"',
                 "AVAL": "VSSTRESN"} for code, (name, *_) in TESTS.items()
            ]},
            *_visits(known, windows),
            {"ONTRTFL": _on_treatment(known)},
            {"baseline": {"where": "ADT <= TRTSDT"}},
            {"change": {}},
            {"ANRLO": _limit(2), "ANRHI": _limit(3)},
            {"ANRIND": _indicator(known)},
            {"ANL01FL": {"extreme_flag": {"pick": "last", "by": group, "order": ["ADT", "VSSEQ"],
                                          "where": "not missing(AVAL)"}}
             if "extreme_flag" in known
             else {"assign": "Y", "when": "not missing(AVAL) and not missing(AVISITN)"}},
            {"ASEQ": {"sequence": {"by": ["PARAMCD", "ADT", "VSSEQ"]}}},
        ],
    }  # fmt: skip


def _visits(known: Any, windows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if "analysis_visit" in known:
        return [{"analysis_visit": {"windows": windows}}]
    cases: dict[str, list[dict[str, Any]]] = {"AVISIT": [], "AVISITN": []}
    for window in windows:
        low = f"ADY >= {window['low']} and " if "low" in window else ""
        for name, case in cases.items():
            case.append({"when": f"{low}ADY <= {window['high']}", "then": window[name]})
    return [{name: {"case": case} for name, case in cases.items()}]


def _on_treatment(known: Any) -> dict[str, Any]:
    if "on_treatment" in known:
        return {"on_treatment": {"start": "ADT", "treatment_end": "TRTEDT"}}
    return {"assign": "Y", "when": "ADT >= TRTSDT and ADT <= TRTEDT"}


def _limit(place: int) -> dict[str, Any]:
    return {"case": [
        {"when": f'PARAMCD == "{code}"', "then": test[place]} for code, test in TESTS.items()
    ]}  # fmt: skip


def _indicator(known: Any) -> dict[str, Any]:
    if "range_indicator" in known:
        return {"range_indicator": {}}
    return {"case": [
        {"when": "AVAL < ANRLO", "then": "LOW"},
        {"when": "AVAL > ANRHI", "then": "HIGH"},
        {"when": "not missing(AVAL)", "then": "NORMAL"},
    ]}  # fmt: skip


def make_frames(records: int) -> dict[str, pd.DataFrame]:
    """VS and ADSL as plain pandas: text as objects, SAS dates; one date in fifty is partial."""
    random = np.random.default_rng(1)
    per_subject = VISITS * len(TESTS)
    subjects = -(-records // per_subject)
    number = np.arange(records)
    subject = number // per_subject % subjects
    visit = number // len(TESTS) % VISITS
    test = number % len(TESTS)
    names = np.array([f"BENCH-{n:06d}" for n in range(subjects)], dtype=object)
    start = 20000 + random.integers(0, 900, subjects)
    days = start[subject] + visit * WEEKS - 6 + random.integers(-2, 3, records)
    unique, codes = np.unique(days, return_inverse=True)
    written = np.datetime_as_string(np.datetime64("1960-01-01") + unique).astype(object)
    precise = random.random(records)
    clock = np.array([f"T{h:02d}:{m:02d}" for h in range(7, 19) for m in range(60)], dtype=object)
    dtc = written[codes] + clock[random.integers(0, len(clock), records)]
    for share, width in ((0.02, 7), (0.002, 4)):
        cut = np.array([text[:width] for text in written], dtype=object)[codes]
        dtc = np.where(precise < share, cut, dtc)
    centre = np.array([test[1] for test in TESTS.values()])
    result = np.round(
        random.normal(centre, centre * 0.08, (records // len(TESTS) + 1, len(centre)))
    )
    result = result.ravel()[:records]
    result[random.random(records) < 0.01] = np.nan
    vs = pd.DataFrame(
        {
            "STUDYID": "BENCH",
            "USUBJID": names[subject],
            "VSSEQ": (number % per_subject + 1).astype(float),
            "VSTESTCD": np.array(list(TESTS), dtype=object)[test],
            "VSSTRESN": result,
            "VISIT": np.array([f"VISIT {n + 1}" for n in range(VISITS)], dtype=object)[visit],
            "VISITNUM": visit + 1.0,
            "VSDTC": dtc,
        }
    )
    adsl = pd.DataFrame(
        {
            "STUDYID": "BENCH",
            "USUBJID": names,
            "TRT01P": np.where(np.arange(subjects) % 2, "Drug", "Placebo").astype(object),
            "TRTSDT": start.astype(float),
            "TRTEDT": start + 100.0,
        }
    )
    return {"VS": vs, "ADSL": adsl}


def as_dataset(name: str, frame: pd.DataFrame) -> Dataset:
    """The frame as a finished dataset, text encoded as it comes out of a conversion."""
    encoded = pd.DataFrame(
        {c: frame[c] if columns.is_number(frame[c]) else columns.text(frame[c]) for c in frame}
    )
    variables = tuple(
        Variable(
            c,
            c,
            "Num" if columns.is_number(encoded[c]) else "Char",
            format="DATE9." if c.endswith("DT") else "",
        )
        for c in encoded
    )
    subject_level = name == "ADSL"
    metadata = Metadata(
        name,
        name,
        "SUBJECT LEVEL ANALYSIS DATASET" if subject_level else "FINDINGS",
        "",
        ("STUDYID", "USUBJID") if subject_level else (),
        variables,
        purpose="Analysis" if subject_level else "Tabulation",
    )
    trace = pd.DataFrame({"record": np.arange(1, len(frame) + 1)})
    return Dataset(metadata, encoded, trace)


def plans_of(datasets: dict[str, Dataset]) -> tuple[AnalysisPlan, ...]:
    """The plan of ADVS."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "advs.yaml"
        path.write_text(json.dumps(spec()))
        document = load(path, "adam/advs.yaml")
        problems = check_document(document, "analysis")
        known = {name: tuple(map(str, item.frame)) for name, item in datasets.items()}
        plans, more = plan_analyses({"ADVS": build_analysis(document)}, known, SETTINGS)
    for problem in (*problems, *more):
        raise SystemExit(str(problem))
    return plans


def run(records: int) -> dict[str, Any]:
    """One derivation and its checks, timed."""
    datasets = {name: as_dataset(name, frame) for name, frame in make_frames(records).items()}
    plans = plans_of(datasets)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begin = time.perf_counter()
    made = analyse(plans, datasets, SETTINGS)
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    advs = made.datasets["ADVS"]
    begin = time.perf_counter()
    found = check_analyses({"ADSL": datasets["ADSL"], "ADVS": advs})
    checking = time.perf_counter() - begin
    return {
        "records": len(advs.frame),
        "variables": len(advs.frame.columns),
        "seconds": round(seconds, 2),
        "records a second": round(len(advs.frame) / seconds),
        "peak MB": round(peak),
        "MB above the datasets and what made them": round(peak - before),
        "seconds of the checks": round(checking, 2),
        "peak MB with checks": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "findings": len(made.findings) + len(found),
        "steps": sorted(
            {"datetime", "analysis_visit", "on_treatment", "range_indicator", "extreme_flag"}
            & set(steps())
        ),
    }


def peer(records: int) -> float:
    """The same in plain pandas, without metadata, trace, methods or findings: seconds."""
    frames = make_frames(records)
    begin = time.perf_counter()
    advs = frames["VS"].merge(
        frames["ADSL"][["USUBJID", "TRTSDT", "TRTEDT", "TRT01P"]], on="USUBJID", how="left"
    )
    text = advs["VSDTC"]
    width = text.str.len()
    day = text.str[:10].where(width >= 10, text.str[:7] + "-01")
    day = day.where(width != 4, text.str[:4] + "-01-01")
    clock = text.str[10:].where(width > 10, "T00:00")
    epoch = pd.Timestamp("1960-01-01")
    advs["ADT"] = (pd.to_datetime(day, format="%Y-%m-%d") - epoch).dt.days
    advs["ADTF"] = np.select([width == 7, width == 4], ["D", "M"], None)
    moment = pd.to_datetime(day + clock, format="%Y-%m-%dT%H:%M")
    advs["ADTM"] = (moment - epoch).dt.total_seconds()
    advs["ATMF"] = np.where(width > 10, None, "H")
    since = advs["ADT"] - advs["TRTSDT"]
    advs["ADY"] = since + (since >= 0)
    advs["PARAMCD"] = advs["VSTESTCD"]
    advs["PARAM"] = advs["PARAMCD"].map({code: test[0] for code, test in TESTS.items()})
    advs["AVAL"] = advs["VSSTRESN"]
    week = np.ceil((advs["ADY"] - 1) / WEEKS)
    advs["AVISITN"] = np.where(week < 1, 0, week.where(week < VISITS))
    names = {0.0: "Baseline", **{float(n): f"Week {n}" for n in range(1, VISITS)}}
    advs["AVISIT"] = advs["AVISITN"].map(names)
    on = (advs["ADT"] >= advs["TRTSDT"]) & (advs["ADT"] <= advs["TRTEDT"])
    advs["ONTRTFL"] = np.where(on, "Y", None)
    advs = advs.sort_values(["USUBJID", "PARAMCD", "ADT", "VSSEQ"], kind="stable")
    group = ["USUBJID", "PARAMCD"]
    last = advs[(advs["ADT"] <= advs["TRTSDT"]) & advs["AVAL"].notna()].groupby(group).tail(1)
    advs["ABLFL"] = None
    advs.loc[last.index, "ABLFL"] = "Y"
    base = last[[*group, "AVAL"]].rename(columns={"AVAL": "BASE"})
    advs = advs.reset_index(drop=True).merge(base, on=group, how="left")
    advs["CHG"] = advs["AVAL"] - advs["BASE"]
    advs["PCHG"] = advs["CHG"] / advs["BASE"] * 100
    advs["ANRLO"] = advs["PARAMCD"].map({code: test[2] for code, test in TESTS.items()})
    advs["ANRHI"] = advs["PARAMCD"].map({code: test[3] for code, test in TESTS.items()})
    advs["ANRIND"] = np.select(
        [advs["AVAL"] < advs["ANRLO"], advs["AVAL"] > advs["ANRHI"], advs["AVAL"].notna()],
        ["LOW", "HIGH", "NORMAL"],
        None,
    )
    used = advs[advs["AVAL"].notna()].groupby([*group, "AVISITN"]).tail(1).index
    advs["ANL01FL"] = None
    advs.loc[used, "ANL01FL"] = "Y"
    advs["ASEQ"] = advs.groupby("USUBJID").cumcount() + 1
    return round(time.perf_counter() - begin, 2)


def main() -> None:
    """Runs each size in a process of its own and prints a line for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--one", type=int)
    parser.add_argument("--peer-one", type=int)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(run(options.one)))
        return
    if options.peer_one:
        print(peer(options.peer_one))
        return
    for records in options.records:
        ours = json.loads(_child("--one", records))
        theirs = float(_child("--peer-one", records))
        ratio = round(theirs / ours["seconds"], 1)
        print(json.dumps({**ours, "plain pandas, seconds": theirs, "ratio": ratio}))


def _child(*arguments: object) -> str:
    command = [sys.executable, __file__, *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
