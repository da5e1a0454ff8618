"""Datasets against each other."""

from __future__ import annotations

from typing import Any

import pytest

from converters.findings import Finding
from converters.validation import check_datasets
from converters.validation.relations import check_relations


def relations(make: Any, frames: dict[str, dict[str, list[Any]]]) -> list[Finding]:
    return check_relations({name: make(name, data) for name, data in frames.items()})


def shown(findings: list[Finding]) -> list[tuple[Any, ...]]:
    return [(i.rule, i.dataset, i.variable, i.value, i.count, i.row) for i in findings]


DM = {"STUDYID": ["S", "S"], "USUBJID": ["1", "2"]}
AE = {"USUBJID": ["1", "1", "2"], "AESEQ": [1, 2, 1], "AESPID": ["E1", "E2", "E1"]}


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ({"DM": DM, "AE": AE}, []),
        (
            {"DM": DM, "AE": {"USUBJID": ["1", "3", "4", "3"]}},
            [
                ("subject-not-in-dm", "AE", "USUBJID", "3", 2, 2),
                ("subject-not-in-dm", "AE", "USUBJID", "4", 1, 3),
            ],
        ),
        ({"DM": DM, "AE": {"USUBJID": [None, "1"]}}, []),
        ({"DM": DM, "AE": {"USUBJID": []}}, []),
        ({"AE": {"USUBJID": ["1"]}}, [("dm-absent", "DM", "", None, 1, None)]),
        ({"TS": {"TSPARMCD": ["A"]}}, []),
        ({}, []),
    ],
)
def test_every_subject_is_in_dm(make: Any, frames: Any, expected: Any) -> None:
    assert shown(relations(make, frames)) == expected


def test_subjects_of_analysis_datasets_are_those_of_adsl(make: Any) -> None:
    analysis = {"purpose": "Analysis"}
    adae = make("ADAE", {"USUBJID": ["1", "9"]}, **analysis)
    adsl = make("ADSL", {"USUBJID": ["1"]}, **analysis)
    assert check_relations({"ADAE": adae}) == []
    assert shown(check_relations({"ADAE": adae, "ADSL": adsl})) == [
        ("subject-not-in-adsl", "ADAE", "USUBJID", "9", 1, 2)
    ]


@pytest.mark.parametrize(
    ("dm", "expected"),
    [
        ({"ARMCD": ["A", "A", "B"], "ARM": ["Drug", "Drug", "Placebo"]}, []),
        ({"ARMCD": ["A", None, None], "ARM": ["Drug", None, None]}, []),
        (
            {"ARMCD": ["A", "A", "A"], "ARM": ["Drug", "Drug", "drug"]},
            [("several-arms-of-code", "DM", "ARM", "drug", 1, 3)],
        ),
        (
            {"ACTARMCD": ["A", "B", "A"], "ACTARM": ["Drug", "Drug", "Drug"]},
            [("several-codes-of-arm", "DM", "ACTARMCD", "B", 1, 2)],
        ),
        (
            {"SUBJID": ["1", "1", "2"], "USUBJID": ["S-1", "S-2", "S-3"]},
            [("subjid-not-unique", "DM", "USUBJID", "S-2", 1, 2)],
        ),
        ({"ARMCD": [], "ARM": []}, []),
    ],
)
def test_arms_and_subject_numbers_in_dm_have_one_meaning(make: Any, dm: Any, expected: Any) -> None:
    assert shown(relations(make, {"DM": dm})) == expected


def test_arms_of_dm_are_planned_in_ta(make: Any) -> None:
    ta = {"ARMCD": ["PBO", "ACT"], "ARM": ["Placebo", "Active"]}
    dm = {"ARMCD": ["PBO", "SCRNFAIL", None, "AKT"]}
    found = relations(make, {"DM": dm, "TA": ta})
    assert shown(found) == [("arm-not-in-ta", "DM", "ARMCD", "AKT", 1, 4)]
    assert "did you mean 'ACT'?" in found[0].message
    assert relations(make, {"DM": dm, "TA": {"ARMCD": []}}) == []


