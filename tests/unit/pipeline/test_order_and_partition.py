"""No result goes by the order of raw records, by their files, or by who is converted with whom.

``CASES`` is a table of studies. To have a new rule tested, add a spec that uses it: its sources are
those of ``CELLS``, whose values are few, so that ties, repeats and gaps abound.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from converters import columns
from converters.dataset import Dataset
from converters.mapping.expressions import parse
from converters.pipeline.convert import convert_sources
from converters.pipeline.plan import Plan, make_plan
from converters.sources import Source, read_columns, read_source
from converters.study import Study, read_study

SUBJECTS = ("1", "2", "10")
DATES = ("2020-01-05", "2020-01-10", "2020-01-10T08:00", "2020-01", "UN-JAN-2020", None)

#: The columns of each source and what stands in them. Sources without SUBJ belong to no subject.
CELLS: Mapping[str, Mapping[str, Sequence[str | None]]] = {
    "dm": {
        "SUBJ": SUBJECTS,
        "SITE": ("01", "02"),
        "SEX": ("M", "F"),
        "ARM": ("A", "B", None),
        "FIRST": DATES,
    },
    "ex": {
        "SUBJ": (*SUBJECTS, None),
        "DRUG": ("ACTIVE", "PLACEBO"),
        "DOSE": ("5", "10", "x", None),
        "KIT": ("K1", "K2", "K9", None),
        "START": DATES,
        "END": DATES,
    },
    "ae": {
        "SUBJ": (*SUBJECTS, None),
        "LINE": ("1", "2", "10"),
        "TERM": ("Rash", "Headache", "AE 2", "AE 10", None),
        "GRADE": ("1", "2", "9"),
        "SERIOUS": ("Y", "N", None),
        "DAY": ("01-JAN-2020", "UN-JAN-2020", "31-FEB-2020", None),
        "TIME": ("08:00", "9:30", None),
    },
    "coding": {"SUBJ": SUBJECTS, "LINE": ("1", "2", "10"), "PT": ("p", "q", None), "KIND": "xy"},
    "vs": {
        "SUBJ": (*SUBJECTS, None),
        "EVENT": ("Scr", "V1", "V9", None),
        "DAY": DATES,
        "DONE": ("Y", "N"),
        "SYS": ("120", "118", None),
        "PULSE": ("70", "71.50", "<60", "ND", None),
        "TEMP": ("98.6", "37", None),
        "TEMPU": ("F", "C", None),
    },
    "lb": {
        "SUBJ": (*SUBJECTS, None),
        "CODE": ("GLUC", "ALT"),
        "RES": ("5.1", "5.10", "NEG", None),
        "UNIT": ("mg/dL", "mmol/L", "U/L", None),
        "DAY": DATES,
        "RUN": ("1", "2"),
    },
    "kits": {"KIT": ("K1", "K2"), "LOT": ("L1", "L2", None), "MADE": ("2019", "2018")},
}
COLUMNS = {source: tuple(cells) for source, cells in CELLS.items()}
HEAD = {
    "visits": [
        {"VISIT": "SCREENING", "VISITNUM": 1, "VISITDY": -7, "names": ["Scr"]},
        {"VISIT": "WEEK 1", "VISITNUM": 2, "names": ["V1"]},
    ],
}

DM: Mapping[str, Any] = {
    "dataset": "DM",
    "source": "dm",
    "variables": {
        "SUBJID": {"from": "SUBJ"},
        "SITEID": {"from": "SITE"},
        "SEX": {"from": "SEX"},
        "ARM": {"from": "ARM", "recode": {"A": "Active", "B": "Basic"}},
        "RFSTDTC": {"lookup": {"dataset": "EX", "take": "EXSTDTC", "pick": "min"}},
        "RFENDTC": {"lookup": {"take": ["EX.EXENDTC", "EX.EXSTDTC"], "pick": "max"}},
        "RFXSTDTC": {"datetime": "FIRST"},
        "DTHFL": {"lookup": {"dataset": "AE", "pick": "exists", "where": "AESER == 'Y'"}},
        "BRTHDTC": {"lookup": {"source": "ex", "take": "START", "by": {"USUBJID": "USUBJID"}}},
    },
}
EX: Mapping[str, Any] = {
    "dataset": "EX",
    "source": "ex",
    "join": [{"source": "kits", "by": "KIT", "take": {"LOT": "LOTNO", "MADE": "YEAR"}}],
    "reject": [{"when": 'DOSE == "x"', "reason": "no dose"}],
    "variables": {
        "EXTRT": {"from": "DRUG"},
        "EXDOSE": {"from": "DOSE"},
        "EXLOT": {"concat": {"columns": ["LOTNO", "YEAR"], "separator": "/"}},
        "EXSTDTC": {"datetime": "START"},
        "EXENDTC": {"datetime": "END"},
    },
}
AE: Mapping[str, Any] = {
    "dataset": "AE",
    "source": "ae",
    "exclude": [{"when": "missing(TERM)", "reason": "no event"}],
    "join": [
        {"source": "coding", "by": ["SUBJ", "LINE"], "take": ["PT", "KIND"]},
        {"source": "dm", "by": "USUBJID", "take": {"SITE": "AT"}},
    ],
    "columns": {"LINE2": 'concat(LINE, "-", KIND)'},
    "variables": {
        "AETERM": {"from": "TERM", "uppercase": True},
        "AEDECOD": {"from": "PT"},
        "AESEV": {"from": "GRADE", "recode": {"1": "MILD", "2": "MODERATE"}},
        "AESER": {"from": "SERIOUS"},
        "AESTDTC": {"datetime": {"date": "DAY", "time": "TIME", "format": "dd-mon-yyyy"}},
        "AESPID": {"split": {"column": "LINE2", "separator": "-", "part": -1}},
        "AEACN": {"case": [{"when": "EX.EXDOSE > 5", "then": "DOSE REDUCED"}]},
    },
    "supplemental": {
        "AETRTEM": {
            "label": "Treatment Emergent",
            "case": [{"when": "AESTDTC >= DM.RFSTDTC", "then": "Y"}],
        },
        "AESITE": {"label": "Site", "from": "AT"},
    },
}
VS: Mapping[str, Any] = {
    "dataset": "VS",
    "source": "vs",
    "findings": [
        {"test": "SYSBP", "from": "SYS", "unit": "mmHg", "not_done": 'DONE == "N"'},
        {"test": "PULSE", "from": "PULSE", "unit": "beats/min", "standard_unit": "beats/min"},
        {"test": "TEMP", "from": "TEMP", "unit": {"from": "TEMPU"}, "standard_unit": "C"},
    ],
    "variables": {
        "VISIT": {"visit": "EVENT"},
        "VSDTC": {"datetime": "DAY"},
        "VSLOBXFL": {"baseline_flag": {}},
    },
    "supplemental": {"VSBASE": {"label": "Baseline", "when": 'VSLOBXFL == "Y"', "from": "EVENT"}},
}
LB: Mapping[str, Any] = {
    "dataset": "LB",
    "variables": {"LBDTC": {"datetime": "DAY"}, "LBLOBXFL": {"baseline_flag": {}}},
    "standard_units": {"GLUC": {"unit": "mmol/L", "from": {"mg/dL": 0.0555}, "digits": 2}},
    "records": [
        {
            "source": "lb",
            "keep": {"by": ["SUBJ", "CODE", "DAY"], "order": ["RUN"], "pick": "last"},
            "variables": {
                "LBTESTCD": {"from": "CODE"},
                "LBORRES": {"from": "RES"},
                "LBORRESU": {"from": "UNIT"},
            },
        },
        {
            "source": "vs",
            "unpivot": {"columns": {"SYS": "GLUC", "PULSE": "ALT"}, "name": "T", "value": "R"},
            "where": "not missing(R)",
            "variables": {"LBTESTCD": {"from": "T"}, "LBORRES": {"from": "R"}},
        },
    ],
}


def part_of_qs(name: str, code: str, pulse: str) -> Mapping[str, Any]:
    """One of the datasets that QS is split into."""
    return {
        "dataset": name,
        "domain": "QS",
        "source": "vs",
        "variables": {
            "QSTESTCD": {"assign": code},
            "QSTEST": {"assign": f"Question {code}"},
            "QSCAT": {"assign": name},
            "QSORRES": {"from": pulse},
            "VISIT": {"visit": "EVENT"},
            "QSDTC": {"datetime": "DAY"},
        },
    }


@dataclass(frozen=True)
class Case:
    """A study of the sources of ``CELLS``; ``head`` are keys of its study.yaml.

    ``repeats`` says that DM's source may have several records of a subject.
    """

    name: str
    specs: Sequence[Mapping[str, Any]]
    head: Mapping[str, Any] = field(default_factory=dict)
    repeats: bool = False


#: Add a case for a new rule, or the rule to a spec of a case.
CASES = [
    Case("all parts together", [DM, EX, AE, VS, LB]),
    Case("a subject has several records in DM", [DM, EX, AE, VS, LB], repeats=True),
    Case(
        "a split domain",
        [DM, EX, AE, part_of_qs("QSA", "A", "SYS"), part_of_qs("QSB", "B", "PULSE")],
    ),
    Case(
        "no sequence number, and keys that are not unique",
        [
            DM, EX, AE,
            {
                "dataset": "SV",
                "source": "vs",
                "variables": {"VISIT": {"visit": "EVENT"}, "SVSTDTC": {"datetime": "DAY"}},
            },
        ],
    ),
    Case(
        "records of another dataset",
        [
            DM, EX, AE,
            {
                "dataset": "SE",
                "source": "EX",
                "keep": {"by": ["USUBJID"], "order": ["EXSTDTC"], "pick": "first"},
                "variables": {
                    "ETCD": {"from": "EXTRT"},
                    "SESTDTC": {"from": "EXSTDTC"},
                    "SEENDTC": {"from": "EXENDTC"},
                },
            },
        ],
    ),
    Case(
        "values looked up in datasets and sources",
        [
            DM, EX, AE,
            {
                "dataset": "CM",
                "source": "ae",
                "variables": {
                    "CMTRT": {"lookup": {"source": "kits", "by": {"LINE": "KIT"}, "take": "LOT"}},
                    "CMDOSE": {
                        "lookup": {
                            "dataset": "EX",
                            "take": "EXDOSE",
                            "pick": "last",
                            "order": ["EXSTDTC"],
                        },
                    },
                    "CMDOSTXT": {
                        "lookup": {
                            "source": "lb",
                            "by": "SUBJ",
                            "take": "RES",
                            "pick": "first",
                            "order": ["DAY"],
                        },
                    },
                    "CMINDC": {"lookup": {"dataset": "AE", "take": "AETERM"}},
                    "CMSTDTC": {"formula": "EX.EXSTDTC"},
                    "CMDOSTOT": {
                        "lookup": {
                            "dataset": "VS",
                            "pick": "count",
                            "where": 'VSTESTCD == "PULSE"',
                        },
                    },
                },
            },
            VS,
        ],
    ),
    Case(
        "repeats of measurements",
        [
            DM,
            EX,
            AE,
            {
                "dataset": "LB",
                "source": "lb",
                "distinct": ["SUBJ", "CODE", "DAY", "RUN", "RES"],
                "keep": [
                    {
                        "by": ["SUBJ", "CODE", "DAY", "UNIT"],
                        "order": ["RUN"],
                        "pick": "average",
                        "value": "RES",
                    },
                    {
                        "by": ["SUBJ", "CODE", "DAY"],
                        "pick": "worst",
                        "value": "RES",
                        "worst": {"CODE": {"GLUC": "lowest", "ALT": "highest"}},
                    },
                ],
                "not_done": {"when": 'RES == "NEG"', "reason": "RUN"},
                "variables": {
                    "LBTESTCD": {"from": "CODE"},
                    "LBORRES": {"from": "RES"},
                    "LBORRESU": {"from": "UNIT"},
                    "LBORNRLO": {"assign": "5"},
                    "LBORNRHI": {"assign": "5.05"},
                    "LBNRIND": {"range_indicator": {}},
                    "LBDTC": {"datetime": "DAY"},
                },
            },
        ],
    ),
    Case(
        "epochs, unscheduled visits, durations and periods",
        [
            DM,
            {
                **EX,
                "variables": {
                    **EX["variables"],
                    "EPOCH": {"epoch": {}},
                    "EXDUR": {"duration": {"from": "EXSTDTC", "to": "EXENDTC"}},
                    "EXTPT": {"timepoint": "KIT"},
                },
            },
            {
                **AE,
                "variables": {
                    **AE["variables"],
                    "AESTRF": {"relative_to_period": {"date": "AESTDTC"}},
                },
            },
            {
                "dataset": "SE",
                "source": "ex",
                "variables": {
                    "ETCD": {"from": "DRUG"},
                    "EPOCH": {"from": "DRUG", "recode": {"ACTIVE": "TREATMENT"}},
                    "SESTDTC": {"datetime": "START"},
                    "SEENDTC": {"datetime": "END"},
                },
            },
            {
                "dataset": "SV",
                "source": "vs",
                "distinct": ["SUBJ", "EVENT", "DAY"],
                "variables": {
                    "VISIT": {"visit": {"from": "EVENT", "date": "SVSTDTC"}},
                    "SVSTDTC": {"datetime": "DAY"},
                },
            },
            {
                **VS,
                "variables": {
                    **VS["variables"],
                    "VISIT": {"visit": {"from": "EVENT", "date": "VSDTC"}},
                },
            },
        ],
        head={
            "unscheduled": {"names": ["V9"]},
            "timepoints": [{"TPT": "PREDOSE", "TPTNUM": 1, "ELTM": "-PT15M", "names": ["K1"]}],
        },
    ),
    Case(
        "elements, visits and relationships made of other datasets",
        [
            {**DM, "variables": {**DM["variables"], "ARMCD": {"from": "ARM"}}},
            EX,
            {**AE, "variables": {**AE["variables"], "AELNKID": {"from": "LINE"}}},
            VS,
            {
                "dataset": "SE",
                "source": "DM",
                "elements": [
                    {"ETCD": "SCRN", "start": "RFXSTDTC"},
                    {"ETCD": "TRT", "start": "RFSTDTC", "end": "RFENDTC"},
                ],
            },
            {"dataset": "SV", "visits_of": ["VS"]},
            {
                "dataset": "CM",
                "source": "ex",
                "variables": {
                    "CMTRT": {"from": "DRUG"},
                    "CMLNKID": {"from": "KIT", "recode": {"K1": "1", "K2": "2", "K9": "9"}},
                    "CMENRTPT": {
                        "relative_to_point": {
                            "date": "CMENDTC",
                            "point": "DM.RFENDTC",
                            "ongoing": 'DOSE == "x"',
                        },
                    },
                    "CMENDTC": {"datetime": "END"},
                },
            },
            {
                "dataset": "RELREC",
                "relationships": [
                    {"between": {"AE": "AELNKID", "CM": "CMLNKID"}, "id": "L"},
                    {"datasets": {"AE": "AELNKID", "CM": "CMLNKID"}, "id": "D"},
                ],
            },
        ],
        head={
            "trial_design": {
                "arms": {
                    "A": {"arm": "Active", "elements": [
                        {"ETCD": "SCRN", "EPOCH": "SCREENING"},
                        {"ETCD": "TRT", "EPOCH": "TREATMENT"},
                    ]},
                },
                "elements": {
                    "SCRN": {"element": "Screen", "start": "Consent"},
                    "TRT": {"element": "Treatment", "start": "First dose"},
                },
                "summary": {"TPHASE": "PHASE I TRIAL", "TTYPE": ["SAFETY", "EFFICACY"]},
            },
        },
    ),
    Case(
        "several responses, coding and texts that go on",
        [
            {
                **DM,
                "variables": {
                    **DM["variables"],
                    "RACE": {
                        "multiple": {
                            "columns": {"SEX": "WHITE", "SITE": "ASIAN"},
                            "checked": ["M", "01"],
                            "unchecked": ["F", "02"],
                        },
                    },
                },
            },
            EX,
            {
                "dataset": "AE",
                "source": "ae",
                "where": "not missing(TERM)",
                "columns": {
                    "LONG": f'concat(TERM, " {"and so on " * 30}", GRADE, " {"end " * 40}")'
                },
                "coding": {
                    "dictionary": "MedDRA",
                    "source": "coding",
                    "by": {"USUBJID": "USUBJID", "LINE": "LINE"},
                    "take": {"AEDECOD": "PT", "AELLT": "KIND"},
                },
                "variables": {"AETERM": {"from": "LONG"}, "AESEV": {"empty": True}},
                "supplemental": {"AENOTE": {"label": "Note", "formula": 'concat(LONG, LINE)'}},
            },
        ],
        head={"dictionaries": {"MedDRA": "27.0"}},
    ),
    Case(
        "ranges from a table, and limits of quantification",
        [
            DM, EX, AE,
            {
                "dataset": "LB",
                "source": "lb",
                "quantification": {"below": ["NEG"]},
                "standard_units": {"GLUC": {"unit": "mmol/L", "from": {"mg/dL": 0.0555}}},
                "variables": {
                    "LBTESTCD": {"from": "CODE"},
                    "LBORRES": {"from": "RES"},
                    "LBORRESU": {"from": "UNIT"},
                    "LBDTC": {"datetime": "DAY"},
                    "LBLLOQ": {"standard_limit": "RUN"},
                    "LBORNRLO": {
                        "lookup": {
                            "source": "kits",
                            "by": {"DM.SEX": "KIT"},
                            "between": {"LBDTC": ["MADE", "LOT"]},
                            "take": "MADE",
                        },
                    },
                    "LBORNRHI": {
                        "lookup": {
                            "source": "ae",
                            "by": {"USUBJID": "USUBJID"},
                            "between": {"RUN": ["GRADE", "LINE"]},
                            "take": "LINE",
                        },
                    },
                    "LBNRIND": {"range_indicator": {}},
                    "EPOCH": {"assign": "TREATMENT", "when": "not missing(LBORNRHI)"},
                },
            },
        ],
    ),
]  # fmt: skip

Records = list[dict[str, Any]]


def raw_records(case: Case, seed: int) -> dict[str, Records]:
    """Random records of every source; DM has one of a subject unless the case has repeats."""
    chance = random.Random(seed)
    study = {
        name: [
            {column: chance.choice(values) for column, values in cells.items()}
            for _ in range(chance.choice((0, 3, 12, 25)))
        ]
        for name, cells in CELLS.items()
    }
    if not case.repeats:
        study["dm"] = list({row["SUBJ"]: row for row in study["dm"]}.values())
    return study


@dataclass(frozen=True)
class Bench:
    """A case that is planned, and converted again and again."""

    plan: Plan
    in_memory: Any
    carry_out: Any

    def datasets(self, study: Mapping[str, Records]) -> Mapping[str, Dataset]:
        """What the records of a study are converted into."""
        sources = {
            name: self.in_memory(name, rows, names=COLUMNS[name]) for name, rows in study.items()
        }
        datasets: Mapping[str, Dataset] = self.carry_out(self.plan, sources).conversion.datasets
        return datasets


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture(scope="module")
def bench(case: Case, workshop: Any, in_memory: Any, carry_out: Any) -> Bench:
    sources = {name: [dict.fromkeys(names)] for name, names in COLUMNS.items()}
    study = workshop.study(sources, *case.specs, **{**HEAD, **case.head})
    return Bench(make_plan(study, COLUMNS), in_memory, carry_out)


def cells(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The records of a frame as they are; None is missing."""
    made = [
        [
            None if isinstance(v, float) and math.isnan(v) else v
            for v in columns.to_list(frame[name])
        ]
        for name in frame
    ]
    return list(zip(*made, strict=True))


