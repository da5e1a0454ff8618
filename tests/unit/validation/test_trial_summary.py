"""TS against the codelists and forms of its parameters."""

from __future__ import annotations

from typing import Any

import pytest

from converters.findings import Finding, Severity
from converters.standards.terminology import load_terminology
from converters.validation.table import Table
from converters.validation.trial_summary import check_trial_summary

CT = load_terminology("2024-03-29", {"TTYPE": ["MINE"]})


def check(make: Any, *rows: tuple[str | None, ...]) -> list[Finding]:
    names = ("TSPARMCD", "TSVAL", "TSVALCD")
    data = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return check_trial_summary(Table.of(make("TS", data)), CT)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("TPHASE", "PHASE I TRIAL", "C15600"), None),
        (("TTYPE", "MINE", None), None),
        (("AGEMAX", None, None), None),
        (("MINE", "x", None), None),
        (
            ("TPHASE", "Phase 1", None),
            "parameter-not-in-extensible-codelist TSVAL: 'Phase 1' of TPHASE is no term of TPHASE"
            " (Trial Phase Response)",
        ),
        (
            ("SEXPOP", "Both", None),
            "parameter-not-in-codelist TSVAL: 'Both' of SEXPOP is no term of SEXPOP (Sex of"
            " Participants Response) (did you mean 'BOTH'?)",
        ),
        (
            ("RANDOM", "Yes", None),
            "parameter-not-in-codelist TSVAL: 'Yes' of RANDOM is no term of NY (No Yes Response)"
            " (did you mean 'Y'?)",
        ),
        (
            ("RANDOM", "Y", "C49487"),
            "parameter-code-differs TSVALCD: 'Y' of RANDOM has the code C49488, and not 'C49487'",
        ),
        (
            ("LENGTH", "28 days", None),
            "invalid-parameter-value TSVAL: '28 days' of LENGTH is not an ISO 8601 duration such as"
            " P18Y",
        ),
        (("LENGTH", "P28D", None), None),
        (("SSTDTC", "2026-02", None), None),
        (
            ("SSTDTC", "2026-02-30", None),
            "invalid-parameter-value TSVAL: '2026-02-30' of SSTDTC is not an ISO 8601 date",
        ),
        (
            ("PLANSUB", "20.5", None),
            "invalid-parameter-value TSVAL: '20.5' of PLANSUB is not a whole number",
        ),
        (
            ("FCNTRY", "US", None),
            "invalid-parameter-value TSVAL: 'US' of FCNTRY is not the three letters of a country"
            " (ISO 3166-1)",
        ),
    ],
)
def test_values_are_terms_and_have_their_form(make: Any, row: Any, expected: str | None) -> None:
    found = [item for item in check(make, row) if item.rule != "parameter-absent"]
    told = [f"{item.rule} {item.message}" for item in found]
    assert [text.partition(" (did you mean 'PHASE")[0] for text in told] == (
        [] if expected is None else [expected]
    )


def test_published_rules_are_named(make: Any) -> None:
    (finding,) = [i for i in check(make, ("RANDOM", "Yes", None)) if i.rule != "parameter-absent"]
    assert finding.published == ("CT2004", "SD1223")
    assert finding.severity is Severity.ERROR


def test_parameters_that_are_asked_for_and_absent_are_noted(make: Any) -> None:
    def absent(*rows: tuple[str | None, ...]) -> set[str | None]:
        found = [item for item in check(make, *rows) if item.rule == "parameter-absent"]
        assert {item.severity for item in found} == {Severity.NOTE}
        return {item.value for item in found}

    start = absent(("STYPE", "OBSERVATIONAL", None))
    assert {"TITLE", "ADDON", "SSTDTC"} <= start
    assert not {"STYPE", "INTMODEL", "TRT", "CURTRT", "TDIGRP"} & start
    assert {"INTMODEL", "TRT"} <= absent(("STYPE", "INTERVENTIONAL", None))
    assert "CURTRT" in absent(("ADDON", "Y", None))
    assert "AGEMAX" not in absent(("AGEMAX", None, None))


def test_without_terminology_only_forms_are_looked_at(make: Any) -> None:
    data = {"TSPARMCD": ["TPHASE", "LENGTH"], "TSVAL": ["x", "y"]}
    found = check_trial_summary(Table.of(make("TS", data)), None)
    assert {item.rule for item in found} == {"invalid-parameter-value", "parameter-absent"}


def test_ts_without_its_variables_is_passed_over(make: Any) -> None:
    assert check_trial_summary(Table.of(make("TS", {"TSSEQ": [1]})), CT) == []
