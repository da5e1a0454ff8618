"""One fault put into a valid define.xml is found by the check that is named, and by no other."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from converters.define import check_xsd, define_xml
from converters.define.check import (
    codelists,
    no_data,
    origins,
    supplemental,
    terminology,
    types,
    value_level,
    where_clauses,
)
from converters.define.check.rule import Rule
from converters.define.index import index
from converters.define.read import read_define
from converters.findings import Finding
from tests.unit.define.check.packages_content import adam_package, sdtm_package

MODULES = (
    *(codelists, no_data, origins, supplemental, terminology),
    *(types, value_level, where_clauses),
)
ODM = "http://www.cdisc.org/ns/odm/v1.3"
SHARED = Path(__file__).parents[5] / "shared" / "data"
DOCUMENTATION = Path(__file__).parents[4] / "docs" / "reference" / "findings.md"

Find = Callable[[Any], Any]
Mutation = Callable[[Any], None]


def findings(content: bytes | str | Path) -> list[Finding]:
    """What the checks of contents say of a file."""
    described = index(read_define(content))
    return [item for module in MODULES for check in module.CHECKS for item in check(described)]


# ---- where a fault is put


def spaces(element: Any) -> dict[str, str]:
    return {"o": ODM, "def": element.nsmap["def"]}


def one(root: Any, path: str, **names: str) -> Any:
    found = root.xpath(path, namespaces=spaces(root), **names)
    assert len(found) == 1, f"{path} finds {len(found)} in the base, {names}"
    return found[0]


def ref(name: str) -> Find:
    """The ItemRef of a variable, ``AE.AESEV``."""
    dataset, _, variable = name.partition(".")
    path = "//o:ItemGroupDef[@Name=$dataset]/o:ItemRef[@ItemOID=//o:ItemDef[@Name=$variable]/@OID]"
    return lambda root: one(root, path, dataset=dataset, variable=variable)


def item(name: str) -> Find:
    """The ItemDef of a variable."""
    return lambda root: one(root, "//o:ItemDef[@OID=$oid]", oid=ref(name)(root).get("ItemOID"))


def values(name: str) -> Find:
    """The ValueListDef of a variable."""
    path = "//def:ValueListDef[@OID=$oid]"

    def find(root: Any) -> Any:
        oid = one(item(name)(root), "def:ValueListRef/@ValueListOID")
        return one(root, path, oid=oid)

    return find


def level_ref(name: str, value: str) -> Find:
    """The ItemRef of a variable's value level, where a condition has that value."""
    clauses = "//def:WhereClauseDef[.//o:CheckValue=$value]/@OID"
    path = f"o:ItemRef[def:WhereClauseRef/@WhereClauseOID={clauses}]"
    return lambda root: one(values(name)(root), path, value=value)


def level(name: str, value: str) -> Find:
    """The ItemDef of it."""

    def find(root: Any) -> Any:
        oid = level_ref(name, value)(root).get("ItemOID")
        return one(root, "//o:ItemDef[@OID=$oid]", oid=oid)

    return find


def clause(name: str, value: str) -> Find:
    """The WhereClauseDef of it."""

    def find(root: Any) -> Any:
        oid = one(level_ref(name, value)(root), "def:WhereClauseRef/@WhereClauseOID")
        return one(root, "//def:WhereClauseDef[@OID=$oid]", oid=oid)

    return find


def codelist(name: str) -> Find:
    """The CodeList of a variable."""

    def find(root: Any) -> Any:
        oid = one(item(name)(root), "o:CodeListRef/@CodeListOID")
        return one(root, "//o:CodeList[@OID=$oid]", oid=oid)

    return find


def term(name: str, value: str) -> Find:
    """A term of a variable's codelist."""
    return lambda root: one(codelist(name)(root), "*[@CodedValue=$value]", value=value)


def method(name: str) -> Find:
    """The MethodDef of a variable."""
    path = "//o:MethodDef[@OID=$oid]"
    return lambda root: one(root, path, oid=ref(name)(root).get("MethodOID"))


def within(find: Find, path: str) -> Find:
    """What is found by a path from there."""
    return lambda root: one(find(root), path)


def origin(name: str) -> Find:
    return within(item(name), "def:Origin")


# ---- what is done there


def qualified(element: Any, name: str) -> str:
    prefix, colon, local = name.partition(":")
    return f"{{{spaces(element)[prefix]}}}{local}" if colon else name


def put(find: Find, **attributes: str) -> Mutation:
    """Attributes are set; ``def_X`` stands for ``def:X``."""

    def mutate(root: Any) -> None:
        for name, value in attributes.items():
            find(root).set(qualified(root, name.replace("def_", "def:")), value)

    return mutate


def drop(find: Find, name: str) -> Mutation:
    """An attribute is taken away."""

    def mutate(root: Any) -> None:
        del find(root).attrib[qualified(root, name)]

    return mutate


def remove(find: Find) -> Mutation:
    """An element is taken away."""

    def mutate(root: Any) -> None:
        element = find(root)
        element.getparent().remove(element)

    return mutate


def clear(find: Find, path: str) -> Mutation:
    """All that a path finds from there is taken away."""

    def mutate(root: Any) -> None:
        found = find(root).xpath(path, namespaces=spaces(root))
        assert found
        for element in found:
            element.getparent().remove(element)

    return mutate


def say(find: Find, text: str) -> Mutation:
    """The text of the one text below."""

    def mutate(root: Any) -> None:
        one(find(root), ".//o:TranslatedText").text = text

    return mutate


def write(find: Find, text: str) -> Mutation:
    """The text of the element."""

    def mutate(root: Any) -> None:
        find(root).text = text

    return mutate


def add(find: Find, xml: str, first: bool = False) -> Mutation:
    """An element is added at the end, or as the first."""

    def mutate(root: Any) -> None:
        names = f'xmlns="{ODM}" xmlns:def="{spaces(root)["def"]}"'
        made = etree.fromstring(f"<x {names}>{xml}</x>")[0]
        parent = find(root)
        parent.insert(0 if first else len(parent), made)

    return mutate


