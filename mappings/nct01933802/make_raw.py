"""Make the synthetic raw records of the reference study, NCT01933802.

Every record is SYNTHETIC: no value comes from a person. The subject-level data of the trial are
not public, so this script invents raw records that carry the facts its authors published
(Harris et al., Neurol Neuroimmunol Neuroinflamm 2021;8(1):e928), and spoils them the way real
files are spoiled. Run it as ``python make_raw.py [--out DIR]``; without ``--out`` it rewrites the
folder ``raw`` beside it. The same script gives the same bytes on every machine.

What the records carry
    Design        20 adults with progressive MS (PPMS: subjects 9, 14, 20; the others SPMS), three
                  intrathecal doses at months 0, 3 and 6, evaluations at months 9, 12 and 30.
    Exposure      60 injections, 564.0 x 10^6 cells in all (mean 9.4, target 10); tobramycin and
                  vancomycin with each, 120 records.
    EDSS          month 12: 8 of 20 better by 0.5 or more, 4 of them by 2.0 or more. Month 30, of
                  the 18 seen in person: A sustained 2.0 (1, 2), B sustained 0.5 (3, 4, 6, 8, 11),
                  C stable (5, 7, 9, 16, 19, 20), D worse (10, 12, 13, 14, 15); 17 and 18 were
                  seen by telemedicine, 8.0 throughout.
    Walking       subjects 1-10 walk 25 feet at baseline; more than 20% faster at month 9: 2, 3,
                  4, 8; at month 30: 2, 4, 8 (3 just under). Subject 11 walks from month 9 on.
    Safety        headache in 1 subject, musculoskeletal events in 2, skin events in 3; none
                  serious; no gadolinium-enhancing lesion in any scan.
    CSF           18 pairs (not 17, 18), baseline and month 9: CCL2 falls, TGF-beta 2 rises, the
                  two inversely; HGF, CXCL12 and IL-8 rise in C and D (11) and not in A and B (7);
                  NfL unchanged, but above 1,000 pg/mL it falls in A and B and rises in C and D;
                  TGF-beta 1 and 3 below the limit of quantification.
    Regression    baseline HGF on age p = 0.018, on disease duration p = 0.0004 (n = 18).

How two derived quantities are to be computed
    Age           whole years from birth date to informed consent (no birthday falls between
                  consent and the first dose, so either date gives the same age).
    Duration      (consent date - MS onset date) / 365.25 years, an onset with an unknown day or
                  month taken as the first day of the known month or year.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import NormalDist
from typing import cast

import numpy as np
import numpy.typing as npt
from lxml import etree
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

Numbers = npt.NDArray[np.float64]

SEED = 1933802
STUDY = "NCT01933802"
EXTRACTED = datetime(2019, 4, 30, 9, 0)
SYNTHETIC = "SYNTHETIC DATA made by make_raw.py: no record comes from a person"

MONTHS = (0, 3, 6, 9, 12, 30)
DOSES = (0, 3, 6)
GROUPS = {"A": (1, 2), "B": (3, 4, 6, 8, 11), "C": (5, 7, 9, 16, 19, 20), "D": (10, 12, 13, 14, 15)}
RESPONDERS = GROUPS["A"] + GROUPS["B"]
REMOTE = (17, 18)
PPMS = (9, 14, 20)
NUMBERS = tuple(range(1, 21))
PAIRED = tuple(n for n in NUMBERS if n not in REMOTE)

# EDSS at months 0, 3, 6, 9, 12 and 30.
EDSS = {
    1: (3.5, 3.0, 2.5, 2.0, 1.5, 1.5),
    2: (5.5, 5.5, 5.0, 4.0, 3.5, 3.5),
    3: (6.5, 6.5, 6.0, 5.0, 4.5, 6.0),
    4: (6.5, 6.5, 6.0, 6.0, 5.5, 6.0),
    5: (6.0,) * 6,
    6: (6.5, 6.5, 6.5, 6.0, 5.5, 6.0),
    7: (6.5,) * 6,
    8: (6.5, 6.0, 6.0, 5.0, 4.5, 6.0),
    9: (6.0,) * 6,
    10: (6.0, 6.5, 6.5, 6.5, 6.5, 6.5),
    11: (7.0, 7.0, 7.0, 6.5, 6.0, 6.5),
    12: (7.5, 7.5, 7.0, 7.0, 6.5, 8.0),
    13: (7.0, 7.5, 7.5, 7.5, 7.5, 7.5),
    14: (7.0, 7.0, 7.0, 7.0, 7.0, 7.5),
    15: (7.0, 7.0, 7.0, 7.0, 7.0, 7.5),
    16: (7.5,) * 6,
    17: (8.0,) * 6,
    18: (8.0,) * 6,
    19: (7.0,) * 6,
    20: (7.0,) * 6,
}


class Draws:
    """Random draws of one named stream, built on the one method Python keeps stable for ever."""

    def __init__(self, name: str) -> None:
        self._random = random.Random(f"{SEED}:{name}").random

    def uniform(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self._random()

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._random() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """True with the probability given."""
        return self._random() < probability

    def pick(self, options: Sequence[str]) -> str:
        """One of the options."""
        return options[self.whole(0, len(options) - 1)]

    def normal(self, count: int) -> Numbers:
        """Standard normal numbers, cut at about 2 standard deviations."""
        return np.array([NormalDist().inv_cdf(self.uniform(0.025, 0.975)) for _ in range(count)])


# --- dates and words as sites write them -----------------------------------------------------

MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def dmy(day: date, precision: str = "day") -> str:
    """A date as the EDC shows it: 04-MAR-2009, UN-MAR-2009 or UN-UNK-2009."""
    month = "UNK" if precision == "year" else MONTH_NAMES[day.month - 1]
    return f"{f'{day.day:02d}' if precision == 'day' else 'UN'}-{month}-{day.year}"


def us(day: date) -> str:
    """A date as 3/4/2009, month first and without leading zeros."""
    return f"{day.month}/{day.day}/{day.year}"


def first_of(day: date, precision: str) -> date:
    """The first day of the period that remains known at a precision of day, month or year."""
    if precision == "year":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if precision == "month" else day


def clock(minutes: float) -> str:
    """A time of day as 09:05 from minutes after midnight."""
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"


def untidy(draws: Draws, text: str) -> str:
    """A term as different people key it: upper, lower or own case, now and then a blank behind."""
    text = draws.pick((text, text, text.upper(), text.lower()))
    return text + " " if draws.chance(0.1) else text


def working_day(day: date) -> date:
    """The day itself, or the Monday after when it falls on a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


# --- subjects and their calendar -------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """One synthetic subject: who, since when, and the dates of each visit by month."""

    number: int
    sex: str
    birth: date
    consent: date
    marrow: date
    onset: date
    onset_precision: str
    visits: dict[int, date] = field(hash=False)

    @property
    def key(self) -> str:
        """The EDC's subject identifier, site and number."""
        return f"01-{self.number:03d}"

    @property
    def age(self) -> int:
        """Whole years at consent."""
        before = (self.consent.month, self.consent.day) < (self.birth.month, self.birth.day)
        return self.consent.year - self.birth.year - before

    @property
    def duration(self) -> float:
        """Years from MS onset (first of the known period) to consent."""
        onset = first_of(self.onset, self.onset_precision)
        return (self.consent - onset).days / 365.25

    @property
    def onset_text(self) -> str:
        """The onset as the site knows it."""
        return dmy(self.onset, self.onset_precision)


