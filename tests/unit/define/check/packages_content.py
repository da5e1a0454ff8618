"""Two small packages whose define.xml has of everything that the checks of contents look at."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import pandas as pd

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
from converters.standards import adamig, sdtmig
from converters.standards.terminology import load_terminology

VERSION = "2024-03-29"
ASSIGNED = Origin("Assigned", "Sponsor")
DERIVED = Origin("Derived", "Sponsor")
PROTOCOL = Origin("Protocol", "Sponsor")
COLLECTED = Origin("Collected", "Investigator", pages=("7",))
VENDOR = Origin("Collected", "Vendor")
CRF = Document("Annotated CRF", "acrf.pdf", "Annotated CRF")
MEDDRA = UsedCodelist("MEDDRA", "MedDRA", dictionary="MedDRA", dictionary_version="26.1")
SNOMED = UsedCodelist("SNOMED", "SNOMED CT", dictionary="SNOMED", dictionary_version="2024-03-01")


def terms(code: str, *values: str, ranked: bool = False, extended: Iterable[str] = ()) -> Any:
    """A codelist of the release with some of its terms, and some of the sponsor's."""
    release = load_terminology(VERSION)
    known = release.codelist(code)
    found = []
    for number, value in enumerate(values, 1):
        term = known.find(value)
        assert term is not None
        rank = float(number) if ranked else None
        found.append(Term(value, term.code, release.decode(known, value), rank=rank))
    found += [Term(value, "", value.title(), extended=True) for value in extended]
    return UsedCodelist(known.name, known.label, code, known.extensible, tuple(found))


def own(name: str, label: str, *pairs: tuple[str, str]) -> UsedCodelist:
    """A codelist of the sponsor's."""
    return UsedCodelist(name, label, terms=tuple(Term(value, "", text) for value, text in pairs))


def sdtm(domain: str, name: str, origin: Origin | None, **more: Any) -> Variable:
    """A variable as SDTMIG 3.4 has it."""
    listed = sdtmig.load_domain("3.4", domain).variable(name)
    return _variable(listed, origin, **{"mandatory": listed.core == "Req", **more})


def adam(dataset_class: str, name: str, origin: Origin | None, **more: Any) -> Variable:
    """A variable as ADaMIG 1.3 has it."""
    listed = adamig.find_variable("1.3", dataset_class, name)
    assert listed is not None
    return _variable(listed, origin, **more)


def _variable(listed: Any, origin: Origin | None, **more: Any) -> Variable:
    values = {
        "data_type": "integer" if listed.kind == "Num" else "text",
        "length": 8 if listed.kind == "Num" else 20,
        "role": getattr(listed, "role", ""),
        "core": listed.core,
        "origin": origin,
        **more,
    }
    return Variable(listed.name, listed.label, listed.kind, **values)


def method(words: str) -> Method:
    return Method(words)


def dataset(metadata: Metadata) -> Dataset:
    """Two records; a variable that is said to have no data has none."""
    frame = pd.DataFrame(
        {
            item.name: pd.Series([float("nan") if item.no_data else 1.0] * 2, dtype="float64")
            if item.kind == "Num"
            else columns.text([None if item.no_data else "x"] * 2)
            for item in metadata.variables
        }
    )
    return Dataset(metadata, frame)


def identifiers(domain: str, first: str = "DOMAIN") -> tuple[Variable, ...]:
    of = "SUPPQUAL" if first == "RDOMAIN" else domain
    which = terms("C66734", domain[-2:])
    return (
        sdtm(of, "STUDYID", PROTOCOL),
        sdtm(of, first, ASSIGNED, length=2, codelist=which),
        sdtm(of, "USUBJID", DERIVED, method=method("STUDYID and SUBJID, joined by a hyphen")),
    )


def sequence(domain: str) -> Variable:
    name = f"{domain}SEQ"
    return sdtm(domain, name, DERIVED, method=method("Number of the record within the subject"))


def where(variable: str, *values: str) -> tuple[Condition, ...]:
    return (Condition(variable, "EQ" if len(values) == 1 else "IN", values),)


def metadata(
    name: str, variables: tuple[Variable, ...], *levels: ValueLevel, **more: Any
) -> Dataset:
    listed = sdtmig.load_domain("3.4", "SUPPQUAL" if name.startswith("SUPP") else name)
    keys = ("STUDYID", "USUBJID", *more.pop("keys", ()))
    about = {"repeating": listed.repeating, "domain": name, "value_level": levels, **more}
    return dataset(
        Metadata(
            name, listed.label, listed.dataset_class, listed.structure, keys, variables, **about
        )
    )


