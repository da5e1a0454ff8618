"""A small SDTM package by hand: DM, AE, SUPPAE, LB with value level, and an empty CE."""

from __future__ import annotations

import pandas as pd
import pytest

from converters import columns
from converters.dataset import (
    Comment,
    Condition,
    Dataset,
    Document,
    Metadata,
    Method,
    Origin,
    Package,
    StandardUse,
    Term,
    UsedCodelist,
    ValueLevel,
    Variable,
)

ASSIGNED = Origin("Assigned", "Sponsor")
DERIVED = Origin("Derived", "Sponsor")
COLLECTED = Origin("Collected", "Investigator", pages=("7", "9", "11-12", "AE_LOG"))
VENDOR = Origin("Collected", "Vendor", description="Central laboratory")
STUDY_DAY = Method(
    "Days from RFSTDTC & one more on or after it; if < 0 days before it",
    "study_day(AESTDTC)",
)
NY = UsedCodelist("NY", "No Yes Response", "C66742", extensible=False)
YES = Term("Y", "C49488", "Yes")
NO = Term("N", "C49487", "No")
AESEV = UsedCodelist(
    "AESEV",
    "Severity/Intensity Scale for Adverse Events",
    "C66769",
    terms=(Term("MILD", "C41338"), Term('VERY <BAD> & "odd"', extended=True)),
)


def ny(*terms: Term) -> UsedCodelist:
    return UsedCodelist(NY.name, NY.label, NY.code, extensible=False, terms=terms)


def char(name: str, label: str, length: int = 8, **more: object) -> Variable:
    return Variable(name, label, "Char", "text", length, **more)  # type: ignore[arg-type]


def dataset(metadata: Metadata, **values: list[str | None] | list[float]) -> Dataset:
    rows = max((len(column) for column in values.values()), default=0)
    frame = pd.DataFrame(
        {
            variable.name: _column(values.get(variable.name), variable, rows)
            for variable in metadata.variables
        }
    )
    return Dataset(metadata, frame)


def _column(values: list[str | None] | list[float] | None, variable: Variable, rows: int) -> object:
    if variable.kind == "Num":
        return pd.Series(values if values is not None else [float("nan")] * rows, dtype="float64")
    return columns.text(values if values is not None else ["x"] * rows)  # type: ignore[arg-type]


def identifiers(domain: str = "DOMAIN") -> tuple[Variable, ...]:
    return (
        char("STUDYID", "Study Identifier", mandatory=True, origin=Origin("Protocol", "Sponsor")),
        char(domain, "Domain Abbreviation", 2, mandatory=True, origin=ASSIGNED),
        char("USUBJID", "Unique Subject Identifier", 20, mandatory=True, origin=DERIVED),
    )


def dm() -> Dataset:
    return dataset(
        Metadata(
            "DM",
            "Demographics",
            "Special-Purpose",
            "One record per subject",
            ("STUDYID", "USUBJID"),
            (
                *identifiers(),
                Variable(
                    "AGE", "Age", "Num", "integer", 8, role="Record Qualifier", origin=COLLECTED
                ),
                Variable("BRTHDTC", "Date/Time of Birth", "Char", "partialDate", 10),
            ),
            domain="DM",
            repeating=False,
        ),
        AGE=[30.0, 40.0],
        BRTHDTC=["1990", "1980-02"],
    )


def ae() -> Dataset:
    return dataset(
        Metadata(
            "AE",
            "Ereignisse <schwere> & Überempfindlichkeit",
            "EVENTS",
            "One record per adverse event per subject",
            ("STUDYID", "USUBJID", "AETERM"),
            (
                *identifiers(),
                Variable("AESEQ", "Sequence Number", "Num", "integer", 8, origin=DERIVED),
                char("AETERM", "Reported Term", 200, origin=COLLECTED),
                char(
                    "AEDECOD",
                    "Dictionary-Derived Term",
                    200,
                    codelist=UsedCodelist(
                        "MEDDRA",
                        "MedDRA",
                        dictionary="MedDRA",
                        dictionary_version="27.0",
                    ),
                ),
                char(
                    "AESEV",
                    "Severity/Intensity",
                    20,
                    codelist=AESEV,
                    comment=Comment("As the site said"),
                ),
                char("AESER", "Serious Event", 1, codelist=ny(NO)),
                char("AESDTH", "Results in Death", 1, codelist=ny()),
                char("AESTDTC", "Start Date/Time", 10, comment=Comment("As the site said")),
                Variable("AESTDY", "Study Day of Start", "Num", "integer", 8, method=STUDY_DAY),
                Variable("AEENDY", "Study Day of End", "Num", "integer", 8, method=STUDY_DAY),
                char("AEOWN", "Of Our Own", standard=False),
            ),
            domain="AE",
        ),
        AESTDTC=["2026-01-01", "2026-01"],
        AESDTH=[None, None],
        AESEQ=[1.0, 2.0],
        AESTDY=[1.0, 2.0],
        AEENDY=[float("nan"), 2.0],
    )


