"""RELREC made of relationships between records and datasets."""

from __future__ import annotations

from typing import Any

import pytest


def spec(name: str, **variables: str) -> dict[str, Any]:
    return {
        "dataset": name,
        "source": name.lower(),
        "variables": {variable: {"from": column} for variable, column in variables.items()},
    }


AE = spec("AE", AETERM="TERM", AESPID="LINE", AELNKID="LINK")
CM = spec("CM", CMTRT="TERM", CMSPID="LINE", CMLNKID="LINK", CMGRPID="GROUP")
PR = spec("PR", PRTRT="TERM", PRLNKID="LINK")
DM = {"dataset": "DM", "source": "ae", "keep": {"by": ["SUBJ"], "order": ["LINE"], "pick": "first"},
      "variables": {"SUBJID": {"from": "SUBJ"}}}  # fmt: skip
RECORDS = {
    "ae": [
        {"SUBJ": "1", "LINE": "1", "TERM": "Rash", "LINK": "L1", "DRUG": "7"},
        {"SUBJ": "1", "LINE": "2", "TERM": "Cough", "LINK": None, "DRUG": None},
        {"SUBJ": "2", "LINE": "1", "TERM": "Ache", "LINK": "L1", "DRUG": "8"},
    ],
    "cm": [
        {"SUBJ": "1", "LINE": "7", "TERM": "Zinc", "LINK": "L1", "GROUP": "G"},
        {"SUBJ": "1", "LINE": "9", "TERM": "Iron", "LINK": "L1", "GROUP": "G"},
        {"SUBJ": "2", "LINE": "7", "TERM": "Zinc", "LINK": "L2", "GROUP": "H"},
    ],
    "pr": [
        {"SUBJ": "1", "TERM": "X-ray", "LINK": "L9"},
        {"SUBJ": "2", "TERM": "MRI", "LINK": "L1"},
    ],
}
FIVE = ("USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL", "RELID")


def convert(workshop: Any, *relationships: dict[str, Any], backwards: bool = False) -> Any:
    rows = {name: item[::-1] if backwards else item for name, item in RECORDS.items()}
    relrec = {"dataset": "RELREC", "relationships": list(relationships)}
    return workshop.convert(rows, AE, CM, PR, DM, relrec)


LINKS = {"AE": "AELNKID", "CM": "CMLNKID"}


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("relationship", "expected"),
    [
        (
            {"between": LINKS},
            [
                ("S1-1", "AE", "AELNKID", "L1", "AE-CM-L1"),
                ("S1-1", "CM", "CMLNKID", "L1", "AE-CM-L1"),
            ],
        ),
        (
            {"between": LINKS, "by": "sequence", "id": "R"},
            [
                ("S1-1", "AE", "AESEQ", "2", "RL1"),
                ("S1-1", "CM", "CMSEQ", "1", "RL1"),
                ("S1-1", "CM", "CMSEQ", "2", "RL1"),
            ],
        ),
        (
            {"between": {**LINKS, "PR": "PRLNKID"}},
            [
                ("S1-1", "AE", "AELNKID", "L1", "AE-CM-PR-L1"),
                ("S1-1", "CM", "CMLNKID", "L1", "AE-CM-PR-L1"),
                ("S1-2", "AE", "AELNKID", "L1", "AE-CM-PR-L1"),
                ("S1-2", "PR", "PRLNKID", "L1", "AE-CM-PR-L1"),
            ],
        ),
        (
            {
                "source": "ae",
                "where": 'SUBJ == "1"',
                "between": {"AE": {"AESPID": "LINE"}, "CM": {"CMSPID": "DRUG"}},
            },
            [
                ("S1-1", "AE", "AESPID", "1", "AE-CM-1"),
                ("S1-1", "CM", "CMSPID", "7", "AE-CM-1"),
            ],
        ),
    ],
    ids=["by a shared value", "by sequence numbers", "between three", "named by raw records"],
)
def test_records_that_belong_together_are_related(
    workshop: Any, relationship: Any, expected: list[Any], backwards: bool
) -> None:
    result = convert(workshop, relationship, backwards=backwards)
    assert result.records("RELREC", *FIVE) == expected
    assert result.column("RELREC", "RELTYPE") == [None] * len(expected)
    assert result.told() == []


