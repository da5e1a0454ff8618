"""``lookup``: a value from another dataset or source, by keys."""

from __future__ import annotations

from typing import Any

import pytest

SUBJECTS = [{"SUBJ": number} for number in ("1", "2", "3", "9")]
DOSES = [
    {"SUBJ": "1", "D": "2020-02-01", "AMT": "10", "KIND": "drug", "N": "2"},
    {"SUBJ": "1", "D": "2020-01-15", "AMT": "9", "KIND": "drug", "N": "10"},
    {"SUBJ": "1", "D": "2020-03", "AMT": None, "KIND": "placebo", "N": "1"},
    {"SUBJ": "2", "D": None, "AMT": "7", "KIND": "placebo", "N": "1"},
    {"SUBJ": "3", "D": "2020-05-05", "AMT": "7", "KIND": "drug", "N": None},
    {"SUBJ": "3", "D": "2020-05-05", "AMT": "7", "KIND": "drug", "N": None},
]


def looked_up(workshop: Any, args: dict[str, Any], name: str = "AEMODIFY") -> Any:
    spec = {"dataset": "AE", "source": "raw", "variables": {name: {"lookup": args}}}
    return workshop.convert({"raw": SUBJECTS, "dose": DOSES}, spec)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        pytest.param({"take": "D", "pick": "min"}, ["2020-01-15", None, "2020-05-05"], id="min"),
        pytest.param({"take": "D", "pick": "max"}, ["2020-03", None, "2020-05-05"], id="max"),
        pytest.param(
            {"take": "AMT", "pick": "max"}, ["10", "7", "7"], id="text sorts its numbers as numbers"
        ),
        pytest.param(
            {"take": "KIND", "pick": "first", "order": ["D"]},
            ["drug", "placebo", "drug"],
            id="first",
        ),
        pytest.param(
            {"take": "KIND", "pick": "last", "order": ["D"]},
            ["placebo", "placebo", "drug"],
            id="last",
        ),
        pytest.param(
            {"take": "D", "pick": "first", "order": ["N"]},
            ["2020-03", None, "2020-05-05"],
            id="first by a number in text",
        ),
        pytest.param(
            {"take": "D", "pick": "last", "order": ["N"]},
            ["2020-01-15", None, "2020-05-05"],
            id="last by a number in text: 10 is after 2",
        ),
        pytest.param(
            {"take": "AMT", "pick": "last", "order": ["D"]},
            ["10", "7", "7"],
            id="a record without the value is no candidate",
        ),
        pytest.param(
            {"take": "D", "where": 'KIND == "placebo"'}, ["2020-03", None, None], id="where"
        ),
        pytest.param({"pick": "exists"}, ["Y", "Y", "Y"], id="exists"),
        pytest.param(
            {"pick": "exists", "where": 'KIND == "placebo"'}, ["Y", "Y", None], id="exists where"
        ),
        pytest.param({"pick": "count"}, ["3", "1", "2"], id="count"),
        pytest.param(
            {"pick": "count", "where": 'KIND == "nothing"'}, ["0", "0", "0"], id="count of nothing"
        ),
    ],
)
def test_the_record_of_the_same_subject_is_picked(
    workshop: Any, args: dict[str, Any], expected: list[str | None]
) -> None:
    result = looked_up(workshop, {"source": "dose", **args})
    stranger = "0" if args.get("pick") == "count" else None
    assert result.by_record("AE", "AEMODIFY") == [*expected, stranger]
    assert result.told() == []


def test_min_and_max_into_a_number_variable_compare_numbers(workshop: Any) -> None:
    for pick, expected in (("min", 9.0), ("max", 10.0)):
        args = {"source": "dose", "take": "AMT", "pick": pick}
        assert looked_up(workshop, args, "AELLTCD").by_record("AE", "AELLTCD")[0] == expected


def test_count_is_a_number_in_a_number_variable(workshop: Any) -> None:
    result = looked_up(workshop, {"source": "dose", "pick": "count"}, "AELLTCD")
    assert result.by_record("AE", "AELLTCD") == [3.0, 1.0, 2.0, 0.0]