def suppae() -> Dataset:
    definitions = (
        char("AETRTEM", "Treatment Emergent Flag", 1, codelist=ny(YES), origin=DERIVED),
        char("AESOSP", "Other Medically Important SAE", 40, origin=COLLECTED),
    )
    return dataset(
        Metadata(
            "SUPPAE",
            "Supplemental Qualifiers for AE",
            "RELATIONSHIP",
            "One record per IDVAR, IDVARVAL, and QNAM value per subject",
            ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM"),
            (
                *identifiers("RDOMAIN"),
                char("IDVAR", "Identifying Variable"),
                char("IDVARVAL", "Identifying Variable Value"),
                char("QNAM", "Qualifier Variable Name"),
                char("QLABEL", "Qualifier Variable Label", 40),
                char("QVAL", "Data Value", 40, origin=DERIVED),
            ),
            value_level=tuple(
                ValueLevel("QVAL", (Condition("QNAM", "EQ", (item.name,)),), item)
                for item in definitions
            ),
        ),
        QNAM=["AETRTEM", "AESOSP"],
    )


def lb() -> Dataset:
    blood = Condition("LBSPEC", "EQ", ("BLOOD",))
    units = UsedCodelist("UNIT", "Unit", "C71620", terms=(Term("g/L", "C42576"),))
    hgb = Variable("LBORRES", "Haemoglobin", "Num", "float", 5, 1, origin=VENDOR)
    return dataset(
        Metadata(
            "LB",
            "Laboratory Test Results",
            "FINDINGS",
            "One record per lab test per time point per subject",
            ("STUDYID", "USUBJID", "LBTESTCD"),
            (
                *identifiers(),
                char("LBTESTCD", "Lab Test or Examination Short Name"),
                char("LBSPEC", "Specimen Type"),
                char("LBORRES", "Result or Finding in Original Units", 40, origin=VENDOR),
                char("LBORRESU", "Original Units", 20, codelist=units, origin=VENDOR),
                Variable("LBSTRESN", "Numeric Result", "Num", "float", 8, 2, "8.2", origin=DERIVED),
            ),
            value_level=(
                ValueLevel("LBORRES", (Condition("LBTESTCD", "EQ", ("HGB",)), blood), hgb),
                ValueLevel(
                    "LBORRES",
                    (Condition("LBTESTCD", "NOTIN", ("HGB", "PH+", "NA", "K")),),
                    char("LBORRES", "Other results", 40),
                ),
                ValueLevel("LBORRESU", (Condition("LBTESTCD", "EQ", ("HGB",)), blood), hgb),
            ),
        ),
        LBSTRESN=[1.0, 2.5],
    )


def ce() -> Dataset:
    return dataset(
        Metadata("CE", "Clinical Events", "Events", "One record per event", (), identifiers())
    )


def study(*datasets: Dataset, **more: object) -> Package:
    return Package(
        "X-01",
        "Study X-01",
        "A study of <this> & that",
        "X-01 v2",
        "2026-01-31T09:00:00",
        (
            StandardUse("SDTMIG", "IG", "3.4"),
            StandardUse("CDISC/NCI", "CT", "2024-03-29", "SDTM"),
        ),
        {item.name: item for item in datasets},
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def package() -> Package:
    guide = Document("Reviewer's Guide", "docs/csdrg.pdf")
    return study(suppae(), lb(), dm(), ce(), ae(), documents=(guide,), originator="Ours")
