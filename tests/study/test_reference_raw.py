"""The reference study's raw records carry the published facts, read here from the files alone."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from lxml import etree

STUDY = Path(__file__).parents[2] / "mappings" / "nct01933802"
RAW = STUDY / "raw"
FILES = {
    "edc.xml",
    "dosing.csv",
    "edss.csv",
    "t25fw.csv",
    "nhpt.csv",
    "headache.csv",
    "mri.csv",
    "csf_lab.xlsx",
}
RESPONDERS = {1, 2, 3, 4, 6, 8, 11}
PAIRED = set(range(1, 21)) - {17, 18}
OTHERS = PAIRED - RESPONDERS
MONTH_NAMES = [f"{date(2000, m, 1):%b}".upper() for m in range(1, 13)]
NS = "{http://www.cdisc.org/ns/odm/v1.3}"


def number(subject: str) -> int:
    """A subject's number: the digits that end every source's identifier."""
    return int(subject[-2:] if len(subject) > 1 else subject)


def rows(name: str, sep: str = ",", encoding: str = "ascii") -> list[dict[str, str]]:
    text = (RAW / name).read_bytes().decode(encoding)
    return list(csv.DictReader(io.StringIO(text), delimiter=sep))


def first_of_period(text: str) -> date:
    """UN-MAR-2009 as 1 March 2009, UN-UNK-2004 as 1 January 2004."""
    day, month, year = text.split("-")
    known = 1 if month == "UNK" else MONTH_NAMES.index(month) + 1
    return date(int(year), known, 1 if day == "UN" else int(day))


def precision(text: str) -> str:
    return "year" if "UNK" in text else "month" if text.startswith("UN") else "day"


def apply_transactions(root: etree._Element) -> dict[tuple[str, ...], dict[str, str]]:
    """The state an ODM file leaves: values by subject, event, repeat, form and group repeat."""
    state: dict[tuple[str, ...], dict[str, str]] = {}
    for group in root.iter(f"{NS}ItemGroupData"):
        page = group.getparent()
        event = page.getparent()
        key = (
            event.getparent().get("SubjectKey"),
            event.get("StudyEventOID"),
            event.get("StudyEventRepeatKey", ""),
            page.get("FormOID"),
            group.get("ItemGroupRepeatKey", ""),
        )
        kind = group.get("TransactionType")
        if kind == "Remove":
            del state[key]
            continue
        assert (key in state) == (kind == "Context"), key
        values = state.setdefault(key, {})
        for item in group.iter(f"{NS}ItemData"):
            name = item.get("ItemOID").split(".")[-1]
            update = item.get("TransactionType") == "Update"
            assert (name in values) == update, (key, name)
            if update:
                assert values[name] != item.get("Value"), (key, name)
            if item.get("IsNull") != "Yes":
                values[name] = item.get("Value")
    return state


@pytest.fixture(scope="module")
def root() -> etree._Element:
    return etree.fromstring((RAW / "edc.xml").read_bytes())


@pytest.fixture(scope="module")
def edc(root: etree._Element) -> dict[str, list[dict[str, str]]]:
    """The EDC's forms as they stand at the end, each record with its keys."""
    forms: dict[str, list[dict[str, str]]] = defaultdict(list)
    for (subject, event, repeat, form, line), values in apply_transactions(root).items():
        where = {"subject": subject, "event": event, "repeat": repeat, "line": line}
        forms[form.removeprefix("F.")].append(where | values)
    return forms


@pytest.fixture(scope="module")
def lab() -> list[dict[str, object]]:
    """The laboratory's rows on sheet Results, by the header on row 4, blank rows left out."""
    sheet = openpyxl.load_workbook(RAW / "csf_lab.xlsx")["Results"]
    header, *body = list(sheet.iter_rows(min_row=4, values_only=True))
    return [dict(zip(header, row, strict=True)) for row in body if any(row)]