def make_subject(number: int, draws: Draws) -> Subject:
    """Draw one subject; first doses run from April 2014 to spring 2016, last doses end in 2016."""
    start = working_day(date(2014, 4, 7) + timedelta(days=37 * (number - 1) + draws.whole(0, 12)))
    consent = working_day(start - timedelta(days=draws.whole(96, 126)))
    spread = {0: 0, 3: 6, 6: 6, 9: 8, 12: 10, 30: 24}
    visits = {
        month: working_day(start + timedelta(days=round(month * 30.4375) + draws.whole(-s, s)))
        for month, s in spread.items()
    }
    age = draws.whole(33, 64)
    # The birthday lies 20 to 200 days before consent, so the next comes after the first dose.
    birthday = consent - timedelta(days=draws.whole(20, 200))
    birth = birthday.replace(year=birthday.year - age, day=min(birthday.day, 28))
    years = min(max(0.42 * (age - 20) + draws.uniform(-5.0, 7.0), 5.0), age - 17.0)
    return Subject(
        number=number,
        sex=draws.pick(("F", "F", "M")),
        birth=birth,
        consent=consent,
        marrow=working_day(consent + timedelta(days=draws.whole(8, 16))),
        onset=consent - timedelta(days=round(years * 365.25)),
        onset_precision=("year", "month", "day", "month", "month")[number % 5],
        visits=visits,
    )


def make_subjects() -> list[Subject]:
    """The 20 subjects, in order of number."""
    draws = Draws("subjects")
    return [make_subject(number, draws) for number in NUMBERS]


# --- text files ------------------------------------------------------------------------------


def table(header: str, rows: Iterable[Sequence[object]], sep: str = ",", end: str = "\r\n") -> str:
    """A delimited text file of the header line and the rows."""
    text = io.StringIO()
    text.write(header + end)
    writer = csv.writer(text, delimiter=sep, lineterminator=end)
    writer.writerows(rows)
    return text.getvalue()


def cells_given(draws: Draws) -> list[float]:
    """Cells given at each of 60 injections, in 10^6: at most 10.0, and 564.0 in all."""
    missing = [draws.whole(1, 24) if draws.chance(0.5) else 0 for _ in range(60)]
    step = 1 if sum(missing) < 360 else -1
    while sum(missing) != 360:  # tenths of 10^6 cells short of target, over the study
        place = draws.whole(0, 59)
        if missing[place] > 0 and 1 <= missing[place] + step <= 40:
            missing[place] += step
    return [(100 - tenths) / 10 for tenths in missing]


def dosing(subjects: Sequence[Subject]) -> bytes:
    """The dosing log: a row an injection, in order of date; US dates; subject as a bare number."""
    draws = Draws("dosing")
    given = iter(cells_given(draws))
    rows = []
    for subject in subjects:
        for dose, month in enumerate(DOSES, start=1):
            start = draws.whole(630, 700)
            rows.append(
                (
                    subject.visits[month],
                    subject.number,
                    f"Dose {dose}",
                    us(subject.visits[month]),
                    clock(start),
                    clock(start + draws.whole(4, 11)),
                    "10",
                    f"{next(given):.1f}",
                    draws.pick(("8.0", "10.0", "10.0")),
                    untidy(draws, "Sterile saline"),
                    draws.pick(("IT", "Intrathecal", "intrathecal")),
                    f"NP-{subject.number:03d}-{'ABC'[dose - 1]}",
                )
            )
    header = "Subject,Dose,Date,Start,End,Target_1e6,Given_1e6,Volume_mL,Suspension,Route,Lot"
    return table(header, [row[1:] for row in sorted(rows)]).encode("ascii")


AMBULATION = {1.5: 0, 2.0: 0, 2.5: 0, 3.0: 0, 3.5: 1, 4.0: 1, 4.5: 2, 5.0: 3, 5.5: 4}
AMBULATION |= {6.0: 6, 6.5: 9, 7.0: 10, 7.5: 11, 8.0: 12}
# Visual, brainstem, pyramidal, cerebellar, sensory, bowel and bladder, cerebral: where walking is
# unrestricted the functional systems alone give the EDSS, so they are set by hand.
MILD_SYSTEMS = {
    1.5: (0, 0, 1, 1, 0, 0, 0),
    2.0: (0, 0, 2, 1, 0, 0, 0),
    2.5: (0, 0, 2, 2, 0, 1, 0),
    3.0: (0, 0, 3, 1, 1, 0, 0),
    3.5: (0, 0, 3, 2, 1, 1, 0),
    4.0: (0, 0, 3, 3, 2, 1, 0),
}


def systems(score: float, usual: Sequence[int]) -> Sequence[int]:
    """Functional system scores that fit an EDSS; above 4.0 the subject's usual ones."""
    if score in MILD_SYSTEMS:
        return MILD_SYSTEMS[score]
    pyramidal = 3 if score < 6.5 else 4 if score < 8.0 else 5
    return (*usual[:2], pyramidal, *usual[3:])


def edss(subjects: Sequence[Subject]) -> bytes:
    """EDSS, a row a visit: total, functional systems, ambulation; dates yyyymmdd."""
    draws = Draws("edss")
    header = (
        "SUBJID,VISIT,ASSESSDT,ASSESSTM,METHOD,VISUAL,BRAINSTEM,PYRAMIDAL,CEREBELLAR,SENSORY,"
        "BOWELBLADDER,CEREBRAL,AMBULATION,EDSS,EXAMINER"
    )
    rows = []
    for subject in subjects:
        usual = [draws.whole(*limits) for limits in ((0, 2), (0, 2), (3, 3), (1, 3), (1, 3))]
        usual += [draws.whole(1, 3), draws.whole(0, 2)]
        for month, score in zip(MONTHS, EDSS[subject.number], strict=True):
            remote = month == 30 and subject.number in REMOTE
            rows.append(
                (
                    subject.key,
                    f"Month {month}" if draws.chance(0.85) else f"MONTH {month}",
                    f"{subject.visits[month]:%Y%m%d}",
                    clock(draws.whole(490, 530)),
                    untidy(draws, "Telemedicine" if remote else "In person"),
                    *systems(score, usual),
                    AMBULATION[score],
                    f"{score:.1f}",
                    draws.pick(("VH", "SS")),
                )
            )
    return table(header, rows).encode("ascii")


# Seconds of the walk at baseline, and walking speed afterwards relative to baseline.
WALK_SECONDS = {1: 4.6, 2: 8.9, 3: 14.2, 4: 17.6, 5: 9.8, 6: 16.5, 7: 21.3, 8: 24.8, 9: 10.9}
WALK_SECONDS |= {10: 11.7}
WALK_SPEED = {
    1: (1.0, 1.0, 0.99, 1.02, 1.01, 0.98),
    2: (1.0, 1.06, 1.15, 1.36, 1.42, 1.38),
    3: (1.0, 1.04, 1.12, 1.33, 1.36, 14.2 / 11.9),
    4: (1.0, 1.03, 1.14, 1.41, 1.38, 1.33),
    5: (1.0, 1.03, 0.97, 1.02, 0.99, 0.96),
    6: (1.0, 1.02, 1.06, 1.09, 1.11, 1.05),
    7: (1.0, 0.97, 1.04, 1.03, 0.96, 0.94),
    8: (1.0, 1.08, 1.16, 1.48, 1.52, 1.35),
    9: (1.0, 1.01, 1.04, 0.98, 1.03, 0.97),
    10: (1.0, 0.93, 0.89, 0.86, 0.84, 0.79),
}
# Subject 11 gains the walk at month 9.
WALK_GAINED = {11: {9: 38.4, 12: 35.2, 30: 41.0}}


def walk_seconds(number: int, month: int) -> float | None:
    """Mean seconds of the two walks, or nothing for a subject who cannot walk then."""
    if number in WALK_SPEED:
        return WALK_SECONDS[number] / WALK_SPEED[number][MONTHS.index(month)]
    return WALK_GAINED.get(number, {}).get(month)


def walk_reason(draws: Draws, number: int, month: int) -> str:
    """Why no walk was timed."""
    if number == 12 and month == 12:
        return "Not attempted: knee pain"
    return draws.pick(("Wheelchair", "wheelchair bound", "Unable to walk 25 feet"))


