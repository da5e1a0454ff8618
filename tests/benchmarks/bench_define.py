"""How fast define.xml is made, checked, read and shown, beside odmlib doing the same.

    python tests/benchmarks/bench_define.py [--datasets 50] [--variables 60] [--xslt FILE.xsl]

The package has origins, methods, codelists and comments in all datasets, and value level in every
fifth. Ours goes from the package's metadata to a file and its findings of the XML Schema; odmlib
makes the same elements as its own objects (what they say is at hand), writes them and asks its
schema validator. Schemas are compiled before; seconds are the processor's, the best of five. The
exit code is 1 where ours takes over a quarter of odmlib's time, or a page of 1 MB over a second.
The XSLT is timed where a stylesheet is given.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree
from odmlib.define_2_1 import model as odmlib_model
from odmlib.odm_parser import ODMSchemaValidator

from converters import columns
from converters.dataset import (
    Comment,
    Condition,
    Dataset,
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
from converters.define import check_xsd, read_define, to_xml, write_define

REPEATS = 5
QUARTER, SECOND = 0.25, 1.0
RECORDS = 20
COLLECTED = Origin("Collected", "Investigator")
DERIVED = Origin("Derived", "Sponsor")


def best(*functions: Callable[[], Any]) -> list[float]:
    """The least processor time of each function; they take turns, as a machine has its moods."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(REPEATS):
        for function, taken in zip(functions, times, strict=True):
            start = time.process_time()
            function()
            taken.append(time.process_time() - start)
    return [min(taken) for taken in times]


def package(datasets: int, variables: int) -> Package:
    """A package of that many datasets, each with as many variables."""
    made = [dataset(f"D{number:03}", number, variables) for number in range(datasets)]
    standards = (
        StandardUse("SDTMIG", "IG", "3.4"),
        StandardUse("CDISC/NCI", "CT", "2024-03-29", "SDTM"),
    )
    created = "2026-01-31T09:00:00"
    named = {item.name: item for item in made}
    return Package("X-04", "X-04", "Of a size", "X-04", created, standards, named)


def dataset(name: str, number: int, variables: int) -> Dataset:
    """Identifiers, then texts with codelists, numbers with methods and dates in turn."""
    items = [
        Variable("STUDYID", "Study Identifier", "Char", "text", 12, mandatory=True),
        Variable("USUBJID", "Unique Subject Identifier", "Char", "text", 20, mandatory=True),
        *(variable(name, place) for place in range(2, variables)),
    ]
    code = Variable(f"{name}V02", "Test", "Char", "text", 8)
    level = tuple(
        ValueLevel(f"{name}V05", (Condition(code.name, "EQ", (f"T{test}",)),), items[5])
        for test in range(20 if number % 5 == 0 else 0)
    )
    frame = pd.DataFrame({item.name: column(item) for item in items})
    keys = ("STUDYID", "USUBJID", code.name)
    label = f"Dataset {number}"
    text = "One record per test per subject"
    metadata = Metadata(name, label, "FINDINGS", text, keys, tuple(items), value_level=level)
    return Dataset(metadata, frame)


def variable(name: str, place: int) -> Variable:
    """A variable of one of four kinds."""
    called, label = f"{name}V{place:02}", f"Variable {place} of the dataset"
    if place % 4 == 1:
        method = Method(f"Days from RFSTDTC to {called}DTC, and one more", f"study_day({called})")
        return Variable(called, label, "Num", "integer", 8, origin=DERIVED, method=method)
    if place % 4 == 2:
        return Variable(called, label, "Char", "text", 20, origin=COLLECTED)
    if place % 4 == 3:
        said = Comment(f"As the site said in {called}")
        return Variable(called, label, "Char", "date", None, origin=COLLECTED, comment=said)
    terms = tuple(Term(f"TERM {term}", f"C{place}{term}", f"Term {term}") for term in range(12))
    known = UsedCodelist(f"L{place}", f"List {place}", f"C9{place:03}", terms=terms)
    return Variable(called, label, "Char", "text", 20, origin=COLLECTED, codelist=known)


def column(item: Variable) -> Any:
    """Its values, with few distinct ones."""
    if item.kind == "Num":
        return pd.Series(range(RECORDS), dtype="float64")
    text = "2026-01-31" if item.data_type == "date" else "TERM {}"
    return columns.text([text.format(record % 4) for record in range(RECORDS)])


Plan = tuple[str, dict[str, str], list[Any]]


def plan(element: etree._Element) -> Plan:
    """Class, arguments and children of odmlib's object for an element."""
    attributes = {etree.QName(name).localname: value for name, value in element.attrib.items()}
    text = element.text
    if text and text.strip():
        attributes["_content"] = text
    return etree.QName(element).localname, attributes, [plan(below) for below in element]


def made(planned: Plan) -> Any:
    """The object of odmlib."""
    name, attributes, below = planned
    made_object = getattr(odmlib_model, name)(**attributes)
    for item in below:
        child = made(item)
        if type(type(made_object)._elems[item[0]]).__name__ == "ODMListObject":
            getattr(made_object, item[0]).append(child)
        else:
            setattr(made_object, item[0], child)
    return made_object


