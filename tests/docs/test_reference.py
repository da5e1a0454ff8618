"""The reference is run: every example of its pages is converted and must give what the page says.

An example is a group of fenced blocks whose title is a file of a study folder (``raw/ae.csv``,
``sdtm/ae.yaml``, ``study.yaml``), and the tables after it: ``**AE**`` the records of a dataset,
``**Findings**`` of the conversion, ``**Errors**`` of the checks after it, ``**Account of ae**``
what became of a source's records, ``**Variables of AE**``, ``**Metadata of AE**`` what define.xml
says of its variables; or a block titled ``cdisc check`` with the problems of the specs. Only the
columns shown are compared; findings and errors that are not shown must not be there. An example
without raw records has those of the one before it.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import shlex
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from converters import api, cli, columns
from converters.dataset import Dataset
from converters.findings import Severity
from converters.mapping.document import load
from converters.mapping.expressions import FUNCTIONS, Function, Ref, parse
from converters.resources import folder
from converters.rules.registry import rules
from converters.standards.terminology_import import ODDITIES

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
MAPPING = REFERENCE / "mapping.md"
TUTORIAL = ROOT / "docs" / "tutorial.md"
PAGES = (MAPPING, REFERENCE / "study-yaml.md")

FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"^\*\*([^*\n]+)\*\*\n\n((?:\|.*\n)+)", re.MULTILINE)
HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)

DEFAULTS: Mapping[str, Any] = {
    "study": {"id": "ABC", "created": "2026-01-01"},
    "usubjid": 'concat("ABC-", SUBJ)',
}


@dataclass
class Example:
    """One example: files to write, and the titled tables or problems that are expected of them."""

    page: str
    line: int
    files: dict[str, str] = field(default_factory=dict)
    tables: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] | None = None
    recipe: bool = False

    @property
    def done(self) -> bool:
        """Whether something is expected, so that the next file begins another example."""
        return bool(self.tables) or self.problems is not None

    def specs(self) -> Iterator[tuple[str, str]]:
        """The YAML files of the example: the schema that holds for each, and its text."""
        for name, content in self.files.items():
            if name.endswith(".yaml"):
                yield "study" if name == "study.yaml" else "dataset", content


def pieces(text: str) -> list[tuple[int, str, str, str]]:
    """(offset, kind, title, content) of fenced blocks, titled tables and headings, in order."""
    blocks = list(FENCE.finditer(text))
    inside = [(block.start(), block.end()) for block in blocks]
    found = [(block.start(), block[1], block[2] or "", block[3]) for block in blocks]
    found += [(table.start(), "table", table[1], table[2]) for table in TABLE.finditer(text)]
    found += [
        (heading.start(), "heading", heading[1], heading[2])
        for heading in HEADING.finditer(text)
        if not any(start < heading.start() < end for start, end in inside)
    ]
    return sorted(found)


def examples(path: Path) -> list[Example]:
    """The examples of a page."""
    text = path.read_text("utf-8")
    found: list[Example] = []
    current: Example | None = None
    recipe = False
    for offset, kind, title, content in pieces(text):
        if kind == "heading":
            current = None
            recipe = content == "Recipes" if title == "##" else recipe
        elif kind == "table":
            assert current, f"{path.name}: the table '{title}' stands in no example"
            current.tables.append((title, content))
        elif title == "cdisc check" and current:
            current.problems = content.splitlines()
        elif "/" in title or title in ("study.yaml", "derivations.py"):
            if current is None or current.done:
                line = text.count("\n", 0, offset) + 1
                current = Example(path.name, line, recipe=recipe)
                found.append(current)
            current.files[title] = content
    raw: dict[str, str] = {}
    for example in found:
        own = {name: item for name, item in example.files.items() if name.startswith("raw/")}
        raw = {name: item for name, item in (own or raw).items() if name != "raw/dm.csv"}
        example.files = {**raw, **example.files}
    idle = [example.line for example in found if not example.done]
    assert not idle, f"{path.name}: examples without anything expected in lines {idle}"
    return found


ALL = [example for page in PAGES if page.exists() for example in examples(page)]


@cache
def subjects() -> Mapping[str, str]:
    """The DM that every example has: the first on the page."""
    found: dict[str, str] = {}
    for _, _, title, content in pieces(MAPPING.read_text("utf-8")):
        if title in ("raw/dm.csv", "sdtm/dm.yaml"):
            found.setdefault(title, content)
    return found


def write_study(example: Example, place: Path) -> Path:
    """The study folder of an example; what it does not show is the page's."""
    files = dict(example.files)
    if "sdtm/dm.yaml" not in files:
        files = {**subjects(), **files}
    for name, content in files.items():
        path, _, sheet = name.partition(", sheet ")
        target = place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if sheet:
            write_sheet(target, sheet, content)
        elif ", table " in name:
            write_table(*name.split(", table "), content, place)
        else:
            target.write_text(content, "utf-8")
    if example.problems is None or "study.yaml" not in files:
        complete = study_yaml(files, place)
        (place / "study.yaml").write_text(json.dumps(complete), "utf-8")
    return place


