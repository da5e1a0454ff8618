"""Files of ours before an independent judge: odmlib loads, checks and writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from odmlib.arm_1_0 import model as arm
from odmlib.exceptions import OdmlibElementOrderError

from converters.dataset import Package
from converters.define import check_xsd, define_xml
from tests import odmlib_judge as judge
from tests.defines import content, difference, example
from tests.unit.define.analyses import analysis_package

Written = Callable[[str, str], Path]
#: Files by what they hold and their version.
FILES = [("sdtm", "2.1"), ("sdtm", "2.0"), ("adam", "2.1"), ("adam", "2.0")]
VALID = ["defineV20-ADaM-ARM", "defineV20-SDTM", "defineV21-ADaM", "defineV21-SDTM"]


@pytest.fixture
def written(tmp_path: Path, package: Package) -> Written:
    """The packages of the other tests, written.

    In 2.0 without the dataset that has no file: odmlib asks for def:ArchiveLocationID, which the
    schema of 2.0 makes optional (define-extension.xsd).
    """

    def write(kind: str, version: str) -> Path:
        path = tmp_path / "define.xml"
        chosen = package if kind == "sdtm" else analysis_package()
        if version == "2.0":
            filled = {name: item for name, item in chosen.datasets.items() if len(item.frame)}
            chosen = replace(chosen, datasets=filled)
        path.write_bytes(define_xml(chosen, version=version))
        return path

    return write


@pytest.mark.parametrize(("kind", "version"), FILES)
def test_the_judge_finds_nothing_in_our_files(kind: str, version: str, written: Written) -> None:
    assert judge.objections(written(kind, version)) == []


@pytest.mark.parametrize(("kind", "version"), FILES)
def test_what_we_call_valid_is_valid_to_the_judge(
    kind: str, version: str, written: Written
) -> None:
    path = written(kind, version)
    assert check_xsd(path) == []
    assert judge.is_valid(path)


@pytest.mark.parametrize(("kind", "version"), FILES)
def test_the_round_trip_of_the_judge_loses_nothing_of_ours(
    kind: str, version: str, written: Written
) -> None:
    """Order apart (see below), and the results of 2.0: its only model with these is one of 2.1."""
    before, after = judge.round_trip(written(kind, version))
    start, end = before.find(b"<arm:AnalysisResultDisplays"), before.index(b"</MetaDataVersion")
    if version == "2.0" and start > 0:
        before = before[:start] + before[end:]
    assert content(etree.fromstring(after)) == content(etree.fromstring(before))


def test_the_judge_keeps_the_order_of_our_files(written: Written) -> None:
    assert difference(*judge.round_trip(written("sdtm", "2.1"))) == ""


def test_the_judge_puts_the_description_of_a_term_where_its_own_schema_has_none(
    written: Written,
) -> None:
    """Why the order of the round trip of a term with a description is not compared."""
    path = written("adam", "2.1")
    _, after = judge.round_trip(path)
    assert judge.is_valid(path)
    path.write_bytes(after)
    assert not judge.is_valid(path)
    assert ["Description" in finding.message for finding in check_xsd(path)] == [True]


@pytest.mark.parametrize("name", VALID)
def test_the_published_examples_are_in_order_for_the_judge(name: str) -> None:
    """Else its silence about ours would not mean much, nor its words."""
    path = example(f"{name}.xml")
    assert judge.objections(path) == []
    assert judge.is_valid(path)


@pytest.mark.parametrize(
    ("old", "new", "objection"),
    [
        (b'MethodOID="', b'MethodOID="X', "referenced in attribute MethodOID is not found"),
        (b'<def:CommentDef OID="', b'<def:CommentDef OID="X', "CommentOID is not found"),
        (b"<def:WhereClauseRef ", b"<def:NoRef ", "is not referred to"),
        (b' DataType="text"', b"", "DataType"),
    ],
)
def test_the_judge_sees_what_is_wrong(
    old: bytes, new: bytes, objection: str, written: Written
) -> None:
    path = written("sdtm", "2.1")
    right = path.read_bytes()
    assert old in right
    path.write_bytes(right.replace(old, new))
    assert any(objection in text for text in judge.objections(path))


def test_an_invalid_file_is_invalid_to_the_judge_too() -> None:
    path = example("invalid-standard-name.xml")
    assert check_xsd(path) != []
    assert not judge.is_valid(path)


def test_an_only_child_is_out_of_order_for_the_judge() -> None:
    """Why its alarm about ProgrammingCode is not heard: one child has no order to be out of."""
    code = arm.ProgrammingCode(Context="SAS", Code=arm.Code(_content="run;"))
    with pytest.raises(OdmlibElementOrderError, match=judge.FALSE_ALARM):
        code.verify_order()
