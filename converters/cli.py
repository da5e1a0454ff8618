"""The command ``cdisc``: parses, calls the library, prints; it has no logic of its own."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from converters import __version__
from converters.cli_define import define
from converters.cli_findings import (
    EXIT_FINDINGS,
    FAIL_ON,
    fail_on_option,
    print_findings,
    sentence,
)
from converters.cli_terminology import terminology
from converters.errors import CdiscError

_WIDTH = 160
_EXIT_INTERRUPTED = 130

_EXIT_CODES = """\b
Exit codes:
  0    clean
  1    findings at or above --fail-on
  2    the study, a spec or the command is wrong
  3    a source cannot be read as it should
  4    the output cannot be written
  130  interrupted
"""


@click.group(epilog=_EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cdisc")
def commands() -> None:
    """Clinical-trial records to CDISC SDTM and ADaM: converted, checked, accounted, packaged."""


commands.add_command(terminology)
commands.add_command(define)


@commands.command(epilog=_EXIT_CODES)
@click.argument("study", type=click.Path(path_type=Path))
def check(study: Path) -> None:
    """Check every spec of STUDY, a study folder, without touching its data."""
    from converters.api import check as check_study

    problems = check_study(study)
    if problems:
        raise CdiscError(*problems)
    click.echo(f"{study}: the specs are in order")


@commands.command(epilog=_EXIT_CODES)
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), required=True, help="Folder to write."
)
@fail_on_option(
    "Findings of this severity or graver keep OUT as it was; the package goes to OUT-failed."
)
@click.option(
    "--also",
    type=click.Choice(["json", "ndjson", "dsjc", "parquet", "csv"]),
    multiple=True,
    help="Write every dataset in this format too; may be given several times.",
)
@click.option("--allow-code", is_flag=True, help="Run the study's own Python, derivations.py.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def convert(
    study: Path, out: Path, fail_on: str, also: tuple[str, ...], allow_code: bool, quiet: bool
) -> None:
    """Convert the raw records of STUDY into SDTM and ADaM and write the package to OUT."""
    from converters.api import convert as convert_study

    with _progress(quiet) as progress:
        report = convert_study(
            study,
            out,
            fail_on=FAIL_ON.get(fail_on),
            also=also,
            allow_code=allow_code,
            progress=progress,
        )
    if not quiet:
        if report.sources:
            _print_accounts(report.sources)
        _print_analyses(report.analyses)
        print_findings(report.findings, "in findings.json")
        records = sum(len(dataset.frame) for dataset in report.datasets.values())
        click.echo(f"{len(report.datasets)} datasets, {records:,} records: written to {report.out}")
    if not report.published:
        click.echo(
            f"cdisc: findings of severity {fail_on} or graver: {out} is as it was;"
            f" the package and its findings.json are in {report.out}",
            err=True,
        )
        raise SystemExit(EXIT_FINDINGS)


@commands.command(epilog=_EXIT_CODES)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--rows", "-n", type=click.IntRange(0), default=10, show_default=True, help="Records to show."
)
@click.option("--member", help="The dataset to show, where a transport file holds several.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and not tables.")
def show(file: Path, rows: int, member: str | None, as_json: bool) -> None:
    """Show what a dataset FILE holds: its variables and its first records.

    FILE is .xpt, .json, .ndjson, .dsjc (Dataset-JSON), .parquet or .csv.
    """
    from converters import cli_show
    from converters.formats.contents import read_contents

    contents = read_contents(file, rows, member)
    if as_json:
        click.echo(cli_show.as_json(file, contents))
    else:
        cli_show.print_contents(file, contents)


@commands.command("convert-file", epilog=_EXIT_CODES)
@click.argument("source", type=click.Path(path_type=Path), metavar="IN")
@click.argument("target", type=click.Path(path_type=Path), metavar="OUT")
@click.option("--member", help="The dataset to take, where a transport file holds several.")
@click.option(
    "--created",
    type=click.DateTime(("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S")),
    help="The time that OUT bears, in place of that of IN (or set SOURCE_DATE_EPOCH).",
)
@click.option("--lenient", is_flag=True, help="Cut or replace what a transport file cannot hold.")
@click.option("--version", type=click.Choice(["5", "8", "9"]), help="Version of a transport file.")
@click.option("--encoding", help="Encoding of a transport file's texts; else as IN, else ascii.")
def convert_file(
    source: Path,
    target: Path,
    member: str | None,
    created: datetime | None,
    lenient: bool,
    version: str | None,
    encoding: str | None,
) -> None:
    """Convert the dataset file IN into the format that the extension of OUT names.

    The formats are .xpt, .json, .ndjson, .dsjc (Dataset-JSON), .parquet and .csv.
    """
    from converters.formats.convert_file import convert_file as convert_one

    findings = convert_one(
        source,
        target,
        member=member,
        created=created or _epoch(),
        lenient=lenient,
        version=int(version) if version else None,
        encoding=encoding,
    )
    for item in findings:
        click.echo(f"{item.severity.value}: {item.rule}: {sentence(item)}", err=True)


def _epoch() -> datetime | None:
    """The time that SOURCE_DATE_EPOCH states."""
    from converters.study import source_date_epoch

    return source_date_epoch()


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str, float], None]]:
    """A progress bar on a terminal; nothing otherwise."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda *_: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda what, done: bar.update(task, description=what, completed=done)


