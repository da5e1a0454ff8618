"""The reference study, analysed from its ADaM files alone.

    cdisc convert mappings/nct01933802 --out out
    python docs/examples/reference_study.py out/adam
    python docs/examples/reference_study.py out/adam --out displays

Reads the SAS transport files of a converted package and nothing else, with pyreadstat, as any other
program would; computes with pandas and SciPy. Without ``--out`` it prints the numbers and the two
tables; with it, it writes the tables (CSV) and the four figures (PNG) too, which needs matplotlib.

Which records and variables each result is of stands in the function that computes it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
from scipy import stats

ALPHA = 0.05
FEET = 25
#: The biomarkers by parameter code, as the trial's publication calls them.
MARKERS = {
    "MCP1": "CCL2",
    "HGF": "HGF",
    "CXCL12": "CXCL12",
    "INTLK8": "IL-8",
    "TGFB2": "TGF-β2",
    "NFLP": "NfL",
}
#: Who is tested for each: all with a pair, or responders and the others apart.
TESTS = (
    ("MCP1", "All"),
    ("TGFB2", "All"),
    ("NFLP", "All"),
    *((code, group) for code in ("HGF", "CXCL12", "INTLK8") for group in ("Responders", "Others")),
)
GROUPS = {
    "A": "sustained improvement by 2.0 or more",
    "B": "sustained improvement by 0.5 or more",
    "C": "stable",
    "D": "worse by 0.5 or more",
}

Adam = Mapping[str, pd.DataFrame]


def read_adam(folder: Path) -> dict[str, pd.DataFrame]:
    """The analysis datasets of a folder by name; ``subject`` is the subject's number.

    Text that is missing is an empty text, as SAS has it.
    """
    found = {}
    for path in sorted(folder.glob("ad*.xpt")):
        frame, _ = pyreadstat.read_xport(str(path))
        texts = frame.select_dtypes(["object", "string"]).columns
        frame[texts] = frame[texts].fillna("")
        found[path.stem.upper()] = frame.assign(subject=frame["SUBJID"].astype(int))
    return found


def subjects_of(frame: pd.DataFrame) -> list[int]:
    """The numbers of the subjects that have a record, in order."""
    return sorted({int(number) for number in frame["subject"]})


# --- subjects, exposure, safety --------------------------------------------------------------


def population(adam: Adam) -> int:
    """Subjects treated: ADSL with SAFFL of Y."""
    return int((adam["ADSL"]["SAFFL"] == "Y").sum())


def exposure(adam: Adam) -> dict[str, Any]:
    """Injections and antibiotics: ADEX by PARAMCD and PARCAT1."""
    given = adam["ADEX"]
    injections = given[given["PARAMCD"] == "MSCNP"]
    return {
        "injections": len(injections),
        "injections a subject": sorted(set(injections.groupby("subject").size())),
        "total (10^6 cells)": round(float(injections["AVAL"].sum()), 6),
        "mean (10^6 cells)": round(float(injections["AVAL"].mean()), 6),
        "antibiotics": int((given["PARCAT1"] == "ANTIBIOTIC").sum()),
    }


def contacts(adam: Adam) -> dict[str, int]:
    """How subjects were seen at month 30: ADSL.M30CNTMD."""
    return {str(mode): int(n) for mode, n in adam["ADSL"]["M30CNTMD"].value_counts().items()}


def adverse_events(adam: Adam) -> dict[str, int]:
    """Subjects with a treatment-emergent event by body system: ADAE, first of each (AOCCSFL)."""
    first = adam["ADAE"][lambda events: events["AOCCSFL"] == "Y"]
    return {str(system): int(n) for system, n in first.groupby("AEBODSYS").size().items()}


def serious_events(adam: Adam) -> int:
    """Serious adverse events: ADAE with AESER of Y."""
    return int((adam["ADAE"]["AESER"] == "Y").sum())


def enhancing_lesions(adam: Adam) -> tuple[int, int]:
    """Subjects with a gadolinium-enhancing lesion at any time, of those with an image: ADNV."""
    images = adam["ADNV"][lambda frame: frame["PARAMCD"] == "GDELES"]
    return len(subjects_of(images[images["CRIT1FL"] == "Y"])), len(subjects_of(images))


# --- disability ------------------------------------------------------------------------------


def edss(adam: Adam) -> pd.DataFrame:
    """The records of the EDSS total: ADRS with PARAMCD of EDSS."""
    return adam["ADRS"][lambda frame: frame["PARAMCD"] == "EDSS"]


def improved(adam: Adam, month: int) -> dict[str, list[int]]:
    """Subjects whose EDSS is better by 0.5 and by 2.0, or worse by 0.5, at a visit: CRIT1 to 3."""
    visit = edss(adam)[lambda frame: frame["AVISITN"] == month]
    words = {"CRIT1FL": "better by 0.5", "CRIT2FL": "better by 2.0", "CRIT3FL": "worse by 0.5"}
    return {said: subjects_of(visit[visit[flag] == "Y"]) for flag, said in words.items()}


def response_groups(adam: Adam) -> dict[str, list[int]]:
    """Subjects of each group at month 30: ADRS.EDSSGRP."""
    visit = edss(adam)[lambda frame: (frame["AVISITN"] == 30) & (frame["INPERSFL"] == "Y")]
    return {name: subjects_of(visit[visit["EDSSGRP"] == name]) for name in GROUPS}


def time_to_improvement(adam: Adam) -> dict[str, float]:
    """Events, and the Kaplan-Meier estimate of the share not improved at the end: ADTTE."""
    times = adam["ADTTE"][lambda frame: frame["PARAMCD"] == "TTEDSSI"]
    sample = stats.CensoredData.right_censored(times["AVAL"], times["CNSR"] == 1)
    share = stats.ecdf(sample).sf.probabilities[-1]
    return {"events": int((times["CNSR"] == 0).sum()), "not improved": round(float(share), 3)}


# --- walking ---------------------------------------------------------------------------------


def walks(adam: Adam, parameter: str = "T25SPD") -> pd.DataFrame:
    """The analysed walks: ADFT with ANL01FL of Y."""
    return adam["ADFT"][lambda frame: (frame["PARAMCD"] == parameter) & (frame["ANL01FL"] == "Y")]


def faster(adam: Adam, month: int) -> list[int]:
    """Ambulatory subjects whose speed is more than 20% above baseline: CRIT1 of T25SPD."""
    visit = walks(adam)[lambda frame: (frame["AVISITN"] == month) & (frame["AMBULFL"] == "Y")]
    return subjects_of(visit[visit["CRIT1FL"] == "Y"])


def walked(adam: Adam, month: int) -> list[int]:
    """Subjects with a timed walk at a visit."""
    visit = walks(adam)[lambda frame: frame["AVISITN"] == month]
    return subjects_of(visit[visit["AVAL"].notna()])


# --- biomarkers ------------------------------------------------------------------------------


def pairs(adam: Adam) -> pd.DataFrame:
    """The values that can be compared: ADLB with PAIRFL of Y."""
    return adam["ADLB"][lambda frame: frame["PAIRFL"] == "Y"]


def changes(adam: Adam, code: str, group: str = "All") -> pd.Series:
    """The change at month 9 of each subject: ADLB.CHG, by RESPFL."""
    response = {"All": ["Y", "N"], "Responders": ["Y"], "Others": ["N"]}[group]
    chosen = pairs(adam)[
        lambda frame: (
            (frame["PARAMCD"] == code) & (frame["AVISITN"] == 9) & frame["RESPFL"].isin(response)
        )
    ]
    return chosen.set_index("subject")["CHG"].sort_index()


def signed_rank(adam: Adam) -> pd.DataFrame:
    """Wilcoxon's signed-rank test of each change at month 9, exact and two-sided."""
    found = []
    for code, group in TESTS:
        change = changes(adam, code, group)
        test = stats.wilcoxon(change, method="exact", alternative="two-sided")
        found.append(
            {
                "marker": code,
                "group": group,
                "n": len(change),
                "median change": change.median(),
                "W": float(test.statistic),
                "p": float(test.pvalue),
            }
        )
    return pd.DataFrame(found).set_index(["marker", "group"])