def repeat(find: Find, **attributes: str) -> Mutation:
    """A copy of the element stands behind it."""

    def mutate(root: Any) -> None:
        element = find(root)
        made = copy.deepcopy(element)
        for name, value in attributes.items():
            made.set(name, value)
        element.addnext(made)

    return mutate


def both(*mutations: Mutation) -> Mutation:
    def mutate(root: Any) -> None:
        for one_of_them in mutations:
            one_of_them(root)

    return mutate


def move(find: Find, target: Find) -> Mutation:
    """The reference of the one element becomes that of the other."""

    def mutate(root: Any) -> None:
        name = next(iter(find(root).attrib))
        find(root).set(name, target(root).get(name))

    return mutate


def dictionary(name: str) -> Find:
    return within(codelist(name), "o:ExternalCodeList")


def code(find: Find) -> Find:
    return within(find, "o:Alias")


def check(name: str, value: str) -> Find:
    return within(clause(name, value), "o:RangeCheck")


def check_value(name: str, value: str) -> Find:
    return within(check(name, value), "o:CheckValue")


def also(name: str, value: str, other: str, comparator: str, text: str) -> Mutation:
    """A where-clause compares another variable besides."""

    def mutate(root: Any) -> None:
        found = check(name, value)(root)
        made = copy.deepcopy(found)
        made.set("Comparator", comparator)
        made.set(qualified(root, "def:ItemOID"), item(other)(root).get("OID"))
        one(made, "o:CheckValue").text = text
        found.addnext(made)

    return mutate


def metadata_version(root: Any) -> Any:
    return one(root, "//o:MetaDataVersion")


#: A value list whose entry is what the laboratory sent.
VALUE_LIST_OF_ONE = """<def:ValueListDef OID="VL.N">
  <ItemRef ItemOID="IT.LB.LBORRES.ALT" Mandatory="No">
    <def:WhereClauseRef WhereClauseOID="WC.LB.LBTESTCD.ALT"/>
  </ItemRef>
</def:ValueListDef>"""


@dataclass(frozen=True)
class Fault:
    """What is done to which base, and which check must say so."""

    name: str
    mutate: Mutation
    rule: str
    published: str = ""
    base: str = "sdtm"


def no_order(name: str) -> Mutation:
    """A term has an order number and the others have none, or the reverse."""
    return drop(name_of_first(name), "OrderNumber")


def name_of_first(name: str) -> Find:
    return lambda root: codelist(name)(root).xpath("*[@CodedValue]")[0]


TYPES = [
    Fault(
        "a data type of ODM that Define-XML does not have",
        put(item("AE.AETERM"), DataType="string"),
        "define-data-type",
        "OD0075",
    ),
    Fault(
        "text without Length", drop(item("AE.AETERM"), "Length"), "define-length-missing", "OD0070"
    ),
    Fault(
        "a number at value level without Length",
        drop(level("LB.LBORRES", "HGB"), "Length"),
        "define-length-missing",
        "OD0070",
    ),
    Fault(
        "a date with Length",
        put(item("DM.RFSTDTC"), Length="10"),
        "define-length-not-allowed",
        "DD0068",
    ),
    Fault("a Length of zero", put(item("AE.AETERM"), Length="0"), "define-length-value", "OD0013"),
    Fault(
        "a Length in words",
        put(item("DM.SUBJID"), Length="twenty"),
        "define-length-value",
        "OD0013",
    ),
    Fault(
        "a text longer than a transport file holds",
        put(item("AE.AETERM"), Length="400"),
        "define-length-over-200",
    ),
    Fault(
        "float without SignificantDigits",
        drop(item("LB.LBSTRESN"), "SignificantDigits"),
        "define-digits-missing",
        "OD0071",
    ),
    Fault(
        "integer with SignificantDigits",
        put(item("DM.AGE"), SignificantDigits="1"),
        "define-digits-not-allowed",
        "DD0069",
    ),
    Fault(
        "negative SignificantDigits",
        put(item("LB.LBSTRESN"), SignificantDigits="-1"),
        "define-digits-value",
        "OD0013",
    ),
    Fault(
        "more digits than the Length has room for",
        put(level("LB.LBORRES", "HGB"), SignificantDigits="5"),
        "define-digits-fill-length",
        "DD0069",
    ),
    Fault(
        "a DisplayFormat that is none of SAS",
        put(item("LB.LBSTRESN"), def_DisplayFormat="two digits"),
        "define-display-format",
    ),
    Fault(
        "a DisplayFormat of text for a number",
        put(item("LB.LBSTRESN"), def_DisplayFormat="$8."),
        "define-display-format",
    ),
    Fault(
        "no SASFieldName",
        drop(item("AE.AETERM"), "SASFieldName"),
        "define-sas-field-name-missing",
        "DD0070",
    ),
    Fault(
        "another SASFieldName than the name",
        put(item("AE.AETERM"), SASFieldName="AETERMX"),
        "define-sas-field-name",
        "DD0070",
    ),
    Fault(
        "a SASFieldName at value level that SAS does not allow",
        put(level("LB.LBORRES", "HGB"), SASFieldName="LBORRES.HGB"),
        "define-sas-field-name",
        "DD0070",
    ),
    Fault(
        "a variable's name with small letters",
        put(item("FA.FAOBJ"), Name="FAObj"),
        "define-variable-name",
    ),
    Fault("no label", clear(item("AE.AETERM"), "o:Description"), "define-label-missing", "DD0058"),
    Fault("a label of blanks", say(item("AE.AETERM"), " "), "define-label-missing", "DD0057"),
    Fault(
        "a label of more than 40 bytes",
        say(item("AE.AETERM"), "Reported Term for the Adverse Event, as is"),
        "define-label-long",
        "DD0137",
    ),
    Fault(
        "another label than the standard's",
        say(item("AE.AETERM"), "What was reported"),
        "define-label-not-of-standard",
        "DD0137",
    ),
    Fault(
        "an analysis variable's label not the standard's",
        say(item("ADSL.TRTSDT"), "First Dose"),
        "define-label-not-of-standard",
        "DD0137",
        "adam",
    ),
    Fault(
        "Mandatory in a word of its own",
        put(ref("AE.AETERM"), Mandatory="Maybe"),
        "define-mandatory-value",
        "OD0074",
    ),
    Fault(
        "a required variable that is not mandatory",
        put(ref("AE.AETERM"), Mandatory="No"),
        "define-required-not-mandatory",
    ),
    Fault(
        "text where the standard has a number",
        put(item("DM.AGE"), DataType="text"),
        "define-type-not-of-standard",
    ),
    Fault(
        "a number where the standard has text",
        put(item("FA.FAOBJ"), DataType="integer"),
        "define-type-not-of-standard",
    ),
    Fault(
        "a date as text",
        put(item("AE.AESTDTC"), DataType="text", Length="10"),
        "define-date-as-text",
    ),
    Fault(
        "value level longer than its variable",
        put(level("SUPPAE.QVAL", "AESOSP"), Length="50"),
        "define-value-level-length",
        "DD0123",
    ),
    Fault(
        "value level of text in a number",
        both(
            put(level("ADLB.AVAL", "ALT"), DataType="text"),
            drop(level("ADLB.AVAL", "ALT"), "SignificantDigits"),
        ),
        "define-value-level-type",
        "",
        "adam",
    ),
]

