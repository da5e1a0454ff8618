"""The conversion as a whole: the same result however the records come in, and a true trace."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters.errors import InputError
from converters.pipeline.convert import convert_study
from converters.pipeline.plan import Plan, make_plan

DM = """
dataset: DM
source: dm
variables:
  SUBJID: {from: SUBJ}
  SEX: {from: SEX}
  RFSTDTC: {lookup: {dataset: EX, take: EXSTDTC, pick: min}}
  RFXSTDTC: {lookup: {dataset: EX, take: EXSTDTC, pick: min, where: EXDOSE > 0}}
  RFPENDTC: {lookup: {take: [EX.EXSTDTC, LB.LBDTC], pick: max}}
  DTHFL: {lookup: {dataset: LB, pick: exists, where: LBSTRESN > 6}}
supplemental:
  RACEOTH: {label: Race Other, from: OTHER}
"""
EX = """
dataset: EX
source: ex
exclude: [{when: DOSE is None, reason: no dose}]
variables:
  EXTRT: {from: TRT, recode: {a: ALPHA, b: BETA}}
  EXDOSE: {from: DOSE}
  EXSTDTC: {datetime: {date: D, time: T}}
  EXREFID: {lookup: {source: dm, take: OTHER}}
"""
LB = """
dataset: LB
standard_units: {GLUC: mmol/L, ALB: {unit: g/L, digits: 1}}
variables:
  LBDTC: {datetime: D}
  VISIT: {visit: V}
  LBLOBXFL: {baseline_flag: {}}
  LBBLFL: {baseline_flag: {same_day: after}}
  LBNRIND:
    case:
      - {when: LBSTRESN > 6, then: HIGH}
      - {when: LBDTC < DM.RFSTDTC, then: LOW}
      - {formula: upper(LBORRES)}
records:
  - source: lb
    reject: [{when: D == "soon", reason: no date}]
    findings:
      - {test: GLUC, from: GLU, unit: mmol/L, not_done: STATUS == "ND"}
      - {test: ALB, from: ALB, unit: g/dL}
  - source: vendor
    unpivot: {columns: {X: GLUC, Y: ALT}, name: TEST, value: RESULT}
    where: RESULT is not None
    variables:
      LBTESTCD: {from: TEST}
      LBORRES: {from: RESULT}
      LBORRESU: {from: U}
supplemental:
  LBX: {label: X, concat: {columns: [LBTESTCD, VISIT], separator: "-"}, when: LBLOBXFL == "Y"}
"""
HEAD = {
    "visits": [
        {"VISIT": "SCREENING", "VISITNUM": 1, "names": ["scr"]},
        {"VISIT": "WEEK 2", "VISITNUM": 2},
        {"VISIT": "WEEK 10", "VISITNUM": 10},
    ]
}
COLUMNS = {
    "dm": ("SUBJ", "SEX", "OTHER"),
    "ex": ("SUBJ", "TRT", "DOSE", "D", "T"),
    "lb": ("SUBJ", "GLU", "ALB", "STATUS", "D", "V"),
    "vendor": ("SUBJ", "X", "Y", "U", "D", "V"),
}
DAYS = [None, "2020-01-01", "2020-01-02", "2020-01-10", "2020-01", "UN-JAN-2020", "soon"]
CELLS: Mapping[str, Sequence[str | None]] = {
    "SEX": ["M", "female", "?", None],
    "OTHER": [None, "x"],
    "TRT": ["a", "b", "c", None],
    "DOSE": ["0", "1.50", "10", None],
    "D": DAYS,
    "T": [None, "08:00", "9:30"],
    "GLU": ["5", "7.0", "<5", None],
    "ALB": ["3.95", "4", None],
    "STATUS": ["ND", None],
    "V": ["scr", "WEEK 2", "week 10", "other", None],
    "X": ["5", "9", None],
    "Y": ["5", "neg", None],
    "U": ["mmol/L", "mg/dL", None],
}
SUBJECTS = ("1", "2", "10")


def rows_of(source: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Records of a source; DM has one for each subject."""
    cells = {name: st.sampled_from(CELLS[name]) for name in COLUMNS[source] if name != "SUBJ"}
    if source == "dm":
        each = [st.fixed_dictionaries({"SUBJ": st.just(subject), **cells}) for subject in SUBJECTS]
        return st.tuples(*each).map(list)
    record = st.fixed_dictionaries({"SUBJ": st.sampled_from((*SUBJECTS, None)), **cells})
    return st.lists(record, max_size=6)


