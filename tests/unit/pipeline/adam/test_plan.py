"""The plan of analysis datasets: their order, and what is wrong with their specs."""

from __future__ import annotations

from pathlib import Path

import pytest

from converters import api
from converters.errors import SpecError
from tests.finished import carry_out, finished_dataset, plan

DATASETS = {
    "DM": finished_dataset("DM", "USUBJID,ARM,SEX,RFXSTDTC\n1,A,F,2026-01-10\n"),
    "LB": finished_dataset("LB", "USUBJID,LBTESTCD,LBSTRESN,LBDTC\n1,ALT,5,2026-01-10\n"),
    "TA": finished_dataset("TA", "ARMCD,ARM\nA,A\n"),
}


def spec(name: str, text: str, *, source: str = "source: LB", keys: str = "[USUBJID]") -> str:
    return (
        f"dataset: {name}\nclass: BASIC DATA STRUCTURE\nlabel: Analysis\nkeys: {keys}\n{source}\n"
        f"take: [USUBJID]\nderive:\n{text}\n"
    )


def problems(place: Path, *specs: str) -> list[str]:
    """What is wrong with specs: line, column and message."""
    with pytest.raises(SpecError) as caught:
        plan(place, specs, DATASETS)
    found = sorted(caught.value.problems, key=lambda item: item.place())
    return [f"{item.line}:{item.column}: {item.message}" for item in found]


def test_a_dataset_is_made_after_those_that_it_reads(tmp_path: Path) -> None:
    specs = (
        spec("ADA", "  - {AVAL: {formula: ADC.AVAL + 1}}"),
        spec("ADB", "  - {AVAL: {formula: '1'}}"),
        spec("ADC", "  - {merge: {dataset: ADB, take: [AVAL]}}"),
        spec("ADD", "  - {AVAL: {lookup: {dataset: ADA, take: AVAL}}}", source="source: ADA"),
    )
    plans = plan(tmp_path, specs, DATASETS)
    assert [item.name for item in plans] == ["ADB", "ADC", "ADA", "ADD"]
    made = carry_out(plans, DATASETS)
    assert made.datasets["ADD"].frame["AVAL"].tolist() == [2]


def test_a_cycle_is_told_as_a_chain(tmp_path: Path) -> None:
    one = spec("ADA", "  - {AVAL: {formula: ADB.AVAL}}")
    other = spec("ADB", "  - {merge: {dataset: ADA, take: [AVAL]}}")
    assert problems(tmp_path, one, other) == [
        "8:22: a cycle that no order can meet: ADA needs ADB needs ADA"
    ]
    itself = spec("ADA", "  - {AVAL: {assign: 1}}", source="source: ADA")
    assert problems(tmp_path, itself) == ["5:9: a cycle that no order can meet: ADA needs ADA"]