CODELISTS = [
    Fault(
        "a codelist without terms",
        clear(codelist("AE.AESEV"), "*[@CodedValue]"),
        "define-codelist-empty",
        "OD0081",
    ),
    Fault(
        "terms beside a dictionary",
        add(codelist("AE.AEDECOD"), '<EnumeratedItem CodedValue="HEADACHE"/>'),
        "define-codelist-mixed",
        "DD0007",
    ),
    Fault(
        "a term without its decode",
        clear(term("AE.AESER", "Y"), "o:Decode"),
        "define-decode-missing",
        "OD0082",
    ),
    Fault(
        "a term without a value",
        repeat(term("AE.AESEV", "MILD"), CodedValue="", OrderNumber="9"),
        "define-term-missing",
        "DD0003",
    ),
    Fault(
        "a term twice",
        repeat(term("AE.AESEV", "MILD"), OrderNumber="9"),
        "define-term-duplicate",
        "OD0079",
    ),
    Fault(
        "a codelist of dates",
        put(codelist("SUPPAE.QORIG"), DataType="date"),
        "define-codelist-type",
        "OD0076",
    ),
    Fault(
        "a word in a codelist of numbers",
        put(term("ADSL.AGEGR1N", "2"), CodedValue="two"),
        "define-term-type",
        "OD0077",
        "adam",
    ),
    Fault(
        "a codelist of text for a number",
        put(codelist("ADSL.AGEGR1N"), DataType="text"),
        "define-codelist-of-other-type",
        "OD0080",
        "adam",
    ),
    Fault(
        "a rank on one term only",
        drop(name_of_first("AE.AESEV"), "Rank"),
        "define-rank-missing",
        "DD0076",
    ),
    Fault(
        "a rank that is no number",
        both(
            *(
                put(term("AE.AESEV", value), Rank=rank)
                for value, rank in (("MILD", "1"), ("MODERATE", "2"), ("SEVERE", "last"))
            )
        ),
        "define-rank-value",
        "OD0013",
    ),
    Fault(
        "one term without an order number",
        no_order("AE.AESEV"),
        "define-term-order-missing",
        "DD0077",
    ),
    Fault(
        "an order number twice",
        put(term("AE.AESEV", "MILD"), OrderNumber="2"),
        "define-term-order-duplicate",
        "OD0042",
    ),
    Fault(
        "a SAS format with a digit first",
        put(codelist("AE.AESEV"), SASFormatName="$1SEV"),
        "define-sas-format-name",
        "OD0019",
    ),
    Fault(
        "a SAS format for text without $",
        put(codelist("AE.AESEV"), SASFormatName="AESEV"),
        "define-sas-format-kind",
        "OD0078",
    ),
    Fault(
        "a dictionary that nobody knows",
        put(dictionary("FA.FAOBJ"), Dictionary="MyTerms"),
        "define-dictionary-unknown",
    ),
    Fault(
        "a dictionary without its version",
        drop(dictionary("FA.FAOBJ"), "Version"),
        "define-dictionary-version-missing",
    ),
    Fault(
        "no MedDRA",
        put(dictionary("AE.AEDECOD"), Dictionary="SNOMED"),
        "define-meddra-missing",
        "DD0112",
    ),
    Fault(
        "a version that MedDRA does not have",
        put(dictionary("AE.AEDECOD"), Version="26.7"),
        "define-meddra-version",
        "DD0025",
    ),
    Fault(
        "AEBODSYS without MedDRA",
        remove(within(item("AE.AEBODSYS"), "o:CodeListRef")),
        "define-meddra-not-referenced",
        "DD0113",
    ),
    Fault(
        "a test of FA whose name is not listed",
        remove(term("FA.FATEST", "Severity/Intensity")),
        "define-test-pair",
        "DD0116",
    ),
    Fault(
        "a parameter whose name is not listed",
        say(term("ADLB.PARAMCD", "ALT"), "Alanine"),
        "define-test-pair",
        "",
        "adam",
    ),
]

