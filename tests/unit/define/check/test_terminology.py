"""Which release of the terminology a codelist is compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from converters.define.check.terminology import CHECKS
from converters.define.elements import (
    Alias,
    CodeList,
    EnumeratedItem,
    MetaDataVersion,
    Odm,
    Standard,
    Standards,
    Study,
)
from converters.define.index import index
from converters.findings import Finding
from converters.standards.release import Entry, Term, imported_place, write_release


def nci(code: str) -> tuple[Alias, ...]:
    return (Alias(context="nci:ExtCodeID", name=code),) if code else ()


def found(version: str, *values: tuple[str, str], publishing_set: str = "SDTM") -> list[Finding]:
    """What is said of a codelist of severities, values with NCI codes, of a release."""
    standard = Standard(oid="S", type="CT", publishing_set=publishing_set, version=version, line=9)
    severity = CodeList(
        oid="CL",
        name="Severity",
        data_type="text",
        standard_oid="S",
        enumerated=tuple(
            EnumeratedItem(coded_value=value, aliases=nci(code)) for value, code in values
        ),
        aliases=nci("C66769"),
    )
    metadata = MetaDataVersion(standards=Standards(standards=(standard,)), code_lists=(severity,))
    described = index(Odm(studies=(Study(versions=(metadata,)),)))
    return [item for check in CHECKS for item in check(described)]


def rules(*args: Any, **more: Any) -> list[str]:
    return [item.rule for item in found(*args, **more)]


def test_a_release_that_is_not_there_is_one_note_that_says_how_to_import_it() -> None:
    (finding,) = found("2011-12-09", ("MILDLY", "C1"))
    assert finding.rule == "define-terminology-unavailable"
    assert finding.message == (
        "line 9: SDTM terminology 2011-12-09 is not available, codelists are not checked against"
        " it (there is 2024-03-29); import the release by 'cdisc terminology add'"
    )


def test_an_imported_release_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDISC_CONVERTERS_DATA", str(tmp_path))
    entry = Entry("C66769", "AESEV", "Severity", False)
    place = imported_place("sdtm", "2011-12-09")
    write_release("sdtm", "2011-12-09", (), [(entry, [Term("FAINT", "C1")])], place)
    assert rules("2011-12-09", ("FAINT", "C1")) == []
    assert rules("2011-12-09", ("MILD", "C41338")) == ["define-term-not-in-codelist"]


def test_the_terminology_of_the_publishing_set_is_asked() -> None:
    assert rules("2024-03-29", ("MILD", "C41338")) == []
    assert rules("2026-03-27", publishing_set="ADaM") == ["define-codelist-code-unknown"]


def test_without_the_release_a_term_without_code_and_mark_is_still_told() -> None:
    assert rules("2011-12-09", ("MILD", "C41338"), ("AWFUL", "")) == [
        "define-terminology-unavailable",
        "define-term-code-missing",
    ]


def test_a_near_term_is_suggested() -> None:
    findings = found("2024-03-29", ("MILDE", ""))
    assert "did you mean 'MILD'?" in findings[0].message