def correlation(adam: Adam, one: str = "MCP1", other: str = "TGFB2") -> tuple[float, float]:
    """Spearman's correlation of two markers' changes at month 9, and its p."""
    first, second = changes(adam, one), changes(adam, other)
    test = stats.spearmanr(first, second.reindex(first.index))
    return float(test.statistic), float(test.pvalue)


def regression(adam: Adam, on: str, code: str = "HGF") -> tuple[float, float]:
    """Slope and p of the linear regression of a marker's baseline on AGE or MSDUR."""
    base = pairs(adam)[lambda frame: (frame["PARAMCD"] == code) & (frame["ABLFL"] == "Y")]
    line = stats.linregress(base[on], base["AVAL"])
    return float(line.slope), float(line.pvalue)


def high_nfl(adam: Adam) -> dict[str, pd.Series]:
    """Changes of NfL from a baseline above 1,000 ng/L, responders and others: ADLB.BASECAT1."""
    high = pairs(adam)[
        lambda frame: (
            (frame["PARAMCD"] == "NFLP") & (frame["AVISITN"] == 9) & (frame["BASECAT1"] == ">1000")
        )
    ]
    groups = {"Responders": "Y", "Others": "N"}
    return {
        name: high[high["RESPFL"] == flag].set_index("subject")["CHG"].sort_index()
        for name, flag in groups.items()
    }