TERMINOLOGY = [
    Fault(
        "a release that is not available",
        put(lambda root: one(root, "//def:Standard[@Type='CT']"), Version="2015-12-18"),
        "define-terminology-unavailable",
    ),
    Fault(
        "a standard codelist without its NCI code",
        remove(code(codelist("AE.AESEV"))),
        "define-codelist-code-missing",
        "DD0031",
    ),
    Fault(
        "a codelist of the sponsor's said to be of the standard",
        both(
            drop(codelist("SUPPAE.QNAM"), "def:IsNonStandard"),
            put(codelist("SUPPAE.QNAM"), def_StandardOID="STD.CT.SDTM.2024-03-29"),
        ),
        "define-codelist-without-codes",
        "DD0031",
    ),
    Fault(
        "an NCI code that no codelist has",
        put(code(codelist("AE.AESEV")), Name="C999999"),
        "define-codelist-code-unknown",
        "DD0033",
    ),
    Fault(
        "a codelist under another's name",
        put(codelist("AE.AESEV"), Name="Unit"),
        "define-codelist-named-otherwise",
        "DD0033",
    ),
    Fault(
        "a standard term without its NCI code",
        remove(code(term("AE.AESEV", "MILD"))),
        "define-term-code-missing",
        "DD0032",
    ),
    Fault(
        "an NCI code that no term has",
        both(
            put(term("LB.LBORRESU", "MYUNIT"), CodedValue="MYUNIT2"),
            drop(term("LB.LBORRESU", "MYUNIT2"), "def:ExtendedValue"),
            add(term("LB.LBORRESU", "MYUNIT2"), '<Alias Context="nci:ExtCodeID" Name="C999999"/>'),
        ),
        "define-term-code-unknown",
        "DD0034",
    ),
    Fault(
        "the NCI code of another term",
        put(code(term("AE.AESEV", "MILD")), Name="C41339"),
        "define-term-code",
        "DD0028",
    ),
    Fault(
        "a term spelt otherwise than its NCI code says",
        put(term("LB.LBORRESU", "g/L"), CodedValue="G/L"),
        "define-term-code",
        "DD0028",
    ),
    Fault(
        "a term that a closed codelist does not have",
        both(put(term("DM.SEX", "F"), CodedValue="FEMALE"), remove(code(term("DM.SEX", "FEMALE")))),
        "define-term-not-in-codelist",
        "DD0024",
    ),
    Fault(
        "a term of the sponsor's that is not marked",
        drop(term("LB.LBORRESU", "MYUNIT"), "def:ExtendedValue"),
        "define-extended-value-missing",
        "DD0029",
    ),
    Fault(
        "ExtendedValue that says No",
        put(term("LB.LBORRESU", "MYUNIT"), def_ExtendedValue="No"),
        "define-extended-value",
        "DD0030",
    ),
    Fault(
        "a standard term marked as the sponsor's",
        put(term("LB.LBORRESU", "g/L"), def_ExtendedValue="Yes"),
        "define-extended-value-wrong",
        "DD0132",
    ),
    Fault(
        "ExtendedValue in a codelist of the sponsor's",
        put(term("SUPPAE.QNAM", "AESOSP"), def_ExtendedValue="Yes"),
        "define-extended-value-wrong",
        "DD0132",
    ),
    Fault(
        "no codelist where the standard has one",
        remove(within(item("AE.AESER"), "o:CodeListRef")),
        "define-codelist-expected",
        "DD0124",
    ),
    Fault(
        "another codelist than the standard's",
        move(within(item("AE.AESEV"), "o:CodeListRef"), within(item("AE.AESER"), "o:CodeListRef")),
        "define-codelist-not-of-standard",
        "DD0118",
    ),
    Fault(
        "a codelist of the sponsor's with an NCI code",
        both(
            drop(codelist("AE.AESEV"), "def:StandardOID"),
            put(codelist("AE.AESEV"), def_IsNonStandard="Yes"),
        ),
        "define-non-standard-codelist-code",
        "DD0127",
    ),
]

