"""The reference study's published facts, from its emitted ADaM files alone.

The study is converted, and the functions of the example script are run on what was written.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from lxml import etree

from converters import columns
from converters.api import Report, convert
from converters.define import check_xsd
from converters.findings import Severity
from converters.mapping.displays import described
from converters.study import read_study

pytest.importorskip("scipy", reason="SciPy recomputes the published tests")

ROOT = Path(__file__).parents[2]
STUDY = ROOT / "mappings" / "nct01933802"
SCRIPT = ROOT / "docs" / "examples" / "reference_study.py"
NUMBERS = list(range(1, 21))
REMOTE = {17, 18}
IMPROVED = [1, 2, 3, 4, 6, 8, 11, 12]
GROUPS = {"A": [1, 2], "B": [3, 4, 6, 8, 11], "C": [5, 7, 9, 16, 19, 20], "D": [10, 12, 13, 14, 15]}
RECORDS = {
    "ADSL": 20,
    "ADAE": 6,
    "ADEX": 180,
    "ADFT": 1058,
    "ADLB": 288,
    "ADNV": 172,
    "ADRS": 960,
    "ADTTE": 20,
}

Adam = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The example, imported from where users find it."""
    spec = importlib.util.spec_from_file_location("reference_study_example", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One conversion for all tests, written whatever it finds."""
    return convert(STUDY, tmp_path_factory.mktemp("reference") / "out", fail_on=None)


@pytest.fixture(scope="module")
def out(report: Report) -> Path:
    assert report.out is not None
    return report.out / "adam"


@pytest.fixture(scope="module")
def adam(script: ModuleType, out: Path) -> Adam:
    return script.read_adam(out)


# --- analysis results ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def computed(out: Path) -> dict[tuple[str, str], Any]:
    """What the code of each declared result gives, run in the folder of the transport files."""
    study, problems = read_study(STUDY)
    assert study is not None
    assert problems == []
    found = {}
    with contextlib.chdir(out):
        for display in described(study.displays):
            for result in display.results:
                names: dict[str, Any] = {}
                exec(result.code, names)
                found[display.name, result.name] = names["result"]
    return found


def test_the_two_tables_and_four_figures_are_declared(computed: dict[tuple[str, str], Any]) -> None:
    names = dict.fromkeys(name for name, _ in computed)
    assert list(names) == ["Table 1", "Table 2", "Figure 1", "Figure 2", "Figure 3", "Figure 4"]


def test_the_declared_code_gives_what_the_example_script_does(
    computed: dict[tuple[str, str], Any], script: ModuleType, adam: Adam
) -> None:
    tests = script.signed_rank(adam)["p"]
    assert len(computed["Table 1", "Subjects"]) == 20
    assert len(computed["Table 2", "Seconds"]) == len(script.walking_table(adam))
    faster = computed["Table 2", "Faster"]
    for month in (9, 30):
        assert [int(number) for number in faster[month]] == script.faster(adam, month)
    assert dict(computed["Figure 1", "Groups"]) == {
        name: len(them) for name, them in GROUPS.items()
    }
    assert computed["Figure 1", "EDSS"].shape == (18, 6)
    for code in ("MCP1", "TGFB2"):
        assert computed["Figure 2", "Change"][code] == pytest.approx(tests[code, "All"])
    assert tuple(computed["Figure 2", "Correlation"]) == pytest.approx(script.correlation(adam))
    for code in ("HGF", "CXCL12", "INTLK8"):
        for flag, group in (("Y", "Responders"), ("N", "Others")):
            found = computed["Figure 3", "Change by response"][code, flag]
            assert found == pytest.approx(tests[code, group])
    for name, p in computed["Figure 3", "Regression"].items():
        assert p == pytest.approx(script.regression(adam, name)[1])
    assert computed["Figure 4", "Change"] == pytest.approx(tests["NFLP", "All"])
    high = computed["Figure 4", "High baseline"]
    for group, flag in (("Responders", "Y"), ("Others", "N")):
        assert high[flag] == script.high_nfl(adam)[group].to_list()


def test_every_variable_has_an_origin_and_every_derived_one_a_method(report: Report) -> None:
    for dataset in report.datasets.values():
        levels = [item.definition for item in dataset.metadata.value_level]
        for item in (*dataset.metadata.variables, *levels):
            assert item.origin is not None, (dataset.name, item.name)
            if item.origin.type == "Derived":
                assert item.method is not None, (dataset.name, item.name)
                assert item.method.words, (dataset.name, item.name)


@pytest.mark.parametrize(
    ("dataset", "variable"),
    [
        *((name, f"{name}{part}") for name in ("FT", "LB", "NV", "QS", "RS", "SC", "SS")
          for part in ("ORRES", "STRESC")),
        *((name, "AVAL") for name in ("ADEX", "ADFT", "ADLB", "ADNV", "ADRS", "ADTTE")),
        ("TS", "TSVAL"),
        *((f"SUPP{name}", "QVAL")
          for name in ("AE", "CM", "DS", "EX", "FT", "LB", "MH", "RS", "SV")),
    ],
)  # fmt: skip
def test_results_values_and_qualifiers_have_value_level_metadata(
    report: Report, dataset: str, variable: str
) -> None:
    found = report.datasets[dataset]
    levels = [item for item in found.metadata.value_level if item.variable == variable]
    by = levels[0].where[0].variable
    present = found.frame[~columns.missing(found.frame[variable])]
    described = {value for item in levels for value in item.where[0].values}
    assert described == set(present[by].astype(str))


def test_the_guides_for_reviewers_stand_beside_define_xml(report: Report) -> None:
    assert report.out is not None
    assert (report.out / "adam" / "adrg.md").is_file()
    assert (report.out / "sdtm" / "csdrg.md").is_file()


# --- the package -----------------------------------------------------------------------------


def test_the_datasets_have_the_records_of_the_study(adam: Adam) -> None:
    assert {name: len(frame) for name, frame in adam.items()} == RECORDS


def test_the_conversion_finds_no_error_and_no_warning(report: Report) -> None:
    grave = [item for item in report.findings if item.severity.at_least(Severity.WARNING)]
    assert [(item.rule, item.dataset, item.variable, item.message) for item in grave] == []


def test_every_record_of_the_sources_is_analysed_or_excluded_for_a_reason(report: Report) -> None:
    for account in report.analyses:
        out = (*account["excluded"].values(), *account["rejected"].values())
        assert account["analysed"] + sum(out) == account["records"], account
    excluded = {(a["dataset"], a["source"]): a["excluded"] for a in report.analyses}
    assert {key: found for key, found in excluded.items() if found} == {
        ("ADEX", "CM"): {'not (CMCAT == "ANTIBIOTIC")': 39},
        ("ADFT", "FT"): {'not (FTTESTCD in ["T25FW101", "NHPT0101"])': 63},
    }
    assert all(account["rejected"] == {} for account in report.analyses)


def test_define_xml_passes_the_official_schema_and_says_that_the_data_are_synthetic(
    out: Path,
) -> None:
    assert check_xsd(out / "define.xml") == []
    root = etree.parse(out / "define.xml").getroot()
    assert "synthetic" in (root.findtext(".//{*}StudyDescription") or "")


def test_define_xml_describes_every_variable_of_every_file_and_how_it_is_made(out: Path) -> None:
    root = etree.parse(out / "define.xml").getroot()
    items = {item.get("OID"): item for item in root.iter("{*}ItemDef")}
    groups = {group.get("Name"): group for group in root.iter("{*}ItemGroupDef")}
    assert set(groups) == set(RECORDS)
    for name, group in groups.items():
        _, meta = pyreadstat.read_xport(str(out / f"{name.lower()}.xpt"))
        refs = list(group.iterchildren("{*}ItemRef"))
        defined = [items[ref.get("ItemOID")] for ref in refs]
        assert meta.column_names == [item.get("Name") for item in defined]
        assert meta.column_names[:2] == ["STUDYID", "USUBJID"]
        for ref, item in zip(refs, defined, strict=True):
            words = item.findtext("{*}Description/{*}TranslatedText") or ""
            assert 0 < len(words) <= 40, (name, item.get("Name"))
            origin = item.find("{*}Origin")
            if origin is not None and origin.get("Type") == "Derived":
                assert ref.get("MethodOID"), (name, item.get("Name"))


def test_methods_name_no_variable_that_was_dropped(out: Path) -> None:
    root = etree.parse(out / "define.xml").getroot()
    helpers = {"WALKS", "CSF0", "CSF9", "DMTTRT", "DMTDTC", "MSONSDTC", "EOSDTC", "NUMBERS"}
    helpers |= {"SECONDS", "MEAN", "EVENTDT", "EVENTSEQ", "LASTDT", "LASTSEQ", "DRUG", "WHAT"}
    for method in root.iter("{*}MethodDef"):
        words = method.findtext("{*}Description/{*}TranslatedText") or ""
        found = helpers & set(words.replace(".", " ").replace(";", " ").split())
        assert not found, (method.get("OID"), words)


def test_a_second_conversion_gives_the_same_bytes(out: Path, tmp_path: Path) -> None:
    again = convert(STUDY, tmp_path / "again", fail_on=None).out
    assert again is not None
    assert digests(again / "adam") == digests(out)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def test_records_lead_back_to_the_records_they_come_of(adam: Adam, out: Path) -> None:
    sdtm = {
        n: pyreadstat.read_xport(str(out.parent / "sdtm" / f"{n}.xpt"))[0] for n in ("cm", "ex")
    }
    for domain, frame in sdtm.items():
        prefix = domain.upper()
        given = adam["ADEX"][adam["ADEX"]["SRCDOM"] == prefix]
        joined = given.merge(
            frame, left_on=["USUBJID", "SRCSEQ"], right_on=["USUBJID", f"{prefix}SEQ"]
        )
        assert len(joined) == len(given)
        assert (joined["AVAL"] == joined[f"{prefix}DOSE"]).all()
    events = adam["ADTTE"].merge(
        adam["ADRS"], left_on=["USUBJID", "SRCSEQ"], right_on=["USUBJID", "RSSEQ"]
    )
    assert len(events) == 20
    assert (events["ADT_x"] == events["ADT_y"]).all()


# --- subjects, exposure, safety --------------------------------------------------------------


def test_20_subjects_are_treated_and_all_complete(script: ModuleType, adam: Adam) -> None:
    assert script.population(adam) == 20
    assert set(adam["ADSL"]["COMPLFL"]) == {"Y"}
    assert script.subjects_of(adam["ADSL"]) == NUMBERS


def test_populations_are_those_of_the_study(script: ModuleType, adam: Adam) -> None:
    subjects = adam["ADSL"]

    def flagged(name: str) -> list[int]:
        return script.subjects_of(subjects[subjects[name] == "Y"])

    seen = [number for number in NUMBERS if number not in REMOTE]
    assert flagged("BIOMFL") == flagged("INPERSFL") == seen
    assert flagged("AMBULFL") == list(range(1, 11))
    assert flagged("RESPFL") == [1, 2, 3, 4, 6, 8, 11]
    assert script.subjects_of(subjects[subjects["RESPFL"] == ""]) == sorted(REMOTE)
    assert script.subjects_of(subjects[subjects["MSTYPE"] == "PPMS"]) == [9, 14, 20]
    assert script.subjects_of(subjects[subjects["DMTBL"] == ""]) == [9]


def test_an_onset_that_is_not_known_to_the_day_is_flagged(adam: Adam) -> None:
    assert adam["ADSL"]["MSONSDTF"].value_counts().to_dict() == {"D": 12, "M": 4, "": 4}
    assert adam["ADSL"]["MSONSDT"].notna().all()


def test_60_injections_of_9_4_million_cells_and_120_antibiotics(
    script: ModuleType, adam: Adam
) -> None:
    assert script.exposure(adam) == {
        "injections": 60,
        "injections a subject": [3],
        "total (10^6 cells)": 564.0,
        "mean (10^6 cells)": 9.4,
        "antibiotics": 120,
    }
    assert set(adam["ADSL"]["DOSENUM"]) == {3}
    assert round(adam["ADSL"]["CUMDOSE"].sum(), 6) == 564.0
    assert np.allclose(adam["ADSL"]["AVGDOSE"] * 3, adam["ADSL"]["CUMDOSE"])
    drugs = adam["ADEX"].groupby("PARAMCD")["AVAL"].agg(["size", "min", "max"])
    assert drugs.loc["TOBRA"].tolist() == [60, 80, 80]
    assert drugs.loc["VANCO"].tolist() == [60, 500, 500]
    assert set(adam["ADEX"][adam["ADEX"]["PARAMCD"] == "MSCNP"]["DOSEP"]) == {10}
    assert adam["ADEX"].groupby(["subject", "AVISITN"]).size().to_dict() == {
        (number, month): 3 for number in NUMBERS for month in (0, 3, 6)
    }


def test_antibiotics_are_given_on_the_day_of_the_injection(adam: Adam) -> None:
    days = adam["ADEX"].groupby(["subject", "AVISITN"])["ASTDT"].nunique()
    assert set(days) == {1}


def test_18_are_seen_in_person_at_month_30_and_2_by_video(script: ModuleType, adam: Adam) -> None:
    assert script.contacts(adam) == {"IN PERSON": 18, "REMOTE AUDIO VIDEO": 2}


def test_adverse_events_are_the_published_ones(script: ModuleType, adam: Adam) -> None:
    assert script.adverse_events(adam) == {
        "Nervous system disorders": 1,
        "Musculoskeletal and connective tissue disorders": 2,
        "Skin and subcutaneous tissue disorders": 3,
    }
    assert script.serious_events(adam) == 0
    assert adam["ADAE"].set_index("AEDECOD")["RELGR1"].to_dict() == {
        "Headache": "RELATED",
        "Back pain": "NOT RELATED",
        "Arthralgia": "NOT RELATED",
        "Rash": "NOT RELATED",
        "Eczema": "NOT RELATED",
        "Dermatitis contact": "NOT RELATED",
    }


def test_an_event_without_its_day_has_an_imputed_start_and_no_duration(adam: Adam) -> None:
    events = adam["ADAE"]
    partial = events[events["AESTDTC"].str.len() == 7]
    assert sorted(partial["subject"]) == [4, 16]
    assert (events["ASTDTF"] == "D").tolist() == (events["AESTDTC"].str.len() == 7).tolist()
    assert partial["ADURN"].isna().all()
    assert set(events["TRTEMFL"]) == {"Y"}


def test_no_subject_has_an_enhancing_lesion(script: ModuleType, adam: Adam) -> None:
    assert script.enhancing_lesions(adam) == (0, 20)
    judged = adam["ADNV"][adam["ADNV"]["PARAMCD"] != "GDELES"]
    assert set(judged["AVALC"]) == {"NO CHANGE"}


# --- disability ------------------------------------------------------------------------------


def test_at_month_12_eight_are_better_and_four_by_two_or_more(
    script: ModuleType, adam: Adam
) -> None:
    assert script.improved(adam, 12) == {
        "better by 0.5": IMPROVED,
        "better by 2.0": [1, 2, 3, 8],
        "worse by 0.5": [10, 13],
    }


def test_at_month_30_the_groups_are_the_published_ones(script: ModuleType, adam: Adam) -> None:
    assert script.response_groups(adam) == GROUPS
    assert script.improved(adam, 30)["worse by 0.5"] == GROUPS["D"]


def test_changes_are_from_the_baseline_of_the_day_of_the_first_injection(
    script: ModuleType, adam: Adam
) -> None:
    scores = script.edss(adam)
    baseline = scores[scores["ABLFL"] == "Y"]
    assert sorted(baseline["subject"]) == NUMBERS
    assert set(baseline["ADY"]) == {1}
    later = scores[scores["AVISITN"] > 0]
    assert (later["CHG"] == later["AVAL"] - later["BASE"]).all()
    assert baseline["CHG"].isna().all()
    assert (baseline["CRIT1FL"] == "").all()
    assert set(later["CRIT1FL"]) == {"Y", "N"}


def test_the_baselines_of_adsl_are_those_of_adrs(script: ModuleType, adam: Adam) -> None:
    baseline = script.edss(adam).drop_duplicates("subject").set_index("subject")["BASE"]
    assert adam["ADSL"].set_index("subject")["EDSSBL"].to_dict() == baseline.to_dict()
    assert adam["ADSL"].groupby("EDSSBLG1").size().to_dict() == {
        "<6.0": 2,
        "6.0-6.5": 8,
        ">=7.0": 10,
    }


def test_the_time_to_the_first_improvement_has_an_event_for_each_who_improved(
    script: ModuleType, adam: Adam
) -> None:
    times = adam["ADTTE"]
    assert script.subjects_of(times[times["CNSR"] == 0]) == IMPROVED
    assert script.time_to_improvement(adam) == {"events": 8, "not improved": 0.6}
    assert (times["AVAL"] == times["ADT"].sub(times["STARTDT"]).map(lambda d: d.days) + 1).all()
    last = script.edss(adam).groupby("subject")["ADT"].max()
    censored = times[times["CNSR"] == 1].set_index("subject")["ADT"]
    assert censored.to_dict() == last[censored.index].to_dict()


# --- walking ---------------------------------------------------------------------------------


def test_walks_that_became_more_than_20_percent_faster(script: ModuleType, adam: Adam) -> None:
    assert script.faster(adam, 9) == [2, 3, 4, 8]
    assert script.faster(adam, 30) == [2, 4, 8]
    speed = script.walks(adam).set_index(["subject", "AVISITN"])["PCHG"]
    assert 19 < speed[3, 30] < 20
    times = script.walks(adam, "T25FW")
    by_time = times[(times["AVISITN"] == 9) & (times["CRIT2FL"] == "Y")]
    assert script.subjects_of(by_time) == [2, 3, 4, 8]


def test_subject_11_walks_from_month_9_on(script: ModuleType, adam: Adam) -> None:
    assert script.walked(adam, 0) == list(range(1, 11))
    for month in (9, 12, 30):
        assert script.walked(adam, month) == list(range(1, 12))
    subject = script.walks(adam)[lambda frame: frame["subject"] == 11]
    assert subject["BASE"].isna().all()
    assert set(subject[subject["AVISITN"] <= 6]["FTSTAT"]) == {"NOT DONE"}


def test_averages_are_of_the_attempts_and_speed_is_of_the_average(
    script: ModuleType, adam: Adam
) -> None:
    tests = adam["ADFT"]
    by = ["PARAMCD", "subject", "AVISITN"]
    attempts = tests[(tests["DTYPE"] == "") & tests["AVAL"].notna()].groupby(by)["AVAL"]
    averages = tests[(tests["DTYPE"] == "AVERAGE") & (tests["PARAMCD"] != "T25SPD")]
    assert (attempts.size() == 2).all()
    assert np.allclose(averages.set_index(by)["AVAL"].sort_index(), attempts.mean().sort_index())
    at = ["subject", "AVISITN"]
    seconds = script.walks(adam, "T25FW").set_index(at)["AVAL"]
    speed = script.walks(adam).set_index(at)["AVAL"]
    assert np.allclose(speed, script.FEET / seconds.reindex(speed.index), equal_nan=True)
    assert not tests[tests["ANL01FL"] == "Y"].duplicated(by).any()


# --- biomarkers ------------------------------------------------------------------------------


def test_216_quantifiable_values_are_in_pairs(script: ModuleType, adam: Adam) -> None:
    paired = script.pairs(adam)
    assert len(paired) == 216 == 18 * 6 * 2
    assert paired.groupby(["PARAMCD", "AVISITN"]).size().to_dict() == {
        (code, month): 18 for code in script.MARKERS for month in (0, 9)
    }
    unpaired = adam["ADLB"][adam["ADLB"]["PAIRFL"] == "N"]
    assert set(unpaired["PARAMCD"]) == {"TGFB1", "TGFB3"}
    assert unpaired["AVALC"].str.startswith("<").all()


@pytest.mark.parametrize(
    ("code", "group", "n", "statistic", "significant", "rises"),
    [
        ("MCP1", "All", 18, 15, True, False),
        ("TGFB2", "All", 18, 12, True, True),
        ("NFLP", "All", 18, 76, False, None),
        ("HGF", "Others", 11, 3, True, True),
        ("CXCL12", "Others", 11, 6, True, True),
        ("INTLK8", "Others", 11, 8, True, True),
        ("HGF", "Responders", 7, 12, False, None),
        ("CXCL12", "Responders", 7, 13, False, None),
        ("INTLK8", "Responders", 7, 12, False, None),
    ],
)
def test_changes_of_biomarkers_are_those_published(
    script: ModuleType,
    adam: Adam,
    code: str,
    group: str,
    n: int,
    statistic: float,
    significant: bool,
    rises: bool | None,
) -> None:
    test = script.signed_rank(adam).loc[(code, group)]
    assert (test["n"], test["W"]) == (n, statistic)
    assert (test["p"] < script.ALPHA) == significant
    if rises is not None:
        assert (test["median change"] > 0) == rises


@pytest.mark.parametrize(("code", "floor"), [("HGF", 0.0156), ("IL-8", 0.0156)])
def test_seven_changes_cannot_give_less_than_the_floor(
    script: ModuleType, adam: Adam, code: str, floor: float
) -> None:
    lowest = script.stats.wilcoxon(np.arange(1.0, 8.0), method="exact").pvalue
    assert round(lowest, 4) == floor
    tested = script.signed_rank(adam).rename(index=script.MARKERS, level="marker")
    assert tested.loc[(code, "Responders"), "p"] > lowest


def test_ccl2_and_tgf_beta_2_are_inversely_correlated(script: ModuleType, adam: Adam) -> None:
    rho, p = script.correlation(adam)
    assert rho < -0.5
    assert p < script.ALPHA


def test_hgf_correlates_with_age_and_duration_of_disease(script: ModuleType, adam: Adam) -> None:
    slope, p = script.regression(adam, "AGE")
    assert slope > 0
    assert round(p, 3) == 0.018
    slope, p = script.regression(adam, "MSDUR")
    assert slope > 0
    assert round(p, 4) == 0.0004


def test_high_nfl_falls_in_responders_and_rises_in_the_others(
    script: ModuleType, adam: Adam
) -> None:
    high = script.high_nfl(adam)
    assert {group: len(change) for group, change in high.items()} == {"Responders": 4, "Others": 5}
    assert (high["Responders"] < 0).all()
    assert (high["Others"] > 0).all()


# --- displays --------------------------------------------------------------------------------


def test_the_subject_table_has_a_line_for_each_subject(script: ModuleType, adam: Adam) -> None:
    table = script.subject_table(adam)
    assert table.index.tolist() == NUMBERS
    assert table["EDSS"].nsmallest(2).index.tolist() == GROUPS["A"]
    assert {name: them.index.tolist() for name, them in table.groupby("Group") if name} == GROUPS


def test_the_walking_table_has_who_ever_walked(script: ModuleType, adam: Adam) -> None:
    table = script.walking_table(adam)
    assert table.index.tolist() == list(range(1, 12))
    assert table.index[table[">20%, month 9"] == "Y"].tolist() == [2, 3, 4, 8]
    assert table.loc[1, "Month 0 (s)"] == 4.6
    assert table.loc[11, "Month 0 (s)":"Month 6 (s)"].isna().all()


def test_the_printed_report_has_the_numbers_and_both_tables(script: ModuleType, adam: Adam) -> None:
    text = script.report(adam)
    assert "EDSS groups at month 30: {'A': '2 [1, 2]'" in text
    assert "CSF values in pairs: 216" in text
    assert "Baseline HGF on MSDUR: p = 0.0004" in text
    assert "Month 12 (s)" in text


def test_four_figures_are_drawn(script: ModuleType, adam: Adam, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="draws the figures")
    paths = script.draw(adam, tmp_path)
    assert [path.stem for path in paths] == ["edss", "ccl2_tgf_beta_2", "hgf_cxcl12_il8", "nfl"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
