"""One dataset by itself: keys, sequence, texts, dates, variables, labels."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.findings import Finding, Severity
from converters.standards.sdtmig import Domain, DomainVariable
from converters.validation.structure import check_structure

AE = Domain(
    "AE",
    "Adverse Events",
    "EVENTS",
    "",
    ("USUBJID", "AETERM", "AESTDTC"),
    tuple(
        DomainVariable(name, name, "Char", "", "Perm", order=order)
        for order, name in enumerate(
            ["STUDYID", "USUBJID", "AESEQ", "AETERM", "AESEV", "AESTDTC", "AEENDTC"], 1
        )
    ),
    True,
    False,
)


def told(findings: list[Finding]) -> list[tuple[Any, ...]]:
    return [(item.rule, item.variable, item.value, item.count, item.row) for item in findings]


def check(make: Any, data: dict[str, list[Any]], name: str = "AE", **settings: Any) -> list[Any]:
    return told(check_structure(make(name, data, **settings)))


@pytest.mark.parametrize(
    ("data", "keys", "expected"),
    [
        ({"USUBJID": ["1", "1"], "AETERM": ["A", "B"]}, ["USUBJID", "AETERM"], []),
        (
            {"USUBJID": ["1", "2", "1", "1"], "AETERM": ["A", "A", "A", "A"]},
            ["USUBJID", "AETERM"],
            [("duplicate-keys", "", None, 3, 1)],
        ),
        (
            {"USUBJID": ["1", "2", "2"], "AETERM": ["A", None, None]},
            ["USUBJID", "AETERM", "AESPID"],
            [("duplicate-keys", "", None, 2, 2)],
        ),
        ({"USUBJID": ["1", "1"]}, [], []),
        ({"USUBJID": ["1", "1"]}, ["AESPID"], []),
        ({"USUBJID": [None, None]}, ["USUBJID"], [("duplicate-keys", "", None, 2, 1)]),
    ],
)
def test_records_that_share_their_keys_are_one_finding(
    make: Any, data: Any, keys: list[str], expected: Any
) -> None:
    assert check(make, data, keys=keys) == expected


def test_duplicate_keys_show_examples_of_the_keys(make: Any) -> None:
    data = {"USUBJID": ["1", "1", *"2233445"], "AESEQ": [1, 1, *[2.5] * 7]}
    first = check_structure(make("AE", data, keys=["USUBJID"]))[0]
    assert first.message == (
        "AE: 8 records are not unique by USUBJID: USUBJID '1'; USUBJID '2'; USUBJID '3'; and 1 more"
    )


def test_keys_that_the_standard_suggests_are_a_warning_and_the_sponsors_an_error(make: Any) -> None:
    data = {"USUBJID": ["1", "1"], "AETERM": ["A", "A"], "AESEV": ["M", "S"]}
    by_standard = check_structure(make("AE", data, keys=["USUBJID", "AETERM"]), AE)
    by_sponsor = check_structure(make("AE", data | {"AESEV": ["M", "M"]}, keys=["AESEV"]), AE)
    assert [item.severity for item in by_standard] == [Severity.WARNING]
    assert [item.severity for item in by_sponsor] == [Severity.ERROR]


def test_a_record_that_is_there_twice_is_an_error_by_any_keys(make: Any) -> None:
    data = {"USUBJID": ["1", "1", "1"], "AETERM": ["A", "A", "B"], "AESEQ": [1, 2, 3]}
    found = check_structure(make("AE", data, keys=["USUBJID", "AETERM"]), AE)
    told = {(item.rule, item.severity, item.count) for item in found}
    assert ("duplicate-records", Severity.ERROR, 2) in told


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("AE", {"USUBJID": ["1", "1", "2"], "AESEQ": [1, 2, 1]}, []),
        (
            "AE",
            {"USUBJID": ["1", "1", "2"], "AESEQ": [1, 1, 1]},
            [("sequence-not-unique", "", None, 2, 1)],
        ),
        (
            "AE",
            {"USUBJID": ["1", "1", "1"], "AESEQ": [1, None, None]},
            [("sequence-missing", "AESEQ", None, 2, 2)],
        ),
        ("AE", {"USUBJID": ["1", "1"], "AESEQ": [None, None]},
         [("sequence-missing", "AESEQ", None, 2, 1)]),
        ("TS", {"TSPARMCD": ["A", "B"], "TSSEQ": [1, 1]}, []),
        ("TS", {"TSPARMCD": ["A", "A"], "TSSEQ": [1, 1]},
         [("sequence-not-unique", "", None, 2, 1)]),
        ("QSCO", {"USUBJID": ["1", "1"], "QSSEQ": [7, 7]},
         [("sequence-not-unique", "", None, 2, 1)]),
        ("AE", {"USUBJID": ["1", "1"]}, []),
    ],
)  # fmt: skip
def test_sequence_numbers_are_given_and_unique_within_a_subject(
    make: Any, name: str, data: Any, expected: Any
) -> None:
    assert check(make, data, name) == expected


def test_supplemental_qualifiers_qualify_a_record_once(make: Any) -> None:
    data = {
        "RDOMAIN": ["AE"] * 4,
        "USUBJID": ["1", "1", "1", "2"],
        "IDVAR": ["AESEQ"] * 4,
        "IDVARVAL": ["1", "1", "1", "1"],
        "QNAM": ["A", "B", "A", "A"],
        "QVAL": ["x", "y", "z", "x"],
    }
    findings = check_structure(make("SUPPAE", data, keys=["USUBJID", "QNAM"]))
    assert [(item.rule, item.count, item.published) for item in findings] == [
        ("duplicate-qualifier", 2, ("SD0086",))
    ]


def test_a_subject_is_in_dm_once(make: Any) -> None:
    data = {"STUDYID": ["S"] * 3, "USUBJID": ["1", "2", "1"], "SITEID": ["A", "B", "C"]}
    findings = check_structure(make("DM", data, keys=["SITEID"]))
    assert [(item.rule, item.count, item.row) for item in findings] == [
        ("subject-not-unique", 2, 1)
    ]


@pytest.mark.parametrize(
    ("value", "rule", "words"),
    [
        ("plain ~ text", None, ""),
        ("caf\u00e9", "not-ascii", "'caf\u00e9' has the character '\u00e9' (U+00E9) at place 4;"),
        ("a\tb", "not-ascii", "has the character (U+0009) at place 2;"),
        ("\u2265 5", "not-ascii", "'\u2265 5' has the character '\u2265' (U+2265) at place 1;"),
        ("a\x7f", "not-ascii", "(U+007F) at place 2;"),
        ("a" * 200, None, ""),
        ("a" * 201, "text-too-long", "...' has 201 bytes, at most 200 fit"),
    ],
)
def test_text_is_printable_ascii_of_at_most_200_bytes(
    make: Any, value: str, rule: str | None, words: str
) -> None:
    findings = check_structure(make("AE", {"AETERM": ["x", value, value]}))
    assert [item.rule for item in findings] == ([rule] if rule else [])
    for item in findings:
        assert words in item.message
        assert (item.value, item.count, item.row) == (value, 2, 2)


def test_the_length_of_text_counts_bytes_and_not_characters(make: Any) -> None:
    findings = check_structure(make("AE", {"AETERM": ["\u00e9" * 101]}))
    assert [item.rule for item in findings] == ["not-ascii", "text-too-long"]


@pytest.mark.parametrize(
    ("name", "value", "valid"),
    [
        ("AESTDTC", "2015-02-28", True),
        ("AESTDTC", "2015-02-30", False),
        ("AESTDTC", "2015-02-29", False),
        ("AESTDTC", "2016-02-29", True),
        ("AESTDTC", "2003---15", True),
        ("AESTDTC", "2015-13", False),
        ("AESTDTC", "28FEB2015", False),
        ("AESTDTC", "2015-02-28T25:00", False),
        ("AESTDTC", "P3D", False),
        ("AEDTC", "2015-02-01/2015-02-03", True),
        ("AEDUR", "P3D", True),
        ("AEDUR", "3 DAYS", False),
        ("AEELTM", "-PT15M", True),
        ("AETERM", "2015-02-30", True),
    ],
)
def test_dates_are_iso_8601_and_in_the_calendar(
    make: Any, name: str, value: str, valid: bool
) -> None:
    expected = [] if valid else [("invalid-iso8601", name, value, 1, 2)]
    assert check(make, {name: [None, value]}) == expected


@pytest.mark.parametrize(
    ("start", "end", "in_order"),
    [
        ("2015-03-02", "2015-03-02", True),
        ("2015-03-03", "2015-03-02", False),
        ("2015-03-03", "2015-03", True),
        ("2015-04", "2015-03-31", False),
        ("2015", "2015-01-01", True),
        ("2016", "2015-12-31T23:59", False),
        ("2015-03-02T10:00", "2015-03-02", True),
        ("2015-03-02T10:01", "2015-03-02T10:00:59", False),
        ("2015-03-02T24:00", "2015-03-03T00:00", True),
        ("2015---15", "2015-01-01", True),
        ("not a date", "2015-03-02", True),
        (None, "2015-03-02", True),
        ("2015-03-02", None, True),
    ],
)
def test_start_is_not_after_end_as_far_as_both_are_known(
    make: Any, start: str | None, end: str | None, in_order: bool
) -> None:
    found = check_structure(make("AE", {"AESTDTC": [start, start], "AEENDTC": [end, end]}))
    found = [item for item in found if item.rule == "start-after-end"]
    assert [(item.value, item.count, item.published) for item in found] == (
        [] if in_order else [(start, 2, ("SD0013",))]
    )
    assert all(item.message == f"AESTDTC: '{start}' is after AEENDTC '{end}'" for item in found)


days = st.dates(date(2014, 12, 1), date(2016, 2, 1))


@given(start=days, end=days, cut_start=st.sampled_from([4, 7, 10]),
       cut_end=st.sampled_from([4, 7, 10]))  # fmt: skip
def test_partial_dates_are_compared_at_their_common_precision(
    make: Any, start: date, end: date, cut_start: int, cut_end: int
) -> None:
    common = min(cut_start, cut_end)
    later = start.isoformat()[:common] > end.isoformat()[:common]
    data = {"AESTDTC": [start.isoformat()[:cut_start]], "AEENDTC": [end.isoformat()[:cut_end]]}
    assert bool(check(make, data)) == later


@pytest.mark.parametrize(
    ("name", "dataset_class", "data", "rule"),
    [
        ("AE", "EVENTS", {"AESTDY": [2.0, None], "AEENDY": [1.0, 1.0]}, "SD0012"),
        ("AE", "EVENTS", {"AEDTC": ["2015-02"], "AEENDTC": ["2015-01"]}, None),
        ("LB", "FINDINGS", {"LBDTC": ["2015-02"], "LBENDTC": ["2015-01"]}, "SD0025"),
        ("LB", "FINDINGS", {"LBDY": [2.0], "LBENDY": [1.0]}, "SD1330"),
        ("DM", "SPECIAL PURPOSE", {"RFSTDTC": ["2015-02"], "RFENDTC": ["2015-01"]}, "SD1002"),
        ("DM", "SPECIAL PURPOSE", {"RFXSTDTC": ["2015-02"], "RFXENDTC": ["2015-01"]}, "SD1208"),
        ("AE", "EVENTS", {"AESTDTC": [2.0], "AEENDTC": [1.0]}, None),
        ("AE", "EVENTS", {"AESTDY": ["2"], "AEENDY": ["1"]}, None),
    ],
)
def test_other_pairs_of_start_and_end_are_compared_where_they_mean_it(
    make: Any, name: str, dataset_class: str, data: Any, rule: str | None
) -> None:
    found = check_structure(make(name, data, dataset_class=dataset_class))
    assert [item.published for item in found] == ([(rule,)] if rule else [])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["STUDYID", "USUBJID", "AETERM", "AEENDTC"], []),
        (["USUBJID", "STUDYID", "AETERM"], [("variable-out-of-order", "USUBJID")]),
        (["AEENDTC", "STUDYID", "USUBJID", "AETERM"], [("variable-out-of-order", "AEENDTC")]),
        (["STUDYID", "AEFOO"], [("variable-not-in-standard", "AEFOO")]),
        (["STUDYID", "AEBAR"], [("variable-from-model", "AEBAR")]),
        (["STUDYID", "AEOWN"], []),
        ([], []),
    ],
)
def test_variables_are_those_of_the_standard_in_its_order(
    make: Any, names: list[str], expected: Any
) -> None:
    own = {"AEOWN": {"standard": False}} if "AEOWN" in names else {}
    dataset = make("AE", {name: ["x"] for name in names}, variables=own)
    found = [item for item in check_structure(dataset, AE, {"AEBAR"}) if "variable" in item.rule]
    assert [(item.rule, item.variable) for item in found] == expected


def test_a_variable_out_of_order_is_told_where_it_belongs(make: Any) -> None:
    (found,) = check_structure(make("AE", {name: ["x"] for name in ("AESEV", "AETERM")}), AE)
    assert found.message == "AESEV: out of order; by the standard it stands after AETERM"


@given(st.permutations(range(7)))
def test_so_few_variables_are_out_of_order_that_the_rest_is_in_order(
    make: Any, order: list[int]
) -> None:
    names = [AE.variables[place].name for place in order]
    data = {name: [None] for name in names}
    findings = check_structure(make("AE", data), AE)
    found = {item.variable for item in findings if item.rule == "variable-out-of-order"}
    rest = [place for place, name in zip(order, names, strict=True) if name not in found]
    assert rest == sorted(rest)
    assert bool(found) == (order != sorted(order))


@pytest.mark.parametrize(
    ("name", "variable", "label", "rule"),
    [
        ("AE", "AETERM", "Reported Term for the Adverse Event", None),
        ("AE", "AETERM", "x" * 40, None),
        ("AE", "AETERM", "x" * 41, "label-too-long"),
        ("AE", "AETERM", "\u00e9" * 21, "label-too-long"),
        ("AE", "AETERM", "", "label-missing"),
        ("AE", "AETERMINO", "Term", "invalid-name"),
        ("AE", "aeterm", "Term", "invalid-name"),
        ("AE", "1AETERM", "Term", "invalid-name"),
        ("AE", "AE-TERM", "Term", "invalid-name"),
        ("AE", "AE_TERM", "Term", None),
        ("SUPPAELONG", "AETERM", "Term", "invalid-dataset-name"),
    ],
)
def test_names_and_labels_fit_a_transport_file(
    make: Any, name: str, variable: str, label: str, rule: str | None
) -> None:
    dataset = make(name, {variable: ["x"]}, variables={variable: {"label": label}})
    assert [item.rule for item in check_structure(dataset)] == ([rule] if rule else [])


def test_a_dataset_without_records_is_told_and_nothing_else(make: Any) -> None:
    data: dict[str, list[Any]] = {"USUBJID": [], "AESEQ": [], "AESTDTC": [], "AEENDTC": []}
    assert check(make, data, keys=["USUBJID"]) == [("no-records", "", None, 1, None)]


def test_a_dataset_without_values_has_no_finding_beyond_its_keys(make: Any) -> None:
    data = {"AETERM": [None, None], "AESTDTC": [None, None], "AEENDTC": [None, None]}
    assert check(make, data) == []


def test_more_than_a_hundred_pairs_are_listed_up_to_the_limit(make: Any) -> None:
    starts = [f"2015-03-{day:02}T{hour:02}" for day in range(2, 12) for hour in range(12)]
    dataset = make("AE", {"AESTDTC": starts, "AEENDTC": ["2015-03-01"] * len(starts)})
    findings = check_structure(dataset)
    assert len(findings) == 101
    assert sum(item.count for item in findings) == len(starts) == 120
