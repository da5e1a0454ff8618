"""What a spec says for define.xml alone: codelists, methods, comments, and its faults."""

from __future__ import annotations

from typing import Any

import pytest

from converters.dataset import Comment, Method, Origin, Term

SEVERITIES = [{"SUBJ": str(n), "A": "a", "S": s} for n, s in enumerate(("MILD", "SEVERE"), 1)]


def events(workshop: Any, metadata: Any = None, head: Any = None, **variable: Any) -> Any:
    spec: dict[str, Any] = {
        "dataset": "AE",
        "source": "raw",
        "variables": {"AETERM": {"from": "A", **variable}, "AESEV": {"from": "S"}},
    }
    if metadata:
        spec["metadata"] = metadata
    return workshop.convert({"raw": SEVERITIES}, spec, **(head or {}))


def severity(result: Any) -> tuple[Term, ...]:
    terms: tuple[Term, ...] = result.variable("AE", "AESEV").codelist.terms
    return terms


@pytest.mark.parametrize(
    ("said", "output", "values"),
    [
        ({}, {}, ["MILD", "SEVERE"]),
        ({"terms": "all"}, {}, ["MILD", "MODERATE", "SEVERE"]),
        ({}, {"terms": "all"}, ["MILD", "MODERATE", "SEVERE"]),
        ({"terms": "used"}, {"terms": "all"}, ["MILD", "SEVERE"]),
    ],
)
def test_a_codelist_shows_the_terms_used_or_all(
    workshop: Any, said: Any, output: Any, values: list[str]
) -> None:
    metadata = {"AESEV": {"codelist": said}} if said else None
    head = {"output": output} if output else {}
    assert [term.value for term in severity(events(workshop, metadata, head))] == values


def test_ranks_decodes_and_descriptions_go_to_their_terms(workshop: Any) -> None:
    said = {
        "ranks": {"MILD": 1, "MODERATE": 2, "SEVERE": 3},
        "decodes": {"MILD": "Grade 1"},
        "descriptions": {"SEVERE": "In hospital"},
        "format": "$SEV.",
        "comment": "As on the form.",
        "label": "Severity",
    }
    result = events(workshop, {"AESEV": {"codelist": said}})
    mild, severe = severity(result)
    assert (mild.rank, mild.decode, severe.rank, severe.description) == (
        1.0,
        "Grade 1",
        3.0,
        "In hospital",
    )
    assert mild.code.startswith("C")
    codelist = result.variable("AE", "AESEV").codelist
    assert (codelist.format, codelist.label, codelist.comment) == (
        "$SEV.",
        "Severity",
        Comment("As on the form."),
    )


def test_a_variable_without_a_codelist_gets_one_of_its_values(workshop: Any) -> None:
    said = {"name": "TERMS", "decodes": "AESEV"}
    result = events(workshop, {"AETERM": {"codelist": said}})
    codelist = result.variable("AE", "AETERM").codelist
    assert (codelist.name, codelist.code) == ("TERMS", "")
    assert codelist.terms == (Term("a", decode="MILD"),)


def test_numbers_have_a_codelist_of_their_texts(workshop: Any) -> None:
    said = {"decodes": {"1": "First", "2": "Second"}, "terms": "all"}
    result = events(workshop, {"AESEQ": {"codelist": said}})
    terms = result.variable("AE", "AESEQ").codelist.terms
    assert [(term.value, term.decode) for term in terms] == [("1", "First"), ("2", "Second")]


def test_what_comes_unasked_is_described_under_metadata(workshop: Any) -> None:
    said = {
        "label": "Number",
        "comment": {"text": "Why so"},
        "method": {"type": "Imputation", "name": "Numbering"},
        "format": 8.0,
        "role": "Timing",
        "mandatory": False,
    }
    variable = events(workshop, {"AESEQ": said}).variable("AE", "AESEQ")
    assert (variable.label, variable.format, variable.role) == ("Number", "8.0", "Timing")
    assert not variable.mandatory
    assert variable.comment == Comment("Why so")
    assert (variable.method.type, variable.method.name) == ("Imputation", "Numbering")
    assert variable.method.words.startswith("Sequential number")


def test_a_method_is_stated_or_completed_beside_its_rule(workshop: Any) -> None:
    def of(stated: Any) -> Method:
        spec = {
            "dataset": "AE",
            "source": "raw",
            "variables": {"AETERM": {"from": "A"}, "AEMODIFY": {"formula": "upper(AETERM)"}},
        }
        spec["variables"]["AEMODIFY"]["method"] = stated  # type: ignore[index]
        made: Method = workshop.convert({"raw": SEVERITIES}, spec).variable("AE", "AEMODIFY").method
        return made

    assert of("In capitals.").words == "In capitals."
    completed = of({"name": "Capitals"})
    assert completed.name == "Capitals"
    assert completed.words == of({"type": "Computation"}).words != ""
    assert of({"text": "In capitals.", "name": "Capitals"}).words == "In capitals."


def test_an_origin_has_a_description(workshop: Any) -> None:
    stated = {"type": "Not Available", "description": "Legacy data"}
    result = events(workshop, origin=stated)
    assert result.variable("AE", "AETERM").origin == Origin(
        "Not Available", description="Legacy data"
    )


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"AETERMM": {"mandatory": True}}, "AETERMM is not made by this spec (did you mean"),
        ({"AETERM": {"comment": "x"}}, "AETERM: 'comment' stands beside the rule that makes it"),
        ({"AESEV": {"codelist": {"ranks": {"mild": 1}}}}, "the codelist has no term 'mild' (did"),
        ({"AETERM": {"codelist": {"decodes": "AESEVV"}}}, "AESEVV is not made by this spec"),
        ({"AETERM": {"mandatry": True}}, "unknown key 'mandatry' (did you mean 'mandatory'?)"),
        ({"AESEV": {"codelist": {"terms": "al"}}}, "'al' is not one of used, all"),
        (
            {"AESEQ": {"comment": {"text": "x", "documents": [{"document": "gide"}]}}},
            "study.yaml has no document 'gide'",
        ),
    ],
)
def test_what_is_wrong_with_metadata_is_told_with_its_place(
    workshop: Any, metadata: Any, message: str
) -> None:
    spec = {"dataset": "AE", "source": "raw", "variables": {"AETERM": {"from": "A"}}}
    spec["variables"]["AESEV"] = {"from": "S"}  # type: ignore[index]
    told = workshop.problems({"raw": SEVERITIES}, {**spec, "metadata": metadata})
    assert len(told) == 1
    assert message in told[0]
    assert told[0].startswith("sdtm/s0.yaml:1:")