def check_same(one: Mapping[str, Dataset], other: Mapping[str, Dataset]) -> None:
    """Every dataset has the same metadata, and the same records in the same order."""
    assert list(one) == list(other)
    for name in one:
        assert one[name].metadata == other[name].metadata, name
        assert cells(one[name].frame) == cells(other[name].frame), name


def check_parts(whole: Mapping[str, Dataset], parts: Sequence[Mapping[str, Dataset]]) -> None:
    """The parts under one another, in the order of the subjects, are the whole."""
    for name, dataset in whole.items():
        # A supplemental dataset that no qualifier asks for is there where a text goes on.
        others = [cells(part[name].frame) if name in part else [] for part in parts]
        records = cells(dataset.frame)
        if "USUBJID" not in dataset.frame:
            assert all(records == other for other in others), name
            continue
        place = list(dataset.frame).index("USUBJID")
        # What is said of whole datasets (RELREC) belongs to no subject, and is found over all.
        records = [record for record in records if record[place] is not None]
        together = [record for other in others for record in other if record[place] is not None]
        assert records == sorted(together, key=lambda record: record[place]), name


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_raw_records_does_not_matter(bench: Bench, case: Case, seed: int) -> None:
    study, chance = raw_records(case, seed), random.Random(seed)
    shuffled = {name: chance.sample(rows, len(rows)) for name, rows in study.items()}
    check_same(bench.datasets(study), bench.datasets(shuffled))


