"""A small ADaM package by hand: ADSL, ADAE, ADQS with value level, and two displays."""

from __future__ import annotations

from typing import Any

from converters.dataset import (
    AnalysisData,
    AnalysisResult,
    Comment,
    Condition,
    Dataset,
    Display,
    Document,
    Metadata,
    Method,
    Origin,
    Package,
    Reference,
    StandardUse,
    Term,
    UsedCodelist,
    ValueLevel,
    Variable,
)
from tests.unit.define.conftest import char, dataset

DERIVED = Origin("Derived", "Sponsor", documents=(Reference("SAP", ("12", "14-16")),))
SAFETY = Condition("SAFFL", "EQ", ("Y",), dataset="ADSL")
TOTAL = Condition("PARAMCD", "EQ", ("ACTOT",))
CHANGE = Method(
    "AVAL minus BASE, for records after baseline",
    "AVAL - BASE",
    documents=(Reference("SAP", ("section.10.1",)),),
)
SEVERITY = UsedCodelist(
    "AESEVN",
    "Severity (N)",
    format="AESEVN.",
    comment=Comment("Coded as in the SAP", (Reference("SAP"),)),
    terms=(
        Term("1", decode="Mild", rank=1, description="No treatment"),
        Term("2", decode="Moderate", rank=2.5),
    ),
)


def subject() -> tuple[Variable, ...]:
    return (
        char("STUDYID", "Study Identifier", origin=Origin("Predecessor", predecessor="DM.STUDYID")),
        char("USUBJID", "Unique Subject Identifier", 20, mandatory=True),
    )


def adsl() -> Dataset:
    return dataset(
        Metadata(
            "ADSL",
            "Subject-Level Analysis Dataset",
            "SUBJECT LEVEL ANALYSIS DATASET",
            "One record per subject",
            ("STUDYID", "USUBJID"),
            (*subject(), char("SAFFL", "Safety Population Flag", 1, standard=False)),
            purpose="Analysis",
            repeating=False,
        ),
        SAFFL=["Y"],
    )


def adae() -> Dataset:
    severity = Variable("AESEVN", "Severity (N)", "Num", "integer", 8, codelist=SEVERITY)
    return dataset(
        Metadata(
            "ADAE",
            "Adverse Events Analysis Dataset",
            "OCCURRENCE DATA STRUCTURE",
            "One record per event",
            ("STUDYID", "USUBJID", "AESEVN"),
            (*subject(), severity, char("TRTEMFL", "Treatment Emergent", 1)),
            subclass="Adverse Event",
            purpose="Analysis",
        ),
        AESEVN=[1.0],
    )


def adqs() -> Dataset:
    value = Variable("AVAL", "Analysis Value", "Num", "float", 8, 1, "8.1", origin=DERIVED)
    change = Variable("CHG", "Change", "Num", "float", 8, None, "8.2", origin=DERIVED)
    date = Variable("ADT", "Analysis Date", "Num", "integer", 8, format="DATE9.", origin=DERIVED)
    imputed = Comment("Mean of the items answered", (Reference("Score manual", ("Scoring",)),))
    return dataset(
        Metadata(
            "ADQS",
            "Questionnaire Analysis Dataset",
            "BASIC DATA STRUCTURE",
            "One record per subject per parameter",
            ("STUDYID", "USUBJID", "PARAMCD"),
            (*subject(), char("PARAMCD", "Parameter Code"), date, value, changed(change)),
            purpose="Analysis",
            value_level=(
                ValueLevel("AVAL", (TOTAL,), with_comment(value, imputed)),
                ValueLevel("AVAL", (Condition("PARAMCD", "NE", ("ACTOT",)), SAFETY), value),
            ),
        ),
        AVAL=[1.5],
        ADT=[1.0],
        CHG=[0.5],
    )


def changed(variable: Variable) -> Variable:
    return Variable(**{**vars(variable), "method": CHANGE})


def with_comment(variable: Variable, comment: Comment) -> Variable:
    return Variable(**{**vars(variable), "comment": comment})


def primary(**more: Any) -> AnalysisResult:
    given = {
        "name": "Primary endpoint",
        "description": "Dose response of the change from baseline",
        "reason": "SPECIFIED IN SAP",
        "purpose": "PRIMARY OUTCOME MEASURE",
        "data": (AnalysisData("ADQS", (TOTAL,), ("CHG",)),),
        "documentation": Comment("Linear model", (Reference("SAP", ("31",)),)),
        "context": "SAS version 9.4",
        "code": "\nproc glm data=ADQS;\n  where PARAMCD = 'ACTOT' & CHG < 5;\nrun;\n",
        "programs": (Reference("t_1.sas"),),
    }
    return AnalysisResult(**{**given, **more})


def events(**more: Any) -> AnalysisResult:
    flag = Condition("TRTEMFL", "EQ", ("Y",))
    data = (
        AnalysisData("ADAE", (flag, SAFETY), ("AESEVN", "TRTEMFL")),
        AnalysisData("ADSL", (Condition("SAFFL", "EQ", ("Y",)),)),
    )
    return primary(
        **{
            "name": "Events",
            "data": data,
            "documentation": None,
            "context": "",
            "code": "",
            "programs": (),
            **more,
        }
    )


def analysis_package(*results: AnalysisResult, **more: Any) -> Package:
    shown = results or (primary(), events())
    given: dict[str, Any] = {
        "study_id": "X-01",
        "study_name": "Study X-01",
        "description": "A study",
        "protocol": "X-01 v2",
        "created": "2026-01-31T09:00:00",
        "standards": (
            StandardUse("ADaMIG", "IG", "1.3", comment=Comment("Two variables are our own")),
            StandardUse("ADaM-OCCDSIG", "IG", "1.1"),
            StandardUse("CDISC/NCI", "CT", "2026-03-27", "ADaM"),
        ),
        "datasets": {item.name: item for item in (adsl(), adae(), adqs())},
        "documents": (
            Document("Reviewer's Guide", "adrg.pdf"),
            Document("Statistical Analysis Plan", "docs/sap.pdf", name="SAP"),
            Document("Score manual", "manual.pdf", "Other"),
            Document("Program of Table 1", "programs/t_1.sas", "Other", "t_1.sas"),
        ),
        "displays": (
            Display("Table 1", "Change from baseline", shown, (Reference("SAP", ("2",)),)),
        ),
        "comment": Comment("Made for the final analysis"),
    }
    return Package(**{**given, **more})