@pytest.mark.parametrize(
    ("step", "at", "message"),
    [
        ("{AVAL: {from: LBSTRES}}", "LBSTRES",
         "LB has no variable 'LBSTRES', and none is made before (did you mean 'LBSTRESN'?)"),
        ("{AVAL: {formula: CHG + 1}, CHG: {assign: 1}}", "CHG", "'CHG' is made after this"),
        ("{AVAL: {formula: DM.AGE}}", "DM", "DM has no variable 'AGE'"),
        ("{AVAL: {formula: LBB.AGE}}", "LBB",
         "the study has no dataset 'LBB' (did you mean 'LB'?)"),
        ("{AVALC: {formula: TA.ARM}}", "TA",
         "'TA.ARM' goes by the subject: both sides need USUBJID; use a 'merge' with 'by'"),
        ("{AVAL: {formula: raw.AVAL}}", "raw", "LB has no variable 'AVAL'"),
        ("{AVAL: {formula: 1 + nothing(2)}}", "nothing(",
         "there is no function 'nothing'"),
        ("{AVAL: {lookup: {source: x, take: Y}}}", "Y",
         "'x': an analysis spec reads datasets, and no raw sources"),
        ("{MYVAR: {assign: x}}", "MYVAR",
         "MYVAR: ADaMIG 1.3 has no such variable: give it a 'label'"),
        ("{take: {LONGNAME1: LBTESTCD}}", "take",
         "'LONGNAME1' is not a variable name: up to 8 capitals and digits, a letter first"),
        ("{AVAL: {label: Value}}", "AVAL", "AVAL: names no rule; expected one of: assign, from,"),
        ("{AVAL: {assign: 1, from: LBSTRESN}}", "AVAL",
         "AVAL: has 2 rules (assign, from); keep one"),
        ("{AVALC: {from: LBTESTCD, codelist: NYX}}", "NYX",
         "AVALC: unknown codelist 'NYX' in SDTM terminology 2024-03-29 (did you mean 'NY'?)"),
        ("{AVAL: {from: LBSTRESN, when: LBSEQ + 1}}", "LBSEQ",
         "'LBSEQ + 1' is a value and not a condition"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, step: str, at: str, message: str
) -> None:
    found = problems(tmp_path, spec("ADA", f"  - {step}"))
    place = f"8:{step.index(at) + 5}: "
    assert [item for item in found if item.startswith(place + message)], found


def test_several_problems_are_told_together(tmp_path: Path) -> None:
    text = spec("ADA", "  - {AVAL: {from: X}}\n  - {baseline: {where: ADT > 1}}", keys="[USUBJD]")
    more = "variables: {AVLA: {label: Value}}\ndrop: [ZZ]"
    assert problems(tmp_path, text + more) == [
        "4:8: the key USUBJD is not made by this spec (did you mean 'USUBJID'?)",
        "8:19: LB has no variable 'X', and none is made before",
        "9:16: LB has no variable 'PARAMCD', and none is made before",
        "9:24: LB has no variable 'ADT', and none is made before",
        "10:13: AVLA is not made by this spec (did you mean 'AVAL'?)",
        "11:8: the dropped variable ZZ is not made by this spec",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("class: BASIC DATA STRUCTURE", "class: BDS", "2:8: class: 'BDS' is not one of SUBJECT"),
        ("dataset: ADA", "dataset: LBA", "1:10: dataset: 'LBA' is no name of an analysis dataset"),
        ("label: Analysis\n", "", "1:1: lacks the key 'label'"),
        ("{AVAL:", "{baselin: {}, AVAL:", "8:6: unknown key 'baselin' (did you mean 'baseline'?)"),
        ("{AVAL:", "{aval:", "8:6: unknown key 'aval'; expected one of: "),
        ("assign: 1", "asign: 1", "8:13: unknown key 'asign' (did you mean 'assign'?)"),
    ],
)
def test_what_is_no_spec_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    text = spec("ADA", "  - {AVAL: {assign: 1}}").replace(old, new)
    assert problems(tmp_path, text)[0].startswith(expected)


def test_source_and_blocks_do_not_stand_together(tmp_path: Path) -> None:
    both = spec("ADA", "  - {AVAL: {assign: 1}}") + "records: [{source: LB}, {source: DM}]"
    assert problems(tmp_path, both) == [
        "5:1: 'source' stands beside 'records': put it into the blocks of 'records'"
    ]
    none = spec("ADA", "  - {AVAL: {assign: 1}}", source="comment: none")
    assert "6:1: 'take' needs a 'source'" in problems(tmp_path, none)


def test_names_are_asked_block_by_block(tmp_path: Path) -> None:
    blocks = (
        "records: [{source: LB, take: [LBTESTCD], derive: [{AVAL: {from: LBSTRESN}}]},"
        " {source: DM, where: LBSTRESN > 1, derive: [{AVALC: {from: SEX}}]}]"
    )
    text = spec("ADA", "  - {AVALC: {from: SEX, when: AVAL > 1}}", source=blocks)
    assert problems(tmp_path, text) == [
        "5:99: DM has no variable 'LBSTRESN', and none is made before"
    ]


def test_a_wrong_variable_does_not_hide_what_else_is_wrong(tmp_path: Path) -> None:
    """The study's own check reads on past keys that its schema refuses."""
    files = {
        "study.yaml": "study: {id: S, created: 2026-01-01}\nusubjid: SUBJ\n"
        "sources: {dm: {path: raw/dm.csv}}",
        "sdtm/dm.yaml": "dataset: DM\nsource: dm\nvariables: {SUBJID: {from: SUBJ}}",
        "adam/ada.yaml": spec(
            "ADA", "  - {AVAL: {asign: 1}, CHG: {formula: AVAL + X}}", source="source: DM"
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    assert [str(item) for item in api.check(tmp_path)] == [
        "adam/ada.yaml:8:13: unknown key 'asign' (did you mean 'assign'?)",
        "adam/ada.yaml:8:39: DM has no variable 'X', and none is made before",
    ]