def t25fw(subjects: Sequence[Subject]) -> bytes:
    """Timed 25-foot walk, a row a visit with two trials in seconds; dates 14-mar-2015."""
    draws = Draws("t25fw")
    header = "subject,visit,date,time,able_to_walk,device,trial1_sec,trial2_sec,reason_not_done"
    rows = []
    for subject in subjects:
        for month in MONTHS:
            start = [
                str(subject.number),
                f"M{month:02d}",
                dmy(subject.visits[month]).lower(),
                clock(draws.whole(535, 560)),
            ]
            seconds = walk_seconds(subject.number, month)
            if month == 30 and subject.number in REMOTE:
                start[3] = ""
                rows.append([*start, "ND", "", "", "", "Video visit"])
            elif seconds is None:
                reason = walk_reason(draws, subject.number, month)
                rows.append([*start, draws.pick(("N", "No", "n")), "", "", "", reason])
            else:
                half = max(0.1, round(seconds * draws.uniform(0.004, 0.010), 1))
                trials = [f"{round(seconds, 1) - half:.1f}", f"{round(seconds, 1) + half:.1f}"]
                score = EDSS[subject.number][MONTHS.index(month)]
                device = "none" if score < 6 else "cane" if score == 6 else "walker"
                able = draws.pick(("Y", "Y", "Yes", "y", "yes "))
                rows.append([*start, able, device, *trials, ""])
    return table(header, rows).encode("ascii")


def nhpt(subjects: Sequence[Subject], hands: dict[int, str]) -> bytes:
    """9-hole peg test, a row a visit: semicolons, decimal commas, dates dd.mm.yyyy, visits V1-V6.

    Subjects 17 and 18 cannot do it with the other hand; neither does it at month 30 (by video).
    """
    draws = Draws("nhpt")
    header = (
        "Subject;Visit;Date;Time;DominantHand;Dominant_1;Dominant_2;"
        "NonDominant_1;NonDominant_2;Remark"
    )
    rows: list[list[str]] = []
    for subject in subjects:
        usual = [draws.uniform(21, 34), draws.uniform(25, 48)]
        right = hands[subject.number] == "R"
        for visit, month in enumerate(MONTHS, start=1):
            start = [
                f"{subject.number:03d}",
                f"V{visit}",
                f"{subject.visits[month]:%d.%m.%Y}",
                clock(draws.whole(565, 585)),
                draws.pick(("R", "Right") if right else ("L", "Left")),
            ]
            if month == 30 and subject.number in REMOTE:
                start[3] = ""
                rows.append([*start, "", "", "", "", "not done - video visit"])
                continue
            seconds = [hand * draws.uniform(0.94, 1.06) for hand in usual]
            times = [f"{s * draws.uniform(0.98, 1.02):.1f}" for s in seconds for _ in range(2)]
            if subject.number in REMOTE:
                times[2:] = ["unable", "unable"]
            rows.append([*start, *(t.replace(".", ",") for t in times), ""])
    return table(header, rows, sep=";").encode("ascii")


HEADACHE_VISITS = {0: "Baseline", 3: "3 months", 6: "6 months", 9: "9 months"}
HEADACHE_VISITS |= {12: "12 months", 30: "30 months"}
INITIALS = ("É.B.", "M.G.", "J.Ö.", "A.R.", "Z.Ñ.", "C.D.", "L.S.", "Å.H.", "R.T.", "P.É.")
REMARKS = ("", "", "", "", "Revu par le Dr. Lefèvre", "Señora prefers telephone", "fatiguée")


def headache(subjects: Sequence[Subject]) -> bytes:
    """The sponsor's headache scale, a row a visit; windows-1252; ISO dates.

    Items: days with headache in the past week 0-7, worst pain 0-10, usual length 0-4, hindrance
    0-3, worse upright Y/N; the total is the sum of the first four.
    """
    draws = Draws("headache")
    header = (
        "Subject,Initials,Visit,Date,HA_DAYS,HA_WORST,HA_LENGTH,HA_HINDER,HA_UPRIGHT,HA_TOTAL,"
        "Site comment"
    )
    rows = []
    for subject in subjects:
        prone = draws.chance(0.4)
        for month in MONTHS:
            scores = [0, 0, 0, 0]
            if draws.chance(0.7 if prone else 0.15):
                scores = [draws.whole(1, 4), draws.whole(1, 5), draws.whole(1, 3)]
                scores += [draws.whole(0, 2)]
            upright = ("Y", "Yes", "y") if sum(scores) and draws.chance(0.2) else ("N", "No", "n ")
            rows.append(
                (
                    subject.key,
                    INITIALS[subject.number % len(INITIALS)],
                    untidy(draws, HEADACHE_VISITS[month]),
                    f"{subject.visits[month]:%Y-%m-%d}",
                    *scores,
                    draws.pick(upright),
                    sum(scores),
                    draws.pick(REMARKS),
                )
            )
    return table(header, rows).encode("cp1252")


def mri(subjects: Sequence[Subject]) -> bytes:
    """MRI readings at baseline, months 12 and 30 (18 subjects): nothing enhances or changes."""
    draws = Draws("mri")
    header = "SubjectID,Timepoint,ScanDate,FieldStrength,GdLesions,T2Change,T1Change,AtrophyChange"
    rows = []
    for subject in subjects:
        for month, label in ((0, "BL"), (12, "M12"), (30, "M30")):
            if month == 30 and subject.number in REMOTE:
                continue
            day = working_day(subject.visits[month] - timedelta(days=draws.whole(3, 12)))
            change = ("No change", "no change ", "Unchanged", "UNCHANGED", "stable")
            readings = ["n/a"] * 3 if month == 0 else [draws.pick(change) for _ in range(3)]
            lesions = draws.pick(("0", "0", "0", "0", "none", "None"))
            strength = draws.pick(("3T", "3.0 T", "1.5T"))
            rows.append((subject.key, label, us(day), strength, lesions, *readings))
    return table(f"{header},Reader", [(*row, "DR") for row in rows], end="\n").encode()


# --- cerebrospinal fluid ---------------------------------------------------------------------

# Correlations whose two-sided test with n = 18 gives p = 0.018 and p = 0.0004: r = t/sqrt(16+t^2)
# for t(16) = 2.63532 and 4.45382.
R_AGE = 0.550161
R_DURATION = 0.743995


def with_correlations(
    one: Numbers, other: Numbers, r_one: float, r_other: float, noise: Numbers
) -> Numbers:
    """Numbers of mean 0 and sum of squares 1 that correlate exactly so with the two given."""
    centred = [v - v.mean() for v in (one, other)]
    basis, _ = np.linalg.qr(np.column_stack([*centred, noise - noise.mean()]))
    wanted = np.array([r_one, r_other])
    # A unit vector sum(c_i basis_i) has correlation c . (basis' x / |x|) with x.
    unit = np.column_stack([v / np.linalg.norm(v) for v in centred])
    inside = np.linalg.solve(unit.T @ basis[:, :2], wanted)
    rest = 1.0 - float(inside @ inside)
    if rest <= 0:
        raise ValueError("these correlations cannot hold together")
    result: Numbers = basis[:, :2] @ inside + basis[:, 2] * np.sqrt(rest)
    return result


def ranked_changes(
    draws: Draws, count: int, low: float, high: float, negative: Iterable[int]
) -> Numbers:
    """Changes in order of size, all sizes different, with those of the ranks named negative.

    The signed-rank statistic of the result is the sum of the ranks named, whatever the draws.
    """
    steps = (np.arange(count) + np.array([draws.uniform(0.25, 0.75) for _ in range(count)])) / count
    sizes = low + (high - low) * steps**1.2
    signs = np.where(np.isin(np.arange(1, count + 1), list(negative)), -1.0, 1.0)
    signed: Numbers = sizes * signs
    return signed


