"""The commands ``cdisc terminology``: releases added and listed, codelists and terms looked up."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from converters.standards.release import Release
    from converters.standards.terminology import Codelist, Terminology

_WIDTH = 160
_EXIT_CODES = """\b
Exit codes:
  0    done
  2    the command is wrong: no such release or codelist, or a file does not say its standard
  3    a file cannot be read or is no terminology
  4    the release cannot be written
"""


@click.group(epilog=_EXIT_CODES)
def terminology() -> None:
    """Controlled Terminology: add releases, list them, look up codelists and terms."""


def _machine(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def _which(command: Callable[..., None]) -> Callable[..., None]:
    """The options that choose a release."""
    for name, default, text in (
        ("--version", None, "Date of the release; without it the newest of the standard."),
        ("--standard", "sdtm", "Standard of the release."),
    ):
        command = click.option(name, default=default, show_default=True, help=text)(command)
    return command


@terminology.command(epilog=_EXIT_CODES)
@click.argument(
    "files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILE..."
)
@click.option("--standard", default="", help="Standard, where a file does not say it: sdtm, adam.")
@click.option("--version", default="", help="Date (YYYY-MM-DD), where a file does not say it.")
@_machine
def add(files: Sequence[Path], standard: str, version: str, as_json: bool) -> None:
    """Import releases from FILEs: NCI EVS text, ODM XML or .xlsx, or CDISC Library JSON."""
    from converters.standards.terminology_import import import_terminology

    imported = import_terminology(files, standard, version)
    if as_json:
        _print_json(
            [
                {
                    **_described(item.release),
                    "changed": item.changed,
                    "oddities": [finding.as_dict() for finding in item.oddities],
                }
                for item in imported
            ]
        )
        return
    for item in imported:
        release = item.release
        done = "imported" if item.changed else "unchanged, it was imported before"
        click.echo(
            f"{release.label}: {len(release.entries):,} codelists, {release.size:,} terms: {done}"
        )
        for finding in item.oddities:
            place = f"[{finding.file}, from line {finding.record}]"
            click.echo(f"  Warning: {finding.rule} ({finding.count:,}): {finding.message} {place}")


@terminology.command("list")
@_machine
def list_(as_json: bool) -> None:
    """The releases there are, shipped and imported."""
    from converters.standards.release import imported_folder, read_release, release_places

    releases = [read_release(place) for _, _, place in release_places()]
    releases.sort(key=lambda item: (item.standard, item.version, item.origin))
    if as_json:
        _print_json([_described(item) for item in releases])
        return
    table = _table("Standard", "Version", "Codelists", "Terms", "From", "Used")
    for item in releases:
        made_of = ", ".join(file["file"] for file in item.files)
        _row(
            table,
            item.title,
            item.version,
            f"{len(item.entries):,}",
            f"{item.size:,}",
            f"{item.origin}: {made_of}" if made_of else item.origin,
            "yes" if item.is_used else "no: the imported one is",
        )
    _print(table)
    click.echo(f"Imported releases are kept in {imported_folder()}")


@terminology.command()
@click.argument("word")
@_which
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="Most to show."
)
@_machine
def search(word: str, standard: str, version: str | None, limit: int, as_json: bool) -> None:
    """Codelists and terms with WORD in a name, value, synonym or preferred term, or as code."""
    from converters.standards import terminology_search

    release = _loaded(standard, version).release
    found = terminology_search.search(release, word)
    near = [] if found else terminology_search.nearest_texts(release, word)
    if as_json:
        matches = [
            {
                "codelist": match.codelist._asdict(),
                "term": asdict(match.term) if match.term else None,
                "matched": match.what,
                "text": match.text,
            }
            for match in found[:limit]
        ]
        content = {"found": len(found), "matches": matches, "nearest": near}
        _print_json({"release": _described(release), **content})
        return
    if not found:
        hint = f"; near it are: {', '.join(near)}" if near else ""
        click.echo(f"{release.label} has nothing with '{word}'{hint}")
        return
    click.echo(f"'{word}' in {release.label}")
    table = _table("Codelist", "Name", "Term", "Code", "Preferred term", "Found in")
    for match in found[:limit]:
        entry, term = match.codelist, match.term
        _row(
            table,
            entry.name or entry.code,
            entry.label,
            term.value if term else "",
            term.code if term else entry.code,
            term.preferred_term if term else "",
            f"{match.what} {match.text}" if match.what == "synonym" else match.what,
        )
    _print(table)
    if len(found) > limit:
        click.echo(f"and {len(found) - limit:,} more: --limit shows them")


@terminology.command()
@click.argument("codelist")
@_which
@_machine
def show(codelist: str, standard: str, version: str | None, as_json: bool) -> None:
    """The terms of CODELIST, a short name or NCI code; of test codes also the test names."""
    chosen = _loaded(standard, version)
    found = chosen.get(codelist) or chosen.get(codelist.upper()) or chosen.codelist(codelist)
    paired = chosen.paired(found)
    if as_json:
        _print_json({"release": _described(chosen.release), **_content(found, paired)})
        return
    open_ = "extensible" if found.extensible else "not extensible"
    name = found.name or found.code
    click.echo(f"{name} ({found.code}): {found.label}, {open_}, {chosen.label}")
    decode = [paired.name or paired.label] if paired else []
    table = _table("Submission value", "Code", *decode, "Synonyms", "Preferred term")
    for term in found.terms:
        named = [found.decodes.get(term.value, "")] if paired else []
        _row(table, term.value, term.code, *named, "; ".join(term.synonyms), term.preferred_term)
    _print(table)


def _loaded(standard: str, version: str | None) -> Terminology:
    """The release that is meant: the newest where no version is given."""
    from converters.standards.terminology import load_terminology, versions

    newest = next(iter(versions(standard)[-1:]), "")
    return load_terminology(version or newest, standard=standard)


def _described(release: Release) -> dict[str, Any]:
    return {**release.as_dict(), "used": release.is_used, "place": str(release.place)}


def _content(codelist: Codelist, paired: Codelist | None) -> dict[str, Any]:
    return {
        "code": codelist.code,
        "name": codelist.name,
        "label": codelist.label,
        "extensible": codelist.extensible,
        "pair": {"code": paired.code, "name": paired.name} if paired else None,
        "terms": [
            {**asdict(term), "decode": codelist.decodes.get(term.value)} for term in codelist.terms
        ],
    }


def _print_json(content: Mapping[str, Any] | Sequence[Any]) -> None:
    click.echo(json.dumps(content, indent=1, ensure_ascii=False))


def _table(*names: str) -> Table:
    table = Table()
    for name in names:
        table.add_column(
            Text(name),
            justify="right" if name in ("Codelists", "Terms") else "left",
            overflow="fold",
        )
    return table


def _row(table: Table, *cells: str) -> None:
    table.add_row(*map(Text, cells))


def _print(table: Table) -> None:
    console = Console()
    Console(width=None if console.is_terminal else _WIDTH).print(table)