@pytest.fixture(scope="module")
def csf(lab: list[dict[str, object]]) -> dict[str, dict[int, list[float]]]:
    """Baseline and month 9 by analyte and subject; below the limit is not a number."""
    values: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for row in lab:
        if row["Analyte"] is None or row["Subject"] == "QC" or row["Comment"] == SUPERSEDED:
            continue
        analyte = {"IL8": "IL-8"}.get(str(row["Analyte"]), str(row["Analyte"]))
        visit = {"Baseline": 0, "BL": 0, "Month 9": 1, "M9": 1}[str(row["Visit"])]
        result = str(row["Result"]).strip()
        pair = values[analyte][number(str(row["Subject"]))]
        assert pair[visit] == 0.0, "one result for each subject, visit and analyte"
        pair[visit] = np.nan if result.startswith("<") else float(result)
    return values


SUPERSEDED = "Superseded by re-run"


def changes(pairs: dict[int, list[float]], subjects: set[int] = PAIRED) -> np.ndarray:
    return np.array([pairs[n][1] - pairs[n][0] for n in sorted(subjects)])


def edss_by_month() -> dict[int, dict[int, float]]:
    scores: dict[int, dict[int, float]] = defaultdict(dict)
    for row in rows("edss.csv"):
        scores[int(row["VISIT"].split()[1])][number(row["SUBJID"])] = float(row["EDSS"])
    return scores


def visit_dates(edc: dict[str, list[dict[str, str]]]) -> dict[tuple[int, int], date]:
    """Dates of scheduled visits by subject and month, continuations left out."""
    return {
        (number(r["subject"]), int(r["event"][4:])): first_of_period(r["SVSTDAT"])
        for r in edc["SV"]
        if r["event"].startswith("SE.M") and r["repeat"] == "1"
    }


# --- the files themselves ---------------------------------------------------------------------


def test_the_script_makes_the_committed_files_byte_for_byte(tmp_path: Path) -> None:
    script = [sys.executable, str(STUDY / "make_raw.py"), "--out", str(tmp_path)]
    subprocess.run(script, check=True, timeout=120)
    assert {p.name for p in tmp_path.iterdir()} == FILES == {p.name for p in RAW.iterdir()}
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (RAW / name).read_bytes(), name


