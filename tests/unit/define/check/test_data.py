"""A define.xml against its datasets: one fault at a time, found by its rule and by no other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from converters.dataset import Dataset, Variable
from converters.define.check.data import check_data
from converters.define.index import index
from converters.define.read import read_define
from converters.errors import InputError
from converters.findings import Finding, Severity
from tests.unit.define.check import package

Datasets = dict[str, Dataset]
SHARED = Path(__file__).parents[5] / "shared" / "data"


def found(folder: Path, xml: str) -> list[Finding]:
    return list(check_data(index(read_define(xml.encode())), folder))


def edited(xml: str, *edits: tuple[str, str]) -> str:
    for old, new in edits:
        assert xml.count(old) >= 1, f"nothing to edit: {old}"
        xml = xml.replace(old, new)
    return xml


def values(dataset: str, **columns: list[str | None] | list[float]) -> Callable[[Datasets], None]:
    """Other values in the data."""

    def change(made: Datasets) -> None:
        for name, new in columns.items():
            assert len(new) == len(made[dataset].frame)
            made[dataset].frame[name] = package.column(new)

    return change


def variable(dataset: str, name: str, **changes: object) -> Callable[[Datasets], None]:
    """Other metadata of a variable in the data."""

    def change(made: Datasets) -> None:
        metadata = made[dataset].metadata
        variables = tuple(
            replace(item, **changes) if item.name == name else item  # type: ignore[arg-type]
            for item in metadata.variables
        )
        made[dataset] = replace(made[dataset], metadata=replace(metadata, variables=variables))

    return change


def columns_of(dataset: str, *names: str) -> Callable[[Datasets], None]:
    """The data have these variables only, in this order."""

    def change(made: Datasets) -> None:
        held = made[dataset]
        variables = tuple(held.metadata.variable(name) for name in names)
        made[dataset] = Dataset(replace(held.metadata, variables=variables), held.frame[[*names]])

    return change


def added(made: Datasets) -> None:
    """A variable that define.xml does not have."""
    held = made["DM"]
    extra = Variable("RACE", "Race", "Char", "text", 5)
    variables = (*held.metadata.variables, extra)
    frame = held.frame.assign(RACE=package.column(["ASIAN", "WHITE"]))
    made["DM"] = Dataset(replace(held.metadata, variables=variables), frame)


def labelled(made: Datasets) -> None:
    made["DM"] = replace(made["DM"], metadata=replace(made["DM"].metadata, label="Demography"))


def renamed(made: Datasets) -> None:
    made["DM"] = replace(made["DM"], metadata=replace(made["DM"].metadata, name="DEMOG"))


def emptied(made: Datasets) -> None:
    made["SUPPLB"] = replace(made["SUPPLB"], frame=made["SUPPLB"].frame.iloc[:0])


def turned(made: Datasets) -> None:
    frame = made["DM"].frame.iloc[::-1].reset_index(drop=True)
    made["DM"] = replace(made["DM"], frame=frame)


def without(name: str) -> Callable[[Datasets], None]:
    return lambda made: made.pop(name) and None


def another(made: Datasets) -> None:
    made["VS"] = replace(made["DM"], metadata=replace(made["DM"].metadata, name="VS"))


class Fault(NamedTuple):
    """What is wrong, the edits that make it so, and the rule that finds it."""

    name: str
    rule: str
    data: Callable[[Datasets], None] | None = None
    edits: tuple[tuple[str, str], ...] = ()
    dataset: str = ""
    variable: str = ""
    count: int = 1
    words: str = ""
    extension: str = "xpt"


DM = ("STUDYID", "USUBJID", "AGE", "SEX", "RFSTDTC", "WEIGHT", "TRTSDT")
FAULTS = [
    Fault(
        "a dataset is not in the folder",
        "dataset-missing",
        without("SUPPLB"),
        dataset="SUPPLB",
        words="no file of dataset SUPPLB",
    ),
    Fault("a dataset is not in define.xml", "dataset-undefined", another, dataset="VS"),
    Fault(
        "the leaf names another file",
        "file-name",
        edits=(('xlink:href="dm.xpt"', 'xlink:href="demog.xpt"'),),
        dataset="DM",
        words="under another name",
    ),
    Fault(
        "the leaf names the file in other letters",
        "file-name",
        edits=(('xlink:href="dm.xpt"', 'xlink:href="DM.xpt"'),),
        dataset="DM",
        words="in other letters",
    ),
    Fault("a transport file holds another name", "dataset-name", renamed, dataset="DM"),
    Fault(
        "the label of a dataset differs",
        "dataset-label",
        labelled,
        dataset="DM",
        words="'Demography'",
    ),
    Fault(
        "a dataset of no data has records",
        "dataset-has-records",
        edits=(('OID="IG.DM"', 'OID="IG.DM" def:HasNoData="Yes"'),),
        dataset="DM",
        count=2,
    ),
    Fault("a dataset without records is not said to be so", "dataset-empty", emptied),
    Fault(
        "a variable is not in the data",
        "variable-missing",
        columns_of("DM", *(name for name in DM if name != "AGE")),
        dataset="DM",
        variable="AGE",
    ),
    Fault("a variable is not in define.xml", "variable-undefined", added, variable="RACE"),
    Fault(
        "variables stand in another order",
        "variable-order",
        columns_of("DM", "STUDYID", "USUBJID", "SEX", "AGE", "RFSTDTC", "WEIGHT", "TRTSDT"),
        words="after USUBJID comes SEX, in define.xml AGE",
    ),
    Fault(
        "OrderNumber and not the place in the file is the order",
        "variable-order",
        edits=(
            ('ItemOID="IT.DM.AGE" OrderNumber="3"', 'ItemOID="IT.DM.AGE" OrderNumber="4"'),
            ('ItemOID="IT.DM.SEX" OrderNumber="4"', 'ItemOID="IT.DM.SEX" OrderNumber="3"'),
        ),
        dataset="DM",
    ),
    Fault(
        "the label of a variable differs",
        "variable-label",
        variable("DM", "SEX", label="Gender"),
        variable="SEX",
        words="'Gender'",
    ),
    Fault(
        "a variable of the data has no label",
        "variable-label",
        variable("DM", "SEX", label=""),
        variable="SEX",
        words="have no label",
    ),
    Fault(
        "a number is text in the data",
        "variable-type",
        edits=(('Name="LBDECOD" DataType="text"', 'Name="LBDECOD" DataType="integer"'),),
        variable="LBDECOD",
        words="Char",
    ),
    Fault(
        "a text is a number in the data",
        "variable-type",
        edits=(('Name="AGE" DataType="integer"', 'Name="AGE" DataType="text"'),),
        variable="AGE",
        words="Num",
    ),
    Fault(
        "the file declares another length",
        "file-length",
        variable("DM", "SEX", length=3),
        variable="SEX",
    ),
    Fault(
        "the file has another format",
        "display-format",
        variable("DM", "TRTSDT", format="E8601DA10."),
        variable="TRTSDT",
    ),
    Fault(
        "define.xml lacks the format that makes a date of a number",
        "display-format",
        edits=((' def:DisplayFormat="DATE9."', ""),),
        variable="TRTSDT",
    ),
    Fault(
        "a variable of no data has values",
        "variable-has-values",
        values("LB", LBSTNRC=["N", None, "N"]),
        variable="LBSTNRC",
        count=2,
    ),
    Fault(
        "a variable without values is not said to be so",
        "variable-empty",
        values("LB", LBDUR=[None, None, None]),
        variable="LBDUR",
    ),
    Fault(
        "a number is not whole",
        "value-type",
        values("DM", AGE=[40.5, 50.0]),
        variable="AGE",
        words="40.5: no whole number",
    ),
    Fault(
        "a date is not in the calendar",
        "value-type",
        values("DM", RFSTDTC=["2020-02-30", "2020-01-02"]),
        variable="RFSTDTC",
        words="'2020-02-30'",
    ),
    Fault(
        "a date is a word",
        "value-type",
        values("LB", LBDTC=["unknown", "2020-01", "unknown"]),
        variable="LBDTC",
        count=2,
    ),
    Fault(
        "a duration is a date",
        "value-type",
        values("LB", LBDUR=["2020", None, "P1D"]),
        variable="LBDUR",
    ),
    Fault(
        "a date is partial where the type is complete",
        "date-precision",
        values("DM", RFSTDTC=["2020-01", "2020-01-02"]),
        variable="RFSTDTC",
        words="'2020-01'",
    ),
    Fault(
        "a gap is no part left out at the end",
        "date-precision",
        values("LB", LBDTC=["2020---15", "2020-01", "2020-01-02"]),
        variable="LBDTC",
    ),
    Fault(
        "a text is longer than Length",
        "length",
        edits=(
            (
                'Name="LBTESTCD" DataType="text" Length="5"',
                'Name="LBTESTCD" DataType="text" Length="4"',
            ),
        ),
        variable="LBTESTCD",
        words="'COLOR' has 5 characters",
        extension="parquet",
    ),
    Fault(
        "a number has more digits than Length",
        "length",
        edits=(
            (
                'Name="AGE" DataType="integer" Length="8"',
                'Name="AGE" DataType="integer" Length="1"',
            ),
        ),
        variable="AGE",
        count=2,
        words="2 digits",
    ),
    Fault(
        "a number has more decimals than SignificantDigits",
        "digits",
        values("DM", WEIGHT=[60.55, 70.0]),
        variable="WEIGHT",
        words="60.55",
    ),
    Fault(
        "a value is not in the codelist",
        "codelist",
        values("DM", SEX=["F", "m"]),
        variable="SEX",
        words="did you mean 'M'?",
    ),
    Fault(
        "a number is not in a codelist of numbers",
        "codelist",
        values("LB", LBGRADE=[1.0, 3.0, 3.0]),
        variable="LBGRADE",
        count=2,
    ),
    Fault(
        "a mandatory variable lacks a value",
        "mandatory",
        values("SUPPLB", RDOMAIN=["LB", None]),
        (
            (
                'ItemOID="IT.SUPPLB.RDOMAIN" OrderNumber="1" Mandatory="No"',
                'ItemOID="IT.SUPPLB.RDOMAIN" OrderNumber="1" Mandatory="Yes"',
            ),
        ),
        variable="RDOMAIN",
    ),
    Fault(
        "records share their keys",
        "keys-not-unique",
        values("LB", LBSEQ=[1.0, 1.0, 1.0]),
        dataset="LB",
        count=2,
    ),
    Fault("records are not sorted by their keys", "sort-order", turned, dataset="DM"),
    Fault(
        "a result is no number by its value level",
        "value-level-value-type",
        values("LB", LBORRES=["<5", "RED", "7"]),
        variable="LBORRES",
        words="where LBTESTCD = 'ALT'",
    ),
    Fault(
        "a number is not whole by its value level in another dataset's records",
        "value-level-value-type",
        values("LB", LBSTRESN=[12.5, float("nan"), 7.5]),
        variable="LBSTRESN",
        words="SEX not 'F'",
    ),
    Fault(
        "a result is longer than its value level says",
        "value-level-length",
        edits=(
            (
                'Name="QVAL" DataType="text" Length="3"/>',
                'Name="QVAL" DataType="text" Length="2"/>',
            ),
        ),
        variable="QVAL",
        words="'YES'",
    ),
    Fault(
        "a result has more decimals than its value level says",
        "value-level-digits",
        values("LB", LBORRES=["1.25", "RED", "7"]),
        variable="LBORRES",
    ),
    Fault(
        "a result is not in the codelist of its value level",
        "value-level-codelist",
        values("LB", LBORRES=["12.5", "TAN", "7"]),
        variable="LBORRES",
        words="'TAN'",
    ),
    Fault(
        "a result is mandatory by its value level",
        "value-level-mandatory",
        values("LB", LBORRES=["12.5", "RED", None]),
        variable="LBORRES",
    ),
    Fault(
        "no record meets a where-clause",
        "where-clause-unmet",
        values("LB", LBORRES=["12.5", None, "7"], LBTESTCD=["ALT", "HEM", "ALT"]),
        variable="LBORRES",
        words="LBTESTCD in 'COLOR', 'SHADE'",
    ),
    Fault(
        "no where-clause covers a record",
        "value-level-uncovered",
        edits=(
            ("<CheckValue>F</CheckValue>", "<CheckValue>M</CheckValue>"),
            (
                'Comparator="NE" SoftHard="Soft" def:ItemOID="IT.DM.SEX"',
                'Comparator="EQ" SoftHard="Soft" def:ItemOID="IT.DM.SEX"',
            ),
        ),
        variable="LBSTRESN",
        words="SEX 'F'",
    ),
    Fault(
        "a qualifier has no value level",
        "qnam-undefined",
        values("SUPPLB", QNAM=["LBHEM", "LBHAM"]),
        variable="QVAL",
        words="'LBHAM'",
    ),
    Fault(
        "a where-clause compares with an unknown comparator",
        "where-clause-open",
        edits=(('Comparator="IN"', 'Comparator="LIKE"'),),
        variable="LBORRES",
    ),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "data"
    place.mkdir()
    return place


@pytest.mark.parametrize("fault", [pytest.param(item, id=item.name) for item in FAULTS])
def test_a_fault_is_found_by_its_rule_and_by_no_other(fault: Fault, folder: Path) -> None:
    made = package.datasets()
    if fault.data:
        fault.data(made)
    package.write(folder, made, fault.extension)
    findings = found(folder, edited(package.define_xml(), *fault.edits))
    assert [item.rule for item in findings] == [f"define-data-{fault.rule}"], findings
    (finding,) = findings
    assert fault.dataset in ("", finding.dataset)
    assert fault.variable in ("", finding.variable)
    assert finding.count == fault.count
    assert fault.words in finding.message


@pytest.mark.parametrize("extension", ["xpt", "json", "ndjson", "dsjc", "parquet"])
def test_a_package_without_fault_gives_no_finding_in_any_format(
    extension: str, folder: Path
) -> None:
    package.write(folder, package.datasets(), extension)
    assert found(folder, package.define_xml()) == []


def test_every_severity_and_published_number_is_as_documented(folder: Path) -> None:
    page = (Path(__file__).parents[4] / "docs" / "reference" / "findings.md").read_text("utf-8")
    for fault in FAULTS:
        assert f"| `define-data-{fault.rule}` |" in page, fault.rule
    made = package.datasets()
    values("DM", SEX=["F", "X"])(made)
    package.write(folder, made)
    (finding,) = found(folder, package.define_xml())
    assert (finding.severity, finding.published) == (Severity.ERROR, ("SD0037",))
    assert "| `define-data-codelist` | Error |" in page
    assert (finding.file, finding.row, finding.value) == ("dm.xpt", 2, "X")
    assert finding.keys == {"OID": "IT.DM.SEX"}
    assert finding.message.startswith("line ")


def test_of_several_formats_the_one_of_the_leaf_is_checked_and_told(folder: Path) -> None:
    made = package.datasets()
    package.write(folder, made, "parquet")
    package.write(folder, {"DM": made["DM"]}, "json")
    values("DM", SEX=["F", "X"])(made)
    package.write(folder, {"DM": made["DM"]}, "xpt")
    told = [(f.rule, f.dataset, f.file) for f in found(folder, package.define_xml())]
    assert told == [
        ("define-data-several-formats", "DM", None),
        ("define-data-codelist", "DM", "dm.xpt"),
    ]
    xml = edited(package.define_xml(), ('xlink:href="dm.xpt"', 'xlink:href="dm.parquet"'))
    (only,) = found(folder, xml)
    assert only.message.endswith(
        "dm.parquet is checked; dm.xpt, dm.json of the same dataset is not"
    )


def test_the_case_of_file_names_does_not_hide_a_dataset(folder: Path) -> None:
    package.write(folder, package.datasets(), "parquet")
    (folder / "dm.parquet").rename(folder / "DM.PARQUET")
    assert found(folder, package.define_xml()) == []


def test_json_that_is_no_dataset_is_passed_over(folder: Path) -> None:
    package.write(folder, package.datasets())
    (folder / "manifest.json").write_text('{"tool": "cdisc-converters"}')
    (folder / "notes.txt").write_text("notes")
    assert found(folder, package.define_xml()) == []


def test_a_damaged_file_is_told_and_the_others_are_checked(folder: Path) -> None:
    made = package.datasets()
    values("LB", LBGRADE=[1.0, 3.0, 1.0])(made)
    package.write(folder, made)
    (folder / "supplb.xpt").write_bytes(b"no transport file")
    rules = [(item.rule, item.dataset) for item in found(folder, package.define_xml())]
    assert rules == [("define-data-codelist", "LB"), ("define-data-unreadable", "SUPPLB")]


@pytest.mark.parametrize("place", [".", "split"])
def test_parts_of_a_dataset_are_checked_as_one(place: str, folder: Path) -> None:
    made = package.datasets()
    values("LB", LBGRADE=[1.0, 2.0, 3.0])(made)
    package.write(folder, {name: held for name, held in made.items() if name != "LB"})
    (folder / place).mkdir(exist_ok=True)
    package.write(folder / place, _parts(made["LB"]))
    (finding,) = found(folder, package.define_xml())
    assert (finding.rule, finding.row) == ("define-data-codelist", 3)
    assert finding.file == "lb1.xpt to lb2.xpt"


def _parts(held: Dataset) -> dict[str, Dataset]:
    rows = {"LB1": held.frame.iloc[:2], "LB2": held.frame.iloc[2:].reset_index(drop=True)}
    return {name: Dataset(replace(held.metadata, name=name), frame) for name, frame in rows.items()}


def test_parts_beside_the_whole_hold_all_its_records(folder: Path) -> None:
    made = package.datasets()
    package.write(folder, made)
    (folder / "split").mkdir()
    parts = _parts(made["LB"])
    package.write(folder / "split", parts)
    assert found(folder, package.define_xml()) == []
    (folder / "split" / "lb2.xpt").unlink()
    (finding,) = found(folder, package.define_xml())
    assert finding.rule == "define-data-split"
    assert "lb.xpt has 3 records, its parts lb1.xpt have 2" in finding.message


def test_dataset_json_names_the_oids_of_define_xml(folder: Path) -> None:
    package.write(folder, package.datasets(), "json")
    xml = edited(
        package.define_xml(),
        ('"IG.DM"', '"IG.Demographics"'),
        ('"IT.DM.AGE"', '"IT.Age"'),
    )
    told = [(item.rule, item.dataset, item.variable) for item in found(folder, xml)]
    assert told == [("define-data-oid", "DM", ""), ("define-data-oid", "DM", "AGE")]


def test_version_2_0_cannot_say_that_there_are_no_data(folder: Path) -> None:
    made = package.datasets()
    values("LB", LBDUR=[None, None, None])(made)
    package.write(folder, made)
    xml = package.define_xml("2.0")
    # The attribute does not exist there: it is kept, but says nothing.
    xml = xml.replace(' def:HasNoData="Yes"', "")
    told = [(item.rule, item.dataset) for item in found(folder, xml)]
    assert told == [("define-data-dataset-missing", "CE")]


def test_a_folder_that_cannot_be_read_is_an_error_for_people(folder: Path) -> None:
    with pytest.raises(InputError, match="nowhere: cannot be read: No such file"):
        found(folder / "nowhere", package.define_xml())


COMPARISONS = [
    ("EQ", ("ALT",), "LBTESTCD", [True, False, True]),
    ("NE", ("ALT",), "LBTESTCD", [False, True, False]),
    ("IN", ("ALT", "COLOR"), "LBTESTCD", [True, True, True]),
    ("NOTIN", ("ALT", "HEM"), "LBTESTCD", [False, True, False]),
    ("GT", ("ALT",), "LBTESTCD", [False, True, False]),
    ("LE", ("ALT",), "LBTESTCD", [True, False, True]),
    ("EQ", ("12.50",), "LBSTRESN", [True, False, False]),
    ("NE", ("12.5",), "LBSTRESN", [False, True, True]),
    ("IN", ("7.0", "3"), "LBSTRESN", [False, False, True]),
    ("NOTIN", ("7",), "LBSTRESN", [True, True, False]),
    ("LT", ("12.5",), "LBSTRESN", [False, False, True]),
    ("GE", ("7",), "LBSTRESN", [True, False, True]),
    ("EQ", ("",), "LBSTRESN", [False, True, False]),
    ("NE", ("",), "LBSTRESN", [True, False, True]),
    ("EQ", ("",), "LBDUR", [False, True, False]),
    ("IN", ("", "P1D"), "LBDUR", [False, True, True]),
    ("NE", ("P1D",), "LBDUR", [True, True, False]),
    ("GT", ("P1D",), "LBDUR", [True, False, False]),
]


@pytest.mark.parametrize(("comparator", "checked", "name", "met"), COMPARISONS)
def test_a_comparator_is_met_by_these_records(
    comparator: str, checked: tuple[str, ...], name: str, met: list[bool], folder: Path
) -> None:
    """An entry that makes LBORRES a duration is broken once for each record that meets it."""
    package.write(folder, package.datasets())
    xml = package.define_xml()
    start = xml.index('<def:WhereClauseDef OID="WC.COLOR">')
    end = xml.index("</def:WhereClauseDef>", start)
    listed = "".join(f"<CheckValue>{value}</CheckValue>" for value in checked)
    clause = (
        f'<def:WhereClauseDef OID="WC.COLOR"><RangeCheck Comparator="{comparator}"'
        f' def:ItemOID="IT.LB.{name}">{listed}</RangeCheck>'
    )
    entry = '<ItemDef OID="IT.LB.LBORRES.COLOR" Name="LBORRES" DataType='
    xml = edited(
        xml[:start] + clause + xml[end:],
        (f'{entry}"text" Length="3"', f'{entry}"durationDatetime"'),
        ('<CodeListRef CodeListOID="CL.COLOR"/>', ""),
    )
    counts = Counter[str]()
    for item in found(folder, xml):
        counts[item.rule] += item.count
    assert counts["define-data-value-level-value-type"] == sum(met)
    # The entry of ALT covers the first and the last record.
    assert counts["define-data-value-level-uncovered"] == int(not met[1])


def test_a_condition_on_records_that_are_not_one_a_subject_is_left_open(folder: Path) -> None:
    package.write(folder, package.datasets())
    xml = edited(
        package.define_xml(),
        ('def:ItemOID="IT.SUPPLB.QNAM"', 'def:ItemOID="IT.LB.LBTESTCD"'),
    )
    told = {item.rule: item for item in found(folder, xml)}
    assert set(told) == {"define-data-where-clause-open"}
    message = told["define-data-where-clause-open"].message
    assert message.endswith("records of LB cannot be told by USUBJID or the keys of LB")


def test_a_value_list_that_datasets_share_is_met_in_any_of_them(folder: Path) -> None:
    """LB2 shares the definitions of LB, and its records meet what those of LB do not."""
    made = package.datasets()
    rows = {"LB": [0, 2], "LC": [1]}
    for name, taken in rows.items():
        frame = package.datasets()["LB"].frame.iloc[taken].reset_index(drop=True)
        made[name] = Dataset(replace(made["LB"].metadata, name=name), frame)
    package.write(folder, made)
    xml = package.define_xml()
    start = xml.index('<ItemGroupDef OID="IG.LB"')
    end = xml.index("</ItemGroupDef>", start) + len("</ItemGroupDef>")
    second = xml[start:end].replace("IG.LB", "IG.LC").replace('"LB"', '"LC"')
    second = second.replace("LF.LB", "LF.LC").replace("lb.xpt", "lc.xpt")
    told = {item.rule for item in found(folder, xml[:end] + second + xml[end:])}
    assert "define-data-where-clause-unmet" not in told
    assert "define-data-value-level-uncovered" not in told


def test_many_values_outside_a_codelist_are_listed_up_to_a_limit(folder: Path) -> None:
    made = package.datasets()
    rows = 250
    frame = made["DM"].frame.iloc[[0] * rows].reset_index(drop=True)
    frame["USUBJID"] = package.column([f"{number:04}" for number in range(rows)])
    frame["WEIGHT"] = package.column([60.5] * rows)
    made["DM"] = replace(made["DM"], frame=frame)
    made["DM"].frame["AGE"] = package.column([float(number) for number in range(rows)])
    package.write(folder, {"DM": made["DM"]})
    xml = edited(
        package.define_xml(),
        (
            "<Description><TranslatedText>Age</TranslatedText></Description>",
            "<Description><TranslatedText>Age</TranslatedText></Description>"
            '<CodeListRef CodeListOID="CL.GRADE"/>',
        ),
    )
    told = [item for item in found(folder, xml) if item.rule == "define-data-codelist"]
    assert len(told) == 101
    assert sum(item.count for item in told) == rows - 2


def _shared(name: str) -> tuple[Counter[tuple[str, str]], Path]:
    folder = SHARED / "packages" / name
    if not folder.exists():
        pytest.skip(f"the package {name} is not on this machine")
    findings = check_data(index(read_define(folder / "define.xml")), folder)
    return Counter(
        (item.rule.removeprefix("define-data-"), item.dataset) for item in findings
    ), folder


def test_a_real_sdtm_package_is_told_only_what_is_so() -> None:
    """Each kind of finding that remains, and why it is no false alarm."""
    told, _ = _shared("tdf_sdtm")
    by_rule = Counter[str]()
    for (rule, _), count in told.items():
        by_rule[rule] += count
    assert set(by_rule) == {
        "dataset-missing",  # large datasets are not part of the package
        "dataset-label",  # its transport files bear no label
        "variable-label",  # QSSTRESC is called otherwise in some, and EXTRT has two blanks
        "date-precision",  # DataType is date, and the data have 2003 and 2012-02
        "value-type",  # doses and results of type integer, and the data have 0.625
        "value-level-value-type",  # QSORRES is called integer, and holds words
        "value-level-codelist",  # its codelist has the numbers, the data the words
        "value-level-length",
        "mandatory",  # TSVAL
        "keys-not-unique",  # CM: several records of a medication on a day
        "qnam-undefined",  # AETRTEM; define.xml has TRTEMFL
        "file-length",
        "sort-order",
        "value-level-uncovered",  # SC: EDULEVEL; define.xml has EDLEVEL
        "where-clause-unmet",
    }
    missing = {dataset for rule, dataset in told if rule == "dataset-missing"}
    assert missing == {"LBCH", "LBHE", "QSDA", "QSNI", "VS"}
    assert told["qnam-undefined", "SUPPAE"] == 1


def test_a_real_adam_package_is_told_only_what_is_so() -> None:
    told, folder = _shared("tdf_adam")
    held = {path.stem.upper() for path in folder.glob("*.xpt")}
    rules = {rule for rule, dataset in told if dataset in held}
    assert rules == {
        "dataset-label",  # its transport files bear no label
        "digits",  # ratios with SignificantDigits 1
        "date-precision",  # RFSTDTC is called datetime and holds dates
        "sort-order",
        "file-length",
    }
    assert not {dataset for rule, dataset in told if rule == "dataset-missing"} & held


_ATTRIBUTES = sorted(set(re.findall(r" ((?:def:|xlink:)?[A-Za-z]+)=\"", package.define_xml())))


@pytest.mark.parametrize("value", [None, "", "x", "-1", "999999999999"])
def test_whatever_an_attribute_says_the_check_comes_to_an_end(
    value: str | None, tmp_path: Path
) -> None:
    package.write(tmp_path, package.datasets())
    whole = package.define_xml()
    for name in _ATTRIBUTES:
        if name.startswith("xmlns"):
            continue
        new = "" if value is None else f' {name}="{value}"'
        xml = re.sub(rf' {name}="[^"]*"', new, whole)
        assert isinstance(found(tmp_path, xml), list), name


@pytest.mark.parametrize(
    ("order", "rules"),
    [
        (["V 1", "V 10", "V 2"], []),  # as SAS sorts
        (["V 1", "V 2", "V 10"], []),  # as people do
        (["V 2", "V 10", "V 1"], ["define-data-sort-order"]),
    ],
)
def test_records_sort_as_sas_sorts_or_as_people_do(
    order: list[str | None], rules: list[str], folder: Path
) -> None:
    made = package.datasets()
    values("LB", LBDECOD=order)(made)
    package.write(folder, made)
    xml = edited(
        package.define_xml(),
        (
            ' KeySequence="1"/>\n <ItemRef ItemOID="IT.LB.LBSEQ"',
            '/>\n <ItemRef ItemOID="IT.LB.LBSEQ"',
        ),
        ('OrderNumber="3" Mandatory="Yes" KeySequence="2"', 'OrderNumber="3" Mandatory="Yes"'),
        ('ItemOID="IT.LB.LBDECOD"', 'ItemOID="IT.LB.LBDECOD" KeySequence="1"'),
    )
    assert [item.rule for item in found(folder, xml)] == rules