def test_several_values_for_one_record_are_a_finding_and_equal_ones_are_not(workshop: Any) -> None:
    result = looked_up(workshop, {"source": "dose", "take": "D"})
    assert result.by_record("AE", "AEMODIFY")[1:] == [None, "2020-05-05", None]
    assert result.told() == [("lookup-several", "AEMODIFY", None, 1, 1)]
    assert "say which by 'pick'" in result.findings[0].message


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param("K", ["a", "b", None, None], id="one name"),
        pytest.param(["K"], ["a", "b", None, None], id="a list"),
        pytest.param({"K": "KEY"}, ["x", "y", None, None], id="another name there"),
        pytest.param(["K", "L"], ["a", None, None, None], id="two keys"),
        pytest.param({"K": "KEY", "L": "L"}, ["x", None, None, None], id="two of them"),
        pytest.param({"AELLTCD": "NUM"}, ["a", "b", None, None], id="a number with its text"),
    ],
)
def test_keys_may_have_other_names_there_and_a_missing_key_finds_nothing(
    workshop: Any, by: Any, expected: list[str | None]
) -> None:
    table = [
        {"K": "1", "KEY": "2", "L": "u", "NUM": "10", "V": "a" if by != {"K": "KEY"} else "y"},
        {"K": "2", "KEY": "1", "L": None, "NUM": "2.5", "V": "b" if by != {"K": "KEY"} else "x"},
        {"K": None, "KEY": None, "L": None, "NUM": None, "V": "never"},
    ]
    if by == {"K": "KEY", "L": "L"}:
        table = [{"KEY": "1", "L": "u", "V": "x"}, {"KEY": "2", "L": None, "V": "y"}]
    rows = [
        {"SUBJ": "1", "K": "1", "L": "u", "N": "10.0"},
        {"SUBJ": "1", "K": "2", "L": "v", "N": "2.5"},
        {"SUBJ": "1", "K": None, "L": "u", "N": None},
        {"SUBJ": "1", "K": "3", "L": None, "N": "3"},
    ]
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {
            "AELLTCD": {"from": "N"},
            "AEMODIFY": {"lookup": {"source": "table", "take": "V", "by": by}},
        },
    }
    result = workshop.convert({"raw": rows, "table": table}, spec)
    assert result.by_record("AE", "AEMODIFY") == expected


DM = {"dataset": "DM", "source": "raw", "variables": {"SUBJID": {"from": "SUBJ"}}}


def test_a_dataset_is_looked_into_by_its_variables(workshop: Any) -> None:
    ex = {
        "dataset": "EX",
        "source": "dose",
        "variables": {
            "EXTRT": {"from": "KIND", "uppercase": True},
            "EXDOSE": {"from": "AMT"},
            "EXSTDTC": {"datetime": "D"},
        },
    }
    dm = {
        **DM,
        "variables": {
            "RFSTDTC": {"lookup": {"dataset": "EX", "take": "EXSTDTC", "pick": "min"}},
            "RFENDTC": {
                "lookup": {
                    "dataset": "EX",
                    "take": "EXSTDTC",
                    "pick": "max",
                    "where": 'EXTRT == "DRUG" and EXDOSE > 9',
                }
            },
            "ARMNRS": {"lookup": {"dataset": "EX", "pick": "exists", "where": "EXSEQ == 2"}},
        },
    }
    result = workshop.convert({"raw": SUBJECTS, "dose": DOSES}, dm, ex)
    assert result.records("DM", "USUBJID", "RFSTDTC", "RFENDTC", "ARMNRS") == [
        ("S1-1", "2020-01-15", "2020-02-01", "Y"),
        ("S1-2", None, None, None),
        ("S1-3", "2020-05-05", None, "Y"),
        ("S1-9", None, None, None),
    ]


@pytest.mark.parametrize(
    ("pick", "expected"),
    [
        ("max", ["2020-03", "2021-01-01", "2020-05-05", None]),
        ("min", ["2020-01-15", "2021-01-01", "2020-05-05", None]),
    ],
)
def test_the_earliest_or_latest_of_several_datasets_is_found(
    workshop: Any, pick: str, expected: list[str | None]
) -> None:
    ex = {"dataset": "EX", "source": "dose", "variables": {"EXSTDTC": {"datetime": "D"}}}
    ds = {"dataset": "DS", "source": "end", "variables": {"DSSTDTC": {"datetime": "E"}}}
    lookup = {"take": ["DS.DSSTDTC", "EX.EXSTDTC"], "pick": pick}
    dm = {**DM, "variables": {"RFPENDTC": {"lookup": lookup}}}
    ends = [{"SUBJ": "1", "E": "2020-02-20"}, {"SUBJ": "2", "E": "2021-01-01"}]
    sources = {"raw": SUBJECTS, "dose": DOSES, "end": ends}
    assert workshop.convert(sources, dm, ex, ds).column("DM", "RFPENDTC") == expected


def test_a_dataset_may_look_into_itself(workshop: Any) -> None:
    spec = {
        "dataset": "EX",
        "source": "dose",
        "variables": {
            "EXTRT": {"from": "KIND"},
            "EXSTDTC": {"datetime": "D"},
            "EXREFID": {"lookup": {"dataset": "EX", "take": "EXSTDTC", "pick": "min"}},
        },
    }
    result = workshop.convert({"dose": DOSES}, spec)
    assert result.by_record("EX", "EXREFID") == [*["2020-01-15"] * 3, None, *["2020-05-05"] * 2]