def along(score: Numbers, values: Numbers) -> Numbers:
    """The values dealt out so that the highest score gets the highest value, and so on."""
    dealt = np.empty_like(values)
    dealt[np.argsort(score)] = np.sort(values)
    return dealt


Pairs = dict[int, tuple[float, float]]


def pairs(before: Numbers, change: Numbers) -> Pairs:
    """Baseline and month 9 by subject, to one decimal as the laboratory reports."""
    return {
        n: (round(float(b), 1), round(float(b + c), 1))
        for n, b, c in zip(PAIRED, before, change, strict=True)
    }


def by_response(
    draws: Draws, rising: tuple[float, float, set[int]], mixed: tuple[float, float, set[int]]
) -> Numbers:
    """Changes for each paired subject: one pattern for the 11 of C and D, one for the 7 of A, B."""
    change = np.zeros(len(PAIRED))
    in_response = np.isin(PAIRED, RESPONDERS)
    for members, (low, high, negative) in ((~in_response, rising), (in_response, mixed)):
        count = int(members.sum())
        order = draws.normal(count)
        change[members] = along(order, ranked_changes(draws, count, low, high, negative))
    return change


# Baseline NfL level, above or below 1,000 pg/mL, and the change at month 9.
HIGH_NFL_RESPONDERS = (2, 4, 6, 11)
HIGH_NFL_OTHERS = (7, 10, 12, 15, 19)


def nfl(draws: Draws) -> Pairs:
    """NfL: large falls and large rises above 1,000 pg/mL that cancel, little change below."""
    low = [n for n in PAIRED if n not in HIGH_NFL_RESPONDERS + HIGH_NFL_OTHERS]
    falls = -ranked_changes(draws, len(HIGH_NFL_RESPONDERS), 160, 560, ())
    rises = ranked_changes(draws, len(HIGH_NFL_OTHERS), 140, 520, ())
    small = ranked_changes(draws, len(low), 14, 90, {2, 3, 6, 7})
    change = dict(zip(HIGH_NFL_RESPONDERS, falls, strict=True))
    change |= dict(zip(HIGH_NFL_OTHERS, rises, strict=True))
    change |= dict(zip(low, small, strict=True))
    before = [draws.uniform(430, 880) if n in low else draws.uniform(1120, 2700) for n in PAIRED]
    return pairs(np.array(before), np.array([change[n] for n in PAIRED]))


def csf_pairs(subjects: Sequence[Subject]) -> dict[str, Pairs]:
    """The quantifiable analytes: baseline and month 9 of the 18 subjects with pairs, in pg/mL."""
    draws = Draws("csf")
    count = len(PAIRED)
    paired = [s for s in subjects if s.number in PAIRED]
    level, turn = draws.normal(count), draws.normal(count)
    ccl2_change = along(
        -turn + 0.35 * draws.normal(count),
        -ranked_changes(draws, count, 8, 150, {2, 4, 9}),
    )
    tgf_change = along(
        turn + 0.35 * draws.normal(count), ranked_changes(draws, count, 0.8, 19, {1, 3, 8})
    )
    hgf = with_correlations(
        np.array([s.age for s in paired], dtype=float),
        np.array([s.duration for s in paired]),
        R_AGE,
        R_DURATION,
        draws.normal(count),
    )
    return {
        "CCL2": pairs(720 - 130 * level + 50 * draws.normal(count), ccl2_change),
        "HGF": pairs(
            430 + 105 * np.sqrt(count) * hgf,
            by_response(draws, (10, 160, {3}), (6, 65, {1, 4, 7})),
        ),
        "CXCL12": pairs(
            930 + 170 * draws.normal(count),
            by_response(draws, (20, 260, {1, 5}), (15, 140, {2, 6, 7})),
        ),
        "IL-8": pairs(
            38 + 8 * draws.normal(count),
            by_response(draws, (1.0, 14.0, {2, 6}), (0.8, 6.5, {1, 5, 6})),
        ),
        "TGF-b2": pairs(46 + 9 * level + 3.5 * draws.normal(count), tgf_change),
        "NfL": nfl(draws),
    }


LLOQ = {
    "CCL2": "1.9",
    "HGF": "4.3",
    "CXCL12": "12.5",
    "IL-8": "0.4",
    "TGF-b1": "9.8",
    "TGF-b2": "2.2",
    "TGF-b3": "2.5",
    "NfL": "100",
}
RERUN = (7, 9)  # subject and month whose bead panel was run again
LAB_HEADER = (
    "Sample ID",
    "Subject",
    "Visit",
    "Collection date",
    "Analyte",
    "Result",
    "Unit",
    "Dilution",
    "Method",
    "Run date",
    "LLOQ",
    "Comment",
)
LabRow = list[object]


def lab_result(draws: Draws, analyte: str, value: float | None) -> str:
    """A result as the laboratory writes it: one decimal, or one of two ways to say too low."""
    if value is None:
        return draws.pick(("<LLOQ", f"<{LLOQ[analyte]}"))
    return f"{value:.1f}" + (" " if draws.chance(0.05) else "")


def sample_rows(
    draws: Draws, subject: Subject, month: int, results: dict[str, float | None]
) -> list[LabRow]:
    """The rows of one sample; subjects 11-20 came in a second batch with its own habits."""
    second = subject.number > 10
    visit = {0: ("Baseline", "BL"), 9: ("Month 9", "M9")}[month][second]
    collected = datetime.combine(subject.visits[month], datetime.min.time())
    collected += timedelta(minutes=draws.whole(595, 620))
    bead_run, elisa_run = ("20161114", "20161205") if not second else ("20170612", "20170710")
    rows: list[LabRow] = []
    for analyte in LLOQ:
        elisa = analyte == "NfL"
        rows.append(
            [
                f"CSF-{subject.number:03d}-{'B' if month == 0 else 'M9'}",
                f"{'' if second else 'S'}{subject.number:03d}",
                visit,
                collected,
                "IL8" if second and analyte == "IL-8" else analyte,
                lab_result(draws, analyte, results[analyte]),
                "pg/ml" if second else "pg/mL",
                "1:2" if elisa else "undiluted",
                "ELISA" if elisa else "Multiplex bead immunoassay",
                elisa_run if elisa else bead_run,
                LLOQ[analyte],
                "",
            ]
        )
    return rows


def lab_rows(subjects: Sequence[Subject]) -> list[LabRow]:
    """All rows of the transfer in its order: samples, blank rows, a control, the re-run, a note."""
    draws = Draws("laboratory")
    values = csf_pairs(subjects)
    rows: list[LabRow] = []
    again: list[LabRow] = []
    for subject in (s for s in subjects if s.number in PAIRED):
        for visit, month in enumerate((0, 9)):
            results: dict[str, float | None] = {
                a: values[a][subject.number][visit] if a in values else None for a in LLOQ
            }
            sample = sample_rows(draws, subject, month, results)
            if (subject.number, month) == RERUN:
                again = [row.copy() for row in sample if row[8] != "ELISA"]
                spoil(draws, sample, results)
            rows += sample
        if subject.number in (5, 10, 15):
            rows.append([])
    for row in again:
        row[0], row[9], row[11] = f"{row[0]}-R", "20161128", "Re-run"
    control: LabRow = ["QC-LVL2", "QC", "", None, "HGF", "512.0", "pg/mL", "undiluted"]
    control += ["Multiplex bead immunoassay", "20161114", LLOQ["HGF"], "Control sample"]
    note: LabRow = ["Note: no CSF was collected from subjects 017 and 018"]
    return [*rows, control, *again, [], note]


def spoil(draws: Draws, sample: list[LabRow], results: dict[str, float | None]) -> None:
    """Make the bead rows of a sample a failed first run, which the re-run supersedes."""
    for row, (analyte, value) in zip(sample, results.items(), strict=True):
        if analyte == "NfL":
            continue
        if value is not None:
            row[5] = f"{value * draws.uniform(1.30, 1.45):.1f}"
        row[11] = "Superseded by re-run"


