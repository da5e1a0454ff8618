"""Files of others: what is found in them, and why it is right to say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from converters.define import check_define, check_xsd
from converters.define.check import (
    datasets,
    documents,
    identifiers,
    languages,
    references,
    results,
    schema,
    standards,
    vocabulary,
)
from converters.define.check.rule import Rule
from converters.findings import Severity

SHARED = Path(__file__).parents[5] / "shared" / "data"

#: Rules of structure; those of variables, codelists and values are argued beside their own tests.
RULES = {
    rule.name
    for module in (
        *(datasets, documents, identifiers, languages, references, results, schema, standards),
        vocabulary,
    )
    for rule in vars(module).values()
    if isinstance(rule, Rule)
}
#: Why nothing else is beside the examples than themselves.
ALONE = {"define-apart-from-package": "the examples come without the files that they name"}
#: Rules that are broken in a file that is called right, each with its reason.
ARGUED: dict[str, dict[str, str]] = {
    "define/defineV20-SDTM.xml": {**ALONE},
    "define/defineV20-ADaM-ARM.xml": {**ALONE},
    "define/defineV21-ADaM.xml": {**ALONE},
    "define/defineV21-SDTM.xml": {
        **ALONE,
        "define-dataset-no-data-comment": "SUPPVS has HasNoData and no comment; 2.1 asks for one",
        "define-non-standard-comment": "a note: the sponsor's own XS does not say what it holds",
    },
    # Packages of real studies, with the faults that they were published with.
    "packages/tdf_sdtm/define.xml": {
        "define-file-absent": "the package is here without its PDF files and its largest datasets",
        "define-standard-name": "CDISC SDTM instead of SDTM-IG",
        "define-item-undefined": "conditions on QNAM of SUPPLB, which is split",
        "define-domain-description-missing": "LB and QS are split without an Alias",
        "define-codelist-unused": "CL.ROLES",
    },
    "packages/tdf_adam/define.xml": {
        "define-file-absent": "the package is here with three of its datasets",
        "define-standard-name": "CDISC ADaM instead of ADaM-IG",
        "define-method-undefined": "methods are named after ADQSADAS, the dataset is ADADAS",
        "define-codelist-undefined": "PARAM of ADLBHPV has no codelist",
        "define-class": "ADAE is no class",
        "define-dataset-label-long": "labels of ADLBCPV and ADLBHPV have over 40 bytes",
        "define-method-unused": "methods of a value level that the file does not have",
        "define-where-clause-unused": "where-clauses of a value level that it does not have",
    },
}


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} is not at ../shared/data")
    return path


@pytest.mark.parametrize("name", ARGUED)
def test_no_false_alarm_in_files_of_others(name: str) -> None:
    found = {finding.rule for finding in check_define(shared(name))}
    assert found & RULES == ARGUED[name].keys()


@pytest.mark.parametrize("name", ARGUED)
def test_files_of_others_are_right_by_the_schema(name: str) -> None:
    assert check_xsd(shared(name)) == []


def rejected(name: str) -> list[tuple[str, str | None, str]]:
    findings = [finding for finding in check_define(shared(name)) if finding.rule in RULES]
    assert {finding.severity for finding in findings} <= {
        Severity.REJECT,
        Severity.WARNING,
        Severity.NOTE,
    }
    return [
        (item.published[0], item.value, item.message)
        for item in findings
        if item.severity is Severity.REJECT
    ]


def test_a_misspelt_standard_is_the_reason_and_the_nearest_is_named() -> None:
    ((published, value, message),) = rejected("define/invalid-standard-name.xml")
    assert (published, value) == ("DD0021", "STDTMIG")
    assert message.startswith("line 63: Name of def:Standard 'STD.1' is 'STDTMIG'")
    assert message.endswith("(did you mean 'SDTMIG'?)")


def test_subclasses_that_do_not_exist_are_the_reason() -> None:
    found = rejected("define/invalid-subclass-1.xml")
    assert [(published, value) for published, value, _ in found] == [
        ("DD0140", "XXXX"),
        ("DD0140", "YYYYY"),
        ("DD0140", "ZZZZZ"),
    ]
    assert all("ADVERSE EVENT" in message for *_, message in found)
