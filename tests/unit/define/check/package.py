"""A small package by hand: a define.xml 2.1 with value level, and its datasets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd

from converters import columns
from converters.dataset import Dataset, Metadata, Variable
from converters.formats import write_dataset

CREATED = datetime(2020, 1, 1)

#: Dataset: label, keys, and its variables as name, label, data type, length (Num: None).
Rows = tuple[tuple[str, str, str, int | None], ...]
DATASETS: dict[str, tuple[str, tuple[str, ...], Rows]] = {
    "DM": (
        "Demographics",
        ("USUBJID",),
        (
            ("STUDYID", "Study Identifier", "text", 2),
            ("USUBJID", "Unique Subject Identifier", "text", 4),
            ("AGE", "Age", "integer", None),
            ("SEX", "Sex", "text", 1),
            ("RFSTDTC", "Subject Reference Start Date/Time", "date", 10),
            ("WEIGHT", "Weight", "float", None),
            ("TRTSDT", "Date of First Exposure", "integer", None),
        ),
    ),
    "LB": (
        "Laboratory Test Results",
        ("USUBJID", "LBSEQ"),
        (
            ("STUDYID", "Study Identifier", "text", 2),
            ("USUBJID", "Unique Subject Identifier", "text", 4),
            ("LBSEQ", "Sequence Number", "integer", None),
            ("LBTESTCD", "Lab Test or Examination Short Name", "text", 5),
            ("LBORRES", "Result or Finding in Original Units", "text", 4),
            ("LBSTRESN", "Numeric Result/Finding in Standard Units", "float", None),
            ("LBSTNRC", "Reference Range for Char Rslt-Std Units", "text", 1),
            ("LBDTC", "Date/Time of Specimen Collection", "partialDatetime", 16),
            ("LBDUR", "Duration", "durationDatetime", 4),
            ("LBGRADE", "Grade", "integer", None),
            ("LBDECOD", "Dictionary-Derived Term", "text", 8),
        ),
    ),
    "SUPPLB": (
        "Supplemental Qualifiers for LB",
        ("USUBJID", "IDVAR", "IDVARVAL", "QNAM"),
        (
            ("RDOMAIN", "Related Domain Abbreviation", "text", 2),
            ("USUBJID", "Unique Subject Identifier", "text", 4),
            ("IDVAR", "Identifying Variable", "text", 5),
            ("IDVARVAL", "Identifying Variable Value", "text", 1),
            ("QNAM", "Qualifier Variable Name", "text", 5),
            ("QVAL", "Data Value", "text", 3),
        ),
    ),
}
VALUES: dict[str, dict[str, list[str | None] | list[float]]] = {
    "DM": {
        "STUDYID": ["S1", "S1"],
        "USUBJID": ["S1-1", "S1-2"],
        "AGE": [40.0, 50.0],
        "SEX": ["F", "M"],
        "RFSTDTC": ["2020-01-01", "2020-01-02"],
        "WEIGHT": [60.5, 70.0],
        "TRTSDT": [21915.0, 21916.0],
    },
    "LB": {
        "STUDYID": ["S1", "S1", "S1"],
        "USUBJID": ["S1-1", "S1-1", "S1-2"],
        "LBSEQ": [1.0, 2.0, 1.0],
        "LBTESTCD": ["ALT", "COLOR", "ALT"],
        "LBORRES": ["12.5", "RED", "7"],
        "LBSTRESN": [12.5, float("nan"), 7.0],
        "LBSTNRC": [None, None, None],
        "LBDTC": ["2020-01-01T08:00", "2020-01", "2020-01-02"],
        "LBDUR": ["PT1H", None, "P1D"],
        "LBGRADE": [1.0, 2.0, float("nan")],
        "LBDECOD": ["Anything", None, None],
    },
    "SUPPLB": {
        "RDOMAIN": ["LB", "LB"],
        "USUBJID": ["S1-1", "S1-2"],
        "IDVAR": ["LBSEQ", "LBSEQ"],
        "IDVARVAL": ["1", "1"],
        "QNAM": ["LBHEM", "LBHEM"],
        "QVAL": ["YES", "NO"],
    },
}
_CODELISTS = {"SEX": "SEX", "LBGRADE": "GRADE", "LBDECOD": "MEDDRA"}
_LEVELS = {"LBORRES", "LBSTRESN", "QVAL"}
_FORMATS = {"TRTSDT": "DATE9."}
_MANDATORY = {"STUDYID", "USUBJID", "LBSEQ", "LBTESTCD"}

_LEVEL = """
<def:ValueListDef OID="VL.LB.LBORRES">
 <ItemRef ItemOID="IT.LB.LBORRES.ALT" OrderNumber="1" Mandatory="Yes">
  <def:WhereClauseRef WhereClauseOID="WC.ALT"/></ItemRef>
 <ItemRef ItemOID="IT.LB.LBORRES.COLOR" OrderNumber="2" Mandatory="No">
  <def:WhereClauseRef WhereClauseOID="WC.COLOR"/></ItemRef>
