"""Seeded faults: one change of a right file, and the one check that finds it."""
# ruff: noqa: E501 -- a fault is a line of the table

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from converters.define import check_define
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

DATA = Path(__file__).parent / "data"
O = "{http://www.cdisc.org/ns/odm/v1.3}"  # noqa: E741
D = "{http://www.cdisc.org/ns/def/v2.1}"
A = "{http://www.cdisc.org/ns/arm/v1.0}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
HREF = "{http://www.w3.org/1999/xlink}href"

Change = Callable[[etree._Element], None]


def find(root: etree._Element, tag: str, oid: str = "") -> etree._Element:
    """The first element of that tag; of those with the identifier, if one is given."""
    names = ("OID", "ID", "ItemOID", "Name", "CodedValue", "leafID")
    for element in root.iter(tag):
        if not oid or any(element.get(name) == oid for name in names):
            return element
    raise AssertionError(f"the file has no {tag} {oid}")


def put(tag: str, oid: str, name: str, value: str) -> Change:
    """Give an attribute another value."""
    return lambda root: find(root, tag, oid).set(name, value)


def drop(tag: str, oid: str, name: str) -> Change:
    """Take an attribute away."""

    def change(root: etree._Element) -> None:
        del find(root, tag, oid).attrib[name]

    return change


def remove(tag: str, oid: str = "", inside: str = "", of: str = "") -> Change:
    """Take an element away, of another if one is given."""

    def change(root: etree._Element) -> None:
        element = find(find(root, inside, of) if inside else root, tag, oid)
        element.getparent().remove(element)  # type: ignore[union-attr]

    return change


def text(tag: str, oid: str, value: str) -> Change:
    """Another text of the first element in it that has one."""

    def change(root: etree._Element) -> None:
        find(find(root, tag, oid), f"{O}TranslatedText").text = value

    return change


def double(tag: str, oid: str = "", **other: str) -> Change:
    """The element twice, the second with other attributes."""

    def change(root: etree._Element) -> None:
        element = find(root, tag, oid)
        twin = copy.deepcopy(element)
        for name, value in other.items():
            twin.set(name, value)
        element.addnext(twin)

    return change


def add(tag: str, oid: str, child: str, position: int = -1, **attributes: str) -> Change:
    """A new element, at the end or before the child of that position."""

    def change(root: etree._Element) -> None:
        parent = find(root, tag, oid)
        new = etree.Element(child, attributes)  # type: ignore[arg-type]
        parent.insert(len(parent) if position < 0 else position, new)

    return change


def both(*changes: Change) -> Change:
    """A change that takes two edits, such as a new definition and the reference to it."""

    def change(root: etree._Element) -> None:
        for one in changes:
            one(root)

    return change


def move(tag: str, oid: str, child: str, position: int) -> Change:
    """A child in another position of its parent."""

    def change(root: etree._Element) -> None:
        parent = find(root, tag, oid)
        parent.insert(position, find(parent, child))

    return change


def title(oid: str, words: str) -> Change:
    """Another title of a document."""

    def change(root: etree._Element) -> None:
        find(find(root, f"{D}leaf", oid), f"{D}title").text = words

    return change


def no_stylesheet(root: etree._Element) -> None:
    """The file without the instruction that names a stylesheet."""
    for item in root.itersiblings(preceding=True):
        if isinstance(item, etree._ProcessingInstruction):
            item.target = "another"


def results_of_tabulations(root: etree._Element) -> None:
    """Analysis results in a file without analysis datasets."""
    for group in root.iter(f"{O}ItemGroupDef"):
        group.set("Domain", group.get("Name") or "")
        group.set("Purpose", "Tabulation")
        find(group, f"{D}Class").set("Name", "SPECIAL PURPOSE")
    for subclass in list(root.iter(f"{D}SubClass")):
        subclass.getparent().remove(subclass)  # type: ignore[union-attr]
    standard = find(root, f"{D}Standard", "STD.IG")
    standard.set("Name", "SDTMIG")
    standard.set("Version", "3.3")


D20 = "{http://www.cdisc.org/ns/def/v2.0}"
MDV20 = f"{O}MetaDataVersion"
IG, IT, IR, CL = f"{O}ItemGroupDef", f"{O}ItemDef", f"{O}ItemRef", f"{O}CodeList"
STD, LEAF, AR, RD = f"{D}Standard", f"{D}leaf", f"{A}AnalysisResult", f"{A}ResultDisplay"
MDV, WC, COM = f"{O}MetaDataVersion", f"{D}WhereClauseDef", f"{D}CommentDef"
SASNAME, SOID = "SASDatasetName", f"{D}StandardOID"