# --- tables ----------------------------------------------------------------------------------


def subject_table(adam: Adam) -> pd.DataFrame:
    """The subjects: ADSL."""
    columns = {
        "SEX": "Sex",
        "AGE": "Age",
        "MSTYPE": "MS",
        "MSDUR": "Years of MS",
        "DMTBL": "Therapy at baseline",
        "EDSSBL": "EDSS",
        "EDSSC12": "Change, month 12",
        "EDSSC30": "Change, month 30",
        "EDSSGRP": "Group",
        "CUMDOSE": "Cells (10^6)",
    }
    table = adam["ADSL"].set_index("subject").sort_index()[list(columns)]
    table = table.assign(AGE=table["AGE"].astype(int))
    return table.round({"MSDUR": 1, "CUMDOSE": 1}).rename(columns=columns)


def walking_table(adam: Adam) -> pd.DataFrame:
    """Seconds of the walk at each visit, and the change of speed in percent at months 9 and 30.

    Who ever walked is there: a visit without a walk is empty.
    """
    seconds = walks(adam, "T25FW").pivot(index="subject", columns="AVISITN", values="AVAL")
    speed = walks(adam).pivot(index="subject", columns="AVISITN", values="PCHG")
    table = seconds.round(1).rename(columns=lambda month: f"Month {month:g} (s)")
    for month in (9, 30):
        table[f"Speed, month {month} (%)"] = speed[month].round(1)
        table[f">20%, month {month}"] = np.where(table.index.isin(faster(adam, month)), "Y", "")
    return table[seconds.notna().any(axis="columns")].rename_axis(columns=None)


# --- figures ---------------------------------------------------------------------------------


def draw(adam: Adam, folder: Path) -> list[Path]:
    """The four figures as PNG files; needs matplotlib."""
    import matplotlib

    matplotlib.use("Agg")
    drawn = {
        "edss": _draw_edss(adam),
        "ccl2_tgf_beta_2": _draw_inverse(adam),
        "hgf_cxcl12_il8": _draw_by_response(adam),
        "nfl": _draw_nfl(adam),
    }
    paths = []
    for name, figure in drawn.items():
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1], dpi=150)
    return paths