</def:ValueListDef>
<def:ValueListDef OID="VL.LB.LBSTRESN">
 <ItemRef ItemOID="IT.LB.LBSTRESN.F" OrderNumber="1" Mandatory="No">
  <def:WhereClauseRef WhereClauseOID="WC.ALT.F"/></ItemRef>
 <ItemRef ItemOID="IT.LB.LBSTRESN.M" OrderNumber="2" Mandatory="No">
  <def:WhereClauseRef WhereClauseOID="WC.ALT.M"/></ItemRef>
</def:ValueListDef>
<def:ValueListDef OID="VL.SUPPLB.QVAL">
 <ItemRef ItemOID="IT.SUPPLB.QVAL.LBHEM" OrderNumber="1" Mandatory="Yes">
  <def:WhereClauseRef WhereClauseOID="WC.LBHEM"/></ItemRef>
</def:ValueListDef>
<def:WhereClauseDef OID="WC.ALT">
 <RangeCheck Comparator="EQ" SoftHard="Soft" def:ItemOID="IT.LB.LBTESTCD">
  <CheckValue>ALT</CheckValue></RangeCheck>
</def:WhereClauseDef>
<def:WhereClauseDef OID="WC.COLOR">
 <RangeCheck Comparator="IN" SoftHard="Soft" def:ItemOID="IT.LB.LBTESTCD">
  <CheckValue>COLOR</CheckValue><CheckValue>SHADE</CheckValue></RangeCheck>
</def:WhereClauseDef>
<def:WhereClauseDef OID="WC.ALT.F">
 <RangeCheck Comparator="EQ" SoftHard="Soft" def:ItemOID="IT.LB.LBTESTCD">
  <CheckValue>ALT</CheckValue></RangeCheck>
 <RangeCheck Comparator="EQ" SoftHard="Soft" def:ItemOID="IT.DM.SEX">
  <CheckValue>F</CheckValue></RangeCheck>
</def:WhereClauseDef>
<def:WhereClauseDef OID="WC.ALT.M">
 <RangeCheck Comparator="EQ" SoftHard="Soft" def:ItemOID="IT.LB.LBTESTCD">
  <CheckValue>ALT</CheckValue></RangeCheck>
 <RangeCheck Comparator="NE" SoftHard="Soft" def:ItemOID="IT.DM.SEX">
  <CheckValue>F</CheckValue></RangeCheck>
</def:WhereClauseDef>
<def:WhereClauseDef OID="WC.LBHEM">
 <RangeCheck Comparator="EQ" SoftHard="Soft" def:ItemOID="IT.SUPPLB.QNAM">
  <CheckValue>LBHEM</CheckValue></RangeCheck>
</def:WhereClauseDef>
"""
_LEVEL_ITEMS = """
<ItemDef OID="IT.LB.LBORRES.ALT" Name="LBORRES" DataType="float" Length="4" SignificantDigits="1"/>
<ItemDef OID="IT.LB.LBORRES.COLOR" Name="LBORRES" DataType="text" Length="3">
 <CodeListRef CodeListOID="CL.COLOR"/></ItemDef>
<ItemDef OID="IT.LB.LBSTRESN.F" Name="LBSTRESN" DataType="float" Length="4" SignificantDigits="1"/>
<ItemDef OID="IT.LB.LBSTRESN.M" Name="LBSTRESN" DataType="integer" Length="4"/>
<ItemDef OID="IT.SUPPLB.QVAL.LBHEM" Name="QVAL" DataType="text" Length="3"/>
"""
_LISTS = """
<CodeList OID="CL.SEX" Name="Sex" DataType="text">
 <CodeListItem CodedValue="F"><Decode><TranslatedText>Female</TranslatedText></Decode>
 </CodeListItem>
 <CodeListItem CodedValue="M"><Decode><TranslatedText>Male</TranslatedText></Decode>
 </CodeListItem>
</CodeList>
<CodeList OID="CL.GRADE" Name="Grade" DataType="integer">
 <EnumeratedItem CodedValue="1"/><EnumeratedItem CodedValue="2.0"/>