def test_a_visit_has_one_number_in_all_datasets(make: Any) -> None:
    found = relations(
        make,
        {
            "DM": {"USUBJID": ["1"]},
            "LB": {"VISITNUM": [1, 2, 2], "VISIT": ["WEEK 1", "WEEK 2", "WEEK 2"]},
            "VS": {"VISITNUM": [1, 2, None], "VISIT": ["WEEK 1", "week 2", None]},
            "EG": {"VISITNUM": [2, 3], "VISIT": ["week 2", "WEEK 1"]},
        },
    )
    assert shown(found) == [
        ("several-visits-of-number", "VS", "VISIT", "week 2", 2, 2),
        ("several-numbers-of-visit", "EG", "VISITNUM", "3", 1, 2),
    ]
    assert found[0].message == (
        "VISIT: 'week 2' stands with VISITNUM 2 in 2 records (VS, EG), but 'WEEK 2' elsewhere"
    )
    assert [item.published for item in found] == [("SD0051",), ("SD0052",)]


def test_the_last_digits_of_a_number_in_a_transport_file_do_not_count(make: Any) -> None:
    noisy = {"USUBJID": ["1", "1"], "VISITNUM": [1.2, 1.2000000000000002], "VISIT": ["U", "U"]}
    supp = supplemental(RDOMAIN=["SV"], IDVAR=["VISITNUM"], IDVARVAL=["1.2"])
    assert relations(make, {"DM": DM, "SV": noisy, "SUPPSV": supp}) == []


def supplemental(**columns: list[Any]) -> dict[str, list[Any]]:
    data = {
        "RDOMAIN": ["AE"],
        "USUBJID": ["1"],
        "IDVAR": ["AESEQ"],
        "IDVARVAL": ["2"],
        "QNAM": ["Q"],
    }
    size = max([1, *map(len, columns.values())])
    return {name: values * size for name, values in data.items()} | columns


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, []),
        ({"IDVARVAL": ["1", "2"]}, []),
        ({"IDVARVAL": ["2.0", " 2", "02"]}, []),
        ({"IDVAR": ["AESPID"], "IDVARVAL": ["E2"]}, []),
        ({"IDVAR": [None], "IDVARVAL": [None]}, []),
        (
            {"IDVARVAL": ["7", "2", "7", "x"]},
            [
                ("referenced-record-absent", "SUPPAE", "IDVARVAL", "7", 2, 1),
                ("referenced-record-absent", "SUPPAE", "IDVARVAL", "x", 1, 4),
            ],
        ),
        (
            {"USUBJID": ["2"]},
            [("referenced-record-absent", "SUPPAE", "IDVARVAL", "2", 1, 1)],
        ),
        (
            {"USUBJID": ["9"], "IDVAR": [None], "IDVARVAL": [None]},
            [
                ("subject-not-in-dm", "SUPPAE", "USUBJID", "9", 1, 1),
                ("referenced-record-absent", "SUPPAE", "IDVARVAL", None, 1, 1),
            ],
        ),
        ({"IDVAR": ["AESEK", "AESEQ"]}, [("invalid-idvar", "SUPPAE", "IDVAR", "AESEK", 1, 1)]),
        ({"RDOMAIN": ["EA"]}, [("invalid-rdomain", "SUPPAE", "RDOMAIN", "EA", 1, 1)]),
        ({"RDOMAIN": [], "USUBJID": [], "IDVAR": [], "IDVARVAL": [], "QNAM": []}, []),
    ],
)
def test_supplemental_qualifiers_lead_to_a_record(make: Any, columns: Any, expected: Any) -> None:
    found = relations(make, {"DM": DM, "AE": AE, "SUPPAE": supplemental(**columns)})
    assert shown(found) == expected


def test_a_lost_reference_says_what_it_looked_for(make: Any) -> None:
    (found,) = relations(make, {"DM": DM, "AE": AE, "SUPPAE": supplemental(IDVARVAL=["7"])})
    assert found.message == "IDVARVAL: AE has no record with USUBJID '1', AESEQ '7'"


