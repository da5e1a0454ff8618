"""Findings at a terminal: grouped by rule with counts and examples, and the option --fail-on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from converters.findings import Finding, Severity

EXIT_FINDINGS = 1
FAIL_ON = {severity.value.lower(): severity for severity in Severity}


def fail_on_option(text: str) -> Callable[[Any], Any]:
    """The option ``--fail-on``, with its help; ``FAIL_ON`` has the severity, none for ``never``."""
    return click.option(
        "--fail-on",
        type=click.Choice([*FAIL_ON, "never"]),
        default="error",
        show_default=True,
        help=text,
    )


def print_findings(findings: Sequence[Finding], rest: str, most: int = 3) -> None:
    """The findings grouped by rule, with counts and examples; ``rest`` says where all are told."""
    counts = {s: sum(item.severity is s for item in findings) for s in Severity}
    told = ", ".join(f"{count} {severity.value}" for severity, count in counts.items() if count)
    click.echo(f"Findings: {told or 'none'}")
    groups: dict[tuple[str, str], list[Finding]] = {}
    for item in findings:
        groups.setdefault((item.severity.value, item.rule), []).append(item)
    for (severity, rule), items in groups.items():
        click.echo(f"  {severity}: {rule} ({sum(item.count for item in items):,})")
        for item in items[:most]:
            click.echo(f"    {sentence(item)}")
        if len(items) > most:
            click.echo(f"    and {len(items) - most} more {rest}")


def sentence(item: Finding) -> str:
    """A finding on one line: of what, what is wrong, how often and where."""
    name = ".".join(part for part in (item.dataset, item.variable) if part)
    record = f", record {item.record}" if item.record else ""
    if item.row and not item.record:
        record = f", row {item.row}"
    place = f" [{item.file}{record}]" if item.file else ""
    times = f" ({item.count:,} records)" if item.count > 1 else ""
    message = item.message.removeprefix(f"{item.variable or item.dataset}: ")
    return f"{name}: {message}{times}{place}" if name else f"{message}{times}{place}"
