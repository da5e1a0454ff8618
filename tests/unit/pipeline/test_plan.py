"""The plan: the order over variables, and what is wrong with specs."""

from __future__ import annotations

from typing import Any

import pytest

from converters.errors import SpecError
from converters.pipeline.plan import Plan, make_plan
from converters.pipeline.reads import RECORDS

SOURCES = {
    "dm": [{"SUBJ": "1", "SEX": "F", "D": "2020-01-01"}],
    "ex": [{"SUBJ": "1", "TRT": "drug", "S": "2020-01-02"}],
}
DM = """
dataset: DM
source: dm
variables:
  SUBJID: {from: SUBJ}
  RFSTDTC: {lookup: {dataset: EX, take: EXSTDTC, pick: min}}
  RFXSTDTC: {from: RFSTDTC}
"""
EX = """
dataset: EX
source: ex
variables:
  EXTRT: {from: TRT}
  EXSTDTC: {datetime: S}
"""


def order_of(plan: Plan) -> dict[tuple[str, str], int]:
    return {node: place for place, node in enumerate(plan.order)}


def test_datasets_that_need_each_other_are_made_variable_by_variable(workshop: Any) -> None:
    order = order_of(workshop.plan(SOURCES, DM, EX))
    assert order["EX", "EXSTDTC"] < order["DM", "RFSTDTC"] < order["EX", "EXSTDY"]
    result = workshop.convert(SOURCES, DM, EX)
    assert result.records("EX", "EXSTDTC", "EXSTDY") == [("2020-01-02", 1.0)]
    assert result.records("DM", "RFSTDTC", "RFXSTDTC") == [("2020-01-02", "2020-01-02")]


def test_every_variable_of_every_dataset_is_made_once_and_after_its_records(workshop: Any) -> None:
    plan = workshop.plan(SOURCES, DM, EX)
    assert len(plan.order) == len(set(plan.order))
    order = order_of(plan)
    for name, dataset in plan.datasets.items():
        assert {variable for node, variable in order if node == name} == {
            RECORDS,
            *dataset.variables,
        }
        assert all(order[name, RECORDS] < order[name, item] for item in dataset.variables)


def test_the_order_does_not_depend_on_the_names_of_the_files(workshop: Any) -> None:
    one, other = workshop.convert(SOURCES, DM, EX), workshop.convert(SOURCES, EX, DM)
    for name in ("DM", "EX"):
        assert one.records(name, *one.names(name)) == other.records(name, *other.names(name))


def test_only_what_is_read_is_planned_to_be_read(workshop: Any) -> None:
    plan = workshop.plan(SOURCES, DM, EX)
    assert plan.read == {"dm": frozenset({"SUBJ"}), "ex": frozenset({"SUBJ", "TRT", "S"})}


def test_the_subject_of_a_source_that_is_only_looked_into_is_read(workshop: Any) -> None:
    spec = """
dataset: DM
source: dm
variables:
  SUBJID: {from: SUBJ}
  RFSTDTC: {lookup: {source: ex, take: S}}
"""
    assert workshop.plan(SOURCES, spec).read["ex"] == {"SUBJ", "S"}


def test_a_dataset_may_be_made_of_another(workshop: Any) -> None:
    spec = """
dataset: CM
source: EX
where: EXTRT == "DRUG"
variables:
  CMTRT: {from: EXTRT}
  CMSTDTC: {from: EXSTDTC}
"""
    ex = EX.replace("{from: TRT}", "{from: TRT, uppercase: true}")
    result = workshop.convert(SOURCES, ex, spec)
    assert result.records("CM", "USUBJID", "CMTRT", "CMSTDTC") == [("S1-1", "DRUG", "2020-01-02")]
    assert result.trace("CM") == result.trace("EX")