READ_ME = (
    SYNTHETIC,
    "One row per sample and analyte on sheet 'Results'; the header is on row 4.",
    "Results are concentrations in the CSF, already corrected for dilution.",
    "<LLOQ, or < and a number: below the lower limit of quantification.",
    "A re-run (sample id ending -R) replaces the first run of the same sample and analyte.",
    "Run date is yyyymmdd.",
)


def csf_lab(subjects: Sequence[Subject]) -> bytes:
    """The CSF laboratory's Excel workbook: titles, header on row 4, long; and a sheet 'Read me'."""
    book = Workbook()
    results: Worksheet = book["Sheet"]
    results.title = "Results"
    results.append(["CSF biomarker laboratory - data transfer 2"])
    results.append([f"Study {STUDY} - {SYNTHETIC}"])
    results.append([])
    results.append(list(LAB_HEADER))
    results["A1"].font = Font(bold=True)
    for row in lab_rows(subjects):
        results.append(row)
    for column in results["D"][4:]:
        column.number_format = "dd-mmm-yyyy hh:mm"
    about = book.create_sheet("Read me")
    for line in READ_ME:
        about.append([line])
    for part, width in zip(
        "ABCDEFGHIJKL", (14, 9, 10, 19, 9, 9, 8, 10, 27, 10, 7, 22), strict=True
    ):
        results.column_dimensions[part].width = width
    return stable_workbook(book)


def stable_workbook(book: Workbook) -> bytes:
    """The bytes of a workbook without the time of writing; stored, so no compressor matters."""
    book.properties.creator = "make_raw.py"
    book.properties.created = EXTRACTED
    written = io.BytesIO()
    book.save(written)
    stamp = EXTRACTED.isoformat() + "Z"
    stable = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(stable, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp.encode(), content
                )
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            target.writestr(entry, content)
    return stable.getvalue()


# --- the EDC export: what is asked -----------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """A form with its one item group: questions by item name; a log repeats the group."""

    name: str
    title: str
    repeating: bool
    items: dict[str, str]


def read_forms(text: str) -> dict[str, Form]:
    """The forms of an outline: a form on a line of its own (a log with *), its items below it."""
    forms: dict[str, Form] = {}
    items: dict[str, str] = {}
    for line in text.strip().splitlines():
        name, words = line.split(maxsplit=1)
        if line.startswith(" "):
            items[name] = words
        else:
            items = {}
            forms[name.rstrip("*")] = Form(name.rstrip("*"), words, name.endswith("*"), items)
    return forms


FORMS = read_forms("""
SV Visit
    SVSTDAT Date of visit
    SVCNTMOD How the visit was held
    SVREAS Reason, if unscheduled or repeated
IC Informed Consent
    RFICDAT Date of informed consent
    ICVER Version of the consent form
DM Demographics
    BRTHDAT Date of birth
    SEX Sex
    RACE Race
    ETHNIC Ethnicity
    HAND Dominant hand
MS Multiple Sclerosis History
    MSTYPE Course of multiple sclerosis
    MSONDAT Date of first symptoms
    MSDXDAT Date of diagnosis
    MSSTABLE Disability stable in the 12 months before consent?
MH* Medical History
    MHTERM Condition
    MHSTDAT Start date
    MHENDAT End date
    MHONGO Ongoing?
PR* Procedures
    PRTRT Procedure
    PRINDC Reason
    PRSTDAT Date of procedure
CM* Concomitant Medication
    CMCAT Category
    CMTRT Medication
    CMINDC Indication
    CMDOSE Dose
    CMDOSU Unit
    CMROUTE Route
    CMFREQ Frequency
    CMSTDAT Start date
    CMENDAT End date
    CMONGO Ongoing?
    CMINJ Given with injection number
AEYN Adverse Events: Any
    AEYN Were there any adverse events?
AE* Adverse Events
    AETERM Adverse event
    AEDECOD Preferred term
    AEBODSYS System organ class
    AESTDAT Start date
    AEENDAT End date
    AEONGO Ongoing?
    AESEV Severity
    AESER Serious?
    AEREL Relation to study treatment
    AEOUT Outcome
    AECONTRT Drug given for it?
    AECMLINE Line of the medication form
DS* Disposition
    DSSCAT Stage
    DSTERM Status
    DSSTDAT Date
    DSALIVE Alive?
""")
NUMBER_ITEMS = {"CMDOSE": "float", "CMINJ": "integer", "AECMLINE": "integer"}

# The codelist of each coded item.
CODELISTS = {
    "SEX": {"1": "Male", "2": "Female"},
    "ETHNIC": {"1": "Hispanic or Latino", "2": "Not Hispanic or Latino"},
    "HAND": {"R": "Right", "L": "Left"},
    "MSTYPE": {
        "1": "Relapsing-remitting",
        "2": "Secondary progressive",
        "3": "Primary progressive",
    },
    "AESEV": {"1": "Mild", "2": "Moderate", "3": "Severe"},
    "AEREL": {"1": "Not related", "2": "Possibly related", "3": "Related"},
    "AEOUT": {"1": "Recovered/Resolved", "2": "Recovering/Resolving", "3": "Not recovered"},
}

EVENTS = {"SCR": "Screening"} | {f"M{m:02d}": f"Month {m}" for m in MONTHS}
EVENTS |= {"UNS": "Unscheduled", "LOG": "Running records"}
EVENT_FORMS: dict[str, tuple[str, ...]] = dict.fromkeys(EVENTS, ("SV",)) | {
    "SCR": ("SV", "IC", "DM", "MS"),
    "LOG": ("MH", "PR", "CM", "AEYN", "AE", "DS"),
}
# Scheduled visits may be continued on another day, and unscheduled ones recur.
REPEATING_EVENTS = tuple(e for e in EVENTS if e not in ("SCR", "LOG"))


# --- the EDC export: what is answered --------------------------------------------------------

Line = dict[str, str]


@dataclass(frozen=True)
class Entry:
    """One item group as entered: where it stands, its values, and when it was saved."""

    subject: str
    event: str
    event_repeat: str
    form: str
    repeat: str
    values: Line
    saved: datetime


@dataclass(frozen=True)
class Correction:
    """A later change of an entry: the item's first value, or an entry taken away (no item)."""

    subject: str
    event: str
    form: str
    repeat: str
    item: str
    first: str
    when: datetime
    reason: str


CORRECTIONS = (
    Correction("01-003", "LOG", "AE", "2", "", "", datetime(2018, 11, 5, 10, 12), "Entered twice"),
    Correction(
        "01-005", "SCR", "DM", "", "BRTHDAT", "?", datetime(2016, 2, 3, 14, 40), "Year misread"
    ),
    Correction("01-007", "LOG", "AE", "1", "AESEV", "2", datetime(2018, 12, 3, 9, 20), "Query 118"),
    Correction(
        "01-008", "M09", "SV", "", "SVSTDAT", "?", datetime(2016, 6, 1, 11, 5), "Source checked"
    ),
    Correction("01-015", "SCR", "MS", "", "MSONDAT", "?", datetime(2016, 9, 19, 16, 2), "Query 64"),
)


def screening(subject: Subject, draws: Draws, hand: str) -> dict[str, Line]:
    """The forms of the screening visit."""
    diagnosed = subject.onset + timedelta(days=draws.whole(60, 900))
    course = "3" if subject.number in PPMS else "2"
    return {
        "SV": {"SVSTDAT": dmy(subject.consent), "SVCNTMOD": untidy(draws, "In person")},
        "IC": {"RFICDAT": dmy(subject.consent), "ICVER": draws.pick(("2.0", "2.1"))},
        "DM": {
            "BRTHDAT": dmy(subject.birth),
            "SEX": "1" if subject.sex == "M" else "2",
            "RACE": draws.pick(
                ("White", "WHITE", "white ", "White", "Black or African American", "asian")
            ),
            "ETHNIC": "1" if draws.chance(0.12) else "2",
            "HAND": hand,
        },
        "MS": {
            "MSTYPE": course,
            "MSONDAT": subject.onset_text,
            "MSDXDAT": dmy(diagnosed, draws.pick(("day", "month", "year"))),
            "MSSTABLE": draws.pick(("Y", "Yes", "yes", "y")),
        },
    }