STUDIES = st.fixed_dictionaries({name: rows_of(name) for name in COLUMNS})


@pytest.fixture(scope="module")
def plan(workshop: Any) -> Plan:
    sources = {name: [dict.fromkeys(names)] for name, names in COLUMNS.items()}
    return make_plan(workshop.study(sources, DM, EX, LB, **HEAD), COLUMNS)


@pytest.fixture(scope="module")
def converted(plan: Plan, in_memory: Any, carry_out: Any) -> Any:
    """Converts records of the study's sources; ``records`` numbers them where they are shuffled."""

    def convert(study: Mapping[str, list[dict[str, Any]]], **options: Any) -> Any:
        sources = {
            name: in_memory(name, rows, names=COLUMNS[name], **options)
            for name, rows in study.items()
        }
        return carry_out(plan, sources)

    return convert


def cells(result: Any) -> dict[str, list[tuple[Any, ...]]]:
    """All cells of all datasets, in order."""
    return {
        name: result.records(name, *result.names(name)) if len(result.dataset(name).frame) else []
        for name in result.conversion.datasets
    }


def counted(result: Any) -> list[tuple[Any, ...]]:
    """Findings without what depends on which record is first."""
    return sorted(
        (f.rule, f.dataset, f.variable, f.value or "", f.count, f.message) for f in result.findings
    )


@settings(max_examples=30, deadline=None)
@given(study=STUDIES, seed=st.integers(0, 2**32))
def test_the_order_of_the_input_records_does_not_matter(
    converted: Any, study: Mapping[str, list[dict[str, Any]]], seed: int
) -> None:
    shuffled = {name: random.Random(seed).sample(rows, len(rows)) for name, rows in study.items()}
    one, other = converted(study), converted(shuffled)
    assert cells(one) == cells(other)
    assert counted(one) == counted(other)
    assert [a.as_dict() for a in one.conversion.accounts] == [
        a.as_dict() for a in other.conversion.accounts
    ]


@settings(max_examples=20, deadline=None)
@given(study=STUDIES, first=st.sets(st.sampled_from(SUBJECTS)))
def test_subjects_converted_apart_give_the_same_records(
    converted: Any, study: Mapping[str, list[dict[str, Any]]], first: set[str]
) -> None:
    def part(here: bool) -> dict[str, list[dict[str, Any]]]:
        return {
            name: [row for row in rows if (row["SUBJ"] in first) is here]
            for name, rows in study.items()
        }

    whole, one, other = (
        cells(converted(study)),
        cells(converted(part(True))),
        cells(converted(part(False))),
    )
    for name, records in whole.items():
        assert sorted(records, key=str) == sorted([*one[name], *other[name]], key=str), name


@settings(max_examples=20, deadline=None)
@given(study=STUDIES)
def test_plain_text_columns_give_the_same_as_encoded_ones(
    converted: Any, study: Mapping[str, list[dict[str, Any]]]
) -> None:
    one, other = converted(study), converted(study, plain_text=True)
    assert cells(one) == cells(other)
    assert one.findings == other.findings
    for name, dataset in one.conversion.datasets.items():
        assert dataset.metadata == other.dataset(name).metadata
        assert one.trace(name) == other.trace(name)