def bench_write(whole: Package, folder: Path) -> bool:
    """From metadata to a file that is known to be valid."""
    ours, theirs = folder / "ours.xml", folder / "theirs.xml"
    write_define(whole, ours)
    planned = plan(etree.parse(ours).getroot())
    validator = ODMSchemaValidator(standard="define", version="2.1")
    assert check_xsd(ours) == []

    def write_and_check() -> None:
        write_define(whole, ours)
        assert check_xsd(ours) == []

    def peer_writes() -> None:
        made(planned).write_xml(str(theirs))

    def peer_writes_and_checks() -> None:
        peer_writes()
        validator.validate_file(str(theirs))

    seconds, peer, written, peer_written = best(
        write_and_check, peer_writes_and_checks, lambda: write_define(whole, ours), peer_writes
    )
    size = ours.stat().st_size / 1e6
    print(f"{'file':34}{size:8.2f} MB (odmlib's {theirs.stat().st_size / 1e6:.2f} MB)")
    print(f"{'write':34}{written:8.3f} s, odmlib {peer_written:.3f} s")
    print(f"{'write and check by the schema':34}{seconds:8.3f} s, odmlib {peer:.3f} s, ", end="")
    print(f"ratio {seconds / peer:.3f} (limit {QUARTER})")
    return seconds < QUARTER * peer


def grown(content: bytes, megabytes: float) -> bytes:
    """The file with its variables and codelists repeated under other OIDs, up to a size."""
    start, end = content.index(b"<ItemGroupDef "), content.index(b"<MethodDef ")
    body, size = content[start:end], int(megabytes * 1e6)
    pieces = [body]
    while sum(map(len, pieces)) + len(content) - len(body) < size:
        suffix = b"." + str(len(pieces)).encode() + b'"'
        piece = body
        for oid in (b"IG", b"IT", b"CL", b"VL", b"LF"):
            parts = piece.split(b'"' + oid + b".")
            piece = parts[0] + b"".join(
                b'"' + oid + b"." + part.replace(b'"', suffix, 1) for part in parts[1:]
            )
        pieces.append(piece)
    groups, rest = zip(*(piece.split(b"<ItemDef ", 1) for piece in pieces), strict=True)
    items, lists = zip(*(piece.split(b"<CodeList ", 1) for piece in rest), strict=True)
    body = b"".join(
        [*groups, *(b"<ItemDef " + item for item in items), *(b"<CodeList " + one for one in lists)]
    )
    return content[:start] + body + content[end:]


def bench_read(content: bytes) -> None:
    """Reading, beside lxml's parser alone."""
    odm = read_define(content)
    seconds, peer, again = best(
        lambda: read_define(content), lambda: etree.fromstring(content), lambda: to_xml(odm)
    )
    name = f"read {len(content) / 1e6:.1f} MB"
    items = len(odm.metadata.items)
    print(f"{name:34}{seconds:8.3f} s, lxml's parser {peer:.3f} s; {items:,} variables")
    print(f"{'write it again':34}{again:8.3f} s")


def bench_check(content: bytes) -> None:
    """All checks, where there are any in this version."""
    check = getattr(importlib.import_module("converters.define.check"), "check_define", None)
    name = f"check {len(content) / 1e6:.1f} MB"
    if check is None:
        print(f"{name:34}     not: there is no converters.define.check.check_define")
        return
    found = check(content)
    print(f"{name:34}{best(lambda: check(content))[0]:8.3f} s, {len(found)} findings")


def bench_page(content: bytes, xslt: Path | None) -> bool:
    """The page, beside a stylesheet applied by lxml where one is given."""
    name = f"page of {len(content) / 1e6:.1f} MB"
    try:
        page = importlib.import_module("converters.define.page").define_page
    except ModuleNotFoundError:
        print(f"{name:34}     not: there is no converters.define.page")
        return True
    (seconds,) = best(lambda: page(read_define(content)))
    print(f"{name:34}{seconds:8.3f} s (limit {SECOND})")
    if xslt is None:
        print(f"{'the same by XSLT':34}     not: no stylesheet is given")
    else:
        transform = etree.XSLT(etree.parse(xslt))
        (peer,) = best(lambda: transform(etree.fromstring(content)))
        print(f"{'the same by XSLT':34}{peer:8.3f} s")
    return seconds < SECOND


def main() -> int:
    """Every case; 1 where a limit is exceeded."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--datasets", type=int, default=50)
    parser.add_argument("--variables", type=int, default=60)
    parser.add_argument("--xslt", type=Path)
    options = parser.parse_args()
    whole = package(options.datasets, options.variables)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept = bench_write(whole, folder)
        content = (folder / "ours.xml").read_bytes()
        large = grown(content, 5)
        bench_read(large)
        bench_check(large)
        write_define(package(max(1, round(50 / len(content) * 1e6)), 60), folder / "one.xml")
        kept &= bench_page((folder / "one.xml").read_bytes(), options.xslt)
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