def test_qualifiers_of_a_split_domain_lead_to_any_of_its_datasets(make: Any) -> None:
    frames = {
        "DM": DM,
        "QSCO": {"USUBJID": ["1"], "QSSEQ": [1]},
        "QSGI": {"USUBJID": ["1"], "QSSEQ": [2]},
        "SUPPQS": supplemental(RDOMAIN=["QS"] * 3, IDVAR=["QSSEQ"] * 3, IDVARVAL=["1", "2", "3"]),
    }
    assert shown(relations(make, frames)) == [
        ("referenced-record-absent", "SUPPQS", "IDVARVAL", "3", 1, 3)
    ]


def test_related_records_lead_to_records_or_to_whole_datasets(make: Any) -> None:
    relrec = {
        "RDOMAIN": ["AE", "LB", "AE", "AE"],
        "USUBJID": [None, None, "1", "1"],
        "IDVAR": ["AESPID", "LBSPID", "AESEQ", "AESEQ"],
        "IDVARVAL": [None, None, "1", "5"],
    }
    frames = {"DM": DM, "AE": AE, "LB": {"USUBJID": ["1"], "LBSPID": ["x"]}, "RELREC": relrec}
    assert shown(relations(make, frames)) == [
        ("referenced-record-absent", "RELREC", "IDVARVAL", "5", 1, 4)
    ]


def test_qualifiers_of_trial_design_need_no_subject(make: Any) -> None:
    supp = supplemental(
        RDOMAIN=["TS"] * 2, USUBJID=[None] * 2, IDVAR=["TSSEQ"] * 2, IDVARVAL=["1", "2"]
    )
    frames = {"DM": DM, "TS": {"TSPARMCD": ["A"], "TSSEQ": [1]}, "SUPPTS": supp}
    assert shown(relations(make, frames)) == [
        ("referenced-record-absent", "SUPPTS", "IDVARVAL", "2", 1, 2)
    ]


def test_sequence_numbers_are_unique_over_the_parts_of_a_split_domain(make: Any) -> None:
    frames = {
        "DM": DM,
        "QSCO": {"USUBJID": ["1", "2"], "QSSEQ": [1, 1]},
        "QSGI": {"USUBJID": ["1", "1", "2"], "QSSEQ": [2, 1, None]},
    }
    assert shown(relations(make, frames)) == [("sequence-not-unique", "QSGI", "QSSEQ", None, 1, 2)]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"LBLOBXFL": ["Y", None, None, "Y"]}, []),
        ({"LBLOBXFL": ["Y", None, "Y", None]}, [("several-baselines", "LB", "", None, 2, 1)]),
        ({"LBBLFL": ["Y", None, "Y", None]}, [("several-baselines", "LB", "", None, 2, 1)]),
        ({"LBLOBXFL": ["Y", None, "Y", None], "LBSPEC": ["BLOOD", "U", "URINE", "U"]}, []),
        ({"LBLOBXFL": ["Y", None, "Y", None], "LBTPTNUM": [1, 1, 2, 1]}, []),
        ({"LBLOBXFL": ["Y", None, "Y", None], "LBDTC": ["a", "b", "c", "d"]},
         [("several-baselines", "LB", "", None, 2, 1)]),
        ({"LBLOBXFL": [None, None, None, None]}, []),
        ({"LBLOBXFL": ["N", "N", "N", "N"]}, []),
    ],
)  # fmt: skip
def test_a_subject_has_one_baseline_of_a_test(make: Any, columns: Any, expected: Any) -> None:
    data = {"USUBJID": ["1", "1", "1", "2"], "LBTESTCD": ["ALB", "AST", "ALB", "ALB"], **columns}
    assert shown(relations(make, {"DM": DM, "LB": data})) == expected


def test_a_finding_of_two_checks_is_told_once(make: Any) -> None:
    data = {
        "STUDYID": ["S"], "DOMAIN": ["AE"], "USUBJID": ["1"], "AESEQ": [None], "AETERM": ["Pain"],
        "AESTDTC": ["01MAR2015"], "AEENDTC": ["2015-02-30"],
    }  # fmt: skip
    found = check_datasets({"DM": make("DM", DM), "AE": make("AE", data)}, version="3.4")
    dates = {"AESEQ", "AESTDTC", "AEENDTC"}
    assert [
        (item.rule, item.variable, item.value)
        for item in found
        if item.dataset == "AE" and item.variable in dates and item.row
    ] == [
        ("invalid-iso8601", "AEENDTC", "2015-02-30"),
        ("required-value-missing", "AESEQ", None),
        ("invalid-iso8601", "AESTDTC", "01MAR2015"),
    ]


