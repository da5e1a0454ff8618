"""Releases of terminology as NCI EVS and CDISC publish them, imported into the user's folder."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import platformdirs
import pytest

from converters.errors import InputError, OutputError, SpecError
from converters.pipeline.package import write_package
from converters.resources import data_folder, folder
from converters.standards.published.rows import release_of
from converters.standards.release import Term, read_release
from converters.standards.terminology import load_terminology, versions
from converters.standards.terminology_import import Imported, import_terminology

SHARED = Path(__file__).parents[3] / "shared" / "data" / "standards"
SHIPPED = "2024-03-29"

#: Code, codelist, extensible, name, submission value, synonyms, preferred term: as published.
Line = tuple[str, str, str, str, str, tuple[str, ...], str]
RELEASE: list[Line] = [
    ("C66742", "", "No", "No Yes Response", "NY", ("Yes or No",), "CDISC SDTM Yes No Terminology"),
    ("C49487", "C66742", "", "", "N", ("No",), "No"),
    ("C49488", "C66742", "", "", "Y", ("Yes",), "Yes"),
    ("C66741", "", "Yes", "Vital Signs Test Code", "VSTESTCD", (), "CDISC Vital Signs Code"),
    ("C25298", "C66741", "", "", "SYSBP", ("Systolic Blood Pressure",), "Systolic Pressure"),
    ("C147319", "C66741", "", "", "ÅNGST", ("a < b & c", "Ångström", "µ"), 'The "so-called" term'),
    ("C67153", "", "Yes", "Vital Signs Test Name", "VSTEST", (), "CDISC Vital Signs Name"),
    ("C25298", "C67153", "", "", "Systolic Blood Pressure", (), "Systolic Pressure"),
    ("C147319", "C67153", "", "", "Ångström  Test", (), 'The "so-called" term'),
    ("C165643", "", "Yes", "Severity Response", "", (), ""),
    ("C41338", "C165643", "", "", "MILD", (), "Mild Adverse Event"),
]
HEADER = [
    *("Code", "Codelist Code", "Codelist Extensible (Yes/No)", "Codelist Name"),
    *("CDISC Submission Value", "CDISC Synonym(s)", "CDISC Definition", "NCI Preferred Term"),
    "Standard and Date",
]


def cells(lines: Sequence[Line], release: str) -> list[list[str]]:
    names = {line[0]: line[3] for line in lines if not line[1]}
    return [
        [
            code,
            of,
            ext,
            name or names.get(of, ""),
            value,
            "; ".join(words),
            "What it is",
            pt,
            release,
        ]
        for code, of, ext, name, value, words, pt in lines
    ]


def as_text(lines: Sequence[Line], release: str, encoding: str = "utf-8", end: str = "\n") -> bytes:
    rows = [HEADER, *cells(lines, release)]
    return "".join("\t".join(row) + end for row in rows).encode(encoding)


def write_text(path: Path, lines: Sequence[Line], standard: str, version: str) -> None:
    path.write_bytes(as_text(lines, f"{standard} {version}"))


def write_excel(path: Path, lines: Sequence[Line], standard: str, version: str) -> None:
    book = openpyxl.Workbook()
    book.active.title = "ReadMe"
    book.active.append(["About this workbook"])
    sheet = book.create_sheet(f"{standard} Terminology {version}")
    sheet.append(HEADER[:-1])
    for row in cells(lines, ""):
        sheet.append([cell or None for cell in row[:-1]])
    book.save(path)


def nciodm(name: str, text: str) -> str:
    return f"<nciodm:{name}>{escape(text)}</nciodm:{name}>"


def write_odm(path: Path, lines: Sequence[Line], standard: str, version: str) -> None:
    codelists = []
    for code, of, ext, name, value, words, pt in lines:
        synonyms = "".join(nciodm("CDISCSynonym", word) for word in words)
        said = synonyms + nciodm("CDISCDefinition", "What it is") + nciodm("PreferredTerm", pt)
        coded = f"nciodm:ExtCodeID={quoteattr(code)}" if code else ""
        if of:
            item = f"<EnumeratedItem CodedValue={quoteattr(value)} {coded}>{said}</EnumeratedItem>"
            codelists[-1].insert(-1, item)
            continue
        begin = (
            f'<CodeList OID="CL.{code}.{value}" Name={quoteattr(name)} DataType="text" {coded}'
            f' nciodm:CodeListExtensible="{ext}"><Description>'
            '<TranslatedText xml:lang="en">What it is</TranslatedText></Description>'
        )
        codelists.append(
            [begin, nciodm("CDISCSubmissionValue", value) * bool(value) + said + "</CodeList>"]
        )
    title = f"CDISC {standard} Controlled Terminology"
    path.write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot"
 xmlns:nciodm="http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC" FileOID="CDISC_CT.{standard}.{version}"
 CreationDateTime="2026-01-01T00:00:00" ODMVersion="1.3.2">
 <Study OID="CDISC_CT.{standard}.{version}"><GlobalVariables><StudyName>{title}</StudyName>
 <StudyDescription>{title}, {version}</StudyDescription><ProtocolName>{title}</ProtocolName>
 </GlobalVariables><MetaDataVersion OID="CDISC_CT_MetaDataVersion.{standard}.{version}"
 Name="{title}">{"".join("".join(part) for part in codelists)}</MetaDataVersion></Study></ODM>""",
        encoding="utf-8",
    )