def _print_accounts(sources: Sequence[Any]) -> None:
    """The account of each source's records, why some were left out, and columns nobody reads."""
    table = Table(title="Records by source", title_justify="left")
    table.add_column("Source")
    for name in ("Read", "Mapped", "Excluded", "Rejected"):
        table.add_column(name, justify="right")
    table.add_column("Into")
    for item in sources:
        into = ", ".join(f"{name} {entry['mapped']:,}" for name, entry in item["datasets"].items())
        table.add_row(
            Text(item["source"]),
            f"{item['records']:,}",
            f"{item['mapped']:,}",
            f"{sum(item['excluded'].values()):,}",
            f"{sum(item['rejected'].values()):,}",
            Text(into),
        )
    console = Console()
    Console(width=None if console.is_terminal else _WIDTH).print(table)
    for item in sources:
        for kind in ("excluded", "rejected"):
            for reason, count in item[kind].items():
                click.echo(f"{item['source']}: {count:,} {kind}: {reason}")
        if item["unread_columns"]:
            names = ", ".join(item["unread_columns"])
            click.echo(f"{item['source']}: columns that no mapping reads: {names}")


def _print_analyses(accounts: Sequence[Any]) -> None:
    """What became of the records of finished datasets in each analysis dataset."""
    if not accounts:
        return
    table = Table(title="Records by analysis dataset", title_justify="left")
    for name in ("Dataset", "From"):
        table.add_column(name)
    for name in ("Read", "Analysed", "Excluded", "Rejected"):
        table.add_column(name, justify="right")
    for item in accounts:
        left = (sum(item[kind].values()) for kind in ("excluded", "rejected"))
        numbers = (item["records"], item["analysed"], *left)
        table.add_row(item["dataset"], item["source"], *(f"{number:,}" for number in numbers))
    console = Console()
    Console(width=None if console.is_terminal else _WIDTH).print(table)
    for item in accounts:
        for kind in ("excluded", "rejected"):
            for reason, count in item[kind].items():
                click.echo(f"{item['dataset']}: {count:,} of {item['source']} {kind}: {reason}")


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line; every error ends in a message and its exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        commands.main(args=arguments, prog_name="cdisc", standalone_mode=False)
    except CdiscError as error:
        for problem in error.problems:
            click.echo(f"cdisc: {problem}", err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        click.echo("cdisc: interrupted: nothing was written", err=True)
        sys.exit(_EXIT_INTERRUPTED)
    except KeyboardInterrupt:
        click.echo("cdisc: interrupted: nothing was written", err=True)
        sys.exit(_EXIT_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except MemoryError:
        click.echo("cdisc: there is not enough memory for this study", err=True)
        sys.exit(4)


if __name__ == "__main__":
    main()
