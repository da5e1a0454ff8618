"""The CDISC pilot study's raw extracts become its published SDTM, compared cell by cell."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from converters.api import Report, convert
from converters.define import check_xsd
from converters.findings import Severity
from tests.finished_metadata import origin_faults

SPECS = Path(__file__).parent / "cdiscpilot01"
DATA = Path(__file__).parents[3] / "shared" / "data" / "cdiscpilot01"
DATASETS = ("AE", "DM", "EX", "SUPPAE", "SUPPDM")
SOURCES = {"dm": 306, "ae": 1191, "ec": 591}

pytestmark = pytest.mark.skipif(
    not (DATA / "raw").is_dir(), reason="needs the pilot study's data at ../shared/data"
)

Frame = pd.DataFrame
Mask = Callable[[Frame], "pd.Series[bool]"]

#: What tells an event's reports apart in both datasets, AESEQ aside; AESTDTC settles the rest.
AE_CONTENT = ["USUBJID", "AETERM", "AELLT", "AEDTC", "AEENDTC", "AESEV", "AEREL", "AEOUT"]

KEYS = {
    "DM": ["USUBJID"],
    "EX": ["USUBJID", "EXSEQ"],
    "AE": ["report"],
    "SUPPAE": ["report", "QNAM"],
    "SUPPDM": ["USUBJID", "QNAM"],
}


def everywhere(frame: Frame) -> pd.Series[bool]:
    return pd.Series(True, index=frame.index)


def is_tied(frame: Frame) -> pd.Series[bool]:
    """Reports whose place among the subject's the raw dates do not tell (AE and its SUPPAE)."""
    return frame["tied"]


def month_only(frame: Frame) -> pd.Series[bool]:
    return frame["AESTDTC"].str.len() == len("YYYY-MM")


@dataclass(frozen=True)
class Gap:
    """Cells of a variable that the raw records cannot give: which, how many, why.

    ``by_chance`` says that some come out equal all the same.
    """

    dataset: str
    variable: str
    cells: int
    reason: str
    where: Mask = everywhere
    by_chance: bool = False


ORDER = (
    "reports with the same AEDTC and AESTDTC go by AESPID, which is not in the raw records; nor is"
    " a start of the form YYYY-MM, which puts its report before or after others of the same AEDTC"
)
GAPS = [
    Gap("DM", "BRTHDTC", 306, "not in the raw records"),
    Gap("DM", "RFPENDTC", 306, "not in the raw records: disposition and visits"),
    Gap(
        "DM",
        "RFENDTC",
        133,
        "the disposition, which is not in the raw records, is after the last dose",
        lambda frame: frame["RFENDTC"] != frame["RFXENDTC"],
    ),
    Gap(
        "DM",
        "DTHDTC",
        1,
        "the published death is the day after the end of the fatal event",
        lambda frame: frame["USUBJID"] == "01-704-1445",
    ),
    Gap("AE", "AESPID", 1191, "not in the raw records"),
    Gap(
        "AE",
        "AESTDY",
        1,
        "published as day 366 for an event that started on the day of the first dose, day 1",
        lambda frame: (frame["USUBJID"] == "01-716-1063") & (frame["AETERM"] == "HYPERHIDROSIS"),
    ),
    Gap("AE", "AESTDTC", 15, "dates of the form YYYY-MM are blank in the raw records", month_only),
    Gap("AE", "AESEQ", 473, ORDER, is_tied, by_chance=True),
    Gap("SUPPAE", "IDVARVAL", 473, ORDER, is_tied, by_chance=True),
]

#: Supplemental records that the raw records cannot give: how many of each qualifier, and why.
EXPOSURE = "completed by a visit, which is not in the raw records; the last known dose was before"
MISSING_RECORDS = {
    ("SUPPAE", "AETRTEM"): (15, "dates of the form YYYY-MM are blank in the raw records"),
    ("SUPPDM", "EFFICACY"): (234, "needs efficacy assessments, which are not in the raw records"),
    ("SUPPDM", "COMPLT8"): (11, EXPOSURE),
    ("SUPPDM", "COMPLT16"): (13, EXPOSURE),
    ("SUPPDM", "COMPLT24"): (6, EXPOSURE),
}

