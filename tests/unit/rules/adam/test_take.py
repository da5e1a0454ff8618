"""``take``: predecessors with their metadata."""

from __future__ import annotations

from typing import Any

import pytest

from converters.dataset import Origin

AE = "USUBJID,AESEQ,AESEV\n1,1,MILD\n2,1,SEVERE\n3,1,\n"
DM = "USUBJID,SITEID\n1,01\n2,02\n"
SPEC = {
    "dataset": "ADAE",
    "class": "OCCURRENCE DATA STRUCTURE",
    "subclass": "ADVERSE EVENT",
    "label": "Adverse Events",
    "keys": ["USUBJID", "AESEQ"],
    "source": "AE",
    "derive": [{"ASEV": {"from": "AESEV"}}],
}


def test_variables_are_copied_renamed_and_taken_from_the_subjects_record(analysis: Any) -> None:
    taken = ["USUBJID", "AESEQ", {"SEVERITY": "AESEV"}, {"SITEID": "DM.SITEID"}]
    made = analysis.make({**SPEC, "take": taken}, AE=AE, DM=DM)
    assert made.records("USUBJID", "AESEQ", "SEVERITY", "SITEID") == [
        ("1", 1, "MILD", "01"),
        ("2", 1, "SEVERE", "02"),
        ("3", 1, None, None),
    ]


@pytest.mark.parametrize(
    ("name", "label", "predecessor"),
    [
        ("AESEV", "Severity/Intensity", "AE.AESEV"),
        ("SEV", "Severity/Intensity", "AE.AESEV"),
        ("SITEID", "Study Site Identifier", "DM.SITEID"),
        ("ASEV", "Analysis Severity/Intensity", "AE.AESEV"),
    ],
)
def test_a_predecessor_brings_its_label_and_is_named(
    analysis: Any, name: str, label: str, predecessor: str
) -> None:
    taken = ["USUBJID", "AESEQ", "AESEV", {"SEV": "AESEV"}, {"SITEID": "DM.SITEID"}]
    variable = analysis.make({**SPEC, "take": taken}, AE=AE, DM=DM).variable(name)
    assert variable.label == label
    assert variable.origin == Origin("Predecessor", "", predecessor)
    assert variable.method is None


def test_a_supplemental_qualifier_is_a_column_of_its_parent(analysis: Any) -> None:
    supp = (
        "USUBJID,IDVAR,IDVARVAL,QNAM,QLABEL,QVAL\n"
        "1,AESEQ,1,AETRTEM,Treatment Emergent Flag,Y\n2,AESEQ,2,AETRTEM,Treatment Emergent Flag,N\n"
    )
    ae = AE + "2,2,MILD\n"
    made = analysis.make({**SPEC, "take": ["USUBJID", "AESEQ", "AETRTEM"]}, AE=ae, SUPPAE=supp)
    assert made.column("AETRTEM") == ["Y", None, "N", None]
    assert made.variable("AETRTEM").label == "Treatment Emergent Flag"


def test_a_subject_with_several_values_elsewhere_is_a_finding(analysis: Any) -> None:
    dm = "USUBJID,SITEID\n1,01\n1,01\n1,03\n2,02\n2,02\n"
    spec = {**SPEC, "take": ["USUBJID", "AESEQ", {"SITEID": "DM.SITEID"}]}
    told = analysis.make(spec, AE=AE, DM=dm).told()
    assert [(rule, value) for rule, _, value, _ in told] == [("lookup-several", "1")]