def dm() -> Dataset:
    age = method("Whole years from BRTHDTC to RFSTDTC")
    return metadata(
        "DM",
        (
            *identifiers("DM"),
            sdtm("DM", "SUBJID", COLLECTED),
            sdtm("DM", "RFSTDTC", DERIVED, data_type="date", method=method("First EXSTDTC")),
            sdtm("DM", "AGE", DERIVED, length=3, method=age),
            sdtm("DM", "AGEU", ASSIGNED, codelist=terms("C66781", "YEARS")),
            sdtm("DM", "SEX", COLLECTED, length=1, codelist=terms("C66731", "F", "M")),
        ),
    )


def ae() -> Dataset:
    day = method("AESTDTC minus RFSTDTC, and one more on or after RFSTDTC")
    severity = terms("C66769", "MILD", "MODERATE", "SEVERE", ranked=True)
    return metadata(
        "AE",
        (
            *identifiers("AE"),
            sequence("AE"),
            sdtm("AE", "AETERM", COLLECTED, length=200),
            sdtm("AE", "AEDECOD", ASSIGNED, length=200, codelist=MEDDRA),
            sdtm("AE", "AEBODSYS", ASSIGNED, length=200, codelist=MEDDRA),
            sdtm("AE", "AESEV", COLLECTED, codelist=severity),
            sdtm("AE", "AESER", COLLECTED, length=1, codelist=terms("C66742", "N", "Y")),
            sdtm("AE", "AESTDTC", COLLECTED, data_type="partialDate"),
            sdtm(
                "AE",
                "AEENDTC",
                COLLECTED,
                data_type="partialDate",
                no_data=True,
                comment=Comment("No end was known at the cut-off"),
            ),
            sdtm("AE", "AESTDY", DERIVED, method=day),
        ),
        keys=("AETERM",),
    )


def suppae() -> Dataset:
    def level(name: str, label: str, origin: Origin, length: int, **more: Any) -> ValueLevel:
        item = Variable("QVAL", label, "Char", "text", length, origin=origin, **more)
        return ValueLevel("QVAL", where("QNAM", name), item)

    def column(name: str, origin: Origin | None = ASSIGNED, **more: Any) -> Variable:
        return sdtm("SUPPQUAL", name, origin, **more)

    emergent = method("Y where AESTDTC is on or after RFSTDTC")
    qualifiers = (("AETRTEM", "Treatment Emergent Flag"), ("AESOSP", "Other Important Event"))
    return metadata(
        "SUPPAE",
        (
            *identifiers("AE", "RDOMAIN"),
            column("IDVAR", length=8),
            column("IDVARVAL"),
            column("QNAM", length=8, codelist=own("QNAM", "Qualifiers of AE", *qualifiers)),
            column("QLABEL", length=40),
            column("QVAL", None, length=30),
            column(
                "QORIG", codelist=own("QORIG", "Origins", ("CRF", "CRF"), ("Derived", "Derived"))
            ),
        ),
        level("AETRTEM", "Treatment Emergent Flag", DERIVED, 1, method=emergent),
        level("AESOSP", "Other Important Event", COLLECTED, 30),
        domain="AE",
        keys=("IDVAR", "IDVARVAL", "QNAM"),
    )


def lb() -> Dataset:
    def level(name: str, test: str, **more: Any) -> ValueLevel:
        values = {"data_type": "float", "length": 5, "significant_digits": 1, **more}
        item = Variable(name, f"Result of {test}", "Char", origin=VENDOR, **values)
        return ValueLevel(name, where("LBTESTCD", test), item)

    tests = ("ALT", "HGB")
    names = ("Alanine Aminotransferase", "Hemoglobin")
    return metadata(
        "LB",
        (
            *identifiers("LB"),
            sequence("LB"),
            sdtm("LB", "LBTESTCD", ASSIGNED, length=8, codelist=terms("C65047", *tests)),
            sdtm("LB", "LBTEST", ASSIGNED, length=40, codelist=terms("C67154", *names)),
            sdtm("LB", "LBORRES", VENDOR, length=5),
            sdtm(
                *("LB", "LBORRESU", VENDOR),
                codelist=terms("C71620", "U/L", "g/L", extended=("MYUNIT",)),
            ),
            sdtm(
                *("LB", "LBSTRESN", DERIVED),
                data_type="float",
                significant_digits=2,
                format="8.2",
                method=method("LBORRES as a number in standard units"),
            ),
            sdtm("LB", "VISITNUM", ASSIGNED),
        ),
        level("LBORRES", "ALT", data_type="integer", length=3, significant_digits=None),
        level("LBORRES", "HGB"),
        keys=("LBTESTCD", "VISITNUM"),
    )


