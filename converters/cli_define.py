"""The commands ``cdisc define``: a define.xml checked, made a page of, and shown in short."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from converters.cli_findings import EXIT_FINDINGS, FAIL_ON, fail_on_option, print_findings

_WIDTH = 160
_EXIT_CODES = """\b
Exit codes:
  0    done; of check: no findings at or above --fail-on
  1    of check: findings at or above --fail-on
  2    the command is wrong
  3    the file or the folder cannot be read, or the file is no Define-XML
  4    the page cannot be written
"""


@click.group(epilog=_EXIT_CODES)
def define() -> None:
    """A define.xml of any producer: checked, also against its data, and as a page."""


@define.command(epilog=_EXIT_CODES)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the datasets (.xpt, .json, .ndjson, .dsjc, .parquet) to check it against.",
)
@fail_on_option("Findings of this severity or graver make the exit code 1.")
@click.option("--json", "as_json", is_flag=True, help="Print all findings as JSON.")
def check(file: Path, data: Path | None, fail_on: str, as_json: bool) -> None:
    """Check FILE, a define.xml, by itself and with --data against its datasets."""
    from converters.api import check_define

    findings = check_define(file, data)
    if as_json:
        content = {
            "define": file.as_posix(),
            "data": None if data is None else data.as_posix(),
            "findings": [item.as_dict() for item in findings],
        }
        click.echo(json.dumps(content, indent=1, ensure_ascii=False))
    else:
        print_findings(findings, "(--json lists all)")
    severity = FAIL_ON.get(fail_on)
    if severity and any(item.severity.at_least(severity) for item in findings):
        raise SystemExit(EXIT_FINDINGS)


@define.command(epilog=_EXIT_CODES)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    help="The page to write; without it beside FILE, with the extension .html.",
)
@click.option("--data", type=click.Path(path_type=Path), metavar="DIR", help="As of check.")
@click.option(
    "--check/--no-check",
    "with_findings",
    default=True,
    show_default=True,
    help="Show the findings of check on the page.",
)
def page(file: Path, out: Path | None, data: Path | None, with_findings: bool) -> None:
    """Write FILE, a define.xml, as one HTML file that opens in every browser without a network."""
    from converters.api import define_page

    if data is not None and not with_findings:
        raise click.UsageError("--data is of no use with --no-check")
    click.echo(f"written to {define_page(file, out, data=data, check=with_findings)}")


@define.command(epilog=_EXIT_CODES)
@click.argument("file", type=click.Path(path_type=Path))
def show(file: Path) -> None:
    """Show in short what FILE, a define.xml, defines: its standards, datasets and codelists."""
    from converters.define.index import index
    from converters.define.read import read_define

    found = index(read_define(file))
    metadata = found.metadata
    standards = [
        " ".join(part for part in (item.name, item.publishing_set, item.version) if part)
        for item in found.standards.values()
    ] or [f"{metadata.standard_name or ''} {metadata.standard_version or ''}".strip()]
    click.echo(f"Define-XML {found.odm.version}: {metadata.name or file.name}")
    click.echo(f"Standards: {', '.join(standards) or 'none'}")
    table = Table()
    for name in ("Dataset", "Label", "Class", "Keys"):
        table.add_column(name)
    for name in ("Variables", "Value level"):
        table.add_column(name, justify="right")
    for group in metadata.item_groups:
        variables = list(found.variables(group))
        keys = sorted(
            (ref.key_sequence.rjust(3), item.name or "")
            for ref, item in variables
            if ref.key_sequence
        )
        class_ = group.dataset_class.name if group.dataset_class else group.class_name
        level = sum(len(list(found.value_level(item))) for _, item in variables)
        cells = (group.name, str(group.description or ""), class_, " ".join(k for _, k in keys))
        table.add_row(*(Text(cell or "") for cell in cells), f"{len(variables):,}", f"{level:,}")
    console = Console()
    Console(width=None if console.is_terminal else _WIDTH).print(table)
    counts = (
        (len(metadata.code_lists), "codelists"),
        (len(metadata.methods), "methods"),
        (len(metadata.comments), "comments"),
        (sum(1 for _ in found.results()), "analysis results"),
    )
    click.echo(", ".join(f"{count:,} {what}" for count, what in counts))
