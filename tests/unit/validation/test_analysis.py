"""Analysis datasets against ADaMIG: required variables, flags, keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from converters.dataset import Dataset
from converters.validation import check_analyses
from tests.finished import finished_dataset

BDS = "STUDYID,USUBJID,PARAMCD,PARAM,AVAL,ABLFL\n"
ADSL = "STUDYID,USUBJID,SUBJID,SITEID,AGE,AGEU,SEX,RACE,ARM,TRT01P\nS,1,1,1,30,YEARS,F,ASIAN,A,A\n"
AE = "STUDYID,USUBJID,AESEQ,AETERM\nS,1,1,x\n"


def dataset(name: str, rows: str, dataset_class: str, subclass: str = "") -> Dataset:
    made = finished_dataset(name, rows)
    metadata = replace(
        made.metadata, dataset_class=dataset_class, subclass=subclass, keys=("USUBJID",)
    )
    return replace(made, metadata=metadata)


def told(made: Dataset) -> list[tuple[str, str, str | None]]:
    found = check_analyses({made.name: made})
    return [(f.rule, f.variable, f.value) for f in found if f.rule != "adsl-absent"]


@pytest.mark.parametrize(
    "made",
    [
        dataset("ADSL", ADSL, "SUBJECT LEVEL ANALYSIS DATASET"),
        dataset("ADLB", BDS + "S,1,A,a,1,Y\n", "BASIC DATA STRUCTURE"),
        dataset("ADAE", AE, "OCCURRENCE DATA STRUCTURE"),
        dataset("ADXX", "USUBJID\n1\n", "ADAM OTHER"),
    ],
    ids=["ADSL", "BDS", "OCCDS", "other"],
)
def test_what_adamig_asks_for_is_there(made: Dataset) -> None:
    assert told(made) == []


@pytest.mark.parametrize(
    ("made", "absent"),
    [
        (dataset("ADSL", ADSL.replace("TRT01P", "TRTP"), "SUBJECT LEVEL ANALYSIS DATASET"),
         ["TRTxxP"]),
        (dataset("ADLB", "USUBJID,PARAM\n1,A\n", "BASIC DATA STRUCTURE"),
         ["AVAL", "PARAMCD", "STUDYID"]),
        (dataset("ADAE", "STUDYID,USUBJID\nS,1\n", "OCCURRENCE DATA STRUCTURE"), ["--TERM"]),
        (dataset("ADTE", BDS.replace("ABLFL", "CNSR") + "S,1,A,a,1,0\n",
                 "BASIC DATA STRUCTURE", "TIME-TO-EVENT"),
         ["TRTP"]),
    ],
    ids=["pattern", "BDS", "term or treatment", "time to event"],
)  # fmt: skip
def test_a_required_variable_that_is_absent_is_told(made: Dataset, absent: list[str]) -> None:
    assert told(made) == [("required-variable-absent", name, None) for name in absent]


def test_records_with_the_same_keys_are_told() -> None:
    made = dataset("ADLB", BDS + "S,1,A,a,1,\nS,1,A,a,2,\n", "BASIC DATA STRUCTURE")
    assert [rule for rule, _, _ in told(made)] == ["duplicate-keys"]