def write_library(path: Path, lines: Sequence[Line], standard: str, version: str) -> None:
    codelists: list[dict[str, Any]] = []
    for code, of, ext, name, value, words, pt in lines:
        item: dict[str, Any] = {
            "conceptId": code,
            "definition": "What it is",
            "preferredTerm": pt,
            "submissionValue": value,
        }
        if words:
            item["synonyms"] = list(words)
        if of:
            codelists[-1]["terms"].append(item)
        else:
            said = {"Yes": "true", "No": "false"}[ext]
            codelists.append({**item, "extensible": said, "name": name, "terms": []})
    package = {
        "name": f"{standard} CT {version}",
        "label": f"{standard} Controlled Terminology Package 57 Effective {version}",
        "effectiveDate": version,
        "codelists": codelists,
    }
    path.write_text(json.dumps(package), encoding="utf-8")


WRITERS: dict[str, Callable[[Path, Sequence[Line], str, str], None]] = {
    "ct.txt": write_text,
    "ct.xlsx": write_excel,
    "ct.odm.xml": write_odm,
    "ct.json": write_library,
}


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder, empty."""
    place = tmp_path / "data"
    monkeypatch.setenv("CDISC_CONVERTERS_DATA", str(place))
    return place


def add(content: bytes, path: Path, **options: str) -> list[Imported]:
    path.write_bytes(content)
    return import_terminology([path], **options)


def content_of(imported: Imported) -> list[bytes]:
    """All that a release says, but for what file it is from."""
    return imported.release.place.read_bytes().splitlines()[1:]


# --- the four forms


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(
    ("standard", "version"),
    [("SDTM", "2025-03-28"), ("ADaM", "2026-03-27"), ("Protocol", SHIPPED)],
)
def test_every_form_gives_the_same_release(
    tmp_path: Path, name: str, standard: str, version: str
) -> None:
    write_text(tmp_path / "peer.txt", RELEASE, standard, version)
    (peer,) = import_terminology([tmp_path / "peer.txt"])
    expected = content_of(peer)
    WRITERS[name](tmp_path / name, RELEASE, standard, version)
    (imported,) = import_terminology([tmp_path / name])
    assert content_of(imported) == expected
    assert imported.oddities == ()
    release = imported.release
    assert (release.standard, release.version) == (standard.lower(), version)
    assert release.origin == "imported"
    digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert release.files == ({"file": name, "sha256": digest},)


@pytest.mark.parametrize("name", WRITERS)
def test_an_imported_release_is_read_as_the_shipped_one(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name, RELEASE, "SDTM", "2025-03-28")
    import_terminology([tmp_path / name])
    loaded = load_terminology("2025-03-28")
    assert loaded.label == "SDTM terminology 2025-03-28"
    assert loaded.names() == ["VSTESTCD", "NY", "VSTEST", "C165643"]
    ny = loaded.codelist("NY")
    assert (ny.code, ny.label, ny.extensible) == ("C66742", "No Yes Response", False)
    assert ny.terms == (Term("N", "C49487", ("No",), "No"), Term("Y", "C49488", ("Yes",), "Yes"))
    assert loaded.paired("VSTESTCD") is loaded.codelist("VSTEST")
    assert loaded.decode("VSTESTCD", "SYSBP") == "Systolic Blood Pressure"
    odd = loaded.codelist("VSTESTCD").find("a < B & c")
    assert odd == Term("ÅNGST", "C147319", ("a < b & c", "Ångström", "µ"), 'The "so-called" term')
    assert loaded.codelist("C165643").find("mild") is not None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_text_is_read_in_the_encodings_that_it_comes_in(
    tmp_path: Path, encoding: str, end: str
) -> None:
    (peer,) = add(as_text(RELEASE, "SDTM 2025-03-28"), tmp_path / "peer.txt")
    expected = content_of(peer)
    (found,) = add(as_text(RELEASE, "SDTM 2025-03-28", encoding, end), tmp_path / "ct.txt")
    assert content_of(found) == expected


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path) -> None:
    (one,) = add(as_text(RELEASE, "SDTM 2025-03-28"), tmp_path / "a.txt")
    expected = content_of(one)
    (other,) = add(as_text(RELEASE[::-1], "SDTM 2025-03-28"), tmp_path / "b.txt")
    assert content_of(other) == expected


def test_a_file_may_hold_several_releases_and_rows_that_do_not_say_theirs(tmp_path: Path) -> None:
    begin = as_text(RELEASE[:3], "SDTM 2025-03-28")
    send, silent = (
        as_text(RELEASE[3:], release).split(b"\n", 1)[1] for release in ("SEND 2025-03-28", "")
    )
    found = add(begin + send, tmp_path / "both.txt")
    assert [(item.release.standard, len(item.release.entries)) for item in found] == [
        ("sdtm", 1),
        ("send", 3),
    ]
    (one,) = add(begin + silent, tmp_path / "silent.txt")
    assert (one.release.standard, len(one.release.entries)) == ("sdtm", 4)


# --- what is odd


def odd(*lines: Line) -> bytes:
    return as_text([*RELEASE, *lines], "SDTM 2025-03-28")


ODDITIES: list[tuple[str, Line, str, str, list[str]]] = [
    # rule, row, what is told, codelist, its values afterwards
    ("term-without-code", ("", "C66742", "", "", "M", (), ""), "'M' of NY", "NY", ["M", "N", "Y"]),
    ("term-without-value", ("C1", "C66742", "", "", "", (), ""), "'No Yes", "NY", ["N", "Y"]),
    ("term-of-unknown-codelist", ("C1", "C9", "", "", "Z", (), ""), "'Z'", "NY", ["N", "Y"]),
    ("value-repeated", ("C1", "C66742", "", "", "N", (), ""), "'N' of NY", "NY", ["N", "Y"]),
    ("code-repeated", ("C49487", "C66742", "", "", "NO", (), ""), "'NO'", "NY", ["N", "Y"]),
    ("codelist-repeated", ("C66742", "", "Yes", "X", "X", (), ""), "'X'", "NY", ["N", "Y"]),
    ("codelist-without-code", ("", "", "Yes", "X", "X", (), ""), "'X'", "NY", ["N", "Y"]),
    ("codelist-without-name", ("C9", "", "Yes", "", "", (), ""), "'C9'", "C9", []),
    ("short-name-repeated", ("C9", "", "Yes", "X", "NY", (), ""), "'NY'", "C9", []),
    ("extensible-not-told", ("C9", "", "Maybe", "X", "X", (), ""), "'X'", "X", []),
]


@pytest.mark.parametrize(
    ("rule", "line", "told", "codelist", "values"), ODDITIES, ids=[item[0] for item in ODDITIES]
)
def test_what_is_odd_is_told_and_the_rest_imported(
    tmp_path: Path, rule: str, line: Line, told: str, codelist: str, values: list[str]
) -> None:
    (imported,) = add(odd(line), tmp_path / "ct.txt")
    (finding,) = imported.oddities
    assert (finding.rule, finding.severity.value, finding.count) == (rule, "Warning", 1)
    assert finding.record == len(RELEASE) + 2
    assert told in finding.message
    found = load_terminology("2025-03-28").codelist(codelist)
    assert [term.value for term in found.terms] == values
    assert not load_terminology("2025-03-28").codelist("NY").extensible


@pytest.mark.parametrize("first", [True, False])
def test_of_a_value_that_stands_twice_the_row_with_a_code_counts(
    tmp_path: Path, first: bool
) -> None:
    lost: Line = ("", "C66742", "", "", "Y", ("Yup",), "Something else")
    lines = [*RELEASE[:1], lost, *RELEASE[1:]] if first else [*RELEASE, lost]
    (imported,) = add(as_text(lines, "SDTM 2025-03-28"), tmp_path / "ct.txt")
    assert {item.rule for item in imported.oddities} == {"term-without-code", "value-repeated"}
    assert load_terminology("2025-03-28").codelist("NY").find("Y") == Term(
        "Y", "C49488", ("Yes",), "Yes"
    )


def test_the_second_value_of_a_code_becomes_a_synonym_of_the_first(tmp_path: Path) -> None:
    add(odd(("C49488", "C66742", "", "", "YES", ("Yes", "Aye"), "Yes")), tmp_path / "ct.txt")
    term = load_terminology("2025-03-28").codelist("NY").find("aye")
    assert term == Term("Y", "C49488", ("Yes", "YES", "Aye"), "Yes")


@pytest.mark.parametrize("name", ["ct.odm.xml", "ct.json"])
def test_terms_of_a_codelist_without_a_code_are_no_codelists(tmp_path: Path, name: str) -> None:
    lines: list[Line] = [*RELEASE, ("", "", "Yes", "Lost", "LOST", (), "")]
    lines.append(("C1", "?", "", "", "A", (), ""))
    WRITERS[name](tmp_path / name, lines, "SDTM", "2025-03-28")
    (imported,) = import_terminology([tmp_path / name])
    rules = {item.rule: item.count for item in imported.oddities}
    assert rules == {"codelist-without-code": 1, "term-of-unknown-codelist": 1}
    assert len(imported.release.entries) == 4


# --- what is refused

XML = '<?xml version="1.0"?>'
REFUSED: list[tuple[str, bytes, str]] = [
    ("an empty file", b"", "is no terminology: expected NCI EVS text"),
    ("a csv", b"Code,Codelist Code\nC1,\n", "is no terminology: expected NCI EVS text"),
    ("a picture", b"\x89PNG\r\n\x1a\n\0\0", "is no terminology: expected NCI EVS text"),
    ("columns alone", ("\t".join(HEADER)).encode(), "it has no codelist with an NCI code"),
    ("terms alone", as_text(RELEASE[1:3], "SDTM 2025-03-28"), "no codelist with an NCI code"),
    ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "save it as .xlsx"),
    ("a damaged workbook", b"PK\x03\x04 nonsense", "no Excel workbook, or it is damaged"),
    ("damaged XML", f"{XML}<ODM><Study>".encode(), "is no XML, or it is damaged"),
    ("other XML", f"{XML}<html/>".encode(), "the XML has no CodeList of ODM 1.3"),
    (
        "an ODM file of a study",
        f'{XML}<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><CodeList Name="Y"/></ODM>'.encode(),
        "no codelist with an NCI code",
    ),
    ("damaged JSON", b'{"codelists": [', "is no JSON, or it is damaged"),
    ("other JSON", b'{"codelists": 3}', "expected a package of CDISC Library"),
    ("a list of JSON", b"[1, 2]", "expected a package of CDISC Library"),
    ("a package without terms", b'{"codelists": [{"conceptId": "C1"}]}', "expected a package"),
    ("terms of another kind", b'{"codelists": [{"terms": ["a"]}]}', "expected a package"),
    ("JSON too deep", b"[" * 200_000, "is no JSON, or it is damaged"),
]


@pytest.mark.parametrize(
    ("content", "told"), [item[1:] for item in REFUSED], ids=[item[0] for item in REFUSED]
)
def test_what_is_no_terminology_is_one_clear_error(
    tmp_path: Path, data: Path, content: bytes, told: str
) -> None:
    with pytest.raises(InputError) as caught:
        add(content, tmp_path / "file.any", standard="sdtm", version="2025-03-28")
    (problem,) = caught.value.problems
    assert problem.file == str(tmp_path / "file.any")
    assert told in problem.message
    assert not data.exists()


def test_a_workbook_without_terminology_names_its_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Other")
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(InputError, match=r"no sheet has the columns.*: Sheet, Other"):
        import_terminology([tmp_path / "x.xlsx"])


@pytest.mark.parametrize("part", ["xl/worksheets/sheet2.xml", "xl/workbook.xml"])
@pytest.mark.parametrize("content", [b"", b"<worksheet><sheetData><row>", b"no XML"])
def test_a_workbook_with_damaged_parts_is_one_clear_error(
    tmp_path: Path, part: str, content: bytes
) -> None:
    write_excel(tmp_path / "good.xlsx", RELEASE, "SDTM", "2025-03-28")
    with (
        zipfile.ZipFile(tmp_path / "good.xlsx") as good,
        zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, content if name == part else good.read(name))
    with pytest.raises(InputError, match=r"bad.xlsx: is no (Excel workbook|terminology)"):
        import_terminology([tmp_path / "bad.xlsx"])


def test_files_that_cannot_be_read_are_told_together(tmp_path: Path, data: Path) -> None:
    write_text(tmp_path / "good.txt", RELEASE, "SDTM", "2025-03-28")
    paths = [tmp_path / "none.txt", tmp_path / "good.txt", tmp_path]
    with pytest.raises(InputError) as caught:
        import_terminology(paths)
    assert [item.file for item in caught.value.problems] == [str(paths[0]), str(tmp_path)]
    assert not data.exists()


def test_xml_reads_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("SECRET")
    write_odm(tmp_path / "ct.xml", RELEASE, "SDTM", "2025-03-28")
    text = (tmp_path / "ct.xml").read_text("utf-8")
    doctype = f'<!DOCTYPE ODM [<!ENTITY s SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
    text = text.replace("?>", f"?>{doctype}", 1).replace(">Yes<", ">&s;<")
    (imported,) = add(text.encode(), tmp_path / "ct.xml")
    assert b"SECRET" not in imported.release.place.read_bytes()


SILENT = as_text(RELEASE, "")


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        (SILENT, {}, ["does not say its standard: give it by --standard"]),
        (SILENT, {"version": "2025-03-28"}, ["does not say its standard"]),
        (SILENT, {"standard": "sdtm"}, ["does not say its date: give it by --version"]),
        (as_text(RELEASE, "SDTM CT"), {}, ["does not say its date"]),
        (SILENT, {"standard": "../x"}, ["'../x' is no standard, such as sdtm"]),
        (SILENT, {"standard": "sdtm", "version": "2025-02-30"}, ["'2025-02-30' is no date"]),
        (SILENT, {"standard": "sdtm", "version": "20250328"}, ["'20250328' is no date"]),
        (
            as_text(RELEASE, "SDTM CT 2025-03-28"),
            {"standard": "ADaM", "version": "2025-03-29"},
            [
                "its standard is sdtm, and not adam as --standard says",
                "its date is 2025-03-28, and not 2025-03-29 as --version says",
            ],
        ),
    ],
)
def test_standard_and_date_are_told_by_the_file_or_by_options(
    tmp_path: Path, data: Path, content: bytes, options: dict[str, str], told: list[str]
) -> None:
    with pytest.raises(SpecError) as caught:
        add(content, tmp_path / "ct.txt", **options)
    text = [item.message for item in caught.value.problems]
    assert all(part in " / ".join(text) for part in told), text
    assert not data.exists()


def test_options_name_what_the_file_does_not(tmp_path: Path) -> None:
    (one,) = add(SILENT, tmp_path / "ct.txt", standard="ADaM", version="2025-03-28")
    assert (one.release.standard, one.release.version) == ("adam", "2025-03-28")
    (same,) = add(as_text(RELEASE, "ADaM CT"), tmp_path / "ct.txt", version="2025-03-28")
    assert content_of(same) == content_of(one)


# --- where it is kept


def test_the_users_folder_is_that_of_the_system_or_the_one_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    assert data_folder() == data
    monkeypatch.setenv("CDISC_CONVERTERS_DATA", "")
    assert data_folder() == Path(platformdirs.user_data_dir("cdisc-converters", appauthor=False))


def test_releases_stand_side_by_side_and_the_imported_goes_before_the_shipped(
    tmp_path: Path,
) -> None:
    assert load_terminology(SHIPPED).release.origin == "shipped"
    for standard, version in (("SDTM", "2025-03-28"), ("SDTM", SHIPPED), ("ADaM", "2026-03-27")):
        path = tmp_path / f"{standard}{version}.txt"
        write_text(path, RELEASE, standard, version)
        import_terminology([path])
    assert versions() == [SHIPPED, "2025-03-28"]
    assert versions("ADaM") == ["2026-03-27"]
    own = load_terminology(SHIPPED)
    assert (own.release.origin, len(own.names())) == ("imported", 4)
    assert load_terminology("2026-03-27", standard="adam").label == "ADaM terminology 2026-03-27"
    shipped = read_release(folder("schemas") / "terminology" / f"sdtm-{SHIPPED}.jsonl")
    assert (shipped.origin, shipped.is_used, own.release.is_used) == ("shipped", False, True)


def test_an_unknown_release_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"no SEND terminology: import .* 'cdisc terminology add'"):
        load_terminology("2026-03-27", standard="send")
    write_text(tmp_path / "ct.txt", RELEASE, "SDTM", "2025-03-28")
    import_terminology([tmp_path / "ct.txt"])
    with pytest.raises(SpecError, match=r"only 2024-03-29, 2025-03-28 .did you mean '2025-03-28'"):
        load_terminology("2025-03-27")


def test_the_same_import_again_changes_nothing(tmp_path: Path) -> None:
    write_text(tmp_path / "ct.txt", RELEASE, "SDTM", "2025-03-28")
    (first,) = import_terminology([tmp_path / "ct.txt"])
    before = first.release.place.read_bytes(), first.release.place.stat().st_mtime_ns
    (again,) = import_terminology([tmp_path / "ct.txt"])
    assert (first.changed, again.changed) == (True, False)
    assert (again.release.place.read_bytes(), again.release.place.stat().st_mtime_ns) == before


def test_an_import_replaces_a_release_also_for_who_has_read_it_before(tmp_path: Path) -> None:
    write_text(tmp_path / "ct.txt", RELEASE, "SDTM", "2025-03-28")
    import_terminology([tmp_path / "ct.txt"])
    old = load_terminology("2025-03-28")
    write_text(tmp_path / "ct.txt", RELEASE[:3], "SDTM", "2025-03-28")
    (again,) = import_terminology([tmp_path / "ct.txt"])
    assert again.changed
    assert load_terminology("2025-03-28").names() == ["NY"]
    # A conversion that is under way goes on with what it began with.
    assert "SYSBP" in old.codelist("VSTESTCD")


def test_two_files_of_one_release_are_refused(tmp_path: Path, data: Path) -> None:
    write_text(tmp_path / "a.txt", RELEASE, "SDTM", "2025-03-28")
    write_library(tmp_path / "b.json", RELEASE, "SDTM", "2025-03-28")
    with pytest.raises(SpecError, match=r"b.json: holds the release of '.*a.txt': add one"):
        import_terminology([tmp_path / "a.txt", tmp_path / "b.json"])
    assert not data.exists()


def test_a_failed_import_leaves_what_was_there(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text(tmp_path / "ct.txt", RELEASE, "SDTM", "2025-03-28")
    (first,) = import_terminology([tmp_path / "ct.txt"])
    before = first.release.place.read_bytes()

    def no_room(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", no_room)
    write_text(tmp_path / "ct.txt", RELEASE[:3], "SDTM", "2025-03-28")
    with pytest.raises(OutputError, match=r"2025-03-28.jsonl: cannot be written: No space left"):
        import_terminology([tmp_path / "ct.txt"])
    assert first.release.place.read_bytes() == before
    assert [path.name for path in (data / "terminology").iterdir()] == [first.release.place.name]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path, data: Path) -> None:
    data.write_text("a file")
    write_text(tmp_path / "ct.txt", RELEASE, "SDTM", "2025-03-28")
    with pytest.raises(OutputError, match="cannot be written"):
        import_terminology([tmp_path / "ct.txt"])


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"{}",
        lambda _: b"[1]\n",
        lambda content: content[:-5],
        lambda content: content[: content.rindex(b"[")],
        lambda content: content.replace(b'["MILD"', b'"MILD"'),
        lambda content: content.replace(b'"name"', b'"named"'),
        lambda content: content.replace(b"Mild", b"\xff"),
    ],
)
def test_a_damaged_release_says_what_to_do(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    write_text(tmp_path / "ct.txt", RELEASE, "SDTM", "2025-03-28")
    (imported,) = import_terminology([tmp_path / "ct.txt"])
    place = imported.release.place
    place.write_bytes(damage(place.read_bytes()))
    os.utime(place, ns=(1, 1))
    with pytest.raises(SpecError, match=r"jsonl: cannot be read: .* import the release again"):
        load_terminology("2025-03-28").codelist("C165643")


def test_an_imported_release_travels_to_another_process(tmp_path: Path) -> None:
    write_text(tmp_path / "ct.txt", RELEASE, "SDTM", "2025-03-28")
    import_terminology([tmp_path / "ct.txt"])
    sent = pickle.dumps(load_terminology("2025-03-28", {"VSTESTCD": ["X"]}))
    assert len(sent) < 1000
    assert "X" in pickle.loads(sent).codelist("VSTESTCD")


# --- in a study


def test_a_study_names_an_imported_release_and_adds_to_it(workshop: Any, tmp_path: Path) -> None:
    write_text(tmp_path / "ct.txt", RELEASE, "SDTM", "2025-03-28")
    (imported,) = import_terminology([tmp_path / "ct.txt"])
    head = {
        "standards": {"terminology": "2025-03-28"},
        "terminology": {"extensions": {"VSTESTCD": {"NECKCIR": "Neck Circumference"}}},
    }
    spec = {
        "dataset": "VS",
        "source": "raw",
        "findings": [{"test": code, "from": "A", "unit": "x"} for code in ("SYSBP", "NECKCIR")],
    }
    result = workshop.convert({"raw": [{"SUBJ": "1", "A": "3"}]}, spec, **head)
    assert result.records("VS", "VSTESTCD", "VSTEST") == [
        ("NECKCIR", "Neck Circumference"),
        ("SYSBP", "Systolic Blood Pressure"),
    ]
    write_package(result.conversion, [], tmp_path / "out", lambda *_: None)
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["standards"]["terminology"] == "2025-03-28"
    assert manifest["terminology"] == {
        "standard": "sdtm",
        "version": "2025-03-28",
        "origin": "imported",
        "files": list(imported.release.files),
        "codelists": 4,
        "terms": 7,
    }


def test_only_extensible_codelists_of_an_imported_release_are_added_to(tmp_path: Path) -> None:
    write_text(tmp_path / "ct.txt", RELEASE, "SDTM", "2025-03-28")
    import_terminology([tmp_path / "ct.txt"])
    with pytest.raises(SpecError, match=r"codelist NY \(No Yes Response\) is not extensible"):
        load_terminology("2025-03-28", {"NY": ["M"]})
    own = load_terminology("2025-03-28", {"C165643": ["DREADFUL"], "MINE": {"A": "Alpha"}})
    assert own.codelist("C165643").extended == {"DREADFUL"}
    assert own.decode("MINE", "A") == "Alpha"


# --- the releases themselves


def published(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"the shared data has no {name}")
    return path


def test_the_published_sdtm_release_is_imported_with_its_damage_told() -> None:
    path = published(f"SDTM Terminology {SHIPPED}.txt")
    shipped = load_terminology(SHIPPED).release
    begin = time.perf_counter()
    (imported,) = import_terminology([path])
    assert time.perf_counter() - begin < 5
    release = imported.release
    assert len(release.entries) == 1106
    counts = {item.rule: item.count for item in imported.oddities}
    assert counts["term-without-code"] == 2980
    assert counts["codelist-without-name"] == 50
    # What is shipped of it is the same, but for what is recovered there.
    for entry in shipped.entries:
        assert release.index[entry.code][:5] == entry[:5]
        coded = {term.value: term for term in release.terms(entry.code) if term.code}
        for term in shipped.terms(entry.code):
            if term.code and term.value in coded:
                assert coded[term.value].preferred_term == term.preferred_term
                assert set(coded[term.value].synonyms) <= {*term.synonyms}, (entry, term)


def test_the_published_adam_release_is_imported() -> None:
    (imported,) = import_terminology([published("ADaM Terminology 2026-03-27.txt")])
    assert imported.oddities == ()
    assert (len(imported.release.entries), imported.release.size) == (25, 144)
    adam = load_terminology("2026-03-27", standard="adam")
    assert adam.paired("GAD02PC") is adam.get("GAD02PN")
    assert adam.decode("APCH1PC", "APCH1TS") == "APCH1-Total APACHE II Score - Analysis"
    assert all(adam.codelist(name).terms for name in adam.names())


def test_the_published_sdtm_release_is_the_same_in_every_form(tmp_path: Path) -> None:
    path = published(f"SDTM Terminology {SHIPPED}.txt")
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]
    heads = [row for row in rows if not row[1]]
    of: dict[str, list[list[str]]] = {row[0]: [row] for row in heads}
    for row in rows:
        if row[1]:
            of[row[1]].append(row)
    lines: list[Line] = [
        (
            r[0],
            r[1],
            r[2],
            "" if r[1] else r[3],
            r[4],
            tuple(r[5].split("; ")) if r[5] else (),
            r[7],
        )
        for several in of.values()
        for r in several
    ]
    (peer,) = import_terminology([path])
    expected = content_of(peer)
    for name in ("ct.odm.xml", "ct.json"):
        WRITERS[name](tmp_path / name, lines, "SDTM", SHIPPED)
        (imported,) = import_terminology([tmp_path / name])
        assert content_of(imported) == expected
        assert [(i.rule, i.count) for i in imported.oddities] == [
            (i.rule, i.count) for i in peer.oddities
        ]


def test_a_name_that_no_file_can_have_is_an_error_too() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        import_terminology([Path("\0")])


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["SDTM 2024-03-29"], ("sdtm", "2024-03-29")),
        (["SDTM CT 2024-03-29"], ("sdtm", "2024-03-29")),
        (["Define-XML CT 2024-03-29"], ("define-xml", "2024-03-29")),
        (["CDISC Glossary 2024-03-29"], ("glossary", "2024-03-29")),
        (["SDTM Terminology 2024-03-29"], ("sdtm", "2024-03-29")),
        (["ADaM Controlled Terminology Package 57 Effective 2024-03-29"], ("adam", "2024-03-29")),
        (["CDISC SDTM Controlled Terminology", "2024-03-29"], ("sdtm", "2024-03-29")),
        (["SEND Terminology"], ("send", "")),
        (["2024-03-29"], ("", "2024-03-29")),
        (["Sheet1", ""], ("", "")),
        ([], ("", "")),
    ],
)
def test_standard_and_date_are_found_in_what_files_say(
    texts: list[str], expected: tuple[str, str]
) -> None:
    assert release_of(*texts) == expected