ORIGINS = [
    Fault("no origin", remove(origin("AE.AETERM")), "define-origin-missing", "DD0072"),
    Fault(
        "no origin at the variable, and not at all of value level",
        remove(within(level("SUPPAE.QVAL", "AESOSP"), "def:Origin")),
        "define-origin-missing",
        "DD0072",
    ),
    Fault(
        "a type of origin that 2.1 does not have",
        put(origin("AE.AETERM"), Type="CRF"),
        "define-origin-type",
        "DD0073",
    ),
    Fault(
        "an analysis variable that is collected",
        put(origin("ADLB.PARAMCD"), Type="Collected", Source="Vendor"),
        "define-origin-unusual",
        "DD0073",
        "adam",
    ),
    Fault(
        "an origin without its source",
        drop(origin("AE.AEDECOD"), "Source"),
        "define-origin-source-missing",
    ),
    Fault(
        "a source that there is not",
        put(origin("AE.AEDECOD"), Source="Coder"),
        "define-origin-source",
    ),
    Fault(
        "a protocol by a vendor",
        put(origin("DM.STUDYID"), Source="Vendor"),
        "define-origin-source-unusual",
    ),
    Fault(
        "value level assigned, the variable collected",
        both(
            put(
                within(level("FA.FAORRES", "SEV"), "def:Origin"), Type="Assigned", Source="Sponsor"
            ),
            clear(level("FA.FAORRES", "SEV"), ".//def:DocumentRef"),
        ),
        "define-origin-levels",
        "DD0074",
    ),
    Fault(
        "derived without a method",
        drop(ref("AE.AESTDY"), "MethodOID"),
        "define-method-missing",
        "DD0042",
    ),
    Fault(
        "derived without a method, and nothing of value level is derived",
        both(
            drop(ref("LB.LBSTRESN"), "MethodOID"),
            add(item("LB.LBSTRESN"), '<def:Origin Type="Collected" Source="Vendor"/>'),
            add(item("LB.LBSTRESN"), '<def:ValueListRef ValueListOID="VL.N"/>'),
            add(metadata_version, VALUE_LIST_OF_ONE, first=True),
        ),
        "define-method-missing",
        "DD0042",
    ),
    Fault(
        "derived at value level without a method",
        drop(level_ref("SUPPAE.QVAL", "AETRTEM"), "MethodOID"),
        "define-method-missing",
        "DD0042",
    ),
    Fault(
        "an analysis value derived without a method",
        drop(ref("ADLB.BASE"), "MethodOID"),
        "define-method-missing",
        "DD0042",
        "adam",
    ),
    Fault(
        "a method of what is assigned",
        put(ref("AE.AEDECOD"), MethodOID="MT.AE.AESTDY"),
        "define-method-not-derived",
    ),
    Fault(
        "a method that is neither computation nor imputation",
        put(method("AE.AESTDY"), Type="Derivation"),
        "define-method-type",
        "DD0104",
    ),
    Fault("a method without words", say(method("AE.AESTDY"), ""), "define-method-words", "DD0057"),
    Fault(
        "a predecessor that is not named",
        clear(origin("ADSL.AGE"), "o:Description"),
        "define-predecessor-missing",
        "DD0061",
        "adam",
    ),
    Fault(
        "a predecessor without its dataset",
        say(origin("ADSL.AGE"), "AGE of DM"),
        "define-predecessor-syntax",
        "DD0148",
        "adam",
    ),
    Fault(
        "a predecessor that ADSL does not have",
        say(origin("ADLB.USUBJID"), "ADSL.SUBJECT"),
        "define-predecessor-unknown",
        "DD0148",
        "adam",
    ),
    Fault(
        "a variable that is its own predecessor",
        say(origin("ADSL.AGE"), "ADSL.AGE"),
        "define-predecessor-unknown",
        "DD0148",
        "adam",
    ),
    Fault(
        "collected, and no page of the CRF",
        clear(origin("AE.AETERM"), ".//def:PDFPageRef"),
        "define-crf-pages-missing",
        "DD0035",
    ),
    Fault(
        "collected, and the document is not the CRF",
        put(within(origin("AE.AETERM"), "def:DocumentRef"), leafID="LF.AE"),
        "define-crf-document",
        "DD0075",
    ),
    Fault(
        "assigned, and pages of the CRF",
        add(origin("AE.AEDECOD"), '<def:DocumentRef leafID="LF.acrf"/>'),
        "define-crf-pages-not-collected",
        "DD0111",
    ),
    Fault(
        "collected on a CRF, and there is no CRF",
        both(
            clear(lambda root: root, "//def:AnnotatedCRF"),
            clear(lambda root: root, "//def:Origin/def:DocumentRef"),
        ),
        "define-crf-origin-without-crf",
        "DD0075",
    ),
    Fault(
        "a study day that is assigned",
        both(put(origin("AE.AESTDY"), Type="Assigned"), drop(ref("AE.AESTDY"), "MethodOID")),
        "define-study-day-origin",
        "DD0105",
    ),
    Fault(
        "DOMAIN by the protocol",
        put(origin("AE.DOMAIN"), Type="Protocol"),
        "define-domain-origin",
        "DD0106",
    ),
    Fault(
        "RDOMAIN by the protocol",
        put(origin("SUPPAE.RDOMAIN"), Type="Protocol"),
        "define-rdomain-origin",
        "DD0107",
    ),
    Fault(
        "STUDYID assigned",
        put(origin("AE.STUDYID"), Type="Assigned"),
        "define-studyid-origin",
        "DD0108",
    ),
    Fault(
        "USUBJID assigned in one dataset",
        both(put(origin("AE.USUBJID"), Type="Assigned"), drop(ref("AE.USUBJID"), "MethodOID")),
        "define-usubjid-origin",
        "DD0109",
    ),
    Fault(
        "VISITNUM by the protocol in one dataset",
        put(origin("FA.VISITNUM"), Type="Protocol"),
        "define-visitnum-origin",
        "DD0110",
    ),
]

WHERE = [
    Fault(
        "a where-clause without comparisons",
        clear(clause("LB.LBORRES", "HGB"), "o:RangeCheck"),
        "define-where-empty",
    ),
    Fault(
        "a comparator that there is not",
        put(check("LB.LBORRES", "HGB"), Comparator="IS"),
        "define-where-comparator",
    ),
    Fault(
        "EQ with two values",
        add(check("LB.LBORRES", "HGB"), "<CheckValue></CheckValue>"),
        "define-where-values",
    ),
    Fault(
        "a value twice",
        both(
            put(check("LB.LBORRES", "HGB"), Comparator="IN"),
            add(check("LB.LBORRES", "HGB"), "<CheckValue>HGB</CheckValue>"),
        ),
        "define-where-value-repeated",
    ),
    Fault(
        "a hard comparison",
        put(check("LB.LBORRES", "HGB"), SoftHard="Hard"),
        "define-where-soft-hard",
        "DD0044",
    ),
    Fault(
        "a test that the codelist does not have",
        write(check_value("LB.LBORRES", "HGB"), "HGBX"),
        "define-where-value-unknown",
    ),
    Fault(
        "a word compared with a number",
        also("LB.LBORRES", "HGB", "LB.VISITNUM", "EQ", "WEEK 2"),
        "define-where-not-a-number",
    ),
    Fault(
        "less than a text",
        also("FA.FAORRES", "SEV", "FA.FAOBJ", "LT", "HEADACHE"),
        "define-where-order-of-text",
    ),
    Fault(
        "a condition on another dataset that nothing explains",
        also("LB.LBORRES", "HGB", "AE.AETERM", "EQ", "ANAEMIA"),
        "define-where-other-dataset",
    ),
    Fault(
        "a test that is two at once",
        also("LB.LBORRES", "HGB", "LB.LBTESTCD", "EQ", "ALT"),
        "define-where-never-holds",
    ),
    Fault(
        "the same condition twice",
        write(check_value("LB.LBORRES", "HGB"), "ALT"),
        "define-where-duplicate",
    ),
    Fault(
        "conditions that overlap",
        both(
            put(check("LB.LBORRES", "HGB"), Comparator="IN"),
            add(check("LB.LBORRES", "HGB"), "<CheckValue>ALT</CheckValue>"),
        ),
        "define-where-overlap",
    ),
    Fault(
        "a condition that holds for all but one overlaps",
        put(check("FA.FAORRES", "SEV"), Comparator="NE"),
        "define-where-overlap",
    ),
]