def write_sheet(target: Path, sheet: str, content: str) -> None:
    """A sheet more in a workbook."""
    book = openpyxl.load_workbook(target) if target.exists() else openpyxl.Workbook()
    if not target.exists():
        del book[book.sheetnames[0]]
    page = book.create_sheet(sheet)
    for row in csv.reader(io.StringIO(content)):
        page.append(row)
    book.save(target)


def write_table(path: str, table: str, content: str, place: Path) -> None:
    """A table more in a database, all of text."""
    header, *rows = csv.reader(io.StringIO(content))
    with closing(sqlite3.connect(place / path)) as connection:
        connection.execute(f"CREATE TABLE {table} ({', '.join(header)})")
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(header))})", rows)
        connection.commit()


def study_yaml(files: Mapping[str, str], place: Path) -> dict[str, Any]:
    """The example's own keys of study.yaml, defaults for the others, its raw files as sources."""
    own = load(place / "study.yaml").data if "study.yaml" in files else {}
    sources = own.get("sources", {})
    written = json.dumps(sources)
    raw = dict.fromkeys(n.partition(", ")[0] for n in files if n.startswith("raw/"))
    named = {
        Path(p).stem: {"path": p}
        for p in raw
        if not re.search(rf'/{Path(p).stem}[.]|"{Path(p).parent}"', written)
    }
    return {
        **DEFAULTS,
        **own,
        "study": {**DEFAULTS["study"], **own.get("study", {})},
        "sources": {**named, **sources},
    }