@pytest.mark.parametrize(
    ("variables", "cycle"),
    [
        pytest.param(
            "AETERM: {formula: upper(AEDECOD)}, AEDECOD: {formula: lower(AETERM)}",
            "AE.AEDECOD needs AE.AETERM needs AE.AEDECOD",
            id="two variables",
        ),
        pytest.param(
            "AETERM: {formula: AE.AETERM}", None, id="a variable of itself by its dataset's name"
        ),
        pytest.param(
            "AETERM: {formula: AELLT}, AELLT: {formula: AEDECOD}, AEDECOD: {formula: AETERM}",
            "AE.AEDECOD needs AE.AETERM needs AE.AELLT needs AE.AEDECOD",
            id="three",
        ),
        pytest.param(
            "AETERM: {lookup: {dataset: CM, take: CMTRT}}",
            "AE.AETERM needs CM.CMTRT needs AE.AETERM",
            id="two datasets",
        ),
        pytest.param(
            "AESEQ: {sequence: {by: [AETERM]}}, AETERM: {formula: AESEQ}",
            "AE.AESEQ needs AE.AETERM needs AE.AESEQ",
            id="the sequence number",
        ),
    ],
)
def test_a_cycle_is_told_with_all_its_variables(
    workshop: Any, variables: str, cycle: str | None
) -> None:
    ae = f"dataset: AE\nsource: dm\nvariables: {{{variables}}}\n"
    cm = "dataset: CM\nsource: ex\nvariables: {CMTRT: {lookup: {dataset: AE, take: AETERM}}}\n"
    found = workshop.problems(SOURCES, ae, cm)
    assert len(found) == 1
    assert found[0].startswith("sdtm/s")
    if cycle:
        assert found[0].endswith(f"a cycle that no order can meet: {cycle}")


def test_datasets_whose_records_need_each_other_are_a_cycle(workshop: Any) -> None:
    ae = "dataset: AE\nsource: CM\nvariables: {AETERM: {from: CMTRT}}\n"
    cm = "dataset: CM\nsource: AE\nvariables: {CMTRT: {from: AETERM}}\n"
    (found,) = workshop.problems(SOURCES, ae, cm)
    assert "a cycle that no order can meet: " in found


