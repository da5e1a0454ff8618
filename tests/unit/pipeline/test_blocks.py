"""Blocks of records: stacked, wide to long, long to long, written in the spec."""

from __future__ import annotations

from typing import Any

import pytest

ROWS = [
    {"SUBJ": "1", "GLU": "5.5", "ALT": "30", "U": "mmol/L", "OK": "Y"},
    {"SUBJ": "1", "GLU": None, "ALT": "31", "U": "mg/dL", "OK": "N"},
    {"SUBJ": "2", "GLU": "6.0", "ALT": None, "U": "mmol/L", "OK": None},
    {"SUBJ": "2", "GLU": None, "ALT": None, "U": None, "OK": "N"},
]
SHORT = ("USUBJID", "LBTESTCD", "LBORRES")


def lb(*tests: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"dataset": "LB", "source": "raw", "findings": list(tests), **more}


GLUCOSE = {"test": "GLUC", "from": "GLU"}
ENZYME = {"test": "ALT", "from": "ALT"}


def test_wide_records_become_one_record_for_each_result(workshop: Any) -> None:
    result = workshop.convert({"raw": ROWS}, lb(GLUCOSE, ENZYME))
    assert sorted(result.records("LB", *SHORT)) == [
        ("S1-1", "ALT", "30"),
        ("S1-1", "ALT", "31"),
        ("S1-1", "GLUC", "5.5"),
        ("S1-2", "GLUC", "6.0"),
    ]
    assert sorted(zip(result.column("LB", "LBORRES"), result.trace("LB"), strict=True)) == [
        ("30", ("raw", "raw/raw.csv", 1)),
        ("31", ("raw", "raw/raw.csv", 2)),
        ("5.5", ("raw", "raw/raw.csv", 1)),
        ("6.0", ("raw", "raw/raw.csv", 3)),
    ]
    assert result.account("raw")["excluded"] == {"LB: no result collected": 1}


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        pytest.param({"unit": "mmol/L"}, [("5.5", "mmol/L"), ("6.0", "mmol/L")], id="one unit"),
        pytest.param(
            {"unit": {"from": "U"}}, [("5.5", "mmol/L"), ("6.0", "mmol/L")], id="a unit's column"
        ),
        pytest.param(
            {"unit": "mmol/L", "not_done": 'OK == "N"'},
            [("5.5", "mmol/L"), (None, None), ("6.0", "mmol/L"), (None, None)],
            id="no unit without a result",
        ),
        pytest.param({"where": 'OK == "Y"'}, [("5.5", None)], id="where"),
        pytest.param(
            {"where": 'OK == "N"', "not_done": 'OK == "N"'},
            [(None, None), (None, None)],
            id="where goes for records without result too",
        ),
    ],
)
def test_a_test_says_its_unit_and_which_records_it_takes(
    workshop: Any, test: dict[str, Any], expected: list[tuple[str | None, str | None]]
) -> None:
    spec = lb(
        {**GLUCOSE, **test}, variables={"LBORRESU": {"empty": True}} if not test.get("unit") else {}
    )
    result = workshop.convert({"raw": ROWS}, spec)
    pairs = zip(result.by_record("LB", "LBORRES"), result.by_record("LB", "LBORRESU"), strict=True)
    assert list(pairs) == expected


def test_what_was_not_done_is_a_record_with_status_and_reason(workshop: Any) -> None:
    spec = lb({**GLUCOSE, "not_done": 'OK == "N"', "reason_not_done": "U"})
    result = workshop.convert({"raw": ROWS}, spec)
    assert result.by_record("LB", "LBSTAT") == [None, "NOT DONE", None, "NOT DONE"]
    assert result.by_record("LB", "LBREASND") == [None, "mg/dL", None, None]
    assert result.by_record("LB", "LBSTRESC") == ["5.5", None, "6.0", None]


@pytest.mark.parametrize(
    "name",
    ["Glucose (mmol/L)", "patient's", 'a "quoted" one', "back\\slash", "x.y"],
)
def test_the_column_of_a_test_may_have_an_odd_name(workshop: Any, name: str) -> None:
    spec = lb({"test": "GLUC", "from": name, "unit": "mmol/L", "not_done": 'OK == "N"'})
    rows = [{"SUBJ": "1", name: "5", "OK": None}, {"SUBJ": "2", name: None, "OK": "N"}]
    result = workshop.convert({"raw": rows}, spec)
    assert result.records("LB", "LBORRES", "LBORRESU", "LBSTAT") == [
        ("5", "mmol/L", None),
        (None, None, "NOT DONE"),
    ]