@pytest.mark.parametrize("seed", range(4))
def test_subjects_converted_in_parts_give_the_same(bench: Bench, case: Case, seed: int) -> None:
    study, chance = raw_records(case, seed), random.Random(seed)
    number = {subject: chance.randrange(3) for subject in SUBJECTS}
    parts = [
        {
            name: [row for row in rows if number.get(row.get("SUBJ"), part) == part]
            for name, rows in study.items()
        }
        for part in range(3)
    ]
    check_parts(bench.datasets(study), [bench.datasets(part) for part in parts])


@pytest.mark.parametrize("seed", range(2))
def test_a_source_in_several_files_gives_the_same(workshop: Any, case: Case, seed: int) -> None:
    study, chance = raw_records(case, seed), random.Random(seed)
    whole, split = {}, {}
    for name, rows in study.items():
        filled = rows or [dict.fromkeys(COLUMNS[name])]  # a file needs a header
        pieces = [filled[number::3] or filled[:0] for number in range(3)]
        whole[name] = filled
        split[name] = {
            f"{name}_{number}.csv": [
                {column: row[column] for column in chance.sample(COLUMNS[name], len(row))}
                for row in piece
            ]
            for number, piece in enumerate(pieces)
            if piece
        }
    head = {**HEAD, **case.head}
    one = workshop.convert(whole, *case.specs, **head)
    other = workshop.convert(split, *case.specs, **head)
    check_same(one.conversion.datasets, other.conversion.datasets)


