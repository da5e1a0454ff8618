"""Value-level metadata: unasked, and as a spec states it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from converters.dataset import ValueLevel

LABS = [
    {"SUBJ": "1", "T": "GLUC", "R": "5.1", "U": "mmol/L", "W": "BLOOD"},
    {"SUBJ": "1", "T": "GLUC", "R": "2", "U": "g/L", "W": "URINE"},
    {"SUBJ": "2", "T": "ALT", "R": "30", "U": "U/L", "W": "BLOOD"},
    {"SUBJ": "2", "T": "HIV12AB", "R": "NEGATIVE", "U": None, "W": "BLOOD"},
]
LB = {
    "dataset": "LB",
    "source": "raw",
    "variables": {
        "LBTESTCD": {"from": "T"},
        "LBSPEC": {"from": "W"},
        "LBORRES": {"from": "R"},
        "LBORRESU": {"from": "U"},
    },
}
DM = {
    "dataset": "DM",
    "source": "dm",
    "variables": {"SUBJID": {"from": "SUBJ"}, "SEX": {"from": "SEX"}},
}
SUBJECTS = [{"SUBJ": "1", "SEX": "F"}, {"SUBJ": "2", "SEX": "M"}]


def where(level: ValueLevel) -> str:
    return " ".join(f"{c.variable} {c.comparator} {'/'.join(c.values)}" for c in level.where)


def levels(dataset: Any, variable: str) -> list[ValueLevel]:
    return [item for item in dataset.metadata.value_level if item.variable == variable]


def types(found: Iterable[ValueLevel]) -> Mapping[str, tuple[str, int, int | None]]:
    return {
        where(v): (v.definition.data_type, v.definition.length, v.definition.significant_digits)
        for v in found
    }


def test_results_have_the_type_of_their_test_and_specimen(workshop: Any) -> None:
    dataset = workshop.convert({"raw": LABS}, LB).dataset("LB")
    assert types(levels(dataset, "LBORRES")) == {
        "LBTESTCD EQ ALT": ("integer", 2, None),
        "LBTESTCD EQ GLUC": ("float", 3, 1),
        "LBTESTCD EQ HIV12AB": ("text", 8, None),
    }
    # The standard units of glucose differ, and the specimen says which.
    assert types(levels(dataset, "LBSTRESN")) == {
        "LBTESTCD EQ ALT": ("integer", 8, None),
        "LBTESTCD EQ GLUC LBSPEC EQ BLOOD": ("float", 8, 1),
        "LBTESTCD EQ GLUC LBSPEC EQ URINE": ("integer", 8, None),
    }


def test_tests_of_the_same_units_are_one_level(workshop: Any) -> None:
    rows = [*LABS, {"SUBJ": "2", "T": "AST", "R": "31", "U": "U/L", "W": "BLOOD"}]
    dataset = workshop.convert({"raw": rows}, LB).dataset("LB")
    found = levels(dataset, "LBORRESU")
    assert {where(v): [t.value for t in v.definition.codelist.terms] for v in found} == {
        "LBTESTCD IN ALT/AST": ["U/L"],
        "LBTESTCD EQ GLUC": ["g/L", "mmol/L"],
    }


def test_one_unit_for_all_tests_needs_no_level(workshop: Any) -> None:
    rows = [row for row in LABS if row["T"] == "ALT"]
    assert levels(workshop.convert({"raw": rows}, LB).dataset("LB"), "LBORRESU") == []


def test_a_result_has_the_codelist_of_its_test_and_others_none(workshop: Any) -> None:
    spec = {
        "dataset": "QS",
        "source": "raw",
        "findings": [
            {
                "test": "AA",
                "label": "A",
                "from": "A",
                "variables": {"QSORRES": {"from": "A", "codelist": "NY"}},
            },
            {"test": "BB", "label": "B", "from": "B"},
        ],
        "variables": {"QSCAT": {"assign": "X", "codelist": "none"}},
    }
    result = workshop.convert({"raw": [{"SUBJ": "1", "A": "Y", "B": "3"}]}, spec)
    dataset = result.dataset("QS")
    for name in ("QSORRES", "QSSTRESC"):
        lists = [v.definition.codelist for v in levels(dataset, name)]
        assert [item and item.code for item in lists] == ["C66742", None], name
        assert dataset.metadata.variable(name).codelist is None


def test_blocks_that_differ_in_origin_are_told_apart_by_what_they_assign(workshop: Any) -> None:
    spec = {
        "dataset": "DS",
        "records": [
            {
                "source": "one",
                "variables": {"DSCAT": {"assign": "PROTOCOL MILESTONE"}, "DSTERM": {"assign": "X"}},
            },
            {
                "source": "two",
                "variables": {"DSCAT": {"assign": "OTHER EVENT"}, "DSTERM": {"from": "T"}},
            },
        ],
    }
    sources = {"one": [{"SUBJ": "1"}], "two": [{"SUBJ": "1", "T": "longer"}]}
    dataset = workshop.convert(sources, spec).dataset("DS")
    found = {
        where(v): (v.definition.origin.type, v.definition.length) for v in levels(dataset, "DSTERM")
    }
    assert found == {
        "DSCAT EQ PROTOCOL MILESTONE": ("Assigned", 1),
        "DSCAT EQ OTHER EVENT": ("Collected", 6),
    }
    assert levels(dataset, "DSCAT") == []


def test_blocks_that_nothing_tells_apart_have_no_levels(workshop: Any) -> None:
    spec = {
        "dataset": "CE",
        "records": [
            {"source": "one", "variables": {"CETERM": {"assign": "X"}}},
            {"source": "two", "variables": {"CETERM": {"from": "T"}}},
        ],
    }
    sources = {"one": [{"SUBJ": "1"}], "two": [{"SUBJ": "1", "T": "longer"}]}
    assert workshop.convert(sources, spec).dataset("CE").metadata.value_level == ()


def test_a_summary_value_has_the_codelist_and_form_of_its_parameter(workshop: Any) -> None:
    summary = {
        "RANDOM": "N",
        "PLANSUB": 20,
        "SSTDTC": "2026-01",
        "TITLE": "A study",
        "LENGTH": "P3M",
    }
    head = {"trial_design": {"summary": summary}}
    spec = {"dataset": "AE", "source": "raw", "variables": {"AETERM": {"from": "A"}}}
    dataset = workshop.convert({"raw": [{"SUBJ": "1", "A": "a"}]}, spec, **head).dataset("TS")
    found = {
        v.where[0].values[0]: (
            v.definition.data_type,
            v.definition.codelist and v.definition.codelist.name,
        )
        for v in levels(dataset, "TSVAL")
    }
    assert found == {
        "LENGTH": ("durationDatetime", None),
        "PLANSUB": ("integer", None),
        "RANDOM": ("text", "NY"),
        "SSTDTC": ("partialDate", None),
        "TITLE": ("text", None),
    }


def test_a_qualifier_has_its_type_codelist_origin_and_method(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {"AETERM": {"from": "A"}},
        "supplemental": {
            "AECOUNT": {"label": "Count", "from": "N"},
            "AEFLAG": {"label": "Flag", "case": [{"when": 'AETERM == "a"', "then": "Y"}]},
            "AEON": {"label": "On", "datetime": "D"},
        },
        "metadata": {"AECOUNT": {"codelist": {"decodes": {"1": "One"}}}},
    }
    spec["supplemental"]["AEFLAG"]["codelist"] = "NY"  # type: ignore[index]
    rows = [{"SUBJ": "1", "A": "a", "N": "1", "D": "2026-01-02"}]
    dataset = workshop.convert({"raw": rows}, spec).dataset("SUPPAE")
    found = {v.where[0].values[0]: v.definition for v in levels(dataset, "QVAL")}
    assert {name: item.data_type for name, item in found.items()} == {
        "AECOUNT": "text",
        "AEFLAG": "text",
        "AEON": "date",
    }
    assert found["AEFLAG"].codelist.code == "C66742"
    assert found["AEFLAG"].method.words.startswith('"Y" if AETERM')
    assert found["AECOUNT"].codelist.terms[0].decode == "One"
    assert all(item.mandatory for item in found.values())


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('LBTESTCD == "ALT"', ["LBTESTCD EQ GLUC", "LBTESTCD EQ HIV12AB", "LBTESTCD EQ ALT"]),
        ('LBTESTCD in ["ALT", "GLUC"]', ["LBTESTCD EQ HIV12AB", "LBTESTCD IN ALT/GLUC"]),
        (
            'LBTESTCD == "GLUC" and LBSPEC != "URINE"',
            ["LBTESTCD EQ ALT", "LBTESTCD EQ GLUC", "LBTESTCD EQ HIV12AB",
             "LBTESTCD EQ GLUC LBSPEC NE URINE"],
        ),
        ("LBSEQ >= 1", ["LBSEQ GE 1"]),
    ],
)  # fmt: skip
def test_what_is_stated_completes_or_replaces_what_comes_unasked(
    workshop: Any, condition: str, expected: list[str]
) -> None:
    stated = {"variable": "LBORRES", "where": condition, "label": "Mine"}
    dataset = workshop.convert({"raw": LABS}, {**LB, "value_level": [stated]}).dataset("LB")
    found = levels(dataset, "LBORRES")
    assert [where(item) for item in found] == expected
    assert [item.definition.label for item in found].count("Mine") == 1


def test_a_condition_on_another_dataset_is_of_the_same_subject(workshop: Any) -> None:
    stated = {
        "variable": "LBORRES",
        "where": 'LBTESTCD != "HIV12AB" and DM.SEX == "M"',
        "join": "DM by USUBJID.",
        "origin": {"type": "Collected", "source": "Vendor"},
    }
    sources = {"raw": LABS, "dm": SUBJECTS}
    result = workshop.convert(sources, {**LB, "value_level": [stated]}, DM)
    (level,) = (item for item in levels(result.dataset("LB"), "LBORRES") if item.join)
    assert level.where[1].dataset == "DM"
    assert level.join.text == "DM by USUBJID."
    assert (level.definition.data_type, level.definition.length) == ("integer", 2)
    assert level.definition.origin.source == "Vendor"


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"where": 'LBTESTCD == "A" or LBSEQ > 1'}, "define.xml cannot say"),
        ({"where": "LBORRES == LBORRESU"}, "define.xml cannot say"),
        ({"where": "missing(LBORRES)"}, "define.xml cannot say"),
        ({"where": "LBTESTCE == 1"}, "no variable 'LBTESTCE' (did you mean 'LBTESTCD'?)"),
        ({"where": 'DM.SEX == "F"'}, "a condition on DM.SEX needs 'join'"),
        ({"where": 'DM.SEXX == "F"', "join": "x"}, "DM has no variable 'SEXX' (did you mean"),
        ({"where": "DN.SEX == 1", "join": "x"}, "the study has no dataset 'DN'; it has: "),
        ({"where": "LBSEQ +"}, "in the expression: LBSEQ +"),
        ({"where": "LBSEQ > 1", "variable": "LBORES"}, "LBORES is not made by this spec (did"),
        ({"where": "LBSEQ > 1", "codelist": {"decodes": "LBX"}}, "LBX is not made by this spec"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_value_level_is_told(
    workshop: Any, stated: dict[str, Any], message: str
) -> None:
    entry = {"variable": "LBORRES", **stated}
    told = workshop.problems({"raw": LABS, "dm": SUBJECTS}, {**LB, "value_level": [entry]}, DM)
    assert len(told) == 1
    assert message in told[0]
    assert told[0].startswith("sdtm/s0.yaml:1:")