def fa() -> Dataset:
    occurrence, severity = ("OCCUR", "SEV"), ("Occurrence Indicator", "Severity/Intensity")
    item = {"data_type": "text", "length": 10}
    return metadata(
        "FA",
        (
            *identifiers("FA"),
            sequence("FA"),
            sdtm("FA", "FATESTCD", ASSIGNED, length=8, codelist=terms("C101832", *occurrence)),
            sdtm("FA", "FATEST", ASSIGNED, length=40, codelist=terms("C101833", *severity)),
            sdtm("FA", "FAOBJ", COLLECTED, codelist=SNOMED),
            sdtm("FA", "FAORRES", COLLECTED),
            sdtm("FA", "VISITNUM", ASSIGNED),
        ),
        *(
            ValueLevel(
                "FAORRES",
                where("FATESTCD", code),
                Variable("FAORRES", f"Result of {code}", "Char", origin=COLLECTED, **item),  # type: ignore[arg-type]
            )
            for code in occurrence
        ),
        keys=("FATESTCD", "FAOBJ"),
    )


def _package(standard: StandardUse, *datasets: Dataset, **more: Any) -> Package:
    return Package(
        *("X-01", "Study X-01", "A study", "X-01", "2026-01-31T09:00:00"),
        (standard, StandardUse("CDISC/NCI", "CT", VERSION, "SDTM")),
        {item.name: item for item in datasets},
        **more,
    )


@cache
def sdtm_package() -> Package:
    guide = StandardUse("SDTMIG", "IG", "3.4")
    return _package(guide, dm(), ae(), suppae(), lb(), fa(), documents=(CRF,))


def predecessor(name: str) -> Origin:
    return Origin("Predecessor", predecessor=name)


def adsl() -> Dataset:
    what = "SUBJECT LEVEL ANALYSIS DATASET"
    first, group = method("Day of the first dose"), method("1 below 65 years, 2 from 65")
    groups = own("AGEGR1N", "Age Group", ("1", "<65"), ("2", ">=65"))
    return dataset(
        Metadata(
            *("ADSL", "Subject-Level Analysis Dataset", what, "One record per subject"),
            ("STUDYID", "USUBJID"),
            (
                adam(what, "STUDYID", predecessor("DM.STUDYID")),
                adam(what, "USUBJID", predecessor("DM.USUBJID")),
                adam(what, "AGE", predecessor("DM.AGE"), length=3),
                adam(what, "AGEGR1N", DERIVED, length=1, method=group, codelist=groups),
                adam(what, "TRTSDT", DERIVED, format="DATE9.", method=first),
            ),
            purpose="Analysis",
            repeating=False,
        )
    )


def adlb() -> Dataset:
    what = "BASIC DATA STRUCTURE"
    parameters = (
        ("ALT", "Alanine Aminotransferase (U/L)"),
        ("AST", "Aspartate Aminotransferase (U/L)"),
        ("HGB", "Hemoglobin (g/L)"),
    )
    names = own("PARAM", "Parameter", *((text, text) for _, text in parameters))
    float_8: dict[str, Any] = {"data_type": "float", "length": 8, "significant_digits": 1}
    levels = (
        ValueLevel(
            "AVAL",
            where("PARAMCD", code),
            Variable("AVAL", text, "Num", origin=predecessor("LB.LBSTRESN"), **float_8),
        )
        for code, text in parameters
    )
    return dataset(
        Metadata(
            *("ADLB", "Laboratory Analysis", what, "One record per subject, parameter, date"),
            ("STUDYID", "USUBJID", "PARAMCD", "ADT"),
            (
                adam(what, "STUDYID", predecessor("ADSL.STUDYID")),
                adam(what, "USUBJID", predecessor("ADSL.USUBJID")),
                adam(what, "PARAMCD", ASSIGNED, codelist=own("PARAMCD", "Code", *parameters)),
                adam(what, "PARAM", ASSIGNED, length=40, codelist=names),
                adam(what, "ADT", DERIVED, format="DATE9.", method=method("The day of LBDTC")),
                adam(what, "AVAL", None, **float_8),
                adam(what, "BASE", DERIVED, method=method("AVAL at baseline"), **float_8),
            ),
            purpose="Analysis",
            value_level=tuple(levels),
        )
    )


@cache
def adam_package() -> Package:
    return _package(StandardUse("ADaMIG", "IG", "1.3"), adsl(), adlb())