# --- the studies that ship -------------------------------------------------------------------

MAPPINGS = Path(__file__).parents[3] / "mappings"


@dataclass(frozen=True)
class Shipped:
    """A study that ships: its plan and its sources as they are read."""

    plan: Plan
    sources: Mapping[str, Source]

    def datasets(self, sources: Mapping[str, Source]) -> Mapping[str, Dataset]:
        """What sources are converted into."""
        return convert_sources(self.plan, sources).datasets

    def subjects(self) -> list[str]:
        """All subjects of all sources."""
        found = (subjects_of(self.plan.study, item) for item in self.sources.values())
        return sorted({s for each in found if each is not None for s in each if s is not None})

    def of(self, subject: str) -> Iterator[tuple[str, Source]]:
        """The records of one subject, and those that are of none."""
        for name, source in self.sources.items():
            owners = subjects_of(self.plan.study, source)
            rows = range(len(source.frame))
            if owners is not None:
                rows = [row for row in rows if owners[row] in (subject, None)]  # type: ignore[assignment]
            yield name, taken(source, rows)


def subjects_of(study: Study, source: Source) -> list[str | None] | None:
    """The subject of each record of a source; None where the source knows none."""
    expression = parse(study.usubjid[source.name])
    if not all(ref.name in source.frame for ref in expression.refs):
        return None
    made = expression.evaluate(lambda ref: source.frame[ref.name], len(source.frame))
    return [value and value.strip() for value in columns.to_list(made)]