#: Variables that come out beside the published ones.
ADDED = {"AE": {"AEDY"}}

#: Cells that are compared and equal.
COMPARED = {"AE": 40_005, "DM": 7_822, "EX": 10_047, "SUPPAE": 11_298, "SUPPDM": 9_330}

#: Errors that the published data hold too, by dataset and rule: of how many records, and why.
EXPECTED_ERRORS = {
    ("AE", "criterion-needs-serious"): (36, "a criterion is Y where AESER is N"),
    ("AE", "duplicate-keys"): (2, "two reports differ in nothing but AESPID"),
    ("DM", "reason-only-without-arm"): (52, "screen failures have the arm Scrnfail"),
    ("DM", "not-assigned-has-no-planned-arm"): (52, "screen failures have the arm Scrnfail"),
}


@dataclass(frozen=True)
class Run:
    """One conversion: its report, the folder it wrote, the datasets read back from XPT."""

    report: Report
    out: Path
    emitted: dict[str, Frame]


def run(place: Path) -> Run:
    study = place / "study"
    shutil.copytree(SPECS, study, ignore=shutil.ignore_patterns("adam"))  # of complete SDTM
    shutil.copytree(DATA / "raw", study / "raw")
    report = convert(study, place / "out", fail_on=None)
    emitted = {name: read_xpt(place / "out" / "sdtm" / f"{name.lower()}.xpt") for name in DATASETS}
    return Run(report, place / "out", emitted)


def read_xpt(path: Path) -> Frame:
    """Every value as text; whole numbers without a point, missing is empty."""
    frame, _ = pyreadstat.read_xport(path)
    for name in frame.columns:
        if pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = frame[name].map(lambda value: f"{value:.15g}", na_action="ignore")
    return frame.astype(object).fillna("").astype(str)


def read_published(name: str) -> Frame:
    path = DATA / "sdtm" / f"{name.lower()}.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def matchable(datasets: dict[str, Frame]) -> dict[str, Frame]:
    """AE and SUPPAE with a ``report`` that means the same in both packages, and ``tied``."""
    ae = datasets["AE"].sort_values([*AE_CONTENT, "AESTDTC"], kind="stable")
    number = ae.groupby(AE_CONTENT, sort=False).cumcount().astype(str)
    ae["report"] = ae[AE_CONTENT].agg("|".join, axis=1) + "|" + number
    collected = ae.groupby(["USUBJID", "AEDTC"])
    unsure = month_only(ae).groupby([ae["USUBJID"], ae["AEDTC"]]).transform("any")
    alone = collected["AETERM"].transform("size") == 1
    ae["tied"] = ae.duplicated(["USUBJID", "AEDTC", "AESTDTC"], keep=False) | (unsure & ~alone)
    found = {"USUBJID": ae["USUBJID"], "IDVARVAL": ae["AESEQ"]}
    parents = pd.DataFrame({**found, "report": ae["report"], "tied": ae["tied"]})
    suppae = datasets["SUPPAE"].merge(parents, how="left", validate="one_to_one")
    assert suppae["report"].notna().all(), "every record of SUPPAE has its parent"
    return {**datasets, "AE": ae, "SUPPAE": suppae}


@pytest.fixture(scope="module")
def published() -> dict[str, Frame]:
    return {name: read_published(name) for name in DATASETS}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(tmp_path_factory.mktemp("first"))


def indexed(frame: Frame, keys: list[str]) -> Frame:
    return frame.set_index(frame[keys].agg("|".join, axis=1))


def paired(name: str, ours: dict[str, Frame], theirs: dict[str, Frame]) -> tuple[Frame, Frame]:
    """Both datasets by key: ours with the records that theirs has, theirs in full."""
    mine, yours = (matchable(item)[name].pipe(indexed, KEYS[name]) for item in (ours, theirs))
    assert mine.index.is_unique
    assert yours.index.is_unique
    assert mine.index.isin(yours.index).all(), "no record that was not published"
    return mine.reindex(yours.index), yours