HISTORY = (
    "Hypertension",
    "Depression",
    "Neurogenic bladder",
    "Hypothyroidism",
    "Osteopenia",
    "Hyperlipidemia",
    "Seasonal allergies",
    "Vitamin D deficiency",
)


def medical_history(subject: Subject, draws: Draws) -> list[Line]:
    """Other conditions, none to three, in several spellings, with partial dates."""
    lines = []
    first = draws.whole(0, len(HISTORY) - 1)
    for place in range(draws.whole(0, 3)):
        start = subject.consent - timedelta(days=draws.whole(700, 6000))
        over = draws.chance(0.25)
        line = {
            "MHTERM": untidy(draws, HISTORY[(first + 3 * place) % len(HISTORY)]),
            "MHSTDAT": dmy(start, draws.pick(("day", "month", "year", "year"))),
            "MHONGO": draws.pick(("N", "No", "no") if over else ("Y", "Yes", "yes ")),
        }
        if over:
            end = start + timedelta(days=draws.whole(370, 650))
            line["MHENDAT"] = dmy(end, draws.pick(("day", "month")))
        lines.append(line)
    return lines


def procedures(subject: Subject, draws: Draws) -> list[Line]:
    """Bone marrow aspiration, a lumbar puncture for each dose, and one at month 9 for CSF."""
    rows = [("Bone marrow aspiration", "Source of cells", subject.marrow)]
    rows += [
        ("Lumbar puncture", f"Injection {DOSES.index(m) + 1}", subject.visits[m]) for m in DOSES
    ]
    if subject.number in PAIRED:
        rows.append(("Lumbar puncture", "CSF sample", subject.visits[9]))
    return [
        {"PRTRT": untidy(draws, name), "PRINDC": reason, "PRSTDAT": dmy(day)}
        for name, reason, day in rows
    ]


# Name, dose, unit, route, frequency of each disease-modifying therapy.
THERAPIES = (
    ("Glatiramer acetate", "20", "mg", "Subcutaneous", "QD"),
    ("Interferon beta-1a", "30", "mcg", "Intramuscular", "Weekly"),
    ("Dimethyl fumarate", "240", "mg", "Oral", "BID"),
    ("Fingolimod", "0.5", "mg", "Oral", "QD"),
    ("Natalizumab", "300", "mg", "Intravenous", "Every 4 weeks"),
    ("Teriflunomide", "14", "mg", "Oral", "QD"),
    ("Mycophenolate mofetil", "1000", "mg", "Oral", "BID"),
)
RITUXIMAB = ("Rituximab", "1000", "mg", "Intravenous", "Every 6 months")
OTHER_DRUGS = (
    ("Baclofen", "10", "mg", "Oral", "TID", "Spasticity"),
    ("Gabapentin", "300", "mg", "Oral", "TID", "Neuropathic pain"),
    ("Acetaminophen", "500", "mg", "Oral", "PRN", "Pain"),
    ("Ibuprofen", "400", "mg", "Oral", "PRN", "Pain"),
    ("Cholecalciferol", "2000", "IU", "Oral", "QD", "Vitamin D deficiency"),
    ("Modafinil", "200", "mg", "Oral", "QD", "Fatigue"),
)


def drug(draws: Draws, category: str, row: Sequence[str], indication: str) -> Line:
    """A medication line without its dates."""
    name, dose, unit, route, frequency = row[:5]
    return {
        "CMCAT": category,
        "CMTRT": untidy(draws, name),
        "CMINDC": indication,
        "CMDOSE": dose,
        "CMDOSU": draws.pick((unit, unit, unit.upper())),
        "CMROUTE": draws.pick((route, route.upper(), route.lower())),
        "CMFREQ": frequency,
    }


def antibiotics(subject: Subject, draws: Draws) -> list[Line]:
    """Tobramycin and vancomycin with each of the three injections."""
    lines = []
    for number, month in enumerate(DOSES, start=1):
        day = dmy(subject.visits[month])
        for name, dose in (("Tobramycin", "80"), ("Vancomycin", "500")):
            row = (name, dose, "mg", draws.pick(("Intravenous", "IV")), "Once")
            line = drug(draws, "Antibiotic", row, "Prophylaxis at injection")
            line |= {"CMSTDAT": day, "CMENDAT": day, "CMONGO": draws.pick(("N", "No"))}
            lines.append(line | {"CMINJ": str(number)})
    return lines


def therapy(subject: Subject, draws: Draws) -> Line:
    """The disease-modifying therapy, which goes on; subject 9 has one from month 18 only."""
    on = {"CMONGO": draws.pick(("Y", "Yes", "yes"))}
    if subject.number == 9:
        start = working_day(subject.visits[0] + timedelta(days=548))
        return drug(draws, "DMT", RITUXIMAB, "Multiple sclerosis") | {"CMSTDAT": dmy(start)} | on
    row = RITUXIMAB if draws.chance(0.12) else THERAPIES[draws.whole(0, len(THERAPIES) - 1)]
    start = subject.consent - timedelta(days=draws.whole(420, 1500))
    text = dmy(start, draws.pick(("day", "month", "month", "year")))
    return drug(draws, "DMT", row, "Multiple sclerosis") | {"CMSTDAT": text} | on


def medications(subject: Subject, draws: Draws) -> list[Line]:
    """All medication lines of a subject; for subject 19 also the cream for the dermatitis."""
    lines = [therapy(subject, draws), *antibiotics(subject, draws)]
    first = draws.whole(0, len(OTHER_DRUGS) - 1)
    for place in range(draws.whole(0, 2)):
        row = OTHER_DRUGS[(first + place) % len(OTHER_DRUGS)]
        start = subject.consent - timedelta(days=draws.whole(400, 1800))
        line = drug(draws, "Other", row, row[5])
        line |= {"CMSTDAT": dmy(start, draws.pick(("month", "year", "year")))}
        lines.append(line | {"CMONGO": draws.pick(("Y", "YES", "Yes "))})
    for event in ADVERSE_EVENTS:
        if event.subject == subject.number and event.cream:
            start = subject.visits[12] + timedelta(days=event.offset + 1)
            cream = ("Hydrocortisone cream", "1", "application", "Topical", "BID")
            line = drug(draws, "Other", cream, event.preferred) | {"CMONGO": "No"}
            dates = {"CMSTDAT": dmy(start), "CMENDAT": dmy(start + timedelta(days=10))}
            lines.append(line | dates)
    return lines


@dataclass(frozen=True)
class Adverse:
    """An adverse event: days from the month 12 visit to its start, and its length in days."""

    subject: int
    term: str
    preferred: str
    system: str
    offset: int
    length: int | None
    known: str
    severity: str
    relation: str
    cream: bool = False


NERVOUS = "Nervous system disorders"
MUSCLE = "Musculoskeletal and connective tissue disorders"
SKIN = "Skin and subcutaneous tissue disorders"
ADVERSE_EVENTS = (
    Adverse(7, "Minor headache", "Headache", NERVOUS, 45, 2, "day", "1", "2"),
    Adverse(12, "knee pain", "Arthralgia", MUSCLE, -9, 40, "day", "1", "1"),
    Adverse(4, "LOW BACK PAIN", "Back pain", MUSCLE, 190, None, "month", "2", "1"),
    Adverse(3, "Rash left forearm", "Rash", SKIN, 80, 12, "day", "1", "1"),
    Adverse(16, "eczema ", "Eczema", SKIN, 260, None, "month", "1", "1"),
    Adverse(19, "Contact Dermatitis", "Dermatitis contact", SKIN, 130, 11, "day", "1", "1", True),
)