def _panels(rows: int, columns: int, title: str, **how: Any) -> tuple[Any, list[Any]]:
    """A figure of rows by columns of panels, and these in reading order."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.6 * columns, 3.2 * rows), layout="constrained")
    figure.suptitle(f"{title} (synthetic data)")
    return figure, list(np.ravel(figure.subplots(rows, columns, squeeze=False, **how)))


def _draw_edss(adam: Adam) -> Any:
    """The EDSS over time, a panel for each group and a line for each subject.

    Lines are a little apart, so that those of the same scores can all be seen.
    """
    figure, panels = _panels(2, 2, "EDSS by response group", sharex=True, sharey=True)
    scores = edss(adam)
    for panel, (name, words) in zip(panels, GROUPS.items(), strict=True):
        group = scores[scores["EDSSGRP"] == name]
        table = group.pivot(index="AVISITN", columns="subject", values="AVAL").sort_index()
        for number, subject in enumerate(table):
            apart = 0.06 * (number - (table.shape[1] - 1) / 2)
            panel.plot(table.index, table[subject] + apart, marker="o", ms=3, label=subject)
        panel.set_title(f"{name}: {words}", fontsize="small")
        panel.legend(title="Subject", fontsize="x-small", title_fontsize="x-small")
    for panel in panels[2:]:
        panel.set_xlabel("Month")
    for panel in panels[::2]:
        panel.set_ylabel("EDSS")
    return figure


def _draw_pairs(panel: Any, adam: Adam, code: str, groups: Iterable[str]) -> None:
    """Baseline and month 9 of each subject, joined by a line, side by side for each group."""
    values = pairs(adam)[lambda frame: frame["PARAMCD"] == code]
    tested = signed_rank(adam)
    ticks, labels = [], []
    for place, group in enumerate(groups):
        chosen = values[values["subject"].isin(changes(adam, code, group).index)]
        table = chosen.pivot(index="AVISITN", columns="subject", values="AVAL").sort_index()
        at = [2 * place, 2 * place + 1]
        panel.plot(at, table, color=f"C{place}", marker="o", ms=3, linewidth=0.8)
        p = f"\np = {tested.loc[(code, group), 'p']:.3f}" if (code, group) in tested.index else ""
        ticks += at
        labels += [f"0\n{group}{p}", "9"]
    panel.set_xticks(ticks, labels, fontsize="x-small")
    panel.set_ylabel(f"{MARKERS[code]} (pg/mL)")


def _draw_inverse(adam: Adam) -> Any:
    """CCL2 and TGF-β2 at baseline and month 9, and the changes of one against the other."""
    figure, panels = _panels(1, 3, "CCL2 and TGF-β2 in CSF")
    _draw_pairs(panels[0], adam, "MCP1", ["All"])
    _draw_pairs(panels[1], adam, "TGFB2", ["All"])
    one, other = changes(adam, "MCP1"), changes(adam, "TGFB2")
    panels[2].scatter(one, other.reindex(one.index), s=14)
    rho, p = correlation(adam)
    panels[2].set_title(f"rho = {rho:.2f}, p = {p:.2g}", fontsize="small")
    panels[2].set_xlabel("Change of CCL2 (pg/mL)")
    panels[2].set_ylabel("Change of TGF-β2 (pg/mL)")
    return figure


def _draw_by_response(adam: Adam) -> Any:
    """HGF, CXCL12 and IL-8 by response; baseline HGF on age and duration of disease."""
    figure, panels = _panels(2, 3, "HGF, CXCL12 and IL-8 in CSF")
    for panel, code in zip(panels[:3], ("HGF", "CXCL12", "INTLK8"), strict=True):
        _draw_pairs(panel, adam, code, ["Responders", "Others"])
    base = pairs(adam)[lambda frame: (frame["PARAMCD"] == "HGF") & (frame["ABLFL"] == "Y")]
    for panel, (name, words) in zip(
        panels[3:], {"AGE": "Age (years)", "MSDUR": "Duration of MS (years)"}.items(), strict=False
    ):
        slope, p = regression(adam, name)
        panel.scatter(base[name], base["AVAL"], s=14)
        panel.axline((base[name].mean(), base["AVAL"].mean()), slope=slope, linewidth=0.8)
        panel.set_title(f"p = {p:.2g}", fontsize="small")
        panel.set_xlabel(words)
        panel.set_ylabel("HGF at baseline (pg/mL)")
    panels[5].axis("off")
    return figure


def _draw_nfl(adam: Adam) -> Any:
    """NfL at baseline and month 9: all subjects, and those above 1,000 by response."""
    figure, panels = _panels(1, 2, "NfL in CSF")
    _draw_pairs(panels[0], adam, "NFLP", ["All"])
    values = pairs(adam)[lambda frame: frame["PARAMCD"] == "NFLP"]
    for place, change in enumerate(high_nfl(adam).values()):
        chosen = values[values["subject"].isin(change.index)]
        table = chosen.pivot(index="AVISITN", columns="subject", values="AVAL").sort_index()
        panels[1].plot([2 * place, 2 * place + 1], table, color=f"C{place}", marker="o", ms=3)
    panels[1].set_xticks(range(4), ["0\nResponders", "9", "0\nOthers", "9"], fontsize="x-small")
    panels[1].axhline(1000, color="grey", linewidth=0.8, linestyle=":")
    panels[1].set_title("Above 1,000 pg/mL at baseline", fontsize="small")
    return figure


# --- all of it -------------------------------------------------------------------------------


def report(adam: Adam) -> str:
    """The numbers and the two tables as text."""
    with_lesion, imaged = enhancing_lesions(adam)
    tests = signed_rank(adam).rename(index=MARKERS, level="marker")
    groups = {name: f"{len(them)} {them}" for name, them in response_groups(adam).items()}
    rho, p = correlation(adam)
    lines = [
        "NCT01933802: all data are synthetic",
        f"Subjects treated: {population(adam)}",
        f"Exposure: {exposure(adam)}",
        f"Seen at month 30: {contacts(adam)}",
        f"Subjects with adverse events: {adverse_events(adam)}",
        f"Serious adverse events: {serious_events(adam)}",
        f"Gadolinium-enhancing lesions: {with_lesion} of {imaged} subjects",
        f"EDSS at month 12: {improved(adam, 12)}",
        f"EDSS groups at month 30: {groups}",
        f"Time to the first improvement by 0.5: {time_to_improvement(adam)}",
        f"More than 20% faster: month 9 {faster(adam, 9)}, month 30 {faster(adam, 30)}",
        f"CSF values in pairs: {len(pairs(adam))}",
        f"Changes of CCL2 and TGF-β2: rho = {rho:.2f}, p = {p:.2g}",
        *(
            f"Baseline HGF on {name}: p = {regression(adam, name)[1]:.2g}"
            for name in ("AGE", "MSDUR")
        ),
        *(
            f"NfL above 1,000 pg/mL, {group}: changes {change.round(1).to_list()}"
            for group, change in high_nfl(adam).items()
        ),
    ]
    tables = (tests.round(4), subject_table(adam), walking_table(adam))
    return "\n\n".join(["\n".join(lines), *(table.to_string(na_rep="") for table in tables)])


def main() -> None:
    """Prints the numbers, and writes the displays where asked to."""
    parser = argparse.ArgumentParser(description="The reference study from its ADaM files.")
    parser.add_argument("adam", type=Path, help="folder of the analysis datasets (out/adam)")
    parser.add_argument("--out", type=Path, help="folder for tables and figures")
    asked = parser.parse_args()
    adam = read_adam(asked.adam)
    print(report(adam))
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        subject_table(adam).to_csv(asked.out / "subjects.csv")
        walking_table(adam).to_csv(asked.out / "walking.csv")
        draw(adam, asked.out)


if __name__ == "__main__":
    main()