def test_findings_come_gravest_first_and_alike_every_time(make: Any) -> None:
    datasets = {"AE": make("AE", AE), "DM": make("DM", DM), "XX": make("XX", {"USUBJID": ["7"]})}
    first = check_datasets(datasets)
    assert first == check_datasets(dict(reversed(datasets.items())))
    ranks = [item.severity.rank for item in first]
    assert ranks == sorted(ranks)


def test_a_dataset_that_the_standard_does_not_have_is_checked_by_itself(make: Any) -> None:
    own = make("XX", {"USUBJID": ["1"], "XXSTDTC": ["2015-02-30"]})
    found = check_datasets({"DM": make("DM", DM), "XX": own})
    assert [item.rule for item in found if item.dataset == "XX"] == ["invalid-iso8601"]


def test_variables_of_the_model_are_a_note_and_others_an_error(make: Any) -> None:
    data = {"STUDYID": ["S"], "USUBJID": ["1"], "AELAT": ["LEFT"], "AEFOO": ["x"], "VISIT": ["V"]}
    found = check_datasets({"DM": make("DM", DM), "AE": make("AE", data)})
    rules = {item.variable: item.rule for item in found if item.dataset == "AE"}
    assert rules["AEFOO"] == "variable-not-in-standard"
    assert rules["VISIT"] == "variable-from-model"


def test_no_version_of_the_standard_means_no_variables_of_it(make: Any) -> None:
    adsl = make("ADSL", {"USUBJID": ["1"], "FOO": ["x"]}, purpose="Analysis")
    assert check_datasets({"ADSL": adsl}, version=None) == []


# --- associated persons and devices

DI = {"SPDEVID": ["D1", "D1", "D2"], "DIPARMCD": ["DEVTYPE", "SERIAL", "DEVTYPE"]}


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ({"DM": DM, "APMH": {"APID": ["P"] * 4, "RSUBJID": ["1", "2", None, "MULTIPLE"]}}, []),
        (
            {"DM": DM, "APMH": {"APID": ["P", "P"], "RSUBJID": ["1", "7"]}},
            [("related-subject-unknown", "APMH", "RSUBJID", "7", 1, 2)],
        ),
        ({"APMH": {"APID": ["P"], "RSUBJID": ["7"]}}, []),
        (
            {
                "DM": DM,
                "POOLDEF": {"POOLID": ["A", "A"], "USUBJID": ["1", "2"]},
                "RELSUB": {"USUBJID": ["1", "1"], "RSUBJID": ["A", "B"]},
            },
            [("related-subject-unknown", "RELSUB", "RSUBJID", "B", 1, 2)],
        ),
    ],
)
def test_a_related_subject_is_in_dm_or_a_pool(make: Any, frames: Any, expected: Any) -> None:
    assert shown(relations(make, frames)) == expected


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ({"DI": DI, "DT": {"SPDEVID": ["D1", "D2", None]}}, []),
        (
            {"DI": DI, "DT": {"SPDEVID": ["D3", "D1", "D3"]}, "APMH": {"RDEVID": ["D2", "D4"]}},
            [
                ("device-not-in-di", "DT", "SPDEVID", "D3", 2, 1),
                ("device-not-in-di", "APMH", "RDEVID", "D4", 1, 2),
            ],
        ),
        ({"DT": {"SPDEVID": ["D3"]}}, []),
        (
            {"DI": {"SPDEVID": ["D1", "D2", "D2"], "DIPARMCD": ["DEVTYPE", "SERIAL", "LOT"]}},
            [("device-type-missing", "DI", "SPDEVID", "D2", 2, 2)],
        ),
    ],
)
def test_a_device_is_in_di_and_has_a_type(make: Any, frames: Any, expected: Any) -> None:
    assert shown(relations(make, frames)) == expected