#: File, what is done to it, the change, the rule that finds it, the published rule.
FAULTS: tuple[tuple[str, str, Change, str, str], ...] = (
    # The XML Schema
    ("sdtm", "no Name", drop(IT, "IT.AE.AESER", "Name"), "define-xml-attribute-missing", "DD0003"),
    ("sdtm", "no Context", drop(f"{O}ODM", "", f"{D}Context"), "define-xml-attribute-missing", "DD0003"),
    ("sdtm", "no Structure", drop(IG, "IG.AE", f"{D}Structure"), "define-xml-attribute-missing", "DD0003"),
    ("sdtm", "unknown attribute", put(IR, "IT.AE.AESER", "Manditory", "No"), "define-xml-attribute-unknown", "DD0004"),
    ("sdtm", "no StudyName", remove(f"{O}StudyName"), "define-xml-element-missing", "DD0006"),
    ("sdtm", "no title", remove(f"{D}title"), "define-xml-element-missing", "DD0006"),
    ("sdtm", "no Decode", remove(f"{O}Decode"), "define-xml-element-missing", "DD0006"),
    ("sdtm", "unknown element", add(IG, "IG.AE", f"{D}Klass"), "define-xml-element-unknown", "DD0007"),
    ("sdtm", "class before label", move(IG, "IG.AE", f"{D}Class", 0), "define-xml-element-order", "DD0008"),
    ("sdtm", "standards last", move(MDV, "", f"{D}Standards", 99), "define-xml-element-order", "DD0008"),
    ("sdtm", "two classes", double(f"{D}Class"), "define-element-repeated", "DD0009"),
    ("sdtm", "FileType", put(f"{O}ODM", "", "FileType", "Snap"), "define-xml-value", "DD0019"),
    ("sdtm", "creation time", put(f"{O}ODM", "", "CreationDateTime", "31JAN2026"), "define-xml-value", "OD0017"),
    ("sdtm", "DefineVersion", put(MDV, "", f"{D}DefineVersion", "2.0.0"), "define-xml-value", "DD0020B"),
    ("sdtm", "standard's name", put(STD, "STD.IG", "Name", "STDTMIG"), "define-xml-value", "DD0021"),
    ("sdtm", "class", put(f"{D}Class", "EVENTS", "Name", "EVENT"), "define-xml-value", "DD0055"),
    ("adam", "subclass", put(f"{D}SubClass", "", "Name", "ADVERSE EVENTS"), "define-xml-value", "DD0140"),
    ("sdtm", "method's type", put(f"{O}MethodDef", "", "Type", "Compute"), "define-xml-value", "DD0104"),
    ("sdtm", "IsNonStandard", put(IG, "IG.XE", f"{D}IsNonStandard", "Y"), "define-xml-value", "DD0130"),
    ("sdtm", "Repeating", put(IG, "IG.AE", "Repeating", "yes"), "define-xml-value", "OD0072"),
    ("sdtm", "IsReferenceData", put(IG, "IG.AE", "IsReferenceData", "no"), "define-xml-value", "OD0073"),
    ("sdtm", "Mandatory", put(IR, "IT.AE.AESER", "Mandatory", "N"), "define-xml-value", "OD0074"),
    ("sdtm", "language", put(f"{O}TranslatedText", "", LANG, "english language"), "define-xml-value", "OD0021"),
    ("sdtm", "order in words", put(IR, "IT.AE.AESER", "OrderNumber", "six"), "define-xml-value", "OD0013"),
    ("sdtm", "Length", put(IT, "IT.AE.AETERM", "Length", "200 bytes"), "define-xml-value", "OD0013"),
    ("sdtm", "SAS name of a dataset", put(IG, "IG.AE", SASNAME, "ADVERSE-1"), "define-xml-value", "DD0048"),
    ("sdtm", "a document twice", double(f"{D}DocumentRef", "LF.csdrg"), "define-xml-repeated", "DD0001"),
    # References
    ("sdtm", "lost item", put(IR, "IT.AE.AESER", "ItemOID", "IT.AE.AESERX"), "define-item-undefined", "OD0046"),
    ("adam", "lost item of a condition", put(f"{O}RangeCheck", "", f"{D}ItemOID", "IT.ADLB.PARMCD"), "define-item-undefined", "OD0046"),
    ("sdtm", "lost codelist", put(f"{O}CodeListRef", "", "CodeListOID", "CL.SX"), "define-codelist-undefined", "OD0048"),
    ("sdtm", "lost method", put(IR, "IT.AE.AESEQ", "MethodOID", "MT.AESEK"), "define-method-undefined", "DD0016"),
    ("sdtm", "lost comment", put(IG, "IG.AE", f"{D}CommentOID", "COM.AEX"), "define-comment-undefined", "DD0071"),
    ("sdtm", "a method as comment", put(STD, "STD.IG", f"{D}CommentOID", "MT.AESEQ"), "define-comment-undefined", "DD0071"),
    ("sdtm", "lost value list", both(put(f"{D}ValueListRef", "", "ValueListOID", "VL.SUPPAE.QVALX"), add(IT, "IT.SUPPAE.QVAL", f"{D}Origin", 1, Type="Derived", Source="Sponsor"), put(IR, "IT.SUPPAE.QVAL", "MethodOID", "MT.AETRTEM")), "define-value-list-undefined", "DD0017"),
    ("sdtm", "lost where-clause", put(f"{D}WhereClauseRef", "", "WhereClauseOID", "WC.SUPPAE.TRTEM"), "define-where-clause-undefined", ""),
    ("sdtm", "lost document", put(f"{D}DocumentRef", "LF.csdrg", "leafID", "LF.csdr"), "define-document-undefined", "DD0015"),
    ("sdtm", "lost guide", put(IG, "IG.AE", SOID, "STD.IGX"), "define-dataset-standard-undefined", "DD0122"),
    ("sdtm", "lost terminology", put(CL, "CL.SEX", SOID, "STD.CTX"), "define-codelist-standard-undefined", "DD0125"),
    ("adam", "lost analysis dataset", put(f"{A}AnalysisDataset", "", "ItemGroupOID", "IG.ADLBX"), "define-analysis-dataset-undefined", "DD0095"),
    ("adam", "lost analysis variable", put(f"{A}AnalysisVariable", "", "ItemOID", "IT.ADLB.AVL"), "define-analysis-variable-undefined", "DD0097"),
    ("sdtm", "item in no dataset", double(IT, "IT.AE.AESER", OID="IT.AE.AESDTH"), "define-item-unused", "DD0067"),
    ("sdtm", "codelist of no variable", double(CL, "CL.SEX", OID="CL.GENDER", Name="Gender"), "define-codelist-unused", "DD0082"),
    ("sdtm", "method of no variable", double(f"{O}MethodDef", "", OID="MT.OTHER"), "define-method-unused", "DD0080"),
    ("sdtm", "comment on nothing", double(COM, "COM.AE", OID="COM.AE.2"), "define-comment-unused", "DD0079"),
    ("sdtm", "value list of no variable", double(f"{D}ValueListDef", "", OID="VL.OTHER"), "define-value-list-unused", "DD0081"),
    ("sdtm", "where-clause on nothing", double(WC, "", OID="WC.OTHER"), "define-where-clause-unused", ""),
    ("sdtm", "document of nothing", double(LEAF, "LF.csdrg", ID="LF.other"), "define-document-unused", "DD0078"),
    ("sdtm", "standard of nothing", double(STD, "STD.IG", OID="STD.IG.33", Version="3.3"), "define-standard-unused", "DD0139"),
    # Identifiers
    ("sdtm", "study twice", double(f"{O}Study"), "define-duplicate-study", "OD0022"),
    ("sdtm", "version twice", double(MDV), "define-duplicate-metadata-version", "OD0027"),
    ("sdtm", "standard twice", double(STD, "STD.IG"), "define-duplicate-standard", ""),
    ("sdtm", "dataset twice", double(IG, "IG.XE"), "define-duplicate-dataset", "OD0030"),
    ("sdtm", "item twice", double(IT, "IT.AE.AESER"), "define-duplicate-item", "OD0031"),
    ("sdtm", "codelist twice", double(CL, "CL.SEX"), "define-duplicate-codelist", "OD0032"),
    ("sdtm", "method twice", double(f"{O}MethodDef"), "define-duplicate-method", "DD0013"),
    ("sdtm", "comment twice", double(COM), "define-duplicate-comment", "DD0083"),
    ("sdtm", "value list twice", double(f"{D}ValueListDef"), "define-duplicate-value-list", "DD0014"),
    ("sdtm", "where-clause twice", double(WC), "define-duplicate-where-clause", ""),
    ("sdtm", "document twice", double(LEAF, "LF.csdrg"), "define-duplicate-document", "DD0012"),
    ("adam", "display twice", double(RD, "RD.2"), "define-duplicate-display", "DD0088"),
    ("adam", "result twice", double(AR, "AR.2.1"), "define-duplicate-result", "DD0091"),
    ("sdtm", "OID of another kind", both(put(COM, "COM.AE", "OID", "MT.AESEQ"), put(IG, "IG.AE", f"{D}CommentOID", "MT.AESEQ")), "define-duplicate-oid", ""),
    ("sdtm", "variable twice", double(IR, "IT.AE.AESER", OrderNumber="7"), "define-duplicate-item-reference", "OD0041"),
    ("sdtm", "order twice", put(IR, "IT.AE.AESER", "OrderNumber", "5"), "define-duplicate-order", "OD0042"),
    ("sdtm", "order twice in a value list", put(IR, "IT.SUPPAE.QVAL.AESOSP", "OrderNumber", "1"), "define-duplicate-order", "OD0042"),
    ("sdtm", "no order", drop(IR, "IT.AE.AESER", "OrderNumber"), "define-order-missing", "DD0077"),
    ("sdtm", "no keys", both(drop(IR, "IT.TE.STUDYID", "KeySequence"), drop(IR, "IT.TE.ETCD", "KeySequence")), "define-keys-missing", "DD0040"),
    ("sdtm", "key twice", put(IR, "IT.AE.AETERM", "KeySequence", "2"), "define-duplicate-key", "DD0041"),
    ("sdtm", "key left out", put(IR, "IT.AE.AESEQ", "KeySequence", "5"), "define-key-gap", ""),
    ("sdtm", "name of two datasets", both(put(IG, "IG.XE", "Name", "AE"), put(IG, "IG.XE", SASNAME, "AE"), put(IG, "IG.XE", "Domain", "AE")), "define-duplicate-dataset-name", ""),
    ("sdtm", "name of two variables", both(double(IT, "IT.AE.AESER", OID="IT.AE.AESER2"), double(IR, "IT.AE.AESER", ItemOID="IT.AE.AESER2", OrderNumber="7")), "define-duplicate-variable-name", ""),
    ("sdtm", "name of two codelists", put(CL, "CL.QNAM", "Name", "Sex"), "define-duplicate-codelist-name", "DD0131"),
    ("adam", "name of two displays", put(RD, "RD.2", "Name", "Table 1"), "define-duplicate-display-name", "DD0089"),
    # Standards
    ("sdtm", "version of a guide", put(STD, "STD.IG", "Version", "3.5.1"), "define-standard-version", "DD0022"),
    ("sdtm", "version of a terminology", put(STD, "STD.CT", "Version", "2024-13-29"), "define-standard-version", "DD0022"),
    ("sdtm", "type of a standard", put(STD, "STD.CT", "Type", "IG"), "define-standard-type", "DD0021"),
    ("sdtm", "no publishing set", drop(STD, "STD.CT", "PublishingSet"), "define-publishing-set", "DD0119"),
    ("sdtm", "publishing set of a guide", put(STD, "STD.IG", "PublishingSet", "SDTM"), "define-publishing-set-surplus", ""),
    ("sdtm", "status", put(STD, "STD.IG", "Status", "final"), "define-standard-status", "DD0141"),
    ("sdtm", "no standard of a dataset", drop(IG, "IG.AE", SOID), "define-dataset-standard", "DD0121"),
    ("sdtm", "both kinds of a dataset", put(IG, "IG.AE", f"{D}IsNonStandard", "Yes"), "define-dataset-standard-both", "DD0120"),
    ("sdtm", "terminology of a dataset", put(IG, "IG.AE", SOID, "STD.CT"), "define-dataset-standard-kind", "DD0122"),
    ("sdtm", "no standard of a codelist", drop(CL, "CL.QNAM", f"{D}IsNonStandard"), "define-codelist-standard", "DD0128"),
    ("sdtm", "both kinds of a codelist", put(CL, "CL.SEX", f"{D}IsNonStandard", "Yes"), "define-codelist-standard-both", "DD0126"),
    ("sdtm", "guide of a codelist", put(CL, "CL.SEX", SOID, "STD.IG"), "define-codelist-standard-kind", "DD0125"),
    ("sdtm", "standard declared twice", both(double(STD, "STD.CT", OID="STD.CT.2"), put(CL, "CL.NY", SOID, "STD.CT.2")), "define-standard-repeated", ""),
    ("sdtm", "no guide", both(remove(STD, "STD.IG"), *(edit for oid in ("TE", "DM", "AE", "QSMM", "SUPPAE") for edit in (drop(IG, f"IG.{oid}", SOID), put(IG, f"IG.{oid}", f"{D}IsNonStandard", "Yes"), put(IG, f"IG.{oid}", f"{D}CommentOID", "COM.AE")))), "define-guide-missing", "DD0150"),
    ("sdtm", "no terminology", both(remove(STD, "STD.CT"), *(edit for oid in ("SEX", "NY", "DOMAIN") for edit in (drop(CL, f"CL.{oid}", SOID), put(CL, f"CL.{oid}", f"{D}IsNonStandard", "Yes")))), "define-terminology-missing", "DD0150"),
    ("sdtm", "tabulations by ADaMIG", both(put(STD, "STD.IG", "Name", "ADaMIG"), put(STD, "STD.IG", "Version", "1.3")), "define-dataset-standard-family", ""),
    ("v20", "DefineVersion in 2.0", put(MDV20, "", f"{D20}DefineVersion", "2.1.0"), "define-version", "DD0020B"),
    ("v20", "name of a guide in 2.0", put(MDV20, "", f"{D20}StandardName", "SDTMIG"), "define-standard-name", "DD0021"),
    ("v20", "version of a guide in 2.0", put(MDV20, "", f"{D20}StandardVersion", "3.5"), "define-standard-version", "DD0022"),
    # Datasets
    ("v20", "class in 2.0", put(IG, "IG.AE", f"{D20}Class", "EVENT"), "define-class", "DD0055"),
    ("v20", "no purpose", drop(IG, "IG.AE", "Purpose"), "define-purpose", "DD0053"),
    ("sdtm", "name of a dataset", both(put(IG, "IG.XE", "Name", "X-EVENT"), put(IG, "IG.XE", "Domain", "X-EVENT")), "define-dataset-name", ""),
    ("sdtm", "another SAS name", put(IG, "IG.XE", SASNAME, "XEVENTS"), "define-sas-dataset-name", "DD0049"),
    ("v20", "SAS name of two datasets", put(IG, "IG.AE", SASNAME, "DM"), "define-duplicate-sas-dataset-name", "DD0051"),
    ("sdtm", "part and whole", both(put(IG, "IG.XE", "Name", "QS"), put(IG, "IG.XE", SASNAME, "QS"), put(IG, "IG.XE", "Domain", "QS")), "define-split-and-unsplit", "DD0115"),
    ("sdtm", "no data, no comment", both(drop(IG, "IG.XE", f"{D}CommentOID"), remove(COM, "COM.XE")), "define-dataset-no-data-comment", "DD0133"),
    ("sdtm", "empty structure", put(IG, "IG.AE", f"{D}Structure", " "), "define-structure-missing", ""),
    ("sdtm", "of no standard, no comment", both(drop(IG, "IG.QSMM", SOID), put(IG, "IG.QSMM", f"{D}IsNonStandard", "Yes")), "define-non-standard-comment", ""),
    ("sdtm", "no Domain", drop(IG, "IG.AE", "Domain"), "define-domain-missing", "DD0045"),
    ("adam", "Domain of an analysis", put(IG, "IG.ADLB", "Domain", "LB"), "define-domain-surplus", "DD0046"),
    ("sdtm", "no SAS name", drop(IG, "IG.AE", SASNAME), "define-sas-dataset-name-missing", "DD0047"),
    ("sdtm", "another domain", put(IG, "IG.AE", "Domain", "AF"), "define-dataset-domain", "DD0049"),
    ("sdtm", "another domain of a part", put(IG, "IG.QSMM", "Domain", "QZ"), "define-split-dataset-domain", "DD0050"),
    ("sdtm", "part of no observations", put(f"{D}Class", "FINDINGS", "Name", "SPECIAL PURPOSE"), "define-split-dataset-class", "DD0114"),
    ("sdtm", "part without description", remove(f"{O}Alias", "", IG, "IG.QSMM"), "define-domain-description-missing", "DD0063"),
    ("sdtm", "Alias of another context", put(f"{O}Alias", "Questionnaires", "Context", "Domain"), "define-dataset-alias", "DD0064"),
    ("sdtm", "no class", remove(f"{D}Class", "EVENTS"), "define-class-missing", "DD0054"),
    ("adam", "subclass of another class", put(f"{D}SubClass", "", "Name", "TIME-TO-EVENT"), "define-subclass", "DD0140"),
    ("sdtm", "purpose", put(IG, "IG.AE", "Purpose", "Analysis"), "define-purpose", "DD0053"),
    ("sdtm", "DM repeats", put(IG, "IG.DM", "Repeating", "Yes"), "define-repeating", "DD0135"),
    ("sdtm", "subjects as reference data", put(IG, "IG.DM", "IsReferenceData", "Yes"), "define-reference-data", "DD0135"),
    ("sdtm", "trial design as subjects' data", put(IG, "IG.TE", "IsReferenceData", "No"), "define-reference-data", "DD0135"),
    ("sdtm", "no label", remove(f"{O}Description", "", IG, "IG.AE"), "define-dataset-label-missing", "DD0057"),
    ("sdtm", "long label", text(IG, "IG.AE", "Adverse Events, " * 3), "define-dataset-label-long", "DD0136"),
    ("sdtm", "another label", text(IG, "IG.AE", "Adverse Event"), "define-dataset-label", "DD0136"),
    ("sdtm", "no file", drop(IG, "IG.AE", f"{D}ArchiveLocationID"), "define-dataset-file-missing", "DD0056"),
    ("sdtm", "file of another dataset", put(IG, "IG.AE", f"{D}ArchiveLocationID", "LF.DM"), "define-dataset-leaf", "DD0018"),
    ("sdtm", "file of another name", put(LEAF, "LF.AE", HREF, "adverse.xpt"), "define-dataset-file-name", "DD0052"),
    ("sdtm", "no data without a reason", put(IG, "IG.AE", f"{D}HasNoData", "Yes"), "define-dataset-no-data-file", ""),
    # Documents
    ("sdtm", "path of one machine", put(LEAF, "LF.csdrg", HREF, "C:\\docs\\csdrg.pdf"), "define-document-path", ""),
    ("sdtm", "path elsewhere", put(LEAF, "LF.csdrg", HREF, "/docs/csdrg.pdf"), "define-document-path", ""),
    ("sdtm", "no path", put(LEAF, "LF.csdrg", HREF, " "), "define-document-path-missing", ""),
    ("sdtm", "empty title", title("LF.csdrg", " "), "define-document-title", ""),
    ("sdtm", "no stylesheet", no_stylesheet, "define-stylesheet", "DD0085"),
    ("sdtm", "pages backwards", put(f"{D}PDFPageRef", "", "LastPage", "1"), "define-pages", "DD0037"),
    ("sdtm", "name of the annotated CRF", put(LEAF, "LF.acrf", HREF, "forms.pdf"), "define-annotated-crf-name", "DD0102"),
    ("sdtm", "no page", drop(f"{D}PDFPageRef", "", "PageRefs"), "define-pages-missing", "DD0035"),
    ("sdtm", "page in words", put(f"{D}PDFPageRef", "", "PageRefs", "three"), "define-pages", "DD0037"),
    # Analysis results
    ("adam", "no ParameterOID", drop(AR, "AR.1.1", "ParameterOID"), "define-result-parameter-missing", "DD0092"),
    ("adam", "ParameterOID of no parameter", put(AR, "AR.2.1", "ParameterOID", "IT.ADAE.AETERM"), "define-result-parameter", "DD0093"),
    ("adam", "joined without a word", drop(f"{A}AnalysisDatasets", "", f"{D}CommentOID"), "define-result-join-comment", "DD0094"),
    ("adam", "no analysis variable", remove(f"{A}AnalysisVariable", "IT.ADAE.USUBJID"), "define-result-variables-missing", "DD0096"),
    ("adam", "variable of another dataset", put(f"{A}AnalysisVariable", "IT.ADAE.USUBJID", "ItemOID", "IT.ADSL.SAFFL"), "define-result-variable", "DD0097"),
    ("adam", "records by another dataset", put(f"{O}RangeCheck", "", f"{D}ItemOID", "IT.ADAE.AETERM"), "define-result-where-clause", ""),
    ("adam", "program of no software", drop(f"{A}ProgrammingCode", "", "Context"), "define-result-code-context", "DD0098"),
    ("adam", "reason of one's own", put(AR, "AR.1.1", "AnalysisReason", "SPECIFIED IN THE SAP"), "define-result-reason", "DD0099"),
    ("adam", "purpose of one's own", put(AR, "AR.1.1", "AnalysisPurpose", "SAFETY"), "define-result-purpose", "DD0100"),
    ("adam", "no documentation", remove(f"{A}Documentation", "", AR, "AR.2.1"), "define-result-undocumented", "DD0117"),
    ("adam", "description without words", text(RD, "RD.1", " "), "define-result-description", "DD0090"),
    ("adam", "of no analysis datasets", results_of_tabulations, "define-results-not-adam", "DD0087"),
    # Languages and vocabulary
    ("sdtm", "two labels", double(f"{O}Description"), "define-xml-element-repeated", "DD0009"),
    ("sdtm", "element of ODM", add(IT, "IT.AE.AESER", f"{O}ExternalQuestion", 1), "define-element-of-odm", "DD0011"),
    ("sdtm", "attribute of ODM", put(IT, "IT.AE.AESER", "SDSVarName", "AESER"), "define-attribute-of-odm", "DD0010"),
    ("sdtm", "language twice", double(f"{O}TranslatedText"), "define-language-twice", "DD0062"),
)  # fmt: skip