def test_a_test_has_variables_of_its_own_which_go_before_the_others(workshop: Any) -> None:
    own = {"variables": {"LBSPEC": {"assign": "BLOOD"}, "LBMETHOD": {"assign": "x"}}}
    spec = lb({**GLUCOSE, **own}, ENZYME, variables={"LBSPEC": {"assign": "SERUM"}})
    result = workshop.convert({"raw": ROWS}, spec)
    assert sorted(set(result.records("LB", "LBTESTCD", "LBSPEC", "LBMETHOD")), key=str) == [
        ("ALT", "SERUM", None),
        ("GLUC", "BLOOD", "x"),
    ]


def test_a_test_may_be_named_by_the_spec_and_its_code_may_be_a_number(workshop: Any) -> None:
    spec = lb({"test": "MYTEST", "label": "My Own Test", "from": "GLU"})
    result = workshop.convert({"raw": ROWS}, spec)
    assert set(result.records("LB", "LBTESTCD", "LBTEST")) == {("MYTEST", "My Own Test")}


def test_long_records_stay_long(workshop: Any) -> None:
    spec = {
        "dataset": "LB",
        "source": "raw",
        "variables": {
            "LBTESTCD": {"from": "T"},
            "LBORRES": {"from": "V"},
            "LBORRESU": {"from": "U"},
        },
    }
    rows = [
        {"SUBJ": "1", "T": "Glucose", "V": "5", "U": "mmol/L"},
        {"SUBJ": "1", "T": "ALT", "V": None, "U": "U/L"},
    ]
    result = workshop.convert({"raw": rows}, spec)
    assert sorted(result.records("LB", "LBTESTCD", "LBTEST", "LBORRES", "LBORRESU"), key=str) == [
        ("ALT", "Alanine Aminotransferase", None, "U/L"),
        ("GLUC", "Glucose", "5", "mmol/L"),
    ]


def test_blocks_are_stacked_and_say_the_rest_together(workshop: Any) -> None:
    spec = {
        "dataset": "CM",
        "variables": {"CMTRT": {"from": "T", "uppercase": True}, "CMCAT": {"assign": "ALL"}},
        "records": [
            {"source": "one", "variables": {"CMCAT": {"assign": "ONE"}}},
            {"source": "two", "where": 'T != "no"', "variables": {"CMDOSE": {"from": "D"}}},
            {"source": "one", "variables": {"CMTRT": {"from": "X"}}},
        ],
    }
    sources = {
        "one": [{"SUBJ": "2", "T": "a", "X": "x"}],
        "two": [{"SUBJ": "1", "T": "b", "D": "5"}, {"SUBJ": "1", "T": "no", "D": "6"}],
    }
    result = workshop.convert(sources, spec)
    names = ("USUBJID", "CMTRT", "CMCAT", "CMDOSE")
    assert sorted(result.records("CM", *names), key=str) == [
        ("S1-1", "B", "ALL", 5.0),
        ("S1-2", "A", "ONE", None),
        ("S1-2", "x", "ALL", None),
    ]
    assert sorted(result.trace("CM")) == [
        ("one", "raw/one.csv", 1),
        ("one", "raw/one.csv", 1),
        ("two", "raw/two.csv", 1),
    ]
    assert result.account("one")["mapped"] == 1


def test_text_and_numbers_of_blocks_meet_in_the_variables_type(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "records": [
            {"source": "one", "variables": {"AELLTCD": {"from": "A"}, "AEMODIFY": {"from": "A"}}},
            {
                "source": "two",
                "variables": {
                    "AELLTCD": {"formula": "number(A) / 4"},
                    "AEMODIFY": {"formula": "number(A) / 4"},
                },
            },
        ],
    }
    sources = {"one": [{"SUBJ": "1", "A": "1.50"}], "two": [{"SUBJ": "2", "A": "1"}]}
    assert workshop.convert(sources, spec).records("AE", "AELLTCD", "AEMODIFY") == [
        (1.5, "1.50"),
        (0.25, "0.25"),
    ]