def test_a_raw_record_that_names_none_is_excluded_and_one_that_names_a_lost_one_rejected(
    workshop: Any,
) -> None:
    between = {"AE": {"AESPID": "LINE"}, "CM": {"CMSPID": "DRUG"}}
    relrec = {"dataset": "RELREC", "relationships": [{"source": "links", "between": between}]}
    links = [
        {"SUBJ": "1", "LINE": "1", "DRUG": "7"},
        {"SUBJ": "1", "LINE": "1", "DRUG": "7"},
        {"SUBJ": "1", "LINE": "1", "DRUG": "9"},
        {"SUBJ": "1", "LINE": "2", "DRUG": None},
        {"SUBJ": "2", "LINE": "1", "DRUG": "8"},
    ]
    result = workshop.convert({**RECORDS, "links": links}, AE, CM, PR, DM, relrec)
    assert result.records("RELREC", *FIVE) == [
        ("S1-1", "AE", "AESPID", "1", "AE-CM-1"),
        ("S1-1", "CM", "CMSPID", "7", "AE-CM-1"),
        ("S1-1", "CM", "CMSPID", "9", "AE-CM-1"),
    ]
    assert result.told() == [("related-record-absent", "IDVARVAL", "8", 1, 5)]
    account = result.account("links")
    assert account["mapped"] == 3
    assert account["excluded"] == {"RELREC: names no record of CM": 1}
    assert account["rejected"] == {"RELREC: CM has no record with this CMSPID": 1}


def test_a_number_is_the_same_however_it_is_written(workshop: Any) -> None:
    links = [{"SUBJ": "1", "LINE": "01", "DRUG": "7"}]
    between = {"AE": {"AESEQ": "LINE"}, "CM": {"CMSPID": "DRUG"}}
    relrec = {"dataset": "RELREC", "relationships": [{"source": "links", "between": between}]}
    result = workshop.convert({**RECORDS, "links": links}, AE, CM, PR, DM, relrec)
    assert result.column("RELREC", "IDVARVAL") == ["1", "7"]


def test_a_dataset_is_related_to_itself_as_a_list(workshop: Any) -> None:
    links = [{"SUBJ": "1", "LINE": "1", "CAUSE": "2"}]
    between = [{"AE": {"AESPID": "LINE"}}, {"AE": {"AESPID": "CAUSE"}}]
    relrec = {"dataset": "RELREC", "relationships": [{"source": "links", "between": between}]}
    result = workshop.convert({**RECORDS, "links": links}, AE, CM, PR, DM, relrec)
    assert result.records("RELREC", *FIVE) == [
        ("S1-1", "AE", "AESPID", "1", "AE-AE-1"),
        ("S1-1", "AE", "AESPID", "2", "AE-AE-1"),
    ]


def test_datasets_are_related_as_a_whole_with_types_that_the_data_tell(workshop: Any) -> None:
    whole = {"datasets": {"AE": "AELNKID", "CM": "CMGRPID"}}
    result = convert(workshop, whole)
    names = ("USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL", "RELTYPE", "RELID")
    assert result.records("RELREC", *names) == [
        (None, "AE", "AELNKID", None, "ONE", "AE-CM"),
        (None, "CM", "CMGRPID", None, "MANY", "AE-CM"),
    ]
    assert result.told() == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [("MANY", []), ("ONE", [("several-related-records", "RELTYPE", "ONE", 1, 1)])],
)
def test_a_type_that_is_stated_is_checked(workshop: Any, said: str, expected: list[Any]) -> None:
    result = convert(workshop, {"datasets": {"AE": "AELNKID", "CM": {"CMGRPID": said}}})
    assert result.column("RELREC", "RELTYPE") == ["ONE", said]
    assert result.told() == expected