def test_the_workbook_holds_no_time_of_writing() -> None:
    with zipfile.ZipFile(RAW / "csf_lab.xlsx") as book:
        assert {i.date_time for i in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert book.read("docProps/core.xml").count(b"2019-04-30T09:00:00Z") == 2


def test_the_files_say_that_they_are_synthetic(root: etree._Element) -> None:
    assert "SYNTHETIC" in root.get("Description")
    readme = openpyxl.load_workbook(RAW / "csf_lab.xlsx")["Read me"]
    assert "SYNTHETIC" in readme["A1"].value


def test_every_oid_that_the_odm_uses_is_defined(root: etree._Element) -> None:
    for use, definition in (
        ("StudyEventOID", "StudyEventDef"),
        ("FormOID", "FormDef"),
        ("ItemGroupOID", "ItemGroupDef"),
        ("ItemOID", "ItemDef"),
        ("CodeListOID", "CodeList"),
        ("UserOID", "User"),
        ("LocationOID", "Location"),
    ):
        defined = [e.get("OID") for e in root.iter(f"{NS}{definition}")]
        assert len(defined) == len(set(defined))
        used = {e.get(use) for e in root.iter(etree.Element) if e.get(use)}
        assert used == set(defined), use


def test_coded_answers_are_in_their_codelists(root: etree._Element) -> None:
    lists = {
        c.get("OID"): {i.get("CodedValue") for i in c.iter(f"{NS}CodeListItem")}
        for c in root.iter(f"{NS}CodeList")
    }
    coded = {}
    for item in root.iter(f"{NS}ItemDef"):
        assert item.findtext(f"{NS}Question/{NS}TranslatedText")
        reference = item.find(f"{NS}CodeListRef")
        if reference is not None:
            coded[item.get("OID")] = lists[reference.get("CodeListOID")]
    answers = [i for i in root.iter(f"{NS}ItemData") if i.get("ItemOID") in coded]
    assert answers
    assert all(i.get("Value") in coded[i.get("ItemOID")] for i in answers)


def test_each_transaction_has_an_audit_record_and_corrections_come_later(
    root: etree._Element,
) -> None:
    kinds = Counter(e.get("TransactionType") for e in root.iter(f"{NS}ItemData"))
    assert kinds["Update"] == 4
    assert kinds["Insert"] > 2000
    removed = [g for g in root.iter(f"{NS}ItemGroupData") if g.get("TransactionType") == "Remove"]
    assert len(removed) == 1
    entered: dict[tuple[str, str], str] = {}
    for record in root.iter(f"{NS}AuditRecord"):
        parent = record.getparent()
        when = record.findtext(f"{NS}DateTimeStamp")
        subject = next(record.iterancestors(f"{NS}SubjectData")).get("SubjectKey")
        event = next(record.iterancestors(f"{NS}StudyEventData"), None)
        if event is None:
            continue
        if parent.tag == f"{NS}FormData":
            entered[subject, event.get("StudyEventOID") + parent.get("FormOID")] = when
        else:
            page = next(record.iterancestors(f"{NS}FormData"))
            first = entered[subject, event.get("StudyEventOID") + page.get("FormOID")]
            assert first < when < root.get("CreationDateTime")


def test_only_the_unmapped_columns_of_the_headache_scale_hold_accents() -> None:
    for row in rows("headache.csv", encoding="cp1252"):
        for name, value in row.items():
            assert value.isascii() or name in ("Initials", "Site comment"), row
    assert not (RAW / "headache.csv").read_bytes().isascii()
    assert (RAW / "edc.xml").read_bytes().isascii()


def test_every_source_names_the_same_twenty_subjects(edc, lab) -> None:
    everyone = set(range(1, 21))
    for name, column, sep, encoding in (
        ("dosing.csv", "Subject", ",", "ascii"),
        ("edss.csv", "SUBJID", ",", "ascii"),
        ("t25fw.csv", "subject", ",", "ascii"),
        ("nhpt.csv", "Subject", ";", "ascii"),
        ("headache.csv", "Subject", ",", "cp1252"),
        ("mri.csv", "SubjectID", ",", "ascii"),
    ):
        assert {number(r[column]) for r in rows(name, sep, encoding)} == everyone, name
    assert {number(r["subject"]) for r in edc["DM"]} == everyone
    subjects = {str(r["Subject"]) for r in lab if r["Analyte"]}
    assert {number(s) for s in subjects - {"QC"}} == PAIRED


# --- subjects, visits, exposure ---------------------------------------------------------------


def test_all_sources_agree_on_the_visit_dates(edc) -> None:
    dates = visit_dates(edc)
    assert len(dates) == 120
    found: list[tuple[int, int, date]] = []
    for row in rows("edss.csv"):
        when = datetime.strptime(row["ASSESSDT"], "%Y%m%d").date()
        found.append((number(row["SUBJID"]), int(row["VISIT"].split()[1]), when))
    for row in rows("t25fw.csv"):
        when = first_of_period(row["date"].upper())
        found.append((number(row["subject"]), int(row["visit"][1:]), when))
    for row in rows("nhpt.csv", ";"):
        month = (0, 3, 6, 9, 12, 30)[int(row["Visit"][1]) - 1]
        found.append(
            (number(row["Subject"]), month, datetime.strptime(row["Date"], "%d.%m.%Y").date())
        )
    for row in rows("headache.csv", encoding="cp1252"):
        visit = row["Visit"].strip().lower()
        month = 0 if visit == "baseline" else int(visit.split()[0])
        found.append((number(row["Subject"]), month, date.fromisoformat(row["Date"])))
    for row in rows("dosing.csv"):
        month = {"Dose 1": 0, "Dose 2": 3, "Dose 3": 6}[row["Dose"]]
        found.append(
            (number(row["Subject"]), month, datetime.strptime(row["Date"], "%m/%d/%Y").date())
        )
    assert len(found) == 4 * 120 + 60
    assert [f for f in found if dates[f[:2]] != f[2]] == []


def test_visits_are_in_order_on_working_days_and_doses_in_2014_to_2016(edc) -> None:
    dates = visit_dates(edc)
    months = (0, 3, 6, 9, 12, 30)
    for subject in range(1, 21):
        mine = [dates[subject, m] for m in months]
        assert mine == sorted(mine)
        assert all(d.weekday() < 5 for d in mine)
        for month, day in zip(months, mine, strict=True):
            assert abs((day - mine[0]).days - month * 30.4375) <= 30
        assert all(2014 <= d.year <= 2016 for d in mine[:3])


def test_month_30_is_in_person_for_18_and_remote_for_17_and_18(edc) -> None:
    modes = {
        number(r["subject"]): r["SVCNTMOD"].strip().lower()
        for r in edc["SV"]
        if r["event"] == "SE.M30"
    }
    assert {n for n, mode in modes.items() if mode == "in person"} == PAIRED
    assert {modes[17], modes[18]} <= {"telemedicine", "video visit"}


def test_the_edc_holds_a_continued_visit_and_unscheduled_ones(edc) -> None:
    repeats = [(r["subject"], r["event"]) for r in edc["SV"] if r["repeat"] == "2"]
    assert repeats == [("01-006", "SE.M12"), ("01-012", "SE.UNS")]
    assert len(edc["SV"]) == 20 + 120 + 1 + 3


def test_sixty_injections_give_564_million_cells() -> None:
    log = rows("dosing.csv")
    assert Counter(number(r["Subject"]) for r in log) == dict.fromkeys(range(1, 21), 3)
    given = [float(r["Given_1e6"]) for r in log]
    assert sum(round(g * 10) for g in given) == 5640
    assert all(5 <= g <= 10 for g in given)
    assert {r["Target_1e6"] for r in log} == {"10"}
    assert {r["Suspension"].strip().lower() for r in log} == {"sterile saline"}
    assert len({r["Lot"] for r in log}) == 60


def test_each_injection_has_tobramycin_and_vancomycin(edc) -> None:
    drugs = [r for r in edc["CM"] if r["CMCAT"] == "Antibiotic"]
    assert len(drugs) == 120
    names = Counter((r["CMTRT"].strip().upper(), r["CMDOSE"]) for r in drugs)
    assert names == {("TOBRAMYCIN", "80"): 60, ("VANCOMYCIN", "500"): 60}
    dates = visit_dates(edc)
    for r in drugs:
        month = {"1": 0, "2": 3, "3": 6}[r["CMINJ"]]
        assert first_of_period(r["CMSTDAT"]) == dates[number(r["subject"]), month]


def test_disease_modifying_therapy_goes_on_and_subject_9_starts_rituximab_at_month_18(edc) -> None:
    therapies = {number(r["subject"]): r for r in edc["CM"] if r["CMCAT"] == "DMT"}
    assert set(therapies) == set(range(1, 21))
    assert all(r["CMONGO"].strip()[0] in "Yy" and "CMENDAT" not in r for r in therapies.values())
    dates = visit_dates(edc)
    for subject, row in therapies.items():
        start = first_of_period(row["CMSTDAT"])
        months = (start - dates[subject, 0]).days / 30.4375
        assert (17.5 < months < 18.5) if subject == 9 else months < -12
    assert therapies[9]["CMTRT"].strip().lower() == "rituximab"


def test_the_course_is_primary_progressive_in_9_14_and_20_and_secondary_in_the_rest(edc) -> None:
    course = {number(r["subject"]): r["MSTYPE"] for r in edc["MS"]}
    assert {n for n, c in course.items() if c == "3"} == {9, 14, 20}
    assert set(course.values()) == {"2", "3"}


def test_everybody_completed_treatment_and_study_alive(edc) -> None:
    stages = Counter((r["DSSCAT"], r["DSTERM"].strip().upper()) for r in edc["DS"])
    assert stages == {("End of treatment", "COMPLETED"): 20, ("End of study", "COMPLETED"): 20}
    assert all(r["DSALIVE"][0] in "Yy" for r in edc["DS"])


def test_dates_are_known_to_the_day_the_month_or_the_year(edc) -> None:
    for form, item in (("MS", "MSONDAT"), ("MH", "MHSTDAT"), ("CM", "CMSTDAT")):
        assert {precision(r[item]) for r in edc[form]} == {"day", "month", "year"}, form
    assert {precision(r["AESTDAT"]) for r in edc["AE"]} == {"day", "month"}
    assert {precision(r["BRTHDAT"]) for r in edc["DM"]} == {"day"}


def test_history_medication_and_events_end_after_they_start(edc) -> None:
    count = 0
    for form, start, end in (
        ("MH", "MHSTDAT", "MHENDAT"),
        ("CM", "CMSTDAT", "CMENDAT"),
        ("AE", "AESTDAT", "AEENDAT"),
    ):
        for r in edc[form]:
            if end in r:
                assert first_of_period(r[start]) <= first_of_period(r[end])
                count += 1
    assert count > 125
    for r in edc["MS"]:
        if precision(r["MSDXDAT"]) == precision(r["MSONDAT"]):
            assert first_of_period(r["MSONDAT"]) <= first_of_period(r["MSDXDAT"])


# --- safety -----------------------------------------------------------------------------------


def test_adverse_events_are_one_two_and_three_subjects_and_none_is_serious(edc) -> None:
    subjects = defaultdict(set)
    for r in edc["AE"]:
        subjects[r["AEBODSYS"].split()[0]].add(number(r["subject"]))
        assert r["AESER"][0] in "Nn"
    counts = {system: len(found) for system, found in subjects.items()}
    assert counts == {"Nervous": 1, "Musculoskeletal": 2, "Skin": 3}
    assert len(edc["AE"]) == 6
    headaches = [r for r in edc["AE"] if r["AEDECOD"] == "Headache"]
    assert len(headaches) == 1
    assert headaches[0]["AEOUT"] == "1"
    assert headaches[0]["AECONTRT"][0] in "Nn"
    assert headaches[0]["AESEV"] == "1"
    assert {r["AEREL"] for r in edc["AE"] if r["AEDECOD"] != "Headache"} == {"1"}
    some = {number(r["subject"]) for r in edc["AEYN"] if r["AEYN"][0] in "Yy"}
    assert some == set().union(*subjects.values())


def test_the_dermatitis_points_to_the_line_of_its_cream(edc) -> None:
    (event,) = [r for r in edc["AE"] if "AECMLINE" in r]
    (cream,) = [
        r for r in edc["CM"] if r["subject"] == event["subject"] and r["line"] == event["AECMLINE"]
    ]
    assert cream["CMTRT"].strip().lower() == "hydrocortisone cream"


def test_no_scan_enhances_or_changes() -> None:
    scans = rows("mri.csv")
    assert Counter(r["Timepoint"] for r in scans) == {"BL": 20, "M12": 20, "M30": 18}
    assert {r["GdLesions"].lower() for r in scans} == {"0", "none"}
    unchanged = {"no change", "unchanged", "stable"}
    for r in scans:
        readings = {r[c].strip().lower() for c in ("T2Change", "T1Change", "AtrophyChange")}
        assert readings == {"n/a"} if r["Timepoint"] == "BL" else readings <= unchanged


def test_the_headache_total_is_the_sum_of_its_items() -> None:
    for r in rows("headache.csv", encoding="cp1252"):
        items = [int(r[c]) for c in ("HA_DAYS", "HA_WORST", "HA_LENGTH", "HA_HINDER")]
        assert int(r["HA_TOTAL"]) == sum(items)
        assert all(0 <= i <= top for i, top in zip(items, (7, 10, 4, 3), strict=True))


# --- efficacy ---------------------------------------------------------------------------------


def test_edss_improves_in_8_of_20_at_month_12_and_by_2_points_in_4() -> None:
    scores = edss_by_month()
    change = {n: scores[12][n] - scores[0][n] for n in range(1, 21)}
    assert sum(c <= -0.5 for c in change.values()) == 8
    assert {n for n, c in change.items() if c <= -2.0} == {1, 2, 3, 8}
    assert min(scores[0].values()) >= 3.0


def test_edss_groups_at_month_30_are_2_5_6_and_5() -> None:
    scores = edss_by_month()
    groups = defaultdict(set)
    for n in PAIRED:
        at_12, at_30 = (scores[m][n] - scores[0][n] for m in (12, 30))
        if at_30 > 0:
            groups["D"].add(n)
        elif at_30 == 0:
            groups["C"].add(n)
        else:
            groups["A" if max(at_12, at_30) <= -2.0 else "B"].add(n)
    assert groups == {
        "A": {1, 2},
        "B": {3, 4, 6, 8, 11},
        "C": {5, 7, 9, 16, 19, 20},
        "D": {10, 12, 13, 14, 15},
    }
    assert {scores[m][n] for m in scores for n in (17, 18)} == {8.0}
    worse_throughout = {
        n for n in PAIRED if all(scores[m][n] > scores[0][n] for m in (3, 6, 9, 12, 30))
    }
    assert worse_throughout == {10, 13}


def test_edss_system_scores_are_in_range() -> None:
    limits = {
        "VISUAL": 6,
        "BRAINSTEM": 5,
        "PYRAMIDAL": 6,
        "CEREBELLAR": 5,
        "SENSORY": 6,
        "BOWELBLADDER": 6,
        "CEREBRAL": 5,
        "AMBULATION": 12,
    }
    for r in rows("edss.csv"):
        assert all(0 <= int(r[name]) <= top for name, top in limits.items())


@pytest.fixture(scope="module")
def walks() -> dict[int, dict[int, tuple[float, float]]]:
    """The two trials in seconds by month and subject, where the walk was done."""
    done: dict[int, dict[int, tuple[float, float]]] = defaultdict(dict)
    for r in rows("t25fw.csv"):
        able = r["able_to_walk"].strip().lower() in ("y", "yes")
        assert able == bool(r["trial1_sec"]) == bool(r["trial2_sec"]) != bool(r["reason_not_done"])
        if able:
            trials = float(r["trial1_sec"]), float(r["trial2_sec"])
            done[int(r["visit"][1:])][number(r["subject"])] = trials
    return done


def test_ten_walk_at_baseline_and_subject_11_from_month_9(walks) -> None:
    assert set(walks[0]) == set(walks[3]) == set(walks[6]) == set(range(1, 11))
    for month in (9, 12, 30):
        assert set(walks[month]) == set(range(1, 12))


@pytest.mark.parametrize("summary", ["mean seconds", "mean speed", "best", "first", "second"])
def test_walking_speed_responders_do_not_depend_on_how_trials_are_summarised(
    walks, summary: str
) -> None:
    how = {
        "mean seconds": lambda t: 50 / sum(t),
        "mean speed": lambda t: (25 / t[0] + 25 / t[1]) / 2,
        "best": lambda t: 25 / min(t),
        "first": lambda t: 25 / t[0],
        "second": lambda t: 25 / t[1],
    }[summary]
    gain = {
        m: {n: 100 * (how(walks[m][n]) / how(walks[0][n]) - 1) for n in walks[0]} for m in walks
    }
    assert {n for n, g in gain[9].items() if g > 20} == {2, 3, 4, 8}
    assert {n for n, g in gain[30].items() if g > 20} == {2, 4, 8}
    assert 18 < gain[30][3] < 20
    less_time = {m: {n for n, g in gain[m].items() if 1 / (1 + g / 100) <= 0.8} for m in (9, 30)}
    assert less_time == {9: {2, 3, 4, 8}, 30: {2, 4, 8}}
    assert all(max(walks[m][1]) < 5 for m in walks)


def test_the_peg_test_shows_no_sustained_change() -> None:
    seconds: dict[tuple[int, str], dict[str, float]] = defaultdict(dict)
    for r in rows("nhpt.csv", ";"):
        for hand in ("Dominant", "NonDominant"):
            trials = [r[f"{hand}_{t}"] for t in (1, 2)]
            if trials[0] not in ("", "unable"):
                mean = sum(float(t.replace(",", ".")) for t in trials) / 2
                seconds[number(r["Subject"]), hand][r["Visit"]] = mean
    assert len(seconds) == 38
    for by_visit in seconds.values():
        assert all(abs(s / by_visit["V1"] - 1) < 0.2 for s in by_visit.values())


# --- cerebrospinal fluid ----------------------------------------------------------------------


def test_there_are_216_quantifiable_pair_values(csf) -> None:
    values = [v for pairs in csf.values() for pair in pairs.values() for v in pair]
    assert len(values) == 18 * 8 * 2
    assert np.isfinite(values).sum() == 18 * 6 * 2
    assert all(v > 0 for v in values if np.isfinite(v))
    assert {a for a in csf if np.isnan(list(csf[a].values())).any()} == {"TGF-b1", "TGF-b3"}
    assert all(set(pairs) == PAIRED for pairs in csf.values())


def test_quantifiable_results_are_above_their_limits(lab, csf) -> None:
    limits = {str(r["Analyte"]): float(str(r["LLOQ"])) for r in lab if r["Analyte"]}
    for analyte, pairs in csf.items():
        values = np.array(list(pairs.values()))
        assert (np.isnan(values) | (values > limits[analyte])).all(), analyte


def test_the_re_run_replaces_seven_results_of_one_sample(lab) -> None:
    first = {r["Analyte"]: r for r in lab if r["Comment"] == SUPERSEDED}
    again = {r["Analyte"]: r for r in lab if r["Comment"] == "Re-run"}
    assert set(first) == set(again)
    assert len(first) == 7
    for analyte, row in again.items():
        assert row["Sample ID"] == f"{first[analyte]['Sample ID']}-R"
        assert str(row["Run date"]) > str(first[analyte]["Run date"])
        assert row["Collection date"] == first[analyte]["Collection date"]


def test_samples_are_taken_before_the_injection_of_the_same_day(lab, edc) -> None:
    injections = {
        number(r["Subject"]): datetime.strptime(f"{r['Date']} {r['Start']}", "%m/%d/%Y %H:%M")
        for r in rows("dosing.csv")
        if r["Dose"] == "Dose 1"
    }
    dates = visit_dates(edc)
    for r in lab:
        if isinstance(r["Collection date"], datetime):
            subject = number(str(r["Subject"]))
            if r["Visit"] in ("Baseline", "BL"):
                assert r["Collection date"] < injections[subject]
            month = 0 if r["Visit"] in ("Baseline", "BL") else 9
            assert r["Collection date"].date() == dates[subject, month]
            assert str(r["Run date"]) > f"{r['Collection date']:%Y%m%d}"


@pytest.mark.parametrize("analyte", ["CCL2", "HGF", "CXCL12", "IL-8", "TGF-b2", "NfL"])
def test_changes_have_no_zero_and_no_tie(csf, analyte: str) -> None:
    sizes = np.sort(np.abs(changes(csf[analyte])))
    for subset in (PAIRED, RESPONDERS, OTHERS):
        sizes = np.sort(np.abs(changes(csf[analyte], subset)))
        assert sizes[0] > 0.05
        assert np.diff(sizes).min() > 0.05


def wilcoxon(values: np.ndarray) -> float:
    stats = pytest.importorskip("scipy.stats", reason="SciPy recomputes the published tests")
    return float(stats.wilcoxon(values, method="exact").pvalue)


@pytest.mark.parametrize(
    ("analyte", "subjects", "significant", "rises"),
    [
        ("CCL2", PAIRED, True, False),
        ("TGF-b2", PAIRED, True, True),
        ("HGF", OTHERS, True, True),
        ("CXCL12", OTHERS, True, True),
        ("IL-8", OTHERS, True, True),
        ("HGF", RESPONDERS, False, None),
        ("CXCL12", RESPONDERS, False, None),
        ("IL-8", RESPONDERS, False, None),
        ("NfL", PAIRED, False, None),
    ],
)
def test_the_signed_rank_test_gives_the_published_result(
    csf, analyte: str, subjects: set[int], significant: bool, rises: bool | None
) -> None:
    change = changes(csf[analyte], subjects)
    p = wilcoxon(change)
    assert (p < 0.05) == significant, p
    if not significant:
        assert p > 0.2
    if rises is not None:
        assert (np.median(change) > 0) == rises


def test_high_nfl_falls_in_responders_and_rises_in_the_others(csf) -> None:
    high = {n for n in PAIRED if csf["NfL"][n][0] > 1000}
    assert len(high & RESPONDERS) == 4
    assert len(high - RESPONDERS) == 5
    assert (changes(csf["NfL"], high & RESPONDERS) < 0).all()
    assert (changes(csf["NfL"], high - RESPONDERS) > 0).all()
    assert all(abs(csf["NfL"][n][0] - 1000) > 50 for n in PAIRED)


@pytest.mark.parametrize("what", ["change", "baseline", "month 9", "all samples"])
@pytest.mark.parametrize("test", ["pearsonr", "spearmanr"])
def test_ccl2_and_tgf_beta_2_are_inversely_correlated(csf, what: str, test: str) -> None:
    stats = pytest.importorskip("scipy.stats", reason="SciPy recomputes the published tests")
    pick = {
        "change": lambda p: p[:, 1] - p[:, 0],
        "baseline": lambda p: p[:, 0],
        "month 9": lambda p: p[:, 1],
        "all samples": np.ravel,
    }[what]
    one, other = (pick(np.array([csf[a][n] for n in sorted(PAIRED)])) for a in ("CCL2", "TGF-b2"))
    result = getattr(stats, test)(one, other)
    assert result.statistic < 0
    assert result.pvalue < 0.05


@pytest.mark.parametrize("reference", ["consent", "first dose"])
def test_baseline_hgf_rises_with_age_and_with_disease_duration(csf, edc, reference: str) -> None:
    stats = pytest.importorskip("scipy.stats", reason="SciPy recomputes the published tests")
    birth = {number(r["subject"]): first_of_period(r["BRTHDAT"]) for r in edc["DM"]}
    onset = {number(r["subject"]): first_of_period(r["MSONDAT"]) for r in edc["MS"]}
    if reference == "consent":
        day = {number(r["subject"]): first_of_period(r["RFICDAT"]) for r in edc["IC"]}
    else:
        day = {n: d for (n, month), d in visit_dates(edc).items() if month == 0}
    subjects = sorted(PAIRED)
    age = [
        day[n].year - birth[n].year - ((day[n].month, day[n].day) < (birth[n].month, birth[n].day))
        for n in subjects
    ]
    years = [(day[n] - onset[n]).days / 365.25 for n in subjects]
    assert all(18 <= a <= 70 for a in age)
    assert all(3 < y < a - 15 for a, y in zip(age, years, strict=True))
    hgf = [csf["HGF"][n][0] for n in subjects]
    on_age, on_years = stats.linregress(age, hgf), stats.linregress(years, hgf)
    assert on_age.slope > 0
    assert on_years.slope > 0
    assert round(on_age.pvalue, 3) == 0.018
    assert round(on_years.pvalue, 4) == 0.0004