@settings(max_examples=20, deadline=None)
@given(study=STUDIES)
def test_the_trace_leads_to_the_raw_record_of_every_output_record(
    converted: Any, study: Mapping[str, list[dict[str, Any]]]
) -> None:
    result = converted(study)
    for name in result.conversion.datasets:
        subjects = result.column(name, "USUBJID")
        for subject, (source, file, record) in zip(subjects, result.trace(name), strict=True):
            assert file == f"raw/{source}.csv"
            assert f"S1-{study[source][record - 1]['SUBJ']}" == subject
    lab = result.records("LB", "LBTESTCD", "LBORRES")
    named = {"lb": {"GLUC": "GLU", "ALB": "ALB"}, "vendor": {"GLUC": "X", "ALT": "Y"}}
    for (code, value), (source, _, record) in zip(lab, result.trace("LB"), strict=True):
        assert study[source][record - 1][named[source][code]] == value


def test_the_trace_names_the_file_of_a_source_of_several_and_the_record_in_it(
    workshop: Any,
) -> None:
    spec = {"dataset": "AE", "source": "raw", "variables": {"AETERM": {"from": "A"}}}
    files = {
        "one.csv": [{"SUBJ": "2", "A": "a"}, {"SUBJ": "1", "A": "b"}],
        "two.csv": [{"SUBJ": "1", "A": "c"}, {"SUBJ": "3", "A": "bad"}],
    }
    result = workshop.convert({"raw": files}, spec)
    by_value = dict(zip(result.column("AE", "AETERM"), result.trace("AE"), strict=True))
    assert by_value == {
        "a": ("raw", "raw/one.csv", 1),
        "b": ("raw", "raw/one.csv", 2),
        "c": ("raw", "raw/two.csv", 1),
        "bad": ("raw", "raw/two.csv", 2),
    }


def test_a_finding_names_the_file_and_the_record_in_it(workshop: Any) -> None:
    spec = {"dataset": "AE", "source": "raw", "variables": {"AELLTCD": {"from": "A"}}}
    files = {
        "one.csv": [{"SUBJ": "1", "A": "1"}],
        "two.csv": [{"SUBJ": "1", "A": "2"}, {"SUBJ": "1", "A": "x"}],
    }
    (finding,) = workshop.convert({"raw": files}, spec).findings
    assert (finding.file, finding.record, finding.dataset) == ("raw/two.csv", 2, "AE")


def test_lines_and_not_only_records_may_be_counted_by_the_reader(workshop: Any) -> None:
    spec = {"dataset": "AE", "source": "raw", "variables": {"AETERM": {"from": "A"}}}
    text = 'SUBJ,A\n1,"a\nb"\n2,c\n'
    result = workshop.convert({"raw": text}, spec)
    assert result.records("AE", "USUBJID", "AETERM") == [("S1-1", "a\nb"), ("S1-2", "c")]
    assert [record for *_, record in result.trace("AE")] == [1, 2]


def test_the_problems_of_all_sources_are_told_together(workshop: Any) -> None:
    spec = {"dataset": "AE", "source": "raw", "variables": {"AETERM": {"from": "A"}}}
    study = workshop.study({"raw": [{"SUBJ": "1", "A": "a"}], "more": [{"SUBJ": "1"}]}, spec)
    for path in (path for source in study.sources.values() for path in source.paths):
        path.write_bytes(b"")
    with pytest.raises(InputError) as caught:
        convert_study(study)
    assert len(caught.value.problems) == 2


def test_progress_runs_up_to_the_whole(workshop: Any) -> None:
    spec = {"dataset": "AE", "source": "raw", "variables": {"AETERM": {"from": "A"}}}
    seen: list[tuple[str, float]] = []
    study = workshop.study({"raw": [{"SUBJ": "1", "A": "a"}]}, spec)
    convert_study(study, lambda what, part: seen.append((what, part)))
    assert seen[0] == ("reading raw", 1.0)
    assert seen[-1] == ("converting AE", 1.0)
    assert all(0 < part <= 1 for _, part in seen)