def test_rows_of_the_spec_are_records_too(workshop: Any) -> None:
    spec = """
dataset: TS
rows:
  - {TSPARMCD: ADDON, TSVAL: N}
  - {TSPARMCD: AGEMIN, TSVAL: 010, TSGRPID: 1.50}
  - {TSPARMCD: AGEMAX, TSVAL: null, TSVALNF: PINF}
"""
    result = workshop.convert({"raw": ROWS}, spec)
    assert sorted(result.records("TS", "TSPARMCD", "TSVAL", "TSGRPID", "TSVALNF")) == [
        ("ADDON", "N", None, None),
        ("AGEMAX", None, None, "PINF"),
        ("AGEMIN", "010", "1.50", None),
    ]
    assert {file for _, file, _ in result.trace("TS")} == {"sdtm/s0.yaml"}
    assert sorted(record for *_, record in result.trace("TS")) == [1, 2, 3]
    assert set(result.column("TS", "DOMAIN")) == {"TS"}
    assert "USUBJID" not in result.names("TS")
    assert result.account("raw")["excluded"] == {"no mapping reads this source": 4}


def test_identifiers_come_unasked_and_may_be_stated(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {"AETERM": {"from": "U"}, "STUDYID": {"from": "U"}},
    }
    result = workshop.convert({"raw": ROWS[:1]}, spec)
    assert result.records("AE", "STUDYID", "DOMAIN", "USUBJID", "AESEQ") == [
        ("mmol/L", "AE", "S1-1", 1.0)
    ]
    assert result.names("AE")[:4] == ["STUDYID", "DOMAIN", "USUBJID", "AESEQ"]


def test_a_variable_that_comes_unasked_may_be_left_out(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {"AETERM": {"from": "U"}, "AELLT": {"omit": True}, "AELLTCD": {"omit": True}},
    }
    names = workshop.convert({"raw": ROWS}, spec).names("AE")
    assert "AELLT" not in names
    assert "AELLTCD" not in names


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("AETERM: {omit: true}", "AETERM: is required and cannot be omitted"),
        ("AELLT: {omit: true, from: U}", "AELLT: 'omit' stands alone"),
        ("AEXYZ: {omit: true}", "AEXYZ: is no variable of AE and cannot be omitted"),
    ],
)
def test_what_cannot_be_left_out_is_told(workshop: Any, written: str, message: str) -> None:
    spec = f"dataset: AE\nsource: raw\nvariables:\n  {written}\n"
    (found,) = workshop.problems({"raw": ROWS}, spec)
    assert found.startswith("sdtm/s0.yaml:4:")
    assert message in found


def test_a_split_dataset_has_its_domains_variables(workshop: Any) -> None:
    spec = {**lb(GLUCOSE), "dataset": "LBCH", "domain": "LB"}
    result = workshop.convert({"raw": ROWS}, spec)
    assert set(result.column("LBCH", "DOMAIN")) == {"LB"}
    assert "LBSEQ" in result.names("LBCH")
    metadata = result.dataset("LBCH").metadata
    assert (metadata.name, metadata.domain) == ("LBCH", "LB")


def test_a_domain_of_the_sponsor_has_the_variables_of_its_class(workshop: Any) -> None:
    spec = {
        "dataset": "XX",
        "class": "FINDINGS",
        "label": "My Findings",
        "source": "raw",
        "findings": [{"test": "ONE", "label": "Test One", "from": "GLU", "unit": "g"}],
    }
    result = workshop.convert({"raw": ROWS}, spec)
    assert result.records("XX", "DOMAIN", "XXTESTCD", "XXTEST", "XXORRES", "XXSTRESN") == [
        ("XX", "ONE", "Test One", "5.5", 5.5),
        ("XX", "ONE", "Test One", "6.0", 6.0),
    ]
    assert result.dataset("XX").metadata.label == "My Findings"


def test_a_permissible_variable_of_the_class_may_be_used(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {"EPOCH": {"assign": "TREATMENT"}, "VISITNUM": {"assign": 1}},
    }
    result = workshop.convert({"raw": ROWS[:1]}, spec)
    assert result.records("AE", "VISITNUM", "EPOCH") == [(1.0, "TREATMENT")]


def test_a_records_block_may_have_qualifiers_of_its_own(workshop: Any) -> None:
    spec = {
        "dataset": "CM",
        "variables": {"CMTRT": {"from": "U"}},
        "supplemental": {"ALL": {"label": "All", "from": "OK"}},
        "records": [
            {"source": "raw", "where": 'SUBJ == "1"'},
            {
                "source": "raw",
                "where": 'SUBJ == "2"',
                "supplemental": {"SOME": {"label": "Some", "from": "GLU"}},
            },
        ],
    }
    result = workshop.convert({"raw": ROWS}, spec)
    assert sorted(result.records("SUPPCM", "USUBJID", "QNAM", "QVAL")) == [
        ("S1-1", "ALL", "N"),
        ("S1-1", "ALL", "Y"),
        ("S1-2", "ALL", "N"),
        ("S1-2", "SOME", "6.0"),
    ]