def cells(row: str) -> list[str]:
    """The cells of a row of a Markdown table."""
    inner = row.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def rows_of(table: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a Markdown table."""
    lines = [cells(line) for line in table.splitlines()]
    return lines[0], lines[2:]


def actual(report: api.Report, title: str, names: list[str]) -> list[list[str]]:
    """What a conversion gives for a table of the page."""
    if title == "Findings":
        known = conversion_rules()
        found = [item.as_dict() for item in report.findings if item.rule in known]
    elif title == "Errors":
        found = errors(report)
    elif title.startswith("Account of "):
        found = account(report, title.removeprefix("Account of "))
    elif title.startswith("Variables of "):
        described = report.datasets[title.removeprefix("Variables of ")].metadata.variables
        found = [{"variables": ", ".join(item.name for item in described)}]
    elif title.startswith("Metadata of "):
        found = metadata(report.datasets[title.removeprefix("Metadata of ")])
    else:
        found = records(report.datasets[title], names)
    return [[shown(item[name]) for name in names] for item in found]


#: Texts of the code that look like the name of a finding and are something else.
NO_RULES = {
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "iso-8859-15"),
    *("windows-1252", "cdisc-converters", "define-xml", "x-severity", "x-published", "x-core"),
    "yyyy-mm-dd",
}
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")


@cache
def emitted(room: str) -> frozenset[str]:
    """The names of findings that the modules of a room hold: its hyphenated texts."""
    found = set()
    for path in sorted((ROOT / "converters" / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return frozenset(name for name in found if _NAME.fullmatch(name)) - NO_RULES


def conversion_rules() -> frozenset[str]:
    """The findings that reading and converting make; an example shows all of them."""
    return emitted("pipeline") | emitted("rules") | emitted("sources")


def errors(report: api.Report) -> list[dict[str, Any]]:
    """What the checks of the converted datasets have against them, Error or graver."""
    known = conversion_rules()
    return [
        item.as_dict()
        for item in report.findings
        if item.rule not in known and item.severity.at_least(Severity.ERROR)
    ]


def shown(value: Any) -> str:
    """A value as the page writes it."""
    return "" if value is None else str(value)


def records(dataset: Dataset, names: list[str]) -> list[dict[str, Any]]:
    """The records of a dataset, numbers as text."""
    texts = {name: columns.map_text(dataset.frame[name], list) for name in names}
    rows = range(len(dataset.frame))
    lists = {name: columns.to_list(column) for name, column in texts.items()}
    return [{name: lists[name][row] for name in names} for row in rows]


def account(report: api.Report, source: str) -> list[dict[str, Any]]:
    """What became of a source's records: fate, reason, number."""
    (found,) = (item for item in report.sources if item["source"] == source)
    lines = [{"fate": "mapped", "reason": "", "records": found["mapped"]}]
    for fate in ("excluded", "rejected"):
        for reason, count in found[fate].items():
            lines.append({"fate": fate, "reason": reason, "records": count})
    if found["unread_columns"]:
        names = ", ".join(found["unread_columns"])
        lines.append({"fate": "columns not read", "reason": names, "records": None})
    return lines


def metadata(dataset: Dataset) -> list[dict[str, Any]]:
    """What define.xml says of each variable, and of the qualifiers of a SUPP-- dataset."""
    described = [(item.name, item) for item in dataset.metadata.variables]
    described += [(v.where[0].values[0], v.definition) for v in dataset.metadata.value_level]
    return [
        {
            "variable": name,
            "label": item.label,
            "type": item.data_type,
            "length": item.length,
            "origin": item.origin.type if item.origin else None,
            "source": item.origin.source if item.origin else None,
            "predecessor": item.origin.predecessor if item.origin else None,
            "pages": ", ".join(item.origin.pages) if item.origin else None,
            "codelist": item.codelist.name if item.codelist else None,
            "method": item.method.words if item.method else None,
            "comment": item.comment.text if item.comment else None,
        }
        for name, item in described
    ]


@pytest.fixture(autouse=True)
def _no_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.mark.parametrize("example", ALL, ids=lambda item: f"{item.page}:{item.line}")
def test_example_gives_what_the_page_shows(example: Example, tmp_path: Path) -> None:
    place = write_study(example, tmp_path / "study")
    if example.problems is not None:
        assert [str(problem) for problem in api.check(place)] == example.problems
        return
    report = api.convert(place, out=None, fail_on=None)
    titles = [title for title, _ in example.tables]
    for title, table in example.tables:
        names, expected = rows_of(table)
        found = actual(report, title, names)
        if title.startswith("Metadata"):
            wanted = {row[names.index("variable")] for row in expected}
            found = [row for row in found if row[names.index("variable")] in wanted]
        assert found == expected, title
    if "Findings" not in titles:
        assert actual(report, "Findings", ["rule", "message"]) == []
    if "Errors" not in titles:
        left_out = () if example.recipe else ("required-value-missing",)
        assert [item for item in errors(report) if item["rule"] not in left_out] == []


# What the pages must hold


def names_of(schema: Any) -> Iterator[str]:
    """All keys that a JSON Schema of the mapping language has, at any depth."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for item in schema.values():
            yield from names_of(item)
    elif isinstance(schema, list):
        for item in schema:
            yield from names_of(item)


def choices_of(schema: Any) -> Iterator[str]:
    """All words among which a key of the language has to be chosen."""
    if isinstance(schema, Mapping):
        yield from (item for item in schema.get("enum", ()) if isinstance(item, str))
        for item in schema.values():
            yield from choices_of(item)
    elif isinstance(schema, list):
        for item in schema:
            yield from choices_of(item)


def mapping_schema(name: str) -> dict[str, Any]:
    """A JSON Schema of the mapping language."""
    loaded: dict[str, Any] = json.loads(
        (folder("schemas") / "mapping" / f"{name}.json").read_text("utf-8")
    )
    return loaded


def used(schema: Any, root: Mapping[str, Any], data: Any, path: str = "#") -> Iterator[str]:
    """The places of ``properties`` of a schema that a document uses."""
    if not isinstance(schema, Mapping):
        return
    if "$ref" in schema:
        place = schema["$ref"]
        target: Any = root
        for part in place.removeprefix("#/").split("/"):
            target = target[part]
        yield from used(target, root, data, place)
    for number, option in enumerate(schema.get("oneOf", ())):
        if Draft202012Validator({**option, "$defs": root.get("$defs", {})}).is_valid(data):
            yield from used(option, root, data, f"{path}/oneOf/{number}")
    if isinstance(data, Mapping):
        properties = schema.get("properties", {})
        for key, item in data.items():
            if key in properties:
                yield f"{path}/properties/{key}"
                yield from used(properties[key], root, item, f"{path}/properties/{key}")
            else:
                patterns = schema.get("patternProperties", {}).items()
                fits = (inner for pattern, inner in patterns if re.search(pattern, key))
                other = next(fits, schema.get("additionalProperties"))
                yield from used(other, root, item, f"{path}/additionalProperties")
    if isinstance(data, list):
        for item in data:
            yield from used(schema.get("items"), root, item, f"{path}/items")


def places(schema: Any, path: str = "#") -> Iterator[str]:
    """All places of ``properties`` of a schema."""
    if isinstance(schema, Mapping):
        for key, item in schema.items():
            inner = f"{path}/{key}"
            if key == "properties":
                yield from (f"{inner}/{name}" for name in item)
            yield from places(item, inner)
    elif isinstance(schema, list):
        for number, item in enumerate(schema):
            yield from places(item, f"{path}/{number}")


#: The same keys in two places: an example of one will do.
_SAME = (
    ("#/properties/records/items/properties", "#/properties"),
    ("#/$defs/supplemental", "#/$defs/variable"),
    ("#/properties/keep/oneOf/1/items/", "#/properties/keep/oneOf/0/"),
    (
        "#/$defs/variable/properties/standard_result/properties/units/",
        "#/properties/standard_units/",
    ),
)
#: Keys without an effect that an example could show.
_WITHOUT_EXAMPLE = {"#/properties/tests"}


def one_block(place: str) -> str:
    """A place in the schema where blocks are one thing, and qualifiers variables."""
    for special, plain in _SAME:
        place = place.replace(special, plain)
    return place


@pytest.mark.parametrize("name", ["dataset", "study"])
def test_every_key_of_the_language_is_in_an_example(name: str, tmp_path: Path) -> None:
    schema = mapping_schema(name)
    shown_keys: set[str] = set()
    for number, (kind, content) in enumerate(item for e in ALL for item in e.specs()):
        if kind == name:
            path = tmp_path / f"{number}.yaml"
            path.write_text(content, "utf-8")
            shown_keys |= {one_block(place) for place in used(schema, schema, load(path).data)}
    wanted = {one_block(place) for place in places(schema)} - _WITHOUT_EXAMPLE
    assert sorted(wanted - shown_keys) == []


@pytest.mark.parametrize(("name", "page"), [("dataset", MAPPING), ("study", PAGES[1])])
def test_every_key_and_choice_of_the_language_is_on_its_page(name: str, page: Path) -> None:
    text = page.read_text("utf-8")
    words = {*names_of(mapping_schema(name)), *choices_of(mapping_schema(name))}
    assert sorted(word for word in words if f"`{word}`" not in text) == []


def test_every_rule_has_a_section_of_its_own() -> None:
    headings = {
        content for _, kind, _, content in pieces(MAPPING.read_text("utf-8")) if kind == "heading"
    }
    assert sorted(name for name in rules() if f"`{name}`" not in headings) == []


def test_every_link_between_the_pages_leads_somewhere() -> None:
    anchors = {}
    pages = [*REFERENCE.glob("*.md"), TUTORIAL]
    for page in pages:
        titles = [
            content for _, kind, _, content in pieces(page.read_text("utf-8")) if kind == "heading"
        ]
        anchors[page.resolve()] = {anchor(title) for title in titles}
    lost = []
    for page in pages:
        for target in re.findall(r"\]\(([^)]+)\)", FENCE.sub("", page.read_text("utf-8"))):
            file, _, place = target.partition("#")
            other = (page.parent / file).resolve() if file else page.resolve()
            found = not place or place in anchors.get(other, set())
            if not found or not other.exists():
                lost.append(f"{page.name}: {target}")
    assert lost == []


def anchor(title: str) -> str:
    """The anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


# Findings


def record_rules() -> set[str]:
    """The rules over records that the schemas of the domains name."""
    found = set()
    for path in sorted(folder("schemas").glob("sdtmig-*/*.json")):
        schema = json.loads(path.read_text("utf-8"))
        found |= {rule["title"] for rule in schema.get("allOf", ())}
    return found


def test_every_finding_is_on_the_page_of_findings() -> None:
    text = (REFERENCE / "findings.md").read_text("utf-8")
    rooms = ("sources", "pipeline", "rules", "validation", "formats", "define")
    known = set().union(*(emitted(room) for room in rooms)) | record_rules()
    assert sorted(name for name in known if f"`{name}`" not in text) == []


def test_the_page_of_findings_names_no_finding_that_nothing_emits() -> None:
    text = (REFERENCE / "findings.md").read_text("utf-8")
    rooms = ("sources", "pipeline", "rules", "validation", "formats", "define")
    known = set().union(*(emitted(room) for room in rooms)) | record_rules()
    named = {
        name
        for row in re.findall(r"^\| (`[^|]+`) \| (?:Reject|Error|Warning|Note)", text, re.MULTILINE)
        for name in re.findall(r"`([^`]+)`", row)
    }
    assert sorted(named - known) == []


# Expressions

COLUMNS: Mapping[str, Any] = {
    "AGE": 34.0,
    "SEX": "F",
    "AESTDTC": "2015-03",
    "DM.RFSTDTC": "2015-03-14",
    "QTY": "1.50",
    "raw.Odd name": "x",
    "EMPTY": None,
}


def column(ref: Ref) -> pd.Series:
    """The column of a name, of one row."""
    value = COLUMNS[f"{ref.scope}.{ref.name}" if ref.scope else ref.name]
    return pd.Series([value]) if isinstance(value, float) else columns.text([value])


def gives(text: str) -> str:
    """What an expression gives, as the page writes it."""
    expression = parse(text)
    if expression.is_condition:
        return "true" if expression.test(column, 1)[0] else "false"
    (value,) = columns.parts(expression.evaluate(column, 1)).values or ["(missing)"]
    return value


def expressions() -> list[tuple[str, str]]:
    """The examples of the page of expressions, with their results."""
    found = []
    heading: list[str] = []
    for line in (REFERENCE / "expressions.md").read_text("utf-8").splitlines():
        row = cells(line) if line.startswith("|") else []
        if row and row[-1] == "Gives":
            heading = row
        elif not row:
            heading = []
        elif heading and not set(line) <= set("|- "):
            found.append((row[-2].strip("`"), row[-1]))
    return found


@pytest.mark.parametrize(("text", "result"), expressions())
def test_expression_gives_what_the_page_shows(text: str, result: str) -> None:
    assert gives(text) == result


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda item: item.name)
def test_every_function_is_on_the_page_as_it_documents_itself(function: Function) -> None:
    rows = [cells(line) for line in (REFERENCE / "expressions.md").read_text("utf-8").splitlines()]
    doc = function.doc.replace("``", "`")
    expected = [f"`{function.signature}`", doc, f"`{function.example}`", gives(function.example)]
    assert expected in rows