def judge(name: str, ours: dict[str, Frame], theirs: dict[str, Frame]) -> tuple[int, list[str]]:
    """How many cells are equal, and what is wrong beside the gaps."""
    mine, yours = paired(name, ours, theirs)
    here = mine["STUDYID"].notna()
    gaps = {gap.variable: gap for gap in GAPS if gap.dataset == name}
    equal, wrong = 0, []
    for variable in theirs[name].columns:
        gap = gaps.get(variable)
        known = here & ~gap.where(yours) if gap else here
        found = mine.get(variable, pd.Series("no such variable", index=yours.index))
        same = found == yours[variable]
        equal += int((same & known).sum())
        unequal = yours.index[known & ~same][:3]
        wrong += [f"{variable} of {key}: {found[key]!r}" for key in unequal]
        if gap and not gap.by_chance and (same & here & ~known).any():
            wrong.append(f"{variable}: the gap is wider than it need be")
    return equal, wrong


@pytest.mark.parametrize("name", DATASETS)
def test_every_cell_that_the_raw_records_give_is_as_published(name, first, published) -> None:
    equal, wrong = judge(name, first.emitted, published)
    assert wrong == []
    assert equal == COMPARED[name]


@pytest.mark.parametrize("name", DATASETS)
def test_compared_cells_and_gaps_are_all_the_published_cells(name, first, published) -> None:
    mine, yours = paired(name, first.emitted, published)
    here = mine["STUDYID"].notna()
    absent = yours[~here].groupby("QNAM").size() if "QNAM" in yours else pd.Series(dtype=int)
    expected = {q: n for (dataset, q), (n, _) in MISSING_RECORDS.items() if dataset == name}
    assert absent.to_dict() == expected
    gaps = [gap for gap in GAPS if gap.dataset == name]
    assert {g.variable: int(g.where(yours).sum()) for g in gaps} == {
        g.variable: g.cells for g in gaps
    }
    lost = sum(int((gap.where(yours) & here).sum()) for gap in gaps)
    absent_cells = len(published[name].columns) * sum(expected.values())
    assert published[name].size == COMPARED[name] + lost + absent_cells
    assert set(first.emitted[name]) - set(published[name]) == ADDED.get(name, set())


def test_a_single_changed_cell_is_seen(first, published) -> None:
    changed = published["AE"].copy()
    changed.loc[600, "AEBODSYS"] = "CARDIAC DISORDER"
    equal, wrong = judge("AE", first.emitted, {**published, "AE": changed})
    assert len(wrong) == 1
    assert "AEBODSYS" in wrong[0]
    assert equal == COMPARED["AE"] - 1


def test_every_raw_record_is_accounted_for(first) -> None:
    assert {item["source"]: item["records"] for item in first.report.sources} == SOURCES
    for account in first.report.sources:
        for part in (account, *account["datasets"].values()):
            left_out = sum(part["excluded"].values()) + sum(part["rejected"].values())
            assert part["mapped"] + left_out == account["records"]
            assert left_out == 0


def test_raw_columns_that_nothing_reads_are_listed(first) -> None:
    assert {item["source"]: set(item["unread_columns"]) for item in first.report.sources} == {
        "dm": {"STUDY", "IC_DT"},
        "ae": {"STUDY", "FOLDER", "FOLDERL", "AELLTCD", "AESOCCD"},
        "ec": {"STUDY", "FOLDER", "FOLDERL", "IT.ECREFID"},
    }


def test_no_error_is_found_that_the_published_data_do_not_hold(first) -> None:
    errors: Counter[tuple[str, str]] = Counter()
    for finding in first.report.findings:
        if finding.severity.at_least(Severity.ERROR):
            errors[finding.dataset, finding.rule] += finding.count
    assert errors == {place: count for place, (count, _) in EXPECTED_ERRORS.items()}


def test_define_xml_is_valid_by_its_schema(first) -> None:
    pytest.importorskip("odmlib", reason="odmlib carries the XML Schema of Define-XML")
    assert check_xsd(first.out / "sdtm" / "define.xml") == []


def test_a_second_run_writes_the_same_bytes(first, tmp_path) -> None:
    second = run(tmp_path)
    assert digests(second.out) == digests(first.out)
    assert len(digests(first.out)) >= 2 * len(DATASETS) + 3


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_variable_has_an_origin_and_every_derived_one_a_method(first: Run) -> None:
    assert origin_faults(dict(first.report.datasets)) == []