def test_which_of_equal_records_is_picked_does_not_depend_on_their_order(workshop: Any) -> None:
    table = [{"SUBJ": "1", "D": "2020-01-01", "V": "a"}, {"SUBJ": "1", "D": "2020-01-01", "V": "b"}]
    args = {"source": "table", "take": "V", "pick": "first", "order": ["D"]}
    spec = {"dataset": "AE", "source": "raw", "variables": {"AEMODIFY": {"lookup": args}}}
    made = [
        workshop.convert({"raw": [{"SUBJ": "1"}], "table": rows}, spec).column("AE", "AEMODIFY")
        for rows in (table, table[::-1])
    ]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ("take: D", "a lookup names either a 'dataset' or a 'source'"),
        ("dataset: DM, source: dose, take: D", "a lookup names either a 'dataset' or a 'source'"),
        (
            "source: dose",
            "a lookup needs 'take', except with 'pick: count' or 'pick: exists'",
        ),
        (
            "source: dose, take: D, pick: count",
            "a lookup needs 'take', except with 'pick: count' or 'pick: exists'",
        ),
        ("source: dose, take: D, pick: first", "'pick: first' needs an 'order'"),
        ("source: dosis, take: D", "unknown source 'dosis' (did you mean 'dose'?)"),
        ("source: dose, take: AMTT", "the source 'dose' has no column 'AMTT'"),
        ("source: dose, take: D, by: SUBJEKT", "the source 'raw' has no column 'SUBJEKT'"),
        ("source: dose, take: D, where: K == 1", "the source 'dose' has no column 'K'"),
        ("dataset: EX, take: D", "the study has no dataset 'EX'"),
        ("take: [EX.EXSTDTC], pick: first", "needs 'pick: min' or 'pick: max'"),
        ("take: [EX.EXSTDTC], pick: min, order: [D]", "has no 'order'"),
        ("take: [EXSTDTC], pick: min", "'EXSTDTC' is not of the form DATASET.VARIABLE"),
        ("source: dose, take: D, pick: lowest", "is not one of only, first, last, min, max"),
        ("source: dose, take: D, where: D =", "write == to compare"),
    ],
)
def test_a_lookup_that_cannot_be_is_told(workshop: Any, args: str, message: str) -> None:
    spec = f"dataset: AE\nsource: raw\nvariables:\n  AEMODIFY: {{lookup: {{{args}}}}}\n"
    found = workshop.problems({"raw": SUBJECTS, "dose": DOSES}, spec)
    assert any(message in item for item in found), found
    assert all(item.startswith("sdtm/s0.yaml:4:") for item in found)


def test_words_say_what_is_looked_up(workshop: Any) -> None:
    args = {"source": "dose", "take": "AMT", "pick": "last", "order": ["D"], "where": 'KIND == "x"'}
    method = looked_up(workshop, args).variable("AE", "AEMODIFY").method
    assert method.words == (
        "Last AMT of the source dose of the records with the same USUBJID where KIND = "
        '"x", in the order of D.'
    )


RANGES = [
    {"TEST": "GLUC", "SEX": "F", "FROM": None, "TO": "17", "LOW": "60"},
    {"TEST": "GLUC", "SEX": "F", "FROM": "18", "TO": "99", "LOW": "70"},
    {"TEST": "GLUC", "SEX": "F", "FROM": "100", "TO": None, "LOW": "80"},
    {"TEST": "GLUC", "SEX": "M", "FROM": None, "TO": None, "LOW": "75"},
]


def ranged(workshop: Any, people: list[tuple[str, str | None]], ranges: Any, **args: Any) -> Any:
    """The lower limits of one result of each person, given by sex and age."""
    people = list(enumerate(people, 1))  # type: ignore[arg-type]
    dm = [{"SUBJ": str(n), "SEX": sex, "AGE": age} for n, (sex, age) in people]  # type: ignore[misc]
    lookup = {
        "source": "ranges",
        "by": {"LBTESTCD": "TEST", "DM.SEX": "SEX"},
        "between": {"DM.AGE": ["FROM", "TO"]},
        "take": "LOW",
        **args,
    }
    lb = {
        "dataset": "LB",
        "source": "raw",
        "variables": {
            "LBTESTCD": {"assign": "GLUC"},
            "LBORRES": {"assign": "90"},
            "LBORNRLO": {"lookup": lookup},
        },
    }
    variables = {"SUBJID": {"from": "SUBJ"}, "SEX": {"from": "SEX"}, "AGE": {"from": "AGE"}}
    spec = {"dataset": "DM", "source": "dm", "variables": variables}
    raw = [{"SUBJ": row["SUBJ"]} for row in dm]
    return workshop.convert({"raw": raw, "dm": dm, "ranges": ranges}, lb, spec)


