"""Analysis datasets: parameters, companions, dates, and what ADSL has too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from converters.dataset import Dataset
from converters.findings import Finding, Severity
from converters.validation import check_analyses

Told = tuple[str, str, str | None, int]
COLUMNS = dict[str, list[Any]]
#: What the small datasets of these tests lack, and what is not their matter.
LACKING = (
    "adsl-absent",
    "required-variable-absent",
    "type-not-of-standard",
    "label-not-of-standard",
)

FORMATS = {"DTM": "DATETIME20.", "DT": "DATE9.", "TM": "TIME8."}


def analysis(make: Any, data: COLUMNS, name: str = "ADLB", **settings: Any) -> Dataset:
    """An analysis dataset of these columns; dates have their formats."""
    formats = {
        item: {"format": next(f for end, f in FORMATS.items() if item.endswith(end))}
        for item in data
        if item.endswith(tuple(FORMATS)) and item != "ARELTM"
    }
    variables = {**formats, **settings.pop("variables", {})}
    kind = {"dataset_class": "BASIC DATA STRUCTURE", "purpose": "Analysis", **settings}
    made: Dataset = make(name, data, variables=variables, **kind)
    return made


def found(*datasets: Dataset, version: str = "1.3") -> list[Finding]:
    told = check_analyses({item.name: item for item in datasets}, version=version)
    return [item for item in told if item.rule not in LACKING]


def told(*datasets: Dataset, version: str = "1.3") -> list[Told]:
    return [(f.rule, f.variable, f.value, f.count) for f in found(*datasets, version=version)]


ONE = {"USUBJID": ["1", "1", "1"], "PARAMCD": ["A", "A", "A"]}
BASELINE = {**ONE, "AVAL": [10, 12, 15], "ABLFL": ["Y", None, None], "BASE": [10, 10, 10]}
TWO = {"USUBJID": ["1"] * 4, "PARAMCD": ["A"] * 4, "BASETYPE": ["X", "X", "Z", "Z"]}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (BASELINE, []),
        ({**BASELINE, "ABLFL": ["Y", "Y", None]}, [("several-baselines", "", None, 2)]),
        ({**TWO, "AVAL": [1, 2, 2, 3], "ABLFL": ["Y", None, "Y", None], "BASE": [1, 1, 2, 2]}, []),
        ({**TWO, "AVAL": [1, 2, 2, 3], "ABLFL": ["Y", None, "Y", None], "BASE": [1, 1, 1, 1]},
         [("base-not-of-baseline", "BASE", "1", 2)]),
        ({**BASELINE, "BASE": [10, 11, None]}, [("base-not-of-baseline", "BASE", "11", 1)]),
        ({**BASELINE, "BASE": [10, 10 + 1e-12, 10]}, []),
        ({**BASELINE, "AVAL": [None, 12, 15]}, [("base-not-of-baseline", "BASE", "10", 3)]),
        ({**BASELINE, "ABLFL": [None] * 3}, [("base-without-baseline", "BASE", "10", 3)]),
        ({**BASELINE, "BASE": [None] * 3, "ABLFL": [None] * 3}, []),
        ({**BASELINE, "AVALC": ["a", "b", "c"], "BASEC": ["a", "a", "b"]},
         [("base-not-of-baseline", "BASEC", "b", 1), ("not-one-to-one", "BASEC", "b", 1)]),
        ({**BASELINE, "ANRIND": ["LOW", "HIGH", None], "BNRIND": ["LOW", None, "HIGH"]},
         [("base-not-of-baseline", "BNRIND", "HIGH", 1)]),
        ({**BASELINE, "A1IND": ["x", "y", "z"], "B1IND": ["y", "y", "y"]},
         [("base-not-of-baseline", "B1IND", "y", 3)]),
        ({**TWO, "BASETYPE": ["X", None, None, None], "AVAL": [1, 2, None, None],
          "ABLFL": ["Y", None, None, None], "BASE": [1, None, None, None]}, []),
        ({**TWO, "BASETYPE": ["X", "X", None, None], "AVAL": [1, 2, 3, 4],
          "ABLFL": ["Y", None, "Y", None], "BASE": [1, 1, 3, 3]},
         [("baseline-type-missing", "BASETYPE", None, 2)]),
        ({**BASELINE, "DTYPE": ["AVERAGE", "LOCF", None]}, []),
        ({**BASELINE, "DTYPE": ["LOCF", None, None]}, [("derived-baseline", "DTYPE", "LOCF", 1)]),
    ],
)  # fmt: skip
def test_one_record_is_the_baseline_and_its_values_are_those_of_base(
    make: Any, data: COLUMNS, expected: list[Told]
) -> None:
    assert told(analysis(make, data)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"CHG": [0, 2, 5], "PCHG": [0, 20, 50], "R2BASE": [1, 1.2, 1.5]}, []),
        ({"CHG": [None, 2, 5.1]}, [("change-not-as-defined", "CHG", "5.1", 1)]),
        ({"CHG": [0, 3, 6]}, [("change-not-as-defined", "CHG", "3", 2)]),
        ({"PCHG": [None, 20.0004, 50]}, []),
        ({"PCHG": [None, 20.1, 50]}, [("change-not-as-defined", "PCHG", "20.1", 1)]),
        ({"R2BASE": [1, 1.2, 0.5]}, [("change-not-as-defined", "R2BASE", "0.5", 1)]),
        ({"BCHG": [0, -2, -5], "PBCHG": [0, -16.6667, -33.3333]}, []),
        ({"BCHG": [0, 2, -5]}, [("change-not-as-defined", "BCHG", "2", 1)]),
        ({"CHG": [None, 2, 5], "BASE": [10, None, 10]},
         [("change-without-base", "CHG", "2", 1)]),
        ({"A1HI": [5, 5, 5], "R2A1HI": [2, 2.4, 1]},
         [("change-not-as-defined", "R2A1HI", "1", 1)]),
        ({"A1HI": [5, 5, 0], "R2A1HI": [2, 2.4, None]}, []),
    ],
)  # fmt: skip
def test_changes_are_what_they_are_called(
    make: Any, changes: COLUMNS, expected: list[Told]
) -> None:
    assert told(analysis(make, {**BASELINE, **changes})) == expected


def test_a_change_needs_base_and_a_percentage_of_zero_is_not_asked_for(make: Any) -> None:
    data = {**ONE, "AVAL": [1, 2, 3], "CHG": [None, 1, 2]}
    assert told(analysis(make, data)) == [("change-without-base", "CHG", None, 1)]
    zero = {**ONE, "AVAL": [0, 2, 3], "BASE": [0, 0, 0], "ABLFL": ["Y", None, None]}
    assert told(analysis(make, {**zero, "PCHG": [None, None, 300]})) == []


def test_a_percentage_may_be_of_the_size_of_a_negative_baseline(make: Any) -> None:
    data = {**ONE, "AVAL": [-10, -5, -5], "BASE": [-10] * 3, "ABLFL": ["Y", None, None]}
    assert told(analysis(make, {**data, "PCHG": [0, -50, 50]})) == []
    assert told(analysis(make, {**data, "PCHG": [0, -50, 5]})) == [
        ("change-not-as-defined", "PCHG", "5", 1)
    ]


PAIR = {"USUBJID": ["1", "2", "3"], "PARAMCD": ["A", "A", "B"]}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"PARAM": ["Alpha", "Alpha", "Beta"], "PARAMN": [1, 1, 2]}, []),
        ({"PARAM": ["Alpha", "alpha", "Beta"]}, [("not-one-to-one", "PARAM", "alpha", 1)]),
        ({"PARAM": ["Alpha", "Alpha", "Alpha"]}, [("not-one-to-one", "PARAMCD", "B", 1)]),
        ({"PARAM": ["Alpha", "Alpha", "Beta"], "PARAMN": [1, 2, 3]},
         [("not-one-to-one", "PARAMN", "2", 1)]),
        ({"PARAM": ["Alpha", "Alpha", "Beta"], "PARAMN": [1, 1, 1]},
         [("not-one-to-one", "PARAM", "Beta", 1)]),
        ({"AVISIT": ["W1", "W1", "W2"], "AVISITN": [1, 1, 1]}, []),
        ({"AVISIT": ["W1", "W2", "W1"], "AVISITN": [1, 1, 1]},
         [("not-one-to-one", "AVISIT", "W2", 1)]),
        ({"AVISIT": ["W1", "W1", "W1"], "AVISITN": [1, None, None]}, []),
        ({"AVAL": [1, 1, 2], "AVALC": ["1", "1", "1"]}, []),
        ({"AVAL": [1, 2, 2], "AVALC": ["1", "1", "1"]}, [("not-one-to-one", "AVAL", "2", 1)]),
        ({"AVAL": [1, 1, 2], "AVALC": ["1", "one", "2"]}, [("not-one-to-one", "AVALC", "one", 1)]),
        ({"AVAL": [0.3, 0.1 + 0.2, 2], "AVALC": ["0.3", "0.3", "2"]}, []),
        ({"TRTP": ["X", "X", "Y"], "TRTPN": [1, 2, 3]}, [("not-one-to-one", "TRTPN", "2", 1)]),
        ({"TRTPN": [1, 2, 3]}, [("companion-without-primary", "TRTPN", None, 1)]),
        ({"AVALCAT1": ["lo", "hi", "hi"], "AVALCA1N": [1, 2, 1]}, []),
        ({"AVALCAT1": ["lo", "hi", "lo"], "AVALCA1N": [1, 1, 1]},
         [("not-one-to-one", "AVALCAT1", "hi", 1)]),
        ({"AVALCA1N": [1, 1, 1]}, [("companion-without-primary", "AVALCA1N", None, 1)]),
        ({"AGEGR1": ["a", "b", "a"], "AGEGR1N": [1, 1, 1]},
         [("not-one-to-one", "AGEGR1", "b", 1)]),
        ({"AVALU": ["kg", "kg", "cm"]}, []),
        ({"AVALU": ["kg", "LB", "cm"]}, [("several-units-of-parameter", "AVALU", "LB", 1)]),
        ({"PARAM": ["W (kg)", "W (kg)", "Log (H (cm))"]}, []),
        ({"PARAM": ["W (kg)", "W (LB)", "H (cm)"]},
         [("not-one-to-one", "PARAM", "W (LB)", 1),
          ("several-units-of-parameter", "PARAM", None, 2)]),
        ({"PARAM": ["Alpha", None, "Beta"]}, [("required-value-missing", "PARAM", None, 1)]),
        ({"PARAMCD": ["A", "1A", "TOOLONGCODE"]},
         [("invalid-parameter-code", "PARAMCD", "1A", 1),
          ("invalid-parameter-code", "PARAMCD", "TOOLONGCODE", 1)]),
    ],
)  # fmt: skip
def test_variables_that_go_together_are_one_to_one(
    make: Any, data: COLUMNS, expected: list[Told]
) -> None:
    assert told(analysis(make, {**PAIR, **data})) == expected


def test_one_to_one_tells_what_is_usual_and_a_hundred_cases_at_most(make: Any) -> None:
    data = {"PARAMCD": ["A"] * 3, "AVAL": [1, 1, 1], "AVALC": ["one", "one", "1"]}
    (case,) = found(analysis(make, data))
    assert case.message == "AVALC: '1' stands with PARAMCD 'A', AVAL 1, but 'one' elsewhere"
    assert case.published == ("ADaM-742",)
    many = {"PARAMCD": ["A"] * 500, "AVAL": [1] * 500, "AVALC": [str(n) for n in range(500)]}
    told_of = found(analysis(make, many))
    assert len(told_of) == 101
    assert sum(item.count for item in told_of) == 499


FLAG = {"USUBJID": ["1", "2", "3", "4"]}


@pytest.mark.parametrize(
    ("data", "version", "expected"),
    [
        ({"DROPFL": ["Y", "N", None, None], "DROPFN": [1, 0, None, None]}, "1.3", []),
        ({"DROPFL": ["Y", "N", None, "YES"]}, "1.3", [("flag-not-y-n", "DROPFL", "YES", 1)]),
        ({"ABLFL": ["Y", "N", None, None]}, "1.3", [("flag-not-y", "ABLFL", "N", 1)]),
        ({"ANL01FL": ["Y", "N", None, None]}, "1.3", [("flag-not-y", "ANL01FL", "N", 1)]),
        ({"ONTRTFL": ["Y", "N", None, None]}, "1.3", []),
        ({"ONTRTFL": ["Y", "N", None, None]}, "1.1", [("flag-not-y", "ONTRTFL", "N", 1)]),
        ({"ITTRFL": ["Y", "N", None, None]}, "1.1", [("flag-not-y", "ITTRFL", "N", 1)]),
        ({"DROPFL": ["Y", "N", None, "Y"], "DROPFN": [1, 1, None, None]}, "1.3",
         [("flag-and-number-differ", "DROPFN", None, 1),
          ("flag-and-number-differ", "DROPFN", "1", 1)]),
        ({"DROPFL": ["Y", None, None, None], "DROPFN": [1, 0, None, None]}, "1.3",
         [("flag-and-number-differ", "DROPFN", "0", 1)]),
        ({"DROPFL": ["Y", None, None, None], "DROPFN": [2, None, None, None]}, "1.3",
         [("flag-number-not-0-1", "DROPFN", "2", 1)]),
        ({"DROPFN": [1, None, None, None]}, "1.3",
         [("companion-without-primary", "DROPFN", None, 1)]),
    ],
)  # fmt: skip
def test_flags_and_their_numbers(
    make: Any, data: COLUMNS, version: str, expected: list[Told]
) -> None:
    assert told(analysis(make, {**FLAG, **data}), version=version) == expected


CRITERION = {"PARAMCD": ["A", "A", "B"]}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"CRIT1": ["x", "x", None], "CRIT1FL": ["Y", "N", None]}, []),
        ({"CRIT1": ["x", "x", "y"], "CRIT1FL": ["Y", "N", "Y"]}, []),
        ({"CRIT1": ["x", "x", None]}, [("criterion-incomplete", "CRIT1", None, 1)]),
        ({"CRIT1FL": ["Y", None, None]}, [("criterion-incomplete", "CRIT1FL", None, 1)]),
        ({"CRIT1": ["x", None, None], "CRIT1FL": ["Y", "N", None]},
         [("criterion-incomplete", "CRIT1", None, 1)]),
        ({"CRIT1": ["x", "z", None], "CRIT1FL": ["Y", "N", None]},
         [("several-criteria", "CRIT1", None, 2)]),
        ({"MCRIT1": ["x", "x", "x"]}, [("criterion-incomplete", "MCRIT1", None, 1)]),
        ({"MCRIT1": ["x", "x", "x"], "MCRIT1ML": ["0 to 1", None, "0 to 2"]}, []),
    ],
)  # fmt: skip
def test_a_criterion_and_its_result_stand_together(
    make: Any, data: COLUMNS, expected: list[Told]
) -> None:
    assert told(analysis(make, {**CRITERION, **data})) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"AVAL": [5, 7], "CNSR": [0, 1]}, []),
        ({"AVAL": [5, 7]}, [("censoring-missing", "CNSR", None, 2)]),
        ({"AVAL": [5, 7], "CNSR": [0, None]}, [("censoring-missing", "CNSR", None, 1)]),
        ({"AVAL": [5, None], "CNSR": [0, None]}, []),
        ({"AVAL": [5, 7], "CNSR": [-1, 0.5]},
         [("invalid-censoring", "CNSR", "-1", 1), ("invalid-censoring", "CNSR", "0.5", 1)]),
    ],
)  # fmt: skip
def test_times_to_events_say_whether_they_are_censored(
    make: Any, data: COLUMNS, expected: list[Told]
) -> None:
    made = analysis(make, {"PARAMCD": ["A", "A"], **data}, "ADTTE", subclass="TIME-TO-EVENT")
    assert told(made) == expected


DAY = 86400


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"ADT": [1, None], "ADTF": ["D", None], "ADTM": [DAY + 60, None], "ATM": [60, None]}, []),
        ({"ADT": [1, None], "ADTF": ["D", "M"]},
         [("imputation-flag-without-date", "ADTF", None, 1)]),
        ({"ADTF": ["D", None]}, [("imputation-flag-without-date", "ADTF", None, 1)]),
        ({"ADTM": [DAY, None], "ATMF": ["H", None]}, []),
        ({"ADTM": [DAY, None], "ATMF": ["H", "H"]},
         [("imputation-flag-without-date", "ATMF", None, 1)]),
        ({"P01S1SDM": [DAY, None], "P01S1SDF": ["D", None]}, []),
        ({"P01S1SDF": ["D", None]}, [("imputation-flag-without-date", "P01S1SDF", None, 1)]),
        ({"ADT": [1.5, 2]}, [("date-not-integer", "ADT", "1.5", 1)]),
        ({"ADT": ["2026-01-01", None]}, [("date-not-numeric", "ADT", None, 1)]),
        ({"ARELTM": ["a", None], "VSELTM": ["PT1H", None]}, []),
        ({"ADY": [0, 1]}, [("relative-day-zero", "ADY", "0", 1)]),
        ({"ASTDT": [5, 6], "AENDT": [5, 5]}, [("start-after-end", "ASTDT", "1960-01-07", 1)]),
        ({"TRTSDT": [5, None], "TRTEDT": [4, 5]}, [("start-after-end", "TRTSDT", "1960-01-06", 1)]),
        ({"ASTDT": [5, 5], "AENDT": [7, 7], "ADT": [6, 8]},
         [("date-outside-interval", "ADT", "1960-01-09", 1)]),
        ({"ASTDT": [5, 5], "ADT": [4, 5]}, [("date-outside-interval", "ADT", "1960-01-05", 1)]),
        ({"ADT": [2, 1], "ADTM": [DAY + 5, DAY + 5]},
         [("date-and-datetime-differ", "ADT", "1960-01-03", 1)]),
        ({"ATM": [5, 6], "ADTM": [DAY + 5, DAY + 5]},
         [("date-and-datetime-differ", "ATM", "00:00:06", 1)]),
    ],
)  # fmt: skip
def test_dates_times_and_their_flags(make: Any, data: COLUMNS, expected: list[Told]) -> None:
    assert told(analysis(make, {"USUBJID": ["1", "2"], **data})) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [("DATE9.", []), ("YYMMDD10.", []), ("E8601DA.", []), ("", [("date-without-format", None)]),
     ("8.", [("date-without-format", "8.")]),
     ("DATETIME20.", [("date-without-format", "DATETIME20.")])],
)  # fmt: skip
def test_a_numeric_date_has_a_format_of_dates(
    make: Any, given: str, expected: list[tuple[str, str | None]]
) -> None:
    made = analysis(make, {"ADT": [1, 2]}, variables={"ADT": {"format": given}})
    assert [(item.rule, item.value) for item in found(made)] == expected


@pytest.mark.parametrize(
    ("days", "periods", "expected"),
    [
        ([-1, 1, 2], None, []),
        ([1, 2, 3], None, []),
        ([-1, -1, 2], None, [("relative-day-anchors-differ", 3)]),
        ([1, 1, 2], None, [("relative-day-anchors-differ", 3)]),
        ([-1, 1, 1], [1, 1, 2], []),
        ([None, 1, 2], None, []),
    ],
)
def test_days_are_counted_from_one_date_without_a_day_0(
    make: Any, days: list[Any], periods: list[int] | None, expected: list[tuple[str, int]]
) -> None:
    data: COLUMNS = {"USUBJID": ["1"] * 3, "ADT": [9, 10, 11], "ADY": days}
    made = analysis(make, {**data, **({"APERIOD": periods} if periods else {})})
    assert [(item.rule, item.count) for item in found(made)] == expected


ADSL = {"USUBJID": ["1", "2"], "SEX": ["F", "M"], "TRTSDT": [10, None], "SAFFL": ["Y", "N"]}
SUBJECTS = {"dataset_class": "SUBJECT LEVEL ANALYSIS DATASET"}


@pytest.mark.parametrize(
    ("adsl", "data", "expected"),
    [
        (ADSL, {"USUBJID": ["1", "2", "1"], "SEX": ["F", "M", "F"], "TRTSDT": [10, None, 10]}, []),
        (ADSL, {"USUBJID": ["1", "3"]}, [("subject-not-in-adsl", "USUBJID", "3", 1)]),
        (ADSL, {"USUBJID": ["1", "1", "2"], "SEX": ["F", "M", "M"]},
         [("differs-from-adsl", "SEX", "M", 1)]),
        (ADSL, {"USUBJID": ["1", "2"], "SEX": [None, "U"]},
         [("differs-from-adsl", "SEX", None, 1), ("differs-from-adsl", "SEX", "U", 1)]),
        (ADSL, {"USUBJID": ["1", "1", "2"], "TRTSDT": [10, 11, 10]},
         [("differs-from-adsl", "TRTSDT", "1960-01-11", 1),
          ("differs-from-adsl", "TRTSDT", "1960-01-12", 1)]),
        (ADSL, {"USUBJID": ["1"], "SEX": [1]}, [("types-differ", "SEX", "Num", 1)]),
        ({**ADSL, "SAFFL": ["Y", None]}, {"USUBJID": ["1"]},
         [("population-flag-missing", "SAFFL", None, 1)]),
        ({**ADSL, "USUBJID": ["1", "1"], "STUDYID": ["S", "S"]}, {"USUBJID": ["1"], "SEX": ["F"]},
         [("subject-not-unique", "", None, 2)]),
        (ADSL, {"USUBJID": []}, [("no-records", "", None, 1)]),
    ],
)  # fmt: skip
def test_what_others_have_of_adsl_is_the_same(
    make: Any, adsl: COLUMNS, data: COLUMNS, expected: list[Told]
) -> None:
    one = analysis(make, adsl, "ADSL", **SUBJECTS)
    assert told(one, analysis(make, data, "ADAE", dataset_class="ADAM OTHER")) == expected


def test_one_name_has_one_label_but_for_those_that_are_numbered(make: Any) -> None:
    labels = {"SEX": {"label": "Gender"}, "ANL01FL": {"label": "Analysis Flag 01 - Week 12"}}
    one = analysis(make, {**ADSL, "ANL01FL": ["Y", None]}, "ADSL", **SUBJECTS)
    other = analysis(
        make,
        {"USUBJID": ["1"], "SEX": ["F"], "ANL01FL": ["Y"]},
        "ADAE",
        dataset_class="ADAM OTHER",
        variables=labels,
    )
    (case,) = found(other, one)
    assert (case.rule, case.dataset, case.variable) == ("labels-differ", "ADAE", "SEX")
    assert case.message == "SEX: the label 'Gender' is 'SEX' in ADSL"


@pytest.mark.parametrize(
    ("name", "label", "kind", "expected"),
    [
        ("ADY", "Analysis Relative Day", "Num", []),
        ("ADY", "analysis relative-day", "Num", []),
        ("ADY", "Study Day", "Num", ["label-not-of-standard"]),
        ("ADY", "Analysis Relative Day", "Char", ["type-not-of-standard"]),
        ("SEX", "Gender", "Char", ["label-not-of-standard"]),  # as ADSL lists it
        ("TRT01P", "Planned Treatment, First Part", "Char", []),
        ("ANL01FL", "Worst Value by Week", "Char", []),
        ("TRT01PN", "Planned Treatment for Period 01 (N)", "Char", ["type-not-of-standard"]),
        ("MYDT", "Text of My Own", "Char", []),
    ],
)
def test_listed_variables_have_the_standard_s_type_and_label(
    make: Any, name: str, label: str, kind: str, expected: list[str]
) -> None:
    data: COLUMNS = {name: [None] if kind == "Num" else ["x"]}
    made = analysis(make, data, variables={name: {"label": label, "kind": kind, "format": ""}})
    about = [f for f in check_analyses({"ADLB": made}) if f.rule.endswith("-of-standard")]
    assert [(f.rule, f.variable) for f in about] == [(rule, name) for rule in expected]


def test_a_package_without_adsl_is_told_by_the_published_rule(make: Any) -> None:
    made = analysis(make, {"MYID": ["1"]}, dataset_class="ADAM OTHER")
    (case,) = check_analyses({"ADXX": made})
    assert (case.rule, case.severity) == ("adsl-absent", Severity.ERROR)
    assert "CORE-000560" in case.published
    assert check_analyses({}) == []


def test_aseq_is_unique_within_a_subject(make: Any) -> None:
    data = {"USUBJID": ["1", "1", "2"], "ASEQ": [1, 1, 1]}
    assert told(analysis(make, data)) == [("sequence-not-unique", "", None, 2)]


def test_a_dataset_without_records_or_names_of_interest_is_fine(make: Any) -> None:
    empty = analysis(make, {name: [] for name in ("USUBJID", "PARAMCD", "AVAL", "BASE", "ABLFL")})
    assert [item.rule for item in found(empty)] == ["no-records"]
    keys = replace(empty.metadata, dataset_class="ADAM OTHER")
    assert [item.rule for item in found(replace(empty, metadata=keys))] == ["no-records"]