def test_parts_of_a_domain_share_no_number_of_a_person_or_device(make: Any) -> None:
    frames = {
        "APMHA": {"APID": ["P", "Q"], "MHSEQ": [1, 1]},
        "APMHB": {"APID": ["P", "Q"], "MHSEQ": [2, 1]},
    }
    (found,) = relations(make, frames)
    assert shown([found]) == [("sequence-not-unique", "APMHB", "MHSEQ", None, 1, 2)]
    assert "for the same person" in found.message


SUPP = {"RDOMAIN": ["APMH"], "APID": ["P"], "IDVAR": ["MHSEQ"], "IDVARVAL": ["1"], "QNAM": ["X"]}


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ({"APMH": {"APID": ["P"], "MHSEQ": [1]}, "SUPPAPMH": SUPP}, []),
        (
            {"APMH": {"APID": ["Q"], "MHSEQ": [1]}, "SUPPAPMH": SUPP},
            [("referenced-record-absent", "SUPPAPMH", "IDVARVAL", "1", 1, 1)],
        ),
        (
            {"MH": {"USUBJID": ["1"], "MHSEQ": [1]}, "DM": DM, "SUPPAPMH": SUPP},
            [("invalid-rdomain", "SUPPAPMH", "RDOMAIN", "APMH", 1, 1)],
        ),
        (
            {
                "DT": {"SPDEVID": ["D1", "D2"], "DTSEQ": [1, 2]},
                "SUPPDT": {
                    "RDOMAIN": ["DT", "DT"],
                    "SPDEVID": ["D1", "D1"],
                    "IDVAR": ["DTSEQ", "DTSEQ"],
                    "IDVARVAL": ["1", "2"],
                    "QNAM": ["X", "X"],
                },
            },
            [("referenced-record-absent", "SUPPDT", "IDVARVAL", "2", 1, 2)],
        ),
        (
            {
                "DM": DM,
                "AE": {"USUBJID": ["1"], "SPDEVID": ["D1"], "AESEQ": [1]},
                "DT": {"SPDEVID": ["D1"], "DTSEQ": [1]},
                "RELREC": {
                    "RDOMAIN": ["AE", "DT"],
                    "USUBJID": ["1", None],
                    "SPDEVID": [None, "D1"],
                    "IDVAR": ["AESEQ", "DTSEQ"],
                    "IDVARVAL": ["1", "1"],
                },
            },
            [],
        ),
    ],
)
def test_references_lead_to_the_record_of_the_same_person_or_device(
    make: Any, frames: Any, expected: Any
) -> None:
    assert shown(relations(make, frames)) == expected


def test_datasets_of_persons_and_devices_are_held_against_their_guides(make: Any) -> None:
    person = {
        "STUDYID": ["S", "S"],
        "DOMAIN": ["APMH", "MH"],
        "APID": ["P", None],
        "MHSEQ": [1, 1],
        "USUBJID": ["1", "1"],
        "RSUBJID": ["1", "1"],
        "SREL": ["SPOUSE", "SPOUSE"],
        "MHTERM": ["A", "B"],
    }
    supp = {**SUPP, "STUDYID": ["S"], "QLABEL": ["X"], "QVAL": ["1"], "QORIG": ["CRF"]}
    device = {"STUDYID": ["S"], "DOMAIN": ["DU"], "DUSEQ": [1], "DUTESTCD": ["A"], "DUTEST": ["A"]}
    frames = {
        "DM": DM,
        "APMH": person,
        "SUPPAPMH": {**supp, "QEVAL": [None]},
        "DU": {**device, "USUBJID": [None], "SPDEVID": [None]},
    }
    found = check_datasets({name: make(name, data) for name, data in frames.items()})
    told = {(item.rule, item.dataset, item.variable) for item in found}
    assert {
        ("required-value-missing", "APMH", "APID"),
        ("value-not-allowed", "APMH", "DOMAIN"),
        ("variable-not-in-standard", "APMH", "USUBJID"),
        ("subject-or-device", "DU", "USUBJID"),
    } <= told
    assert [item for item in told if item[1] == "SUPPAPMH" and "order" not in item[0]] == []