#: What follows of a change and is told too, by checks of variables, codelists and terminology.
RELATED: dict[str, set[str]] = {
    "no Name": {"define-variable-name"},
    "no Decode": {"define-decode-missing"},
    "version of a terminology": {"define-terminology-unavailable"},
    "no publishing set": {"define-terminology-unavailable"},
    "both kinds of a codelist": {"define-non-standard-codelist-code"},
    "no terminology": {"define-non-standard-codelist-code"},
    "purpose": {"define-origin-unusual"},
    "of no analysis datasets": {"define-origin-unusual", "define-studyid-origin"},
}


def findings(root: etree._Element) -> Counter[tuple[str, str]]:
    """Rules and published identifiers that are found, with their numbers."""
    content = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    return Counter((finding.rule, " ".join(finding.published)) for finding in check_define(content))


def base(name: str) -> etree._Element:
    return etree.parse(DATA / f"{name}.xml").getroot()


@pytest.fixture(scope="module")
def usual() -> dict[str, Counter[tuple[str, str]]]:
    return {name: findings(base(name)) for name in ("sdtm", "adam", "v20")}


@pytest.mark.parametrize(
    ("name", "what", "change", "rule", "published"),
    FAULTS,
    ids=[f"{name}: {what}" for name, what, *_ in FAULTS],
)
def test_one_change_is_found_by_its_check_and_by_no_other(
    name: str,
    what: str,
    change: Change,
    rule: str,
    published: str,
    usual: dict[str, Counter[tuple[str, str]]],
) -> None:
    root = base(name)
    change(root)
    found = findings(root) - usual[name]
    told = {item: count for item, count in found.items() if item[0] not in RELATED.get(what, ())}
    assert {item for item, _ in told} == {rule}
    assert all(published in ids for _, ids in told)
    if rule.startswith("define-xml-"):
        assert sum(told.values()) == 1


@pytest.mark.parametrize("name", ["sdtm", "adam", "v20"])
def test_the_files_that_are_changed_have_no_error(name: str) -> None:
    graver = [
        item
        for item in check_define(DATA / f"{name}.xml")
        if item.severity in (Severity.REJECT, Severity.ERROR)
    ]
    assert graver == []


def test_every_rule_of_these_modules_has_a_fault() -> None:
    modules = (
        *(datasets, documents, identifiers, languages, references, results, schema, standards),
        vocabulary,
    )
    rules = {
        item.name for module in modules for item in vars(module).values() if isinstance(item, Rule)
    }
    # Of the file as a whole and of the files beside it: test_schema.py and test_documents.py.
    elsewhere = {
        *("define-xml-declaration", "define-xml-encoding", "define-xml-root"),
        *("define-xml-namespace", "define-xml-version", "define-xml-schema"),
        *("define-file-absent", "define-annotated-crf-absent", "define-apart-from-package"),
    }
    assert rules - elsewhere == {rule for *_, rule, _ in FAULTS}