</CodeList>
<CodeList OID="CL.COLOR" Name="Color" DataType="text"><EnumeratedItem CodedValue="RED"/></CodeList>
<CodeList OID="CL.MEDDRA" Name="MedDRA" DataType="text">
 <ExternalCodeList Dictionary="MedDRA" Version="27.0"/></CodeList>
"""


def define_xml(version: str = "2.1") -> str:
    """The define.xml of the package."""
    groups = "".join(_group(name) for name in DATASETS)
    groups += (
        '<ItemGroupDef OID="IG.CE" Name="CE" SASDatasetName="CE" def:HasNoData="Yes"'
        ' Repeating="Yes" Purpose="Tabulation"><Description><TranslatedText>Clinical Events'
        "</TranslatedText></Description></ItemGroupDef>\n"
    )
    items = "".join(_items(name) for name in DATASETS)
    body = f"{_LEVEL}{groups}{items}{_LEVEL_ITEMS}{_LISTS}"
    return (
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' xmlns:def="http://www.cdisc.org/ns/def/v{version}" FileOID="F" FileType="Snapshot">\n'
        '<Study OID="ST.S1">'
        f'<MetaDataVersion OID="MDV.S1" Name="S1">{body}</MetaDataVersion></Study></ODM>\n'
    )


def _group(name: str) -> str:
    label, keys, variables = DATASETS[name]
    refs = ""
    for number, (variable, *_) in enumerate(variables, start=1):
        key = f' KeySequence="{keys.index(variable) + 1}"' if variable in keys else ""
        no_data = ' def:HasNoData="Yes"' if variable == "LBSTNRC" else ""
        mandatory = "Yes" if variable in _MANDATORY else "No"
        refs += (
            f' <ItemRef ItemOID="IT.{name}.{variable}" OrderNumber="{number}"'
            f' Mandatory="{mandatory}"{key}{no_data}/>\n'
        )
    return (
        f'<ItemGroupDef OID="IG.{name}" Name="{name}" SASDatasetName="{name}" Repeating="Yes"'
        f' Purpose="Tabulation" def:ArchiveLocationID="LF.{name}">\n'
        f" <Description><TranslatedText>{label}</TranslatedText></Description>\n{refs}"
        f' <def:leaf ID="LF.{name}" xlink:href="{name.lower()}.xpt">'
        f"<def:title>{name.lower()}.xpt</def:title></def:leaf>\n</ItemGroupDef>\n"
    )


def _items(name: str) -> str:
    made = ""
    for variable, label, data_type, length in DATASETS[name][2]:
        size = f' Length="{length or 8}"' if data_type in ("text", "integer", "float") else ""
        size += ' SignificantDigits="1"' if data_type == "float" else ""
        shown = f' def:DisplayFormat="{_FORMATS[variable]}"' if variable in _FORMATS else ""
        below = f"<Description><TranslatedText>{label}</TranslatedText></Description>"
        if variable in _CODELISTS:
            below += f'<CodeListRef CodeListOID="CL.{_CODELISTS[variable]}"/>'
        if variable in _LEVELS:
            below += f'<def:ValueListRef ValueListOID="VL.{name}.{variable}"/>'
        made += (
            f'<ItemDef OID="IT.{name}.{variable}" Name="{variable}"'
            f' DataType="{data_type}"{size}{shown}>{below}</ItemDef>\n'
        )
    return made


def datasets() -> dict[str, Dataset]:
    """The datasets of the package."""
    return {name: _dataset(name) for name in DATASETS}


def _dataset(name: str) -> Dataset:
    label, keys, rows = DATASETS[name]
    variables = tuple(
        Variable(
            variable,
            title,
            "Num" if length is None else "Char",
            "text" if length is not None else "float" if data_type == "float" else "integer",
            length or 8,
            format=_FORMATS.get(variable, ""),
        )
        for variable, title, data_type, length in rows
    )
    frame = pd.DataFrame({key: column(values) for key, values in VALUES[name].items()})
    return Dataset(Metadata(name, label, "", "", keys, variables), frame)


def column(values: list[str | None] | list[float]) -> pd.Series:
    """A column of a frame; no text at all is a column of texts."""
    if any(isinstance(value, float) for value in values):
        return pd.Series(values, dtype="float64")
    return columns.text(values)  # type: ignore[arg-type]


def write(folder: Path, made: dict[str, Dataset], extension: str = "xpt") -> None:
    """The files of the datasets."""
    for name, dataset in made.items():
        write_dataset(dataset, folder / f"{name.lower()}.{extension}", created=CREATED)