def taken(source: Source, rows: Sequence[int]) -> Source:
    """Some records of a source, in that order."""
    places = np.array(rows, dtype=np.int64)
    return replace(
        source,
        frame=source.frame.take(places).reset_index(drop=True),
        file_codes=source.file_codes[places],
        records=source.records[places],
    )


@pytest.fixture(scope="module", params=["nct01933802", "template"])
def shipped(request: pytest.FixtureRequest) -> Shipped:
    study, problems = read_study(MAPPINGS / request.param)
    assert study is not None and problems == []
    plan = make_plan(study, {n: tuple(read_columns(s)) for n, s in study.sources.items()})
    return Shipped(plan, {n: read_source(s, plan.read[n]) for n, s in study.sources.items()})


@pytest.mark.parametrize("seed", range(3))
def test_a_shipped_study_does_not_go_by_the_order_of_its_raw_records(
    shipped: Shipped, seed: int
) -> None:
    shuffled = {
        name: taken(source, random.Random(seed).sample(range(len(source.frame)), len(source.frame)))
        for name, source in shipped.sources.items()
    }
    check_same(shipped.datasets(shipped.sources), shipped.datasets(shuffled))


def test_each_subject_of_a_shipped_study_alone_has_the_same_records(shipped: Shipped) -> None:
    alone = [shipped.datasets(dict(shipped.of(subject))) for subject in shipped.subjects()]
    assert len(alone) > 2
    check_parts(shipped.datasets(shipped.sources), alone)