def adverse_events(subject: Subject, draws: Draws, drugs: Sequence[Line]) -> list[Line]:
    """The adverse events of a subject; subject 3's rash stands twice until a line is removed."""
    lines = []
    for event in (e for e in ADVERSE_EVENTS if e.subject == subject.number):
        start = subject.visits[12] + timedelta(days=event.offset)
        line = {
            "AETERM": event.term,
            "AEDECOD": event.preferred,
            "AEBODSYS": event.system,
            "AESTDAT": dmy(start, event.known),
            "AEONGO": draws.pick(("N", "No")) if event.length else draws.pick(("Y", "yes")),
            "AESEV": event.severity,
            "AESER": draws.pick(("N", "No", "no")),
            "AEREL": event.relation,
            "AEOUT": "1" if event.length else "3",
            "AECONTRT": "Y" if event.cream else draws.pick(("N", "no")),
        }
        if event.length:
            line["AEENDAT"] = dmy(start + timedelta(days=event.length))
        if event.cream:
            line["AECMLINE"] = str(len(drugs))
        lines.append(line)
    return lines * 2 if subject.number == 3 else lines


def disposition(subject: Subject, draws: Draws) -> list[Line]:
    """The end of treatment and the end of the study: everybody completed both, alive."""
    stages = (("End of treatment", 6), ("End of study", 30))
    return [
        {
            "DSSCAT": stage,
            "DSTERM": untidy(draws, "Completed"),
            "DSSTDAT": dmy(subject.visits[month]),
            "DSALIVE": draws.pick(("Y", "Yes", "yes")),
        }
        for stage, month in stages
    ]


# Unscheduled contacts: subject, days after the month 9 visit, how, why.
UNSCHEDULED = (
    (4, 15, "Telephone", "Medication query"),
    (12, 87, "In person", "Knee pain"),
    (12, 101, "telephone", "Knee pain follow-up"),
)
CONTINUED = (6, 12, 5)  # subject, month and days later of a visit held on two days


def visit_entries(subject: Subject, draws: Draws) -> list[Entry]:
    """The visit form of each contact after screening, repeats and unscheduled ones among them."""
    entries = []

    def add(event: str, repeat: str, day: date, mode: str, reason: str = "") -> None:
        values = {"SVSTDAT": dmy(day), "SVCNTMOD": mode} | ({"SVREAS": reason} if reason else {})
        saved = keyed(draws, day)
        entries.append(Entry(subject.key, event, repeat, "SV", "", values, saved))

    for month in MONTHS:
        remote = month == 30 and subject.number in REMOTE
        mode = draws.pick(("Telemedicine", "telemedicine ", "Video visit")) if remote else ""
        add(f"M{month:02d}", "1", subject.visits[month], mode or untidy(draws, "In person"))
        if CONTINUED[:2] == (subject.number, month):
            later = working_day(subject.visits[month] + timedelta(days=CONTINUED[2]))
            add(f"M{month:02d}", "2", later, "In person", "Continued: subject too tired on day 1")
    mine = [contact for contact in UNSCHEDULED if contact[0] == subject.number]
    for number, (_, days, mode, reason) in enumerate(mine, start=1):
        day = working_day(subject.visits[9] + timedelta(days=days))
        add("UNS", str(number), day, mode, reason)
    return entries


def keyed(draws: Draws, day: date) -> datetime:
    """The moment a form is saved, some days after the day it is about."""
    moment = datetime.combine(day + timedelta(days=draws.whole(1, 6)), datetime.min.time())
    return moment + timedelta(minutes=draws.whole(500, 1000))


def subject_entries(subject: Subject, hand: str) -> list[Entry]:
    """All that is entered for a subject, in the order of the events."""
    draws = Draws(f"edc {subject.number}")
    saved = keyed(draws, subject.consent)
    entries = [
        Entry(subject.key, "SCR", "", form, "", values, saved)
        for form, values in screening(subject, draws, hand).items()
    ]
    entries += visit_entries(subject, draws)
    drugs = medications(subject, draws)
    events = adverse_events(subject, draws, drugs)
    logs = {
        "MH": medical_history(subject, draws),
        "PR": procedures(subject, draws),
        "CM": drugs,
        "AEYN": [{"AEYN": draws.pick(("Yes", "YES", "Y") if events else ("No", "NO", "n"))}],
        "AE": events,
        "DS": disposition(subject, draws),
    }
    closed = keyed(draws, subject.visits[30])
    for form, lines in logs.items():
        for number, values in enumerate(lines, start=1):
            repeat = str(number) if FORMS[form].repeating else ""
            entries.append(Entry(subject.key, "LOG", "", form, repeat, values, closed))
    return entries


def first_value(correction: Correction, final: str) -> str:
    """What was entered before a correction: as given, or (?) the final value mistyped."""
    if correction.first != "?":
        return correction.first
    if correction.item == "SVSTDAT":  # the day before
        day, month, year = final.split("-")
        return f"{int(day) - 1 if day != '01' else 2:02d}-{month}-{year}"
    return f"{final[:-4]}{int(final[-4:]) - 10}"  # the decade misread


# --- the EDC export: ODM ---------------------------------------------------------------------

ODM = "http://www.cdisc.org/ns/odm/v1.3"
METADATA = "MDV.3"