@pytest.mark.parametrize(
    ("spec", "place", "message"),
    [
        pytest.param(
            "dataset: AX\nsource: dm\n", "1:10", "SDTMIG 3.4 has no domain 'AX'", id="domain"
        ),
        pytest.param(
            "dataset: AE\nsource: dmm\n",
            "2:9",
            "unknown source 'dmm' (did you mean '",
            id="source",
        ),
        pytest.param(
            "dataset: AE\nsource: dm\nvariables:\n  AETREM: {from: SEX}\n",
            "4:3",
            "AETREM is no variable of AE (did you mean 'AETERM'?); non-standard variables go under"
            " 'supplemental'",
            id="variable",
        ),
        pytest.param(
            "dataset: AE\nsource: dm\nsupplemental:\n  AETERM: {label: x, from: SEX}\n",
            "4:3",
            "AETERM is a variable of AE: move it to 'variables'",
            id="supplemental",
        ),
        pytest.param(
            "dataset: AE\nsource: dm\nvariables:\n  AETERM: {uppercase: true}\n",
            "4:11",
            "AETERM: names no rule; expected one of: ",
            id="no rule",
        ),
        pytest.param(
            "dataset: AE\nsource: dm\nvariables:\n  AETERM: {from: SEX, assign: x}\n",
            "4:11",
            "AETERM: has 2 rules (from, assign); keep one",
            id="two rules",
        ),
        pytest.param(
            "dataset: AE\n", "1:1", "records come either from a 'source' or from 'rows'", id="none"
        ),
        pytest.param(
            "dataset: AE\nsource: dm\nrows: [{A: x}]\n",
            "1:1",
            "records come either from a 'source' or from 'rows'",
            id="both",
        ),
        pytest.param(
            "dataset: AE\nsource: dm\nkeys: [USUBJID, AETREM]\n",
            "3:17",
            "the key AETREM is no variable of this spec (did you mean 'AETERM'?)",
            id="key",
        ),
        pytest.param(
            "dataset: AE\nsource: dm\nfindings: [{test: X, from: SEX}]\n",
            "3:1",
            "'findings' is for Findings domains; AE is EVENTS",
            id="findings",
        ),
        pytest.param(
            "dataset: AE\nwhere: SEX == 1\nrecords: [{source: dm}]\n",
            "2:1",
            "'where' stands beside 'records': put it into the blocks of 'records'",
            id="where beside records",
        ),
        pytest.param(
            "dataset: AE\ncolumns: {A: upper(SEX)}\nrecords: [{source: dm}]\n",
            "2:1",
            "'columns' stands beside 'records': put it into the blocks of 'records'",
            id="columns beside records",
        ),
        pytest.param(
            "dataset: LB\nsource: dm\nfindings: [{test: GLUC, from: SX}]\n",
            "3:31",
            "the source 'dm' has no column 'SX' (did you mean 'SEX'?)",
            id="column of a test",
        ),
        pytest.param(
            "dataset: LB\nsource: dm\nfindings: [{test: GLUC, from: SEX, unit: {from: U}}]\n",
            "3:",
            "the source 'dm' has no column 'U'",
            id="unit of a test",
        ),
        pytest.param(
            "dataset: AE\nsource: dm\nvariables:\n  AETERM: {formula: DM.SUBJIDD}\n",
            "4:",
            "DM has no variable 'SUBJIDD' (did you mean 'SUBJID'?)",
            id="another dataset's variable",
        ),
        pytest.param(
            "dataset: AE\nsource: dm\nvariables:\n  AETERM: {formula: DMM.SUBJID}\n",
            "4:",
            "the study has no dataset 'DMM' (did you mean 'DM'?)",
            id="another dataset",
        ),
        pytest.param(
            "dataset: AE\nsource: dm\nvariables:\n  AETERM: {formula: 'open(\"x\")'}\n",
            "4:",
            "open",
            id="a function that is none",
        ),
        pytest.param(
            "dataset: AE\nrows: [{TERM: x}]\nvariables:\n  AETERM: {from: TERMM}\n",
            "4:",
            "the rows of this spec has no column 'TERMM' (did you mean 'TERM'?)",
            id="a column of written rows",
        ),
        pytest.param(
            "dataset: AE\nsource: DM\nvariables:\n  AETERM: {from: SUBJIDD}\n",
            "4:",
            "no column 'SUBJIDD' (did you mean 'SUBJID'?)",
            id="a variable of the dataset that is the source",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_place(
    workshop: Any, spec: str, place: str, message: str
) -> None:
    found = workshop.problems(SOURCES, spec, DM, EX)
    assert len({item.split(":")[1] for item in found}) == 1, found
    assert found[0].startswith(f"sdtm/s0.yaml:{place}"), found
    assert message in found[0]


def test_all_that_is_wrong_is_told_together(workshop: Any) -> None:
    one = "dataset: AE\nsource: dn\nvariables:\n  AETREM: {from: SEX}\n  AESEV: {uppercase: true}\n"
    two = "dataset: CM\nsource: dm\nvariables:\n  CMTRT: {formula: DM.SUBJIDD}\n"
    found = workshop.problems(SOURCES, one, two, DM, EX)
    assert [item.partition(" ")[0] for item in found] == [
        "sdtm/s0.yaml:2:9:",
        "sdtm/s0.yaml:4:3:",
        "sdtm/s0.yaml:5:10:",
        "sdtm/s1.yaml:4:20:",
    ]


def test_a_spec_that_cannot_be_read_is_not_told_again_by_those_that_use_it(workshop: Any) -> None:
    broken = "dataset: EX\nsource: ex\nvariables: [EXTRT]\n"
    with pytest.raises(SpecError) as caught:
        workshop.study(SOURCES, DM, broken)
    assert [str(item).partition(" ")[0] for item in caught.value.problems] == ["sdtm/s1.yaml:3:12:"]


def test_without_headers_a_plan_takes_raw_columns_on_trust(workshop: Any) -> None:
    study = workshop.study(SOURCES, "dataset: AE\nsource: dm\nvariables: {AETERM: {from: NOPE}}\n")
    assert make_plan(study).read["dm"] >= {"NOPE"}
    with pytest.raises(SpecError):
        make_plan(study, {"dm": ("SUBJ",), "ex": ("SUBJ",)})


def test_a_study_without_specs_is_told(workshop: Any) -> None:
    assert workshop.problems(SOURCES) == [
        "study.yaml: the study has no mapping spec: sdtm/ holds no .yaml"
    ]
