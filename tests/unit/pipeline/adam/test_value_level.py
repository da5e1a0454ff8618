"""Value-level metadata of analysis datasets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.finished import Made, carry_out, finished_dataset, plan

RS = """USUBJID,RSSEQ,RSTESTCD,RSSTRESN,RSSTRESC
1,1,EDSS,4.5,4.5
1,2,WALK,300,FAR
2,1,EDSS,6,6
"""
SPEC: Mapping[str, Any] = {
    "dataset": "ADRS",
    "class": "BASIC DATA STRUCTURE",
    "label": "Disability",
    "keys": ["USUBJID", "PARAMCD"],
    "source": "RS",
    "take": ["USUBJID"],
    "derive": [
        {
            "parameters": [
                {
                    "PARAMCD": "EDSS",
                    "PARAM": "EDSS",
                    "where": 'RSTESTCD == "EDSS"',
                    "AVAL": "RSSTRESN",
                },
                {
                    "PARAMCD": "WALK",
                    "PARAM": "Walk (km)",
                    "where": 'RSTESTCD == "WALK"',
                    "AVAL": "RSSTRESN / 1000",
                    "AVALC": "RSSTRESC",
                },
            ]
        }
    ],
}


def made(tmp_path: Any, spec: Mapping[str, Any], **datasets: str) -> Made:
    given = {name: finished_dataset(name, rows) for name, rows in datasets.items()}
    plans = plan(tmp_path, (spec,), given)
    return Made(carry_out(plans, given), plans[-1].name)


def test_each_parameter_has_its_own_method_and_type_and_a_copy_has_none(tmp_path: Any) -> None:
    found = made(tmp_path, SPEC, RS=RS).dataset().metadata.value_level
    assert [
        (
            item.variable,
            item.where[0].values[0],
            item.definition.data_type,
            item.definition.significant_digits,
            item.definition.method and item.definition.method.words,
        )
        for item in found
    ] == [
        ("AVAL", "EDSS", "float", 1, None),
        ("AVAL", "WALK", "float", 1, "Computed as RSSTRESN divided by 1000."),
        ("AVALC", "WALK", "text", None, None),
    ]


def test_a_stated_level_completes_that_of_its_parameter(tmp_path: Any) -> None:
    stated = {
        "variable": "AVAL",
        "where": 'PARAMCD == "WALK"',
        "method": {"name": "Walk", "type": "Computation"},
        "comment": "Kilometres.",
        "format": 8.1,
    }
    found = made(tmp_path, {**SPEC, "value_level": [stated]}, RS=RS).dataset().metadata.value_level
    (walk,) = (
        v.definition for v in found if v.variable == "AVAL" and v.where[0].values == ("WALK",)
    )
    assert walk.method is not None
    assert (walk.method.name, walk.method.words) == (
        "Walk",
        "Computed as RSSTRESN divided by 1000.",
    )
    assert walk.comment is not None
    assert (walk.comment.text, walk.format) == ("Kilometres.", "8.1")


def test_a_codelist_decodes_a_number_by_another_variable(tmp_path: Any) -> None:
    said = {"PARAMN": {"codelist": {"decodes": "PARAM"}, "mandatory": True}}
    derive = [*SPEC["derive"], {"PARAMN": {"recode": {"EDSS": 1, "WALK": 2}, "from": "PARAMCD"}}]
    spec = {**SPEC, "derive": derive, "metadata": said}
    variable = made(tmp_path, spec, RS=RS).dataset().metadata.variable("PARAMN")
    assert variable.mandatory
    assert variable.codelist is not None
    terms = [(term.value, term.decode) for term in variable.codelist.terms]
    assert terms == [("1", "EDSS"), ("2", "Walk (km)")]


def test_blocks_told_apart_by_what_they_assign_have_their_own_origins(tmp_path: Any) -> None:
    spec = {
        "dataset": "ADINT",
        "class": "OCCURRENCE DATA STRUCTURE",
        "label": "Interventions",
        "keys": ["USUBJID", "SRCDOM"],
        "records": [
            {
                "source": "CM",
                "take": ["USUBJID", {"ATERM": "CMTRT"}],
                "derive": [{"SRCDOM": {"assign": "CM"}}],
            },
            {
                "source": "PR",
                "take": ["USUBJID"],
                "derive": [
                    {
                        "SRCDOM": {"assign": "PR"},
                        "ATERM": {"formula": "lower(PRTRT)", "label": "Intervention"},
                    }
                ],
            },
        ],
        "derive": [{"AFL": {"assign": "Y", "label": "Flag"}}],
    }
    result = made(tmp_path, spec, CM="USUBJID,CMTRT\n1,ASPIRIN\n", PR="USUBJID,PRTRT\n1,MRI\n")
    assert [
        (v.variable, v.where[0].values, v.definition.origin and v.definition.origin.type)
        for v in result.dataset().metadata.value_level
    ] == [("ATERM", ("CM",), "Predecessor"), ("ATERM", ("PR",), "Derived")]