# The tutorial


def run(command: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Exit code and output of a command line that begins with cdisc."""
    try:
        cli.main(shlex.split(command)[1:])
        code = 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    captured = capsys.readouterr()
    return code, [line.strip() for line in f"{captured.out}\n{captured.err}".splitlines()]


def tutorial_tables(title: str, table: str, place: Path) -> None:
    """A table of the tutorial is what the folder converts to now."""
    names, expected = rows_of(table)
    report = api.convert(place, out=None, fail_on=None)
    assert actual(report, title, names) == expected, title


def test_every_step_of_the_tutorial_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    study = tmp_path / "my-study"
    codes = []
    for _, kind, title, content in pieces(TUTORIAL.read_text("utf-8")):
        if title.startswith(("raw/", "sdtm/", "study.yaml")):
            (study / title).parent.mkdir(parents=True, exist_ok=True)
            (study / title).write_text(content, "utf-8")
        elif kind == "console":
            command, *lines = content.splitlines()
            code, output = run(command.removeprefix("$ "), capsys)
            codes.append(code)
            assert [line for line in lines if line.strip() not in {*output, "..."}] == []
        elif kind == "table":
            tutorial_tables(title, content, study)
        elif title == "package":
            absent = [name for name in content.split() if not (tmp_path / title / name).is_file()]
            assert absent == []
    assert codes == [2, 0, 0, 0, 1]


# Terminology


def test_every_command_on_the_page_of_terminology_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDISC_CONVERTERS_DATA", str(tmp_path / "data"))
    commands = 0
    for _, kind, title, content in pieces((REFERENCE / "terminology.md").read_text("utf-8")):
        if kind == "json":
            (tmp_path / title).write_text(content, "utf-8")
        elif kind == "console":
            command, *lines = content.splitlines()
            code, output = run(command.removeprefix("$ "), capsys)
            shown = [line.removesuffix("...") for line in lines]
            told = "\n".join(output)
            assert (code, [line for line in shown if line not in told]) == (0, [])
            commands += 1
    assert commands == 4


def test_every_warning_of_an_import_is_on_the_page_of_terminology() -> None:
    text = (REFERENCE / "terminology.md").read_text("utf-8")
    named = set(re.findall(r"^\| `([a-z]+(?:-[a-z]+)+)` \|", text, re.MULTILINE))
    assert named == set(ODDITIES)