VALUE_LEVEL = [
    Fault(
        "a value list without entries",
        clear(values("FA.FAORRES"), "o:ItemRef"),
        "define-value-list-empty",
    ),
    Fault(
        "an entry without a where-clause",
        clear(level_ref("LB.LBORRES", "HGB"), "def:WhereClauseRef"),
        "define-value-list-without-where",
    ),
    Fault(
        "a value list of two variables",
        add(item("LB.LBORRESU"), '<def:ValueListRef ValueListOID="VL.LB.LBORRES"/>'),
        "define-value-list-shared",
    ),
    Fault(
        "value level of value level",
        add(level("LB.LBORRES", "HGB"), '<def:ValueListRef ValueListOID="VL.X"/>'),
        "define-value-list-nested",
    ),
    Fault(
        "an entry that is the variable itself",
        lambda root: level_ref("FA.FAORRES", "SEV")(root).set(
            "ItemOID", item("FA.FAOBJ")(root).get("OID")
        ),
        "define-value-list-of-variables",
    ),
    Fault(
        "results of several tests without value level",
        remove(within(item("LB.LBORRES"), "def:ValueListRef")),
        "define-value-level-advised",
    ),
    Fault(
        "parameters without value level",
        both(
            remove(within(item("ADLB.AVAL"), "def:ValueListRef")),
            add(item("ADLB.AVAL"), '<def:Origin Type="Assigned" Source="Sponsor"/>'),
        ),
        "define-value-level-advised",
        "",
        "adam",
    ),
    Fault(
        "QVAL without value level",
        both(
            remove(within(item("SUPPAE.QVAL"), "def:ValueListRef")),
            add(item("SUPPAE.QVAL"), '<def:Origin Type="Assigned" Source="Sponsor"/>'),
        ),
        "define-qval-without-value-level",
        "DD0038",
    ),
    Fault(
        "a qualifier without an entry",
        remove(level_ref("SUPPAE.QVAL", "AESOSP")),
        "define-qnam-without-value-level",
        "DD0038",
    ),
    Fault(
        "an entry of a qualifier that there is not",
        remove(term("SUPPAE.QNAM", "AESOSP")),
        "define-where-value-unknown",
    ),
    Fault(
        "an entry of QVAL that names no qualifier",
        both(
            put(check("SUPPAE.QVAL", "AESOSP"), Comparator="NE"),
            write(check_value("SUPPAE.QVAL", "AESOSP"), "AETRTEM"),
            remove(term("SUPPAE.QNAM", "AESOSP")),
        ),
        "define-qval-condition",
    ),
    Fault(
        "a qualifier's name that SAS does not allow",
        both(
            put(term("SUPPAE.QNAM", "AESOSP"), CodedValue="AESOSPECIAL"),
            write(check_value("SUPPAE.QVAL", "AESOSP"), "AESOSPECIAL"),
        ),
        "define-qnam-name",
    ),
    Fault(
        "a qualifier's label of more than 40 bytes",
        both(
            *(
                say(where, "Another Important Event that was reported")
                for where in (level("SUPPAE.QVAL", "AESOSP"), term("SUPPAE.QNAM", "AESOSP"))
            )
        ),
        "define-qlabel-long",
    ),
    Fault(
        "a qualifier's label that is not its decode",
        say(level("SUPPAE.QVAL", "AESOSP"), "Important Event"),
        "define-qlabel-differs",
    ),
    Fault(
        "an origin that QORIG does not list",
        both(
            put(
                within(level("SUPPAE.QVAL", "AESOSP"), "def:Origin"),
                Type="Protocol",
                Source="Sponsor",
            ),
            clear(level("SUPPAE.QVAL", "AESOSP"), ".//def:DocumentRef"),
        ),
        "define-qorig-differs",
    ),
]

NO_DATA = [
    Fault(
        "HasNoData that says No", put(ref("AE.AEENDTC"), def_HasNoData="No"), "define-no-data-value"
    ),
    Fault(
        "no data, and no comment",
        drop(item("AE.AEENDTC"), "def:CommentOID"),
        "define-no-data-comment",
        "DD0134",
    ),
    Fault(
        "no data, and mandatory",
        put(ref("AE.AEENDTC"), Mandatory="Yes"),
        "define-no-data-mandatory",
    ),
    Fault("no data, and a key", put(ref("AE.AEENDTC"), KeySequence="4"), "define-no-data-key"),
    Fault(
        "no data, and required",
        both(
            put(ref("AE.AETERM"), def_HasNoData="Yes"),
            drop(ref("AE.AETERM"), "KeySequence"),
            put(item("AE.AETERM"), def_CommentOID="COM.AE.AEENDTC"),
        ),
        "define-no-data-required",
    ),
]

FAULTS = [*TYPES, *CODELISTS, *TERMINOLOGY, *ORIGINS, *WHERE, *VALUE_LEVEL, *NO_DATA]


@cache
def base(name: str) -> bytes:
    return define_xml({"sdtm": sdtm_package, "adam": adam_package}[name]())


