"""A finished dataset: rows and columns in order, and its supplemental qualifiers."""

from __future__ import annotations

from typing import Any

import pytest

from converters.errors import SpecError

ROWS = [
    {"SUBJ": "10", "T": "b", "E": "no", "N": "1.50"},
    {"SUBJ": "9", "T": "a", "E": None, "N": None},
    {"SUBJ": "10", "T": "a", "E": "yes", "N": None},
]
AE = {
    "dataset": "AE",
    "source": "raw",
    "keys": ["STUDYID", "USUBJID", "AETERM"],
    "variables": {"AETERM": {"from": "T"}},
}
QUALIFIERS = {
    "AETRTEM": {
        "label": "Treatment Emergent Flag",
        "from": "E",
        "recode": {"yes": "Y", "no": "N"},
        "evaluator": "INVESTIGATOR",
    },
    "AEMORE": {"label": "More", "formula": "number(N) * 2", "origin": "Derived"},
}


def test_records_stand_by_subject_in_code_point_order_and_by_sequence(workshop: Any) -> None:
    result = workshop.convert({"raw": ROWS}, AE)
    assert result.records("AE", "USUBJID", "AESEQ", "AETERM") == [
        ("S1-10", 1.0, "a"),
        ("S1-10", 2.0, "b"),
        ("S1-9", 1.0, "a"),
    ]
    assert [record for *_, record in result.trace("AE")] == [3, 1, 2]


def test_variables_stand_in_the_order_of_the_standard(workshop: Any) -> None:
    spec = {
        **AE,
        "variables": {"AESEV": {"from": "E"}, "AETERM": {"from": "T"}, "AESPID": {"from": "N"}},
    }
    names = [n for n in workshop.convert({"raw": ROWS}, spec).names("AE") if n in spec["variables"]]
    assert names == ["AESPID", "AETERM", "AESEV"]


def test_a_qualifier_with_a_value_is_a_record_that_names_its_parent(workshop: Any) -> None:
    result = workshop.convert({"raw": ROWS}, {**AE, "supplemental": QUALIFIERS})
    names = ("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL")
    assert result.records("SUPPAE", *names) == [
        (
            "AE",
            "S1-10",
            "AESEQ",
            "1",
            "AETRTEM",
            "Treatment Emergent Flag",
            "Y",
            "CRF",
            "INVESTIGATOR",
        ),
        (
            "AE",
            "S1-10",
            "AESEQ",
            "2",
            "AETRTEM",
            "Treatment Emergent Flag",
            "N",
            "CRF",
            "INVESTIGATOR",
        ),
        ("AE", "S1-10", "AESEQ", "2", "AEMORE", "More", "3", "DERIVED", None),
    ]
    assert [record for *_, record in result.trace("SUPPAE")] == [3, 1, 1]
    assert set(result.column("SUPPAE", "STUDYID")) == {"S1"}
    assert not set(QUALIFIERS) & set(result.names("AE"))


def test_every_qualifier_finds_its_parent(workshop: Any) -> None:
    result = workshop.convert({"raw": ROWS}, {**AE, "supplemental": QUALIFIERS})
    parents = {
        (subject, str(int(number))) for subject, number in result.records("AE", "USUBJID", "AESEQ")
    }
    assert set(result.records("SUPPAE", "USUBJID", "IDVARVAL")) <= parents


def test_qualifiers_of_dm_have_no_idvar(workshop: Any) -> None:
    dm = {
        "dataset": "DM",
        "source": "raw",
        "variables": {"SUBJID": {"from": "SUBJ"}},
        "supplemental": {"RACEOTH": {"label": "Race, Other", "from": "T"}},
    }
    result = workshop.convert({"raw": ROWS[:2]}, dm)
    names = ("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL")
    assert result.records("SUPPDM", *names) == [
        ("DM", "S1-10", None, None, "RACEOTH", "b"),
        ("DM", "S1-9", None, None, "RACEOTH", "a"),
    ]


@pytest.mark.parametrize(
    ("origin", "written"),
    [
        (None, "CRF"),
        ("Derived", "DERIVED"),
        ("Assigned", "ASSIGNED"),
        ("Protocol", "PROTOCOL"),
        ({"type": "Collected", "source": "Vendor"}, "eDT"),
        ({"type": "Collected", "source": "Subject"}, "CRF"),
        ({"type": "Predecessor", "predecessor": "DM.AGE"}, "PREDECESSOR"),
    ],
)
def test_qorig_says_the_origin(workshop: Any, origin: Any, written: str) -> None:
    qualifier = {"label": "X", "from": "T", **({} if origin is None else {"origin": origin})}
    result = workshop.convert({"raw": ROWS[:1]}, {**AE, "supplemental": {"AEX": qualifier}})
    assert result.column("SUPPAE", "QORIG") == [written]


def test_without_any_value_there_are_no_qualifier_records(workshop: Any) -> None:
    spec = {**AE, "supplemental": {"AEX": {"label": "X", "from": "E", "when": 'T == "c"'}}}
    result = workshop.convert({"raw": ROWS}, spec)
    assert "SUPPAE" not in result.conversion.datasets or result.column("SUPPAE", "QVAL") == []


def test_qualifiers_of_a_split_dataset_name_its_domain(workshop: Any) -> None:
    spec = {
        "dataset": "LBCH",
        "domain": "LB",
        "source": "raw",
        "findings": [{"test": "GLUC", "from": "N"}],
        "supplemental": {"LBX": {"label": "X", "from": "T"}},
    }
    result = workshop.convert({"raw": ROWS}, spec)
    assert result.records("SUPPLBCH", "RDOMAIN", "IDVAR", "QVAL") == [("LB", "LBSEQ", "b")]


def test_qualifiers_of_two_datasets_never_go_into_one_name(workshop: Any) -> None:
    specs = [
        {
            "dataset": name,
            "domain": "LB",
            "source": "raw",
            "findings": [{"test": test, "from": "N"}],
            "supplemental": {"LBX": {"label": "X", "from": "T"}},
        }
        for name, test in (("LBCHEM", "GLUC"), ("LBCHEMX", "ALT"))
    ]
    try:
        datasets = workshop.convert({"raw": ROWS}, *specs).conversion.datasets
    except SpecError:
        return
    assert sum(name.startswith("SUPP") for name in datasets) == 2


def test_a_qualifier_that_reads_others_and_other_datasets(workshop: Any) -> None:
    dm = {
        "dataset": "DM",
        "source": "raw",
        "where": 'E != "yes" or E is None',
        "variables": {"SUBJID": {"from": "SUBJ"}},
    }
    spec = {
        **AE,
        "supplemental": {
            "AEONE": {"label": "One", "formula": "upper(AETERM)"},
            "AETWO": {"label": "Two", "formula": 'concat(AEONE, "-", DM.SUBJID)'},
        },
    }
    result = workshop.convert({"raw": ROWS}, dm, spec)
    values = [value for name, value in result.records("SUPPAE", "QNAM", "QVAL") if name == "AETWO"]
    assert values == ["A-10", "B-10", "A-9"]


def test_qualifiers_of_a_dataset_without_subjects_are_told(workshop: Any) -> None:
    spec = """
dataset: TS
rows: [{TSPARMCD: ADDON, TSPARM: x, TSVAL: N}]
supplemental:
  TSX: {label: X, assign: x}
"""
    (found,) = workshop.problems({"raw": ROWS}, spec)
    assert found.startswith("sdtm/s0.yaml:")