def test_whole_datasets_are_traced_to_the_entry_and_records_to_their_raw_record(
    workshop: Any,
) -> None:
    result = convert(workshop, {"between": LINKS}, {"datasets": {"AE": "AELNKID", "CM": "CMGRPID"}})
    assert sorted(result.trace("RELREC")) == [
        ("", "sdtm/s4.yaml", 2),
        ("", "sdtm/s4.yaml", 2),
        ("ae", "raw/ae.csv", 1),
        ("cm", "raw/cm.csv", 1),
    ]


def test_relationships_stand_beside_mapped_blocks(workshop: Any) -> None:
    mapped = {
        "source": "ae",
        "where": 'LINE == "2"',
        "variables": {
            "RDOMAIN": {"assign": "AE"},
            "IDVAR": {"assign": "AESPID"},
            "IDVARVAL": {"from": "LINE"},
            "RELID": {"assign": "M"},
        },
    }
    relrec = {"dataset": "RELREC", "records": [{"relationships": [{"between": LINKS}]}, mapped]}
    result = workshop.convert(RECORDS, AE, CM, PR, DM, relrec)
    assert sorted(result.column("RELREC", "RELID")) == ["AE-CM-L1", "AE-CM-L1", "M"]


@pytest.mark.parametrize(
    ("relationship", "message"),
    [
        ({"between": {"AE": "AELNKID"}}, "a relationship names two or more datasets"),
        ({"by": "sequence"}, "a relationship names two or more datasets"),
        ({"between": {"AE": "AELNK", "CM": "CMLNKID"}}, "(did you mean 'AELNKID'?)"),
        ({"between": {"AE": "AELNKID", "CN": "CMLNKID"}}, "the study has no dataset 'CN'; it has:"),
        ({"between": LINKS, "where": "LINE"}, "'where' chooses raw records: it needs a 'source'"),
        ({"source": "ae", "between": LINKS}, "say which raw column names the record"),
        (
            {"between": {"AE": {"AESPID": "LINE"}, "CM": "CMSPID"}},
            "a raw column is named only beside a 'source'",
        ),
        (
            {"source": "ae", "between": {"AE": {"AESPID": "LIME"}, "CM": {"CMSPID": "DRUG"}}},
            "the source 'ae' has no column 'LIME' (did you mean 'LINE'?)",
        ),
        ({"source": "xx", "between": {"AE": {"A": "B"}, "CM": {"C": "D"}}}, "unknown source 'xx'"),
        (
            {"datasets": {"AE": "AELNKID", "CM": {"CMGRPID": "SOME"}}},
            "'SOME' is not one of ONE, MANY",
        ),
    ],
)
def test_faults_are_told(workshop: Any, relationship: dict[str, Any], message: str) -> None:
    relrec = {"dataset": "RELREC", "relationships": [relationship]}
    problems = workshop.problems(RECORDS, AE, CM, PR, DM, relrec)
    assert any(message in item for item in problems), problems


def test_two_relationships_of_the_same_datasets_need_an_id(workshop: Any) -> None:
    relrec = {
        "dataset": "RELREC",
        "relationships": [{"between": LINKS}, {"between": {"AE": "AESPID", "CM": "CMSPID"}}],
    }
    problems = workshop.problems(RECORDS, AE, CM, PR, DM, relrec)
    blocks = [{"relationships": [item]} for item in relrec["relationships"]]
    in_blocks = {"dataset": "RELREC", "records": blocks}
    assert len(workshop.problems(RECORDS, AE, CM, PR, DM, in_blocks)) == 1
    assert len(problems) == 1
    assert "another relationship has the RELID 'AE-CM-' too: give an 'id'" in problems[0]