@pytest.mark.parametrize("name", ["sdtm", "adam"])
def test_the_bases_are_valid_and_nothing_is_found(name: str) -> None:
    assert check_xsd(base(name)) == []
    assert findings(base(name)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_by_its_check_and_by_no_other(fault: Fault) -> None:
    root = etree.fromstring(base(fault.base))
    fault.mutate(root)
    found = findings(etree.tostring(root))
    assert {item.rule for item in found} == {fault.rule}, [item.message for item in found]
    assert not fault.published or fault.published in found[0].published
    assert all(item.message.startswith("line ") for item in found)


#: Faults in files of CDISC: version 2.0, datasets of many kinds.
V20, V20_ADAM = "define/defineV20-SDTM.xml", "define/defineV20-ADaM-ARM.xml"
V21, V21_ADAM = "define/defineV21-SDTM.xml", "define/defineV21-ADaM.xml"
SHARED_FAULTS = [
    Fault(
        "2.0: text without Length",
        drop(item("AE.AETERM"), "Length"),
        "define-length-missing",
        "OD0070",
        V20,
    ),
    Fault(
        "2.0: an origin that only 2.1 has",
        put(origin("AE.AETERM"), Type="Collected"),
        "define-origin-type",
        "DD0073",
        V20,
    ),
    Fault(
        "2.0: a page of the CRF is not told",
        clear(origin("AE.AETERM"), ".//def:PDFPageRef"),
        "define-crf-pages-missing",
        "DD0035",
        V20,
    ),
    Fault(
        "2.0: derived without a method",
        drop(ref("AE.AESTDY"), "MethodOID"),
        "define-method-missing",
        "DD0042",
        V20,
    ),
    Fault(
        "2.0: AEDECOD without MedDRA",
        remove(within(item("AE.AEDECOD"), "o:CodeListRef")),
        "define-meddra-not-referenced",
        "DD0113",
        V20,
    ),
    Fault(
        "2.0: a where-clause with a test that there is not",
        write(check_value("DA.DAORRES", "DISPAMT"), "DISPENSED"),
        "define-where-value-unknown",
        "",
        V20,
    ),
    Fault(
        "2.0: a term twice", repeat(name_of_first("DM.SEX")), "define-term-duplicate", "OD0079", V20
    ),
    Fault(
        "2.0: a predecessor without a name",
        clear(origin("ADAE.AETERM"), "o:Description"),
        "define-predecessor-missing",
        "DD0061",
        V20_ADAM,
    ),
    Fault(
        "2.1: a date with Length",
        put(item("DM.BRTHDTC"), Length="10"),
        "define-length-not-allowed",
        "DD0068",
        V21,
    ),
    Fault(
        "2.1: QVAL without value level",
        both(
            remove(within(item("SUPPDM.QVAL"), "def:ValueListRef")),
            add(item("SUPPDM.QVAL"), '<def:Origin Type="Assigned" Source="Sponsor"/>'),
        ),
        "define-qval-without-value-level",
        "DD0038",
        V21,
    ),
    Fault(
        "2.1: no data, and no comment",
        lambda root: root.xpath(
            "//o:ItemDef[@OID=//o:ItemRef[@def:HasNoData]/@ItemOID]", namespaces=spaces(root)
        )[0].attrib.pop(qualified(root, "def:CommentOID")),
        "define-no-data-comment",
        "DD0134",
        V21,
    ),
    Fault(
        "2.1: a predecessor that ADSL does not have",
        say(origin("ADAE.TRTSDT"), "ADSL.TRTSTDT"),
        "define-predecessor-unknown",
        "DD0148",
        V21_ADAM,
    ),
    Fault(
        "2.1: float without digits",
        drop(item("ADSL.BMIBL"), "SignificantDigits"),
        "define-digits-missing",
        "OD0071",
        V21_ADAM,
    ),
]


@pytest.mark.parametrize("fault", SHARED_FAULTS, ids=lambda fault: fault.name)
def test_a_fault_in_an_example_adds_what_its_check_says_and_nothing_else(fault: Fault) -> None:
    place = SHARED / fault.base
    if not place.is_file():
        pytest.skip(f"data by others are not at {place}")
    before = Counter(item.rule for item in findings(place))
    root = etree.parse(str(place)).getroot()
    fault.mutate(root)
    found = findings(etree.tostring(root))
    after = Counter(item.rule for item in found)
    assert (after - before).keys() == {fault.rule}, [item.message for item in found]
    assert not before - after
    assert not fault.published or any(
        fault.published in item.published for item in found if item.rule == fault.rule
    )


def rules() -> dict[str, Rule]:
    """The rules of the checks, by name."""
    found = [item for module in MODULES for item in vars(module).values()]
    tables = [item.values() for item in found if isinstance(item, dict)]
    nested = [part for table in tables for item in table for part in _parts(item)]
    return {item.name: item for item in (*found, *nested) if isinstance(item, Rule)}


def _parts(item: Any) -> tuple[Any, ...]:
    return item if isinstance(item, tuple) else (item,)


def test_each_rule_has_a_fault_that_it_finds() -> None:
    assert {fault.rule for fault in FAULTS} == set(rules())


def test_the_reference_of_findings_lists_each_rule() -> None:
    listed = {}
    for line in DOCUMENTATION.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if len(cells) == 4 and cells[0].startswith("`define-"):
            listed[cells[0].strip("`")] = (cells[1], cells[2])
    for name, rule in rules().items():
        published = ", ".join(rule.published)
        assert listed.get(name) == (rule.severity.value, published), name


@pytest.mark.parametrize("name", ["sdtm", "adam"])
def test_no_attribute_and_no_element_is_needed_to_read_a_file_to_its_end(name: str) -> None:
    whole = etree.fromstring(base(name))
    kinds = {(element.tag, None) for element in whole.iter("{*}*") if element is not whole}
    kinds |= {(element.tag, key) for element in whole.iter("{*}*") for key in element.attrib}
    for tag, key in sorted(kinds, key=str):
        for value in (None, "", "-1", "\u00b2", "9" * 5000, "nan", "Yes"):
            root = etree.fromstring(base(name))
            for element in list(root.iter(tag)):
                if key is None:
                    element.getparent().remove(element)
                elif value is None:
                    element.attrib.pop(key, None)
                elif key in element.attrib:
                    element.set(key, value)
            findings(etree.tostring(root))
            if key is None:
                break


@dataclass(frozen=True)
class Argument:
    """Why a finding on an example is right: ``rule`` is found ``count`` times."""

    rule: str
    count: int
    why: str


#: What is found in files that pass the schema, and why it is no false alarm.
_RELEASES = Argument("define-terminology-unavailable", 2, "releases of these years are not shipped")
_PILOT_PARAMETER = Argument(
    *("define-test-pair", 2),
    "the decode of ACITM13 ends in Speech, and the term of PARAM is cut off after 40 characters",
)
_PILOT_PREDECESSOR = Argument(
    *("define-predecessor-unknown", 1),
    "EFFFL is said to come from ADSL.FASFL, which the file's ADSL does not have",
)
_ADAM_2_1 = (
    *(_RELEASES, _PILOT_PARAMETER, _PILOT_PREDECESSOR),
    Argument("define-codelist-expected", 1, "AEACN has no codelist, and ADaM's is SDTM's ACN"),
)
EXAMPLES: dict[str, tuple[Argument, ...]] = {
    "define/defineV21-SDTM.xml": (
        _RELEASES,
        Argument("define-method-not-derived", 5, "collected or assigned, and yet with methods"),
        Argument("define-method-missing", 2, "ECDOSE and ECDOSU are Derived without a method"),
        Argument("define-rdomain-origin", 1, "RDOMAIN is Derived"),
        Argument("define-codelist-without-codes", 8, "study lists such as ARM name the CT package"),
        Argument("define-codelist-code-missing", 2, "unit lists whose terms have NCI codes"),
        Argument("define-codelist-expected", 3, "DIPARMCD, DIPARM, ECDOSU have no codelist"),
        Argument("define-label-not-of-standard", 2, "ECTRT and ECDOSE are labelled freely"),
        Argument("define-value-level-advised", 2, "three tests in one definition; only advice"),
    ),
    "define/defineV21-ADaM.xml": _ADAM_2_1,
    "define/invalid-subclass-1.xml": _ADAM_2_1,
    "define/defineV20-SDTM.xml": (
        Argument("define-origin-levels", 23, "TSVAL is Protocol, its value level Assigned"),
        Argument("define-rdomain-origin", 1, "RDOMAIN is Derived"),
        Argument("define-visitnum-origin", 3, "VISITNUM is Assigned, Derived and eDT"),
        Argument("define-value-level-length", 6, "IEORRES has Length 1, its value level 200"),
    ),
    "define/defineV20-ADaM-ARM.xml": (_PILOT_PARAMETER, _PILOT_PREDECESSOR),
    "define/invalid-standard-name.xml": (
        _RELEASES,
        Argument("define-test-pair", 8, "criteria that only the code's or the name's list has"),
        Argument("define-no-data-key", 1, "AEDECOD has no data and is key 3"),
        Argument("define-no-data-mandatory", 1, "AEDECOD has no data and is mandatory"),
        Argument("define-origin-levels", 19, "RSSTRESC is Derived, its value level Collected"),
        Argument("define-method-not-derived", 1, "EPOCH of TA is Protocol and has a method"),
        Argument("define-predecessor-syntax", 16, "named ECTRT, without the dataset"),
        Argument("define-value-level-advised", 2, "many tests in one definition; only advice"),
        Argument("define-where-value-unknown", 2, "TSPARMCD has no term TS_DURATION, TS_FLOAT"),
        Argument("define-where-overlap", 1, "two entries of LBSTRESC hold for one test"),
    ),
    "packages/tdf_sdtm/define.xml": (
        Argument("define-origin-levels", 2, "totals are Derived, QSORRES is CRF"),
        Argument("define-crf-origin-without-crf", 1, "CRF everywhere and no annotated CRF"),
        Argument("define-studyid-origin", 31, "STUDYID is CRF"),
        Argument("define-rdomain-origin", 1, "RDOMAIN of RELREC is Derived"),
        Argument("define-visitnum-origin", 15, "VISITNUM is Protocol, CRF and eDT"),
        Argument("define-qnam-without-value-level", 1, "the entry is for TRTEMFL, not AETRTEM"),
        Argument("define-codelist-expected", 32, "TSPARMCD, EPOCH, LBTESTCD have no codelist"),
        Argument("define-length-not-allowed", 35, "dates have a Length"),
        Argument(
            *("define-label-not-of-standard", 2),
            "TAETORD has an older label; that of IETESTCD ends in a stray letter in SDTMIG 3.2",
        ),
        Argument("define-required-not-mandatory", 1, "AEDECOD is Req in SDTMIG 3.2"),
        Argument("define-date-as-text", 2, "TEDUR and VSELTM are text"),
        Argument("define-value-level-length", 5, "LBORRES has Length 5, its value level 200"),
        Argument("define-where-value-unknown", 4, "NULL, EDLEVEL, TRTEMFL are in no codelist"),
        Argument(
            "define-where-overlap", 43, "an entry for all of a category, others for its tests"
        ),
    ),
    "packages/tdf_adam/define.xml": (
        Argument("define-method-missing", 61, "Derived without a method"),
        Argument("define-length-not-allowed", 2, "datetimes have a Length"),
        Argument("define-value-level-advised", 7, "many parameters in one definition; only advice"),
        Argument("define-where-not-a-number", 872, "A1HI and others are compared with test codes"),
        Argument("define-where-value-unknown", 654, "flags are compared with test codes"),
    ),
}


@pytest.mark.parametrize("file", EXAMPLES)
def test_examples_give_no_alarm_that_is_not_argued(file: str) -> None:
    if not (SHARED / file).is_file():
        pytest.skip(f"data by others are not at {SHARED / file}")
    found = Counter(item.rule for item in findings(SHARED / file))
    assert found == {item.rule: item.count for item in EXAMPLES[file]}