@pytest.mark.parametrize(
    ("sex", "age", "expected"),
    [
        ("F", "17", "60"),
        ("F", "18", "70"),
        ("F", "99", "70"),
        ("F", "100", "80"),
        ("F", "17.5", None),
        ("F", None, None),
        ("M", "5", "75"),
        ("M", None, "75"),
        ("U", "30", None),
    ],
)
def test_a_range_goes_by_keys_of_another_dataset_and_bounds_that_are_within(
    workshop: Any, sex: str, age: str | None, expected: str | None
) -> None:
    result = ranged(workshop, [(sex, age)], RANGES)
    assert result.column("LB", "LBORNRLO") == [expected]
    assert result.told() == []


def test_several_ranges_that_fit_are_a_finding_unless_they_agree(workshop: Any) -> None:
    people: list[tuple[str, str | None]] = [("F", "18"), ("F", "30"), ("M", "30")]
    also = {"TEST": "GLUC", "SEX": "F", "FROM": "10", "TO": "18", "LOW": "65"}
    same = {"TEST": "GLUC", "SEX": "M", "FROM": "10", "TO": "40", "LOW": "75"}
    result = ranged(workshop, people, [*RANGES, also, same])
    assert result.by_record("LB", "LBORNRLO") == ["65", "70", "75"]
    assert result.told() == [("lookup-several", "LBORNRLO", None, 1, 1)]


def test_of_several_ranges_one_may_be_picked(workshop: Any) -> None:
    also = {"TEST": "GLUC", "SEX": "F", "FROM": "10", "TO": "18", "LOW": "65"}
    result = ranged(workshop, [("F", "18")], [*RANGES, also], pick="last", order=["FROM"])
    assert result.column("LB", "LBORNRLO") == ["70"]
    result = ranged(workshop, [("F", "18")], [*RANGES, also], pick="max")
    assert result.column("LB", "LBORNRLO") == ["70"]
    assert result.told() == []


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2019-12-31", None),
        ("2020-01-01", "old"),
        ("2020-06-30T23:59", "old"),
        ("2020-07-01", "new"),
        ("2031", "new"),
        (None, None),
    ],
)
def test_bounds_may_be_dates(workshop: Any, date: str | None, expected: str | None) -> None:
    table = [
        {"FROM": "2020-01-01", "TO": "2020-06-30", "V": "old", "K": "x"},
        {"FROM": "2020-07-01", "TO": None, "V": "new", "K": "x"},
    ]
    lookup = {"source": "table", "by": "K", "between": {"D": ["FROM", "TO"]}, "take": "V"}
    spec = {"dataset": "AE", "source": "raw", "variables": {"AEMODIFY": {"lookup": lookup}}}
    rows = [{"SUBJ": "1", "K": "x", "D": date}]
    head = {"sources": {"table": {"usubjid": "K"}}}
    result = workshop.convert({"raw": rows, "table": table}, spec, **head)
    assert result.column("AE", "AEMODIFY") == [expected]


def test_what_a_range_needs_must_exist(workshop: Any) -> None:
    lookup = {
        "source": "dose",
        "by": {"DM.SEKS": "SUBJ"},
        "between": {"X": ["N", "Q"]},
        "take": "D",
    }
    spec = {"dataset": "AE", "source": "raw", "variables": {"AEMODIFY": {"lookup": lookup}}}
    found = workshop.problems({"raw": SUBJECTS, "dose": DOSES}, spec, DM)
    assert len(found) == 3
    assert any("DM has no variable 'SEKS'" in item for item in found)
    assert any("has no column 'X'" in item for item in found)
    assert any("the source 'dose' has no column 'Q'" in item for item in found)


def test_a_raw_column_that_is_called_as_a_variable_of_another_dataset_is_meant(
    workshop: Any,
) -> None:
    rows = [{"SUBJ": "1", "DM.SUBJID": "raw"}]
    spec = {"dataset": "AE", "source": "raw", "variables": {"AEMODIFY": {"from": "DM.SUBJID"}}}
    assert workshop.convert({"raw": rows}, spec, DM).column("AE", "AEMODIFY") == ["raw"]
    plain = [{"SUBJ": "1"}]
    assert workshop.convert({"raw": plain}, spec, DM).column("AE", "AEMODIFY") == ["1"]