def element(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    """A child element of the ODM namespace, with its attributes and text."""
    child = etree.SubElement(parent, f"{{{ODM}}}{name}", attributes)
    if text:
        child.text = text
    return child


def described(parent: etree._Element, name: str, text: str) -> None:
    """A Description, Question or Decode in English."""
    inner = element(element(parent, name), "TranslatedText", text)
    inner.set("{http://www.w3.org/XML/1998/namespace}lang", "en")


def yes_no(condition: bool) -> str:
    """The ODM's words for a truth value."""
    return "Yes" if condition else "No"


def write_events(version: etree._Element) -> None:
    """Protocol and study events, each with the forms it uses."""
    protocol = element(version, "Protocol")
    for order, event in enumerate(EVENTS, start=1):
        element(
            protocol,
            "StudyEventRef",
            StudyEventOID=f"SE.{event}",
            OrderNumber=str(order),
            Mandatory=yes_no(event not in ("UNS", "LOG")),
        )
    kinds = {"UNS": "Unscheduled", "LOG": "Common"}
    for event, title in EVENTS.items():
        definition = element(
            version,
            "StudyEventDef",
            OID=f"SE.{event}",
            Name=title,
            Repeating=yes_no(event in REPEATING_EVENTS),
            Type=kinds.get(event, "Scheduled"),
        )
        for form in EVENT_FORMS[event]:
            element(definition, "FormRef", FormOID=f"F.{form}", Mandatory="No")


def write_items(version: etree._Element) -> None:
    """Forms, item groups, items with their question text, and codelists."""
    for form in FORMS.values():
        definition = element(
            version, "FormDef", OID=f"F.{form.name}", Name=form.title, Repeating="No"
        )
        element(definition, "ItemGroupRef", ItemGroupOID=f"IG.{form.name}", Mandatory="No")
    for form in FORMS.values():
        group = element(
            version,
            "ItemGroupDef",
            OID=f"IG.{form.name}",
            Name=form.name,
            Repeating=yes_no(form.repeating),
        )
        described(group, "Description", form.title)
        for order, item in enumerate(form.items, start=1):
            oid = f"I.{form.name}.{item}"
            element(group, "ItemRef", ItemOID=oid, OrderNumber=str(order), Mandatory="No")
    for form in FORMS.values():
        for item, question in form.items.items():
            write_item(version, form.name, item, question)
    for name, codes in CODELISTS.items():
        codelist = element(version, "CodeList", OID=f"CL.{name}", Name=name, DataType="text")
        for code, meaning in codes.items():
            described(element(codelist, "CodeListItem", CodedValue=code), "Decode", meaning)


def write_item(version: etree._Element, form: str, name: str, question: str) -> None:
    """One item: its type, question and codelist."""
    kind = NUMBER_ITEMS.get(name, "text")
    attributes = {"Length": "200" if kind == "text" else "8", "SASFieldName": name}
    if kind == "float":
        attributes["SignificantDigits"] = "2"
    oid = f"I.{form}.{name}"
    definition = element(version, "ItemDef", OID=oid, Name=name, DataType=kind, **attributes)
    described(definition, "Question", question)
    if name in CODELISTS:
        element(definition, "CodeListRef", CodeListOID=f"CL.{name}")


def write_study(root: etree._Element) -> None:
    """The study with its metadata, and the users and the site that audit records name."""
    study = element(root, "Study", OID=STUDY)
    names = element(study, "GlobalVariables")
    element(names, "StudyName", STUDY)
    element(names, "StudyDescription", f"Intrathecal MSC-NP in progressive MS. {SYNTHETIC}")
    element(names, "ProtocolName", STUDY)
    version = element(study, "MetaDataVersion", OID=METADATA, Name="Case report form 3")
    write_events(version)
    write_items(version)
    admin = element(root, "AdminData", StudyOID=STUDY)
    for user, name in (("U.CRC", "coordinator"), ("U.DM", "datamanager")):
        login = element(
            admin, "User", OID=user, UserType="Investigator" if user == "U.CRC" else "Other"
        )
        element(login, "LoginName", name)
    site = element(admin, "Location", OID="L.01", Name="Site 01", LocationType="Site")
    element(
        site,
        "MetaDataVersionRef",
        StudyOID=STUDY,
        MetaDataVersionOID=METADATA,
        EffectiveDate="2013-09-02",
    )


def audit(parent: etree._Element, user: str, when: datetime, reason: str = "") -> None:
    """Who changed the parent, where, when and why."""
    record = element(parent, "AuditRecord")
    element(record, "UserRef", UserOID=user)
    element(record, "LocationRef", LocationOID="L.01")
    element(record, "DateTimeStamp", when.isoformat())
    if reason:
        element(record, "ReasonForChange", reason)


def keys(**attributes: str) -> dict[str, str]:
    """Attributes without the empty ones, as repeat keys of what does not repeat are."""
    return {name: value for name, value in attributes.items() if value}


def write_subject(clinical: etree._Element, entries: Sequence[Entry]) -> None:
    """One subject's first entries, as inserts; each form carries its audit record."""
    subject = element(
        clinical, "SubjectData", SubjectKey=entries[0].subject, TransactionType="Insert"
    )
    audit(subject, "U.CRC", entries[0].saved)
    element(subject, "SiteRef", LocationOID="L.01")
    places: dict[tuple[str, ...], etree._Element] = {}
    for entry in entries:
        at: tuple[str, ...] = (entry.event, entry.event_repeat)
        if at not in places:
            oid = f"SE.{entry.event}"
            attributes = keys(StudyEventOID=oid, StudyEventRepeatKey=entry.event_repeat)
            places[at] = element(subject, "StudyEventData", **attributes, TransactionType="Insert")
        page = (*at, entry.form)
        if page not in places:
            places[page] = element(
                places[at], "FormData", FormOID=f"F.{entry.form}", TransactionType="Insert"
            )
            audit(places[page], "U.CRC", entry.saved)
        write_entry(places[page], entry)


def write_entry(page: etree._Element, entry: Entry) -> None:
    """An item group with its items, as first entered; an AE without an end says so."""
    attributes = keys(ItemGroupOID=f"IG.{entry.form}", ItemGroupRepeatKey=entry.repeat)
    group = element(page, "ItemGroupData", **attributes, TransactionType="Insert")
    for item in FORMS[entry.form].items:
        oid = f"I.{entry.form}.{item}"
        if item in entry.values:
            value = as_entered(entry, item)
            element(group, "ItemData", ItemOID=oid, TransactionType="Insert", Value=value)
        elif item == "AEENDAT":
            element(group, "ItemData", ItemOID=oid, TransactionType="Insert", IsNull="Yes")


def concerns(correction: Correction, entry: Entry) -> bool:
    """Whether a correction is of this entry."""
    place = (entry.subject, entry.event, entry.form, entry.repeat)
    return place == (correction.subject, correction.event, correction.form, correction.repeat)


def as_entered(entry: Entry, item: str) -> str:
    """An item's value before any correction."""
    for correction in CORRECTIONS:
        if correction.item == item and concerns(correction, entry):
            return first_value(correction, entry.values[item])
    return entry.values[item]


def write_correction(clinical: etree._Element, correction: Correction, entry: Entry) -> None:
    """One later transaction: an Update of an item, or the Remove of an item group."""
    subject = element(
        clinical, "SubjectData", SubjectKey=correction.subject, TransactionType="Context"
    )
    element(subject, "SiteRef", LocationOID="L.01")
    attributes = keys(StudyEventOID=f"SE.{entry.event}", StudyEventRepeatKey=entry.event_repeat)
    event = element(subject, "StudyEventData", **attributes, TransactionType="Context")
    page = element(event, "FormData", FormOID=f"F.{entry.form}", TransactionType="Context")
    attributes = keys(ItemGroupOID=f"IG.{entry.form}", ItemGroupRepeatKey=entry.repeat)
    kind = "Context" if correction.item else "Remove"
    group = element(page, "ItemGroupData", **attributes, TransactionType=kind)
    changed = group
    if correction.item:
        changed = element(
            group,
            "ItemData",
            ItemOID=f"I.{entry.form}.{correction.item}",
            TransactionType="Update",
            Value=entry.values[correction.item],
        )
    audit(changed, "U.DM", correction.when, correction.reason)


def edc(subjects: Sequence[Subject], hands: dict[int, str]) -> bytes:
    """The EDC's transactional ODM 1.3.2 export: first entries, then corrections by date."""
    root = etree.Element(
        f"{{{ODM}}}ODM",
        {
            "ODMVersion": "1.3.2",
            "FileType": "Transactional",
            "FileOID": f"{STUDY}.EXPORT.7",
            "Granularity": "All",
            "CreationDateTime": EXTRACTED.isoformat(),
            "AsOfDateTime": EXTRACTED.isoformat(),
            "SourceSystem": "Synthetic EDC",
            "Description": SYNTHETIC,
        },
        nsmap=cast(dict[str, str], {None: ODM}),  # the stubs know no default namespace
    )
    write_study(root)
    first = element(root, "ClinicalData", StudyOID=STUDY, MetaDataVersionOID=METADATA)
    everything: list[Entry] = []
    for subject in subjects:
        entries = subject_entries(subject, hands[subject.number])
        write_subject(first, entries)
        everything += entries
    for correction in sorted(CORRECTIONS, key=lambda c: c.when):
        later = element(root, "ClinicalData", StudyOID=STUDY, MetaDataVersionOID=METADATA)
        entry = next(e for e in everything if concerns(correction, e))
        write_correction(later, correction, entry)
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")


# --- all together ----------------------------------------------------------------------------


def make_files() -> dict[str, bytes]:
    """Every raw file by name."""
    subjects = make_subjects()
    draws = Draws("hands")
    hands = {number: "L" if draws.chance(0.15) else "R" for number in NUMBERS}
    return {
        "edc.xml": edc(subjects, hands),
        "dosing.csv": dosing(subjects),
        "edss.csv": edss(subjects),
        "t25fw.csv": t25fw(subjects),
        "nhpt.csv": nhpt(subjects, hands),
        "headache.csv": headache(subjects),
        "mri.csv": mri(subjects),
        "csf_lab.xlsx": csf_lab(subjects),
    }


def main() -> None:
    """Write the raw files into the folder asked for."""
    parser = argparse.ArgumentParser(description="Make the synthetic raw records of NCT01933802.")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("raw"))
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in make_files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
