"""Analysis datasets made: records, blocks, accounts, order, values made anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from converters.dataset import Comment
from tests.finished import Made, carry_out, finished_dataset, plan

DATASETS = {
    "DM": finished_dataset("DM", "USUBJID,SEX\n1,F\n2,M\n3,F\n"),
    "LB": finished_dataset(
        "LB",
        "USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTAT\n"
        "1,1,ALT,5,\n1,2,ALT,,NOT DONE\n2,1,ALT,7,\n2,2,AST,-1,\n3,1,ALT,9,\n",
    ),
    "VS": finished_dataset("VS", "USUBJID,VSSEQ,VSTESTCD,VSSTRESN\n1,1,PULSE,60\n"),
}
HEAD: dict[str, Any] = {
    "dataset": "ADLB",
    "class": "BASIC DATA STRUCTURE",
    "label": "Laboratory Analysis",
    "keys": ["USUBJID", "PARAMCD", "LBSEQ"],
    "source": "LB",
    "take": ["USUBJID", "LBSEQ"],
}
STEPS = [{"PARAMCD": {"from": "LBTESTCD"}, "AVAL": {"from": "LBSTRESN"}}]


@pytest.fixture
def make(tmp_path: Path) -> Any:
    def made(*derive: dict[str, Any], **more: Any) -> Made:
        spec = {**HEAD, "derive": [*STEPS, *derive], **more}
        spec = {key: value for key, value in spec.items() if value is not None}
        return Made(carry_out(plan(tmp_path, [spec], DATASETS), DATASETS), "ADLB")

    return made


def test_records_are_excluded_and_rejected_with_their_reasons(make: Any) -> None:
    made = make(
        where='LBSTAT != "NOT DONE" or missing(LBSTAT)',
        exclude=[{"when": 'DM.SEX == "M" and LBTESTCD == "AST"', "reason": "men's AST"}],
        reject=[{"when": "LBSTRESN > 8", "reason": "impossible"}],
    )
    assert made.records("USUBJID", "AVAL") == [("1", 5), ("2", 7)]
    assert made.account() == {
        "analysed": 2,
        'not (LBSTAT != "NOT DONE" or missing(LBSTAT))': 1,
        "men's AST": 1,
        "impossible": 1,
    }
    (finding,) = made.findings
    assert (finding.rule, finding.file, finding.record) == ("record-rejected", "sdtm/lb.xpt", 5)


def test_records_are_sorted_by_the_keys_and_traced_to_the_source(make: Any) -> None:
    made = make(keys=["PARAMCD", "AVAL", "USUBJID"])
    assert made.records("PARAMCD", "AVAL") == [
        ("ALT", None), ("ALT", 5), ("ALT", 7), ("ALT", 9), ("AST", -1),
    ]  # fmt: skip
    assert made.dataset().trace["record"].tolist() == [2, 1, 3, 5, 4]
    assert set(made.dataset().trace["file"]) == {"sdtm/lb.xpt"}


def test_blocks_are_stacked_and_each_source_has_its_account(make: Any) -> None:
    blocks = [
        {"source": "LB", "where": "LBSTRESN > 6", "derive": STEPS},
        {
            "source": "VS",
            "take": [{"LBSEQ": "VSSEQ"}],
            "derive": [{"PARAMCD": {"from": "VSTESTCD"}, "AVAL": {"from": "VSSTRESN"}}],
        },
    ]
    steps = [{"AVALC": {"formula": '"LB" if missing(VSTESTCD) else "VS"'}}]
    blocks[0]["take"] = ["LBSEQ"]
    made = make(records=blocks, source=None, take=["USUBJID"], derive=steps)
    assert made.records("USUBJID", "PARAMCD", "AVAL", "AVALC", "LBSEQ") == [
        ("1", "PULSE", 60, "VS", 1),
        ("2", "ALT", 7, "LB", 1),
        ("3", "ALT", 9, "LB", 1),
    ]
    assert [(a["source"], a["records"], a["analysed"]) for a in made.analyses.accounts] == [
        ("LB", 5, 2),
        ("VS", 1, 1),
    ]
    assert made.variable("AVAL").origin.predecessor == "LB.LBSTRESN, VS.VSSTRESN"


def test_a_variable_made_again_under_a_condition_keeps_its_other_values(make: Any) -> None:
    made = make({"AVAL": {"assign": 0, "when": "missing(AVAL) or AVAL < 0"}})
    assert made.by_record("AVAL") == [5, 0, 7, 0, 9]
    assert made.variable("AVAL").origin.type == "Derived"


def test_steps_run_in_order_over_what_is_made_so_far(make: Any) -> None:
    made = make(
        {"CHG": {"formula": "AVAL + 1"}},
        {"AVAL": {"formula": "CHG * 2"}},
        {"CHG": {"from": "AVAL"}},
    )
    assert made.by_record("CHG")[:2] == [12, None]


def test_dropped_variables_are_used_and_not_written(make: Any) -> None:
    helper = {"HELPER": {"formula": "AVAL * 10"}}
    made = make(helper, {"CHG": {"from": "HELPER"}}, drop=["HELPER"])
    assert list(made.dataset().frame) == ["USUBJID", "LBSEQ", "PARAMCD", "AVAL", "CHG"]
    assert made.by_record("CHG")[0] == 50


def test_every_value_rule_of_sdtm_specs_works(make: Any) -> None:
    made = make(
        {
            "AVALC": {"case": [{"when": "AVAL > 6", "then": "HIGH"}, {"then": "LOW"}]},
            "PARAM": {"concat": {"columns": ["PARAMCD", "AVALC"], "separator": "-"}},
            "PARCAT1": {"split": {"column": "PARAM", "separator": "-", "part": 2}},
            "SEX": {"lookup": {"dataset": "DM", "take": "SEX"}},
            "ASEQ": {"sequence": {"by": ["PARAMCD", "LBSEQ"]}},
            "AVALCA1N": {"from": "AVALC", "recode": {"HIGH": 2, "LOW": 1}},
            "AVALCAT1": {"formula": "AVALC", "when": "AVAL > 6", "label": "Category"},
            "DTYPE": {"assign": "MAXIMUM", "when": "AVAL > 8"},
        }
    )
    names = ("PARAM", "PARCAT1", "SEX", "ASEQ", "AVALCA1N", "AVALCAT1", "DTYPE")
    assert made.by_record(*names)[-1] == ("ALT-HIGH", "HIGH", "F", 1, 2, "HIGH", "MAXIMUM")
    assert made.by_record(*names)[0] == ("ALT-LOW", "LOW", "F", 1, 1, None, None)


def test_attributes_of_the_spec_go_before_all_others(make: Any) -> None:
    made = make(
        {"AVALC": {"assign": "x", "length": 5, "comment": "Here.", "method": "As it is."}},
        variables={
            "AVALC": {"label": "Text", "origin": "Derived", "codelist": "none"},
            "AVAL": {"format": "8.2", "label": "Value"},
        },
    )
    text, value = made.variable("AVALC"), made.variable("AVAL")
    assert (text.label, text.length, text.codelist) == ("Text", 5, None)
    assert text.comment == Comment("Here.")
    assert (text.origin.type, text.method.words) == ("Derived", "As it is.")
    assert (value.label, value.format) == ("Value", "8.2")


def test_a_dataset_without_records_is_made(make: Any) -> None:
    made = make({"change": {}}, where="LBSTRESN > 99", derive=[*STEPS, {"BASE": {"from": "AVAL"}}])
    assert made.records() == []
    assert made.account()["analysed"] == 0
